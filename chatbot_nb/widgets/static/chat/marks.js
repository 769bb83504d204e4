// Marks at the parts of a reply: what was found there.

import { h } from "../core/dom.js";
import { el, word } from "./nodes.js";

const MARKS = { error: "✗", warning: "!", info: "i" };
const SEVERITIES = Object.keys(MARKS);

/**
 * Sort findings by the row that shows them: "/responses/3", "/attributes", or "" for the whole reply.
 * @param {number|null} sample of the findings with samples, only those with this one are told
 * @returns {Map<string, {list: object[], key: string}>} with places from the row on; the key is the same for the same
 */
export function byRow(findings, sample) {
  const rows = new Map();
  for (const { pointer, severity, message, maybe, ...finding } of findings) {
    if ((finding.sample ?? sample) !== sample) continue;
    const base = /^\/responses\/\d+(?=\/|$)|^\/attributes(?=\/|$)|/.exec(pointer)[0];
    if (!rows.has(base)) rows.set(base, { list: [] });
    rows.get(base).list.push({ at: pointer.slice(base.length), severity, message, maybe });
  }
  for (const row of rows.values()) row.key = JSON.stringify(row.list);
  return rows;
}

/** The worst severity of findings. */
function worst(found) {
  return SEVERITIES.find((severity) => found.some((each) => each.severity === severity)) ?? "info";
}

/** The classes of a part at which something was found. */
export function stateOf(found) {
  return found.length ? `has-${worst(found)}${found.every((each) => each.maybe) ? " maybe" : ""}` : "";
}

export function messages(found) {
  return found.map((each) => each.message).join("\n");
}

/** A mark that fits into a corner; a screen reader says all of it. */
export function mark(found) {
  return found.length > 0 && el("span", "mark", {}, sign(worst(found)), heard(found));
}

/** A mark with a word for each severity; a screen reader says what no part of the row tells. */
export function summary(found, unseen) {
  return SEVERITIES.map((severity) => {
    const these = found.filter((each) => each.severity === severity);
    const name = severity === "info" ? "note" : severity;
    const maybe = these.every((each) => each.maybe) ? "maybe " : "";
    const words = maybe + (these.length > 1 ? `${these.length} ${name}s` : name);
    const props = { title: messages(these) };
    const rest = heard(unseen.filter((each) => these.includes(each)));
    return these.length > 0 && el("span", `found ${stateOf(these)}`, props, sign(severity), ` ${words}`, rest);
  });
}

function sign(severity) {
  return h("span", { text: MARKS[severity], aria: { hidden: "true" } });
}

function heard(found) {
  return found.length > 0 && word(found.map((each) => ` ${each.severity}: ${each.message}`).join(";"));
}
