// The reply taken away as code; what is Python is started and verified, too.

import { h, put } from "../core/dom.js";
import { copyButton } from "./copy.js";

const TARGETS = {
  reply: "Python, as cb.Reply",
  python: "Backend: Python alone",
  flask: "Backend: Flask",
  fastapi: "Backend: FastAPI",
  express: "Backend: Express",
  php: "Backend: PHP",
  curl: "Request: curl",
};
const VERIFIED = ["python", "flask", "fastapi"];
const MARKS = { ok: "✓", failed: "✗", running: "…", skipped: "–" };

export class Code {
  title = "Code";

  constructor({ store, sync }) {
    Object.assign(this, { store, sync });
    const options = Object.entries(TARGETS).map(([value, text]) => h("option", { value }, text));
    this.target = h("select.input choice", { "aria-label": "Export as", onchange: () => this.ask() }, options);
    this.note = h("span.note", { role: "status" });
    this.code = h("pre.code source", { tabindex: 0, "aria-label": "Code" });
    this.verifier = h("button", { onclick: () => this.verify() }, "Start and verify");
    this.steps = h("ol.steps", { "aria-live": "polite" });
    const actions = h("div.actions", this.target, copyButton(this.code, this.note), this.verifier, this.note);
    this.el = h("div.pane", actions, this.steps, this.code);
  }

  refresh() {
    if (this.store.doc !== this.doc) this.ask();
  }

  ask() {
    const target = this.target.value;
    this.doc = this.store.doc;
    this.verifier.hidden = !VERIFIED.includes(target);
    this.steps.replaceChildren();
    this.sync.ask({ type: "export", target }, ({ code, message }) => {
      if (target === this.target.value && code !== undefined) put(this.code, code);
      put(this.note, message ?? "");
      return true;
    });
  }

  verify() {
    this.verifier.disabled = true;
    this.sync.ask({ type: "verify", target: this.target.value }, ({ steps = [], done }) => {
      this.steps.replaceChildren(...steps.map(step));
      this.verifier.disabled = !done;
      return Boolean(done);
    });
  }
}

function step({ name, state, detail }) {
  const words = `${name}: ${state}${detail ? `. ${detail}` : ""}`;
  return h(`li.step step-${state}`, h("span.mark", MARKS[state]), h("span", words));
}
