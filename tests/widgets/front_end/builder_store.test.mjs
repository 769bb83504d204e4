import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Store } from "../../../chatbot_nb/widgets/static/builder/store.js";
import { insert, move, remove, set } from "../../../chatbot_nb/widgets/static/core/pointer.js";
import { form, frozen } from "./tools.mjs";

const LONG = "a title of more than 20 characters";
const reply = frozen({
  responses: [
    { type: "text", message: "Hello" },
    { type: "quickReplies", title: "Pick", buttons: [{ type: "postback", title: LONG, value: "y" }] },
  ],
});
const tooLong = { pointer: "/responses/1/buttons/0/title", code: "too_long", severity: "error", message: "from Python" };
const odd = { pointer: "/responses/0/message", code: "unknown_placeholder", severity: "warning", message: "odd" };

let store;
let told;
beforeEach(() => {
  store = new Store({ payload: reply, samples: [{ name: "Ada" }, { name: "Bo" }] }, form);
  told = 0;
  store.subscribe(() => (told += 1));
  judge([tooLong, odd]);
});

function judge(findings) {
  store.judge(store.doc, { findings, fixed: null });
}

const places = () => store.findings.map(({ pointer, code, maybe }) => [pointer, code, Boolean(maybe)]);

test("what the kernel says of the very document stands as it is", () => {
  assert.equal(store.findings[0], tooLong);
  assert.deepEqual(places().map(([, , maybe]) => maybe), [false, false]);
});

test("findings go with what they are about, and are not in doubt, when it moves", () => {
  store.edit(move(store.doc, "/responses", 1, 0));
  assert.deepEqual(places(), [
    ["/responses/0/buttons/0/title", "too_long", false],
    ["/responses/1/message", "unknown_placeholder", false],
  ]);
  store.edit(insert(store.doc, "/responses/0", { type: "text", message: "x" }));
  assert.equal(places()[0][0], "/responses/1/buttons/0/title");
  store.edit(remove(store.doc, "/responses/1"));
  assert.deepEqual(places(), [["/responses/1/message", "unknown_placeholder", false]]);
});

test("of what was edited since, sizes are the browser's to judge, all else is only maybe so", () => {
  store.edit(set(store.doc, "/responses/1/buttons/0/title", `${LONG}!`));
  store.edit(set(store.doc, "/responses/0/message", "Hello {{x}}"));
  const [mine, unsure] = [...store.findings].sort((a, b) => (a.code < b.code ? -1 : 1));
  assert.deepEqual([mine.code, mine.maybe, mine.message], ["too_long", true, "35 characters, at most 20"]);
  assert.deepEqual([unsure.code, unsure.maybe], ["unknown_placeholder", true]);
  store.edit(set(store.doc, "/responses/1/buttons/0/title", "short"));
  assert.deepEqual(places(), [["/responses/0/message", "unknown_placeholder", true]]);
});

test("what was never said to be wrong is suspected at once, and said to be a suspicion", () => {
  judge([]);
  store.edit(set(store.doc, "/responses/0/message", ""));
  assert.deepEqual(places(), [
    ["/responses/0/message", "too_short", true],
    ["/responses/1/buttons/0/title", "too_long", true],
  ]);
});

test("a button typed in is not in doubt about its number of buttons", () => {
  judge([{ pointer: "/responses/1/buttons", code: "too_many", severity: "error", message: "from Python" }]);
  store.edit(set(store.doc, "/responses/1/title", "Pick one"));
  assert.ok(places().some(([pointer, code, maybe]) => pointer === "/responses/1/buttons" && code === "too_many" && !maybe));
});

test("undo and redo go through the documents and say so", () => {
  store.edit(set(store.doc, "/responses/0/message", "H"), { field: "/responses/0/message" });
  store.edit(set(store.doc, "/responses/0/message", "Hi"), { field: "/responses/0/message" });
  store.undo();
  assert.equal(store.doc, reply);
  assert.equal(store.said, "undone");
  store.redo();
  assert.equal(store.doc.responses[0].message, "Hi");
  store.redo();
  assert.equal(store.doc.responses[0].message, "Hi");
});

test("an edit takes the place of JSON that does not parse; the same document is no edit", () => {
  store.setDraft("{");
  store.edit(store.doc);
  assert.equal(store.draft, "{");
  store.edit(set(store.doc, "/responses/0/message", "x"));
  assert.equal(store.draft, null);
});

test("a sample that is taken away is not shown any more", () => {
  store.choose(1);
  assert.deepEqual(store.attributes, { name: "Bo" });
  store.setSamples([{ name: "Ada" }]);
  assert.deepEqual([store.sample, store.attributes], [0, { name: "Ada" }]);
  store.setSamples([]);
  assert.deepEqual([store.sample, store.attributes], [null, null]);
});

test("each change is told once; what is selected already is no change", () => {
  store.select("/responses/0", store);
  store.select("/responses/0", store);
  store.edit(set(store.doc, "/responses/0/message", "x"));
  assert.equal(told, 2);
});
