import assert from "node:assert/strict";
import { test } from "node:test";

import { suspects } from "../../../chatbot_nb/widgets/static/core/counting.js";
import { mendOf, newButton, newElement, startOf } from "../../../chatbot_nb/widgets/static/core/mends.js";
import { diff } from "../../../chatbot_nb/widgets/static/core/patch.js";
import { at, pointerOf } from "../../../chatbot_nb/widgets/static/core/pointer.js";
import { anyValue, form, frozen, placesOf, pick, seeded } from "./tools.mjs";

/** Mend the one suspect of a reply with these responses. */
function mend(...responses) {
  const doc = frozen({ responses });
  const [finding] = suspects(doc, form);
  const mended = finding ? mendOf(doc, finding, form) : null;
  return mended && { ...mended, finding, responses: mended.doc.responses };
}

const button = { type: "postback", title: "Yes", value: "yes" };
const withTitle = (title) => ({ type: "buttons", title: "Q", buttons: [{ ...button, title }] });
const shortened = (title) => mend(withTitle(title)).responses[0].buttons[0].title;

test("a title is cut at the end of a word, if one is near", () => {
  assert.equal(shortened("Tell me about the prices"), "Tell me about the");
  assert.equal(shortened("Tell me about prices and more"), "Tell me about prices");
  assert.equal(shortened("Choose another day, please"), "Choose another day");
  assert.equal(shortened("A Donaudampfschifffahrtsgesellschaft"), "A Donaudampfschifffa");
});

test("a title fits by both counts, and no character that people see is cut in half", () => {
  assert.equal(shortened("👩‍👩‍👧".repeat(4)), "👩‍👩‍👧👩‍👩‍👧");
  assert.equal(shortened("👋".repeat(11)), "👋".repeat(10));
  assert.equal(shortened("e\u0301".repeat(11)), "e\u0301".repeat(10));
  assert.equal(shortened(`a${"\u0301".repeat(30)}`).length, 20, "one character of 31 code points must be cut");
  assert.equal(shortened(`👩\u0301${"\u200d👩".repeat(8)}`), `👩\u0301${"\u200d👩".repeat(5)}\u200d`);
});

test("a placeholder is never cut", () => {
  assert.equal(shortened("Your order {{order_number}}"), "Your order");
  assert.equal(shortened("{{order_number_of_the_day}}").length, 20);
});

test("the label says to what it is shortened, cut too if long", () => {
  assert.equal(mend(withTitle("Tell me about the prices")).label, "Shorten to “Tell me about the”");
  const { label } = mend({ type: "buttons", title: "word ".repeat(200), buttons: [button] });
  assert.equal(label, `Shorten to “${"word ".repeat(8)}…”`);
});

test("half an address, phone number or block id is offered to nobody", () => {
  assert.equal(mend({ type: "image", imageUrl: `https://example.com/${"a".repeat(2048)}` }), null);
  for (const type of ["goto", "url", "phone"]) {
    assert.equal(mend({ ...withTitle("a"), buttons: [{ type, title: "a", value: "+1".repeat(1500) }] }), null);
  }
});

test("a text is split at the ends of sentences, and nothing but blanks is lost", () => {
  const text = "This is a sentence of some length, and it ends here. ".repeat(50);
  const { label, responses } = mend({ type: "text", delay: 500, message: text, extra: 1 });
  assert.equal(label, "Split into 3 texts");
  for (const response of responses) {
    assert.match(response.message, /^This .* here\.$/);
    assert.ok(response.message.length <= 1024);
    assert.deepEqual({ ...response, message: "" }, { type: "text", delay: 500, message: "", extra: 1 });
  }
  assert.equal(responses.map(({ message }) => message).join(" "), text.trim());
});

test("a long sentence is split between words, a long word between characters", () => {
  const words = mend({ type: "text", message: "word ".repeat(300).trim() }).responses;
  assert.equal(words.map(({ message }) => message).join(" "), "word ".repeat(300).trim());
  const [first, second] = mend({ type: "text", message: "👩‍👩‍👧".repeat(150) }).responses;
  assert.deepEqual([first.message, second.message], ["👩‍👩‍👧".repeat(128), "👩‍👩‍👧".repeat(22)]);
});

test("a text of very many sentences is split, each part within the limit", () => {
  const { responses } = mend({ type: "text", message: "So it goes on. ".repeat(20_000) });
  assert.equal(responses.map(({ message }) => message).join(" "), "So it goes on. ".repeat(20_000).trim());
  assert.ok(responses.slice(0, -1).every(({ message }) => message.length > 1000 && message.length <= 1024));
});

