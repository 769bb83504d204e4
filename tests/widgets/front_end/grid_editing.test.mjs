import assert from "node:assert/strict";
import { test } from "node:test";

import { COLUMNS, Kernel, rowsFor } from "./grid_kernel.mjs";
import { gridPage, settle } from "./grid_page.mjs";

async function grid(count = 50, change = () => {}) {
  const kernel = new Kernel(rowsFor(count), structuredClone(COLUMNS));
  change(kernel);
  kernel.grid = kernel.trait();
  return gridPage(kernel)();
}

const edits = (hands) => hands.sent("edit").map(({ what, changes, add }) => ({ what, changes, ...(add && { add }) }));

test("typing replaces, Enter takes over and goes down, the cell says what it was", async () => {
  const hands = await grid();
  await hands.at(1, 0);
  await hands.press("N");
  assert.equal(hands.focused.value, "N");
  await hands.write("New");
  await hands.press("Enter");
  assert.deepEqual(edits(hands), [{ what: "edit", changes: [{ id: "r1", column: "name", value: "New" }] }]);
  assert.equal(hands.text(1, 0), "New");
  assert.match(hands.cell(1, 0).className, /cbn-changed/);
  assert.equal(hands.cell(1, 0).title, "was: Connection 1");
  assert.equal(hands.sheet.getAttribute("aria-activedescendant"), hands.cell(2, 0).id);
  assert.equal(hands.focused, hands.sheet);
});

test("Escape leaves it as it was, Tab goes to the side, an unchanged text is no edit", async () => {
  const hands = await grid();
  await hands.at(1, 0);
  await hands.press("F2");
  await hands.write("x");
  await hands.press("Escape");
  assert.equal(hands.text(1, 0), "Connection 1");
  await hands.press("Enter");
  const tab = await hands.press("Tab");
  assert.equal(tab.defaultPrevented, true);
  assert.equal(hands.sheet.getAttribute("aria-activedescendant"), hands.cell(1, 1).id);
  assert.deepEqual(edits(hands), []);
});

test("no key of an editor reaches the page, Shift+Enter and Tab included", async () => {
  const hands = await grid();
  const seen = [];
  hands.window.document.addEventListener("keydown", ({ key }) => seen.push(key));
  await hands.at(1, 0);
  seen.length = 0;
  await hands.press("F2");
  seen.length = 0;
  for (const keys of ["d", "Control+z", "Tab"]) await hands.press(keys);
  await hands.press("F2");
  seen.length = 0;
  await hands.press("Shift+Enter");
  assert.deepEqual(seen, []);
});

test("an editor whose row moves goes on with its row", async () => {
  const hands = await grid();
  await hands.at(1, 0);
  await hands.press("F2");
  await hands.write("mine");
  hands.store.look({ sort: [["name", "down"]] });
  await settle();
  assert.equal(hands.focused.value, "mine");
  await hands.press("Enter");
  assert.deepEqual(edits(hands)[0].changes, [{ id: "r1", column: "name", value: "mine" }]);
});

test("an editor that is scrolled away keeps the focus and its text", async () => {
  const hands = await grid(1000);
  await hands.at(1, 0);
  await hands.press("F2");
  await hands.write("kept");
  hands.sheet.scrollTop = 20_000;
  hands.sheet.dispatchEvent(new hands.window.Event("scroll"));
  await settle();
  assert.equal(hands.focused.value, "kept");
  await hands.press("Enter");
  assert.equal(hands.kernel.byId("r1").name, "kept");
});

test("a read-only cell opens the details instead, and typing says why not", async () => {
  const hands = await grid();
  await hands.at(1, 6);
  assert.equal(hands.cell(1, 6).getAttribute("aria-readonly"), "true");
  await hands.press("x");
  assert.equal(hands.foot, "Updated is read-only");
  await hands.press("Enter");
  assert.equal(hands.el.querySelector(".cbn-drawer").hidden, false);
});

test("a column for new rows only is read-only in the others", async () => {
  const hands = await grid(5, (kernel) => Object.assign(kernel.columns[2], { new_only: true }));
  assert.equal(hands.cell(1, 2).getAttribute("aria-readonly"), "true");
  await hands.push("Add");
  assert.equal(hands.cell(5, 2).getAttribute("aria-readonly"), null);
  assert.equal(hands.cell(5, -1).parentElement.className.includes("cbn-is-new"), true);
});

test("what is typed as soon as a new row is seen is in it", async () => {
  for (const count of [0, 5, 100]) {
    const hands = await grid(count);
    hands.kernel.on_window = () => null; // it has not answered yet
    await hands.push("Add");
    assert.equal(hands.text(count, 0), "", `${count} rows`);
    await hands.press("E");
    await hands.write("Ed");
    await hands.press("Enter");
    const { id } = hands.kernel.rows.at(-1);
    assert.deepEqual(edits(hands).at(-1).changes, [{ id, column: "name", value: "Ed" }]);
  }
});

