"""Replies that are spoiled on purpose."""

from __future__ import annotations

import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot_nb.payloads.limits import TEXT_MESSAGE
from chatbot_nb.payloads.reply.reply import Reply
from chatbot_nb.traffic.replies.answers import sent_reply
from chatbot_nb.traffic.replies.faults import Faults, spoiled

HI = Reply().text("hi").set(greeted="yes")
ALL = ("slow", "status_500", "malformed", "oversize", "cut_off")
TIMEOUT = "timeout of 10000ms exceeded"
LONG = {"type": "text", "message": "x" * (TEXT_MESSAGE.max + 1)}
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["responses", "attributes", "a"]), inner),
    max_leaves=10,
)


def _spoiled(fault, value=HI, **keywords):
    return spoiled(sent_reply(value, rule="r", **keywords), fault)


@pytest.mark.parametrize("fault", ALL)
def test_the_record_names_the_fault(fault):
    """What was on the way is kept otherwise: its error, its headers."""
    reply = _spoiled(fault, headers={"X-A": "1"})
    assert reply.rule == f"fault: {fault}"
    assert ("X-A", "1") in reply.headers


def test_slow_is_later_than_chatbot_waits():
    """The body is as it was, and so is the verdict on it."""
    reply = _spoiled("slow")
    assert (reply.delay, reply.status, reply.chatbot_error) == (11.0, 200, TIMEOUT)
    assert (reply.body, reply.verdict) == (sent_reply(HI, rule="r").body, sent_reply(HI, rule="r").verdict)
    assert _spoiled("slow", delay=20.0).delay == 20.0


def test_status_500_keeps_the_body():
    """It is valid, and nobody sees it."""
    reply = _spoiled("status_500")
    assert (reply.status, reply.body) == (500, sent_reply(HI, rule="r").body)
    assert reply.chatbot_error == "Request failed with status code 500"
    assert reply.verdict.ok
    assert _spoiled("status_500", delay=12.0).chatbot_error == TIMEOUT


def test_malformed_is_half_the_json():
    """The verdict says where it ends."""
    whole = sent_reply(HI, rule="r").body
    reply = _spoiled("malformed")
    assert reply.body == whole[: len(whole) // 2]
    assert (reply.status, reply.chatbot_error) == (200, "")
    assert reply.verdict.first.startswith("not JSON: ")


@given(ANY_JSON | st.binary())
def test_malformed_is_never_json(value):
    """Whatever was on the way: half of 12 is 1, and of an empty body ChatBot makes nothing to say."""
    reply = _spoiled("malformed", value)
    assert not reply.verdict.ok
    with pytest.raises(ValueError):  # noqa: PT011  # UnicodeDecodeError or JSONDecodeError
        json.loads(reply.body)


@pytest.mark.parametrize("body", [None, " \n", "1234", "[] []", "12 34", "5", (HI, 204)])
def test_malformed_where_half_would_do(body):
    """Half of these is JSON, or nothing."""
    reply = _spoiled("malformed", body)
    assert (reply.status, reply.body) == (200, b'{"responses": [')
    assert ("Content-Type", "application/json") in reply.headers


def test_oversize_adds_a_text_over_the_limit():
    """The rest is as it was."""
    reply = _spoiled("oversize")
    assert json.loads(reply.body) == {
        "responses": [{"type": "text", "message": "hi"}, LONG],
        "attributes": {"greeted": "yes"},
    }
    assert reply.verdict.errors == 1
    assert reply.verdict.first == "/responses/1/message: 1025 characters, at most 1024"


@given(ANY_JSON | st.binary())
def test_oversize_is_always_an_object_with_that_text(value):
    """Also where there was no JSON, or none that a reply is made of."""
    document = json.loads(_spoiled("oversize", value).body)
    assert document["responses"][-1] == LONG


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(None, id="empty"),
        pytest.param((HI, 204), id="status without a body"),
        pytest.param("hello", id="no JSON"),
        pytest.param("[" * 100_000, id="too deep"),
        pytest.param('{"a": NaN}', id="NaN"),
        pytest.param('{"a": 1e400}', id="number too large"),
        pytest.param('{"a": ' + "1" * 5000 + "}", id="too many digits"),
        pytest.param('{"responses": 5}', id="responses that are none"),
        pytest.param((gzip.compress(b"{}"), 200, {"Content-Encoding": "gzip"}), id="compressed"),
    ],
)
def test_oversize_where_nothing_can_be_added(body):
    """Then it is that text alone."""
    reply = _spoiled("oversize", body)
    assert json.loads(reply.body) == {"responses": [LONG]}
    assert (reply.status, reply.headers) == (200, (("Content-Type", "application/json"),))
    assert reply.verdict.errors == 1


def test_cut_off_breaks_off_in_the_body():
    """ChatBot says what axios says of it."""
    reply = _spoiled("cut_off")
    assert (reply.cut_off, reply.chatbot_error) == (True, "stream has been aborted")
    assert reply.body == sent_reply(HI, rule="r").body
    assert _spoiled("cut_off", status=500).chatbot_error == "stream has been aborted"
    assert _spoiled("cut_off", delay=12.0).chatbot_error == TIMEOUT


@pytest.mark.parametrize("value", [None, (HI, 204)])
def test_cut_off_has_a_body_to_cut(value):
    """An empty one would arrive whole."""
    reply = _spoiled("cut_off", value)
    assert (reply.status, reply.body, reply.cut_off) == (200, b'{"responses": []}', True)


def test_first_in_first_out():
    """Each for as many replies as it was asked for; then none."""
    faults = Faults()
    faults.add("slow", 2)
    faults.add("cut_off", 1)
    assert str(faults) == "slow 2 times, cut_off"
    assert [faults.take() for _ in range(4)] == ["slow", "slow", "cut_off", None]
    assert str(faults) == ""


def test_faults_can_be_forgotten():
    """All that are still to come."""
    faults = Faults()
    faults.add("slow", 100_000)
    faults.clear()
    assert faults.take() is None


@pytest.mark.parametrize("fault", ["slwo", "", None, 5, "SLOW"])
def test_an_unknown_fault_is_refused(fault):
    """The message says which there are."""
    with pytest.raises(ValueError) as caught:  # noqa: PT011  # the full text is asserted
        Faults().add(fault, 1)
    assert str(caught.value) == (
        f"inject({fault!r}): there is no such fault; there are slow, status_500, malformed, oversize, cut_off"
    )


@pytest.mark.parametrize("times", [0, -1, 100_001, 1.0, True, "3", None])
def test_times_is_checked(times):
    """Nothing is queued by a wrong number."""
    faults = Faults()
    with pytest.raises(ValueError, match=r"^inject\(times=.*\): an integer of 1 to 100,000 is needed$"):
        faults.add("slow", times)
    assert faults.take() is None
