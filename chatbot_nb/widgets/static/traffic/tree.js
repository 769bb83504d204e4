// JSON text as a tree, also where its end is missing. Numbers stay the texts that they are; a key that stands twice is
// seen twice.

import { h } from "../core/dom.js";
import { visible } from "./escape.js";

const DEPTH = 100;
const NODES = 2000; // more would take the browser too long
const OPEN = 4; // levels that are open at first
const LONGEST = 2000; // characters of a value
const STRING = /"(?:[^"\\]+|\\.|\\$)*("?)/suy; // up to its end, or the text's
const LITERAL = /-?\d+(?:\.\d*)?(?:[eE][+-]?\d*)?|[a-z]+/y;
const WORDS = ["true", "false", "null"];
const BLANKS = /[ \t\n\r]*/y;

/**
 * Make a tree of JSON.
 *
 * @param {string} text perhaps cut off
 * @returns {?HTMLElement} null if it is no JSON, or too much of it
 */
export function jsonTree(text) {
  try {
    const reader = new Reader(text);
    const root = reader.value("", 0);
    if (reader.here < text.length || !root.matches(".cbn-json-node")) return null;
    return h("div.json-tree", root);
  } catch (error) {
    if (error instanceof NoJson) return null;
    throw error;
  }
}

class NoJson extends Error {}

class Reader {
  here = 0;
  nodes = 0;

  constructor(text) {
    this.text = text;
    this.skip();
  }

  get isOver() {
    return this.here >= this.text.length;
  }

  take(pattern) {
    pattern.lastIndex = this.here;
    const found = pattern.exec(this.text);
    if (found) this.here += found[0].length;
    return found;
  }

  skip() {
    this.take(BLANKS);
  }

  /** @returns {boolean} whether a sign stood here, which is passed */
  sign(sign) {
    if (this.text[this.here] !== sign) return false;
    this.here += 1;
    this.skip();
    return true;
  }

  value(key, depth) {
    this.nodes += 1;
    if (depth > DEPTH || this.nodes > NODES) throw new NoJson();
    if (this.isOver) return leaf(key, "…", "cut");
    const first = this.text[this.here];
    if (first === "{" || first === "[") return this.container(key, depth, first === "{");
    const made = first === '"' ? leaf(key, `"${this.string()}"`, "string") : leaf(key, this.literal(), "plain");
    this.skip();
    return made;
  }

  string() {
    const [token, end] = this.take(STRING);
    const whole = end ? token : `${token.replace(/\\u?[\da-fA-F]{0,3}$/, "")}"`;
    try {
      return cut(visible(JSON.parse(whole))) + (end ? "" : "…");
    } catch {
      return cut(visible(token.slice(1, end ? -1 : undefined))); // a sign in it that JSON does not let stand there
    }
  }

  literal() {
    const token = this.take(LITERAL)?.[0];
    const isKnown = token && (/^[-\d]/.test(token) || WORDS.some((word) => word === token));
    const isCut = token && this.isOver && WORDS.some((word) => word.startsWith(token));
    if (!isKnown && !isCut) throw new NoJson();
    return isKnown ? cut(token) : `${token}…`;
  }

  container(key, depth, isObject) {
    const close = isObject ? "}" : "]";
    const entries = [];
    this.sign(isObject ? "{" : "[");
    while (!this.isOver && !this.sign(close)) {
      if (entries.length > 0 && !this.sign(",")) throw new NoJson();
      entries.push(h("li", isObject ? this.member(depth) : this.value("", depth + 1)));
      if (this.isOver) entries.isCut = this.text.at(-1) !== close;
    }
    const size = `${entries.length}${entries.isCut ? "…" : ""}`;
    const label = isObject ? `{${size}}` : `[${size}]`;
    const summary = h("summary", key !== "" && keyOf(key), h("span.json-size", label));
    return h("details.json-node", { open: depth < OPEN }, summary, h("ul", entries));
  }

  member(depth) {
    if (this.isOver) return leaf("", "…", "cut");
    if (this.text[this.here] !== '"') throw new NoJson();
    const key = this.string();
    this.skip();
    if (!this.isOver && !this.sign(":")) throw new NoJson();
    return this.value(key === "" ? '""' : key, depth + 1);
  }
}

function leaf(key, text, kind) {
  return h(`div.json-leaf json-${kind}`, key !== "" && keyOf(key), h("bdi", text));
}

function keyOf(key) {
  return h("bdi.json-key", `${key}:`);
}

function cut(text) {
  const rest = text.length - LONGEST;
  return rest > 0 ? `${text.slice(0, LONGEST)}… ${rest.toLocaleString("en")} more characters` : text;
}
