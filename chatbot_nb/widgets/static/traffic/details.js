// The exchange that is selected, in full; below the table, what came at the left and what was answered at the right.

import { h, icon, put } from "../core/dom.js";
import { Tabs } from "../core/tabs.js";
import { enable, isOn } from "../grid/buttons.js";
import { set } from "../grid/cell.js";
import { offer } from "../grid/clipboard.js";
import { figures } from "../grid/words.js";
import { moment } from "./columns.js";
import { ChatPane, ReplyPane, RequestPane, VerdictPane } from "./panes.js";

export class Details {
  id = null;
  asked = 0;
  isPinned = false;

  constructor(view) {
    this.view = view;
    this.title = h("h4");
    this.at = h("span.counts");
    this.panes = [new RequestPane(view), new VerdictPane(view), new ReplyPane(view), new ChatPane(view)];
    const [request, verdict, reply, chat] = this.panes;
    this.came = new Tabs("What came", [request, verdict]);
    this.sent = new Tabs("What was answered", [reply, chat]);
    this.outcome = h("p.outcome", { role: "status", hidden: true });
    this.curl = h("button", { title: "A command that sends it again, secrets masked", onclick: () => this.copy() });
    this.curl.append("Copy as curl");
    this.again = h("button", { "aria-expanded": "false", onclick: () => this.toggleReplay() }, "Replay…");
    this.pin = h("button", { onclick: () => this.togglePin() });
    const close = icon("×", "Close the details (Esc)", () => this.close());
    const actions = h("span.group", this.curl, this.again, this.pin, close);
    const onkeydown = (event) => this.key(event);
    this.el = h(
      "section.exchange",
      { "aria-label": "Exchange", hidden: true, onkeydown },
      h("div.region-head", h("span.head-words", this.title, this.at), actions),
      this.replayForm(),
      this.outcome,
      h("div.halves", this.came.el, this.sent.el),
    );
  }

  replayForm() {
    this.url = h("input.input", {
      type: "url",
      placeholder: "https://… of a backend; empty: what the receiver answers now",
      "aria-label": "Where to replay it to",
      onkeydown: (event) => event.key === "Enter" && this.replay(),
    });
    this.send = h("button.primary", { onclick: () => isOn(this.send) && this.replay() }, "Replay");
    this.form = h("div.replay", { hidden: true }, this.url, this.send);
    return this.form;
  }

  refresh() {
    const { store } = this.view;
    const { selected } = store.look;
    const id = selected === null ? null : String(selected);
    if (id !== this.id) this.turnTo(id);
    for (const button of [this.curl, this.again, this.pin, this.send]) enable(button, !store.line.gone);
    put(this.pin, this.isPinned ? "★ Pinned" : "Pin");
    set(this.pin, "aria-pressed", String(this.isPinned));
    set(this.pin, "title", this.isPinned ? "Let it go with the others" : "Keep it in the list, whatever comes");
  }

  turnTo(id) {
    this.id = id;
    this.el.hidden = id === null;
    this.outcome.hidden = true;
    if (id === null) return;
    put(this.title, `Exchange ${figures(Number(id))}`);
    this.load();
  }

  /** Rows have changed: is it ours? */
  renew(rows) {
    if (this.id !== null && rows.some(({ id }) => id === this.id)) this.load();
  }

  async load() {
    const number = ++this.asked;
    const answer = await this.view.store.read({ type: "open", id: this.id });
    if (number !== this.asked || !this.view.isDone(answer)) return;
    this.isPinned = answer.is_pinned;
    put(this.at, moment(answer.request.at));
    const [request, verdict, reply, chat] = this.panes;
    request.show(answer.id, answer.request);
    verdict.show(answer.id, answer.verdict);
    reply.show(answer.id, answer.reply);
    chat.show(answer.id, answer.reply && [answer.reply.status, answer.reply.body]);
    this.came.refresh();
    this.sent.refresh();
    this.refresh();
  }

  focus() {
    this.el.querySelector("[role=tab][aria-selected=true]")?.focus();
  }

  close() {
    this.view.select(null);
    this.view.scroller.focus({ preventScroll: true });
  }

  async copy() {
    if (!isOn(this.curl)) return;
    const { view } = this;
    const answer = await view.store.read({ type: "curl", id: this.id });
    if (view.isDone(answer)) offer(view, answer.text, "copied as curl, secrets masked");
  }

  async togglePin() {
    if (!isOn(this.pin)) return;
    this.isPinned = !this.isPinned; // seen at once; the row says so when the kernel does
    this.refresh();
    if (!this.view.isDone(await this.view.store.act({ type: "pin", id: this.id, on: this.isPinned }))) this.load();
  }

  toggleReplay() {
    if (!isOn(this.again)) return;
    this.form.hidden = !this.form.hidden;
    set(this.again, "aria-expanded", String(!this.form.hidden));
    if (!this.form.hidden) this.url.focus();
  }

  async replay() {
    this.say("", "replaying …");
    const { id } = this;
    const answer = await this.view.store.act({ type: "replay", id, url: this.url.value.trim() });
    if (answer?.failed !== undefined && id === this.id) this.say("error", `not replayed: ${answer.failed}`);
  }

  /** How a replay went; also one that Python was told to do. */
  tell({ id, tone, text }) {
    if (String(id) === this.id) this.say(tone, text);
  }

  say(tone, text) {
    this.outcome.className = `cbn-outcome cbn-tone-${tone}`;
    this.outcome.hidden = false;
    put(this.outcome, text);
  }

  key(event) {
    event.stopPropagation();
    if (event.key !== "Escape") return;
    event.preventDefault();
    this.close();
  }

  end() {
    this.panes.at(-1).end();
  }
}
