/** The card of one response: what it is, its delay, its fields, and what moves, copies and deletes it. */
import { h } from "../core/dom.js";
import { newButton, newElement } from "../core/mends.js";
import { at, isObject, remove } from "../core/pointer.js";
import { buttonPart, rawEntry } from "./buttons.js";
import { ChoiceEditor, TextEditor, setAria } from "./fields.js";
import { List } from "./list.js";
import { Fields } from "./object.js";
import { Part, Slot, newId } from "./part.js";

export class ResponseCard extends Part {
  /**
   * @param {import("./part.js").Builder} builder
   * @param {List} above
   * @param {number} key
   * @param {string} type
   */
  constructor(builder, above, key, type) {
    super(builder, above, key);
    this.type = type;
    this.nameId = newId();
    const { label, fields } = builder.form.responses[type];
    this.number = h("span", { class: "cbn-number" });
    this.name = h("h4", { class: "cbn-name", id: this.nameId }, this.number, ` ${label}`);
    this.grip = h("span", { class: "cbn-grip", text: "⠿", title: "Drag to move", draggable: true, aria: { hidden: "true" } });
    this.delay = new Delay(builder, this);
    this.slot = new Slot(builder);
    this.body = new Fields(builder, this, null, { fields, other: ["type", "delay"], editor: editorFor });
    this.body.pointer = () => this.pointer();
    this.el = h("section", { class: "cbn-card", aria: { labelledby: this.nameId } });
    const head = h("div", { class: "cbn-card-head" }, this.grip, this.name, this.delay.el, above.controls(this, { copy: true }));
    this.el.append(head, h("div", { class: "cbn-card-slot" }, this.slot.el), this.body.el);
  }

  accepts(value) {
    return isObject(value) && value.type === this.type;
  }

  get inner() {
    return [this.delay, this.body];
  }

  update(value) {
    if (value === this.value) return;
    this.value = value;
    this.delay.update(value.delay);
    this.body.update(value);
  }

  placed(index) {
    this.number.textContent = `${index + 1}`;
  }

  show(findings) {
    super.show(findings);
    const pointer = this.pointer();
    this.slot.show(["", "/type", "/delay"].flatMap((below) => findings.get(pointer + below) ?? []));
    const worst = worstBelow(findings, pointer);
    this.el.classList.toggle("cbn-has-error", worst === "error");
    this.el.classList.toggle("cbn-has-warning", worst === "warning");
  }

  focus() {
    this.body.focus();
  }
}

/** How long the bot seems to type before a response. */
class Delay extends Part {
  constructor(builder, above) {
    super(builder, above, "delay");
    const labelId = newId();
    const { min, max, default: usual } = builder.form.delay;
    this.input = h("input", {
      class: "cbn-input cbn-delay-input",
      type: "text",
      inputmode: "numeric",
      placeholder: String(usual),
      title: `${min} to ${max} milliseconds; ${usual} if left empty`,
      aria: { labelledby: [...above.names(), labelId].join(" ") },
      on: { input: () => this._typed(), focus: () => builder.store.select(this.pointer(), this) },
    });
    this.el = h("label", { class: "cbn-delay-field" }, h("span", { id: labelId, text: "delay" }), this.input, h("span", { text: "ms" }));
  }

  update(value) {
    const text = value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value);
    if (this._meant(this.input.value) !== value) this.input.value = text;
  }

  show(findings) {
    const found = findings.get(this.pointer()) ?? [];
    setAria(this.input, "invalid", found.some((finding) => finding.severity === "error") ? "true" : null);
  }

  _typed() {
    const { store } = this.builder;
    const value = this._meant(this.input.value);
    if (value !== undefined) this.put(value, { typing: true });
    else if (at(store.doc, this.pointer()) !== undefined) store.edit(remove(store.doc, this.pointer()), { field: this.pointer() });
  }

  /** What is no number stays the text that it is: a finding says so. */
  _meant(text) {
    const digits = text.trim();
    return digits === "" ? undefined : /^-?\d+(\.\d+)?$/.test(digits) ? Number(digits) : text;
  }
}

/** One card of a gallery. */
class ElementPart extends Fields {
  constructor(builder, above, key, fields) {
    super(builder, above, key, { fields, editor: editorFor });
    this.nameId = newId();
    this.name = h("span", { class: "cbn-element-name", id: this.nameId });
    this.slot = new Slot(builder);
    this.el = h("div", { class: "cbn-element" });
    this.el.append(h("div", { class: "cbn-element-head" }, this.name, this.slot.el, above.controls(this, { copy: true })), this.body);
  }

  placed(index, count) {
    this.name.textContent = `Element ${index + 1} of ${count}`;
  }

  show(findings) {
    super.show(findings);
    this.slot.show(findings.get(this.pointer()) ?? []);
  }
}

/** @returns {Part} The part for one entry of `responses`. */
export function responsePart(list, index, value) {
  const { builder } = list;
  if (isObject(value) && Object.hasOwn(builder.form.responses, value.type)) {
    return new ResponseCard(builder, list, index, value.type);
  }
  const part = rawEntry(list, index, "not a response as documented; shown as JSON");
  part.el.classList.add("cbn-card");
  return part;
}

/** The editor that a field asks for. */
function editorFor(above, field, labelId) {
  const { builder } = above;
  const { form } = builder;
  const text = (list, index) => new TextEditor(builder, list, index, field, { labelId });
  const lists = {
    texts: { noun: "message", make: (list, index, value) => textEntry(list, index, value, text), create: () => "" },
    buttons: { noun: "button", make: (list, index, value) => buttonPart(list, index, value, field.types), create: () => newButton(form, "postback") },
    elements: { noun: "element", make: (list, index, value) => elementPart(list, index, value, field), create: () => newElement(form) },
  };
  const how = lists[field.kind];
  if (how) return new List(builder, above, field.key, { ...how, entries: field.entries });
  if (field.kind === "choice") return new ChoiceEditor(builder, above, field.key, field, { labelId });
  return new TextEditor(builder, above, field.key, field, { labelId });
}

function textEntry(list, index, value, make) {
  if (typeof value !== "string") return rawEntry(list, index, "not a text; shown as JSON");
  const part = make(list, index);
  const field = part.el;
  part.el = h("div", { class: "cbn-entry cbn-text-entry" }, field);
  part.el.append(list.controls(part));
  return part;
}

function elementPart(list, index, value, field) {
  if (!isObject(value)) return rawEntry(list, index, "not an element as documented; shown as JSON");
  return new ElementPart(list.builder, list, index, field.fields);
}

/** @returns {"error" | "warning" | null} The worst that was found at a place or below it. */
function worstBelow(findings, pointer) {
  let worst = null;
  for (const [place, found] of findings) {
    if (place !== pointer && !place.startsWith(`${pointer}/`)) continue;
    if (found.some((finding) => finding.severity === "error" && !finding.maybe)) return "error";
    if (found.some((finding) => finding.severity === "warning" && !finding.maybe)) worst = "warning";
  }
  return worst;
}

