"""Any Python value as plain JSON: a copy that is safe to look at, and what in the original was not JSON."""

from __future__ import annotations

import math
import re
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from chatbot_nb.finding import Finding
from chatbot_nb.payloads._base import WireModel
from chatbot_nb.payloads.limits import DEPTH
from chatbot_nb.payloads.reading.parse import Unreadable, too_large
from chatbot_nb.payloads.request import Node, WebhookRequest
from chatbot_nb.payloads.wording import pointer_to, printable, show

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from chatbot_nb.finding import Severity

# A reply of 99 responses with ten full cards each has 26,000 values; more than this is not looked at.
VALUES: Final = 200_000
_LARGEST: Final = int(sys.float_info.max)
_REPLACED: Final = None
_HALF_PAIR: Final = re.compile("[\ud800-\udfff]")


@dataclass(slots=True)
class Plain:
    """A value as plain JSON.

    Parameters
    ----------
    value : object
        Exact dicts with string keys, lists, strings without half surrogate pairs, finite numbers, booleans, None.
    findings : list of Finding
    replaced : set of str
        Pointers to what was no JSON and is ``None`` in ``value``; other findings there would be about the ``None``.
    faithful : bool
        The original, encoded as JSON, says the same as ``value``.
    complete : bool
        All of the original was looked at.
    """

    value: object = None
    findings: list[Finding] = field(default_factory=list)
    replaced: set[str] = field(default_factory=set)
    faithful: bool = True
    complete: bool = True


class _Frame(NamedTuple):
    """A container on the way down: what is left of it, its copy, and itself, lest its id is reused."""

    items: Iterator[tuple[Any, Any]]
    copy: Any
    original: object


def plain(value: object, repeated: Mapping[int, tuple[dict[str, object], list[str]]]) -> Plain:
    """Return a value as plain JSON; of circles, foreign objects and numbers that JSON lacks it keeps ``None``.

    ``repeated`` names the keys that stood more than once, by the ``id`` of their object.
    """
    return _Walk(repeated).run(value)


class _Walk:
    """One walk over a value, with a stack of its own: recursion would end at Python's limit."""

    def __init__(self, repeated: Mapping[int, tuple[dict[str, object], list[str]]]) -> None:
        self.repeated = repeated
        self.result = Plain()
        self.frames: list[_Frame] = []
        self.path: list[int | str] = []  # the current key of each frame
        self.open: set[int] = set()  # the ids of the containers on the way down
        self.left = VALUES

    def run(self, value: object) -> Plain:
        self.result.value = self.copy_of(value)
        while self.frames and self.result.complete:
            items, copy, _ = self.frames[-1]
            for key, child in items:
                if isinstance(copy, dict):
                    self.path[-1] = name = self.name_of(key)
                    copy[name] = self.copy_of(child)
                else:
                    self.path[-1] = key
                    copy.append(self.copy_of(child))
                if self.frames[-1].copy is not copy or not self.result.complete:
                    break  # the child is a container: on with its entries
            else:
                self.open.discard(id(self.frames.pop().original))
                self.path.pop()
        return self.result

    def copy_of(self, value: object) -> object:
        self.left -= 1
        if self.left < 0:
            self.result.complete = False
            return self.refuse("too_large", f"more than {VALUES} values; from here on nothing was checked")
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, (int, float, Unreadable)):
            return self.number(value)
        if isinstance(value, WireModel):
            value = as_wire(value)
        if isinstance(value, (dict, list, tuple)):
            return self.enter(value)
        wanted = "decode it first" if isinstance(value, (bytes, bytearray)) else "JSON has no such value"
        return self.refuse("not_json_value", f"{show(value)}: {wanted}")

    def enter(self, value: dict[Any, Any] | list[Any] | tuple[Any, ...]) -> object:
        if id(value) in self.open:
            return self.refuse("circular", "holds itself; JSON cannot")
        if len(self.frames) == DEPTH:
            return self.refuse("too_deep", f"nested deeper than {DEPTH} levels")
        _, keys = self.repeated.get(id(value), (None, []))
        for key in keys:
            message = f"the key {show(key)} stands here more than once; readers take the last"
            self.tell("duplicate_key", message, "warning", key)
        # Both are copied first: another thread may be changing them.
        entries = iter(list(dict.items(value))) if isinstance(value, dict) else enumerate(list(value))
        copy: object = {} if isinstance(value, dict) else []
        self.frames.append(_Frame(entries, copy, value))
        self.open.add(id(value))
        self.path.append("")
        return copy

    def name_of(self, key: object) -> str:
        if isinstance(key, str):
            self.path[-1] = str.__str__(key)
            return self.text(key)
        self.path.pop()
        self.tell("key_not_string", f"the key {show(key)} is not a string")
        self.path.append("")
        self.result.faithful = False
        return show(key)

    def text(self, value: str) -> str:
        text = str.__str__(value)
        if "\0" in text:
            position = text.index("\0") + 1
            self.tell("nul_character", f"a NUL character at character {position}; few systems keep it", "warning")
        if not text.isascii() and (half := _HALF_PAIR.search(text)):
            where = f"half a surrogate pair, U+{ord(half[0]):04X}, at character {half.start() + 1}"
            self.tell("lone_surrogate", f"{where}; no UTF-8 can hold it")
            self.result.faithful = False
            return printable(text)
        return text

    def number(self, value: float | Unreadable) -> object:
        if isinstance(value, Unreadable) or (isinstance(value, int) and abs(value) > _LARGEST):
            return self.refuse("number_too_large", too_large(value))
        if isinstance(value, int):
            return int(value)
        if math.isfinite(value):
            return float(value)
        name = "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
        return self.refuse("not_finite", f"{name} is not JSON; send null, or leave it out")

    def refuse(self, code: str, message: str) -> object:
        self.tell(code, message)
        self.result.replaced.add(pointer_to(self.path))
        self.result.faithful = False
        return _REPLACED

    def tell(self, code: str, message: str, severity: Severity = "error", *below: str) -> None:
        self.result.findings.append(Finding(pointer_to((*self.path, *below)), code, severity, message))


def as_wire(model: WireModel) -> object:
    """Return a model as the dict that is sent."""
    if isinstance(model, (WebhookRequest, Node)):
        return model.to_wire()
    return model.model_dump(mode="json", by_alias=True, warnings="none")
