// Images: a frame until somebody asks for one, since its server learns who reads this.

import { h } from "../core/dom.js";
import { fill } from "../core/placeholders.js";
import { button, el } from "./nodes.js";
import { TARGET } from "./texts.js";

/** @param {Row} row @param {string} at the place of its address @param {string} [label] where it stands alone */
export function pictureNode(row, at, label) {
  const nodes = inside(row, at);
  return label ? row.group(at, "image alone", label, nodes) : row.part("div", at, "image", {}, nodes);
}

function inside(row, at) {
  const value = row.get(at);
  if (typeof value !== "string" || !value) return row.text(at);
  const named = el("span", "address", {}, row.text(at, TARGET)); // and notes that a placeholder is in it
  const address = fill(value, row.filling.values);
  const image = row.state.images.get(address);
  if (image) return image;
  if (!/^https?:\/\//i.test(address)) return ["image · no web address", named];
  const words = image === false ? "image did not load · try again" : "image · show";
  return [button("show", () => show(row, address), {}, h("span", { text: words })), named];
}

function show(row, address) {
  const put = (image) => row.set({ images: row.state.images.set(address, image) });
  const image = el("img", "picture", { alt: "", referrerpolicy: "no-referrer", on: { error: () => put(false) } });
  image.src = address;
  put(image);
}
