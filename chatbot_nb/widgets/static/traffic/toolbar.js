// The line on top: what the receiver does, what came, the filter, and what is done with all of it.

import { h, put } from "../core/dom.js";
import { enable, isOn } from "../grid/buttons.js";
import { set } from "../grid/cell.js";
import { offer } from "../grid/clipboard.js";
import { openMenu } from "../grid/popup.js";
import { counted, figures } from "../grid/words.js";
import { download } from "./download.js";

const PAUSE = 250; // milliseconds without a key, after which a filter counts
const SURE = 3000; // milliseconds in which a second press clears
const SAID = 4000; // milliseconds that a short message stays
const EXPORTS = [
  ["jsonl", "JSON lines", "for Receiver.load"],
  ["har", "HAR", "HTTP archive"],
  ["pytest", "Tests", "pytest"],
];

export class Toolbar {
  isSure = false;

  constructor(view) {
    this.view = view;
    this.light = h("span.light", { "aria-hidden": "true" });
    this.state = h("span.state-word", { role: "status" });
    this.name = h("strong");
    this.url = h("span.address");
    this.copy = h("button.small", { title: "Copy the URL, with its path", onclick: () => this.copyUrl() }, "Copy URL");
    this.counts = h("span.counts");
    this.said = h("span.said-shortly");
    this.filter = h("input.search", {
      type: "search",
      placeholder: "Filter",
      "aria-label": "Filter",
      title: "Words, each of which stands in the line, in a finding or in the body (/)",
      oninput: () => this.type(),
      onkeydown: (event) => this.key(event),
    });
    this.fresh = h("button.primary fresh", { title: "Let the newest come in again", onclick: () => view.follow() });
    const arrow = h("span.arrow", { "aria-hidden": "true" }, "▾");
    const menu = { "aria-haspopup": "menu", "aria-expanded": "false", onclick: () => this.openExports() };
    this.exports = h("button", menu, "Export", arrow);
    this.clear = h("button", { title: "Forget all traffic; what is pinned stays", onclick: () => this.askClear() });
    this.run = h("button", { onclick: () => isOn(this.run) && this.act(this.isRunning ? "stop" : "start") });
    this.el = h(
      "div.toolbar",
      { role: "toolbar", "aria-label": "Receiver" },
      h("span.head-words", h("span.lamp", this.light, this.state), this.name, this.url),
      this.copy,
      this.counts,
      this.said,
      this.fresh,
      this.filter,
      h("span.group", this.exports, this.clear, this.run),
    );
  }

  refresh() {
    const { store } = this.view;
    const { now, line, look, fresh } = store;
    const [word, why] = line.gone ? ["kernel gone", ""] : now.state;
    this.isRunning = word === "running";
    this.light.className = `cbn-light cbn-light-${word.replace(" ", "-") || "waiting"}`;
    put(this.state, why ? `${word}: ${why}` : word || "waiting for the kernel …");
    put(this.name, now.name);
    put(this.url, now.url);
    this.copy.hidden = !now.url || line.gone;
    put(this.counts, sizes(now));
    set(this.counts, "title", now.counters.errors > 0 ? "receiver.check() raises the first error" : "");
    put(this.fresh, `${figures(fresh)} new ↑`);
    this.fresh.hidden = fresh === 0 || line.gone;
    if (this.filter !== this.filter.ownerDocument.activeElement) this.filter.value = look.filter;
    put(this.run, this.isRunning ? "Stop" : "Start");
    for (const button of [this.exports, this.clear, this.run]) enable(button, !line.gone && store.told !== null);
    put(this.clear, this.isSure ? `Clear ${figures(now.counters.seen)}?` : "Clear");
    this.clear.classList.toggle("cbn-tone-error", this.isSure);
    if (line.late.edits > 0 && !line.gone) put(this.said, "kernel busy: that waits");
    else put(this.said, this.message ?? "");
  }

  say(text) {
    this.message = text;
    clearTimeout(this.saying);
    this.saying = setTimeout(() => this.say(""), SAID);
    if (text === "") clearTimeout(this.saying);
    this.view.refresh();
  }

  type() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(this.filter.value), PAUSE);
  }

  look(filter) {
    clearTimeout(this.timer);
    this.filter.value = filter;
    if (this.view.store.look.filter !== filter) this.view.store.turnTo({ filter });
  }

  key(event) {
    event.stopPropagation();
    if (event.key === "Escape") this.filter.value = "";
    else if (event.key !== "Enter" && event.key !== "ArrowDown") return;
    event.preventDefault();
    this.look(this.filter.value);
    if (event.key !== "Escape") this.view.scroller.focus({ preventScroll: true });
  }

  async copyUrl() {
    const { view } = this;
    const answer = await view.store.read({ type: "url" });
    if (view.isDone(answer)) offer(view, answer.text, "copied the URL");
  }

  /** Do what is a method in Python. */
  async act(type) {
    this.view.isDone(await this.view.store.act({ type }));
  }

  /** All traffic goes for good: ask once more, in place. */
  askClear() {
    if (!isOn(this.clear)) return;
    clearTimeout(this.doubt);
    if (this.isSure) this.act("clear");
    else this.doubt = setTimeout(() => this.beSure(false), SURE);
    this.beSure(!this.isSure);
  }

  beSure(isSure) {
    this.isSure = isSure;
    this.view.refresh();
  }

  openExports() {
    const { view } = this;
    if (!isOn(this.exports)) return;
    const entries = EXPORTS.map(([target, label, hint]) => ({ label, hint, run: () => this.export(target) }));
    const size = counted(view.store.now.count, "exchange");
    openMenu(this.exports, view.el, `Export ${size}, secrets masked`, entries, () => this.exports.focus());
  }

  async export(target) {
    const { view } = this;
    const answer = await view.store.act({ type: "export", target });
    if (!view.isDone(answer)) return;
    await download(answer.name, answer.buffers[0], view.el);
    view.say(`exported ${answer.name}`);
  }
}

function sizes({ counters, count, filter }) {
  const { seen, evicted, refused, pinned, errors } = counters;
  return [
    filter && `${figures(count)} listed`,
    `${figures(seen)} seen`,
    `${figures(evicted)} evicted`,
    `${figures(refused)} refused`,
    pinned > 0 && `${figures(pinned)} pinned`,
    errors > 0 && counted(errors, "error"),
  ]
    .filter(Boolean)
    .join(" · ");
}
