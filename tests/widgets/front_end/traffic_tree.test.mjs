import assert from "node:assert/strict";
import { before, test } from "node:test";

import { visible } from "../../../chatbot_nb/widgets/static/traffic/escape.js";
import { jsonTree } from "../../../chatbot_nb/widgets/static/traffic/tree.js";
import { anyValue, page, seeded } from "./tools.mjs";

before(page);

const lines = (tree) => [...tree.querySelectorAll(".cbn-json-leaf, summary")].map((each) => each.textContent);

test("a tree has each value once, and numbers as they were written", () => {
  const tree = jsonTree('{"id": 9007199254740993, "big": 1e400, "list": [true, null, "x"], "a": 1, "a": 2}');
  assert.deepEqual(lines(tree), [
    "{5}",
    "id:9007199254740993",
    "big:1e400",
    "list:[3]",
    "true",
    "null",
    '"x"',
    "a:1",
    "a:2",
  ]);
});

test("what is no JSON has no tree", () => {
  for (const text of ["", "text", "{a: 1}", "[1 2]", '{"a" 1}', "[1] 2", '"text"', "17", "[tru]", "{]", "NaN", "[NaN]"]) {
    assert.equal(jsonTree(text), null, text);
  }
});

test("what was cut off is shown up to there", () => {
  const text = '{"a": {"b": [1, true, "te\\u00e9xt"]}, "c": null}';
  for (let end = 1; end < text.length; end += 1) assert.notEqual(jsonTree(text.slice(0, end)), null, text.slice(0, end));
  assert.deepEqual(lines(jsonTree('{"a": "begin')), ["{1…}", 'a:"begin…"']);
});

test("any JSON has a tree with all its leaves", () => {
  const random = seeded(11);
  const leaves = (value) =>
    typeof value === "object" && value !== null ? Object.values(value).reduce((sum, one) => sum + leaves(one), 0) : 1;
  for (let run = 0; run < 200; run += 1) {
    const value = [anyValue(random)];
    const tree = jsonTree(JSON.stringify(value, null, run % 3));
    assert.equal(tree.querySelectorAll(".cbn-json-leaf").length, leaves(value));
  }
});

test("depth and size have a bound: beyond it there is the text", () => {
  assert.notEqual(jsonTree("[".repeat(90) + "]".repeat(90)), null);
  assert.equal(jsonTree("[".repeat(100_000)), null);
  assert.equal(jsonTree(`[${"1,".repeat(5000)}1]`), null);
});

test("markup, controls and directions in keys and values are text", () => {
  const hostile = "<img src=x onerror=x()>\u202e\u001b";
  const tree = jsonTree(JSON.stringify({ [hostile]: hostile, __proto__: 1, constructor: 2 }));
  assert.equal(tree.querySelector("img"), null);
  assert.equal(lines(tree)[1], '<img src=x onerror=x()>\\u202e\\u001b:"<img src=x onerror=x()>\\u202e\\u001b"');
});

test("line feeds and tabs stay, half a surrogate pair is spelled", () => {
  assert.equal(visible("a\n\tb\ud800c😀"), "a\n\tb\\ud800c😀");
});
