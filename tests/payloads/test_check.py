"""What a check says of each place of a payload, and how severely."""

from __future__ import annotations

import json
import subprocess
import sys
from decimal import Decimal

import numpy as np
import pytest

from chatbot_nb.payloads.check import check

BUTTON_TYPES = "goto, phone, postback, url or webview"


def told(payload, kind="reply"):
    return [(one.severity, one.code, str(one)) for one in check(payload, kind=kind).findings]


def test_everything_valid_is_clean(responses):
    """All six responses with all five buttons, and attributes, in one payload: nothing to say, as dict and as bytes."""
    payload = {"responses": [*responses.values()], "attributes": {"Phone number": "1", "cards": "", "é": "👋"}}
    assert told(payload) == told(json.dumps(payload).encode()) == told(json.dumps(payload, indent=1)) == []


@pytest.mark.parametrize("body", [b"", "", bytearray()])
def test_an_empty_body(body):
    """An empty reply is accepted, and said to be; an empty request is an error."""
    assert told(body) == [("info", "empty", "an empty body: accepted, the bot says nothing and no attribute is set")]
    assert check(body).ok
    assert told(body, "request") == [("error", "empty", "an empty body; ChatBot sends an object")]


@pytest.mark.parametrize("payload", [{}, b"{}", {"respones": []}])
def test_neither_responses_nor_attributes(payload):
    """An object with neither is a warning; a near key is named."""
    first, *rest = told(payload)
    assert first == ("warning", "nothing_recognised", "nothing recognised: neither responses nor attributes")
    assert [message for _, _, message in rest] == [
        f"/{key}: '{key}' is not a documented key here; did you mean 'responses'?"
        for key in payload
        if isinstance(key, str)
    ]


@pytest.mark.parametrize(
    ("value", "severity", "shown"),
    [
        (None, "warning", "null"),
        (1, "warning", "1"),
        (1.5, "warning", "1.5"),
        (True, "warning", "true"),
        ({}, "error", "an object"),
        ([], "error", "an array"),
    ],
)
def test_attribute_values(value, severity, shown):
    """An attribute is a string; what could be made one is a warning, an object or array an error."""
    finding = (severity, "wrong_type", f"/attributes/a: {shown} is not a string")
    assert told({"attributes": {"a": value}}) == told(json.dumps({"attributes": {"a": value}})) == [finding]


@pytest.mark.parametrize(
    ("path", "pointer"),
    [
        (("image", "imageUrl"), "/responses/0/imageUrl"),
        (("cards", "elements", 0, "imageUrl"), "/responses/0/elements/0/imageUrl"),
        (("buttons", "buttons", 2, "value"), "/responses/0/buttons/2/value"),
        (("buttons", "buttons", 3, "value"), "/responses/0/buttons/3/value"),
    ],
)
def test_urls(responses, path, pointer):
    """Each URL that is not http(s) is a warning; one that runs code an error; one that {{name}} fills is not judged."""
    target = responses[path[0]]
    for part in path[1:-1]:
        target = target[part]
    for url in ("http://a", "HTTPS://a", "{{avatar}}"):
        target[path[-1]] = url
        assert told({"responses": [responses[path[0]]]}) == []
    for url in ("ftp://a", "www.a.example", " https://a"):
        target[path[-1]] = url
        message = f"{pointer}: {url!r} is not a web address: it should begin with http:// or https://"
        assert told({"responses": [responses[path[0]]]}) == [("warning", "wrong_format", message)]
    target[path[-1]] = "JavaScript:alert(1)"
    message = f"{pointer}: a javascript: URL is not for chats; use http:// or https://"
    assert told({"responses": [responses[path[0]]]}) == [("error", "active_url", message)]


def test_a_string_may_be_wrong_twice():
    """A URL that is too long and runs code has both findings."""
    payload = {"responses": [{"type": "image", "imageUrl": "data:" + "x" * 2048}]}
    assert told(payload) == [
        ("error", "too_long", "/responses/0/imageUrl: 2053 characters, at most 2048"),
        ("error", "active_url", "/responses/0/imageUrl: a data: URL is not for chats; use http:// or https://"),
    ]


