// Cards side by side: one and the edge of the next on a phone, all of them where there is room.

import { isObject } from "../core/pointer.js";
import { buttonNode } from "./buttons.js";
import { box, button, el } from "./nodes.js";
import { pictureNode } from "./pictures.js";
import { TITLE } from "./texts.js";

export function galleryNode(row, label) {
  const cards = row.entries("/elements", (at) => cardNode(row, at)).filter(Boolean);
  const track = box("track", cards);
  const last = cards.length - 1;
  if (last < 1) return box("gallery", track);
  const count = el("span", "count");
  const turn = (place) => {
    row.state.card = Math.min(Math.max(place, 0), last);
    track.style.setProperty("--cbn-chat-card", row.state.card);
    count.textContent = `${row.state.card + 1} of ${last + 1}`;
    // Not disabled: the focus would be lost at either end.
    back.setAttribute("aria-disabled", String(row.state.card === 0));
    next.setAttribute("aria-disabled", String(row.state.card === last));
  };
  const back = button("round", () => turn(row.state.card - 1), { aria: { label: "previous card" } }, "‹");
  const next = button("round", () => turn(row.state.card + 1), { aria: { label: "next card" } }, "›");
  track.addEventListener("focusin", ({ target }) => turn(cards.findIndex((card) => card.contains(target))));
  track.addEventListener("keydown", ({ key }) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[key];
    if (step) cards[row.state.card + step]?.focus({ preventScroll: true });
  });
  turn(row.state.card);
  return el("div", "gallery", { role: "group", aria: { label } }, track, box("turn", back, count, next));
}

function cardNode(row, at) {
  if (!isObject(row.get(at))) return row.junk(at, "not an element");
  const line = (key, names) => row.part("div", `${at}/${key}`, names, {}, row.text(`${at}/${key}`, TITLE));
  const picture = pictureNode(row, `${at}/imageUrl`);
  const words = box("words", line("title", "name"), line("subtitle", "sub"));
  const stack = box("stack", row.entries(`${at}/buttons`, (place) => buttonNode(row, place)));
  return row.group(at, "card", "Card", picture, words, stack);
}
