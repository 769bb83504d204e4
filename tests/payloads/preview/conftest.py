"""A page reader, and replies with one of everything."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from chatbot_nb.payloads.preview.style import STYLE

BLOCK = "0e1a2425-76e3-49fd-bfc0-547603ab1fe3"
VOID = {"br", "wbr"}


class Page(HTMLParser):
    """Tags, classes, attributes and text of a fragment; unbalanced tags fail."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.attributes, self.tags, self.open, self.text = set(), set(), [], ""
        self.rows = []
        assert html.count("<style>") == 1
        self.feed(html.replace(STYLE, ""))
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= set(attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_comment(self, data):
        raise AssertionError(data)

    handle_decl = handle_pi = unknown_decl = handle_comment

    def handle_data(self, data):
        self.text += data


@pytest.fixture
def read():
    """Return what reads a fragment."""
    return Page


@pytest.fixture
def reply():
    """Return a valid reply with each type of response and button."""
    menu = {"type": "goto", "title": "Menu", "value": BLOCK}
    form = {"type": "webview", "title": "Form", "value": "https://a.example/form", "height": "tall"}
    pricing = {"type": "url", "title": "Pricing", "value": "https://a.example/pricing"}
    call = {"type": "phone", "title": "Call", "value": "+1234567890"}
    track = {"type": "postback", "title": "Track order", "value": "track"}
    card = {"title": "Pro", "subtitle": "Yearly", "imageUrl": "https://a.example/pro.png", "buttons": [pricing, call]}
    return {
        "responses": [
            {"type": "text", "message": "Hi {{name}}!\nWelcome.", "delay": 500},
            {"type": "randomText", "messages": ["How can I help?", "What now?", "Yes?"]},
            {"type": "image", "imageUrl": "https://a.example/map.png", "delay": 1000},
            {"type": "quickReplies", "title": "Pick one", "buttons": [track, menu]},
            {"type": "cards", "elements": [card]},
            {"type": "buttons", "title": "More?", "buttons": [form]},
        ],
        "attributes": {"plan": "vip"},
    }
