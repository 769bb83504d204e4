/** A change that is offered: what would be different, line by line, before it is made. */
import { h } from "../core/dom.js";
import { diff } from "../core/patch.js";
import { at } from "../core/pointer.js";

const SHOWN = 12; // operations
const LONG = 240; // characters of a value
const WORDS = { add: "add", remove: "remove", replace: "change" };

export class Change {
  /**
   * @param {import("./part.js").Builder} builder
   * @param {{ label: string, doc: unknown }} offered
   */
  constructor(builder, { label, doc }) {
    this.builder = builder;
    this.offered = doc;
    this.before = builder.store.doc;
    this.label = label;
  }

  /** @param {HTMLElement} element Below which it is shown; the focus goes back there. */
  openAfter(element) {
    const { store } = this.builder;
    const back = element.querySelector("button");
    element.parentNode.querySelector(":scope > .cbn-change")?.remove();
    const close = () => {
      this.el.remove();
      back?.focus();
    };
    const apply = () => {
      this.el.remove();
      // Meanwhile edited: what is offered was made from something else.
      if (store.doc === this.before) store.edit(this.offered, { say: this.label });
    };
    const take = h("button", { class: "cbn-primary", type: "button", text: "Apply", on: { click: apply } });
    this.el = h(
      "div",
      { class: "cbn-change", role: "group", aria: { label: this.label } },
      this._table(),
      h("div", { class: "cbn-actions" }, take, h("button", { type: "button", text: "Cancel", on: { click: close } })),
    );
    this.el.addEventListener("keydown", (event) => event.key === "Escape" && close());
    element.after(this.el);
    take.focus();
  }

  _table() {
    const patch = diff(this.before, this.offered);
    const rows = patch.slice(0, SHOWN).map(({ op, path, value }) => {
      const old = op === "add" ? undefined : at(this.before, path);
      return h(
        "tr",
        {},
        h("th", { scope: "row", text: WORDS[op] }),
        h("td", {}, h("code", { text: path || "(whole)" })),
        h("td", {}, old === undefined ? null : h("del", { text: shown(old) })),
        h("td", {}, op === "remove" ? null : h("ins", { text: shown(value) })),
      );
    });
    const more = patch.length - rows.length;
    const rest = more > 0 ? h("caption", { text: `and ${more} more changes` }) : null;
    return h("table", {}, rest, h("tbody", {}, rows));
  }
}

/** @param {unknown} value */
function shown(value) {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const points = [...text.slice(0, 2 * LONG)];
  return points.length > LONG ? `${points.slice(0, LONG).join("")}…` : text;
}
