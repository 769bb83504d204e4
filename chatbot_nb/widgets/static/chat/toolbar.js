// The bar above the chat: theme, width, reset and play.

import { box, button, el } from "./nodes.js";

/** @param {Object<string, function>} on theme and width with the name chosen, play, reset */
export function toolbar(on) {
  const reset = button("tool", on.reset, { title: "bring back what was pressed, rolled and loaded", text: "Reset" });
  const play = button("tool play", on.play);
  const show = (playing) => {
    play.textContent = playing ? "■ Stop" : "▶ Play";
    play.title = playing ? "show all at once" : "play the delays in real time";
  };
  show(false);
  const theme = choice("Theme", ["Auto", "Light", "Dark"], on.theme);
  return { el: box("bar", theme, choice("Width", ["Phone", "Wide"], on.width), reset, play), show };
}

/** Buttons of which one is pressed: the first, until another is. */
function choice(label, names, onChoose) {
  const choose = (index) => {
    buttons.forEach((each, place) => each.setAttribute("aria-pressed", String(place === index)));
    onChoose(names[index].toLowerCase());
  };
  const buttons = names.map((text, index) => button("tool", () => choose(index), { text }));
  choose(0);
  return el("div", "choice", { role: "group", aria: { label } }, buttons);
}
