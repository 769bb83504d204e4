"""Each mistake that real backends make gets one finding that names it, and the corrected payload."""

from __future__ import annotations

import json

import pytest

from chatbot_nb.payloads.check import check

TYPES = "buttons, cards, image, quickReplies, randomText or text"
BUTTONS = [{"type": "postback", "title": "a", "value": "b"}]
CARD = {"title": "a", "subtitle": "b", "imageUrl": "https://a.example", "buttons": BUTTONS}


def text(message):
    return {"type": "text", "message": message}


# An id, what was sent, the only finding (pointer, code, message), and what was meant.
MISTAKES = [
    (
        "version 1 text, one element",
        {"responses": [{"type": "text", "elements": ["a"]}]},
        ("/responses/0/elements", "version_1", "elements is of version 1 of the API; a text has one message"),
        {"responses": [text("a")]},
    ),
    (
        "version 1 text, several elements",
        {"responses": [{"type": "text", "elements": ["a", "b"]}]},
        (
            "/responses/0/elements",
            "version_1",
            "elements is of version 1 of the API; use randomText with messages, or one text for each",
        ),
        {"responses": [{"type": "randomText", "messages": ["a", "b"]}]},
    ),
    (
        "parameters",
        {"parameters": {"a": "b"}},
        ("/parameters", "version_1", "parameters is of version 1 of the API; version 2 says attributes"),
        {"attributes": {"a": "b"}},
    ),
    (
        "sessionAttributes",
        {"responses": [], "sessionAttributes": {"a": "b"}, "attributes": {"c": "d"}},
        ("/sessionAttributes", "version_1", "sessionAttributes is of version 1 of the API; version 2 says attributes"),
        {"responses": [], "attributes": {"c": "d", "a": "b"}},
    ),
    (
        "setAttributes with an object",
        {"responses": [text("a"), {"type": "setAttributes", "attributes": {"a": "b"}}]},
        (
            "/responses/1/type",
            "version_1",
            "'setAttributes' is of version 1 of the API; version 2 has attributes beside responses",
        ),
        {"responses": [text("a")], "attributes": {"a": "b"}},
    ),
    (
        "setAttributes with names and values",
        {"responses": [{"type": "setAttributes", "elements": [{"name": "a", "value": "b"}]}]},
        (
            "/responses/0/type",
            "version_1",
            "'setAttributes' is of version 1 of the API; version 2 has attributes beside responses",
        ),
        {"attributes": {"a": "b"}},
    ),
    (
        "card with elements",
        {"responses": [{"type": "card", "elements": [CARD]}]},
        ("/responses/0/type", "version_1", "'card' is of version 1 of the API; version 2 says cards"),
        {"responses": [{"type": "cards", "elements": [CARD]}]},
    ),
    (
        "card without elements",
        {"responses": [{"type": "card", **CARD}]},
        ("/responses/0/type", "version_1", "'card' is of version 1 of the API; version 2 says cards"),
        {"responses": [{"type": "cards", "elements": [CARD]}]},
    ),
    (
        "button",
        {"responses": [{"type": "button", "title": "a", "buttons": BUTTONS}]},
        ("/responses/0/type", "version_1", "'button' is of version 1 of the API; version 2 says buttons"),
        {"responses": [{"type": "buttons", "title": "a", "buttons": BUTTONS}]},
    ),
    (
        "button in elements",
        {"responses": [{"type": "button", "elements": [{"title": "a", "buttons": BUTTONS}]}]},
        ("/responses/0/type", "version_1", "'button' is of version 1 of the API; version 2 says buttons"),
        {"responses": [{"type": "buttons", "title": "a", "buttons": BUTTONS}]},
    ),
    (
        "question with buttons",
        {"responses": [{"type": "question", "title": "a", "buttons": BUTTONS}]},
        ("/responses/0/type", "version_1", "'question' is of version 1 of the API; version 2 says buttons"),
        {"responses": [{"type": "buttons", "title": "a", "buttons": BUTTONS}]},
    ),
    (
        "message array",
        {"responses": [text(["a", "b"])]},
        (
            "/responses/0/message",
            "message_array",
            "message is an array; use randomText with messages, or one text for each",
        ),
        {"responses": [{"type": "randomText", "messages": ["a", "b"]}]},
    ),
    (
        "message array of one",
        {"responses": [text(["a"])]},
        ("/responses/0/message", "message_array", "message is an array; a text has one message"),
        {"responses": [text("a")]},
    ),
    (
        "type in capitals",
        {"responses": [{"type": "TEXT", "message": "a"}]},
        ("/responses/0/type", "unknown_type", f"'TEXT' is not a Bot Response; use {TYPES}; did you mean 'text'?"),
        {"responses": [text("a")]},
    ),
    (
        "near type",
        {"responses": [{"type": "imgae", "imageUrl": "https://a.example"}]},
        ("/responses/0/type", "unknown_type", f"'imgae' is not a Bot Response; use {TYPES}; did you mean 'image'?"),
        {"responses": [{"type": "image", "imageUrl": "https://a.example"}]},
    ),
    (
        "quick_replies",
        {"responses": [{"type": "quick_replies", "title": "a", "buttons": BUTTONS}]},
        (
            "/responses/0/type",
            "unknown_type",
            f"'quick_replies' is not a Bot Response; use {TYPES}; did you mean 'quickReplies'?",
        ),
        {"responses": [{"type": "quickReplies", "title": "a", "buttons": BUTTONS}]},
    ),
    (
        "quickreplies",
        {"responses": [{"type": "quickreplies", "title": "a", "buttons": BUTTONS}]},
        (
            "/responses/0/type",
            "unknown_type",
            f"'quickreplies' is not a Bot Response; use {TYPES}; did you mean 'quickReplies'?",
        ),
        {"responses": [{"type": "quickReplies", "title": "a", "buttons": BUTTONS}]},
    ),
    (
        "near type of a card's button",
        {"responses": [{"type": "cards", "elements": [{**CARD, "buttons": [{**BUTTONS[0], "type": "Postback"}]}]}]},
        (
            "/responses/0/elements/0/buttons/0/type",
            "unknown_type",
            "'Postback' is not a button; use goto, phone, postback, url or webview; did you mean 'postback'?",
        ),
        {"responses": [{"type": "cards", "elements": [CARD]}]},
    ),
    *(
        (
            f"{key} for message",
            {"responses": [{"type": "text", key: "a"}]},
            (f"/responses/0/{key}", "renamed_key", f"'{key}' is not a documented key here; use message"),
            {"responses": [text("a")]},
        )
        for key in ("text", "content", "body", "msg")
    ),
    (
        "messages at the top, strings",
        {"messages": ["a", "b"]},
        (
            "/messages",
            "top_level_messages",
            "messages at the top level; a reply has responses, each with a type",
        ),
        {"responses": [text("a"), text("b")]},
    ),
    (
        "messages at the top, objects",
        {"messages": [{"text": "a"}, {"text": "a"}]},
        (
            "/messages",
            "top_level_messages",
            "messages at the top level; a reply has responses, each with a type",
        ),
        {"responses": [text("a"), text("a")]},
    ),
    (
        "bare string",
        '"a"',
        ("", "bare_string", "a bare string; a reply is an object with responses, each with a type"),
        {"responses": [text("a")]},
    ),
    (
        "string in responses",
        {"responses": [text("a"), "b"]},
        ("/responses/1", "bare_string", "a bare string; a text is an object with type and message"),
        {"responses": [text("a"), text("b")]},
    ),
    (
        "bare array",
        ["a", text("b")],
        ("", "bare_array", "a bare array; a reply is an object whose responses are an array"),
        {"responses": [text("a"), text("b")]},
    ),
    (
        "one response",
        text("a"),
        ("", "single_response", "one response without the responses array; wrap it"),
        {"responses": [text("a")]},
    ),
    (
        "one message with attributes",
        {"message": "a", "attributes": {"b": "c"}},
        ("", "single_response", "one response without the responses array; wrap it"),
        {"responses": [text("a")], "attributes": {"b": "c"}},
    ),
    (
        "one response in place of the array",
        {"responses": text("a")},
        ("/responses", "single_response", "one response without an array; responses is an array"),
        {"responses": [text("a")]},
    ),
    (
        "attributes as a response",
        {"responses": [{"attributes": {"a": "b"}}, text("a")]},
        (
            "/responses/0/attributes",
            "attributes_in_responses",
            "attributes inside responses; they stand beside responses, at the top level",
        ),
        {"responses": [text("a")], "attributes": {"a": "b"}},
    ),
    (
        "attributes in a response",
        {"responses": [{**text("a"), "attributes": {"a": "b"}}]},
        (
            "/responses/0/attributes",
            "attributes_in_responses",
            "attributes inside responses; they stand beside responses, at the top level",
        ),
        {"responses": [text("a")], "attributes": {"a": "b"}},
    ),
    *(
        (
            f"{key} for imageUrl",
            {"responses": [{"type": "image", key: "https://a.example"}]},
            (f"/responses/0/{key}", "renamed_key", f"'{key}' is not a documented key here; use imageUrl"),
            {"responses": [{"type": "image", "imageUrl": "https://a.example"}]},
        )
        for key in ("image_url", "url", "src")
    ),
    (
        "url for a card's imageUrl",
        {
            "responses": [
                {
                    "type": "cards",
                    "elements": [{**{k: v for k, v in CARD.items() if k != "imageUrl"}, "url": "http://a"}],
                }
            ]
        },
        ("/responses/0/elements/0/url", "renamed_key", "'url' is not a documented key here; use imageUrl"),
        {"responses": [{"type": "cards", "elements": [{**CARD, "imageUrl": "http://a"}]}]},
    ),
    (
        "the documentation's example",
        {"responses": [{"type": "cards", "title": "a", "buttons": BUTTONS}]},
        (
            "/responses/0/type",
            "documented_cards",
            "the documentation's example is wrong: use type buttons for a title with buttons",
        ),
        {"responses": [{"type": "buttons", "title": "a", "buttons": BUTTONS}]},
    ),
    (
        "JSON in a string",
        json.dumps(json.dumps({"responses": [text("a")]})),
        ("", "json_in_string", "JSON inside a JSON string; encode the reply once"),
        {"responses": [text("a")]},
    ),
    (
        "single quotes",
        "{'responses': [{'type': 'text', 'message': 'a'}]}",
        (
            "",
            "python_literal",
            "not JSON: column 2: single quotes, JSON has double quotes; use json.dumps, not str or repr",
        ),
        {"responses": [text("a")]},
    ),
    (
        "Python's None",
        '{"responses": [],\n "attributes": {"a": None}}',
        (
            "",
            "python_literal",
            "not JSON: line 2, column 22: Python's None, JSON has null; use json.dumps, not str or repr",
        ),
        {"responses": [], "attributes": {"a": None}},
    ),
    (
        "trailing comma",
        '{"responses": [\n  {"type": "text", "message": "a,]",\n  },\n]}',
        ("", "trailing_comma", "not JSON: line 2, column 36: a trailing comma before '}'"),
        {"responses": [text("a,]")]},
    ),
    (
        "raw line break in a string",
        '{"responses": [{"type": "text", "message": "a\nb"}]}',
        ("", "control_character", "not JSON: line 1, column 46: a raw control character U+000A in a string; escape it"),
        {"responses": [text("a\nb")]},
    ),
    (
        "UTF-16",
        json.dumps({"responses": [text("a")]}).encode("utf-16"),
        ("", "not_utf8", "UTF-16 text; send UTF-8"),
        {"responses": [text("a")]},
    ),
]


