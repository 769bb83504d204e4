import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Preview } from "../../../chatbot_nb/widgets/static/chat/preview.js";
import { anyValue, page, pick, seeded } from "./tools.mjs";

const BLOCK = "a7b1c2d3-1111-4222-8333-123456789abc";
let window;
let preview;
beforeEach(() => {
  window = page();
  preview = new Preview();
  window.document.body.append(preview.el);
});

function show(responses, more = {}) {
  preview.update({ payload: { responses, ...more.rest }, ...more });
}

function all(names) {
  return [...preview.el.querySelectorAll(names)];
}

/** What is seen, without what only a screen reader says. */
function seen(element) {
  const copy = element.cloneNode(true);
  for (const hidden of copy.querySelectorAll(".cbn-word")) hidden.remove();
  return copy.textContent;
}

function texts(names) {
  return all(names).map(seen);
}

function press(text) {
  const found = all("button").filter((each) => seen(each) === text);
  assert.equal(found.length, 1, `one button ${text}`);
  found[0].focus();
  found[0].click();
}

const postback = (title, value) => ({ type: "postback", title, value });

test("each type of response has its bubble", () => {
  const elements = [{ title: "T", subtitle: "S", imageUrl: "https://e.com/b", buttons: [postback("C", "c")] }];
  show([
    { type: "text", message: "Hello", delay: 1250 },
    { type: "randomText", messages: ["One", "Two", "Three"] },
    { type: "image", imageUrl: "https://example.com/a.png" },
    { type: "quickReplies", title: "Pick", buttons: [postback("A", "a"), { type: "goto", title: "B", value: BLOCK }] },
    { type: "cards", elements },
    { type: "buttons", title: "More", buttons: [{ type: "url", title: "Site", value: "https://example.com" }] },
  ]);
  assert.deepEqual(texts(".cbn-chat-bot > .cbn-chat-body"), [
    "Hello1.25 s", "One1 of 3↻ Roll", "image · showhttps://example.com/a.png", "PickAB",
    "image · showhttps://e.com/bTSC", "MoreSite↗",
  ]);
  const names = all(".cbn-chat-bot [tabindex='0'][role='group']").map((each) => each.getAttribute("aria-label"));
  assert.deepEqual(names, ["Text", "Random text", "Image", "Quick replies", "Card", "Buttons"]);
});

test("a delay is told in seconds, what is no delay as it is", () => {
  show([500, 1000, 10000, 250, 1234, "soon", null].map((delay) => ({ type: "text", message: "x", delay })));
  assert.deepEqual(texts(".cbn-chat-delay"), ["0.5 s", "1.0 s", "10.0 s", "0.25 s", "1.234 s", '"soon"', "null"]);
});

test("quick replies vanish when one is pressed, and come back", () => {
  const buttons = [postback("Track", "track"), { type: "goto", title: "Menu", value: BLOCK }];
  show([{ type: "quickReplies", title: "Pick", buttons }]);
  press("Menu");
  assert.deepEqual(texts(".cbn-chat-press"), []);
  assert.deepEqual(texts(".cbn-chat-user, .cbn-chat-note"), ["Menu", `goes to block ${BLOCK} · Back`]);
  assert.equal(window.document.activeElement.textContent, "Back");
  press("Back");
  assert.deepEqual(texts(".cbn-chat-press"), ["Track", "Menu"]);
  assert.equal(window.document.activeElement.textContent, "Menu", "the focus is where it was");
  press("Track");
  assert.deepEqual(texts(".cbn-chat-user, .cbn-chat-note"), ["Track", "sends track · Back"]);
  press("Back");
  assert.equal(window.document.activeElement.textContent, "Track");
});

test("other buttons stay, show what they would do, and lead nowhere", () => {
  show([{ type: "buttons", title: "More", buttons: [
    postback("No", "bye"),
    { type: "url", title: "Site", value: "https://example.com" },
    { type: "webview", title: "Form", value: "javascript:alert(1)", height: "tall" },
    { type: "phone", title: "Call", value: "+123" },
  ] }]);
  const notes = ["No", "Site↗", "Form↗", "Call"].map((title) => {
    press(title);
    return texts(".cbn-chat-said").join();
  });
  assert.deepEqual(notes, [
    "Nosends bye · Back", "opens https://example.com · Back",
    "opens in the chat javascript:alert(1) · height tall · Back", "calls +123 · Back",
  ]);
  assert.equal(all("[aria-expanded='true']").map(seen).join(), "Call");
  press("Call");
  assert.deepEqual(texts(".cbn-chat-said"), []);
  assert.equal(all("a, [href], iframe, form").length, 0);
});

