import assert from "node:assert/strict";
import { test } from "node:test";

import { COLUMNS, Kernel, rowsFor } from "./grid_kernel.mjs";
import { gridPage, settle } from "./grid_page.mjs";

async function grid(count = 1000, change = () => {}) {
  const kernel = new Kernel(rowsFor(count));
  change(kernel);
  kernel.grid = kernel.trait();
  const show = gridPage(kernel);
  return Object.assign(await show(), { show });
}

test("only the rows that are seen are elements, and say where they are", async () => {
  const hands = await grid(100_000);
  const rows = hands.el.querySelectorAll(".cbn-body [role=row]");
  assert.ok(rows.length > 10 && rows.length < 30);
  assert.equal(hands.sheet.getAttribute("aria-rowcount"), "100001");
  assert.equal(hands.sheet.getAttribute("aria-colcount"), String(COLUMNS.length + 1));
  assert.equal(hands.text(0, 0), "Connection 0");
  assert.equal(hands.text(0, 1), "Support EN");
  assert.equal(hands.text(0, 4), "••••");
  assert.equal(hands.text(1, 4), "none");
  assert.equal(hands.text(0, 5), "✓");
});

test("scrolled to the end, the last row is there, in elements that were used before", async () => {
  const hands = await grid(100_000);
  const before = new Set(hands.el.querySelectorAll(".cbn-body [role=row]"));
  hands.sheet.scrollTop = 100_000 * 32;
  hands.sheet.dispatchEvent(new hands.window.Event("scroll"));
  await settle();
  assert.equal(hands.text(99_999, 0), "Connection 99999");
  const added = [...hands.el.querySelectorAll(".cbn-body [role=row]")].filter((row) => !before.has(row));
  assert.ok(added.length < 6, `${added.length} new elements`);
});

test("a million rows: their height stays below what browsers can, the last one is reached", async () => {
  const hands = await grid(10);
  const { rows } = hands.kernel.grid;
  assert.equal(rows, 10);
  hands.kernel.view.length = 1_000_000; // the rows between are never asked for
  hands.kernel.view[999_999] = { ...hands.kernel.rows[0], id: "last", name: "last" };
  hands.kernel.view.fill(hands.kernel.rows[1], 10, 999_999);
  hands.kernel.changed();
  await settle();
  assert.ok(Number.parseInt(hands.el.querySelector(".cbn-body").style.height, 10) <= 12_000_000);
  hands.sheet.focus();
  await hands.press("Control+ArrowDown");
  assert.equal(hands.text(999_999, 0), "last");
});

test("cells show markup, bidi and line breaks as text", async () => {
  const name = '<img src=x onerror="alert(1)">\n\u202Eevil\u202C\tשלום\0';
  const hands = await grid(3, ({ rows }) => Object.assign(rows[1], { name, url: "javascript:alert(1)" }));
  assert.equal(hands.text(1, 0), '<img src=x onerror="alert(1)">⏎\u202Eevil\u202C⇥שלום␀');
  assert.equal(hands.el.querySelector("img, .cbn-body a"), null);
});

test("of a long text 500 characters are painted; the editor has all of it", async () => {
  const hands = await grid(3, ({ rows }) => (rows[0].name = "x".repeat(10_000)));
  assert.equal(hands.text(0, 0), `${"x".repeat(500)}…`);
  await hands.at(0, 0);
  await hands.press("F2");
  assert.equal(hands.focused.value.length, 10_000);
});

test("a finding is colour, mark, attribute and word, and stands at the foot", async () => {
  const hands = await grid(3, ({ rows }) => (rows[1].url = "ftp://x"));
  const cell = hands.cell(1, 2);
  assert.equal(cell.getAttribute("aria-invalid"), "true");
  assert.match(cell.className, /cbn-has-error/);
  assert.equal(cell.title, "error: scheme ftp, only http and https\nwas: https://hooks.example.com/1");
  assert.equal(cell.querySelector(".cbn-mark").textContent, "✗");
  assert.match(cell.textContent, /error/);
  await hands.at(1, 2);
  assert.equal(hands.foot, "Connection 1 · URL: scheme ftp, only http and https");
  assert.equal(hands.said, "column URL, row 2, ftp://x, changed, error: scheme ftp, only http and https");
});

test("the arrows move, with Shift they extend, with Control they go to the end", async () => {
  const hands = await grid(50);
  await hands.at(2, 1);
  assert.equal(hands.sheet.getAttribute("aria-activedescendant"), hands.cell(2, 1).id);
  await hands.press("ArrowDown");
  await hands.press("ArrowRight");
  assert.equal(hands.sheet.getAttribute("aria-activedescendant"), hands.cell(3, 2).id);
  await hands.press("Shift+ArrowDown", 2);
  const picked = [...hands.el.querySelectorAll(".cbn-picked")].map((each) => each.id);
  assert.deepEqual(
    picked,
    [3, 4, 5].map((row) => hands.cell(row, 2).id),
  );
  assert.equal(hands.said, "3 rows, 1 column selected");
  await hands.press("Control+End");
  assert.equal(hands.sheet.getAttribute("aria-activedescendant"), hands.cell(49, 6).id);
  await hands.press("Control+Home");
  await hands.press("Control+a");
  assert.equal(hands.el.querySelector(".cbn-cell:not(.cbn-head):not(.cbn-first)[aria-selected=false]"), null);
  await hands.press("Escape");
  assert.equal(hands.el.querySelectorAll(".cbn-picked").length, 0);
});

