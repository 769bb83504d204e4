// Counters, and what is wrong as far as the browser can tell. Only the kernel decides: each suspect is a finding there,
// word for word. Where its words cannot be foreseen, as when it may see a slip of the pen, nothing is said here.

import { isObject } from "./pointer.js";

// The kernel looks into no payload with more values.
const VALUES = 200_000;
// Those of version 1, about which the kernel says more.
const OLD_TYPES = ["card", "button", "question", "goto", "end", "reset", "webhook", "backtracking", "setAttributes"];

/** @param {string} text @returns {number} its characters: code points of Unicode, which the limits count */
export function codePoints(text) {
  return text.length - (text.match(/[\ud800-\udbff][\udc00-\udfff]/g)?.length ?? 0);
}

/** @param {string} text @returns {number} its length in UTF-16 */
export function units(text) {
  return text.length;
}

/**
 * Count a text against its field.
 * @returns {{points: number, units: number, max: number|undefined, state: ""|"near"|"over"|"under"|"wide"}} near: over
 *     90 % of the maximum; wide: it fits in characters, but not in UTF-16
 */
export function count(value, { min = 0, max }) {
  if (typeof value !== "string") return { points: 0, units: 0, max, state: "" };
  const points = codePoints(value);
  let state = max >= 10 && points > 0.9 * max ? "near" : "";
  if (value.length > max) state = points > max ? "over" : "wide";
  if (points < min) state = "under";
  return { points, units: value.length, max, state };
}

/**
 * Return what is wrong with a document as far as the form tells, in the document's order.
 * @returns {Array<{pointer: string, code: string, message: string, severity: string}>}
 */
export function suspects(doc, form) {
  if (!isObject(doc) || sizeOf(doc) > VALUES) return [];
  const { responses = [], attributes } = doc;
  const found = [];
  const list = Array.isArray(responses) ? responses : [];
  // Attributes in wrong places are moved by the kernel, which counts then.
  if (!list.some(isMisplaced)) {
    found.push(...tooMany("/responses", list.length, form.responses_max, "warning"));
    if (isObject(attributes) && !doc.parameters && !doc.sessionAttributes) {
      found.push(...tooMany("/attributes", Object.keys(attributes).length, form.attributes_max, "warning"));
    }
  }
  // One response without its array has a name of its own.
  if (list !== responses && !isObject(responses)) found.push(...wrongType("/responses", responses, "an array"));
  list.forEach((response, index) => {
    for (const one of suspectsOf(response, form)) found.push({ ...one, pointer: `/responses/${index}${one.pointer}` });
  });
  return found;
}

const sizes = new WeakMap();

function sizeOf(value) {
  if (typeof value !== "object" || value === null) return 1;
  if (!sizes.has(value)) sizes.set(value, Object.values(value).reduce((sum, child) => sum + sizeOf(child), 1));
  return sizes.get(value);
}

function isMisplaced(response) {
  return isObject(response) && (Object.hasOwn(response, "attributes") || response.type === "setAttributes");
}

const known = new WeakMap();

function suspectsOf(response, form) {
  if (typeof response === "string") return []; // a text, says the kernel
  if (!isObject(response)) return wrongType("", response, "an object");
  if (known.get(response)?.form !== form) known.set(response, { form, found: [...inResponse(response, form)] });
  return known.get(response).found;
}

function* inResponse(response, form) {
  const { type, delay = form.delay.default } = response;
  if (OLD_TYPES.includes(type) || isMisplaced(response)) return;
  const types = Object.keys(form.responses);
  if (!types.includes(type)) {
    yield* wrongKind("", response, types, types, "a Bot Response");
    return;
  }
  const { min, max } = form.delay;
  if (typeof delay !== "number") yield* wrongType("/delay", delay, "a number");
  else if (delay < min) yield* about("/delay", "too_small", delay, `, at least ${min}`);
  else if (delay > max) yield* about("/delay", "too_large", delay, `, at most ${max}`);
  yield* inFields("", response, form.responses[type].fields, form);
}

function* wrongKind(pointer, holder, types, near, noun) {
  const { type } = holder;
  if (!Object.hasOwn(holder, "type")) yield missing(`${pointer}/type`);
  else if (near.includes(type) || typeof type !== "string" || !near.some((name) => mayMean(type, name))) {
    yield* about(`${pointer}/type`, "unknown_type", type, ` is not ${noun}; use ${either(types)}`);
  }
}

