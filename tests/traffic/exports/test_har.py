"""What an HTTP archive says; that it is valid is shown for any exchange in test_any_exchange."""

from __future__ import annotations

import base64
import json
from datetime import datetime

import pytest

from chatbot_nb.traffic.exports.export import export


def entry_of(exchange, **options):
    (entry,) = json.loads(export([exchange], "har", **options))["log"]["entries"]
    return entry


def test_entry(made):
    """Request, reply and times stand where other tools look for them."""
    entry = entry_of(made(b'{"a": "\xc3\xa9"}'), secrets=True)
    assert datetime.fromisoformat(entry["startedDateTime"]) == made().http.received_at
    assert entry["time"] == pytest.approx(4)
    assert entry["timings"] == pytest.approx({"send": 2, "wait": 1, "receive": 1})
    request, response = entry["request"], entry["response"]
    assert (request["method"], request["httpVersion"], request["bodySize"]) == ("POST", "HTTP/1.1", 11)
    assert request["url"] == "http://hook.example:8080/hook/pathsecret?token=tokensecret&x=1"
    assert request["queryString"] == [{"name": "token", "value": "tokensecret"}, {"name": "x", "value": "1"}]
    assert request["headers"][1] == {"name": "Content-Type", "value": "application/json"}
    assert request["postData"] == {"mimeType": "application/json", "text": '{"a": "é"}'}
    assert (response["status"], response["statusText"]) == (200, "OK")
    assert response["content"]["text"].encode() == made().reply.body
    assert entry["comment"] == "exchange 1: complete; the request's verdict: errors; the reply's verdict: ok"


def test_bytes(made):
    """Bodies that are not UTF-8 are base64, and it says so; the request's in a field of ours, since HAR has none."""
    entry = entry_of(made(b"\xff\0", reply=b"\xfe\0"))
    assert base64.b64decode(entry["request"]["postData"]["text"]) == b"\xff\0"
    assert entry["request"]["postData"]["_encoding"] == "base64"
    assert base64.b64decode(entry["response"]["content"]["text"]) == b"\xfe\0"
    assert entry["response"]["content"]["encoding"] == "base64"


def test_without_reply(made):
    """A request that was not answered has status 0, as browsers write it."""
    entry = entry_of(made(reply=None))
    assert (entry["response"]["status"], entry["response"]["content"]["size"]) == (0, 0)
    assert entry["comment"].endswith("no reply yet")


def test_comment_on_masking(made):
    """The archive says whether secrets are in it."""
    assert "masked as ***" in json.loads(export([made()], "har"))["log"]["comment"]
    assert "Nothing is masked" in json.loads(export([made()], "har", secrets=True))["log"]["comment"]


@pytest.mark.parametrize(
    ("host", "target", "marks", "url"),
    [
        pytest.param(
            b"a.example", b"http://evil.example/x", (), "http://a.example/http://evil.example/x", id="absolute"
        ),
        pytest.param(b"a.example", b"//evil.example/x", (), "http://a.example//evil.example/x", id="two slashes"),
        pytest.param(b"evil.example", b"/x", ("wrong_host",), "http://unknown.invalid/x", id="foreign host"),
        pytest.param(b"me@evil.example", b"/x", (), "http://unknown.invalid/x", id="user"),
        pytest.param(b"[::1]:80", b"/\xff%zz%41#<>", (), "http://[::1]:80/%FF%25zz%41%23%3C%3E", id="encoded"),
        pytest.param(b"a.example", b"*", (), "http://a.example/*", id="asterisk"),
    ],
)
def test_case_45_url(made, host, target, marks, url):
    """The URL is on the receiver's own host, whatever a target or a foreign Host say."""
    exchange = made(headers=((b"Host", host),), target=target, marks=marks)
    assert entry_of(exchange, secrets=True)["request"]["url"] == url


def test_case_33_no_nan(made):
    """NaN in a body stays text."""
    text = export([made(b'{"a": NaN}', reply=b"[Infinity]")], "har")
    entry = json.loads(text, parse_constant=pytest.fail)["log"]["entries"][0]
    assert entry["request"]["postData"]["text"] == '{"a": NaN}'
