"""Builder and grid for those who see little, hear, or have no mouse: names, order, messages, room and contrast."""

from __future__ import annotations

import re
from pathlib import Path

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
# A grid that shows all it can at once, but for what opens over the page.
GRID = """
import chatbot_nb as cb
client = cb.connect()
grid = cb.ConnectionGrid(client)
ids = grid.frame.index.tolist()
frame = grid.frame.drop(index=ids[3])
frame.loc[ids[1], "name"] = "Renamed"
frame.loc[ids[2], "url"] = "ftp://hooks.example/x"
frame.loc["new"] = {"name": "New", "url": "https://hooks.example/new", "story_id": frame["story_id"].iloc[0]}
frame.index = frame.index.where(frame.index != "new")
grid.frame = frame
grid.plan()
grid
"""
AXE = Path(__file__).parents[1] / "data" / "axe" / "axe.min.js"
# What axe finds below an element: rule, how grave, where.
FIND = """async (selector) => (await axe.run(selector, { resultTypes: ["violations"] })).violations.flatMap(
  ({ id, impact, nodes }) => nodes.map(({ target, failureSummary }) =>
    `${id} (${impact}) ${target.join(" ")}: ${failureSummary.split("\\n").slice(1, 2)}`))"""
TABS = ("Findings", "JSON", "Samples", "Code")
# Containers whose content is wider than they are: but a gallery, whose next card is cut off, and marks of one letter.
WIDER = """builder => [...builder.querySelectorAll("*")].filter((each) =>
  each.clientWidth > 1 && each.scrollWidth > each.clientWidth
  && !each.matches(".cbn-json, .cbn-word, input, select, .cbn-chat-mark, .cbn-chat-log *:has(.cbn-chat-gallery)")
  && !each.closest(".cbn-chat-gallery")
).map((each) => `${each.className} ${each.scrollWidth} > ${each.clientWidth}`)"""
# In a grid: the table, and what it cuts off.
SCROLLING = (
    "cbn-sheet",
    "cbn-body",
    "cbn-cell",
    "cbn-head-line",
    "cbn-text",
    "cbn-title",
    "cbn-words",
    "cbn-panel-content",
)
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
    if (opacity === 0) return; // until it is pointed at
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


def named(notebook, widget=".cbn-builder"):
    """Return role and name of all in a widget that can be used or that has a role of its own."""
    client = notebook.context.new_cdp_session(notebook.page)
    builder = client.send("Runtime.evaluate", {"expression": f"document.querySelector('{widget}')"})["result"]
    nodes = client.send("Accessibility.queryAXTree", {"objectId": builder["objectId"]})["nodes"]
    told = [(node["role"]["value"], node["name"]["value"]) for node in nodes if not node["ignored"]]
    roles = {"button", "combobox", "group", "log", "region", "tab", "tabpanel", "textbox", "toolbar"}
    roles |= {"checkbox", "columnheader", "grid", "listbox", "menu", "menuitem", "searchbox"}
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


def themes(page):
    """Change the theme, and yield its name; the server remembers the last one."""
    for theme in ("Dark", "Light"):
        page.evaluate(
            "theme => window.jupyterapp.commands.execute('apputils:change-theme', { theme })", f"JupyterLab {theme}"
        )
        page.wait_for_function(f"document.body.dataset.jpThemeLight === '{str(theme == 'Light').lower()}'")
        yield theme


def test_text_stands_out_from_its_ground(build):
    """By 4.5 to 1, as WCAG AA asks, in both themes; the chat also in the theme that the page does not have."""
    page = build(FULL).page
    page.get_by_role("button", name="Templates").click()
    page.locator(".cbn-form").get_by_role("button", name="Shorten to").first.click()
    pale = {}
    for theme in themes(page):
        page.locator(".cbn-chat").get_by_role("button", name="Auto", exact=True).click()
        for name in TABS:
            tab(page, name).click()
            pale[theme, name] = page.locator(".cbn-builder").evaluate(PALE)
        for name in ("Light", "Dark"):
            page.locator(".cbn-chat").get_by_role("button", name=name, exact=True).click()
            pale[theme, f"chat {name}"] = page.locator(".cbn-side").evaluate(PALE)
    assert {place: texts for place, texts in pale.items() if texts} == {}


@pytest.fixture
def busy_grid(show_grid):
    """A grid with edits, findings, a plan, details and filters, all of them open."""
    notebook = show_grid(GRID, width=1500, height=1500)
    sheet, page = notebook.sheet, notebook.page
    page.emulate_media(reduced_motion="reduce")  # nothing is half seen
    sheet.el.locator(".cbn-found").click()
    sheet.cell(3, "url").click()
    page.keyboard.press("Alt+Enter")
    sheet.press("More")
    sheet.el.get_by_role("menuitem", name="Filter columns").click()
    expect(sheet.details).to_contain_text("Details of row 3")
    expect(sheet.findings).to_contain_text("ftp://hooks.example/x")
    expect(sheet.panel).to_contain_text("1 delete")
    return notebook


