/** An object as its fields: those that the documentation names by editors of their own, all others as JSON. */
import { h, reconcile } from "../core/dom.js";
import { isObject, remove } from "../core/pointer.js";
import { RawEditor } from "./fields.js";
import { Part, newId } from "./part.js";

export class Fields extends Part {
  /**
   * @param {import("./part.js").Builder} builder
   * @param {object} above
   * @param {string | number} key
   * @param {{ fields: object[], other?: string[], editor: Function }} how `other`: keys that are shown elsewhere;
   *   `editor(fields, field, labelId)` makes the part for a field.
   */
  constructor(builder, above, key, { fields, other = [], editor }) {
    super(builder, above, key);
    this.fields = fields;
    this.known = new Set([...other, ...fields.map((field) => field.key)]);
    this.editor = editor;
    this.rows = new Map();
    this.body = h("div", { class: "cbn-fields" });
    this.el = this.body;
  }

  accepts(value) {
    return isObject(value);
  }

  get inner() {
    return [...this.rows.values()].map((row) => row.part);
  }

  update(value) {
    if (value === this.value) return;
    this.value = value;
    const rows = new Map();
    for (const field of this.fields) rows.set(field.key, this._row(field, value[field.key]));
    for (const key of Object.keys(value)) if (!this.known.has(key)) rows.set(key, this._otherRow(key));
    this.rows = rows;
    for (const [key, { part }] of rows) part.update(Object.hasOwn(value, key) ? value[key] : undefined);
    reconcile(this.body, [...rows.values()].map((row) => row.el));
  }

  focus() {
    this.inner[0]?.focus();
  }

  _row(field, value) {
    const old = this.rows.get(field.key);
    if (old && old.part.accepts(value) && !old.raw) return old;
    const id = newId();
    let part = this.editor(this, field, id);
    const raw = !part.accepts(value);
    if (old?.raw && raw) return old;
    if (raw) part = new RawEditor(this.builder, this, field.key, { labelId: id, note: "not what belongs here; shown as JSON" });
    return { part, raw, el: row(field.label, id, part, null, field.kind) };
  }

  _otherRow(key) {
    const old = this.rows.get(key);
    if (old) return old;
    const id = newId();
    const part = new RawEditor(this.builder, this, key, { labelId: id, note: "not documented; kept as it is" });
    const away = () => this.builder.store.edit(remove(this.builder.store.doc, part.pointer()), { say: `${key} deleted` });
    const button = h("button", { class: "cbn-icon", type: "button", text: "✕", title: `Delete ${key}`, aria: { label: `Delete ${key}` }, on: { click: away } });
    return { part, raw: true, el: row(key, id, part, button) };
  }
}

function row(label, id, part, more = null, kind = "") {
  return h("div", { class: `cbn-field-row cbn-row-${kind}` }, h("div", { class: "cbn-label", id, text: label }), part.el, more);
}
