"""A connection to one backend: every operation on it stays under one deadline and knows the step it belongs to."""

from __future__ import annotations

import functools
import socket
import ssl
import threading
import time
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Self

import h11

from chatbot_nb.transport import failures
from chatbot_nb.transport.outbound.addresses import is_backend, is_public

if TYPE_CHECKING:
    from collections.abc import Callable

    from chatbot_nb.transport.failures import Failure, Step
    from chatbot_nb.transport.outbound.addresses import Reach
    from chatbot_nb.transport.outbound.url import Target

_RECEIVE = 65_536
_HEAD_TOO_LARGE = 431  # h11's mark on the error of its own limit, 16 KiB
_LAPS_BEFORE_ANSWER = 3  # dns, connect, tls
# What an address must be, and what is said of one that is not.
_RULES: Final[dict[Reach, tuple[Callable[[str], bool], Callable[[str], Failure]]]] = {
    "backend": (is_backend, failures.not_backend),
    "public": (is_public, failures.not_public),
}


@functools.cache
def _tls_context() -> ssl.SSLContext:
    # Reading the authorities takes some 40 ms, so once.
    return ssl.create_default_context()


class Link:
    """One connection under way: its deadline, its laps, and the step that a failure belongs to.

    Parameters
    ----------
    target : Target
    timeout : float
        Seconds from now for all that follows.
    reach : {"any", "backend", "public"}, default "any"
        Connect to nothing if the host has an address beyond it.

    Attributes
    ----------
    laps : list of float
        Seconds of each phase that is done: dns, connect, tls, first byte, body.
    step, peer
        As in `failures.failure_of`.
    certificate_until : datetime, optional
        UTC; of the certificate that the backend showed, once TLS is spoken.
    """

    def __init__(self, target: Target, timeout: float, *, reach: Reach = "any") -> None:
        self.target = target
        self.timeout = timeout
        self.lapped = time.monotonic()
        self._deadline = self.lapped + timeout
        self.laps: list[float] = []
        self.step: Step = "resolve"
        self.peer = ""
        self.certificate_until: datetime | None = None
        self._reach = reach
        self._sock: socket.socket | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the socket, if there is one."""
        if self._sock is not None:
            self._sock.close()

    def open(self) -> None:
        """Resolve the host, connect, and speak TLS where the scheme wants it."""
        addresses = self._resolve()
        self.lap()
        self._refuse(addresses)
        self._connect(addresses)
        self.lap()
        if self.target.scheme == "https":
            self._secure()
        self.lap()

    def send(self, data: bytes) -> None:
        """Send all of it."""
        self.step = "write"
        self._ready().sendall(data)  # its time limit counts for all of it together, over TLS too

    def lap(self) -> None:
        """Note the time since the last lap."""
        now = time.monotonic()
        self.laps.append(now - self.lapped)
        self.lapped = now

    def _left(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def _ready(self) -> socket.socket:
        """Return the socket, set to the time that is left."""
        assert self._sock is not None
        self._sock.settimeout(self._left())
        return self._sock

    def _resolve(self) -> list[tuple[socket.AddressFamily, tuple[object, ...]]]:
        """Look the host up in a thread, since nothing can interrupt the system's resolver."""
        host = self.target.host
        if host.rstrip(".").rpartition(".")[2].lower() == "invalid":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        found: Future[list[tuple[socket.AddressFamily, tuple[object, ...]]]] = Future()

        def look_up() -> None:
            try:
                # As bytes: str would pass through the codec "idna", which raises for a long label.
                rows = socket.getaddrinfo(host.encode("ascii"), self.target.port, type=socket.SOCK_STREAM)
                found.set_result([(row[0], row[4]) for row in rows])
            except OSError as exc:
                found.set_exception(exc)

        threading.Thread(target=look_up, name="chatbot_nb-resolve", daemon=True).start()
        return found.result(self._left())

    def _refuse(self, addresses: list[tuple[socket.AddressFamily, tuple[object, ...]]]) -> None:
        if self._reach == "any":
            return
        allows, failure = _RULES[self._reach]
        # On the very addresses that are connected to: a second look-up could give others (DNS rebinding).
        for _, address in addresses:
            if not allows(str(address[0])):
                raise failure(f"{address[0]}:{address[1]}")

    def _connect(self, addresses: list[tuple[socket.AddressFamily, tuple[object, ...]]]) -> None:
        self.step = "connect"
        for index, (family, address) in enumerate(addresses):
            share = self._left() / (len(addresses) - index)
            self.peer = f"{address[0]}:{address[1]}"
            try:
                self._sock = socket.socket(family, socket.SOCK_STREAM)
                self._sock.settimeout(share)
                self._sock.connect(address)
            except OSError:
                self.close()
                if index == len(addresses) - 1:
                    raise
            else:
                return

    def _secure(self) -> None:
        self.step = "secure"
        host = self.target.host.rstrip(".")
        tls = _tls_context().wrap_socket(self._ready(), server_hostname=host, do_handshake_on_connect=False)
        self._sock = tls
        self._ready()
        tls.do_handshake()
        until = (tls.getpeercert() or {}).get("notAfter")
        if isinstance(until, str):
            self.certificate_until = datetime.fromtimestamp(ssl.cert_time_to_seconds(until), UTC)

    def receive(self, connection: h11.Connection, max_body: int) -> tuple[h11.Response, bytes]:
        """Return head and body of the answer, passing over those of 1xx."""
        self.step = "read"
        response: h11.Response | None = None
        body = bytearray()
        while True:
            event = self._next_event(connection, in_body=response is not None)
            if isinstance(event, h11.Response):
                response = event
            elif isinstance(event, h11.Data):
                body += event.data
                if len(body) > max_body:
                    raise failures.too_large(max_body)
            elif isinstance(event, h11.EndOfMessage):
                assert response is not None
                return response, bytes(body)

    def _next_event(self, connection: h11.Connection, *, in_body: bool) -> object:
        ended = False
        while True:
            try:
                event = connection.next_event()
            except h11.RemoteProtocolError as exc:
                # Neither is raised from exc: h11 quotes bytes of the answer, perhaps an echoed token.
                if ended:
                    raise failures.aborted() from None
                overflow = exc.error_status_hint == _HEAD_TOO_LARGE
                raise failures.not_http(overflow=overflow, status_line="status line" in str(exc)) from None
            if event is not h11.NEED_DATA:
                return event
            data = self._ready().recv(_RECEIVE)
            if len(self.laps) == _LAPS_BEFORE_ANSWER:
                self.lap()
            ended = not data
            if ended and not in_body:
                raise failures.hung_up()
            connection.receive_data(data)
