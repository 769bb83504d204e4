"""The decoded view of a body that came compressed; the body itself stays as it was received."""

from __future__ import annotations

import zlib
from typing import Final

MAX_DECODED: Final = 10 * 1024 * 1024
_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32
_ZLIB_MARK = 0x08


def decode_body(body: bytes, encoding: str, *, limit: int = MAX_DECODED) -> bytes:
    """Undo a ``Content-Encoding``.

    Parameters
    ----------
    body : bytes
    encoding : str
        The header's value: empty or ``identity``, ``gzip``, ``x-gzip`` or ``deflate`` (with zlib's frame or bare, as
        both are met).
    limit : int, default 10 MiB
        Bytes; decoding stops there, so that a small body cannot fill the memory.

    Returns
    -------
    bytes

    Raises
    ------
    ValueError
        Another encoding, more than one, a damaged or cut body, or one that grows over the limit. The text says which.
    """
    name = encoding.strip().lower()
    if name in {"", "identity"} or not body:
        return body
    if name not in {"gzip", "x-gzip", "deflate"}:
        raise ValueError(f"Content-Encoding {name[:60]!r} cannot be decoded here, only gzip and deflate")
    bare = name == "deflate" and body[0] & 0x0F != _ZLIB_MARK
    stream = zlib.decompressobj(-zlib.MAX_WBITS if bare else _GZIP_OR_ZLIB)
    try:
        decoded = stream.decompress(body, limit + 1)
    except zlib.error:
        raise ValueError(f"the body is not {name}, though Content-Encoding says so") from None
    if len(decoded) > limit:
        raise ValueError(f"the body is over {limit} bytes when decoded")
    if not stream.eof:
        raise ValueError(f"the {name} body ends too early")
    return decoded
