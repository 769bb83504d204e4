// Buttons that Python names. They stay the same elements while their state changes: the focus stays, too.

import { h, put, reconcile } from "../core/dom.js";
import { set } from "./cell.js";

export class Buttons {
  known = new Map();
  el = h("span.actions");

  /** @param {(name: string) => void} press */
  constructor(press) {
    this.press = press;
  }

  /** @param {Array<{name: string, label: string, primary?: boolean, enabled?: boolean, title?: string}>} actions */
  refresh(actions = []) {
    const buttons = actions.map((action) => this.button(action));
    reconcile(this.el, buttons);
    this.el.hidden = buttons.length === 0;
  }

  button({ name, label, primary = false, enabled = true, title = "" }) {
    if (!this.known.has(name)) {
      const made = h("button", { onclick: () => isOn(made) && this.press(name) });
      this.known.set(name, made);
    }
    const button = this.known.get(name);
    put(button, label);
    button.classList.toggle("cbn-primary", primary);
    enable(button, enabled);
    set(button, "title", title);
    return button;
  }
}

/** Switch a button on or off; off, it keeps the focus, so that a keyboard is not thrown back to the page's top. */
export function enable(button, isEnabled) {
  set(button, "aria-disabled", isEnabled ? "" : "true");
}

/** @param {HTMLElement} button @returns {boolean} */
export function isOn(button) {
  return button.getAttribute("aria-disabled") !== "true";
}
