// The header: names, sorting, widths, a menu and a filter for each column. It scrolls with the rows it is above.

import { h, word } from "../core/dom.js";
import { set, setWidth } from "./cell.js";
import { useGrip } from "./grip.js";
import { openMenu } from "./popup.js";

export const FIRST = 72; // px of the rows' own column
const LINE = 34; // px
const FILTER = 36; // px
const PAUSE = 120; // milliseconds without a key, after which a filter counts

export class Header {
  hasFilters = false;
  columns = [];

  /** @param {object} view */
  constructor(view) {
    this.view = view;
    this.el = h("div.row head-row", { role: "row", "aria-rowindex": 1 });
    this.all = h("input.check", {
      type: "checkbox",
      tabIndex: -1,
      title: "Select all rows",
      "aria-label": "Select all rows",
    });
    this.all.addEventListener("change", () => view.checkAll(this.all.checked));
    this.first = h(
      "div.cell head first",
      { role: "columnheader", "aria-colindex": 1 },
      this.all,
      word("Selection and state"),
    );
    this.el.addEventListener("click", (event) => this.click(event));
    this.el.addEventListener("input", ({ target }) => this.typed(target));
    this.el.addEventListener("keydown", (event) => this.key(event));
    useGrip(view, this);
  }

  get height() {
    return LINE + (this.hasFilters ? FILTER : 0);
  }

  /** Make the header anew: the columns are others. */
  rebuild(columns) {
    this.columns = columns;
    this.cells = columns.map((column, number) => this.cell(column, number));
    this.el.replaceChildren(this.first, ...this.cells);
    this.refreshWidths();
    this.refresh();
  }

  cell(column, number) {
    const name = column.title || column.name;
    const filter = h("input.filter", {
      type: "search",
      tabIndex: -1,
      placeholder: "Filter",
      "aria-label": `Filter ${name}`,
    });
    const menu = h(
      "button.column-menu",
      { tabIndex: -1, title: "Column menu (Alt+Down)", "aria-label": `Menu of ${name}`, "aria-haspopup": "menu" },
      "⋮",
    );
    const title = h("span.title", { title: [name, column.note].filter(Boolean).join("\n") }, name);
    const line = h("div.head-line", title, h("span.sort", { "aria-hidden": "true" }), menu, h("span.grip"));
    const cell = h(
      `div.cell head type-${column.type}`,
      { role: "columnheader", "aria-colindex": number + 2, "aria-label": name },
      line,
      filter,
    );
    cell.id = `${this.view.id}--1-${number}`;
    setWidth(cell, number);
    return Object.assign(cell, { column, filter, menu, sign: line.children[1] });
  }

  refreshWidths() {
    const { scroller, store } = this.view;
    this.columns.forEach(({ name, width }, number) => {
      scroller.style.setProperty(`--cbn-width-${number}`, `${store.widths.get(name) ?? width ?? 160}px`);
    });
    scroller.classList.toggle("cbn-sized", store.widths.size > 0);
  }

  refresh() {
    const { store, selection } = this.view;
    const { sort, filters } = store.looked;
    if (Object.keys(filters).length > 0) this.hasFilters = true;
    this.el.classList.toggle("cbn-with-filters", this.hasFilters);
    this.cells.forEach((cell, number) => {
      const place = sort.findIndex(([name]) => name === cell.column.name);
      const way = sort[place]?.[1];
      set(cell, "aria-sort", { up: "ascending", down: "descending" }[way] ?? "");
      cell.sign.textContent = way ? `${way === "up" ? "▲" : "▼"}${sort.length > 1 ? place + 1 : ""}` : "";
      cell.classList.toggle("cbn-at", selection.at.row === -1 && selection.at.column === number);
      if (cell.filter !== cell.ownerDocument.activeElement) cell.filter.value = filters[cell.column.name] ?? "";
    });
    const { counts, rows } = store.grid;
    this.all.checked = counts.selected > 0 && counts.selected >= rows;
    this.all.indeterminate = counts.selected > 0 && counts.selected < rows;
  }

