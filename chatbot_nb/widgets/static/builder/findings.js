// All findings as a list; each leads to its place.

import { h } from "../core/dom.js";
import { apply } from "../core/patch.js";
import { offer } from "./change.js";
import { message } from "./part.js";

export class Findings {
  title = "Findings";
  el = h("div.pane");

  constructor(builder) {
    this.builder = builder;
  }

  get count() {
    const { errors, warnings, infos } = this.builder.store.counts;
    return errors + warnings + infos;
  }

  refresh() {
    const { findings, judged } = this.builder.store;
    if (findings === this.shown) return;
    this.shown = findings;
    const more = this.count - findings.length;
    const shown = [
      judged.verdict.fixed && this.known(judged.verdict.fixed),
      findings.length > 0
        ? h("ol.findings", findings.map((finding) => this.row(finding)))
        : h("p.empty", "Nothing to put right: ChatBot accepts this reply."),
      more > 0 && h("p.note", `and ${more} more in builder.report`),
    ];
    this.el.replaceChildren(...shown.filter(Boolean));
  }

  row(finding) {
    const go = () => this.builder.focus(finding.pointer);
    const place = h("button.link pointer", { onclick: go }, finding.pointer || "(whole)");
    return h("li", place, message(this.builder, finding));
  }

  /** Mistakes that are known from elsewhere are put right all at once. */
  known(patch) {
    const { builder } = this;
    const onclick = () => {
      offer(builder, { label: "Put the known mistakes right", doc: apply(builder.store.doc, patch) }, line);
    };
    const words = h("span", "Some of these are known mistakes. ");
    const line = h("div.finding info", words, h("button.link", { onclick }, "Put them right"));
    return h("div", line);
  }
}
