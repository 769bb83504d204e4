// Buttons, and what pressing one does: it shows what it would do, and nothing else.

import { isObject } from "../core/pointer.js";
import { box, button, el, word } from "./nodes.js";
import { TARGET, TITLE } from "./texts.js";

/** What a button does with its value, and whether the user says its title by pressing it. */
const KINDS = new Map([
  ["postback", { does: "sends", speaks: true }],
  ["goto", { does: "goes to block", speaks: true }],
  ["url", { does: "opens", sign: "↗" }],
  ["webview", { does: "opens in the chat", sign: "↗" }],
  ["phone", { does: "calls" }],
]);

function kindOf(row, at) {
  return isObject(row.get(at)) ? KINDS.get(row.get(`${at}/type`)) : undefined;
}

export function buttonNode(row, at) {
  const kind = kindOf(row, at);
  if (!kind) return row.junk(at, "not a button");
  const open = row.state.pressed === at;
  const aria = kind.speaks ? {} : { expanded: String(open) };
  const on = { click: () => row.set({ pressed: open ? null : at }) };
  // A button without a title, which only one with an address may be, shows the address.
  const key = row.get(`${at}/title`) === "" && kind.sign ? "value" : "title";
  const sign = kind.sign && el("span", "sign", { text: kind.sign, aria: { hidden: "true" } });
  const props = { type: "button", tabindex: 0, aria, on };
  return row.part("button", at, "press", props, row.text(`${at}/${key}`, TITLE), sign);
}

/** What the user said by the button that was pressed, and where it leads. */
export function saidNode(row) {
  const { pressed } = row.state;
  const kind = pressed !== null && kindOf(row, pressed);
  if (!kind) return false;
  const back = button("link", () => row.set({ pressed: null }, pressed), { text: "Back" });
  const height = row.get(`${pressed}/type`) === "webview" && [" · height ", row.text(`${pressed}/height`, TITLE)];
  const value = el("span", "code", {}, row.text(`${pressed}/value`, TARGET));
  const note = box("note", `${kind.does} `, value, height, " · ", back);
  const user = kind.speaks && box("user", word("user: "), row.text(`${pressed}/title`, TITLE));
  return el("div", kind.speaks ? "said" : "said target", { role: "status" }, user, note);
}
