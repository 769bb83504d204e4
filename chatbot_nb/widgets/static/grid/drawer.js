// The details of one row, beside the table or below: all fields at full length, and its secrets on request.

import { h, icon, put, reconcile } from "../core/dom.js";
import { Field } from "./field.js";

const PAUSE = 120; // milliseconds at a row, after which its details are asked for

export class Drawer {
  id = null;
  coming = null; // the row that is next, unless the keyboard goes on before
  fields = new Map();
  asked = 0;

  constructor(view) {
    this.view = view;
    this.title = h("h4", "Details");
    this.body = h("div.fields");
    const close = icon("×", "Close the details (Esc)", () => this.close(true));
    const onkeydown = (event) => this.key(event);
    this.el = h(
      "section.drawer",
      { "aria-label": "Details", hidden: true, onkeydown },
      h("div.region-head", this.title, close),
      this.body,
    );
  }

  /** A row may come to the keyboard's place only when it is loaded, or by sorting. */
  refresh() {
    this.follow(this.view.selection.at.row);
  }

  /** Show a row's details. @param {number} index @param {string} [name] of the column whose field gets the focus */
  open(index, name) {
    const row = this.view.store.row(index);
    if (!row) return;
    this.el.hidden = false;
    this.view.main.classList.add("cbn-with-drawer");
    this.load(row.id, index, name);
  }

  close(isBack = false) {
    if (this.el.hidden) return;
    this.hide();
    this.el.hidden = true;
    this.view.main.classList.remove("cbn-with-drawer");
    Object.assign(this, { id: null, coming: null });
    if (isBack) this.view.scroller.focus({ preventScroll: true });
  }

  /** Take secrets off the screen. */
  hide() {
    clearTimeout(this.timer);
    for (const field of this.fields.values()) field.hide();
  }

  /** The keyboard is at another row: so are the details, once it stays there. */
  follow(index) {
    const id = this.view.store.row(index)?.id;
    const isUsed = this.el.contains(this.el.ownerDocument.activeElement);
    if (this.el.hidden || isUsed || id === undefined || id === this.id || id === this.coming) return;
    this.hide();
    this.coming = id;
    this.timer = setTimeout(() => this.load(id, index), PAUSE);
  }

  /** Rows have changed: is it ours? */
  renew(rows) {
    const row = rows.find(({ id }) => id === this.id);
    if (!this.el.hidden && row) this.load(this.id, this.index);
  }

  async load(id, index, name) {
    if (id !== this.id) this.clear();
    Object.assign(this, { id, index, coming: null });
    const number = ++this.asked;
    const answer = await this.view.store.read({ type: "open", id });
    if (!answer || number !== this.asked) return;
    put(this.title, `Details of row ${index + 1}`);
    const fields = answer.fields.map((given) => this.field(given));
    reconcile(
      this.body,
      fields.map(({ el }) => el),
    );
    if (name !== undefined) (this.fields.get(name) ?? fields[0])?.focus();
  }

  clear() {
    this.hide();
    this.fields.clear();
    this.body.replaceChildren();
  }

  field(given) {
    if (!this.fields.has(given.column)) this.fields.set(given.column, new Field(this.view, this.id, given));
    const field = this.fields.get(given.column);
    field.refresh(given);
    return field;
  }

  key(event) {
    event.stopPropagation();
    if (event.key !== "Escape") return;
    event.preventDefault();
    this.close(true);
  }
}
