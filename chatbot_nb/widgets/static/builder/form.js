// The form: a card for each response, what adds one, and the attributes that the reply sets.

import { h, put } from "../core/dom.js";
import { startOf } from "../core/mends.js";
import { isObject, parts as keysOf } from "../core/pointer.js";
import { Attributes } from "./attributes.js";
import { List } from "./list.js";
import { Part, Slot } from "./part.js";
import { responsesOf } from "./response.js";

const EMPTY = "Nothing here yet. Add what the bot says first, or take a template or a payload from above.";
const ODD = "This is not the shape of a reply, so the form cannot show all of it. See the tab JSON.";

export class Form extends Part {
  constructor(builder) {
    super({ builder }, "");
    const { form } = builder;
    this.slot = new Slot(builder);
    this.responses = new List(this, "responses", responsesOf(form), {});
    this.attributes = new Attributes(this);
    this.parts = [this.responses, this.attributes];
    const add = (label, onclick) => h("button.add", { onclick }, `+ ${label}`);
    const palette = Object.entries(form.responses).map(([type, { label }]) =>
      add(label, () => this.responses.append(startOf(form, type))),
    );
    this.palette = h("div.palette", { role: "group", "aria-label": "Add to the reply" }, palette);
    this.palette.append(add("Attribute", () => this.attributes.add()));
    this.note = h("p.empty");
    this.el = h("div.form", this.slot.el, this.note, this.parts.map((part) => part.el), this.palette);
  }

  pointer() {
    return "";
  }

  names() {
    return [];
  }

  refresh() {
    const { doc, findings } = this.store;
    if (doc !== this.value) this.update(doc);
    const places = new Map();
    for (const each of findings) places.set(each.pointer, [...(places.get(each.pointer) ?? []), each]);
    this.show(places);
  }

  /** Bring the author to a place: the nearest part that there is. */
  goTo(pointer) {
    const part = this.nearest(pointer);
    part.el.scrollIntoView({ block: "nearest" });
    part.focus();
  }

  /** Show a place that was chosen elsewhere, without taking the focus. */
  reveal(pointer) {
    this.el.querySelector(".cbn-revealed")?.classList.remove("cbn-revealed");
    const { el } = this.nearest(pointer);
    el.classList.add("cbn-revealed");
    el.scrollIntoView({ block: "nearest" });
  }

  update(doc) {
    this.value = doc;
    const fits = this.parts.map((part) => isObject(doc) && part.accepts(doc[part.key]));
    this.parts.forEach((part, index) => part.update(fits[index] ? doc[part.key] : undefined));
    const isEmpty = this.parts.every((part) => part.parts.length === 0);
    this.note.hidden = !(fits.includes(false) || isEmpty);
    put(this.note, fits.includes(false) ? ODD : EMPTY);
    this.palette.hidden = !isObject(doc);
  }

  /** What belongs to no card; of a reply with nothing in it the form says itself what to do. */
  found(findings) {
    if (this.note.textContent === EMPTY && !this.note.hidden) return [];
    const isOwn = (keys) => keys.length === 0 || (keys.length === 1 && !this.parts.some(({ key }) => key === keys[0]));
    return [...findings].flatMap(([pointer, found]) => (isOwn(keysOf(pointer)) ? found : []));
  }

  nearest(pointer) {
    let part = this;
    const isIn = (each) => pointer === each.pointer() || pointer.startsWith(`${each.pointer()}/`);
    for (let next = part; next; next = part.parts.find(isIn)) part = next;
    return part;
  }
}
