import assert from "node:assert/strict";
import { test } from "node:test";

import { History } from "../../../chatbot_nb/widgets/static/core/history.js";
import { seeded } from "./tools.mjs";

/** Return a history of one document for each push: [field, milliseconds]. */
function typed(...pushes) {
  const history = new History(0);
  pushes.forEach(([field, now], index) => history.push(index + 1, field, now));
  return history;
}

test("what is typed into one field without a pause is one step", () => {
  const history = typed(["/a", 0], ["/a", 900], ["/a", 1900]);
  assert.equal(history.undo(), 0);
  assert.equal(history.canUndo, false);
  assert.equal(history.redo(), 3);
});

test("a pause, another field and no field each begin a step", () => {
  assert.equal(typed(["/a", 0], ["/a", 1001]).undo(), 1);
  assert.equal(typed(["/a", 0], ["/b", 1]).undo(), 1);
  assert.equal(typed([null, 0], [null, 1]).undo(), 1);
  assert.equal(typed(["/a", 0], [null, 1], ["/a", 2]).undo(), 2);
});

test("what is typed after an undo is a step of its own and drops the redo steps", () => {
  const history = typed([null, 0], ["/a", 5000], ["/a", 5001]);
  assert.equal(history.undo(), 1);
  history.push("new", "/a", 5002);
  assert.equal(history.canRedo, false);
  assert.equal(history.redo(), "new");
  assert.equal(history.undo(), 1);
});

test("the same document is no step and keeps the redo steps", () => {
  const history = typed([null, 0]);
  history.undo();
  history.push(0);
  assert.equal(history.canUndo, false);
  assert.equal(history.redo(), 1);
});

test("at the ends, undo and redo do nothing", () => {
  const history = new History("a");
  assert.deepEqual([history.undo(), history.redo(), history.doc], ["a", "a", "a"]);
});

test("200 steps are kept, the newest", () => {
  const history = new History(0);
  for (let step = 1; step <= 250; step += 1) history.push(step);
  let steps = 0;
  while (history.canUndo) {
    history.undo();
    steps += 1;
  }
  assert.deepEqual([steps, history.doc], [200, 50]);
});

test("a history does what two stacks do, for random walks", () => {
  const random = seeded(3);
  const history = new History(0);
  const [past, future] = [[], []];
  let doc = 0;
  for (let step = 1; step < 3000; step += 1) {
    const chance = random();
    if (chance < 0.4 && past.length < 200) {
      past.push(doc);
      future.length = 0;
      doc = step;
      history.push(step);
    } else if (chance < 0.7 && past.length) {
      future.push(doc);
      doc = past.pop();
      history.undo();
    } else if (future.length) {
      past.push(doc);
      doc = future.pop();
      history.redo();
    }
    assert.deepEqual([history.doc, history.canUndo, history.canRedo], [doc, past.length > 0, future.length > 0]);
  }
});
