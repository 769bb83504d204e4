"""Waiting for traffic, and asserting that it came."""

from __future__ import annotations

import json
import signal
import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from chatbot_nb.errors import ReceiverTimeoutError
from chatbot_nb.traffic.capture import Capture
from chatbot_nb.traffic.exchange import Exchange, SentReply
from chatbot_nb.traffic.expectation import assert_received, wait
from chatbot_nb.traffic.limits import ReceiverLimits
from chatbot_nb.transport.inbound.http import Request, Timing

AT = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
DONE = Timing(0.001, 0.002, 0.003, 0.004)
OK = SentReply(body=b'{"responses": []}')
SOON = 0.05  # seconds until a wait that must fail does


def request(message="where is it", node="Order status", chat="64a1", **attributes):
    return {
        "chatId": chat,
        "messageId": "m-1",
        "userId": "u-1",
        "externalId": "e-1",
        "message": message,
        "node": {"id": "9c4d", "name": node, "type": "WEBHOOK", "webhookId": "5f52", "webhookName": "Orders"},
        "userAttributes": {"default_name": "Ada"},
        "attributes": attributes,
    }


def add(capture, payload=None, *, timing=DONE, method="POST", **more):
    body = payload if isinstance(payload, bytes) else json.dumps(payload or request()).encode()
    headers = ((b"Content-Type", b"application/json"), (b"Authorization", b"Basic s3cret"))
    http = Request(AT, "127.0.0.1:5000", "1.1", method, more.get("target", b"/hook"), headers, (), body)
    return capture.add(lambda seq: Exchange(seq, f"{seq:032x}", http, more.get("marks", ()), OK, timing))


def capture_of(*payloads, **limits):
    capture = Capture(replace(ReceiverLimits(), **limits))
    for payload in payloads:
        add(capture, payload)
    return capture


def seqs(exchanges):
    return [exchange.seq for exchange in exchanges]


def later(function, *args):
    """Call in another thread, once the caller has had time to begin waiting; either order is right."""
    timer = threading.Timer(0.02, function, args)
    timer.start()
    return timer


def test_what_came_before_counts():
    """The first n that are kept are returned, oldest first."""
    assert seqs(wait(capture_of(*[None] * 3), 2)) == [1, 2]


def test_it_waits_for_what_comes():
    """Until the last of them is done."""
    capture = capture_of(None)
    timer = later(add, capture)
    assert seqs(wait(capture, 2)) == [1, 2]
    timer.join()


def test_an_open_exchange_counts_when_it_is_done():
    """And comes in its place by number, though others were done before."""
    capture = capture_of(None)
    open_ = add(capture, timing=None)
    add(capture)
    with pytest.raises(ReceiverTimeoutError, match="2 of 3 exchanges came"):
        wait(capture, 3, timeout=SOON)
    timer = later(capture.put, replace(open_, timing=DONE))
    assert seqs(wait(capture, 3)) == [1, 2, 3]
    timer.join()


def test_many_while_they_come():
    """None is lost or counted twice, also where more come than are kept."""
    capture = capture_of(exchanges=10)
    seen = []

    def look(exchange):
        seen.append(exchange.seq)
        return exchange.seq % 2

    def send():
        for _ in range(300):
            add(capture)

    thread = threading.Thread(target=send)
    thread.start()
    found = seqs(wait(capture, 5, where=look))
    thread.join()
    assert found == sorted(set(found))
    assert len(seen) == len(set(seen))
    assert all(seq % 2 for seq in found)