def test_nothing_hides_in_an_array_that_is_too_long(buttons):
    """All that is wrong inside too many responses, elements and buttons is found too."""
    card = {"title": "a", "subtitle": "b", "imageUrl": "https://a", "buttons": [buttons["postback"]] * 6}
    last = {**card, "title": "x" * 81, "imageUrl": "file:" + "x" * 2048}
    text = {"type": "text", "message": "a"}
    payload = {"responses": [text] * 99 + [{"type": "cards", "elements": [card] * 10 + [last]}]}
    messages = [message for _, _, message in told(payload)]
    assert messages == [
        "/responses: 100 entries, at most 99",
        "/responses/99/elements: 11 entries, at most 10",
        *(f"/responses/99/elements/{index}/buttons: 6 entries, at most 5" for index in range(10)),
        "/responses/99/elements/10/buttons: 6 entries, at most 5",
        "/responses/99/elements/10/imageUrl: 2053 characters, at most 2048",
        "/responses/99/elements/10/imageUrl: a file: URL is not for chats; use http:// or https://",
        "/responses/99/elements/10/title: 81 characters, at most 80",
    ]


@pytest.mark.parametrize("escaped", [True, False])
def test_utf16_units(escaped):
    """A title that fits in code points but not in UTF-16 units is a warning; over both it is one error."""
    for length, finding in (
        (320, None),
        (321, ("warning", "too_long_utf16", "642 UTF-16 units, at most 640 characters; ChatBot may count units")),
        (641, ("error", "too_long", "641 characters, at most 640")),
    ):
        button = {"type": "postback", "title": "a", "value": "b"}
        payload = {"responses": [{"type": "buttons", "title": "👋" * length, "buttons": [button]}]}
        expected = [(*finding[:2], "/responses/0/title: " + finding[2])] if finding else []
        assert told(payload) == told(json.dumps(payload, ensure_ascii=escaped).encode()) == expected


def test_unknown_types(buttons):
    """A type that is none, of a response or a button, is named with those that are allowed there."""
    payload = {
        "responses": [
            {"type": "video"},
            {"type": 7},
            {"message": "a"},
            5,
            {"type": "quickReplies", "title": "a", "buttons": [buttons["url"], {"type": "share"}, {}]},
            {"type": "buttons", "title": "a", "buttons": [{"type": "share"}, None]},
        ]
    }
    bot_responses = "is not a Bot Response; use buttons, cards, image, quickReplies, randomText or text"
    assert [message for _, _, message in told(payload)] == [
        f"/responses/0/type: 'video' {bot_responses}",
        f"/responses/1/type: 7 {bot_responses}",
        "/responses/2/type: missing; required by the documentation",
        "/responses/3: 5 is not an object",
        "/responses/4/buttons/0/type: 'url' is not a button for quick replies; use goto or postback",
        "/responses/4/buttons/1/type: 'share' is not a button for quick replies; use goto or postback",
        "/responses/4/buttons/2/type: missing; required by the documentation",
        f"/responses/5/buttons/0/type: 'share' is not a button; use {BUTTON_TYPES}",
        "/responses/5/buttons/1: null is not an object",
    ]


def test_pointers_hold_keys_not_union_tags(buttons):
    """A key that is called like a tag keeps its place; pydantic's tags have none; ~ and / are escaped."""
    phone = {**buttons["phone"], "phone": "x", "a/b~c": 1}
    payload = {
        "responses": [{"type": "buttons", "title": "a", "buttons": [phone], "cards": 1}],
        "attributes": {"cards": {}, "text": None, "a/b~c": []},
    }
    assert [(one.severity, one.pointer) for one in check(payload).findings] == [
        ("error", "/attributes/a~1b~0c"),
        ("error", "/attributes/cards"),
        ("warning", "/attributes/text"),
        ("warning", "/responses/0/buttons/0/a~1b~0c"),
        ("warning", "/responses/0/buttons/0/phone"),
        ("warning", "/responses/0/cards"),
    ]


def test_missing_and_unknown_keys():
    """What is missing is an error, also height; what is unknown a warning, with the missing key that is near."""
    payload = {"responses": [{"type": "buttons", "titel": "a", "buttons": [{"type": "webview", "title": "a", "x": 1}]}]}
    assert told(payload) == [
        ("error", "missing", "/responses/0/buttons/0/height: missing; required by the documentation"),
        ("error", "missing", "/responses/0/buttons/0/value: missing; required by the documentation"),
        ("warning", "unknown_key", "/responses/0/buttons/0/x: 'x' is not a documented key here"),
        ("warning", "unknown_key", "/responses/0/titel: 'titel' is not a documented key here; did you mean 'title'?"),
        ("error", "missing", "/responses/0/title: missing; required by the documentation"),
    ]


