/** An array as a list of parts: added, taken away and moved, each keeping its element while its value stays the same. */
import { h, reconcile } from "../core/dom.js";
import { at, insert, move, remove } from "../core/pointer.js";
import { Part, Slot } from "./part.js";

export class List extends Part {
  /**
   * @param {import("./part.js").Builder} builder
   * @param {object} above
   * @param {string | number} key
   * @param {{
   *   noun: string, entries?: { min?: number, max?: number, advisory?: boolean },
   *   make: (list: List, index: number, value: unknown) => Part,
   *   create?: () => unknown, tag?: string,
   * }} how `noun`: what an entry is called; `make`: a part for an entry; `create`: a new entry, if one can be added.
   */
  constructor(builder, above, key, { noun, entries = {}, make, create, tag = "div" }) {
    super(builder, above, key);
    this.noun = noun;
    this.entries = entries;
    this.make = make;
    this.parts = [];
    this.body = h(tag, { class: "cbn-list" });
    this.slot = new Slot(builder);
    this.add = create && h("button", { class: "cbn-add", type: "button", text: `+ ${noun}`, on: { click: () => this.append(create()) } });
    this.el = h("div", { class: "cbn-field" }, this.body, h("div", { class: "cbn-under" }, this.add, this.slot.el));
  }

  accepts(value) {
    return value === undefined || Array.isArray(value);
  }

  get inner() {
    return this.parts;
  }

  update(value) {
    if (value === this.value && value !== undefined) return;
    this.value = value;
    const values = value ?? [];
    const free = new Set(this.parts);
    const known = new Map(this.parts.filter((part) => isReference(part.value)).map((part) => [part.value, part]));
    const taken = values.map((entry) => {
      const part = known.get(entry);
      return part && free.delete(part) ? part : null;
    });
    this.parts = values.map((entry, index) => taken[index] ?? this._reuse(entry, index, free) ?? this.make(this, index, entry));
    this.parts.forEach((part, index) => {
      part.key = index;
      part.update(values[index]);
      part.placed?.(index, values.length);
    });
    keepingFocus(this.body, () => reconcile(this.body, this.parts.map((part) => part.el)));
    const { max, advisory } = this.entries;
    this.slot.count(max && values.length ? `${values.length} of ${max}${advisory ? " advised" : ""}` : "", values.length > max ? "over" : "");
  }

  show(findings) {
    this.slot.show(findings.get(this.pointer()) ?? []);
    super.show(findings);
  }

  /** @param {Part} part One that another kind of part may take the place of. */
  renew(part) {
    this.parts = this.parts.filter((each) => each !== part);
    const { value } = this;
    this.value = undefined;
    this.update(value);
    this.builder.store.tell();
  }

  /** @param {unknown} value */
  append(value) {
    this.insertAt(this.parts.length, value, `${this.noun} added`);
  }

  /**
   * @param {number} index
   * @param {unknown} value
   * @param {string} say
   */
  insertAt(index, value, say) {
    const { store } = this.builder;
    const pointer = this.pointer();
    if (Array.isArray(this.value)) store.edit(insert(store.doc, `${pointer}/${index}`, value), { say });
    else this.put([value], { say });
    this.parts[index]?.focus();
  }

  /** @param {Part} part */
  duplicate(part) {
    this.insertAt(part.key + 1, structuredClone(at(this.builder.store.doc, part.pointer())), `${this.noun} duplicated`);
  }

  /** @param {Part} part */
  remove(part) {
    const { store } = this.builder;
    const index = part.key;
    store.edit(remove(store.doc, part.pointer()), { say: `${this.noun} ${index + 1} deleted` });
    (this.parts[index] ?? this.parts[index - 1])?.focus();
    if (!this.parts.length) this.add?.focus();
  }

  /**
   * @param {Part} part
   * @param {number} by -1 is up, 1 is down.
   */
  move(part, by) {
    this.moveTo(part.key, part.key + by);
  }

  /**
   * @param {number} from
   * @param {number} to
   */
  moveTo(from, to) {
    if (from === to || to < 0 || to >= this.parts.length) return;
    const { store } = this.builder;
    store.edit(move(store.doc, this.pointer(), from, to), { say: `${this.noun} moved to place ${to + 1}` });
  }

  /**
   * The buttons that move, copy and delete an entry; Alt with the arrow keys moves it too.
   *
   * @param {Part} part
   * @param {{ copy?: boolean }} [how]
   */
  controls(part, { copy = false } = {}) {
    const { noun } = this;
    const button = (text, label, click, name = "cbn-icon") => h("button", { class: name, type: "button", text, title: label, aria: { label }, on: { click } });
    part.el.addEventListener("keydown", (event) => {
      const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (!event.altKey || !by || event.defaultPrevented) return;
      event.preventDefault();
      this.move(part, by);
    });
    return h(
      "div",
      { class: "cbn-controls" },
      button("↑", `Move ${noun} up`, () => this.move(part, -1)),
      button("↓", `Move ${noun} down`, () => this.move(part, 1)),
      copy && button("", `Duplicate ${noun}`, () => this.duplicate(part), "cbn-icon cbn-copy"),
      button("✕", `Delete ${noun}`, () => this.remove(part)),
    );
  }

  _reuse(entry, index, free) {
    const part = this.parts[index];
    return part && part.accepts(entry) && free.delete(part) ? part : null;
  }
}

function isReference(value) {
  return typeof value === "object" && value !== null;
}

/** Moving an element takes the focus from it; it gets it back. */
function keepingFocus(parent, change) {
  const focused = parent.contains(document.activeElement) ? document.activeElement : null;
  change();
  if (focused && focused !== document.activeElement && parent.contains(focused)) focused.focus({ preventScroll: true });
}
