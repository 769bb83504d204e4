"""One HTTP/1.1 exchange over a connection of its own, timed, under one total deadline."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import h11

from chatbot_nb.errors import ApiTimeoutError, TransportError
from chatbot_nb.transport import failures
from chatbot_nb.transport.failures import Failure
from chatbot_nb.transport.headers import NAME
from chatbot_nb.transport.outbound.link import Link
from chatbot_nb.transport.outbound.url import Target, parse_url
from chatbot_nb.transport.redact import safe_url
from chatbot_nb.transport.timeouts import checked_timeout

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from chatbot_nb.transport.outbound.addresses import Reach

MAX_BODY: Final = 10 * 1024 * 1024
#: Headers that this module writes itself, lower case: they frame the exchange.
FRAMING_HEADERS: Final = frozenset(
    {"connection", "content-length", "expect", "host", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"}
)
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")


@dataclass(frozen=True, slots=True)
class Phases:
    """Seconds that each phase of an exchange took; their sum is the whole.

    Parameters
    ----------
    dns, connect, tls : float
        ``tls`` is 0 for http.
    first_byte : float
        From the first byte sent to the first byte received.
    body : float
        From there to the last byte.
    """

    dns: float
    connect: float
    tls: float
    first_byte: float
    body: float


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came back.

    Parameters
    ----------
    status : int
        200 to 999; answers of 1xx are passed over.
    headers : tuple of (bytes, bytes)
        In order, names in lower case.
    body : bytes
        As received: chunks joined, no ``Content-Encoding`` undone.
    seconds : float
        From the call to the last byte.
    phases : Phases
    certificate_until : datetime, optional
        UTC; when the backend's own certificate ends. None for http.
    """

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    seconds: float
    phases: Phases
    certificate_until: datetime | None


def fetch(  # noqa: PLR0913  # the parts of a request, and its two bounds
    method: str,
    url: str,
    *,
    headers: Iterable[tuple[str, str]] = (),
    body: bytes = b"",
    timeout: float = 10.0,
    max_body: int = MAX_BODY,
    reach: Reach = "any",
) -> Fetched:
    """Send one request over a new connection and return the complete answer.

    Parameters
    ----------
    method : str
        ``"GET"``, ``"POST"``, ...
    url : str
        http or https. User and password in it are sent as Basic auth, unless ``headers`` hold ``Authorization``.
    headers : iterable of (str, str), optional
        Sent as they are, in order, after ``Host`` and before the headers of `FRAMING_HEADERS`, which are ours.
    body : bytes, optional
    timeout : float, default 10.0
        Seconds for everything together, from the name's resolution to the last byte, however it trickles in.
    max_body : int, default 10 MiB
        Bytes; a longer body is an error.
    reach : {"any", "backend", "public"}, default "any"
        Connect to nothing if one of the host's addresses is not public, in the sense of `addresses.is_public`; or
        none that a backend may have, in the sense of `addresses.is_backend`.

    Returns
    -------
    Fetched
        Whatever its status. Redirects are not followed, nothing is repeated, no proxy, cookie or ``.netrc`` is used.

    Raises
    ------
    ApiTimeoutError
        Not within ``timeout``.
    TransportError
        No complete answer, or URL or headers that must not be sent: ``code`` and ``words`` say which.
    ValueError
        The timeout is not above 0 and at most 86,400 seconds; or a header of `FRAMING_HEADERS`.

    Notes
    -----
    Certificates are checked against the authorities of this system (``SSL_CERT_FILE`` replaces them). All addresses
    of a host are tried in order, each with its share of the time that is left; the last one's error counts.
    Names under ``.invalid`` are never looked up: by RFC 6761 there are none.
    """
    seconds = checked_timeout(timeout)
    try:
        target = _target(url)
        connection = h11.Connection(h11.CLIENT)
        data = _request_bytes(connection, method, target, list(headers), body)
        with Link(target, seconds, reach=reach) as link:
            return _exchange(link, connection, data, max_body)
    except Failure as failure:
        kind = ApiTimeoutError if isinstance(failure, failures.DeadlineFailure) else TransportError
        shown = safe_url(url)
        message = f"{method} {shown}: {failure.words}. {failure.advice}."
        raise kind(message, method=method, url=shown, code=failure.code, words=failure.words) from failure.__cause__


def _exchange(link: Link, connection: h11.Connection, data: bytes, max_body: int) -> Fetched:
    try:
        link.open()
        link.send(data)
        response, body = link.receive(connection, max_body)
        link.lap()
    except OSError as exc:
        if isinstance(exc, TimeoutError) and exc.errno is None:  # ours; the system's own time limit has a number
            raise failures.timed_out(link.timeout, link.step) from None
        raise failures.failure_of(exc, step=link.step, host=link.target.host, peer=link.peer) from exc
    headers = tuple((bytes(name), bytes(value)) for name, value in response.headers)
    phases = Phases(*link.laps)
    return Fetched(response.status_code, headers, body, sum(link.laps), phases, link.certificate_until)


def _target(url: str) -> Target:
    try:
        return parse_url(url)
    except ValueError as exc:
        raise failures.invalid_url(str(exc)) from None


def _request_bytes(
    connection: h11.Connection, method: str, target: Target, headers: list[tuple[str, str]], body: bytes
) -> bytes:
    names = {name.lower() for name, _ in headers}
    if clash := names & FRAMING_HEADERS:
        raise ValueError(f"headers: {', '.join(sorted(clash))} cannot be set, they frame the exchange")
    for name, value in headers:
        if not NAME.fullmatch(name):
            raise failures.invalid_header(name, in_name=True)
        if not _VALUE.fullmatch(value):
            raise failures.invalid_header(name, in_name=False)
    all_headers = [("Host", target.host_header), *headers]
    if target.credentials and "authorization" not in names:
        all_headers.append(("Authorization", basic_auth(*target.credentials)))
    if body or method != "GET":
        all_headers.append(("Content-Length", str(len(body))))
    all_headers.append(("Connection", "close"))
    request = h11.Request(
        method=method,
        target=target.path,
        headers=[(name.encode("ascii"), value.strip(" \t").encode("latin-1")) for name, value in all_headers],
    )
    parts = (connection.send(request), connection.send(h11.Data(body)), connection.send(h11.EndOfMessage()))
    return b"".join(part for part in parts if part)


def basic_auth(username: str, password: str) -> str:
    """Return the value of an ``Authorization`` header for HTTP Basic, in UTF-8."""
    pair = f"{username}:{password}".encode("utf-8", errors="surrogatepass")
    return "Basic " + base64.b64encode(pair).decode("ascii")
