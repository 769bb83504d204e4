"""From a payload to a `Reply` and back, through files and source: nothing is lost."""

from __future__ import annotations

import copy
import json
import math
import os
import pickle

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import chatbot_nb as cb
from chatbot_nb.payloads.responses import Image, ReplyPayload, Text

SETTINGS = settings(max_examples=150, deadline=None, database=None, suppress_health_check=list(HealthCheck))
KEYS = st.sampled_from(["responses", "attributes", "type", "message", "buttons", "elements"]) | st.text(max_size=6)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**1000), 2**1000)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)
OBJECTS = st.dictionaries(KEYS, JSON, max_size=5)


def same(one, other):
    """Return True if two JSON values are the same, order of keys and kinds of numbers included."""
    return json.dumps(one) == json.dumps(other)


# A string that holds JSON once more is taken for what it holds.
@given(JSON.filter(lambda document: not isinstance(document, str) or document.lstrip()[:1] not in {"{", "["}))
@SETTINGS
def test_any_document(document):
    """Any JSON is kept as it is, can be shown, checked, hashed, rendered, compared, and says what is wrong."""
    reply = cb.Reply.from_payload(json.dumps(document) if isinstance(document, str | None) else document)
    assert same(reply.payload, document)
    assert same(cb.Reply.from_payload(reply).payload, document)
    again = cb.Reply.from_payload(json.dumps(document, indent=1))
    assert (again, hash(again)) == (reply, hash(reply))
    assert reply.check() == cb.check(json.dumps(document))
    assert not reply.diff(reply)
    reply._repr_mimebundle_()["text/plain"].encode()
    reply.render(a="b").check()


@given(OBJECTS)
@SETTINGS
def test_any_bytes(document):
    """The same from text, bytes, and bytes with a byte order mark."""
    text = json.dumps(document, ensure_ascii=False)
    for payload in (
        text,
        text.encode(),
        bytearray(text.encode()),
        b"\xef\xbb\xbf" + text.encode(),
        text.encode("utf-16"),
    ):
        assert same(cb.Reply.from_payload(payload).payload, document)


@given(document=OBJECTS)
@SETTINGS
def test_any_file(document, tmp_path_factory):
    """What is saved is loaded again, whatever it is."""
    path = tmp_path_factory.getbasetemp() / "any.json"
    cb.Reply.from_payload(document).save(path)
    assert same(cb.Reply.load(path).payload, document)


@given(data=st.data())
@SETTINGS
def test_what_calls_make(data, valid_replies, tmp_path_factory):
    """What valid calls make is valid; it comes back from its payload, its file and its source."""
    reply = data.draw(valid_replies)
    assert reply.check().ok, reply.check()
    if reply.payload:
        built = reply.build()
        ReplyPayload.model_validate(built, by_alias=True, by_name=False)
    assert cb.Reply.from_payload(json.dumps(reply.payload)) == reply
    path = tmp_path_factory.getbasetemp() / "made.json"
    reply.save(path)
    assert same(cb.Reply.load(path).payload, reply.payload)
    assert eval(reply.export("reply"), {"cb": cb}) == reply
    assert reply + cb.Reply() == cb.Reply() + reply == reply


def test_the_file(tmp_path):
    """A file is indented JSON in UTF-8 with a line feed at its end, also where text files have others."""
    path = tmp_path / "reply.json"
    reply = cb.Reply().text('żó 👋 "x"\n\u2028').set({"Phone number": "1"})
    reply.save(os.fspath(path))
    assert path.read_bytes().decode() == (
        '{\n  "responses": [\n    {\n      "type": "text",\n      "message": "żó 👋 \\"x\\"\\n\u2028"\n    }\n  ],\n'
        '  "attributes": {\n    "Phone number": "1"\n  }\n}\n'
    )
    assert type(cb.Reply.load(path)) is cb.Reply


def test_half_a_pair_in_a_value(tmp_path):
    """What a value brings in is written as JSON can, never half a file; the check tells of it."""
    path = tmp_path / "reply.json"
    cb.Reply().text("{{a}}").render(a="\ud83dx").save(path)
    assert json.loads(path.read_bytes())["responses"][0]["message"] == "\ud83dx"
    with pytest.raises(cb.PayloadError, match="half a surrogate pair, U\\+D83D, at character 1"):
        cb.Reply.load(path)


@pytest.mark.parametrize(
    ("text", "document"),
    [
        ("{'responses': [{'type': 'text', 'message': None}]}", {"responses": [{"type": "text", "message": None}]}),
        ('{"responses": [],}', {"responses": []}),
        ('"{\\"responses\\": []}"', {"responses": []}),
        ('{"a": "x\ny"}', {"a": "x\ny"}),
        ('"hello"', "hello"),
        ('""', ""),
        ("5", 5),
        ("null", None),
    ],
)
def test_text_nearly_json(text, document):
    """Known mistakes in a text are mended; JSON that is no object is kept."""
    assert same(cb.Reply.from_payload(text).payload, document)