test("the focus stays with the table whatever is painted, and Tab is left to the browser", async () => {
  const hands = await grid(100);
  await hands.at(0, 0);
  await hands.press("PageDown", 3);
  hands.kernel.changed();
  await settle();
  assert.equal(hands.focused, hands.sheet);
  assert.equal((await hands.press("Tab")).defaultPrevented, false);
});

test("from the first row up is the header: Enter sorts, Shift+Enter adds a column, Alt+arrow makes it wider", async () => {
  const hands = await grid(50);
  await hands.at(0, 0);
  await hands.press("ArrowUp");
  assert.equal(hands.sheet.getAttribute("aria-activedescendant"), hands.cell(-1, 0).id);
  await hands.press("Enter");
  await hands.press("Enter");
  assert.equal(hands.cell(-1, 0).getAttribute("aria-sort"), "descending");
  assert.equal(hands.text(0, 0), "Connection 9");
  await hands.press("ArrowRight");
  await hands.press("Shift+Enter");
  assert.deepEqual(hands.kernel.look.sort, [
    ["name", "down"],
    ["story", "up"],
  ]);
  await hands.press("ArrowLeft");
  await hands.press("Enter");
  assert.deepEqual(hands.kernel.look.sort, []);
  const width = () => hands.sheet.style.getPropertyValue("--cbn-width-0");
  assert.equal(width(), "180px");
  Object.defineProperty(hands.cell(-1, 0), "offsetWidth", { value: 180 });
  await hands.press("Alt+ArrowRight");
  assert.equal(width(), "196px");
});

test("a click on a header sorts by it alone, with Shift beside others", async () => {
  const hands = await grid(20);
  await hands.click(hands.cell(-1, 1).querySelector(".cbn-title"));
  await hands.click(hands.cell(-1, 0).querySelector(".cbn-title"), { shiftKey: true });
  assert.deepEqual(hands.kernel.look.sort, [
    ["story", "up"],
    ["name", "up"],
  ]);
  assert.equal(hands.cell(-1, 1).querySelector(".cbn-sort").textContent, "▲1");
});

test("rows are checked by Space and by Shift with the mouse, all of them in the header", async () => {
  const hands = await grid(50);
  await hands.click(hands.cell(2, -1).querySelector("input"));
  await hands.click(hands.cell(5, -1).querySelector("input"), { shiftKey: true });
  assert.deepEqual([...hands.kernel.selected].sort(), ["r2", "r3", "r4", "r5"]);
  assert.equal(hands.cell(4, -1).parentElement.getAttribute("aria-selected"), "true");
  await hands.at(3, 0);
  await hands.press("Shift+ ");
  assert.deepEqual([...hands.kernel.selected].sort(), ["r2", "r4", "r5"]);
  assert.match(hands.el.querySelector(".cbn-counts").textContent, /50 rows · 3 selected/);
  await hands.push("Delete");
  assert.deepEqual(
    hands.kernel.rows.filter(({ state }) => state === "deleted").map(({ id }) => id),
    ["r2", "r4", "r5"],
  );
  assert.match(hands.cell(2, -1).textContent, /to be deleted/);
});

test("columns are hidden by their menu, and shown again", async () => {
  const hands = await grid(5);
  await hands.push("Menu of Story");
  assert.equal(hands.focused.textContent, "Sort up");
  await hands.press("h");
  await hands.press("End");
  await hands.click(hands.focused);
  assert.deepEqual(hands.kernel.look.hidden, ["story"]);
  assert.equal(hands.text(0, 1), "https://hooks.example.com/0");
  await hands.push("Columns▾");
  const item = [...hands.el.querySelectorAll("[role=menuitemcheckbox]")].find((each) => each.textContent === "Story");
  assert.equal(item.getAttribute("aria-checked"), "false");
  await hands.click(item);
  assert.equal(hands.text(0, 1), "Support EN");
  await hands.press("Escape");
  assert.equal(hands.focused.textContent, "Columns▾");
});

test("the search counts at once with Enter; what fits nothing says so, and how to get out", async () => {
  const hands = await grid(50);
  const search = hands.el.querySelector(".cbn-search");
  search.focus();
  await hands.write("nowhere");
  await hands.press("Enter");
  assert.equal(hands.kernel.look.search, "nowhere");
  assert.match(hands.el.querySelector(".cbn-empty").textContent, /No row fits/);
  await hands.push("Clear search and filters");
  assert.equal(hands.el.querySelector(".cbn-empty").hidden, true);
  assert.equal(hands.text(0, 0), "Connection 0");
});

