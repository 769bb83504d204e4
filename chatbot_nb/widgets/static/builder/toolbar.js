// The line on top: what opens something, undo and redo, the verdict, and what keeps the findings behind.

import { offerSamples } from "../chat/view.js";
import { h, icon, put } from "../core/dom.js";
import { isObject } from "../core/pointer.js";

const STATUS = {
  "": "",
  waiting: "waiting for the kernel …",
  gone: "the kernel is gone: what is here stays until its cell runs again. Copy the JSON to keep it",
  large: "too large to send: more than 1,000,000 characters changed at once. Undo, or use Python: cb.Reply.load(path)",
};

export class Toolbar {
  constructor(store, open) {
    this.store = store;
    this.undo = icon("↶", "Undo (Ctrl+Z)", () => store.undo());
    this.redo = icon("↷", "Redo (Ctrl+Shift+Z)", () => store.redo());
    this.counts = h("span.counts");
    this.status = h("span.status", { role: "status" });
    this.samples = h("select.input choice", {
      title: "As whom the chat is shown",
      "aria-label": "Sample",
      onchange: ({ target: { value } }) => store.choose(value === "" ? null : Number(value)),
    });
    this.verdict = h("button.verdict", { onclick: open.findings });
    this.el = h(
      "div.toolbar",
      { role: "toolbar", "aria-label": "Reply" },
      h("strong", "Reply"),
      this.counts,
      h("button", { onclick: open.templates }, "Templates"),
      h("button", { onclick: open.paste }, "Paste payload …"),
      this.undo,
      this.redo,
      this.status,
      h("span.right", this.verdict, this.samples, h("button.primary", { onclick: open.code }, "Export")),
    );
  }

  refresh() {
    const { doc, history, counts, isJudged, samples, sample, status } = this.store;
    this.undo.disabled = !history.canUndo;
    this.redo.disabled = !history.canRedo;
    put(this.counts, contents(doc));
    put(this.status, STATUS[status]);
    if (samples !== this.offered) offerSamples(this.samples, samples);
    this.offered = samples;
    this.samples.hidden = samples.length === 0;
    this.samples.value = sample ?? "";
    const { errors, warnings } = counts;
    if (!isJudged && !errors && !warnings) return; // what was said stays until the kernel has answered
    const parts = [errors && `✗ ${counted(errors, "error")}`, warnings && `! ${counted(warnings, "warning")}`];
    put(this.verdict, parts.filter(Boolean).join("  ") || "✓ valid");
    this.verdict.className = `cbn-verdict cbn-${errors ? "error" : warnings ? "warning" : "ok"}`;
  }
}

/** "1 error", "2 errors". */
export function counted(number, one) {
  return `${number.toLocaleString("en")} ${one}${number === 1 ? "" : "s"}`;
}

function contents(doc) {
  const responses = isObject(doc) && Array.isArray(doc.responses) ? doc.responses.length : 0;
  const attributes = isObject(doc) && isObject(doc.attributes) ? Object.keys(doc.attributes).length : 0;
  return counted(responses, "response") + (attributes ? ` · ${counted(attributes, "attribute")}` : "");
}
