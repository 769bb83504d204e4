import assert from "node:assert/strict";
import { test } from "node:test";

import { fill, names, namesIn, pieces, valuesFor } from "../../../chatbot_nb/widgets/static/core/placeholders.js";

test("names are found once each, without the blanks around them", () => {
  const text = "{{a}} {{ b\t}} {{a}} {{\u0085c\u3000}} {{}} {{{d}}} {{e}f}} {{ }}";
  assert.deepEqual(names(text), ["a", "b", "c", "d", ""]);
  assert.deepEqual(names("{{\ufeffa}}"), ["\ufeffa"], "Python does not strip it");
});

test("values are filled in as ChatBot shows them, what has none stays", () => {
  const values = { s: "x", n: 5, f: 2.5, t: true, u: undefined, z: null, e: "", w: NaN };
  assert.equal(fill("{{s}} {{ n }} {{f}} {{t}} {{u}} {{ z }} [{{e}}] {{w}} {{q}} {{ }}", values),
    "x 5 2.5 true {{u}} {{ z }} [] {{w}} {{q}} {{ }}");
});

test("a value is neither filled again nor read as a pattern", () => {
  assert.equal(fill("{{a}}", { a: "{{b}} $& $1", b: "no" }), "{{b}} $& $1");
});

test("only own attributes count", () => {
  assert.equal(fill("{{toString}} {{__proto__}}", {}), "{{toString}} {{__proto__}}");
  assert.equal(fill("{{__proto__}}", JSON.parse('{"__proto__": "p"}')), "p");
});

test("pieces tell texts from placeholders, and filled ones from others", () => {
  assert.deepEqual(pieces("Hi {{name}}, {{x}}", { name: "Ann" }), [
    { text: "Hi " },
    { text: "Ann", name: "name", filled: true },
    { text: ", " },
    { text: "{{x}}", name: "x", filled: false },
  ]);
  assert.deepEqual(pieces("", {}), []);
});

test("what the reply sets itself comes before a sample", () => {
  const doc = { attributes: { plan: "vip" } };
  assert.deepEqual(valuesFor(doc, { plan: "free", name: "Ann" }), { plan: "vip", name: "Ann" });
  for (const junk of [null, 5, [], "text", { attributes: [1] }]) assert.deepEqual(valuesFor(junk, undefined), {});
});

test("names are found in all responses, but not in types, heights and attributes", () => {
  const doc = {
    responses: [
      { type: "{{t}}", message: "{{a}}" },
      { type: "cards", elements: [{ title: "{{b}} {{a}}", buttons: [{ height: "{{h}}", value: "{{c}}" }] }] },
      "{{d}} {{ }}", 5, null,
    ],
    attributes: { x: "{{e}}" },
  };
  assert.deepEqual(namesIn(doc), ["a", "b", "c", "d"]);
  for (const junk of [null, 5, [], "text", { responses: 5 }, { responses: null }]) assert.deepEqual(namesIn(junk), []);
});
