"""A reply as Python source: evaluated, it gives an equal reply, in the plainest words that do."""

from __future__ import annotations

import json
import subprocess
import sys
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot_nb.payloads.exports.export import export
from chatbot_nb.payloads.reply import elements
from chatbot_nb.payloads.reply.reply import Reply

CB = SimpleNamespace(
    Reply=Reply,
    **{name: getattr(elements, name) for name in ("card", "postback", "goto", "url", "webview", "phone", "raw")},
)
BLOCK = "0e1a2425-76e3-49fd-bfc0-547603ab1fe3"
FULL = {
    "responses": [
        {"type": "text", "delay": 500, "message": "Hi {{default_name}}!"},
        {"type": "randomText", "messages": ["How can I help?", "What can I do for you?"]},
        {"type": "image", "imageUrl": "https://shop.example/logo.png"},
        {
            "type": "quickReplies",
            "title": "Pick one",
            "buttons": [
                {"type": "postback", "title": "Track order", "value": "track"},
                {"type": "goto", "title": "Menu", "value": BLOCK},
            ],
        },
        {
            "type": "cards",
            "elements": [
                {
                    "title": "Pro plan",
                    "subtitle": "Billed yearly",
                    "imageUrl": "https://shop.example/pro.png",
                    "buttons": [
                        {"type": "url", "title": "Pricing", "value": "https://shop.example/pricing"},
                        {"type": "phone", "title": "Call", "value": "+1234567890"},
                    ],
                }
            ],
        },
        {
            "type": "buttons",
            "delay": 2000.5,
            "title": "Anything else?",
            "buttons": [
                {"type": "webview", "title": "Form", "value": "https://shop.example/form", "height": "tall"},
                {"type": "webview", "title": "Help", "value": "https://shop.example/help", "height": "compact"},
            ],
        },
    ],
    "attributes": {"plan": "vip"},
}
SOURCE = f"""\
(
    cb.Reply()
    .text("Hi {{{{default_name}}}}!", delay=500)
    .random_text("How can I help?", "What can I do for you?")
    .image("https://shop.example/logo.png")
    .quick_replies(
        "Pick one",
        cb.postback("Track order", "track"),
        cb.goto("Menu", "{BLOCK}"),
    )
    .cards(
        cb.card(
            "Pro plan",
            "Billed yearly",
            cb.url("Pricing", "https://shop.example/pricing"),
            cb.phone("Call", "+1234567890"),
            image="https://shop.example/pro.png",
        ),
    )
    .buttons(
        "Anything else?",
        cb.webview("Form", "https://shop.example/form", height="tall"),
        cb.webview("Help", "https://shop.example/help"),
        delay=2000.5,
    )
    .set(plan="vip")
)"""


def evaluated(source):
    return json.loads(json.dumps(eval(source, {"cb": CB}).payload))


def test_every_word():
    """Every type of response and button has its word; the source reads as a person would write it."""
    source = export(FULL, "reply")
    assert source == SOURCE
    assert evaluated(source) == FULL


def test_is_formatted():
    """ruff would write the source in the same way."""
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--isolated", "--line-length=100", "-"],
        input=SOURCE,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == SOURCE + "\n"


@pytest.mark.parametrize(
    ("payload", "source"),
    [
        ({}, "cb.Reply()"),
        ({"responses": []}, 'cb.Reply.from_payload({"responses": []})'),
        ({"attributes": {}}, 'cb.Reply.from_payload({"attributes": {}})'),
        ({"attributes": {"a": "b", "c": ""}}, 'cb.Reply().set(a="b", c="")'),
        ({"attributes": {"Phone number": "b", "c": "d"}}, 'cb.Reply().set({"Phone number": "b", "c": "d"})'),
        ({"attributes": {"class": "b"}}, 'cb.Reply().set({"class": "b"})'),
        ({"attributes": {"self": "a"}}, 'cb.Reply().set(self="a")'),
        ({"attributes": {"function": "a"}}, 'cb.Reply().set(function="a")'),
        ({"attributes": {"__debug__": "b"}}, 'cb.Reply().set({"__debug__": "b"})'),
        ({"attributes": {"ﬁ": "b"}}, 'cb.Reply().set({"ﬁ": "b"})'),
        ({"attributes": {"a": None}}, 'cb.Reply.from_payload({"attributes": {"a": None}})'),
        ({"attributes": ["a"]}, 'cb.Reply.from_payload({"attributes": ["a"]})'),
        ({"responses": None}, 'cb.Reply.from_payload({"responses": None})'),
        ({"x": 1, "responses": [{"type": "text", "message": "a"}]}, 'cb.Reply.from_payload({"x": 1}).text("a")'),
        ([{"type": "text", "message": "a"}], 'cb.Reply.from_payload([{"type": "text", "message": "a"}])'),
        ("a", "cb.Reply.from_payload('\"a\"')"),
    ],
)
def test_whole(payload, source):
    """What has no word as a whole goes in by from_payload; the rest is still chained."""
    assert export(payload, "reply") == source
    assert evaluated(source) == payload


