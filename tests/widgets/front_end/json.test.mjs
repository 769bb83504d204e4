import assert from "node:assert/strict";
import { test } from "node:test";

import { lineOf, pointerAt, read, write } from "../../../chatbot_nb/widgets/static/core/json.js";
import { at } from "../../../chatbot_nb/widgets/static/core/pointer.js";
import { anyValue, pick, seeded } from "./tools.mjs";

const MESSAGES = [
  ["", "expected a value, got the end of the text", 1, 1],
  ['{"a": 1,\n}', "a comma before }: JSON has none after the last", 1, 8],
  ["[1,]", "a comma before ]: JSON has none after the last", 1, 3],
  ["[1,", "expected a value as the entry of an array, got the end of the text", 1, 4],
  ["{'a': 1}", "expected a key in double quotes, got '; JSON has only straight double quotes", 1, 2],
  ["{“a”: 1}", "expected a key in double quotes, got “; JSON has only straight double quotes", 1, 2],
  ["['a']", "expected a value as the entry of an array, got '; JSON has only straight double quotes", 1, 2],
  ["{a: 1}", "expected a key in double quotes, got 'a'", 1, 2],
  ['{"a" 1}', "expected : after a key, got '1'", 1, 6],
  ['{"a": }', "expected a value after the key, got '}'", 1, 7],
  ['{"a": 1 x', "expected , or } after a member, got 'x'", 1, 9],
  ['{"a": 1', "expected , or } after a member, got the end of the text", 1, 8],
  ["[1 2]", "expected , or ] after an entry, got '2'", 1, 4],
  ["[1]\n]", "expected the end of the text, got ']'", 2, 1],
  ["NaN", "expected a value, got NaN, which is not JSON; use null", 1, 1],
  ["[-Infinity]", "expected a value as the entry of an array, got -Infinity, which is not JSON; use null", 1, 2],
  ["[True]", "expected a value as the entry of an array, got True; JSON writes true", 1, 2],
  ["[None]", "expected a value as the entry of an array, got None; JSON writes null", 1, 2],
  ["// x\n1", "expected a value, got '/'; JSON has no comments", 1, 1],
  ["[\u00a01]", "expected a value as the entry of an array, got the character \\u00a0", 1, 2],
  ["[01]", "a number does not begin with 0", 1, 2],
  ["[1.]", "expected , or ] after an entry, got '.'", 1, 3],
  ["[1e999]", "the number is too large", 1, 2],
  ['"a', "the string that begins here has no end", 1, 1],
  ['["😀é\n"]', "a string cannot hold this character as it is; write \\n", 1, 5],
  ['"\\x"', "a \\ that is no escape; for the character itself write \\\\", 1, 2],
  ['{"a": 1, "a": 2}', 'the key "a" stands here twice', 1, 10],
];

for (const [text, message, line, column] of MESSAGES) {
  test(`${JSON.stringify(text)}: ${message}`, () => {
    const result = read(text);
    assert.deepEqual([result.ok, result.message, result.line, result.column], [false, message, line, column]);
    assert.deepEqual(lineOf(text, result.offset), { line, column });
  });
}

test("100 levels are read, not one more, and no depth is too much for an answer", () => {
  const nested = (depth) => "[".repeat(depth) + "]".repeat(depth);
  assert.equal(JSON.stringify(read(nested(100)).value), nested(100));
  assert.equal(read(nested(101)).message, "nested deeper than 100 levels");
  assert.equal(read("[".repeat(1_000_000)).offset, 100);
});

test("a long string is read, and a long array", () => {
  const long = JSON.stringify(["x\\".repeat(300_000), Array.from({ length: 50_000 }, (_, index) => index)]);
  assert.equal(JSON.stringify(read(long).value), long);
});

test("what is written is what JSON.stringify writes, and each span holds its value, for 1,000 documents", () => {
  const random = seeded(4);
  for (let round = 0; round < 1000; round += 1) {
    const value = anyValue(random, 5);
    const { text, spans } = write(value);
    assert.equal(text, JSON.stringify(value, null, 2));
    const result = read(text);
    assert.equal(JSON.stringify(result.value), JSON.stringify(value));
    assert.deepEqual([...result.spans], [...spans]);
    for (const [pointer, { start, end }] of spans) {
      const written = text.slice(start, end);
      const whole = /\/[^/]*$/.test(pointer) && !Array.isArray(at(value, pointer.replace(/\/[^/]*$/, "")));
      const parsed = JSON.parse(whole ? `{${written}}` : written);
      const found = whole ? Object.values(parsed)[0] : parsed;
      assert.equal(JSON.stringify(found), JSON.stringify(at(value, pointer)));
    }
  }
});

test("what JSON.parse refuses is refused, what it takes is taken, for 20,000 broken texts", () => {
  const random = seeded(5);
  const pieces = [..."{}[],:\"'\\ \n0123.eE+-tfn", "true", "null", '"a"', "\\u00e9", "\u0001", "é", "😀", ",}", '"k":'];
  let [taken, refused] = [0, 0];
  for (let round = 0; round < 20_000; round += 1) {
    const whole = JSON.stringify(anyValue(random, 3));
    const place = Math.floor(random() * (whole.length + 1));
    const text = whole.slice(0, place) + pick(random, pieces) + whole.slice(place + Math.floor(random() * 3));
    const result = read(text);
    let parsed;
    try {
      parsed = { value: JSON.parse(text) };
    } catch {
      parsed = null;
    }
    if (result.ok) {
      assert.equal(JSON.stringify(result.value), JSON.stringify(parsed.value), text);
      taken += 1;
    } else if (!/twice|too large/.test(result.message)) {
      assert.equal(parsed, null, `${text}: ${result.message}`);
      refused += 1;
    }
  }
  assert.ok(taken > 2000 && refused > 2000);
});

test("an offset belongs to the innermost value around it, a key to its member", () => {
  const { text, spans } = write({ a: [1, { b: "x" }], c: {} });
  const where = (part, more = 0) => pointerAt(spans, text.indexOf(part) + more);
  assert.equal(where('"a"'), "/a");
  assert.equal(where("1"), "/a/0");
  assert.equal(where("1", 1), "/a/0", "a caret behind its last character");
  assert.equal(where('"b"', 1), "/a/1/b");
  assert.equal(where('"x"'), "/a/1/b");
  assert.equal(where("{}", 1), "/c");
  assert.equal(pointerAt(spans, 0), "");
  assert.equal(pointerAt(spans, 10_000), "");
});
