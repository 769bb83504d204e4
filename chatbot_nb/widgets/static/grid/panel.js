// What Python wants to be looked at below the table: a plan, its progress, or what somebody else changed meanwhile.

import { h, put, reconcile } from "../core/dom.js";
import { Buttons } from "./buttons.js";
import { counted, figures, MARKS, oneLine } from "./words.js";

const MOST = 200; // rows
const SIGNS = { new: "+", changed: "●", deleted: "−", ...MARKS };
const TITLES = { plan: "Plan", progress: "Progress", conflicts: "Changed elsewhere, too" };

export class Panel {
  constructor(view) {
    this.view = view;
    this.title = h("h4", { id: `${view.id}-panel` });
    this.summary = h("p.summary", { role: "status" });
    this.content = h("div.panel-content");
    this.buttons = new Buttons((name) => view.store.line.send({ type: "action", name }));
    const head = h("div.region-head", this.title, this.buttons.el);
    this.el = h("section.region", { "aria-labelledby": this.title.id, hidden: true }, head, this.summary, this.content);
  }

  refresh() {
    const { panel = null } = this.view.store.grid;
    if (panel === this.shown) return;
    const isOther = panel?.kind !== this.shown?.kind;
    this.shown = panel;
    this.el.hidden = panel === null;
    if (panel === null) return;
    put(this.title, panel.title || TITLES[panel.kind]);
    this.buttons.refresh(panel.actions);
    if (panel.kind === "progress") this.progress(panel, isOther);
    else this.table(panel);
    if (isOther) this.el.scrollIntoView?.({ block: "nearest" });
  }

  progress({ done, total, failed = 0, summary }, isOther) {
    if (isOther) this.content.replaceChildren((this.bar = h("progress", { "aria-label": "Done" })));
    Object.assign(this.bar, { max: Math.max(total, 1), value: done });
    const parts = [`${figures(done)} of ${figures(total)} done`, failed > 0 && `${figures(failed)} failed`, summary];
    this.summary.hidden = false;
    put(this.summary, parts.filter(Boolean).join(" · "));
  }

  table(panel) {
    const { summary = "", findings = [] } = panel;
    put(this.summary, summary);
    this.summary.hidden = summary === "";
    const rows = panel.kind === "conflicts" ? panel.rows.map((row) => this.conflict(row, panel)) : panel.rows.map(line);
    const names =
      panel.kind === "conflicts" ? ["Row", "Column", "Mine", "Theirs", panel.row_actions && "Choose"] : panel.columns;
    const head = (names ?? []).filter(Boolean).map((name) => h("th", { scope: "col" }, nameOf(name)));
    const more = rows.length - MOST;
    const parts = [
      findings.length > 0 && h("ul.found-list", findings.map(finding)),
      rows.length > 0 && h("table.plan", { "aria-labelledby": this.title.id }, h("thead", h("tr", head)), h("tbody", rows.slice(0, MOST))),
      more > 0 && h("p.note", `and ${counted(more, "more row", "more rows")}`),
    ];
    reconcile(this.content, parts);
  }

  /** What is here, and what is there, side by side. */
  conflict({ id, label, column, mine, theirs }, { row_actions: choices = [] }) {
    const go = h("button.link", { onclick: () => this.view.goTo(id, column) }, label);
    const press = (name) => () => this.view.store.line.send({ type: "action", name, id, column });
    const buttons = choices.map(({ name, label: text }) => h("button", { onclick: press(name) }, text));
    const title = this.view.store.grid.columns.find(({ name }) => name === column)?.title ?? column;
    const cells = [
      h("td", go),
      h("td", title),
      cell({ text: mine, mark: "changed" }),
      cell({ text: theirs, mark: "" }),
    ];
    return h("tr", cells, buttons.length > 0 && h("td", h("span.actions", buttons)));
  }
}

/** A line whose first cell is empty goes on with what the one above begins. */
function line(cells) {
  return h(`tr ${cells[0]?.text === "" ? "same" : ""}`, cells.map(cell));
}

/** One cell, `{text, mark}` or a text. */
function cell(given) {
  const { text, mark = "" } = typeof given === "object" && given !== null ? given : { text: given };
  const sign = SIGNS[mark] && h("span.mark", { "aria-hidden": "true" }, `${SIGNS[mark]} `);
  const children = [sign, h("span.text", oneLine(String(text ?? "")))].filter(Boolean);
  return h(`td ${mark && `marked-${mark}`}`, { title: mark }, children);
}

function nameOf(column) {
  return typeof column === "object" ? column.title || column.name : column;
}

/** One finding, `{severity, message}`, a pair, or a text. */
function finding(given) {
  const [severity, message] = Array.isArray(given)
    ? given
    : [given.severity ?? "warning", given.message ?? String(given)];
  return h(
    `li.finding tone-${severity}`,
    h("span.mark", { "aria-hidden": "true" }, MARKS[severity] ?? "i"),
    ` ${severity}: ${message}`,
  );
}
