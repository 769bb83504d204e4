// JSON text, with the place of each value in it, and messages that say what to do.

import { pointerOf } from "./pointer.js";

const DEPTH = 100;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /-?[\p{L}_]+/uy;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const CONSTANTS = { true: true, false: false, null: null };
// As Python writes them.
const MEANT = { True: "true", False: "false", None: "null" };

/**
 * Read JSON, strictly. A key that stands twice is a mistake too: one of its values would be lost.
 * @param {string} text
 * @returns {{ok: true, value: *, spans: Map<string, {start: number, end: number}>} |
 *     {ok: false, message: string, line: number, column: number, offset: number}}
 */
export function read(text) {
  const reader = new Reader(text);
  try {
    return { ok: true, value: reader.all(), spans: reader.spans };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const { offset } = reader;
    return { ok: false, message: error.message, ...lineOf(text, offset), offset };
  }
}

class Reader {
  spans = new Map();
  offset = 0;
  way = [];

  constructor(text) {
    this.text = text;
  }

  all() {
    const value = this.value("");
    if (this.next()) this.expected("the end of the text");
    return value;
  }

  next() {
    this.take(/[ \t\n\r]*/y);
    return this.text[this.offset];
  }

  look(pattern) {
    pattern.lastIndex = this.offset;
    return pattern.exec(this.text)?.[0] ?? "";
  }

  take(pattern) {
    const found = this.look(pattern);
    this.offset += found.length;
    return found;
  }

  value(where, start = null) {
    const first = this.next();
    const span = { start: start ?? this.offset, end: 0 };
    this.spans.set(pointerOf(this.way), span); // before those inside it
    const value =
      first === "{" || first === "[" ? this.container(first) : first === '"' ? this.string() : this.scalar(where);
    span.end = this.offset;
    return value;
  }

  scalar(where) {
    const word = this.look(WORD);
    if (Object.hasOwn(CONSTANTS, word)) return CONSTANTS[this.take(WORD)];
    const number = this.look(NUMBER);
    if (!number) this.expected(`a value${where}`);
    if (this.look(/-?0\d/y)) this.fail("a number does not begin with 0");
    if (!Number.isFinite(Number(number))) this.fail("the number is too large");
    return Number(this.take(NUMBER));
  }

  container(open) {
    if (this.way.length === DEPTH) this.fail(`nested deeper than ${DEPTH} levels`);
    const [holder, close, what] = open === "{" ? [{}, "}", "a member"] : [[], "]", "an entry"];
    this.offset += 1;
    for (let index = 0; this.next() !== close; index += 1) {
      if (open === "{") this.member(holder);
      else holder.push(this.below(index, " as the entry of an array"));
      if (this.next() === close) break;
      if (!this.take(/,/y)) this.expected(`, or ${close} after ${what}`);
      if (this.next() !== close) continue;
      this.offset = this.text.lastIndexOf(",", this.offset);
      this.fail(`a comma before ${close}: JSON has none after the last`);
    }
    this.offset += 1;
    return holder;
  }

  below(key, where, start) {
    this.way.push(key);
    const value = this.value(where, start);
    this.way.pop();
    return value;
  }

  member(object) {
    const start = this.offset;
    if (this.text[start] !== '"') this.expected("a key in double quotes");
    const key = this.string();
    if (Object.hasOwn(object, key)) this.fail(`the key ${JSON.stringify(key)} stands here twice`, start);
    if (this.next() !== ":") this.expected(": after a key");
    this.offset += 1;
    const value = this.below(key, " after the key", start);
    // Not object[key]: that would lose a key "__proto__".
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  }

  string() {
    const start = this.offset;
    this.offset += 1;
    for (let next; (next = this.text[this.offset]) !== '"'; ) {
      if (next === undefined) this.fail("the string that begins here has no end", start);
      if (next < " ") this.fail(`a string cannot hold this character as it is; write ${escaped(next)}`);
      if (next !== "\\") this.offset += 1;
      else if (!this.take(ESCAPE)) this.fail("a \\ that is no escape; for the character itself write \\\\");
    }
    this.offset += 1;
    return JSON.parse(this.text.slice(start, this.offset));
  }

  expected(what) {
    this.fail(`expected ${what}, got ${this.got()}`);
  }

  got() {
    const [word, character] = [this.look(WORD), this.look(/./suy)];
    if (!character) return "the end of the text";
    if (Object.hasOwn(MEANT, word)) return `${word}; JSON writes ${MEANT[word]}`;
    if (/^(?:NaN|-?Infinity)$/.test(word)) return `${word}, which is not JSON; use null`;
    if ("'‘’“”`".includes(character)) return `${character}; JSON has only straight double quotes`;
    if ("/#".includes(character)) return `'${character}'; JSON has no comments`;
    return /[\p{L}\p{N}\p{P}\p{S}]/u.test(character) ? `'${character}'` : `the character ${escaped(character)}`;
  }

  fail(message, offset = this.offset) {
    this.offset = offset;
    throw new SyntaxError(message);
  }
}

function escaped(character) {
  const written = JSON.stringify(character).slice(1, -1);
  return written === character ? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}` : written;
}

/** @returns {{line: number, column: number}} of an offset, both from 1; columns count characters */
export function lineOf(text, offset) {
  const lines = text.slice(0, offset).split("\n");
  return { line: lines.length, column: [...lines.at(-1)].length + 1 };
}

/** @returns {string} the pointer of the innermost value at an offset, "" outside of all */
export function pointerAt(spans, offset) {
  let found = "";
  for (const [pointer, { start, end }] of spans) if (start <= offset && offset <= end) found = pointer;
  return found;
}

/**
 * Write JSON as JSON.stringify(value, null, 2) does.
 * @returns {{text: string, spans: Map<string, {start: number, end: number}>}}
 */
export function write(value) {
  const spans = new Map();
  let text = "";
  const put = (entry, way, start, line) => {
    const span = { start, end: 0 };
    spans.set(pointerOf(way), span);
    const keys = typeof entry === "object" && entry !== null ? Object.keys(entry) : [];
    if (keys.length === 0) text += JSON.stringify(entry) ?? "null";
    else {
      const isArray = Array.isArray(entry);
      text += isArray ? "[" : "{";
      keys.forEach((key, index) => {
        text += `${index ? "," : ""}${line}  `;
        const begin = text.length;
        if (!isArray) text += `${JSON.stringify(key)}: `;
        put(entry[key], [...way, key], begin, `${line}  `);
      });
      text += line + (isArray ? "]" : "}");
    }
    span.end = text.length;
  };
  put(value, [], 0, "\n");
  return { text, spans };
}
