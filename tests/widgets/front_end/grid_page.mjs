// A grid on a page without a browser, and the hands that use it.

import main from "../../../chatbot_nb/widgets/static/grid/main.js";
import { page } from "./tools.mjs";

/** Let everything happen that has been started. */
export async function settle() {
  for (let turn = 0; turn < 12; turn += 1) await new Promise((resolve) => setTimeout(resolve, 0));
}

/** Make a page, and return a function that shows one more view of the kernel's grid. */
export function gridPage(kernel) {
  const window = page();
  globalThis.requestAnimationFrame = (act) => setTimeout(act, 0);
  const shared = {};
  return async () => {
    const el = window.document.body.appendChild(window.document.createElement("div"));
    const controller = new window.AbortController();
    main.render({ model: kernel.model, el, shared, kit: {}, signal: controller.signal });
    await settle();
    return new Hands(window, el, kernel, shared.store, controller);
  };
}

export class Hands {
  constructor(window, el, kernel, store, controller) {
    Object.assign(this, { window, el, kernel, store, controller, sheet: el.querySelector("[role=grid]") });
  }

  /** The cell at a row and column of the view; row -1 is the header. */
  cell(row, column) {
    return this.el.querySelector(`[aria-rowindex="${row + 2}"] [aria-colindex="${column + 2}"]`);
  }

  text(row, column) {
    const cell = this.cell(row, column).cloneNode(true);
    cell.querySelectorAll(".cbn-word, .cbn-mark").forEach((each) => each.remove());
    return cell.textContent;
  }

  get focused() {
    return this.window.document.activeElement;
  }

  /** Press a key where the focus is, as "Shift+ArrowDown"; return the event. */
  async press(keys, times = 1) {
    let event;
    for (let time = 0; time < times; time += 1) {
      const parts = keys.split(/\+(?=.)/);
      const key = parts.pop();
      const how = {
        key,
        bubbles: true,
        cancelable: true,
        shiftKey: parts.includes("Shift"),
        ctrlKey: parts.includes("Control"),
        altKey: parts.includes("Alt"),
      };
      event = new this.window.KeyboardEvent("keydown", how);
      this.focused.dispatchEvent(event);
      await settle();
    }
    return event;
  }

  async click(element, how = {}) {
    for (const type of ["pointerdown", "mousedown", "pointerup", "click"]) {
      element.dispatchEvent(new this.window.MouseEvent(type, { bubbles: true, cancelable: true, ...how }));
    }
    await settle();
  }

  /** Go to a cell. */
  async at(row, column) {
    this.sheet.focus();
    await this.click(this.cell(row, column));
  }

  /** Press a button by its name. */
  async push(name, within = this.el) {
    const button = [...within.querySelectorAll("button")].find(
      (each) => !each.closest("[hidden]") && [each.textContent, each.getAttribute("aria-label")].includes(name),
    );
    await this.click(button);
  }

  /** Type a text over what the field with the focus holds. */
  async write(text) {
    this.focused.value = text;
    this.focused.dispatchEvent(new this.window.Event("input", { bubbles: true }));
    await settle();
  }

  /** Send an event of the clipboard; return what was put into it. */
  async clipboard(type, text = "") {
    const held = { "text/plain": text };
    const event = new this.window.Event(type, { bubbles: true, cancelable: true });
    event.clipboardData = { getData: (kind) => held[kind], setData: (kind, value) => (held[kind] = value) };
    this.focused.dispatchEvent(event);
    await settle();
    return held["text/plain"];
  }

  sent(type) {
    return this.kernel.sent.filter((message) => message.type === type);
  }

  get said() {
    return this.el.querySelector(".cbn-word[role=status]").textContent;
  }

  get foot() {
    return this.el.querySelector(".cbn-footer .cbn-words").textContent;
  }
}
