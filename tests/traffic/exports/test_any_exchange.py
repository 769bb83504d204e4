"""Whatever bytes and texts an exchange is made of, it can be exported, and nothing hidden is in the exports."""

from __future__ import annotations

import json
import re
from dataclasses import astuple, replace
from datetime import UTC
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft6Validator
from referencing import Registry, Resource

from chatbot_nb.traffic.exchange import Exchange, SentReply
from chatbot_nb.traffic.exports.export import export
from chatbot_nb.traffic.exports.jsonl import load, save
from chatbot_nb.traffic.verdict import Verdict
from chatbot_nb.transport.inbound.http import Request, Timing

# The schema that is published with npm as har-schema 2.0.0.
SCHEMAS = [json.loads(file.read_text()) for file in sorted((Path(__file__).parents[2] / "data" / "har").glob("*.json"))]
ARCHIVE = Draft6Validator(
    {"$ref": "har.json#"},
    registry=Registry().with_resources((schema["$id"], Resource.from_contents(schema)) for schema in SCHEMAS),
)
TARGETS = ("jsonl", "har", "curl", "python", "pytest")

# Halves of surrogate pairs, NUL and all the rest.
texts = st.text(st.characters(categories=["L", "N", "P", "S", "Z", "C"]) | st.sampled_from("\ud83d\ude00\0\u202e"))
raw = st.binary(max_size=40) | texts.map(lambda text: text.encode("utf-8", "surrogatepass"))
verdicts = st.builds(Verdict, st.integers(0, 9), st.integers(0, 9), texts)
seconds = st.none() | st.floats(0, 1e6)
requests = st.builds(
    Request,
    received_at=st.datetimes(timezones=st.just(UTC)),
    peer=texts,
    http_version=st.sampled_from(["", "1.0", "1.1"]),
    method=st.sampled_from(["POST", "GET", "HEAD", ""]) | texts,
    target=st.just(b"/hook") | raw,
    headers=st.lists(st.tuples(raw, raw), max_size=3).map(tuple),
    trailers=st.lists(st.tuples(raw, raw), max_size=1).map(tuple),
    body=raw,
    status=st.sampled_from(["complete", "truncated", "timeout", "too_large", "bad_framing", "refused"]),
    transfer=st.sampled_from(["", "length", "chunked"]),
    marks=st.lists(texts, max_size=2).map(tuple),
    wire=raw,
)
replies = st.builds(
    SentReply,
    status=st.sampled_from([0, 200, 204, 500, 599]),
    headers=st.lists(st.tuples(texts, texts), max_size=2).map(tuple),
    body=raw,
    rule=texts,
    error=texts,
    chatbot_error=texts,
    delay=st.floats(0, 60),
    cut_off=st.booleans(),
    verdict=verdicts,
)
exchanges = st.builds(
    Exchange,
    seq=st.integers(1),
    id=texts,
    http=requests,
    marks=st.lists(texts | st.sampled_from(["wrong_path", "late", "body_evicted"]), max_size=2).map(tuple),
    reply=st.none() | replies,
    timing=st.none() | st.builds(Timing, seconds, seconds, seconds, seconds, texts, st.booleans()),
    _verdict=st.none() | verdicts,
)


@given(st.lists(exchanges, max_size=3))
def test_saved_and_loaded(tmp_path_factory, recorded):
    """What is saved with its secrets is loaded as it was, in its order, finished or not."""
    path = tmp_path_factory.getbasetemp() / "any.jsonl"
    expected = [astuple(exchange) for exchange in recorded]
    save(path, recorded, secrets=True)
    assert [astuple(exchange) for exchange in load(path)] == expected
    assert path.read_bytes().isascii()


@settings(max_examples=200)
@given(exchanges, st.booleans())
def test_case_36_any_text(exchange, secrets):
    """No export raises, whatever halves of characters, controls and bytes are in it, and each one can be written."""
    for target in TARGETS:
        export([exchange], target, secrets=secrets).encode()


