"""What a value means as a reply, and what cannot be one."""

from __future__ import annotations

import gzip
import json
import math
import warnings
from http import HTTPStatus

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from chatbot_nb.errors import PayloadError
from chatbot_nb.payloads.reply.reply import Reply
from chatbot_nb.payloads.responses import ReplyPayload, Text
from chatbot_nb.traffic.replies.answers import delay_of, judged, sent_reply
from chatbot_nb.traffic.verdict import CLEAN

HI = {"responses": [{"type": "text", "message": "Grüß dich 👋"}]}
JSON = ("Content-Type", "application/json")
ALLOWED = (
    "a reply is a Reply, a model, a dict, a list, a number or a bool (sent as JSON), str or bytes (sent as they are), "
    "None (an empty body), or a tuple (reply, status) or (reply, status, headers)"
)


class Foreign(BaseModel):
    """A model of the user's own, as FastAPI takes it."""

    responses: list[dict[str, str]]


def _circle():
    circle = {"responses": []}
    circle["responses"].append(circle)
    return circle


def _deep():
    deep = []
    for _ in range(100_000):
        deep = [deep]
    return deep


@pytest.mark.parametrize(
    ("value", "body"),
    [
        pytest.param(Reply().text("Grüß dich 👋"), json.dumps(HI, ensure_ascii=False).encode(), id="Reply"),
        pytest.param(HI, json.dumps(HI, ensure_ascii=False).encode(), id="dict"),
        pytest.param({"responses": ()}, b'{"responses": []}', id="tuple inside"),
        pytest.param(
            {"responses": [Text(message="a")]},
            b'{"responses": [{"type": "text", "message": "a"}]}',
            id="model inside",
        ),
        pytest.param(Foreign(responses=[{"type": "text"}]), b'{"responses": [{"type": "text"}]}', id="foreign model"),
        pytest.param(["a"], b'["a"]', id="list"),
        pytest.param(2**70, b"1180591620717411303424", id="int"),
        pytest.param(0.5, b"0.5", id="float"),
        pytest.param(True, b"true", id="bool"),
        pytest.param("{'a': 1", b"{'a': 1", id="str"),
        pytest.param("ü", "ü".encode(), id="str beyond ASCII"),
        pytest.param(b"\xff\x00", b"\xff\x00", id="bytes"),
        pytest.param(bytearray(b"{}"), b"{}", id="bytearray"),
        pytest.param(None, b"", id="None"),
        pytest.param({"a": "\ud800"}, b'{"a": "\\ud800"}', id="half a surrogate pair"),
        pytest.param('{"a": "\ud800"}', b'{"a": "\\ud800"}', id="half a surrogate pair in text"),
    ],
)
def test_case_51_a_value_becomes_these_bytes(value, body):
    """Nothing is mended: what is wrong goes out too, and is judged."""
    reply = sent_reply(value, rule="r")
    assert reply.body == body
    assert (reply.status, reply.rule, reply.error, reply.chatbot_error, reply.delay) == (200, "r", "", "", 0.0)


def test_case_51_a_model_is_written_as_the_wire_has_it():
    """Names are camelCase, as in the model's own dump."""
    model = ReplyPayload.model_validate(HI)
    assert json.loads(sent_reply(model, rule="r").body) == model.model_dump(mode="json", by_alias=True)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        pytest.param(
            {"attributes": {"n": math.nan}},
            "reply: 1 error\n  /attributes/n: NaN is not JSON; send null, or leave it out",
            id="NaN",
        ),
        pytest.param(math.inf, "reply: 1 error\n  Infinity is not JSON; send null, or leave it out", id="infinity"),
        pytest.param(_circle(), "reply: 1 error\n  /responses/0: holds itself; JSON cannot", id="circle"),
        pytest.param(
            {"responses": [{"type": {1}}]},
            "reply: 1 error\n  /responses/0/type: a Python set: JSON has no such value",
            id="set inside",
        ),
        pytest.param({"a": b"b"}, "reply: 1 error\n  /a: a Python bytes: decode it first", id="bytes inside"),
        pytest.param({(1, 2): 3}, "reply: 1 error\n  the key an array is not a string", id="key that is none"),
    ],
)
def test_case_51_what_is_no_json_is_refused_with_its_place(value, message):
    """The error says where it stands."""
    with pytest.raises(PayloadError) as caught:
        sent_reply(value, rule="r")
    assert str(caught.value) == message


