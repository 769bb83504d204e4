"""Cases 15 to 20 and 24 to 27 of the receiver's hard cases: nobody holds a connection, a descriptor or memory."""

from __future__ import annotations

import asyncio
import json
import select
import socket

import pytest

from chatbot_nb.transport.inbound.http import Response

HEAD = b"POST / HTTP/1.1\r\nHost: a\r\n"
MIB = 1024 * 1024


def drip(peer, data):
    """Send byte by byte until the server says something; all that it said."""
    for at in range(len(data)):
        if select.select([peer], [], [], 0.02)[0]:
            break
        peer.sendall(data[at : at + 1])
    return peer.makefile("rb").read()


def status_of(answer):
    """The status of the only response in these bytes, which is whole."""
    head, _, body = answer.partition(b"\r\n\r\n")
    assert f"Content-Length: {len(body)}".encode() in head
    assert b"Connection: close" in head
    return int(head.split()[1])


def test_case_15_slow_headers(serve):
    """Headers have one absolute deadline, however steadily their bytes come."""
    served = serve(head_seconds=0.2)
    with served.connect() as peer:
        assert status_of(drip(peer, HEAD + b"X: " + b"x" * 1000)) == 408
    request, response, timing = served.exchange()
    assert (request.status, response.status) == ("refused", 408)
    assert HEAD.startswith(request.wire[:10])
    assert timing.head is None


def test_case_15_slow_headers_of_a_later_request(serve):
    """The same holds for the second request of a connection, from its first byte on."""
    served = serve(head_seconds=0.2, keep_alive_seconds=60)
    with served.connect() as peer:
        peer.sendall(HEAD + b"\r\n")
        assert peer.recv(1000).startswith(b"HTTP/1.1 200")
        assert status_of(drip(peer, HEAD + b"X: " + b"x" * 1000)) == 408


def test_case_16_stalled_body(serve):
    """A body that stops coming is given up, and what had come is in the record."""
    served = serve(body_idle_seconds=0.2)
    with served.connect() as peer:
        peer.sendall(HEAD + b"Content-Length: 10\r\n\r\nhello")
        assert status_of(peer.makefile("rb").read()) == 408
    request, response, timing = served.exchange()
    assert (request.status, request.body, response.status) == ("timeout", b"hello", 408)
    assert timing.head is not None
    assert timing.body is None


def test_case_16_dripping_body(serve):
    """A body that comes byte by byte, each in time, meets the deadline of the whole."""
    served = serve(body_idle_seconds=60, body_seconds=0.3)
    with served.connect() as peer:
        peer.sendall(HEAD + b"Content-Length: 10000\r\n\r\n")
        assert status_of(drip(peer, b"x" * 10_000)) == 408
    assert 0 < len(served.exchange()[0].body) < 10_000


def test_case_17_idle_connection(serve):
    """A connection on which nothing ever comes is closed and counted; it is no exchange."""
    served = serve(head_seconds=0.1)
    assert served.talk(b"") == b""
    assert served.server.counts.idle == 1
    assert served.requests() == []


def test_case_17_idle_after_a_request(serve):
    """A kept-alive connection is closed after its own deadline, without a word, and not counted."""
    served = serve(keep_alive_seconds=0.1)
    answer = served.talk(HEAD + b"\r\n")
    assert answer.count(b"HTTP/1.1") == 1
    assert served.server.counts.idle == 0


def test_case_18_a_peer_that_does_not_read(serve):
    """A response that nobody takes is given up at its deadline, and the record says so."""

    async def large(_request):
        return Response(200, (), b"x" * 30_000_000)

    served = serve(large, write_seconds=0.2)
    with served.connect() as peer:
        peer.sendall(HEAD + b"\r\n")
        request, response, timing = served.exchange()
    assert (request.status, response.status) == ("complete", 200)
    assert timing.reply_error == "the peer did not take the response in time"
    assert timing.reply_started is not None
    assert timing.reply_done is None


def test_case_18_a_slow_reader_in_time(serve):
    """A large response that is taken in time arrives whole, and the connection goes on."""

    async def large(_request):
        return Response(200, (), b"x" * 5_000_000)

    served = serve(large)
    answer = served.talk(HEAD + b"\r\n" + HEAD + b"Connection: close\r\n\r\n")
    assert answer.count(b"HTTP/1.1 200 OK") == 2
    assert answer.count(b"x") == 10_000_000
    assert served.exchange()[2].reply_error == ""


def test_case_19_one_connection_too_many(serve):
    """The connection over the limit is told so and closed at once; others are not affected."""
    served = serve(connections=2)
    with served.connect() as one, served.connect() as two:
        for peer in (one, two):
            peer.sendall(HEAD + b"\r\n")
            assert peer.recv(1000).startswith(b"HTTP/1.1 200")
        assert status_of(served.talk(HEAD + b"\r\n")) == 503
        one.sendall(HEAD + b"\r\n")
        assert one.recv(1000).startswith(b"HTTP/1.1 200")
        two.sendall(HEAD + b"Connection: close\r\n\r\n")
        assert b"Connection: close" in two.makefile("rb").read()
    assert served.server.counts.refused == 1
    assert served.server.counts.connections == 3
    assert len(served.requests()) == 4