def test_cleared_exchanges_do_not_count():
    """Counting begins with the last clear()."""
    capture = capture_of(None, None)
    capture.clear()
    with pytest.raises(ReceiverTimeoutError, match=r"^none of 1 exchange came"):
        wait(capture, timeout=SOON)

    def clear_and_send():
        capture.clear()
        add(capture)
        add(capture)

    add(capture)
    timer = later(clear_and_send)
    assert seqs(wait(capture, 2)) == [4, 5]
    timer.join()


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({"node": "Order status"}, [1, 3]),
        ({"message": "b"}, [2]),
        ({"chat_id": "c2", "node": "Order status"}, [3]),
        ({"attributes.plan": "pro"}, [1]),
        ({"attributes.plan": None, "method": "POST"}, [2, 3]),
        ({"attributes.n": 1}, [1]),
        ({"attributes.n": True}, [2]),
        ({"attributes.n": 1.0}, [1]),
        ({"attributes.list": [1]}, [3]),
        ({"user_attributes.default_name": "Ada"}, [1, 2, 3]),
        ({"reply_status": 200, "ms": 4.0, "received_at": AT, "message": "a"}, [1]),
        ({"reply_error": None, "verdict": "warnings"}, [1, 2]),
        ({}, [1, 2, 3]),
        (lambda exchange: exchange.payload["message"] == "b", [2]),
    ],
)
def test_where_picks(where, expected):
    """By the values of the frame's columns, None for a missing one, or by a predicate."""
    capture = capture_of(
        request("a", plan="pro", n=1), request("b", "Other", n=True), request("c", chat="c2", list=[1])
    )
    if "verdict" in (where if isinstance(where, dict) else {}):
        expected = [exchange.seq for exchange in capture.all() if str(exchange.verdict) == "warnings"]
        assert expected
    assert seqs(wait(capture, len(expected), timeout=SOON, where=where)) == expected
    with pytest.raises(ReceiverTimeoutError):
        wait(capture, len(expected) + 1, timeout=SOON, where=where)


def test_an_attribute_beyond_those_with_a_column_is_found():
    """The frame's limit on columns is none here."""
    capture = capture_of(request(**{f"k{number}": "x" for number in range(1000)}))
    assert seqs(wait(capture, where={"attributes.k999": "x"})) == [1]


def test_an_exception_in_where_goes_to_the_caller():
    """As it is; and the capture is not locked then, nor while the predicate runs."""
    capture = capture_of(None)

    def fail(_):
        thread = threading.Thread(target=add, args=(capture,))
        thread.start()
        thread.join(10)
        assert not thread.is_alive()
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        wait(capture, where=fail)
    assert capture.kept == 2


@pytest.mark.parametrize(
    ("keywords", "error", "message"),
    [
        ({"n": 0}, ValueError, "n: 0, an integer from 1 on is needed"),
        ({"n": True}, ValueError, "n: true, an integer from 1 on is needed"),
        ({"n": 1.5}, ValueError, "n: 1.5, an integer from 1 on is needed"),
        ({"timeout": 0}, ValueError, "timeout: 0, a number of seconds above 0 is needed"),
        ({"timeout": -1}, ValueError, "timeout: -1, a number of seconds above 0 is needed"),
        ({"timeout": float("nan")}, ValueError, "timeout: nan, a number of seconds above 0 is needed"),
        ({"timeout": float("inf")}, ValueError, "timeout: inf, a number of seconds above 0 is needed"),
        ({"timeout": "1"}, ValueError, "timeout: '1', a number of seconds above 0 is needed"),
        ({"where": 5}, TypeError, "where: a function of an Exchange, or a mapping of columns to values, not a number"),
    ],
)
def test_nonsense_is_refused(keywords, error, message):
    """At once, and the message says what is allowed."""
    with pytest.raises(error) as caught:
        wait(capture_of(None), **keywords)
    assert str(caught.value) == message


def test_an_unknown_column_is_refused():
    """With the names that there are: a slip would wait in vain."""
    with pytest.raises(
        ValueError, match=r"where: there is no column 'chatId'; there are received_at, .*, attributes\.<name>$"
    ):
        wait(capture_of(None), where={"chatId": "64a1"})


def test_a_very_long_timeout_is_one():
    """Longer than a lock may wait at once."""
    assert seqs(wait(capture_of(None), timeout=1e15)) == [1]


