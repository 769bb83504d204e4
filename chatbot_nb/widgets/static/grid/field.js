// One field of the details: its text at full length, to read or to edit; a secret only on a deliberate press.

import { h, put, reconcile } from "../core/dom.js";
import { set } from "./cell.js";
import { MARKS, webAddress, worst } from "./words.js";

const SEEN = 30; // seconds that a secret stays on the screen

export class Field {
  /** @param {object} view @param {string} id of the row @param {object} given of the details */
  constructor(view, id, given) {
    Object.assign(this, { view, id, given });
    const { column, title, secret } = given;
    this.name = `${view.id}-field-${given.column}`;
    this.column = view.store.grid.columns.find(({ name }) => name === column) ?? given;
    this.control = secret ? null : this.makeControl();
    this.note = h("ul.found-list");
    this.aside = h("span.aside");
    this.secret = secret ? h("div.secret") : null;
    const label = h(
      this.control?.matches("input, textarea, select") ? "label" : "span",
      { htmlFor: this.name },
      title || column,
    );
    this.el = h("div.field", h("div.field-head", label, this.aside), this.secret ?? this.control, this.note);
    if (secret) this.hide();
  }

  get canEdit() {
    return this.given.editable && !this.view.store.grid.read_only && !this.view.store.line.gone;
  }

  makeControl() {
    const { type, text } = this.given;
    if (!this.canEdit) return h("div.value");
    const how = { id: this.name, onchange: () => this.commit(), onkeydown: (event) => this.key(event) };
    if (type === "boolean")
      return h(
        "select.input",
        how,
        options(
          [
            ["", ""],
            ["true", "yes"],
            ["false", "no"],
          ],
          text,
        ),
      );
    if (type === "choice") return h("select.input", how, options([["", ""], ...(this.column.choices ?? [])], text));
    if (type === "text" || type === "url") return h("textarea.input", { ...how, rows: 1, spellcheck: type === "text" });
    return h("input.input", { ...how, autocomplete: "off", inputMode: type === "number" ? "decimal" : "text" });
  }

  refresh(given) {
    this.given = given;
    const { text, findings = [], type } = given;
    const isTyping = this.control === this.el.ownerDocument.activeElement && this.control.value !== (this.text ?? "");
    if (this.control && !isTyping) {
      this.text = text;
      if ("value" in this.control) this.control.value = text ?? "";
      else put(this.control, text ?? "");
    }
    const severity = worst(findings);
    const marks = findings.map(([each, message]) =>
      h(`li.finding tone-${each}`, h("span.mark", { "aria-hidden": "true" }, MARKS[each] ?? "i"), ` ${message}`),
    );
    this.note.replaceChildren(...marks);
    this.el.classList.toggle("cbn-has-error", severity === "error");
    this.el.classList.toggle("cbn-has-warning", severity === "warning");
    if (this.control) set(this.control, "aria-invalid", severity === "error" ? "true" : "");
    const address = type === "url" ? webAddress(text) : null;
    const link = address && h("a.link", { href: address, target: "_blank", rel: "noopener noreferrer" }, "open ↗");
    reconcile(this.aside, [link]);
  }

  focus() {
    (this.control ?? this.secret.querySelector("button"))?.focus();
    if (this.control?.select) this.control.select();
  }

  /** Enter takes over, as it does in the table; Shift+Enter breaks the line. */
  key(event) {
    event.stopPropagation();
    if (event.isComposing) return;
    const isLine = event.key === "Enter" && this.control.tagName === "TEXTAREA" && event.shiftKey;
    if (event.key === "Escape") {
      event.preventDefault();
      // First the text as it was, then out.
      if (this.control.value === (this.text ?? "")) this.view.drawer.close(true);
      else this.control.value = this.text ?? "";
    } else if (event.key === "Enter" && !isLine && this.control.tagName !== "SELECT") {
      event.preventDefault();
      this.commit();
    }
  }

  commit() {
    const { value } = this.control;
    if (value === (this.text ?? "")) return;
    this.change(value);
  }

  change(value) {
    const before = this.given.secret ? null : this.text;
    if (!this.given.secret) this.text = value;
    this.view.apply("edit", [{ id: this.id, column: this.given.column, value: value === "" ? null : value, before }]);
  }

  /** The secret is masked, as it is at first. */
  hide() {
    if (!this.secret) return;
    clearTimeout(this.timer);
    const { text } = this.given;
    const reveal = h("button", { onclick: () => this.confirm() }, "Reveal …");
    const replace = h("button", { onclick: () => this.replace() }, text ? "Replace …" : "Set …");
    const parts = [h("span.mask", text ?? "none"), text !== null && reveal, this.canEdit && replace];
    this.secret.replaceChildren(...parts.filter(Boolean));
  }

  confirm() {
    const yes = h("button.primary", { onclick: () => this.reveal() }, "Show it");
    const no = h("button", { onclick: () => this.back() }, "Cancel");
    this.secret.replaceChildren(h("span", `Show this secret on the screen for ${SEEN} seconds?`), yes, no);
    no.focus();
  }

  back() {
    this.hide();
    this.secret.querySelector("button")?.focus();
  }

  /** The value comes once, and is nowhere but in this element, until it is hidden again. */
  async reveal() {
    const answer = await this.view.store.read({ type: "reveal", id: this.id, column: this.given.column });
    if (!answer || !this.el.isConnected || this.view.drawer.id !== this.id) return;
    const hide = h("button", { onclick: () => this.back() }, "Hide");
    this.secret.replaceChildren(h("code.revealed", answer.text ?? ""), hide);
    hide.focus();
    this.timer = setTimeout(() => this.hide(), SEEN * 1000);
  }

  replace() {
    const input = h("input.input hidden-text", {
      autocomplete: "off",
      spellcheck: false,
      "aria-label": `New ${this.given.title || this.given.column}`,
    });
    const done = () => {
      if (input.value !== "") this.change(input.value);
      this.back();
    };
    input.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Enter") done();
      else if (event.key === "Escape") this.back();
      else return;
      event.preventDefault();
    });
    this.secret.replaceChildren(
      input,
      h("button.primary", { onclick: done }, "Set"),
      h("button", { onclick: () => this.back() }, "Cancel"),
    );
    input.focus();
  }
}

/** The value that is there is offered, too, if it is none of the choices. */
function options(choices, text) {
  const isOther = text !== null && text !== undefined && !choices.some(([value]) => value === text);
  return [...choices, ...(isOther ? [[text, text]] : [])].map(([value, label]) => h("option", { value }, label));
}
