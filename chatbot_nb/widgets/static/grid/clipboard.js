// Copy, cut and paste, as spreadsheets know them. The clipboard's events are used, which need no permission.

import { clear, changesOf } from "./actions.js";
import { parse, toCsv, toTsv } from "./formats.js";
import { copied, counted, isMask, meant } from "./words.js";

/** Let a view's table use the clipboard. */
export function useClipboard(view) {
  const on = (type, act) =>
    view.scroller.addEventListener(type, (event) => {
      // In an editor or a filter the clipboard is the field's own.
      if (event.target.closest("input, textarea")) return;
      event.preventDefault();
      event.stopPropagation();
      act(event.clipboardData);
    });
  on("copy", (data) => copy(view, { data }));
  on("cut", (data) => copy(view, { data }) && clear(view, "cut"));
  on("paste", (data) => paste(view, data.getData("text/plain")));
}

/**
 * Copy the selected cells.
 *
 * @param {object} view
 * @param {{data?: DataTransfer, hasNames?: boolean, isCsv?: boolean}} how into an event's clipboard, if there is one;
 *   with the names of the columns; as CSV instead of what spreadsheets take
 * @returns {boolean} whether it is done at once; a cut of what is not done clears nothing
 */
export function copy(view, { data = null, hasNames = false, isCsv = false } = {}) {
  const { top, bottom, left, right } = view.selection.range;
  const { store } = view;
  const columns = view.columns.slice(left, right + 1);
  if (store.grid.rows === 0 || columns.length === 0) return false;
  const rows = Array.from({ length: bottom - top + 1 }, (_, index) => store.row(top + index));
  const note = `copied ${sizeOf(rows.length, columns.length)}`;
  if (!rows.every(Boolean)) {
    const range = {
      type: "text",
      begin: top,
      end: bottom + 1,
      columns: columns.map(({ name }) => name),
      header: hasNames,
    };
    fetchAndOffer(view, range, isCsv, note);
    return false;
  }
  const cells = rows.map((row) => columns.map((column) => copied(column, store.shown(row, column.name).text)));
  if (hasNames) cells.unshift(columns.map(({ title, name }) => title || name));
  const text = isCsv ? toCsv(cells) : toTsv(cells);
  if (data) {
    data.setData("text/plain", text);
    view.say(note);
  } else {
    offer(view, text, note);
  }
  return true;
}

/** Rows that are not at hand come from the kernel: by then the event is over. */
async function fetchAndOffer(view, range, isCsv, note) {
  view.say("getting the rows from the kernel …");
  const answer = await view.store.read(range);
  if (!answer) view.say("nothing copied: the kernel is gone");
  else offer(view, isCsv ? toCsv(parse(answer.text)) : answer.text, note);
}

/** Write a text to the clipboard; where the browser wants a key or a press for that, ask for one. */
export async function offer(view, text, note) {
  try {
    await navigator.clipboard.writeText(text);
    view.say(note);
  } catch {
    // Without a permission, or over plain http, where there is no such clipboard.
    const act = () => {
      const put = (event) => {
        event.clipboardData.setData("text/plain", text);
        event.preventDefault();
        event.stopPropagation();
        view.say(note);
      };
      const page = view.el.ownerDocument;
      page.addEventListener("copy", put, { capture: true, once: true });
      page.execCommand?.("copy");
      page.removeEventListener("copy", put, { capture: true });
      view.notice.hide();
    };
    view.notice.show(`ready to copy: ${note.replace("copied ", "")}`, "Copy", act);
  }
}

/** Paste a text from the range's upper left corner on; over a range that it fits into several times, it is repeated. */
export async function paste(view, text) {
  const { store, columns, selection } = view;
  const { top, bottom, left, right } = selection.range;
  const block = parse(text);
  const wide = Math.max(...block.map((row) => row.length));
  if (text === "" || !view.mayEdit()) return;
  const repeated = (size, of) => (size > of && size % of === 0 ? size : of);
  const height = repeated(bottom - top + 1, block.length);
  const width = repeated(right - left + 1, wide);
  const last = Math.min(top + height, store.grid.rows);
  const ids = last > top ? await store.ids(top, last) : [];
  if (ids === null) {
    view.say("nothing pasted: the kernel is gone");
    return;
  }
  const targets = columns.slice(left, left + width);
  const valueOf = (index, number) => block[index % block.length][number % wide];
  const made = pasted(view, { top, ids, targets, height, valueOf });
  const notes = leftOut({ ...made, targets, missing: left + width - columns.length });
  if (made.changes.length + made.add.length > 0) {
    const cells = made.cells;
    selection.span(top, left, Math.max(top, top + ids.length - 1), left + targets.length - 1);
    await view.apply("paste", made.changes, made.add);
    notes.unshift(`pasted ${counted(cells, "cell")}`);
  } else {
    notes.unshift("nothing to change");
  }
  view.say(notes.join("; "));
}

/** Return what a paste changes, the rows that it adds, and how much of it has no place. */
function pasted(view, { top, ids, targets, height, valueOf }) {
  const { can_add: canAdd = true } = view.store.grid;
  const made = { changes: [], add: [], cells: 0, masks: 0, lost: 0 };
  for (let index = 0; index < height; index += 1) {
    const values = [];
    targets.forEach((column, number) => {
      const text = valueOf(index, number);
      if (text === undefined || !column.editable) return; // a shorter line leaves what is there
      if (column.type === "secret" && isMask(text)) made.masks += 1;
      else values.push([column, meant(column, text)]);
    });
    if (index < ids.length) made.changes.push(...changesOf(view, top + index, ids[index], values));
    else if (canAdd) made.add.push(Object.fromEntries(values.map(([{ name }, value]) => [name, value])));
    else made.lost += 1;
    if (index < ids.length || canAdd) made.cells += values.length;
  }
  return made;
}

function leftOut({ targets, masks, lost, missing }) {
  const fixed = targets.filter(({ editable }) => !editable).map(({ title, name }) => title || name);
  return [
    fixed.length > 0 && `read-only, so left as they are: ${fixed.join(", ")}`,
    missing > 0 && `${counted(missing, "column")} beyond the last one left out`,
    lost > 0 && `${counted(lost, "row")} beyond the last one left out`,
    masks > 0 && "masked secrets left as they are",
  ].filter(Boolean);
}

function sizeOf(rows, columns) {
  return rows * columns === 1 ? "1 cell" : `${counted(rows, "row")} × ${counted(columns, "column")}`;
}
