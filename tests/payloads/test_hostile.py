"""Input meant to break a reader is a finding, soon; nothing raises, nothing hangs, nothing long is echoed."""

from __future__ import annotations

import json
import math
import time

import pytest

from chatbot_nb.payloads.check import check

TEN_MEGABYTES = 10_000_000


def told(payload, kind="reply"):
    return [(one.severity, one.code, str(one)) for one in check(payload, kind=kind).findings]


@pytest.mark.parametrize("opening", ["[", '{"a":', '{"responses":[', '["]",'])
def test_depth(opening):
    """Text nested 100,000 deep is one finding that says where level 101 begins."""
    text = opening * 100_000
    position = [index for index, one in enumerate(opening * 101) if one in "[{" and opening != '["]",'][100:101]
    column = position[0] + 1 if position else 100 * len(opening) + 1
    assert (
        told(text) == told(text.encode()) == [("error", "too_deep", f"nested deeper than 100 levels: column {column}")]
    )


def test_depth_of_python_values():
    """Lists nested deeper than 100 levels, and lists that hold themselves, are a finding with a pointer."""
    deep = []
    for _ in range(100_000):
        deep = [deep]
    pointer = "/attributes/a" + "/0" * 98
    assert ("error", "too_deep", f"{pointer}: nested deeper than 100 levels") in told({"attributes": {"a": deep}})
    while deep:  # freeing so deep a list at once would end at Python's own limit
        deep = deep.pop()
    circle = {"responses": []}
    circle["responses"].append(circle)
    assert ("error", "circular", "/responses/0: holds itself; JSON cannot") in told(circle)


def test_one_object_at_many_places_is_no_hang():
    """Lists that share their entries can be larger than the world; the check stops and says so."""
    shared = []
    for _ in range(60):
        shared = [shared, shared]
    (finding,) = check({"responses": shared}).findings
    assert finding.message == "more than 200000 values; from here on nothing was checked"


@pytest.mark.parametrize(
    ("number", "code", "words"),
    [
        pytest.param(
            "9" * 4301, "number_too_large", f"{'9' * 60} is too large for a number: they end at 1.8e308", id="digits"
        ),
        pytest.param("1e400", "number_too_large", "1e400 is too large for a number: they end at 1.8e308"),
        pytest.param("-1e400", "number_too_large", "-1e400 is too large for a number: they end at 1.8e308"),
        pytest.param("NaN", "not_finite", "NaN is not JSON; send null, or leave it out"),
        pytest.param("Infinity", "not_finite", "Infinity is not JSON; send null, or leave it out"),
        pytest.param("-Infinity", "not_finite", "-Infinity is not JSON; send null, or leave it out"),
    ],
)
@pytest.mark.parametrize(
    "where", ['{"attributes":{"a":%s}}', '{"responses":[{"type":"text","message":"a","delay":%s}]}']
)
def test_numbers_that_are_none(number, code, words, where):
    """An integer of 4,301 digits, 1e400, NaN and infinities are one finding each, where they stand."""
    pointer = "/attributes/a" if "attributes" in where else "/responses/0/delay"
    assert told(where % number) == [("error", code, f"{pointer}: {words}")]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        pytest.param(
            10**5000, "an integer of 16610 bits is too large for a number: they end at 1.8e308", id="huge integer"
        ),
        pytest.param(math.nan, "NaN is not JSON; send null, or leave it out", id="NaN"),
        pytest.param({1}, "a Python set: JSON has no such value", id="set"),
        pytest.param(b"a", "a Python bytes: decode it first", id="bytes"),
        pytest.param(object(), "a Python object: JSON has no such value", id="object"),
    ],
)
def test_python_values_that_json_lacks(value, words):
    """A Python value that no JSON holds is one finding, where it stands."""
    (finding,) = check({"attributes": {"a": value}}).findings
    assert str(finding) == f"/attributes/a: {words}"


def test_python_values_that_json_takes():
    """Tuples and keys that are not strings: JSON has arrays; a key is a finding at its object."""
    text = {"type": "text", "message": "a"}
    assert told({"responses": (text,)}) == []
    assert told({"attributes": {1: "a"}}) == [("error", "key_not_string", "/attributes: the key 1 is not a string")]


@pytest.mark.parametrize("payload", ['{"attributes":{"\\ud800":"a\\udc00"}}', {"attributes": {"\ud800": "a\udc00"}}])
def test_lone_surrogates(payload):
    """Half a surrogate pair, raw or escaped, in a key and in a value, is a finding whose text can be printed."""
    findings = told(payload)
    assert findings == [
        (
            "error",
            "lone_surrogate",
            "/attributes/\ufffd: half a surrogate pair, U+D800, at character 1; no UTF-8 can hold it",
        ),
        (
            "error",
            "lone_surrogate",
            "/attributes/\ufffd: half a surrogate pair, U+DC00, at character 2; no UTF-8 can hold it",
        ),
    ]
    assert told('{"attributes":{"\ud800":"a\udc00"}}') == findings
    assert check(payload)._repr_html_().encode()