@pytest.mark.parametrize(("sent", "finding", "meant"), [pytest.param(*row[1:], id=row[0]) for row in MISTAKES])
def test_mistakes(sent, finding, meant):
    """One finding names the mistake, nothing else is said, and the corrected payload is clean."""
    before = json.dumps(sent) if not isinstance(sent, bytes) else None
    report = check(sent)
    pointer, code, message = finding
    told = [one for one in report.findings if one.pointer != "/attributes/a" or one.code != "wrong_type"]
    assert [(one.pointer, one.code, one.severity, one.message) for one in told] == [(pointer, code, "error", message)]
    assert report.fixed == meant
    assert check(report.fixed).ok
    assert not report.ok
    assert before is None or json.dumps(sent) == before, "what was given is not touched"


QUICK = "is not a button for quick replies; use goto or postback"


@pytest.mark.parametrize(
    ("given", "message", "meant"),
    [
        ("postbak", f"'postbak' {QUICK}; did you mean 'postback'?", "postback"),
        ("Goto", f"'Goto' {QUICK}; did you mean 'goto'?", "goto"),
        ("urll", f"'urll' {QUICK}", None),
        ("Webview", f"'Webview' {QUICK}", None),
        ("phone", f"'phone' {QUICK}", None),
    ],
)
@pytest.mark.parametrize("holder", ["quickReplies", "quick_replies"])
def test_near_types_in_quick_replies(given, message, meant, holder):
    """Only a button that quick replies may have is suggested, also where their own type is put right first."""
    button = {"type": given, "title": "a", "value": "b"}
    report = check({"responses": [{"type": holder, "title": "a", "buttons": [button]}]})
    told = [str(one) for one in report.findings if one.pointer == "/responses/0/buttons/0/type"]
    assert told == [f"/responses/0/buttons/0/type: {message}"]
    fixed = report.fixed["responses"][0]["buttons"][0]["type"] if report.fixed else None
    assert fixed == (meant or (given if holder == "quick_replies" else None))


