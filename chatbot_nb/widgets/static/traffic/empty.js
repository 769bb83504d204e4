// What is said where no exchange is listed: what to do first.

import { h, put } from "../core/dom.js";

const PATIENCE = 1000; // milliseconds until waiting is said

export class Empty {
  constructor(view) {
    this.view = view;
    this.words = h("p");
    this.act = h("button", { onclick: () => this.run() });
    this.el = h("div.empty", { role: "status", hidden: true }, this.words, this.act);
    this.since = Date.now();
    const timer = setTimeout(() => view.refresh(), PATIENCE);
    view.signal.addEventListener("abort", () => clearTimeout(timer));
  }

  refresh() {
    const { told, grid, line } = this.view.store;
    const isLate = Date.now() - this.since >= PATIENCE;
    const [text, label, run] = told ? words(this.view, told) : [isLate && !line.gone ? "Waiting for the kernel …" : ""];
    this.el.hidden = grid.rows > 0 || !text;
    put(this.words, text);
    put(this.act, label ?? "");
    this.act.hidden = !label;
    this.run = run ?? (() => {});
  }
}

function words({ toolbar }, { filter, counters, state: [state] }) {
  if (filter && counters.seen > 0) return ["No exchange fits the filter.", "Clear the filter", () => toolbar.look("")];
  if (state === "running")
    return ["Nothing has come yet. Give a connection the receiver’s URL.", "Copy URL", () => toolbar.copyUrl()];
  if (state === "failed") return ["Nothing has come."];
  return ["The receiver does not run: nothing can come.", "Start it", () => toolbar.act("start")];
}
