import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { h, reconcile } from "../../../chatbot_nb/widgets/static/core/dom.js";
import { page, seeded } from "./tools.mjs";

let window;
beforeEach(() => {
  window = page();
});

test("attributes, properties, data, names for assistive technology and listeners each go where they belong", () => {
  let pressed = 0;
  const props = {
    class: "cbn-a cbn-b", on: { click: () => (pressed += 1), focus: null }, data: { pointer: "/a", none: null },
    aria: { label: "Add", expanded: false, hidden: null }, disabled: false, title: "T", tabindex: 0, for: "x",
    draggable: false, autofocus: true, hidden: true, id: undefined,
  };
  const element = h("button", props, "go");
  assert.equal(element.outerHTML,
    '<button class="cbn-a cbn-b" data-pointer="/a" aria-label="Add" aria-expanded="false" title="T" tabindex="0" ' +
      'for="x" autofocus="" hidden="">go</button>');
  element.click();
  assert.equal(pressed, 1);
});

test("text is text, whatever stands in it", () => {
  const text = "<img src=x onerror=alert(1)>";
  const element = h("p", { text, title: text }, text, [text, [5]], null, false, undefined, true, h("b", null, text));
  assert.equal(element.querySelectorAll("img").length, 0);
  assert.equal(element.textContent, `${text}${text}${text}5${text}`);
});

test("a select takes the value of an option that is its child", () => {
  const element = h("select", { value: "b" }, ["a", "b"].map((value) => h("option", { value, text: value })));
  assert.equal(element.value, "b");
  assert.equal(h("textarea", { value: "" }).value, "");
});

test("children are made exactly the wanted ones, for random lists", () => {
  const random = seeded(6);
  const all = Array.from({ length: 12 }, (_, index) => h("i", { id: `n${index}` }));
  const parent = h("div");
  for (let round = 0; round < 500; round += 1) {
    const wanted = all.filter(() => random() < 0.6).sort(() => random() - 0.5);
    reconcile(parent, [...wanted, null, false]);
    assert.deepEqual([...parent.childNodes], wanted);
  }
});

/** Return how many nodes a reconciliation puts in. */
function moves(parent, nodes) {
  const { insertBefore } = parent;
  let number = 0;
  parent.insertBefore = (...args) => {
    number += 1;
    return insertBefore.apply(parent, args);
  };
  reconcile(parent, nodes);
  parent.insertBefore = insertBefore;
  return number;
}

test("nodes that stay are not touched", () => {
  const nodes = Array.from({ length: 20 }, () => h("i"));
  const parent = h("div", null, nodes);
  assert.equal(moves(parent, nodes), 0);
  assert.equal(moves(parent, nodes.slice(3)), 0);
  assert.equal(moves(parent, nodes), 3);
  assert.equal(moves(parent, [nodes[19], ...nodes.slice(0, 19)]), 1);
  assert.equal(moves(parent, nodes), 1);
});

test("a field keeps the focus and its unfinished text when the others change places", () => {
  const fields = Array.from({ length: 5 }, () => h("input"));
  const parent = h("div", null, fields.map((field) => h("p", null, field)));
  window.document.body.append(parent);
  for (const index of [0, 4, 2]) {
    const rows = [...parent.children];
    rows[index].firstChild.focus();
    for (const order of [[...rows].reverse(), rows, [rows[index], ...rows.filter((_, other) => other !== index)]]) {
      const focused = window.document.activeElement;
      let left = 0;
      focused.addEventListener("blur", () => (left += 1));
      const { insertBefore } = parent;
      parent.insertBefore = (node, next) => {
        assert.ok(!node.contains(focused), "the one with the focus is moved");
        return insertBefore.call(parent, node, next);
      };
      reconcile(parent, order);
      parent.insertBefore = insertBefore;
      assert.deepEqual([[...parent.children], window.document.activeElement, left], [order, focused, 0]);
    }
  }
});
