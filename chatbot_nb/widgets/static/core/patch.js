// JSON Patch (RFC 6902): add, remove and replace.

import { alike, change, isObject, pointerOf } from "./pointer.js";

/**
 * Return the operations that make one document of another. What both share is not looked into, and what stays is never
 * in a patch: whoever applies it may know it better, as a number that is 1.0 there.
 */
export function diff(oldDoc, newDoc) {
  const patch = [];
  compare([], oldDoc, newDoc, (op, way, more) => patch.push({ op, path: pointerOf(way), ...more }));
  return patch;
}

function compare(way, old, now, add) {
  if (old === now) return;
  if (Array.isArray(old) && Array.isArray(now)) compareArrays(way, old, now, add);
  else if (isObject(old) && isObject(now)) compareObjects(way, old, now, add);
  else add("replace", way, { value: now });
}

function compareArrays(way, old, now, add) {
  const [head, tail] = alike(old, now, same);
  const both = Math.min(old.length, now.length) - tail;
  for (let i = head; i < both; i += 1) compare([...way, i], old[i], now[i], add);
  for (let i = old.length - tail - 1; i >= both; i -= 1) add("remove", [...way, i]);
  for (let i = both; i < now.length - tail; i += 1) add("add", [...way, i], { value: now[i] });
}

function compareObjects(way, old, now, add) {
  const again = misplaced(old, now);
  const stays = (key) => Object.hasOwn(old, key) && Object.hasOwn(now, key) && !again.includes(key);
  for (const key of Object.keys(old)) {
    if (stays(key)) compare([...way, key], old[key], now[key], add);
    else add("remove", [...way, key]);
  }
  for (const key of Object.keys(now)) if (!stays(key)) add("add", [...way, key], { value: now[key] });
}

/**
 * The keys that would stand before others that are added: they are taken out and added again, so that a renamed
 * attribute keeps its place. Only where all of them are texts, which are the same in every language.
 */
function misplaced(old, now) {
  const kept = Object.keys(old).filter((key) => Object.hasOwn(now, key));
  const wanted = Object.keys(now);
  const from = wanted.findIndex((key, index) => key !== kept[index]);
  const late = from < 0 ? [] : wanted.slice(from).filter((key) => Object.hasOwn(old, key));
  // JavaScript puts keys that look like numbers first, whatever the order was.
  return late.every((key) => typeof old[key] === "string") && !wanted.some((key) => /^\d+$/.test(key)) ? late : [];
}

/** Whether two JSON values say the same, whatever the order of keys. */
export function same(a, b) {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((entry, i) => same(entry, b[i]));
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]));
}

/** Return the document with a patch done: all of it, or the same document if an operation has no place. */
export function apply(doc, patch) {
  let result = doc;
  for (const { op, path, value } of patch) {
    const known = ["add", "remove", "replace"].includes(op) && /^(?:\/|$)/.test(path);
    result = known && (op === "remove" || value !== undefined) ? change(result, path, op, value) : undefined;
    if (result === undefined) return doc;
  }
  return result;
}
