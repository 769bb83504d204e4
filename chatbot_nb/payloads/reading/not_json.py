"""Texts that are not JSON: why, where, and what was meant."""

from __future__ import annotations

import ast
import json
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from chatbot_nb.payloads.wording import show

if TYPE_CHECKING:
    from collections.abc import Callable

# Python's own parser needs far more memory than the text has; a printed reply is short.
_LITERAL_LENGTH: Final = 100_000
# A string without its end goes to the end of the text: searching again from each quote in it would be quadratic.
_STRING: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)
_TRAILING_COMMA: Final = re.compile(rf"({_STRING.pattern})|,(?=[ \t\r\n]*[}}\]])", re.DOTALL)
_CONTROL: Final = re.compile("[\x00-\x1f]")
_BLANKS: Final = " \t\r\n"


class Diagnosis(NamedTuple):
    """What is wrong with a text, and what it was meant to be: as JSON text, or as a Python value."""

    code: str
    message: str
    mended_text: str | None = None
    literal: object = None


def diagnose(text: str, error: json.JSONDecodeError) -> Diagnosis:
    """Return why a text is not JSON; the first of the known mistakes that fits, else what stands at the place."""
    for recognise in _KNOWN:
        if diagnosis := recognise(text, error):
            return diagnosis
    return _plainly(text, error)


def place_in(text: str, position: int) -> str:
    """Return ``line 3, column 7``, of a single line ``column 7``; both count from 1, columns in characters."""
    column = f"column {position - text.rfind(chr(10), 0, position)}"
    # A single line may stand in a file of many: that it is the first of its own text would mislead.
    return f"line {text.count(chr(10), 0, position) + 1}, {column}" if "\n" in text else column


def _said(code: str, text: str, position: int, what: str, mended: str | None = None) -> Diagnosis:
    return Diagnosis(code, f"not JSON: {place_in(text, position)}: {what}", mended)


def _blank(text: str, _error: json.JSONDecodeError) -> Diagnosis | None:
    if not text:
        return Diagnosis("not_json", "not JSON: it is empty")
    return None if text.strip() else _said("not_json", text, 0, "there are only blanks")


def _markup(text: str, _error: json.JSONDecodeError) -> Diagnosis | None:
    start = len(text) - len(text.lstrip())
    if text[start : start + 1] != "<":
        return None
    head = text[start : start + 200].lower()
    what = "an HTML page" if "<!doctype html" in head or "<html" in head else "markup (HTML or XML)"
    return _said("html_page", text, start, f"{what}; the backend failed, or the URL leads elsewhere")


def _trailing_comma(text: str, error: json.JSONDecodeError) -> Diagnosis | None:
    # Python versions differ in whether they point at the comma or behind it.
    before = text[: error.pos + (text[error.pos : error.pos + 1] == ",")].rstrip(_BLANKS)
    after = text[len(before) :].lstrip(_BLANKS)
    if not (before.endswith(",") and after[:1] in {"}", "]"}):
        return None
    mended = _TRAILING_COMMA.sub(lambda match: match[1] or "", text)
    what = f"a trailing comma before {after[0]!r}"
    return _said("trailing_comma", text, len(before) - 1, what, mended if _is_json(mended) else None)


def _python(text: str, error: json.JSONDecodeError) -> Diagnosis | None:
    rest = text[error.pos : error.pos + 5]
    word = next((word for word in ("None", "True", "False") if rest.startswith(word)), None)
    if not (word or rest.startswith("'")):
        return None
    what = f"Python's {word}" if word else "single quotes"
    literal = None
    if len(text) <= _LITERAL_LENGTH:
        try:
            literal = ast.literal_eval(_BACKSLASH.sub(_doubled, text.strip()))
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            literal = None
    hint = "; use json.dumps, not str or repr" if literal is not None else ""
    return _said("python_literal", text, error.pos, f"{what}, JSON has {_JSON_FOR[word]}{hint}")._replace(
        literal=literal
    )


def _doubled(escape: re.Match[str]) -> str:
    r"""Return ``\\d`` for ``\d``: the same to Python, which would warn of the latter, for all threads at once."""
    return escape[0] if escape[1] in _ESCAPES else "\\" + escape[0]


_BACKSLASH: Final = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES: Final = "\n\\'\"abfnrtvxNuU01234567"
_JSON_FOR: Final = {None: "double quotes", "None": "null", "True": "true", "False": "false"}


def _control_character(text: str, error: json.JSONDecodeError) -> Diagnosis | None:
    if not error.msg.startswith("Invalid control character"):
        return None
    mended = _STRING.sub(lambda string: _CONTROL.sub(_escaped, string[0]), text)
    what = f"a raw control character U+{ord(text[error.pos]):04X} in a string; escape it"
    return _said("control_character", text, error.pos, what, mended if _is_json(mended) else None)


def _escaped(character: re.Match[str]) -> str:
    return f"\\u{ord(character[0]):04x}"


def _more(text: str, error: json.JSONDecodeError) -> Diagnosis | None:
    if not error.msg.startswith("Extra data"):
        return None
    return _said("not_json", text, error.pos, f"more text after the end of the JSON: {_there(text, error.pos)}")


def _plainly(text: str, error: json.JSONDecodeError) -> Diagnosis:
    if error.msg.startswith("Unterminated string"):
        return _said("not_json", text, error.pos, "the text ends inside the string that begins here")
    if error.pos >= len(text.rstrip(_BLANKS)):
        return _said("not_json", text, error.pos, "the text ends too early")
    return _said("not_json", text, error.pos, f"{_there(text, error.pos)} is not JSON")


def _there(text: str, position: int) -> str:
    return show(text[position : position + 30].partition("\n")[0])


def _is_json(text: str) -> bool:
    try:
        json.loads(text, parse_int=len, parse_float=len)
    except ValueError:
        return False
    return True


_KNOWN: Final[tuple[Callable[[str, json.JSONDecodeError], Diagnosis | None], ...]] = (
    _blank,
    _markup,
    _trailing_comma,
    _python,
    _control_character,
    _more,
)
