// The panes of one exchange: what came, what is wrong with it, what was answered, and how that looks as a chat.

import { View as Chat } from "../chat/view.js";
import { h, put, reconcile } from "../core/dom.js";
import { MARKS } from "../grid/words.js";
import { Body } from "./body.js";

/** Names and values below each other; what is empty is left out. */
function facts(pairs) {
  const there = pairs.filter(([, value]) => value);
  return h("dl.facts", there.map(([name, value]) => h("div", h("dt", name), h("dd", h("bdi", value)))));
}

function headers(pairs, isOpen) {
  const rows = pairs.map(([name, value]) => h("tr", h("th", { scope: "row" }, h("bdi", name)), h("td", h("bdi", value))));
  const summary = h("summary", "Headers ", h("span.counts", String(pairs.length)));
  return h("details.headers", { open: isOpen }, summary, h("table", h("tbody", rows)));
}

function findings(found, more) {
  const line = ([severity, pointer, message]) =>
    h(
      `li.tone-${severity}`,
      h("span.mark", { "aria-hidden": "true" }, MARKS[severity] ?? "i"),
      h("span.pointer", h("bdi", pointer || "(whole)")),
      h("span", h("span.severity", `${severity}: `), h("bdi", message)),
    );
  const rest = more > 0 && h("li.note", `and ${more} more in receiver.findings()`);
  return h("ul.finding-list", found.map(line), rest);
}

class Pane {
  count = 0;
  told = null;

  constructor(view) {
    this.view = view;
    this.el = h("div.pane");
  }

  /** Take over what is known of an exchange; what has not changed is not touched. */
  show(id, told) {
    const text = JSON.stringify([id, told]);
    if (text === this.text) return;
    this.text = text;
    Object.assign(this, { id, told });
    this.draw();
  }

  refresh() {}
}

export class RequestPane extends Pane {
  title = "Request";

  constructor(view) {
    super(view);
    this.body = new Body(view, "request");
  }

  draw() {
    const { line, facts: pairs, headers: lines, body } = this.told;
    const isOpen = this.el.querySelector("details.cbn-headers")?.open ?? true;
    this.body.show(this.id, body);
    reconcile(this.el, [h("code.line", h("bdi", line)), facts(pairs), headers(lines, isOpen), this.body.el]);
  }
}

export class VerdictPane extends Pane {
  title = "Verdict";

  draw() {
    const { findings: found, more } = this.told;
    this.count = found.length + more;
    this.el.replaceChildren(found.length > 0 ? findings(found, more) : h("p.fine", "✓ valid: nothing is wrong with it."));
  }
}

export class ReplyPane extends Pane {
  title = "Reply";

  constructor(view) {
    super(view);
    this.body = new Body(view, "reply");
  }

  draw() {
    this.count = 0;
    if (this.told === null) {
      this.el.replaceChildren(h("p.note", "Not answered yet, or nothing was sent."));
      return;
    }
    const { status, facts: pairs, error, headers: lines, body, findings: found, more } = this.told;
    this.count = found.length + more;
    this.body.show(this.id, body);
    const isOpen = this.el.querySelector("details.cbn-headers")?.open ?? false;
    reconcile(this.el, [
      facts([["status", String(status || "closed without an answer")], ...pairs]),
      error && h("pre.error-text", h("bdi", error)),
      found.length > 0 && findings(found, more),
      headers(lines, isOpen),
      this.body.el,
    ]);
  }
}

export class ChatPane extends Pane {
  title = "Chat";
  chat = null;

  constructor(view) {
    super(view);
    this.words = h("p.note");
    this.room = h("div.chat-room");
    this.el.append(this.words, this.room);
  }

  draw() {
    this.isOld = true;
    if (!this.el.hidden) this.load();
  }

  /** The pane is seen: what it shows is asked for only now. */
  refresh() {
    if (this.isOld) this.load();
  }

  async load() {
    this.isOld = false;
    const { id, view } = this;
    const answer = await view.store.read({ type: "chat", id });
    if (id !== this.id || !view.isDone(answer)) return;
    put(this.words, answer.why ?? "");
    this.words.hidden = !answer.why;
    this.room.hidden = Boolean(answer.why);
    if (answer.why) return;
    this.chat ??= new Chat(this.room);
    this.chat.show(answer);
  }

  end() {
    this.chat?.preview.destroy();
  }
}
