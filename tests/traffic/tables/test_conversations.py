"""Deliveries by chat and turn, and what changed in between."""

from __future__ import annotations

import itertools
import json
import random
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from chatbot_nb.payloads.reply.reply import Reply
from chatbot_nb.traffic.capture import Capture
from chatbot_nb.traffic.exchange import Exchange, SentReply
from chatbot_nb.traffic.limits import ReceiverLimits
from chatbot_nb.traffic.replies.answers import sent_reply
from chatbot_nb.traffic.tables.conversations import conversations
from chatbot_nb.transport.inbound.http import Request, Timing

AT = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
OK = SentReply(body=b'{"responses": []}')


def exchange(seq, payload, *, reply=OK, at=AT, **more):
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    http = Request(at, "127.0.0.1:5000", "1.1", more.get("method", "POST"), b"/hook", (), (), body)
    return Exchange(seq, f"{seq:032x}", http, more.get("marks", ()), reply, Timing())


def event(chat="c", message_id=None, message="hi", user=None, **attributes):
    return {
        "chatId": chat,
        **({} if message_id is None else {"messageId": message_id}),
        "message": message,
        "node": {"name": "Order status"},
        "userAttributes": user or {},
        "attributes": attributes,
    }


def changes(*events):
    return conversations(exchange(seq, each) for seq, each in enumerate(events, 1))["changed"].tolist()


def said(reply):
    return conversations([exchange(1, event(), reply=reply)])["said"].tolist()[0]


def test_rows_are_grouped_by_chat_and_numbered():
    """Chats in the order in which they began, turns from 1 in each."""
    frame = conversations(exchange(seq, event(chat)) for seq, chat in enumerate("abacba", 1))
    assert frame.index.tolist() == [("a", 1), ("a", 2), ("a", 3), ("b", 1), ("b", 2), ("c", 1)]
    assert frame["seq"].tolist() == [1, 3, 6, 2, 5, 4]
    assert frame.loc[("b", 2), ["node", "message", "seq"]].tolist() == ["Order status", "hi", 5]


def test_columns_are_the_same_when_empty():
    """So are their dtypes, and those of the index."""
    full, empty = conversations([exchange(1, event())]), conversations([])
    assert list(full) == ["seq", "received_at", "node", "message", "said", "changed", "sets", "duplicate"]
    assert full.dtypes.to_dict() == empty.dtypes.to_dict()
    assert [str(dtype) for dtype in full.dtypes] == ["int64", "datetime64[us, UTC]", *["str"] * 5, "bool"]
    assert full.index.dtypes.to_dict() == empty.index.dtypes.to_dict()
    assert empty.index.names == ["chat_id", "turn"]


def test_only_deliveries_of_a_chat_have_a_row():
    """No verification, no refused request, no body without a chatId, nothing that is no object."""
    others = [
        exchange(1, b"", method="GET"),
        exchange(2, event(), marks=("loop",)),
        *(
            exchange(3 + place, body)
            for place, body in enumerate([b"[", b"[]", b"null", {"chatId": 5}, {"chatId": ""}])
        ),
    ]
    assert len(conversations(others)) == 0


def test_what_changed_is_told():
    """A new value, a new attribute, one that is gone, null and other types; nothing in the first turn."""
    assert changes(
        event(plan="free", name="Ada", n=1),
        event(plan="pro", name="Ada", n=True, city="Kraków"),
        event(plan=None, name="Ada", n=True),
        event(plan=None, name="Ada", n=True),
    ) == [
        "",
        "plan: 'free' → 'pro', n: 1 → true, + city: 'Kraków'",
        "plan: 'pro' → null, − city",  # noqa: RUF001
        "",
    ]


def test_attributes_of_both_kinds_are_compared_once():
    """Of a name that is in both, that of the chat counts."""
    first, second = event(user={"name": "a", "age": "1"}, name="a"), event(user={"name": "b", "age": "2"}, name="b")
    assert changes(first, second) == ["", "name: 'a' → 'b', age: '1' → '2'"]
    assert changes(first, event(user={"name": "b", "age": "1"}, name="a")) == ["", ""]


def test_changes_are_short():
    """Long values from where they differ, at most 20 attributes, objects by their kind, on one line."""
    (_, long) = changes(event(t="x" * 500 + "a"), event(t="x" * 500 + "b"))
    assert long == f"t: …'{'x' * 20}a' → …'{'x' * 20}b'"
    (_, many) = changes(event(), event(**{f"k{number}": "x" for number in range(10_000)}))
    assert many.count("+ ") == 20
    assert many.endswith("k19: 'x', …")
    (_, odd) = changes(event(), event(**{"a\nb\x1b" + "c" * 100: {"x": 1}}))
    assert odd == "+ a\\nb\\x1b" + "c" * 51 + "…: an object"
    assert len(odd.splitlines()) == 1


