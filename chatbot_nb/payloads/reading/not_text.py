"""Bytes that are no text in UTF-8: what is compressed, and the wider encodings of Unicode."""

from __future__ import annotations

import codecs
import json
import re
from typing import Final, NamedTuple


class Compression(NamedTuple):
    """A format that compresses, and the program that undoes it."""

    name: str
    tool: str


# No JSON begins like one of these; bzip2 begins with letters, so more of it is compared.
_COMPRESSED: Final = {
    re.compile(rb"\x1f\x8b"): Compression("gzip", "gunzip"),
    re.compile(rb"PK(?:\x03\x04|\x05\x06)"): Compression("zip", "unzip"),
    re.compile(rb"\x28\xb5\x2f\xfd"): Compression("zstd", "unzstd"),
    re.compile(rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)"): Compression("bzip2", "bunzip2"),
    re.compile(rb"\xfd7zXZ\0"): Compression("xz", "unxz"),
}


def compression(data: bytes) -> Compression | None:
    """Return in which format bytes are compressed, if they are; their beginning is enough."""
    return next((found for begin, found in _COMPRESSED.items() if begin.match(data)), None)


def wide_encoding(data: bytes, *, whole: bool) -> str | None:
    """Return the encoding of JSON in UTF-16 or UTF-32, if it is in one of these; a part is enough if not whole."""
    encoding = json.detect_encoding(data)
    if encoding in {"utf-8", "utf-8-sig"}:
        return None
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(data, final=whole)
    except UnicodeDecodeError:
        return None
    # The guess rests on the place of NUL bytes; it is right only if JSON appears.
    return encoding if _JSON.match(text) and "\0" not in text else None


_JSON: Final = re.compile(r"""\s*(?:\{\s*(?:["}]|\Z)|\[\s*(?:[\]\[{"tfn0-9-]|\Z)|")""")
