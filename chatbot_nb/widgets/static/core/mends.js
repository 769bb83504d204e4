// What puts one finding right and changes nothing else, and how new parts begin.

import { at, entryOf, parts, pointerOf, rename, set } from "./pointer.js";

/** A new response, with empty texts, one button and one element. */
export function startOf(form, type) {
  return { type, ...filledIn(form.responses[type].fields, form) };
}

export function newButton(form, type) {
  return { type, ...filledIn(form.buttons[type].fields, form) };
}

export function newElement(form) {
  return filledIn(form.responses.cards.fields[0].fields, form);
}

function filledIn(fields, form) {
  return Object.fromEntries(fields.map((field) => [field.key, start(field, form)]));
}

function start(field, form) {
  if (field.kind === "texts") return [""];
  if (field.kind === "buttons") return [newButton(form, field.types[0])];
  return field.kind === "elements" ? [newElement(form)] : (field.default ?? "");
}

/** @returns {?{label: string, doc: *}} what puts a finding right; null where only a person knows */
export function mendOf(doc, { pointer, code, message, sample }, form) {
  const keys = parts(pointer);
  // What a sample's values make too long is not the template's.
  if (keys[0] !== "responses" || Number.isInteger(sample) || !Object.hasOwn(MENDS, code)) return null;
  const above = pointerOf(keys.slice(0, -1));
  const place = { doc, form, pointer, keys, above, field: fieldAt(doc, keys, form), value: at(doc, pointer) };
  const mend = MENDS[code](place, message);
  return mend && mend.doc !== doc ? mend : null;
}

const MENDS = {
  too_long: shorter,
  too_long_utf16: shorter,
  too_many: fewer,
  too_small: (place) => inBounds(place, place.form.delay.min),
  too_large: (place) => inBounds(place, place.form.delay.max),
  missing: begun,
  too_few: begun,
  not_allowed: begun,
  unknown_type: renamed,
  unknown_key: renamed,
  renamed_key: renamed,
};

/** The field that a place is, or is an entry of. */
function fieldAt(doc, keys, form) {
  const fieldsAt = (depth, types) => entryOf(types, at(doc, pointerOf(keys.slice(0, depth))))?.fields ?? [];
  let fields = fieldsAt(2, form.responses);
  let field;
  for (let depth = 2; depth < keys.length; depth += 2) {
    field = fields.find(({ key }) => key === keys[depth]);
    fields = field?.kind === "buttons" ? fieldsAt(depth + 2, form.buttons) : (field?.fields ?? []);
  }
  return field;
}

function inBounds({ doc, pointer, keys }, bound) {
  return keys.at(-1) === "delay" ? { label: `Set to ${bound}`, doc: set(doc, pointer, bound) } : null;
}

function begun({ doc, form, pointer, field }) {
  if (!field) return null;
  const what = { texts: "a message", buttons: "a button", elements: "an element" }[field.kind] ?? field.key;
  const label = field.default ? `Set to ${field.default}` : `Add ${what}`;
  return { label, doc: set(doc, pointer, start(field, form)) };
}

/** A key or a type: the message says what was meant. */
function renamed({ doc, pointer, above, keys, value }, message) {
  const [, name] = /(?:did you mean '|here; use )(\w+)/.exec(message) ?? [];
  if (!name) return null;
  const isType = keys.at(-1) === "type" && typeof value === "string";
  if (isType) return { label: `Use ${name}`, doc: set(doc, pointer, name) };
  return { label: `Rename to ${name}`, doc: rename(doc, above, keys.at(-1), name) };
}

function shorter({ doc, pointer, keys, field, value }) {
  // Half an address, number or id is none.
  if (typeof value !== "string" || !field?.max || field.format) return null;
  if (at(doc, pointerOf(keys.slice(0, 2))).type === "text") return severalTexts(doc, keys, value, field.max);
  const cut = value.slice(0, endWithin(value, field.max, { word: (field.max * 2) / 3, grapheme: 0 }));
  const text = cut.replace(/[\s,;:–-]+$/u, "") || cut;
  if (text.length < Math.max(field.min, 1)) return null;
  const shown = text.length > 40 ? `${text.slice(0, endWithin(text, 40, { grapheme: 0 }))}…` : text;
  return { label: `Shorten to “${shown}”`, doc: set(doc, pointer, text) };
}

function severalTexts(doc, keys, text, max) {
  const changes = [];
  for (let left = text.trim(); left; ) {
    const end = endWithin(left, max, { sentence: 0, word: 0, grapheme: 0 });
    changes.push({ message: left.slice(0, end).trimEnd() });
    left = left.slice(end).trimStart();
  }
  return several(doc, keys, changes, changes.length > 1 ? `Split into ${changes.length} texts` : "Remove the blanks");
}

/**
 * Where a text can end within the maximum by both counts (units are never fewer than characters), but not inside a
 * placeholder: at the last end of the first kind that leaves more than so many units.
 */
function endWithin(text, max, kinds) {
  if (text.length <= max) return text.length;
  for (const [granularity, least] of Object.entries(kinds)) {
    const segments = new Intl.Segmenter(undefined, { granularity }).segment(text.slice(0, 2 * max));
    const { index } = segments.containing(max);
    const open = text.slice(0, index).search(/\{\{[^{}]*\}?$/);
    const end = open > 0 ? open : index;
    if (end > least) return end;
  }
  return max - (/[\ud800-\udbff]/.test(text[max - 1]) ? 1 : 0);
}

/**
 * Buttons, and elements of a gallery, go on in another response or element with the same title, evenly. Quick replies
 * become responses with buttons: of two with quick replies only the last would be seen, and a "More…" button would need
 * an answer that nobody has written. Of random texts ChatBot sends one, of two responses two: the first ones are kept.
 */
function fewer({ doc, form, pointer, keys, above, field, value }) {
  if (!field?.entries || !Array.isArray(value)) return null;
  const { key, kind, entries } = field;
  if (kind === "texts") {
    return { label: `Keep the first ${entries.max}`, doc: set(doc, pointer, value.slice(0, entries.max)) };
  }
  const isQuick = at(doc, above).type === "quickReplies";
  const most = isQuick ? form.responses.buttons.fields.find((each) => each.key === key).entries.max : entries.max;
  const number = Math.ceil(value.length / most);
  const from = (index) => Math.round((index * value.length) / number);
  const changes = Array.from({ length: number }, (_, index) => ({
    ...(isQuick && { type: "buttons" }),
    [key]: value.slice(from(index), from(index + 1)),
  }));
  const what = keys.length > 3 ? "elements" : kind === "elements" ? "cards" : "responses with buttons";
  return several(doc, keys, changes, `Split into ${number} ${what}`);
}

/** Put several holders, which differ in these entries, in the place of one. */
function several(doc, keys, changes, label) {
  const list = pointerOf(keys.slice(0, -2));
  const [entries, index] = [at(doc, list), Number(keys.at(-2))];
  if (!Array.isArray(entries) || changes.length === 0) return null;
  const holders = changes.map((change) => ({ ...entries[index], ...change }));
  return { label, doc: set(doc, list, entries.toSpliced(index, 1, ...holders)) };
}
