import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { Preview } from "../../../chatbot_nb/widgets/static/chat/preview.js";
import { insert, move, remove, set } from "../../../chatbot_nb/widgets/static/core/pointer.js";
import { frozen, page } from "./tools.mjs";

let window;
let preview;
let turned;
beforeEach(() => {
  window = page();
  turned = [];
  preview = new Preview({ onSelect: (pointer) => turned.push(pointer) });
  window.document.body.append(preview.el);
});

const reply = frozen({
  responses: [
    { type: "text", message: "Hello {{name}}", delay: 500 },
    { type: "randomText", messages: ["One", "Two", "Three"] },
    { type: "cards", elements: ["A", "B"].map((title) => ({ title, subtitle: "s", imageUrl: "x", buttons: [] })) },
    { type: "quickReplies", title: "Pick", buttons: [{ type: "postback", title: "Yes", value: "y" }] },
  ],
  attributes: { plan: "vip" },
});

function rows() {
  return [...preview.el.querySelectorAll(".cbn-chat-bot:not(.cbn-chat-typing)")];
}

function part(name) {
  return preview.el.querySelector(name);
}

function button(text) {
  return [...preview.el.querySelectorAll("button")].find((each) => each.textContent === text);
}

function at(place, row) {
  return rows()[row].querySelector(`[data-at="${place}"]`);
}

test("only what changed is drawn again", () => {
  preview.update({ payload: reply });
  const before = rows().map((row) => row.firstElementChild);
  preview.update({ payload: set(reply, "/responses/1/messages/0", "Uno") });
  const after = rows().map((row) => row.firstElementChild);
  assert.deepEqual(after.map((each, index) => each === before[index]), [true, false, true, true]);
  assert.match(rows()[1].textContent, /^Uno/);
});

test("rows move with their responses, and what was done in them stays", () => {
  preview.update({ payload: reply });
  button("Yes").click();
  const before = rows();
  let payload = insert(reply, "/responses/0", { type: "text", message: "New" });
  preview.update({ payload });
  assert.deepEqual(rows().slice(1), before);
  assert.match(rows()[4].textContent, /sends y/);
  payload = move(payload, "/responses", 4, 1);
  preview.update({ payload });
  assert.deepEqual(rows().map((row) => before.indexOf(row)), [-1, 3, 0, 1, 2]);
  assert.deepEqual(rows().map((row) => row.dataset.base), [0, 1, 2, 3, 4].map((index) => `/responses/${index}`));
  preview.update({ payload: remove(payload, "/responses/1") });
  assert.deepEqual(rows().slice(1), before.slice(0, 3));
  preview.update({ payload: { responses: [] } });
  assert.deepEqual(rows(), []);
});

test("an edit leaves what was done in its row; another type of response begins anew", () => {
  preview.update({ payload: reply });
  button("Yes").click();
  preview.update({ payload: set(reply, "/responses/3/title", "Choose") });
  assert.match(rows()[3].textContent, /^Choose.*sends y/s);
  preview.update({ payload: set(reply, "/responses/3/buttons/0", 5) });
  assert.match(rows()[3].textContent, /not a button/, "what was pressed is no button any more");
  const buttons = { type: "buttons", title: "t", buttons: reply.responses[3].buttons };
  preview.update({ payload: set(reply, "/responses/3", buttons) });
  assert.doesNotMatch(rows()[3].textContent, /sends/);
});

test("another sample draws only what it fills", () => {
  const samples = [{ name: "Ada" }, { name: "Grace" }];
  preview.update({ payload: reply, sample: samples[0], sampleIndex: 0 });
  const before = rows().map((row) => row.firstElementChild);
  preview.update({ payload: reply, sample: samples[1], sampleIndex: 1 });
  assert.deepEqual(rows().map((row, index) => row.firstElementChild === before[index]), [false, true, true, true]);
  assert.match(rows()[0].textContent, /^Hello Grace/);
  preview.update({ payload: set(reply, "/attributes", { name: "Own" }), sample: samples[1], sampleIndex: 1 });
  assert.match(rows()[0].textContent, /^Hello Own/, "and so does what the reply itself sets");
});

