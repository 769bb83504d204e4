"""Rules for objects and arrays."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from chatbot_nb.payloads.bulk.compiled import indented
from chatbot_nb.payloads.bulk.rules import REMEMBERED, Rule, of_size, strings_in
from chatbot_nb.payloads.hints.whole import KEYS
from chatbot_nb.payloads.translate import Place, Said, say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chatbot_nb.payloads._base import Checked
    from chatbot_nb.payloads.bulk.compiled import Code
    from chatbot_nb.payloads.bulk.rules import Findings
    from chatbot_nb.payloads.translate import Loc

_MISSING: Final = say("missing", Place(()), None, {})


@lru_cache(REMEMBERED)
def _unknown(key: str, keys: tuple[str, ...]) -> Said:
    """Return what to say of a key that is not documented, where those of ``keys`` are missing."""
    return say("extra_forbidden", Place((key,), keys, advisory=("extra_forbidden",)), None, {})


class Object(Rule):
    """An object of known keys.

    Parameters
    ----------
    fields : dict of str to (Rule, bool)
        The rule for each key, and whether it is required.
    tagged : bool
        Its ``type`` has been looked at already.
    """

    def __init__(self, marks: list[Checked], fields: dict[str, tuple[Rule, bool]], *, tagged: bool) -> None:
        super().__init__(marks, "dict_type")
        self.fields = fields
        self.tagged = tagged

    def lines(self, name: str, loc: str, code: Code) -> list[str]:
        """Return statements that take out all required entries, look at their number, and test each."""
        required = [key for key, (_, needed) in self.fields.items() if needed]
        optional = [key for key, (_, needed) in self.fields.items() if not needed]
        entries = {key: code.variable() for key in self.fields}
        tests = {
            key: self.fields[key][0].lines(entry, f"{loc}{key!r}, ", code)
            for key, entry in entries.items()
            if not (self.tagged and key == "type")
        }
        explain, size = code.call(self.explain, name, loc), len(required)
        taken = [f"{entries[key]} = {name}[{key!r}]" for key in required if key in tests]
        count = " + ".join([str(size), *(f"({key!r} in {name})" for key in optional)])
        # There is seldom more than what is required; if it is not all optional, the rest are unknown keys.
        more = [line for key in optional for line in self._if_there(key, name, entries[key], tests[key])]
        more += [f"if len({name}) != {count}: n += {code.constant(self.explain_unknown)}({name}, ({loc}), found)"]
        lines = [f"n += {size + sum(self.fields[key][0].strings for key in required)}"]
        lines += [f"if len({name}) != {size}:", *indented(more)]
        lines += [line for key in required if key in tests for line in tests[key]]
        if not taken:
            return [f"if type({name}) is not dict: {explain}", "else:", *indented(lines)]
        # One is missing, or it is no object: of what is in JSON only objects have entries by name.
        return ["try:", *indented(taken), "except (KeyError, TypeError):", f" {explain}", "else:", *indented(lines)]

    def _if_there(self, key: str, name: str, entry: str, test: list[str]) -> list[str]:
        counted = f"n += {1 + self.fields[key][0].strings}"
        return [f"if {key!r} in {name}:", *indented([counted, f"{entry} = {name}[{key!r}]", *test])]

    def explain(self, value: Any, loc: Loc, found: Findings) -> None:  # noqa: ANN401
        """Add what is wrong with the entries, which are missing, and which are not documented."""
        if type(value) is not dict:
            found.is_odd(loc)
            self.wrong_type(value, loc, found)
            return
        for key, (rule, required) in self.fields.items():
            if key in value:
                rule.explain(value[key], (*loc, key), found)
            elif required:
                found.tell((*loc, key), _MISSING)
        self.explain_unknown(value, loc, found)

    def explain_unknown(self, value: dict[str, Any], loc: Loc, found: Findings) -> int:
        """Add which entries are not documented, and return the number of strings in them."""
        strings = 0
        missing = tuple(key for key in self.fields if key not in value)
        for key in value.keys() - self.fields:
            strings += 1 + strings_in(value[key])
            found.look_at(value[key])
            if key in KEYS:
                found.is_odd(loc)
            place = found.origin((*loc, key))
            found.tell((*loc, key), _unknown(str(place[-1]), missing))
        return strings


class Tagged(Rule):
    """An object of one of several types, which its ``type`` names."""

    def __init__(self, marks: list[Checked], members: dict[str, Object]) -> None:
        super().__init__(marks, "dict_type")
        self.members = members
        self._expected = ", ".join(repr(tag) for tag in members)

    def lines(self, name: str, loc: str, code: Code) -> list[str]:
        """Return statements for each type."""
        tag = code.variable()
        explain = code.call(self.explain, name, loc)
        lines = ["try:", f" {tag} = {name}['type']", "except (KeyError, TypeError):", f" {explain}", "else:"]
        for number, (each, member) in enumerate(self.members.items()):
            test = [f"{'elif' if number else 'if'} {tag} == {each!r}:", *indented(member.lines(name, loc, code))]
            lines += indented(test)
        return [*lines, f" else: {explain}"]

    def explain(self, value: Any, loc: Loc, found: Findings) -> None:  # noqa: ANN401
        """Add that the type is missing or unknown, else what is wrong with such an object."""
        if type(value) is not dict:
            found.is_odd(loc)
            self.wrong_type(value, loc, found)
            return
        tag = value.get("type")
        if type(tag) is str and tag in self.members:
            self.members[tag].explain(value, loc, found)
            return
        found.is_odd(loc)
        found.look_at(value)
        missing = "type" not in value
        said = (
            _MISSING if missing else say("union_tag_invalid", self._place(), value, {"expected_tags": self._expected})
        )
        found.tell_of_type(loc, said)

    def _place(self) -> Place:
        return Place((), noun=self.noun)


class _Entries(Rule):
    """What has any number of entries of one kind."""

    def __init__(self, marks: list[Checked], wrong: str, entry: Rule, low: int, high: int | None) -> None:
        super().__init__(marks, wrong)
        self.entry, self.low, self.high = entry, low, high
        self._advisory = any(mark.max_length is not None for mark in marks)

    def of_each(self, name: str, loc: str, code: Code, kind: str, parts: str) -> list[str]:
        """Return statements about the type, the number of entries and each of them."""
        entry, part = code.variable(), code.variable()
        bounds = f"{self.low} <= len({name})" + ("" if self.high is None else f" <= {self.high}")
        return [
            f"if type({name}) is not {kind}: {code.call(self.wrong_type, name, loc)}",
            "else:",
            f" if not ({bounds}): {code.constant(self.explain_size)}({name}, ({loc}), found)",
            *([f" n += len({name}) * {each}"] if (each := self.entry.strings + (kind == "dict")) else []),
            f" for {part}, {entry} in {parts}:",
            *indented(indented(self.entry.lines(entry, f"{loc}{part}, ", code))),
        ]

    def explain_size(self, value: Any, loc: Loc, found: Findings) -> None:  # noqa: ANN401
        """Add that there are too few or too many entries."""
        if len(value) < self.low:
            found.tell(loc, of_size("too_short", self.low, len(value)))
        if self.high is not None and len(value) > self.high:
            found.tell(loc, of_size("too_long", self.high, len(value), advisory=self._advisory))

    def explain_entries(self, value: Any, entries: Iterable[tuple[int | str, Any]], loc: Loc, found: Findings) -> None:  # noqa: ANN401
        """Add what is wrong with the number of entries, and with each."""
        self.explain_size(value, loc, found)
        for part, entry in entries:
            self.entry.explain(entry, (*loc, part), found)


class Array(_Entries):
    """An array."""

    def __init__(self, marks: list[Checked], entry: Rule, low: int, high: int | None) -> None:
        super().__init__(marks, "list_type", entry, low, high)

    def lines(self, name: str, loc: str, code: Code) -> list[str]:
        """Return a loop over the entries."""
        return self.of_each(name, loc, code, "list", f"enumerate({name})")

    def explain(self, value: Any, loc: Loc, found: Findings) -> None:  # noqa: ANN401
        """Add what is wrong with the entries and their number."""
        if type(value) is list:
            self.explain_entries(value, enumerate(value), loc, found)
        else:
            self.wrong_type(value, loc, found)


class Mapping(_Entries):
    """An object of any keys."""

    def __init__(self, marks: list[Checked], entry: Rule, high: int | None) -> None:
        super().__init__(marks, "dict_type", entry, 0, high)

    def lines(self, name: str, loc: str, code: Code) -> list[str]:
        """Return a loop over the values."""
        return self.of_each(name, loc, code, "dict", f"{name}.items()")

    def explain(self, value: Any, loc: Loc, found: Findings) -> None:  # noqa: ANN401
        """Add what is wrong with the values and their number."""
        if type(value) is dict:
            self.explain_entries(value, value.items(), loc, found)
        else:
            self.wrong_type(value, loc, found)
