"""From bytes to a JSON value: what is not JSON is named, by line and column, and read all the same where it can be."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from chatbot_nb.finding import Finding
from chatbot_nb.payloads.limits import DEPTH
from chatbot_nb.payloads.reading import not_json
from chatbot_nb.payloads.reading.not_text import compression, wide_encoding
from chatbot_nb.payloads.wording import show

if TYPE_CHECKING:
    from chatbot_nb.finding import Severity

# Longer integers are not even parsed: Python needs quadratic time for them.
_DIGITS: Final = 4300
# A string that holds JSON that is a string that holds JSON: nobody means more.
_NESTED_TEXTS: Final = 3
_STRING_OR_BRACKET: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[\]{}]', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Stands for a number of the text that no 64-bit float holds."""

    text: str


@dataclass(slots=True)
class Parsed:
    """What could be read of a text.

    Parameters
    ----------
    value : object
        Dicts, lists, strings, numbers (also NaN and infinities), booleans, ``None`` and `Unreadable`.
    found : bool
        False if there is no value.
    findings : list of Finding
    repeated : dict of int to (dict, list of str)
        Each object in which keys stand more than once, by its ``id``, and those keys.
    mended : bool
        The value is what was meant, but the text was not JSON in UTF-8.
    lossy : bool
        Bytes that are not UTF-8 were replaced.
    """

    value: object = None
    found: bool = False
    findings: list[Finding] = field(default_factory=list)
    repeated: dict[int, tuple[dict[str, object], list[str]]] = field(default_factory=dict)
    mended: bool = False
    lossy: bool = False

    def tell(self, code: str, message: str, severity: Severity = "error") -> None:
        """Add a finding about the text as a whole."""
        self.findings.append(Finding("", code, severity, message))


def parse(payload: bytes | str) -> Parsed:
    """Read a payload; whatever it is, there is a value or a finding that says why not."""
    parsed = Parsed()
    if isinstance(payload, bytes) and (packed := compression(payload)):
        parsed.tell("compressed", f"compressed ({packed.name}), not JSON; decompress it first")
        return parsed
    text = _decode(payload, parsed) if isinstance(payload, bytes) else payload
    if text.startswith("\ufeff"):
        text = text[1:]
        parsed.mended = True
        parsed.tell("byte_order_mark", "a UTF-8 byte order mark before the JSON; send none", "warning")
    _read(text, parsed)
    for _ in range(_NESTED_TEXTS):
        if not (isinstance(parsed.value, str) and parsed.value.lstrip()[:1] in {"{", "["}):
            break
        inner = Parsed()
        _read(parsed.value, inner)
        if not inner.found:
            break
        parsed.tell("json_in_string", "JSON inside a JSON string; encode the reply once")
        parsed.value, parsed.mended = inner.value, True
        parsed.findings += [replace(one, message=f"in that string: {one.message}") for one in inner.findings]
        parsed.repeated |= inner.repeated
    return parsed


def _decode(payload: bytes, parsed: Parsed) -> str:
    if encoding := wide_encoding(payload, whole=True):
        parsed.mended = True
        parsed.tell("not_utf8", f"{encoding[:6].upper()} text; send UTF-8")
        return payload.decode(encoding)
    try:
        return payload.decode()
    except UnicodeDecodeError as error:
        parsed.lossy = True
        parsed.tell("not_utf8", f"not UTF-8: byte 0x{payload[error.start]:02x} at offset {error.start}")
        return payload.decode(errors="replace")


def _read(text: str, parsed: Parsed) -> None:
    if (position := _too_deep(text)) is not None:
        where = not_json.place_in(text, position)
        parsed.tell("too_deep", f"nested deeper than {DEPTH} levels: {where}")
        return
    try:
        parsed.value = _loads(text, parsed)
        parsed.found = True
    except json.JSONDecodeError as error:
        diagnosis = not_json.diagnose(text, error)
        parsed.tell(diagnosis.code, diagnosis.message)
        if diagnosis.mended_text is not None:
            parsed.value = _loads(diagnosis.mended_text, parsed)
        elif diagnosis.literal is not None:
            parsed.value = diagnosis.literal
        parsed.found = parsed.mended = parsed.value is not None


def _loads(text: str, parsed: Parsed) -> object:
    def as_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) < len(pairs):
            counts = Counter(key for key, _ in pairs)
            # The object is held too, lest another one gets its id.
            parsed.repeated[id(made)] = (made, [key for key, count in counts.items() if count > 1])
        return made

    return json.loads(text, object_pairs_hook=as_object, parse_int=_integer, parse_float=_number, strict=True)


def _integer(digits: str) -> int | Unreadable:
    try:
        return int(digits) if len(digits) <= _DIGITS else Unreadable(digits)
    except ValueError:  # the interpreter was told to read even fewer digits
        return Unreadable(digits)


def _number(digits: str) -> float | Unreadable:
    number = float(digits)
    return Unreadable(digits) if math.isinf(number) else number


def _too_deep(text: str) -> int | None:
    """Return where the text is nested too deeply, before a parser tries."""
    if text.count("[") + text.count("{") <= DEPTH:
        return None
    depth = 0
    for match in _STRING_OR_BRACKET.finditer(text):
        bracket = match[0]
        if bracket in "[{":
            depth += 1
            if depth > DEPTH:
                return match.start()
        elif bracket in "]}":
            depth -= 1
    return None


def too_large(number: object) -> str:
    """Return the message on a number that no 64-bit float holds."""
    shown = number.text[:60] if isinstance(number, Unreadable) else show(number)
    return f"{shown} is too large for a number: they end at 1.8e308"
