"""The builder in JupyterLab, as a person uses it; the kernel is asked by a client of its own."""

from __future__ import annotations

import re

import pytest

expect = pytest.importorskip("playwright.sync_api").expect

EMPTY = """
import chatbot_nb as cb
builder = cb.ResponseBuilder()
builder
"""
TYPICAL = """
import chatbot_nb as cb
reply = (
    cb.Reply()
    .text("Hi {{default_name}}!", delay=500)
    .quick_replies("What now?", cb.postback("Track order", "track"), cb.postback("Talk to us", "agent"))
    .set(plan="vip")
)
builder = cb.ResponseBuilder(reply, samples=[{"default_name": "Ada"}])
builder
"""
NASTY = "<img src=x onerror=window.pwned=1></script><script>window.pwned=2</script> $x^2$ \\(y\\) javascript:alert(1)"


@pytest.fixture
def build(lab, open_notebook):
    """Return a function that shows a builder and returns its notebook."""

    def showing(code=EMPTY, **how):
        notebook = open_notebook(lab, *([code] if isinstance(code, str) else code), **how)
        notebook.run_all()
        notebook.page.locator(".cbn-builder").first.wait_for()
        notebook.connect()
        return notebook

    return showing


def payload(notebook):
    return notebook.kernel.value("builder.payload")


def form(page):
    return page.locator(".cbn-form").first


def chat(page):
    return page.locator(".cbn-side").first


def field(page, name):
    """Return a field by its path in words, as a screen reader says it."""
    return form(page).get_by_role("textbox", name=name, exact=True)


def test_a_reply_is_clicked_and_typed_together(build):
    """Palette, fields, chat, kernel: what is typed is seen at once and is in Python when the next cell runs."""
    notebook = build()
    page = notebook.page
    form(page).get_by_role("button", name="+ Text").click()
    page.keyboard.type("Hello there")
    expect(chat(page).get_by_role("log")).to_contain_text("Hello there")
    form(page).get_by_role("button", name="+ Quick replies").click()
    field(page, "2 Quick replies Title").fill("What now?")
    field(page, "2 Quick replies Button 1 Title").fill("Track order")
    field(page, "2 Quick replies Button 1 Value").fill("track")
    wanted = {
        "responses": [
            {"type": "text", "message": "Hello there"},
            {
                "type": "quickReplies",
                "title": "What now?",
                "buttons": [{"type": "postback", "title": "Track order", "value": "track"}],
            },
        ]
    }
    notebook.kernel.wait_for("builder.payload", wanted)
    assert notebook.kernel.value("builder.report.ok") is True
    expect(page.locator(".cbn-verdict")).to_have_text("✓ valid")


def test_a_limit_error_is_at_its_field_in_the_chat_in_the_list_and_is_mended(build):
    """The message is that of `check`; its mend is shown as a difference, and undone in one step."""
    notebook = build(TYPICAL)
    page = notebook.page
    title = field(page, "2 Quick replies Button 2 Title")
    title.fill("Talk to a human being")
    expect(title).to_have_attribute("aria-invalid", "true")
    entry = form(page).locator(".cbn-entry", has=page.locator("[aria-invalid=true]"))
    expect(entry.locator(".cbn-said")).to_have_text("21 characters, at most 20")
    assert notebook.kernel.value("builder.report.findings[0].message") == "21 characters, at most 20"
    expect(page.locator(".cbn-findings")).to_contain_text("/responses/1/buttons/1/title")
    expect(chat(page).get_by_role("log")).to_contain_text("error")
    entry.get_by_role("button", name="Shorten to").click()
    change = page.locator(".cbn-change")
    expect(change.locator("del")).to_have_text("Talk to a human being")
    expect(change.locator("ins")).to_have_text("Talk to a human")
    change.get_by_role("button", name="Apply").click()
    expect(title).to_have_value("Talk to a human")
    notebook.kernel.wait_for("[builder.report.ok]", [True])
    title.press("Control+z")
    expect(title).to_have_value("Talk to a human being")


