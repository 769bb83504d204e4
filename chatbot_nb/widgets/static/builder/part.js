// What every part of the form has: a place in the document, a name, and a line for counters and findings.

import { MARKS } from "../chat/row.js";
import { h, newId, put, word } from "../core/dom.js";
import { mendOf } from "../core/mends.js";
import { pointerOf, remove, set } from "../core/pointer.js";
import { offer } from "./change.js";

/** @typedef {{store: object, sync: object, form: object, focus: (pointer: string) => void}} Builder of one view */

/** Shows one value of the document, whatever stands there or comes to stand there. */
export class Part {
  parts = []; // inside this one
  slot = null; // without one, the part above tells what was found here
  problem = null; // findings that are told in place of the kernel's

  /** @param {string|number} key where the value is in the one above @param {HTMLElement} [label] names this part */
  constructor(above, key, label) {
    Object.assign(this, { above, key, label, builder: above.builder });
    if (label) label.id ||= newId();
  }

  get store() {
    return this.builder.store;
  }

  /** The ids of what names this part, from the outermost: its path in words. */
  names() {
    return [...this.above.names(), ...(this.label ? [this.label.id] : [])];
  }

  /** The place of the value, which may move. */
  pointer() {
    return this.above.pointer() + pointerOf([this.key]);
  }

  makeInput(tag, props) {
    const described = (this.slot ?? this.above.slot).el.id;
    const names = { "aria-labelledby": this.names().join(" "), "aria-describedby": described };
    this.input = h(`${tag}.input`, { ...names, onfocus: () => this.store.select(this.pointer()), ...props });
    return this.input;
  }

  /** Put a value into the document at this place; undefined takes it away. */
  put(value, say = "", isTyped = false) {
    const pointer = this.pointer();
    const { doc } = this.store;
    const next = value === undefined ? remove(doc, pointer) : set(doc, pointer, value);
    this.store.edit(next, { say, field: isTyped ? pointer : null });
  }

  accepts(value) {
    return value === undefined || typeof value === "string";
  }

  focus() {
    (this.input ?? (this.body ?? this.el).querySelector("input, textarea, select, button"))?.focus();
  }

  /** Show the value by other parts, if that is better by now. */
  renew() {
    const { value } = this;
    this.value = undefined;
    this.update(value);
    this.store.tell();
  }

  /** @param {Map<string, object[]>} findings by pointer */
  found(findings) {
    return findings.get(this.pointer()) ?? [];
  }

  /** Show what was found here and below, and return it. */
  show(findings) {
    const own = this.found(findings);
    const inner = this.parts.map((part) => ({ isTold: part.slot, found: part.show(findings) }));
    this.slot?.show(this.problem ?? [...own, ...inner.flatMap(({ isTold, found }) => (isTold ? [] : found))]);
    const all = [...own, ...inner.flatMap(({ found }) => found)];
    const has = (severity) => all.some((finding) => finding.severity === severity && !finding.maybe);
    const { classList } = this.input ?? this.el;
    classList.toggle("cbn-has-error", has("error"));
    classList.toggle("cbn-has-warning", !has("error") && has("warning"));
    if (has("error")) this.input?.setAttribute("aria-invalid", "true");
    else this.input?.removeAttribute("aria-invalid");
    return all;
  }
}

/** A line below a field: what was found at the left, counters at the right. It always takes its room. */
export class Slot {
  constructor(builder) {
    this.builder = builder;
    this.messages = h("div.messages");
    this.counter = h("div.counter");
    this.el = h("div.slot is-empty", { id: newId() }, this.messages, this.counter);
    this.shown = "[]";
  }

  show(findings) {
    const shown = JSON.stringify(findings);
    if (shown === this.shown) return;
    this.shown = shown;
    this.el.classList.toggle("cbn-is-empty", findings.length === 0);
    this.messages.replaceChildren(...findings.map((finding) => message(this.builder, finding)));
  }

  count(text, state) {
    put(this.counter, text);
    this.counter.className = state ? `cbn-counter cbn-is-${state}` : "cbn-counter";
  }
}

/** A finding as it reads everywhere: its mark, its words, and what puts it right. */
export function message(builder, finding) {
  const { pointer, severity, maybe, sample } = finding;
  const mend = () => mendOf(builder.store.doc, finding, builder.form);
  const { label } = mend() ?? {};
  const click = () => {
    const now = mend(); // it may have been edited since
    if (now) offer(builder, now, line);
  };
  const line = h(
    `div.finding ${maybe ? "maybe" : severity}`,
    { title: pointer },
    h("span.mark", { "aria-hidden": "true" }, MARKS[severity]),
    word(`${maybe ? "maybe " : ""}${severity}: `),
    h("span.said", sample === undefined ? "" : `with sample ${sample + 1}: `, finding.message),
    label && h("button.link", { onclick: click }, label),
  );
  return line;
}
