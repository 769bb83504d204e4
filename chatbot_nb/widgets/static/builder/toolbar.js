/** The line on top: what opens something, undo and redo, the verdict, and what keeps the findings behind. */
import { h } from "../core/dom.js";
import { isObject } from "../core/pointer.js";

const STATUS = {
  "": "",
  waiting: "waiting for the kernel …",
  gone: "the kernel is gone: what is here stays until its cell runs again. Copy the JSON to keep it",
  large: "too large to send: more than 1,000,000 characters changed at once. Undo, or use Python: cb.Reply.load(path)",
};

export class Toolbar {
  /**
   * @param {import("./part.js").Builder} builder
   * @param {{ templates: () => void, paste: () => void, findings: () => void, code: () => void }} open
   */
  constructor(builder, open) {
    this.store = builder.store;
    const button = (text, click, props = {}) => h("button", { type: "button", text, on: { click }, ...props });
    this.undo = button("↶", () => this.store.undo(), { class: "cbn-icon", title: "Undo (Ctrl+Z)", aria: { label: "Undo" } });
    this.redo = button("↷", () => this.store.redo(), { class: "cbn-icon", title: "Redo (Ctrl+Shift+Z)", aria: { label: "Redo" } });
    this.counts = h("span", { class: "cbn-counts" });
    this.status = h("span", { class: "cbn-status", role: "status" });
    this.samples = h("select", { class: "cbn-input cbn-choice", title: "As whom the chat is shown", aria: { label: "Sample" } });
    this.samples.addEventListener("change", () => this.store.choose(this.samples.value === "" ? null : Number(this.samples.value)));
    this.verdict = button("", open.findings, { class: "cbn-verdict" });
    this.el = h(
      "div",
      { class: "cbn-toolbar", role: "toolbar", aria: { label: "Reply" } },
      h("strong", { text: "Reply" }),
      this.counts,
      button("Templates", open.templates),
      button("Paste payload …", open.paste),
      this.undo,
      this.redo,
      h("span", { class: "cbn-space" }),
      this.status,
      this.verdict,
      this.samples,
      button("Export", open.code, { class: "cbn-primary" }),
    );
  }

  refresh() {
    const { store } = this;
    this.undo.disabled = !store.history.canUndo;
    this.redo.disabled = !store.history.canRedo;
    put(this.counts, contents(store.doc));
    put(this.status, STATUS[store.status]);
    this._refreshSamples(store);
    const { text, worst } = verdict(store.findings, store.judged.verdict);
    put(this.verdict, text);
    this.verdict.className = `cbn-verdict cbn-${worst}`;
  }

  _refreshSamples({ samples, sample }) {
    if (samples !== this._samples) {
      const named = samples.map((each, index) => h("option", { value: index, text: `${index + 1}: ${shortly(each)}` }));
      this.samples.replaceChildren(h("option", { value: "", text: "no sample" }), ...named);
      this.samples.hidden = samples.length === 0;
      this._samples = samples;
    }
    this.samples.value = sample === null ? "" : String(sample);
  }
}

/** @param {HTMLElement} element @param {string} text */
export function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** @returns {string} "1 error", "2 errors". */
export function counted(number, one) {
  return `${number.toLocaleString("en")} ${one}${number === 1 ? "" : "s"}`;
}

/** The first value of a sample, which tells it from others. */
function shortly(sample) {
  const text = String(Object.values(sample).find((value) => value !== null && value !== "") ?? "no values");
  const points = [...text.slice(0, 60)];
  return points.length > 20 ? `${points.slice(0, 19).join("")}…` : text;
}

function contents(doc) {
  const responses = isObject(doc) && Array.isArray(doc.responses) ? doc.responses.length : 0;
  const attributes = isObject(doc) && isObject(doc.attributes) ? Object.keys(doc.attributes).length : 0;
  return [counted(responses, "response"), ...(attributes ? [counted(attributes, "attribute")] : [])].join(" · ");
}

/** The kernel counts what it found, also beyond what it sent; what is only suspected here is not said to be wrong. */
function verdict(findings, { errors, warnings, findings: told }) {
  const settled = findings === told;
  const number = (severity) => findings.filter((finding) => finding.severity === severity).length;
  const [wrong, odd] = settled && errors !== undefined ? [errors, warnings] : [number("error"), number("warning")];
  const text = [wrong && `✗ ${counted(wrong, "error")}`, odd && `! ${counted(odd, "warning")}`].filter(Boolean).join("  ");
  return { text: text || "✓ valid", worst: wrong ? "error" : odd ? "warning" : "ok" };
}
