// A choice by name: a field with a list that narrows while one types (ARIA: combobox with a listbox).

import { h } from "../core/dom.js";
import { float, place } from "./popup.js";

let count = 0;

export class Choice {
  active = -1;
  isPicked = false; // by arrow or pointer

  /**
   * @param {HTMLInputElement} input
   * @param {Array<[string, string]>} choices value and label
   * @param {HTMLElement} home
   * @param {() => void} done called when one was pointed at
   */
  constructor(input, choices, home, done) {
    Object.assign(this, { input, choices, home, done, shown: choices });
    this.name = `cbn-choices-${++count}`;
    this.list = h("div.choices", { role: "listbox", "aria-label": "Choices", id: this.name });
    for (const [name, value] of [
      ["role", "combobox"],
      ["aria-autocomplete", "list"],
      ["aria-controls", this.name],
    ]) {
      input.setAttribute(name, value);
    }
    input.addEventListener("input", () => this.narrow());
    // The field keeps the focus.
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", ({ target }) => this.pick(target.closest("[role=option]")));
    this.follow = ({ target }) => this.list.contains(target) || place(this.list, input);
  }

  /** @param {?string} value @returns {string} how it is called; the value itself where it is none of the choices */
  label(value) {
    return this.choices.find(([each]) => each === value)?.[1] ?? value ?? "";
  }

  /** Show the list: all of it, with the present value marked; or what fits what was typed. */
  open(value, isTyped) {
    float(this.list, this.input, this.home);
    this.input.setAttribute("aria-expanded", "true");
    this.input.ownerDocument.addEventListener("scroll", this.follow, true);
    if (isTyped) this.narrow();
    else
      this.show(
        this.choices,
        this.choices.findIndex(([each]) => each === value),
      );
  }

  close() {
    this.list.remove();
    this.input.ownerDocument.removeEventListener("scroll", this.follow, true);
  }

  narrow() {
    const typed = this.input.value.toLowerCase();
    const fits = (test) => this.choices.filter(([, label]) => test(label.toLowerCase()));
    const first = fits((label) => label.startsWith(typed));
    const rest = fits((label) => !label.startsWith(typed) && label.includes(typed));
    this.isPicked = false;
    this.show([...first, ...rest], typed === "" ? -1 : 0);
  }

  show(choices, active) {
    this.shown = choices;
    const options = choices.map(([, label], index) =>
      h("div.option", { role: "option", id: `${this.name}-${index}` }, label || "(no name)"),
    );
    const none = h("div.none", { role: "option", "aria-disabled": "true" }, "No such choice");
    this.list.replaceChildren(...(options.length > 0 ? options : [none]));
    place(this.list, this.input);
    this.mark(active);
  }

  mark(index) {
    const { list, input } = this;
    list.children[this.active]?.setAttribute("aria-selected", "false");
    this.active = index < this.shown.length ? index : -1;
    const option = this.active >= 0 ? list.children[this.active] : null;
    option?.setAttribute("aria-selected", "true");
    if (!option) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", option.id);
    if (!option) return;
    // Not by scrollIntoView, which would move the page, too.
    const [top, bottom] = [option.offsetTop, option.offsetTop + option.offsetHeight];
    if (top < list.scrollTop) list.scrollTop = top;
    else if (bottom > list.scrollTop + list.clientHeight) list.scrollTop = bottom - list.clientHeight;
  }

  /** @returns {boolean} whether the key was the list's */
  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (!step || this.shown.length === 0) return false;
    event.preventDefault();
    this.isPicked = true;
    this.mark(Math.max(0, Math.min(this.active + step, this.shown.length - 1)));
    this.input.value = this.shown[this.active][1];
    return true;
  }

  pick(option) {
    const index = [...this.list.children].indexOf(option);
    if (!this.shown[index]) return;
    this.isPicked = true;
    this.mark(index);
    this.input.value = this.shown[index][1];
    this.done();
  }

  /** @returns {?string} the value meant: the choice that is marked; else what was typed, for the kernel to judge */
  value() {
    const typed = this.input.value;
    if (typed === "") return null;
    if (this.isPicked) return this.shown[this.active][0];
    const exact = this.choices.find(([value, label]) => label === typed || value === typed);
    return (exact ?? this.shown[this.active] ?? [typed])[0];
  }
}