test("too many quick replies become buttons, which stay, and none is lost", () => {
  const buttons = Array.from({ length: 14 }, (_, index) => ({ ...button, value: String(index) }));
  const { label, responses } = mend({ type: "quickReplies", title: "Q", buttons });
  assert.equal(label, "Split into 3 responses with buttons");
  assert.deepEqual(responses.map(({ type, title }) => [type, title]), Array(3).fill(["buttons", "Q"]));
  assert.deepEqual(responses.flatMap((response) => response.buttons), buttons);
});

test("too many buttons go on in a second response, or element, with the same title", () => {
  const buttons = Array.from({ length: 6 }, (_, index) => ({ ...button, value: String(index) }));
  const split = mend({ type: "text", message: "a" }, { type: "buttons", title: "Q", buttons });
  assert.deepEqual(split.responses.map((response) => response.buttons?.length), [undefined, 3, 3]);
  const element = { title: "T", subtitle: "S", imageUrl: "https://example.com", buttons };
  const cards = mend({ type: "cards", elements: [{ ...element, buttons: [button] }, element] });
  assert.equal(cards.label, "Split into 2 elements");
  const now = cards.responses[0].elements;
  assert.deepEqual(now.map(({ title, buttons: own }) => [title, own.length]), [["T", 1], ["T", 3], ["T", 3]]);
  const many = mend({ type: "cards", elements: Array(11).fill({ ...element, buttons: [button] }) });
  assert.deepEqual([many.label, many.responses.length], ["Split into 2 cards", 2]);
});

test("of too many random texts the first are kept: two responses would send two texts", () => {
  const messages = Array.from({ length: 22 }, (_, index) => `text ${index}`);
  const { label, responses } = mend({ type: "randomText", messages });
  assert.equal(label, "Keep the first 20");
  assert.deepEqual(responses, [{ type: "randomText", messages: messages.slice(0, 20) }]);
});

test("a delay goes to the nearest bound", () => {
  const mended = (delay, code) => {
    const doc = { responses: [{ type: "text", delay, message: "a" }] };
    return mendOf(doc, { pointer: "/responses/0/delay", code, message: "" }, form);
  };
  assert.equal(mended(5, "too_small").doc.responses[0].delay, 100);
  const { label, doc } = mended(99_999, "too_large");
  assert.deepEqual([label, doc.responses[0].delay], ["Set to 10000", 10_000]);
});

test("what is missing is begun", () => {
  const webview = { type: "webview", title: "a", value: "https://a.b" };
  const { label, responses } = mend({ ...withTitle("a"), buttons: [webview] });
  assert.deepEqual([label, responses[0].buttons[0].height], ["Set to compact", "compact"]);
  assert.deepEqual(mend({ type: "buttons", title: "Q" }).responses[0].buttons, [newButton(form, "postback")]);
  assert.equal(mend({ type: "buttons", title: "Q", buttons: [] }).label, "Add a button");
  assert.deepEqual(mend({ type: "cards", elements: [] }).responses[0].elements, [newElement(form)]);
  assert.deepEqual(mend({ type: "randomText", messages: [] }).responses[0].messages, [""]);
  assert.deepEqual([mend({ type: "text" }).label, mend({ type: "text" }).responses[0].message], ["Add message", ""]);
});

test("a slip of the pen is put right as the message says", () => {
  const doc = { responses: [{ type: "imgae", delya: 5, text: "a" }] };
  const finding = (pointer, code, message) => mendOf(doc, { pointer: `/responses/0/${pointer}`, code, message }, form);
  const type = finding("type", "unknown_type", "'imgae' is not a Bot Response; use text; did you mean 'image'?");
  assert.deepEqual([type.label, type.doc.responses[0].type], ["Use image", "image"]);
  const key = finding("delya", "unknown_key", "'delya' is not a documented key here; did you mean 'delay'?");
  assert.deepEqual([key.label, Object.keys(key.doc.responses[0])], ["Rename to delay", ["type", "delay", "text"]]);
  const other = finding("text", "renamed_key", "'text' is not a documented key here; use message");
  assert.equal(other.doc.responses[0].message, "a");
  assert.equal(finding("x", "unknown_key", "'x' is not a documented key here"), null);
});