test("a choice narrows while one types; Enter takes the marked one, by its value", async () => {
  const hands = await grid();
  await hands.at(0, 1);
  await hands.press("s");
  await hands.write("sal");
  const options = () => [...hands.el.querySelectorAll("[role=option]")].map((each) => each.textContent);
  assert.deepEqual(options(), ["Sales EN"]);
  assert.equal(hands.focused.getAttribute("role"), "combobox");
  assert.equal(
    hands.focused.getAttribute("aria-activedescendant"),
    hands.el.querySelector("[aria-selected=true][role=option]").id,
  );
  await hands.press("Enter");
  assert.deepEqual(edits(hands)[0].changes, [{ id: "r0", column: "story", value: "s3" }]);
  assert.equal(hands.text(0, 1), "Sales EN");
  assert.equal(hands.el.querySelector("[role=listbox]"), null);
});

test("a choice by arrow, by pointer, and one that does not exist, which the kernel judges", async () => {
  const hands = await grid();
  await hands.at(0, 1);
  await hands.press("Enter");
  await hands.press("ArrowDown");
  await hands.press("Enter");
  await hands.press("Enter");
  await hands.click(hands.el.querySelectorAll("[role=option]")[0]);
  await hands.press("F2");
  await hands.write("nothing like it");
  assert.match(hands.el.querySelector("[role=listbox]").textContent, /No such choice/);
  await hands.press("Tab");
  assert.deepEqual(
    edits(hands).map(({ changes: [{ id, value }] }) => [id, value]),
    [
      ["r0", "s2"],
      ["r1", "s1"],
      ["r2", "nothing like it"],
    ],
  );
});

test("of two choices with the same name the one that is there stays, and the other can be taken", async () => {
  const hands = await grid(5, ({ columns }) => (columns[1].choices[1][1] = "Support EN"));
  await hands.at(1, 1);
  await hands.press("Enter");
  await hands.press("Enter");
  assert.deepEqual(edits(hands), []);
  await hands.at(1, 1);
  await hands.press("Enter");
  await hands.press("ArrowUp");
  await hands.press("Enter");
  assert.deepEqual(edits(hands)[0].changes, [{ id: "r1", column: "story", value: "s1" }]);
});

test("Space turns yes into no, in all of a range", async () => {
  const hands = await grid();
  await hands.at(0, 5);
  await hands.press("Shift+ArrowDown", 2);
  await hands.press("ArrowUp", 0);
  await hands.press(" ");
  assert.deepEqual(edits(hands)[0].changes, [
    { id: "r0", column: "active", value: "false" },
    { id: "r2", column: "active", value: "false" },
  ]);
});

test("Delete empties what can be edited, and only that", async () => {
  const hands = await grid();
  await hands.at(0, 2);
  await hands.press("Shift+ArrowRight", 2);
  await hands.press("Delete");
  assert.deepEqual(edits(hands), [
    {
      what: "clear",
      changes: [
        { id: "r0", column: "url", value: null },
        { id: "r0", column: "token", value: null },
      ],
    },
  ]);
});

test("Ctrl+D fills a range from its first row, a single row from the one above, but no secrets", async () => {
  const hands = await grid();
  await hands.at(0, 0);
  await hands.press("Shift+ArrowDown", 2);
  await hands.press("Control+d");
  assert.deepEqual(edits(hands)[0], {
    what: "fill",
    changes: [
      { id: "r1", column: "name", value: "Connection 0" },
      { id: "r2", column: "name", value: "Connection 0" },
    ],
  });
  await hands.at(5, 4);
  await hands.press("Control+d");
  assert.equal(edits(hands).length, 1);
});

test("undo and redo by key and by button, and they say what", async () => {
  const hands = await grid();
  await hands.at(1, 0);
  await hands.press("X");
  await hands.press("Enter");
  await hands.press("Control+z");
  assert.equal(hands.text(1, 0), "Connection 1");
  assert.equal(hands.foot, "undone: edit of 1 cells");
  await hands.press("Control+y");
  assert.equal(hands.text(1, 0), "X");
  await hands.push("Undo");
  await hands.press("Control+Shift+Z");
  assert.equal(hands.text(1, 0), "X");
  assert.equal(hands.sent("undo").length, 2);
});

test("copy takes what is shown for people, masks included", async () => {
  const hands = await grid();
  await hands.at(0, 0);
  await hands.press("Shift+ArrowDown");
  await hands.press("Shift+ArrowRight", 4);
  assert.equal(
    await hands.clipboard("copy"),
    "Connection 0\tSupport EN\thttps://hooks.example.com/0\t\t••••\r\nConnection 1\tSupport DE\thttps://hooks.example.com/1\t404\t",
  );
});

