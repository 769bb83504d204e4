// The preview together with a choice of samples: what stands by itself, in a notebook or on a page.

import { el, h } from "../core/dom.js";
import { Preview } from "./preview.js";

export class View {
  samples = [];
  preview = new Preview();

  constructor(root) {
    this.choice = el("select.tool", { onchange: () => this.update() });
    this.line = el("label.samples", { hidden: true }, "Sample ", this.choice);
    this.preview.el.prepend(this.line);
    root.append(this.preview.el);
  }

  show({ payload, findings = [], samples = [] }) {
    this.given = { payload, findings };
    if (samples !== this.samples) this.offer(samples);
    this.update();
  }

  offer(samples) {
    const chosen = this.samples.length ? this.choice.value : "0";
    this.samples = samples;
    offerSamples(this.choice, samples);
    this.choice.value = chosen === "" || chosen in samples ? chosen : samples.length ? "0" : "";
    this.line.hidden = samples.length === 0;
  }

  update() {
    const { value } = this.choice;
    const sampleIndex = value ? Number(value) : null;
    this.preview.update({ ...this.given, sample: this.samples[sampleIndex] ?? null, sampleIndex });
  }
}

/** Offer samples in a select, by their numbers and the first of their values. */
export function offerSamples(select, samples) {
  const options = samples.map((sample, index) => {
    const values = Object.values(sample).slice(0, 3).map((value) => String(value).slice(0, 24));
    return h("option", { value: index }, `${index + 1}: ${values.join(" · ")}`);
  });
  select.replaceChildren(...options, h("option", { value: "" }, "no sample"));
}
