"""A reply as text: fixed, short, for any payload."""

from __future__ import annotations

import pytest

from chatbot_nb.payloads.preview.text import chat_text


def test_every_type(reply):
    """Counts first, then a line for each response and element, the attributes last."""
    assert chat_text(reply) == (
        "reply: 6 responses, 1 attribute\n"
        "  text 'Hi {{name}}!\\nWelcome.' (delay 500 ms)\n"
        "  randomText 3 messages: 'How can I help?', 'What now?', 'Yes?'\n"
        "  image 'https://a.example/map.png'\n"
        "  quickReplies 'Pick one' ['Track order' → 'track'] ['Menu' ⇒ '0e1a2425-76e3-49fd-bfc0-547603ab1fe3']\n"
        "  cards 1 element\n"
        "    'Pro' · 'Yearly' · 'https://a.example/pro.png' "
        "['Pricing' → url 'https://a.example/pricing'] ['Call' → phone '+1234567890']\n"
        "  buttons 'More?' ['Form' → webview 'https://a.example/form' tall]\n"
        "  attributes 'plan': 'vip'"
    )


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        pytest.param({}, "reply: nothing in it", id="empty"),
        pytest.param(None, "reply: null, not an object\n  null", id="null"),
        pytest.param("a", "reply: a string, not an object\n  'a'", id="string"),
        pytest.param([1], "reply: an array, not an object\n  an array", id="array"),
        pytest.param({"responses": {}}, "reply: responses: an object\n  'responses': an object", id="responses"),
        pytest.param({"attributes": 1}, "reply: attributes: a number\n  'attributes': 1", id="attributes"),
        pytest.param({"parameters": {}}, "reply: 1 other key\n  'parameters': an object", id="version 1"),
        pytest.param({"responses": [7]}, "reply: 1 response\n  7, not a response", id="number"),
        pytest.param({"responses": [{"type": "a b"}]}, "reply: 1 response\n  'a b'", id="unknown type"),
        pytest.param({"responses": [{"type": "text"}]}, "reply: 1 response\n  text no message", id="no message"),
        pytest.param(
            {"responses": [{"type": "cards", "elements": [3, {"title": "a"}]}]},
            "reply: 1 response\n  cards 2 elements\n    3\n    'a'",
            id="elements",
        ),
        pytest.param(
            {"responses": [{"type": "buttons", "title": "a", "buttons": [{}, {"type": "url"}], "delay": "1"}]},
            "reply: 1 response\n  buttons 'a' [an object] [no title → url no value] (delay '1' ms)",
            id="buttons",
        ),
    ],
)
def test_anything(payload, text):
    """What is no reply is named as what it is."""
    assert chat_text(payload) == text


def test_no_character_acts():
    """ANSI escapes and direction overrides are spelled out."""
    assert chat_text({"responses": [{"type": "\x1b[31m", "message": "a"}, {"type": "text", "message": "\u202ea"}]}) == (
        "reply: 2 responses\n  '\\x1b[31m'\n  text '\\u202ea'"
    )


def test_bounds():
    """At most 20 lines, and five entries in one of them."""
    lines = chat_text({"responses": [{"type": "text", "message": "a" * 10_000_000}] * 500}).splitlines()
    assert len(lines) == 20
    assert lines[-2:] == [f"  text '{'a' * 58}…", "  and more"]
    postback = {"type": "postback", "title": "a", "value": "b"}
    quick = {"responses": [{"type": "quickReplies", "title": "c", "buttons": [postback] * 13}]}
    assert chat_text(quick).endswith("['a' → 'b'] and 8 more")
    assert len(chat_text({"responses": [1] * 19}).splitlines()) == 20
    assert chat_text({"responses": [1] * 19}).endswith("\n  1, not a response")
