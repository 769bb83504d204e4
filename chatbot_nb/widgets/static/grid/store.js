// What all views of one grid share: the trait, the rows at hand, edits on their way. Python owns the data, the order
// and the undo; here is what it said last, and what was typed since.

import { Pending } from "./pending.js";
import { Line, unpacked } from "./requests.js";
import { BLOCK, Blocks, rowsOf } from "./rows.js";
import { figures } from "./words.js";

const IN_FLIGHT = 2; // windows; more would only wait behind each other
const LARGEST = 9_000_000; // bytes of one message; the server cuts the line at 10 MiB

export class Store {
  blocks = new Blocks();
  pending = new Pending();
  widths = new Map(); // column name -> px, where somebody pulled
  ranges = new Map(); // view -> [begin, end) that is seen
  asked = new Set(); // blocks on their way
  choices = new Set(); // check marks on their way
  views = new Set();
  wanted = null; // sort, filters, search and hidden columns, while they are on their way
  looking = null; // the number of that request
  flights = 0;
  turn = Promise.resolve();

  constructor(model) {
    this.line = new Line(
      () => this.tell(),
      (message, buffers) => this.hear(message, buffers),
    );
    this.grid = model.get("grid");
  }

  /** Listen through one view's model, until that view goes. */
  attach(model, signal) {
    const changed = () => this.adopt(model.get("grid"));
    this.line.attach(model, signal);
    model.on("change:grid", changed);
    this.adopt(model.get("grid"));
    signal.addEventListener("abort", () => model.off("change:grid", changed));
  }

  /**
   * @param {(event: object) => void} listener told `{}` of any change, `{rows}` of rows that changed
   * @returns {() => void} ends it
   */
  subscribe(listener) {
    this.views.add(listener);
    return () => this.views.delete(listener);
  }

  tell(event = {}) {
    for (const listener of [...this.views]) listener(event);
  }

  adopt(grid) {
    if (grid === this.grid) return;
    const isNewer = grid.rev !== this.grid.rev;
    this.grid = grid;
    if (this.wanted && isSame(this.wanted, lookOf(grid))) this.line.drop(this.looking);
    if (isNewer) this.blocks.expire(grid.rev, [...this.ranges.values()]);
    this.fetch();
    this.tell();
  }

  /** @returns {object[]} the columns that are shown */
  get columns() {
    return this.grid.columns.filter(({ hidden }) => !hidden);
  }

  /** @param {number} index in the view @returns {?object} the row, if it is at hand */
  row(index) {
    return index < this.grid.rows ? this.blocks.row(index) : null;
  }

  /** @returns {{text: ?string, isPending: boolean}} what a cell shows: what was typed last */
  shown(row, column) {
    const edit = this.pending.of(row.id, column);
    return { text: edit ? edit.value : row.text(column), isPending: edit !== null };
  }

  /** Have the rows that a view sees at hand, and those around them. */
  want(view, begin, end) {
    this.ranges.set(view, [Math.max(0, begin), Math.min(end, this.grid.rows)]);
    this.fetch();
  }

  forget(view) {
    this.ranges.delete(view);
  }

  fetch() {
    while (this.flights < IN_FLIGHT && !this.line.gone) {
      const missing = this.blocks.missing(this.grid.rev, [...this.ranges.values()], this.asked);
      if (!missing) return;
      this.load(...missing);
    }
  }

  async load(first, next) {
    const numbers = Array.from({ length: next - first }, (_, index) => first + index);
    const isWanted = () => numbers.some((number) => this.isSeen(number));
    numbers.forEach((number) => this.asked.add(number));
    this.flights += 1;
    const window = { type: "window", begin: first * BLOCK, end: Math.min(next * BLOCK, this.grid.rows) };
    const answer = await this.line.ask(window, { reads: true, isWanted });
    if (answer) await this.inTurn(answer, (rows, message) => this.blocks.put(message.begin, message.rev, rows));
    numbers.forEach((number) => this.asked.delete(number));
    this.flights -= 1;
    this.blocks.limit([...this.ranges.values()]);
    this.fetch();
    this.tell();
  }

  isSeen(number) {
    return [...this.ranges.values()].some(([begin, end]) => number * BLOCK < end && (number + 1) * BLOCK > begin);
  }

  /** Unpack an answer and use it; answers are used in the order in which they came, however long unpacking takes. */
  inTurn({ message, buffers }, use) {
    const data = unpacked(message, buffers);
    const before = this.turn;
    this.turn = (async () => {
      await before.catch(() => {});
      const rows = rowsOf(await data);
      // What was chosen since the kernel made this answer.
      for (const choice of this.choices) rows.forEach((row) => choose(row, choice));
      this.pending.note(rows);
      use(rows, message);
      return rows;
    })();
    return this.turn;
  }

