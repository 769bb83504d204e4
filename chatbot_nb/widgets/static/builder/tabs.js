/** Panes behind tabs; only the one that is seen is kept up to date. */
import { h } from "../core/dom.js";
import { newId } from "./part.js";
import { put } from "./toolbar.js";

export class Tabs {
  /** @param {{ title: string, el: HTMLElement, refresh: () => void, count?: number }[]} panes */
  constructor(panes) {
    this.panes = panes;
    this.tabs = panes.map((pane) => {
      pane.el.id = newId();
      pane.el.setAttribute("role", "tabpanel");
      return h("button", { class: "cbn-tab", type: "button", role: "tab", id: newId(), aria: { controls: pane.el.id }, on: { click: () => this.choose(pane) } });
    });
    panes.forEach((pane, index) => pane.el.setAttribute("aria-labelledby", this.tabs[index].id));
    const bar = h("div", { class: "cbn-tabs", role: "tablist", aria: { label: "About the reply" }, on: { keydown: (event) => this._key(event) } }, this.tabs);
    this.el = h("div", { class: "cbn-below" }, bar, panes.map((pane) => pane.el));
    this.choose(panes[0]);
  }

  /** @param {object} pane */
  choose(pane) {
    this.now = pane;
    this.panes.forEach((each, index) => {
      each.el.hidden = each !== pane;
      this.tabs[index].setAttribute("aria-selected", String(each === pane));
      this.tabs[index].tabIndex = each === pane ? 0 : -1;
    });
    this.refresh();
  }

  refresh() {
    this.panes.forEach(({ title, count }, index) => put(this.tabs[index], count ? `${title} ${count}` : title));
    this.now.refresh();
  }

  _key(event) {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by) return;
    const index = (this.panes.indexOf(this.now) + by + this.panes.length) % this.panes.length;
    this.choose(this.panes[index]);
    this.tabs[index].focus();
  }
}
