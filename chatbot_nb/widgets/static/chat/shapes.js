// What stands in the rows of the chat: responses as bubbles, attributes that are set, and what is no part of a reply.

import { el, h, word } from "../core/dom.js";
import { fill } from "../core/placeholders.js";
import { isObject, pointerOf } from "../core/pointer.js";
import { stateOf, summary } from "./row.js";
import { TARGET, TITLE, inline, quiet, textNodes } from "./texts.js";

const ATTRIBUTES = 20; // are shown

const SHAPES = new Map([
  ["text", ["Text", (row, label) => [bubble(row, "/message", label)]]],
  ["randomText", ["Random text", randomText]],
  ["image", ["Image", (row, label) => [pictureNode(row, "/imageUrl", label)]]],
  ["quickReplies", ["Quick replies", quickReplies]],
  ["cards", ["Cards", (row, label) => [galleryNode(row, label)]]],
  ["buttons", ["Buttons", buttons]],
]);

export function responseNodes(row) {
  const shape = isObject(row.content) && SHAPES.get(row.get("/type"));
  if (!shape) return [body(row, [row.junk("", "not a response")])];
  const [label, draw] = shape;
  const said = saidNode(row);
  row.el.classList.toggle("cbn-chat-answered", said && !said.matches(".cbn-chat-target"));
  return [body(row, draw(row, label, said)), said];
}

function body(row, [first, ...others]) {
  const names = first?.querySelector?.(".cbn-chat-turn") ? "turned" : "";
  return el("div.body", { "data-at": "" }, el(`div.first ${names}`, first, meta(row)), others);
}

function meta(row) {
  const delay = row.get("/delay");
  const shown = typeof delay === "number" && Math.abs(delay) < 1e9 ? seconds(delay) : inline(delay);
  const badge = delay !== undefined && row.part("span", "/delay", "delay", {}, word("delay "), shown);
  return el("div.meta", badge, summary(row.found.list, row.unseen));
}

function seconds(milliseconds) {
  return `${(milliseconds / 1000).toLocaleString("en", { minimumFractionDigits: 1 })} s`;
}

function bubble(row, at, label, name) {
  return row.group(at, "bubble", label, row.text(at, undefined, name));
}

function randomText(row, label) {
  const { all, variant } = row.state;
  const messages = row.get("/messages");
  if (!Array.isArray(messages) || !messages.length) return [bubble(row, "/messages", label)];
  const count = messages.length;
  const now = variant % count;
  const one = (index, name) => bubble(row, `/messages/${index}`, name, "message");
  const roll = () => row.set({ variant: now + 1 + Math.floor(Math.random() * (count - 1)) });
  const line = el(
    "div.line",
    el("button.link", { "aria-expanded": all, onclick: () => row.set({ all: !all }) }, `${now + 1} of ${count}`),
    count > 1 && el("button.link", { title: "another one at random", onclick: roll }, "↻ Roll"),
  );
  const others = messages.slice(0, 20).map((_, index) => index);
  const draw = (index) => index !== now && one(index, `${index + 1} of ${count}`);
  return [one(now, label), line, all && count > 1 && el("div.variants", others.map(draw))];
}

function quickReplies(row, label, said) {
  const title = bubble(row, "/title", label);
  if (said) return [title];
  return [title, el("div.chips", row.entries("/buttons", (at) => buttonNode(row, at)))];
}

function buttons(row, label) {
  const title = row.group("/title", "words", label, row.text("/title"));
  return [el("div.card", title, el("div.stack", row.entries("/buttons", (at) => buttonNode(row, at))))];
}

// What a button does with its value, and whether the user says its title by pressing it.
const KINDS = new Map([
  ["postback", { does: "sends", speaks: true }],
  ["goto", { does: "goes to block", speaks: true }],
  ["url", { does: "opens", sign: "↗" }],
  ["webview", { does: "opens in the chat", sign: "↗" }],
  ["phone", { does: "calls" }],
]);

function kindOf(row, at) {
  return isObject(row.get(at)) && KINDS.get(row.get(`${at}/type`));
}

function buttonNode(row, at) {
  const kind = kindOf(row, at);
  if (!kind) return row.junk(at, "not a button");
  const open = row.state.pressed === at;
  const onclick = () => row.set({ pressed: open ? null : at });
  const props = { tabindex: 0, "aria-expanded": kind.speaks ? null : open, onclick };
  // A button without a title, which only one with an address may be, shows the address.
  const key = row.get(`${at}/title`) === "" && kind.sign ? "value" : "title";
  const sign = kind.sign && el("span.sign", { "aria-hidden": "true" }, kind.sign);
  return row.part("button", at, "press", props, row.text(`${at}/${key}`, TITLE), sign);
}

