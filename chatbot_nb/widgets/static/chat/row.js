// A row of the chat: it stays while what it shows changes, and is drawn again only then. Its parts bear marks.

import { el, h, word } from "../core/dom.js";
import { at as valueAt } from "../core/pointer.js";
import { TEXT, inline, quiet, raw, textNodes } from "./texts.js";

const ENTRIES = 20; // of an array are shown; the longest documented has as many
const NOTHING = { list: [], key: "" };
export const MARKS = { error: "✗", warning: "!", info: "i" };
const SEVERITIES = Object.keys(MARKS);

/** The row of a response, of the attributes, or of what is no reply. Places in it are told from its content on. */
export class Row {
  constructor(nodes, names) {
    this.nodes = nodes;
    this.el = el(`li.row ${names}`);
    this.selected = null;
    this.forget();
  }

  /** Undo what a person did in it, which outlives each drawing. */
  forget() {
    this.state = { pressed: null, variant: 0, all: false, card: 0, images: new Map() };
  }

  /** `filling` is the same object while it fills the same. */
  update(base, content, found = NOTHING, filling) {
    const same = this.found?.key === found.key && Object.is(this.content, content);
    const filled = this.filling === filling || !this.used;
    if (this.base !== base) this.base = this.el.dataset.base = base;
    if (this.content?.type !== content?.type) this.forget();
    Object.assign(this, { content, found, filling });
    if (!same || !filled) this.draw();
  }

  set(change, to) {
    Object.assign(this.state, change);
    this.draw(to);
  }

  /** The focus, if it is here, goes to a place or stays at its own. */
  draw(to) {
    const active = this.el.getRootNode().activeElement;
    const held = this.el.contains(active);
    const index = held ? this.focusable(placeOf(active)).indexOf(active) : 0;
    this.used = false;
    this.unseen = this.found.list;
    this.el.replaceChildren(...this.nodes(this).filter(Boolean));
    this.select(this.selected);
    if (!held) return;
    const here = this.focusable(to ?? placeOf(active));
    (here[index] ?? here[0] ?? [...this.el.querySelectorAll("button")].pop())?.focus({ preventScroll: true });
  }

  focusable(at) {
    return [...this.el.querySelectorAll("button, [tabindex]")].filter((each) => placeOf(each) === at);
  }

  get(at) {
    return valueAt(this.content, at);
  }

  /** An element that a person selects. Its children are drawn first: they tell what was found at them. */
  part(tag, at, names, props, ...children) {
    const here = this.unseen.filter((each) => each.at === at || each.at.startsWith(`${at}/`));
    if (here.length) this.unseen = this.unseen.filter((each) => !here.includes(each));
    const all = { tabindex: -1, title: messages(here) || null, ...props, "data-at": at };
    return el(`${tag}.part ${names} ${stateOf(here)}`, all, children, mark(here));
  }

  /** A part that the Tab key leads to. */
  group(at, names, label, ...children) {
    return this.part("div", at, names, { tabindex: 0, role: "group", "aria-label": label }, children);
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
    return [...shown, left > 0 && el("div.gap", quiet(`and ${left.toLocaleString("en")} more`))];
  }

  junk(at, label, value = this.get(at)) {
    return this.group(at, "bubble junk", label, quiet(label), raw(value));
  }

  at(place) {
    const parts = [...this.el.querySelectorAll("[data-at]")];
    return parts.findLast(({ dataset: { at } }) => at === place || place.startsWith(`${at}/`));
  }

  /** Outline the part of a place, also when it is drawn again. */
  select(place) {
    this.selected = place;
    this.el.querySelector("[aria-current]")?.removeAttribute("aria-current");
    if (place !== null) this.at(place)?.setAttribute("aria-current", "true");
  }
}

function placeOf(element) {
  return element.closest("[data-at]")?.dataset.at;
}

/**
 * Sort findings by the row that shows them ("/responses/3", "/attributes", or "" for the whole), with their places from
 * there on. Of those with samples, this sample's are told; the key is the same for the same findings.
 */
export function byRow(findings, sample) {
  const rows = new Map();
  for (const { pointer, severity, message, maybe, ...finding } of findings) {
    if ((finding.sample ?? sample) !== sample) continue;
    const base = /^\/responses\/\d+(?=\/|$)|^\/attributes(?=\/|$)|/.exec(pointer)[0];
    if (!rows.has(base)) rows.set(base, { list: [] });
    rows.get(base).list.push({ at: pointer.slice(base.length), severity, message, maybe });
  }
  for (const row of rows.values()) row.key = JSON.stringify(row.list);
  return rows;
}

function worst(found) {
  return SEVERITIES.find((severity) => found.some((each) => each.severity === severity));
}

export function stateOf(found) {
  return found.length ? `has-${worst(found)}${found.every((each) => each.maybe) ? " maybe" : ""}` : "";
}

function messages(found) {
  return found.map((each) => each.message).join("\n");
}

/** A mark that fits into a corner; a screen reader says all of it. */
function mark(found) {
  return found.length > 0 && el("span.mark", sign(worst(found)), heard(found));
}

/** A mark with a word for each severity; a screen reader says what no part of the row tells. */
export function summary(found, unseen) {
  return SEVERITIES.map((severity) => {
    const these = found.filter((each) => each.severity === severity);
    const name = severity === "info" ? "note" : severity;
    const maybe = these.every((each) => each.maybe) ? "maybe " : "";
    const words = ` ${maybe}${these.length > 1 ? `${these.length} ${name}s` : name}`;
    const rest = heard(unseen.filter((each) => these.includes(each)));
    const props = { title: messages(these) };
    return these.length > 0 && el(`span.found ${stateOf(these)}`, props, sign(severity), words, rest);
  });
}

function sign(severity) {
  return h("span", { "aria-hidden": "true" }, MARKS[severity]);
}

function heard(found) {
  return found.length > 0 && word(found.map((each) => ` ${each.severity}: ${each.message}`).join(";"));
}