def open_over_the_page(sheet):
    """Open, one after the other, what lies over the table, and yield its name."""
    keys = sheet.page.keyboard
    for name in ("Columns", "More"):
        sheet.press(name)
        yield name
        keys.press("Escape")
    sheet.table.focus()
    keys.press("Control+Home")
    keys.press("Alt+ArrowDown")
    yield "menu of a column"
    keys.press("Escape")
    sheet.table.focus()
    keys.press("Control+End")
    sheet.el.locator(".cbn-is-new .cbn-type-choice").dblclick()
    yield "choices"
    keys.press("Escape")


def test_axe_finds_nothing_in_a_grid(busy_grid):
    """In both themes, whatever is open."""
    sheet, page = busy_grid.sheet, busy_grid.page
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert page.evaluate("axe.run('.cbn-grid').then(({ passes }) => passes.length)") > 20
    found = {}
    for theme in themes(page):
        found[theme] = page.evaluate(FIND, ".cbn-grid")
        for name in open_over_the_page(sheet):
            found[theme, name] = page.evaluate(FIND, ".cbn-grid")
    assert {place: each for place, each in found.items() if each} == {}


def test_everything_in_a_grid_has_a_name(busy_grid):
    names = named(busy_grid, ".cbn-grid")
    assert [role for role, said in names if not said] == []
    assert {"grid", "columnheader", "checkbox", "searchbox", "region", "toolbar"} <= {role for role, _ in names}
    headers = [said for role, said in names if role == "columnheader"]
    assert {"name", "story", "url", "error", "updated"} <= set(headers)


def test_texts_of_a_grid_stand_out_from_their_ground(busy_grid):
    sheet, page = busy_grid.sheet, busy_grid.page
    pale = {}
    for theme in themes(page):
        pale[theme] = sheet.el.evaluate(PALE)
        for name in open_over_the_page(sheet):
            pale[theme, name] = sheet.el.evaluate(PALE)
    assert {place: texts for place, texts in pale.items() if texts} == {}


def test_nothing_of_a_grid_is_wider_than_its_container(busy_grid):
    """But the table, which scrolls, and texts in it, which are cut off with an ellipsis."""
    found = {}
    for width in (1500, 1000, 800, 600, 400):
        busy_grid.page.set_viewport_size({"width": width, "height": 1500})
        found[width] = [each for each in busy_grid.sheet.el.evaluate(WIDER) if not each.startswith(SCROLLING)]
    assert {width: wide for width, wide in found.items() if wide} == {}


def test_a_screen_reader_hears_where_the_keyboard_is(show_grid):
    """The focus stays on the table: its active descendant is the cell, and a live region says what is there."""
    notebook = show_grid(GRID)
    sheet, page, keys = notebook.sheet, notebook.page, notebook.page.keyboard
    said = sheet.el.locator(".cbn-word[aria-live=polite]")
    sheet.cell(2, "name").click()
    expect(said).to_have_text("column name, row 2, Renamed, changed")
    keys.press("ArrowDown")
    keys.press("ArrowRight")
    keys.press("ArrowRight")
    expect(said).to_have_text(re.compile("^column url, row 3, ftp://hooks.example/x.*error: "))
    at = sheet.table.get_attribute("aria-activedescendant")
    assert page.locator(f"#{at}").get_attribute("aria-invalid") == "true"
    keys.press("Control+Home")
    keys.press("ArrowUp")
    expect(said).to_have_text("header of column name")
    keys.press("Enter")
    expect(sheet.el.get_by_role("columnheader", name="name", exact=True)).to_have_attribute("aria-sort", "ascending")


def test_tab_goes_through_a_grid_and_leaves_it(busy_grid):
    """Tool bar, table, details, plan, findings, and on; no cell is a stop of its own."""
    page = busy_grid.page
    busy_grid.sheet.tools.get_by_role("searchbox").focus()
    where = """(each) => each.matches(".cbn-sheet") ? "table"
        : ["toolbar", "drawer", "region"].find((name) => each.closest(`.cbn-${name}`)) ?? ''"""
    order = [focused(page, where)]
    for _ in range(120):
        page.keyboard.press("Tab")
        order.append(focused(page, where))
        if not order[-1]:
            break
    assert list(dict.fromkeys(order)) == ["toolbar", "table", "drawer", "region", ""]
    assert order.count("table") == 1


def test_where_the_system_has_the_colours_lines_say_where_one_is(show_grid):
    """Forced colours take shadows and grounds away: the present cell, an error and a change have lines, too."""
    notebook = show_grid(GRID)
    sheet, page = notebook.sheet, notebook.page
    page.emulate_media(forced_colors="active")
    sheet.cell(2, "url").click()
    line = "cell => ['outline-style', 'outline-width'].map((name) => getComputedStyle(cell).getPropertyValue(name))"
    assert sheet.cell(2, "url").evaluate(line) == ["solid", "2px"]
    assert sheet.cell(3, "url").evaluate(line) == ["solid", "1px"]
    assert sheet.cell(5, "story").evaluate(line)[0] == "none"
    assert sheet.cell(2, "name").evaluate("cell => getComputedStyle(cell).borderBottomStyle") == "dotted"
