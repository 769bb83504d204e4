// RFC 6901 JSON Pointers into a document that never changes: an edit returns a new one that shares what stayed, or the
// same one where there is no such place. "__proto__" is a key like others: only own properties count.

const INDEX = /^(?:0|[1-9]\d{0,15})$/;

export function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What a table has for the type of a value, which may be anything. */
export function entryOf(table, value) {
  return isObject(value) && typeof value.type === "string" ? entry(table, value.type) : undefined;
}

export function parts(pointer) {
  const read = (part) => part.replaceAll("~1", "/").replaceAll("~0", "~");
  return pointer === "" ? [] : pointer.replace(/^\//, "").split("/").map(read);
}

export function pointerOf(keys) {
  return keys.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

export function at(doc, pointer) {
  return parts(pointer).reduce(entry, doc);
}

function entry(holder, key) {
  const has = Array.isArray(holder) ? INDEX.test(key) : isObject(holder) && Object.hasOwn(holder, key);
  return has ? holder[key] : undefined;
}

export const set = edit("set");
/** Add an entry: before an array's index (or at its end, "-"), under an object's key, which goes last. */
export const insert = edit("add");
export const remove = edit("remove");

function edit(op) {
  return (doc, pointer, value) => {
    const result = change(doc, pointer, op, value);
    return result === undefined ? doc : result;
  };
}

/** Move an array's entry to another index of it. */
export function move(doc, arrayPointer, from, to) {
  const array = at(doc, arrayPointer);
  if (!Array.isArray(array) || !(from in array) || !(to in array) || from === to) return doc;
  return set(doc, arrayPointer, array.toSpliced(from, 1).toSpliced(to, 0, array[from]));
}

/** Give an entry another key, at the same place among the others; nothing happens if that key is taken. */
export function rename(doc, objectPointer, oldKey, newKey) {
  const object = at(doc, objectPointer);
  if (!isObject(object) || !Object.hasOwn(object, oldKey) || Object.hasOwn(object, newKey)) return doc;
  const entries = Object.entries(object).map(([key, value]) => [key === oldKey ? newKey : key, value]);
  return set(doc, objectPointer, Object.fromEntries(entries));
}

/** Do an operation of JSON Patch, or "set", which is "replace" or a new key; undefined where there is no such place. */
export function change(doc, pointer, op, value) {
  const below = (holder, [key, ...rest]) => {
    if (key === undefined) return op === "remove" ? undefined : value;
    if (rest.length === 0) return changed(holder, key, op, value);
    const child = below(entry(holder, key), rest);
    return child === undefined ? undefined : replaced(holder, key, child);
  };
  return below(doc, parts(pointer));
}

function changed(holder, key, op, value) {
  const there = entry(holder, key) !== undefined;
  if (!Array.isArray(holder)) {
    if (!isObject(holder) || !(there || op === "add" || op === "set")) return undefined;
    if (op !== "remove") return replaced(holder, key, value);
    return Object.fromEntries(Object.entries(holder).filter(([name]) => name !== key));
  }
  const index = key === "-" ? holder.length : INDEX.test(key) ? Number(key) : NaN;
  if (op === "add") return there || index === holder.length ? holder.toSpliced(index, 0, value) : undefined;
  if (!there) return undefined;
  return op === "remove" ? holder.toSpliced(index, 1) : replaced(holder, key, value);
}

function replaced(holder, key, value) {
  if (entry(holder, key) === value) return holder;
  return Array.isArray(holder) ? holder.with(Number(key), value) : put({ ...holder }, key, value);
}

/** Put an entry into an object that is being made. Not object[key] = value, which would lose a key "__proto__". */
export function put(object, key, value) {
  return Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}

/** Tell where a place is after an edit: entries of arrays are followed when they move; null if its entry is gone. */
export function follow(pointer, oldDoc, newDoc) {
  const way = [];
  let [old, now] = [oldDoc, newDoc];
  for (const key of parts(pointer)) {
    if (Array.isArray(old) !== Array.isArray(now) || isObject(old) !== isObject(now)) return null;
    const next = Array.isArray(old) && INDEX.test(key) ? newIndex(Number(key), old, now) : key;
    if (next === null) return null;
    way.push(next);
    [old, now] = [entry(old, key), entry(now, String(next))];
  }
  return pointerOf(way);
}

function newIndex(index, old, now) {
  const [head, tail] = alike(old, now, Object.is);
  if (index < head) return index;
  if (index >= old.length - tail) return index + now.length - old.length;
  // Equal texts are no proof of a move, so only what is between the common ends is searched.
  const found = now.slice(head, now.length - tail).indexOf(old[index]);
  if (found >= 0) return head + found;
  return old.length === now.length ? index : null;
}

/** How many entries two arrays have in common at their beginnings, and at their ends. */
export function alike(a, b, same) {
  const shorter = Math.min(a.length, b.length);
  let head = 0;
  while (head < shorter && same(a[head], b[head])) head += 1;
  let tail = 0;
  while (tail < shorter - head && same(a.at(-1 - tail), b.at(-1 - tail))) tail += 1;
  return [head, tail];
}
