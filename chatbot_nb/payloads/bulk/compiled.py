"""One function that looks at a whole parsed payload, made from rules.

It is straight code, a test for each value, and calls a rule only for what is not surely right. pydantic takes twice
as long to say that a payload is right, and so would going from rule to rule.

It also counts the strings in the payload, keys and values, which costs next to nothing where all is right: what an
object must have is known before. Their quotes are all that JSON without escaped quotes has, unless a key stands twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chatbot_nb.payloads.bulk.rules import strings_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from chatbot_nb.payloads.bulk.rules import Findings, Rule

    Look = Callable[[Any, Findings], int]


class Code:
    """Writes the function for a rule.

    Parameters
    ----------
    wide : bool
        For payloads with characters of two UTF-16 units: what fits only if there are none of them is not right.
    """

    def __init__(self, *, wide: bool) -> None:
        self.wide = wide
        self._names: dict[str, Any] = {}
        self._variables = 0
        self._strings_in = self.constant(strings_in)

    def constant(self, value: object) -> str:
        """Return the name that a value has in the source."""
        name = f"constant_{len(self._names)}"
        self._names[name] = value
        return name

    def variable(self) -> str:
        """Return a new name."""
        self._variables += 1
        return f"v{self._variables}"

    def call(
        self, explain: Callable[[Any, tuple[int | str, ...], Findings], None], name: str, loc: str, counted: int = 0
    ) -> str:
        """Return statements that have a method of a rule say what is wrong with a variable, at a place.

        ``counted`` strings have been counted for it already.
        """
        strings = f"{self._strings_in}({name})"
        more = (
            f"n += {strings} - {counted} if type({name}) is not str else {1 - counted}"
            if counted
            else f"n += {strings}"
        )
        return f"{self.constant(explain)}({name}, ({loc}), found); {more}"

    def function(self, rule: Rule) -> Look:
        """Return what adds all that is wrong with a payload to findings, and returns the number of strings in it."""
        lines = ["def look(v, found):", *indented([f"n = {rule.strings}", *rule.lines("v", "", self), "return n"])]
        # The source is made of the models' keys and numbers: nothing that comes from a payload.
        exec("\n".join(lines), self._names)  # noqa: S102
        look: Look = self._names["look"]
        return look


def indented(lines: Iterable[str]) -> list[str]:
    """Return lines one level deeper."""
    return [f" {line}" for line in lines]