@pytest.mark.parametrize("kind", ["card", "button", "question", "goto", "end", "reset", "webhook", "backtracking"])
def test_version_1_types_without_successor(kind):
    """A response type of version 1 that fits nothing is named, once, and nothing is corrected."""
    report = check({"responses": [{"type": kind, "value": "x"}]})
    (finding,) = report.findings
    assert str(finding) == f"/responses/0/type: '{kind}' is of version 1 of the API and no longer exists"
    assert (finding.code, finding.actual, report.fixed) == ("version_1", repr(kind), None)


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        pytest.param(
            "<!DOCTYPE html>\n<h1>Oops</h1>",
            "not JSON: line 1, column 1: an HTML page; the backend failed, or the URL leads elsewhere",
            id="html",
        ),
        pytest.param(
            "\n <?xml version='1.0'?>",
            "not JSON: line 2, column 2: markup (HTML or XML); the backend failed, or the URL leads elsewhere",
            id="xml",
        ),
        pytest.param("Hello there", "not JSON: column 1: 'Hello there' is not JSON", id="text"),
        pytest.param(" \n", "not JSON: line 1, column 1: there are only blanks", id="blanks"),
        pytest.param('{"responses": [', "not JSON: column 16: the text ends too early", id="cut"),
        pytest.param(
            '{\n"responses": ["a',
            "not JSON: line 2, column 15: the text ends inside the string that begins here",
            id="cut in a string",
        ),
        pytest.param(
            '{"responses": []}\n{}', "not JSON: line 2, column 1: more text after the end of the JSON: '{}'", id="two"
        ),
        pytest.param(
            "{'responses': [oops]}", "not JSON: column 2: single quotes, JSON has double quotes", id="neither"
        ),
    ],
)
def test_not_json(sent, message):
    """Text that is not JSON gets one finding: the line if there are several, the column, and what stands there."""
    report = check(sent)
    (finding,) = report.findings
    assert (finding.pointer, finding.severity, finding.message, report.fixed) == ("", "error", message, None)


