"""The builder for those who see little, hear it, or have no mouse: names, order, messages, room and contrast."""

from __future__ import annotations

import pytest

expect = pytest.importorskip("playwright.sync_api").expect

EMPTY = """
import chatbot_nb as cb
builder = cb.ResponseBuilder()
builder
"""
# Everything that a builder can show at once: each kind of response, what is wrong, what is no response at all.
FULL = """
import chatbot_nb as cb
button = {"type": "postback", "title": "Track my order right now", "value": "track"}
others = [
    {"type": "url", "title": "Pricing", "value": "https://example.com/a/long/way/to/the/prices/of/everything?and=more"},
    {"type": "webview", "title": "Form", "value": "https://example.com", "height": "huge"},
    {"type": "goto", "title": "Menu", "value": "f7a2c7f0-0d6c-4c1e-8a52-1f2f7e3f9b1d"},
    {"type": "phone", "title": "Call", "value": "+12345678901"},
]
element = {"title": "Pro", "subtitle": "Billed yearly", "imageUrl": "https://example.com/pro.png", "buttons": others}
builder = cb.ResponseBuilder({
    "responses": [
        {"type": "text", "message": "Hi {{default_name}}, you are on {{nothing}}!", "delay": 50},
        {"type": "randomText", "messages": ["How can I help?", "What can I do for you?"]},
        {"type": "image", "imageUrl": ""},
        {"type": "quickReplies", "title": "What now?", "buttons": [button, {**button, "title": "Talk"}]},
        {"type": "cards", "elements": [element, {**element, "title": "x" * 81, "odd": True}]},
        {"type": "buttons", "title": "Anything else?", "buttons": others},
        {"type": "video"}, {"type": "text", "message": 1},
    ],
    "attributes": {"plan": "vip", "seats": 3},
}, samples=[{"default_name": "Ada"}])
builder
"""
TABS = ("Findings", "JSON", "Samples", "Code")
# Containers whose content is wider than they are: but a gallery, whose next card is cut off, and marks of one letter.
WIDER = """builder => [...builder.querySelectorAll("*")].filter((each) =>
  each.clientWidth > 1 && each.scrollWidth > each.clientWidth
  && !each.matches(".cbn-json, .cbn-word, input, select, .cbn-chat-mark, .cbn-chat-log *:has(.cbn-chat-gallery)")
  && !each.closest(".cbn-chat-gallery")
).map((each) => `${each.className} ${each.scrollWidth} > ${each.clientWidth}`)"""
# Text that is too pale: ratio, text, where. What is disabled and placeholders may be paler than the rest.
PALE = r"""builder => {
  const parse = (text) => {
    const [r, g, b, a = 1] = text.match(/-?[\d.]+(e-?\d+)?/g).map(Number);
    return [...(text.startsWith("color(") ? [r * 255, g * 255, b * 255] : [r, g, b]), a];
  };
  const over = ([r, g, b, a], under) => [r, g, b].map((each, index) => each * a + under[index] * (1 - a));
  const path = (element) => (element ? [...path(element.parentElement), element] : []);
  const light = (colour) => colour
    .map((each) => (each <= 10.31 ? each / 255 / 12.92 : ((each / 255 + 0.055) / 1.055) ** 2.4))
    .reduce((sum, each, index) => sum + each * [0.2126, 0.7152, 0.0722][index], 0);
  const found = [];
  const look = (element, text, style, atLeast, shown = 1) => {
    const { width, height } = element.getBoundingClientRect();
    if (!text.trim() || width <= 1 || height <= 1 || !element.checkVisibility({ visibilityProperty: true })) return;
    const styles = path(element).map((each) => getComputedStyle(each));
    const ground = styles.reduce((under, { backgroundColor }) => over(parse(backgroundColor), under), [255, 255, 255]);
    const [r, g, b, a] = parse(style.color);
    const opacity = styles.reduce((all, each) => all * each.opacity, a * shown);
    const [one, two] = [over([r, g, b, opacity], ground), ground].map(light);
    const ratio = (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
    const where = path(element).slice(-2).map((each) => each.className).join(" > ");
    if (ratio < atLeast) found.push(`${ratio.toFixed(2)} ${text.trim().slice(0, 30)} (${where})`);
  };
  const texts = document.createTreeWalker(builder, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (element.closest("select, .cbn-word")) continue;
    const off = element.closest(":disabled, [aria-disabled=true]");
    look(element, texts.currentNode.data, getComputedStyle(element), off ? 3 : 4.5);
  }
  for (const field of builder.querySelectorAll("input, textarea, select")) {
    const empty = field.value === "";
    const style = getComputedStyle(field, empty ? "::placeholder" : null);
    look(field, (empty && field.placeholder) || field.value, style, empty ? 3 : 4.5, empty ? style.opacity : 1);
  }
  return [...new Set(found)];
}"""


