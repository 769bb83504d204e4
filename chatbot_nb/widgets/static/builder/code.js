/** The reply taken away as code; what is Python is started and verified, too. */
import { h } from "../core/dom.js";
import { put } from "./toolbar.js";

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
  /** @param {import("./part.js").Builder} builder */
  constructor(builder) {
    this.builder = builder;
    this.title = "Code";
    const options = Object.entries(TARGETS).map(([value, text]) => h("option", { value, text }));
    this.target = h("select", { class: "cbn-input cbn-choice", aria: { label: "Export as" }, on: { change: () => this._ask() } }, options);
    this.note = h("span", { class: "cbn-note", role: "status" });
    this.code = h("pre", { class: "cbn-code cbn-source", tabindex: 0, aria: { label: "Code" } });
    this.verify = h("button", { type: "button", text: "Start and verify", on: { click: () => this._verify() } });
    this.steps = h("ol", { class: "cbn-steps", aria: { live: "polite" } });
    const copy = () => navigator.clipboard.writeText(this.code.textContent).then(() => put(this.note, "Copied."), () => getSelection().selectAllChildren(this.code));
    this.el = h(
      "div",
      { class: "cbn-pane" },
      h("div", { class: "cbn-actions" }, this.target, h("button", { type: "button", text: "Copy", on: { click: copy } }), this.verify, this.note),
      this.steps,
      this.code,
    );
  }

  refresh() {
    if (this.builder.store.doc !== this._asked) this._ask();
  }

  _ask() {
    const { store, sync } = this.builder;
    const target = this.target.value;
    this._asked = store.doc;
    this.verify.hidden = !VERIFIED.includes(target);
    this.steps.replaceChildren();
    sync.ask({ type: "export", target }, ({ code, message }) => {
      if (target === this.target.value && code !== undefined) put(this.code, code);
      put(this.note, message ?? "");
      return true;
    });
  }

  _verify() {
    this.verify.disabled = true;
    this.builder.sync.ask({ type: "verify", target: this.target.value }, ({ steps = [], done }) => {
      const rows = steps.map(({ name, state, detail }) =>
        h("li", { class: `cbn-step cbn-step-${state}` }, h("span", { class: "cbn-mark", text: MARKS[state] }), h("span", { text: `${name}: ${state}${detail ? `. ${detail}` : ""}` })),
      );
      this.steps.replaceChildren(...rows);
      this.verify.disabled = !done;
      return Boolean(done);
    });
  }
}