def test_case_51_what_is_nested_too_deeply_is_refused():
    """Python's own RecursionError does not come out."""
    with pytest.raises(PayloadError, match="nested deeper than 100 levels"):
        sent_reply(_deep(), rule="r")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        pytest.param({1}, f"a Python set cannot be sent; {ALLOWED}", id="set"),
        pytest.param(object(), f"a Python object cannot be sent; {ALLOWED}", id="object"),
        pytest.param(print, f"a Python builtin_function_or_method cannot be sent; {ALLOWED}", id="function"),
        *(
            pytest.param(
                value, f"a tuple of ({got}); allowed are (reply, status) and (reply, status, headers)", id=f"({got})"
            )
            for value, got in [
                ((), ""),
                (({},), "an object"),
                (({}, {}), "an object, an object"),
                (({}, "200"), "an object, a string"),
                ((({}, 200), 200), "an array, a number"),
                (({}, 200, {}, 1), "an object, a number, an object, a number"),
            ]
        ),
    ],
)
def test_case_51_what_is_no_reply_is_refused_with_what_is(value, message):
    """The error says what was got and what is allowed."""
    with pytest.raises(TypeError) as caught:
        sent_reply(value, rule="r")
    assert str(caught.value) == message


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=20,
    ).filter(lambda value: value is not None and not isinstance(value, str))
)
def test_any_json_is_sent_as_it_is(value):
    """What arrives is what was returned, in type and value."""
    body = sent_reply(value, rule="r").body
    assert json.dumps(json.loads(body)) == json.dumps(value)


@given(st.text(st.characters(exclude_categories=())) | st.binary())
def test_any_text_and_bytes_can_be_sent(value):
    """Nothing raises, and the verdict is there."""
    reply = sent_reply(value, rule="r")
    assert reply.body == (value if isinstance(value, bytes) else value.encode(errors="backslashreplace"))
    assert reply.verdict.errors or reply.verdict.first or reply.body


def test_a_tuple_brings_status_and_headers():
    """They count more than those of the rule; headers of one name are replaced, in any case."""
    reply = sent_reply(
        ("a", 201, {"content-TYPE": "text/plain", "X-B": "2"}),
        rule="r",
        status=500,
        headers={"X-A": "1", "Content-Type": "text/html"},
    )
    assert reply.status == 201
    assert reply.headers == (("X-A", "1"), ("content-TYPE", "text/plain"), ("X-B", "2"))
    assert sent_reply(("a", HTTPStatus.CREATED), rule="r", headers=[("X-A", "1")]).headers == (JSON, ("X-A", "1"))
    assert type(sent_reply(("a", HTTPStatus.CREATED), rule="r").status) is int


@pytest.mark.parametrize(
    ("value", "headers"), [({}, (JSON,)), ("a", (JSON,)), (b"a", (JSON,)), (None, ()), ("", ()), (({}, 204), (JSON,))]
)
def test_a_body_has_a_content_type(value, headers):
    """An empty one needs none."""
    assert sent_reply(value, rule="r").headers == headers


@pytest.mark.parametrize("status", [204, 304])
def test_case_53_some_statuses_have_no_body(status):
    """Nothing of the value is left, so that the record says what was sent."""
    assert sent_reply(HI, rule="r", status=status).body == b""
    assert sent_reply((HI, status), rule="r").body == b""


@pytest.mark.parametrize("status", [-1, 0, 100, 199, 600, 999])
def test_case_53_a_status_out_of_range_is_refused(status):
    """Also where it comes in a tuple; 1xx would not be an answer."""
    message = f"^status: {status}, allowed are 200 to 599$"
    with pytest.raises(ValueError, match=message):
        sent_reply(HI, rule="r", status=status)
    with pytest.raises(ValueError, match=message):
        sent_reply((HI, status), rule="r")


@pytest.mark.parametrize(("status", "kind"), [("200", "str"), (200.0, "float"), (True, "bool"), (None, "NoneType")])
def test_case_53_a_status_is_an_int(status, kind):
    """A text is no status."""
    with pytest.raises(TypeError, match=f"^status: an int from 200 to 599, not {kind}$"):
        sent_reply(HI, rule="r", status=status)


