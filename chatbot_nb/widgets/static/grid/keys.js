// The keyboard in the table. What is not taken here is the browser's; JupyterLab sees nothing of it (loader.js).

import { step } from "./grip.js";

/** Let a view's table be used by keyboard. */
export function useKeys(view) {
  view.scroller.addEventListener("keydown", (event) => {
    if (event.target !== view.scroller) return;
    const { at } = view.selection;
    const isTaken =
      at.row === -1 ? headerKey(view, event, at) : move(view, event) || command(view, event) || type(view, event);
    if (isTaken) event.preventDefault();
  });
  // Also with the focus on a button, as after a press of Delete; a field has an undo of its own.
  view.el.addEventListener("keydown", (event) => {
    if (event.target === view.scroller || event.target.closest("input, textarea, select")) return;
    if (undoKey(view, event)) event.preventDefault();
  });
}

/** @returns {boolean} whether the key was undo or redo */
function undoKey(view, event) {
  const key = event.key.toLowerCase();
  if (!(event.ctrlKey || event.metaKey) || event.altKey || !["z", "y"].includes(key)) return false;
  view.undo(key === "y" || event.shiftKey ? "redo" : "undo");
  return true;
}

/** @returns {boolean} whether the key was one that moves */
function move(view, event) {
  const { at, from } = view.selection;
  const far = event.ctrlKey || event.metaKey;
  if (event.altKey) return false;
  const [lastRow, lastColumn] = [view.store.grid.rows - 1, view.columns.length - 1];
  const to = {
    ArrowUp: [far ? 0 : at.row - 1, at.column],
    ArrowDown: [far ? lastRow : at.row + 1, at.column],
    ArrowLeft: [at.row, far ? 0 : at.column - 1],
    ArrowRight: [at.row, far ? lastColumn : at.column + 1],
    Home: [far ? 0 : at.row, 0],
    End: [far ? lastRow : at.row, lastColumn],
    PageUp: [Math.max(0, at.row - view.viewport.page), at.column],
    PageDown: [at.row + view.viewport.page, at.column],
  }[event.key];
  if (to) view.go(...to, event.shiftKey);
  else if (event.key === "Escape" && (at.row !== from.row || at.column !== from.column)) view.go(at.row, at.column);
  else return false;
  return true;
}

/** @returns {boolean} whether the key was a command */
function command(view, event) {
  const { at, range } = view.selection;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if ((event.ctrlKey || event.metaKey) && !event.altKey) {
    if (undoKey(view, event)) return true;
    if (key === "d") view.fillDown();
    else if (key === "a") view.selectAll();
    else if (key === "f") view.toolbar.search.focus();
    else return false;
    return true;
  }
  if (event.altKey) {
    if (key === "Enter") view.details(at.row);
    else return resizeOrMenu(view, event, at);
    return true;
  }
  if (key === " " && (event.shiftKey || at.column === -1)) view.toggle(range);
  else if (key === " " && view.columns[at.column]?.type === "boolean") view.flip();
  else if (key === "Enter" || key === "F2") view.enter();
  else if (key === "Delete" || key === "Backspace") view.clear("clear");
  else return false;
  return true;
}

function resizeOrMenu(view, { key }, { column }) {
  if (key === "ArrowLeft" || key === "ArrowRight") step(view, view.header, column, key === "ArrowLeft" ? -1 : 1);
  else if (key === "ArrowDown" && view.header.cells[column]) view.header.openMenu(view.header.cells[column]);
  else return false;
  return true;
}

/** What is typed begins a new text in the cell. */
function type(view, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  if (event.key.length === 1) {
    view.enter(event.key);
    return true;
  }
  // A dead key, or an input method: what it makes comes into the editor by itself.
  if (event.key === "Dead" || event.key === "Process" || event.keyCode === 229) view.enter("");
  return false;
}

function headerKey(view, event, { column }) {
  const { header } = view;
  if (event.altKey) return resizeOrMenu(view, event, { column });
  if (event.key === "Enter" || event.key === " ") {
    if (column === -1) view.checkAll(!header.all.checked);
    else header.sort(view.columns[column].name, event.shiftKey);
    return true;
  }
  if (event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey))
    return resizeOrMenu(view, { key: "ArrowDown" }, { column });
  if (event.shiftKey) return false;
  return move(view, event);
}
