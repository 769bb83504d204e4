// Rows as they came: a bounded store of blocks of a hundred, and what is known of each row's changes.

export const BLOCK = 100; // rows
const KEPT = 20; // blocks
const LARGEST = 5; // blocks in one request: the kernel gives 500 rows at most

/** One row: a line through the columns of an answer. */
export class Row {
  constructor(data, offset) {
    this.id = data.ids[offset];
    this.state = data.state?.[offset] ?? "";
    this.selected = data.selected?.[offset] ?? false;
    this.before = data.changed?.[offset] ?? {};
    this.found = data.findings?.[offset] ?? {};
    Object.assign(this, { cells: data.cells ?? {}, labels: data.labels ?? {}, offset });
  }

  /** @param {string} column @returns {?string} */
  text(column) {
    // A column may be called "constructor".
    return (Object.hasOwn(this.cells, column) ? this.cells[column][this.offset] : null) ?? null;
  }

  /** @param {string} column @returns {?string} a shorter text for the table, where Python has one */
  label(column) {
    return (Object.hasOwn(this.labels, column) ? this.labels[column][this.offset] : null) ?? null;
  }

  /** @param {string} column @returns {boolean} */
  isChanged(column) {
    return Object.hasOwn(this.before, column);
  }

  /** @param {string} column or "" for the whole row @returns {Array<[string, string]>} severities and messages */
  findings(column) {
    return Object.hasOwn(this.found, column) ? this.found[column] : [];
  }
}

/** @param {object} data of a window or of changed rows @returns {Row[]} */
export function rowsOf(data) {
  return (data.ids ?? []).map((_, offset) => new Row(data, offset));
}

/** The blocks of rows that are at hand, each with the revision that it is of. */
export class Blocks {
  blocks = new Map();

  /** @param {number} index in the view @returns {?Row} */
  row(index) {
    return this.blocks.get(Math.floor(index / BLOCK))?.rows[index % BLOCK] ?? null;
  }

  /** @param {string} id @returns {number} its index, or -1 if it is not at hand */
  indexOf(id) {
    for (const [number, { rows }] of this.blocks) {
      const offset = rows.findIndex((row) => row.id === id);
      if (offset >= 0) return number * BLOCK + offset;
    }
    return -1;
  }

  /** Take over what came from a block's border on. */
  put(begin, rev, rows) {
    for (let at = 0; at < rows.length || at === 0; at += BLOCK) {
      this.blocks.set((begin + at) / BLOCK, { rev, rows: rows.slice(at, at + BLOCK) });
    }
  }

  /** Have at hand the row that was added below the last. */
  add(index, rev, row) {
    const offset = index % BLOCK;
    const block = this.blocks.get((index - offset) / BLOCK);
    if (block?.rows.length === offset) block.rows.push(row);
    else if (offset === 0) this.put(index, rev, [row]);
  }

  /** Replace rows where they are, by their ids. */
  renew(rows) {
    const byId = new Map(rows.map((row) => [row.id, row]));
    for (const { rows: there } of this.blocks.values()) {
      there.forEach((row, offset) => (there[offset] = byId.get(row.id) ?? row));
    }
  }

  each(tell) {
    for (const { rows } of this.blocks.values()) rows.forEach(tell);
  }

  /** Keep of what is older only what is seen: that is shown until the new has come. */
  expire(rev, ranges) {
    for (const [number, block] of this.blocks) {
      if (block.rev < rev && !isSeen(number, ranges)) this.blocks.delete(number);
    }
  }

  /** Let go of the blocks that came first, but of none that is seen. */
  limit(ranges) {
    for (const number of this.blocks.keys()) {
      if (this.blocks.size <= KEPT) return;
      if (!isSeen(number, ranges)) this.blocks.delete(number);
    }
  }

  /**
   * Return what has to be asked for first.
   *
   * @param {number} rev what is older is asked for again
   * @param {Array<[number, number]>} ranges that are seen
   * @param {Set<number>} asked blocks that are on their way
   * @returns {?[number, number]} numbers of blocks, from and below
   */
  missing(rev, ranges, asked) {
    const isMissing = (number) => !asked.has(number) && !(this.blocks.get(number)?.rev >= rev);
    for (const [begin, end] of ranges) {
      const last = Math.ceil(end / BLOCK);
      let first = Math.floor(begin / BLOCK);
      while (first < last && !isMissing(first)) first += 1;
      if (first >= last) continue;
      let next = first + 1;
      while (next < last && next - first < LARGEST && isMissing(next)) next += 1;
      return [first, next];
    }
    return null;
  }
}

function isSeen(number, ranges) {
  return ranges.some(([begin, end]) => number >= Math.floor(begin / BLOCK) && number < Math.ceil(end / BLOCK));
}
