// The line at the foot: what is wrong with the present cell or what was just done; the range, and the main keys.

import { h, put } from "../core/dom.js";
import { figures, oneLine, readable, worst } from "./words.js";

export class Footer {
  message = "";

  constructor(view) {
    this.view = view;
    this.words = h("span.words");
    this.keys = h("span.keys");
    this.el = h("div.footer", this.words, this.keys);
  }

  say(text) {
    this.message = text;
    this.refresh();
  }

  clear() {
    this.message = "";
  }

  refresh() {
    const { store, selection, columns } = this.view;
    const { at, range, isWide } = selection;
    const [row, column] = [store.row(at.row), columns[at.column]];
    const findings = row ? row.findings(column?.name ?? "") : [];
    const isFound = this.message === "" && findings.length > 0;
    put(this.words, this.message || (row ? aboutCell(row, column, columns[0], findings) : ""));
    this.words.className = `cbn-words ${isFound ? `cbn-tone-${worst(findings)}` : ""}`;
    const size = `${figures(range.bottom - range.top + 1)} × ${figures(range.right - range.left + 1)} cells`;
    const place = at.row >= 0 ? `Row ${figures(at.row + 1)}` : "";
    const editing = store.grid.read_only ? "Enter details" : "Enter edit · Esc cancel · Ctrl+Z undo";
    put(this.keys, [isWide ? size : place, editing].filter(Boolean).join(" · "));
  }
}

/** "Returns · url: scheme ftp, only http and https", or what the cell was before. */
function aboutCell(row, column, first, findings) {
  const name = column?.title || column?.name;
  const label = first && first !== column ? oneLine(readable(first, row.text(first.name))).slice(0, 60) : "";
  const place = [label, name].filter(Boolean).join(" · ");
  if (findings.length > 0) return `${place}: ${findings.map(([, message]) => message).join("; ")}`;
  if (!column || !row.isChanged(column.name) || column.type === "secret") return "";
  return `${place}: was ${oneLine(readable(column, row.before[column.name])) || "empty"}`;
}
