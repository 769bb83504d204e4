"""Where one request ends and the next begins: h11, and what h11 accepts but we refuse. No I/O, no clock.

How the bytes were cut into packets never matters: the same bytes give the same requests and the same refusals.
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Final, Literal

import h11

from chatbot_nb.transport.inbound.http import Request
from chatbot_nb.transport.inbound.plain_head import plain_head

if TYPE_CHECKING:
    from datetime import datetime

    from chatbot_nb.transport.inbound.http import Limits, Status
    from chatbot_nb.transport.inbound.plain_head import PlainHead

_WIRE: Final = 4096  # bytes of a refused request that are kept as they came
_LINE_SLACK: Final = 64  # method, spaces and version around a target
_CHUNK_OVERHEAD: Final = 8  # a body of one-byte chunks takes six bytes for each; extensions get the rest
_PRINTABLE: Final = 0x21
_TLS_HANDSHAKE: Final = 0x16

_BLANK_LINE: Final = re.compile(rb"\n\r?\n")
_FOLD: Final = re.compile(rb"\r?\n[ \t]+")
_DIGITS: Final = re.compile(rb"[0-9]{1,19}")


class Refused(Exception):  # noqa: N818 -- not an error of the program: the peer's request is refused
    """The bytes so far are no request that we serve; the connection cannot go on."""

    def __init__(self, http_status: int, text: str, status: Status) -> None:
        super().__init__(text)
        self.http_status = http_status
        self.text = text
        self.status = status


class RequestReader:
    """Reads the requests of one connection, one after the other.

    ``receive()`` takes bytes, ``read()`` says whether a request is complete, ``record()`` gives it, ``next()`` goes
    on to the following one. After `Refused` only ``record()`` makes sense.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.buffer = bytearray()  # received, not yet consumed
        self._wire = bytearray()
        self._begin()

    def _begin(self) -> None:
        self.stage: Literal["idle", "head", "body", "complete"] = "idle"
        self._searched = 0
        self._method = self._http_version = ""
        self._target = b""
        self._headers: tuple[tuple[bytes, bytes], ...] = ()
        self._trailers: tuple[tuple[bytes, bytes], ...] = ()
        self._marks: tuple[str, ...] = ()
        self._transfer: Literal["", "length", "chunked"] = ""
        self._body = bytearray()
        self._length = 0
        self._framed = 0  # bytes of a chunked body as they came
        self._h11: h11.Connection | None = None  # not for a plain head

    def receive(self, data: bytes) -> None:
        """Take bytes as they came from the network."""
        self.buffer += data
        if len(self._wire) < _WIRE:
            self._wire += data[: _WIRE - len(self._wire)]

    def next(self) -> None:
        """Forget a complete request; what came after it stays."""
        self._wire = bytearray(self.buffer[:_WIRE])
        self._begin()

    def read(self) -> bool:
        """Consume what was received; True if a request is complete, `Refused` if there will be none."""
        if self.stage in ("idle", "head") and self._read_head():
            self.stage = "body"
        if self.stage == "body" and self._read_body():
            self.stage = "complete"
        return self.stage == "complete"

    def end(self) -> None:
        """Take the end of what the peer sends: `Refused` in the middle of a request."""
        if self.stage in ("head", "body"):
            raise Refused(400, "the connection ended before the request was complete", "truncated")

    @property
    def wants_continue(self) -> bool:
        """Whether the peer holds the body back until we answer ``100 Continue``."""
        if self._h11 is None or self.stage != "body":
            return False
        return bool(self._h11.they_are_waiting_for_100_continue) and not self._body

    @property
    def keep_alive(self) -> bool:
        """Whether the peer takes another request's response on this connection."""
        if self._http_version != "1.1" or self._method == "CONNECT":
            return False
        values = (value.lower() for name, value in self._headers if name.lower() == b"connection")
        return not any(b"close" in (token.strip() for token in value.split(b",")) for value in values)

    def record(self, received_at: datetime, peer: str, status: Status = "complete") -> Request:
        """Return what was read so far."""
        return Request(
            received_at=received_at,
            peer=peer,
            http_version=self._http_version,
            method=self._method,
            target=self._target,
            headers=self._headers,
            trailers=self._trailers,
            body=bytes(self._body[: self._limits.body_bytes]),
            status=status,
            transfer=self._transfer,
            marks=self._marks,
            wire=b"" if status == "complete" else bytes(self._wire),
        )

    def _read_head(self) -> bool:
        if self.stage == "idle":
            # RFC 9112 section 2.2: empty lines before a request line are skipped
            if self.buffer and self.buffer[0] in b"\r\n":
                self.buffer = self.buffer.lstrip(b"\r\n")
            if not self.buffer:
                return False
            self.stage = "head"
            if self.buffer[0] < _PRINTABLE:
                self._refuse_binary()
        blank = _BLANK_LINE.search(self.buffer, self._searched)
        size = blank.end() if blank else len(self.buffer)
        line = self.buffer.find(b"\n", 0, size)
        # both sizes are judged before anything is parsed, so that one large packet is no way around them
        if (line if line >= 0 else size) > self._limits.target_bytes + _LINE_SLACK:
            raise Refused(414, f"the target is longer than {self._limits.target_bytes} bytes", "refused")
        if size > self._limits.head_bytes:
            raise Refused(431, f"the headers are larger than {self._limits.head_bytes} bytes", "refused")
        if blank is None:
            self._searched = max(0, size - 2)
            return False
        head = bytes(self.buffer[:size])
        del self.buffer[:size]
        plain = plain_head(head)
        if plain is None:
            self._parse(head)
            self._judge()
        else:
            self._take(plain)
        return True

    def _take(self, plain: PlainHead) -> None:
        self._method = plain.method.decode("ascii")
        self._http_version = plain.http_version.decode("ascii")
        self._target = plain.target
        self._headers = plain.headers
        self._judge_sizes()
        if plain.length is not None:
            self._expect(plain.length)

    def _refuse_binary(self) -> None:
        if self.buffer[0] == _TLS_HANDSHAKE:
            raise Refused(400, "this server speaks plain HTTP: use http:// in place of https://", "bad_framing")
        raise Refused(400, "this is no HTTP request", "bad_framing")

    def _parse(self, head: bytes) -> None:
        # one h11 connection a request: it reads, and we write. Its own bound would depend on the packets.
        self._h11 = h11.Connection(h11.SERVER, max_incomplete_event_size=sys.maxsize)
        self._h11.receive_data(head)
        try:
            event = self._h11.next_event()
        except h11.RemoteProtocolError as exc:
            raise Refused(exc.error_status_hint, _cause(exc), "bad_framing") from exc
        assert isinstance(event, h11.Request)
        self._method = event.method.decode("ascii")
        self._http_version = event.http_version.decode("ascii")
        self._target = event.target
        # not event.headers: h11 drops a repeated Content-Length and changes the case of Transfer-Encoding's value
        unfolded = _FOLD.sub(b" ", head)
        if unfolded != head:
            self._marks += ("folded_header",)
        if head.count(b"\n") != head.count(b"\r\n"):
            self._marks = ("bare_lf", *self._marks)
        pairs = (line.partition(b":") for line in unfolded.split(b"\n")[1:-2])
        self._headers = tuple((name, value.strip(b" \t\r")) for name, _, value in pairs)

    def _judge(self) -> None:
        """Refuse what h11 lets pass; in an order that does not depend on the packets."""
        if self._http_version not in ("1.0", "1.1"):
            text = f"HTTP/{self._http_version} is not served here: use http:// with HTTP/1.1"
            raise Refused(505, text, "refused")
        self._judge_sizes()
        self._judge_length()

    def _judge_sizes(self) -> None:
        limits = self._limits
        if len(self._target) > limits.target_bytes:
            raise Refused(414, f"the target is longer than {limits.target_bytes} bytes", "refused")
        if len(self._headers) > limits.headers:
            raise Refused(431, f"{len(self._headers)} headers, at most {limits.headers}", "refused")

    def _judge_length(self) -> None:
        lengths = [value for name, value in self._headers if name.lower() == b"content-length"]
        chunked = any(name.lower() == b"transfer-encoding" for name, _ in self._headers)
        if chunked and lengths:
            raise Refused(400, "Transfer-Encoding and Content-Length exclude each other", "bad_framing")
        if chunked and self._http_version == "1.0":
            raise Refused(400, "HTTP/1.0 knows no Transfer-Encoding", "bad_framing")
        if chunked:
            self._transfer = "chunked"
        elif lengths:
            if len(lengths) > 1 or not _DIGITS.fullmatch(lengths[0]):
                raise Refused(400, "Content-Length must be one number", "bad_framing")
            self._expect(int(lengths[0]))

    def _expect(self, length: int) -> None:
        self._transfer = "length"
        self._length = length
        if length > self._limits.body_bytes:
            self._refuse_body()

    def _refuse_body(self) -> None:
        raise Refused(413, f"the body is larger than {self._limits.body_bytes} bytes", "too_large")

    def _read_body(self) -> bool:
        if self._transfer == "chunked":
            return self._read_chunks()
        missing = self._length - len(self._body)
        if missing:
            self._body += self.buffer[:missing]
            del self.buffer[:missing]
        return len(self._body) == self._length

    def _read_chunks(self) -> bool:
        assert self._h11 is not None  # chunked bodies are its own
        # extensions and trailers are no body, but they take memory and time like one
        room = _CHUNK_OVERHEAD * self._limits.body_bytes + self._limits.head_bytes - self._framed
        if not self.buffer:  # to h11, no bytes are the end of all bytes
            return False
        if not room:
            self._refuse_body()
        piece = bytes(self.buffer[:room])
        del self.buffer[:room]
        self._framed += len(piece)
        self._h11.receive_data(piece)
        try:
            while isinstance(event := self._h11.next_event(), h11.Data):
                self._body += event.data
                if len(self._body) > self._limits.body_bytes:
                    self._refuse_body()
        except h11.RemoteProtocolError as exc:
            raise Refused(400, _cause(exc), "bad_framing") from exc
        if isinstance(event, h11.EndOfMessage):
            self.buffer[:0] = self._h11.trailing_data[0]
            self._trailers = tuple(event.headers.raw_items())
            self._judge_trailers()
            return True
        return bool(self.buffer) and self._read_chunks()

    def _judge_trailers(self) -> None:
        limits = self._limits
        if sum(len(name) + len(value) + 4 for name, value in self._trailers) > limits.head_bytes:
            raise Refused(431, f"the trailers are larger than {limits.head_bytes} bytes", "refused")
        if len(self._trailers) > limits.headers:
            raise Refused(431, f"{len(self._trailers)} trailers, at most {limits.headers}", "refused")


def _cause(error: h11.RemoteProtocolError) -> str:
    """Return h11's words without what they repeat of the request."""
    return str(error).partition(": b")[0]
