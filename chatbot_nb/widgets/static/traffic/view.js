// One view of a panel: its parts, and what they tell each other.

import { h, word } from "../core/dom.js";
import { set } from "../grid/cell.js";
import { Notice } from "../grid/notice.js";
import { Viewport } from "../grid/viewport.js";
import { Details } from "./details.js";
import { Empty } from "./empty.js";
import { Header } from "./header.js";
import { useRows } from "./rows.js";
import { Toolbar } from "./toolbar.js";

let count = 0;

export class View {
  isStale = true; // other parts than the rows have something new to show
  // What the grid's rows ask of a view: no cell is picked here, and none is edited.
  selection = {
    at: { row: -2, column: -2 },
    range: { top: -2, bottom: -2, left: -2, right: -2 },
    isWide: false,
  };
  editor = { id: null, isIn: () => false };

  /** @param {object} store of the model @param {AbortSignal} signal at which the view ends */
  constructor(store, signal) {
    Object.assign(this, { store, signal, columns: store.columns, id: `cbn-traffic-${++count}` });
    this.scroller = h("div.sheet", { role: "grid", tabIndex: 0, "aria-label": "Traffic", "aria-readonly": "true" });
    this.header = new Header(this);
    this.viewport = new Viewport(this, this.scroller);
    this.toolbar = new Toolbar(this);
    this.notice = new Notice(this);
    this.empty = new Empty(this);
    this.details = new Details(this);
    this.live = word();
    set(this.live, "role", "status");
    this.scroller.append(h("div.head-group", { role: "rowgroup" }, this.header.el), this.viewport.body);
    const box = h("div.sheet-box", this.scroller, this.empty.el);
    this.el = h("div.grid traffic", this.toolbar.el, this.notice.el, box, this.details.el, this.live);
    this.header.rebuild(this.columns);
    useRows(this);
    const end = store.subscribe((event) => this.hear(event));
    signal.addEventListener("abort", () => {
      store.forget(this);
      this.details.end();
      end();
    });
    this.update();
    this.viewport.paint();
    this.reveal();
  }

  hear(event) {
    if (event.widths) this.header.refreshWidths();
    if (event.changed) this.details.renew(event.changed);
    if (event.outcome) this.details.tell(event.outcome);
    this.refresh();
    if (event.selected) this.reveal();
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
    const { store, scroller } = this;
    // What comes in at the top is seen there.
    if (store.top === null && scroller.scrollTop > 0) scroller.scrollTop = 0;
    set(scroller, "aria-rowcount", String(store.grid.rows + 1));
    for (const part of [this.toolbar, this.notice, this.empty, this.details]) part.refresh();
  }

  /** Called after the rows are painted. */
  painted() {
    let active = "";
    for (const [index, element] of this.viewport.live) {
      const row = this.store.row(index);
      element.seq = row ? Number(row.id) : null;
      if (!row?.selected) continue;
      element.id = `${this.id}-selected`;
      active = element.id;
    }
    for (const element of this.viewport.body.children) {
      if (element.id && (element.hidden || element.seq !== this.store.look.selected)) element.removeAttribute("id");
    }
    set(this.scroller, "aria-activedescendant", active);
  }

  /** Scroll to the exchange that is selected, wherever in the list it is. */
  async reveal() {
    const { store } = this;
    const { selected } = store.look;
    if (selected === null || store.told === null) return;
    const index = store.place >= 0 ? store.place : await store.locate(selected);
    if (index >= 0 && store.look.selected === selected) this.viewport.reveal(index, 0);
  }

  /** Select an exchange; null closes it, and the newest come in again. */
  select(seq) {
    this.store.turnTo({ selected: seq });
    if (seq === null) this.scroller.scrollTop = 0;
  }

  follow() {
    this.store.thaw();
    this.select(null);
  }

  /** Say something short below the tool bar. */
  say(text) {
    this.toolbar.say(text);
    this.live.textContent = text;
  }

  /** @param {?object} answer @returns {boolean} whether it is one; if it failed, it is said why */
  isDone(answer) {
    if (answer?.failed) this.notice.show(answer.failed);
    else if (answer) this.notice.hide();
    return Boolean(answer) && answer.failed === undefined;
  }
}
