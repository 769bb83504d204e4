"""Which reply goes to which request, and what a user's functions may do meanwhile."""

from __future__ import annotations

import asyncio
import json
import re
import threading
import time
import warnings
from datetime import UTC, datetime

import pandas as pd
import pytest

from chatbot_nb.errors import PayloadError
from chatbot_nb.payloads.reply.reply import Reply
from chatbot_nb.payloads.request import WebhookRequest
from chatbot_nb.payloads.responses import Text
from chatbot_nb.traffic import views
from chatbot_nb.traffic.limits import ReceiverLimits
from chatbot_nb.traffic.replies import workers
from chatbot_nb.traffic.replies.rules import Rules
from chatbot_nb.transport.inbound.http import Request

HI = Reply().text("hi")
NOTHING = b'{"responses": []}'
NAME = "chatbot_nb handler"


def _http(body=None, **changes):
    request = {
        "chatId": "64a1",
        "messageId": "m-1",
        "userId": "u-1",
        "externalId": "e-1",
        "message": "Track my order",
        "node": {"id": "9c4d", "name": "Order status", "type": "WEBHOOK", "webhookId": "5f52", "webhookName": "Orders"},
        "userAttributes": {"default_name": "Zoë", "city": "Lyon", "plan": "basic", "age": None},
        "attributes": {"city": "Paris", "Phone number": "+48 123 456", "count": 3, "vip": True, "gone": None},
        **changes,
    }
    body = json.dumps(request).encode() if body is None else body
    return Request(datetime.now(UTC), "127.0.0.1:1", "1.1", "POST", b"/x", body=body)


async def _ask(rules, body=None, **changes):
    http = _http(body, **changes)
    return await rules.reply_to(http, views.payload(http))


def _asked(rules, body=None, **changes):
    return asyncio.run(_ask(rules, body, **changes))


def _texts(reply):
    return [response["message"] for response in json.loads(reply.body)["responses"]]


@pytest.fixture
def told():
    return []


@pytest.fixture
def make(told):
    """Rules, closed after the test; no thread is left."""
    before = {thread for thread in threading.enumerate() if thread.name == NAME}
    made = []

    def make(**limits):
        made.append(Rules(ReceiverLimits(**limits), told.append))
        return made[-1]

    yield make
    for rules in made:
        rules.close()
    for thread in threading.enumerate():
        if thread.name == NAME and thread not in before:
            thread.join(10)
            assert not thread.is_alive()


@pytest.fixture
def rules(make):
    return make()


@pytest.fixture
def release():
    """What stuck functions wait for."""
    event = threading.Event()
    yield event
    event.set()


# what is set


def test_without_rules_nothing_is_said(rules):
    """A valid reply that says nothing; None is the same."""
    for _ in range(2):
        reply = _asked(rules)
        assert (reply.status, reply.body, reply.rule, reply.error) == (200, NOTHING, "reply", "")
        rules.set(None)
    assert rules.reply is None


def test_what_is_set_goes_to_every_request(rules):
    """Also to what is no webhook request: it is judged, and answered."""
    rules.set(HI, status=201, headers={"X-A": "1"}, delay=1.5)
    assert rules.reply is HI
    first = _asked(rules)
    assert (first.status, first.delay, _texts(first)) == (201, 1.5, ["hi"])
    assert first.headers == (("Content-Type", "application/json"), ("X-A", "1"))
    for body in (b"", b"{", b"[]", b"\xff", b"null"):
        assert _asked(rules, body) is first  # made and judged once


def test_a_reply_is_judged_when_it_is_set(rules):
    """It is sent all the same."""
    rules.set({"responses": [{"type": "text"}]})
    reply = _asked(rules)
    assert reply.verdict.errors == 1
    assert reply.body == b'{"responses": [{"type": "text"}]}'


def test_a_dict_is_taken_as_it_was(rules):
    """What is done to it later is not sent."""
    document = {"responses": []}
    rules.set(document)
    document["responses"].append("later")
    assert _asked(rules).body == NOTHING


def test_a_list_is_a_sequence(rules):
    """The nth request gets the nth reply, and the last one stays; each may be of any kind."""
    rules.set([HI, ("gone", 410), None, lambda _: Reply().text("made")])
    got = [_asked(rules) for _ in range(5)]
    assert [reply.status for reply in got] == [200, 410, 200, 200, 200]
    assert [reply.body for reply in got[1:3]] == [b"gone", b""]
    assert [_texts(reply) for reply in got[3:]] == [["made"], ["made"]]


