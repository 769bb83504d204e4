// Texts from outside: what no font shows, or what turns the direction of a line, is spelled out.

// As Python has it: controls but tab and line feed, line separators, and what overrides or embeds a direction.
const CONTROLS = /[\0-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufff9-\ufffb\ud800-\udfff]/gu;

/** @param {string} text @returns {string} with such characters as in \u202e */
export function visible(text) {
  return text.replace(CONTROLS, (sign) => `\\u${sign.codePointAt(0).toString(16).padStart(4, "0")}`);
}
