// Objects as their fields: a response's card and an element of a gallery.

import { h, icon, put, reconcile, word } from "../core/dom.js";
import { newButton, newElement } from "../core/mends.js";
import { entryOf, isObject } from "../core/pointer.js";
import { ButtonRow, fitsRow } from "./buttons.js";
import { ChoiceEditor, Delay, RawEditor, TextEditor } from "./fields.js";
import { List } from "./list.js";
import { Part, Slot } from "./part.js";

/** An object: the fields that the documentation names by editors of their own, all others as JSON. */
class Fields extends Part {
  constructor(list, key, label, fields, hidden = []) {
    super(list, key, label);
    this.fields = fields;
    this.known = new Set([...hidden, ...fields.map((field) => field.key)]);
    this.slot = new Slot(this.builder);
    this.body = h("div.fields");
  }

  accepts(value) {
    return isObject(value);
  }

  update(value) {
    if (value === this.value) return;
    this.value = value;
    const others = Object.keys(value).filter((key) => !this.known.has(key));
    const fields = [...this.fields, ...others.map((key) => ({ key, label: key, kind: "other" }))];
    this.parts = fields.map((field) => {
      const entry = Object.hasOwn(value, field.key) ? value[field.key] : undefined;
      const old = this.parts.find((part) => part.key === field.key);
      const part = old?.accepts(entry) ? old : this.partOf(field, entry);
      part.update(entry);
      return part;
    });
    reconcile(this.body, this.parts.map((part) => part.row));
  }

  /** The editor of a field with its label; JSON where its value is not what belongs there. */
  partOf(field, value) {
    const { key, kind, label } = field;
    const isList = Boolean(field.entries);
    const fits = (entry) => entry === undefined || (isList ? Array.isArray(entry) : typeof entry === "string");
    const raw = (note, editor) => new RawEditor(this, key, h("div.label", label), note, editor);
    const away = () => part.put(undefined, `${key} deleted`);
    let part;
    if (kind === "other") part = raw("not documented; kept as it is");
    else if (!fits(value)) part = raw("not what belongs here; shown as JSON", fits);
    else if (isList) part = new List(this, key, entriesOf(field, this.builder.form), field);
    else if (kind === "choice") part = new ChoiceEditor(this, key, field);
    else part = new TextEditor(this, key, field);
    const controls = kind === "other" && icon("✕", `Delete ${key}`, away);
    part.row = h(`div.field-row row-${kind}`, part.label, part.el, controls);
    return part;
  }
}

function entriesOf(field, form) {
  const kinds = {
    texts: {
      noun: "message",
      fits: (value) => typeof value === "string",
      make: (list, key) => textEntry(list, key, field),
      create: () => "",
    },
    buttons: {
      noun: "button",
      fits: (value) => fitsRow(value, form),
      make: (list, key, value) => new ButtonRow(list, key, value, field.types),
      create: () => newButton(form, "postback"),
    },
    elements: {
      noun: "element",
      fits: isObject,
      make: (list, key) => new ElementPart(list, key, field.fields),
      create: () => newElement(form),
      copies: true,
    },
  };
  return kinds[field.kind];
}

function textEntry(list, key, field) {
  const part = new TextEditor(list, key, field, { label: word() });
  part.el = h("div.entry text-entry", part.label, part.el, list.controls(part));
  part.placed = (index) => put(part.label, `Message ${index + 1}`);
  return part;
}

class ElementPart extends Fields {
  constructor(list, key, fields) {
    super(list, key, h("span.element-name"), fields);
    const head = h("div.element-head", this.label, this.slot.el, list.controls(this));
    this.el = h("div.element", head, this.body);
  }

  placed(index, count) {
    this.label.textContent = `Element ${index + 1} of ${count}`;
  }
}

/** The card of one response: what it is, its delay, its fields, and what moves, copies and deletes it. */
class ResponseCard extends Fields {
  constructor(list, key, { type }) {
    const { label, fields } = list.builder.form.responses[type];
    const number = h("span.number");
    super(list, key, h("h4.name", number, ` ${label}`), [{ key: "delay" }, ...fields], ["type"]);
    this.type = type;
    this.number = number;
    this.parts = [new Delay(this)];
    const head = h("div.card-head", this.grip(), this.label, this.parts[0].el, list.controls(this));
    this.el = h(
      "section.card",
      { "aria-labelledby": this.label.id, ...this.dropping() },
      head,
      h("div.card-slot", this.slot.el),
      this.body,
    );
  }

  accepts(value) {
    return isObject(value) && value.type === this.type;
  }

  placed(index) {
    this.number.textContent = `${index + 1}`;
  }

  found(findings) {
    return [...super.found(findings), ...(findings.get(`${this.pointer()}/type`) ?? [])];
  }

  /** What the card is moved by with the mouse; buttons and keys do the same. */
  grip() {
    const ondragstart = ({ dataTransfer }) => {
      this.above.dragged = this;
      dataTransfer.effectAllowed = "move";
      dataTransfer.setData("text/plain", "");
      dataTransfer.setDragImage(this.el, 16, 16);
    };
    const ondragend = () => (this.above.dragged = null);
    const props = { draggable: true, title: "Drag to move", "aria-hidden": "true", ondragstart, ondragend };
    return h("span.grip", props, "⠿");
  }

  dropping() {
    const mark = (isOver) => this.el.classList.toggle("cbn-drop", isOver);
    return {
      ondragover: (event) => {
        const { dragged } = this.above;
        if (!dragged) return;
        event.preventDefault();
        mark(dragged !== this);
      },
      ondragleave: () => mark(false),
      ondrop: (event) => {
        mark(false);
        if (!this.above.dragged) return;
        event.preventDefault();
        this.above.moveTo(this.above.dragged.key, this.key);
      },
    };
  }
}

export function responsesOf({ responses }) {
  return {
    noun: "response",
    fits: (value) => Boolean(entryOf(responses, value)),
    make: (list, key, value) => new ResponseCard(list, key, value),
    copies: true,
    more: "card",
  };
}