def test_a_sequence_begins_anew_when_it_is_set_again(rules):
    """As when a cell is run twice."""
    for _ in range(2):
        rules.set(["a", "b"])
        assert [_asked(rules).body for _ in range(3)] == [b"a", b"b", b"b"]


def test_simultaneous_requests_each_get_their_turn(rules):
    """No reply of a sequence is given twice, except the last."""
    rules.set([str(number) for number in range(200)])

    async def main():
        return await asyncio.gather(*(_ask(rules) for _ in range(100)))

    got = []
    threads = [threading.Thread(target=lambda: got.extend(asyncio.run(main()))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(int(reply.body) for reply in got) == list(range(200))


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param([{"type": "text", "message": "hi"}], id="dicts"),
        pytest.param([Text(message="hi"), {"type": "image"}], id="models"),
    ],
)
def test_a_list_of_responses_is_refused(rules, reply):
    """It was meant as one reply, and would be sent one by one."""
    rules.set(HI)
    with pytest.raises(ValueError, match=r"^a list of responses is not a reply: wrap it in {'responses': \[\.\.\.\]};"):
        rules.set(reply)
    assert rules.reply is HI
    assert _texts(_asked(rules)) == ["hi"]


def test_an_empty_list_is_refused(rules):
    """There is no last reply that would stay."""
    with pytest.raises(ValueError, match=r"^an empty list: a sequence has at least one reply"):
        rules.set([])


@pytest.mark.parametrize("reply", [HI, lambda _: HI, [HI, HI]], ids=["fixed", "handler", "sequence"])
@pytest.mark.parametrize(
    ("keywords", "error"),
    [
        ({"headers": {"X-A": "a\r\nSet-Cookie: b"}}, ValueError),
        ({"headers": {"X-A": "a\0"}}, ValueError),
        ({"headers": {"X-A": 5}}, TypeError),
        ({"status": 999}, ValueError),
        ({"status": 101}, ValueError),
        ({"status": "200"}, TypeError),
        ({"delay": -1}, ValueError),
        ({"delay": float("nan")}, ValueError),
        ({"delay": "1"}, TypeError),
    ],
)
def test_case_41_53_54_what_cannot_be_sent_is_refused_when_it_is_set(rules, reply, keywords, error):
    """What was set before stays."""
    rules.set("before")
    for change in (lambda: rules.set(reply, **keywords), lambda: rules.add("a", reply, node="n", **keywords)):
        with pytest.raises(error):
            change()
    assert _asked(rules).body == b"before"
    assert len(rules.frame()) == 1


def test_case_54_a_long_delay_warns_where_it_is_set(rules):
    """Once, not with each reply."""
    with pytest.warns(UserWarning, match=r"^delay: 12 s; ChatBot waits 10 s") as caught:
        rules.add("late", HI, node="Order status", delay=12)
    assert caught[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        reply = _asked(rules)
    assert (reply.delay, reply.chatbot_error) == (12.0, "timeout of 10000ms exceeded")


# conditions


@pytest.mark.parametrize(
    ("conditions", "matches"),
    [
        ({"node": "Order status"}, True),
        ({"node": "order status"}, False),
        ({"message": "Track my order"}, True),
        ({"message": "Track"}, False),
        ({"message": re.compile("order$")}, True),
        ({"message": re.compile("^order")}, False),
        ({"message": lambda text: text.startswith("Track")}, True),
        ({"message": lambda text: text.startswith("track")}, False),
        ({"attributes": {"Phone number": "+48 123 456"}}, True),
        ({"attributes": {"city": "Paris"}}, True),
        ({"attributes": {"city": "Lyon"}}, False),
        ({"attributes": {"plan": "basic"}}, True),
        ({"attributes": {"plan": "basic", "city": "Paris"}}, True),
        ({"attributes": {"plan": "basic", "city": "Rome"}}, False),
        ({"attributes": {"absent": None}}, False),
        ({"attributes": {"gone": None}}, True),
        ({"attributes": {"age": None}}, True),
        ({"attributes": {"count": 3}}, True),
        ({"attributes": {"count": 3.0}}, True),
        ({"attributes": {"count": "3"}}, False),
        ({"attributes": {"vip": True}}, True),
        ({"attributes": {"vip": 1}}, False),
        ({"attributes": {"city": re.compile("^P")}}, True),
        ({"attributes": {"count": re.compile("3")}}, False),
        ({"attributes": {"count": lambda count: count > 2}}, True),
        ({"attributes": {"count": lambda count: count > 3}}, False),
        ({"attributes": {"absent": lambda _: True}}, False),
        ({"where": lambda request: request.user_attributes["default_name"] == "Zoë"}, True),
        ({"where": lambda _: False}, False),
        ({"node": "Order status", "message": re.compile("order"), "where": lambda _: True}, True),
        ({"node": "Order status", "message": re.compile("order"), "where": lambda _: False}, False),
        ({"node": "no", "where": lambda _: True}, False),
    ],
)
def test_a_rule_answers_where_all_its_conditions_hold(rules, told, conditions, matches):
    """Else what was set answers."""
    rules.add("rule", HI, **conditions)
    assert _asked(rules).rule == ("rule" if matches else "reply")
    assert told == []


def test_a_coroutine_function_may_be_a_condition(rules):
    """It is awaited; a coroutine itself would always be true."""

    async def where(request):
        return request.message == "yes"

    rules.add("rule", HI, where=where)
    assert _asked(rules).rule == "reply"
    assert _asked(rules, message="yes").rule == "rule"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"5", b'{"node": 5, "message": {}, "attributes": []}'])
