"""What holds for every payload: nothing raises, the short way and the long way agree, models and check agree."""

from __future__ import annotations

import json
import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from chatbot_nb.payloads import check as check_module
from chatbot_nb.payloads import reference
from chatbot_nb.payloads.check import check
from chatbot_nb.payloads.request import WebhookRequest
from chatbot_nb.payloads.responses import ReplyPayload

SETTINGS = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
KINDS = ("reply", "request")

# Keys and words of the format, so that what is drawn comes near it.
WORDS = st.sampled_from(
    """
    type text message responses attributes buttons cards elements title value delay postback url imageUrl image
    randomText messages quickReplies webview phone height subtitle node chatId parameters card end setAttributes button
    """.split()  # noqa: SIM905 - as a list it takes thirty lines
)
TEXTS = WORDS | st.text(max_size=25) | st.sampled_from(["👋" * 11, 'a":b', '\\"', "\\u0022", "{", '":'])
NUMBERS = st.integers() | st.floats() | st.just(10**400)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=5),
    max_leaves=15,
)
ANYTHING = st.recursive(
    JSON | st.binary(max_size=9) | st.text(st.characters(categories=["Cs", "L"]), max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.none() | st.integers() | TEXTS | st.characters(categories=["Cs"]), inner, max_size=4)
    ),
    max_leaves=10,
)

SHORT = st.text(max_size=22) | st.sampled_from(["👋" * 11, "a"])
URLS = st.sampled_from(["https://a.example", "http://a", "{{a}}", "ftp://a", "javascript:a", "", "x" * 2049])
BUTTON = st.one_of(
    st.fixed_dictionaries({"type": st.just("postback"), "title": SHORT, "value": SHORT}),
    st.fixed_dictionaries({"type": st.just("url"), "title": SHORT, "value": URLS}),
    st.fixed_dictionaries(
        {"type": st.just("phone"), "title": SHORT, "value": st.sampled_from(["+12", "+1", "12", "+1234567890123456"])}
    ),
    st.fixed_dictionaries(
        {"type": st.just("webview"), "title": SHORT, "value": URLS, "height": st.sampled_from(["tall", "full", "huge"])}
    ),
    st.fixed_dictionaries(
        {
            "type": st.just("goto"),
            "title": SHORT,
            "value": st.sampled_from(["0e1a2425-76e3-49fd-bfc0-547603ab1fe3", "0" * 36, ""]),
        }
    ),
)
BUTTONS = st.lists(BUTTON, max_size=6)
DELAY = {"delay": st.integers(90, 110) | st.floats(9_000, 11_000) | st.booleans()}
ELEMENT = st.fixed_dictionaries({"title": SHORT, "subtitle": SHORT, "imageUrl": URLS, "buttons": BUTTONS})
RESPONSE = st.one_of(
    st.fixed_dictionaries({"type": st.just("text"), "message": st.text(max_size=1030)}, optional=DELAY),
    st.fixed_dictionaries({"type": st.just("randomText"), "messages": st.lists(SHORT, max_size=21)}, optional=DELAY),
    st.fixed_dictionaries({"type": st.just("image"), "imageUrl": URLS}, optional=DELAY),
    st.fixed_dictionaries({"type": st.just("quickReplies"), "title": SHORT, "buttons": BUTTONS}, optional=DELAY),
    st.fixed_dictionaries({"type": st.just("buttons"), "title": SHORT, "buttons": BUTTONS}, optional=DELAY),
    st.fixed_dictionaries({"type": st.just("cards"), "elements": st.lists(ELEMENT, max_size=11)}, optional=DELAY),
)
REPLY = st.fixed_dictionaries(
    {}, optional={"responses": st.lists(RESPONSE, max_size=4), "attributes": st.dictionaries(TEXTS, TEXTS, max_size=4)}
)


@st.composite
def json_texts(draw):
    """Draw the text of a near-valid reply: keys twice, quotes and other characters escaped in every way, blanks."""
    reply = draw(REPLY)
    text = json.dumps(reply, ensure_ascii=draw(st.booleans()), indent=draw(st.sampled_from([None, 1])))
    for _ in range(draw(st.integers(0, 3))):
        old, new = draw(
            st.sampled_from(
                [
                    ('"type":', '"type":"text", "type":'),
                    ('"type":', '"type" \n:'),
                    ('{"', '{"":"","":"","'),
                    ("{", '{"a\\u0022":"b","a\\"":"c",'),
                    ('"a"', '"\\u0061"'),
                    ("a", "\\u0022"),
                    ("\\ud83d\\udc4b", "\\ud83d"),
                    ('"value"', '"title"'),
                    ("e", "\\u0000"),
                    ("}", ',"new":"👋"}'),
                ]
            )
        )
        text = text.replace(old, new, draw(st.sampled_from([1, 2, -1])))
    return text