def test_the_list_of_findings_leads_to_the_field(build):
    notebook = build(TYPICAL)
    page = notebook.page
    field(page, "1 Text Message").fill("")
    page.locator(".cbn-findings").get_by_role("button", name="/responses/0/message").click()
    expect(field(page, "1 Text Message")).to_be_focused()


def test_keys_pressed_inside_never_reach_jupyterlab(build):
    """Trap 1: d d on a focused button would delete the cell, a and b would add one, x would cut it."""
    notebook = build((TYPICAL, "1 + 1"))
    page = notebook.page
    assert notebook.cells() == 2
    for button in ("Templates", "Export"):
        page.locator(".cbn-toolbar").get_by_role("button", name=button).focus()
        for key in ("d", "d", "x", "a", "b", "0", "0", "m"):
            page.keyboard.press(key)
    chat(page).get_by_role("button").first.focus()
    page.keyboard.press("d")
    page.keyboard.press("d")
    field(page, "1 Text Message").press("Shift+Enter")
    assert notebook.cells() == 2
    assert notebook.kernel.value("len(In)") <= 4


def test_a_busy_kernel_delays_findings_only(build):
    """Trap 3: chat and counters answer while a cell runs, the tool bar says what is waited for, nothing is lost."""
    notebook = build(TYPICAL)
    page = notebook.page
    release = notebook.kernel.keep_busy()
    message = field(page, "1 Text Message")
    message.fill("x" * 1025)
    expect(chat(page).get_by_role("log")).to_contain_text("xxx")
    expect(form(page).locator(".cbn-card .cbn-counter", has_text="/").first).to_have_text("1025 / 1024")
    expect(page.locator(".cbn-status")).to_contain_text("waiting for the kernel")
    assert page.locator(".cbn-finding.cbn-maybe").count() > 0
    assert message.get_attribute("aria-invalid") is None
    release()
    expect(message).to_have_attribute("aria-invalid", "true")
    expect(page.locator(".cbn-status")).to_be_empty()
    assert payload(notebook)["responses"][0]["message"] == "x" * 1025


def test_a_reload_of_the_page_keeps_every_edit(build):
    """Trap 4: what was typed right before is there afterwards, in page and kernel."""
    notebook = build(TYPICAL)
    page = notebook.page
    notebook.save()
    field(page, "1 Text Message").fill("typed right before")
    page.reload()
    page.locator(".cbn-builder").wait_for()
    expect(field(page, "1 Text Message")).to_have_value("typed right before")
    notebook.kernel.wait_for("builder.payload['responses'][0]['message']", "typed right before")


def test_two_views_of_one_builder_stay_in_step(build):
    notebook = build((TYPICAL, "builder"))
    page = notebook.page
    expect(page.locator(".cbn-builder")).to_have_count(2)
    first, second = (page.locator(".cbn-form").nth(index).locator("textarea").first for index in range(2))
    first.fill("from the first")
    expect(second).to_have_value("from the first")
    second.fill("from the second")
    expect(first).to_have_value("from the second")
    notebook.kernel.wait_for("builder.payload['responses'][0]['message']", "from the second")


def test_text_from_outside_is_never_markup(build):
    """Trap 8, in every field and every pane: nothing runs, nothing is loaded, nothing is typeset."""
    code = f"""
import chatbot_nb as cb
bad = {NASTY!r}
button = {{"type": "url", "title": bad, "value": bad}}
element = {{"title": bad, "subtitle": bad, "imageUrl": bad, "buttons": [button], bad: bad}}
builder = cb.ResponseBuilder({{"responses": [
    {{"type": "text", "message": bad}}, {{"type": "randomText", "messages": [bad]}},
    {{"type": "image", "imageUrl": bad}},
    {{"type": "quickReplies", "title": bad, "buttons": [{{"type": "postback", "title": bad, "value": bad}}]}},
    {{"type": "cards", "elements": [element]}}, {{"type": bad}}, bad, {{"type": "text", "message": bad, bad: bad}},
], "attributes": {{bad: bad}}, bad: bad}}, samples=[{{bad: bad}}])
builder
"""
    notebook = build(code)
    page = notebook.page
    for tab in ("JSON", "Samples", "Code", "Findings"):
        page.locator(".cbn-tabs").get_by_role("tab", name=tab).click()
    page.get_by_role("button", name="Templates").click()
    assert page.evaluate("window.pwned") is None
    assert page.locator(".cbn-builder img, .cbn-builder script, .cbn-builder iframe").count() == 0
    assert page.locator(".cbn-builder mjx-container, .cbn-builder .MathJax").count() == 0
    assert page.locator(".cbn-builder a[href]").count() == 0
    expect(chat(page)).to_contain_text("<img src=x onerror")


