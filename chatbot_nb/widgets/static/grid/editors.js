// The editor in a cell. It belongs to a row's id, not to its place: rows may move while somebody types.

import { h } from "../core/dom.js";
import { Choice } from "./choice.js";

const KEYBOARDS = { url: "url", number: "decimal" };
const MOVES = { Enter: [1, 0], Tab: [0, 1] };

export class Editor {
  cell = null;
  id = null;

  constructor(view) {
    this.view = view;
  }

  /** @param {Node} node @returns {boolean} whether it is the cell that is edited, or something in it */
  isIn(node) {
    return this.cell?.contains(node) ?? false;
  }

  /**
   * Open an editor.
   *
   * @param {{index: number, number: number, row: object, column: object}} place
   * @param {string} [typed] the key with which it began: it replaces what was there
   */
  open({ index, number, row, column }, typed) {
    const { view } = this;
    const { text } = view.store.shown(row, column.name);
    const isSecret = column.type === "secret"; // what is shown of it is no value
    Object.assign(this, { column, id: row.id, index, before: isSecret ? null : text });
    this.cell = view.viewport.cell(index, number);
    this.input = h("input.editor", {
      "aria-label": `${column.title || column.name}, row ${index + 1}`,
      autocomplete: "off",
      spellcheck: column.type === "text",
      inputMode: KEYBOARDS[column.type] ?? "text",
      onkeydown: (event) => this.key(event),
      onblur: () => this.blur(),
    });
    this.cell.className = `cbn-cell cbn-editing cbn-type-${column.type}`;
    this.cell.replaceChildren(this.input);
    this.cell.parts = null;
    view.viewport.pin(index);
    this.choice =
      column.type === "choice"
        ? new Choice(this.input, column.choices ?? [], view.el, () => this.commit("Enter"))
        : null;
    this.input.value = typed ?? (this.choice ? this.choice.label(text) : isSecret ? "" : (text ?? ""));
    this.start = typed === undefined ? this.input.value : null;
    this.input.focus({ preventScroll: true });
    if (typed === undefined) this.input.select();
    this.choice?.open(text, typed !== undefined);
  }

  key(event) {
    // Nobody else acts on what is typed here, Tab included; undo and the clipboard are the field's own.
    event.stopPropagation();
    if (event.isComposing || this.choice?.key(event)) return;
    if (event.key === "Escape") this.close();
    else if (event.key === "Enter" || event.key === "Tab") this.commit(event.key, event.shiftKey);
    else return;
    event.preventDefault();
  }

  /** Another place took the focus: what was typed counts. Not so if the whole page lost it. */
  blur() {
    if (this.cell && this.input.ownerDocument.activeElement !== this.input) this.commit(null);
  }

  /** Take over what was typed, and go on: down after Enter, to the side after Tab, back with Shift. */
  commit(key, isBack = false) {
    if (!this.cell) return;
    const { view, id, column, before, start } = this;
    const typed = this.input.value;
    const value = this.choice ? this.choice.value() : typed === "" ? null : typed;
    // Two choices may be called the same.
    const isSame = (typed === start && !this.choice?.isPicked) || (value ?? "") === (before ?? "");
    // First on its way: where the focus goes next takes the page a while.
    if (!isSame) view.apply("edit", [{ id, column: column.name, value, before }]);
    this.close(key !== null);
    const [down, aside] = (MOVES[key] ?? [0, 0]).map((step) => (isBack ? -step : step));
    const { at } = view.selection;
    if (key) view.go(Math.max(0, at.row + down), Math.max(0, at.column + aside));
  }

  close(isFocused = true) {
    const { cell, view } = this;
    if (!cell) return;
    this.cell = null;
    this.choice?.close();
    cell.replaceChildren();
    this.id = null;
    view.viewport.pin(-1);
    view.viewport.refresh();
    if (isFocused) view.scroller.focus({ preventScroll: true });
  }
}