def test_height_is_one_of_three(buttons):
    """Another height is an error that names the three."""
    webview = {**buttons["webview"], "height": "huge"}
    (finding,) = check({"responses": [{"type": "buttons", "title": "a", "buttons": [webview]}]}).findings
    assert str(finding) == "/responses/0/buttons/0/height: 'huge' is not allowed; use compact, full or tall"
    assert (finding.code, finding.limit, finding.actual) == ("not_allowed", "compact, full or tall", "'huge'")


def test_types_of_values():
    """A value of the wrong type is shown with the type that is wanted."""
    payload = {"responses": [{"type": "text", "message": 1}, {"type": "randomText", "messages": "a"}], "attributes": []}
    assert [message for _, _, message in told(payload)] == [
        "/attributes: an array is not an object",
        "/responses/0/message: 1 is not a string",
        "/responses/1/messages: 'a' is not an array",
    ]


def test_a_request(request_body):
    """A request needs what is documented; message may be absent; unknown keys and odd attributes are warnings."""
    assert told(request_body, "request") == []
    del request_body["chatId"], request_body["node"]["webhookName"]
    request_body |= {"userId": "", "message": None, "new": 1, "attributes": {"a": None, "b": 1, "c": {}, "d": "e"}}
    assert told(request_body, "request") == [
        ("warning", "wrong_type", "/attributes/b: 1 is not a string"),
        ("warning", "wrong_type", "/attributes/c: an object is not a string"),
        ("error", "missing", "/chatId: missing; required by the documentation"),
        ("warning", "unknown_key", "/new: 'new' is not a documented key here"),
        ("error", "missing", "/node/webhookName: missing; required by the documentation"),
        ("error", "too_short", "/userId: 0 characters, at least 1"),
    ]


IDS = [("chatId",), ("messageId",), ("userId",), ("externalId",), ("node", "id"), ("node", "webhookId")]
PROPERTIES = [*IDS, ("node",), ("node", "name"), ("node", "webhookName"), ("userAttributes",), ("attributes",)]


@pytest.mark.parametrize("path", PROPERTIES)
def test_each_documented_property_of_a_request_is_required(request_body, path):
    """The documentation lists ten properties, four of them in node, and calls none optional."""
    owner = request_body["node"] if len(path) > 1 else request_body
    del owner[path[-1]]
    pointer = "/" + "/".join(path)
    assert told(request_body, "request") == [("error", "missing", f"{pointer}: missing; required by the documentation")]


@pytest.mark.parametrize("path", IDS)
def test_an_id_is_any_text_but_none(request_body, path):
    """Ids are read leniently: of whatever form, but not empty and not a number."""
    owner = request_body["node"] if len(path) > 1 else request_body
    pointer = "/" + "/".join(path)
    owner[path[-1]] = "é 1"
    assert told(request_body, "request") == []
    owner[path[-1]] = ""
    assert told(request_body, "request") == [("error", "too_short", f"{pointer}: 0 characters, at least 1")]
    owner[path[-1]] = 7
    assert told(request_body, "request") == [("error", "wrong_type", f"{pointer}: 7 is not a string")]


def test_the_type_of_a_node_stands_in_the_example_only(request_body):
    """The documentation's table of properties does not list it, so a request without it is valid."""
    del request_body["node"]["type"]
    assert told(request_body, "request") == []


@pytest.mark.parametrize(
    ("payload", "shown"),
    [(None, "a missing value (None, NaN or NA)"), (5, "5"), (object(), "a Python object"), ((), "an array")],
)
def test_what_is_no_payload(payload, shown):
    """Anything else that is given is a finding too."""
    message = f"{shown} is not a payload; pass bytes, str, dict, list or a model"
    assert told(payload) == [("error", "not_json", message)]


def test_another_kind_is_refused():
    """A kind that does not exist is the caller's mistake."""
    with pytest.raises(ValueError, match=r"^kind is 'reply' or 'request', got 'answer'$"):
        check({}, kind="answer")


def test_check_imports_little():
    """Importing the check loads neither requests nor pandas."""
    code = "import sys, chatbot_nb.payloads.check; print(sorted({'requests', 'pandas', 'h11'} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("number", [np.int64(500), np.float32(500), Decimal(500)])
def test_numbers_of_other_libraries_are_no_json(number):
    """What json.dumps refuses is a finding, although pydantic takes it for a float."""
    report = check({"responses": [{"type": "text", "message": "a", "delay": number}]})
    message = f"a Python {type(number).__name__}: JSON has no such value"
    assert [str(finding) for finding in report.findings] == [f"/responses/0/delay: {message}"]
