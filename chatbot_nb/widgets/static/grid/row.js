// One row: its check mark, its state, the way into its details, and its cells.

import { h, word } from "../core/dom.js";
import { makeCell, paintCell, set } from "./cell.js";
import { STATES, said, worst } from "./words.js";

/** @param {object[]} columns that are shown @returns {HTMLElement} a row without content */
export function makeRow(columns) {
  const check = h("input.check", { type: "checkbox", tabIndex: -1 });
  const open = h("button.details", { tabIndex: -1, "aria-label": "Details", title: "Details (Alt+Enter)" }, "›");
  const first = h("div.cell first", { role: "gridcell", "aria-colindex": 1 }, check, h("span.state"), open);
  const row = h("div.row", { role: "row" }, first, columns.map(makeCell));
  return Object.assign(row, { first, check, state: first.children[1], cells: [...row.children].slice(1) });
}

/**
 * Paint a row for what is at an index of the view.
 *
 * @param {HTMLElement} element of `makeRow`
 * @param {number} index in the view
 * @param {object} view with `store`, `columns`, `selection` and `editor`
 */
export function paintRow(element, index, { store, columns, selection, editor, id }) {
  const row = store.row(index);
  const { at, range, isWide } = selection;
  const inRange = index >= range.top && index <= range.bottom && isWide;
  const isChanged = row !== null && Object.keys(row.before).length > 0;
  set(element, "aria-rowindex", String(index + 2));
  set(element, "aria-selected", String(row?.selected ?? false));
  const look = ["cbn-row", row?.state && `cbn-is-${row.state}`, row?.selected && "cbn-checked"]
    .filter(Boolean)
    .join(" ");
  if (element.className !== look) element.className = look;
  paintFirst(element, index, row, isChanged);
  element.first.classList.toggle("cbn-at", index === at.row && at.column === -1);
  element.first.id = `${id}-${index}--1`;
  columns.forEach((column, number) => {
    const cell = element.cells[number];
    const isAt = index === at.row && number === at.column;
    cell.id = `${id}-${index}-${number}`;
    if (editor.isIn(cell)) return;
    const shown = row ? store.shown(row, column.name) : { text: "", isPending: false };
    const room = store.widths.get(column.name) ?? column.width;
    const isPicked = inRange && number >= range.left && number <= range.right;
    paintCell(cell, column, row, shown, { isPicked, isAt, room, readOnly: store.grid.read_only });
  });
}

function paintFirst(element, index, row, isChanged) {
  const findings = row?.findings("") ?? [];
  const severity = worst(findings);
  const [sign, name] = STATES[row?.state] ?? (isChanged ? ["●", "changed row"] : ["", ""]);
  const label = `Select row ${index + 1}`;
  set(element.check, "aria-label", label);
  element.check.checked = row?.selected ?? false;
  element.check.disabled = row === null;
  const shown = severity === "error" || severity === "warning" ? { error: "✗", warning: "!" }[severity] : sign;
  const hint = [name, said(findings)].filter(Boolean).join("\n");
  // What others say of the row has a look of its own.
  const look = `cbn-state ${severity && `cbn-has-${severity}`} ${isChanged && sign === "●" ? "cbn-touched" : ""}`;
  const key = `${shown}|${hint}|${look}`;
  if (element.state.key === key) return;
  element.state.key = key;
  element.state.className = look;
  element.state.title = hint;
  element.state.replaceChildren(h("span", { "aria-hidden": "true" }, shown), word(hint));
}
