/** Editors of single values: text, a choice, and anything else as the JSON that it is. */
import { count } from "../core/counting.js";
import { h } from "../core/dom.js";
import { read, write } from "../core/json.js";
import { Part, Slot, newId } from "./part.js";

/** A string, with its counter. */
export class TextEditor extends Part {
  /**
   * @param {import("./part.js").Builder} builder
   * @param {object} above
   * @param {string | number} key
   * @param {{ label: string, min?: number, max?: number, long?: boolean, format?: string }} field
   * @param {{ labelId: string, slot?: Slot, placeholder?: string }} how `slot`: one that several fields share.
   */
  constructor(builder, above, key, field, { labelId, slot, placeholder = "" }) {
    super(builder, above, key);
    this.field = field;
    this.shared = slot !== undefined;
    this.slot = slot ?? new Slot(builder);
    const id = newId();
    this.input = h(field.long ? "textarea" : "input", {
      class: "cbn-input",
      id,
      rows: field.long ? 1 : undefined,
      type: field.long ? undefined : "text",
      placeholder,
      spellcheck: field.format === undefined,
      autocomplete: "off",
      aria: {
        labelledby: [...above.names(), labelId].join(" "),
        describedby: `${this.slot.id} ${this.slot.id}-count`,
        required: String(field.min > 0),
      },
      on: { input: () => this.put(this.input.value, { typing: true }), focus: () => this._selected() },
    });
    this.el = this.shared ? this.input : h("div", { class: "cbn-field" }, this.input, this.slot.el);
    this.counted = null;
  }

  accepts(value) {
    return value === undefined || typeof value === "string";
  }

  update(value) {
    this.value = value;
    const text = value ?? "";
    if (this.input.value !== text) this.input.value = text;
    this.counted = this.field.max === undefined ? null : count(text, this.field);
    if (!this.shared) this.slot.count(counterText(this.counted), this.counted?.state);
  }

  show(findings) {
    const found = findings.get(this.pointer()) ?? [];
    this.found = found;
    const worst = found.find((finding) => !finding.maybe && finding.severity === "error");
    setAria(this.input, "invalid", worst ? "true" : null);
    this.input.classList.toggle("cbn-has-error", Boolean(worst));
    this.input.classList.toggle("cbn-has-warning", !worst && found.some((finding) => finding.severity === "warning"));
    if (!this.shared) this.slot.show(found);
  }

  focus() {
    this.input.focus();
  }

  _selected() {
    this.builder.store.select(this.pointer(), this);
  }
}

/** One of a few words. */
export class ChoiceEditor extends Part {
  constructor(builder, above, key, field, { labelId }) {
    super(builder, above, key);
    this.field = field;
    this.el = h("select", {
      class: "cbn-input cbn-choice",
      aria: { labelledby: [...above.names(), labelId].join(" ") },
      on: {
        change: () => this.put(this.el.value),
        focus: () => builder.store.select(this.pointer(), this),
      },
    });
  }

  accepts(value) {
    return value === undefined || typeof value === "string";
  }

  update(value) {
    this.value = value;
    const { choices } = this.field;
    const all = value === undefined || !choices.includes(value) ? [value ?? "", ...choices] : choices;
    if (this.el.options.length !== all.length) {
      this.el.replaceChildren(...all.map((choice) => h("option", { value: choice, text: choice || "choose" })));
    }
    this.el.value = value ?? "";
  }

  show(findings) {
    this.found = findings.get(this.pointer()) ?? [];
    setAria(this.el, "invalid", this.found.some((finding) => finding.severity === "error") ? "true" : null);
  }

  focus() {
    this.el.focus();
  }
}

/** Any value as JSON: what no other editor can show without losing something. */
export class RawEditor extends Part {
  constructor(builder, above, key, { labelId, note }) {
    super(builder, above, key);
    this.slot = new Slot(builder);
    this.draft = false;
    this.input = h("textarea", {
      class: "cbn-input cbn-code",
      rows: 2,
      spellcheck: false,
      aria: { labelledby: [...above.names(), labelId].join(" "), describedby: this.slot.id },
      on: { input: () => this._typed(), focus: () => builder.store.select(this.pointer(), this) },
    });
    this.el = h("div", { class: "cbn-field" }, h("div", { class: "cbn-note", text: note }), this.input, this.slot.el);
  }

  update(value) {
    if (value === this.value) return;
    this.value = value;
    this.draft = false;
    this.input.value = write(value === undefined ? null : value).text;
    this.slot.count("");
  }

  show(findings) {
    const pointer = this.pointer();
    const found = [];
    for (const [place, some] of findings) if (place === pointer || place.startsWith(`${pointer}/`)) found.push(...some);
    if (!this.draft) this.slot.show(found);
  }

  _typed() {
    const parsed = read(this.input.value);
    this.draft = !parsed.ok;
    if (parsed.ok) {
      this.slot.show([]);
      this.value = parsed.value;
      this.put(parsed.value, { typing: true });
    } else {
      const message = `line ${parsed.line}, column ${parsed.column}: ${parsed.message}`;
      this.slot.show([{ pointer: "", code: "not_json", severity: "error", message }]);
    }
  }
}

/** @param {{ points: number, units: number, max: number, state: string } | null} counted */
export function counterText(counted) {
  if (!counted) return "";
  const units = counted.units === counted.points ? "" : ` · ${counted.units} UTF-16 units`;
  return `${counted.points} / ${counted.max}${units}`;
}

/** Set or take away an aria attribute. */
export function setAria(element, name, value) {
  if (value === null) element.removeAttribute(`aria-${name}`);
  else if (element.getAttribute(`aria-${name}`) !== value) element.setAttribute(`aria-${name}`, value);
}

