// Cells as text, the way spreadsheets write and read them.

/** @param {Array<Array<?string>>} rows @returns {string} as Excel takes it: tabs, CRLF, quotes where they are needed */
export function toTsv(rows) {
  return rows.map((row) => row.map((text) => quoted(text ?? "", /^"|[\t\n\r]/)).join("\t")).join("\r\n");
}

/** @param {Array<Array<?string>>} rows @returns {string} CSV after RFC 4180 */
export function toCsv(rows) {
  return rows.map((row) => `${row.map((text) => quoted(text ?? "", /[",\n\r]|^\s|\s$/)).join(",")}\r\n`).join("");
}

function quoted(text, needed) {
  return needed.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * Read what was pasted: cells between tabs; or CSV, if all its lines, two or more, have the same number of fields and
 * none begins with a blank. Anything else is prose: a cell for each line.
 *
 * @param {string} text
 * @returns {string[][]} rows
 */
export function parse(text) {
  // NUL ends a text in many a clipboard.
  const given = text.replace(/\0+$/, "");
  if (given.includes("\t")) return split(given, "\t");
  for (const sign of [",", ";"]) {
    const rows = split(given, sign);
    const [{ length }] = rows;
    const isTable = rows.length > 1 && length > 1;
    if (isTable && rows.every((row) => row.length === length && !row.some((field) => field.startsWith(" "))))
      return rows;
  }
  return split(given, "\t");
}

/** Split into rows and fields. A quoted field ends with a quote before a border; any other quote is plain text. */
function split(text, sign) {
  const rows = [[]];
  const plain = new RegExp(`[^${sign}\\n\\r]*`, "y");
  let at = 0;
  for (;;) {
    const end = text[at] === '"' ? quoteEnd(text, at, sign) : -1;
    if (end >= 0) {
      rows.at(-1).push(
        text
          .slice(at + 1, end)
          .replaceAll('""', '"')
          .replaceAll("\r\n", "\n"),
      );
      at = end + 1;
    } else {
      plain.lastIndex = at;
      const [field] = plain.exec(text);
      rows.at(-1).push(field);
      at += field.length;
    }
    if (at >= text.length) return rows;
    if (text[at] === sign) {
      at += 1;
      continue;
    }
    at += text.startsWith("\r\n", at) ? 2 : 1;
    if (at >= text.length) return rows; // the last line's end begins no new one
    rows.push([]);
  }
}

/** Return where the quote is that ends a field, or -1; no pattern, which would run out of stack on megabytes. */
function quoteEnd(text, begin, sign) {
  let at = text.indexOf('"', begin + 1);
  while (at >= 0 && text[at + 1] === '"') at = text.indexOf('"', at + 2);
  return at >= 0 && [undefined, sign, "\n", "\r"].includes(text[at + 1]) ? at : -1;
}
