"""An exchange as a line of the panel: short texts, without secrets, in which nothing acts."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from chatbot_nb.payloads.preview.strings import visible
from chatbot_nb.payloads.wording import counted
from chatbot_nb.traffic import views

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from chatbot_nb.traffic.exchange import Exchange
    from chatbot_nb.traffic.verdict import Verdict

Tone: TypeAlias = Literal["", "info", "warning", "error"]

_LONGEST: Final = 200  # characters of a cell
_REMEMBERED: Final = 500  # lines; a screen has some twenty
# A verdict that is not known yet is made here, if that takes a moment; the receiver makes those of large bodies.
_AT_ONCE: Final = 64 * 1024
_PENDING: Final = "…"
#: The columns that have a badge and may have a finding.
BADGES: Final = ("verdict", "reply")
# Marks that say more than the number of findings, if there is no other.
_MARKS: Final = {
    "token_wrong": "wrong token",
    "token_missing": "no token",
    "from_browser": "from a browser",
    "loop": "loop",
    "wrong_method": "wrong method",
    "late": "late",
    "body_evicted": "body gone",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One exchange as it is listed.

    Attributes
    ----------
    seq : int
    at : datetime
        When it came, in UTC.
    cells : dict of str to str
        By column: ``seq``, ``method``, ``node``, ``message``, ``verdict``, ``rule``, ``reply``, ``ms``.
    said : dict of str to (tone, str)
        What is wrong, by column, and how bad that is.
    final : bool
        Whether nothing of it will change.
    """

    seq: int
    at: datetime
    cells: dict[str, str]
    said: dict[str, tuple[Tone, str]]
    final: bool

    def words(self) -> str:
        """Return all that can be read in it, for a search."""
        return " ".join([*self.cells.values(), *(text for _, text in self.said.values())])


class Lines:
    """Makes lines, and remembers those that will not change.

    Parameters
    ----------
    safe : callable
        Takes secrets out of a text.
    """

    def __init__(self, safe: Callable[[str], str]) -> None:
        self._safe = safe
        self._known: OrderedDict[int, tuple[Exchange, Line]] = OrderedDict()

    def line(self, exchange: Exchange) -> Line:
        """Return the line of an exchange."""
        known = self._known.get(exchange.seq)
        if known is not None and known[0] is exchange:
            return known[1]
        made = self._made(exchange)
        if made.final:
            self._known[exchange.seq] = (exchange, made)
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return made

    def _made(self, exchange: Exchange) -> Line:
        payload = views.payload(exchange.http)
        verdict, tone, why = _verdict(exchange)
        reply, reply_tone, reply_why = _reply(exchange)
        timing = exchange.timing
        node, message = _node_and_message(exchange, payload)
        cells = {
            "seq": str(exchange.seq),
            "method": exchange.http.method or "–",  # noqa: RUF001  # what a table has where nothing is
            "node": node,
            "message": message,
            "verdict": verdict,
            "rule": exchange.reply.rule if exchange.reply else "",
            "reply": reply,
            "ms": _milliseconds(timing.reply_done) if timing else "",
        }
        said = {"verdict": (tone, why), "reply": (reply_tone, reply_why)}
        return Line(
            exchange.seq,
            exchange.http.received_at,
            {name: self.shown(text) for name, text in cells.items()},
            {name: (tone, self.shown(text)) for name, (tone, text) in said.items() if tone},
            final=exchange.done and verdict != _PENDING,
        )

    def shown(self, text: str) -> str:
        """Return a text as it may be shown, at most 200 characters of it."""
        shown = visible(self._safe(text[: 4 * _LONGEST]))  # what is masked may become shorter
        return shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + "…"


def rows(lines: Iterable[Line], pinned: Iterable[int]) -> dict[str, Any]:
    """Return lines as the grid's rows travel: texts by column, with what is to be known of each."""
    listed, kept = list(lines), set(pinned)
    names = ("seq", "method", "node", "message", "verdict", "rule", "reply", "ms")
    return {
        "ids": [str(line.seq) for line in listed],
        "cells": {
            **{name: [line.cells[name] for line in listed] for name in names},
            "time": [line.at.isoformat() for line in listed],  # the browser says it in its own zone
        },
        "state": ["pinned" if line.seq in kept else "" for line in listed],
        "findings": {
            str(offset): {name: [list(said)] for name, said in line.said.items()}
            for offset, line in enumerate(listed)
            if line.said
        },
    }


def settled(exchange: Exchange) -> bool:
    """Whether nothing of an exchange will change: it is done, and was judged."""
    return exchange.done and exchange._verdict is not None  # noqa: SLF001  # not to be made here


def _verdict(exchange: Exchange) -> tuple[str, Tone, str]:
    """Return what the badge says of a request, its tone, and the first finding."""
    status = exchange.http.status
    if not settled(exchange) and not (exchange.done and len(exchange.http.body) <= _AT_ONCE):
        return _PENDING, "info", "not judged yet" if exchange.done else "not answered yet"
    verdict = exchange.verdict
    if status != "complete":
        return status.replace("_", " "), "error", verdict.first
    if not verdict.errors and not verdict.warnings:
        return "valid", "", ""
    named = [word for mark, word in _MARKS.items() if mark in exchange.marks]
    only = named and verdict.errors + verdict.warnings == 1
    return named[0] if only else _counted(verdict), "error" if verdict.errors else "warning", verdict.first


def _counted(verdict: Verdict) -> str:
    return counted(verdict.errors, "error") if verdict.errors else counted(verdict.warnings, "warning")


def _reply(exchange: Exchange) -> tuple[str, Tone, str]:
    """Return what the badge says of the reply, its tone, and what is wrong with it."""
    reply, timing = exchange.reply, exchange.timing
    if reply is None:
        return ("none", "error", timing.reply_error or "no answer was sent") if timing else (_PENDING, "info", "")
    words = str(reply.status) if reply.status else "closed"
    why = reply.error.rstrip().rpartition("\n")[2] or (timing and timing.reply_error) or reply.chatbot_error
    if why:
        return words, "error", why
    if reply.verdict.errors or reply.verdict.warnings:
        tone: Tone = "error" if reply.verdict.errors else "warning"
        return f"{words} · {_counted(reply.verdict)}", tone, reply.verdict.first
    return (words, "", "") if timing else (words, "info", "on its way")


def _node_and_message(exchange: Exchange, payload: object) -> tuple[str, str]:
    if not isinstance(payload, dict):
        if exchange.http.method == "GET" and exchange.reply and exchange.reply.rule == "verification":
            return "", "verification"
        return "", _size(exchange)
    node = payload.get("node")
    return _text(node.get("name") if isinstance(node, dict) else None), _text(payload.get("message"))


def _size(exchange: Exchange) -> str:
    size = len(exchange.http.body)
    return f"{size:,} bytes" if size else ""


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _milliseconds(seconds: float | None) -> str:
    if seconds is None:
        return ""
    milliseconds = seconds * 1000
    return f"{milliseconds:.1f}" if milliseconds < 10 else f"{milliseconds:,.0f}"  # noqa: PLR2004  # two digits