test("a paste is one edit: quotes, choices by name, read-only columns left out and said", async () => {
  const hands = await grid();
  await hands.at(0, 0);
  await hands.clipboard(
    "paste",
    '"a\nb"\tSales EN\thttps://a.example/\t500\t••••\r\nc\tSales EN\thttps://c.example/\t500\tsecret\r\n',
  );
  assert.equal(hands.sent("edit").length, 1);
  assert.deepEqual(
    edits(hands)[0].changes.map(({ id, column, value }) => `${id} ${column} ${value}`),
    [
      "r0 name a\nb",
      "r0 story s3",
      "r0 url https://a.example/",
      "r1 name c",
      "r1 story s3",
      "r1 url https://c.example/",
      "r1 token secret",
    ],
  );
  assert.equal(hands.foot, "pasted 7 cells; read-only, so left as they are: Error; masked secrets left as they are");
  assert.equal(hands.text(0, 0), "a⏎b");
});

test("one value fills the range, a row is repeated, a block that does not fit is pasted once", async () => {
  const hands = await grid();
  await hands.at(0, 0);
  await hands.press("Shift+ArrowDown", 3);
  await hands.clipboard("paste", "x");
  assert.deepEqual(
    edits(hands)[0].changes.map(({ id }) => id),
    ["r0", "r1", "r2", "r3"],
  );
  await hands.clipboard("paste", "1\n2");
  assert.deepEqual(
    edits(hands)[1].changes.map(({ value }) => value),
    ["1", "2", "1", "2"],
  );
  await hands.clipboard("paste", "1\n2\n3");
  assert.deepEqual(
    edits(hands)[2].changes.map(({ id, value }) => id + value),
    ["r23"],
  );
});

test("a paste beyond the end adds rows; where that is not allowed, what has no place is said", async () => {
  const hands = await grid(3);
  await hands.at(2, 0);
  await hands.clipboard("paste", "a\tSupport EN\nb\tSupport DE\n");
  assert.deepEqual(edits(hands)[0], {
    what: "paste",
    changes: [
      { id: "r2", column: "name", value: "a" },
      { id: "r2", column: "story", value: "s1" },
    ],
    add: [{ name: "b", story: "s2" }],
  });
  assert.equal(hands.text(3, 0), "b");
  const fixed = await grid(3, (kernel) => (kernel.extra.can_add = false));
  await fixed.at(2, 5);
  await fixed.clipboard("paste", "false\ta\tb\nfalse\ta\tb\n");
  assert.equal(
    fixed.foot,
    "pasted 1 cell; read-only, so left as they are: Updated; 1 column beyond the last one left out; 1 row beyond the last one left out",
  );
});

test("a paste over rows that are not loaded asks for their ids", async () => {
  const hands = await grid(5000);
  await hands.at(0, 0);
  await hands.clipboard("paste", Array.from({ length: 3000 }, (_, index) => `n${index}`).join("\n"));
  assert.deepEqual(
    hands.sent("ids").map(({ begin, end }) => [begin, end]),
    [[0, 3000]],
  );
  assert.deepEqual(edits(hands)[0].changes[2999], { id: "r2999", column: "name", value: "n2999" });
});

test("cut copies and clears; a range that is not loaded is fetched, and offered to copy", async () => {
  const hands = await grid(5000);
  await hands.at(0, 0);
  assert.equal(await hands.clipboard("cut"), "Connection 0");
  assert.equal(edits(hands)[0].what, "cut");
  const copied = [];
  Object.defineProperty(globalThis, "navigator", {
    value: { clipboard: { writeText: async (text) => copied.push(text) } },
    configurable: true,
  });
  await hands.press("Control+Shift+ArrowDown");
  await hands.clipboard("copy");
  assert.equal(copied[0].split("\r\n").length, 5000);
  Object.defineProperty(globalThis, "navigator", { value: {}, configurable: true });
  await hands.clipboard("copy");
  assert.match(hands.el.querySelector(".cbn-notice").textContent, /ready to copy: 5,000 rows × 1 column/);
});

test("the clipboard in an editor is the field's own", async () => {
  const hands = await grid();
  await hands.at(0, 0);
  await hands.press("F2");
  await hands.clipboard("paste", "a\tb");
  assert.deepEqual(edits(hands), []);
});

test("what the kernel refuses is said", async () => {
  const hands = await grid();
  hands.kernel.on_edit = () => ({
    type: "edited",
    rev: 2,
    rows: { ids: [] },
    refused: [{ id: "r1", column: "name", message: "the row is gone" }],
  });
  await hands.at(1, 0);
  await hands.press("X");
  await hands.press("Enter");
  assert.match(hands.el.querySelector(".cbn-notice").textContent, /not applied: Name: the row is gone/);
  assert.equal(hands.text(1, 0), "Connection 1");
});

