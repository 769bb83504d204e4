import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { Store } from "../../../chatbot_nb/widgets/static/builder/store.js";
import { LARGEST, Sync } from "../../../chatbot_nb/widgets/static/builder/sync.js";
import { apply } from "../../../chatbot_nb/widgets/static/core/patch.js";
import { set } from "../../../chatbot_nb/widgets/static/core/pointer.js";
import { form, frozen } from "./tools.mjs";

const AT = "/responses/0/message";
const reply = frozen({ responses: [{ type: "text", message: "Hello" }] });

/** The other end: it keeps what comes until it is told to answer. */
class Kernel {
  constructor() {
    this.waiting = [];
    this.heard = new Map();
    this.state = { document: { rev: 0, origin: "kernel", payload: reply, samples: [] }, verdict: verdict(0, "kernel", 0) };
    this.model = {
      get: (name) => this.state[name],
      send: (message) => this.waiting.push(structuredClone(message)),
      on: (name, callback) => this.heard.set(name, [...(this.heard.get(name) ?? []), callback]),
      off: (name, callback) => this.heard.set(name, (this.heard.get(name) ?? []).filter((each) => each !== callback)),
    };
  }

  tell(name, ...content) {
    for (const callback of this.heard.get(name) ?? []) callback(...content);
  }

  /** Take the oldest edit over. */
  answer() {
    const { origin, seq, patch, samples = this.state.document.samples } = this.waiting.shift();
    this.put(apply(this.state.document.payload, patch), { origin, seq, samples });
  }

  put(payload, { origin = "kernel", seq = 0, samples = [] } = {}) {
    const rev = this.state.document.rev + 1;
    this.state = { document: { rev, origin, payload, samples }, verdict: verdict(rev, origin, seq) };
    this.tell("change:verdict");
    this.tell("change:document");
  }
}

function verdict(rev, origin, seq) {
  return { rev, origin, seq, findings: [{ pointer: "", code: `of ${rev}`, severity: "info", message: "" }], fixed: null };
}

let kernel;
let store;
let sync;
let view;
beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
  globalThis.addEventListener ??= () => {};
  kernel = new Kernel();
  store = new Store(kernel.state.document, form);
  sync = new Sync(store, kernel.model);
  view = new AbortController();
  sync.attach(kernel.model, view.signal);
});
afterEach(() => mock.timers.reset());

function type(text) {
  store.edit(set(store.doc, AT, text), { field: AT });
}

const codes = () => store.findings.filter(({ code }) => code.startsWith("of")).map(({ code }) => code);

test("keys are sent together after a pause, as a patch to what the kernel has", () => {
  type("H");
  mock.timers.tick(149);
  type("Hi");
  mock.timers.tick(149);
  assert.equal(kernel.waiting.length, 0);
  mock.timers.tick(1);
  const [{ type: kind, base, seq, patch, samples }] = kernel.waiting;
  assert.deepEqual([kind, base, seq, samples], ["edit", 0, 1, undefined]);
  assert.deepEqual(patch, [{ op: "replace", path: AT, value: "Hi" }]);
});

test("a verdict on an older edit is ignored, the one on the last edit counts", () => {
  type("one");
  sync.flush();
  type("two");
  sync.flush();
  kernel.answer();
  assert.deepEqual(codes(), ["of 0"]);
  kernel.answer();
  assert.deepEqual(codes(), ["of 2"]);
  assert.equal(kernel.state.document.payload.responses[0].message, "two");
  assert.equal(store.theirs, null);
});

test("the echo of an edit overwrites nothing that was typed since", () => {
  type("one");
  sync.flush();
  type("one and more");
  kernel.answer();
  assert.equal(store.doc.responses[0].message, "one and more");
});

test("waiting is said after a second, and no more once the answer is there", () => {
  type("x");
  sync.flush();
  mock.timers.tick(999);
  assert.equal(store.status, "");
  mock.timers.tick(1);
  assert.equal(store.status, "waiting");
  kernel.answer();
  assert.equal(store.status, "");
});

