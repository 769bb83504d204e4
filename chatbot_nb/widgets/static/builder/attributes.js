// The attributes that a reply sets: a row of name and value each.

import { h } from "../core/dom.js";
import { isObject, rename } from "../core/pointer.js";
import { RawEditor, TextEditor } from "./fields.js";
import { List } from "./list.js";

const isText = (value) => typeof value === "string";

export class Attributes extends List {
  constructor(form) {
    super(form, "attributes", { noun: "attribute", isKeyed: true }, {});
    const head = h("div.card-head", h("h4.name", "Attributes"));
    this.el = h("section.card", { hidden: true, "aria-label": "Attributes" }, head, this.body, this.slot.el);
  }

  accepts(value) {
    return value === undefined || isObject(value);
  }

  update(value) {
    super.update(value);
    this.el.hidden = value === undefined;
  }

  partOf(key, value) {
    const label = h("span.word");
    const part = isText(value)
      ? new TextEditor(this, key, {}, { label, placeholder: "Value" })
      : new RawEditor(this, key, label, "not a text; shown as JSON", isText);
    part.name = h("input.input", {
      spellcheck: false,
      "aria-describedby": part.slot.el.id,
      onfocus: () => this.store.select(part.pointer()),
      oninput: () => (part.problem = null),
      onchange: () => this.rename(part),
    });
    part.el = h("div.entry attribute", label, part.name, part.el, this.controls(part));
    part.placed = () => {
      const words = `Attribute ${part.key}`;
      if (label.textContent === words) return; // a name that is being typed stays
      label.textContent = words;
      part.name.ariaLabel = `Name of attribute ${part.key}`;
      part.name.value = part.key;
    };
    return part;
  }

  /** Add an attribute; its name waits to be typed. */
  add() {
    const all = this.value ?? {};
    let name = "name";
    for (let number = 2; Object.hasOwn(all, name); number += 1) name = `name ${number}`;
    this.put({ ...all, [name]: "" }, "attribute added");
    this.parts.find((part) => part.key === name)?.name.select();
  }

  rename(part) {
    const name = part.name.value;
    if (name === part.key) return;
    if (name && !Object.hasOwn(this.value, name)) {
      const next = rename(this.store.doc, this.pointer(), part.key, name);
      this.store.edit(next, { say: `attribute renamed to ${name}` });
      return;
    }
    const message = name ? "another attribute has this name" : "an attribute needs a name";
    part.problem = [{ pointer: part.pointer(), code: "name", severity: "error", message }];
    part.slot.show(part.problem);
    part.name.value = part.key;
  }
}