  /** @returns {[number, number]} where a column begins and ends, in px of the scrolled table */
  place(number) {
    const cell = number < 0 ? this.first : this.cells[number];
    return cell ? [cell.offsetLeft, cell.offsetLeft + cell.offsetWidth] : [0, 0];
  }

  /** Px at the left that do not scroll away. */
  get frozen() {
    return FIRST + (this.cells[0]?.offsetWidth ?? 0);
  }

  click(event) {
    const cell = event.target.closest(".cbn-head");
    if (!cell?.column || event.target.closest(".cbn-filter, .cbn-grip")) return;
    if (event.target.closest(".cbn-column-menu")) this.openMenu(cell);
    else this.sort(cell.column.name, event.shiftKey);
  }

  /** Sort by a column: up, then down, then not; beside others if wished. */
  sort(name, isMore, way) {
    const { store } = this.view;
    const { sort } = store.looked;
    const now = sort.find(([each]) => each === name)?.[1];
    const next = way ?? { up: "down", down: null }[now] ?? (now ? null : "up");
    const entry = next ? [[name, next]] : [];
    const kept = sort.map((each) => (each[0] === name ? entry[0] : each)).filter(Boolean);
    const more = now ? kept : [...sort, ...entry];
    store.look({ sort: isMore ? more : entry });
  }

  openMenu(cell) {
    const { view } = this;
    const { name } = cell.column;
    const { hidden } = view.store.looked;
    const entries = [
      { label: "Sort up", run: () => this.sort(name, false, "up") },
      { label: "Sort down", run: () => this.sort(name, false, "down") },
      { label: "Filter", run: () => this.showFilters(cell.column) },
      "-",
      { label: "Hide", disabled: this.columns.length === 1, run: () => view.store.look({ hidden: [...hidden, name] }) },
    ];
    openMenu(cell.menu, view.el, `Column ${name}`, entries, () => view.scroller.focus({ preventScroll: true }));
  }

  /** Show the line of filters, the focus in one of them; or hide it, if it filters nothing. */
  showFilters(column) {
    this.hasFilters = true;
    this.view.refresh();
    this.refresh();
    const cell = this.cells.find((each) => each.column === column) ?? this.cells[0];
    cell?.filter.focus();
  }

  toggleFilters() {
    if (!this.hasFilters) {
      this.showFilters(null);
      return;
    }
    this.hasFilters = false;
    if (Object.keys(this.view.store.looked.filters).length > 0) this.view.store.look({ filters: {} });
    this.refresh();
    this.view.refresh();
  }

  typed(input) {
    if (!input.matches(".cbn-filter")) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.filter(), PAUSE);
  }

  filter() {
    clearTimeout(this.timer);
    const filled = this.cells.filter(({ filter }) => filter.value !== "");
    // Filters of hidden columns stay.
    const shown = new Set(this.columns.map(({ name }) => name));
    const kept = Object.entries(this.view.store.looked.filters).filter(([name]) => !shown.has(name));
    const filters = Object.fromEntries([...kept, ...filled.map(({ column, filter }) => [column.name, filter.value])]);
    this.view.store.look({ filters });
  }

  /** Keys in a filter: Tab goes to the next one, Enter and Down into the table, Escape empties it. */
  key(event) {
    const number = this.cells.findIndex(({ filter }) => filter === event.target);
    if (number < 0) return;
    event.stopPropagation();
    const next = this.cells[number + (event.shiftKey ? -1 : 1)];
    if (event.key === "Tab" && next) next.filter.focus();
    else if (event.key === "Escape") event.target.value = "";
    else if (event.key !== "Enter" && event.key !== "ArrowDown") return;
    event.preventDefault();
    if (event.key !== "Tab") this.filter();
    if (["Enter", "ArrowDown"].includes(event.key)) this.view.scroller.focus({ preventScroll: true });
  }
}
