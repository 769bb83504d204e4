"""`assert_reply`: passes what ChatBot accepts, fails with every finding as text."""

from __future__ import annotations

import json

import pytest

import chatbot_nb as cb
from chatbot_nb.payloads.responses import ReplyPayload, Text

GOOD = {"responses": [{"type": "text", "message": "Hi"}]}
BAD = {"responses": [{"type": "text", "message": "", "delay": 50}], "attributes": {"a": []}}
WORDS = (
    "reply: 3 errors\n"
    "  error   /attributes/a: an array is not a string\n"
    "  error   /responses/0/delay: 50, at least 100\n"
    "  error   /responses/0/message: 0 characters, at least 1"
)
UNKNOWN = {**GOOD, "extra": 1}


@pytest.mark.parametrize(
    "payload",
    [
        GOOD,
        json.dumps(GOOD),
        json.dumps(GOOD).encode(),
        bytearray(json.dumps(GOOD).encode()),
        ReplyPayload(responses=[Text(message="Hi")]),
        cb.Reply().text("Hi"),
        b"",
        UNKNOWN,
    ],
)
def test_passes(payload):
    """A valid payload in any form, an empty body, and one with warnings."""
    cb.assert_reply(payload)


@pytest.mark.parametrize("payload", [BAD, json.dumps(BAD), cb.Reply.from_payload(BAD)])
def test_fails(payload):
    """The error's text is all that was found."""
    with pytest.raises(AssertionError) as caught:
        cb.assert_reply(payload)
    assert str(caught.value) == WORDS


def test_all_findings():
    """None of many findings is left out."""
    with pytest.raises(AssertionError) as caught:
        cb.assert_reply({"responses": [{"type": "text", "message": ""}] * 60})
    first, *lines = str(caught.value).split("\n")
    assert first == "reply: 60 errors"
    assert lines == [f"  error   /responses/{place}/message: 0 characters, at least 1" for place in range(60)]


def test_warnings():
    """Warnings fail on demand, and are told beside errors anyway."""
    with pytest.raises(AssertionError) as caught:
        cb.assert_reply(UNKNOWN, warnings=True)
    assert str(caught.value) == "reply: 1 warning\n  warning /extra: 'extra' is not a documented key here"
    with pytest.raises(AssertionError, match=r"^reply: 3 errors, 1 warning\n"):
        cb.assert_reply({**BAD, "extra": 1})
    cb.assert_reply(b"", warnings=True)


def test_placeholders_of_a_rendered_reply():
    """A rendered reply with a placeholder left passes, but not where warnings count."""
    reply = cb.Reply().text("Hi {{name}}").render(nme="Ada")
    cb.assert_reply(reply)
    cb.assert_reply(cb.Reply().text("Hi {{name}}"), warnings=True)
    with pytest.raises(AssertionError) as caught:
        cb.assert_reply(reply, warnings=True)
    assert str(caught.value) == (
        "reply: 1 warning\n  warning /responses/0/message: "
        "no attribute is called 'name', so its placeholder stays as it is; did you mean 'nme'?"
    )


def test_what_is_no_payload():
    """A response object of a test client, passed by mistake, is named."""
    with pytest.raises(AssertionError) as caught:
        cb.assert_reply(object())
    assert str(caught.value) == (
        "reply: 1 error\n  error   (whole): a Python object is not a payload; pass bytes, str, dict, list or a model"
    )


def test_the_failure_stands_on_the_line_of_the_test():
    """pytest hides the frame of `assert_reply` itself."""
    with pytest.raises(AssertionError) as caught:
        cb.assert_reply(BAD)
    assert [entry.name for entry in caught.traceback.filter(caught)] == [
        "test_the_failure_stands_on_the_line_of_the_test"
    ]
