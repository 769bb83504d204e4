/**
 * The pieces that every part of the form has: a place in the document, and a line below it for counters and findings.
 *
 * @typedef {{ store: import("./store.js").Store, form: object, focus: (pointer: string) => void }} Builder
 */
import { h } from "../core/dom.js";
import { mendOf } from "../core/mends.js";
import { pointerOf, set } from "../core/pointer.js";
import { Change } from "./change.js";

const MARKS = { error: "✗", warning: "!", info: "i" };
let ids = 0;

/** @returns {string} An id that no other element of the page has. */
export function newId() {
  ids += 1;
  return `cbn-${ids}`;
}

/** A part of the form: an editor of one value of the document. */
export class Part {
  /**
   * @param {Builder} builder
   * @param {{ pointer: () => string }} above
   * @param {string | number} key Where the value is in the one above.
   */
  constructor(builder, above, key) {
    this.builder = builder;
    this.above = above;
    this.key = key;
    /** @type {HTMLElement} */
    this.el = null;
    this.value = undefined;
    /** @type {string | null} The id of the element that names this part. */
    this.nameId = null;
  }

  /** @returns {string[]} The ids of what names this part, from the outermost: together they are its path in words. */
  names() {
    return [...(this.above.names?.() ?? []), this.nameId].filter(Boolean);
  }

  /** @returns {string} The place of the value: it may move, so it is asked for when it is needed. */
  pointer() {
    return this.above.pointer() + pointerOf([String(this.key)]);
  }

  /**
   * Put a value into the document at this place.
   *
   * @param {unknown} value
   * @param {{ typing?: boolean, say?: string }} [how]
   */
  put(value, { typing = false, say = "" } = {}) {
    const { store } = this.builder;
    const pointer = this.pointer();
    store.edit(set(store.doc, pointer, value), { field: typing ? pointer : null, say });
  }

  /** @returns {boolean} Whether this part can show such a value. */
  accepts() {
    return true;
  }

  /** Bring the focus here. */
  focus() {
    this.el.querySelector("input, textarea, select, button")?.focus();
  }

  /** @returns {Part[]} The parts inside. */
  get inner() {
    return [];
  }

  /**
   * Show what was found here and below.
   *
   * @param {Map<string, object[]>} findings By pointer.
   */
  show(findings) {
    for (const part of this.inner) part.show(findings);
  }
}

/** The line below a field: what was found at the left, counters at the right. It always takes its room. */
export class Slot {
  /** @param {Builder} builder */
  constructor(builder) {
    this.builder = builder;
    this.id = newId();
    this.messages = h("div", { class: "cbn-messages", id: this.id });
    this.counter = h("div", { class: "cbn-counter", id: `${this.id}-count` });
    this.el = h("div", { class: "cbn-slot" }, this.messages, this.counter);
    this._shown = [];
  }

  /** @param {object[]} findings */
  show(findings) {
    if (alike(findings, this._shown)) return;
    this._shown = findings;
    this.messages.replaceChildren(...findings.map((finding) => message(this.builder, finding)));
  }

  /**
   * @param {string} text
   * @param {string} [state] Of `count`: "near", "over", "under", "wide".
   */
  count(text, state = "") {
    if (this.counter.textContent !== text) this.counter.textContent = text;
    this.counter.className = `cbn-counter ${state && `cbn-is-${state}`}`;
  }
}

/**
 * A finding as it reads everywhere: its mark, its words, and what puts it right.
 *
 * @param {Builder} builder
 * @param {object} finding
 * @returns {HTMLElement}
 */
export function message(builder, finding) {
  const { store } = builder;
  const mend = finding.sample === undefined ? mendOf(store.doc, finding, store.form) : null;
  const sample = finding.sample === undefined ? "" : `with sample ${finding.sample + 1}: `;
  const line = h(
    "div",
    { class: `cbn-finding cbn-${finding.maybe ? "maybe" : finding.severity}`, title: finding.pointer },
    h("span", { class: "cbn-mark", text: MARKS[finding.severity], aria: { hidden: "true" } }),
    h("span", { class: "cbn-word", text: `${finding.maybe ? "maybe " : ""}${finding.severity}: ` }),
    h("span", { class: "cbn-said", text: sample + finding.message }),
    mend && h("button", { class: "cbn-link", type: "button", text: mend.label, on: { click: () => offer() } }),
  );
  const offer = () => {
    const now = mendOf(store.doc, finding, store.form); // it may have been edited since
    if (now) new Change(builder, now).openAfter(line);
  };
  return line;
}

function alike(some, others) {
  return (
    some.length === others.length &&
    some.every((finding, index) => {
      const other = others[index];
      return (
        finding.message === other.message && finding.pointer === other.pointer && !finding.maybe === !other.maybe
      );
    })
  );
}