test("what was found is marked with a word at the bubble, and with its message at the part", () => {
  const found = (pointer, severity, message, more) => ({ pointer, severity, message, code: "c", ...more });
  const findings = [
    found("/responses/0/message", "error", "too long"),
    found("/responses/0/extra", "warning", "unknown key"),
    found("/responses/2/elements/1/title", "error", "too short", { maybe: true }),
    found("/attributes/plan", "info", "a note"),
    found("/responses/1/messages/0", "error", "with Ada", { sample: 0 }),
    found("/other", "warning", "no part of a reply"),
  ];
  preview.update({ payload: reply, findings });
  const words = (row) => [...row.querySelectorAll(".cbn-chat-found")].map((each) => each.textContent);
  assert.deepEqual(rows().map(words), [["✗ error", "! warning warning: unknown key"], [], ["✗ maybe error"], []]);
  assert.equal(at("/message", 0).title, "too long");
  assert.match(at("/message", 0).className, /cbn-chat-has-error/);
  assert.match(at("/message", 0).textContent, /error: too long$/);
  assert.match(at("/elements/1/title", 2).className, /cbn-chat-has-error cbn-chat-maybe/);
  assert.equal(at("/elements/1", 2).title, "", "the smallest part has it");
  assert.match(part(".cbn-chat-set").className, /cbn-chat-has-info/);
  assert.match(part(".cbn-chat-plain").textContent, /^! warning no part of a reply$/);
  preview.update({ payload: reply, findings, sample: { name: "Ada" }, sampleIndex: 0 });
  assert.deepEqual(words(rows()[1]), ["✗ error"]);
  preview.update({ payload: reply, findings, sample: { name: "Grace" }, sampleIndex: 1 });
  assert.deepEqual(words(rows()[1]), []);
  const before = rows()[0].firstElementChild;
  preview.update({ payload: reply, findings: structuredClone(findings), sample: null });
  assert.notEqual(rows()[0].firstElementChild, before, "another sample fills it");
  const again = rows()[0].firstElementChild;
  preview.update({ payload: reply, findings: structuredClone(findings), sample: null });
  assert.equal(rows()[0].firstElementChild, again, "the same findings change nothing");
});

test("clicking or focusing a part tells its place once, and outlines it", () => {
  preview.update({ payload: reply });
  at("/message", 0).querySelector("bdi").click();
  at("/message", 0).focus();
  at("/elements/0/title", 2).click();
  at("/buttons/0", 3).focus();
  part(".cbn-chat-set").focus();
  rows()[1].querySelector(".cbn-chat-body").click();
  assert.deepEqual(turned, [
    "/responses/0/message", "/responses/2/elements/0/title", "/responses/3/buttons/0", "/attributes/plan",
    "/responses/1",
  ]);
  const outlined = [...preview.el.querySelectorAll("[aria-current]")];
  assert.deepEqual(outlined, [rows()[1].querySelector(".cbn-chat-body")]);
});

test("select outlines the smallest part that shows a place, tells nobody, and holds through changes", () => {
  preview.update({ payload: reply });
  const outlined = () => [...preview.el.querySelectorAll("[aria-current]")].map((each) => each.dataset.at);
  for (const [pointer, place] of [
    ["/responses/0/message", "/message"], ["/responses/3/buttons/0/value", "/buttons/0"], ["/responses/3/x", ""],
    ["/responses/3", ""], ["/attributes/plan", "/plan"], ["/responses/9", undefined], ["", undefined],
    ["/responses/0/delay", "/delay"],
  ]) {
    preview.select(pointer);
    assert.deepEqual(outlined(), place === undefined ? [] : [place], pointer);
  }
  preview.update({ payload: set(reply, "/responses/0/delay", 700) });
  assert.deepEqual(outlined(), ["/delay"]);
  preview.select(null);
  assert.deepEqual(outlined(), []);
  assert.deepEqual(turned, []);
});

test("select brings a variant or card forward, and scrolls only when asked", () => {
  let scrolled = 0;
  window.Element.prototype.scrollIntoView = () => (scrolled += 1);
  preview.update({ payload: reply });
  preview.select("/responses/1/messages/2");
  assert.match(rows()[1].textContent, /^Three3 of 3/);
  preview.select("/responses/2/elements/1/title");
  assert.equal(part(".cbn-chat-count").textContent, "2 of 2");
  assert.equal(scrolled, 0);
  preview.select("/responses/2/elements/0", { scroll: true });
  assert.equal(scrolled, 1);
});

