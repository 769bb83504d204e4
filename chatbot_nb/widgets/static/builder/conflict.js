/** Python changed the reply while it was edited here: nothing is overwritten until the author has chosen. */
import { h } from "../core/dom.js";
import { diff } from "../core/patch.js";
import { counted, put } from "./toolbar.js";

export class Conflict {
  /** @param {import("./part.js").Builder} builder */
  constructor(builder) {
    this.store = builder.store;
    const { sync } = builder;
    this.words = h("span");
    const mine = h("button", { class: "cbn-primary", type: "button", text: "Keep mine", on: { click: () => sync.keepMine() } });
    const theirs = h("button", { type: "button", text: "Take theirs", title: "Undo brings back yours", on: { click: () => sync.takeTheirs() } });
    this.el = h("div", { class: "cbn-conflict", role: "alert", hidden: true }, this.words, mine, theirs);
  }

  refresh() {
    const { theirs, doc } = this.store;
    this.el.hidden = theirs === null;
    if (theirs === null) return;
    const places = diff(doc, theirs.payload).map(({ path }) => path || "(whole)");
    const named = places.slice(0, 3).join(", ") + (places.length > 3 ? ", …" : "");
    put(this.words, `The reply was changed elsewhere while you edited it here: ${counted(places.length, "difference")} (${named}). Nothing is sent until you choose.`);
  }
}
