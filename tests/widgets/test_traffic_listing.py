"""Which exchanges a panel lists: whatever happens in which order, the same as if it was worked out anew."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot_nb.traffic.capture import Capture
from chatbot_nb.traffic.exchange import Exchange, SentReply
from chatbot_nb.traffic.limits import ReceiverLimits
from chatbot_nb.transport.inbound.http import Request, Timing
from chatbot_nb.widgets.traffic.bodies import body_json, spelled
from chatbot_nb.widgets.traffic.lines import Lines
from chatbot_nb.widgets.traffic.listing import Listing
from chatbot_nb.widgets.traffic.painter import Painter

NOW = datetime(2026, 1, 1, tzinfo=UTC)
WORDS = ("apple", "pear", "plum")
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.sampled_from(WORDS)),
        st.tuples(st.just("finish"), st.integers(1, 30)),
        st.tuples(st.just("pin"), st.integers(1, 30)),
        st.tuples(st.just("unpin"), st.integers(1, 30)),
        st.tuples(st.just("filter"), st.sampled_from(["", "apple", "PL", "pear 200", "nothing"])),
        st.tuples(st.just("clear"), st.none()),
        st.tuples(st.just("refresh"), st.none()),
    ),
    max_size=60,
)


def exchange_of(seq, word):
    http = Request(NOW, "", "1.1", "POST", b"/", body=json.dumps({"message": word}).encode())
    return Exchange(seq, f"{seq:032x}", http)


def listing_of(capture):
    return Listing(capture, Lines(lambda text: text))


def step(listing, what, value):
    capture = listing.capture
    if what == "add":
        capture.add(lambda seq: exchange_of(seq, value))
    elif what == "finish" and (former := capture.get(value)) is not None:
        capture.put(replace(former, reply=SentReply(), timing=Timing(reply_done=0.01)))
    elif what == "pin" and (exchange := listing.get(value)) is not None:
        listing.pin(value, exchange)
    elif what == "unpin":
        listing.pin(value, None)
    elif what == "filter":
        listing.filter = value
        listing.anew()
    elif what == "clear":
        capture.clear()
    elif what == "refresh":
        listing.refresh()


def expected(listing):
    """What should be listed, worked out without any memory."""
    words = listing.filter.casefold().split()
    seqs = set(listing.pinned)
    for exchange in listing.capture.all():
        text = f"{listing.lines.line(exchange).words()} {exchange.text}".casefold()
        if all(word in text for word in words):
            seqs.add(exchange.seq)
    return sorted(seqs)


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_any_order_of_events(steps):
    listing = listing_of(Capture(ReceiverLimits(exchanges=5)))
    for what, value in steps:
        step(listing, what, value)
    listing.refresh()
    listed = expected(listing)
    assert [one.seq for one in listing.all()] == listed
    assert len(listing) == len(listed)
    assert [one.seq for one in listing.newest(3)] == listed[::-1][:3]
    for top in (None, 3, 7):
        window, count = listing.window(top, 1, 3)
        upto = [seq for seq in listed if top is None or seq <= top][::-1]
        assert ([one.seq for one in window], count) == (upto[1:3], len(upto))
        for place, seq in enumerate(upto):
            assert listing.place(seq, top) == place


def test_what_was_sent_and_changed_is_told_once():
    capture = Capture(ReceiverLimits())
    listing = listing_of(capture)
    for _ in range(3):
        capture.add(lambda seq: exchange_of(seq, "apple"))
    listing.refresh()
    listing.watch(listing.newest(2))
    assert listing.changed() == []
    for seq in (1, 3):
        step(listing, "finish", seq)
    assert [line.seq for line in listing.changed()] == [3]  # the first was not sent
    assert listing.changed() == []


def test_a_verdict_that_is_made_later_is_a_change():
    """Nobody replaces the exchange then: it knows more."""
    capture = Capture(ReceiverLimits())
    large = Request(NOW, "", "1.1", "POST", b"/", body=b'"' + b"x" * 70_000 + b'"')
    capture.add(lambda seq: Exchange(seq, "0", large, (), SentReply(), Timing(reply_done=0.1)))
    listing = listing_of(capture)
    listing.filter = "error"
    listing.refresh()
    assert listing.watch(capture.all())[0].cells["verdict"] == "…"
    assert len(listing) == 0
    assert capture.all()[0].verdict.errors
    listing.refresh()
    assert len(listing) == 1
    assert [line.cells["verdict"] for line in listing.changed()] == ["1 error"]


@given(st.binary(max_size=200), st.sampled_from([None, "text", "hex"]), st.integers(1, 50))
def test_any_body_can_be_shown(raw, form, limit):
    """As JSON that UTF-8 can hold, without controls; never more of it than is allowed."""
    made = body_json(raw, form=form, limit=limit)
    json.dumps(made, ensure_ascii=False).encode()
    assert made["shown"] == min(len(raw), limit)
    assert not any(ord(sign) < 32 and sign not in "\n\t" for sign in made["text"])
    if made["form"] == "hex":
        assert len(made["text"].split("\n")) == -(-made["shown"] // 16) or not raw


def test_json_stays_json_when_controls_are_spelled():
    text = json.dumps({"a": "\u202e\u2028\x7f\u0085 שלום \u200d"}, ensure_ascii=False)
    assert json.loads(spelled(text)) == json.loads(text)
    assert "\u202e" not in spelled(text)
    assert "שלום \u200d" in spelled(text)


def test_a_character_that_the_cut_divides_is_left_out():
    assert body_json("aé".encode(), form=None, limit=2)["text"] == "a"
    assert body_json(b"a\xc3", form=None, limit=9)["note"].startswith("not UTF-8 at byte 1")


def test_the_painter_waits_for_changes(monkeypatch):
    """Once at first, then when something has come; it ends at once when it is told to."""
    monkeypatch.setattr("chatbot_nb.widgets.traffic.painter.PAUSE", 0.0)
    monkeypatch.setattr("chatbot_nb.widgets.traffic.painter._LOOK", 60.0)
    capture = Capture(ReceiverLimits())
    painted = threading.Semaphore(0)
    painter = Painter(painted.release, lambda: capture, pytest.fail)
    painter.start()
    painter.start()
    assert painted.acquire(timeout=10)
    assert not painted.acquire(timeout=0.05)
    capture.add(lambda seq: exchange_of(seq, "apple"))
    assert painted.acquire(timeout=10)
    thread = painter._thread
    painter.stop()
    painter.stop()
    thread.join(10)
    assert not thread.is_alive()
    painter.start()
    assert painted.acquire(timeout=10)
    painter.stop()


def test_a_capture_tells_of_every_change():
    capture = Capture(ReceiverLimits())
    before = capture.changes
    assert capture.wait_for_change(before, 0.0) == before
    first = capture.add(lambda seq: exchange_of(seq, "apple"))
    after = capture.wait_for_change(before, 10)
    assert after > before
    capture.put(replace(first, timing=Timing()))
    assert capture.wait_for_change(after, 10) > after
    for change in (capture.wake, capture.clear, lambda: capture.restore([exchange_of(9, "pear")])):
        before = capture.changes
        change()
        assert capture.changes > before
