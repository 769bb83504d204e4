// A button of a response on one row: its type, title, value and, for a webview, its height.

import { h } from "../core/dom.js";
import { entryOf } from "../core/pointer.js";
import { ChoiceEditor, TextEditor, counterText } from "./fields.js";
import { Part, Slot } from "./part.js";

export function fitsRow(value, { buttons }) {
  const kind = entryOf(buttons, value);
  const keys = ["type", ...(kind?.fields ?? []).map(({ key }) => key)];
  return Boolean(kind) && Object.entries(value).every(([key, entry]) => keys.includes(key) && typeof entry === "string");
}

export class ButtonRow extends Part {
  constructor(list, key, { type }, types) {
    super(list, key, h("span"));
    this.type = type;
    this.slot = new Slot(this.builder);
    const editorOf = (field) => {
      if (field.kind === "choice") return new ChoiceEditor(this, field.key, field);
      return new TextEditor(this, field.key, field, { isInline: true, placeholder: field.label });
    };
    this.parts = [new TypeChoice(this, types), ...this.builder.form.buttons[type].fields.map(editorOf)];
    const words = h("div.word", this.label, this.parts.map((part) => part.label));
    const row = h("div.button", words, this.parts.map((part) => part.el), list.controls(this));
    this.el = h("div.entry", row, this.slot.el);
  }

  accepts(value) {
    return fitsRow(value, this.builder.form) && value.type === this.type;
  }

  update(value) {
    this.value = value;
    for (const part of this.parts) part.update(value[part.key]);
    const counted = this.parts.filter((part) => part.counted);
    const states = counted.map((part) => part.counted.state);
    const text = counted.map((part) => `${part.field.label.toLowerCase()} ${counterText(part.counted)}`).join(" · ");
    this.slot.count(text, ["over", "under", "wide", "near"].find((state) => states.includes(state)));
  }

  placed(index) {
    this.label.textContent = `Button ${index + 1}`;
  }

  focus() {
    this.parts[1].focus();
  }
}

/** Makes it a button of another type; title and value stay. */
class TypeChoice extends ChoiceEditor {
  constructor(row, choices) {
    super(row, "type", { label: "Type", choices, nameOf: (type) => row.builder.form.buttons[type].label });
  }

  put(type) {
    const { above: list, key, value } = this.above;
    const { height, ...others } = value;
    const choice = this.builder.form.buttons[type].fields.find((field) => field.kind === "choice");
    const more = choice ? { [choice.key]: height ?? choice.default } : {};
    this.above.put({ ...others, type, ...more }, `now a ${type} button`);
    list.parts[key].parts[0].focus();
  }
}
