// Editors of single values: a text, a delay, a choice, and anything else as the JSON that it is.

import { count } from "../core/counting.js";
import { h } from "../core/dom.js";
import { read, write } from "../core/json.js";
import { Part, Slot } from "./part.js";

/** A string, with its counter. */
export class TextEditor extends Part {
  /** @param {boolean} [isInline] what is found is told by the part above */
  constructor(above, key, field, { isInline, label = h("div.label", field.label), tag, ...props } = {}) {
    super(above, key, label);
    this.field = field;
    if (!isInline) this.slot = new Slot(this.builder);
    this.makeInput(tag ?? (field.long ? "textarea" : "input"), {
      rows: field.long ? 1 : null,
      spellcheck: !field.format,
      autocomplete: "off",
      "aria-required": field.min > 0,
      oninput: () => this.put(this.meant(this.input.value), "", true),
      ...props,
    });
    this.el = isInline ? this.input : h("div.field", this.input, this.slot.el);
  }

  meant(text) {
    return text;
  }

  update(value = undefined) {
    const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
    if (this.meant(this.input.value) !== value) this.input.value = text;
    this.counted = this.field.max === undefined ? null : count(text, this.field);
    this.slot?.count(counterText(this.counted), this.counted?.state);
  }
}

export class Delay extends TextEditor {
  constructor(card) {
    const { min, max, default: usual } = card.builder.form.delay;
    super(card, "delay", { label: "delay" }, {
      isInline: true,
      tag: "input.delay-input",
      inputmode: "numeric",
      placeholder: usual,
      title: `${min} to ${max} milliseconds; ${usual} if left empty`,
    });
    this.el = h("label.delay-field", this.label, this.input, h("span", "ms"));
  }

  accepts() {
    return true;
  }

  /** What is no number stays the text that it is: a finding says so. */
  meant(text) {
    const digits = text.trim();
    return digits === "" ? undefined : /^-?\d+(\.\d+)?$/.test(digits) ? Number(digits) : text;
  }
}

export class ChoiceEditor extends Part {
  constructor(above, key, field) {
    super(above, key, h("div.label", field.label));
    this.field = field;
    this.el = this.makeInput("select.choice", { onchange: () => this.put(this.input.value) });
  }

  update(value = "") {
    const { choices, nameOf = String } = this.field;
    const all = choices.includes(value) ? choices : [value, ...choices];
    const texts = all.map((choice) => nameOf(choice) + (choices.includes(choice) ? "" : " (not here)"));
    if (texts.join() !== this.texts) {
      this.texts = texts.join();
      const options = all.map((choice, index) => h("option", { value: choice }, choice ? texts[index] : "choose"));
      this.input.replaceChildren(...options);
    }
    this.input.value = value;
  }
}

/** Any value as JSON: what no other editor can show without losing something. */
export class RawEditor extends Part {
  isTyped = false;

  /** @param {(value: *) => boolean} [fits] whether another editor shows a value, once nobody types it here */
  constructor(above, key, label, note, fits = () => false) {
    super(above, key, label);
    this.fits = fits;
    this.slot = new Slot(this.builder);
    this.makeInput("textarea.code", {
      rows: 2,
      spellcheck: false,
      oninput: () => this.typed(),
      onchange: () => {
        this.isTyped = false;
        this.above.renew();
      },
    });
    this.el = h("div.field", h("div.note", note), this.input, this.slot.el);
  }

  accepts(value) {
    return this.isTyped || !this.fits(value);
  }

  update(value) {
    if (value === this.value) return;
    Object.assign(this, { value, isTyped: false, problem: null });
    this.input.value = write(value).text;
  }

  found(findings) {
    const pointer = this.pointer();
    const isHere = (place) => place === pointer || place.startsWith(`${pointer}/`);
    return [...findings].flatMap(([place, found]) => (isHere(place) ? found : []));
  }

  typed() {
    const { ok, value, line, column, message } = read(this.input.value);
    this.isTyped = true;
    const told = `line ${line}, column ${column}: ${message}`;
    this.problem = ok ? null : [{ pointer: "", code: "not_json", severity: "error", message: told }];
    if (!ok) {
      this.slot.show(this.problem);
      return;
    }
    this.value = value;
    this.put(value, "", true);
  }
}

export function counterText(counted) {
  if (!counted) return "";
  const units = counted.units === counted.points ? "" : ` · ${counted.units} UTF-16 units`;
  return `${counted.points} / ${counted.max}${units}`;
}
