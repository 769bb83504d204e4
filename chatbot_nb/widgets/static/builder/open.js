/** What opens a reply in the builder: a template, or a payload that somebody pastes. */
import { h } from "../core/dom.js";
import { LARGEST } from "./sync.js";
import { counted, put } from "./toolbar.js";

export class Open {
  /**
   * @param {import("./part.js").Builder} builder
   * @param {{ title: string, summary: string, payload: unknown, samples: object[] }[]} templates
   */
  constructor(builder, templates) {
    this.builder = builder;
    this.templates = templates;
    this.el = h("div", { class: "cbn-open", hidden: true });
    this.el.addEventListener("keydown", (event) => event.key === "Escape" && this.close());
    this._now = null;
  }

  showTemplates() {
    this._show("templates", "Start from a template", h("div", { class: "cbn-templates" }, this.templates.map((each) => this._template(each))));
  }

  showPaste() {
    const area = h("textarea", { class: "cbn-input cbn-code", rows: 6, spellcheck: false, aria: { label: "Payload" }, placeholder: "A reply as JSON, as ChatBot refused it, or as code wrote it" });
    const note = h("div", { class: "cbn-note", role: "status" });
    const takes = h("div", { class: "cbn-actions" });
    const button = h("button", { class: "cbn-primary", type: "button", text: "Read", on: { click: () => this._read(area.value, note, takes) } });
    this._show("paste", "Paste a payload", area, h("div", { class: "cbn-actions" }, button), note, takes);
    area.focus();
  }

  close() {
    this.el.hidden = true;
    this._now = null;
  }

  refresh() {}

  _show(what, title, ...content) {
    if (this._now === what) {
      this.close();
      return;
    }
    this._now = what;
    const away = h("button", { class: "cbn-icon", type: "button", text: "✕", title: "Close", aria: { label: "Close" }, on: { click: () => this.close() } });
    this.el.replaceChildren(h("div", { class: "cbn-open-head" }, h("h4", { class: "cbn-name", text: title }), away), ...content);
    this.el.hidden = false;
    this.el.querySelector("button:not(.cbn-icon), textarea")?.focus();
  }

  _template({ title, summary, payload, samples }) {
    const take = () => this._take(payload, `template ${title}`, samples);
    return h("button", { class: "cbn-template", type: "button", on: { click: take } }, h("strong", { text: title }), h("span", { class: "cbn-note", text: summary }));
  }

  _read(text, note, takes) {
    takes.replaceChildren();
    if (text.length > LARGEST) {
      put(note, `${counted(text.length, "character")}; the builder takes at most 1,000,000. In Python: cb.Reply.load(path), or cb.check_file(path)`);
      return;
    }
    put(note, "Reading …");
    this.builder.sync.ask({ type: "read", text }, ({ payload, findings = [], fixed, message }) => {
      const errors = findings.filter((finding) => finding.severity === "error");
      put(note, message ?? [counted(errors.length, "error"), ...errors.slice(0, 3).map((each) => `${each.pointer || "(whole)"}: ${each.message}`)].join("\n"));
      const take = (label, taken, main) => h("button", { class: main ? "cbn-primary" : "", type: "button", text: label, on: { click: () => this._take(taken, "payload pasted") } });
      if (fixed) takes.append(take("Use it with known mistakes put right", fixed, true));
      if (payload !== null && payload !== undefined) takes.append(take("Use it as it is", payload, !fixed));
      return true;
    });
  }

  _take(payload, say, samples = null) {
    const { store } = this.builder;
    store.edit(payload, { say });
    if (samples?.length) {
      store.setSamples(samples);
      store.choose(0);
    }
    this.close();
  }
}
