"""The requests as shell commands: run by real shells and the real curl, against a real server."""

from __future__ import annotations

import string
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from chatbot_nb.traffic.exports.export import export

FRAMING = {b"host", b"content-length"}
TOKEN = string.ascii_letters + string.digits + "!#$%&'*+-.^_`|~"


def sent(exchange):
    """What of a request has to come again."""
    http = exchange.http
    headers = [(name, value) for name, value in http.headers if name.lower() not in FRAMING]
    return http.method, http.target, http.http_version, headers, http.body, bool(http.transfer)


def run_again(recorder, shell, exchange):
    """Run the script of an exchange and return what the server recorded of it."""
    script = export([exchange], "curl", secrets=True)
    done = shell(script)
    assert (done.returncode, done.stderr) == (0, b""), script
    assert done.stdout.endswith(b"\n200\n")
    return recorder.next()


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"@/etc/passwd", id="file"),
        pytest.param(b'it\'s "quoted" `id` $(id) $HOME \\ \\n \\0101 %s %%', id="quotes"),
        pytest.param(b"\n\r\n\tline\n\n", id="lines"),
        pytest.param(bytes(range(256)), id="binary"),
        pytest.param("zażółć 漢字 👋 \u202e \x81\x85".encode(), id="beyond ASCII"),
        pytest.param(b"\0", id="NUL"),
        pytest.param(b"-d --data", id="dashes"),
        pytest.param(b"\\c\\", id="what ends printf"),
        pytest.param(b"", id="empty"),
        pytest.param(b'{"a": "' + b"x'\\\xc3\xa9" * 150_000 + b'"}', id="megabyte"),
    ],
)
def test_case_43_bodies(recorder, shell, body):
    """A body arrives byte for byte, whatever curl and shells read into it."""
    exchange = recorder.post(body, b"Content-Type: application/json", b"User-Agent: axios/1.7")
    assert exchange.http.status == "complete"
    assert sent(run_again(recorder, shell, exchange)) == sent(exchange)


@pytest.mark.parametrize(
    "header",
    [
        pytest.param(b"X-Empty:", id="empty"),
        pytest.param(b"X-Semicolon: ;", id="semicolon"),
        pytest.param(b"X-File: @/etc/passwd", id="file"),
        pytest.param(b'X-Quotes: it\'s "$HOME" `id` $(id) \\ !!', id="quotes"),
        pytest.param(b"X-Bytes: \xe9\xff\x81\x88\x01 \xc3\xa9", id="bytes"),
        pytest.param(b"x-cAsE: a\r\nX-CaSe: b", id="case and order"),
        pytest.param(b"Accept: */*\r\nUSER-AGENT: x\r\ncontent-type: text/plain", id="curl's own"),
        pytest.param(b"Authorization: Basic bWU6cHc=\r\nCookie: a=b\r\nCookie: c=d", id="credentials"),
        pytest.param(b"Accept-Encoding: gzip, br\r\nConnection: close\r\nRange: bytes=0-1", id="hop by hop"),
        pytest.param(b"Expect: 100-continue", id="expect"),
    ],
)
def test_headers(recorder, shell, header):
    """Headers arrive as they came, in case and order, and no others with them."""
    exchange = recorder.post(b"{}", header)
    assert sent(run_again(recorder, shell, exchange)) == sent(exchange)


@pytest.mark.parametrize(
    "target",
    [
        pytest.param(b"/a/../b/./c//d?x=1", id="dots"),
        pytest.param(b"/%2F%2f", id="escapes"),
        pytest.param(b"/[1-3]{a,b}?x[]=1&y={}", id="globbing"),
        pytest.param(b"/-x?--data=1", id="dashes"),
        pytest.param(b"//evil.example/x", id="two slashes"),
        pytest.param(b"/$HOME`id`'\"\\!*~;|&<>", id="shell"),
        pytest.param(b"/?", id="empty query"),
        pytest.param(b"/x#fragment", id="fragment"),
        pytest.param(b"/%zz%4", id="broken escapes"),
        pytest.param(b"*", id="asterisk"),
        pytest.param(b"http://evil.example/x", id="absolute"),
    ],
)
def test_case_43_targets(recorder, shell, target):
    """A target arrives byte for byte, and where it was sent: no part of it is another address or a pattern."""
    exchange = recorder.post(b"{}", target=target)
    assert sent(run_again(recorder, shell, exchange)) == sent(exchange)


