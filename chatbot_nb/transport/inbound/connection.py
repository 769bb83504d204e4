"""One TCP connection of our server: bytes to requests, requests to the handler, responses to bytes, deadlines."""

from __future__ import annotations

import asyncio
import contextlib
import math
import socket
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal

from chatbot_nb.transport.inbound.arrival import waited
from chatbot_nb.transport.inbound.framing import Refused, RequestReader
from chatbot_nb.transport.inbound.http import Response, Timing

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from chatbot_nb.transport.inbound.http import Request, Status
    from chatbot_nb.transport.inbound.shared import Shared

_LINGER: Final = 1.0  # seconds in which a peer that still sends may read why it was refused
_SPARE_CONNECTIONS: Final = 100  # over the limit, each is told so; beyond these it is only cut off
_PIPELINED: Final = 64 * 1024  # bytes of later requests that may wait for a handler

_HANDLER_FAILED: Final = Response.json({"error": "the handler of this server raised an exception"}, 500)
_OVER_LIMIT: Final = Response.json({"error": "too many connections"}, 503)


class Connection(asyncio.Protocol):
    """Serves the requests of one peer in order, one at a time."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._reader = RequestReader(shared.limits)
        # reading: a request comes, or none; serving: the handler has it; writing: the peer takes the response;
        # lingering: what still comes is thrown away; closed
        self._state: Literal["reading", "serving", "writing", "lingering", "closed"] = "reading"
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._deadline = math.inf
        self._peer_done = False  # it sent its FIN
        self._write_blocked = False
        self._clock_started = False
        self._exchange: tuple[Request, Response | None, bool] | None = None  # with: close afterwards
        self._task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take a new connection, or turn it away."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.set_write_buffer_limits(high=0)  # pause_writing() as soon as anything is left over
        # asyncio does so only for sockets made with a protocol number, and ours was not
        with contextlib.suppress(OSError):  # gone before it was accepted
            transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._peer = _address(transport.get_extra_info("peername"))
        shared = self._shared
        shared.open.add(self)
        shared.counts.connections += 1
        over = len(shared.open) - shared.limits.connections
        if over > 0:
            shared.counts.refused += 1
        if shared.stopping or over > _SPARE_CONNECTIONS:
            transport.abort()
        elif over > 0:
            transport.write(_OVER_LIMIT.to_bytes(close=True))
            self._linger()
        else:
            self._set_deadline(shared.limits.head_seconds)

    def data_received(self, data: bytes) -> None:
        """Take bytes; while a handler runs, only so many."""
        if self._state == "lingering":
            return
        self._reader.receive(data)
        if self._state == "reading":
            self._advance()
        elif len(self._reader.buffer) > _PIPELINED:
            self._transport.pause_reading()

    def eof_received(self) -> bool:
        """Take the end of what the peer sends; it may still read."""
        self._peer_done = True
        if self._state == "reading":
            self._advance()
        return self._state in ("serving", "writing")  # True: a response may still be sent

    def connection_lost(self, _error: Exception | None) -> None:
        """Tell of an exchange that this cut off."""
        before, self._state = self._state, "closed"
        self._shared.forget(self)
        if self._timer is not None:
            self._timer.cancel()
        if before == "reading" and self._reader.stage in ("head", "body"):
            self._tell(self._record("truncated"), None, "")
        elif before == "writing":
            self._finish(self._why_lost())

    def pause_writing(self) -> None:
        """Note that the peer does not take a response at once."""
        self._write_blocked = True

    def resume_writing(self) -> None:
        """Note that the response is gone."""
        self._write_blocked = False
        if self._state == "writing":
            self._finish("")

    def _advance(self) -> None:
        """Read on; hand over a complete request, refuse what will never be one, or wait with a deadline."""
        reader, first = self._reader, not self._clock_started
        before = reader.stage
        if reader.buffer and before == "idle":
            seconds = waited(self._transport)
            self._received_at = datetime.now(UTC) - timedelta(seconds=seconds)
            self._zero = time.perf_counter() - seconds
            self._clock_started = True
            self._head_at: float | None = None
            self._body_at: float | None = None
            self._reply_at: float | None = None
            self._left_early = False
        try:
            complete = reader.read()
            if reader.stage in ("body", "complete") and self._head_at is None:
                self._head_at = self._elapsed()
            if not complete and self._peer_done:
                reader.end()
        except Refused as refused:
            self._refuse(refused)
            return
        if complete:
            self._serve()
        elif self._peer_done:
            self._transport.close()
        else:
            self._wait(before, first=first)

    def _wait(self, before: str, *, first: bool) -> None:
        """Set the deadline for the next bytes."""
        limits, now, stage = self._shared.limits, self._loop.time(), self._reader.stage
        if stage == "head" and before == "idle" and not first:
            self._set_deadline(limits.head_seconds)
        elif stage == "body":
            if before != "body":
                self._body_deadline = now + limits.body_seconds
                if self._reader.wants_continue:
                    self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self._set_deadline(min(limits.body_idle_seconds, self._body_deadline - now))

    def _refuse(self, refused: Refused) -> None:
        response = Response.json({"error": refused.text}, refused.http_status)
        self._reply(self._record(refused.status), response, close=True)

    def _record(self, status: Status) -> Request:
        return self._reader.record(self._received_at, self._peer, status)

    def _serve(self) -> None:
        self._body_at = self._elapsed()
        self._state = "serving"
        self._deadline = math.inf
        request, close = self._record("complete"), not self._reader.keep_alive
        try:
            answer = self._shared.handler(request)
        except BaseException as exc:  # noqa: BLE001 -- a border: not even sys.exit() in a handler ends the server
            self._shared.note(exc)
            answer = _HANDLER_FAILED
        if isinstance(answer, Response):  # no task and no further round of the loop, which cost a third of a request
            self._reply(request, answer, close=close)
        else:
            self._task = self._loop.create_task(self._answer(request, answer, close=close))

    async def _answer(self, request: Request, answer: Awaitable[Response | None], *, close: bool) -> None:
        try:
            response = _checked(await answer)
        except BaseException as exc:  # noqa: BLE001 -- a border, as above
            if self._shared.stopping and isinstance(exc, asyncio.CancelledError):
                self._tell(request, None, self._why_lost())
                return
            self._shared.note(exc)
            response = _HANDLER_FAILED
        self._reply(request, response, close=close)

    def _reply(self, request: Request, response: Response | None, *, close: bool) -> None:
        if self._transport.is_closing():
            self._tell(request, response, self._why_lost())
            return
        if response is None:
            self._tell(request, None, "")
            self._transport.close()
            return
        close = close or self._shared.stopping or response.cut_off or _asks_to_close(response)
        self._exchange = (request, response, close)
        self._state = "writing"
        self._reply_at = self._elapsed()
        self._left_early = self._peer_done
        self._transport.write(response.to_bytes(close=close, head_only=request.method == "HEAD"))
        if self._transport.is_closing():
            self._finish(self._why_lost())
        elif self._write_blocked:
            self._set_deadline(self._shared.limits.write_seconds)
        else:
            self._finish("")

    def _finish(self, error: str) -> None:
        """Tell of the exchange, then close or go on to the next request."""
        assert self._exchange is not None, self._state
        request, response, close = self._exchange
        self._exchange = None
        self._state = "closed"  # until it is known how to go on
        self._tell(request, response, error)
        if error:
            self._transport.abort()
        elif self._shared.stopping:
            self._transport.close()
        elif close:
            self._linger()
        else:
            self._next()

    def _why_lost(self) -> str:
        return "the server was stopped" if self._shared.stopping else "the peer left before it had the response"

    def _next(self) -> None:
        self._state = "reading"
        self._reader.next()
        self._set_deadline(self._shared.limits.keep_alive_seconds)
        self._transport.resume_reading()
        if self._reader.buffer or self._peer_done:
            self._loop.call_soon(self._resume)  # no recursion, however many requests were pipelined

    def _resume(self) -> None:
        if self._state == "reading":
            self._advance()

    def _linger(self) -> None:
        """End the response, and read on a little: closing over unread bytes would reset it before it is read."""
        self._state = "lingering"
        if self._peer_done or self._transport.is_closing():
            self._transport.close()
            return
        with contextlib.suppress(OSError):  # the peer is gone already
            self._transport.write_eof()
        self._transport.resume_reading()
        self._set_deadline(_LINGER)

    def _tell(self, request: Request, response: Response | None, error: str) -> None:
        """Give the exchange to who records it; a recorder's exception is kept, and harms nobody."""
        if self._shared.on_exchange is None:
            return
        done = self._elapsed() if self._reply_at is not None and not error else None
        timing = Timing(self._head_at, self._body_at, self._reply_at, done, error, self._left_early)
        try:
            self._shared.on_exchange(request, response, timing)
        except Exception as exc:  # noqa: BLE001 -- a border, as above
            self._shared.note(exc)

    def _elapsed(self) -> float:
        return time.perf_counter() - self._zero

    def _set_deadline(self, seconds: float) -> None:
        """One timer for each connection: moved only when it would ring too late."""
        self._deadline = when = self._loop.time() + seconds
        if self._timer is None or self._timer.when() > when:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = self._loop.call_at(when, self._ring)

    def _ring(self) -> None:
        self._timer = None
        if self._loop.time() < self._deadline:
            if self._deadline != math.inf:
                self._timer = self._loop.call_at(self._deadline, self._ring)
            return
        if self._state == "writing":
            self._finish("the peer did not take the response in time")
        elif self._state == "reading" and self._reader.stage == "head":
            self._refuse(Refused(408, "the headers did not come in time", "refused"))
        elif self._state == "reading" and self._reader.stage == "body":
            self._refuse(Refused(408, "the body did not come in time", "timeout"))
        else:
            if self._state == "reading" and not self._clock_started:
                self._shared.counts.idle += 1
            self._transport.abort()

    def stop(self) -> None:
        """Close now if nothing is under way, else after this exchange."""
        if self._state == "lingering" or (self._state == "reading" and self._reader.stage == "idle"):
            self._transport.close()

    def abort(self) -> None:
        """Close now, whatever is under way."""
        if self._task is not None:
            self._task.cancel()
        self._transport.abort()

    def fileno(self) -> int:
        """Return the socket's descriptor, -1 if it is closed."""
        return int(self._transport.get_extra_info("socket").fileno())


def _checked(answer: object) -> Response | None:
    if answer is None or isinstance(answer, Response):
        return answer
    raise TypeError(f"the handler returned {type(answer).__name__}, expected Response or None")


def _asks_to_close(response: Response) -> bool:
    return any(name.lower() == "connection" and "close" in value.lower() for name, value in response.headers)


def _address(peername: tuple[str, int] | tuple[str, int, int, int] | None) -> str:
    if peername is None:  # gone before it was accepted
        return ""
    host, port = peername[0], peername[1]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
