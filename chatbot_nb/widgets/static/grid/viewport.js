// The rows that are seen, out of any number: a few elements, used again and again as the table is scrolled.

import { makeRow, paintRow } from "./row.js";
import { h } from "../core/dom.js";

export const ROW = 32; // px
const TALLEST = 12_000_000; // px; browsers cut elements off beyond 16 to 33 million
const BEYOND = 4; // rows painted above and below what is seen
const AHEAD = 50; // rows asked for above and below
const LOOKS = 20;
const PAUSE = 100; // milliseconds between them
const DEFAULT = 480; // px, where nothing is laid out, as in a hidden tab

export class Viewport {
  live = new Map(); // index -> element
  free = [];
  version = 0;
  frame = null;
  wasSeen = false;
  looks = 0;
  pinned = -1; // a row that is not used again, as its editor has the focus

  /**
   * @param {object} view with `store`, `columns`, and what `paintRow` needs
   * @param {HTMLElement} scroller
   */
  constructor(view, scroller) {
    Object.assign(this, { view, scroller });
    this.body = h("div.body", { role: "rowgroup" });
    scroller.addEventListener("scroll", () => this.schedule(), { passive: true });
    if (globalThis.ResizeObserver) {
      const observer = new ResizeObserver(() => this.schedule());
      observer.observe(scroller);
      view.signal.addEventListener("abort", () => observer.disconnect());
    }
  }

  /** Paint everything again in the next frame: what is at hand has changed. */
  refresh() {
    this.version += 1;
    this.schedule();
  }

  /** Paint in the next frame: what is seen has changed. */
  schedule() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      if (this.view.signal.aborted) return;
      this.view.update();
      this.paint();
    });
  }

  /** Forget all rows: their columns are others. */
  rebuild() {
    this.live.clear();
    this.free = [];
    this.body.replaceChildren();
    this.refresh();
  }

  /** The room below the header, in px, and how far a pixel of the scroll bar goes. */
  measure() {
    const { scroller, view } = this;
    const { rows } = view.store.grid;
    const room = (scroller.clientHeight || DEFAULT) - view.header.height;
    const tall = rows * ROW;
    const scale = tall > TALLEST ? (tall - room) / (TALLEST - room) : 1;
    const top = scroller.scrollTop * scale; // in rows' own pixels
    return { rows, room, scale, top, shift: scroller.scrollTop - top };
  }

  paint() {
    const { view } = this;
    if (this.isHidden()) return;
    this.followEditor();
    const { rows, room, top, shift } = this.measure();
    const scrolled = this.scroller.scrollLeft;
    const first = Math.max(0, Math.floor(top / ROW) - BEYOND);
    const last = Math.min(rows, Math.ceil((top + room) / ROW) + BEYOND);
    const height = `${Math.min(rows * ROW, TALLEST)}px`;
    if (this.body.style.height !== height) this.body.style.height = height;
    this.scroller.classList.toggle("cbn-scrolled", scrolled > 0);
    view.store.want(view, first - AHEAD, last + AHEAD);
    for (const [index, element] of this.live) {
      if ((index >= first && index < last) || index === this.pinned) continue;
      this.live.delete(index);
      this.free.push(element);
    }
    for (let index = first; index < last; index += 1) this.show(index, shift);
    if (this.pinned >= 0 && this.live.has(this.pinned)) this.show(this.pinned, shift);
    for (const element of this.free) element.hidden = true;
    view.painted();
  }

  show(index, shift) {
    const element = this.live.get(index) ?? this.take(index);
    const place = index * ROW + shift;
    if (element.place !== place) element.style.transform = `translateY(${place}px)`;
    element.place = place;
    if (element.version === this.version && element.index === index) return;
    // Another row came to where one is edited that is not at hand any more: it waits.
    if (index === this.pinned && this.isElsewhere(index)) return;
    Object.assign(element, { version: this.version, index });
    paintRow(element, index, this.view);
  }

  take(index) {
    const element = this.free.pop() ?? this.body.appendChild(makeRow(this.view.columns));
    element.hidden = false;
    this.live.set(index, element);
    return element;
  }

  /**
   * Whether the table has no place on the page just now, and so no scroll position. It may have one again before
   * anybody tells, as while JupyterLab changes its theme: look again some times.
   */
  isHidden() {
    const { clientHeight } = this.scroller;
    if (clientHeight > 0 || !this.wasSeen) {
      Object.assign(this, { wasSeen: clientHeight > 0, looks: 0 });
      return false;
    }
    if (this.looks < LOOKS) setTimeout(() => this.schedule(), PAUSE);
    this.looks += 1;
    return true;
  }

  isElsewhere(index) {
    const row = this.view.store.row(index);
    return row !== null && row.id !== this.view.editor.id;
  }

  /** Where rows have changed places, the one that is edited keeps its element. */
  followEditor() {
    if (this.pinned < 0 || !this.isElsewhere(this.pinned)) return;
    const index = this.view.store.blocks.indexOf(this.view.editor.id);
    if (index < 0) return;
    if (this.live.has(index)) this.free.push(this.live.get(index));
    this.live.set(index, this.live.get(this.pinned));
    this.live.delete(this.pinned);
    this.pinned = index;
  }

  /** @returns {?HTMLElement} the cell at a place, if it is painted; column -1 is the row's own */
  cell(row, column) {
    const element = this.live.get(row);
    return (column < 0 ? element?.first : element?.cells[column]) ?? null;
  }

  /** Let a row that is edited stay with its editor, wherever the table is scrolled to. */
  pin(index) {
    this.pinned = index;
    if (index < 0) this.schedule();
  }

  /** Scroll as little as needed until a cell is seen, and paint. */
  reveal(row, column) {
    const { scroller, view } = this;
    const { room, scale, top } = this.measure();
    const [above, below] = [row * ROW, (row + 1) * ROW];
    if (above < top) scroller.scrollTop = above / scale;
    else if (below > top + room) scroller.scrollTop = (below - room) / scale;
    const [left, right] = view.header.place(column);
    const frozen = view.header.frozen;
    if (column > 0 && left < scroller.scrollLeft + frozen) scroller.scrollLeft = left - frozen;
    else if (column > 0 && right > scroller.scrollLeft + scroller.clientWidth) {
      scroller.scrollLeft = Math.min(right - scroller.clientWidth, left - frozen);
    }
    this.paint();
  }

  /** @returns {number} rows that fit */
  get page() {
    return Math.max(1, Math.floor(this.measure().room / ROW) - 1);
  }
}
