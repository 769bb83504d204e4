// A kernel for the grid's tests: it answers messages over rows in an array, as the Python side does.

export const COLUMNS = [
  { name: "name", title: "Name", type: "text", editable: true, width: 180 },
  {
    name: "story",
    title: "Story",
    type: "choice",
    editable: true,
    width: 140,
    choices: [
      ["s1", "Support EN"],
      ["s2", "Support DE"],
      ["s3", "Sales EN"],
    ],
  },
  { name: "url", title: "URL", type: "url", editable: true, width: 300 },
  { name: "error", title: "Error", type: "state", editable: false, width: 120 },
  { name: "token", title: "Token", type: "secret", editable: true, width: 90 },
  { name: "active", title: "Active", type: "boolean", editable: true, width: 80 },
  { name: "updated", title: "Updated", type: "date", editable: false, width: 160 },
];
const MASK = "••••";

/** @returns {object[]} so many rows, the same each time */
export function rowsFor(count) {
  return Array.from({ length: count }, (_, index) => ({
    id: `r${index}`,
    state: "",
    name: `Connection ${index}`,
    story: ["s1", "s2", "s3"][index % 3],
    url: `https://hooks.example.com/${index}`,
    error: index % 5 === 1 ? "404" : null,
    token: index % 2 ? null : `secret-${index}`,
    active: index % 2 ? "false" : "true",
    updated: "2026-11-20 08:00 UTC",
  }));
}

export class Kernel {
  listeners = new Map();
  sent = [];
  held = null; // answers that wait, while the kernel is busy
  undone = [];
  done = [];
  selected = new Set();
  extra = {};

  constructor(rows, columns = COLUMNS) {
    Object.assign(this, { rows, columns, before: structuredClone(rows) });
    this.look = { sort: [], filters: {}, search: "", hidden: [] };
    this.rev = 1;
    this.arrange();
    this.grid = this.trait();
  }

  /** The model that a view gets. */
  get model() {
    return {
      get: (name) => this[name],
      send: (message) => this.take(structuredClone(message)),
      on: (event, listener) => this.listeners.set(event, [...(this.listeners.get(event) ?? []), listener]),
      off: (event, gone) =>
        this.listeners.set(
          event,
          this.listeners.get(event).filter((each) => each !== gone),
        ),
    };
  }

  emit(event, ...given) {
    for (const listener of this.listeners.get(event) ?? []) listener(...given);
  }

  take(message) {
    this.sent.push(message);
    if (this.held) this.held.push(message);
    else this.answer(message);
  }

  /** Be busy until `release`. */
  hold() {
    this.held = [];
  }

  release() {
    const { held } = this;
    this.held = null;
    for (const message of held) this.answer(message);
  }

  say(message) {
    setTimeout(() => this.emit("msg:custom", message, []), 0);
  }

  answer(message) {
    const made = this[`on_${message.type}`]?.(message);
    if (made) this.say({ seq: message.seq, ...made });
  }

  on_window({ begin, end }) {
    return { type: "window", rev: this.rev, begin, data: this.pack(this.view.slice(begin, end)) };
  }

  on_view({ sort, filters, search, hidden }) {
    this.look = { sort, filters, search, hidden };
    this.arrange();
    this.changed();
  }

  on_edit({ what, changes, add = [] }) {
    const touched = this.step(`${what} of ${changes.length} cells`, () => {
      const rows = changes.map(({ id, column, value }) => Object.assign(this.byId(id), { [column]: value }));
      const added = add.map((values, index) => this.fresh(values, index));
      return [...rows, ...added];
    });
    return this.edited(touched);
  }

  on_add({ count }) {
    const rows = this.step("new row", () => Array.from({ length: count }, (_, index) => this.fresh({}, index)));
    return { ...this.edited(rows), at: this.view.indexOf(rows[0]) };
  }

  on_delete({ ids, selected = false }) {
    const wanted = selected ? [...this.selected] : ids;
    const rows = wanted.map((id) => this.byId(id));
    return this.edited(
      this.step(
        "deletion",
        () => (rows.forEach((row) => (row.state = row.state === "deleted" ? "" : "deleted")), rows),
      ),
    );
  }

  on_undo() {
    return this.turn(this.done, this.undone);
  }

  on_redo() {
    return this.turn(this.undone, this.done);
  }

  on_select({ ids, mode }) {
    if (mode === "all") this.selected = new Set(this.view.map(({ id }) => id));
    if (mode === "none" || mode === "set") this.selected.clear();
    for (const id of ids) mode === "remove" ? this.selected.delete(id) : this.selected.add(id);
    this.changed();
    return { type: "selected", rev: this.rev };
  }

  on_ids({ begin, end }) {
    return { type: "ids", ids: this.view.slice(begin, end).map(({ id }) => id) };
  }

  on_text({ begin, end, columns }) {
    const lines = this.view
      .slice(begin, end)
      .map((row) => columns.map((name) => this.shown(row, name) ?? "").join("\t"));
    return { type: "text", text: lines.join("\r\n") };
  }

  on_locate({ id }) {
    return { type: "located", index: this.view.findIndex((row) => row.id === id) };
  }

