"""A reply as a chat: every part is shown, findings are marked where they are, sizes are bounded."""

from __future__ import annotations

import json

import pytest

from chatbot_nb.finding import Finding
from chatbot_nb.payloads.check import check
from chatbot_nb.payloads.preview.chat import chat_html
from chatbot_nb.payloads.preview.style import STYLE


def one(response, findings=()):
    """Return the HTML of a reply of one response, from the list on."""
    html = chat_html({"responses": [response]}, findings)
    return html[html.index("<ol") :]


def postback(title="a", value="b"):
    return {"type": "postback", "title": title, "value": value}


def test_everything_is_shown(reply, read):
    """Titles, texts, targets and values of each response and button type are on the page, once each."""
    page = read(chat_html(reply))
    assert page.text.startswith("reply 6 responses, 1 attribute ")
    for words in (
        *("text: Hi {{name}}!\nWelcome.delay 500 ms", "randomText: How can I help?1 of 3 at randomWhat now?Yes?"),
        *("image: image https://a.example/map.png", "quickReplies: Pick oneTrack order → track"),
        *("Menu goto 0e1a2425-76e3-49fd-bfc0-547603ab1fe3", "cards: image https://a.example/pro.pngProYearly"),
        *("Pricing url https://a.example/pricing", "Call phone +1234567890", "attributevalueplanvip"),
        "buttons: More?Form webview https://a.example/form · tall",
    ):
        assert page.text.count(words) == 1


def test_nothing_loads_or_leads_away(reply, read):
    """No tag or attribute loads, navigates or runs; texts are not typeset as maths."""
    page = read(chat_html(reply, check({"responses": [{}]}).findings))
    assert not page.tags & {"a", "img", "script", "iframe", "link", "form", "button", "input", "object"}
    assert {name for name, _ in page.attributes} == {"class", "style", "scope", "start", "role", "aria-label"}
    assert ("class", "chatbot-nb mathjax_ignore tex2jax_ignore") in page.attributes
    assert "url(" not in STYLE
    assert "@import" not in STYLE


def test_every_rule_stays_within_the_preview():
    """The style sheet is one rule about our class, so that outputs on one page do not disturb each other."""
    depth = 0
    for line in STYLE.removeprefix("<style>\n").removesuffix("\n</style>").splitlines():
        assert depth > 0 or line == ":is(.chatbot-nb, #chatbot-nb) {"
        depth += line.count("{") - line.count("}")
    assert depth == 0


def test_the_default_delay_is_not_told():
    """A badge stands only for a delay that is not the default; a wrong one is shown as it is."""
    assert "cbn-delay" not in one({"type": "text", "message": "a", "delay": 1000})
    assert "cbn-delay" not in one({"type": "text", "message": "a", "delay": 1000.0})
    assert "delay </span>2,500 ms</small>" in one({"type": "text", "message": "a", "delay": 2500})
    assert "delay </span><bdi>soon</bdi></small>" in one({"type": "text", "message": "a", "delay": "soon"})
    assert "delay </span><code>true</code></small>" in one({"type": "text", "message": "a", "delay": True})


def test_random_text_opens_where_something_is_marked():
    """Variants are folded in below the first, unless a finding is among them."""
    response = {"type": "randomText", "messages": ["a", ""]}
    assert "<details><summary>1 of 2 at random</summary><ul><li><small>empty message" in one(response)
    finding = Finding("/responses/0/messages/1", "too_short", "error", "0 characters, at least 1")
    assert "<details open>" in one(response, [finding])
    assert "<details" not in one({"type": "randomText", "messages": ["a"]})


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param({"responses": ["LOST"]}, id="string"),
        pytest.param({"responses": [{"type": "LOST"}]}, id="unknown type"),
        pytest.param({"responses": [{"type": ["LOST"]}]}, id="type no string"),
        pytest.param({"responses": [{"type": "text", "message": ["LOST"]}]}, id="message"),
        pytest.param({"responses": [{"type": "text", "message": "a", "LOST": 1}]}, id="unknown key"),
        pytest.param({"responses": [{"type": "text", "message": "a", "delay": ["LOST"]}]}, id="delay"),
        pytest.param({"responses": [{"type": "randomText", "messages": {"a": "LOST"}}]}, id="messages"),
        pytest.param({"responses": [{"type": "randomText", "messages": [["LOST"]]}]}, id="variant"),
        pytest.param({"responses": [{"type": "image", "imageUrl": ["LOST"]}]}, id="imageUrl"),
        pytest.param({"responses": [{"type": "cards", "elements": ["LOST"]}]}, id="element"),
        pytest.param({"responses": [{"type": "cards", "elements": [{"LOST": 1}]}]}, id="element key"),
        pytest.param({"responses": [{"type": "buttons", "title": "a", "buttons": "LOST"}]}, id="buttons"),
        pytest.param({"responses": [{"type": "buttons", "title": "a", "buttons": ["LOST"]}]}, id="button"),
        pytest.param({"responses": [{"type": "buttons", "buttons": [{"type": "LOST"}]}]}, id="button type"),
        pytest.param({"responses": [{"type": "buttons", "buttons": [{"type": "url", "LOST": 1}]}]}, id="button key"),
        pytest.param({"responses": {"LOST": 1}}, id="responses"),
        pytest.param({"attributes": ["LOST"]}, id="attributes"),
        pytest.param({"attributes": {"a": {"LOST": 1}}}, id="attribute"),
        pytest.param({"parameters": "LOST"}, id="other key"),
        pytest.param(["LOST"], id="array"),
        pytest.param("LOST", id="string alone"),
    ],
)
def test_nothing_is_lost(payload, read):
    """What fits no bubble is shown as the JSON that it is."""
    assert "LOST" in read(chat_html(payload)).text


