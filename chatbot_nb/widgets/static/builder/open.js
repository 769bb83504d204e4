// What opens a reply in the builder: a template, or a payload that somebody pastes.

import { h, icon, put } from "../core/dom.js";
import { tooLong } from "./json_pane.js";
import { LARGEST } from "./sync.js";
import { counted } from "./toolbar.js";

export class Open {
  constructor({ store, sync }, templates) {
    Object.assign(this, { store, sync, templates });
    this.el = h("div.open", { hidden: true, onkeydown: ({ key }) => key === "Escape" && this.close() });
  }

  showTemplates() {
    const templates = this.templates.map(({ title, summary, payload, samples }) => {
      const onclick = () => this.take(payload, `template ${title}`, samples);
      return h("button.template", { onclick }, h("strong", title), h("span.note", summary));
    });
    this.show("Start from a template", h("div.templates", templates));
  }

  showPaste() {
    const placeholder = "A reply as JSON, as ChatBot refused it, or as code wrote it";
    const area = h("textarea.input code", { rows: 6, spellcheck: false, "aria-label": "Payload", placeholder });
    const note = h("div.note", { role: "status" });
    const takes = h("div.actions");
    const read = h("button.primary", { onclick: () => this.read(area.value, note, takes) }, "Read");
    this.show("Paste a payload", area, h("div.actions", read), note, takes);
  }

  close() {
    this.el.hidden = true;
    this.shown = null;
  }

  /** Or close it, if it is shown. */
  show(title, ...content) {
    if (this.shown === title) {
      this.close();
      return;
    }
    this.shown = title;
    const head = h("div.open-head", h("h4.name", title), icon("✕", "Close", () => this.close()));
    this.el.replaceChildren(head, ...content);
    this.el.hidden = false;
    this.el.querySelector("textarea, .cbn-template")?.focus();
  }

  read(text, note, takes) {
    takes.replaceChildren();
    if (text.length > LARGEST) {
      put(note, tooLong(text).message);
      return;
    }
    put(note, "Reading …");
    this.sync.ask({ type: "read", text }, ({ payload, findings = [], fixed, message }) => {
      const errors = findings.filter((finding) => finding.severity === "error");
      const first = errors.slice(0, 3).map((each) => `${each.pointer || "(whole)"}: ${each.message}`);
      put(note, message ?? [counted(errors.length, "error"), ...first].join("\n"));
      const offer = (names, label, taken) =>
        takes.append(h(`button${names}`, { onclick: () => this.take(taken, "payload pasted") }, label));
      if (fixed) offer(".primary", "Use it with known mistakes put right", fixed);
      if (payload !== null && payload !== undefined) offer(fixed ? "" : ".primary", "Use it as it is", payload);
      return true;
    });
  }

  take(payload, say, samples = []) {
    this.store.edit(payload, { say });
    if (samples.length) {
      this.store.setSamples(samples);
      this.store.choose(0);
    }
    this.close();
  }
}