def test_fast_typing_loses_nothing(build):
    """Trap 10: 400 keys as fast as they come, in two fields, are all in the kernel."""
    notebook = build(TYPICAL)
    page = notebook.page
    one, two = "".join(chr(97 + n % 26) for n in range(200)), "".join(chr(65 + n % 26) for n in range(200))
    field(page, "1 Text Message").fill("")
    field(page, "1 Text Message").press_sequentially(one)
    field(page, "2 Quick replies Title").fill("")
    field(page, "2 Quick replies Title").press_sequentially(two)
    notebook.kernel.wait_for(
        "[builder.payload['responses'][0]['message'], builder.payload['responses'][1]['title']]", [one, two]
    )
    expect(field(page, "1 Text Message")).to_have_value(one)


def test_python_and_the_author_at_once_are_both_asked(build):
    """What Python sets while something is typed overwrites nothing: keep mine, or take theirs, and undo."""
    notebook = build(TYPICAL)
    page = notebook.page
    message = field(page, "1 Text Message")
    for choice, mine, wanted in (("Keep mine", "mine", "mine"), ("Take theirs", "mine again", "theirs")):
        release = notebook.kernel.keep_busy(then="builder.reply = cb.Reply().text('theirs')")
        message.fill(mine)
        expect(page.locator(".cbn-status")).to_contain_text("waiting")
        release()
        conflict = page.locator(".cbn-conflict")
        expect(conflict).to_be_visible()
        expect(conflict).to_contain_text("/responses/0/message")
        conflict.get_by_role("button", name=choice).click()
        expect(message).to_have_value(wanted)
        notebook.kernel.wait_for("builder.payload['responses'][0]['message']", wanted)
        expect(conflict).to_be_hidden()
    message.press("Control+z")
    expect(message).to_have_value("mine again")


def test_python_changes_show_at_once(build):
    notebook = build(TYPICAL)
    page = notebook.page
    notebook.kernel.run("builder.reply = cb.Reply().text('set in Python')")
    expect(field(page, "1 Text Message")).to_have_value("set in Python")
    expect(form(page).locator(".cbn-card:visible")).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    expect(field(page, "2 Quick replies Title")).to_have_value("What now?")


def test_json_is_edited_both_ways(build):
    """What does not parse is kept with its place; the form keeps the last good document."""
    notebook = build(TYPICAL)
    page = notebook.page
    page.locator(".cbn-tabs").get_by_role("tab", name="JSON").click()
    area = page.get_by_role("textbox", name="Reply as JSON")
    area.fill('{"responses": [{"type": "text", "message": "from JSON",}]}')
    expect(page.locator(".cbn-pane:visible .cbn-note")).to_contain_text("line 1, column 55")
    expect(field(page, "1 Text Message")).to_have_value("Hi {{default_name}}!")
    area.fill('{"responses": [{"type": "text", "message": "from JSON"}]}')
    expect(field(page, "1 Text Message")).to_have_value("from JSON")
    notebook.kernel.wait_for("builder.payload", {"responses": [{"type": "text", "message": "from JSON"}]})
    field(page, "1 Text Message").fill("from the form")
    expect(area).to_have_value(re.compile("from the form"))