def sound(report):
    """Return True for a report all of which can be shown and stored."""
    for finding in report.findings:
        assert finding.pointer == "" or finding.pointer.startswith("/")
        assert finding.severity in {"error", "warning", "info"}
        assert finding.message
        assert len(finding.message) < 400
        (finding.pointer + finding.message + str(finding.actual)).encode()
    json.dumps(report.fixed, allow_nan=False).encode()
    repr(report).encode()
    report._repr_html_().encode()
    return True


@SETTINGS
@given(st.binary(max_size=60), st.sampled_from(KINDS))
def test_bytes_never_raise(payload, kind):
    """Any bytes are a report."""
    assert sound(check(payload, kind=kind))


@SETTINGS
@given(st.text(alphabet=string.printable + "'👋\ud800", max_size=60), st.sampled_from(KINDS))
def test_text_never_raises(payload, kind):
    """Any text is a report."""
    assert sound(check(payload, kind=kind))


@SETTINGS
@given(JSON, st.sampled_from(KINDS))
def test_json_never_raises(payload, kind):
    """Any JSON, written as text or printed as Python, is a report."""
    assert sound(check(json.dumps(payload), kind=kind))
    assert sound(check(repr(payload), kind=kind))


@SETTINGS
@given(ANYTHING, st.sampled_from(KINDS))
def test_python_values_never_raise(payload, kind):
    """Any Python value, JSON or not, is a report."""
    assert sound(check(payload, kind=kind))
    assert sound(check({"responses": [payload], "attributes": payload}, kind=kind))


@SETTINGS
@given(json_texts())
def test_the_short_way_and_the_long_way_agree(text):
    """What the short way calls clean has no finding the long way, which looks at every key as it is read."""
    for payload in (text, text.encode(errors="replace")):
        full = reference._full_check(payload, "reply")
        assert not (check_module.is_clean(payload, "reply") and full.findings)
        assert check(payload) == full


@SETTINGS
@given(REPLY)
def test_the_short_way_and_the_long_way_agree_on_dicts(payload):
    """The same for what is no text."""
    full = reference._full_check(payload, "reply")
    assert not (check_module.is_clean(payload, "reply") and full.findings)
    assert check(json.dumps(payload)) == check(payload) == full


def accepted(model, payload):
    try:
        model.model_validate(payload)
    except ValidationError:
        return False
    return True


@SETTINGS
@given(REPLY)
def test_models_accept_what_has_no_error(payload):
    """The models and the check, which is derived from them, agree on every payload of documented keys."""
    assert accepted(ReplyPayload, payload) == check(payload).ok


@SETTINGS
@given(st.data())
def test_requests_come_back(request_body, data):
    """A request with any attributes and unknown keys is read if the check has no error, and written back equal."""
    request_body = json.loads(json.dumps(request_body))
    values = st.none() | TEXTS | st.integers(-(2**53), 2**53) | st.booleans()
    request_body["attributes"] = data.draw(st.dictionaries(TEXTS, values, max_size=4))
    request_body |= data.draw(st.dictionaries(TEXTS, values, max_size=2))
    body = json.dumps(request_body, ensure_ascii=False, separators=(",", ":")).encode()
    report = check(body, kind="request")
    assert accepted(WebhookRequest, request_body) == report.ok
    if report.ok:
        assert WebhookRequest.model_validate_json(body).to_json() == body


@SETTINGS
@given(JSON)
def test_what_is_fixed_is_not_worse(payload):
    """A corrected payload has none of the mistakes that were corrected."""
    report = check(payload if isinstance(payload, (dict, list)) else json.dumps(payload))
    if report.fixed is not None:
        again = check(report.fixed)
        assert again.fixed is None
        assert len(again.findings) < len(report.findings)


@pytest.mark.parametrize("kind", KINDS)
def test_a_clean_payload_shares_its_report(kind):
    """Clean payloads have one report, made once: it costs nothing, and nobody can change it."""
    if kind == "reply":
        assert check(b'{"attributes":{}}') is check({"responses": []})
    with pytest.raises(AttributeError):
        check_module._CLEAN[kind].kind = "other"
