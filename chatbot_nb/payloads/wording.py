"""How findings say things: values, kinds, counts, lists of choices, and pointers. One wording for the package."""

from __future__ import annotations

import difflib
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# So many characters of a value stand in a message.
SHOWN = 60
# Python refuses to print an integer of more digits than this; 14,000 bits are safely fewer.
_PRINTABLE_BITS = 14_000

_SURROGATE = re.compile("[\ud800-\udfff]")


def pointer_to(parts: Iterable[str | int]) -> str:
    """Return the RFC 6901 JSON Pointer of a path; half a surrogate pair becomes U+FFFD, so that it can be printed."""
    return "".join("/" + printable(str(part)).replace("~", "~0").replace("/", "~1") for part in parts)


def printable(text: str) -> str:
    """Return ``text`` with each half surrogate pair replaced by U+FFFD, which UTF-8 can hold."""
    return _SURROGATE.sub("\ufffd", text)


def show(value: object) -> str:
    """Return a value as a message shows it: quoted or as JSON has it, at most 60 characters of it.

    Objects and arrays are named, not shown. What is no JSON value is named by its Python type: its own ``repr``
    may fail, be huge, or hold a secret.
    """
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return _cut(repr(printable(str(value[: SHOWN + 1]))))
    if isinstance(value, int):
        bits = abs(value).bit_length()
        return _cut(int.__repr__(value)) if bits < _PRINTABLE_BITS else f"an integer of {bits} bits"
    if isinstance(value, float):
        return float.__repr__(value)
    return kind_of(value)


def show_change(old: str | None, new: str | None) -> tuple[str, str]:
    """Return both values as messages show them; long ones from where they begin to differ."""
    if old is None or new is None or max(len(old), len(new)) <= SHOWN:
        return show(old), show(new)
    alike = next((place for place, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    begin = max(0, alike - SHOWN // 3)
    left_out = "…" if begin else ""
    return left_out + show(old[begin:]), left_out + show(new[begin:])


def kind_of(value: object) -> str:
    """Return what JSON calls a value, ``"an object"``, or its Python type where JSON has no such value."""
    return _KINDS.get(type(value), f"a Python {type(value).__name__}")


_KINDS: Final[dict[type, str]] = {
    dict: "an object",
    list: "an array",
    tuple: "an array",
    str: "a string",
    int: "a number",
    float: "a number",
    bool: "a boolean",
    type(None): "null",
}


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def counted(number: int, one: str, many: str = "") -> str:
    """Return ``1 error``, ``2 errors``; for an irregular plural pass ``many``."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def either(choices: Iterable[str]) -> str:
    """Return ``a, b or c``, sorted without regard to case."""
    *first, last = sorted(choices, key=str.casefold)
    return f"{', '.join(first)} or {last}" if first else last


def nearest(word: str, choices: Sequence[str]) -> str | None:
    """Return the choice that ``word`` was probably meant to be: in another case or spelling, or a slip away."""
    return _nearest(word[:SHOWN], tuple(choices))


@lru_cache(1024)  # the search takes longer than all else about a payload, whose mistakes are others' too
def _nearest(word: str, choices: tuple[str, ...]) -> str | None:
    folded = {_fold(choice): choice for choice in choices}
    close = difflib.get_close_matches(_fold(word), folded, n=1, cutoff=0.7)
    return folded[close[0]] if close else None


def _fold(word: str) -> str:
    return "".join(filter(str.isalnum, word.casefold()))
