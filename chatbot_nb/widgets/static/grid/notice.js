// A line below the tool bar for what should not be overlooked: the kernel is gone, an edit was refused.

import { h, put } from "../core/dom.js";
import { offer } from "./clipboard.js";
import { counted } from "./words.js";

export class Notice {
  words = h("span");
  act = null;

  constructor(view) {
    this.view = view;
    this.button = h("button", { onclick: () => this.act?.() });
    this.close = h("button.icon", { "aria-label": "Dismiss", title: "Dismiss", onclick: () => this.hide() }, "×");
    this.el = h("div.notice", { role: "alert", hidden: true }, this.words, this.button, this.close);
  }

  /** @param {string} text @param {string} [label] of a button @param {() => void} [act] what it does */
  show(text, label = "", act = null) {
    this.act = act;
    put(this.words, text);
    put(this.button, label);
    this.button.hidden = act === null;
    this.el.hidden = false;
  }

  hide() {
    this.el.hidden = true;
  }

  refresh() {
    const { store } = this.view;
    if (!store.line.gone || this.isGone) return;
    this.isGone = true;
    this.close.hidden = true;
    const { pending } = store;
    const lost =
      pending.count > 0
        ? `: ${counted(pending.count, "edit")} ${pending.count === 1 ? "was" : "were"} not applied`
        : "";
    const held = pending.seen.size > 0 ? `. It also held changes of ${counted(pending.seen.size, "row")}` : "";
    const copyEdits = () => {
      const csv = pending.csv(store.grid.columns);
      offer(this.view, csv, "copied the edits as CSV: id, column, before, after");
    };
    const isAny = lost !== "" || held !== "";
    this.show(
      `The kernel is gone${lost}${held}. Run the cell again for a new table.`,
      "Copy edits",
      isAny ? copyEdits : null,
    );
  }
}
