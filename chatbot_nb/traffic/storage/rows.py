"""An exchange as a row of the store, and back: nothing is lost on the way."""

from __future__ import annotations

import json
from datetime import datetime
from functools import lru_cache
from itertools import chain
from typing import Any, Final

from pydantic_core import from_json

from chatbot_nb.traffic.exchange import Exchange, SentReply
from chatbot_nb.traffic.verdict import CLEAN, Verdict
from chatbot_nb.transport.inbound.http import Request, Timing

Row = tuple[Any, ...]

#: The timing of an exchange that was not finished when its receiver ended.
CUT_SHORT: Final = Timing(reply_error="the receiver died before the reply was known to be out")

# Each group in the order of the attributes of its class.
_REQUEST: Final = (
    *("seq", "id", "received_at", "peer", "http_version", "method", "target", "headers", "trailers", "body"),
    *("status", "transfer", "http_marks", "wire"),
)
_VERDICT: Final = ("marks", "errors", "warnings", "first")
_TIMING: Final = (
    *("timing_head", "timing_body", "timing_reply_started", "timing_reply_done", "timing_reply_error"),
    "timing_peer_done",
)
_REPLY: Final = (
    *("reply_status", "reply_headers", "reply_body", "reply_rule", "reply_error", "reply_chatbot_error"),
    *("reply_delay", "reply_cut_off", "reply_errors", "reply_warnings", "reply_first"),
)
_OUTCOME: Final = (*_VERDICT, *_TIMING, *_REPLY)
_COLUMNS: Final = (*_REQUEST, *_OUTCOME)
_NAMES: Final = ", ".join(_COLUMNS)

# REPLACE: what an attempt wrote that failed may have reached the disk after all.
INSERT: Final = f"INSERT OR REPLACE INTO exchange ({_NAMES}) VALUES ({', '.join('?' * len(_COLUMNS))})"  # noqa: S608  # names of ours
UPDATE: Final = f"UPDATE exchange SET {', '.join(f'{name} = ?' for name in _OUTCOME)} WHERE seq = ?"  # noqa: S608  # the same
NEWEST: Final = f"SELECT {_NAMES} FROM exchange ORDER BY seq DESC LIMIT ?"  # noqa: S608  # the same
SINCE: Final = f"SELECT {_NAMES} FROM exchange WHERE seq >= ? ORDER BY seq"  # noqa: S608  # the same
_ARRIVED: Final = {
    "reply": "coalesce(reply_status, timing_reply_error)",  # it may end without one
    "timing": "timing_reply_error",
    "verdict": "errors",
}
#: The outcome of one exchange, by what of it is waited for.
OUTCOME: Final = {
    part: f"SELECT {', '.join(_OUTCOME)} FROM exchange WHERE seq = ? AND {arrived} IS NOT NULL"  # noqa: S608  # the same
    for part, arrived in _ARRIVED.items()
}

# Of each kind of value; of the largest headers that are let in, this is 16 MiB.
_SHARED: Final = 512
_NO_TIMING: Final[Row] = (None,) * len(_TIMING)
_NO_REPLY: Final[Row] = (None,) * len(_REPLY)


def row_of(exchange: Exchange) -> Row:
    """Return the values for `INSERT`."""
    http = exchange.http
    return (
        exchange.seq,
        exchange.id,
        http.received_at.isoformat(),
        _from_text(http.peer),
        _from_text(http.http_version),
        _from_text(http.method),
        http.target,
        _from_pairs(http.headers),
        _from_pairs(http.trailers),
        http.body,
        http.status,
        http.transfer,
        _from_texts(http.marks),
        http.wire,
        *_outcome(exchange),
    )


def outcome_of(exchange: Exchange) -> Row:
    """Return the values for `UPDATE`: all but the request."""
    return (*_outcome(exchange), exchange.seq)


def exchange_of(row: Row, unfinished: Timing | None = CUT_SHORT) -> Exchange:
    """Return the exchange of a row that `NEWEST` or `SINCE` found.

    Parameters
    ----------
    row : tuple
    unfinished : Timing, optional
        What it has as its timing if nobody finished it; None if that may come yet.
    """
    seq, id_, received_at, peer, version, method, target, headers, trailers, body = row[:10]
    status, transfer, http_marks, wire = row[10:14]
    http = Request(
        datetime.fromisoformat(received_at),
        _to_text(peer),
        _to_text(version),
        _to_text(method),
        target,
        _to_byte_pairs(headers),
        _to_byte_pairs(trailers),
        body,
        status,
        transfer,
        _to_texts(http_marks),
        wire,
    )
    return with_outcome(Exchange(seq, id_, http), row[14:], unfinished)