  on_findings({ begin }) {
    const items = this.rows.flatMap((row) =>
      Object.entries(this.findings(row)).flatMap(([column, found]) =>
        found.map(([severity, message]) => ({ id: row.id, column, row: row.name ?? "", severity, message })),
      ),
    );
    return { type: "findings", total: items.length, items: items.slice(begin, begin + 100) };
  }

  on_open({ id }) {
    const row = this.byId(id);
    const fields = this.columns.map(({ name, title, type, editable }) => {
      return {
        column: name,
        title,
        type,
        text: this.shown(row, name),
        editable,
        secret: type === "secret",
        findings: this.findings(row)[name] ?? [],
      };
    });
    return { type: "details", id, fields };
  }

  on_reveal({ id, column }) {
    return { type: "revealed", id, column, text: this.byId(id)[column] };
  }

  // What the messages are made of.

  byId(id) {
    return this.rows.find((row) => row.id === id);
  }

  fresh(values, index) {
    const row = {
      ...Object.fromEntries(this.columns.map(({ name }) => [name, null])),
      id: `n${this.rows.length + index}`,
      state: "new",
      ...values,
    };
    this.rows.push(row);
    return row;
  }

  step(label, act) {
    const before = structuredClone(this.rows);
    const touched = act();
    this.done.push({ label, rows: before });
    this.undone = [];
    return touched;
  }

  turn(from, to) {
    const step = from.pop();
    if (!step) return this.edited([]);
    const now = this.rows;
    to.push({ label: step.label, rows: now });
    this.rows = step.rows;
    return this.edited(this.rows.filter((row, index) => JSON.stringify(row) !== JSON.stringify(now[index])));
  }

  edited(touched) {
    this.arrange();
    this.changed();
    return { type: "edited", rev: this.rev, rows: this.pack(touched.map(({ id }) => this.byId(id))), refused: [] };
  }

  changed(extra = {}) {
    this.rev += 1;
    Object.assign(this.extra, extra);
    this.grid = this.trait();
    this.emit("change:grid");
  }

  arrange() {
    const { sort, filters, search } = this.look;
    const has = (text, part) =>
      String(text ?? "")
        .toLowerCase()
        .includes(part.toLowerCase());
    let rows = this.rows.filter((row) => Object.entries(filters).every(([name, part]) => has(row[name], part)));
    if (search) rows = rows.filter((row) => this.columns.some(({ name }) => has(row[name], search)));
    const order = (one, other) => {
      for (const [name, way] of sort) {
        const way_ = way === "up" ? 1 : -1;
        const [a, b] = [one[name] ?? "", other[name] ?? ""];
        if (a !== b) return (a < b ? -1 : 1) * way_;
      }
      return 0;
    };
    this.view = sort.length ? [...rows].sort(order) : [...rows];
  }

  shown(row, name) {
    const isSecret = this.columns.find((column) => column.name === name)?.type === "secret";
    return isSecret && row[name] ? MASK : row[name];
  }

  original(row) {
    this.originals ??= new Map(this.before.map((each) => [each.id, each]));
    return this.originals.get(row.id);
  }

  differing(row) {
    const was = this.original(row);
    if (!was) return {};
    const names = this.columns.map(({ name }) => name).filter((name) => was[name] !== row[name]);
    return Object.fromEntries(names.map((name) => [name, this.shown(was, name)]));
  }

  findings(row) {
    const found = {};
    if (row.url !== null && !/^https?:/.test(row.url))
      found.url = [["error", `scheme ${row.url.split(":")[0]}, only http and https`]];
    if (row.error) found.error = [["warning", `the last delivery failed: ${row.error}`]];
    if (row.name === null) found.name = [["error", "0 characters, at least 1"]];
    return found;
  }

  pack(rows) {
    const byOffset = (make) =>
      Object.fromEntries(rows.map((row, offset) => [offset, make(row)]).filter(([, made]) => Object.keys(made).length));
    return {
      ids: rows.map(({ id }) => id),
      cells: Object.fromEntries(this.columns.map(({ name }) => [name, rows.map((row) => this.shown(row, name))])),
      state: rows.map(({ state }) => state),
      selected: rows.map(({ id }) => this.selected.has(id)),
      changed: byOffset((row) => this.differing(row)),
      findings: byOffset((row) => this.findings(row)),
    };
  }

  trait() {
    const { sort, filters, search, hidden } = this.look;
    const edited = this.rows.length > 5000 && this.done.length === 0 ? [] : this.rows;
    const count = (fits) => edited.filter(fits).length;
    return {
      rev: this.rev,
      columns: this.columns.map((column) => ({ ...column, hidden: hidden.includes(column.name) })),
      rows: this.view.length,
      total: this.rows.length,
      sort,
      filters,
      search,
      counts: {
        changed: count((row) => row.state === "" && Object.keys(this.differing(row)).length > 0),
        new: count(({ state }) => state === "new"),
        deleted: count(({ state }) => state === "deleted"),
        errors: count((row) =>
          Object.values(this.findings(row))
            .flat()
            .some(([severity]) => severity === "error"),
        ),
        warnings: 0,
        selected: this.selected.size,
      },
      undo: this.done.at(-1)?.label ?? null,
      redo: this.undone.at(-1)?.label ?? null,
      read_only: false,
      title: "Connections",
      note: "",
      actions: [],
      panel: null,
      ...this.extra,
    };
  }
}
