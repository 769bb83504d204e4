// Values that fill the placeholders: kept beside the reply, never part of it.

import { h, icon } from "../core/dom.js";
import { namesIn } from "../core/placeholders.js";

const ROWS = "Each row is a user. The reply is checked as each of them would see it.";
const NONE = "Write {{name}} in a text, and each sample gives it a value: an attribute of the user or of the chat.";

export class Samples {
  title = "Samples";
  el = h("div.pane");

  constructor({ store }) {
    this.store = store;
  }

  get count() {
    return this.store.samples.length;
  }

  refresh() {
    const { doc, samples, sample } = this.store;
    const names = [...new Set([...namesIn(doc), ...samples.flatMap(Object.keys)])];
    const shape = JSON.stringify([names, samples.length, sample]);
    const isTyped = this.el.contains(document.activeElement);
    if (shape === this.shape && (isTyped || samples === this.samples)) return;
    Object.assign(this, { shape, samples });
    const table = samples.length > 0 && this.table(names);
    const add = h("button.add", { onclick: () => this.add(names) }, "+ Sample");
    this.el.replaceChildren(...[h("p.note", names.length ? ROWS : NONE), table, add].filter(Boolean));
  }

  table(names) {
    const head = h("tr", ["Shown", ...names].map((name) => h("th", { scope: "col" }, name)), h("td"));
    const rows = this.samples.map((_, row) => {
      const cells = [this.chooser(row), ...names.map((name) => this.input(row, name)), this.away(row)];
      return h("tr", cells.map((cell) => h("td", cell)));
    });
    return h("table.samples", h("thead", head), h("tbody", rows));
  }

  chooser(row) {
    const { store } = this;
    const onchange = () => store.choose(store.sample === row ? null : row);
    const props = { type: "checkbox", checked: store.sample === row, onchange };
    return h("input", { ...props, "aria-label": `Show the chat of sample ${row + 1}` });
  }

  input(row, name) {
    const { store } = this;
    const oninput = ({ target: { value } }) => {
      const { [name]: _, ...others } = store.samples[row];
      store.setSamples(store.samples.with(row, value === "" ? others : { ...others, [name]: value }));
    };
    const names = { placeholder: "no value", "aria-label": `${name} of sample ${row + 1}` };
    return h("input.input", { value: String(store.samples[row][name] ?? ""), ...names, oninput });
  }

  away(row) {
    const remove = () => this.store.setSamples(this.store.samples.toSpliced(row, 1));
    return icon("✕", `Delete sample ${row + 1}`, remove);
  }

  add(names) {
    const { store } = this;
    store.setSamples([...store.samples, Object.fromEntries(names.map((name) => [name, ""]))]);
    store.choose(store.samples.length - 1);
    this.el.querySelector("tbody tr:last-child .cbn-input")?.focus();
  }
}
