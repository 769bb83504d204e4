// What all views of one panel share: the newest rows, which Python sends by itself, and windows of the list, which it
// is asked for. While nothing is selected the newest rows come in at the top; else the list stays as it was at `top`.

import { Line, unpacked } from "../grid/requests.js";
import { BLOCK, Blocks, rowsOf } from "../grid/rows.js";
import { COLUMNS, clock } from "./columns.js";

const NOTHING = {
  generation: -1,
  count: 0,
  matched: 0,
  filter: "",
  counters: { seen: 0, evicted: 0, refused: 0, pinned: 0, errors: 0 },
  state: ["", ""],
  name: "",
  url: "",
};

export class Store {
  columns = COLUMNS;
  looked = { sort: [], filters: {}, hidden: [] }; // nothing here is sorted
  pending = { count: 0, seen: new Set() }; // nor edited
  widths = new Map();
  blocks = new Blocks();
  head = []; // the newest rows
  told = null; // the last snapshot
  top = null; // the newest exchange of a list that stays as it is
  frozen = null; // how many there were, then
  rev = 0; // of the list that stays
  ranges = new Map();
  asked = new Set();
  listeners = new Set();
  looking = 0;
  turn = Promise.resolve();

  constructor(model) {
    this.line = new Line(
      () => this.tell(),
      (message, buffers) => this.hear(message, buffers),
    );
    this.look = model.get("look");
  }

  /** Listen through one view's model, and say that the view is there, until it goes. */
  attach(model, signal) {
    const view = crypto.getRandomValues(new Uint32Array(2)).join("-");
    const looked = () => this.adoptLook(model.get("look"));
    const goodbye = () => {
      try {
        model.send({ type: "unwatch", view });
      } catch {} // there is no kernel any more
    };
    this.line.attach(model, signal);
    model.on("change:look", looked);
    this.adoptLook(model.get("look"));
    globalThis.addEventListener?.("pagehide", goodbye, { signal });
    signal.addEventListener("abort", () => {
      model.off("change:look", looked);
      goodbye();
    });
    this.line.ask({ type: "watch", view }, { reads: true, isWanted: () => !signal.aborted });
  }

