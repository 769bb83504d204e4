// All findings as a list, a hundred at a time; each leads to its cell.

import { h, put } from "../core/dom.js";
import { MARKS, counted } from "./words.js";

export class Findings {
  items = [];
  total = 0;
  asked = 0;

  constructor(view) {
    this.view = view;
    this.title = h("h4", "Findings");
    this.list = h("ol.found-list");
    this.more = h("button.link", { onclick: () => this.load(this.items.length) }, "Show more");
    const close = h(
      "button.icon",
      { "aria-label": "Close the findings", title: "Close", onclick: () => this.toggle() },
      "×",
    );
    const head = h("div.region-head", this.title, close);
    this.el = h("section.region", { "aria-label": "Findings", hidden: true }, head, this.list, this.more);
  }

  toggle() {
    this.el.hidden = !this.el.hidden;
    this.rev = null;
    this.view.refresh();
  }

  refresh() {
    const { grid } = this.view.store;
    if (this.el.hidden || this.rev === grid.rev) return;
    this.rev = grid.rev;
    this.load(0);
  }

  async load(begin) {
    const number = ++this.asked;
    const answer = await this.view.store.read({ type: "findings", begin });
    if (!answer || number !== this.asked) return; // a newer question is on its way
    this.items = begin === 0 ? answer.items : [...this.items, ...answer.items];
    const left = answer.total - this.items.length;
    put(this.title, counted(answer.total, "finding"));
    this.list.replaceChildren(...this.items.map((item) => this.item(item)));
    this.more.hidden = left <= 0;
    put(this.more, `Show more: ${counted(left, "is", "are")} left`);
    if (answer.total === 0) this.list.replaceChildren(h("li.none", "Nothing to put right."));
  }

  item({ id, column, row, severity, message }) {
    const title = this.view.store.grid.columns.find(({ name }) => name === column)?.title ?? column;
    const place = h(
      "button.link",
      { onclick: () => this.view.goTo(id, column) },
      [row, title].filter(Boolean).join(" · "),
    );
    const sign = h("span.mark", { "aria-hidden": "true" }, MARKS[severity] ?? "i");
    return h("li", place, h(`span.finding tone-${severity}`, sign, ` ${severity}: ${message}`));
  }
}