test("random text rolls another variant each time, and shows all when asked", () => {
  show([{ type: "randomText", messages: ["One", "Two", "Three"] }]);
  const now = () => seen(all(".cbn-chat-first > .cbn-chat-bubble")[0]);
  for (let last = now(), time = 0; time < 20; time += 1, last = now()) {
    press("↻ Roll");
    assert.notEqual(now(), last);
    assert.equal(window.document.activeElement.textContent, "↻ Roll");
  }
  all(".cbn-chat-line button")[0].click();
  assert.deepEqual(texts(".cbn-chat-bubble").slice(0, 3).sort(), ["One", "Three", "Two"]);
  all(".cbn-chat-line button")[0].click();
  assert.equal(all(".cbn-chat-bot .cbn-chat-bubble").length, 1);
});

test("cards turn by buttons and arrow keys, and tell which one it is", () => {
  const card = (title) => ({ title, subtitle: "s", imageUrl: "x", buttons: [postback(title, "v")] });
  show([{ type: "cards", elements: ["A", "B", "C"].map(card) }]);
  const now = () => all(".cbn-chat-count")[0].textContent;
  const turn = (name) => all(`[aria-label='${name} card']`)[0].click();
  turn("previous");
  assert.equal(now(), "1 of 3");
  for (const each of [2, 3, 3]) {
    turn("next");
    assert.equal(now(), `${each} of 3`);
  }
  assert.equal(all(".cbn-chat-track")[0].style.getPropertyValue("--cbn-chat-card"), "2");
  const cards = all(".cbn-chat-card");
  cards[0].focus();
  assert.equal(now(), "1 of 3", "what has the focus is in sight");
  cards[0].dispatchEvent(new window.KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
  assert.equal(window.document.activeElement, cards[1]);
  assert.equal(now(), "2 of 3");
});

test("an image is loaded only when asked for, and only from the web", () => {
  const image = (imageUrl) => ({ type: "image", imageUrl });
  const addresses = ["https://e.com/{{n}}.png", "javascript:alert(1)", "data:image/png;base64,", "//e.com/a.png", ""];
  show(addresses.map(image), { sample: { n: "a" } });
  assert.equal(all("img").length, 0);
  assert.deepEqual(texts(".cbn-chat-show"), ["image · show"]);
  press("image · show");
  const [loaded] = all("img");
  assert.equal(loaded.outerHTML.includes('alt=""'), true);
  assert.deepEqual([loaded.src, loaded.getAttribute("referrerpolicy")], ["https://e.com/a.png", "no-referrer"]);
  show([{ ...image("https://e.com/{{n}}.png"), delay: 5 }], { sample: { n: "a" } });
  assert.equal(all("img")[0], loaded, "it is not loaded again");
  show([image("https://e.com/other.png")]);
  assert.equal(all("img").length, 0, "another one is asked for anew");
  press("image · show");
  all("img")[0].dispatchEvent(new window.Event("error"));
  assert.equal(texts(".cbn-chat-show").join(), "image did not load · try again");
});

test("placeholders are filled, first by what the reply sets, and marked where nothing fills them", () => {
  const responses = [{ type: "text", message: "{{ name }} {{plan}} {{gone}}" }];
  const payload = { responses, attributes: { plan: "vip" } };
  preview.update({ payload, sample: { name: "Ada", plan: "free" } });
  assert.deepEqual(texts(".cbn-chat-filled"), ["Ada", "vip"]);
  assert.deepEqual(all(".cbn-chat-filled").map((each) => each.title), ["{{name}}", "{{plan}}"]);
  assert.deepEqual(texts(".cbn-chat-unfilled"), ["{{gone}}!"]);
  preview.update({ payload, sample: null });
  assert.deepEqual(texts(".cbn-chat-open"), ["{{ name }}", "{{gone}}"]);
  assert.deepEqual(texts(".cbn-chat-unfilled"), [], "without a sample nothing is known to be missing");
});

test("control and direction characters are spelled out, and nothing is read as HTML", () => {
  const text = "a\u202eb\x1b[0m\ud800 <img src=x onerror=alert(1)>\n\tx\u200fy\r\nz";
  show([{ type: "text", message: text }, { type: "text", message: "{{x}}" }], { sample: { x: text } });
  const shown = "a\\u202eb\\x1b[0m\ufffd <img src=x onerror=alert(1)>\n\tx\u200fy\nz";
  assert.deepEqual(texts(".cbn-chat-bot bdi"), [shown, shown]);
  assert.equal(all("img").length, 0);
});

test("long texts are cut, and how much is left out is told", () => {
  const long = { type: "text", message: "x".repeat(3500) };
  show([long, { type: "text", message: "{{x}}{{x}}" }], { sample: { x: "y".repeat(1500) } });
  const [plain, filled] = texts(".cbn-chat-bot .cbn-chat-bubble");
  assert.equal(plain, `${"x".repeat(2000)} … 1,500 more characters`);
  assert.equal(filled, `${"y".repeat(2000)} … 1,000 more characters`);
  show([{ type: "text", message: `${"x".repeat(1999)}👋` }]);
  assert.equal(texts(".cbn-chat-bot bdi")[0], "x".repeat(1999), "never half a character");
});

test("what is no response, element or button is shown as the JSON that it is", () => {
  show([7, null, { type: "imgae" }, { type: "constructor" }, { type: ["text"] },
    { type: "cards", elements: [3] }, { type: "buttons", title: 5, buttons: [{ type: "x" }] }]);
  assert.deepEqual(texts(".cbn-chat-junk"), [
    "not a response7", "not a responsenull",
    'not a response{\n  "type": "imgae"\n}', 'not a response{\n  "type": "constructor"\n}',
    'not a response{\n  "type": [\n    "text"\n  ]\n}', "not an element3", 'not a button{\n  "type": "x"\n}',
  ]);
  preview.update({ payload: { responses: ["x".repeat(5000)], other: 1 } });
  assert.equal(texts(".cbn-chat-raw")[0].length, 2001);
  assert.deepEqual(texts(".cbn-chat-middle .cbn-chat-junk"), ['not part of a reply{\n  "other": 1\n}']);
  for (const payload of [null, 5, "x", [], true]) {
    preview.update({ payload });
    assert.equal(texts(".cbn-chat-junk")[0], `not a reply${JSON.stringify(payload)}`);
  }
});

test("attributes stand at the end in quiet lines", () => {
  show([], { rest: { attributes: { plan: "vip", empty: "", n: 5, "a/b": null } } });
  assert.deepEqual(texts(".cbn-chat-set"), ["sets plan = vip", "sets empty = “”", "sets n = 5", "sets a/b = null"]);
  assert.equal(all(".cbn-chat-set")[3].dataset.at, "/a~1b");
});

test("an empty reply says what will be there", () => {
  show([]);
  assert.match(texts(".cbn-chat-empty")[0], /^No responses yet/);
  show([{ type: "text", message: "x" }]);
  assert.deepEqual(texts(".cbn-chat-empty"), []);
});

test("nothing throws, whatever a document holds", () => {
  const random = seeded(7);
  const types = ["text", "randomText", "image", "quickReplies", "cards", "buttons"];
  const keys = ["message", "messages", "imageUrl", "title", "buttons", "elements", "delay", "value", "__proto__"];
  const buttons = ["postback", "goto", "url", "webview", "phone", 5, null];
  const object = (kinds, depth) =>
    Object.fromEntries([["type", pick(random, kinds)], ...keys.map((key) => [key, value(depth)])]);
  const value = (depth) => {
    if (depth > 1 || random() < 0.3) return anyValue(random, 2);
    return random() < 0.5 ? Array.from({ length: 3 }, () => object(buttons, depth + 1)) : "{{a}} text";
  };
  const errors = [];
  window.addEventListener("error", (event) => errors.push(event.error));
  for (let time = 0; time < 150; time += 1) {
    const response = () => (random() < 0.8 ? object(types, 0) : anyValue(random));
    show(Array.from({ length: 4 }, response), { sample: { a: anyValue(random) } });
    for (const each of all(".cbn-chat-log button")) if (each.isConnected && random() < 0.2) each.click();
    preview.update({ payload: anyValue(random), sample: anyValue(random) });
  }
  assert.deepEqual(errors, []);
});
