// How rows are chosen, by pointer and by keyboard; and what scrolling means: who scrolls down wants the list to stay.

import { ROW } from "../grid/viewport.js";

/** Let a view's rows be used. */
export function useRows(view) {
  const { scroller, signal, store } = view;
  const on = (type, listener) => scroller.addEventListener(type, listener, { signal });

  on("click", (event) => {
    const row = event.target.closest(".cbn-body [role=row]");
    if (row && row.seq !== null) view.select(row.seq === store.look.selected ? null : row.seq);
  });
  on("keydown", (event) => {
    if (event.target === scroller && key(view, event)) event.preventDefault();
  });
  on("scroll", () => {
    if (scroller.scrollTop > ROW / 2) store.freeze();
    else if (store.top !== null && store.look.selected === null) {
      store.thaw();
      view.refresh();
    }
  });
}

/** @returns {boolean} whether the key was one that is known */
function key(view, event) {
  const { store, viewport } = view;
  if (event.altKey || event.ctrlKey || event.metaKey) return false;
  const at = store.place;
  const last = store.grid.rows - 1;
  const to = {
    ArrowDown: at + 1,
    ArrowUp: Math.max(0, at - 1),
    PageDown: Math.min(last, at + viewport.page),
    PageUp: Math.max(0, at - viewport.page),
    Home: 0,
    End: last,
  }[event.key];
  if (to !== undefined) go(view, to);
  else if (event.key === "Escape" && store.look.selected !== null) view.select(null);
  else if (event.key === "Enter" && store.look.selected !== null) view.details.focus();
  else if (event.key === "/") view.toolbar.filter.focus();
  else return false;
  return true;
}

async function go(view, index) {
  const { store } = view;
  if (index > store.grid.rows - 1) return;
  store.freeze(); // else the rows would move before it is there
  view.viewport.reveal(index, 0);
  const row = await store.coming(index);
  if (row) view.select(Number(row.id));
}