@pytest.mark.parametrize("raw", [b"GET /v?challenge=a&token=b HTTP/1.1", b"HEAD / HTTP/1.1", b"GET / HTTP/1.0"])
def test_without_body(recorder, shell, raw):
    """A request without a body is sent without one."""
    exchange = recorder.send(b"\r\n".join([raw, b"Host: " + recorder.host, b"Connection: close", b"", b""]))
    again = run_again(recorder, shell, exchange)
    assert sent(again) == sent(exchange)
    assert again.http.transfer == ""


def test_chunked(recorder, shell):
    """A chunked body is sent as a whole."""
    head = b"POST / HTTP/1.1\r\nHost: " + recorder.host + b"\r\nTransfer-Encoding: chunked\r\n\r\n"
    exchange = recorder.send(head + b"2\r\nab\r\n1\r\nc\r\n0\r\n\r\n")
    again = run_again(recorder, shell, exchange)
    assert (again.http.body, again.http.transfer) == (b"abc", "length")


words = st.text(TOKEN, min_size=1, max_size=8).map(str.encode)
values = st.binary(max_size=12).map(lambda raw: raw.translate(None, b"\0\t\n\v\f\r ")) | words
common = st.sampled_from([b"User-Agent", b"Accept", b"Content-Type", b"Cookie", b"Authorization", b"Referer"])
# Words of HTTP about the connection would make the server, rightly, do something else.
names = common | words.filter(lambda name: len(name) < 7 and name.lower() not in {b"host", b"te", b"expect"})


requests = st.tuples(
    words.filter(lambda method: method not in {b"HEAD", b"CONNECT"}),
    st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=12).map(lambda text: b"/" + text.encode()),
    st.lists(st.tuples(names, values), max_size=4),
    st.binary(max_size=60) | st.text(max_size=30).map(lambda text: text.encode("utf-8", "surrogatepass")),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(requests)
@example((b"-x", b"/", [], b""))
def test_case_43_anything(recorder, shell, request_parts):
    """Any request that can come over the wire is sent again byte for byte."""
    method, target, headers, body = request_parts
    lines = [name + b": " + value for name, value in headers]
    exchange = recorder.post(body, *lines, method=method, target=target)
    assert exchange.http.status == "complete"
    assert sent(run_again(recorder, shell, exchange)) == sent(exchange)


def test_several_to_one_address(recorder, shell, made):
    """URL sends all of them to one address, each in its turn."""
    script = export([made(b"1"), made(b"2", seq=2)], "curl")
    assert shell(script, URL=recorder.server.url_for("/elsewhere?a[1-2]=b")).returncode == 0
    first, second = recorder.next(), recorder.next()
    assert [(one.http.target, one.http.body) for one in (first, second)] == [
        (b"/elsewhere?a[1-2]=b", b"1"),
        (b"/elsewhere?a[1-2]=b", b"2"),
    ]


def test_left_out(made):
    """What was not received whole, or cannot be sent, is named and left out."""
    cut = made(status="truncated")
    evicted = replace(made(seq=2), marks=("body_evicted",))
    broken = made(seq=3, headers=((b"X", b"a\r\nb"),))
    text = export([cut, evicted, broken, made(seq=4)], "curl")
    assert text.count("curl --disable") == 1
    assert "# Exchange 1 is left out: it was not received whole (truncated).\n" in text
    assert "# Exchange 2 is left out: its body is no longer kept.\n" in text
    assert "# Exchange 3 is left out: a header of it cannot be sent.\n" in text


def test_curlrc(recorder, shell, tmp_path):
    """A .curlrc has no say."""
    (tmp_path / ".curlrc").write_text('header = "X-Mine: 1"\n')
    exchange = recorder.post(b"{}")
    assert shell(export([exchange], "curl", secrets=True), HOME=str(tmp_path)).returncode == 0
    assert sent(recorder.next()) == sent(exchange)
