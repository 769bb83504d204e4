"""The URL that a recorded request was sent to, as far as the request tells it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from chatbot_nb.traffic.exchange import Exchange

_HOST: Final = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_NOWHERE: Final = "unknown.invalid"  # RFC 6761: a name that no host has
_STRAY: Final = frozenset(b"\"#<>[]\\^`{|}'!()$")  # what a URL lacks, and what shells read something into
_PRINTABLE: Final = range(0x21, 0x7F)
_STRAY_PERCENT: Final = re.compile("%(?![0-9A-Fa-f]{2})")


def origin(exchange: Exchange) -> str:
    """Return ``http://`` and the host, unless that is none, or not the receiver's: nothing is to be sent there."""
    host = exchange.http.header("Host") or ""
    known = _HOST.fullmatch(host) and "wrong_host" not in exchange.marks
    return f"http://{host if known else _NOWHERE}"


def url(exchange: Exchange) -> str:
    """Return a URL on that host: its path and query are the request's, percent-encoded where a URL needs that.

    A target that is a URL itself is part of the path: it never leads elsewhere.
    """
    target = _encoded(exchange.http.target)
    return f"{origin(exchange)}{'' if target.startswith('/') else '/'}{target}"


def _encoded(target: bytes) -> str:
    kept = (chr(byte) if byte in _PRINTABLE and byte not in _STRAY else f"%{byte:02X}" for byte in target)
    return _STRAY_PERCENT.sub("%25", "".join(kept))
