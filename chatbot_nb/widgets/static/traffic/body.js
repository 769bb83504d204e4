// A body: as a tree where it is JSON, as text, or as bytes; the beginning first, the rest when it is asked for.

import { h, put } from "../core/dom.js";
import { set } from "../grid/cell.js";
import { offer } from "../grid/clipboard.js";
import { figures } from "../grid/words.js";
import { jsonTree } from "./tree.js";

const NAMES = { tree: "Tree", text: "Text", hex: "Hex" };

export class Body {
  shown = null; // what was shown last
  form = null; // what somebody has chosen

  /** @param {object} view @param {"request"|"reply"} part */
  constructor(view, part) {
    Object.assign(this, { view, part });
    const choose = (form) => () => this.choose(form);
    this.forms = Object.entries(NAMES).map(([form, name]) => h("button.small", { onclick: choose(form) }, name));
    this.choice = h("span.choice", { role: "group", "aria-label": "Form of the body" }, this.forms);
    this.size = h("span.counts");
    this.note = h("p.note");
    this.more = h("button.small", { onclick: () => this.load({ whole: true }) }, "Show all");
    this.copy = h("button.small", { onclick: () => this.offer() }, "Copy");
    this.content = h("div.body-content", { tabIndex: 0, role: "group", "aria-label": "Body" });
    const bar = h("div.body-bar", h("strong", "Body"), this.size, this.choice, this.more, this.copy);
    this.el = h("div.body-box", bar, this.note, this.content);
  }

  /** Show a body of an exchange. */
  show(id, body) {
    if (id !== this.id) Object.assign(this, { id, form: null, shown: null, isWhole: false });
    // What somebody has asked for since is more than that.
    if (this.shown !== null && this.isWhole) return;
    this.draw(body);
  }

  draw(body) {
    const isSame = JSON.stringify(body) === JSON.stringify(this.shown);
    this.shown = body;
    const tree = body.form === "text" && this.form !== "text" && !isSame ? jsonTree(body.text) : null;
    const isTree = isSame ? this.now === "tree" : tree !== null;
    this.now = body.form === "hex" ? "hex" : isTree ? "tree" : "text";
    this.hasTree = isTree || (body.form === "hex" ? this.hasTree : jsonTree(body.text) !== null);
    const [, size] = [put(this.note, body.note), figures(body.size)];
    put(this.size, body.shown < body.size ? `${figures(body.shown)} of ${size} bytes` : `${size} bytes`);
    this.note.hidden = !body.note;
    this.more.hidden = body.shown >= body.size || this.isWhole;
    this.copy.hidden = this.choice.hidden = body.size === 0;
    this.forms.forEach((button, index) => {
      const form = Object.keys(NAMES)[index];
      set(button, "aria-pressed", String(form === this.now));
      button.hidden = form === "tree" && !this.hasTree;
    });
    this.content.hidden = body.size === 0;
    if (isSame) return;
    this.content.replaceChildren(tree ?? h(`pre.as-${body.form}`, h("bdi", body.text)));
  }

  choose(form) {
    if (form === this.now) return;
    this.form = form;
    const isText = this.shown.form === "text";
    if (isText && form !== "hex") {
      const { shown } = this;
      this.shown = null;
      this.draw(shown);
    } else this.load({ form: form === "hex" ? "hex" : "text" });
  }

  async load({ form = this.shown.form, whole = this.isWhole }) {
    const { id, view, part } = this;
    const body = await view.store.read({ type: "body", id, part, form, whole });
    if (id !== this.id || !view.isDone(body)) return;
    this.isWhole = whole;
    this.draw(body);
  }

  offer() {
    offer(this.view, this.shown.text, "copied what is shown");
  }
}