@settings(max_examples=200)
@given(exchanges, st.booleans())
def test_archive_is_valid(exchange, secrets):
    """An archive is valid by the published schema of HAR 1.2, and JSON without NaN."""
    document = json.loads(export([exchange], "har", secrets=secrets), parse_constant=pytest.fail)
    ARCHIVE.validate(document)
    (entry,) = document["log"]["entries"]
    assert entry["time"] == sum(entry["timings"].values()) >= 0
    assert re.fullmatch(r"http://[!-~]+", entry["request"]["url"])


deliveries = st.builds(
    Exchange,
    st.integers(1),
    st.just("0" * 32),
    st.builds(
        replace, requests, method=st.just("POST"), target=st.just(b"/"), headers=st.just(()), status=st.just("complete")
    ),
    reply=st.none() | replies,
)


@settings(max_examples=200)
@given(st.lists(deliveries, max_size=3))
def test_data_of_programs(recorded):
    """What comes from outside never ends a literal: run, both Python exports hold the data as it was."""
    script, tests = ({"__name__": "exported"}, {"__name__": "exported"})
    exec(export(recorded, "python", secrets=True), script)
    assert [(seq, body) for seq, _, _, _, body in script["REQUESTS"]] == [(one.seq, one.http.body) for one in recorded]
    exec(export(recorded, "pytest", secrets=True), tests)
    assert [(one["seq"], one["request"]) for one in tests["RECORDED"]] == [(one.seq, one.http.body) for one in recorded]
    for record, exchange in zip(tests["RECORDED"], recorded, strict=True):
        if "reply" in record:
            assert record["reply"] == exchange.reply.body


@settings(max_examples=200)
@given(exchanges, st.booleans())
def test_programs_compile(exchange, secrets):
    """Whatever else is in an exchange, both Python exports are programs."""
    for target in ("python", "pytest"):
        compile(export([exchange], target, secrets=secrets), target, "exec")


HIDDEN = "tök€n /=+%\"\\'\n👋"
ESCAPED = [
    HIDDEN,
    quote(HIDDEN, safe=""),
    quote(HIDDEN, safe="").lower(),
    json.dumps(HIDDEN)[1:-1],
    json.dumps(HIDDEN)[1:-1].upper().replace("\\U", "\\u").replace("\\N", "\\n").replace("TÖK", "tök"),
    json.dumps(HIDDEN, ensure_ascii=False)[1:-1].replace("/", "\\/"),
    "".join(f"\\u{ord(character):04x}" for character in "plain-secret-7"),
    "".join(f"%{ord(character):02X}" for character in "plain-secret-7"),
    "plain-secret-7",
]
form = st.sampled_from(ESCAPED)
around = st.sampled_from(["", "a", "{}", '{"a": "', '"}', "é", "///", "\\"])


@st.composite
def with_secrets(draw):
    """Return an exchange with hidden texts anywhere."""
    text = st.tuples(around, form, around).map("".join)
    byte = text.map(lambda each: each.encode("utf-8", "surrogatepass"))
    pairs = st.lists(st.tuples(byte, byte), max_size=2).map(tuple)
    request = draw(requests)
    http = Request(
        request.received_at,
        "127.0.0.1:1",
        "1.1",
        draw(text),
        b"/hook/" + draw(byte),
        draw(pairs),
        draw(pairs),
        draw(byte | byte.map(lambda each: each.decode().encode("utf-16"))),
        request.status,
        "length",
        (),
        draw(byte),
    )
    head = ((draw(text), draw(text)),)
    reply = SentReply(200, head, draw(byte), draw(text), draw(text), draw(text), verdict=Verdict(1, 0, draw(text)))
    return Exchange(1, "0" * 32, http, (), reply, None, draw(st.just(Verdict(1, 0, draw(text)))))


@settings(max_examples=150)
@given(with_secrets())
def test_hidden_is_nowhere(exchange):
    """A hidden text is in no export, in no way of writing it."""
    for target in TARGETS:
        text = export([exchange], target, hidden=[HIDDEN, "plain-secret-7", ""])
        undone = text.replace("\\\\", "\\")  # one level of escapes, which the export itself adds
        for form in ESCAPED:
            assert form not in text
            assert form not in undone
        assert "plain-secret" not in text.replace("\\u0000", "")  # in UTF-16
