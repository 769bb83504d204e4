// One view of a grid: its parts, and what they tell each other.

import { add, check, clear, fillDown, flip, remove, toggle, undo } from "./actions.js";
import { useClipboard } from "./clipboard.js";
import { h } from "../core/dom.js";
import { Drawer } from "./drawer.js";
import { Editor } from "./editors.js";
import { Empty } from "./empty.js";
import { Findings } from "./findings.js";
import { Footer } from "./footer.js";
import { Header } from "./header.js";
import { set } from "./cell.js";
import { useKeys } from "./keys.js";
import { Live } from "./live.js";
import { useMouse } from "./mouse.js";
import { Notice } from "./notice.js";
import { Panel } from "./panel.js";
import { Selection } from "./selection.js";
import { Toolbar } from "./toolbar.js";
import { Viewport } from "./viewport.js";
import { isOpen, yesNo } from "./words.js";

let count = 0;

export class View {
  columns = [];
  isStale = true; // other parts than the rows have something new to show
  isMoved = false;

  /** @param {object} store of the model @param {AbortSignal} signal at which the view ends */
  constructor(store, signal) {
    Object.assign(this, { store, signal, id: `cbn-grid-${++count}` });
    this.scroller = h("div.sheet", { role: "grid", tabIndex: 0, "aria-multiselectable": "true" });
    this.el = h("div.grid");
    this.selection = new Selection({
      rows: () => store.grid.rows,
      columns: () => this.columns.length,
      moved: () => this.refresh(),
    });
    this.editor = new Editor(this);
    this.header = new Header(this);
    this.viewport = new Viewport(this, this.scroller);
    const parts = [Toolbar, Notice, Empty, Drawer, Footer, Findings, Panel, Live].map((Part) => new Part(this));
    [this.toolbar, this.notice, this.empty, this.drawer, this.footer, this.findings, this.panel, this.live] = parts;
    this.parts = parts;
    this.scroller.append(h("div.head-group", { role: "rowgroup" }, this.header.el), this.viewport.body);
    const box = h("div.sheet-box", this.scroller, this.empty.el);
    this.main = h("div.main", box, this.drawer.el);
    const below = [this.footer.el, this.panel.el, this.findings.el, this.live.el];
    this.el.append(this.toolbar.el, this.notice.el, this.main, ...below);
    for (const use of [useKeys, useMouse, useClipboard]) use(this);
    const end = store.subscribe((event) => this.hear(event));
    signal.addEventListener("abort", () => {
      this.editor.commit(null);
      store.forget(this);
      this.drawer.close();
      end();
    });
    this.update();
    this.viewport.paint();
  }

  hear(event) {
    if (event.widths) this.header.refreshWidths();
    if (event.rows) this.drawer.renew(event.rows);
    this.refresh();
  }

  /** Show what is new, in the next frame. */
  refresh() {
    this.isStale = true;
    this.viewport.refresh();
  }

  /** Called before the rows are painted. */
  update() {
    if (!this.isStale) return;
    this.isStale = false;
    const { grid, columns } = this.store;
    if (grid !== this.grid) this.adopt(grid, columns);
    this.header.refresh();
    for (const part of this.parts) part.refresh();
  }

  adopt(grid, columns) {
    this.grid = grid;
    const signature = JSON.stringify(columns);
    if (signature !== this.signature) {
      this.editor.commit(null);
      Object.assign(this, { signature, columns });
      this.header.rebuild(columns);
      this.viewport.rebuild();
    }
    const { scroller } = this;
    set(scroller, "aria-label", grid.title || "Table");
    set(scroller, "aria-rowcount", String(grid.rows + 1));
    set(scroller, "aria-colcount", String(columns.length + 1));
    set(scroller, "aria-readonly", grid.read_only ? "true" : "");
    this.selection.keepInside();
  }

  /** Called after the rows are painted. */
  painted() {
    const { row, column } = this.selection.at;
    const cell = row === -1 ? this.header.cells[column] : this.viewport.cell(row, column);
    set(this.scroller, "aria-activedescendant", cell?.id ?? "");
  }

