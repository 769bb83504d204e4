// Edits whose answer has not come, and all changes that this page has seen: what is left if the kernel goes.

import { toCsv } from "./formats.js";

export class Pending {
  cells = new Map(); // row id -> Map(column -> {value, before, seq}); the newest edit of a cell
  added = new Map(); // seq -> rows that were pasted below the last one
  seen = new Map(); // row id -> Row, of those that are changed, new or to be deleted

  /** Remember an edit until it is settled. */
  put(seq, changes, added) {
    for (const { id, column, value, before } of changes) {
      if (!this.cells.has(id)) this.cells.set(id, new Map());
      const columns = this.cells.get(id);
      // What it was first: an edit of a pending cell starts where that one did.
      columns.set(column, { seq, value, before: columns.get(column)?.before ?? before });
    }
    if (added.length > 0) this.added.set(seq, added);
  }

  /** Forget what an answer settles: a newer edit of the same cell stays. */
  settle(seq) {
    this.added.delete(seq);
    for (const [id, columns] of this.cells) {
      for (const [column, edit] of columns) if (edit.seq === seq) columns.delete(column);
      if (columns.size === 0) this.cells.delete(id);
    }
  }

  /** Write what an edit made of a row into it. */
  write(row, seq) {
    for (const [column, edit] of this.cells.get(row.id) ?? []) {
      if (edit.seq === seq && Object.hasOwn(row.cells, column)) row.cells[column][row.offset] = edit.value;
    }
  }

  /** @returns {?{value: ?string}} */
  of(id, column) {
    return this.cells.get(id)?.get(column) ?? null;
  }

  get count() {
    let count = 0;
    for (const columns of this.cells.values()) count += columns.size;
    for (const rows of this.added.values()) count += rows.length;
    return count;
  }

  /** Note what rows say of themselves; one that is as it was is no change. */
  note(rows) {
    for (const row of rows) {
      if (row.state === "new" || row.state === "deleted" || Object.keys(row.before).length > 0)
        this.seen.set(row.id, row);
      else this.seen.delete(row.id);
    }
  }

  /**
   * Return all changes as CSV.
   *
   * @param {object[]} columns of the trait; what a secret was is not here, only what was just typed
   * @returns {string} with the columns id, column, before, after; a row to be deleted has no column
   */
  csv(columns) {
    const lines = [["id", "column", "before", "after"]];
    const open = columns.filter(({ type }) => type !== "secret").map(({ name }) => name);
    for (const row of this.seen.values()) {
      if (row.state === "deleted") lines.push([row.id, "", "", "deleted"]);
      const names = row.state === "new" ? open.filter((name) => row.text(name)) : Object.keys(row.before);
      for (const name of names) {
        const isNewer = this.of(row.id, name) !== null;
        if (open.includes(name) && !isNewer) lines.push([row.id, name, row.before[name] ?? "", row.text(name) ?? ""]);
      }
    }
    for (const [id, edits] of this.cells) {
      for (const [name, { before, value }] of edits) lines.push([id, name, before ?? "", value ?? ""]);
    }
    for (const rows of this.added.values()) {
      for (const row of rows) for (const [name, value] of Object.entries(row)) lines.push(["", name, "", value ?? ""]);
    }
    return toCsv(lines);
  }
}
