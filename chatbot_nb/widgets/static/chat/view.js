// The preview together with a choice of samples: what stands by itself, in a notebook or on a page.

import { h } from "../core/dom.js";
import { el } from "./nodes.js";
import { Preview } from "./preview.js";

export class View {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.preview = new Preview();
    this._samples = [];
    this._select = el("select", "tool", { on: { change: () => this._update() } });
    this._line = el("label", "samples", { hidden: true }, "Sample ", this._select);
    this.preview.el.prepend(this._line);
    root.append(this.preview.el);
  }

  /** @param {{payload: *, findings?: object[], samples?: object[]}} given */
  show({ payload, findings = [], samples = [] }) {
    this._given = { payload, findings };
    if (samples !== this._samples) this._offer(samples);
    this._update();
  }

  _offer(samples) {
    const chosen = this._samples.length ? this._select.value : "0";
    const options = samples.map((sample, index) => h("option", { value: String(index), text: nameOf(sample, index) }));
    this._samples = samples;
    this._select.replaceChildren(...options, h("option", { value: "", text: "no sample" }));
    this._select.value = chosen === "" || chosen in samples ? chosen : samples.length ? "0" : "";
    this._line.hidden = samples.length === 0;
  }

  _update() {
    const sampleIndex = this._select.value ? Number(this._select.value) : null;
    this.preview.update({ ...this._given, sample: this._samples[sampleIndex] ?? null, sampleIndex });
  }
}

/** What a person knows a sample by: its number and the first of its values. */
function nameOf(sample, index) {
  const values = Object.values(sample).slice(0, 3).map((value) => String(value).slice(0, 24));
  return `${index + 1}: ${values.join(" · ")}`;
}