test("where only a person knows, nothing is offered", () => {
  assert.equal(mend({ type: "text", message: "" }), null);
  const nothing = (doc, pointer, code) => assert.equal(mendOf(doc, { pointer, code, message: "" }, form), null);
  nothing({ responses: [{ type: "text", message: 5 }] }, "/responses/0/message", "wrong_type");
  nothing({ responses: [{}] }, "/responses/0/type", "missing");
  nothing({ responses: Array(100).fill({ type: "text", message: "a" }) }, "/responses", "too_many");
});

test("what only a sample makes too long is not cut in the template", () => {
  const doc = { responses: [withTitle("Hello {{name}}, how are you?")] };
  const finding = { pointer: "/responses/0/buttons/0/title", code: "too_long", message: "" };
  assert.equal(mendOf(doc, { ...finding, sample: 0 }, form), null);
  assert.notEqual(mendOf(doc, finding, form), null);
});

test("a new response is the form's, with nothing wrong in it but what is empty", () => {
  for (const type of Object.keys(form.responses)) {
    const codes = suspects({ responses: [startOf(form, type)] }, form).map(({ code }) => code);
    assert.ok(codes.length > 0 && codes.every((code) => code === "too_short"), type);
  }
  for (const type of Object.keys(form.buttons)) {
    assert.deepEqual(Object.keys(newButton(form, type)).slice(0, 3), ["type", "title", "value"]);
  }
  assert.notEqual(startOf(form, "cards").elements, startOf(form, "cards").elements);
});

test("each mend removes its finding and changes only the response that it is in", () => {
  const random = seeded(8);
  const texts = (max) => pick(random, ["ab ".repeat(max), "👋".repeat(Math.ceil(max * 0.7)), "a".repeat(max + 1), "ok"]);
  const entries = (max, make) => Array.from({ length: pick(random, [0, 1, max + 1, 2 * max + 1]) }, make);
  const some = () => ({ ...button, title: texts(20), ...(random() < 0.2 && { type: "webview" }) });
  const element = () => ({ title: texts(80), subtitle: "s", imageUrl: "https://a.b", buttons: entries(5, some) });
  const make = [
    () => ({ type: "text", message: texts(1024), delay: pick(random, [1, 500, 20_000]) }),
    () => ({ type: "randomText", messages: entries(20, () => texts(1024)) }),
    () => ({ type: "quickReplies", title: texts(640), buttons: entries(13, () => ({ ...button, title: texts(20) })) }),
    () => ({ type: "buttons", title: texts(640), buttons: entries(5, some) }),
    () => ({ type: "cards", elements: entries(10, element) }),
  ];
  let mends = 0;
  for (let round = 0; round < 60; round += 1) {
    const [first, last] = ["first", "last"].map((message) => ({ type: "text", message }));
    const doc = frozen({ responses: [first, pick(random, make)(), last] });
    for (const finding of suspects(doc, form)) {
      const mended = mendOf(doc, finding, form);
      if (!mended) continue;
      mends += 1;
      assert.equal(mended.doc.responses[0], doc.responses[0]);
      assert.equal(mended.doc.responses.at(-1), doc.responses[2]);
      const { pointer, code } = finding;
      const still = suspects(mended.doc, form).filter((each) => each.pointer === pointer && each.code === code);
      assert.deepEqual(still, [], `${pointer} ${code} ${mended.label}`);
      const inside = diff(doc, mended.doc).every(({ path }) => path.startsWith(pointer));
      assert.ok(inside || /^Split/.test(mended.label));
    }
  }
  assert.ok(mends > 200);
});

test("no finding about any document throws", () => {
  const random = seeded(9);
  const codes = ["too_long", "too_long_utf16", "too_many", "too_small", "missing", "too_few", "not_allowed",
    "unknown_type", "unknown_key", "renamed_key", "toString", "wrong_type"];
  for (let round = 0; round < 5000; round += 1) {
    const [message, buttons, elements] = [1, 3, 3].map((depth) => anyValue(random, depth));
    const response = { type: pick(random, Object.keys(form.responses)), message, buttons, elements };
    const responses = pick(random, [anyValue(random), [response], { 0: response }]);
    const doc = frozen(pick(random, [anyValue(random), { responses }, null]));
    const nowhere = ["responses/0/delay", "responses/0/buttons/9/title", "x/y"].map((place) => place.split("/"));
    const pointer = pointerOf(pick(random, [...placesOf(doc), ...nowhere]));
    const mended = mendOf(doc, { pointer, code: pick(random, codes), message: "did you mean 'text'?" }, form);
    assert.ok(mended === null || (mended.doc !== doc && at(mended.doc, "") !== undefined));
  }
});