  /** @param {(event: object) => void} listener @returns {() => void} ends it */
  subscribe(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  tell(event = {}) {
    for (const listener of [...this.listeners]) listener(event);
  }

  /** What the table asks of its store. */
  get grid() {
    const rows = this.top === null ? this.now.count : this.frozen.count;
    return { rows, read_only: true, counts: { selected: 0 } };
  }

  get now() {
    return this.told ?? NOTHING;
  }

  /** @returns {number} exchanges that came since the list stays as it is */
  get fresh() {
    return this.top === null ? 0 : Math.max(0, this.now.matched - this.frozen.matched);
  }

  row(index) {
    const row = this.top === null ? this.head[index] : this.blocks.row(index);
    if (!row) return null;
    row.selected = Number(row.id) === this.look.selected;
    return row;
  }

  /** @param {number} index @returns {Promise<?object>} the row, once it is at hand; null if the list is another */
  coming(index) {
    const { blocks } = this;
    return new Promise((resolve) => {
      const look = () => {
        const row = this.row(index);
        if (row === null && this.blocks === blocks && !this.line.gone) return;
        end();
        resolve(this.blocks === blocks ? row : null);
      };
      const end = this.subscribe(look);
      look();
    });
  }

  shown(row, column) {
    return { text: row.text(column), isPending: false };
  }

  /** @returns {number} where the selected exchange is, -1 if it is not at hand */
  get place() {
    const { selected } = this.look;
    if (selected === null) return -1;
    const id = String(selected);
    return this.top === null ? this.head.findIndex((row) => row.id === id) : this.blocks.indexOf(id);
  }

  // What Python tells

  hear(message, buffers) {
    if (message.type === "snapshot") this.inTurn(message, buffers, (data) => this.adopt(message, data));
    else if (message.type === "changed") this.inTurn(message, buffers, ({ changed }) => this.renew(changed));
    else if (message.type === "state") this.told = { ...this.now, state: message.state };
    if (message.type === "state") this.tell();
    if (message.type === "outcome") this.tell({ outcome: message });
  }

  /** Unpack, and use it after what came before, however long that takes. */
  inTurn(message, buffers, use) {
    const data = unpacked(message, buffers);
    const before = this.turn;
    this.turn = (async () => {
      await before.catch(() => {});
      use(await data);
    })();
    return this.turn;
  }

  adopt(message, { newest, changed }) {
    const isOther = message.generation !== this.now.generation;
    const { selected } = this.look;
    this.told = message;
    if (newest) this.head = read(newest);
    if (isOther) {
      this.thaw();
      if (selected !== null) this.freeze();
    }
    this.renew(changed);
    this.fetch();
  }

  /** Rows that were sent are other than before. */
  renew(changed) {
    const rows = read(changed);
    const byId = new Map(rows.map((row) => [row.id, row]));
    this.blocks.renew(rows);
    this.head = this.head.map((row) => byId.get(row.id) ?? row);
    this.tell({ changed: rows });
  }

  adoptLook(look) {
    if (this.looking > 0 || look.rev === this.look.rev) return;
    const { selected } = this.look;
    this.look = look;
    if (look.selected === null) this.thaw();
    else this.freeze();
    this.tell({ selected: look.selected !== selected });
  }

  // The list

  /** Let the list stay as it is. */
  freeze() {
    if (this.top !== null || this.head.length === 0) return;
    this.top = this.head[0].id;
    this.frozen = { count: this.now.count, matched: this.now.matched };
    this.rev += 1;
    this.blocks = new Blocks();
    // Shown until all of the block has come.
    this.blocks.put(0, this.rev - 1, this.head);
    this.tell();
  }

  /** Let the newest come in again. */
  thaw() {
    Object.assign(this, { top: null, frozen: null, blocks: new Blocks() });
  }

  want(view, begin, end) {
    this.ranges.set(view, [Math.max(0, begin), Math.min(end, this.grid.rows)]);
    this.fetch();
  }

  forget(view) {
    this.ranges.delete(view);
  }

  fetch() {
    if (this.top === null || this.line.gone) return;
    const missing = this.blocks.missing(this.rev, [...this.ranges.values()], this.asked);
    if (missing) this.load(...missing);
  }

  async load(first, next) {
    const { top, blocks, rev } = this;
    const numbers = Array.from({ length: next - first }, (_, index) => first + index);
    numbers.forEach((number) => this.asked.add(number));
    const window = { type: "window", top, begin: first * BLOCK, end: Math.min(next * BLOCK, this.frozen.count) };
    const answer = await this.line.ask(window, { reads: true, isWanted: () => this.blocks === blocks });
    numbers.forEach((number) => this.asked.delete(number));
    if (answer) {
      await this.inTurn(answer.message, answer.buffers, ({ rows, count, begin }) => {
        if (this.blocks !== blocks) return;
        blocks.put(begin, rev, read(rows));
        this.frozen.count = count;
      });
      blocks.limit([...this.ranges.values()]);
    }
    this.fetch();
    this.tell();
  }

  /** @returns {Promise<number>} where an exchange stands in the list, -1 if it does not */
  async locate(seq) {
    const answer = await this.read({ type: "locate", id: String(seq), top: this.top });
    return answer?.index ?? -1;
  }

  // What a person does

  /** Look at something else; seen at once, and told to Python, which tells all views. */
  async turnTo(change) {
    const look = { ...this.look, ...change };
    this.look = look;
    this.looking += 1;
    if (look.selected === null) this.thaw();
    else this.freeze();
    this.tell({ selected: true });
    const selected = look.selected === null ? null : String(look.selected);
    await this.line.ask({ type: "look", filter: look.filter, selected });
    this.looking -= 1;
    const [model] = this.line.models;
    if (this.looking > 0 || !model) return;
    const made = model.get("look");
    if (made.filter === look.filter && made.selected === look.selected) this.look = made;
    else this.adoptLook(made);
  }

  /** @param {object} message @returns {Promise<?object>} what the answer says, null if there is none */
  async read(message) {
    return this.answer(await this.line.ask(message, { reads: true }));
  }

  /** The same for what is done once. */
  async act(message) {
    return this.answer(await this.line.ask(message));
  }

  async answer(answer) {
    if (!answer) return null;
    const { message, buffers } = answer;
    if (message.type === "failed") return { failed: message.message };
    if (message.type === "export") return { ...message, buffers };
    return unpacked(message, buffers);
  }
}

function read(data) {
  if (!data) return [];
  const { cells } = data;
  return rowsOf({ ...data, cells: { ...cells, time: cells.time.map(clock) } });
}