def test_conditions_do_not_hold_for_what_is_no_webhook_request(rules, told, body):
    """Whatever shape it has, and no function is called."""
    rules.add("node", "a", node="n")
    rules.add("message", "b", message=re.compile(""))
    rules.add("attributes", "c", attributes={"a": lambda _: True})
    rules.add("where", "d", where=lambda _: True)
    assert _asked(rules, body).rule == "reply"
    assert told == []


def test_a_message_that_is_no_text_fits_nothing(rules):
    """It may be null, or not there."""
    rules.add("message", HI, message=lambda _: True)
    assert _asked(rules, message=None).rule == "reply"
    assert _asked(rules, message="").rule == "message"


def test_the_first_rule_that_matches_answers(rules):
    """In the order in which they were added, also where functions decide."""
    rules.add("a", "a", message=re.compile("x"))
    rules.add("b", "b", where=lambda request: "y" in request.message)
    rules.add("c", "c", message=re.compile("z"))
    got = [_asked(rules, message=message).rule for message in ("xyz", "yz", "z", "-")]
    assert got == ["a", "b", "c", "reply"]


def test_a_rule_of_the_same_name_is_replaced_in_its_place(rules):
    """As when a cell is run twice."""
    rules.add("a", "first", node="Order status")
    rules.add("b", "b", node="Order status")
    assert _asked(rules).body == b"first"
    rules.add("a", "second", node="Order status")
    assert _asked(rules).body == b"second"
    assert list(rules.frame()["name"]) == ["a", "b", "reply"]
    assert list(rules.frame()["hits"]) == [1, 0, 0]


def test_rules_are_removed(rules):
    """One by its name; or all, with the faults to come."""
    for name in "abc":
        rules.add(name, name, node="Order status")
    rules.remove("a")
    assert _asked(rules).rule == "b"
    with pytest.raises(ValueError) as caught:  # noqa: PT011  # the full text is asserted
        rules.remove("a")
    assert str(caught.value) == "remove('a'): there is no such rule; there are: 'b', 'c'"
    rules.inject("slow", 3)
    rules.set("still")
    rules.clear()
    reply = _asked(rules)
    assert (reply.rule, reply.body) == ("reply", b"still")
    with pytest.raises(ValueError, match=r"there are: none$"):
        rules.remove("b")


