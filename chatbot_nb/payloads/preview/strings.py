"""Text and JSON from outside, to be looked at: escaped, of bounded length, and nothing in it acts."""

from __future__ import annotations

import json
import re
from html import escape
from itertools import islice
from typing import TYPE_CHECKING, Final

from chatbot_nb.payloads.wording import printable, show

if TYPE_CHECKING:
    from collections.abc import Iterator

# So many characters are shown: twice the longest text, a title too long by much, an address, and raw JSON.
TEXT: Final = 2_000
TITLE: Final = 200
TARGET: Final = 120
RAW: Final = 2_000
_DEPTH: Final = 20  # JSON below this level is not shown
# Controls but tab and line feed, line separators, and what overrides or embeds a direction. The plain marks of
# direction stay: right-to-left texts need them, and each text stands in a <bdi>, so that they end there.
_CONTROLS: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufff9-\ufffb]+")
_PLACEHOLDER: Final = re.compile(r"(\{\{[^{}]+\}\})")


def visible(text: str) -> str:
    r"""Return ``text`` with control and direction characters spelled out, as in ``\x1b``."""
    return _CONTROLS.sub(_spelled, printable(text))


def _spelled(found: re.Match[str]) -> str:
    return "".join(f"\\x{ord(each):02x}" if each < "\u0100" else f"\\u{ord(each):04x}" for each in found[0])


def text_html(text: str, at_most: int = TEXT) -> str:
    """Return a text as HTML: placeholders and spelled-out characters marked, its direction its own."""
    cut = len(text) - at_most
    # Line ends as a browser reads them, so that no stray one is told as a control character.
    pieces = _PLACEHOLDER.split(printable(text[:at_most]).replace("\r\n", "\n").replace("\r", "\n"))
    marked = "".join(
        f"<var>{escape(visible(piece))}</var>" if place % 2 else _with_controls(piece)
        for place, piece in enumerate(pieces)
    )
    return f"<bdi>{marked}</bdi>{_rest(cut)}"


def _with_controls(text: str) -> str:
    parts, done = [], 0
    for found in _CONTROLS.finditer(text):
        parts += [escape(text[done : found.start()]), f"<s>{_spelled(found)}</s>"]
        done = found.end()
    return "".join([*parts, escape(text[done:])])


def raw_html(value: object) -> str:
    """Return any value as the JSON it is, in a box."""
    text = "".join(islice(_characters(value), RAW + 1))
    return f"<pre>{escape(visible(text[:RAW]))}{'…' if len(text) > RAW else ''}</pre>"


def inline_html(value: object) -> str:
    """Return any value as JSON within a line."""
    if isinstance(value, str):
        return text_html(value, TITLE)
    text = " ".join("".join(islice(_characters(value), TITLE + 1)).split())
    return f"<code>{escape(visible(text[:TITLE]))}{'…' if len(text) > TITLE else ''}</code>"


def _rest(characters: int) -> str:
    return f"<small>… {characters:,} more characters</small>" if characters > 0 else ""


def _characters(value: object, depth: int = 0) -> Iterator[str]:
    """Yield a value as indented JSON, character by character: whoever has seen enough stops."""
    if isinstance(value, str):
        yield from json.dumps(printable(value[: RAW + 1]), ensure_ascii=False)
    elif not isinstance(value, (dict, list, tuple)) or not value:
        yield from "{}" if value == {} else "[]" if value in ([], ()) else show(value)
    elif depth == _DEPTH:
        yield "…"
    else:
        inner = "\n" + "  " * (depth + 1)
        yield "{" if isinstance(value, dict) else "["
        for place, entry in enumerate(value):
            yield from f",{inner}" if place else inner
            if isinstance(value, dict):
                yield from _characters(entry, _DEPTH) if isinstance(entry, str) else show(entry)
                yield from ": "
            yield from _characters(value[entry] if isinstance(value, dict) else entry, depth + 1)
        yield from inner[:-2]
        yield "}" if isinstance(value, dict) else "]"
