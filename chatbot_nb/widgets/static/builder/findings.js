/** All findings as a list; each leads to its place. */
import { h } from "../core/dom.js";
import { message } from "./part.js";

export class Findings {
  /** @param {import("./part.js").Builder} builder */
  constructor(builder) {
    this.builder = builder;
    this.title = "Findings";
    this.el = h("div", { class: "cbn-pane" });
    this._shown = null;
  }

  get count() {
    const { findings, judged } = this.builder.store;
    const { errors = 0, warnings = 0, infos = 0 } = judged.verdict;
    return findings === judged.verdict.findings ? errors + warnings + infos : findings.length;
  }

  refresh() {
    const { findings, judged } = this.builder.store;
    if (findings === this._shown) return;
    this._shown = findings;
    const rows = findings.map((finding) => this._row(finding));
    const more = this.count - findings.length;
    const fixed = judged.verdict.fixed ? this._fixed(judged.verdict.fixed) : null;
    const rest = more > 0 ? h("p", { class: "cbn-note", text: `and ${more} more in builder.report` }) : null;
    const nothing = rows.length ? null : h("p", { class: "cbn-empty", text: "Nothing to put right: ChatBot accepts this reply." });
    this.el.replaceChildren(...[fixed, nothing, rows.length ? h("ol", { class: "cbn-findings" }, rows) : null, rest].filter(Boolean));
  }

  _row(finding) {
    const go = () => this.builder.focus(finding.pointer);
    const place = h("button", { class: "cbn-link cbn-pointer", type: "button", text: finding.pointer || "(whole)", on: { click: go } });
    return h("li", {}, place, message(this.builder, finding));
  }

  /** Mistakes that are known from elsewhere are put right all at once. */
  _fixed(patch) {
    const { builder } = this;
    const line = h("div", { class: "cbn-finding cbn-info" }, h("span", { text: "Some of these are known mistakes." }));
    const offer = () => builder.offer({ label: "Put the known mistakes right", patch, after: line });
    line.append(h("button", { class: "cbn-link", type: "button", text: "Put them right", on: { click: offer } }));
    return h("div", {}, line);
  }
}
