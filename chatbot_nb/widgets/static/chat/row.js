// A row of the chat: it stays while what it shows changes, and is drawn again only then.

import { at as valueAt } from "../core/pointer.js";
import { mark, messages, stateOf } from "./marks.js";
import { box, el, quiet } from "./nodes.js";
import { TEXT, inline, raw, textNodes } from "./texts.js";

const ENTRIES = 20; // of an array are shown; the longest documented has as many
const NOTHING = { list: [], key: "" };

/** The row of a response, of the attributes, or of what is no reply. Places in it are told from its content on. */
export class Row {
  /** @param {(row: Row) => Node[]} nodes what draws it */
  constructor(nodes, names) {
    this._nodes = nodes;
    this.el = el("li", `row ${names}`);
    this.selected = null;
    this.forget();
  }

  /** Undo what a person did in it, which outlives each drawing. */
  forget() {
    this.state = { pressed: null, variant: 0, all: false, card: 0, images: new Map() };
  }

  /** @param {string} base where the content is @param {object} filling the same object while it fills the same */
  update(base, content, found = NOTHING, filling) {
    const same = this.found?.key === found.key && Object.is(this.content, content);
    const filled = this.filling === filling || !this.used;
    if (this.base !== base) this.base = this.el.dataset.base = base;
    if (this.content?.type !== content?.type) this.forget();
    Object.assign(this, { content, found, filling });
    if (!same || !filled) this.draw();
  }

  /** Draw it again after something was done in it. */
  set(change, to) {
    Object.assign(this.state, change);
    this.draw(to);
  }

  /** @param {string} [to] where the focus goes, if it is here; else it stays at its place */
  draw(to) {
    const active = this.el.getRootNode().activeElement;
    const held = this.el.contains(active);
    const index = held ? this._focusable(placeOf(active)).indexOf(active) : 0;
    this.used = false;
    this.unseen = this.found.list;
    this.el.replaceChildren(...this._nodes(this).filter(Boolean));
    this.select(this.selected);
    if (!held) return;
    const here = this._focusable(to ?? placeOf(active));
    (here[index] ?? here[0] ?? [...this.el.querySelectorAll("button")].pop())?.focus({ preventScroll: true });
  }

  _focusable(at) {
    return [...this.el.querySelectorAll("button, [tabindex]")].filter((each) => placeOf(each) === at);
  }

  get(at) {
    return valueAt(this.content, at);
  }

  /** An element that a person selects. Its children are drawn first: they tell what was found at them. */
  part(tag, at, names, props, ...children) {
    const here = this.unseen.filter((each) => each.at === at || each.at.startsWith(`${at}/`));
    if (here.length) this.unseen = this.unseen.filter((each) => !here.includes(each));
    const all = { tabindex: -1, title: messages(here) || null, ...props, data: { at } };
    return el(tag, `part ${names} ${stateOf(here)}`, all, children, mark(here));
  }

  /** A part that the Tab key leads to. */
  group(at, names, label, ...children) {
    return this.part("div", at, names, { tabindex: 0, role: "group", aria: { label } }, children);
  }

  /** What should be a text; any other value as it is. */
  text(at, atMost = TEXT, name = at.slice(at.lastIndexOf("/") + 1)) {
    const value = this.get(at);
    if (value === undefined) return quiet(`no ${name}`);
    if (value === "" || (Array.isArray(value) && !value.length)) return quiet(`empty ${name}`);
    return typeof value === "string" ? textNodes(value, atMost, this) : inline(value);
  }

  /** The entries of what should be an array; any other value as it is. */
  entries(at, each) {
    const value = this.get(at);
    if (!Array.isArray(value) || !value.length) return [this.part("div", at, "gap", {}, this.text(at))];
    const left = value.length - ENTRIES;
    const shown = value.slice(0, ENTRIES).map((_, index) => each(`${at}/${index}`));
    return [...shown, left > 0 && box("gap", quiet(`and ${left.toLocaleString("en")} more`))];
  }

  /** What is not what it should be, as it is. */
  junk(at, label, value = this.get(at)) {
    return this.group(at, "bubble junk", label, quiet(label), raw(value));
  }

  /** The smallest part that shows a place. */
  at(place) {
    const parts = [...this.el.querySelectorAll("[data-at]")];
    return parts.findLast(({ dataset: { at } }) => at === place || place.startsWith(`${at}/`));
  }

  /** @param {string|null} place whose part is outlined, also when it is drawn again */
  select(place) {
    this.selected = place;
    this.el.querySelector("[aria-current]")?.removeAttribute("aria-current");
    if (place !== null) this.at(place)?.setAttribute("aria-current", "true");
  }
}

function placeOf(element) {
  return element.closest("[data-at]")?.dataset.at;
}
