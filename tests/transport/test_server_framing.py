"""Cases 1 to 14 of the receiver's hard cases, on real sockets: in one packet, halved, and byte by byte (case 13)."""

from __future__ import annotations

import json
import socket

import h11
import pytest

HOST = b"Host: 127.0.0.1\r\n"
LAST = HOST + b"Connection: close\r\n"


def halves(data):
    return [data[: len(data) // 2], data[len(data) // 2 :]]


@pytest.fixture(
    params=[
        pytest.param(lambda data: [data], id="whole"),
        pytest.param(halves, id="halves"),
        pytest.param(lambda data: [data[at : at + 1] for at in range(len(data))], id="bytewise"),
    ]
)
def talk(serve, request, caplog, capfd):
    """Send bytes in one way of cutting them; responses as (status, body), and the requests told of. All in silence."""
    served = serve()

    def send(data):
        return replies(served.talk(data, request.param)), served.requests()

    yield send
    assert caplog.get_records("call") == []
    assert tuple(capfd.readouterr()) == ("", "")


def replies(data):
    """Parse what the server said until it closed: one (status, body) for each final response."""
    found = []
    while data:
        client = h11.Connection(h11.CLIENT)
        client.send(h11.Request(method="GET", target="/", headers=[("Host", "x")]))
        client.send(h11.EndOfMessage())
        client.receive_data(data)
        status, body = None, b""
        while not isinstance(event := client.next_event(), h11.EndOfMessage):
            assert event is not h11.NEED_DATA, f"cut off: {data!r}"
            assert not isinstance(event, h11.InformationalResponse), "nobody was to be told to go on"
            if isinstance(event, h11.Response):
                status = event.status_code
            elif isinstance(event, h11.Data):
                body += event.data
        found.append((status, bytes(body)))
        data = client.trailing_data[0]
    return found


def refused(talked, http_status, text, status="bad_framing"):
    """Assert one refusal with this text and the connection closed; return the one record of it."""
    answers, requests = talked
    assert answers == [(http_status, json.dumps({"error": text}).encode())]
    (request,) = requests
    assert request.status == status
    assert request.wire
    return request


def test_case_01_chunked_body(talk):
    """A chunked body is decoded, also across a character of several bytes, and its transfer noted."""
    answers, (request,) = talk(
        b"POST / HTTP/1.1\r\n"
        + LAST
        + b"Transfer-Encoding: Chunked\r\n\r\n2\r\nz\xc3\r\n3;ext=1\r\n\xbc!!\r\n0\r\n\r\n"
    )
    assert answers == [(200, b'{"method": "POST", "bytes": 5}')]
    assert (request.body, request.transfer, request.status) == ("zü!!".encode(), "chunked", "complete")
    assert request.headers[-1] == (b"Transfer-Encoding", b"Chunked")
    assert request.wire == b""


def test_case_02_trailers_are_kept_apart(talk):
    """Trailers are recorded apart from headers, in their own case."""
    answers, (request,) = talk(
        b"POST / HTTP/1.1\r\n"
        + LAST
        + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nX-Sum: 1\r\nX-sum: 2\r\n\r\n"
    )
    assert answers[0][0] == 200
    assert request.body == b"hi"
    assert request.trailers == ((b"X-Sum", b"1"), (b"X-sum", b"2"))
    assert [name for name, _ in request.headers] == [b"Host", b"Connection", b"Transfer-Encoding"]


@pytest.mark.parametrize(
    ("chunks", "text"),
    [
        pytest.param(b"xyz\r\nhello\r\n0\r\n\r\n", "illegal chunk header", id="no-number"),
        pytest.param(b"-5\r\nhello\r\n0\r\n\r\n", "illegal chunk header", id="negative"),
        pytest.param(b"0x5\r\nhello\r\n0\r\n\r\n", "illegal chunk header", id="0x"),
        pytest.param(b"5\r\nhelloXX0\r\n\r\n", "malformed chunk footer", id="no-end-of-chunk"),
        pytest.param(b"0\r\nnot a trailer\r\n\r\n", "illegal header line", id="no-final-CRLF"),
    ],
)
def test_case_03_bad_chunks(talk, chunks, text):
    """A malformed chunk is refused, and the record has the chunks before it and the bytes as they came."""
    head = b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n"
    answers, (request,) = talk(head + chunks)
    ((status, body),) = answers
    assert status == 400
    assert json.loads(body)["error"].startswith(text)
    assert request.status == "bad_framing"
    assert request.body.startswith(b"ok")
    assert request.wire.startswith(head)
    assert (head + chunks).startswith(request.wire)


def test_case_04_transfer_encoding_and_content_length(talk):
    """Both at once is how requests are smuggled: refused, with what was sent in the record."""
    request = refused(
        talk(b"POST /a HTTP/1.1\r\n" + HOST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        400,
        "Transfer-Encoding and Content-Length exclude each other",
    )
    assert (request.method, request.target) == ("POST", b"/a")
    assert request.headers[1:] == ((b"Content-Length", b"5"), (b"Transfer-Encoding", b"chunked"))


@pytest.mark.parametrize(
    ("fields", "http_status", "text"),
    [
        pytest.param(
            b"Transfer-Encoding: gzip, chunked", 501, "Only Transfer-Encoding: chunked is supported", id="gzip"
        ),
        pytest.param(
            b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
            501,
            "multiple Transfer-Encoding headers",
            id="twice",
        ),
    ],
)
def test_case_04_other_transfer_encodings(talk, fields, http_status, text):
    """No transfer encoding but one "chunked" is understood."""
    refused(talk(b"POST / HTTP/1.1\r\n" + HOST + fields + b"\r\n\r\n0\r\n\r\n"), http_status, text)


def test_case_04_transfer_encoding_in_http_1_0(talk):
    """HTTP/1.0 has no chunks; a proxy of that version would see another body than we do."""
    refused(
        talk(b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        400,
        "HTTP/1.0 knows no Transfer-Encoding",
    )


@pytest.mark.parametrize(
    ("values", "text"),
    [
        pytest.param([b"5", b"6"], "conflicting Content-Length headers", id="two-different"),
        pytest.param([b"5", b"5"], "Content-Length must be one number", id="two-equal"),
        pytest.param([b"5, 5"], "Content-Length must be one number", id="a-list"),
        pytest.param([b"-1"], "bad Content-Length", id="-1"),
        pytest.param([b"+14"], "bad Content-Length", id="+14"),
        pytest.param([b"abc"], "bad Content-Length", id="abc"),
        pytest.param([b"1_4"], "bad Content-Length", id="1_4"),
        pytest.param([b""], "bad Content-Length", id="empty"),
        pytest.param([b"1" * 4301], "bad Content-Length", id="4301-digits"),
    ],
)
def test_case_05_content_length_forms(talk, values, text):
    """Content-Length is one plain number or the request is refused."""
    fields = b"".join(b"Content-Length: " + value + b"\r\n" for value in values)
    refused(talk(b"POST / HTTP/1.1\r\n" + HOST + fields + b"\r\nhello"), 400, text)


@pytest.mark.parametrize(
    ("fields", "sent", "body"),
    [
        pytest.param(b"Content-Length: 10", b"hello", b"hello", id="length"),
        pytest.param(b"Transfer-Encoding: chunked", b"5\r\nhello\r\n4\r\nwo", b"hellowo", id="chunked"),
        pytest.param(b"Transfer-Encoding: chunked", b"5\r\nhello\r\n0\r\n", b"hello", id="no-final-CRLF"),
        pytest.param(b"", b"", b"", id="head"),
    ],
)
def test_case_06_cut_off(serve, fields, sent, body):
    """What ends too early is never complete; the bytes that came are kept, and a peer that still reads is told."""
    served = serve()
    data = b"POST / HTTP/1.1\r\n" + HOST + fields + (b"\r\n\r\n" + sent if fields else b"")
    with served.connect() as peer:
        peer.sendall(data)
        peer.shutdown(socket.SHUT_WR)
        answer = peer.makefile("rb").read()
    assert replies(answer) == [(400, b'{"error": "the connection ended before the request was complete"}')]
    request, response, timing = served.exchange()
    assert (request.status, request.body, request.wire) == ("truncated", body, data)
    assert response.status == 400
    assert timing.body is None


def test_case_06_reset(serve):
    """A connection that is reset in the middle of a body is recorded as truncated."""
    served = serve()
    with served.connect() as peer:
        peer.sendall(b"POST / HTTP/1.1\r\n" + HOST + b"Expect: 100-continue\r\nContent-Length: 10\r\n\r\n")
        assert peer.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    request, response, _ = served.exchange()
    assert (request.status, request.body, response) == ("truncated", b"", None)


def test_case_07_http_1_0(talk):
    """HTTP/1.0 without Host is served, and the connection closed after it."""
    answers, (request,) = talk(b"POST /old HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi")
    assert answers == [(200, b'{"method": "POST", "bytes": 2}')]
    assert (request.http_version, request.headers) == ("1.0", ((b"Content-Length", b"2"),))


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        pytest.param(b"", "Missing mandatory Host: header", id="none"),
        pytest.param(b"Host: a\r\nHost: b\r\n", "Found multiple Host: headers", id="two"),
    ],
)
def test_case_08_host(talk, fields, text):
    """HTTP/1.1 needs exactly one Host."""
    refused(talk(b"GET / HTTP/1.1\r\n" + fields + b"\r\n"), 400, text)


def test_case_09_expect_continue(serve):
    """A peer that waits for leave to send its body gets it, then the response."""
    served = serve()
    with served.connect() as peer:
        peer.sendall(b"POST / HTTP/1.1\r\n" + LAST + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        assert peer.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        peer.sendall(b"hi")
        assert replies(peer.makefile("rb").read()) == [(200, b'{"method": "POST", "bytes": 2}')]
    request, _, _ = served.exchange()
    assert (request.status, request.body) == ("complete", b"hi")


def test_case_09_expect_continue_with_too_large_a_body(talk):
    """A body that is too large is refused before it is sent: 413, and no 100 before it."""
    data = b"POST / HTTP/1.1\r\n" + HOST + b"Expect: 100-continue\r\nContent-Length: 1048577\r\n\r\n"
    request = refused(talk(data), 413, "the body is larger than 1048576 bytes", "too_large")
    assert request.body == b""


def test_case_10_pipelined(talk):
    """Three requests in one go: three records and three responses in order, bodies never mixed."""
    answers, requests = talk(
        b"POST /1 HTTP/1.1\r\n" + HOST + b"Content-Length: 1\r\n\r\na"
        b"POST /2 HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n2\r\nbb\r\n0\r\n\r\n"
        b"PUT /3 HTTP/1.1\r\n" + LAST + b"Content-Length: 3\r\n\r\nccc"
    )
    assert [json.loads(body)["bytes"] for _, body in answers] == [1, 2, 3]
    assert [(request.target, request.body) for request in requests] == [(b"/1", b"a"), (b"/2", b"bb"), (b"/3", b"ccc")]


@pytest.mark.parametrize(
    ("data", "http_status", "text", "status"),
    [
        pytest.param(
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            505,
            "HTTP/2.0 is not served here: use http:// with HTTP/1.1",
            "refused",
            id="http2-preface",
        ),
        pytest.param(
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
            400,
            "this server speaks plain HTTP: use http:// in place of https://",
            "bad_framing",
            id="tls-hello",
        ),
        pytest.param(b"\x00\x01garbage", 400, "this is no HTTP request", "bad_framing", id="binary"),
        pytest.param(b"GET /\r\n\r\n", 400, "illegal request line", "bad_framing", id="http-0.9"),
    ],
)
def test_case_11_other_protocols(talk, data, http_status, text, status):
    """What is no HTTP/1.x is refused at once with a hint, without an error in the server."""
    refused(talk(data), http_status, text, status)


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param(
            b"Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\nConnection: Upgrade, close", id="h2c"
        ),
        pytest.param(b"Upgrade: websocket\r\nConnection: Upgrade, close\r\nSec-WebSocket-Version: 13", id="websocket"),
    ],
)
def test_case_11_upgrades_are_answered_plainly(talk, fields):
    """An offer to upgrade may be ignored: a plain response."""
    answers, (request,) = talk(b"GET / HTTP/1.1\r\n" + HOST + fields + b"\r\n\r\n")
    assert answers == [(200, b'{"method": "GET", "bytes": 0}')]
    assert request.status == "complete"


def test_case_12_bare_lf_and_folds_are_marked(talk):
    """Lines ended by LF alone and folded headers are accepted, marked, and no later header is lost."""
    answers, (request,) = talk(
        b"POST / HTTP/1.1\nHost: a\nX-Fold: one\n   two\nConnection: close\nContent-Length: 2\n\nhi"
    )
    assert answers == [(200, b'{"method": "POST", "bytes": 2}')]
    assert request.marks == ("bare_lf", "folded_header")
    assert request.headers == (
        (b"Host", b"a"),
        (b"X-Fold", b"one two"),
        (b"Connection", b"close"),
        (b"Content-Length", b"2"),
    )


def test_case_12_a_usual_request_has_no_marks(talk):
    """Headers keep case, order and duplicates; nothing is marked where nothing is odd."""
    _, (request,) = talk(b"\r\nGET /?t=%C3%BC HTTP/1.1\r\nhOST:a\r\nX-A:  1 \r\nx-a: 2\r\nConnection: close\r\n\r\n")
    assert request.marks == ()
    assert request.headers == ((b"hOST", b"a"), (b"X-A", b"1"), (b"x-a", b"2"), (b"Connection", b"close"))
    assert request.target == b"/?t=%C3%BC"


@pytest.mark.parametrize(
    "field",
    [
        pytest.param(b"X-A : 1", id="space-before-colon"),
        pytest.param(b"no colon", id="no-colon"),
        pytest.param(b"X-A: a\0b", id="NUL"),
        pytest.param(b"X-A: a\rb", id="CR"),
        pytest.param(b": 1", id="no-name"),
    ],
)
def test_case_12_malformed_headers(talk, field):
    """A malformed header is refused, and neither shown to the sender nor lost to the record."""
    head = b"GET / HTTP/1.1\r\n" + HOST + field + b"\r\nX-Later: 1\r\n\r\n"
    request = refused(talk(head), 400, "illegal header line")
    assert request.wire == head


def test_case_14_an_early_reply_is_readable(serve):
    """A peer that writes its whole body before it reads still gets the 413, not a reset."""
    served = serve()
    with served.connect() as peer:
        peer.sendall(b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 5000000\r\n\r\n")
        for _ in range(5):
            peer.sendall(b"x" * 1_000_000)
        assert replies(peer.makefile("rb").read()) == [(413, b'{"error": "the body is larger than 1048576 bytes"}')]
