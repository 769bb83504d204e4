// One cell: its text, what is wrong with it, what it was, and whether it is on its way.

import { h, put, word } from "../core/dom.js";
import { isOpen, MARKS, oneLine, readable, said, shortTime, TONES, worst } from "./words.js";

const PADDING = 20; // px
const DIGIT = 8; // px
const FITS = 28; // characters that mostly fit; a longer text is also seen when it is pointed at

/** @param {object} column of the trait @param {number} number of the column, from 0 @returns {HTMLElement} */
export function makeCell(column, number) {
  const cell = h("div.cell", { role: "gridcell", "aria-colindex": number + 2 });
  setWidth(cell, number);
  return cell;
}

/** Let a cell be as wide as its column. No variable of its own: each costs when a style is worked out. */
export function setWidth(cell, number) {
  cell.style.width = cell.style.flexBasis = `var(--cbn-width-${number})`;
}

/**
 * Paint a cell; what has not changed is not touched.
 *
 * @param {HTMLElement} cell
 * @param {object} column of the trait
 * @param {?object} row null while it is not at hand
 * @param {{text: ?string, isPending: boolean}} shown
 * @param {{isPicked: boolean, isAt: boolean, readOnly: boolean, room: number}} flags `room` is in px
 */
export function paintCell(cell, column, row, shown, { isPicked, isAt, readOnly, room }) {
  const findings = row?.findings(column.name) ?? [];
  const severity = worst(findings);
  const isChanged = !shown.isPending && (row?.isChanged(column.name) ?? false);
  const text = shown.isPending && column.type === "secret" ? masked(shown.text) : readable(column, shown.text);
  const whole = oneLine(text);
  const label = shown.isPending ? null : row?.label(column.name);
  const line = column.type === "date" ? shortTime(whole, (room - PADDING) / DIGIT) : oneLine(label ?? whole);
  const classes = [
    "cbn-cell",
    `cbn-type-${column.type}`,
    isChanged && "cbn-changed",
    severity && `cbn-has-${severity}`,
    shown.isPending && "cbn-pending",
    row === null && "cbn-loading",
    hasMark(column, severity, shown.isPending) && "cbn-marked",
    isPicked && "cbn-picked",
    isAt && "cbn-at",
  ];
  const hints = [
    said(findings),
    isChanged && column.type !== "secret" && `was: ${oneLine(readable(column, row.before[column.name])) || "(empty)"}`,
    shown.isPending && "not confirmed by the kernel yet",
    (whole.length > FITS || whole !== line) && whole,
  ];
  const [className, title] = [classes.filter(Boolean).join(" "), hints.filter(Boolean).join("\n")];
  if (cell.className !== className) cell.className = className;
  set(cell, "title", title);
  set(cell, "aria-selected", String(isPicked || isAt));
  set(cell, "aria-invalid", severity === "error" ? "true" : "");
  set(cell, "aria-readonly", readOnly || (row !== null && !isOpen(column, row)) ? "true" : "");
  fill(cell, column, { line, severity, isChanged, isPending: shown.isPending });
}

function masked(text) {
  return text ? "••••" : "";
}

/** Set an attribute, or take it away if it is empty. */
export function set(element, name, value) {
  if ((element.getAttribute(name) ?? "") === value) return;
  if (value) element.setAttribute(name, value);
  else element.removeAttribute(name);
}

/** A badge needs no mark beside it. */
function hasMark(column, severity, isPending) {
  return isPending || (severity in MARKS && column.type !== "state");
}

/** Write the text; a mark or a badge stands beside it only where there is one. */
function fill(cell, column, { line, severity, isChanged, isPending }) {
  const isBadge = column.type === "state" && line !== "";
  const isNone = column.type === "secret" && line === "";
  const mark = isPending ? "…" : MARKS[severity];
  const spoken = [isPending && "not confirmed yet", severity, isChanged && "changed"].filter(Boolean).join(", ");
  const parts = `${isBadge && line}|${isNone}|${mark ?? ""}|${spoken}`; // another word may have another colour
  if (cell.parts === parts) {
    const seen = cell.firstElementChild ?? cell;
    if (!isNone) put(seen, line);
    return;
  }
  cell.parts = parts;
  if (!isBadge && !isNone && !mark && !spoken) {
    cell.textContent = line;
    return;
  }
  const tone = severity || (Object.hasOwn(TONES, line) ? TONES[line] : "");
  const text = h(
    isBadge ? `span.badge ${tone && `tone-${tone}`}` : isNone ? "span.none" : "span.text",
    isNone ? "none" : line,
  );
  const sign = mark && !isBadge && h("span.mark", { "aria-hidden": "true" }, mark);
  cell.replaceChildren(...[text, sign, spoken && word(` ${spoken}`)].filter(Boolean));
}
