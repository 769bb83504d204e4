// What is done to the selected cells and rows.

import { counted, isOpen, yesNo } from "./words.js";

/**
 * Return what really changes in one row.
 *
 * @param {object} view
 * @param {number} index in the view
 * @param {string} id
 * @param {Array<[object, ?string]>} values by column
 * @returns {Array<{id: string, column: string, value: ?string, before: ?string}>}
 */
export function changesOf(view, index, id, values) {
  const row = view.store.row(index);
  const isHere = row?.id === id;
  return values
    .filter(([column]) => isOpen(column, isHere ? row : null))
    .map(([{ name, type }, value]) => {
      const before = isHere && type !== "secret" ? view.store.shown(row, name).text : null;
      return {
        id,
        column: name,
        value,
        before,
        isSame: isHere && type !== "secret" && (before ?? "") === (value ?? ""),
      };
    })
    .filter(({ isSame }) => !isSame)
    .map(({ isSame, ...change }) => change);
}

function editable(view) {
  const { left, right } = view.selection.range;
  return view.columns.slice(left, right + 1).filter((column) => column.editable);
}

/** Empty the selected cells. @param {"clear"|"cut"} what */
export async function clear(view, what) {
  const { top, bottom } = view.selection.range;
  const columns = editable(view);
  if (!view.mayEdit() || !hasAny(view, columns)) return;
  const ids = await view.store.ids(top, bottom + 1);
  const empty = columns.map((column) => [column, null]);
  const changes = (ids ?? []).flatMap((id, offset) => changesOf(view, top + offset, id, empty));
  if (changes.length > 0) await view.apply(what, changes);
}

/** Write the first row's values into all rows of the range; a single row gets those of the one above. */
export async function fillDown(view) {
  const { top, bottom } = view.selection.range;
  const source = top === bottom ? top - 1 : top;
  const columns = editable(view);
  if (source < 0 || !view.mayEdit() || !hasAny(view, columns)) return;
  const row = view.store.row(source);
  if (!row) {
    view.say("nothing filled: the first row is not loaded; go there first");
    return;
  }
  const values = columns
    .map((column) => [column, view.store.shown(row, column.name).text])
    .filter(([{ type }]) => type !== "secret"); // only its mask is here
  const ids = await view.store.ids(source + 1, bottom + 1);
  const changes = (ids ?? []).flatMap((id, offset) => changesOf(view, source + 1 + offset, id, values));
  if (changes.length > 0) await view.apply("fill", changes);
  view.say(changes.length > 0 ? `filled ${counted(changes.length, "cell")}` : "nothing to fill: all have this value");
}

function hasAny(view, columns) {
  if (columns.length === 0) view.say("read-only: nothing here can be edited");
  return columns.length > 0;
}

/** Turn yes into no in the selected cells that are such; the first one decides. */
export async function flip(view) {
  const { top, bottom } = view.selection.range;
  const columns = editable(view).filter(({ type }) => type === "boolean");
  const first = view.store.row(view.selection.at.row);
  if (!first || !view.mayEdit() || !hasAny(view, columns)) return;
  const now = yesNo(view.store.shown(first, view.columns[view.selection.at.column].name).text);
  const value = String(now !== true);
  const ids = await view.store.ids(top, bottom + 1);
  const values = columns.map((column) => [column, value]);
  const changes = (ids ?? []).flatMap((id, offset) => changesOf(view, top + offset, id, values));
  if (changes.length > 0) await view.apply("edit", changes);
}

/** Put check marks at rows, or take them away. */
export async function check(view, begin, end, isOn) {
  const ids = await view.store.ids(begin, end);
  if (ids) view.store.select(ids, isOn ? "add" : "remove");
}

/** Check the rows of the range; if the first one is, take the marks away. */
export function toggle(view, { top, bottom }) {
  return check(view, top, bottom + 1, !view.store.row(top)?.selected);
}

/** Mark for deletion, or no more: the rows with a check mark, else those of the range. */
export async function remove(view) {
  const { store, selection } = view;
  const { top, bottom } = selection.range;
  if (!view.mayEdit() || store.grid.rows === 0) return;
  const { selected } = store.grid.counts;
  // The kernel knows which rows have a check mark; not all of them need be at hand.
  const message =
    selected > 0
      ? { type: "delete", ids: [], selected: true }
      : { type: "delete", ids: await store.ids(top, bottom + 1) };
  if (message.ids === null) return;
  view.report(await store.send(message));
  view.say(`marked or unmarked for deletion: ${counted(selected || message.ids.length, "row")}`);
}

/** Add a row, and go to it: before it is seen, so that what is typed at once is in it. */
export async function add(view) {
  if (!view.mayEdit()) return;
  const made = await view.store.send({ type: "add", count: 1 });
  view.report(made);
  const id = made?.rows[0]?.id;
  if (id === undefined) return;
  const number = view.columns.findIndex((column) => column.editable);
  if (await view.goTo(id, view.columns[number]?.name)) view.say("new row: type to fill it");
}

/** Undo or redo. @param {"undo"|"redo"} way */
export async function undo(view, way) {
  const { store } = view;
  const what = store.grid[way];
  if (store.line.gone || store.grid.read_only) return;
  // Whether there is anything only the kernel knows: what is on its way can be undone, too.
  const made = await store.send({ type: way });
  view.report(made);
  if (!made || made.refused.length > 0) return;
  const [row] = made.rows;
  if (row) await view.goTo(row.id, null);
  const done = `${way === "undo" ? "undone" : "done again"}${what ? `: ${what}` : ""}`;
  view.say(row || what ? done : `nothing to ${way}`);
}
