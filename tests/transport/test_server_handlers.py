"""Case 49 of the receiver's hard cases, and what else a handler or a recorder may do to a server."""

from __future__ import annotations

import asyncio
import socket
import sys
import threading

import pytest

from chatbot_nb.transport.inbound.http import Response
from chatbot_nb.transport.inbound.server import Server

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
GET_AND_CLOSE = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


async def hello(_request):
    return Response(200, (), b"hello")


def test_case_49_a_handler_that_raises(serve):
    """The sender gets a 500 without a word of the exception; check() raises it; the next request is served."""
    calls = []

    async def fails_once(_request):
        calls.append(1)
        if len(calls) == 1:
            raise LookupError("secret")
        return Response()

    served = serve(fails_once)
    answer = served.talk(GET + GET_AND_CLOSE)
    assert answer.startswith(b"HTTP/1.1 500 Internal Server Error\r\n")
    assert b'{"error": "the handler of this server raised an exception"}HTTP/1.1 200 OK\r\n' in answer
    assert b"secret" not in answer
    with pytest.raises(LookupError, match="secret"):
        served.server.check()
    assert len(served.server.errors) == 1
    served.server._errors.clear()


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        pytest.param("text", "the handler returned str, expected Response or None", id="str"),
        pytest.param((200, b""), "the handler returned tuple, expected Response or None", id="tuple"),
    ],
)
def test_case_49_a_handler_that_returns_something_else(serve, answer, message):
    """What is no Response is an error of the handler."""

    async def wrong(_request):
        return answer

    served = serve(wrong)
    assert served.talk(GET_AND_CLOSE).startswith(b"HTTP/1.1 500 ")
    with pytest.raises(TypeError, match=message):
        served.server.check()
    served.server._errors.clear()


def test_case_49_sys_exit_in_a_handler(serve):
    """Not even sys.exit() in a handler ends the server."""

    async def leaves(_request):
        sys.exit(3)

    served = serve(leaves)
    assert served.talk(GET + GET_AND_CLOSE).count(b"HTTP/1.1 500 ") == 2
    served.server._errors.clear()


def test_none_hangs_up(serve):
    """A handler that returns None ends the connection without a byte, and no response stands in the record."""

    async def nothing(_request):
        return None

    served = serve(nothing)
    assert served.talk(GET) == b""
    _, response, timing = served.exchange()
    assert (response, timing.reply_started, timing.reply_error) == (None, None, "")


def test_times_are_in_order(serve):
    """The stages of an exchange follow one another."""
    served = serve()
    served.talk(GET_AND_CLOSE)
    _, _, timing = served.exchange()
    assert 0 <= timing.head <= timing.body <= timing.reply_started <= timing.reply_done < 10


def test_a_peer_that_leaves_before_the_response(serve):
    """The handler finishes its work, and the exchange says that nobody took the response."""
    entered = threading.Event()

    async def slow(_request):
        entered.set()
        # until the loop has seen that the peer is gone
        while served.server._shared.open:  # noqa: ASYNC110 -- it has no event for that
            await asyncio.sleep(0)
        return Response()

    served = serve(slow)
    with served.connect() as peer:
        peer.sendall(GET)
        assert entered.wait(10)
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    _, response, timing = served.exchange()
    assert response == Response()
    assert timing.reply_error == "the peer left before it had the response"
    assert timing.reply_started is None


def test_a_recorder_that_raises():
    """An exception in on_exchange is kept for check(), and the sender notices nothing."""
    with Server(hello, on_exchange=lambda *_: 1 / 0) as server:
        with socket.create_connection(("127.0.0.1", server.port)) as peer:
            peer.sendall(GET)
            assert peer.recv(1000).endswith(b"hello")
        server.stop()
        with pytest.raises(ZeroDivisionError):
            server.check()


def test_a_response_can_be_cut_off(serve):
    """Half of the body comes, less than was announced, then the end: as from a backend that crashes on the way."""

    async def handler(_request):
        return Response(200, (), b"0123456789", cut_off=True)

    served = serve(handler)
    answer = served.talk(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b"Content-Length: 10\r\n" in answer
    assert answer.endswith(b"\r\n\r\n01234")
