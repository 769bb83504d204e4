import assert from "node:assert/strict";
import { test } from "node:test";

import { apply, diff, same } from "../../../chatbot_nb/widgets/static/core/patch.js";
import { insert, move, rename, set } from "../../../chatbot_nb/widgets/static/core/pointer.js";
import { anyValue, changed, frozen, seeded } from "./tools.mjs";

const text = { type: "text", message: "a" };
const doc = frozen({ responses: [text, { type: "image", imageUrl: "b" }], attributes: { plan: "vip", name: "Ann" } });

test("what was typed is one operation, however long the document", () => {
  const next = set(doc, "/responses/0/message", "ab");
  assert.deepEqual(diff(doc, next), [{ op: "replace", path: "/responses/0/message", value: "ab" }]);
});

test("an entry that comes or goes is one operation", () => {
  const next = insert(doc, "/responses/1", { type: "text", message: "new" });
  assert.deepEqual(diff(doc, next), [{ op: "add", path: "/responses/1", value: next.responses[1] }]);
  assert.deepEqual(diff(next, doc), [{ op: "remove", path: "/responses/1" }]);
});

test("what both share is not looked into", () => {
  const watched = new Proxy({ deep: 1 }, { ownKeys: () => assert.fail("looked into"), get: () => assert.fail("read") });
  assert.deepEqual(diff({ a: watched, b: 1 }, { a: watched, b: 2 }), [{ op: "replace", path: "/b", value: 2 }]);
});

test("equal documents need no patch, whatever the order of keys in an entry", () => {
  assert.deepEqual(diff(doc, JSON.parse(JSON.stringify(doc))), []);
  assert.ok(same([{ a: 1, b: [null] }], [{ b: [null], a: 1 }]));
  const different = [[1, true], [0, ""], [null, 0], [[], {}], [{ a: 1 }, { a: 1, b: 1 }], [{ a: null }, { b: null }]];
  for (const [a, b] of different) assert.ok(!same(a, b), JSON.stringify([a, b]));
  assert.deepEqual(diff([1, "1", true], ["1", 1, 1]).length, 3);
});

test("a renamed attribute keeps its place among the others", () => {
  const next = rename(doc, "/attributes", "plan", "tier");
  assert.deepEqual(Object.keys(apply(doc, diff(doc, next)).attributes), ["tier", "name"]);
});

test("a patch makes one document of the other, for 2,000 pairs", () => {
  const random = seeded(2);
  let operations = 0;
  for (let round = 0; round < 2000; round += 1) {
    const old = frozen(anyValue(random));
    const now = frozen(random() < 0.8 ? changed(random, old) : anyValue(random));
    const patch = diff(old, now);
    operations += patch.length;
    const result = apply(old, JSON.parse(JSON.stringify(patch)));
    assert.ok(same(result, now), JSON.stringify({ old, now, patch, result }));
    assert.deepEqual(JSON.parse(JSON.stringify(sorted(result))), JSON.parse(JSON.stringify(sorted(now))));
  }
  assert.ok(operations > 2000);
});

function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.keys(value).sort().map((key) => [key, sorted(value[key])]);
}

test("a patch is done wholly or not at all", () => {
  const good = { op: "add", path: "/z", value: 1 };
  const bad = [
    { op: "remove", path: "/q" }, { op: "remove", path: "" }, { op: "replace", path: "/q", value: 1 },
    { op: "add", path: "/q/0", value: 1 }, { op: "add", path: "/responses/3", value: 1 }, { op: "add", path: "/q" },
    { op: "add", path: "/responses/01", value: 1 }, { op: "add", path: "/responses/x", value: 1 },
    { op: "replace", path: "/responses/-", value: 1 }, { op: "move", path: "/responses/0", from: "/q" },
    { op: "set", path: "/q", value: 1 }, { op: "add", path: "z", value: 1 }, { op: "add", value: 1 }, {},
  ];
  for (const operation of bad) assert.equal(apply(doc, [good, operation]), doc, JSON.stringify(operation));
  assert.deepEqual(apply(doc, [{ op: "add", path: "/responses/-", value: 1 }]).responses.at(-1), 1);
  assert.equal(apply(doc, [{ op: "replace", path: "", value: null }]), null);
});

test("a card that is moved leaves the others in peace", () => {
  const many = { list: Array.from({ length: 6 }, (_, index) => ({ index })) };
  const paths = diff(many, move(many, "/list", 1, 2)).map(({ path }) => path);
  assert.deepEqual(paths, ["/list/1/index", "/list/2/index"]);
});