def test_findings_are_marked_where_they_are(read):
    """A mark and a word at the part, the counts at the response, the message in the list."""
    payload = {"responses": [{"type": "quickReplies", "title": "a", "buttons": [postback(), postback("b" * 21)]}]}
    html = chat_html(payload, check(payload).findings)
    text = read(html).text
    assert text.startswith("reply 1 response ✗ 1 error")
    assert f"a → b✗ error: {'b' * 21} → b✗ 1 error at /responses/0" in text
    assert "/responses/0/buttons/1/title21 characters, at most 20" in text
    assert html.count('class="cbn-error"') == 1


def test_findings_of_what_is_missing_and_of_whole_parts(read):
    """A missing member, a whole array and a wrong type of button have their mark too."""
    payload = {"responses": [{"type": "quickReplies", "buttons": [{**postback(), "type": "url"}, *[postback()] * 13]}]}
    text = read(chat_html(payload, check(payload).findings)).text
    assert "quickReplies: ✗ error: no title✗ error: a url b" in text
    assert "✗ error: 14 buttons" in text


def test_a_finding_on_an_attribute(read):
    """An attribute that a finding names is marked, also if its name must be escaped in a pointer."""
    payload = {"attributes": {"a/b": None, "c": "d"}}
    assert "! warning: a/bnullcd" in read(chat_html(payload, check(payload).findings)).text


def test_the_first_fifty_responses():
    """Of 500 responses 50 are shown, and the rest is counted; the same of attributes beyond 20."""
    html = chat_html(
        {"responses": [{"type": "text", "message": "a"}] * 500, "attributes": dict.fromkeys(map(str, range(30)), "")}
    )
    assert html.count("cbn-bubble") == 50 + STYLE.count("cbn-bubble")
    assert "and 450 more responses" in html
    assert "and 10 more in <code>attributes</code>" in html


def test_texts_are_cut():
    """A text of 10 MB, and megabytes of JSON, do not fill the notebook; the cut is told."""
    assert "<bdi>" + "a" * 2000 + "</bdi><small>… 9,998,000 more characters</small>" in one(
        {"type": "text", "message": "a" * 10_000_000}
    )
    for payload in ({"a": "b" * 10_000_000}, {"responses": [["c"] * 1_000_000]}, ["\x00" * 10_000_000]):
        assert len(chat_html(payload)) < 30_000


def test_many_long_responses_stop_in_time():
    """What is shown of a reply ends at some 300,000 characters, whatever stands in it."""
    element = {"title": "t" * 999, "subtitle": "s" * 999, "buttons": [postback("<" * 99, "&" * 9999)] * 99}
    html = chat_html({"responses": [{"type": "cards", "elements": [element] * 99}] * 50})
    assert len(html) < 1_000_000
    assert "more responses" in html
    assert "<li><small>and 79 more</small></li>" in html


def test_depth_has_no_limit(read):
    """A value nested 100,000 deep is shown down to some level."""
    deep = []
    for _ in range(100_000):
        deep = [deep]
    assert "…" in read(chat_html({"responses": [deep], "attributes": {"a": deep}})).text
    while deep:
        deep = deep.pop()


def test_what_is_no_json_is_named(read):
    """Python values are named, and circles end; nothing raises."""
    circle = {}
    circle["responses"] = [circle, float("nan"), {1, 2}, b"a", {3: ()}]
    text = read(chat_html(circle)).text
    assert "a Python set" in text
    assert "a Python bytes" in text
    assert "nan" in text


def test_raw_json_is_json(read):
    """What is shown raw is the payload, indented as usual."""
    payload = [{"a": [1, True, None, 1.5, "é\n"], "b": {}, "c": []}]
    assert json.dumps(payload, indent=2, ensure_ascii=False) in read(chat_html(payload)).text
