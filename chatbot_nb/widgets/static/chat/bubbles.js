// One response as bubbles; what is no such response is shown as the JSON that it is.

import { isObject } from "../core/pointer.js";
import { buttonNode, saidNode } from "./buttons.js";
import { galleryNode } from "./gallery.js";
import { summary } from "./marks.js";
import { box, button, el, word } from "./nodes.js";
import { pictureNode } from "./pictures.js";
import { inline } from "./texts.js";

const SHAPES = new Map([
  ["text", ["Text", (row, label) => [bubble(row, "/message", label)]]],
  ["randomText", ["Random text", randomText]],
  ["image", ["Image", (row, label) => [pictureNode(row, "/imageUrl", label)]]],
  ["quickReplies", ["Quick replies", quickReplies]],
  ["cards", ["Cards", (row, label) => [galleryNode(row, label)]]],
  ["buttons", ["Buttons", buttons]],
]);

/** What stands in the row of a response. */
export function responseNodes(row) {
  const shape = isObject(row.content) && SHAPES.get(row.get("/type"));
  if (!shape) return [body(row, [row.junk("", "not a response")])];
  const [label, draw] = shape;
  const said = saidNode(row);
  return [body(row, draw(row, label, said)), said];
}

function body(row, [first, ...others]) {
  return el("div", "body", { data: { at: "" } }, box("first", first, meta(row)), others);
}

/** What stands beside a response: the delay before it, and what was found in it. */
function meta(row) {
  const delay = row.get("/delay");
  const shown = typeof delay === "number" && Math.abs(delay) < 1e9 ? seconds(delay) : inline(delay);
  const badge = delay !== undefined && row.part("span", "/delay", "delay", {}, word("delay "), shown);
  return box("meta", badge, summary(row.found.list, row.unseen));
}

function seconds(milliseconds) {
  return `${(milliseconds / 1000).toLocaleString("en", { minimumFractionDigits: 1 })} s`;
}

function bubble(row, at, label, name) {
  return row.group(at, "bubble", label, row.text(at, undefined, name));
}

function randomText(row, label) {
  const { all, variant } = row.state;
  const count = row.get("/messages")?.length;
  if (!Array.isArray(row.get("/messages")) || !count) return [bubble(row, "/messages", label)];
  const now = variant % count;
  const one = (index, name) => bubble(row, `/messages/${index}`, name, "message");
  const roll = () => row.set({ variant: now + 1 + Math.floor(Math.random() * (count - 1)) });
  const line = box(
    "line",
    button("link", () => row.set({ all: !all }), { aria: { expanded: String(all) }, text: `${now + 1} of ${count}` }),
    count > 1 && button("link", roll, { title: "another one at random", text: "↻ Roll" }),
  );
  const others = all ? row.get("/messages").slice(0, 20).map((_, index) => index) : [];
  const listed = others.filter((index) => index !== now).map((index) => one(index, `${index + 1} of ${count}`));
  return [one(now, label), line, listed.length > 0 && box("variants", listed)];
}

function quickReplies(row, label, said) {
  const title = bubble(row, "/title", label);
  if (said) return [title];
  return [title, box("chips", row.entries("/buttons", (at) => buttonNode(row, at)))];
}

function buttons(row, label) {
  const title = row.group("/title", "words", label, row.text("/title"));
  return [box("card", title, box("stack", row.entries("/buttons", (at) => buttonNode(row, at))))];
}
