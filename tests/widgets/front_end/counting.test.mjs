import assert from "node:assert/strict";
import { test } from "node:test";

import { codePoints, count, suspects } from "../../../chatbot_nb/widgets/static/core/counting.js";
import { set } from "../../../chatbot_nb/widgets/static/core/pointer.js";
import { anyValue, form, frozen, seeded } from "./tools.mjs";

// That each suspect is a finding of Python, word for word, is proven by tests/widgets/test_parity.py.

test("characters are code points", () => {
  const texts = ["", "abc", "é", "👋", "👩‍👩‍👧", "\ud83d", "\udc4b\ud83d"];
  assert.deepEqual(texts.map(codePoints), [0, 3, 1, 1, 5, 1, 2]);
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
  const webview = { type: "webview", title: "a", value: "", height: "x" };
  const responses = [
    { type: "text", message: "" },
    { type: "randomText", messages: ["a".repeat(1025), 5] },
    { type: "image" },
    { type: "quickReplies", title: "👋".repeat(400), buttons: [{ type: "phone", title: "x" }] },
    { type: "cards", elements: [] },
    { type: "cards", elements: [{ title: "t", subtitle: "", buttons: [] }] },
    { type: "buttons", title: "a", buttons: Array(6).fill(webview) },
  ];
  const expected = [
    "/responses/0/message too_short", "/responses/1/messages/0 too_long", "/responses/2/imageUrl missing",
    "/responses/3/title too_long_utf16", "/responses/3/buttons/0/value missing", "/responses/4/elements too_few",
    "/responses/5/elements/0/subtitle too_short", "/responses/5/elements/0/imageUrl missing",
    "/responses/5/elements/0/buttons too_few", "/responses/6/buttons too_many", "/responses/6/buttons/0/value too_short",
  ];
  assert.deepEqual(told({ responses }).slice(0, expected.length), expected);
});

test("what is no matter of size is left to the kernel, and what it may know by a better name", () => {
  const responses = [
    5, "text", {}, { type: "zzz" }, { type: "Text" }, { type: "question" }, { type: ["text"] },
    { type: "text", message: 5, delay: 1 },
    { type: "text", text: "a" }, { type: "text", message: ["a"] }, { type: "image", url: "a" },
    { type: "quickReplies", title: "a", buttons: [5, { type: "zzz" }, {}] }, { type: "cards", elements: [null] },
    { type: "cards", title: "a", buttons: [] }, { attributes: {} }, { type: "setAttributes" },
  ];
  assert.deepEqual(told({ responses }), []);
  assert.deepEqual(told({ responses: { type: "text" } }), []);
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
