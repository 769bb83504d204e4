const STEPS = 200;
const TOGETHER = 1000; // milliseconds

/** The states of a document: what was typed into one field without a pause is one step. */
export class History {
  #past = [];
  #future = [];
  #field = null;
  #time = 0;

  constructor(doc) {
    this.doc = doc;
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  /** Go on to another state; `field` is what was edited, if what follows within a second may join this step. */
  push(doc, field = null, now = Date.now()) {
    if (doc === this.doc) return;
    if (field === null || field !== this.#field || now - this.#time > TOGETHER) {
      this.#past.push(this.doc);
      if (this.#past.length > STEPS) this.#past.shift();
    }
    [this.doc, this.#future, this.#field, this.#time] = [doc, [], field, now];
  }

  undo() {
    return this.#go(this.#past, this.#future);
  }

  redo() {
    return this.#go(this.#future, this.#past);
  }

  #go(from, to) {
    if (from.length > 0) {
      to.push(this.doc);
      this.doc = from.pop();
      this.#field = null;
    }
    return this.doc;
  }
}