def test_what_is_chosen_in_one_pane_is_chosen_in_the_others(build):
    """A field, a bubble and a line of the JSON lead to each other; the focus stays where it is."""
    notebook = build(TYPICAL)
    page = notebook.page
    page.locator(".cbn-tabs").get_by_role("tab", name="JSON").click()
    chosen = "(area) => area.value.slice(area.selectionStart, area.selectionEnd)"
    area = page.get_by_role("textbox", name="Reply as JSON")
    current = chat(page).locator("[aria-current=true]")
    title = field(page, "2 Quick replies Button 2 Title")
    title.focus()
    expect(current).to_have_text("Talk to us")
    assert area.evaluate(chosen) == '"title": "Talk to us"'
    expect(title).to_be_focused()
    chat(page).get_by_text("Hi Ada!").click()
    expect(form(page).locator(".cbn-revealed").get_by_role("textbox")).to_have_value("Hi {{default_name}}!")
    assert "Hi {{default_name}}!" in area.evaluate(chosen)
    area.evaluate(
        "(area) => { area.focus(); area.setSelectionRange(area.value.indexOf('track'), area.value.indexOf('track')); }"
    )
    area.press("ArrowRight")
    expect(current).to_have_text("Track order")
    expect(area).to_be_focused()


def test_keyboard_alone_moves_duplicates_and_deletes(build):
    notebook = build(TYPICAL)
    page = notebook.page
    kinds = "[each['type'] for each in builder.payload['responses']]"
    title = field(page, "2 Quick replies Title")
    title.press("Alt+ArrowUp")
    notebook.kernel.wait_for(kinds, ["quickReplies", "text"])
    expect(field(page, "1 Quick replies Title")).to_be_focused()
    field(page, "1 Quick replies Button 2 Title").press("Alt+ArrowUp")
    notebook.kernel.wait_for("builder.payload['responses'][0]['buttons'][0]['title']", "Talk to us")
    card = form(page).get_by_role("region", name="2 Text")
    card.get_by_role("button", name="Duplicate 2 Text").press("Enter")
    notebook.kernel.wait_for(kinds, ["quickReplies", "text", "text"])
    form(page).get_by_role("region", name="1 Quick replies").get_by_role("button", name="Delete 1 Quick replies").press(
        "Enter"
    )
    notebook.kernel.wait_for(kinds, ["text", "text"])
    expect(page.locator(".cbn-builder [aria-live=polite].cbn-word")).to_have_text("response 1 deleted")


def test_a_card_is_dragged_by_its_grip(build):
    notebook = build(TYPICAL)
    page = notebook.page
    first = form(page).get_by_role("region", name="1 Text")
    form(page).get_by_role("region", name="2 Quick replies").locator(".cbn-grip").drag_to(first)
    notebook.kernel.wait_for("[each['type'] for each in builder.payload['responses']]", ["quickReplies", "text"])


def test_samples_fill_the_chat_and_are_checked(build):
    notebook = build(TYPICAL)
    page = notebook.page
    expect(chat(page).get_by_role("log")).to_contain_text("Hi Ada!")
    page.locator(".cbn-tabs").get_by_role("tab", name="Samples").click()
    page.get_by_role("button", name="+ Sample").click()
    page.get_by_role("textbox", name="default_name of sample 2").fill("x" * 1100)
    expect(chat(page).get_by_role("log")).to_contain_text("Hi xxx")
    page.locator(".cbn-tabs").get_by_role("tab", name="Findings").click()
    expect(page.locator(".cbn-findings")).to_contain_text("with sample 2: 1104 characters, at most 1024")
    assert notebook.kernel.value("list(builder.samples['default_name'])") == ["Ada", "x" * 1100]
    assert "samples" not in payload(notebook)


def test_a_paste_of_what_chatbot_refused_is_put_right(build):
    notebook = build(TYPICAL)
    page = notebook.page
    page.get_by_role("button", name="Paste payload").click()
    page.get_by_role("textbox", name="Payload").fill("{'responses': [{'type': 'TEXT', 'elements': ['Hello']}],}")
    page.get_by_role("button", name="Read").click()
    page.get_by_role("button", name="Use it with known mistakes put right").click()
    notebook.kernel.wait_for("builder.payload", {"responses": [{"type": "text", "message": "Hello"}]})