@pytest.mark.parametrize("status", [200, 299, 300, 599])
def test_case_53_the_ends_of_the_range_are_allowed(status):
    """200 to 599 can be sent."""
    assert sent_reply(HI, rule="r", status=status).status == status


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"X-A": "secret\r\nSet-Cookie: a=b"}, id="CRLF in value"),
        pytest.param({"X-A": "secret\0"}, id="NUL in value"),
        pytest.param({"X-A": "secret\n"}, id="LF in value"),
        pytest.param({"X-A": "secret €"}, id="beyond Latin-1"),
        pytest.param({"X-A\r\nX-B": "secret"}, id="CRLF in name"),
        pytest.param({"X A": "secret"}, id="blank in name"),
        pytest.param({"Content-Length": "5"}, id="framing"),
        pytest.param([("Transfer-Encoding", "chunked")], id="framing, as pair"),
    ],
)
def test_case_41_headers_that_break_the_answer_are_refused(headers):
    """Also where they come in a tuple; no value is shown."""
    for make in (lambda: sent_reply(HI, rule="r", headers=headers), lambda: sent_reply((HI, 200, headers), rule="r")):
        with pytest.raises(ValueError, match=r"^header ") as caught:
            make()
        assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "headers", [{"X-A": 1}, {1: "a"}, {"X-A": b"a"}, "X-A: 1", ["X-A"], ["ab"], [("X-A",)], [1], 5, {"X-A": None}]
)
def test_case_41_headers_are_pairs_of_text(headers):
    """Other types are refused as such, whatever is in them."""
    with pytest.raises(TypeError) as caught:
        sent_reply(HI, rule="r", headers=headers)
    assert str(caught.value) == "headers: a mapping of str to str, or pairs of them, such as {'Retry-After': '1'}"


@pytest.mark.parametrize("delay", [0, 0.5, 8, 8.0])
def test_case_54_a_short_delay_is_taken_as_it_is(delay):
    """Without a warning, which would be an error here."""
    assert delay_of(delay, stacklevel=1) == delay


def test_case_54_a_long_delay_is_told():
    """ChatBot may not wait so long; the line that is named is the caller's."""
    with pytest.warns(UserWarning, match=r"^delay: 12 s; ChatBot waits 10 s for everything together$") as caught:
        assert delay_of(12, stacklevel=1) == 12.0
    assert caught[0].filename == __file__


@pytest.mark.parametrize(("delay", "shown"), [(61, "61"), (1e300, "1e+300"), (math.inf, "inf"), (10**400, "1000")])
def test_case_54_a_delay_ends_after_60_seconds(delay, shown):
    """However much was asked for."""
    with pytest.warns(UserWarning, match=rf"^delay: {shown[:4].replace('+', '.')}.* s, here shortened to 60 s;"):
        assert delay_of(delay, stacklevel=1) == 60.0


@pytest.mark.parametrize(("delay", "shown"), [(-1, "-1"), (-0.001, "-0.001"), (math.nan, "nan"), (-math.inf, "-inf")])
def test_case_54_a_senseless_delay_is_refused(delay, shown):
    """Negative, or not a number."""
    with pytest.raises(ValueError, match=f"^delay: {shown}, allowed are 0 to 60 seconds$"):
        delay_of(delay, stacklevel=1)


@pytest.mark.parametrize(("delay", "kind"), [("1", "a string"), (True, "a boolean"), (None, "null")])
def test_case_54_a_delay_is_a_number(delay, kind):
    """Nothing else is seconds."""
    with pytest.raises(TypeError, match=f"^delay: seconds as a number from 0 to 60, not {kind}$"):
        delay_of(delay, stacklevel=1)


@pytest.mark.parametrize(
    ("status", "delay", "error"),
    [
        (200, 0.0, ""),
        (299, 9.9, ""),
        (300, 0.0, "Request failed with status code 300"),
        (404, 9.9, "Request failed with status code 404"),
        (200, 10.0, "timeout of 10000ms exceeded"),
        (500, 60.0, "timeout of 10000ms exceeded"),
    ],
)
def test_chatbot_says_what_is_wrong_with_an_answer(status, delay, error):
    """In the words of axios; an answer that comes too late has no status."""
    assert sent_reply(HI, rule="r", status=status, delay=delay).chatbot_error == error


def test_the_verdict_is_on_what_is_sent():
    """It is made here, once; an empty body is accepted, and so are blanks alone."""
    assert sent_reply(HI, rule="r").verdict is CLEAN
    assert sent_reply({"responses": [{"type": "text"}]}, rule="r").verdict.errors == 1
    assert sent_reply("hello", rule="r").verdict.first == "not JSON: column 1: 'hello' is not JSON"
    assert sent_reply({"a": "\ud800"}, rule="r").verdict.errors == 1
    for empty in (None, "", " \n", (HI, 204)):
        verdict = sent_reply(empty, rule="r").verdict
        assert verdict.ok
        assert verdict.first == "an empty body: accepted, the bot says nothing and no attribute is set"


def test_a_compressed_body_is_judged_decoded():
    """By the header, as who receives it does."""
    body = gzip.compress(json.dumps(HI).encode())
    assert judged(body, [("content-encoding", "gzip")]) is CLEAN
    assert not judged(body).ok
    assert judged(b"{}", [("Content-Encoding", "br")]).first.startswith("Content-Encoding 'br' cannot be decoded here")


def test_nothing_is_warned_of_when_a_reply_is_made():
    """The delay was told of when it was set, not with each reply."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert sent_reply(HI, rule="r", delay=12.0).delay == 12.0
