// Panes behind tabs; only the one that is seen is kept up to date.

import { h, newId, put } from "./dom.js";

export class Tabs {
  /** @param {string} label @param {object[]} panes with `title`, `el`, `refresh` and perhaps `count` */
  constructor(label, panes) {
    this.panes = panes;
    this.tabs = panes.map((pane) => {
      const props = { role: "tab", id: newId(), "aria-controls": newId(), onclick: () => this.choose(pane) };
      const names = { role: "tabpanel", id: props["aria-controls"], "aria-labelledby": props.id };
      for (const [name, value] of Object.entries(names)) pane.el.setAttribute(name, value);
      return h("button.tab", props);
    });
    const props = { role: "tablist", "aria-label": label, onkeydown: (event) => this.step(event) };
    this.el = h("div.below", h("div.tabs", props, this.tabs), panes.map((pane) => pane.el));
    this.choose(panes[0]);
  }

  choose(pane) {
    this.now = pane;
    this.panes.forEach((each, index) => {
      each.el.hidden = each !== pane;
      this.tabs[index].setAttribute("aria-selected", each === pane);
      this.tabs[index].tabIndex = each === pane ? 0 : -1;
    });
    this.refresh();
  }

  refresh() {
    this.panes.forEach(({ title, count }, index) => put(this.tabs[index], count ? `${title} ${count}` : title));
    this.now.refresh();
  }

  step({ key }) {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[key];
    if (!by) return;
    const index = (this.panes.indexOf(this.now) + by + this.panes.length) % this.panes.length;
    this.choose(this.panes[index]);
    this.tabs[index].focus();
  }
}
