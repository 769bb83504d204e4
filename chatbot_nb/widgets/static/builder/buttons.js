/** A button of a response on one row: its type, title, value and, for a webview, its height. */
import { h } from "../core/dom.js";
import { isObject } from "../core/pointer.js";
import { ChoiceEditor, RawEditor, TextEditor, counterText } from "./fields.js";
import { Part, Slot, newId } from "./part.js";

export class ButtonRow extends Part {
  /**
   * @param {import("./part.js").Builder} builder
   * @param {import("./list.js").List} above
   * @param {number} key
   * @param {{ type: string, types: string[] }} how
   */
  constructor(builder, above, key, { type, types }) {
    super(builder, above, key);
    this.type = type;
    this.slot = new Slot(builder);
    this.nameId = newId();
    this.head = h("span", { id: this.nameId });
    this.words = h("div", { class: "cbn-word" }, this.head);
    const labels = builder.form.buttons;
    this.kind = h(
      "select",
      {
        class: "cbn-input cbn-choice",
        aria: { label: "Type of button" },
        on: { change: () => this._turn(this.kind.value), focus: () => builder.store.select(this.pointer(), this) },
      },
      types.map((each) => h("option", { value: each, text: labels[each].label })),
    );
    if (!types.includes(type)) this.kind.append(h("option", { value: type, text: `${labels[type].label} (not here)` }));
    this.kind.value = type;
    this.parts = labels[type].fields.map((field) => this._editor(field));
    const row = h("div", { class: "cbn-button" }, this.words, this.kind, this.parts.map((part) => part.el));
    this.el = h("div", { class: "cbn-entry" }, row, this.slot.el);
    row.append(above.controls(this));
  }

  accepts(value) {
    return isObject(value) && value.type === this.type && Object.keys(value).every((key) => key === "type" || this.parts.some((part) => part.key === key && part.accepts(value[key])));
  }

  get inner() {
    return this.parts;
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
    this.head.textContent = `Button ${index + 1}`;
  }

  show(findings) {
    super.show(findings);
    const own = ["", "/type"].flatMap((below) => findings.get(this.pointer() + below) ?? []);
    this.slot.show([...own, ...this.parts.flatMap((part) => part.found)]);
  }

  focus() {
    this.parts[0].focus();
  }

  _editor(field) {
    const labelId = newId();
    this.words.append(h("span", { id: labelId, text: field.label }));
    if (field.kind === "choice") return new ChoiceEditor(this.builder, this, field.key, field, { labelId });
    return new TextEditor(this.builder, this, field.key, field, { labelId, slot: this.slot, placeholder: field.label });
  }

  /** Make it a button of another type; title and value stay. */
  _turn(type) {
    const { type: _, height, ...others } = this.value;
    const choice = this.builder.form.buttons[type].fields.find((field) => field.kind === "choice");
    const more = choice ? { [choice.key]: height ?? choice.default } : {};
    this.put({ type, ...others, ...more }, { say: `now a ${type} button` });
    this.above.parts[this.key]?.kind?.focus();
  }
}

/**
 * @param {import("./list.js").List} list
 * @param {number} index
 * @param {unknown} value
 * @param {string[]} types Those that may stand here.
 * @returns {Part} A row, or JSON for what is no button that could be one.
 */
export function buttonPart(list, index, value, types) {
  const { builder } = list;
  if (isObject(value) && Object.hasOwn(builder.form.buttons, value.type)) {
    const row = new ButtonRow(builder, list, index, { type: value.type, types });
    if (row.accepts(value)) return row;
  }
  return rawEntry(list, index, "not a button as documented; shown as JSON");
}

/**
 * An entry of a list that no editor fits.
 *
 * @param {import("./list.js").List} list
 * @param {number} index
 * @param {string} note
 */
export function rawEntry(list, index, note) {
  const labelId = newId();
  const part = new RawEditor(list.builder, list, index, { labelId, note });
  part.el = h("div", { class: "cbn-entry cbn-raw" }, h("span", { class: "cbn-word", id: labelId, text: list.noun }), part.el);
  part.el.append(list.controls(part));
  part.accepts = (value) => !isObject(value);
  // What was put right gets its editor once nobody types in it any more.
  part.input.addEventListener("change", () => list.renew(part));
  return part;
}
