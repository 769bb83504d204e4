"""The schema of `wire` as rules in Python, which say of a parsed payload what pydantic and `translate` would.

Each rule knows two things: an expression that is true of what is right, from which `compiled` makes functions, and
what to say of what is wrong. All numbers, patterns and words come from the models and from `translate`.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from functools import lru_cache
from types import NoneType
from typing import TYPE_CHECKING, Any, Final

from pydantic_core import PydanticKnownError

from chatbot_nb.payloads.reference import too_many_units, utf16_units
from chatbot_nb.payloads.translate import Place, Said, say
from chatbot_nb.payloads.wire import advisory
from chatbot_nb.payloads.wording import pointer_to

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from chatbot_nb.payloads._base import Checked
    from chatbot_nb.payloads.bulk.compiled import Code
    from chatbot_nb.payloads.translate import Loc

# A finding's fields, in their order: making a `Finding` of each would cost more than finding it.
Row = tuple[str, str, str, str, "int | float | str | None", "int | float | str | None"]

_SIMPLE: Final = (NoneType, bool, int)  # not float: 0.0 and -0.0 are equal
# Beyond this the parsers of JSON differ: what one reads as an integer is a float to the other.
_EXACT: Final = 2**53
# So deep are values looked at where the documentation has none so deep; the full check sees to the rest.
_DEPTH: Final = 20
REMEMBERED: Final = 4096  # entries of each memory of words and pointers
_LONG: Final = 200  # characters; longer values are not kept in memory

_pointer: Final = lru_cache(REMEMBERED)(pointer_to)


class Findings:
    """What is found in one payload.

    Parameters
    ----------
    wide : bool
        There are characters of two UTF-16 units in it.
    origin : callable
        Tells of a place where it was in the payload as it came.

    Attributes
    ----------
    rows : list of Row
    odd : set of int or None
        Where something is not where it belongs, so that one of the mistakes that `hints` knows may be the reason:
        indexes of responses, ``None`` for all else.
    unsure : bool
        Only the full check can tell.
    """

    __slots__ = ("_origin", "odd", "rows", "unsure", "wide")

    def __init__(self, wide: bool, origin: Callable[[Loc], Loc] | None = None) -> None:  # noqa: FBT001 - one for each payload
        self.wide = wide
        self._origin = origin
        self.rows: list[Row] = []
        self.odd: set[int | None] = set()
        self.unsure = False

    def is_odd(self, loc: Loc) -> None:
        """Note that something at a place is not where it belongs."""
        index = loc[1] if len(loc) > 1 and loc[0] == "responses" else None
        self.odd.add(index if isinstance(index, int) else None)

    def origin(self, loc: Loc) -> Loc:
        """Return where a place was in the payload as it came."""
        return loc if self._origin is None else self._origin(loc)

    def tell(self, loc: Loc, said: Said) -> None:
        """Add what is said of a place."""
        self.rows.append((_pointer(loc if self._origin is None else self._origin(loc)), *said))

    def tell_of_type(self, loc: Loc, said: Said) -> None:
        """Add what is said of the ``type`` of an object; it is looked for where the object was."""
        self.rows.append((_pointer((*self.origin(loc), "type")), *said))

    def look_at(self, value: object) -> None:
        """Look for what only the full check can tell of, in a value that no rule goes into."""
        self.unsure = self.unsure or not plain(value)


def plain(value: object, depth: int = _DEPTH) -> bool:
    """Return True for a value of exact JSON types, neither deep nor with a number that not all parsers agree on."""
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return True
    if kind is int or kind is float:
        return -_EXACT < value < _EXACT  # type: ignore[operator]  # false for NaN
    if depth == 0:
        return False
    if kind is list:
        return all(plain(entry, depth - 1) for entry in value)  # type: ignore[attr-defined]
    return kind is dict and all(type(key) is str and plain(entry, depth - 1) for key, entry in value.items())  # type: ignore[attr-defined]


def strings_in(value: object) -> int:
    """Return the number of strings in a JSON value, keys and values."""
    count = 0
    left = [value]  # not by recursion: what is wrong may be nested deeply
    while left:
        one = left.pop()
        if type(one) is str:
            count += 1
        elif type(one) is list:
            left += one
        elif type(one) is dict:
            count += len(one)
            left += one.values()
    return count


class Rule(ABC):
    """What a value must be.

    Parameters
    ----------
    marks : list of Checked
        What the models' annotations say of its place.
    wrong : str
        pydantic's type of error for a value of the wrong type.
    """

    # So many strings are in a right value; 0 where `lines` count them.
    strings = 0

    def __init__(self, marks: list[Checked], wrong: str, context: Mapping[str, Any] | None = None) -> None:
        self.marks = marks
        self.noun = next((mark.noun for mark in marks if mark.noun), "")
        self._wrong = wrong
        self._context = dict(context or {})
        self._memory: dict[object, Said] = {}

    @abstractmethod
    def lines(self, name: str, loc: str, code: Code) -> list[str]:
        """Return statements that explain the variable ``name`` unless it is surely right, and count its strings.

        ``loc`` is the source of its place: entries of a tuple, each with a comma. The variable ``n`` is the count, to
        which `strings` have been added.
        """

    @abstractmethod
    def explain(self, value: Any, loc: Loc, found: Findings) -> None:  # noqa: ANN401 - any JSON value
        """Add all that is wrong with a value; nothing if it is right."""

    def wrong_type(self, value: object, loc: Loc, found: Findings) -> None:
        """Add that a value is of the wrong type."""
        found.look_at(value)
        if type(value) in {dict, list}:
            found.is_odd(loc)
        found.tell(loc, self.say(self._wrong, value, self._context))

    def say(self, kind: str, value: object, context: Mapping[str, Any]) -> Said:
        """Return what to say of an error; what was said before of such a value is remembered."""
        known = type(value)
        if known in _SIMPLE or (known is str and len(value) <= _LONG):  # type: ignore[arg-type]
            key: object = (kind, known, value)
        elif known is str or known is float:
            return self._say(kind, value, context)
        else:
            key = (kind, known)  # of objects and arrays only that is told
        if (said := self._memory.get(key)) is None:
            if len(self._memory) >= REMEMBERED:
                self._memory.clear()
            said = self._memory[key] = self._say(kind, value, context)
        return said

    def _say(self, kind: str, value: object, context: Mapping[str, Any]) -> Said:
        text = PydanticKnownError(kind, dict(context)).message() if kind.endswith("_type") else ""  # type: ignore[arg-type]
        return say(kind, Place((), (), self.noun, advisory(self.marks, value)), value, context, text)


@lru_cache(REMEMBERED)
def of_size(kind: str, limit: int, length: int, *, advisory: bool = False) -> Said:
    """Return what to say of a string of that length, or of so many entries."""
    place = Place((), advisory=(kind,) if advisory else ())
    return say(kind, place, range(length), {"min_length": limit, "max_length": limit})


class Text(Rule):
    """A string."""

    strings = 1

    def __init__(self, marks: list[Checked], low: int, high: int | None, pattern: str | None, *, null: bool) -> None:
        super().__init__(marks, "string_type")
        self.low, self.high, self.pattern, self.null = low, high, pattern, null
        # Python's $ would also match before a line break at the end.
        self._fits = re.compile((pattern or "").replace("$", r"\Z")).match

    def lines(self, name: str, loc: str, code: Code) -> list[str]:
        """Return the statement; a string that may be too long in UTF-16 is not surely right."""
        wrong = [f"type({name}) is not str"]
        if self.low == 1:
            wrong.insert(0, f"not {name}")
        elif self.low:
            wrong.append(f"len({name}) < {self.low}")
        if self.high is not None:
            wrong.append(f"len({name}) > {self.high}")
            if code.wide:
                units = f"{code.constant(utf16_units)}({name})"
                wrong.append(f"(len({name}) > {self.high // 2} and not {name}.isascii() and {units} > {self.high})")
        if self.pattern is not None:
            wrong.append(f"not {code.constant(self._fits)}({name})")
        lines = [f"if {' or '.join(wrong)}: {code.call(self.explain, name, loc, 1)}"]
        return [f"if {name} is None: n -= 1", f"el{lines[0]}"] if self.null else lines

    def explain(self, value: Any, loc: Loc, found: Findings) -> None:  # noqa: ANN401
        """Add what is wrong with a string, or that it is none."""
        if type(value) is not str:
            if not (value is None and self.null):
                self.wrong_type(value, loc, found)
            return
        length = len(value)
        if length < self.low:
            found.tell(loc, of_size("string_too_short", self.low, length))
        elif self.high is not None and length > self.high:
            found.tell(loc, of_size("string_too_long", self.high, length))
        if length >= self.low and self.pattern is not None and not self._fits(value):
            found.tell(loc, self.say("string_pattern_mismatch", value, {"pattern": self.pattern}))
        if found.wide and self.high is not None and length <= self.high < (wide := utf16_units(value)):
            said = Said("too_long_utf16", "warning", too_many_units(wide, self.high), self.high, wide)
            found.tell(loc, said)


class Number(Rule):
    """A number between two bounds."""

    def __init__(self, marks: list[Checked], low: float, high: float) -> None:
        super().__init__(marks, "float_type")
        self.low, self.high = low, high

    def lines(self, name: str, loc: str, code: Code) -> list[str]:
        """Return the statement; booleans are no numbers."""
        right = f"(type({name}) is int or type({name}) is float) and {self.low!r} <= {name} <= {self.high!r}"
        return [f"if not ({right}): {code.call(self.explain, name, loc)}"]

    def explain(self, value: Any, loc: Loc, found: Findings) -> None:  # noqa: ANN401
        """Add that a number is out of bounds, or that it is none."""
        if type(value) is not int and type(value) is not float:
            self.wrong_type(value, loc, found)
        elif not plain(value):
            found.unsure = True  # and too large, perhaps, to be told of
        elif value < self.low:
            found.tell(loc, self.say("greater_than_equal", value, {"ge": self.low}))
        elif value > self.high:
            found.tell(loc, self.say("less_than_equal", value, {"le": self.high}))


class Choice(Rule):
    """One of several strings."""

    strings = 1

    def __init__(self, marks: list[Checked], choices: tuple[str, ...]) -> None:
        quoted = [repr(choice) for choice in choices]
        expected = " or ".join([", ".join(quoted[:-1]), quoted[-1]]) if len(quoted) > 1 else quoted[0]
        super().__init__(marks, "literal_error", {"expected": expected})
        self.choices = frozenset(choices)

    def lines(self, name: str, loc: str, code: Code) -> list[str]:
        """Return the statement."""
        right = f"type({name}) is str and {name} in {code.constant(self.choices)}"
        return [f"if not ({right}): {code.call(self.explain, name, loc, 1)}"]

    def explain(self, value: Any, loc: Loc, found: Findings) -> None:  # noqa: ANN401
        """Add that a value is none of the choices."""
        if type(value) is not str or value not in self.choices:
            self.wrong_type(value, loc, found)
