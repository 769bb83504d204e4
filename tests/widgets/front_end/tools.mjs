// What several tests need: the form's table, random documents from a seed, and a page without a browser.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

export const form = JSON.parse(readFileSync(new URL("form.json", import.meta.url), "utf8"));

/** Freeze a document, so that an edit in place throws. */
export function frozen(value) {
  if (typeof value === "object" && value !== null) Object.values(Object.freeze(value)).forEach(frozen);
  return value;
}

/** Return a generator of numbers from 0 to below 1 (mulberry32): the same for the same seed. */
export function seeded(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function pick(random, choices) {
  return choices[Math.floor(random() * choices.length)];
}

const KEYS = ["", "a", "b", "c", "a/b", "m~n", "~1", "__proto__", "constructor", "type", "0", "12", "{{x}}", "😀"];
const TEXTS = ["", "a", "b", "two words", "\u0000\n\"\\", "שלום", "👩‍👩‍👧", "\u2028"];
const SCALARS = [null, true, false, 0, -1, 2.5, 1e21, ...TEXTS];

/** Return random JSON, as JSON.parse would: also with keys such as "__proto__". */
export function anyValue(random, depth = 4) {
  const kind = depth > 0 ? random() : 1;
  if (kind < 0.3) return Array.from({ length: Math.floor(random() * 5) }, () => anyValue(random, depth - 1));
  if (kind >= 0.6) return pick(random, SCALARS);
  const number = Math.floor(random() * 5);
  return Object.fromEntries(Array.from({ length: number }, () => [pick(random, KEYS), anyValue(random, depth - 1)]));
}

/** Return a document near another: some entries replaced, added, taken out or moved. */
export function changed(random, value) {
  if (random() < 0.1) return anyValue(random, 2);
  if (Array.isArray(value)) {
    const entries = value.map((entry) => (random() < 0.3 ? changed(random, entry) : entry));
    const index = Math.floor(random() * (entries.length + 1));
    if (random() < 0.3) entries.splice(index, 0, anyValue(random, 2));
    if (random() < 0.3) entries.splice(index, 1);
    if (random() < 0.2) entries.push(...entries.splice(0, 1));
    return entries;
  }
  if (typeof value !== "object" || value === null) return random() < 0.5 ? pick(random, SCALARS) : value;
  const entries = Object.entries(value)
    .filter(() => random() > 0.15)
    .map(([key, entry]) => [random() < 0.1 ? `${key}x` : key, random() < 0.3 ? changed(random, entry) : entry]);
  if (random() < 0.3) entries.push([pick(random, KEYS), anyValue(random, 2)]);
  return Object.fromEntries(entries);
}

/** Return every place of a document. */
export function placesOf(value, keys = []) {
  if (typeof value !== "object" || value === null) return [keys];
  return [keys, ...Object.keys(value).flatMap((key) => placesOf(value[key], [...keys, key]))];
}

/** Make a page, the global one, as the modules know it. */
export function page() {
  const { JSDOM } = createRequire(import.meta.url)("jsdom");
  const { window } = new JSDOM("<!doctype html><body></body>");
  globalThis.document = window.document;
  globalThis.Node = window.Node;
  return window;
}