test("a filter is for its column, Enter goes back to the table", async () => {
  const hands = await grid(50);
  await hands.push("Menu of URL");
  await hands.press("f");
  await hands.press("ArrowUp");
  await hands.click([...hands.el.querySelectorAll("[role=menuitem]")].find((each) => each.textContent === "Filter"));
  assert.equal(hands.focused.getAttribute("aria-label"), "Filter URL");
  await hands.write("/49");
  await hands.press("Enter");
  assert.deepEqual(hands.kernel.look.filters, { url: "/49" });
  assert.equal(hands.focused, hands.sheet);
  assert.equal(hands.text(0, 0), "Connection 49");
});

test("an empty table says what to do first", async () => {
  assert.match((await grid(0)).el.querySelector(".cbn-empty").textContent, /Press Add, or paste/);
  const fixed = await grid(0, (kernel) => (kernel.extra.read_only = true));
  assert.equal(fixed.el.querySelector(".cbn-empty p").textContent, "There are no rows.");
});

test("the list of findings leads to the cell", async () => {
  const hands = await grid(500, ({ rows }) => (rows[321].url = "ftp://x"));
  await hands.push("✗ 1 error");
  const place = [...hands.el.querySelectorAll(".cbn-found-list button")].find(
    (each) => each.textContent === "Connection 321 · URL",
  );
  await hands.click(place);
  assert.equal(hands.sheet.getAttribute("aria-activedescendant"), hands.cell(321, 2).id);
  assert.equal(hands.focused, hands.sheet);
});

test("a plan is a table with marks, 200 rows of it, and its buttons are told to Python", async () => {
  const hands = await grid(5);
  const rows = Array.from({ length: 203 }, (_, index) => [{ text: "<b>delete</b>", mark: "deleted" }, `row ${index}`]);
  const actions = [{ name: "apply", label: "Apply", primary: true, enabled: true }];
  hands.kernel.changed({
    panel: {
      kind: "plan",
      title: "Plan",
      summary: "203 to delete",
      columns: ["Step", "Row"],
      rows,
      findings: [],
      actions,
    },
  });
  await settle();
  const region = hands.el.querySelector("section[aria-labelledby]");
  assert.equal(region.hidden, false);
  assert.equal(region.querySelectorAll("tbody tr").length, 200);
  assert.match(region.textContent, /and 3 more rows/);
  assert.equal(region.querySelector("td").textContent, "− <b>delete</b>");
  await hands.push("Apply");
  assert.deepEqual(hands.sent("action"), [{ type: "action", name: "apply" }]);
  hands.kernel.changed({
    panel: { kind: "progress", done: 3, total: 12, failed: 1, actions: [{ name: "cancel", label: "Cancel" }] },
  });
  await settle();
  assert.equal(region.querySelector("progress").value, 3);
  assert.match(region.textContent, /3 of 12 done · 1 failed/);
  hands.kernel.changed({ panel: null });
  await settle();
  assert.equal(region.hidden, true);
});

test("two views show the same edits, and a view that has gone asks for nothing", async () => {
  const hands = await grid(50);
  const other = await hands.show();
  await hands.at(0, 0);
  await hands.press("X");
  await hands.press("Enter");
  assert.equal(other.text(0, 0), "X");
  other.controller.abort();
  hands.kernel.changed();
  await settle();
  assert.equal(hands.store.views.size, 1);
});

test("a busy kernel is said after a second, a gone one at once, with the edits to copy", async () => {
  const hands = await grid(50);
  hands.kernel.hold();
  await hands.at(0, 0);
  await hands.press("X");
  await hands.press("Enter");
  assert.equal(hands.text(0, 0), "X");
  assert.match(hands.cell(0, 0).className, /cbn-pending/);
  for (const entry of hands.store.line.asked.values()) entry.since -= 1000;
  hands.store.line.look();
  await settle();
  assert.equal(hands.el.querySelector(".cbn-status").textContent, "kernel busy: 1 edit waits");
  hands.kernel.emit("comm_live_update");
  await settle();
  const notice = hands.el.querySelector(".cbn-notice");
  assert.match(notice.textContent, /The kernel is gone: 1 edit was not applied/);
  const copied = [];
  Object.defineProperty(globalThis, "navigator", {
    value: { clipboard: { writeText: async (text) => copied.push(text) } },
    configurable: true,
  });
  await hands.push("Copy edits");
  assert.deepEqual(copied, ["id,column,before,after\r\nr0,name,Connection 0,X\r\n"]);
  await hands.at(1, 0);
  await hands.press("Y");
  assert.equal(hands.focused, hands.sheet);
  assert.match(hands.foot, /kernel is gone/);
});

test("a badge has the colour of its word where no finding gives it one", async () => {
  const hands = await grid(4, (kernel) => {
    kernel.columns = [{ name: "status", title: "Status", type: "state", editable: false, width: 120 }];
    ["error", "conflict", "done", "404"].forEach((status, index) => (kernel.rows[index].status = status));
  });
  assert.deepEqual(
    [0, 1, 2, 3].map((row) => hands.cell(row, 0).querySelector(".cbn-badge").className),
    ["cbn-badge cbn-tone-error", "cbn-badge cbn-tone-warning", "cbn-badge cbn-tone-ok", "cbn-badge"],
  );
});