@pytest.mark.parametrize(
    ("conditions", "error", "message"),
    [
        (
            {},
            ValueError,
            "no condition: give node=, message=, attributes= or where=; set() is for what no rule matches",
        ),
        (
            {"attributes": {}},
            ValueError,
            "no condition: give node=, message=, attributes= or where=; set() is for what no rule matches",
        ),
        ({"node": 5}, TypeError, "node: the exact name of a node as text, not a number"),
        ({"message": 5}, TypeError, "message: text, a re.Pattern of text or a function, not a number"),
        (
            {"message": re.compile(b"a")},
            TypeError,
            "message: text, a re.Pattern of text or a function, not a Python Pattern",
        ),
        ({"attributes": ["a"]}, TypeError, "attributes: a mapping of names to values, not an array"),
        ({"attributes": {5: "a"}}, TypeError, "attributes: names are text, not a number"),
        (
            {"attributes": {"a": ["b"]}},
            TypeError,
            "attributes['a']: text, a number, a bool, None, a re.Pattern of text or a function, not an array",
        ),
        ({"where": True}, TypeError, "where: a function of the WebhookRequest, not a boolean"),
    ],
)
def test_conditions_are_checked(rules, conditions, error, message):
    """The message says what was got and what is allowed."""
    with pytest.raises(error) as caught:
        rules.add("rule", HI, **conditions)
    assert str(caught.value) == message
    assert len(rules.frame()) == 1


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "the name of a rule is text, not ''"),
        (None, "the name of a rule is text, not null"),
        ("reply", "'reply' is what the receiver itself writes into the record; name the rule otherwise"),
        ("fault: slow", "'fault: slow' is what the receiver itself writes into the record; name the rule otherwise"),
    ],
)
def test_names_are_checked(rules, name, message):
    """The record says clearly what answered."""
    with pytest.raises(ValueError) as caught:  # noqa: PT011  # the full text is asserted
        rules.add(name, HI, node="n")
    assert str(caught.value) == message


def test_what_a_condition_raises_is_told(rules, told):
    """The rule does not match, the next ones are looked at."""
    error = KeyError("city")

    def where(_):
        raise error

    rules.add("a", "a", where=where)
    rules.add("b", "b", message=lambda _: 1 / 0)
    rules.add("c", "c", node="Order status")
    reply = _asked(rules)
    assert (reply.rule, reply.error) == ("c", "")
    assert told[0] is error
    assert isinstance(told[1], ZeroDivisionError)


# handlers


def test_a_handler_gets_the_request(rules):
    """As the model; what it returns is sent with the rule's status, headers and delay."""
    got = []

    def handler(request):
        got.append(request)
        return Reply().text(f"Hello {request.user_attributes['default_name']}")

    rules.set(handler, status=201, headers={"X-A": "1"}, delay=2)
    reply = _asked(rules)
    assert isinstance(got[0], WebhookRequest)
    assert (reply.status, reply.delay, reply.rule, _texts(reply)) == (201, 2.0, "reply", ["Hello Zoë"])
    assert ("X-A", "1") in reply.headers
    assert reply.verdict.ok


def test_a_handler_may_be_a_coroutine_function(rules):
    """It is awaited in its thread."""

    async def handler(request):
        await asyncio.sleep(0)
        return {"responses": [{"type": "text", "message": request.message}]}

    rules.set(handler)
    assert _texts(_asked(rules)) == ["Track my order"]


@pytest.mark.parametrize(
    ("value", "status", "body"),
    [
        (HI, 200, b'{"responses": [{"type": "text", "message": "hi"}]}'),
        ({}, 200, b"{}"),
        ([{"type": "text"}], 200, b'[{"type": "text"}]'),
        ("a", 200, b"a"),
        (b"a", 200, b"a"),
        (None, 200, b""),
        (("a", 404), 404, b"a"),
        (("a", 204), 204, b""),
        (("a", 200, {"X-A": "1"}), 200, b"a"),
    ],
)
def test_case_51_a_handler_returns_any_of_these(rules, told, value, status, body):
    """It is sent as it is, and judged; nothing is mended."""
    rules.set(lambda _: value)
    reply = _asked(rules)
    assert (reply.status, reply.body, reply.error, told) == (status, body, "", [])


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ({"a": float("nan")}, "NaN is not JSON"),
        ({1, 2}, "a Python set cannot be sent"),
        (({}, 999), "status: 999, allowed are 200 to 599"),
        (({}, 200, {"X-A": "a\r\nb"}), "header X-A: its value holds CR, LF, NUL"),
    ],
)
def test_case_41_51_what_a_handler_cannot_return_is_its_failure(rules, told, value, error):
    """Nothing malformed reaches the wire; the record says what it was."""
    rules.set(lambda _: value)
    reply = _asked(rules)
    assert (reply.status, reply.body) == (500, b'{"error": "the handler raised an exception"}')
    assert error in reply.error
    assert len(told) == 1


