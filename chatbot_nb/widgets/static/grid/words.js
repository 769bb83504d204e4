// Words and signs that all parts of the grid share.

const LONGEST = 500; // characters of a cell that are painted; the editor and the details have all of them

/** What a row's state looks like, and how it is said. */
export const STATES = {
  new: ["+", "new row"],
  deleted: ["−", "to be deleted"],
  conflict: ["⇄", "changed elsewhere, too"],
  done: ["✓", "done"],
  failed: ["✗", "failed"],
  running: ["…", "running"],
  pinned: ["★", "pinned"],
};

/** What a severity looks like; the rest is information. */
export const MARKS = { error: "✗", warning: "!" };

/** What a badge's word means where no finding says so: words of our own tables. */
export const TONES = {
  ...Object.fromEntries(["error", "errors", "failed", "regressed"].map((word) => [word, "error"])),
  ...Object.fromEntries(["warning", "warnings", "conflict"].map((word) => [word, "warning"])),
  ...Object.fromEntries(["ok", "done", "fixed"].map((word) => [word, "ok"])),
};

/** @param {number} number @returns {string} as "12,345" */
export function figures(number) {
  return number.toLocaleString("en");
}

/** @param {number} number @param {string} one @param {string} [many] @returns {string} "1 row", "2 rows" */
export function counted(number, one, many = `${one}s`) {
  return `${figures(number)} ${number === 1 ? one : many}`;
}

/**
 * Return a text as one line that shows what no font does: line breaks, tabs and other control characters get a sign.
 *
 * @param {string} text
 * @returns {string} at most 500 characters, and then "…"
 */
export function oneLine(text) {
  const cut = text.length > LONGEST ? `${text.slice(0, LONGEST).replace(/[\ud800-\udbff]$/, "")}…` : text;
  return cut
    .replace(/\r\n|[\n\r\u0085\u2028\u2029]/g, "⏎")
    .replace(/\t/g, "⇥")
    .replace(/[\u0000-\u001f]/g, (sign) => String.fromCharCode(0x2400 + sign.charCodeAt(0)));
}

/**
 * Return a time without what there is no room for, the finest first: the zone with parts of seconds, the seconds, the
 * hours.
 *
 * @param {string} text
 * @param {number} room in characters
 * @returns {string} the text itself where it is no time
 */
export function shortTime(text, room) {
  if (text.length <= room) return text;
  const [, day, minute, second] = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d)(:\d\d)?.*)?$/.exec(text) ?? [];
  if (!minute) return text;
  const shorter = [second && `${day} ${minute}${second}`, `${day} ${minute}`].filter(Boolean);
  return shorter.find(({ length }) => length <= room) ?? day;
}

/** @param {?string} text of a cell @returns {?boolean} what it means in a column of yes and no; null if nothing */
export function yesNo(text) {
  const said = String(text).toLowerCase();
  if (["true", "yes", "1"].includes(said)) return true;
  return ["false", "no", "0"].includes(said) ? false : null;
}

/**
 * Return what a person reads in a cell.
 *
 * @param {object} column of the trait
 * @param {?string} text as it travels
 * @returns {string} all of it: a choice's label, a check mark
 */
export function readable(column, text) {
  if (text === null || text === undefined) return "";
  if (column.type === "choice") return labelsOf(column).get(text) ?? text;
  if (column.type === "boolean") return { true: "✓", false: "–" }[yesNo(text)] ?? text;
  return text;
}

const labels = new WeakMap();

function labelsOf(column) {
  if (!labels.has(column)) labels.set(column, new Map(column.choices ?? []));
  return labels.get(column);
}

/**
 * Return what of a cell goes into the clipboard: a choice by its name, if no other has it.
 *
 * @param {object} column of the trait
 * @param {?string} text
 * @returns {string}
 */
export function copied(column, text) {
  const label = column.type === "choice" ? labelsOf(column).get(text) : undefined;
  return label !== undefined && meant(column, label) === text ? label : (text ?? "");
}

/**
 * Return which value a text means that comes from the clipboard: a choice's, or its name's; nothing is missing.
 *
 * @param {object} column of the trait
 * @param {string} text
 * @returns {?string}
 */
export function meant(column, text) {
  if (text === "") return null;
  if (column.type !== "choice" || labelsOf(column).has(text)) return text;
  return column.choices.find(([, label]) => label === text)?.[0] ?? text;
}

/**
 * Return whether a cell can be edited; some columns only while a row is new.
 *
 * @param {object} column of the trait
 * @param {?object} row null if it is not at hand: the kernel decides
 * @returns {boolean}
 */
export function isOpen(column, row) {
  return column.editable && (!column.new_only || row === null || row.state === "new");
}

/** @param {?string} text of a secret @returns {boolean} whether it is only what Python shows in its place */
export function isMask(text) {
  return /^[•*]+$/.test(text ?? "");
}

/** @param {Array<[string, string]>} findings of one place @returns {string} a line each, "error: ..." */
export function said(findings) {
  return findings.map(([severity, message]) => `${severity}: ${message}`).join("\n");
}

/** @param {Array<[string, string]>} findings @returns {string} the worst severity, or "" */
export function worst(findings) {
  return ["error", "warning", "info"].find((each) => findings.some(([severity]) => severity === each)) ?? "";
}

/** @param {?string} text @returns {?string} its address, if a browser may open it */
export function webAddress(text) {
  try {
    const { protocol, href } = new URL(text);
    return ["http:", "https:"].includes(protocol) ? href : null;
  } catch {
    return null; // no address at all
  }
}
