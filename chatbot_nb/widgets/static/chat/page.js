// The entry of the static page: the same chat without a kernel.

import { View } from "./view.js";

/** @param {{payload: *, findings?: object[], samples?: object[]}} given */
export function show(root, given) {
  root.classList.add("cbn", "cbn-chat-page");
  const view = new View(root);
  view.show(given);
  return view;
}