/** Return whether a word has so many letters of another that the kernel may take it for that. */
function mayMean(word, name) {
  const left = [...name.toLowerCase()];
  const all = word.toLowerCase().match(/[a-z0-9]/g) ?? [];
  const common = all.filter((letter) => left.includes(letter) && left.splice(left.indexOf(letter), 1));
  return 2 * common.length >= 0.7 * (all.length + name.length);
}

function* inFields(pointer, holder, fields, form) {
  const usual = ["type", "delay", ...fields.map(({ key }) => key)];
  // A key that is not known may be meant for one that is missing.
  const isPlain = Object.keys(holder).every((key) => usual.includes(key));
  for (const field of fields) {
    const place = `${pointer}/${field.key}`;
    if (Object.hasOwn(holder, field.key)) yield* inValue(place, holder[field.key], field, form);
    else if (isPlain) yield missing(place);
  }
}

function* inValue(pointer, value, field, form) {
  const { kind, choices } = field;
  if (kind === "text") yield* inText(pointer, value, field);
  else if (kind !== "choice") yield* inEntries(pointer, value, field, form);
  else if (!choices.includes(value)) {
    yield* about(pointer, "not_allowed", value, ` is not allowed; use ${either(choices)}`);
  }
}

function* inEntries(pointer, entries, field, form) {
  if (!Array.isArray(entries)) {
    yield* wrongType(pointer, entries, "an array");
    return;
  }
  const { min, max, advisory } = field.entries;
  if (entries.length < min) yield suspect(pointer, "too_few", `${entries.length} entries, at least ${min}`);
  yield* tooMany(pointer, entries.length, max, advisory ? "warning" : "error");
  for (const [index, entry] of entries.entries()) {
    const place = `${pointer}/${index}`;
    if (field.kind === "texts") yield* inText(place, entry, field);
    else if (!isObject(entry)) yield* wrongType(place, entry, "an object");
    else if (field.kind === "elements") yield* inFields(place, entry, field.fields, form);
    else yield* inButton(place, entry, field.types, form);
  }
}

function* inButton(pointer, button, types, form) {
  const all = Object.keys(form.buttons);
  const noun = types.length < all.length ? "a button for quick replies" : "a button";
  if (types.includes(button.type)) yield* inFields(pointer, button, form.buttons[button.type].fields, form);
  else yield* wrongKind(pointer, button, types, all, noun);
}

function* inText(pointer, value, { key, min, max }) {
  if (typeof value !== "string") {
    // A message that is an array has a name of its own.
    if (key !== "message" || !Array.isArray(value)) yield* wrongType(pointer, value, "a string");
    return;
  }
  const { points, state } = count(value, { min, max });
  const characters = `${points} character${points === 1 ? "" : "s"}`;
  if (state === "over") yield suspect(pointer, "too_long", `${characters}, at most ${max}`);
  if (state === "under") yield suspect(pointer, "too_short", `${characters}, at least ${min}`);
  if (state === "wide") {
    const message = `${value.length} UTF-16 units, at most ${max} characters; ChatBot may count units`;
    yield suspect(pointer, "too_long_utf16", message, "warning");
  }
}

function suspect(pointer, code, message, severity = "error") {
  return { pointer, code, message, severity };
}

function missing(pointer) {
  return suspect(pointer, "missing", "missing; required by the documentation");
}

function tooMany(pointer, number, max, severity) {
  return number > max ? [suspect(pointer, "too_many", `${number} entries, at most ${max}`, severity)] : [];
}

function wrongType(pointer, value, wanted) {
  return about(pointer, "wrong_type", value, ` is not ${wanted}`);
}

/** Return what is said about a value; nothing where it is not certain how Python writes that. */
function about(pointer, code, value, said) {
  const shown = show(value);
  return shown ? [suspect(pointer, code, shown + said)] : [];
}

function show(value) {
  if (typeof value === "string") return /^[ -&(-[\]-~]{0,58}$/.test(value) ? `'${value}'` : "";
  if (typeof value === "number") return Number.isSafeInteger(value) ? String(value) : "";
  return isObject(value) ? "an object" : Array.isArray(value) ? "an array" : String(value);
}

function either(choices) {
  const sorted = [...choices].sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
  return `${sorted.slice(0, -1).join(", ")} or ${sorted.at(-1)}`;
}
