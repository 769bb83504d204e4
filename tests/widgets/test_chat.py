"""ChatPreview: any reply, shown and replaced; what both widgets with a reply share is tested here."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

import chatbot_nb as cb
from chatbot_nb.payloads.reply.placeholders import Values

HELLO = {"responses": [{"type": "text", "message": "Hi {{name}}!"}]}
ODD = {"responses": [{"type": "text", "message": 5, "x": [1.0, 2**53 + 1]}, 7], "attributes": None}


@pytest.fixture(params=["ChatPreview", "ResponseBuilder"])
def make(request, closing):
    """Return a function that makes either widget."""
    return lambda *args, **keywords: closing(getattr(cb, request.param)(*args, **keywords))


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(cb.Reply.from_payload(ODD), id="Reply"),
        pytest.param(ODD, id="dict"),
        pytest.param(json.dumps(ODD), id="str"),
        pytest.param(json.dumps(ODD).encode(), id="bytes"),
    ],
)
def test_any_payload_is_shown_as_it_is(make, given):
    """Also one that breaks rules; numbers stay what they are, to the browser and back."""
    widget = make(given)
    assert widget.payload == ODD
    assert repr(widget.comm.opened["document"]) == repr({"rev": 0, "origin": "kernel", "payload": ODD, "samples": []})
    assert widget.reply == cb.Reply.from_payload(ODD)


@pytest.mark.parametrize("payload", [[], [1], "", "{", 5, True, {"responses": None}])
def test_what_is_no_reply_at_all_is_shown_too(make, payload):
    widget = make(cb.Reply.from_payload(json.dumps([payload])))
    assert widget.payload == [payload]
    assert widget.verdict["errors"] >= 1


def test_nothing_is_an_empty_reply(make):
    assert make().payload == {}


@pytest.mark.parametrize("wrong", ["", "nope", {"a": float("nan")}, {"a": "\ud800"}, {1, 2}, b"\xff"])
def test_what_cannot_be_read_raises(make, wrong):
    with pytest.raises(cb.PayloadError):
        make(wrong)


def test_none_is_no_reply_to_show(make):
    widget = make(HELLO)
    with pytest.raises(cb.PayloadError, match="None is no reply"):
        widget.reply = None
    assert (widget.payload, widget.document["rev"]) == (HELLO, 0)


def test_half_a_pair_that_was_rendered_in_is_refused(make):
    """No browser could be sent it."""
    rendered = cb.Reply.from_payload(HELLO).render(name="\ud83d")
    with pytest.raises(cb.PayloadError, match="half a surrogate pair"):
        make(rendered)


def test_a_large_payload_is_refused(make):
    """As text before it is read, else when it is; the message says what to use."""
    large = {"responses": [{"type": "text", "message": "é" * 2_500_000}]}
    message = "the payload has 5,000,048 bytes, at most 5,000,000 can be shown and edited here; work on it with"
    with pytest.raises(ValueError, match=message):
        make(large)
    with pytest.raises(ValueError, match="5,000,001 bytes"):
        make(" " * 5_000_001)
    with pytest.raises(ValueError, match="from_payload, check and export"):
        make().reply = large


def test_verdict_is_that_of_check(make):
    """All of it, errors first, with a patch to the payload put right."""
    payload = {"responses": [{"type": "TEXT", "msg": "a", "x": 1}, {"type": "text", "message": ""}]}
    widget = make(payload)
    report = cb.check(payload)
    told = widget.comm.opened["verdict"]
    assert sorted(each["message"] for each in told["findings"]) == sorted(each.message for each in report.findings)
    severities = [each["severity"] for each in told["findings"]]
    assert severities == sorted(severities)
    assert (told["errors"], told["warnings"], told["infos"]) == tuple(
        severities.count(each) for each in ("error", "warning", "info")
    )
    assert told["fixed"]
    assert widget.report == report


def test_many_findings_are_counted_and_cut(make):
    """Two hundred travel, errors before warnings; the counts say how many there are."""
    responses = [{"type": "text", "message": "a", "x": 1}] * 150 + [{"type": "text", "message": ""}] * 150
    verdict = make({"responses": responses}).verdict
    assert (len(verdict["findings"]), verdict["errors"], verdict["warnings"]) == (200, 150, 151)
    assert {each["severity"] for each in verdict["findings"][:150]} == {"error"}


def test_samples_find_what_only_they_have(make):
    """What the template says already is not said for each sample again."""
    button = {"type": "postback", "title": "{{name}}", "value": ""}
    payload = {"responses": [{"type": "buttons", "title": "Hi", "buttons": [button]}]}
    samples = [{"name": "Ada"}, {"name": "x" * 21}, {"nmae": "Bo"}]
    found = make(payload, samples).verdict["findings"]
    at = "/responses/0/buttons/0"
    assert [(each["pointer"], each["code"], each.get("sample")) for each in found] == [
        (f"{at}/value", "too_short", None),
        (f"{at}/title", "too_long", 1),
        (f"{at}/title", "unknown_placeholder", 2),
    ]


def test_without_placeholders_samples_find_nothing(make):
    assert make({"responses": [{"type": "text", "message": ""}]}, [{"a": "b"}] * 3).verdict["errors"] == 1


def test_samples_travel_as_the_texts_that_fill_placeholders(make):
    """A frame, or dicts: numbers as ChatBot writes them, what is missing as null."""
    frame = pd.DataFrame({"name": ["Ada", None], "n": [1.0, np.nan], "ok": [True, False], "big": [2**60, 1e21]})
    texts = [
        {"name": "Ada", "n": "1", "ok": "true", "big": "1152921504606846976"},
        {"name": None, "n": None, "ok": "false", "big": "1e+21"},
    ]
    widget = make(HELLO, frame)
    assert widget.comm.opened["document"]["samples"] == texts
    pd.testing.assert_frame_equal(widget.samples, pd.DataFrame(texts).astype("str"))
    assert make(HELLO, iter([{"name": np.int64(3)}])).document["samples"] == [{"name": "3"}]
    assert make(HELLO, [{"name": "a\ud800"}]).document["samples"] == [{"name": "a\ufffd"}]


def test_samples_are_set_and_taken_away(make):
    widget = make(HELLO)
    assert widget.samples.shape == (0, 0)
    widget.samples = [{"name": "x" * 2000}]
    assert (widget.document["rev"], widget.verdict["errors"], widget.payload) == (1, 1, HELLO)
    widget.samples = None
    assert (widget.document["samples"], widget.verdict["errors"]) == ([], 0)


@pytest.mark.parametrize(
    ("samples", "kind", "message"),
    [
        (
            [{}] * 101,
            ValueError,
            "101 rows of samples, at most 100; pass some of them, and use reply.check_over for all",
        ),
        ({"name": "Ada"}, TypeError, "samples: an object has no rows; pass a DataFrame or a list of dicts"),
        ("Ada", TypeError, "samples: a string has no rows; pass a DataFrame or a list of dicts"),
        (5, TypeError, "samples: a number has no rows; pass a DataFrame or a list of dicts"),
        ([{}, ["Ada"]], TypeError, "samples: row 1 is an array; pass a DataFrame or a list of dicts"),
        ([{5: "Ada"}], TypeError, "samples: 5 is no name of an attribute; names are strings"),
    ],
)
def test_samples_that_are_none(make, samples, kind, message):
    with pytest.raises(kind) as caught:
        make(HELLO, samples)
    assert str(caught.value) == message


def test_another_reply_is_a_new_revision_in_one_message(make):
    """Document and verdict go together: never one without the other."""
    widget = make(HELLO)
    widget.reply = '{"responses": [{"type": "text", "message": ""}],}'
    (update,) = widget.comm.updates
    payload = {"responses": [{"type": "text", "message": ""}]}
    assert update["document"] == {"rev": 1, "origin": "kernel", "payload": payload, "samples": []}
    verdict = update["verdict"]
    assert (verdict["rev"], verdict["origin"], verdict["seq"], verdict["errors"]) == (1, "kernel", 0, 1)
    assert widget.payload == payload


def test_the_browser_cannot_set_the_document(make):
    widget = make(HELLO)
    state = {"document": {"rev": 9, "payload": {}}, "verdict": {}}
    widget._handle_msg({"content": {"data": {"method": "update", "state": state}}})
    assert (widget.payload, widget.document["payload"], widget.document["rev"]) == (HELLO, HELLO, 0)
    assert widget.comm.updates == [{"document": widget.document, "verdict": widget.verdict}]


def test_payload_is_a_copy(make):
    widget = make(HELLO)
    widget.payload["responses"].clear()
    assert widget.payload == HELLO


def test_a_check_that_fails_is_a_finding(make, monkeypatch):
    """Nothing is lost; the message holds nothing of the payload."""

    def fail(*_):
        raise RecursionError("Hi there")

    widget = make(HELLO, [{"name": "Ada"}])
    monkeypatch.setattr(Values, "findings", fail)
    widget.reply = widget.reply.text("more")
    (found,) = widget.verdict["findings"]
    message = "the check failed with RecursionError; the reply is kept, please report this"
    assert (found["code"], found["message"], found["sample"]) == ("validator_crashed", message, 0)
    assert len(widget.payload["responses"]) == 2


def test_repr_counts_and_has_no_address(make):
    """The same text wherever and whenever, which nbval compares."""
    payload = {"responses": [{"type": "text", "message": ""}, {"type": "text", "message": "", "x": 1}, 3]}
    widget = make(payload | {"attributes": {"a": "b"}})
    name = type(widget).__name__
    assert repr(widget) == f"{name}: 3 responses, 1 attribute; 3 errors, 1 warning"
    assert repr(make(HELLO)) == f"{name}: 1 response"


def test_html_is_the_static_chat(make):
    """For a saved notebook without a kernel: the chat with its findings and its code, nothing in it that acts."""
    widget = make({"responses": [{"type": "text", "message": "<img src=x onerror=alert(1)>"}, {"type": "x"}]})
    html = widget._html()
    assert "&lt;img src=x" in html
    assert "<img" not in html
    assert "is not a Bot Response" in html
    assert "needs a running kernel" in html
    assert "cb.raw({&quot;type&quot;: &quot;x&quot;})" in html or ".raw({&quot;type&quot;: &quot;x&quot;})" in html