def test_duplicate_keys():
    """A key that stands twice is a warning where it stands, also where a quote is written as an escape."""
    words = "stands here more than once; readers take the last"
    text = b'{"responses":[{"type":"text","message":"a","message":"b"}],"responses":[{"type":"text","type":"text",'
    assert told(text + b'"message":"c"}]}') == [
        ("warning", "duplicate_key", f"/responses: the key 'responses' {words}"),
        ("warning", "duplicate_key", f"/responses/0/type: the key 'type' {words}"),
    ]
    escaped = b'{"attributes":{"a":"\\u0022\\u0022\\u0022\\u0022","b":"1","b":"2"}}'
    assert told(escaped) == [("warning", "duplicate_key", f"/attributes/b: the key 'b' {words}")]


def test_nul_characters():
    """An escaped NUL is a warning where it stands; a raw one is not JSON."""
    words = "a NUL character at character 2; few systems keep it"
    assert told(b'{"attributes":{"a":"b\\u0000"}}') == [("warning", "nul_character", f"/attributes/a: {words}")]
    assert told({"attributes": {"a": "b\0"}}) == [("warning", "nul_character", f"/attributes/a: {words}")]
    assert told(b'{"attributes":{"a":"b\0"}}')[1:] == [("warning", "nul_character", f"/attributes/a: {words}")]
    assert told(b"\0\0\0\0")[0][1] == "not_json"


def test_encodings():
    """Bytes that are not UTF-8 are named with the first one's offset and checked on; UTF-16 and UTF-32 are known."""
    assert told('{"attributes":{"a":"é"}}'.encode("latin-1")) == [
        ("error", "not_utf8", "not UTF-8: byte 0xe9 at offset 20")
    ]
    assert [code for _, code, _ in told(b"\x80\x8b\x08\x00\x00")] == ["not_utf8", "not_json"]
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32"):
        name = encoding[:6].upper()
        findings = told('{"attributes":{"a":1}}'.encode(encoding))
        assert findings[0] == ("error", "not_utf8", f"{name} text; send UTF-8")
        assert findings[1:] == [("warning", "wrong_type", "/attributes/a: 1 is not a string")]
    # Broken UTF-8 is not mended by what looks for characters of four bytes.
    assert told(b'{"attributes":{"a":"\xf0\x80\x80\x80"}}')[0][1] == "not_utf8"


BIG = [
    pytest.param('{"responses":[{"type":"text","message":"%s"}]}' % ("x" * TEN_MEGABYTES), id="one string"),
    pytest.param('{"a":"' + '\\"' * (TEN_MEGABYTES // 2), id="escaped quotes without end"),
    pytest.param('{"a":1,}"' + '\\"' * (TEN_MEGABYTES // 2), id="trailing comma, then escaped quotes without end"),
    pytest.param("[" + "[]," * (TEN_MEGABYTES // 3), id="brackets"),
    pytest.param("[" + "1," * (TEN_MEGABYTES // 2), id="trailing comma"),
    pytest.param("9" * TEN_MEGABYTES, id="one number"),
    pytest.param("'" + " " * TEN_MEGABYTES, id="single quote"),
    pytest.param('{"responses":[%s1]}' % ("1," * (TEN_MEGABYTES // 2)), id="numbers"),
    pytest.param('{"attributes":{%s"a":"b"}}' % ('"a":"b",' * (TEN_MEGABYTES // 8)), id="one key"),
    pytest.param("\\" * TEN_MEGABYTES, id="backslashes"),
]


@pytest.mark.parametrize("text", BIG)
def test_ten_megabytes(text):
    """10 MB of anything take about as long as reading them does, and none of it is repeated in a message."""
    start = time.perf_counter()
    report = check(text.encode())
    assert time.perf_counter() - start < 20  # far from a hang; the figures are the benchmark's
    assert report.findings
    assert max(len(str(finding)) for finding in report.findings) < 200


def test_messages_show_at_most_sixty_characters():
    """A value, a key or a type of a million characters is cut in every message and in ``actual``."""
    long = "x" * 1_000_000
    payload = {
        "responses": [
            {"type": long},
            {"type": "text", "message": [], "delay": long},
            {"type": "image", "imageUrl": long},
        ],
        "attributes": {"a": int("9" * 300)},
        long: long,
    }
    findings = check(payload).findings
    assert len(findings) == 6 + 1
    for finding in findings:
        assert len(finding.message) < 200
        assert len(str(finding.actual)) <= 60


def test_a_check_does_not_touch_what_it_is_given():
    """A Python payload with every kind of mistake is as it was after the check."""
    payload = {"messages": ["a", {"text": "b"}], "parameters": {"a": "b"}, "responses": {"type": "TEXT"}}
    before = json.dumps(payload)
    check(payload)
    assert json.dumps(payload) == before


def test_python_text_with_odd_escapes_is_mended_without_a_warning():
    """Python would warn of ``\\d`` in a string; a check silences nobody's warnings and causes none."""
    report = check(r"{'attributes': {'a': 'x\d \\ \' \n'}}")
    assert report.fixed == {"attributes": {"a": "x\\d \\ ' \n"}}


@pytest.mark.parametrize(("number", "code"), [(2**1024 - 1, "number_too_large"), (2**1023, "too_large")])
def test_the_largest_numbers(number, code):
    """An integer of 1,024 bits may be beyond the largest float or not; either is one finding."""
    payload = {"responses": [{"type": "text", "message": "a", "delay": number}]}
    for given in (payload, json.dumps(payload)):
        assert [one.code for one in check(given).findings] == [code]
