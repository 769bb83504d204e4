"""The values that our server passes around: a request as it came, the response to it, times and limits."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, Literal, Self

from chatbot_nb.transport.headers import NAME

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

Status = Literal["complete", "truncated", "timeout", "too_large", "bad_framing", "refused"]

_UNSENDABLE: Final = re.compile(r"[\r\n\0]|[^\x00-\xff]")
_FRAMING: Final = frozenset({"content-length", "transfer-encoding"})
_PHRASES: Final = {status.value: status.phrase for status in HTTPStatus}
_WITHOUT_BODY: Final = frozenset({204, 304})


@dataclass(frozen=True, slots=True)
class Limits:
    """What one server accepts; times in seconds, sizes in bytes.

    Parameters
    ----------
    head_seconds : float
        From the opening of a connection, or from the first byte of a later request, to the end of its headers.
    body_idle_seconds : float
        Between two arrivals of body bytes.
    body_seconds : float
        From the end of the headers to the end of the body.
    keep_alive_seconds : float
        From the end of a response to the first byte of the next request on that connection.
    write_seconds : float
        From the start of a response until its last byte was taken by the network.
    head_bytes : int
        Request line, headers and the empty line after them; the trailers of a chunked body count on their own.
    headers : int
        Number of headers, and of trailers.
    target_bytes : int
        The target in the request line (path and query).
    body_bytes : int
        The body, as declared by Content-Length and as counted.
    connections : int
        Open at once, over all peers.

    Notes
    -----
    Our reading: ChatBot's documentation gives none of these; they keep a forgotten or hostile peer from holding
    the notebook's memory and descriptors.
    """

    head_seconds: float = 10.0
    body_idle_seconds: float = 10.0
    body_seconds: float = 30.0
    keep_alive_seconds: float = 15.0
    write_seconds: float = 10.0
    head_bytes: int = 32 * 1024
    headers: int = 100
    target_bytes: int = 8 * 1024
    body_bytes: int = 1024 * 1024
    connections: int = 2000


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request as it came, also where it was refused: evidence, never normalised.

    Attributes
    ----------
    received_at : datetime
        When the first byte came (UTC).
    peer : str
        Address of the sender, for example ``"127.0.0.1:50712"``.
    http_version : str
        ``"1.0"``, ``"1.1"``; what was claimed where it was refused, empty where the request line was not understood.
    method : str
        As sent; empty where the request line was not understood.
    target : bytes
        As sent: path and query, not decoded.
    headers : tuple of (bytes, bytes)
        Names and values as sent: case, order and duplicates kept, white space around a value dropped.
    trailers : tuple of (bytes, bytes)
        The same for what followed a chunked body.
    body : bytes
        Decoded from chunks where it was chunked; what had come where the request is not complete.
    status : {"complete", "truncated", "timeout", "too_large", "bad_framing", "refused"}
        What became of reading it. Only a complete request reaches the handler.
    transfer : {"", "length", "chunked"}
        How the body was delimited; empty where there was none.
    marks : tuple of str
        What was odd but accepted: ``"bare_lf"`` (a line ended without CR), ``"folded_header"``.
    wire : bytes
        The first 4 KiB as they came where the request is not complete, else empty.
    """

    received_at: datetime
    peer: str
    http_version: str
    method: str
    target: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()
    trailers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes = b""
    status: Status = "complete"
    transfer: Literal["", "length", "chunked"] = ""
    marks: tuple[str, ...] = ()
    wire: bytes = b""

    def __repr__(self) -> str:
        # target, headers and body may hold tokens
        return f"Request({self.method!r}, {len(self.headers)} headers, {len(self.body)} bytes, {self.status!r})"

    @property
    def path(self) -> str:
        """Path of the target without its query, percent signs not decoded."""
        return self.target.partition(b"?")[0].decode("latin-1")

    @property
    def query(self) -> str:
        """Query of the target without the question mark, not decoded; empty if there is none."""
        return self.target.partition(b"?")[2].decode("latin-1")

    def header(self, name: str) -> str | None:
        """Return the value of the first header of this name (any case), or None.

        Parameters
        ----------
        name : str
            For example ``"Authorization"``.
        """
        wanted = name.lower().encode("latin-1")
        for key, value in self.headers:
            if key.lower() == wanted:
                return value.decode("latin-1")
        return None


