// Text and JSON from outside, to be looked at: of bounded length, and nothing in it acts.

import { el, h, word } from "../core/dom.js";
import { pieces } from "../core/placeholders.js";

// So many characters are shown: twice the longest text, a title too long by much, an address, and raw JSON.
export const TEXT = 2000;
export const TITLE = 200;
export const TARGET = 120;
const RAW = 2000;
// Controls but tab and line feed, line separators, and what overrides or embeds a direction. The plain marks of
// direction stay: right-to-left texts need them, and each text stands in a <bdi>, so that they end there.
const CONTROLS = /([\0-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufff9-\ufffb]+)/;

export function quiet(text) {
  return el("small.quiet", text);
}

/** A text of at most so many characters; a row fills its placeholders. */
export function textNodes(text, atMost, row) {
  const begin = cut(text, atMost);
  let left = atMost;
  let out = text.length - begin.length;
  const shown = (row ? pieces(begin, row.filling.values) : [{ text: begin }]).map((piece) => {
    const part = cut(piece.text, left);
    left -= part.length;
    out += piece.text.length - part.length;
    return piece.name === undefined ? spelled(part) : placeholder(piece, part, row);
  });
  return [h("bdi", shown), out > 0 && quiet(` … ${out.toLocaleString("en")} more characters`)];
}

function placeholder({ name, filled }, part, row) {
  row.used = true;
  if (filled) return el("span.filled", { title: `{{${name}}}` }, spelled(part));
  if (!row.filling.sampled) return el("span.open", { title: "filled when the bot answers" }, spelled(part));
  const mark = [h("b", { "aria-hidden": "true" }, "!"), word(" (warning: nothing fills this) ")];
  return el("span.open unfilled", { title: "nothing fills this here" }, spelled(part), mark);
}

/** Spell out control and direction characters, as in `\x1b`. */
function spelled(text) {
  const printable = text.replace(/\r\n?/g, "\n").replace(/\p{Surrogate}/gu, "\ufffd");
  const split = printable.split(CONTROLS);
  return split.map((piece, index) => (index % 2 ? el("span.spelled", escapes(piece)) : piece));
}

function escapes(text) {
  return text.replace(/[^]/g, (each) => {
    const hex = each.charCodeAt(0).toString(16);
    return hex.length > 2 ? `\\u${hex}` : `\\x${hex.padStart(2, "0")}`;
  });
}

/** The beginning of a text, never half a character. */
function cut(text, atMost) {
  return text.length > atMost ? text.slice(0, atMost).replace(/[\ud800-\udbff]$/, "") : text;
}

export function raw(value) {
  return el("pre.raw", spelled(json(value, RAW)));
}

export function inline(value) {
  return el("code.code", spelled(json(value, TITLE).replace(/\s+/g, " ")));
}

function json(value, atMost) {
  try {
    const text = JSON.stringify(value, null, 2);
    return text.length > atMost ? `${cut(text, atMost)}…` : text;
  } catch {
    return "…"; // nested too deep
  }
}
