"""Case 13: the same bytes give the same requests and refusals, wherever the network cuts them."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot_nb.transport.inbound.framing import Refused, RequestReader
from chatbot_nb.transport.inbound.http import Limits

LIMITS = Limits(head_bytes=300, target_bytes=60, headers=6, body_bytes=40)
HOST = b"Host: a\r\n"
CHUNKED = b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n"

WIRES = {
    "get": b"GET /?q=1 HTTP/1.1\r\n" + HOST + b"\r\n",
    "empty-lines-before": b"\r\n\n\r\nGET / HTTP/1.1\r\n" + HOST + b"\r\n",
    "length": b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 7\r\n\r\n\xc3\xbc\r\n\r\n!",
    "pipelined": b"POST / HTTP/1.1\r\n"
    + HOST
    + b"Content-Length: 1\r\n\r\na"
    + CHUNKED
    + b"1\r\nb\r\n0\r\nT: 1\r\n\r\nGET",
    "bare-lf": b"POST / HTTP/1.1\nHost: a\nX: 1\n\t2\nContent-Length: 2\n\nhi",
    "http-1.0": b"POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi",
    "bad-chunk-size": CHUNKED + b"2\r\nok\r\nxyz\r\nhello\r\n",
    "bad-chunk-end": CHUNKED + b"2\r\nokXX0\r\n\r\n",
    "bad-trailer": CHUNKED + b"0\r\nnot a trailer\r\n\r\n",
    "both-framings": b"POST / HTTP/1.1\r\n"
    + HOST
    + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "conflicting-lengths": b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "cut-off": b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 9\r\n\r\nhello",
    "cut-off-chunks": CHUNKED + b"5\r\nhello\r\n4\r\nwo",
    "no-host": b"GET / HTTP/1.1\r\n\r\n",
    "http-2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "tls": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "no-colon": b"GET / HTTP/1.1\r\n" + HOST + b"no colon\r\n\r\n",
    "long-target": b"GET /" + b"x" * 60 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    "longer-target": b"GET /" + b"x" * 600 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    "long-target-and-head": b"GET /" + b"x" * 60 + b" HTTP/1.1\r\n" + HOST + b"X: " + b"x" * 600 + b"\r\n\r\n",
    "large-head": b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"x" * 600 + b"\r\n\r\n",
    "malformed-and-large-head": b"GET / HTTP/1.1\r\nno colon\r\nX: " + b"x" * 600 + b"\r\n\r\n",
    "many-headers": b"GET / HTTP/1.1\r\n" + HOST + b"X: 1\r\n" * 6 + b"\r\n",
    "body-just-right": b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 40\r\n\r\n" + b"x" * 40,
    "body-too-large": b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 41\r\n\r\n" + b"x" * 41,
    "chunks-just-right": CHUNKED + b"14\r\n" + b"x" * 20 + b"\r\n14\r\n" + b"x" * 20 + b"\r\n0\r\n\r\n",
    "chunks-too-large": CHUNKED + b"14\r\n" + b"x" * 20 + b"\r\n15\r\n" + b"x" * 21 + b"\r\n0\r\n\r\n",
    "one-chunk-too-large": CHUNKED + b"fff\r\n" + b"x" * 60,
    "chunk-extensions": CHUNKED + b"1;" + b"x" * 700 + b"\r\na\r\n0\r\n\r\n",
    "endless-chunk-size": CHUNKED + b"1;" + b"x" * 700,
    "large-trailers": CHUNKED + b"0\r\nT: " + b"x" * 400 + b"\r\n\r\n",
    "many-trailers": CHUNKED + b"0\r\n" + b"T: 1\r\n" * 7 + b"\r\n",
}


def outcomes(pieces):
    """All that a connection would serve and record: requests, then the refusal if there is one."""
    reader, found, now = RequestReader(LIMITS), [], datetime.now(UTC)

    def told(status="complete", answer=None):
        request = reader.record(now, "", status)
        # how much had come when it was refused does depend on the packets; that these are its first bytes does not
        return (
            request.method,
            request.target,
            request.headers,
            request.trailers,
            request.body,
            request.status,
            (
                request.transfer,
                request.marks,
                answer,
            ),
        )

    try:
        for piece in pieces:
            reader.receive(piece)
            while reader.read():
                found.append(told())
                reader.next()
        reader.end()
    except Refused as refused:
        found.append(told(refused.status, (refused.http_status, refused.text)))
        found.append(b"".join(pieces).find(reader.record(now, "", refused.status).wire) >= 0)
    return found


@pytest.mark.parametrize("wire", [pytest.param(wire, id=name) for name, wire in WIRES.items()])
def test_case_13_split_anywhere(wire):
    """Split in two at every byte, or sent byte by byte: always as in one segment."""
    expected = outcomes([wire])
    assert expected
    assert outcomes([wire[at : at + 1] for at in range(len(wire))]) == expected
    for at in range(1, len(wire)):
        assert outcomes([wire[:at], wire[at:]]) == expected, f"split at {at}"


@pytest.mark.parametrize(
    ("name", "http_status", "text"),
    [
        pytest.param("large-trailers", 431, "the trailers are larger than 300 bytes", id="large-trailers"),
        pytest.param("many-trailers", 431, "7 trailers, at most 6", id="many-trailers"),
        pytest.param("chunk-extensions", 413, "the body is larger than 40 bytes", id="chunk-extensions"),
        pytest.param("endless-chunk-size", 413, "the body is larger than 40 bytes", id="endless-chunk-size"),
    ],
)
def test_case_25_what_surrounds_chunks_is_limited_too(name, http_status, text):
    """Trailers have the limits of headers; extensions of chunks count, so that they cannot grow without end."""
    assert outcomes([WIRES[name]])[-2][-1][-1] == (http_status, text)


def test_wire_begins_with_the_request_it_belongs_to():
    """The bytes kept of a refused request are its own, not those of the request before it."""
    reader = RequestReader(LIMITS)
    reader.receive(WIRES["get"] + WIRES["no-colon"])
    assert reader.read()
    reader.next()
    with pytest.raises(Refused):
        reader.read()
    assert reader.record(datetime.now(UTC), "", "bad_framing").wire == WIRES["no-colon"]


@given(st.sampled_from(sorted(WIRES)), st.sampled_from(sorted(WIRES)), st.lists(st.integers(1, 700), max_size=8))
def test_case_13_split_in_many(first, second, cuts):
    """Two messages after one another, cut anywhere: always as in one segment."""
    wire = WIRES[first] + WIRES[second]
    edges = [0, *sorted({cut for cut in cuts if cut < len(wire)}), len(wire)]
    assert outcomes([wire[a:b] for a, b in itertools.pairwise(edges)]) == outcomes([wire])


@given(st.binary(max_size=200), st.integers(0, 200))
def test_case_13_garbage(data, cut):
    """Bytes that mean nothing are refused or waited for, never an exception of another kind, cut or not."""
    assert outcomes([data[:cut], data[cut:]]) == outcomes([data])


@given(st.lists(st.binary(min_size=1, max_size=9), max_size=5), st.binary(max_size=5))
def test_chunked_bodies_come_back(chunks, after):
    """What a sender chunked is what is recorded, and what follows the message is left for the next one."""
    body = b"".join(chunks)[:40]
    pieces = [body[at : at + 7] for at in range(0, len(body), 7)]
    wire = CHUNKED + b"".join(b"%X\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n" + after
    reader = RequestReader(LIMITS)
    reader.receive(wire)
    assert reader.read()
    assert reader.record(datetime.now(UTC), "").body == body
    assert reader.buffer == after
