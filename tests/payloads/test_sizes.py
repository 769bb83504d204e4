"""Every documented size at min-1, min, max, max+1: the models and the check agree, and say so in the same words."""

from __future__ import annotations

import copy

import pytest
from pydantic import ValidationError

from chatbot_nb.payloads import limits
from chatbot_nb.payloads.check import check
from chatbot_nb.payloads.responses import ReplyPayload
from chatbot_nb.payloads.translate import findings_of
from chatbot_nb.payloads.wire import place_in

POSTBACK = {"type": "postback", "title": "a", "value": "b"}

# Where a string or array stands in the payload of `responses`, and its size.
STRINGS = [
    ("text", ("message",), limits.TEXT_MESSAGE),
    ("randomText", ("messages", 1), limits.RANDOM_TEXT_MESSAGE),
    ("image", ("imageUrl",), limits.IMAGE_URL),
    ("quickReplies", ("title",), limits.QUICK_REPLIES_TITLE),
    ("cards", ("elements", 0, "title"), limits.CARD_TITLE),
    ("cards", ("elements", 0, "subtitle"), limits.CARD_SUBTITLE),
    ("cards", ("elements", 0, "imageUrl"), limits.CARD_IMAGE_URL),
    ("buttons", ("title",), limits.BUTTONS_TITLE),
    ("buttons", ("buttons", 0, "title"), limits.POSTBACK_TITLE),
    ("buttons", ("buttons", 0, "value"), limits.POSTBACK_VALUE),
    ("buttons", ("buttons", 1, "title"), limits.GOTO_TITLE),
    ("buttons", ("buttons", 1, "value"), limits.GOTO_VALUE),
    ("buttons", ("buttons", 2, "title"), limits.URL_TITLE),
    ("buttons", ("buttons", 2, "value"), limits.URL_VALUE),
    ("buttons", ("buttons", 3, "title"), limits.WEBVIEW_TITLE),
    ("buttons", ("buttons", 3, "value"), limits.WEBVIEW_VALUE),
    ("buttons", ("buttons", 4, "title"), limits.PHONE_TITLE),
    ("buttons", ("buttons", 4, "value"), limits.PHONE_VALUE),
    ("quickReplies", ("buttons", 0, "title"), limits.POSTBACK_TITLE),
    ("cards", ("elements", 0, "buttons", 0, "value"), limits.POSTBACK_VALUE),
]
ARRAYS = [
    ("randomText", ("messages",), limits.RANDOM_TEXT_MESSAGES, "a"),
    ("quickReplies", ("buttons",), limits.QUICK_REPLIES_BUTTONS, POSTBACK),
    ("cards", ("elements", 0, "buttons"), limits.CARD_BUTTONS, POSTBACK),
    ("buttons", ("buttons",), limits.BUTTONS_BUTTONS, POSTBACK),
]


def string_of(length, path, kind):
    """Return a string that is wrong in nothing but perhaps its length."""
    if path[-1] == "imageUrl" or (path[-2:] in {(2, "value"), (3, "value")} and kind == "buttons"):
        return "https://a.example/".ljust(length, "a")[:length] if length >= 8 else "{{a}}aa"[:length]
    if path[-2:] == (4, "value"):
        return "+123456789012345678"[:length]
    return "é" * length


def replaced(response, path, value):
    response = copy.deepcopy(response)
    target = response
    for part in path[:-1]:
        target = target[part]
    target[path[-1]] = value
    return {"responses": [response]}


def model_findings(payload):
    try:
        ReplyPayload.model_validate(payload)
    except ValidationError as error:
        return findings_of(error, place=lambda loc: place_in(payload, "reply", loc))
    return []


