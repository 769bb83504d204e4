"""What a script needs to send a recorded request again: which can be sent, and which headers are its own."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING, Final

from chatbot_nb.payloads.exports.layout import WIDTH
from chatbot_nb.traffic.exports.masking import REMARK
from chatbot_nb.transport.headers import NAME

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chatbot_nb.traffic.exchange import Exchange
    from chatbot_nb.transport.inbound.http import Request

# They belong to one way of sending; whoever sends again makes them anew.
_FRAMING: Final = frozenset({b"host", b"content-length", b"transfer-encoding", b"trailer"})
_NO_TARGET: Final = re.compile(rb"[\0-\x20\x7f]")
_NO_VALUE: Final = re.compile(rb"[\0\r\n]|^[ \t]|[ \t]$")


def headers(http: Request) -> tuple[tuple[bytes, bytes], ...]:
    """Return the headers to send, as they came."""
    return tuple((name, value) for name, value in http.headers if name.lower() not in _FRAMING)


def why_not(exchange: Exchange) -> str:
    """Return why a request cannot be sent again, empty if it can."""
    http = exchange.http
    if http.status != "complete":
        return f"it was not received whole ({http.status})"
    if "body_evicted" in exchange.marks:
        return "its body is no longer kept"
    named = all(NAME.fullmatch(name.decode("latin-1")) for name, _ in headers(http))
    if not named or any(_NO_VALUE.search(value) for _, value in headers(http)):
        return "a header of it cannot be sent"
    if not NAME.fullmatch(http.method) or not http.target or _NO_TARGET.search(http.target):
        return "its first line cannot be sent"
    return ""


def remarks(exchanges: Iterable[Exchange], *, masked: bool) -> list[str]:
    """Return comment lines for the top of a script: what is masked, and which exchanges are left out and why."""
    lines = ["#", *comment(REMARK)] if masked else []
    reasons = ((exchange.seq, why_not(exchange)) for exchange in exchanges)
    left_out = [f"# Exchange {seq} is left out: {reason}." for seq, reason in reasons if reason]
    return [*lines, *(["#"] if left_out else []), *left_out]


def comment(text: str) -> list[str]:
    """Return a text of ours as comment lines."""
    return [f"# {line}" for line in textwrap.wrap(text, WIDTH - len("# "), break_on_hyphens=False)]
