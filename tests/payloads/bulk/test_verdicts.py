"""The fast way finds what `check` finds: same rows, same words, same order, with orjson and without."""

from __future__ import annotations

import copy
import itertools
import json
import pickle
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatbot_nb.payloads.bulk import verdicts as module
from chatbot_nb.payloads.bulk.parsing import parsers, standard
from chatbot_nb.payloads.bulk.rules import Findings, strings_in
from chatbot_nb.payloads.bulk.schema import look_at
from chatbot_nb.payloads.bulk.verdicts import as_row, verdicts
from chatbot_nb.payloads.check import check
from chatbot_nb.payloads.limits import ATTRIBUTES, RESPONSES
from chatbot_nb.payloads.reference import reference

orjson = pytest.importorskip("orjson")

PARSERS = {"orjson": (orjson.loads, orjson.dumps), "json": standard()}
FAST = {(name, kind): verdicts(kind, parser) for name, parser in PARSERS.items() for kind in ("reply", "request")}
DATA = Path(__file__).parents[2] / "data"
BLOCK = "0e1a2425-76e3-49fd-bfc0-547603ab1fe3"


class Asked:
    """Stands between the fast way and the long one: counts how often it is asked, and gives the report made already."""

    report = None
    times = 0

    def __call__(self, _payload, kind):
        assert kind == self.report.kind
        self.times += 1
        return self.report


ASKED = Asked()


@pytest.fixture(autouse=True, scope="module")
def asked():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "reference", ASKED)
        yield


def same(payload, kind="reply"):
    """Return the rows of a payload, which all ways agree on, types of values too."""
    ASKED.report = reference(payload, kind)
    rows = [as_row(finding) for finding in ASKED.report.findings]
    for name in PARSERS:
        found = list(FAST[name, kind](payload))
        assert found == rows, name
        assert not rows or repr(found) == repr(rows), name
    return rows


def test_orjson_where_it_is_installed(monkeypatch):
    """orjson reads and writes; without it the standard library reads."""
    assert parsers() == (orjson.loads, orjson.dumps)
    monkeypatch.setitem(sys.modules, "orjson", None)
    loads, dumps = parsers()
    assert loads is not orjson.loads
    assert dumps(loads(b'{"a": [1.5]}')) == b'{"a":[1.5]}'


KEYS = st.sampled_from(
    """
    type text message responses attributes buttons cards elements title value delay url imageUrl image image_url src
    messages height subtitle content body msg parameters sessionAttributes setAttributes id Title a/b~c
    """.split()  # noqa: SIM905 - as a list it takes thirty lines
) | st.text(max_size=9)
TEXTS = st.one_of(
    KEYS,
    st.sampled_from(
        ["TEXT", "quick_replies", "card", "button", "question", "share", "Postback", "imgae", BLOCK, "+123"]
    ),
    st.sampled_from(
        ["javascript:a", "http\u017f://a", "HTTPS://a", "http://a\n", "{{a}}", "\n", "+12\n", "+١٢", "full"]
    ),
    st.sampled_from(["👋" * 11, "👋" * 321, "é" * 41, "x" * 21, "x" * 81, "x" * 641, "x" * 1025, "x" * 2049, "", "\0"]),
    st.text(max_size=30),
    st.characters(categories=["Cs"]),
)
NUMBERS = st.one_of(
    st.integers(90, 110),
    st.floats(9_000, 11_000),
    st.integers(),
    st.floats(),
    st.sampled_from([2**53, 2**63, 2**64, -(2**64), 10**400, -0.0, 1e22, True]),
)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=4,
)