def show(notebook):
    """Run all, with the file browser out of the way."""
    notebook.run_all()
    notebook.page.locator(".cbn-builder").wait_for()
    notebook.page.evaluate("window.jupyterapp.shell.collapseLeft()")
    return notebook


@pytest.fixture
def build(lab, open_notebook):
    """Return a function that shows a builder."""
    return lambda code, **how: show(open_notebook(lab, code, **how))


@pytest.fixture(scope="module")
def full(lab, open_shared):
    """A builder that is looked at only."""
    return show(open_shared(lab, FULL))


def tab(page, name):
    return page.locator(".cbn-tabs").get_by_role("tab", name=name)


def focused(page, script):
    """Return what a function makes of the element that has the focus."""
    return page.evaluate(f"({script})(document.activeElement)")


def press_until(page, key, script):
    """Press a key until a function of the focused element is true."""
    for _ in range(120):
        page.keyboard.press(key)
        if focused(page, script):
            return
    raise AssertionError(f"{key} never leads to {script}")


def test_every_input_has_a_name(full):
    """As Chromium's accessibility tree has it, whatever tab is open; so has each button and each group."""
    for name in TABS:
        tab(full.page, name).click()
        assert [role for role, said in named(full) if not said] == []


def test_no_two_fields_have_the_same_name(full):
    """Who hears the name of a field only knows which one it is."""
    fields = [said for role, said in named(full) if role in {"textbox", "combobox"}]
    assert len(fields) > 50
    assert sorted({said for said in fields if fields.count(said) > 1}) == []


def named(notebook):
    """Return role and name of all in the builder that can be used or that has a role of its own."""
    client = notebook.context.new_cdp_session(notebook.page)
    builder = client.send("Runtime.evaluate", {"expression": "document.querySelector('.cbn-builder')"})["result"]
    nodes = client.send("Accessibility.queryAXTree", {"objectId": builder["objectId"]})["nodes"]
    told = [(node["role"]["value"], node["name"]["value"]) for node in nodes if not node["ignored"]]
    roles = {"button", "combobox", "group", "log", "region", "tab", "tabpanel", "textbox", "toolbar"}
    return [(role, said) for role, said in told if role in roles]


def test_tab_goes_through_the_builder_and_leaves_it(full):
    """From the tool bar to the form, the chat, the tabs, the pane, and on; and back in again."""
    page = full.page
    tab(page, "JSON").click()
    page.locator(".cbn-toolbar button").first.focus()
    where = (
        """(each) => ["toolbar", "form", "side", "tabs", "pane"].find((name) => each.closest(`.cbn-${name}`)) ?? ''"""
    )
    order = [focused(page, where)]
    for _ in range(400):
        page.keyboard.press("Tab")
        order.append(focused(page, where))
        if not order[-1]:
            break
    assert list(dict.fromkeys(order)) == ["toolbar", "form", "side", "tabs", "pane", ""]
    page.keyboard.press("Shift+Tab")
    assert focused(page, where) == "pane"


def test_what_is_wrong_is_said_at_its_field(full):
    """A field that is invalid names an element that holds the message of the kernel."""
    page = full.page
    expect(page.locator(".cbn-form [aria-invalid=true]").first).to_be_visible()
    said = page.locator(".cbn-form [aria-invalid=true]").evaluate_all(
        """all => all.map((each) => (each.getAttribute("aria-describedby") ?? "").split(" ")
            .map((id) => document.getElementById(id)?.textContent ?? "").join(" ") + "|" + each.title)"""
    )
    messages = full.connect().value("[each.message for each in builder.report.findings if each.severity == 'error']")
    assert len(said) >= 4
    assert [each for each in said if not any(message in each for message in messages)] == []