/** What the user said by the button that was pressed, and where it leads. */
function saidNode(row) {
  const { pressed } = row.state;
  const kind = pressed !== null && kindOf(row, pressed);
  if (!kind) return false;
  const back = el("button.link", { onclick: () => row.set({ pressed: null }, pressed) }, "Back");
  const height = row.get(`${pressed}/type`) === "webview" && [" · height ", row.text(`${pressed}/height`, TITLE)];
  const value = el("span.code", row.text(`${pressed}/value`, TARGET));
  const note = el("div.note", `${kind.does} `, value, height, " · ", back);
  const user = kind.speaks && el("div.user", word("user: "), row.text(`${pressed}/title`, TITLE));
  return el(`div.said ${kind.speaks ? "" : "target"}`, { role: "status" }, user, note);
}

// Cards side by side: one and the edge of the next on a phone, all of them where there is room.
function galleryNode(row, label) {
  const cards = row.entries("/elements", (at) => cardNode(row, at)).filter(Boolean);
  const last = cards.length - 1;
  if (last < 1) return el("div.gallery", el("div.track", cards));
  const turn = (place) => {
    row.state.card = Math.min(Math.max(place, 0), last);
    track.style.setProperty("--cbn-chat-card", row.state.card);
    count.textContent = `${row.state.card + 1} of ${last + 1}`;
    // Not disabled: the focus would be lost at either end.
    back.setAttribute("aria-disabled", row.state.card === 0);
    next.setAttribute("aria-disabled", row.state.card === last);
  };
  const onfocusin = ({ target }) => turn(cards.findIndex((card) => card.contains(target)));
  const onkeydown = ({ key }) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[key];
    if (step) cards[row.state.card + step]?.focus({ preventScroll: true });
  };
  const track = el("div.track", { onfocusin, onkeydown }, cards);
  const round = (name, step, sign) =>
    el("button.round", { "aria-label": `${name} card`, onclick: () => turn(row.state.card + step) }, sign);
  const [back, count, next] = [round("previous", -1, "‹"), el("span.count"), round("next", 1, "›")];
  turn(row.state.card);
  return el("div.gallery", { role: "group", "aria-label": label }, track, el("div.turn", back, count, next));
}

function cardNode(row, at) {
  if (!isObject(row.get(at))) return row.junk(at, "not an element");
  const line = (key, names) => row.part("div", `${at}/${key}`, names, {}, row.text(`${at}/${key}`, TITLE));
  const picture = pictureNode(row, `${at}/imageUrl`);
  const words = el("div.words", line("title", "name"), line("subtitle", "sub"));
  const stack = el("div.stack", row.entries(`${at}/buttons`, (place) => buttonNode(row, place)));
  return row.group(at, "card", "Card", picture, words, stack);
}

// An image is a frame until somebody asks for it, since its server learns who reads this.
function pictureNode(row, at, label) {
  const nodes = inside(row, at);
  return label ? row.group(at, "image alone", label, nodes) : row.part("div", at, "image", {}, nodes);
}

function inside(row, at) {
  const value = row.get(at);
  if (typeof value !== "string" || !value) return row.text(at);
  const named = el("span.address", row.text(at, TARGET)); // and notes that a placeholder is in it
  const address = fill(value, row.filling.values);
  const image = row.state.images.get(address);
  if (image) return image;
  if (!/^https?:\/\//i.test(address)) return ["image · no web address", named];
  const words = image === false ? "image did not load · try again" : "image · show";
  return [el("button.show", { onclick: () => show(row, address) }, h("span", words)), named];
}

function show(row, address) {
  const put = (image) => row.set({ images: row.state.images.set(address, image) });
  put(el("img.picture", { alt: "", referrerpolicy: "no-referrer", src: address, onerror: () => put(false) }));
}

/** Quiet lines: "sets plan = vip". */
export function attributesNodes(row) {
  if (row.content === undefined) return told(row);
  if (!isObject(row.content)) return [row.junk("", "not attributes"), ...told(row)];
  const all = Object.entries(row.content);
  const sets = all.slice(0, ATTRIBUTES).map(([name, value]) => {
    const shown = value === "" ? "“”" : typeof value === "string" ? textNodes(value, TITLE) : inline(value);
    return row.group(pointerOf([name]), "set", "Attribute", "sets ", textNodes(name, TITLE), " = ", shown);
  });
  const left = all.length - sets.length;
  return [...sets, left > 0 && quiet(`and ${left.toLocaleString("en")} more`), ...told(row)];
}

export function wholeNodes(row) {
  if (!isObject(row.content)) return [row.junk("", "not a reply"), ...told(row)];
  const { responses, attributes, ...others } = row.content;
  const isList = responses === undefined || Array.isArray(responses);
  const junk = !isList && row.junk("/responses", "not a list of responses");
  const rest = Object.keys(others).length > 0 && row.junk("", "not part of a reply", others);
  return [junk, rest, ...told(row), isList && !responses?.length && empty(attributes)];
}

/** What no part tells, in full. */
function told(row) {
  return row.unseen.map((each) => el(`div.plain ${stateOf([each])}`, summary([each], []), ` ${each.message}`));
}

function empty(attributes) {
  const sets = isObject(attributes) && Object.keys(attributes).length > 0;
  const why = sets ? "This reply sets attributes and says nothing." : "What the bot answers shows up here.";
  return el("div.empty", el("div", "No responses yet"), quiet(why));
}
