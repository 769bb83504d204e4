// What a screen reader says: the focus stays on the table, so it is told which cell the keyboard is at.

import { put, word } from "../core/dom.js";
import { counted, oneLine, readable, said, STATES } from "./words.js";

const LONGEST = 200; // characters of a value

export class Live {
  el = word();

  constructor(view) {
    this.view = view;
    this.el.setAttribute("role", "status");
    this.el.setAttribute("aria-live", "polite");
  }

  refresh() {}

  say(text) {
    put(this.el, text);
  }

  /** The keyboard is at another cell, or the range has changed. */
  moved() {
    const { store, selection, columns } = this.view;
    const { at, range, isWide } = selection;
    const column = columns[at.column];
    if (isWide) {
      const rows = counted(range.bottom - range.top + 1, "row");
      this.say(`${rows}, ${counted(range.right - range.left + 1, "column")} selected`);
    } else if (at.row < 0) {
      this.say(column ? `header of column ${column.title || column.name}` : "check marks of all rows");
    } else {
      this.say(this.cell(store.row(at.row), column, at.row));
    }
  }

  /** "column URL, row 12, https://..., error: 1,030 characters, at most 1,024" */
  cell(row, column, index) {
    const place = [column && `column ${column.title || column.name}`, `row ${index + 1}`];
    if (!row) return [...place, "not loaded yet"].filter(Boolean).join(", ");
    if (!column)
      return [...place, row.selected ? "checked" : "not checked", STATES[row.state]?.[1], said(row.findings(""))]
        .filter(Boolean)
        .join(", ");
    const { text, isPending } = this.view.store.shown(row, column.name);
    const value = column.type === "boolean" ? text : oneLine(readable(column, text)).slice(0, LONGEST);
    const more = [STATES[row.state]?.[1], isPending ? "not confirmed yet" : row.isChanged(column.name) && "changed"];
    return [...place, value || "empty", ...more, said(row.findings(column.name)).replaceAll("\n", ", ")]
      .filter(Boolean)
      .join(", ");
  }

  /** An edit was answered: say what the kernel found. */
  judged({ id, column: name }, made) {
    const row = made?.rows.find((each) => each.id === id);
    const column = this.view.columns.find((each) => each.name === name);
    if (!row || !column) return;
    const found = said(row.findings(name)).replaceAll("\n", ", ");
    this.say(`${column.title || name}: ${found || "taken over"}`);
  }
}
