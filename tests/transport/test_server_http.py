"""Cases 41 and 53 of the receiver's hard cases: a response is checked when it is made, never on the wire."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot_nb.transport.inbound.http import Response


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        pytest.param("X-A", "a\r\nSet-Cookie: b", "header X-A: its value holds", id="CRLF"),
        pytest.param("X-A", "a\nb", "header X-A: its value holds", id="LF"),
        pytest.param("X-A", "a\0b", "header X-A: its value holds", id="NUL"),
        pytest.param("X-A", "Ж", "header X-A: its value holds", id="beyond-latin-1"),
        pytest.param("X A", "a", "header name 'X A': only letters", id="space-in-name"),
        pytest.param("X-A\r\n", "a", "header name 'X-A\\r\\n': only letters", id="CRLF-in-name"),
        pytest.param("", "a", "header name '': only letters", id="no-name"),
        pytest.param(
            "content-length", "3", "header content-length: the server writes it itself, leave it out", id="length"
        ),
        pytest.param(
            "Transfer-Encoding", "x", "header Transfer-Encoding: the server writes it", id="transfer-encoding"
        ),
    ],
)
def test_case_41_headers_that_break_the_framing(name, value, message):
    """A header that would end early or delimit the body is refused at once; its value is not shown."""
    with pytest.raises(ValueError, match="header") as caught:
        Response(200, ((name, value),))
    assert str(caught.value).startswith(message)
    assert value not in str(caught.value).removeprefix(message) or len(value) == 1


@pytest.mark.parametrize("status", [-1, 0, 99, 100, 199, 600, 999])
def test_case_53_status_out_of_range(status):
    """A status outside 200 to 599 is refused when the response is made."""
    with pytest.raises(ValueError, match=f"^status: {status}, allowed are 200 to 599$"):
        Response(status)


@pytest.mark.parametrize("status", ["200", 200.0, True, None])
def test_case_53_status_of_another_type(status):
    """So is a status that is no int."""
    with pytest.raises(TypeError, match=f"^status: an int from 200 to 599, not {type(status).__name__}$"):
        Response(status)


def test_body_of_another_type():
    """Text as body is refused with the way out."""
    with pytest.raises(TypeError, match=r"^body: bytes, not str; text needs \.encode\(\)$"):
        Response(200, (), "text")


@pytest.mark.parametrize("status", [200, 204, 304, 599])
def test_case_53_statuses_without_body(status):
    """No body goes out with 204 and 304, nor a length; others have both."""
    head, _, body = Response(status, (), b"body").to_bytes().partition(b"\r\n\r\n")
    without = status in (204, 304)
    assert body == (b"" if without else b"body")
    assert (b"Content-Length: 4" in head) is not without


def test_case_53_head(serve):
    """The answer to HEAD has the length of the body, not the body, and the connection goes on."""
    served = serve()
    answer = served.talk(
        b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    )
    first, _, rest = answer.partition(b"\r\n\r\n")
    assert b"Content-Length: 30" in first
    assert rest.startswith(b"HTTP/1.1 200 OK\r\n")
    assert rest.endswith(b'{"method": "GET", "bytes": 0}')


def test_one_piece_in_the_order_given():
    """Status line, headers as they were given, Date, Content-Length, then the body."""
    lines = Response(418, (("X-b", "1"), ("X-B", "é")), b"hi").to_bytes(close=True).split(b"\r\n")
    assert lines[:3] == [b"HTTP/1.1 418 I'm a Teapot", b"X-b: 1", b"X-B: \xe9"]
    assert lines[3].startswith(b"Date: ")
    assert lines[3].endswith(b" GMT")
    assert lines[4:] == [b"Content-Length: 2", b"Connection: close", b"", b"hi"]


def test_unknown_status_has_no_phrase():
    """A status that has no name goes out without one."""
    assert Response(299).to_bytes().startswith(b"HTTP/1.1 299 \r\n")


def test_a_response_may_close(serve):
    """``Connection: close`` from the handler closes the connection after the response, and stands in it once."""

    async def last(_request):
        return Response(200, (("connection", "Close"),))

    answer = serve(last).talk(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert answer.lower().count(b"connection: close") == 1


def test_json_escapes_what_utf_8_cannot_hold():
    """JSON goes out as UTF-8; a lone surrogate, which UTF-8 cannot hold, is escaped."""
    assert Response.json({"a": "ü"}).body == '{"a": "ü"}'.encode()
    assert Response.json("\ud800").body == b'"\\ud800"'


def test_json_refuses_what_json_cannot_hold():
    """NaN is no JSON."""
    with pytest.raises(ValueError, match="not JSON compliant"):
        Response.json(float("nan"))


def test_reprs_hold_no_secrets(serve):
    """Targets, header values and bodies stay out of the reprs of requests and responses."""
    served = serve()
    served.talk(b"POST /?token=secret HTTP/1.1\r\nHost: secret\r\nConnection: close\r\nContent-Length: 6\r\n\r\nsecret")
    request, _, _ = served.exchange()
    assert repr(request) == "Request('POST', 3 headers, 6 bytes, 'complete')"
    assert repr(Response(200, (("Set-Cookie", "secret"),), b"secret")) == "Response(200, 1 headers, 6 bytes)"


def test_views_of_a_request(serve):
    """Path, query and headers by name are views; what was sent stays beside them."""
    served = serve()
    served.talk(b"GET /a%20b?c=%C3%BC?d HTTP/1.1\r\nhost: one\r\nX-A: 1\r\nx-a: 2\r\nConnection: close\r\n\r\n")
    request, _, _ = served.exchange()
    assert (request.path, request.query) == ("/a%20b", "c=%C3%BC?d")
    assert (request.header("Host"), request.header("X-a"), request.header("X-B")) == ("one", "1", None)
    assert request.target == b"/a%20b?c=%C3%BC?d"
    assert request.received_at.utcoffset().total_seconds() == 0


@given(st.text(max_size=20), st.text(max_size=20))
def test_case_41_no_header_adds_a_line(name, value):
    """Whatever text a header is made from: it is refused, or it is exactly one line."""
    try:
        response = Response(200, ((name, value),))
    except ValueError:
        return
    assert response.to_bytes().count(b"\r\n") == 5
    assert response.to_bytes().count(b"\n") == 5
