/** Rows of attributes that fill the placeholders: kept beside the reply, never part of it. */
import { h } from "../core/dom.js";
import { namesIn } from "../core/placeholders.js";

export class Samples {
  /** @param {import("./part.js").Builder} builder */
  constructor(builder) {
    this.builder = builder;
    this.title = "Samples";
    this.el = h("div", { class: "cbn-pane" });
    this._shown = "";
  }

  get count() {
    return this.builder.store.samples.length;
  }

  refresh() {
    const { store } = this.builder;
    const names = [...new Set([...namesIn(store.doc), ...store.samples.flatMap((sample) => Object.keys(sample))])];
    const shape = JSON.stringify([names, store.samples.length, store.sample]);
    if (shape === this._shown && this.el.contains(document.activeElement)) return; // it is being typed in
    if (shape === this._shown && store.samples === this._samples) return;
    this._shown = shape;
    this._samples = store.samples;
    const add = h("button", { class: "cbn-add", type: "button", text: "+ Sample", on: { click: () => this._add(names) } });
    const note = names.length
      ? "Each row is a user. The reply is checked as each of them would see it."
      : "Write {{name}} in a text, and each sample gives it a value: an attribute of the user or of the chat.";
    this.el.replaceChildren(h("p", { class: "cbn-note", text: note }), store.samples.length ? this._table(names) : "", add);
  }

  _table(names) {
    const { store } = this.builder;
    const head = h("tr", {}, h("th", { scope: "col", text: "Shown" }), names.map((name) => h("th", { scope: "col", text: name })), h("td"));
    const rows = store.samples.map((sample, row) => h("tr", {}, this._chooser(row), names.map((name) => this._cell(sample, row, name)), this._away(row)));
    return h("table", { class: "cbn-samples" }, h("thead", {}, head), h("tbody", {}, rows));
  }

  _chooser(row) {
    const { store } = this.builder;
    const toggle = () => store.choose(store.sample === row ? null : row);
    return h("td", {}, h("input", { type: "checkbox", checked: store.sample === row, aria: { label: `Show the chat of sample ${row + 1}` }, on: { change: toggle } }));
  }

  _cell(sample, row, name) {
    const { store } = this.builder;
    const value = sample[name];
    const input = h("input", { class: "cbn-input", type: "text", value: value === null || value === undefined ? "" : String(value), placeholder: "no value", aria: { label: `${name} of sample ${row + 1}` } });
    input.addEventListener("input", () => {
      const { [name]: _, ...others } = store.samples[row];
      store.setSamples(store.samples.with(row, input.value === "" ? others : { ...others, [name]: input.value }));
    });
    return h("td", {}, input);
  }

  _away(row) {
    const { store } = this.builder;
    const click = () => store.setSamples(store.samples.toSpliced(row, 1));
    return h("td", {}, h("button", { class: "cbn-icon", type: "button", text: "✕", title: "Delete sample", aria: { label: `Delete sample ${row + 1}` }, on: { click } }));
  }

  _add(names) {
    const { store } = this.builder;
    store.setSamples([...store.samples, Object.fromEntries(names.map((name) => [name, ""]))]);
    store.choose(store.samples.length - 1);
    this.el.querySelector("tbody tr:last-child input[type=text]")?.focus();
  }
}