test("what Python sets is taken over, and undo brings back what was there", () => {
  kernel.put({ responses: [] }, { samples: [{ a: "b" }] });
  assert.deepEqual([store.doc, store.samples], [{ responses: [] }, [{ a: "b" }]]);
  assert.deepEqual(codes(), ["of 1"]);
  store.undo();
  assert.equal(store.doc, reply);
});

for (const [choice, expected] of [["keepMine", "mine"], ["takeTheirs", "theirs"]]) {
  test(`what Python sets while something is typed overwrites nothing until ${choice}`, () => {
    type("mine");
    kernel.put(set(reply, AT, "theirs"));
    assert.equal(store.doc.responses[0].message, "mine");
    assert.equal(store.theirs.payload.responses[0].message, "theirs");
    mock.timers.tick(1000);
    assert.equal(kernel.waiting.length, 0, "nothing is sent before the author has chosen");
    sync[choice]();
    while (kernel.waiting.length) kernel.answer();
    assert.equal(store.theirs, null);
    assert.equal(store.doc.responses[0].message, expected);
    assert.equal(kernel.state.document.payload.responses[0].message, expected);
    assert.deepEqual(codes(), [`of ${kernel.state.document.rev}`]);
    type("and on");
    sync.flush();
    assert.equal(kernel.waiting[0].base, kernel.state.document.rev);
  });
}

test("JSON that does not parse is an edit too: Python's change asks", () => {
  store.setDraft('{"responses": [');
  kernel.put({ responses: [] });
  assert.equal(store.draft, '{"responses": [');
  assert.notEqual(store.theirs, null);
});

test("a refused edit shows both, and is not lost", () => {
  type("mine");
  sync.flush();
  const [{ seq }] = kernel.waiting.splice(0);
  kernel.state = { ...kernel.state, document: { ...kernel.state.document, rev: 5, payload: set(reply, AT, "theirs") } };
  kernel.tell("msg:custom", { type: "refused", seq, rev: 5, reason: "stale" });
  assert.equal(store.doc.responses[0].message, "mine");
  assert.equal(store.theirs.payload.responses[0].message, "theirs");
  sync.keepMine();
  assert.deepEqual([kernel.waiting[0].base, kernel.waiting[0].patch[0].value], [5, "mine"]);
});

test("a kernel that is gone is said, and nothing is sent to it", () => {
  kernel.tell("comm_live_update");
  assert.equal(store.status, "gone");
  type("kept");
  sync.flush();
  assert.deepEqual([kernel.waiting.length, store.status], [0, "gone"]);
  let answer;
  sync.ask({ type: "export", target: "php" }, (said) => (answer = said));
  assert.match(answer.message, /gone/);
});

test("what is too large for the line is not sent and said", () => {
  type("x".repeat(LARGEST + 1));
  sync.flush();
  assert.deepEqual([kernel.waiting.length, store.status], [0, "large"]);
  store.undo();
  sync.flush();
  assert.equal(store.status, "");
});

test("two views hear everything twice, and it counts once", () => {
  const second = new AbortController();
  sync.attach(kernel.model, second.signal);
  kernel.put({ responses: [] });
  assert.equal(store.history.canUndo, true);
  store.undo();
  assert.equal(store.history.canUndo, false);
  view.abort();
  kernel.answer();
  assert.equal(kernel.waiting.length, 0);
  kernel.put({ responses: [1] });
  assert.deepEqual(store.doc, { responses: [1] });
});

test("a view that goes sends what is still waiting", () => {
  type("the last words");
  view.abort();
  assert.equal(kernel.waiting[0].patch[0].value, "the last words");
});

test("an answer goes to who asked, until it is the last", () => {
  const heard = [];
  sync.ask({ type: "verify", target: "python" }, (answer) => heard.push(answer.done) > 0 && answer.done);
  const [{ id }] = kernel.waiting;
  for (const done of [false, true, true]) kernel.tell("msg:custom", { type: "verify", id, done });
  kernel.tell("msg:custom", { type: "verify", id: "another", done: false });
  assert.deepEqual(heard, [false, true]);
});