def test_case_23_duplicates_are_kept_and_change_nothing():
    """They have the turn of the first, and the next turn is compared with the last that was none."""
    first, second, third = event(message_id="1", n="1"), event(message_id="2", n="2"), event(message_id="3", n="3")
    frame = conversations(exchange(seq, each) for seq, each in enumerate([first, second, first, second, third], 1))
    assert frame.index.get_level_values("turn").tolist() == [1, 2, 1, 2, 3]
    assert frame["duplicate"].tolist() == [False, False, True, True, False]
    assert frame["changed"].tolist() == ["", "n: '1' → '2'", "", "", "n: '2' → '3'"]


def test_a_message_without_an_id_is_a_turn():
    """What cannot be compared is no duplicate."""
    frame = conversations(exchange(seq, {**event(), "messageId": 5}) for seq in (1, 2))
    assert frame["duplicate"].tolist() == [False, False]
    assert frame.index.get_level_values("turn").tolist() == [1, 2]


@given(times=st.lists(st.integers(1, 3), min_size=1, max_size=12), seed=st.integers(0, 999))
def test_each_event_one_to_three_times_and_shuffled(times, seed):
    """All deliveries are kept, each event is one turn, and what changed is what the first deliveries say."""
    events = [event(f"chat {n % 3}", f"m{n}", n=str(n)) for n in range(len(times))]
    sent = [each for each, number in zip(events, times, strict=True) for _ in range(number)]
    random.Random(seed).shuffle(sent)
    capture = Capture(ReceiverLimits())
    for each in sent:
        mark = ("duplicate",) if capture.is_repeated(each["messageId"]) else ()
        capture.add(lambda seq, each=each, mark=mark: exchange(seq, each, marks=mark))
    frame = conversations(capture.all())
    assert len(frame) == len(sent)
    marked = {each.seq for each in capture.all() if "duplicate" in each.marks}
    assert set(frame.loc[frame["duplicate"], "seq"]) == marked
    for chat, rows in frame.groupby(level="chat_id"):
        first = rows[~rows["duplicate"]]
        assert first.index.get_level_values("turn").tolist() == list(range(1, len(first) + 1))
        numbers = [each["attributes"]["n"] for seq, each in enumerate(sent, 1) if seq in set(first["seq"])]
        told = [f"n: '{a}' → '{b}'" for a, b in itertools.pairwise(numbers)]
        assert first["changed"].tolist() == ["", *told], chat
        assert (rows.loc[rows["duplicate"], "changed"] == "").all()


def test_case_66_the_order_is_that_of_seq():
    """Not that of the clock, nor of what is passed."""
    exchanges = [exchange(seq, event(n=str(seq)), at=AT - timedelta(hours=seq)) for seq in (1, 2, 3)]
    frame = conversations(exchanges)
    assert frame["seq"].tolist() == [1, 2, 3]
    assert_frame_equal(conversations(reversed(exchanges)), frame)


def test_what_was_said():
    """The texts of the reply and its buttons on one line; what it sets apart."""
    reply = (
        Reply()
        .text("Hello\n  Ada!")
        .random_text("One", "Two")
        .image("https://example.com/a.png")
        .quick_replies("Which?", {"type": "postback", "title": "Track", "value": "track"})
        .set(plan="pro", city="Kraków")
    )
    frame = conversations([exchange(1, event(), reply=sent_reply(reply, rule="reply"))])
    assert frame["said"].tolist() == ["Hello Ada! | One | [image] | Which? | [Track]"]
    assert frame["sets"].tolist() == ["plan: 'pro', city: 'Kraków'"]


def test_what_was_said_is_cut():
    """At 200 characters, whatever the length of a text."""
    assert said(sent_reply(Reply().text("x" * 1000), rule="reply")) == "x" * 199 + "…"
    assert len(said(SentReply(body=json.dumps({"responses": [{"message": "y" * 10**6}] * 50}).encode()))) == 200
    assert said(SentReply(body=json.dumps({"responses": [{"message": "z" * 200}]}).encode())) == "z" * 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[",
        b"[]",
        b"\xff",
        b"[" * 100_000,
        b"9" * 5000,
        b'{"responses": {"message": "x"}}',
        b'{"responses": [5, []]}',
    ],
)
def test_what_is_no_reply_says_nothing(body):
    """And is no error; it sets nothing either."""
    frame = conversations([exchange(1, event(), reply=SentReply(body=body))])
    assert frame["said"].fillna("").tolist() == [""]
    assert frame["sets"].tolist() == [""]


def test_an_open_exchange_has_said_nothing_yet():
    """Which is missing, not empty."""
    assert pd.isna(said(None))
    assert said(OK) == ""


def test_odd_characters_are_spelled_out(tmp_path):
    """So that a line stays a line, and can be written."""
    reply = SentReply(
        body=b'{"responses": [{"message": "a\\u001b[31m\\u2028\\ud800"}], "attributes": {"\\udfff": "\\ud800"}}'
    )
    frame = conversations([exchange(1, event(), reply=reply)])
    assert frame["said"].tolist() == ["a\\x1b[31m\\u2028\ufffd"]
    frame.to_csv(tmp_path / "conversations.csv")
