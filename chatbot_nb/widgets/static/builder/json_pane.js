/** The document as JSON, to be read and typed: what does not parse is kept, and so is the last document that did. */
import { h } from "../core/dom.js";
import { lineOf, pointerAt, read, write } from "../core/json.js";
import { LARGEST } from "./sync.js";
import { put } from "./toolbar.js";

const MARKS = { error: "✗", warning: "!", info: "i" };

export class JsonPane {
  /** @param {import("./part.js").Builder} builder */
  constructor(builder) {
    this.builder = builder;
    this.title = "JSON";
    this.gutter = h("pre", { class: "cbn-gutter", aria: { hidden: "true" } });
    this.area = h("textarea", {
      class: "cbn-input cbn-code cbn-json",
      spellcheck: false,
      wrap: "off",
      aria: { label: "Reply as JSON" },
      on: { input: () => this._typed(), select: () => this._pointed(), keyup: () => this._pointed(), click: () => this._pointed() },
    });
    this.note = h("p", { class: "cbn-note", role: "status" });
    const copy = () => navigator.clipboard.writeText(this.area.value).then(() => put(this.note, "Copied."), () => this.area.select());
    const button = h("button", { type: "button", text: "Copy", on: { click: copy } });
    this.el = h("div", { class: "cbn-pane" }, h("div", { class: "cbn-actions" }, button, this.note), h("div", { class: "cbn-json-box" }, this.gutter, this.area));
    this.spans = new Map();
    this._doc = undefined;
    this._selected = "";
  }

  refresh() {
    const { store } = this.builder;
    if (store.doc !== this._doc) this._write(store.doc);
    if (store.draft === null) this._mark(store.findings);
    const { pointer, by } = store.selected;
    if (by !== this && pointer !== this._selected) this._select(pointer);
    this._selected = pointer;
  }

  _write(doc) {
    this._doc = doc;
    if (this._own === doc) return; // it was typed here: the text stays as its author wrote it
    const { text, spans } = write(doc);
    this.spans = spans;
    this._put(text);
    put(this.note, "");
  }

  _put(text) {
    this.area.value = text;
    this.area.rows = text.split("\n").length;
  }

  _typed() {
    const { store } = this.builder;
    const text = this.area.value;
    this.area.rows = text.split("\n").length;
    if (text.length > LARGEST) {
      store.setDraft(text);
      put(this.note, `${text.length.toLocaleString("en")} characters; the builder takes at most 1,000,000. In Python: cb.Reply.load(path)`);
      return;
    }
    const parsed = read(text);
    if (!parsed.ok) {
      store.setDraft(text);
      put(this.note, `Not JSON yet, line ${parsed.line}, column ${parsed.column}: ${parsed.message}. The last good reply stays.`);
      return;
    }
    this.spans = parsed.spans;
    this._own = parsed.value;
    put(this.note, "");
    store.setDraft(null);
    store.edit(parsed.value, { field: "json" });
  }

  _pointed() {
    const pointer = pointerAt(this.spans, this.area.selectionStart) ?? "";
    this._selected = pointer;
    this.builder.store.select(pointer, this);
  }

  _select(pointer) {
    const span = this.spans.get(pointer);
    if (span) this.area.setSelectionRange(span.start, span.end);
  }

  /** A number for each line, and a mark at those where something was found. */
  _mark(findings) {
    const text = this.area.value;
    if (findings === this._marked && text === this._markedText) return;
    [this._marked, this._markedText] = [findings, text];
    const worst = new Map();
    for (const { pointer, severity } of findings) {
      const span = this.spans.get(pointer) ?? this.spans.get("");
      const { line } = lineOf(text, span?.start ?? 0);
      if (worst.get(line) !== "error") worst.set(line, severity);
    }
    const lines = text.split("\n").map((_, index) => {
      const severity = worst.get(index + 1);
      return severity ? h("span", { class: `cbn-${severity}`, text: `${MARKS[severity]} ${index + 1}\n` }) : `${index + 1}\n`;
    });
    this.gutter.replaceChildren(...lines);
  }
}
