/** The attributes that a reply sets: a row of name and value each. */
import { h, reconcile } from "../core/dom.js";
import { isObject, remove, rename } from "../core/pointer.js";
import { RawEditor, TextEditor } from "./fields.js";
import { Part, Slot, newId } from "./part.js";

export class Attributes extends Part {
  constructor(builder, above) {
    super(builder, above, "attributes");
    this.nameId = newId();
    this.rows = [];
    this.body = h("div", { class: "cbn-list" });
    this.slot = new Slot(builder);
    const head = h("div", { class: "cbn-card-head" }, h("h4", { class: "cbn-name", id: this.nameId, text: "Attributes" }));
    this.el = h("section", { class: "cbn-card", hidden: true, aria: { labelledby: this.nameId } }, head, this.body, this.slot.el);
  }

  accepts(value) {
    return value === undefined || isObject(value);
  }

  get inner() {
    return this.rows;
  }

  update(value) {
    if (value === this.value) return;
    this.value = value;
    const attributes = value ?? {};
    const known = new Map(this.rows.map((row) => [row.key, row]));
    this.rows = Object.keys(attributes).map((name) => {
      const row = known.get(name);
      return row?.accepts(attributes[name]) ? row : new AttributeRow(this.builder, this, name, attributes[name]);
    });
    for (const row of this.rows) row.update(attributes[row.key]);
    this.el.hidden = value === undefined;
    reconcile(this.body, this.rows.map((row) => row.el));
  }

  show(findings) {
    super.show(findings);
    this.slot.show(findings.get(this.pointer()) ?? []);
  }

  /** Add an attribute; its name waits to be typed. */
  add() {
    const names = this.value ?? {};
    let name = "name";
    for (let number = 2; Object.hasOwn(names, name); number += 1) name = `name ${number}`;
    this.put({ ...names, [name]: "" }, { say: "attribute added" });
    const row = this.rows.at(-1);
    row?.name.focus();
    row?.name.select();
  }
}

class AttributeRow extends Part {
  constructor(builder, above, key, value) {
    super(builder, above, key);
    this.nameId = newId();
    const labelId = newId();
    this.slot = new Slot(builder);
    this.name = h("input", {
      class: "cbn-input",
      type: "text",
      value: key,
      spellcheck: false,
      aria: { label: "Name of the attribute", describedby: this.slot.id },
      on: { change: () => this._rename(), focus: () => builder.store.select(this.pointer(), this) },
    });
    this.isText = typeof value === "string";
    const names = { names: () => [...above.names(), this.nameId], pointer: () => above.pointer() };
    this.field = this.isText
      ? new TextEditor(builder, names, key, { label: "Value" }, { labelId, slot: this.slot, placeholder: "Value" })
      : new RawEditor(builder, names, key, { labelId, note: "not a text; shown as JSON" });
    const away = h("button", {
      class: "cbn-icon",
      type: "button",
      text: "✕",
      title: "Delete attribute",
      aria: { label: `Delete attribute ${key}` },
      on: { click: () => this._remove() },
    });
    const words = h("div", { class: "cbn-word" }, h("span", { id: this.nameId, text: key }), h("span", { id: labelId, text: "Value" }));
    const controls = h("div", { class: "cbn-controls" }, away);
    this.el = h("div", { class: "cbn-entry" }, h("div", { class: "cbn-attribute" }, words, this.name, this.field.el, controls), this.slot.el);
  }

  accepts(value) {
    return (typeof value === "string") === this.isText;
  }

  update(value) {
    this.field.update(value);
  }

  show(findings) {
    this.field.show(findings);
    this.slot.show(this.isText ? this.field.found : []);
  }

  focus() {
    this.field.focus();
  }

  _rename() {
    const { store } = this.builder;
    const name = this.name.value;
    const all = this.above.value;
    if (name === this.key) return;
    if (name === "" || Object.hasOwn(all, name)) {
      const message = name === "" ? "an attribute needs a name" : "another attribute has this name";
      this.slot.show([{ pointer: this.pointer(), code: "name", severity: "error", message, sample: undefined }]);
      this.name.value = this.key;
      return;
    }
    store.edit(rename(store.doc, this.above.pointer(), this.key, name), { say: `attribute renamed to ${name}` });
  }

  _remove() {
    const { store } = this.builder;
    const last = Object.keys(this.above.value).length === 1;
    store.edit(remove(store.doc, last ? this.above.pointer() : this.pointer()), { say: `attribute ${this.key} deleted` });
    (this.above.rows[0] ?? this.above).focus();
  }
}
