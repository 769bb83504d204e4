// An array, or an object, as a list of parts: each keeps its element while its value stays the same.

import { h, icon, match, newId, reconcile, word } from "../core/dom.js";
import { at, insert, isObject, move, remove } from "../core/pointer.js";
import { RawEditor } from "./fields.js";
import { Part, Slot } from "./part.js";

export class List extends Part {
  /**
   * @param {object} how `noun`: what an entry is called; `fits(value)`: whether `make(list, key, value)` makes a part
   *     of it; `create()`: a new one; `copies`: it can be copied; `more`: a class for others; `isKeyed`: an object
   */
  constructor(above, key, how, { label = "", entries = {} }) {
    super(above, key, h("div.label", label));
    const { noun, create } = how;
    Object.assign(this, { how, entries, noun });
    this.body = h("div.list", { onkeydown: (event) => this.moveByKey(event) });
    this.slot = new Slot(this.builder);
    this.adder = create && h("button.add", { onclick: () => this.append(create()) }, `+ ${noun}`);
    this.el = h("div.field", this.body, h("div.under", this.adder, this.slot.el));
  }

  names() {
    return this.above.names();
  }

  accepts(value) {
    return value === undefined || Array.isArray(value);
  }

  update(value) {
    if (value === this.value) return;
    this.value = value;
    const entries = Object.entries(value ?? {});
    const found = this.partsOf(entries);
    this.parts = entries.map(([key, entry], index) => found[index] ?? this.partOf(key, entry));
    entries.forEach(([key, entry], index) => {
      const part = this.parts[index];
      part.key = Array.isArray(value) ? index : key;
      part.update(entry);
      part.placed?.(index, entries.length);
    });
    reconcile(this.body, this.parts.map((part) => part.el));
    const { max, advisory } = this.entries;
    const counted = max && entries.length ? `${entries.length} of ${max}${advisory ? " advised" : ""}` : "";
    this.slot.count(counted, entries.length > max ? "over" : "");
  }

  /** The parts that go on: first those with the same value, then with the same key, then at the same index. */
  partsOf(entries) {
    const byValue = new Map(this.parts.map((part) => [part.value, part]));
    const byKey = new Map(this.parts.map((part) => [String(part.key), part]));
    const fitting = (find) => ([key, entry], index) => {
      const part = find(key, entry, index);
      return part?.accepts(entry) ? part : null;
    };
    const finders = [
      (key, entry) => (typeof entry === "object" ? byValue.get(entry) : null),
      (key) => byKey.get(key),
      (key, entry, index) => this.parts[index],
    ];
    return match(this.parts, entries, ...finders.map(fitting));
  }

  partOf(key, entry) {
    const { how, noun } = this;
    if (how.fits(entry)) return how.make(this, key, entry);
    const part = new RawEditor(this, key, word(noun), `no ${noun} as documented; shown as JSON`, how.fits);
    part.el = h(`div.entry raw ${how.more ?? ""}`, part.label, part.el, this.controls(part));
    return part;
  }

  append(value) {
    this.insertAt(this.parts.length, value, `${this.noun} added`);
  }

  insertAt(index, value, say) {
    const { store } = this;
    if (Array.isArray(this.value)) store.edit(insert(store.doc, `${this.pointer()}/${index}`, value), { say });
    else this.put([value], say);
    this.parts[index]?.focus();
  }

  duplicate(part) {
    this.insertAt(part.key + 1, structuredClone(at(this.store.doc, part.pointer())), `${this.noun} duplicated`);
  }

  remove(part) {
    const { store, noun } = this;
    const index = this.parts.indexOf(part);
    const isLast = isObject(this.value) && this.parts.length === 1; // of attributes nothing stays
    const say = `${noun} ${isObject(this.value) ? part.key : index + 1} deleted`;
    store.edit(remove(store.doc, isLast ? this.pointer() : part.pointer()), { say });
    (this.parts[index] ?? this.parts[index - 1] ?? this.adder)?.focus();
  }

  moveTo(from, to) {
    if (from === to || !(to in this.parts)) return;
    const { store, noun } = this;
    store.edit(move(store.doc, this.pointer(), from, to), { say: `${noun} moved to place ${to + 1}` });
  }

  /** Alt with an arrow key moves an entry: the innermost, if there are several. */
  moveByKey(event) {
    const by = event.altKey && { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const part = by && !event.defaultPrevented && this.parts.find(({ el }) => el.contains(event.target));
    if (!part) return;
    event.preventDefault();
    this.moveTo(part.key, part.key + by);
  }

  controls(part) {
    const { how } = this;
    // Named by what they do, and to what.
    const button = (sign, label, click, more) => {
      const made = icon(sign, label, click, more);
      made.id = newId();
      made.setAttribute("aria-labelledby", `${made.id} ${part.label.id}`);
      return made;
    };
    return h(
      "div.controls",
      !how.isKeyed && button("↑", "Move up", () => this.moveTo(part.key, part.key - 1)),
      !how.isKeyed && button("↓", "Move down", () => this.moveTo(part.key, part.key + 1)),
      how.copies && button("", "Duplicate", () => this.duplicate(part), "copy"),
      button("✕", "Delete", () => this.remove(part)),
    );
  }
}