@pytest.mark.parametrize(
    ("response", "call"),
    [
        ({"type": "text", "message": ""}, '.raw({"type": "text", "message": ""})'),
        ({"type": "text", "message": "a", "x": 1}, '.raw({"type": "text", "message": "a", "x": 1})'),
        ({"type": "text", "delay": 1000, "message": "a"}, '.raw({"type": "text", "delay": 1000, "message": "a"})'),
        ({"type": "image", "image_url": "https://a"}, '.raw({"type": "image", "image_url": "https://a"})'),
        ({"type": "buttons", "title": "a", "buttons": []}, '.raw({"type": "buttons", "title": "a", "buttons": []})'),
        ({"type": ["cards"]}, '.raw({"type": ["cards"]})'),
        (None, ".raw(None)"),
        (
            {"type": "buttons", "title": "a", "buttons": [{"type": "phone", "title": "b", "value": "1"}, 5]},
            '.buttons("a", cb.raw({"type": "phone", "title": "b", "value": "1"}), cb.raw(5))',
        ),
        (
            {"type": "quickReplies", "title": "a", "buttons": [{"type": "url", "title": "b", "value": "https://c"}]},
            '.quick_replies("a", cb.raw({"type": "url", "title": "b", "value": "https://c"}))',
        ),
        ({"type": "cards", "elements": [{"title": "a"}], "delay": 500}, '.cards(cb.raw({"title": "a"}), delay=500)'),
        (
            {
                "type": "cards",
                "elements": [{"title": "a", "subtitle": "b", "imageUrl": "https://c", "buttons": [{"type": "x"}]}],
            },
            '.cards(cb.card("a", "b", cb.raw({"type": "x"}), image="https://c"))',
        ),
    ],
)
def test_raw(response, call):
    """Only what has no word goes in as it is: a response, a card or a button."""
    source = export({"responses": [response]}, "reply")
    assert source == f"cb.Reply(){call}"
    assert evaluated(source) == {"responses": [response]}


def test_many_responses():
    """A chain of 99 calls is evaluated; a reply of 500 goes in as a whole."""
    for number, begin in ((99, "(\n    cb.Reply()\n"), (500, "cb.Reply.from_payload(")):
        payload = {"responses": [{"type": "text", "message": str(number)}] * number}
        source = export(payload, "reply")
        assert source.startswith(begin)
        assert evaluated(source) == payload


def test_texts(texts):
    """800 nasty texts, as words and as attributes."""
    for begin in range(0, len(texts), 80):
        part = texts[begin : begin + 80]
        payload = {
            "responses": [{"type": "text", "message": text} for text in part],
            "attributes": {text: text for text in part},
        }
        assert evaluated(export(payload, "reply")) == payload


KEYS = ["type", "message", "messages", "imageUrl", "title", "subtitle", "value", "delay", "buttons", "elements"]
WORDS = ["text", "randomText", "image", "quickReplies", "cards", "buttons", "postback", "goto", "url", "phone", "tall"]
VALUES = st.sampled_from([*WORDS, BLOCK, "https://a.example", "+123", "", 500, 1000, 500.0, None]) | st.text(max_size=4)
NEAR = st.recursive(
    VALUES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=12,
)


@st.composite
def near_replies(draw):
    """Draw a reply in which a few places of a good one are exchanged, dropped or new."""
    payload = json.loads(json.dumps(FULL))
    for _ in range(draw(st.integers(1, 4))):
        place = payload
        while draw(st.booleans()) or place is payload:
            inner = [
                entry
                for entry in (place.values() if isinstance(place, dict) else place)
                if isinstance(entry, (dict, list))
            ]
            if not inner:
                break
            place = draw(st.sampled_from(inner))
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        if keys and draw(st.booleans()):
            place[draw(st.sampled_from(keys))] = draw(NEAR)
        elif keys and draw(st.booleans()):
            del place[draw(st.sampled_from(keys))]
        elif isinstance(place, dict):
            place[draw(st.sampled_from(KEYS))] = draw(NEAR)
        else:
            place.append(draw(NEAR))
    return payload


@given(near_replies())
@settings(max_examples=300, deadline=None, database=None)
def test_any_reply(payload):
    """Whatever a reply holds, its source evaluates, and to the same."""
    source = export(payload, "reply")
    assert evaluated(source) == payload
