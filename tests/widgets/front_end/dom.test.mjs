import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { el, h, icon, put, reconcile } from "../../../chatbot_nb/widgets/static/core/dom.js";
import { page, seeded } from "./tools.mjs";

let window;
beforeEach(() => {
  window = page();
});

test("classes, listeners, properties and attributes each go where they belong", () => {
  let pressed = 0;
  const props = {
    onclick: () => (pressed += 1), onfocus: null, "data-pointer": "/a", "data-none": null, "aria-label": "Add",
    "aria-expanded": false, disabled: false, hidden: true, title: "T", tabindex: 0, for: "x", id: undefined,
  };
  const element = h("button.a b", props, "go");
  assert.equal(element.outerHTML,
    '<button class="cbn-a cbn-b" type="button" data-pointer="/a" aria-label="Add" aria-expanded="false" hidden="" ' +
      'title="T" tabindex="0" for="x">go</button>');
  element.click();
  assert.equal(pressed, 1);
  assert.equal(el("li.row bot ").outerHTML, '<li class="cbn-chat-row cbn-chat-bot"></li>');
  assert.equal(h("i").outerHTML, "<i></i>");
});

test("a sign that is a button has a name", () => {
  const button = icon("✕", "Delete", () => {}, "copy");
  assert.deepEqual([button.className, button.title, button.getAttribute("aria-label")],
    ["cbn-icon cbn-copy", "Delete", "Delete"]);
});

test("text is text, whatever stands in it", () => {
  const text = "<img src=x onerror=alert(1)>";
  const element = h("p", { title: text }, text, [text, [5, 0, ""]], null, false, undefined, true, h("b", text));
  assert.equal(element.querySelectorAll("img").length, 0);
  assert.equal(element.textContent, `${text}${text}50${text}`);
  put(element, text);
  assert.equal(element.querySelectorAll("img").length, 0);
});

test("a text that is there already is not put again", () => {
  const element = h("p", "same");
  const node = element.firstChild;
  put(element, "same");
  assert.equal(element.firstChild, node);
});

test("a select takes the value of an option that is its child", () => {
  const element = h("select", { value: "b" }, ["a", "b"].map((value) => h("option", { value }, value)));
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
  const parent = h("div", nodes);
  assert.equal(moves(parent, nodes), 0);
  assert.equal(moves(parent, nodes.slice(3)), 0);
  assert.equal(moves(parent, nodes), 3);
  assert.equal(moves(parent, [nodes[19], ...nodes.slice(0, 19)]), 1);
  assert.equal(moves(parent, nodes), 1);
});

test("a field keeps the focus and its unfinished text when the others change places", () => {
  const fields = Array.from({ length: 5 }, () => h("input"));
  const parent = h("div", fields.map((field) => h("p", field)));
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