def test_case_20_300_connections_at_once(serve):
    """Three hundred senders at the same moment: three hundred records, none reset."""
    served = serve()
    peers = [socket.socket() for _ in range(300)]
    try:
        for peer in peers:
            peer.settimeout(0)
            peer.connect_ex(("127.0.0.1", served.server.port))
        for peer in peers:
            peer.settimeout(10)
            select.select([], [peer], [], 10)
            peer.sendall(HEAD + b"Connection: close\r\n\r\n")
        statuses = [status_of(peer.makefile("rb").read()) for peer in peers]
    finally:
        for peer in peers:
            peer.close()
    assert statuses == [200] * 300
    assert len(served.requests()) == 300


def test_backpressure(serve):
    """While a handler runs, a sender of further requests is made to wait; afterwards all that it sent are answered."""
    release = asyncio.Event()

    async def slow(_request):
        await release.wait()
        return Response()

    served = serve(slow)
    block = (HEAD + b"X: " + b"x" * 20_000 + b"\r\n\r\n") * 100
    with served.connect() as peer:
        peer.settimeout(0)
        sent = 0
        while select.select([], [peer], [], 0.3)[1]:
            sent += peer.send(block[sent % len(block) :])
            assert sent < 64 * MIB, "the server takes everything"
        served.server._loop.call_soon_threadsafe(release.set)
        peer.settimeout(10)
        peer.sendall(block[sent % len(block) :])
        peer.shutdown(socket.SHUT_WR)
        answers = peer.makefile("rb").read()
    assert answers.count(b"HTTP/1.1 200 OK") == -(-sent // len(block)) * 100


def test_case_24_a_large_body_declared(serve):
    """Fifty megabytes declared: refused before any of it is read, with the headers in the record."""
    served = serve()
    assert status_of(served.talk(HEAD + b"Content-Length: 50000000\r\n\r\n")) == 413
    request, _, timing = served.exchange()
    assert (request.status, request.body) == ("too_large", b"")
    assert request.headers == ((b"Host", b"a"), (b"Content-Length", b"50000000"))
    assert timing.body is None


def test_case_25_a_large_body_in_chunks(serve):
    """Three megabytes in chunks: refused when the count passes the limit; the record has as many as are allowed."""
    served = serve()
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    assert status_of(served.talk(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunk * 48 + b"0\r\n\r\n")) == 413
    request, _, _ = served.exchange()
    assert (request.status, request.body) == ("too_large", b"x" * MIB)


@pytest.mark.parametrize("size", [pytest.param(MIB, id="1MiB"), pytest.param(MIB + 1, id="1MiB+1")])
@pytest.mark.parametrize("chunked", [False, True])
def test_case_26_the_largest_body(serve, size, chunked):
    """A body of exactly the limit is served, one byte more is not."""
    body = b"x" * size
    framed = b"Content-Length: %d\r\n\r\n%b" % (size, body)
    if chunked:
        framed = b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (size, body)
    served = serve()
    assert status_of(served.talk(HEAD + b"Connection: close\r\n" + framed)) == (200 if size == MIB else 413)
    assert served.exchange()[0].status == ("complete" if size == MIB else "too_large")


@pytest.mark.parametrize("piece", [pytest.param(10**6, id="one-packet"), pytest.param(1000, id="packets-of-1000")])
@pytest.mark.parametrize(
    ("data", "http_status", "text"),
    [
        pytest.param(
            HEAD + b"X: " + b"x" * 100_000 + b"\r\n\r\n", 431, "the headers are larger than 32768 bytes", id="100KB"
        ),
        pytest.param(HEAD + b"X: 1\r\n" * 999 + b"\r\n", 431, "1000 headers, at most 100", id="1000-headers"),
        pytest.param(
            b"GET /" + b"x" * 10_000 + b" HTTP/1.1\r\n\r\n", 414, "the target is longer than 8192 bytes", id="10KB"
        ),
        pytest.param(
            b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n", 414, "the target is longer than 8192 bytes", id="70KB"
        ),
        pytest.param(
            b"GET /" + b"x" * 8192 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
            414,
            "the target is longer than 8192 bytes",
            id="8193",
        ),
    ],
)
def test_case_27_headers_and_targets(serve, data, http_status, text, piece):
    """Headers and targets have limits whatever the packet sizes, and what breaks them is recorded as refused."""
    served = serve()
    answer = served.talk(data, lambda whole: [whole[at : at + piece] for at in range(0, len(whole), piece)])
    assert status_of(answer) == http_status
    assert json.loads(answer.partition(b"\r\n\r\n")[2]) == {"error": text}
    request, _, _ = served.exchange()
    assert (request.status, request.wire) == ("refused", data[: len(request.wire)])
    assert len(request.wire) == 4096 or piece == 1000


def test_case_27_just_within(serve):
    """A hundred headers, a target of 8 KiB, and headers of 32 KiB in all are served."""
    start = (
        b"GET /"
        + b"x" * 8191
        + b" HTTP/1.1\r\n"
        + HEAD.partition(b"\n")[2]
        + b"Connection: close\r\n"
        + b"X: 1\r\n" * 97
    )
    data = start + b"Y: " + b"y" * (32 * 1024 - len(start) - 7) + b"\r\n\r\n"
    assert len(data) == 32 * 1024
    served = serve()
    assert status_of(served.talk(data)) == 200
    assert len(served.exchange()[0].headers) == 100
