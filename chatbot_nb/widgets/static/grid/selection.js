// Which cell the keyboard is at, and the range around it. Row -1 is the header, column -1 the rows' check marks.

export class Selection {
  at = { row: 0, column: 0 };
  from = { row: 0, column: 0 }; // where the range begins; it ends at `at`

  /** @param {{rows: () => number, columns: () => number, moved: () => void}} table */
  constructor(table) {
    this.table = table;
  }

  /** @returns {{top: number, bottom: number, left: number, right: number}} the range, both ends in it */
  get range() {
    const { at, from } = this;
    const [rows, columns] = [
      [at.row, from.row],
      [at.column, from.column],
    ];
    return {
      top: Math.max(0, Math.min(...rows)),
      bottom: Math.max(0, Math.max(...rows)),
      left: Math.max(0, Math.min(...columns)),
      right: Math.max(0, Math.max(...columns)),
    };
  }

  /** Whether it is worth showing: more than the cell itself. */
  get isWide() {
    return this.at.row !== this.from.row || this.at.column !== this.from.column;
  }

  /**
   * Go to a cell; what is outside of the table becomes its border.
   *
   * @param {number} row
   * @param {number} column
   * @param {boolean} [extends_] keep the other end of the range
   */
  go(row, column, extends_ = false) {
    const lowest = extends_ ? 0 : -1;
    const { table } = this;
    this.at = {
      row: clamp(row, lowest, table.rows() - 1),
      column: clamp(column, lowest, table.columns() - 1),
    };
    if (!extends_) this.from = this.at;
    else this.from = { row: Math.max(0, this.from.row), column: Math.max(0, this.from.column) };
    table.moved();
  }

  /** Select from one cell to another; the keyboard is at the first. */
  span(row, column, lastRow, lastColumn) {
    this.at = { row, column };
    this.from = { row: lastRow, column: lastColumn };
    this.table.moved();
  }

  /** Stay inside a table that has become smaller. */
  keepInside() {
    const { table } = this;
    const fit = ({ row, column }) => ({
      row: clamp(row, -1, table.rows() - 1),
      column: clamp(column, -1, table.columns() - 1),
    });
    [this.at, this.from] = [fit(this.at), fit(this.from)];
  }
}

function clamp(number, least, most) {
  return Math.max(least, Math.min(number, Math.max(most, least)));
}
