// {{name}} in a reply's texts, by the rules of the package's Python side.

import { isObject } from "./pointer.js";

const PLACEHOLDER = /\{\{([^{}]+)\}\}/g;
// What Python strips; trim() knows other blanks.
const BLANKS = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+";
const AROUND = new RegExp(`^${BLANKS}|${BLANKS}$`, "g");
const KINDS = ["type", "height"]; // what ChatBot reads to know what an object is

export function names(text) {
  return [...new Set([...text.matchAll(PLACEHOLDER)].map((match) => match[1].replace(AROUND, "")))];
}

export function fill(text, attributes) {
  return pieces(text, attributes).map((piece) => piece.text).join("");
}

/** @returns {Array<{text: string, name?: string, filled?: boolean}>} placeholders, and what is between them */
export function pieces(text, attributes) {
  const found = [];
  let end = 0;
  for (const match of text.matchAll(PLACEHOLDER)) {
    if (match.index > end) found.push({ text: text.slice(end, match.index) });
    const name = match[1].replace(AROUND, "");
    const value = name && Object.hasOwn(attributes, name) ? textOf(attributes[name]) : null;
    found.push({ text: value ?? match[0], name, filled: value !== null });
    end = match.index + match[0].length;
  }
  if (end < text.length) found.push({ text: text.slice(end) });
  return found;
}

function textOf(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return null;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** What fills the placeholders: a sample, but first what the reply itself sets. */
export function valuesFor(doc, sample) {
  const own = isObject(doc) && isObject(doc.attributes) ? doc.attributes : {};
  return { ...(isObject(sample) ? sample : {}), ...own };
}

/** The names of all placeholders in a reply's responses, each once. */
export function namesIn(doc) {
  const found = new Set();
  const look = (value) => {
    if (typeof value === "string") names(value).forEach((name) => name && found.add(name));
    else if (Array.isArray(value)) value.forEach(look);
    else if (isObject(value)) Object.keys(value).forEach((key) => KINDS.includes(key) || look(value[key]));
  };
  if (isObject(doc) && Object.hasOwn(doc, "responses")) look(doc.responses);
  return [...found];
}
