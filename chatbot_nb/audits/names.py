"""Names that people mistake for others, or cannot see the whole of."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from unicodedata import normalize

from chatbot_nb.audits.hits import Hits, Said
from chatbot_nb.payloads.limits import CONNECTION_NAME
from chatbot_nb.payloads.wording import show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chatbot_nb.audits.hits import Texts

_BLANKS: Final = re.compile(r"^\s|\s$|[^\S\r\n]{2}")
# Controls, blanks without width, marks of direction, fillers. A joiner belongs to an emoji, a non-joiner to a word of
# the Arabic script, tag characters to a flag.
_INVISIBLE: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0]"
    "|(?<![\u00a9-\u3299\ufe0f\U0001f000-\U0001faff])\u200d"
    "|(?<![\u0600-\u08ff\ufb50-\ufdff\ufe70-\ufefc])\u200c"
    "|(?<![\U0001f3f4\U000e0020-\U000e007f])[\U000e0020-\U000e007f]"
)
_SHOWN: Final = 3


def name_rules(names: Texts) -> Iterator[Hits]:
    """Yield the findings of names as they stand: none, odd blanks, invisible characters, nearly the same."""
    wanted = f"{CONNECTION_NAME.min} to {CONNECTION_NAME.max} characters"
    yield Hits.all(names.empty, Said("wrong_type", "warning", f"name: missing; write a text of {wanted}", ""))

    def blanks(name: str) -> Said | None:
        if not name.strip():
            return Said("wrong_type", "warning", f"name: nothing but blanks; write a text of {wanted}", show(name))
        if not _BLANKS.search(name):
            return None
        message = "blanks before, after or twice within the name, which make it look like another; remove them"
        return Said("name_blanks", "warning", message, repr(name))

    def invisible(name: str) -> Said | None:
        # Names in ASCII without controls are nearly all.
        if (name.isascii() and name.isprintable()) or not (found := _INVISIBLE.search(name)):
            return None
        message = f"the name holds the invisible character U+{ord(found[0]):04X}; remove it"
        return Said("name_invisible", "warning", message, ascii(name))

    alike: dict[str, list[str]] = {}
    for name in names.values:
        alike.setdefault(_folded(name), []).append(name)

    def similar(name: str) -> Said | None:
        others = alike[_folded(name)]
        if len(others) == 1:
            return None
        shown = [repr(other) for other in sorted(others) if other != name]
        more = f" and {len(shown) - _SHOWN:,} more" if len(shown) > _SHOWN else ""
        message = "the name differs from another one only by case, blanks or the form of characters; tell them apart"
        return Said("similar_name", "warning", message, ", ".join(shown[:_SHOWN]) + more)

    for judge in (blanks, invisible, similar):
        yield names.judged(judge)


def _folded(name: str) -> str:
    return "".join(normalize("NFKC", name).casefold().split())
