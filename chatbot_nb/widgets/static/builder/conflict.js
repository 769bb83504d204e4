// Python changed the reply while it was edited here: nothing is overwritten until the author has chosen.

import { h, put } from "../core/dom.js";
import { diff } from "../core/patch.js";
import { counted } from "./toolbar.js";

export class Conflict {
  constructor({ store, sync }) {
    this.store = store;
    this.words = h("span");
    const mine = h("button.primary", { onclick: () => sync.keepMine() }, "Keep mine");
    const theirs = h("button", { title: "Undo brings back yours", onclick: () => sync.takeTheirs() }, "Take theirs");
    this.el = h("div.conflict", { role: "alert", hidden: true }, this.words, mine, theirs);
  }

  refresh() {
    const { theirs, doc } = this.store;
    this.el.hidden = theirs === null;
    if (theirs === null) return;
    const places = diff(doc, theirs.payload).map(({ path }) => path || "(whole)");
    const named = places.slice(0, 3).join(", ") + (places.length > 3 ? ", …" : "");
    const said = `${counted(places.length, "difference")} (${named})`;
    const why = "The reply was changed elsewhere while you edited it here";
    put(this.words, `${why}: ${said}. Nothing is sent until you choose.`);
  }
}