def with_outcome(exchange: Exchange, row: Row, unfinished: Timing | None = CUT_SHORT) -> Exchange:
    """Return the exchange with what a row of `OUTCOME` says became of it."""
    marks, errors, warnings, first = row[:4]
    head, body_end, reply_started, reply_done, timing_error, peer_done = row[4:10]
    timing = unfinished
    if timing_error is not None:
        timing = Timing(head, body_end, reply_started, reply_done, _to_text(timing_error), bool(peer_done))
    verdict = None if errors is None else _verdict(errors, warnings, first)
    return Exchange(exchange.seq, exchange.id, exchange.http, _to_texts(marks), _reply(*row[10:]), timing, verdict)


def _outcome(exchange: Exchange) -> Row:
    known = exchange._verdict  # noqa: SLF001  # to ask for `verdict` would make it, which may take long
    verdict = (None, None, None) if known is None else (known.errors, known.warnings, _from_text(known.first))
    timing = _NO_TIMING if exchange.timing is None else _timing_values(exchange.timing)
    reply = _NO_REPLY if exchange.reply is None else _reply_values(exchange.reply)
    return (_from_texts(exchange.marks), *verdict, *timing, *reply)


def _timing_values(timing: Timing) -> Row:
    error = _from_text(timing.reply_error)
    return (timing.head, timing.body, timing.reply_started, timing.reply_done, error, timing.peer_done)


def _reply_values(reply: SentReply) -> Row:
    return (
        reply.status,
        _from_strings(reply.headers),
        reply.body,
        _from_text(reply.rule),
        _from_text(reply.error),
        _from_text(reply.chatbot_error),
        reply.delay,
        reply.cut_off,
        reply.verdict.errors,
        reply.verdict.warnings,
        _from_text(reply.verdict.first),
    )


@lru_cache(maxsize=16)  # few: their bodies are held
def _reply(  # noqa: PLR0913, PLR0917  # one for each column
    status: int | None,
    headers: str | bytes,
    body: bytes,
    rule: str | bytes,
    error: str | bytes,
    chatbot_error: str | bytes,
    delay: float,
    cut_off: int,
    errors: int,
    warnings: int,
    first: str | bytes,
) -> SentReply | None:
    if status is None:
        return None
    return SentReply(
        status,
        _to_string_pairs(headers),
        body,
        _to_text(rule),
        _to_text(error),
        _to_text(chatbot_error),
        delay,
        bool(cut_off),
        _verdict(errors, warnings, first),
    )


def _verdict(errors: int, warnings: int, first: str | bytes) -> Verdict:
    return Verdict(errors, warnings, _to_text(first)) if errors or warnings or first else CLEAN


def _from_text(text: str) -> str | bytes:
    """Return text as SQLite takes it: bytes where it holds half a surrogate pair, which is no UTF-8."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
    return text


def _to_text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("utf-8", "surrogatepass")


def _from_json(value: object) -> str | bytes:
    # not as ASCII: two halves of a pair that stand side by side would come back as one character
    return _from_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


# The same few headers and marks come again and again. They are made once, and shared by the exchanges that have them: a
# load is faster, and takes less memory.


@lru_cache(maxsize=_SHARED)
def _from_pairs(pairs: tuple[tuple[bytes, bytes], ...]) -> str | bytes:
    """Return pairs of bytes as JSON, each byte as the character of its number (Latin-1)."""
    return _from_json([[name.decode("latin-1"), value.decode("latin-1")] for name, value in pairs])


@lru_cache(maxsize=_SHARED)
def _to_byte_pairs(value: str) -> tuple[tuple[bytes, bytes], ...]:
    parts = map(_to_bytes, chain.from_iterable(from_json(value)))
    return tuple(zip(parts, parts, strict=True))


@lru_cache(maxsize=_SHARED)
def _to_bytes(text: str) -> bytes:
    return text.encode("latin-1")


@lru_cache(maxsize=_SHARED)
def _from_strings(pairs: tuple[tuple[str, str], ...]) -> str | bytes:
    return _from_json(pairs)


@lru_cache(maxsize=_SHARED)
def _to_string_pairs(value: str | bytes) -> tuple[tuple[str, str], ...]:
    return tuple((name, text) for name, text in json.loads(_to_text(value)))


@lru_cache(maxsize=_SHARED)
def _from_texts(texts: tuple[str, ...]) -> str | bytes:
    return _from_json(texts)


@lru_cache(maxsize=_SHARED)
def _to_texts(value: str | bytes) -> tuple[str, ...]:
    return tuple(json.loads(_to_text(value)))
