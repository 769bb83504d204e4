// The line on top: name, counts, search, what is done to rows, what has changed, and Python's actions at the right.

import { h, icon, put } from "../core/dom.js";
import { Buttons, enable, isOn } from "./buttons.js";
import { set } from "./cell.js";
import { copy } from "./clipboard.js";
import { openMenu } from "./popup.js";
import { counted, figures } from "./words.js";

const PAUSE = 120; // milliseconds without a key, after which a search counts

export class Toolbar {
  constructor(view) {
    this.view = view;
    const { store } = view;
    this.title = h("strong");
    this.note = h("span.note");
    this.counts = h("span.counts");
    this.search = h("input.search", {
      type: "search",
      placeholder: "Search",
      "aria-label": "Search all columns",
      oninput: () => this.type(),
      onkeydown: (event) => this.key(event),
    });
    this.undo = icon("↶", "Undo", () => isOn(this.undo) && view.undo("undo"));
    this.redo = icon("↷", "Redo", () => isOn(this.redo) && view.undo("redo"));
    this.add = h("button", { title: "Add a row", onclick: () => view.add() }, "Add");
    this.delete = h(
      "button",
      { title: "Mark the checked rows, or those of the range, for deletion; or no more", onclick: () => view.remove() },
      "Delete",
    );
    this.columns = menuButton("Columns", () => this.openColumns());
    this.more = menuButton("More", () => this.openMore());
    this.status = h("span.status", { role: "status" });
    this.changes = h("span.changes");
    this.found = h("button.found", { onclick: () => view.findings.toggle() });
    this.actions = new Buttons((name) => store.line.send({ type: "action", name }));
    this.edits = h("span.group", this.undo, this.redo, this.add, this.delete);
    this.el = h(
      "div.toolbar",
      { role: "toolbar", "aria-label": "Table" },
      h("span.head-words", this.title, this.counts, this.note),
      this.search,
      this.edits,
      h("span.group", this.columns, this.more),
      this.status,
      h("span.right", this.changes, this.found, this.actions.el),
    );
  }

  refresh() {
    const { store } = this.view;
    const { grid, line, pending, looked } = store;
    put(this.title, grid.title || "Table");
    put(this.note, grid.note ?? "");
    put(this.counts, sizes(grid));
    if (this.search !== this.search.ownerDocument.activeElement) this.search.value = looked.search;
    enable(this.undo, !line.gone && (grid.undo !== null || pending.count > 0));
    enable(this.redo, !line.gone && grid.redo !== null);
    this.undo.title = `Undo${grid.undo ? ` ${grid.undo}` : ""} (Ctrl+Z)`;
    this.redo.title = `Redo${grid.redo ? ` ${grid.redo}` : ""} (Ctrl+Y)`;
    this.edits.hidden = grid.read_only;
    this.add.hidden = grid.can_add === false;
    put(this.status, waiting(line));
    put(this.changes, changes(grid.counts));
    const { errors = 0, warnings = 0 } = grid.counts;
    this.count(errors, warnings);
    this.found.hidden = errors + warnings === 0;
    this.found.className = `cbn-found cbn-tone-${errors ? "error" : "warning"}`;
    set(this.found, "aria-expanded", String(!this.view.findings.el.hidden));
    this.actions.refresh(line.gone ? [] : grid.actions);
  }

  /** Marks and numbers; where there is little room, the words beside them are only said. */
  count(errors, warnings) {
    const key = `${errors} ${warnings}`;
    if (this.counted === key) return;
    this.counted = key;
    const parts = [
      ["✗", errors, "error"],
      ["!", warnings, "warning"],
    ].filter(([, number]) => number > 0);
    this.found.replaceChildren(
      ...parts.flatMap(([sign, number, name], index) => [
        `${index > 0 ? "  " : ""}${sign} ${figures(number)}`,
        h("span.unit", counted(number, name).slice(figures(number).length)),
      ]),
    );
  }

  type() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), PAUSE);
  }

  look() {
    clearTimeout(this.timer);
    const { store } = this.view;
    if (store.looked.search !== this.search.value) store.look({ search: this.search.value });
  }

  key(event) {
    event.stopPropagation();
    if (event.key === "Escape") this.search.value = "";
    else if (event.key !== "Enter" && event.key !== "ArrowDown") return;
    event.preventDefault();
    this.look();
    if (event.key !== "Escape") this.view.scroller.focus();
  }

  openColumns() {
    const { view } = this;
    const { store } = view;
    const entries = store.grid.columns.map(({ name, title }) => ({
      label: title || name,
      checked: !store.looked.hidden.includes(name),
      stays: true,
      run: () => {
        const { hidden } = store.looked;
        store.look({ hidden: hidden.includes(name) ? hidden.filter((each) => each !== name) : [...hidden, name] });
      },
    }));
    const all = { label: "Show all", run: () => store.look({ hidden: [] }) };
    openMenu(this.columns, view.el, "Columns", [...entries, "-", all], () => this.columns.focus());
  }

  openMore() {
    const { view } = this;
    const { read_only: readOnly, rows } = view.store.grid;
    const none = rows === 0;
    const entries = [
      { label: view.header.hasFilters ? "Hide filters" : "Filter columns", run: () => view.header.toggleFilters() },
      {
        label: "Details",
        hint: "Alt+Enter",
        disabled: none,
        run: () => view.details(Math.max(0, view.selection.at.row)),
      },
      "-",
      { label: "Fill down", hint: "Ctrl+D", disabled: readOnly || none, run: () => view.fillDown() },
      { label: "Copy", hint: "Ctrl+C", disabled: none, run: () => copy(view) },
      { label: "Copy with column names", disabled: none, run: () => copy(view, { hasNames: true }) },
      { label: "Copy as CSV", disabled: none, run: () => copy(view, { hasNames: true, isCsv: true }) },
      { label: "Select all", hint: "Ctrl+A", disabled: none, run: () => view.selectAll() },
    ];
    openMenu(this.more, view.el, "More", entries, () => view.scroller.focus({ preventScroll: true }));
  }
}

function menuButton(label, onclick) {
  return h(
    "button",
    { "aria-haspopup": "menu", "aria-expanded": "false", onclick },
    label,
    h("span.arrow", { "aria-hidden": "true" }, "▾"),
  );
}

function sizes({ rows, total, counts }) {
  const shown = rows === total ? counted(total, "row") : `${figures(rows)} of ${counted(total, "row")}`;
  return counts.selected > 0 ? `${shown} · ${figures(counts.selected)} selected` : shown;
}

function changes({ changed = 0, new: added = 0, deleted = 0 }) {
  const parts = [changed && `${figures(changed)} changed`, added && `${figures(added)} new`];
  return [...parts, deleted && `${figures(deleted)} to delete`].filter(Boolean).join(" · ");
}

function waiting({ late: { edits, reads }, gone }) {
  if (gone) return "";
  if (edits > 0) return `kernel busy: ${counted(edits, "edit")} ${edits === 1 ? "waits" : "wait"}`;
  return reads > 0 ? "waiting for the kernel …" : "";
}
