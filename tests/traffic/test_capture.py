"""What is kept in memory, within its bounds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from chatbot_nb.traffic.capture import Capture
from chatbot_nb.traffic.exchange import Exchange
from chatbot_nb.traffic.limits import ReceiverLimits
from chatbot_nb.transport.inbound.http import Request, Timing

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def exchange_of(seq, size=100):
    return Exchange(seq, f"{seq:032x}", Request(NOW, "", "1.1", "POST", b"/", body=b"x" * size))


def test_a_body_that_went_while_it_was_open_does_not_come_back():
    """The exchange is finished later, with the body that its handler still had; the bound holds."""
    capture = Capture(ReceiverLimits(stored_bytes=5000))
    first = capture.add(lambda seq: exchange_of(seq, 3000))
    capture.add(lambda seq: exchange_of(seq, 3000))
    assert capture.get(1).http.body == b""
    capture.put(replace(first, timing=Timing()))
    finished = capture.get(1)
    assert (finished.http.body, finished.marks, finished.done) == (b"", ("body_evicted",), True)
    assert capture._bytes == sum(exchange.size for exchange in capture.all())


def test_since_gives_the_newest():
    """From a number on, also where there are gaps or everything older is gone."""
    capture = Capture(ReceiverLimits(exchanges=4))
    capture.restore([exchange_of(seq) for seq in (2, 5, 9)])
    assert [one.seq for one in capture.since(5)] == [5, 9]
    capture.add(exchange_of)
    capture.add(exchange_of)
    assert [one.seq for one in capture.since(0)] == [5, 9, 10, 11]
    assert (capture.first, capture.next_seq, capture.seen, capture.evicted) == (5, 12, 5, 1)
    assert capture.since(12) == []
