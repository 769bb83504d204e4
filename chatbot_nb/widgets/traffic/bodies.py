"""A body as the panel shows it: as text or as bytes, the beginning first."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, get_args

from chatbot_nb.payloads.wording import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

Form: TypeAlias = Literal["text", "hex"]

FORMS: Final = get_args(Form)
MOST: Final = 1024 * 1024  # bytes that travel when all is asked for
_LINE: Final = 16  # bytes of a line
_PRINTABLE: Final = range(0x20, 0x7F)
# As in the chat: controls but tab and line feed, line separators, and what overrides or embeds a direction. All are
# spelled as JSON spells them, so that JSON stays what it is.
_CONTROLS: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufff9-\ufffb]")
_BINARY: Final = re.compile(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f]")  # what no text has; ESC colours terminals


def body_json(raw: bytes, *, form: Form | None, limit: int, note: str = "") -> dict[str, Any]:
    """Return a body as the browser gets it.

    Parameters
    ----------
    raw : bytes
        Decoded, without secrets.
    form : {"text", "hex"}, optional
        By default text, if it is any.
    limit : int
        So many bytes travel.
    note : str, default ""
        What a person should know of it.

    Returns
    -------
    dict
        ``form``, ``text``, ``size`` (bytes of the whole), ``shown`` (bytes that `text` stands for), ``note``.
    """
    chosen = form or ("hex" if _BINARY.search(raw[:limit]) else "text")
    shown = raw[:limit]
    if chosen == "hex":
        text = "\n".join(_dump(shown))
    else:
        text, wrong = _text(shown, is_cut=len(raw) > limit)
        note = note or wrong
    return {"form": chosen, "text": text, "size": len(raw), "shown": len(shown), "note": note}


def spelled(text: str) -> str:
    r"""Return a text whose controls and direction marks are spelled out, as in ``\u001b``."""
    return _CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", printable(text))


def _text(raw: bytes, *, is_cut: bool) -> tuple[str, str]:
    note = ""
    try:
        text = raw.decode()
    except UnicodeDecodeError as exc:
        text = raw.decode(errors="replace")
        if is_cut and exc.start >= len(raw) - 3:  # a character was cut in two
            text = text.rstrip("\ufffd")
        else:
            note = f"not UTF-8 at byte {exc.start:,}; what cannot be read is shown as \ufffd"
    return spelled(text.replace("\r\n", "\n")), note


def _dump(raw: bytes) -> Iterator[str]:
    for at in range(0, len(raw), _LINE):
        line = raw[at : at + _LINE]
        signs = "".join(chr(byte) if byte in _PRINTABLE else "." for byte in line)
        yield f"{at:08x}  {line.hex(' '):<47}  {signs}"
