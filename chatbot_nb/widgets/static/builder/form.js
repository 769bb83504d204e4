/** The form: a card for each response, what adds one, and the attributes that the reply sets. */
import { h } from "../core/dom.js";
import { startOf } from "../core/mends.js";
import { isObject, parts } from "../core/pointer.js";
import { Attributes } from "./attributes.js";
import { makeDraggable } from "./drag.js";
import { List } from "./list.js";
import { Part, Slot } from "./part.js";
import { responsePart } from "./response.js";

export class Form extends Part {
  /** @param {import("./part.js").Builder} builder */
  constructor(builder) {
    super(builder, { pointer: () => "" }, "");
    this.slot = new Slot(builder);
    this.responses = new List(builder, this, "responses", { noun: "response", make: responsePart, tag: "div" });
    makeDraggable(this.responses);
    this.attributes = new Attributes(builder, this);
    const palette = Object.entries(builder.form.responses).map(([type, { label }]) =>
      h("button", { class: "cbn-add", type: "button", text: `+ ${label}`, on: { click: () => this._add(type) } }),
    );
    const attribute = h("button", { class: "cbn-add", type: "button", text: "+ Attribute", on: { click: () => this.attributes.add() } });
    this.palette = h("div", { class: "cbn-palette", role: "group", aria: { label: "Add to the reply" } }, palette, attribute);
    this.empty = h("p", { class: "cbn-empty", text: "Nothing here yet. Add what the bot says first, or take a template or a payload from above." });
    this.broken = h("p", { class: "cbn-empty" });
    this.el = h("div", { class: "cbn-form" }, this.slot.el, this.broken, this.empty, this.responses.el, this.attributes.el, this.palette);
    this._shown = null;
  }

  pointer() {
    return "";
  }

  get inner() {
    return [this.responses, this.attributes];
  }

  /** Show the document and what was found in it. */
  refresh() {
    const { doc, findings } = this.builder.store;
    if (doc !== this.value) this._update(doc);
    if (findings !== this._shown || doc !== this._told) this._show(findings, doc);
  }

  /**
   * Bring the author to a place: the nearest part that there is.
   *
   * @param {string} pointer
   */
  goTo(pointer) {
    const part = this._nearest(pointer);
    part.el.scrollIntoView({ block: "nearest" });
    part.focus();
  }

  /**
   * Show a place that was chosen elsewhere, without taking the focus.
   *
   * @param {string} pointer
   */
  reveal(pointer) {
    this.el.querySelector(".cbn-revealed")?.classList.remove("cbn-revealed");
    const { el } = this._nearest(pointer);
    el.classList.add("cbn-revealed");
    el.scrollIntoView({ block: "nearest" });
  }

  _update(doc) {
    this.value = doc;
    const whole = isObject(doc) ? doc : {};
    const odd = !isObject(doc) || !this.responses.accepts(whole.responses) || !this.attributes.accepts(whole.attributes);
    this.broken.hidden = !odd;
    this.broken.textContent = odd ? "This is not the shape of a reply, so the form cannot show all of it. See the tab JSON." : "";
    this.responses.update(Array.isArray(whole.responses) ? whole.responses : undefined);
    this.attributes.update(isObject(whole.attributes) ? whole.attributes : undefined);
    this.empty.hidden = odd || this.responses.parts.length > 0 || this.attributes.rows.length > 0;
    this.palette.hidden = !isObject(doc);
  }

  _show(findings, doc) {
    this._shown = findings;
    this._told = doc;
    const byPlace = new Map();
    for (const finding of findings) {
      const found = byPlace.get(finding.pointer);
      if (found) found.push(finding);
      else byPlace.set(finding.pointer, [finding]);
    }
    this.show(byPlace);
    const known = new Set(["responses", "attributes"]);
    const own = [...byPlace].filter(([place]) => place === "" || (!place.includes("/", 1) && !known.has(parts(place)[0])));
    // Of a reply with nothing in it the form says itself what to do.
    this.slot.show(this.empty.hidden ? own.flatMap(([, found]) => found) : []);
  }

  _add(type) {
    this.responses.append(startOf(this.builder.form, type));
  }

  _nearest(pointer) {
    let part = this;
    for (;;) {
      const inner = part.inner.find((each) => pointer === each.pointer() || pointer.startsWith(`${each.pointer()}/`));
      if (!inner || inner === part) return part;
      part = inner;
    }
  }
}
