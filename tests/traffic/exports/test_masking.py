"""What is masked, and what is not."""

from __future__ import annotations

import gzip
import json
import time
from dataclasses import replace

import pytest

from chatbot_nb.traffic.exports.export import export
from chatbot_nb.traffic.exports.masking import Masking
from chatbot_nb.traffic.verdict import Verdict

TARGETS = ("jsonl", "har", "curl", "python", "pytest")
PRIVATE = (
    (b"Host", b"hook.example"),
    (b"Authorization", b"Bearer sesame-1"),
    (b"Cookie", b"session=sesame-2"),
    (b"X-Api-Key", b"sesame-3"),
    (b"Referer", b"https://me:sesame-4@elsewhere.example/?mail=sesame-5&sesame-6"),
    (b"X-Original-Url", b"/hook/pathsecret?token=tokensecret"),
    (b"User-Agent", b"axios/1.7"),
)
REPLY_HEADERS = {"Set-Cookie": "a=sesame-7", "Location": "/next?code=sesame-8"}


@pytest.fixture
def private(made):
    body = b'{"message":"my token is tokensecret","url":"https://me:sesame-9@shop.example/"}'
    reply = ({"responses": [], "attributes": {"echo": "tokensecret"}}, 200, REPLY_HEADERS)
    return made(body, headers=PRIVATE, reply=reply, target=b"/hook/pathsecret?token=tokensecret&mail=sesame-0")


@pytest.mark.parametrize("target", TARGETS)
def test_case_42_masked_by_default(private, target):
    """Credentials of headers, queries and URLs, token and path are in no export unless they are asked for."""
    text = export([private], target, hidden=["tokensecret", "pathsecret"])
    assert [secret for secret in ("sesame", "tokensecret", "pathsecret") if secret in text] == []
    assert "***" in text


@pytest.mark.parametrize("target", TARGETS)
def test_case_42_as_it_came(private, target):
    """With secrets=True nothing is masked."""
    text = export([private], target, secrets=True, hidden=["tokensecret", "pathsecret"])
    assert "my token is tokensecret" in text
    assert "***" not in text


def test_what_stays(private):
    """Names of headers and of query values stay, and so does what is no secret."""
    http = Masking(["tokensecret"]).exchange(private).http
    assert http.target == b"/hook/***?token=***&mail=***"
    assert http.body == b'{"message":"my token is ***","url":"https://***@shop.example/"}'
    assert http.headers == (
        (b"Host", b"hook.example"),
        (b"Authorization", b"***"),
        (b"Cookie", b"***"),
        (b"X-Api-Key", b"***"),
        (b"Referer", b"https://***@elsewhere.example/?mail=***&***"),
        (b"X-Original-Url", b"/hook/pathsecret?token=***"),
        (b"User-Agent", b"axios/1.7"),
    )


def test_no_user_no_mask(made):
    """A mail address after a URL is no password of it."""
    body = b'{"url":"https://shop.example","mail":"me@shop.example","u":"https:\\/\\/me:pw@shop.example"}'
    masked = Masking().exchange(made(body)).http.body
    assert json.loads(masked) == {
        "url": "https://shop.example",
        "mail": "me@shop.example",
        "u": "https://***@shop.example",
    }


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(gzip.compress(b'"tokensecret"', mtime=0), b"***", id="hidden in it"),
        pytest.param(b"no gzip", b"***", id="not to be decoded"),
        pytest.param(gzip.compress(b'"harmless"', mtime=0), gzip.compress(b'"harmless"', mtime=0), id="harmless"),
    ],
)
def test_compressed(made, body, expected):
    """A compressed body goes as a whole where something hidden is in it, or where that cannot be known."""
    exchange = made(body, headers=((b"Content-Encoding", b"gzip"),))
    assert Masking(["tokensecret"]).exchange(exchange).http.body == expected


def test_no_http(made):
    """Of what was no HTTP, the bytes are masked as a whole: a credential may stand anywhere in them."""
    exchange = made(b"", wire=b"POST /hook?token=abc\r\nAuthorization : x", status="bad_framing")
    assert Masking().exchange(exchange).http.wire == b"***"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16", "utf-32", "latin-1", "utf-8"])
def test_encodings(made, encoding):
    """A hidden text is found in every encoding that a body may come in."""
    for text in ('{"a": "tokensecret"}', '{"a": "tökensecret"}'):
        masked = Masking(["tokensecret", "tökensecret"]).exchange(made(text.encode(encoding))).http.body
        assert b"e\0n\0s" not in masked.replace(b"\0\0\0", b"\0")
        assert b"ensecret" not in masked
        assert b"***" in masked


def test_longest_first():
    """A hidden text that is part of another does not leave the rest of that one."""
    assert Masking(["abc", "abcdef"]).text("abcdef abc") == "*** ***"


def test_verdict_is_that_of_the_original(made):
    """Masking changes the body, not what was said of it."""
    exchange = made(b'{"chatId": 12345}')
    assert Masking(["12345"]).exchange(exchange).verdict == exchange.verdict


def test_cut_in_verdict(made):
    """A finding shows values cut off: the begin of a hidden text before the cut is masked too."""
    verdict = Verdict(1, 0, f"/chatId: {'x' * 50}tokense…")
    masked = Masking(["tokensecret"]).exchange(replace(made(), _verdict=verdict))
    assert masked.verdict.first == f"/chatId: {'x' * 50}***…"


def test_large_bodies_are_quick(made):
    """Masking takes time in proportion to a body, whatever it is full of."""
    for piece in (b"//", b"//a@", b"\\/\\/", b"?a=", b"%", b"\\u00", b"tokensecre", b"&"):
        exchange = made(piece * (1_000_000 // len(piece)), headers=((b"X", piece * 1000),))
        begin = time.perf_counter()
        Masking(["tokensecret", "pathsecret"])._body(exchange.http)
        assert time.perf_counter() - begin < 5
