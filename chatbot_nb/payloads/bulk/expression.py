r"""A regular expression for payloads that are surely right: matching it takes less time than to parse them.

It knows JSON as it is most often written: keys in the order of the documentation's tables, at most a blank behind a
colon or a comma, no escapes. What does not match may be right all the same; what matches is, if no control character
is in it, it is UTF-8, and no key of the objects of any keys, its groups, stands twice. Sizes are counted in bytes, of
which a string has at least as many as characters or UTF-16 units.

Every repetition is possessive and every choice atomic: the time is linear in the length, whatever the payload is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

COLON: Final = '": ?+'
COMMA: Final = ", ?+"
_PLAIN: Final = '[^"]'
_ASCII: Final = "[ !#-~]"
_END: Final = '(?=")'
# What could go beyond the end of a string.
_ANY: Final = re.compile(r"\.|\[\^|\\[A-Zabd-z]")


def text(low: int, high: int | None, pattern: str | None) -> str | None:
    """Return the expression for a string; ``None`` if there is none for such a pattern."""
    # Characters beyond ASCII are several bytes.
    sized = f"{_ASCII if low > 1 else _PLAIN}{{{low},{'' if high is None else high}}}+"
    if pattern is None:
        return f'"{sized}"'
    inner = pattern.removeprefix("^")
    if inner == pattern or _ANY.search(inner):
        return None
    return f'"(?={sized}")(?>{inner.replace("$", _END)}){_PLAIN}*+"'


def number(low: float, high: float) -> str | None:
    """Return the expression for the whole numbers of so many digits that all are within bounds."""
    digits = [count for count in range(1, 16) if low <= 10 ** (count - 1) and 10**count - 1 <= high]
    return f"[1-9][0-9]{{{digits[0] - 1},{digits[-1] - 1}}}+" if digits else None


def choice(choices: Iterable[str]) -> str:
    """Return the expression for one of several strings."""
    return f'"(?>{"|".join(re.escape(each) + chr(34) for each in sorted(choices))})'


def entries(entry: str, low: int, high: int | None, end: str) -> str:
    """Return the expression for so many entries with commas between them, and the bracket at their end."""
    return rf"(?:{entry}(?>{COMMA}(?!\{end})|(?=\{end}))){{{low},{'' if high is None else high}}}+\{end}"


def members(fields: list[tuple[str, str | None, bool]]) -> str | None:
    """Return the expression for the entries of an object: each with its key, its own expression, if it is required.

    At least one must be there.
    """
    if any(value is None for _, value, needed in fields if needed):
        return None
    known = [(f'"{re.escape(key)}{COLON}{value}', needed) for key, value, needed in fields if value is not None]
    first = next((number for number, (_, needed) in enumerate(known) if needed), None)
    if first is None:
        starts = [one + _following(known[number + 1 :]) for number, (one, _) in enumerate(known)]
        return f"(?>{'|'.join(starts)})" if starts else None
    before = "".join(f"(?:{one}{COMMA})?+" for one, _ in known[:first])
    return before + known[first][0] + _following(known[first + 1 :])


def _following(known: list[tuple[str, bool]]) -> str:
    return "".join(f"{COMMA}{one}" if needed else f"(?:{COMMA}{one})?+" for one, needed in known)
