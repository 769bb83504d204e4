// Elements of the chat: their classes are the chat's own, so box("first", …) is a <div class="cbn-chat-first">.

import { h } from "../core/dom.js";

/** @param {string} tag @param {string} names such as "bubble junk" @param {object} [props] of `h` */
export function el(tag, names, props, ...children) {
  return h(tag, { ...props, class: names.trim().replace(/\S+/g, "cbn-chat-$&") }, ...children);
}

export function box(names, ...children) {
  return el("div", names, {}, ...children);
}

/** @param {() => void} does what it does when it is pressed */
export function button(names, does, props, ...children) {
  return el("button", names, { type: "button", ...props, on: { click: does } }, ...children);
}

export function quiet(text) {
  return el("small", "quiet", { text });
}

/** What only a screen reader says. */
export function word(text) {
  return h("span", { class: "cbn-word", text });
}
