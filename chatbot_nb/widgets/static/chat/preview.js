// A reply as the chat that it makes. Only what changed is drawn again, so that it keeps up with typing.

import { h, reconcile } from "../core/dom.js";
import { at, isObject } from "../core/pointer.js";
import { valuesFor } from "../core/placeholders.js";
import { responseNodes } from "./bubbles.js";
import { byRow } from "./marks.js";
import { box, button, el, word } from "./nodes.js";
import { Player } from "./player.js";
import { Row } from "./row.js";
import { toolbar } from "./toolbar.js";
import { attributesNodes, wholeNodes } from "./whole.js";

const MORE = 50; // responses are shown at first, and so many more each time

export class Preview {
  /** @param {{onSelect?: (pointer: string) => void}} [options] told the place of what a person turns to */
  constructor({ onSelect = () => {} } = {}) {
    this._onSelect = onSelect;
    this._limit = MORE;
    this._rows = [];
    this._given = {};
    this._sets = new Row(attributesNodes, "middle");
    this._whole = new Row(wholeNodes, "middle");
    this._player = new Player(() => this._responses(), () => this._played());
    this._build();
    this.update({ payload: {} });
  }

  _build() {
    const typing = el("div", "bubble", { aria: { hidden: "true" } }, h("i"), h("i"), h("i"));
    this._typing = el("li", "row bot typing", {}, word("typing"), typing);
    this._more = button("tool", () => this._showMore());
    this._moreRow = el("li", "row middle", {}, this._more);
    this._list = el("ol", "list", { role: "list" });
    this._log = el("div", "log", { role: "log", aria: { label: "Chat", live: "off" } }, this._list);
    this._phone = box("phone", box("head", el("span", "face"), "Bot"), this._log);
    this.el = h("div", { class: "cbn-chat mathjax_ignore tex2jax_ignore" });
    this._bar = toolbar({
      theme: (theme) => this._dress(theme),
      width: (width) => (this.el.dataset.width = width),
      play: () => (this._player.playing ? this._player.stop() : this._player.play()),
      reset: () => this.reset(),
    });
    this.el.append(this._bar.el, this._phone);
    const turned = ({ target }) => this._turnedTo(target);
    for (const event of ["click", "focusin"]) this._log.addEventListener(event, turned, true);
    this._log.addEventListener("keydown", (event) => this._step(event));
  }

  /** The bar above keeps the page's theme. */
  _dress(theme) {
    this.el.dataset.theme = theme;
    this._phone.className = `cbn-chat-phone cbn-theme-${theme}`;
  }

  /**
   * Show a reply.
   * @param {object} given
   * @param {*} given.payload any JSON
   * @param {object[]} [given.findings]
   * @param {object|null} [given.sample] attributes that fill placeholders
   * @param {number|null} [given.sampleIndex] of the findings with samples, those with this one are told
   */
  update({ payload, findings = [], sample = null, sampleIndex = null }) {
    const old = this._given;
    const set = isObject(payload) ? payload.attributes : undefined;
    this._given = { payload, findings, sample, sampleIndex, set };
    if (findings !== old.findings || sampleIndex !== old.sampleIndex) this._found = byRow(findings, sampleIndex);
    if (set !== old.set || sample !== old.sample) {
      this._filling = { values: valuesFor(payload, sample), sampled: sample !== null };
    }
    this._draw();
  }

  /** @returns {Array} the responses that are shown */
  _responses() {
    const responses = at(this._given.payload, "/responses");
    return Array.isArray(responses) ? responses.slice(0, this._limit) : [];
  }

  _draw() {
    const responses = this._responses();
    this._rows = rowsFor(responses, this._rows);
    const show = (row, base, content) => row.update(base, content, this._found.get(base), this._filling);
    this._rows.forEach((row, index) => show(row, `/responses/${index}`, responses[index]));
    show(this._sets, "/attributes", this._given.set);
    show(this._whole, "", this._given.payload);
    this._arrange();
    this._outline();
  }

  /** Put what is there by now into the chat. */
  _arrange() {
    const { shown, playing } = this._player;
    const left = this._rows.length ? this._given.payload.responses.length - this._rows.length : 0;
    this._more.textContent = `Show ${Math.min(MORE, left)} more of ${left}`;
    const said = this._rows.slice(0, shown).map((row) => row.el);
    const rest = [left > 0 && this._moreRow, this._sets.el, this._whole.el].filter((each) => each?.hasChildNodes?.());
    reconcile(this._list, [...said, ...(playing ? [this._typing] : rest)]);
  }

  _played() {
    const { playing, shown } = this._player;
    // The room that the chat takes stays the same while it plays.
    if (shown === 0) this._log.style.minHeight = `${this._log.offsetHeight}px`;
    if (!playing) this._log.style.minHeight = "";
    this._log.setAttribute("aria-live", playing ? "polite" : "off");
    this._bar.show(playing);
    this._arrange();
  }

  _showMore() {
    const first = this._rows.length;
    this._limit += MORE;
    this._draw();
    this._rows[first].el.querySelector("[tabindex='0']")?.focus();
  }

  /**
   * Outline a part, or nothing.
   * @param {string|null} pointer
   * @param {{scroll?: boolean}} [how] whether to bring it into view
   */
  select(pointer, { scroll = false } = {}) {
    this._selected = pointer;
    this._reveal();
    this._outline();
    if (scroll) this._list.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
  }

  /** A variant or card that is not in sight comes forward. */
  _reveal() {
    const [, response, kind, place] = /^\/responses\/(\d+)\/(messages|elements)\/(\d+)/.exec(this._selected) ?? [];
    const row = this._rows[response];
    if (kind === "elements" && row?.state.card !== Number(place)) row?.set({ card: Number(place) });
    if (kind === "messages" && row && !row.at(`/${kind}/${place}`)?.dataset.at) row.set({ variant: Number(place) });
  }

  _outline() {
    const base = /^\/(responses\/\d+|attributes)(?=\/|$)/.exec(this._selected)?.[0];
    for (const row of [...this._rows, this._sets]) {
      const place = row.base === base ? this._selected.slice(base.length) : null;
      if (place !== row.selected) row.select(place);
    }
  }

  reset() {
    this._player.stop();
    for (const row of this._rows) {
      row.forget();
      row.draw();
    }
  }

  /** Nothing happens after this. */
  destroy() {
    this._player.stop(() => {});
  }

  /** A person turned to a part: it is selected. */
  _turnedTo(target) {
    const part = target.closest("[data-at]");
    if (!part) return;
    const pointer = part.closest("[data-base]").dataset.base + part.dataset.at;
    if (pointer === this._selected) return;
    this._selected = pointer;
    this._outline();
    this._onSelect(pointer);
  }

  /** Up and down lead from part to part. */
  _step(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
    const all = [...this._list.querySelectorAll("button, [tabindex]")];
    event.preventDefault();
    all[all.indexOf(event.target) + step]?.focus();
  }
}

/** The rows of some responses: the same row where the response is the same, or took its place. */
function rowsFor(responses, old) {
  const same = (row, response) => (row && Object.is(row.content, response) ? row : null);
  const rows = responses.map((response, index) => same(old[index], response));
  if (!rows.includes(null)) return rows;
  const free = new Set(old.filter((row, index) => rows[index] !== row));
  const take = (row) => (free.delete(row) ? row : null);
  const moved = new Map([...free].map((row) => [row.content, row]));
  const found = rows.map((row, index) => row ?? take(moved.get(responses[index])));
  return found.map((row, index) => row ?? take(old[index]) ?? new Row(responseNodes, "bot"));
}
