// The bar above the chat: theme, width, reset and play.

import { el } from "../core/dom.js";

/** @param {object} on functions: `theme` and `width`, given a name, `play` and `reset` */
export function toolbar(on) {
  const title = "bring back what was pressed, rolled and loaded";
  const reset = el("button.tool", { title, onclick: on.reset }, "Reset");
  const play = el("button.tool play", { onclick: on.play });
  const show = (playing) => {
    play.textContent = playing ? "■ Stop" : "▶ Play";
    play.title = playing ? "show all at once" : "play the delays in real time";
  };
  show(false);
  const theme = choice("Theme", ["Auto", "Light", "Dark"], on.theme);
  return { bar: el("div.bar", theme, choice("Width", ["Phone", "Wide"], on.width), reset, play), show };
}

function choice(label, names, onChoose) {
  const choose = (name) => {
    for (const each of buttons) each.setAttribute("aria-pressed", each.textContent === name);
    onChoose(name.toLowerCase());
  };
  const buttons = names.map((name) => el("button.tool", { onclick: () => choose(name) }, name));
  choose(names[0]);
  return el("div.choice", { role: "group", "aria-label": label }, buttons);
}
