"""The head of a usual request, read without h11: half of what a request costs otherwise."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_TOKEN: Final = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]++"
# Less than h11 accepts: CRLF everywhere, no folded lines, no control characters. What does not match is h11's to judge.
_HEAD: Final = re.compile(
    rb"(%b) ([\x21-\x7e]++) HTTP/(1\.[01])\r\n((?:%b:[\t\x20-\x7e\x80-\xff]*+\r\n)*+)\r\n" % (_TOKEN, _TOKEN)
)
_LENGTH: Final = re.compile(rb"[0-9]{1,19}")
# What needs a conversation about the body, or h11's opinion.
_NOT_PLAIN: Final = frozenset({b"transfer-encoding", b"expect", b"upgrade"})


class PlainHead(NamedTuple):
    """What stands in it; `length` is None without a Content-Length."""

    method: bytes
    target: bytes
    http_version: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    length: int | None


def plain_head(head: bytes) -> PlainHead | None:
    """Return what h11 would find in a head, or None where it takes h11 to know.

    Parameters
    ----------
    head : bytes
        From the request line to the empty line.
    """
    match = _HEAD.fullmatch(head)
    if match is None:
        return None
    method, target, version, lines = match.groups()
    pairs = (line.partition(b":") for line in lines.split(b"\r\n")[:-1])
    headers = tuple([(name, value.strip(b" \t")) for name, _, value in pairs])
    names = [name.lower() for name, _ in headers]
    hosts, lengths = names.count(b"host"), names.count(b"content-length")
    if hosts != 1 or lengths > 1 or not _NOT_PLAIN.isdisjoint(names) or method == b"CONNECT":
        return None
    if not lengths:
        return PlainHead(method, target, version, headers, None)
    length = headers[names.index(b"content-length")][1]
    return PlainHead(method, target, version, headers, int(length)) if _LENGTH.fullmatch(length) else None
