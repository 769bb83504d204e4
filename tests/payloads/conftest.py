"""Payloads that the tests of this folder change one thing in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

DATA = Path(__file__).parent.parent / "data"
BLOCK = "0e1a2425-76e3-49fd-bfc0-547603ab1fe3"


@pytest.fixture
def sample():
    """Read a documented sample as text."""
    return lambda name: (DATA / f"{name}.json").read_text()


@pytest.fixture
def request_body(sample):
    return json.loads(sample("request"))


@pytest.fixture
def buttons():
    """Return a valid button of each type."""
    return {
        "postback": {"type": "postback", "title": "a", "value": "b"},
        "goto": {"type": "goto", "title": "a", "value": BLOCK},
        "url": {"type": "url", "title": "a", "value": "https://a.example"},
        "webview": {"type": "webview", "title": "a", "value": "https://a.example", "height": "tall"},
        "phone": {"type": "phone", "title": "a", "value": "+12"},
    }


@pytest.fixture
def responses(buttons):
    """Return a valid response of each type."""
    element = {"title": "a", "subtitle": "b", "imageUrl": "https://a.example/a.png", "buttons": [*buttons.values()]}
    return {
        "text": {"type": "text", "message": "a"},
        "randomText": {"type": "randomText", "messages": ["a", "b"]},
        "image": {"type": "image", "imageUrl": "https://a.example/a.png"},
        "quickReplies": {"type": "quickReplies", "title": "a", "buttons": [buttons["postback"], buttons["goto"]]},
        "cards": {"type": "cards", "elements": [element]},
        "buttons": {"type": "buttons", "title": "a", "buttons": [*buttons.values()]},
    }