test("the focus stays where it is when its row is drawn again", () => {
  preview.update({ payload: reply });
  at("/buttons/0", 3).focus();
  preview.update({ payload: set(reply, "/responses/3/title", "Other") });
  assert.equal(window.document.activeElement, at("/buttons/0", 3));
  assert.deepEqual(turned, ["/responses/3/buttons/0"], "it was told once");
});

test("arrow keys lead from part to part", () => {
  preview.update({ payload: reply });
  at("/message", 0).focus();
  const key = (name, more) => {
    const event = new window.KeyboardEvent("keydown", { key: name, bubbles: true, ...more });
    window.document.activeElement.dispatchEvent(event);
  };
  key("ArrowDown");
  assert.equal(window.document.activeElement, at("/delay", 0));
  key("ArrowDown", { altKey: true });
  assert.equal(window.document.activeElement, at("/delay", 0), "with Alt it is a key of the builder");
  key("ArrowUp");
  key("ArrowUp");
  assert.equal(window.document.activeElement, at("/message", 0), "the first one is the end");
});

test("play shows each response after its delay; stop shows all", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    preview.update({ payload: reply });
    const shown = () => [rows().length, Boolean(part(".cbn-chat-typing")), Boolean(part(".cbn-chat-set"))];
    button("▶ Play").click();
    assert.deepEqual(shown(), [0, true, false]);
    assert.equal(part("[role=log]").getAttribute("aria-live"), "polite");
    mock.timers.tick(499);
    assert.deepEqual(shown(), [0, true, false]);
    mock.timers.tick(1);
    assert.deepEqual(shown(), [1, true, false]);
    mock.timers.tick(1000);
    assert.deepEqual(shown(), [2, true, false], "where there is no delay it is a second");
    preview.update({ payload: set(reply, "/responses/0/message", "Edited") });
    assert.deepEqual(shown(), [2, true, false], "an edit does not end it");
    button("■ Stop").click();
    assert.deepEqual(shown(), [4, false, true]);
    button("▶ Play").click();
    for (const delay of [500, 1000, 1000, 1000]) mock.timers.tick(delay);
    assert.deepEqual(shown(), [4, false, true]);
    assert.equal(part("[role=log]").getAttribute("aria-live"), "off");
    assert.ok(button("▶ Play"));
  } finally {
    mock.timers.reset();
  }
});

test("after destroy no timer runs", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    preview.update({ payload: reply });
    button("▶ Play").click();
    preview.destroy();
    mock.timers.tick(60000);
    assert.equal(rows().length, 0, "nothing was touched any more");
  } finally {
    mock.timers.reset();
  }
});

test("reset brings back what was pressed, opened and rolled", () => {
  preview.update({ payload: reply });
  const before = preview.el.textContent;
  button("Yes").click();
  button("1 of 3").click();
  button("↻ Roll").click();
  assert.notEqual(preview.el.textContent, before);
  button("Reset").click();
  assert.equal(preview.el.textContent, before);
});

test("the first fifty responses are shown, more when asked", () => {
  const responses = Array.from({ length: 120 }, (_, index) => ({ type: "text", message: `message ${index}` }));
  preview.update({ payload: { responses } });
  assert.equal(rows().length, 50);
  button("Show 50 more of 70").click();
  assert.equal(rows().length, 100);
  assert.equal(window.document.activeElement, at("/message", 50));
  button("Show 20 more of 20").click();
  assert.equal(rows().length, 120);
  assert.equal(preview.el.textContent.includes("more of"), false);
});

test("the chat has a theme and a width of its own", () => {
  for (const name of ["Dark", "Light", "Auto", "Wide", "Phone"]) {
    const key = ["Wide", "Phone"].includes(name) ? "width" : "theme";
    button(name).click();
    assert.equal(preview.el.dataset[key], name.toLowerCase());
    assert.equal(button(name).getAttribute("aria-pressed"), "true");
  }
  button("Dark").click();
  assert.ok(part(".cbn-chat-phone").classList.contains("cbn-theme-dark"));
  assert.equal(button("Auto").getAttribute("aria-pressed"), "false");
});

test("MathJax leaves the chat alone", () => {
  assert.ok(preview.el.matches(".mathjax_ignore.tex2jax_ignore"));
});
