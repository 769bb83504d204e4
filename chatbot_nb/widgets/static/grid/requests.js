// The grid's line to its kernel. Each request has a number of its own (`seq`), which comes back in the answer: what
// other pages asked for is not ours. What only reads is asked again while the kernel is busy; what changes something
// is sent once, or it would be done twice.

const AGAIN = 2000; // milliseconds
const PATIENCE = 1000; // milliseconds until waiting is said

export class Line {
  models = new Set();
  asked = new Map();
  count = 0;
  gone = false;
  timer = null;
  told = "0 false";

  /**
   * @param {() => void} tell called when what is waited for has changed
   * @param {(message: object, buffers: DataView[]) => void} hear told what nobody asked for
   */
  constructor(tell, hear) {
    Object.assign(this, { tell, hear });
    // crypto.randomUUID is not there over plain http.
    this.name = crypto.getRandomValues(new Uint32Array(2)).join("-");
  }

  /** Listen through one view's model, until that view goes. What several views hear counts once. */
  attach(model, signal) {
    const heard = (message, buffers) => this.receive(message, buffers ?? []);
    const ended = () => this.end();
    this.models.add(model);
    model.on("msg:custom", heard);
    model.on("comm_live_update", ended);
    signal.addEventListener("abort", () => {
      this.models.delete(model);
      model.off("msg:custom", heard);
      model.off("comm_live_update", ended);
    });
  }

  /**
   * Send a request.
   *
   * @param {object} message without `seq`
   * @param {{reads?: boolean, isWanted?: () => boolean}} [how] whether it only reads, and so is asked again; as long
   *   as somebody wants to know
   * @returns {Promise<?{message: object, buffers: DataView[]}>} null if there will be no answer; its `seq` is that of
   *   the request, which is known at once
   */
  ask(message, { reads = false, isWanted = () => true } = {}) {
    const seq = `${this.name}:${++this.count}`;
    this.timer ??= setInterval(() => this.look(), PATIENCE / 2);
    this.timer.unref?.();
    const answer = new Promise((resolve) => {
      const entry = { message: { ...message, seq }, reads, isWanted, resolve, since: Date.now(), sent: Date.now() };
      this.asked.set(seq, entry);
      this.send(entry.message);
    });
    return Object.assign(answer, { seq });
  }

  /** Send what has no answer, or one of the requests. */
  send(message) {
    const [model] = this.models;
    try {
      if (!this.gone) model?.send(message);
    } catch {
      this.end(); // the comm is closed
    }
    if (this.gone) this.drop(message.seq);
  }

  /** Take an answer; one that is not asked for (any more) is for whoever hears the rest. */
  receive(message, buffers) {
    const entry = this.asked.get(message.seq);
    if (!entry) {
      if (!message.seq) this.hear(message, buffers);
      return;
    }
    this.asked.delete(message.seq);
    entry.resolve({ message, buffers });
    this.rest();
  }

  /** Give up a request: its answer, if it comes, is nobody's. */
  drop(seq) {
    this.asked.get(seq)?.resolve(null);
    this.asked.delete(seq);
    this.rest();
  }

  /** The kernel is gone, and with it every answer. */
  end() {
    if (this.gone) return;
    this.gone = true;
    for (const seq of [...this.asked.keys()]) this.drop(seq);
    this.tell();
  }

  look() {
    const now = Date.now();
    for (const [seq, entry] of this.asked) {
      if (!entry.reads || now - entry.sent < AGAIN) continue;
      entry.sent = now;
      if (entry.isWanted()) this.send(entry.message);
      else this.drop(seq);
    }
    this.say();
  }

  rest() {
    if (this.asked.size > 0) return;
    clearInterval(this.timer);
    this.timer = null;
    this.say();
  }

  /** Tell, if what is waited for is not what it was. */
  say() {
    const { edits, reads } = this.late;
    const told = `${edits} ${reads > 0}`;
    if (told === this.told) return;
    this.told = told;
    this.tell();
  }

  /** @returns {{edits: number, reads: number}} what has been waited for longer than a second */
  get late() {
    const late = [...this.asked.values()].filter(({ since }) => Date.now() - since >= PATIENCE);
    const reads = late.filter((entry) => entry.reads).length;
    // A check mark is no edit.
    const marks = late.filter(({ message }) => message.type === "select").length;
    return { edits: late.length - reads - marks, reads };
  }
}

/**
 * Return what an answer carries: JSON in the message, or packed in its buffer.
 *
 * @param {object} message
 * @param {DataView[]} buffers
 * @returns {Promise<object>}
 */
export async function unpacked(message, [packed]) {
  if (!packed) return message.data ?? message.rows ?? {};
  const json = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(json).json();
}