def test_case_49_a_handler_that_raises_is_answered_500(rules, told):
    """The traceback is in the record only; the next request is unaffected."""
    failing = threading.Event()
    failing.set()

    def handler(_):
        if failing.is_set():
            raise ValueError("the key is s3cret")
        return HI

    rules.add("mine", handler, node="Order status", delay=3)
    reply = _asked(rules)
    assert (reply.status, reply.rule, reply.delay) == (500, "mine", 0.0)
    assert reply.body == b'{"error": "the handler raised an exception"}'
    assert reply.headers == (("Content-Type", "application/json"),)
    assert reply.chatbot_error == "Request failed with status code 500"
    assert reply.error.startswith("Traceback (most recent call last):\n")
    assert reply.error.endswith("ValueError: the key is s3cret\n")
    assert "in handler" in reply.error
    assert [str(error) for error in told] == ["the key is s3cret"]
    failing.clear()
    assert _texts(_asked(rules)) == ["hi"]


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt, asyncio.CancelledError, StopIteration])
def test_case_49_what_would_end_a_loop_is_an_exception_like_others(rules, told, error):
    """A handler that calls exit() does not end the server."""

    def handler(_):
        raise error

    rules.set(handler)
    reply = _asked(rules)
    assert reply.status == 500
    assert error.__name__ in reply.error
    assert isinstance(told[0], error)


@pytest.mark.parametrize("message", ["x" * 1_000_000, "short"], ids=["long message", "many frames"])
def test_case_49_a_traceback_is_cut(rules, message):
    """At 4,000 characters; where it happened and what it was stay."""

    def deeper(depth):
        if depth:
            if depth % 2:
                return deeper(depth - 1)
            return deeper(depth - 1)
        raise ValueError(message)

    rules.set(lambda _: deeper(100))
    error = _asked(rules).error
    assert len(error) == 4000
    assert error.startswith("…")
    assert "    raise ValueError(message)\n" in error
    assert f"\nValueError: {message[:900]}" in error


def test_case_49_a_traceback_can_be_stored(rules):
    """Half a surrogate pair in it has no place in UTF-8, nor in SQLite."""

    def handler(_):
        raise ValueError("\ud800")

    rules.set(handler)
    assert "ValueError: \ufffd" in _asked(rules).error


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"chatId": "a"}', b"\xff"])
def test_a_handler_is_not_called_for_what_is_no_webhook_request(rules, told, body):
    """It could not be given one; the record says so."""
    called = []
    rules.set(called.append)
    reply = _asked(rules, body)
    assert (reply.status, reply.body, reply.rule) == (200, NOTHING, "reply (request invalid)")
    assert (called, told) == ([], [])


def test_case_50_a_handler_past_its_deadline_is_given_up(make, release, told):
    """ChatBot gets a reply that says nothing while the handler goes on."""
    rules = make(handler_seconds=0.05)
    rules.add("stuck", lambda _: release.wait(), node="Order status", status=404)
    reply = _asked(rules)
    assert (reply.status, reply.body, reply.rule) == (200, NOTHING, "stuck")
    assert reply.error == "handler_timeout: nothing was returned within 0.05 s"
    assert reply.chatbot_error == ""
    assert told == []


def test_case_50_ten_stuck_handlers_do_not_hold_others(make, release):
    """The eleventh request is answered, by a handler too."""
    rules = make(handler_seconds=1.0)
    rules.add("stuck", lambda _: release.wait(), message="stuck")
    rules.set(lambda request: Reply().text(request.message))

    async def main():
        stuck = await asyncio.gather(*(_ask(rules, message="stuck") for _ in range(10)))
        return stuck, await _ask(rules, message="eleventh")

    stuck, eleventh = asyncio.run(main())
    assert {reply.error.partition(":")[0] for reply in stuck} == {"handler_timeout"}
    assert _texts(eleventh) == ["eleventh"]


def test_case_50_where_every_thread_is_stuck_it_says_so(make, release):
    """At once; fixed replies go on."""
    rules = make(handler_seconds=0.2)
    rules.add("fixed", "fixed", message="fixed")
    rules.set(lambda _: release.wait())

    async def main():
        await asyncio.gather(*(_ask(rules) for _ in range(workers.WORKERS)))
        return await _ask(rules), await _ask(rules, message="fixed")

    busy, fixed = asyncio.run(main())
    assert (busy.status, busy.body, busy.rule) == (200, NOTHING, "reply")
    assert busy.error == "handler_busy: each of the 64 threads runs a handler that has not returned yet"
    assert fixed.body == b"fixed"


