"""`diff`: what changes from one reply to another, as JSON Patch and as chats side by side."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

import chatbot_nb as cb
from chatbot_nb.payloads.patch import apply_patch
from chatbot_nb.payloads.preview.side_by_side import side_by_side_html


def test_patch():
    """The patch makes the one payload of the other; the text shows it line by line."""
    old, new = cb.Reply().text("Hi").set(plan="a"), cb.Reply().text("Hello").text("Bye").set(plan="a")
    diff = old.diff(new)
    assert apply_patch(old.payload, diff.patch) == new.payload
    assert bool(diff)
    assert repr(diff) == (
        "2 differences\n"
        '  {"op": "add", "path": "/responses/1", "value": {"type": "text", "message": "Bye"}}\n'
        '  {"op": "replace", "path": "/responses/0/message", "value": "Hello"}'
    )
    assert diff._repr_html_() == side_by_side_html(old.payload, new.payload)


def test_equal_replies():
    """No difference is false, and says so; another order of keys is none."""
    diff = cb.Reply.from_payload({"a": 1, "b": 2}).diff(cb.Reply.from_payload({"b": 2, "a": 1}))
    assert (bool(diff), repr(diff), diff.patch) == (False, "no difference", [])


def test_one_difference():
    """One is not many."""
    assert repr(cb.Reply().diff(cb.Reply().set())) == (
        '1 difference\n  {"op": "add", "path": "/attributes", "value": {}}'
    )


def test_equality_and_difference_agree():
    """1, 1.0 and true differ to both."""
    for one, other in ((1, 1.0), (1, True), (0.0, False)):
        replies = cb.Reply.from_payload([one]), cb.Reply.from_payload([other])
        assert replies[0] != replies[1]
        assert replies[0].diff(replies[1])


def test_hostile_text():
    """Control characters, overrides of direction and markup do nothing, in text and in HTML."""
    nasty = "\x1b[31m\x9b31m\u202e<script>alert(1)</script>"
    diff = cb.Reply().diff(cb.Reply().text(nasty))
    assert "\\x9b31m\\u202e" in repr(diff)
    assert repr(diff).replace("\n", "").isprintable()
    assert "<script>" not in diff._repr_html_()
    half = cb.Reply().text("{{a}}").render(a="\ud800")
    repr(cb.Reply().diff(half)).encode()
    cb.Reply().diff(half)._repr_html_().encode()


def test_a_large_difference():
    """Of many the first are shown, of long ones the beginning; the patch has all."""
    names = [f"n{number}" for number in range(30)]
    diff = cb.Reply().set().diff(cb.Reply().set(dict.fromkeys(names, "x" * 900)))
    first, *lines, last = repr(diff).split("\n")
    assert (first, len(lines), last) == ("30 differences", 20, "  and 10 more in .patch")
    assert {len(line) for line in lines} == {202}
    assert all(line.endswith("x…") for line in lines)
    assert len(diff.patch) == 30


def test_the_replies_stay():
    """What is done to a patch changes neither reply."""
    old, new = cb.Reply(), cb.Reply().text("a")
    old.diff(new).patch[0]["value"].append(1)
    assert (old, new) == (cb.Reply(), cb.Reply().text("a"))


@given(data=st.data())
@settings(max_examples=60, deadline=None, database=None)
def test_any_replies(data, valid_replies):
    """From any reply to any other, and there is a difference exactly if they are not equal."""
    old, new = data.draw(valid_replies), data.draw(valid_replies)
    diff = old.diff(new)
    assert bool(diff) is (old != new)
    assert cb.Reply.from_payload(apply_patch(old.payload, json.loads(json.dumps(diff.patch)))) == new
    diff._repr_html_().encode()