BUTTONS = [
    {"type": "postback", "title": "a", "value": "b"},
    {"type": "goto", "title": "a", "value": BLOCK},
    {"type": "url", "title": "👋", "value": "https://a.example"},
    {"type": "webview", "title": "a", "value": "https://a.example", "height": "tall"},
    {"type": "phone", "title": "a", "value": "+12"},
]
ELEMENT = {"title": "a", "subtitle": "b", "imageUrl": "https://a.example/a.png", "buttons": BUTTONS[:2]}
REPLIES = [
    {"responses": [{"type": "text", "message": "a", "delay": 100}], "attributes": {"Phone number": "1", "é": "👋"}},
    {"responses": [{"type": "randomText", "messages": ["a", "b"]}, {"type": "image", "imageUrl": "https://a.example"}]},
    {"responses": [{"type": "quickReplies", "title": "a", "buttons": BUTTONS[:2]}]},
    {"responses": [{"type": "cards", "elements": [ELEMENT]}]},
    {"responses": [{"type": "buttons", "title": "a", "buttons": BUTTONS[1:]}], "attributes": {}},
]


def places(value, path=()):
    """Yield the path of each entry, at any depth."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, entry in entries:
        yield (*path, key)
        yield from places(entry, (*path, key))


def changed(document, path, change):
    """Return a copy in which one place is changed: ``change`` is told its holder and its key."""
    document = copy.copy(document)
    holder = document
    for part in path[:-1]:
        holder[part] = holder = copy.copy(holder[part])
    change(holder, path[-1])
    return document


def changes(value, key):
    """Return what may be done at a place with a value and a key that were drawn."""

    def put(holder, at):
        holder[at] = value

    def add(holder, at):
        if isinstance(holder, dict):
            holder[key] = value
        else:
            holder.insert(at, value)

    def rename(holder, at):
        if isinstance(holder, dict):
            holder[key] = holder.pop(at)
        else:
            holder.extend([holder[at]] * 20)

    return put, add, rename, lambda holder, at: holder.pop(at)


WRITERS = itertools.cycle(
    [
        lambda value: json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(errors="surrogatepass"),
        lambda value: json.dumps(value).encode(),
        lambda value: json.dumps(value, indent=1, ensure_ascii=False),
        lambda value: json.dumps(value, ensure_ascii=False).replace('"type":', '"type":"text","type":', 1),
        lambda value: json.dumps(value, sort_keys=True).replace("a", "\\u0061"),
        lambda value: value,
    ]
)


class Counted:
    payloads = 0
    broken = 0


@settings(max_examples=360, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(st.lists(VALUES, min_size=3, max_size=3), st.lists(KEYS, min_size=3, max_size=3), st.integers(0, 2**32))
def agree(values, keys, seed):
    random = Random(seed)
    for document in REPLIES:
        for path in places(document):
            for change in changes(random.choice(values), random.choice(keys)):
                broken = changed(document, path, change)
                if random.random() < 0.3 and (second := list(places(broken))):
                    more = changes(random.choice(values), random.choice(keys))
                    broken = changed(broken, random.choice(second), random.choice(more))
                Counted.payloads += 1
                Counted.broken += bool(same(next(WRITERS)(broken)))


@pytest.mark.timeout(300)
def test_both_ways_agree_on_100_000_payloads():
    """Each place of each response changed, once or twice, to what was drawn: same findings, in every notation."""
    Counted.payloads = Counted.broken = ASKED.times = 0
    agree()
    assert Counted.payloads > 100_000
    assert Counted.broken > Counted.payloads / 2
    assert ASKED.times < Counted.payloads * len(PARSERS) / 2, "the fast way decides most of them"


def simple_changes():
    """Yield each reply with each place changed, one way after another."""
    for document in REPLIES:
        for path in places(document):
            for value in (None, 5, [], {}, {"title": ["a", {"b": "c"}]}, ["a", "b"], "", "x" * 3000, "👋" * 15):
                for change in changes(value, "id"):
                    yield changed(document, path, change)


@pytest.mark.parametrize("wide", [False, True])
def test_all_strings_are_counted(wide):
    """However wrong a payload is: a key that stands twice is known by its quotes, which the count must not hide."""
    look = look_at("reply", wide=wide)
    for payload in simple_changes():
        assert look(payload, Findings(wide)) == strings_in(payload)
        assert strings_in(payload) * 2 == json.dumps(payload).count('"')


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(b'"a"', b'"a\n"', id="control character"),
        pytest.param(b'"a"', b'"\\u0000"', id="escape"),
        pytest.param(b'"a"', b'"\xff"', id="not UTF-8"),
        pytest.param(b"}]", b"},]", id="trailing comma"),
        pytest.param(b'"1"}', b'"1","Phone number":"2"}', id="key twice"),
        pytest.param(b'"delay":100', b'"delay":0100', id="leading zero"),
        pytest.param(b"}}", b"}}\n", id="more text"),
    ],
)
def test_both_ways_agree_on_what_only_a_parser_can_tell(old, new):
    """JSON that is none, or not surely what it looks like."""
    text = b'{"responses":[{"type":"text","delay":100,"message":"a"}],"attributes":{"Phone number":"1"}}'
    assert not same(text)
    assert old in text
    assert same(text.replace(old, new)) or new == b"}}\n"


def test_the_fast_way_decides_of_all_plain_json(monkeypatch):
    """The full check is not asked about what is plain JSON, however wrong it is as a reply."""
    monkeypatch.setattr(module, "reference", None)
    for payload in filter(None, simple_changes()):
        for text in (json.dumps(payload), json.dumps(payload, ensure_ascii=False, separators=(",", ":"))):
            FAST["orjson", "reply"](text.encode())


# Runs another file of tests and keeps what they give to `check` and can be pickled.
RECORD = """
import copy, pickle, pytest
from chatbot_nb.payloads import check as module
original, seen = module.check, []
def check(payload, *, kind="reply"):
    try:
        if kind != "answer" and len(kept := pickle.dumps((payload, kind))) < 100_000:
            seen.append(kept)
    except Exception:
        pass
    return original(payload, kind=kind)
