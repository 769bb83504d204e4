import assert from "node:assert/strict";
import { test } from "node:test";

import * as pointer from "../../../chatbot_nb/widgets/static/core/pointer.js";
import { anyValue, frozen, placesOf, pick, seeded } from "./tools.mjs";

const { at, follow, insert, isObject, move, parts, pointerOf, remove, rename, set } = pointer;
const doc = frozen(JSON.parse('{"a": [{"x": 1}, {"y": 2}, "s"], "b": {"__proto__": {"p": 1}}, "m~n": {"/": null}}'));

test("parts and pointers are each other's inverse, also with ~ and /", () => {
  for (const keys of [[], [""], ["a", "0"], ["m~n", "/", "~1", "~01", ""]]) {
    assert.deepEqual(parts(pointerOf(keys)), keys);
  }
  assert.equal(pointerOf(["m~n", "/", 0]), "/m~0n/~1/0");
});

test("only what JSON calls an object is one", () => {
  assert.deepEqual([{}, [], null, "a", 1, undefined].map(isObject), [true, false, false, false, false, false]);
});

test("every place of a document is found, and nothing of JavaScript's own", () => {
  assert.equal(at(doc, ""), doc);
  assert.equal(at(doc, "/a/1/y"), 2);
  assert.equal(at(doc, "/m~0n/~1"), null);
  assert.equal(at(doc, "/b/__proto__/p"), 1);
  const nowhere = ["/__proto__", "/constructor", "/a/length", "/a/2/0", "/a/2/length", "/a/01", "/a/-", "/a/3", "/q/r"];
  for (const place of nowhere) assert.equal(at(doc, place), undefined, place);
});

test("an edit changes its place alone and shares the rest", () => {
  const next = set(doc, "/a/0/x", 9);
  assert.deepEqual(next.a, [{ x: 9 }, { y: 2 }, "s"]);
  assert.equal(next.a[1], doc.a[1]);
  assert.equal(next.b, doc.b);
  assert.deepEqual(insert(doc, "/a/1", "new").a, [{ x: 1 }, "new", { y: 2 }, "s"]);
  assert.deepEqual(insert(doc, "/a/-", "new").a.at(-1), "new");
  assert.deepEqual(insert(doc, "/a/3", "new").a.at(-1), "new");
  assert.deepEqual(Object.keys(insert(doc, "/z", null)), ["a", "b", "m~n", "z"]);
  assert.deepEqual(remove(doc, "/a/0").a, [{ y: 2 }, "s"]);
  assert.deepEqual(Object.keys(remove(doc, "/a")), ["b", "m~n"]);
  assert.deepEqual(move(doc, "/a", 0, 2).a, [{ y: 2 }, "s", { x: 1 }]);
  assert.equal(set(doc, "", null), null);
});

test("a renamed key stays at its place", () => {
  const next = rename(doc, "", "b", "c");
  assert.deepEqual(Object.keys(next), ["a", "c", "m~n"]);
  assert.equal(next.c, doc.b);
  assert.equal(rename(doc, "", "b", "a"), doc, "a key that is taken would be lost");
});

test("where there is no such place, and where nothing changes, it is the same document", () => {
  const same = [
    set(doc, "/a/3", 1), set(doc, "/a/-", 1), set(doc, "/q/r", 1), set(doc, "/a/2/0", 1), set(doc, "/a/1/y", 2),
    insert(doc, "/a/4", 1), insert(doc, "/a/03", 1), insert(doc, "/a/", 1), insert(doc, "/q/0", 1),
    remove(doc, "/a/3"), remove(doc, "/q"), remove(doc, "/toString"), remove(doc, ""),
    move(doc, "/a", 0, 3), move(doc, "/a", -1, 0), move(doc, "/a", 1, 1), move(doc, "/b", 0, 1), move(doc, "/q", 0, 1),
    rename(doc, "/a", "0", "1"), rename(doc, "", "q", "r"), rename(doc, "/q", "a", "b"),
  ];
  same.forEach((next, index) => assert.equal(next, doc, `edit ${index}`));
  for (const junk of [null, 5, "text", true, undefined]) assert.equal(set(junk, "/a/0", 1), junk);
});

test("__proto__ is a key like others in every edit, and no prototype changes", () => {
  const next = insert(set(rename(doc, "", "a", "__proto__"), "/b/__proto__/p", 2), "/m~0n/__proto__", "new");
  assert.deepEqual(Object.keys(next), ["__proto__", "b", "m~n"]);
  assert.equal(JSON.stringify(next.b), '{"__proto__":{"p":2}}');
  assert.equal(JSON.stringify(next["m~n"]), '{"/":null,"__proto__":"new"}');
  assert.equal(JSON.stringify(remove(next, "/b/__proto__").b), "{}");
  assert.equal(Object.getPrototypeOf(next), Object.prototype);
  assert.equal({}.p, undefined);
});

test("a place is followed when entries move, come and go", () => {
  const place = "/a/1/y";
  assert.equal(follow(place, doc, doc), place);
  assert.equal(follow(place, doc, move(doc, "/a", 1, 0)), "/a/0/y");
  assert.equal(follow(place, doc, insert(doc, "/a/0", {})), "/a/2/y");
  assert.equal(follow(place, doc, remove(doc, "/a/0")), "/a/0/y");
  assert.equal(follow(place, doc, remove(doc, "/a/1")), null);
  assert.equal(follow(place, doc, set(doc, place, 3)), place, "an edit inside");
  assert.equal(follow("/a/1/delay", doc, set(doc, place, 3)), "/a/1/delay", "a key that is not there yet");
  assert.equal(follow(place, doc, remove(doc, place)), place, "a key that is there no longer");
  assert.equal(follow(place, doc, set(doc, "/a", 5)), null);
  assert.equal(follow(place, doc, { ...doc, a: { 1: { y: 2 } } }), null);
});

test("equal texts in a list do not draw a place away", () => {
  const follows = (index, old, now) => follow(`/${index}`, old, now);
  assert.equal(follows(0, ["hi", "hi"], ["hi!", "hi"]), "/0");
  assert.equal(follows(2, ["a", "b", "b"], ["b", "b"]), "/1");
  assert.equal(follows(1, ["a", "b"], ["b", "a"]), "/0");
  assert.equal(follows(1, ["a", "b", "c"], ["a", "c"]), null);
  const twice = { x: 1 };
  assert.equal(follows(1, [twice, twice], [{}, twice, twice]), "/2");
});

test("no edit of any document at any place throws or changes it", () => {
  const random = seeded(1);
  for (let round = 0; round < 500; round += 1) {
    const value = frozen(anyValue(random));
    const keys = pick(random, placesOf(value));
    const place = pointerOf(random() < 0.3 ? [...keys, pick(random, ["0", "-", "x", "__proto__", "99"])] : keys);
    const text = JSON.stringify(value);
    for (const edit of [set, insert, remove, move]) {
      const next = edit(value, place, 1, 0);
      follow(place, value, next);
      follow(place, next, value);
    }
    assert.equal(JSON.stringify(value), text);
    assert.equal(at(set(value, place, at(value, place)), place), at(value, place));
  }
});
