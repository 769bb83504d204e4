// What is said where no row is: what to do first.

import { h, put } from "../core/dom.js";

const PATIENCE = 1000; // milliseconds until waiting for the first rows is said

export class Empty {
  constructor(view) {
    this.view = view;
    this.words = h("p");
    this.clear = h(
      "button",
      { onclick: () => view.store.look({ filters: {}, search: "" }) },
      "Clear search and filters",
    );
    this.el = h("div.empty", { hidden: true }, this.words, this.clear);
    this.timer = setTimeout(() => view.refresh(), PATIENCE);
    this.since = Date.now();
    view.signal.addEventListener("abort", () => clearTimeout(this.timer));
  }

  refresh() {
    const { grid, blocks, line } = this.view.store;
    const isLate = !line.gone && Date.now() - this.since >= PATIENCE;
    const isWaiting = grid.rows > 0 && blocks.blocks.size === 0 && isLate;
    this.el.hidden = grid.rows > 0 && !isWaiting;
    this.clear.hidden = grid.rows > 0 || grid.total === 0;
    put(this.words, isWaiting ? "Waiting for the kernel …" : words(grid));
  }
}

function words({ total, read_only: readOnly, can_add: canAdd = true }) {
  if (total > 0) return "No row fits the search and the filters.";
  if (readOnly || !canAdd) return "There are no rows.";
  return "No rows yet. Press Add, or paste some from a spreadsheet (Ctrl+V).";
}
