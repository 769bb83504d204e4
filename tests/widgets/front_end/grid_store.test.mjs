import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { beforeEach, mock, test } from "node:test";

import { Pending } from "../../../chatbot_nb/widgets/static/grid/pending.js";
import { unpacked } from "../../../chatbot_nb/widgets/static/grid/requests.js";
import { Blocks, rowsOf } from "../../../chatbot_nb/widgets/static/grid/rows.js";
import { Store } from "../../../chatbot_nb/widgets/static/grid/store.js";
import { COLUMNS, Kernel, rowsFor } from "./grid_kernel.mjs";
import { settle } from "./grid_page.mjs";

let kernel;
let store;
const view = {};

function open(count = 1000) {
  kernel = new Kernel(rowsFor(count));
  store = new Store(kernel.model);
  store.attach(kernel.model, new AbortController().signal);
}

beforeEach(() => open());

const change = (value, id = "r1", column = "name") => ({
  id,
  column,
  value,
  before: store.shown(store.row(1), column).text,
});
const windows = () => kernel.sent.filter(({ type }) => type === "window");

test("only what is seen is asked for, in blocks of a hundred", async () => {
  store.want(view, 250, 320);
  await settle();
  assert.deepEqual(
    windows().map(({ begin, end }) => [begin, end]),
    [[200, 400]],
  );
  assert.equal(store.row(399).id, "r399");
  assert.equal(store.row(199), null);
  store.want(view, 250, 320);
  await settle();
  assert.equal(windows().length, 1);
});

test("a window never has more than 500 rows, and ends with the table", async () => {
  open(1050);
  store.want(view, 0, 1050);
  await settle();
  assert.deepEqual(
    windows().map(({ begin, end }) => [begin, end]),
    [
      [0, 500],
      [500, 1000],
      [1000, 1050],
    ],
  );
});

test("rows that are at hand stay few, however far one scrolls", async () => {
  open(10_000);
  for (let begin = 0; begin < 10_000; begin += 100) {
    store.want(view, begin, begin + 60);
    await settle();
  }
  assert.ok(store.blocks.blocks.size <= 20);
  assert.equal(store.row(9_950).id, "r9950");
});

test("an answer that was made before a row was checked does not uncheck it", async () => {
  store.want(view, 0, 60);
  await settle();
  kernel.hold();
  const { held } = kernel;
  store.select(["r1"], "add");
  store.select(["r3"], "add");
  kernel.answer(held[0]);
  await settle();
  kernel.answer(held[2]);
  await settle();
  assert.equal(held[2].type, "window");
  assert.deepEqual([store.row(1).selected, store.row(3).selected], [true, true]);
  assert.deepEqual(store.line.late, { edits: 0, reads: 0 });
  kernel.answer(held[1]);
  await settle();
  assert.deepEqual([store.row(3).selected, store.choices.size], [true, 0]);
});

test("while the kernel is busy, two windows are on their way, and the next is of what is seen then", async () => {
  kernel.hold();
  for (const begin of [0, 200, 400, 600]) store.want(view, begin, begin + 60);
  await settle();
  assert.deepEqual(
    windows().map(({ begin }) => begin),
    [0, 200],
  );
  kernel.release();
  await settle();
  assert.deepEqual(
    windows().map(({ begin }) => begin),
    [0, 200, 600],
  );
});

test("an answer does not overwrite a newer edit of the same cell", async () => {
  store.want(view, 0, 50);
  await settle();
  kernel.hold();
  const first = store.edit("edit", [change("A")]);
  store.edit("edit", [change("B")]);
  assert.deepEqual(store.shown(store.row(1), "name"), { text: "B", isPending: true });
  const [held] = kernel.held.splice(0, 1);
  kernel.answer(held);
  await first;
  assert.equal(store.row(1).text("name"), "A");
  assert.deepEqual(store.shown(store.row(1), "name"), { text: "B", isPending: true });
  kernel.release();
  await settle();
  assert.deepEqual(store.shown(store.row(1), "name"), { text: "B", isPending: false });
  assert.equal(store.pending.count, 0);
});

test("an answer to somebody else's number is not taken for one of ours", async () => {
  store.want(view, 0, 50);
  await settle();
  kernel.hold();
  store.edit("edit", [change("A")]);
  kernel.emit("msg:custom", { type: "edited", seq: "other:1", rev: 9, rows: { ids: [] } }, []);
  await settle();
  assert.equal(store.pending.count, 1);
});

test("what Python changed by itself is shown at once, and what is seen is asked for again", async () => {
  store.want(view, 0, 50);
  await settle();
  kernel.byId("r1").name = "from Python";
  kernel.rev += 1;
  kernel.emit("msg:custom", { type: "edited", seq: 0, rev: kernel.rev, rows: kernel.pack([kernel.byId("r1")]) }, []);
  kernel.changed();
  await settle();
  assert.equal(store.row(1).text("name"), "from Python");
  assert.equal(windows().length, 2);
});

test("rows that are seen stay until the new ones have come", async () => {
  store.want(view, 0, 50);
  store.want({}, 500, 550);
  await settle();
  store.forget([...store.ranges.keys()][1]);
  kernel.hold();
  kernel.changed();
  assert.equal(store.row(1).id, "r1");
  assert.equal(store.row(500), null);
});