def test_case_50_a_condition_past_the_deadline_calls_nothing_more(make, release):
    """Neither the handler is called later, nor is a turn of the sequence used up."""
    rules = make(handler_seconds=0.05)
    called = []
    rules.add("a", [called.append, "second"], where=lambda _: release.wait() or True)
    reply = _asked(rules)
    assert (reply.rule, reply.error.partition(":")[0]) == ("a", "handler_timeout")
    release.set()
    rules.close()
    for thread in threading.enumerate():
        if thread.name == NAME:
            thread.join(10)
    assert called == []
    assert rules.frame()["hits"].sum() == 0


def test_case_50_what_a_handler_raises_too_late_is_told(make, release, told):
    """It is no part of the record any more, but not lost."""
    rules = make(handler_seconds=0.05)

    def handler(_):
        release.wait()
        raise ValueError("late")

    rules.set(handler)
    assert _asked(rules).error.startswith("handler_timeout: ")
    release.set()
    rules.close()
    for thread in threading.enumerate():
        if thread.name == NAME:
            thread.join(10)
    assert [str(error) for error in told] == ["late"]


def test_case_52_handlers_and_conditions_know_where_they_run(rules):
    """What must not wait for the receiver asks `in_handler`."""
    inside = []
    rules.add("a", HI, where=lambda _: inside.append(workers.in_handler()))
    rules.set(lambda _: inside.append(workers.in_handler()))
    _asked(rules)
    assert inside == [True, True]
    assert not workers.in_handler()


def test_case_52_a_handler_may_change_the_rules(rules):
    """No lock is held while it runs."""

    def handler(_):
        rules.set("next")
        rules.add("more", "more", message="more")
        rules.inject("status_500")
        return f"{len(rules.frame())} {rules!r:.5}"

    rules.set(handler)
    assert _asked(rules).body == b"2 Rules"
    assert _asked(rules).rule == "fault: status_500"
    assert _asked(rules, message="more").body == b"more"
    assert _asked(rules).body == b"next"


def test_the_loop_goes_on_while_a_handler_runs(rules):
    """Also for fixed replies that come after it."""
    began, release = threading.Event(), threading.Event()

    def handler(_):
        began.set()
        return "released" if release.wait(10) else "not released"

    rules.add("fixed", "fixed", message="fixed")
    rules.set(handler)

    async def main():
        task = asyncio.create_task(_ask(rules))
        await asyncio.sleep(0)
        assert began.wait(10)  # it runs in another thread: this one waits for it here
        assert (await _ask(rules, message="fixed")).body == b"fixed"
        release.set()
        return await task

    assert asyncio.run(main()).body == b"released"


def test_rules_change_while_requests_come(rules):
    """From another thread; each request sees the rules as they were at one moment."""
    stop = threading.Event()

    def change():
        while not stop.is_set():
            rules.add("a", "a", node="Order status")
            rules.add("b", "b", node="Order status")
            rules.remove("a")
            rules.remove("b")

    async def main():
        return {(await _ask(rules)).rule for _ in range(2000)}

    thread = threading.Thread(target=change)
    thread.start()
    try:
        assert asyncio.run(main()) <= {"a", "b", "reply"}
    finally:
        stop.set()
        thread.join(10)


def test_rules_answer_after_they_were_closed(rules):
    """A receiver that is started again has them still."""
    rules.set(lambda _: "a")
    assert _asked(rules).body == b"a"
    rules.close()
    assert _asked(rules).body == b"a"


# faults


def test_a_fault_spoils_the_next_replies(rules):
    """In the order in which they were asked for, whatever the reply is."""
    rules.set(HI)
    rules.add("mine", lambda _: HI, message="mine")
    rules.inject("status_500")
    rules.inject("cut_off", times=2)
    got = [_asked(rules), _asked(rules, message="mine"), _asked(rules, b"{"), _asked(rules)]
    assert [reply.rule for reply in got] == ["fault: status_500", "fault: cut_off", "fault: cut_off", "reply"]
    assert [reply.cut_off for reply in got] == [False, True, True, False]
    assert list(rules.frame()["hits"]) == [1, 3]