def test_the_timeout_says_what_did_come():
    """The last five as lines, texts quoted and on one line, no token and no header."""
    capture = capture_of(*[None] * 3)
    add(capture, b"", method="GET", target=b"/hook?challenge=x&token=s3cret")
    add(capture, b"[")
    add(capture, request("<b>\n\x1b[31m" + "x" * 100), timing=None)
    with pytest.raises(ReceiverTimeoutError) as caught:
        wait(capture, 7, timeout=SOON, where={"method": "POST"})
    assert str(caught.value).splitlines() == [
        "4 of 7 exchanges with method 'POST' came within 0.05 s; there are 6 exchanges in all",
        "  seq  method  node            message                                                       verdict",
        "  ... 1 before",
        "  2    POST    'Order status'  'where is it'                                                 ok",
        "  3    POST    'Order status'  'where is it'                                                 ok",
        "  4    GET     -               -                                                             ok",
        "  5    POST    -               -                                                             errors",
        r"  6    POST    'Order status'  '<b>\n\x1b[31m" + "x" * 45 + "…  ok",
    ]
    assert "s3cret" not in str(caught.value)


def test_the_timeout_without_traffic():
    """Is one line."""
    with pytest.raises(ReceiverTimeoutError) as caught:
        wait(capture_of(), timeout=SOON, where=lambda _: True)
    assert str(caught.value).startswith("none of 1 exchange with where ")
    assert str(caught.value).endswith("came within 0.05 s; there are 0 exchanges in all")


def test_a_wait_can_be_interrupted():
    """By the kernel's interrupt, at once."""
    timer = later(lambda: signal.pthread_kill(threading.main_thread().ident, signal.SIGINT))
    with pytest.raises(KeyboardInterrupt):
        wait(capture_of(), timeout=60)
    timer.join()


def test_what_was_received_passes():
    """At least one by default, else exactly so many; open ones count, they did come."""
    capture = capture_of(request("a", plan="pro"), request("b"))
    add(capture, request("c"), timing=None)
    assert_received(capture)
    assert_received(capture, 3)
    assert_received(capture, 0, message="z")
    assert_received(capture, 1, message="a", node="Order status", chat_id="64a1", attributes={"plan": "pro"})
    assert_received(capture, 3, attributes={"default_name": "Ada"})
    assert_received(capture, 1, where={"message": "c"})
    assert_received(capture, 2, where=lambda exchange: exchange.done)


def test_only_deliveries_are_counted():
    """A verification request, and one that was refused, deliver nothing."""
    capture = capture_of()
    add(capture, b"", method="GET")
    add(capture, marks=("loop",))
    assert_received(capture, 0)


def test_the_assertion_says_what_was_wanted_and_what_came():
    """As a small table."""
    capture = capture_of(request("a", plan="pro"), request("b", "Other"))
    with pytest.raises(AssertionError) as caught:
        assert_received(capture, 2, chat_id="64a1", message="a", attributes={"plan": "pro"})
    assert str(caught.value).splitlines() == [
        "expected 2 deliveries with chat_id '64a1', message is 'a', attribute 'plan' is 'pro', got 1 of 2 exchanges",
        "  seq  method  node            message  verdict",
        "  1    POST    'Order status'  'a'      ok",
        "  2    POST    'Other'         'b'      ok",
    ]
    with pytest.raises(AssertionError) as caught:
        assert_received(capture_of())
    assert str(caught.value) == "expected at least 1 delivery, got none of 0 exchanges"


@pytest.mark.parametrize(
    ("keywords", "error"),
    [({"n": -1}, ValueError), ({"n": True}, ValueError), ({"attributes": 5}, TypeError), ({"node": 5}, TypeError)],
)
def test_nonsense_is_no_assertion(keywords, error):
    """It is an error of the test."""
    with pytest.raises(error):
        assert_received(capture_of(None), **keywords)
