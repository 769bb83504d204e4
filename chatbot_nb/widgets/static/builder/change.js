// A change that is offered: what would be different, line by line, before it is made.

import { h } from "../core/dom.js";
import { diff } from "../core/patch.js";
import { at } from "../core/pointer.js";

const SHOWN = 12; // operations
const LONG = 240; // characters of a value
const WORDS = { add: "add", remove: "remove", replace: "change" };

/** Show a change below a line; the focus goes back to the line's button if it is not made. */
export function offer({ store }, { label, doc }, line) {
  const before = store.doc;
  const close = () => {
    el.remove();
    line.querySelector("button")?.focus();
  };
  const apply = () => {
    el.remove();
    // Meanwhile edited: what is offered was made from something else.
    if (store.doc === before) store.edit(doc, { say: label });
  };
  const take = h("button.primary", { onclick: apply }, "Apply");
  const el = h(
    "div.change",
    { role: "group", "aria-label": label, onkeydown: (event) => event.key === "Escape" && close() },
    table(before, doc),
    h("div.actions", take, h("button", { onclick: close }, "Cancel")),
  );
  line.parentNode.querySelector(":scope > .cbn-change")?.remove();
  line.after(el);
  take.focus();
}

function table(before, doc) {
  const patch = diff(before, doc);
  const rows = patch.slice(0, SHOWN).map(({ op, path, value }) => {
    const old = op === "add" ? undefined : at(before, path);
    return h(
      "tr",
      h("th", { scope: "row" }, WORDS[op]),
      h("td", h("code", path || "(whole)")),
      h("td", old !== undefined && h("del", shown(old))),
      h("td", op !== "remove" && h("ins", shown(value))),
    );
  });
  const more = patch.length - rows.length;
  return h("table", more > 0 && h("caption", `and ${more} more changes`), h("tbody", rows));
}

function shown(value) {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const points = [...text.slice(0, 2 * LONG)];
  return points.length > LONG ? `${points.slice(0, LONG).join("")}…` : text;
}