def test_models():
    """A model is what it sends: a whole reply, or one response."""
    whole = ReplyPayload(responses=[Text(message="a", delay=500), Image(image_url="https://a")], attributes={"a": "b"})
    assert cb.Reply.from_payload(whole) == cb.Reply().text("a", delay=500).image("https://a").set(a="b")
    assert cb.Reply.from_payload(Text(message="a")).payload == {"type": "text", "message": "a"}


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        (b"", "not JSON: it is empty"),
        ("  ", "not JSON: column 1: there are only blanks"),
        ("hello", "not JSON: column 1: 'hello' is not JSON"),
        (b'{"a": "\xff"}', "not UTF-8: byte 0xff at offset 7"),
        (
            b'{"a": "\xff",}',
            "not UTF-8: byte 0xff at offset 7\n  not JSON: column 10: a trailing comma before '}'",
        ),
        ('{"a": NaN}', "/a: NaN is not JSON; send null, or leave it out"),
        ('{"a": 1e999}', "/a: 1e999 is too large for a number: they end at 1.8e308"),
        (r'{"a": "\ud83d"}', "/a: half a surrogate pair, U+D83D, at character 1; no UTF-8 can hold it"),
        ("{'a': {1}}", "/a: a Python set: JSON has no such value"),
        ({"a": math.inf}, "/a: Infinity is not JSON; send null, or leave it out"),
        ({"a": {1: 2}}, "/a: the key 1 is not a string"),
        ({"a": b"x"}, "/a: a Python bytes: decode it first"),
        (object(), "a Python object: JSON has no such value"),
        ("[" * 101 + "]" * 101, "nested deeper than 100 levels: column 101"),
        ([0] * 200_000, "/199999: more than 200000 values; from here on nothing was checked"),
    ],
)
def test_no_json(payload, message):
    """What JSON in UTF-8 cannot say is refused, with its place."""
    with pytest.raises(cb.PayloadError) as caught:
        cb.Reply.from_payload(payload)
    assert str(caught.value).partition("\n  ")[2] == message


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("", "a bare string; a reply is an object with responses, each with a type"),
        ("hello", "a bare string; a reply is an object with responses, each with a type"),
        (5, "5 is not an object"),
        (None, "null is not an object"),
    ],
)
def test_a_document_that_is_no_object(document, message):
    """A string is not taken for the text of a reply, least of all an empty one for an empty body."""
    reply = cb.Reply.from_payload(json.dumps(document))
    assert message in [finding.message for finding in reply.check().findings]
    with pytest.raises(cb.PayloadError):
        reply.build()


def test_a_copy():
    """What is done to the payload later changes nothing."""
    document = {"responses": [{"type": "text", "message": "a"}], "more": ({"a": 1},)}
    reply = cb.Reply.from_payload(document)
    document["responses"][0]["message"] = "changed"
    document["more"][0]["a"] = 2
    assert reply.payload == {"responses": [{"type": "text", "message": "a"}], "more": [{"a": 1}]}


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ({"a": 1, "b": {"c": 1, "d": 2}}, {"b": {"d": 2, "c": 1}, "a": 1}, True),
        ([1], [1], True),
        ([1], [1.0], False),
        ([1], [True], False),
        ([1.0], [True], False),
        ([0], [False], False),
        ([None], [False], False),
        ([1, 2], [2, 1], False),
        ({}, {"responses": []}, False),
        ({"a": None}, {}, False),
        (["1"], [1], False),
    ],
)
def test_equality(one, other, equal):
    """Replies are equal if their JSON is, whatever the order of keys; then their hashes are, too."""
    one, other = cb.Reply.from_payload(one), cb.Reply.from_payload(other)
    assert (one == other) is equal
    assert (hash(one) == hash(other)) is equal
    assert one != one.payload


def test_copies(full):
    """A reply survives copying and pickling, also after it was rendered."""
    rendered = full.render(other="x")
    for clone in (copy.copy(rendered), copy.deepcopy(rendered), pickle.loads(pickle.dumps(rendered))):
        assert clone == rendered
        assert clone.check() == rendered.check()


def test_none_is_no_reply():
    """What a report has nothing to mend in has no ``fixed``; it must not become a reply of null."""
    with pytest.raises(cb.PayloadError, match="None is no reply"):
        cb.Reply.from_payload(None)


def test_a_key_that_stands_twice_is_refused():
    """One of its values would be lost without a word."""
    text = '{"responses": [{"type": "text", "message": "FIRST"}], "responses": []}'
    with pytest.raises(cb.PayloadError) as caught:
        cb.Reply.from_payload(text)
    assert [finding.code for finding in caught.value.findings] == ["duplicate_key"]