test("the details edit a text of several lines, and follow the keyboard", async () => {
  const hands = await grid(5, ({ rows }) => (rows[0].name = "two\nlines"));
  await hands.at(0, 0);
  await hands.press("Enter");
  assert.equal(hands.focused.tagName, "TEXTAREA");
  assert.equal(hands.focused.value, "two\nlines");
  hands.focused.value = "three\nmore\nlines";
  await hands.press("Enter");
  assert.deepEqual(edits(hands)[0].changes, [{ id: "r0", column: "name", value: "three\nmore\nlines" }]);
  await hands.press("Escape");
  assert.equal(hands.el.querySelector(".cbn-drawer").hidden, true);
  assert.equal(hands.focused, hands.sheet);
});

test("a secret comes on a second press, is nowhere else, and goes with the details", async () => {
  const hands = await grid();
  await hands.at(0, 0);
  await hands.press("Alt+Enter");
  await hands.push("Reveal …");
  assert.deepEqual(hands.sent("reveal"), []);
  await hands.push("Show it");
  assert.equal(hands.el.querySelector(".cbn-revealed").textContent, "secret-0");
  await hands.push("Hide");
  assert.doesNotMatch(hands.el.outerHTML, /secret-0/);
  await hands.push("Reveal …");
  await hands.push("Show it");
  await hands.push("Close the details (Esc)");
  assert.doesNotMatch(hands.el.outerHTML, /secret-0/);
});

test("a secret's editor starts empty, and what is typed is not shown while it waits", async () => {
  const hands = await grid();
  await hands.at(0, 4);
  await hands.press("F2");
  assert.equal(hands.focused.value, "");
  await hands.press("Enter");
  assert.deepEqual(edits(hands), []);
  await hands.at(0, 4);
  hands.kernel.hold();
  await hands.press("F2");
  await hands.write("typed");
  await hands.press("Enter");
  assert.equal(hands.text(0, 4), "••••");
  assert.deepEqual(hands.kernel.held.find(({ type }) => type === "edit").changes, [
    { id: "r0", column: "token", value: "typed" },
  ]);
});

test("only addresses of the web can be opened, and only from the details", async () => {
  const hands = await grid(5, ({ rows }) => (rows[1].url = "javascript:alert(1)"));
  await hands.at(0, 2);
  await hands.press("Alt+Enter");
  const link = hands.el.querySelector(".cbn-drawer a");
  assert.deepEqual(
    [link.href, link.rel, link.target],
    ["https://hooks.example.com/0", "noopener noreferrer", "_blank"],
  );
  await hands.at(1, 2);
  await hands.press("Alt+Enter");
  assert.equal(hands.el.querySelector("a"), null);
});

test("a table that is read-only has no tools for editing", async () => {
  const hands = await grid(5, (kernel) => (kernel.extra.read_only = true));
  await hands.at(0, 0);
  await hands.press("x");
  await hands.press("Delete");
  await hands.clipboard("paste", "x");
  assert.deepEqual(edits(hands), []);
  assert.equal(
    [...hands.el.querySelectorAll("button")].find((each) => each.textContent === "Add").closest("[hidden]") !== null,
    true,
  );
  assert.equal(hands.sheet.getAttribute("aria-readonly"), "true");
});

test("the details are those of the row that the keyboard is at, also of one that is loaded later", async () => {
  const hands = await grid(5000);
  const title = () => hands.el.querySelector(".cbn-drawer h4").textContent;
  const later = () => new Promise((resolve) => setTimeout(resolve, 200));
  await hands.click(hands.cell(3, -1).querySelector(".cbn-details"));
  assert.equal(title(), "Details of row 4");
  hands.sheet.focus();
  await hands.press("Control+ArrowDown");
  await later();
  assert.equal(title(), "Details of row 5000");
  hands.el.querySelector(".cbn-drawer textarea").focus();
  hands.store.look({ sort: [["name", "up"]] });
  await later();
  assert.equal(title(), "Details of row 5000");
});

test("a table without a place on the page stays scrolled where it was", async () => {
  const hands = await grid(5000);
  const size = (clientHeight, scrollTop) => {
    Object.defineProperty(hands.sheet, "clientHeight", { value: clientHeight, configurable: true });
    Object.defineProperty(hands.sheet, "scrollTop", { value: scrollTop, configurable: true, writable: true });
  };
  size(480, 32_000);
  hands.sheet.dispatchEvent(new hands.window.Event("scroll"));
  await settle();
  assert.equal(hands.text(1000, 0), "Connection 1000");
  size(0, 0);
  hands.kernel.changed();
  await settle();
  assert.equal(hands.text(1000, 0), "Connection 1000");
});
