// The builder's line to its kernel: edits go out as JSON Patch, documents and verdicts come in. The kernel puts edits
// into one order and counts them (`rev`). What it says of an older edit is ignored; where Python changed the document
// while edits of ours were on their way, the author decides.

import { diff } from "../core/patch.js";

const PAUSE = 150; // milliseconds without a key, after which an edit is sent
const PATIENCE = 1000; // milliseconds until "waiting for the kernel" is said
export const LARGEST = 1_000_000; // characters of one message; the server cuts the line at ten times as many

export class Sync {
  seq = 0; // of the last edit that was sent
  answered = 0; // the last one that the kernel has answered
  timer = null;
  patience = null;
  asked = new Map();

  constructor(store, model) {
    Object.assign(this, { store, model });
    this.origin = `view-${newName()}`;
    this.know(model.get("document"));
    store.onEdit = () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.flush(), PAUSE);
    };
    store.judge(store.doc, model.get("verdict"));
  }

  /** Listen through one view's model, until that view goes. What several views hear counts once. */
  attach(model, signal) {
    this.model = model;
    const events = {
      "change:document": () => this.receive(),
      "change:verdict": () => this.receive(),
      "msg:custom": (message) => this.hear(message),
      comm_live_update: () => this.say("gone"),
    };
    for (const [event, listener] of Object.entries(events)) model.on(event, listener);
    addEventListener("pagehide", () => this.flush(), { signal });
    signal.addEventListener("abort", () => {
      this.flush();
      for (const [event, listener] of Object.entries(events)) model.off(event, listener);
    });
  }

  know({ rev, payload, samples }) {
    this.rev = rev;
    this.sent = { doc: payload, samples };
  }

  flush() {
    clearTimeout(this.timer);
    this.timer = null;
    const { store, sent, origin } = this;
    const { doc, samples } = store;
    if (store.status === "gone" || store.theirs) return;
    if (store.status === "large") this.say(""); // until it is measured again
    if (doc === sent.doc && samples === sent.samples) return;
    const patch = diff(sent.doc, doc);
    if (JSON.stringify(patch).length > LARGEST) {
      this.say("large");
      return;
    }
    this.seq += 1;
    const message = { type: "edit", origin, seq: this.seq, base: this.rev, patch };
    this.model.send(samples === sent.samples ? message : { ...message, samples });
    this.sent = { doc, samples };
    clearTimeout(this.patience);
    this.patience = setTimeout(() => this.say("waiting"), PATIENCE);
  }

  /** @param {(answer: object) => boolean} hear called with each answer; true says that it was the last */
  ask(message, hear) {
    if (this.store.status === "gone") {
      hear({ message: "the kernel is gone", done: true });
      return;
    }
    this.flush();
    const id = newName();
    this.asked.set(id, hear);
    this.model.send({ ...message, id });
  }

  keepMine() {
    this.know(this.store.theirs);
    this.store.theirs = null;
    this.flush();
    this.store.tell();
  }

  /** Undo brings back the author's. */
  takeTheirs() {
    const { theirs } = this.store;
    this.store.theirs = null;
    this.adopt(theirs);
    this.receive();
  }

  receive() {
    const { store, origin } = this;
    const document = this.model.get("document");
    if (document.rev > this.rev) {
      // Something was edited here that the kernel has not confirmed.
      const isBusy = this.timer !== null || this.answered < this.seq || store.draft !== null;
      if (document.origin === origin) this.rev = document.rev;
      else if (isBusy) store.theirs = document;
      else this.adopt(document);
    }
    const verdict = this.model.get("verdict");
    const isOurs = verdict.origin === origin;
    if (verdict.rev === this.rev && (!isOurs || verdict.seq === this.seq)) {
      store.judge(this.sent.doc, verdict);
      this.settle(isOurs ? verdict.seq : this.answered);
    }
    store.tell();
  }

  adopt(document) {
    const { store } = this;
    this.know(document);
    this.answered = this.seq;
    store.history.push(document.payload);
    Object.assign(store, { draft: null, said: "changed from Python", samples: document.samples });
    if (!(store.sample in document.samples)) store.sample = null;
  }

  hear(message) {
    if (message.type === "refused" && message.seq > this.answered) {
      // What was sent did not fit what the kernel has: the author decides, with both in sight.
      this.store.theirs = this.model.get("document");
      this.settle(this.seq);
      this.store.tell();
    }
    if (this.asked.get(message.id)?.(message)) this.asked.delete(message.id);
  }

  settle(seq) {
    this.answered = seq;
    if (seq < this.seq) return;
    clearTimeout(this.patience);
    this.store.status = "";
  }

  say(status) {
    clearTimeout(this.patience);
    this.store.status = status;
    this.store.tell();
  }
}

/** A name that nobody else has; crypto.randomUUID is not there over plain http. */
function newName() {
  return crypto.getRandomValues(new Uint32Array(4)).join("-");
}