def test_a_paste_of_10_mb_says_what_to_do_and_changes_nothing(build):
    notebook = build(TYPICAL)
    page = notebook.page
    before = payload(notebook)
    page.get_by_role("button", name="Paste payload").click()
    page.get_by_role("textbox", name="Payload").evaluate("area => { area.value = 'x'.repeat(10_000_000); }")
    page.get_by_role("button", name="Read").click()
    expect(page.locator(".cbn-open .cbn-note")).to_contain_text("cb.Reply.load(path)")
    assert payload(notebook) == before


def test_a_template_fills_the_builder(build):
    notebook = build()
    page = notebook.page
    page.get_by_role("button", name="Templates").click()
    expect(page.locator(".cbn-template")).to_have_count(6)
    page.locator(".cbn-template", has_text="Order status").click()
    notebook.kernel.wait_for("[builder.report.ok, 'responses' in builder.payload]", [True, True])
    assert notebook.kernel.value("len(builder.samples)") > 0


def test_an_export_is_copied_and_verified(build):
    notebook = build(TYPICAL)
    page = notebook.page
    page.get_by_role("button", name="Export").click()
    source = page.locator(".cbn-source")
    expect(source).to_contain_text("cb.Reply()")
    page.locator(".cbn-pane:visible").get_by_role("button", name="Copy").click()
    assert "quick_replies" in page.evaluate("navigator.clipboard.readText()")
    page.get_by_role("combobox", name="Export as").select_option("python")
    expect(source).to_contain_text("ThreadingHTTPServer")
    page.get_by_role("button", name="Start and verify").click()
    expect(page.locator(".cbn-step").last).to_contain_text("ok", timeout=30_000)
    assert page.locator(".cbn-step-failed").count() == 0


def test_500_responses_are_shown_and_edited(build):
    code = """
import chatbot_nb as cb
builder = cb.ResponseBuilder({"responses": [{"type": "text", "message": f"text {n}"} for n in range(500)]})
builder
"""
    notebook = build(code)
    page = notebook.page
    expect(form(page).locator(".cbn-card:visible")).to_have_count(500)
    field(page, "500 Text Message").fill("the last")
    notebook.kernel.wait_for("builder.payload['responses'][499]['message']", "the last")


def test_a_kernel_that_restarts_leaves_the_edits_on_the_page(build):
    notebook = build(TYPICAL)
    page = notebook.page
    field(page, "1 Text Message").fill("not lost")
    page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    expect(page.locator(".cbn-status")).to_contain_text("the kernel is gone")
    field(page, "1 Text Message").fill("not lost either")
    page.locator(".cbn-tabs").get_by_role("tab", name="JSON").click()
    expect(page.get_by_role("textbox", name="Reply as JSON")).to_have_value(re.compile("not lost either"))
    expect(page.locator(".cbn-status")).to_contain_text("the kernel is gone")


def test_the_notebook_saved_and_opened_again_shows_what_was_edited(build):
    """Without the kernel that had it nothing runs: the chat and its code stand in the file, and no module of ours."""
    notebook = build(TYPICAL)
    page = notebook.page
    expect(page.locator(".cbn-saved")).to_be_hidden()
    field(page, "1 Text Message").fill("edited before it was saved")
    expect(page.locator(".cbn-saved")).to_contain_text("edited before it was saved")
    notebook.save()
    text = notebook.path.read_text()
    assert "edited before it was saved" in text
    assert "class Store" not in text
    assert len(text) < 60_000
    notebook.end_kernel()
    page.reload()
    saved = page.locator(".cbn-saved")
    expect(saved).to_be_visible()
    expect(saved).to_contain_text("edited before it was saved")
    expect(saved).to_contain_text("run the cell again")
    saved.get_by_text("The same as code").click()
    expect(saved.locator("details pre")).to_contain_text('.text("edited before it was saved", delay=500)')
    assert page.locator(".cbn-builder").count() == 0


def test_nothing_is_asked_of_any_other_host(build):
    notebook = build(TYPICAL)
    notebook.page.locator(".cbn-tabs").get_by_role("tab", name="JSON").click()
    assert notebook.hosts <= {"127.0.0.1", "localhost", None, ""}
