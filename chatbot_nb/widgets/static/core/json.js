// JSON text, with the place of each value in it, and messages that say what to do.

import { pointerOf, put } from "./pointer.js";

const DEPTH = 100;
const BLANKS = /[ \t\n\r]*/y;
const TOKEN = /[{}[\],:]|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const STRING = /"(?:[^"\\\0-\x1f]+|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*/y; // up to its end, or what is wrong in it
const AS_PYTHON_WRITES = new Map([["True", "true"], ["False", "false"], ["None", "null"]]);

/**
 * Read JSON, strictly. A key that stands twice is a mistake too: one of its values would be lost.
 * @returns {object} ok, value and spans by pointer, where a member's begins at its key; or what is wrong, and where
 */
export function read(text) {
  const spans = new Map();
  const way = [];
  let [token, here, end] = ["", 0, 0]; // the next token, where it begins, and where the one before it ended

  const look = (pattern, offset = here) => {
    pattern.lastIndex = offset;
    return pattern.exec(text)?.[0] ?? "";
  };
  const fail = (message, offset = here) => {
    throw Object.assign(new SyntaxError(message), { offset });
  };
  const expected = (what) => fail(`expected ${what}, got ${got(look(/-?[\p{L}_]+/uy), look(/./suy))}`);
  const next = () => {
    end = here + token.length;
    here = end + look(BLANKS, end).length;
    token = text[here] === '"' ? string() : look(TOKEN);
  };
  const string = () => {
    const found = look(STRING);
    const place = here + found.length;
    const character = text[place];
    if (character === undefined) fail("the string that begins here has no end");
    if (character === "\\") fail("a \\ that is no escape; for the character itself write \\\\", place);
    if (character !== '"') fail(`a string cannot hold this character as it is; write ${escaped(character)}`, place);
    return `${found}"`;
  };
  const value = (where, start = here) => {
    const span = { start };
    spans.set(pointerOf(way), span); // before those inside it
    const result = token === "{" || token === "[" ? container() : scalar(where);
    span.end = end;
    return result;
  };
  const scalar = (where) => {
    if (!/^["\w-]/.test(token)) expected(`a value${where}`);
    if (look(/-?0\d/y)) fail("a number does not begin with 0");
    const result = JSON.parse(token);
    if (result === Infinity || result === -Infinity) fail("the number is too large");
    next();
    return result;
  };
  const container = () => {
    if (way.length === DEPTH) fail(`nested deeper than ${DEPTH} levels`);
    const [holder, close, what] = token === "{" ? [{}, "}", "a member"] : [[], "]", "an entry"];
    next();
    while (token !== close) {
      if (close === "}") member(holder);
      else holder.push(below(holder.length, " as the entry of an array"));
      if (token === close) break;
      const comma = here;
      if (token !== ",") expected(`, or ${close} after ${what}`);
      next();
      if (token === close) fail(`a comma before ${close}: JSON has none after the last`, comma);
    }
    next();
    return holder;
  };
  const below = (key, where, start) => {
    way.push(key);
    const result = value(where, start);
    way.pop();
    return result;
  };
  const member = (object) => {
    const start = here;
    if (text[start] !== '"') expected("a key in double quotes");
    const key = JSON.parse(token);
    if (Object.hasOwn(object, key)) fail(`the key ${token} stands here twice`);
    next();
    if (token !== ":") expected(": after a key");
    next();
    put(object, key, below(key, " after the key", start));
  };

  try {
    next();
    const result = value("");
    if (here < text.length) expected("the end of the text");
    return { ok: true, value: result, spans };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const { message, offset } = error;
    return { ok: false, message, ...lineOf(text, offset), offset };
  }
}

function got(word, character) {
  if (!character) return "the end of the text";
  if (AS_PYTHON_WRITES.has(word)) return `${word}; JSON writes ${AS_PYTHON_WRITES.get(word)}`;
  if (/^(?:NaN|-?Infinity)$/.test(word)) return `${word}, which is not JSON; use null`;
  if ("'‘’“”`".includes(character)) return `${character}; JSON has only straight double quotes`;
  if ("/#".includes(character)) return `'${character}'; JSON has no comments`;
  return /[\p{L}\p{N}\p{P}\p{S}]/u.test(character) ? `'${character}'` : `the character ${escaped(character)}`;
}

function escaped(character) {
  const written = JSON.stringify(character).slice(1, -1);
  return written === character ? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}` : written;
}

/** Both from 1; columns count characters. */
export function lineOf(text, offset) {
  const lines = text.slice(0, offset).split("\n");
  return { line: lines.length, column: [...lines.at(-1)].length + 1 };
}

/** The pointer of the innermost value at an offset. */
export function pointerAt(spans, offset) {
  let found = "";
  for (const [pointer, { start, end }] of spans) if (start <= offset && offset <= end) found = pointer;
  return found;
}

/** Write JSON as JSON.stringify does, with spans; without any where it is nested too deep. */
export function write(value) {
  const text = JSON.stringify(value, null, 2) ?? "null";
  return { text, spans: read(text).spans ?? new Map() };
}