def test_what_was_done_is_said(build):
    """Of each change that is more than typing, in a live region; also of the second that is like the first."""
    page = build(EMPTY).page
    page.locator(".cbn-builder [aria-live=polite].cbn-word").evaluate(
        """region => {
          globalThis.heard = [];
          const hear = () => region.textContent && heard.push(region.textContent);
          new MutationObserver(hear).observe(region, { childList: true, characterData: true, subtree: true });
        }"""
    )
    form = page.locator(".cbn-form")
    for name in ("+ Text", "+ Image"):
        form.get_by_role("button", name=name, exact=True).press("Enter")
    form.get_by_role("region", name="2 Image").get_by_role("button", name="Move up 2 Image").press("Enter")
    form.get_by_role("region", name="1 Image").get_by_role("button", name="Duplicate").press("Enter")
    form.get_by_role("region", name="1 Image").get_by_role("button", name="Delete").press("Enter")
    page.get_by_role("button", name="Undo").press("Enter")
    page.get_by_role("button", name="Redo").press("Enter")
    assert page.evaluate("heard") == [
        "response added",
        "response added",
        "response moved to place 1",
        "response duplicated",
        "response 1 deleted",
        "undone",
        "done again",
    ]


@pytest.mark.parametrize("width", [1280, 600])
def test_keys_alone_make_a_valid_reply(build, width):
    """From an empty builder to quick replies that the kernel finds valid: Tab, typing, Enter and arrows."""
    notebook = build(EMPTY, width=width)
    page = notebook.page
    page.locator(".cbn-toolbar button").first.focus()
    press_until(page, "Tab", "(each) => each.textContent === '+ Quick replies'")
    page.keyboard.press("Enter")
    assert focused(page, "(each) => each.matches('.cbn-form input, .cbn-form textarea')")
    page.keyboard.type("What now?")
    for title, value in (("Talk to us", "agent"), ("Track order", "track")):
        press_until(page, "Tab", "(each) => each.placeholder === 'Title'")
        page.keyboard.type(title)
        page.keyboard.press("Tab")
        page.keyboard.type(value)
        if title == "Talk to us":
            press_until(page, "Tab", "(each) => each.textContent === '+ button'")
            page.keyboard.press("Enter")
            page.keyboard.press("Shift+Tab")
    page.keyboard.press("Alt+ArrowUp")
    press_until(page, "Tab", "(each) => each.role === 'tab'")
    page.keyboard.press("ArrowRight")
    expect(tab(page, "JSON")).to_be_focused()
    expect(page.locator(".cbn-verdict")).to_have_text("✓ valid")
    buttons = "[(each['title'], each['value']) for each in builder.payload['responses'][0]['buttons']]"
    notebook.connect().wait_for(buttons, [["Track order", "track"], ["Talk to us", "agent"]])
    assert notebook.kernel.value("builder.report.ok and builder.payload['responses'][0]['title']") == "What now?"


def test_nothing_is_wider_than_its_container(build):
    """Whatever there is to show, at any width from a phone's on: only the JSON text may scroll."""
    page = build(FULL).page
    builder = page.locator(".cbn-builder")
    page.get_by_role("button", name="Templates").click()
    found = {}
    for width in (1400, 1000, 800, 600, 400):
        page.set_viewport_size({"width": width, "height": 1000})
        for name in TABS:
            tab(page, name).click()
            found[width, name] = builder.evaluate(WIDER)
    assert {place: wide for place, wide in found.items() if wide} == {}


def test_text_stands_out_from_its_ground(build):
    """By 4.5 to 1, as WCAG AA asks, in both themes; the chat also in the theme that the page does not have."""
    page = build(FULL).page
    page.get_by_role("button", name="Templates").click()
    page.locator(".cbn-form").get_by_role("button", name="Shorten to").first.click()
    pale = {}
    for theme in ("Dark", "Light"):  # the server remembers the last one
        page.evaluate(
            "theme => window.jupyterapp.commands.execute('apputils:change-theme', { theme })", f"JupyterLab {theme}"
        )
        page.wait_for_function(f"document.body.dataset.jpThemeLight === '{str(theme == 'Light').lower()}'")
        page.locator(".cbn-chat").get_by_role("button", name="Auto", exact=True).click()
        for name in TABS:
            tab(page, name).click()
            pale[theme, name] = page.locator(".cbn-builder").evaluate(PALE)
        for name in ("Light", "Dark"):
            page.locator(".cbn-chat").get_by_role("button", name=name, exact=True).click()
            pale[theme, f"chat {name}"] = page.locator(".cbn-side").evaluate(PALE)
    assert {place: texts for place, texts in pale.items() if texts} == {}