@pytest.mark.parametrize(("kind", "path", "size"), STRINGS)
def test_string_sizes(responses, kind, path, size):
    """A string is an error one character outside its bounds, with pointer, count and limit, and fine at them."""
    pointer = "/responses/0/" + "/".join(map(str, path))
    for length in {size.min - 1, size.min, size.max, size.max + 1} - {-1}:
        if path[-2:] == (1, "value") and length == size.min:
            continue  # 36 characters must be a UUIDv4, as they are in the fixture
        payload = replaced(responses[kind], path, string_of(length, path, kind))
        findings = [finding for finding in check(payload).findings if finding.severity == "error"]
        if path[-2:] == (1, "value"):
            findings = [finding for finding in findings if finding.code != "wrong_format"]
        shown = [(finding.pointer, finding.message, finding.limit, finding.actual) for finding in findings]
        noun = "character" if length == 1 else "characters"
        if length < size.min:
            assert shown == [(pointer, f"{length} {noun}, at least {size.min}", size.min, length)]
        elif length > size.max:
            assert shown == [(pointer, f"{length} {noun}, at most {size.max}", size.max, length)]
        else:
            assert shown == []
        # The model's own advisory knowledge is nil, so only errors are compared.
        assert [str(finding) for finding in model_findings(payload)] == [str(finding) for finding in findings]


@pytest.mark.parametrize(("kind", "path", "size", "entry"), ARRAYS)
def test_array_sizes(responses, kind, path, size, entry):
    """An array is an error one entry outside its bounds and fine at them, in the models and in the check."""
    pointer = "/responses/0/" + "/".join(map(str, path))
    for length in (size.min - 1, size.min, size.max, size.max + 1):
        payload = replaced(responses[kind], path, [entry] * length)
        shown = [(finding.pointer, finding.message) for finding in check(payload).findings]
        if length < size.min:
            assert shown == [(pointer, f"{length} entries, at least {size.min}")]
        elif length > size.max:
            assert shown == [(pointer, f"{length} entries, at most {size.max}")]
        else:
            assert shown == []
        assert [(finding.pointer, finding.message) for finding in model_findings(payload)] == shown


@pytest.mark.parametrize("kind", ["text", "randomText", "image", "quickReplies", "cards", "buttons"])
def test_delay(responses, kind):
    """Every response takes a delay of 100 to 10000 milliseconds, fractions too; beyond them it is an error."""
    low, high = limits.DELAY
    for delay in (low, high, low + 0.5):
        assert check({"responses": [{**responses[kind], "delay": delay}]}).findings == ()
    for delay, words in (
        (low - 1, "99, at least 100"),
        (high + 1, "10001, at most 10000"),
        (True, "true is not a number"),
    ):
        payload = {"responses": [{**responses[kind], "delay": delay}]}
        assert [str(finding) for finding in check(payload).findings] == [f"/responses/0/delay: {words}"]
        assert [str(finding) for finding in model_findings(payload)] == [f"/responses/0/delay: {words}"]


def test_no_elements(responses):
    """Cards without elements are an error, our reading."""
    payload = replaced(responses["cards"], ("elements",), [])
    (finding,) = check(payload).findings
    assert (finding.severity, str(finding)) == ("error", "/responses/0/elements: 0 entries, at least 1")
    assert [str(one) for one in model_findings(payload)] == [str(finding)]


@pytest.mark.parametrize(
    ("pointer", "size"),
    [
        ("/responses", limits.RESPONSES),
        ("/attributes", limits.ATTRIBUTES),
        ("/responses/0/elements", limits.CARD_ELEMENTS),
    ],
)
def test_advisory_sizes(responses, pointer, size):
    """More responses, attributes or elements than anybody sends is a warning, which the models do not know."""
    for length in (size.max, size.max + 1):
        payload = {
            "/responses": {"responses": [responses["text"]] * length},
            "/attributes": {"attributes": {str(number): "a" for number in range(length)}},
            "/responses/0/elements": replaced(
                responses["cards"], ("elements",), responses["cards"]["elements"] * length
            ),
        }[pointer]
        shown = [(one.severity, str(one), one.limit, one.actual) for one in check(payload).findings]
        message = f"{pointer}: {length} entries, at most {size.max}"
        assert shown == ([("warning", message, size.max, length)] if length > size.max else [])
        assert model_findings(payload) == []
