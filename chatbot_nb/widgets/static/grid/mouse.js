// The pointer over the table: one listener of each kind for all of it.

const EDGE = 24; // px from the border, where a drag scrolls

/**
 * Find which cell an event is about.
 *
 * @param {Event} event
 * @returns {?{row: number, column: number}} row -1 in the header, column -1 in the rows' own; null outside of both
 */
export function placeOf({ target }) {
  const cell = target.closest?.("[aria-colindex]");
  const row = cell?.closest("[aria-rowindex]");
  if (!row) return null;
  return { row: row.getAttribute("aria-rowindex") - 2, column: cell.getAttribute("aria-colindex") - 2 };
}

/** Let a view's table be used by mouse, pen and finger. */
export function useMouse(view) {
  const { scroller, signal } = view;
  let drag = null;
  let last = null; // the row whose check mark was pressed last
  const on = (type, listener) => scroller.addEventListener(type, listener, { signal });

  on("pointerdown", (event) => {
    const place = placeOf(event);
    if (!place || place.row < 0 || event.button !== 0 || view.editor.isIn(event.target)) return;
    if (event.target.closest("input, button")) return;
    view.go(place.row, place.column, event.shiftKey && place.column >= 0);
    // A finger scrolls; and what it taps is selected.
    if (event.pointerType !== "touch" && place.column >= 0) drag = event;
  });
  on("pointermove", (event) => {
    if (!drag) return;
    drag = event;
    follow(view, event);
  });
  for (const type of ["pointerup", "pointercancel"]) {
    view.el.ownerDocument.addEventListener(type, () => (drag = null), { signal });
  }
  // The text of the table is not selected by a drag, the focus stays with the table.
  on("mousedown", (event) => {
    if (view.editor.isIn(event.target) || event.target.closest("input, button, .cbn-head")) return;
    event.preventDefault();
    scroller.focus({ preventScroll: true });
  });
  on("dblclick", (event) => {
    const place = placeOf(event);
    if (place && place.row >= 0 && place.column >= 0 && !view.editor.isIn(event.target)) view.enter();
  });
  on("click", (event) => {
    const place = placeOf(event);
    if (!place || place.row < 0) return;
    if (event.target.closest(".cbn-details")) view.details(place.row);
    if (!event.target.closest(".cbn-check")) return;
    view.check(place.row, event.target.checked, event.shiftKey ? (last ?? place.row) : place.row);
    last = place.row;
    scroller.focus({ preventScroll: true });
  });
}

/** Extend the range to where the pointer is; at the border of the table scroll on. */
function follow(view, event) {
  const { scroller } = view;
  const box = scroller.getBoundingClientRect();
  const under = scroller.ownerDocument.elementFromPoint?.(event.clientX, event.clientY);
  const place = under && scroller.contains(under) ? placeOf({ target: under }) : null;
  const { at } = view.selection;
  let row = place && place.row >= 0 ? place.row : at.row;
  if (event.clientY > box.bottom - EDGE) row = at.row + 1;
  else if (event.clientY < box.top + view.header.height) row = Math.max(0, at.row - 1);
  const column = place ? Math.max(0, place.column) : at.column;
  if (row !== at.row || column !== at.column) view.go(row, column, true);
}
