import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import main from "../../../chatbot_nb/widgets/static/chat/main.js";
import { show } from "../../../chatbot_nb/widgets/static/chat/page.js";
import { page } from "./tools.mjs";

let window;
let root;
beforeEach(() => {
  window = page();
  root = window.document.body.appendChild(window.document.createElement("div"));
});

const payload = { responses: [{ type: "text", message: "Hi {{name}}" }] };
const samples = [{ name: "Ada", age: 36 }, { name: "Grace" }];

/** A model as anywidget gives it. */
function modelOf(values) {
  const listeners = new Map();
  return {
    get: (name) => values[name],
    set(name, value) {
      values[name] = value;
      for (const listener of listeners.get(`change:${name}`) ?? []) listener();
    },
    on: (event, listener) => listeners.set(event, [...(listeners.get(event) ?? []), listener]),
    off: (event, listener) => listeners.set(event, (listeners.get(event) ?? []).filter((each) => each !== listener)),
    count: () => [...listeners.values()].flat().length,
  };
}

function message() {
  return root.querySelector(".cbn-chat-bot .cbn-chat-bubble").textContent;
}

function choose(value) {
  const select = root.querySelector("select");
  select.value = value;
  select.dispatchEvent(new window.Event("change"));
}

test("the static page shows a reply, its findings, and as whom it is read", () => {
  const findings = [
    { pointer: "/responses/0/message", severity: "error", message: "too long", sample: 1 },
    { pointer: "/responses/0/message", severity: "warning", message: "hm" },
  ];
  show(root, { payload, findings, samples });
  assert.ok(root.classList.contains("cbn"));
  const words = () => [...root.querySelectorAll(".cbn-chat-found")].map((each) => each.textContent);
  assert.match(message(), /^Hi Ada/);
  assert.deepEqual(words(), ["! warning"]);
  const options = [...root.querySelectorAll("option")].map((each) => each.textContent);
  assert.deepEqual(options, ["1: Ada · 36", "2: Grace", "no sample"]);
  choose("1");
  assert.match(message(), /^Hi Grace/);
  assert.deepEqual(words(), ["✗ error", "! warning"]);
  choose("");
  assert.match(message(), /^Hi {{name}}/);
  assert.deepEqual(words(), ["! warning"]);
});

test("without samples there is no choice of them", () => {
  show(root, { payload });
  assert.equal(root.querySelector("label").hidden, true);
});

test("a widget shows its document, and follows it until its view goes", () => {
  const verdict = { rev: 1, findings: [{ pointer: "/responses/0", severity: "error", message: "first" }] };
  const model = modelOf({ document: { rev: 1, origin: "kernel", payload, samples: [] }, verdict });
  const gone = new AbortController();
  main.render({ model, el: root, signal: gone.signal });
  assert.equal(root.querySelectorAll(".cbn-chat-found").length, 1);
  model.set("document", { rev: 2, payload: { responses: [{ type: "text", message: "New" }] }, samples });
  assert.match(message(), /^New/);
  assert.equal(root.querySelectorAll(".cbn-chat-found").length, 0, "findings of an older document are not of this");
  model.set("verdict", { rev: 2, findings: verdict.findings });
  assert.equal(root.querySelectorAll(".cbn-chat-found").length, 1);
  gone.abort();
  assert.equal(model.count(), 0);
});

test("a new document keeps the sample that was chosen where there still is one", () => {
  const model = modelOf({ document: { rev: 1, payload, samples }, verdict: null });
  main.render({ model, el: root });
  choose("1");
  const bye = { responses: [{ type: "text", message: "Bye {{name}}" }] };
  model.set("document", { rev: 2, payload: bye, samples: [...samples] });
  assert.match(message(), /^Bye Grace/);
  model.set("document", { rev: 3, payload, samples: samples.slice(0, 1) });
  assert.match(message(), /^Hi Ada/);
  model.set("document", { rev: 4, payload, samples: [] });
  assert.match(message(), /^Hi {{name}}/);
  model.set("document", { rev: 5, payload, samples });
  assert.match(message(), /^Hi Ada/);
});
