import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import main from "../../../chatbot_nb/widgets/static/builder/main.js";
import { form, frozen, page } from "./tools.mjs";

const payload = frozen({
  responses: [
    { type: "text", message: "Hello" },
    { type: "quickReplies", title: "Pick", buttons: [{ type: "postback", title: "Yes", value: "y" }] },
  ],
});

let window;
beforeEach(() => {
  window = page();
  window.Element.prototype.scrollIntoView = () => {};
  globalThis.addEventListener = () => {};
  globalThis.getSelection = () => window.getSelection();
});

/** Return a function that shows one more view of the same builder. */
function builder() {
  const state = { document: { rev: 0, payload, samples: [] }, verdict: { rev: 0, findings: [], fixed: null } };
  const model = { get: (name) => state[name], send: () => {}, on: () => {}, off: () => {} };
  const shared = {};
  return () => {
    const el = window.document.body.appendChild(window.document.createElement("div"));
    main.render({ model, el, shared, kit: { form, templates: [] }, signal: new AbortController().signal });
    return { el, store: shared.store };
  };
}

function press(el, text) {
  const found = [...el.querySelectorAll("button")].find((each) => each.textContent === text && !each.closest("[hidden]"));
  found.click();
}

/** Answer as a browser with this clipboard does. */
function withClipboard(clipboard) {
  Object.defineProperty(globalThis, "navigator", { value: { clipboard }, configurable: true });
}

for (const [name, clipboard] of [
  ["over plain http, where there is no clipboard,", undefined],
  ["without a permission", { writeText: () => Promise.reject(new Error("not allowed")) }],
]) {
  test(`copying ${name} selects the text and says so`, async () => {
    withClipboard(clipboard);
    const { el } = builder()();
    for (const tab of ["JSON", "Code"]) {
      press(el, tab);
      press(el, "Copy");
      await new Promise(setImmediate);
      const pane = el.querySelector(".cbn-pane:not([hidden])");
      assert.match(pane.querySelector(".cbn-note").textContent, /^Selected/);
      const text = pane.querySelector(".cbn-json, .cbn-source");
      assert.equal(window.document.activeElement, text);
      if (tab === "JSON") assert.deepEqual([text.selectionStart, text.selectionEnd], [0, text.value.length]);
      else assert.equal(window.getSelection().anchorNode, text);
    }
  });
}

test("what is copied is the text, and that is said", async () => {
  let copied;
  withClipboard({ writeText: async (text) => (copied = text) });
  const { el } = builder()();
  press(el, "JSON");
  press(el, "Copy");
  await new Promise(setImmediate);
  assert.deepEqual(JSON.parse(copied), payload);
  assert.equal(el.querySelector(".cbn-pane:not([hidden]) .cbn-note").textContent, "Copied.");
});

test("what is chosen in one view, or in its chat, takes the focus from nothing in another", () => {
  const view = builder();
  const [first, second, other] = [view(), view(), builder()()];
  for (const { el } of [first, second, other]) press(el, "JSON");
  const title = first.el.querySelectorAll(".cbn-form textarea")[1];
  title.focus();
  assert.equal(first.store.selected.pointer, "/responses/1/title");
  for (const { el } of [first, second]) {
    const area = el.querySelector(".cbn-json");
    assert.equal(area.value.slice(area.selectionStart, area.selectionEnd), '"title": "Pick"');
    assert.equal(el.querySelector("[aria-current]").dataset.at, "/title");
  }
  assert.equal(other.store.selected.pointer, "");
  second.el.querySelector("[data-at='/buttons/0']").click();
  assert.equal(first.store.selected.pointer, "/responses/1/buttons/0");
  assert.equal(window.document.activeElement, title);
  assert.equal(first.el.querySelector(".cbn-revealed"), null, "only the view that was clicked in turns to the place");
  assert.ok(second.el.querySelector(".cbn-revealed"));
  title.value = "Pick one";
  title.dispatchEvent(new window.Event("input"));
  const twin = second.el.querySelectorAll(".cbn-form textarea")[1];
  assert.deepEqual([twin.value, window.document.activeElement], ["Pick one", title]);
});

test("a range that is selected in the JSON from elsewhere is no choice of the author's", () => {
  const { el, store } = builder()();
  press(el, "JSON");
  const area = el.querySelector(".cbn-json");
  store.select("/responses/0/message");
  area.setSelectionRange(0, 1);
  area.dispatchEvent(new window.Event("select"));
  assert.equal(store.selected.pointer, "/responses/0/message");
  area.focus();
  area.dispatchEvent(new window.Event("select"));
  assert.equal(store.selected.pointer, "");
});
