// What stands in the chat beside the responses: attributes that are set, and what is no part of a reply.

import { isObject, pointerOf } from "../core/pointer.js";
import { stateOf, summary } from "./marks.js";
import { box, el, quiet } from "./nodes.js";
import { TITLE, inline, textNodes } from "./texts.js";

const ATTRIBUTES = 20; // are shown

/** Quiet lines: "sets plan = vip". */
export function attributesNodes(row) {
  if (row.content === undefined) return told(row);
  if (!isObject(row.content)) return [row.junk("", "not attributes"), ...told(row)];
  const names = Object.keys(row.content);
  const sets = names.slice(0, ATTRIBUTES).map((name) => {
    const value = row.content[name];
    const shown = value === "" ? "“”" : typeof value === "string" ? textNodes(value, TITLE) : inline(value);
    return row.group(pointerOf([name]), "set", "Attribute", "sets ", textNodes(name, TITLE), " = ", shown);
  });
  const left = names.length - sets.length;
  return [...sets, left > 0 && quiet(`and ${left.toLocaleString("en")} more`), ...told(row)];
}

/** What is no reply, and what was found in it as a whole. */
export function wholeNodes(row) {
  if (!isObject(row.content)) return [row.junk("", "not a reply"), ...told(row)];
  const { responses, attributes, ...others } = row.content;
  const list = responses === undefined || Array.isArray(responses);
  const junk = !list && row.junk("/responses", "not a list of responses");
  const rest = Object.keys(others).length > 0 && row.junk("", "not part of a reply", others);
  return [junk, rest, ...told(row), list && !responses?.length && empty(attributes)];
}

/** What no part tells, in full. */
function told(row) {
  return row.unseen.map((each) => el("div", `plain ${stateOf([each])}`, {}, summary([each], []), ` ${each.message}`));
}

function empty(attributes) {
  const sets = isObject(attributes) && Object.keys(attributes).length > 0;
  const why = sets ? "This reply sets attributes and says nothing." : "What the bot answers shows up here.";
  return box("empty", box("", "No responses yet"), quiet(why));
}