@dataclass(frozen=True, slots=True)
class Response:
    """What the server answers; checked when it is made, so that nothing malformed reaches the wire.

    Parameters
    ----------
    status : int
        200 to 599.
    headers : iterable of (str, str)
        Names and values; sent in this order and case, before ``Date`` and ``Content-Length``, which the server adds.
        ``("Connection", "close")`` closes the connection after this response.
    body : bytes
        Not sent with 204 and 304, nor in answer to HEAD.
    cut_off : bool, default False
        Send half of the body only, then close the connection, as a backend does that crashes on the way.

    Raises
    ------
    ValueError
        The status is out of range, a header's name is no token, its value holds CR, LF, NUL or characters beyond
        Latin-1, or the header delimits the body (the server does that).
    TypeError
        The status is no int, or the body no bytes.
    """

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    cut_off: bool = False

    def __post_init__(self) -> None:
        if type(self.status) is not int:
            raise TypeError(f"status: an int from 200 to 599, not {type(self.status).__name__}")
        if not 200 <= self.status <= 599:  # noqa: PLR2004 -- the range of final statuses
            raise ValueError(f"status: {self.status}, allowed are 200 to 599")
        if type(self.body) is not bytes:
            raise TypeError(f"body: bytes, not {type(self.body).__name__}; text needs .encode()")
        object.__setattr__(self, "headers", tuple(self.headers))
        for name, value in self.headers:
            _check_header(name, value)

    def __repr__(self) -> str:
        # a header's value may be a secret, and so may the body
        return f"Response({self.status}, {len(self.headers)} headers, {len(self.body)} bytes)"

    @classmethod
    def json(cls, data: object, status: int = 200, headers: Iterable[tuple[str, str]] = ()) -> Self:
        """Return a response that holds `data` as JSON.

        Parameters
        ----------
        data : JSON value
            Objects, arrays, str, int, float, bool, None; lone surrogates are escaped.
        status : int, default 200
        headers : iterable of (str, str)
            ``Content-Type`` is added before them.

        Raises
        ------
        ValueError, TypeError
            `data` is no JSON (NaN is none either), or as for `Response`.
        """
        try:
            body = json.dumps(data, ensure_ascii=False, allow_nan=False).encode()
        except UnicodeEncodeError:
            body = json.dumps(data, allow_nan=False).encode()
        return cls(status, (("Content-Type", "application/json"), *headers), body)

    def to_bytes(self, *, close: bool = False, head_only: bool = False) -> bytes:
        """Return the response as it goes over the wire, in one piece for one write.

        Parameters
        ----------
        close : bool, default False
            Say that the connection is closed afterwards.
        head_only : bool, default False
            Leave out the body: the answer to HEAD.
        """
        lines = [f"HTTP/1.1 {self.status} {_PHRASES.get(self.status, '')}"]
        lines += [f"{name}: {value}" for name, value in self.headers if not close or name.lower() != "connection"]
        lines.append(f"Date: {_http_date(int(time.time()))}")
        without_body = self.status in _WITHOUT_BODY
        if not without_body:
            lines.append(f"Content-Length: {len(self.body)}")
        if close:
            lines.append("Connection: close")
        head = "\r\n".join([*lines, "\r\n"]).encode("latin-1")
        whole = head if head_only or without_body else head + self.body
        return whole[: len(whole) - max(1, len(self.body) // 2)] if self.cut_off else whole


@dataclass(frozen=True, slots=True)
class Timing:
    """When each stage of an exchange was reached: seconds after the first byte of the request (monotonic clock).

    Attributes
    ----------
    head, body : float or None
        The end of the headers, of the body; None where it was not reached.
    reply_started, reply_done : float or None
        The response was handed to the network; its last byte was taken by the network. None where that was not so.
    reply_error : str
        Why the response did not go out whole, in words of ours; empty if it did, or if the handler wanted none.
    peer_done : bool
        The peer had closed its side before the response was sent: it may have left, or may still read.
    """

    head: float | None = None
    body: float | None = None
    reply_started: float | None = None
    reply_done: float | None = None
    reply_error: str = ""
    peer_done: bool = False


def _check_header(name: str, value: str) -> None:
    """Refuse what would break the framing of a response; the value is never shown, it may be a secret."""
    if not NAME.fullmatch(name):
        raise ValueError(f"header name {name[:60]!r}: only letters, digits and !#$%&'*+-.^_`|~")
    if name.lower() in _FRAMING:
        raise ValueError(f"header {name}: the server writes it itself, leave it out")
    if _UNSENDABLE.search(value):
        raise ValueError(f"header {name}: its value holds CR, LF, NUL or a character beyond Latin-1")


@lru_cache(maxsize=1)
def _http_date(seconds: int) -> str:
    return formatdate(seconds, usegmt=True)
