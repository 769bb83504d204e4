import assert from "node:assert/strict";
import { test } from "node:test";

import { parse, toCsv, toTsv } from "../../../chatbot_nb/widgets/static/grid/formats.js";
import {
  copied,
  isMask,
  meant,
  oneLine,
  readable,
  shortTime,
  webAddress,
  yesNo,
} from "../../../chatbot_nb/widgets/static/grid/words.js";
import { pick, seeded } from "./tools.mjs";

const PARTS = ['"', '""', "\n", "\t", ",", ";", " ", "a", "two words", "שלום", "😀", "'", "="];

test("what is copied is what is pasted, whatever is in the cells", () => {
  const random = seeded(7);
  for (let round = 0; round < 500; round += 1) {
    const wide = 2 + Math.floor(random() * 4);
    const text = () => Array.from({ length: Math.floor(random() * 4) }, () => pick(random, PARTS)).join("");
    const rows = Array.from({ length: 1 + Math.floor(random() * 4) }, () => Array.from({ length: wide }, text));
    assert.deepEqual(parse(toTsv(rows)), rows);
  }
});

test("CSV with the same number of fields in each line is a table", () => {
  const random = seeded(8);
  for (let round = 0; round < 200; round += 1) {
    const rows = Array.from({ length: 2 + Math.floor(random() * 3) }, () => [
      "x",
      pick(random, ['a"b', "a,b", "a\nb", "", "c"]),
      "y",
    ]);
    assert.deepEqual(parse(toCsv(rows)), rows);
  }
});

for (const [name, text, rows] of [
  [
    "Excel's line ends and quotes",
    'a\t"b\r\nc"\r\n"say ""hi"""\td\r\n',
    [
      ["a", "b\nc"],
      ['say "hi"', "d"],
    ],
  ],
  ["one line without an end", "a\tb", [["a", "b"]]],
  ["one column", "a\nb\n", [["a"], ["b"]]],
  [
    "empty cells",
    "\t\n\ta\n",
    [
      ["", ""],
      ["", "a"],
    ],
  ],
  ["a line between that is empty", "a\n\nb", [["a"], [""], ["b"]]],
  [
    "a quote that ends nowhere",
    '"a\tb\nc\td',
    [
      ['"a', "b"],
      ["c", "d"],
    ],
  ],
  ["a quote that ends within a field", '"a"b\tc', [['"a"b', "c"]]],
  ["inches", '5" pipe\t6"', [['5" pipe', '6"']]],
  ["prose with commas", "Hello, world", [["Hello, world"]]],
  ["two lines of prose with commas", "Hello, world\nBye, moon", [["Hello, world"], ["Bye, moon"]]],
  [
    "CSV with semicolons",
    "a;b\nc;d",
    [
      ["a", "b"],
      ["c", "d"],
    ],
  ],
  ["NUL at the end", "a\tb\0", [["a", "b"]]],
  ["nothing", "", [[""]]],
]) {
  test(`paste reads ${name}`, () => assert.deepEqual(parse(text), rows));
}

test("megabytes in one quoted cell are read", () => {
  const long = 'x""'.repeat(1_000_000);
  assert.equal(parse(`"${long}"\tb`)[0][0].length, 2_000_000);
});

test("a cell's line shows what has no sign, and at most 500 characters", () => {
  assert.equal(oneLine("a\r\nb\tc\0\u001bd\u2028"), "a⏎b⇥c␀␛d⏎");
  assert.equal(oneLine("x".repeat(500)), "x".repeat(500));
  assert.equal(oneLine("x".repeat(501)), `${"x".repeat(500)}…`);
  assert.equal(oneLine(`${"x".repeat(499)}😀y`), `${"x".repeat(499)}…`);
});

test("a choice is copied by its name, unless another has the same", () => {
  const column = {
    type: "choice",
    choices: [
      ["1", "One"],
      ["2", "Two"],
      ["3", "Two"],
    ],
  };
  assert.equal(copied(column, "1"), "One");
  assert.equal(copied(column, "3"), "3");
  assert.equal(copied(column, null), "");
  assert.deepEqual(
    ["One", "1", "Two", "x", ""].map((text) => meant(column, text)),
    ["1", "1", "2", "x", null],
  );
  assert.equal(readable(column, "3"), "Two");
});

test("a time gives up what is finest first", () => {
  const time = "2025-07-31 11:13:28.565+00:00";
  const shown = [40, 29, 28, 19, 18, 16, 15, 10, 3].map((room) => shortTime(time, room));
  assert.deepEqual(shown, [
    ...[time, time, "2025-07-31 11:13:28", "2025-07-31 11:13:28", "2025-07-31 11:13", "2025-07-31 11:13"],
    ...["2025-07-31", "2025-07-31", "2025-07-31"],
  ]);
  assert.equal(shortTime("2025-07-31 11:13", 12), "2025-07-31");
  for (const other of ["2025-07-31", "not a time at all", "2025-07-31 at noon"])
    assert.equal(shortTime(other, 4), other);
});

test("words for yes and no, masks, and addresses that may be opened", () => {
  assert.deepEqual(["true", "No", "maybe", null].map(yesNo), [true, false, null, null]);
  assert.deepEqual(["••••", "***", "a•", "", null].map(isMask), [true, true, false, false, false]);
  assert.deepEqual(["javascript:alert(1)", "data:text/html,x", "x", null].map(webAddress), [null, null, null, null]);
  assert.equal(webAddress("https://a.example/b"), "https://a.example/b");
});
