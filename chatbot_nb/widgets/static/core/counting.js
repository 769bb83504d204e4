// Counters, and what is too long, too short or missing: told before the kernel has spoken, and word for word as there.

import { entryOf, isObject } from "./pointer.js";

/** The characters of a text, as the limits count them. */
export function codePoints(text) {
  return text.length - (text.match(/[\ud800-\udbff][\udc00-\udfff]/g)?.length ?? 0);
}

/** Count a text. Near is over 90 % of the maximum; wide fits in characters, but not in UTF-16. */
export function count(value, { min = 0, max }) {
  if (typeof value !== "string") return { points: 0, units: 0, max, state: "" };
  const points = codePoints(value);
  let state = max >= 10 && points > 0.9 * max ? "near" : "";
  if (value.length > max) state = points > max ? "over" : "wide";
  if (points < min) state = "under";
  return { points, units: value.length, max, state };
}

/**
 * Return what is wrong with the sizes of a reply, in its order. Only the kernel decides: each of these is a finding
 * there. Where it may see a slip of the pen, as in a type or key that is not known, nothing is said here.
 */
export function suspects(doc, form) {
  const responses = isObject(doc) && Array.isArray(doc.responses) ? doc.responses : [];
  return responses.flatMap((response, index) =>
    suspectsOf(response, form).map((one) => ({ ...one, pointer: `/responses/${index}${one.pointer}` })),
  );
}

const known = new WeakMap();

function suspectsOf(response, form) {
  if (!isObject(response)) return [];
  if (!known.has(response)) known.set(response, [...inTyped("", response, form.responses, form)]);
  return known.get(response);
}

function* inTyped(pointer, holder, types, form) {
  const kind = entryOf(types, holder);
  if (kind) yield* inFields(pointer, holder, kind.fields, form);
}

function* inFields(pointer, holder, fields, form) {
  const usual = ["type", "delay", ...fields.map(({ key }) => key)];
  // A key that is not known may be meant for one that is missing.
  const isPlain = Object.keys(holder).every((key) => usual.includes(key));
  for (const field of fields) {
    const place = `${pointer}/${field.key}`;
    if (Object.hasOwn(holder, field.key)) yield* inValue(place, holder[field.key], field, form);
    else if (isPlain) yield suspect(place, "missing", "missing; required by the documentation");
  }
}

function* inValue(pointer, value, field, form) {
  if (Array.isArray(value) && field.entries) yield* inEntries(pointer, value, field, form);
  else if (typeof value === "string" && field.kind === "text") yield* inText(pointer, value, field);
}

function* inEntries(pointer, values, { entries: { min, max, advisory }, ...field }, form) {
  const number = values.length;
  if (number < min) yield suspect(pointer, "too_few", `${number} entries, at least ${min}`);
  if (number > max) yield suspect(pointer, "too_many", `${number} entries, at most ${max}`, advisory && "warning");
  for (const [index, value] of values.entries()) {
    const place = `${pointer}/${index}`;
    if (field.kind === "texts") yield* inValue(place, value, { ...field, kind: "text" }, form);
    else if (field.kind === "buttons") yield* inTyped(place, value, form.buttons, form);
    else if (isObject(value)) yield* inFields(place, value, field.fields, form);
  }
}

function* inText(pointer, value, field) {
  const { points, max, units, state } = count(value, field);
  const characters = `${points} character${points === 1 ? "" : "s"}`;
  if (state === "over") yield suspect(pointer, "too_long", `${characters}, at most ${max}`);
  if (state === "under") yield suspect(pointer, "too_short", `${characters}, at least ${field.min}`);
  if (points <= max && units > max) {
    const message = `${units} UTF-16 units, at most ${max} characters; ChatBot may count units`;
    yield suspect(pointer, "too_long_utf16", message, "warning");
  }
}

function suspect(pointer, code, message, severity) {
  return { pointer, code, message, severity: severity || "error" };
}
