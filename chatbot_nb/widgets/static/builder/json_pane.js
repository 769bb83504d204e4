// The document as JSON, to be read and typed: what does not parse is kept, and so is the last document that did.

import { MARKS } from "../chat/row.js";
import { h, put } from "../core/dom.js";
import { lineOf, pointerAt, read, write } from "../core/json.js";
import { copyButton } from "./copy.js";
import { LARGEST } from "./sync.js";
import { counted } from "./toolbar.js";

export class JsonPane {
  title = "JSON";
  spans = new Map();
  selected = "";

  constructor({ store }) {
    this.store = store;
    this.gutter = h("pre.gutter", { "aria-hidden": "true" });
    const point = () => this.point();
    const on = { oninput: () => this.typed(), onselect: point, onkeyup: point, onclick: point };
    const props = { spellcheck: false, wrap: "off", "aria-label": "Reply as JSON", ...on };
    this.area = h("textarea.input code json", props);
    this.note = h("p.note", { role: "status" });
    const actions = h("div.actions", copyButton(this.area, this.note), this.note);
    this.el = h("div.pane", actions, h("div.json-box", this.gutter, this.area));
  }

  refresh() {
    const { doc, draft, findings, selected } = this.store;
    if (doc !== this.doc) this.write(doc);
    if (draft === null) this.mark(findings);
    const span = selected.pointer !== this.selected && selected.by !== this && this.spans.get(selected.pointer);
    if (span) this.area.setSelectionRange(span.start, span.end);
    this.selected = selected.pointer;
  }

  write(doc) {
    this.doc = doc;
    if (this.own === doc) return; // it was typed here: the text stays as its author wrote it
    const { text, spans } = write(doc);
    this.spans = spans;
    this.area.value = text;
    this.area.rows = text.split("\n").length;
    put(this.note, "");
  }

  typed() {
    const { store, area } = this;
    const text = area.value;
    area.rows = text.split("\n").length;
    const parsed = text.length > LARGEST ? tooLong(text) : read(text);
    if (!parsed.ok) {
      const { line, column, message } = parsed;
      const place = line ? `Not JSON yet, line ${line}, column ${column}: ` : "";
      put(this.note, `${place}${message}. The last good reply stays.`);
      store.setDraft(text);
      return;
    }
    this.spans = parsed.spans;
    this.own = parsed.value;
    put(this.note, "");
    store.setDraft(null);
    store.edit(parsed.value, { field: "json" });
  }

  /** What the author turned to in here; a text that is selected from elsewhere is no such thing. */
  point() {
    if (document.activeElement !== this.area || this.store.draft !== null) return;
    this.selected = pointerAt(this.spans, this.area.selectionStart);
    this.store.select(this.selected, this);
  }

  /** A number for each line, and a mark at those where something was found. */
  mark(findings) {
    const text = this.area.value;
    if (findings === this.marked && text === this.markedText) return;
    [this.marked, this.markedText] = [findings, text];
    const worst = new Map();
    for (const { pointer, severity } of findings) {
      const span = this.spans.get(pointer) ?? this.spans.get("");
      const { line } = lineOf(text, span?.start ?? 0);
      if (worst.get(line) !== "error") worst.set(line, severity);
    }
    const lines = text.split("\n").map((_, index) => {
      const severity = worst.get(index + 1);
      return severity ? h(`span.${severity}`, `${MARKS[severity]} ${index + 1}\n`) : `${index + 1}\n`;
    });
    this.gutter.replaceChildren(...lines);
  }
}

export function tooLong(text) {
  const size = counted(text.length, "character");
  return { message: `${size}; the builder takes at most 1,000,000. In Python: cb.Reply.load(path)` };
}