  /** Go to a cell, scroll to it, and say what is there. */
  go(row, column, isExtending = false) {
    this.footer.clear();
    this.selection.go(row, column, isExtending);
    const { at } = this.selection;
    if (at.row >= 0) this.viewport.reveal(at.row, at.column);
    this.live.moved();
    this.drawer.follow(at.row);
  }

  /** Go to a row by its id, wherever it is now. @returns {Promise<boolean>} whether it is in the view */
  async goTo(id, name) {
    let index = this.store.blocks.indexOf(id);
    if (index < 0) index = (await this.store.read({ type: "locate", id }))?.index ?? -1;
    if (index < 0) {
      this.say("that row is hidden by a filter or the search");
      return false;
    }
    const number = this.columns.findIndex((column) => column.name === name);
    this.go(index, number >= 0 ? number : Math.max(0, this.selection.at.column));
    this.scroller.focus({ preventScroll: true });
    return true;
  }

  selectAll() {
    const { rows } = this.store.grid;
    this.selection.span(0, 0, rows - 1, this.columns.length - 1);
    this.live.moved();
  }

  /** @returns {boolean} whether anything can be changed now; if not, it is said why */
  mayEdit() {
    const { gone } = this.store.line;
    if (gone) this.say("the kernel is gone: nothing can be changed any more");
    else if (this.store.grid.read_only) this.say("read-only: nothing here can be edited");
    return !gone && !this.store.grid.read_only;
  }

  /** Begin to edit the cell that the keyboard is at; where that cannot be, show the row's details. */
  enter(typed) {
    const { row: index, column: number } = this.selection.at;
    const [row, column] = [this.store.row(index), this.columns[number]];
    if (!row || !column) {
      if (row && typed === undefined) this.details(index);
      return;
    }
    const isFixed = !isOpen(column, row) || this.store.grid.read_only;
    if (isFixed && typed === undefined) this.details(index, column.name);
    else if (isFixed) this.say(`${column.title || column.name} is read-only${column.note ? `: ${column.note}` : ""}`);
    else if (this.mayEdit()) this.edit({ index, number, row, column }, typed);
  }

  edit(place, typed) {
    const { row, column, index, number } = place;
    const { text } = this.store.shown(row, column.name);
    if (column.type === "boolean" && (text === null || yesNo(text) !== null)) {
      if (typed === undefined) flip(this);
      return;
    }
    // A field of one line would lose the line breaks.
    if (typed === undefined && /[\n\r]/.test(text ?? "")) {
      this.details(index, column.name);
      return;
    }
    this.viewport.reveal(index, number);
    this.editor.open(place, typed);
  }

  /** Change cells; what the kernel refuses is said. */
  async apply(what, changes, added) {
    const made = await this.store.edit(what, changes, added);
    this.report(made);
    if (changes.length === 1) this.live.judged(changes[0], made);
    return made;
  }

  report(made) {
    const refused = made?.refused ?? [];
    if (refused.length === 0) return;
    const words = refused.map((one) => {
      if (typeof one === "string") return one;
      const [, column, message] = Array.isArray(one) ? one : [one.id, one.column, one.message];
      return [this.columns.find(({ name }) => name === column)?.title ?? column, message].filter(Boolean).join(": ");
    });
    const more = words.length > 3 ? `; and ${words.length - 3} more` : "";
    this.notice.show(`not applied: ${words.slice(0, 3).join("; ")}${more}`);
  }

  details(row, name) {
    if (row !== this.selection.at.row) this.go(row, Math.max(0, this.selection.at.column));
    this.drawer.open(row, name);
  }

  /** Say something short at the foot, and to a screen reader. */
  say(text) {
    this.footer.say(text);
    this.live.say(text);
  }

  check(row, isOn, from) {
    return check(this, Math.min(row, from), Math.max(row, from) + 1, isOn);
  }

  checkAll(isOn) {
    this.store.select([], isOn ? "all" : "none");
  }

  toggle(range) {
    return toggle(this, range);
  }

  flip() {
    return flip(this);
  }

  clear(what) {
    return clear(this, what);
  }

  fillDown() {
    return fillDown(this);
  }

  undo(way) {
    return undo(this, way);
  }

  add() {
    return add(this);
  }

  remove() {
    return remove(this);
  }
}
