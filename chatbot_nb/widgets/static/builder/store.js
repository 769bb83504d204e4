/**
 * What a builder shows and how it changes: the document, its history, samples, findings and what is selected.
 *
 * Panes read it and are told after each change; they compare identities to know what is theirs to do.
 *
 * @typedef {{ pointer: string, code: string, severity: "error" | "warning" | "info", message: string, sample?: number,
 *   maybe?: boolean }} Finding
 * @typedef {Record<string, unknown>} Sample
 */
import { suspects } from "../core/counting.js";
import { History } from "../core/history.js";
import { at, follow } from "../core/pointer.js";

/** What the browser can judge by itself, so that its word counts until the kernel has spoken. */
const LOCAL = new Set(["too_long", "too_short", "too_long_utf16", "too_many", "too_few", "missing"]);

export class Store {
  /**
   * @param {{ payload: unknown, samples: Sample[] }} document
   * @param {object} form What the fields of a reply are.
   */
  constructor(document, form) {
    this.form = form;
    this.history = new History(document.payload);
    this.samples = document.samples;
    /** @type {number | null} Which sample fills the placeholders; null shows them as they are. */
    this.sample = document.samples.length ? 0 : null;
    /** Where the author is, and which pane said so. */
    this.selected = { pointer: "", by: null };
    /** @type {string | null} JSON being typed that does not parse; nothing of it is lost. */
    this.draft = null;
    /** @type {"" | "waiting" | "gone" | "large"} Why the findings may be behind. */
    this.status = "";
    /** @type {{ payload: unknown, samples: Sample[], rev: number } | null} What Python made of it meanwhile. */
    this.theirs = null;
    this.said = "";
    this.judged = { doc: this.doc, verdict: { findings: [], fixed: null } };
    this._listeners = new Set();
    this._found = { doc: undefined, judged: undefined, findings: [] };
  }

  /** The document as it stands: JSON, valid or not. */
  get doc() {
    return this.history.doc;
  }

  /** @returns {Sample} The attributes that fill placeholders now. */
  get attributes() {
    return this.sample === null ? null : (this.samples[this.sample] ?? null);
  }

  /**
   * Be told of each change.
   *
   * @param {() => void} listener
   * @returns {() => void} Ends it.
   */
  subscribe(listener) {
    this._listeners.add(listener);
    return () => this._listeners.delete(listener);
  }

  tell() {
    for (const listener of this._listeners) listener();
  }

  /**
   * Put another document in the place of this one.
   *
   * @param {unknown} doc
   * @param {{ field?: string | null, say?: string, select?: string }} [how] `field`: what is being typed into, so that
   *   it is one step of the history; `say`: the result, for a screen reader; `select`: where the author is now.
   */
  edit(doc, { field = null, say = "", select } = {}) {
    if (doc === this.doc) return;
    this.history.push(doc, field);
    this._edited(say, select);
  }

  undo() {
    if (this.history.canUndo) this._went(this.history.undo(), "undone");
  }

  redo() {
    if (this.history.canRedo) this._went(this.history.redo(), "done again");
  }

  /** @param {Sample[]} samples */
  setSamples(samples) {
    this.samples = samples;
    if (this.sample !== null && this.sample >= samples.length) this.sample = samples.length ? samples.length - 1 : null;
    this.onEdit?.();
    this.tell();
  }

  /** @param {number | null} sample */
  choose(sample) {
    this.sample = sample;
    this.tell();
  }

  /**
   * @param {string} pointer
   * @param {object} by The pane where it was chosen; the others follow.
   */
  select(pointer, by) {
    if (pointer === this.selected.pointer) return;
    this.selected = { pointer, by };
    this.tell();
  }

  /** @param {string | null} draft */
  setDraft(draft) {
    this.draft = draft;
    this.tell();
  }

  /**
   * Take over what the kernel found.
   *
   * @param {unknown} doc The document that it looked at.
   * @param {object} verdict
   */
  judge(doc, verdict) {
    this.judged = { doc, verdict };
  }

  /** @returns {Finding[]} What is wrong with the document as it stands; `maybe` where the kernel has not said so. */
  get findings() {
    const found = this._found;
    if (found.doc !== this.doc || found.judged !== this.judged) {
      this._found = { doc: this.doc, judged: this.judged, findings: this._find() };
    }
    return this._found.findings;
  }

  _find() {
    const { doc, verdict } = this.judged;
    if (doc === this.doc) return verdict.findings;
    const kept = [];
    for (const finding of verdict.findings) {
      const pointer = follow(finding.pointer, doc, this.doc);
      if (pointer === null) continue;
      if (same(at(doc, finding.pointer), at(this.doc, pointer))) kept.push({ ...finding, pointer });
      else if (!LOCAL.has(finding.code) || finding.sample !== undefined) kept.push({ ...finding, pointer, maybe: true });
    }
    const known = new Set(kept.map((finding) => `${finding.pointer} ${finding.code}`));
    const own = suspects(this.doc, this.form).filter(({ pointer, code }) => !known.has(`${pointer} ${code}`));
    return [...kept, ...own.map((finding) => ({ ...finding, maybe: true }))];
  }

  _edited(say, select) {
    this.draft = null;
    this.said = say;
    if (select !== undefined) this.selected = { pointer: select, by: null };
    this.onEdit?.();
    this.tell();
  }

  _went(doc, say) {
    if (doc !== undefined) this._edited(say);
  }
}

/** What a finding was about is still the same: of arrays and objects, as far as findings look at them. */
function same(before, now) {
  if (Array.isArray(before) && Array.isArray(now)) return before.length === now.length;
  if (before && now && typeof before === "object" && typeof now === "object") return true;
  return before === now;
}
