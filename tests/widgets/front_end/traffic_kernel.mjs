// A kernel for the panel's tests: it holds a list of exchanges and tells and answers as the Python side does.

import main from "../../../chatbot_nb/widgets/static/traffic/main.js";
import { settle } from "./grid_page.mjs";
import { page } from "./tools.mjs";

const NAMES = ["seq", "method", "node", "message", "verdict", "rule", "reply", "ms"];
const NEWEST = 30;

export class Kernel {
  listeners = new Map();
  sent = [];
  held = null; // answers that wait, while the kernel is busy
  exchanges = []; // oldest first
  matched = 0;
  generation = 1;
  evicted = 0;
  state = ["running", ""];
  look = { rev: 0, filter: "", selected: null };

  get model() {
    return {
      get: (name) => this[name],
      send: (message) => this.take(structuredClone(message)),
      on: (event, listener) => this.listeners.set(event, [...(this.listeners.get(event) ?? []), listener]),
      off: (event, gone) =>
        this.listeners.set(
          event,
          this.listeners.get(event).filter((each) => each !== gone),
        ),
    };
  }

  emit(event, ...given) {
    for (const listener of this.listeners.get(event) ?? []) listener(...given);
  }

  say(message, data) {
    this.emit("msg:custom", { ...message, ...(data && { data }) }, []);
  }

  take(message) {
    this.sent.push(message);
    if (this.held) this.held.push(message);
    else this.answer(message);
  }

  /** Be busy, or answer what waits. */
  hold(isBusy) {
    const held = this.held ?? [];
    this.held = isBusy ? [] : null;
    if (!isBusy) held.forEach((message) => this.answer(message));
  }

  came(number, more = {}) {
    for (let time = 0; time < number; time += 1) {
      this.matched += 1;
      const seq = this.evicted + this.exchanges.length + 1;
      this.exchanges.push({
        seq: String(seq),
        time: "2026-11-25T20:04:05.870000+00:00",
        method: "POST",
        node: "Order status",
        message: `message ${seq}`,
        verdict: "valid",
        rule: "reply",
        reply: "200",
        ms: "4",
        ...more,
      });
    }
    this.tell();
  }

  tell(changed = []) {
    const newest = this.exchanges.slice(-NEWEST).reverse();
    const counters = { seen: this.matched, evicted: this.evicted, refused: 3, pinned: 0, errors: 0 };
    const head = { generation: this.generation, count: this.exchanges.length, matched: this.matched, counters };
    const more = { state: this.state, name: "shop", url: "http://127.0.0.1:1/***", filter: this.look.filter };
    this.say(
      { type: "snapshot", ...head, ...more },
      { newest: rows(newest), changed: changed.length ? rows(changed) : null },
    );
  }

  answer(message) {
    const { type, seq } = message;
    const made = {
      watch: () => (this.tell(), {}),
      window: () => this.window(message),
      locate: () => ({ index: this.upTo(message.top).findIndex((one) => one.seq === message.id) }),
      look: () => {
        const { filter, selected } = message;
        this.look = { rev: this.look.rev + 1, filter, selected: selected === null ? null : Number(selected) };
        this.emit("change:look");
        return {};
      },
      open: () => this.details?.(message.id) ?? details(message.id),
    }[type];
    if (made && seq) this.say({ type, seq }, made());
  }

  upTo(top) {
    return this.exchanges.filter(({ seq }) => top === null || Number(seq) <= Number(top)).reverse();
  }

  window({ top, begin, end }) {
    const list = this.upTo(top);
    return { begin, count: list.length, generation: this.generation, rows: rows(list.slice(begin, end)) };
  }
}

function rows(exchanges) {
  const cells = Object.fromEntries([...NAMES, "time"].map((name) => [name, exchanges.map((one) => one[name])]));
  const findings = Object.fromEntries(
    exchanges.flatMap((one, offset) => (one.found ? [[offset, { verdict: [one.found] }]] : [])),
  );
  return { ids: exchanges.map(({ seq }) => seq), cells, state: exchanges.map((one) => one.state ?? ""), findings };
}

export function details(id, text = '{"a": 1}') {
  const body = { form: "text", text, size: text.length, shown: text.length, note: "" };
  return {
    id,
    is_pinned: false,
    request: {
      line: "POST /***",
      at: "2026-11-25T20:04:05+00:00",
      facts: [["HTTP", "1.1"]],
      headers: [["Host", "x"]],
      body,
    },
    verdict: { findings: [["error", "/message", "a string is needed"]], more: 0 },
    reply: {
      status: 200,
      facts: [["rule", "reply"]],
      error: "",
      headers: [],
      body,
      findings: [],
      more: 0,
    },
  };
}

/** Show a panel on a page of its own. */
export async function panel(kernel) {
  const window = page();
  globalThis.requestAnimationFrame = (act) => setTimeout(act, 0);
  const shared = {};
  const show = async () => {
    const el = window.document.body.appendChild(window.document.createElement("div"));
    const controller = new window.AbortController();
    main.render({ model: kernel.model, el, shared, signal: controller.signal });
    await settle();
    return { el, controller, window, sheet: el.querySelector("[role=grid]"), show, store: shared.store };
  };
  return show();
}

/** The texts of a column, from the top. */
export function column(el, name) {
  const number = [...el.querySelectorAll("[role=columnheader]")].findIndex((head) => head.textContent.startsWith(name));
  return [...el.querySelectorAll(".cbn-body [role=row]")]
    .filter((row) => !row.hidden)
    .sort((one, other) => one.getAttribute("aria-rowindex") - other.getAttribute("aria-rowindex"))
    .map((row) => (row.children[number].querySelector(".cbn-badge, .cbn-text") ?? row.children[number]).textContent);
}