def test_slow_is_not_waited_for_here(rules):
    """Who sends it waits, so that the record is visible before."""
    rules.inject("slow")
    began = time.monotonic()
    assert _asked(rules).delay == 11.0
    assert time.monotonic() - began < 5


def test_an_unknown_fault_is_refused(rules):
    """Nothing is spoiled by it."""
    with pytest.raises(ValueError, match="there is no such fault"):
        rules.inject("fast")
    assert _asked(rules).rule == "reply"


# how it looks


def _named(_):
    return ("a", 404)


def test_the_frame_shows_what_answers(rules):
    """In order, with what comes next; the same columns and types without a rule."""
    rules.add("greeting", HI, node="Order status", message=re.compile("^hi"), delay=1)
    rules.add("more", [HI.image("https://a.example/b.png"), (None, 204)], attributes={"a": "b"}, where=_named)
    rules.add("handler", _named, message=_named, status=201)
    expected = pd.DataFrame(
        {
            "name": ["greeting", "more", "handler", "reply"],
            "conditions": [
                "node 'Order status', message matches '^hi'",
                "attribute 'a' is 'b', where _named",
                "message _named",
                "",
            ],
            "reply": ["text reply", "1 of 2: text, image reply", "handler _named", "says nothing"],
            "status": [200, 200, 201, 200],
            "delay": [1.0, 0.0, 0.0, 0.0],
            "hits": [0, 0, 0, 0],
        },
        index=pd.RangeIndex(1, 5, name="order"),
    ).astype({"name": "str", "conditions": "str", "reply": "str"})
    pd.testing.assert_frame_equal(rules.frame(), expected)
    rules.clear()
    pd.testing.assert_frame_equal(rules.frame(), expected[3:].set_axis(pd.RangeIndex(1, 2, name="order")))


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (None, "says nothing"),
        ("", "empty body"),
        ("hello", "5 bytes of no JSON"),
        (b"h", "1 byte of no JSON"),
        ("[" * 100_000, "100000 bytes of no JSON"),
        ({"attributes": {"a": "b"}}, "attributes"),
        ({"responses": [], "attributes": {"a": "b"}}, "attributes"),
        ({}, "JSON of no reply"),
        (5, "JSON of no reply"),
        ({"responses": 5}, "JSON of no reply"),
        ({"responses": [5, {"type": "\ud800" + "x" * 100}]}, f"?, \ufffd{'x' * 19} reply"),
        ({"responses": [{"type": "text"}] * 4}, "4 responses"),
        (('{"responses": []}', 404), "says nothing"),
    ],
)
def test_the_frame_says_what_kind_a_reply_is(rules, reply, kind):
    """Never what is in it."""
    rules.set(reply)
    assert rules.frame()["reply"].iloc[0] == kind


def test_the_repr_shows_the_order(rules):
    """A fixed text; hits, and faults to come."""
    assert repr(rules) == ("Rules: 0 rules, the first that matches answers\n  always → says nothing, 200, 0 hits")
    rules.add("greeting", HI, node="Order status", delay=1.5)
    rules.set(["a", _named])
    _asked(rules)
    _asked(rules, b"")
    rules.inject("slow")
    rules.inject("cut_off", 3)
    assert repr(rules) == (
        "Rules: 1 rule, the first that matches answers\n"
        "  1. 'greeting': node 'Order status' → text reply, 200 after 1.5 s, 1 hit\n"
        "  otherwise → 2 of 2: handler _named, 200, 1 hit\n"
        "  next faults: slow, cut_off 3 times"
    )


def test_a_fixed_reply_is_chosen_quickly(rules):
    """It stands before every answer of the server: it was made and judged when it was set."""
    rules.set(HI)
    http, rounds = _http(), 20_000
    payload = views.payload(http)

    async def seconds():
        began = time.process_time()
        for _ in range(rounds):
            await rules.reply_to(http, payload)
        return (time.process_time() - began) / rounds

    assert min(asyncio.run(seconds()) for _ in range(3)) < 5e-6


def test_a_reply_that_is_no_json_is_refused_when_it_is_set(rules):
    """With its place."""
    with pytest.raises(PayloadError, match="/attributes/n: NaN is not JSON"):
        rules.set({"attributes": {"n": float("nan")}})
