// A reply as the chat that it makes. Only what changed is drawn again, so that it keeps up with typing.

import { el, h, match, put, reconcile, word } from "../core/dom.js";
import { valuesFor } from "../core/placeholders.js";
import { at, isObject } from "../core/pointer.js";
import { Player } from "./player.js";
import { Row, byRow } from "./row.js";
import { attributesNodes, responseNodes, wholeNodes } from "./shapes.js";
import { toolbar } from "./toolbar.js";

const MORE = 50; // responses are shown at first, and so many more each time

export class Preview {
  limit = MORE;
  rows = [];
  given = {};
  selected = null;
  sets = new Row(attributesNodes, "middle");
  whole = new Row(wholeNodes, "middle");
  player = new Player(() => this.responses(), () => this.played());

  /** @param {{onSelect?: (pointer: string) => void}} [options] told the place of what a person turns to */
  constructor({ onSelect = () => {} } = {}) {
    this.onSelect = onSelect;
    this.build();
    this.update({ payload: {} });
  }

  build() {
    const dots = el("div.bubble", { "aria-hidden": "true" }, h("i"), h("i"), h("i"));
    this.typing = el("li.row bot typing", word("typing"), dots);
    this.more = el("button.tool", { onclick: () => this.showMore() });
    this.moreRow = el("li.row middle", this.more);
    this.list = el("ol.list", { role: "list" });
    const names = { role: "log", "aria-label": "Chat", "aria-live": "off" };
    this.log = el("div.log", { ...names, onkeydown: (event) => this.step(event) }, this.list);
    const turn = (event) => this.turnTo(event.target);
    for (const event of ["click", "focusin"]) this.log.addEventListener(event, turn, true);
    this.phone = el("div.phone", el("div.head", el("span.face"), "Bot"), this.log);
    this.el = h("div.chat", this.phone);
    this.el.classList.add("mathjax_ignore", "tex2jax_ignore");
    const { bar, show } = toolbar({
      theme: (theme) => {
        this.el.dataset.theme = theme;
        this.phone.className = `cbn-chat-phone cbn-theme-${theme}`; // the bar keeps the page's
      },
      width: (width) => (this.el.dataset.width = width),
      play: () => (this.player.playing ? this.player.stop() : this.player.play()),
      reset: () => this.reset(),
    });
    this.showPlaying = show;
    this.el.prepend(bar);
  }

  /** A sample fills the placeholders; of the findings with samples, those with its index are told. */
  update({ payload, findings = [], sample = null, sampleIndex = null }) {
    const old = this.given;
    const set = isObject(payload) ? payload.attributes : undefined;
    this.given = { payload, findings, sample, sampleIndex, set };
    if (findings !== old.findings || sampleIndex !== old.sampleIndex) this.found = byRow(findings, sampleIndex);
    if (set !== old.set || sample !== old.sample) {
      this.filling = { values: valuesFor(payload, sample), sampled: sample !== null };
    }
    this.draw();
  }

  responses() {
    const responses = at(this.given.payload, "/responses");
    return Array.isArray(responses) ? responses.slice(0, this.limit) : [];
  }

  draw() {
    const { payload, set } = this.given;
    const responses = this.responses();
    this.rows = rowsFor(responses, this.rows);
    const show = (row, base, content) => row.update(base, content, this.found.get(base), this.filling);
    this.rows.forEach((row, index) => show(row, `/responses/${index}`, responses[index]));
    show(this.sets, "/attributes", set);
    show(this.whole, "", payload);
    this.arrange();
    this.outline();
  }

  /** Put what is there by now into the chat. */
  arrange() {
    const { shown, playing } = this.player;
    const left = this.rows.length ? this.given.payload.responses.length - this.rows.length : 0;
    put(this.more, `Show ${Math.min(MORE, left)} more of ${left}`);
    const said = this.rows.slice(0, shown).map((row) => row.el);
    const rest = [left > 0 && this.moreRow, this.sets.el, this.whole.el].filter((each) => each && each.hasChildNodes());
    reconcile(this.list, [...said, ...(playing ? [this.typing] : rest)]);
  }

  played() {
    const { playing, shown } = this.player;
    // The room that the chat takes stays the same while it plays.
    if (shown === 0) this.log.style.minHeight = `${this.log.offsetHeight}px`;
    if (!playing) this.log.style.minHeight = "";
    this.log.setAttribute("aria-live", playing ? "polite" : "off");
    this.showPlaying(playing);
    this.arrange();
  }

  showMore() {
    const first = this.rows.length;
    this.limit += MORE;
    this.draw();
    this.rows[first].el.querySelector("[tabindex='0']")?.focus();
  }

  /** Outline the part that shows a place, or nothing for null; `scroll` brings it into view. */
  select(pointer, { scroll = false } = {}) {
    this.selected = pointer;
    this.reveal();
    this.outline();
    if (scroll) this.list.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
  }

  /** A variant or card that is not in sight comes forward. */
  reveal() {
    const [, response, kind, place] = /^\/responses\/(\d+)\/(messages|elements)\/(\d+)/.exec(this.selected) ?? [];
    const row = this.rows[response];
    if (kind === "elements" && row?.state.card !== Number(place)) row?.set({ card: Number(place) });
    if (kind === "messages" && row && !row.at(`/${kind}/${place}`)?.dataset.at) row.set({ variant: Number(place) });
  }

  outline() {
    const base = /^\/(responses\/\d+|attributes)(?=\/|$)/.exec(this.selected)?.[0];
    for (const row of [...this.rows, this.sets]) {
      const place = row.base === base ? this.selected.slice(base.length) : null;
      if (place !== row.selected) row.select(place);
    }
  }

  reset() {
    this.player.stop();
    for (const row of this.rows) {
      row.forget();
      row.draw();
    }
  }

  destroy() {
    clearTimeout(this.player.timer);
  }

  /** A person turned to a part: it is selected. */
  turnTo(target) {
    const part = target.closest("[data-at]");
    if (!part) return;
    const pointer = part.closest("[data-base]").dataset.base + part.dataset.at;
    if (pointer === this.selected) return;
    this.selected = pointer;
    this.outline();
    this.onSelect(pointer);
  }

  step(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
    const all = [...this.list.querySelectorAll("button, [tabindex]")];
    event.preventDefault();
    all[all.indexOf(event.target) + step]?.focus();
  }
}

/** The rows of some responses: the same row where the response is the same, or took its place. */
function rowsFor(responses, old) {
  const byContent = new Map(old.map((row) => [row.content, row]));
  const same = (response, index) => (old[index] && Object.is(old[index].content, response) ? old[index] : null);
  const rows = match(old, responses, same, (response) => byContent.get(response), (_, index) => old[index]);
  return rows.map((row) => row ?? new Row(responseNodes, "bot"));
}