module.check = check
assert pytest.main([{name!r}, "-q", "-p", "no:cacheprovider"]) == 0
open({seen!r}, "wb").write(pickle.dumps([pickle.loads(kept) for kept in dict.fromkeys(seen)]))
"""

EDGES = [
    *(
        b"",
        " ",
        "{}",
        "[]",
        "null",
        "5",
        '"a"',
        '{"a":1}',
        '{"responses":{}}',
        '{"responses":null}',
        '{"attributes":[]}',
    ),
    *('{"responses":[]}', '{"responses":[],"responses":[]}', '{"attributes":{"a":"\\u0022","b":"1","b":"2"}}'),
    *(f'{{"attributes":{{"a":{number}}}}}' for number in ("NaN", "-Infinity", "1e400", "9" * 5000, 2**64, -(2**64))),
    *(
        f'{{"attributes":{{"a":{number}}}}}'
        for number in ("-0", "-0.0", "1E2", "1.0", "01", "1e-400", "9007199254740993")
    ),
    *(f'{{"new":{value}}}' for value in ("1e400", 2**64, '"\\u0000"', "[" * 101 + "]" * 101, "[[1e400]]", "[[[]]]")),
    *(b'\xef\xbb\xbf{"responses":[]}', '\ufeff{"responses":[]}', '{"attributes":{"a":1}}'.encode("utf-16")),
    *('{"attributes":{"\\ud800":"a"}}', '{"attributes":{"\ud800":"a"}}', b'{"attributes":{"a":"\xff"}}'),
    *('{"attributes":{"a":"b\\u0000"}}', '{"attributes":{"a":"b\0"}}', b'{"attributes":{"a":"\xf0\x80\x80\x80"}}'),
    *(
        '{"responses": [',
        "{'responses': []}",
        '{"responses": [],}',
        "<html>",
        '{"responses":[]} x',
        '{"responses":[]}\r',
    ),
    *(
        {"attributes": {"a": value}}
        for value in (10**400, float("nan"), {1}, b"a", (), object(), "\ud800", 2**70, -0.0)
    ),
    *(
        {"responses": [{"type": "text", "message": "a", "delay": delay}]}
        for delay in (np.int64(500), np.float32(500), np.float64(500), Decimal(500), True, 99.5, 10**400)
    ),
    '{"responses":[{"type":"text","message":"a","delay":1%s}]}' % ("0" * 400),
    *(
        f'{{"responses":[{{"type":"text","message":"a"}}{rest}'
        for rest in ("]}", "]} ", ",]}", ']},"responses":[]}', '],"attributes":{"a":"1","a":"2"}}', '],"responses":[]}')
    ),
    *(
        f'{{"responses":[{{"type":"text","message":"a{text}"}}]}}'
        for text in ("\n", "\x7f", "\\n", "\\/", '\\"', "é" * 512)
    ),
    b'{"responses":[{"type":"text","message":"\xed\xa0\x80"}]}',
    *({}, {1: 2}, {"responses": ({"type": "text", "message": "a"},)}, [], (), None, 5, object(), bytearray(b"{}")),
    *({"responses": [REPLIES[0]["responses"][0]] * count} for count in (RESPONSES.max, RESPONSES.max + 1, 500)),
    *({"attributes": {str(n): "a" for n in range(count)}} for count in (ATTRIBUTES.max, ATTRIBUTES.max + 1)),
    {"responses": [{"type": "cards", "elements": [{**ELEMENT, "imageUrl": "file:" + "x" * 2048}] * 11}]},
    {"responses": [{"type": "image", "imageUrl": "{{" + "👋" * 1500}]},
    {"responses": [{"type": "image", "imageUrl": "ftp:" + "👋" * 1500}]},
    '{"responses":[{"type":"text","message":"%s"}]}' % ("x" * 10_000_000),
    '{"responses":[%s1]}' % ("1," * 300_000),
]


@pytest.mark.parametrize("payload", [pytest.param(payload, id=str(number)) for number, payload in enumerate(EDGES)])
def test_both_ways_agree_on_edges(payload):
    """What parsers differ in, what is hidden where no rule looks, and all that is no payload; `check` takes both."""
    for kind in ("reply", "request"):
        same(payload, kind)
        assert repr(check(payload, kind=kind)) == repr(reference(payload, kind))
        if isinstance(payload, str):
            same(payload.encode(errors="surrogatepass"), kind)


@pytest.mark.parametrize("name", ["test_hints", "test_documentation", "test_check"])
def test_both_ways_agree_on_what_other_tests_check(name, tmp_path):
    """Each payload that the tests of `check` pass to it, in bytes too where it can be encoded."""
    seen = tmp_path / "seen.pickle"
    code = RECORD.format(name=str(Path(__file__).parent.parent / f"{name}.py"), seen=str(seen))
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    payloads = pickle.loads(seen.read_bytes())
    assert len(payloads) > 50
    for payload, kind in payloads:
        same(payload, kind)


@pytest.mark.parametrize("path", sorted(DATA.glob("*.json")), ids=lambda path: path.stem)
def test_both_ways_agree_on_the_documentation(path):
    """Each sample of the documentation, as it is printed, taken for a reply and for a request."""
    for kind in ("reply", "request"):
        same(path.read_bytes(), kind)
        same(path.read_text(), kind)
        same(json.loads(path.read_text()), kind)


def requests(body, values, keys):
    for path in places(body):
        for value, key in zip(values, keys, strict=True):
            for change in changes(value, key):
                yield changed(body, path, change)


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(st.lists(VALUES, min_size=2, max_size=2), st.lists(KEYS, min_size=2, max_size=2))
def test_both_ways_agree_on_requests(values, keys):
    """The same for what ChatBot sends."""
    for body in requests(json.loads((DATA / "request_live.json").read_text()), values, keys):
        same(next(WRITERS)(body), "request")


@pytest.mark.parametrize("number", [17, 18, 19, 35, 36, 37])
def test_both_ways_agree_where_a_string_is_too_short_and_too_long(number):
    """35 characters of two UTF-16 units each are too few characters and too many units."""
    button = {"type": "goto", "title": "Menu", "value": "👋" * number}
    codes = [row[1] for row in same({"responses": [{"type": "buttons", "title": "x", "buttons": [button]}]})]
    assert ("too_long_utf16" in codes) == (18 < number <= 36)
    assert (
        check({"responses": [{"type": "buttons", "title": "x", "buttons": [button]}]}).findings == ASKED.report.findings
    )
