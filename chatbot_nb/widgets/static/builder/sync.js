/**
 * The builder's line to its kernel: edits go out as JSON Patch, documents and verdicts come in.
 *
 * The kernel puts edits into one order and counts them (`rev`). What it says of an older edit is ignored; where Python
 * changed the document while edits of ours were on their way, the author decides.
 */
import { diff } from "../core/patch.js";

const PAUSE = 150; // milliseconds without a key, after which an edit is sent
const PATIENCE = 1000; // milliseconds until "waiting for the kernel" is said
export const LARGEST = 1_000_000; // characters of one message; the server cuts the line at ten times as many

export class Sync {
  /**
   * @param {import("./store.js").Store} store
   * @param {{ get: Function, send: Function, on: Function, off: Function }} model
   */
  constructor(store, model) {
    this.store = store;
    this.model = model;
    this.origin = `view-${crypto.getRandomValues(new Uint32Array(2)).join("-")}`;
    const { rev, payload, samples } = model.get("document");
    this.rev = rev;
    this.sent = { doc: payload, samples };
    this.seq = 0;
    this.answered = 0;
    this._timer = null;
    this._patience = null;
    this._asked = new Map();
    store.onEdit = () => this._schedule();
    store.judge(store.doc, model.get("verdict"));
  }

  /**
   * Listen through one view's model, until that view goes. Several views hear everything; what was heard is ignored.
   *
   * @param {{ get: Function, send: Function, on: Function, off: Function }} model
   * @param {AbortSignal} signal
   */
  attach(model, signal) {
    this.model = model;
    const receive = () => this._receive();
    const hear = (message) => this._hear(message);
    const gone = () => this._gone();
    const flush = () => this.flush();
    model.on("change:document", receive);
    model.on("change:verdict", receive);
    model.on("msg:custom", hear);
    model.on("comm_live_update", gone);
    addEventListener("pagehide", flush, { signal });
    signal.addEventListener("abort", () => {
      flush();
      model.off("change:document", receive);
      model.off("change:verdict", receive);
      model.off("msg:custom", hear);
      model.off("comm_live_update", gone);
    });
  }

  /** Send what has been edited, now. */
  flush() {
    clearTimeout(this._timer);
    this._timer = null;
    const { store, sent } = this;
    if (store.status === "gone" || store.theirs) return;
    if (store.status === "large") this._say("");
    if (store.doc === sent.doc && store.samples === sent.samples) return;
    const patch = diff(sent.doc, store.doc);
    if (JSON.stringify(patch).length > LARGEST) {
      this._say("large");
      return;
    }
    this.seq += 1;
    const message = { type: "edit", origin: this.origin, seq: this.seq, base: this.rev, patch };
    if (store.samples !== sent.samples) message.samples = store.samples;
    this.sent = { doc: store.doc, samples: store.samples };
    this.model.send(message);
    this._wait();
  }

  /**
   * Ask the kernel for something.
   *
   * @param {{ type: string }} message
   * @param {(answer: object) => boolean} hear Called with each answer; true says that it was the last.
   */
  ask(message, hear) {
    if (this.store.status === "gone") {
      hear({ message: "the kernel is gone", done: true });
      return;
    }
    this.flush();
    const id = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
    this._asked.set(id, hear);
    this.model.send({ ...message, id });
  }

  /** The author's document counts, whatever Python made of it. */
  keepMine() {
    const { theirs } = this.store;
    this.rev = theirs.rev;
    this.sent = { doc: theirs.payload, samples: theirs.samples };
    this.store.theirs = null;
    this.flush();
    this.store.tell();
  }

  /** Python's document counts; undo brings back the author's. */
  takeTheirs() {
    const { theirs } = this.store;
    this.store.theirs = null;
    this._adopt(theirs);
    this._receive();
  }

  _schedule() {
    clearTimeout(this._timer);
    this._timer = setTimeout(() => this.flush(), PAUSE);
  }

  _receive() {
    const document = this.model.get("document");
    if (document.rev > this.rev) {
      if (document.origin === this.origin) this.rev = document.rev;
      else if (this._isBusy()) this.store.theirs = document;
      else this._adopt(document);
    }
    const verdict = this.model.get("verdict");
    if (verdict.rev === this.rev && (verdict.origin !== this.origin || verdict.seq === this.seq)) {
      this.store.judge(this.sent.doc, verdict);
      this._settle(verdict.origin === this.origin ? verdict.seq : this.answered);
    }
    this.store.tell();
  }

  /** True while something was edited here that the kernel has not confirmed. */
  _isBusy() {
    return this._timer !== null || this.answered < this.seq || this.store.draft !== null;
  }

  _adopt(document) {
    this.rev = document.rev;
    this.answered = this.seq;
    this.sent = { doc: document.payload, samples: document.samples };
    this.store.history.push(document.payload);
    this.store.draft = null;
    this.store.said = "changed from Python";
    this.store.samples = document.samples;
    if (this.store.sample !== null && !(this.store.sample in document.samples)) this.store.sample = null;
  }

  _hear(message) {
    if (message.type === "refused" && message.seq > this.answered) this._refused();
    const hear = this._asked.get(message.id);
    if (hear?.(message)) this._asked.delete(message.id);
  }

  /** What was sent did not fit what the kernel has: the author decides, with both in sight. */
  _refused() {
    this.answered = this.seq;
    const document = this.model.get("document");
    this.store.theirs = document;
    this._settle(this.seq);
    this.store.tell();
  }

  _wait() {
    clearTimeout(this._patience);
    this._patience = setTimeout(() => this._say("waiting"), PATIENCE);
  }

  _settle(seq) {
    this.answered = seq;
    if (seq < this.seq) return;
    clearTimeout(this._patience);
    this.store.status = "";
  }

  _gone() {
    clearTimeout(this._patience);
    this._say("gone");
  }

  _say(status) {
    this.store.status = status;
    this.store.tell();
  }
}
