"""Bytes as they stand in a script: whatever is in them, the script sends the same, and none of it is code."""

from __future__ import annotations

import base64
import shlex
from typing import TYPE_CHECKING, Final

from chatbot_nb.payloads.exports.quoting import python_string

if TYPE_CHECKING:
    from collections.abc import Iterable

_SHORT: Final = {"\\": "\\\\", "\n": "\\n"}


def needs_base64(raws: Iterable[bytes]) -> bool:
    """Return True if the module base64 is needed for one of them."""
    return any(_text(raw) is None for raw in raws)


def python_bytes(raw: bytes) -> str:
    """Return a Python expression of bytes: readable where they are UTF-8."""
    text = _text(raw)
    if text is None:
        return f"base64.b64decode({python_string(base64.b64encode(raw).decode('ascii'))})"
    return f"b{python_string(text)}" if text.isascii() else f"{python_string(text)}.encode()"


def shell_word(raw: bytes) -> str:
    """Return a word of the shell, for sh, dash and bash; bytes without NUL that do not end in a line break."""
    text = _text(raw)
    if text is not None and text.isprintable():
        return shlex.quote(text)
    return f'"$({shell_output(raw)})"'


def shell_output(raw: bytes) -> str:
    r"""Return the command of the shell that writes bytes: ``printf '%b' '...'``, in which ``\0ddd`` is a byte."""
    text = _text(raw)
    pieces = raw.decode("latin-1") if text is None else text
    encoding = "latin-1" if text is None else "utf-8"
    return f"printf '%b' {shlex.quote(''.join(_escaped(each, encoding) for each in pieces))}"


def _escaped(character: str, encoding: str) -> str:
    if character in _SHORT:
        return _SHORT[character]
    stays = character.isprintable() and (character.isascii() or encoding == "utf-8")
    # always three digits, so that a digit after them is none of theirs
    return character if stays else "".join(f"\\0{byte:03o}" for byte in character.encode(encoding))


def _text(raw: bytes) -> str | None:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return None
