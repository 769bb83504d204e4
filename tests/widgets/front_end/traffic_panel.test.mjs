import assert from "node:assert/strict";
import { test } from "node:test";

import { settle } from "./grid_page.mjs";
import { Kernel, column, details, panel } from "./traffic_kernel.mjs";

async function shown(number = 0) {
  const kernel = new Kernel();
  if (number > 0) kernel.came(number);
  const hands = await panel(kernel);
  return { kernel, ...hands };
}

const rowOf = (el, message) =>
  [...el.querySelectorAll(".cbn-body [role=row]")].find((row) => !row.hidden && row.textContent.includes(message));

async function click(element) {
  element.click();
  await settle();
}

async function press(hands, key) {
  hands.sheet.focus();
  hands.sheet.dispatchEvent(new hands.window.KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  await settle();
  await settle();
}

test("the newest is on top, and what comes is seen", async () => {
  const { kernel, el } = await shown(2);
  assert.deepEqual(column(el, "message"), ["message 2", "message 1"]);
  kernel.came(1, { verdict: "2 errors", found: ["error", "/message: a string is needed"] });
  await settle();
  assert.deepEqual(column(el, "message"), ["message 3", "message 2", "message 1"]);
  assert.equal(el.querySelector(".cbn-badge.cbn-tone-error").textContent, "2 errors");
  assert.equal(el.querySelector(".cbn-counts").textContent, "3 seen · 0 evicted · 3 refused");
  assert.match(column(el, "time")[0], /^\d\d:04:05\.870$/);
});

test("an exchange that is open stays where it is; the new ones are counted", async () => {
  const { kernel, el } = await shown(3);
  await click(rowOf(el, "message 2"));
  kernel.came(4);
  await settle();
  assert.deepEqual(column(el, "message"), ["message 3", "message 2", "message 1"]);
  const fresh = el.querySelector(".cbn-fresh");
  assert.equal(fresh.textContent, "4 new ↑");
  await click(fresh);
  assert.equal(column(el, "message")[0], "message 7");
  assert.equal(fresh.hidden, true);
  assert.equal(el.querySelector(".cbn-exchange").hidden, true);
});

test("a row that changes is painted anew also in a list that stays", async () => {
  const { kernel, el } = await shown(3);
  await click(rowOf(el, "message 1"));
  kernel.exchanges[0].reply = "500";
  kernel.came(40);
  kernel.tell([kernel.exchanges[0]]);
  await settle();
  assert.equal(column(el, "reply").at(-1), "500");
});

test("the end of a long list is reached by windows that stay while others come", async () => {
  const hands = await shown(1000);
  await press(hands, "End");
  assert.equal(hands.kernel.look.selected, 1);
  hands.kernel.came(7);
  await settle();
  await press(hands, "ArrowUp");
  assert.equal(hands.kernel.look.selected, 2);
  const windows = hands.kernel.sent.filter(({ type }) => type === "window");
  assert.ok(windows.length > 0 && windows.every(({ top }) => top === "1000"));
  assert.ok(hands.el.querySelectorAll(".cbn-body [role=row]").length < 60);
});

test("what Python selects is opened and shown, and closed again", async () => {
  const { kernel, el } = await shown(200);
  kernel.look = { rev: 1, filter: "", selected: 5 };
  kernel.emit("change:look");
  await settle();
  await settle();
  assert.equal(el.querySelector(".cbn-exchange h4").textContent, "Exchange 5");
  assert.equal(rowOf(el, "message 5")?.getAttribute("aria-selected"), "true");
  kernel.look = { rev: 2, filter: "", selected: null };
  kernel.emit("change:look");
  await settle();
  assert.equal(el.querySelector(".cbn-exchange").hidden, true);
});

test("two views share what is selected; one that goes says so", async () => {
  const first = await shown(3);
  const second = await first.show();
  await click(rowOf(second.el, "message 3"));
  assert.equal(first.el.querySelector(".cbn-exchange h4").textContent, "Exchange 3");
  const there = first.kernel.sent.filter(({ type }) => type === "watch").map(({ view }) => view);
  assert.equal(new Set(there).size, 2);
  second.controller.abort();
  assert.deepEqual(first.kernel.sent.at(-1), { type: "unwatch", view: there[1] });
});

test("all that was forgotten is gone, and what comes then is seen", async () => {
  const { kernel, el } = await shown(5);
  await click(rowOf(el, "message 4"));
  Object.assign(kernel, { exchanges: [], evicted: 5, generation: 2, look: { rev: 9, filter: "", selected: null } });
  kernel.emit("change:look");
  kernel.tell();
  await settle();
  assert.deepEqual(column(el, "message"), []);
  kernel.came(1);
  await settle();
  assert.deepEqual(column(el, "message"), ["message 6"]);
});

test("a busy kernel: what is pressed is seen at once, and said to wait", async () => {
  const { kernel, el } = await shown(3);
  kernel.hold(true);
  await click(rowOf(el, "message 2"));
  assert.equal(rowOf(el, "message 2").getAttribute("aria-selected"), "true");
  kernel.came(2);
  await settle();
  assert.deepEqual(column(el, "message"), ["message 3", "message 2", "message 1"]);
  kernel.hold(false);
  await settle();
  assert.equal(el.querySelector(".cbn-exchange h4").textContent, "Exchange 2");
  assert.equal(kernel.look.selected, 2);
});

test("a kernel that is gone has no light", async () => {
  const { kernel, el } = await shown(1);
  kernel.emit("comm_live_update");
  await settle();
  assert.equal(el.querySelector(".cbn-state-word").textContent, "kernel gone");
  assert.deepEqual(column(el, "message"), ["message 1"]);
});

test("details are text: headers, findings with their pointers, body and traceback", async () => {
  const { kernel, el } = await shown(1);
  const hostile = "<img src=x onerror=x()>";
  kernel.details = (id) => {
    const made = details(id, JSON.stringify({ [hostile]: hostile }));
    made.request.headers = [[hostile, hostile]];
    made.request.line = `POST /${hostile}`;
    made.reply.error = `Traceback\n${hostile}`;
    made.verdict.findings = [["error", `/${hostile}`, hostile]];
    return made;
  };
  await click(rowOf(el, "message 1"));
  assert.equal(el.querySelector("img"), null);
  assert.equal(el.querySelector(".cbn-headers th").textContent, hostile);
  assert.equal(el.querySelector(".cbn-error-text").textContent, `Traceback\n${hostile}`);
  assert.equal(el.querySelector(".cbn-pointer").textContent, `/${hostile}`);
  assert.equal(el.querySelector(".cbn-json-key").textContent, `${hostile}:`);
  assert.deepEqual(
    [...el.querySelectorAll("[role=tab]")].map((tab) => tab.textContent),
    ["Request", "Verdict 1", "Reply", "Chat"],
  );
});

test("an empty list says what to do first", async () => {
  const { kernel, el } = await shown();
  const empty = el.querySelector(".cbn-empty");
  assert.match(empty.textContent, /^Nothing has come yet\./);
  kernel.state = ["stopped", ""];
  kernel.tell();
  await settle();
  assert.match(empty.textContent, /does not run.*Start it/);
  kernel.came(1);
  await settle();
  assert.equal(empty.hidden, true);
});

test("to clear takes a second press", async () => {
  const { kernel, el } = await shown(2);
  const clear = [...el.querySelectorAll("button")].find((button) => button.textContent === "Clear");
  await click(clear);
  assert.equal(clear.textContent, "Clear 2?");
  assert.deepEqual(
    kernel.sent.filter(({ type }) => type === "clear"),
    [],
  );
  await click(clear);
  assert.equal(kernel.sent.filter(({ type }) => type === "clear").length, 1);
});
