// What a builder shows and how it changes. Panes are told after each change, and compare identities to know what is
// theirs to do.

import { suspects } from "../core/counting.js";
import { History } from "../core/history.js";
import { at, follow } from "../core/pointer.js";

// What the browser can judge by itself until the kernel has spoken.
const LOCAL = new Set(["too_long", "too_short", "too_long_utf16", "too_many", "too_few", "missing"]);

export class Store {
  selected = { pointer: "", by: null }; // where the author is, and the pane that said so
  draft = null; // JSON being typed that does not parse; nothing of it is lost
  status = ""; // why the findings may be behind: "waiting", "gone" or "large"
  theirs = null; // the document as Python changed it while it was edited here
  said = ""; // for a screen reader
  listeners = new Set();

  constructor({ payload, samples }, form) {
    Object.assign(this, { form, samples, history: new History(payload) });
    this.sample = samples.length ? 0 : null; // which one fills the placeholders; null shows them as they are
    this.judge(payload, { findings: [], fixed: null });
  }

  get doc() {
    return this.history.doc;
  }

  get attributes() {
    return this.samples[this.sample] ?? null;
  }

  /** Be told of each change, until what is returned is called. */
  subscribe(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  tell() {
    for (const listener of this.listeners) listener();
  }

  /** `say` is the result, for a screen reader; `field` what is being typed into, so that it is one step to undo. */
  edit(doc, { say = "", field = null } = {}) {
    if (doc === this.doc) return;
    this.history.push(doc, field);
    this.edited(say);
  }

  undo() {
    const { doc } = this;
    if (this.history.undo() !== doc) this.edited("undone");
  }

  redo() {
    const { doc } = this;
    if (this.history.redo() !== doc) this.edited("done again");
  }

  setSamples(samples) {
    this.samples = samples;
    if (this.sample >= samples.length) this.sample = samples.length ? samples.length - 1 : null;
    this.onEdit?.();
    this.tell();
  }

  choose(sample) {
    this.sample = sample;
    this.tell();
  }

  /** The pane where a place was chosen says so; the others follow. */
  select(pointer, by = null) {
    if (pointer === this.selected.pointer) return;
    this.selected = { pointer, by };
    this.tell();
  }

  setDraft(draft) {
    this.draft = draft;
    this.tell();
  }

  judge(doc, verdict) {
    this.judged = { doc, verdict };
    this.known = null;
  }

  /** What is wrong with the document as it stands; `maybe` what the kernel has not said of it. */
  get findings() {
    if (this.known?.doc !== this.doc) this.known = { doc: this.doc, findings: this.find() };
    return this.known.findings;
  }

  /** Whether the kernel has looked at the document as it stands. */
  get isJudged() {
    return this.judged.doc === this.doc;
  }

  /** How many there are of each severity; the kernel counts also what it has not sent. */
  get counts() {
    const { findings, judged } = this;
    if (findings === judged.verdict.findings && "errors" in judged.verdict) return judged.verdict;
    const number = (severity) => findings.filter((finding) => finding.severity === severity).length;
    return { errors: number("error"), warnings: number("warning"), infos: number("info") };
  }

  find() {
    const { doc, verdict } = this.judged;
    if (this.isJudged) return verdict.findings;
    const kept = [];
    for (const finding of verdict.findings) {
      const pointer = follow(finding.pointer, doc, this.doc);
      if (pointer === null) continue;
      const maybe = !same(at(doc, finding.pointer), at(this.doc, pointer));
      if (!maybe) kept.push({ ...finding, pointer });
      else if (!LOCAL.has(finding.code) || finding.sample !== undefined) kept.push({ ...finding, pointer, maybe });
    }
    const isKept = (own) => kept.some(({ pointer, code }) => pointer === own.pointer && code === own.code);
    const own = suspects(this.doc, this.form).filter((each) => !isKept(each));
    return [...kept, ...own.map((each) => ({ ...each, maybe: true }))];
  }

  edited(say) {
    this.draft = null;
    this.said = say;
    this.onEdit?.();
    this.tell();
  }
}

/** What a finding was about is still the same: of arrays and objects, as far as findings look at them. */
function same(before, now) {
  if (Array.isArray(before) && Array.isArray(now)) return before.length === now.length;
  if (before && now && typeof before === "object" && typeof now === "object") return true;
  return before === now;
}
