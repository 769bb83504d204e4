import assert from "node:assert/strict";
import { test } from "node:test";

import { codePoints, count, suspects, units } from "../../../chatbot_nb/widgets/static/core/counting.js";
import { set } from "../../../chatbot_nb/widgets/static/core/pointer.js";
import { anyValue, form, frozen, seeded } from "./tools.mjs";

// That each suspect is a finding of Python, word for word, is proven by tests/widgets/test_parity.py.

test("characters are code points, units are UTF-16's", () => {
  const counts = (text) => [codePoints(text), units(text)];
  assert.deepEqual(["", "abc", "é", "👋", "👩‍👩‍👧", "\ud83d", "\udc4b\ud83d"].map(counts),
    [[0, 0], [3, 3], [1, 1], [1, 2], [5, 8], [1, 1], [2, 2]]);
});

test("a counter tells what is near, over, under, and too wide for those who count units", () => {
  const state = (text, field) => count(text, field).state;
  const field = { min: 1, max: 20 };
  const texts = ["", "a", ...[18, 19, 20, 21].map((size) => "a".repeat(size)), "👋".repeat(11), "👋".repeat(21)];
  assert.deepEqual(texts.map((text) => state(text, field)), ["under", "", "", "near", "near", "over", "wide", "over"]);
  assert.equal(state("abc", { min: 3, max: 3 }), "", "a short maximum is never near");
  assert.equal(state("", { min: 0, max: 20 }), "");
  assert.equal(state("compact", { kind: "choice" }), "");
  assert.deepEqual(count("👋", field), { points: 1, units: 2, max: 20, state: "" });
  for (const junk of [null, 5, [], {}, undefined]) assert.equal(state(junk, field), "");
});

const good = frozen({
  responses: [
    { type: "text", message: "Hi" },
    { type: "quickReplies", title: "Q", buttons: [{ type: "postback", title: "a", value: "b" }] },
  ],
});

/** Return suspects as "pointer code". */
function told(doc) {
  return suspects(doc, form).map(({ pointer, code }) => `${pointer} ${code}`);
}

test("a good reply has no suspects", () => {
  assert.deepEqual(told(good), []);
});

test("every kind of suspect is told, with its place", () => {
  const doc = {
    responses: [
      { type: "text", message: "", delay: 99 },
      { type: "randomText", messages: ["a".repeat(1025), 5] },
      { type: "image" },
      { type: "quickReplies", title: "👋".repeat(400), buttons: [{ type: "url" }, { title: "x" }, null] },
      { type: "cards", elements: [] },
      { type: "buttons", title: "a", buttons: Array(6).fill({ type: "webview", title: "a", value: "", height: "x" }) },
      { type: "zzz" }, {}, 5,
    ],
  };
  assert.deepEqual(told(doc).slice(0, 12), [
    "/responses/0/delay too_small", "/responses/0/message too_short", "/responses/1/messages/0 too_long",
    "/responses/1/messages/1 wrong_type", "/responses/2/imageUrl missing", "/responses/3/title too_long_utf16",
    "/responses/3/buttons/0/type unknown_type", "/responses/3/buttons/1/type missing",
    "/responses/3/buttons/2 wrong_type", "/responses/4/elements too_few", "/responses/5/buttons too_many",
    "/responses/5/buttons/0/value too_short",
  ]);
  const last = ["/responses/6/type unknown_type", "/responses/7/type missing", "/responses/8 wrong_type"];
  assert.deepEqual(told(doc).slice(-3), last);
  assert.deepEqual(told({ responses: Array(100).fill(good.responses[0]) }), ["/responses too_many"]);
});

test("what the kernel knows by a better name is left to it", () => {
  const responses = [
    "text", { type: "Text" }, { type: "question" }, { type: "text", text: "a" }, { type: "text", message: ["a"] },
    { type: "image", url: "a" }, { type: "cards", title: "a", buttons: [] }, { attributes: {} },
    { type: "setAttributes" },
  ];
  assert.deepEqual(told({ responses }), []);
  assert.deepEqual(told({ responses: { type: "text" } }), []);
});

test("a payload that the kernel does not look into has none", () => {
  assert.deepEqual(told({ responses: [{}], junk: Array(199_990).fill(0) }), ["/responses/0/type missing"]);
  assert.deepEqual(told({ responses: [{}], junk: Array(200_000).fill(0) }), []);
});

test("only the response that was edited is looked at again", () => {
  let looks = 0;
  const watched = new Proxy({ type: "text", message: "" }, {
    get(target, key) {
      looks += key === "message";
      return target[key];
    },
  });
  const doc = { responses: [watched, { type: "text", message: "a" }] };
  assert.deepEqual(told(doc), ["/responses/0/message too_short"]);
  const before = looks;
  const next = set(doc, "/responses/1/message", "");
  assert.deepEqual(told(next), ["/responses/0/message too_short", "/responses/1/message too_short"]);
  assert.equal(looks, before);
});

test("no document throws", () => {
  const random = seeded(7);
  for (const junk of [null, undefined, 5, "text", [], { responses: null }, { attributes: [] }]) told(junk);
  for (let round = 0; round < 2000; round += 1) {
    const types = [...Object.keys(form.responses), "zzz"];
    const response = { type: types[round % types.length], ...anyValue(random, 3) };
    const mangled = { ...response, buttons: anyValue(random, 2), elements: anyValue(random, 3) };
    told({ responses: [response, mangled, anyValue(random)], attributes: anyValue(random) });
  }
});
