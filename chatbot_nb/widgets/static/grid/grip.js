// Widths of columns: pulled at the header's border, or Alt with an arrow.

export const NARROWEST = 48; // px
const STEP = 16; // px of one key press

/** Let the borders in a header be pulled. */
export function useGrip(view, header) {
  header.el.addEventListener("pointerdown", (event) => {
    if (!event.target.closest(".cbn-grip") || event.button !== 0) return;
    event.preventDefault();
    event.stopPropagation();
    const cell = event.target.closest(".cbn-head");
    const begin = event.clientX - cell.offsetWidth;
    const follow = ({ clientX }) => setWidth(view, header, cell.column.name, clientX - begin);
    const page = cell.ownerDocument;
    const end = () => {
      page.removeEventListener("pointermove", follow);
      page.removeEventListener("pointerup", end);
      page.removeEventListener("pointercancel", end);
    };
    page.addEventListener("pointermove", follow);
    page.addEventListener("pointerup", end);
    page.addEventListener("pointercancel", end);
  });
}

/** Make a column wider or narrower by a step. */
export function step(view, header, number, sign) {
  const cell = header.cells[number];
  if (cell) setWidth(view, header, cell.column.name, cell.offsetWidth + sign * STEP);
}

function setWidth(view, header, name, width) {
  const { widths } = view.store;
  // From now on nothing is stretched: each column keeps the width that it was seen with.
  if (widths.size === 0) {
    for (const { column, offsetWidth } of header.cells) if (offsetWidth) widths.set(column.name, offsetWidth);
  }
  widths.set(name, Math.max(NARROWEST, Math.round(width)));
  view.store.tell({ widths: true });
}