test("reading is asked again every two seconds, changing never", () => {
  mock.timers.enable({ apis: ["setInterval", "Date"] });
  try {
    open();
    kernel.hold();
    store.want(view, 0, 50);
    store.edit("edit", [{ id: "r1", column: "name", value: "A", before: null }]);
    mock.timers.tick(999);
    assert.deepEqual(store.line.late, { edits: 0, reads: 0 });
    mock.timers.tick(1);
    assert.deepEqual(store.line.late, { edits: 1, reads: 1 });
    for (let half = 0; half < 7; half += 1) mock.timers.tick(500);
    const [{ seq }] = windows();
    assert.deepEqual(
      windows().map((each) => each.seq),
      [seq, seq, seq],
    );
    assert.equal(kernel.sent.filter(({ type }) => type === "edit").length, 1);
  } finally {
    mock.timers.reset();
  }
});

test("a window that nobody sees any more is not asked again", () => {
  mock.timers.enable({ apis: ["setInterval", "Date"] });
  try {
    open();
    kernel.hold();
    store.want(view, 0, 50);
    store.want(view, 500, 550);
    mock.timers.tick(2000);
    assert.deepEqual(
      windows().map(({ begin }) => begin),
      [0, 500, 500],
    );
  } finally {
    mock.timers.reset();
  }
});

test("if the kernel is gone, edits are not lost: they are pending, and can be copied", async () => {
  store.want(view, 0, 50);
  await settle();
  await store.edit("edit", [change('say "hi"')]);
  kernel.hold();
  const answer = store.edit("paste", [change("https://b.example/", "r1", "url")], [{ name: "added" }]);
  kernel.emit("comm_live_update");
  assert.equal(await answer, null);
  assert.equal(store.line.gone, true);
  assert.equal(store.pending.count, 2);
  const lines = store.pending.csv(COLUMNS).split("\r\n");
  assert.deepEqual(lines, [
    "id,column,before,after",
    'r1,name,Connection 1,"say ""hi"""',
    "r1,url,https://hooks.example.com/1,https://b.example/",
    ",name,,added",
    "",
  ]);
});

test("changes that were undone are none to copy; what a secret was is not copied", () => {
  const pending = new Pending();
  const data = { ids: ["a"], cells: { name: ["x"], token: ["••••"] }, changed: { 0: { name: "w", token: "••••" } } };
  pending.note(rowsOf(data));
  assert.match(pending.csv(COLUMNS), /a,name,w,x/);
  assert.doesNotMatch(pending.csv(COLUMNS), /token|•/);
  pending.note(rowsOf({ ...data, changed: {} }));
  assert.equal(pending.csv(COLUMNS), "id,column,before,after\r\n");
});

test("an edit that is too large for one message is refused before it is sent", async () => {
  const { refused } = await store.edit("paste", [
    { id: "r1", column: "name", value: "x".repeat(9_000_000), before: null },
  ]);
  assert.match(refused[0], /too much for one edit, at most 9,000,000/);
  assert.equal(kernel.sent.filter(({ type }) => type === "edit").length, 0);
  assert.equal(store.pending.count, 0);
});

test("wishes for the view add up while the kernel is busy", async () => {
  kernel.hold();
  store.look({ search: "a" });
  store.look({ sort: [["name", "up"]] });
  assert.deepEqual(kernel.sent.at(-1).search, "a");
  assert.deepEqual(store.looked.sort, [["name", "up"]]);
  kernel.release();
  await settle();
  assert.equal(store.wanted, null);
  assert.deepEqual(store.grid.sort, [["name", "up"]]);
  assert.equal(store.line.asked.size, 0);
});

test("windows come packed or plain, and columns may be called anything", async () => {
  const data = { ids: ["a"], cells: JSON.parse('{"__proto__": ["p"], "constructor": ["c"]}') };
  const [row] = rowsOf(await unpacked({}, [new DataView(new Uint8Array(gzipSync(JSON.stringify(data))).buffer)]));
  assert.deepEqual([row.text("__proto__"), row.text("constructor"), row.text("toString")], ["p", "c", null]);
  assert.equal(row.isChanged("constructor"), false);
  assert.deepEqual(row.findings("constructor"), []);
  assert.equal(await unpacked({ data }, []), data);
});

test("blocks: older ones are asked for again, those on their way are not", () => {
  const blocks = new Blocks();
  blocks.put(0, 1, rowsOf({ ids: Array.from({ length: 200 }, (_, index) => `${index}`) }));
  assert.equal(blocks.missing(1, [[0, 200]], new Set()), null);
  assert.deepEqual(blocks.missing(2, [[0, 200]], new Set()), [0, 2]);
  assert.deepEqual(blocks.missing(2, [[0, 300]], new Set([0])), [1, 3]);
  blocks.expire(2, [[150, 160]]);
  assert.equal(blocks.row(0), null);
  assert.equal(blocks.indexOf("150"), 150);
});

test("of an edit of many rows, those that the answer leaves out show what was typed until they come", async () => {
  store.want(view, 0, 50);
  await settle();
  kernel.edited = () => ({ type: "edited", rev: kernel.rev, rows: { ids: [] }, refused: [] });
  await store.edit("edit", [change("A")]);
  assert.deepEqual(store.shown(store.row(1), "name"), { text: "A", isPending: false });
});