def test_lines_of_json_in_a_string():
    """It is said that they are those of the inner text."""
    report = check(json.dumps('{\n"responses": [],\n}'))
    assert [finding.message for finding in report.findings] == [
        "JSON inside a JSON string; encode the reply once",
        "in that string: not JSON: line 2, column 16: a trailing comma before '}'",
    ]
    assert report.fixed == {"responses": []}


def test_byte_order_mark():
    """A UTF-8 byte order mark is a warning, in bytes and in text, and the rest is checked."""
    for payload in (b'\xef\xbb\xbf{"attributes":{}}', '\ufeff{"attributes":{}}'):
        report = check(payload)
        (finding,) = report.findings
        assert (finding.severity, finding.message) == (
            "warning",
            "a UTF-8 byte order mark before the JSON; send none",
        )
        assert report.fixed == {"attributes": {}}


def test_what_is_wrong_inside_a_mistake_is_found_where_it_stands():
    """After a correction the rest is checked; pointers are into the payload as it was sent."""
    long = "a" * 1025
    sent = [
        {"attributes": {"n": {}}},
        {"type": "TEXT", "text": long, "x": 1},
        long,
        {"type": "text", "elements": [long]},
        {"type": "button", "elements": [{"title": "", "buttons": BUTTONS}]},
        {"type": "card", "title": "", "src": "ftp://a", "buttons": BUTTONS},
    ]
    told = {str(finding) for finding in check(sent).findings}
    assert told >= {
        "/0/attributes/n: an object is not a string",
        "/1/text: 1025 characters, at most 1024",
        "/1/x: 'x' is not a documented key here",
        "/2: 1025 characters, at most 1024",
        "/3/elements/0: 1025 characters, at most 1024",
        "/4/elements/0/title: 0 characters, at least 1",
        "/5/title: 0 characters, at least 1",
        "/5/src: 'ftp://a' is not a web address: it should begin with http:// or https://",
        "/5/subtitle: missing; required by the documentation",
    }
    assert len(told) == 9 + 8


def test_unknown_keys_are_kept_in_what_is_corrected():
    """A correction touches nothing else: keys that the documentation does not name stay where they were."""
    sent = {"new": [1], "responses": [{"type": "TEXT", "message": "a", "new": {"b": None}}]}
    report = check(sent)
    assert report.fixed == {"new": [1], "responses": [{"type": "text", "message": "a", "new": {"b": None}}]}
    assert list(report.fixed["responses"][0]) == ["type", "message", "new"]


def test_attributes_that_already_say_otherwise_stay():
    """Attributes in a response that contradict those at the top level are named but not moved: nothing is lost."""
    sent = {"responses": [{"attributes": {"a": "b"}}], "attributes": {"a": "c"}}
    report = check(sent)
    assert [finding.code for finding in report.findings] == ["attributes_in_responses", "missing"]
    assert report.fixed is None