  /** Take what Python changed by itself: rows it names are renewed, and all views look again. */
  hear(message, buffers) {
    if (message.type !== "edited") return;
    this.inTurn({ message, buffers }, (rows) => this.take(rows, message.rev));
  }

  take(rows, rev) {
    this.blocks.renew(rows);
    this.blocks.expire(rev, [...this.ranges.values()]);
    this.tell({ rows });
    this.fetch();
  }

  /**
   * Change cells: one step of undo.
   *
   * @param {"edit"|"paste"|"fill"|"clear"|"cut"} what
   * @param {Array<{id: string, column: string, value: ?string, before: ?string}>} changes
   * @param {object[]} [add] rows, by column name, to be put below the last
   * @returns {Promise<?object>} the answer, `{rows, refused, message}`; null if there is none
   */
  async edit(what, changes, add = []) {
    const sent = changes.map(({ id, column, value }) => ({ id, column, value }));
    const message = { type: "edit", what, changes: sent, ...(add.length > 0 && { add }) };
    const size = new Blob([JSON.stringify(message)]).size;
    if (size > LARGEST) {
      const most = `at most ${figures(LARGEST)} go at once`;
      return { rows: [], refused: [`${figures(size)} bytes are too much for one edit, ${most}: take fewer rows`] };
    }
    return this.send(message, (seq) => this.pending.put(seq, changes, add));
  }

  /** Send what changes rows, and take over what they are then. */
  async send(message, note = () => {}) {
    const { gone } = this.line;
    const asked = this.line.ask(message);
    note(asked.seq);
    this.tell();
    const answer = gone ? null : await asked;
    if (!answer) return null; // what was pending stays so: it can be copied
    let made = null;
    await this.inTurn(answer, (rows, { rev, refused = [], at = -1 }) => {
      if (refused.length === 0) this.keep(asked.seq, rows);
      this.pending.settle(asked.seq);
      if (at >= 0) this.blocks.add(at, rev, rows[0]);
      made = { rows, refused, message: answer.message };
      this.take(rows, rev);
    });
    return made;
  }

  /** Of many rows only some are in an answer: until the others come, they show what was typed. */
  keep(seq, rows) {
    const answered = new Set(rows.map(({ id }) => id));
    this.blocks.each((row) => answered.has(row.id) || this.pending.write(row, seq));
  }

  /** Sort, filter, search, or hide columns; what is not named stays as it is. */
  look(change) {
    const { rev } = this.grid;
    this.line.drop(this.looking);
    const wanted = { ...this.looked, ...change };
    // The answer is a new trait. Where Python makes something else of it than was wished, that counts.
    const asked = this.line.ask({ type: "view", ...wanted }, { reads: true, isWanted: () => this.grid.rev === rev });
    Object.assign(this, { wanted, looking: asked.seq });
    asked.then(() => this.looking === asked.seq && Object.assign(this, { wanted: null, looking: null }));
    this.tell();
  }

  get looked() {
    return this.wanted ?? lookOf(this.grid);
  }

  /** Put check marks at rows, or take them away; seen at once. */
  select(ids, mode) {
    const choice = { named: new Set(ids), mode };
    this.choices.add(choice);
    this.blocks.each((row) => choose(row, choice));
    this.line.ask({ type: "select", ids, mode }).then(() => this.choices.delete(choice));
    this.tell();
  }

  /** @param {object} message that only reads @returns {Promise<?object>} the answer's message */
  async read(message) {
    return (await this.line.ask(message, { reads: true }))?.message ?? null;
  }

  /** @returns {Promise<?string[]>} the ids of rows, which need not be at hand */
  async ids(begin, end) {
    const here = Array.from({ length: end - begin }, (_, index) => this.row(begin + index)?.id);
    if (here.every((id) => id !== undefined)) return here;
    return (await this.read({ type: "ids", begin, end }))?.ids ?? null;
  }
}

function choose(row, { named, mode }) {
  if (["all", "none", "set"].includes(mode)) row.selected = mode === "all";
  if (named.has(row.id)) row.selected = mode !== "remove";
}

function lookOf({ sort, filters, search, columns }) {
  const hidden = columns.filter((column) => column.hidden).map(({ name }) => name);
  return { sort, filters, search, hidden };
}

function isSame(one, other) {
  return ["sort", "filters", "search", "hidden"].every(
    (key) => JSON.stringify(sorted(one[key])) === JSON.stringify(sorted(other[key])),
  );
}

/** The order of filters says nothing. */
function sorted(value) {
  return Array.isArray(value) || typeof value !== "object" ? value : Object.entries(value).sort();
}
