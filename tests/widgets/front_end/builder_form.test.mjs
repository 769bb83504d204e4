import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Form } from "../../../chatbot_nb/widgets/static/builder/form.js";
import { Store } from "../../../chatbot_nb/widgets/static/builder/store.js";
import { move, set } from "../../../chatbot_nb/widgets/static/core/pointer.js";
import loader from "../../../chatbot_nb/widgets/static/loader.js";
import { anyValue, changed, form as table, frozen, page, pick, seeded } from "./tools.mjs";

let window;
beforeEach(() => {
  window = page();
  window.Element.prototype.scrollIntoView = () => {};
});

/** Return a form of a document, in the page and alive. */
function formOf(payload) {
  const store = new Store({ payload, samples: [] }, table);
  const form = new Form({ store, form: table, focus: () => {} });
  window.document.body.append(form.el);
  store.subscribe(() => form.refresh());
  form.refresh();
  return { store, form, el: form.el };
}

/** Return a reply that may be wrong anywhere. */
function anyReply(random) {
  const text = () => (random() < 0.8 ? pick(random, ["", "a", "{{x}}", "x".repeat(30)]) : anyValue(random, 1));
  const some = (most, make) => (random() < 0.9 ? Array.from({ length: Math.floor(random() * most) }, make) : anyValue(random, 2));
  const button = () => ({ type: pick(random, ["postback", "goto", "url", "webview", "phone", "odd"]), title: text(), value: text() });
  const element = () => ({ title: text(), subtitle: text(), imageUrl: text(), buttons: some(3, button) });
  const response = () =>
    pick(random, [
      { type: "text", message: text() },
      { type: "randomText", messages: some(3, text), delay: pick(random, [500, "x", null]) },
      { type: "quickReplies", title: text(), buttons: some(3, button) },
      { type: "cards", elements: some(3, element) },
      { type: "text", message: text(), more: anyValue(random, 2) },
      anyValue(random, 2),
    ]);
  return random() < 0.9 ? { responses: some(4, response), attributes: random() < 0.5 ? { a: text(), b: text() } : undefined } : anyValue(random, 3);
}

/** What a person sees of a form: its parts, texts and values, but not the ids. */
function seen(el) {
  return [...el.querySelectorAll("*")]
    .filter((each) => !each.closest("[hidden]"))
    .map((each) => [each.tagName, each.className, each.children.length ? "" : each.textContent, each.value]);
}

test("whatever a document becomes, the form shows what a new one would show", () => {
  for (let seed = 1; seed <= 150; seed += 1) {
    const random = seeded(seed);
    const clean = (value) => JSON.parse(JSON.stringify(value));
    let doc = frozen(clean(anyReply(random)));
    const { store, el } = formOf(doc);
    for (let step = 0; step < 3; step += 1) {
      doc = frozen(random() < 0.3 ? clean(anyReply(random)) : clean(changed(random, doc)));
      store.edit(doc);
      store.judge(doc, { findings: [], fixed: null });
      store.tell();
      assert.deepEqual(seen(el), seen(formOf(doc).el), `seed ${seed}`);
    }
  }
});

test("what is typed in a field goes to its place, wherever its card has gone", () => {
  const { store, el } = formOf({ responses: ["one", "two"].map((message) => ({ type: "text", message })) });
  const second = el.querySelectorAll("textarea")[1];
  second.focus();
  store.edit(move(store.doc, "/responses", 1, 0));
  assert.equal(window.document.activeElement, second);
  second.value = "typed";
  second.dispatchEvent(new window.Event("input"));
  assert.deepEqual(store.doc.responses.map(({ message }) => message), ["typed", "one"]);
});

test("a field that is typed in stays the same element", () => {
  const { store, el } = formOf({ responses: [{ type: "text", message: "a" }] });
  const area = el.querySelector("textarea");
  area.focus();
  for (const text of ["ab", "abc"]) {
    area.value = text;
    area.dispatchEvent(new window.Event("input"));
  }
  assert.equal(el.querySelector("textarea"), area);
  assert.equal(window.document.activeElement, area);
  store.undo();
  assert.equal(area.value, "a");
});

test("JSON that is typed in the form is kept while it does not parse, and shown by its own form once it is left", () => {
  const { store, el } = formOf({ responses: [7] });
  const area = el.querySelector("textarea");
  area.focus();
  area.value = '{"type": "text", "message": "x"';
  area.dispatchEvent(new window.Event("input"));
  assert.deepEqual(store.doc.responses, [7]);
  assert.match(el.textContent, /line 1, column 32/);
  area.value += "}";
  area.dispatchEvent(new window.Event("input"));
  assert.deepEqual(store.doc.responses, [{ type: "text", message: "x" }]);
  assert.equal(window.document.activeElement, area);
  area.dispatchEvent(new window.Event("change"));
  assert.equal(el.querySelector(".cbn-raw"), null);
  assert.equal(el.querySelector("textarea").value, "x");
});

test("a finding stands at its field, and in words that belong to it", () => {
  const { store, form, el } = formOf({ responses: [{ type: "text", message: "" }] });
  store.judge(store.doc, {
    findings: [{ pointer: "/responses/0/message", code: "too_short", severity: "error", message: "0 characters, at least 1" }],
    fixed: null,
  });
  form.refresh();
  const area = el.querySelector("textarea");
  assert.equal(area.getAttribute("aria-invalid"), "true");
  const described = area.getAttribute("aria-describedby").split(" ").map((id) => window.document.getElementById(id).textContent);
  assert.match(described.join(" "), /0 characters, at least 1/);
  store.edit(set(store.doc, "/responses/0/message", "x"));
  assert.equal(area.getAttribute("aria-invalid"), null);
});

test("no key that is pressed inside is heard outside, but Tab", async () => {
  const heard = [];
  window.document.addEventListener("keydown", (event) => heard.push(event.key));
  const el = window.document.createElement("div");
  window.document.body.append(el);
  const model = { get: () => "a hash", on: () => {}, off: () => {}, send: () => {} };
  const view = new AbortController();
  const done = loader.render({ model, el, signal: view.signal });
  const button = window.document.createElement("button");
  el.firstChild.append(button);
  button.focus();
  for (const key of ["d", "d", "Enter", "Escape", "Tab"]) {
    button.dispatchEvent(new window.KeyboardEvent("keydown", { key, bubbles: true }));
  }
  assert.deepEqual(heard, ["Tab"]);
  assert.equal(button.getAttribute("data-lm-suppress-shortcuts"), "true");
  view.abort();
  await done;
});
