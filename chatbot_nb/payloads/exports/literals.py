"""A JSON document as a value written in Python, JavaScript or PHP."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from chatbot_nb.payloads.exports.layout import Node, group
from chatbot_nb.payloads.exports.quoting import js_string, php_string, python_string

if TYPE_CHECKING:
    from collections.abc import Callable

# Object keys that JavaScript puts first, in numerical order, whatever the order in which they were written.
_JS_INDEX: Final = re.compile("0|[1-9][0-9]*")
_JS_INTEGERS: Final = 2**53
_PHP_INTEGERS: Final = 2**63


class Language(NamedTuple):
    """How one language writes what JSON has."""

    string: Callable[[str], str]
    key: Callable[[str], str]
    constants: tuple[str, str, str]  # null, true, false
    colon: str = ": "
    braces: Callable[[dict[str, Any]], tuple[str, str]] = lambda _: ("{", "}")
    pad: str = ""


def literal(value: Any, language: Language) -> Node:  # noqa: ANN401 - any JSON value
    """Return a JSON value as that language writes it; numbers are the same in all."""
    if isinstance(value, dict):
        opening, closing = language.braces(value)
        entries = ((language.key(key) + language.colon, literal(entry, language)) for key, entry in value.items())
        return group(opening, entries, closing, language.pad)
    if isinstance(value, list):
        return group("[", (("", literal(entry, language)) for entry in value), "]")
    if isinstance(value, str):
        return language.string(value)
    if value is None or isinstance(value, bool):
        null, true, false = language.constants
        return {None: null, True: true, False: false}[value]
    return repr(value)


def _js_key(key: str) -> str:
    # As a plain key this one sets the prototype instead of an entry.
    return '["__proto__"]' if key == "__proto__" else js_string(key)


def _php_brackets(value: dict[str, Any]) -> tuple[str, str]:
    """Return brackets that stay an object in JSON: PHP takes an array with the keys 0, 1, 2, ... for a list."""
    is_list = list(value) == [str(number) for number in range(len(value))]
    return ("(object) [" if is_list else "["), "]"


PYTHON: Final = Language(python_string, python_string, ("None", "True", "False"))
JAVASCRIPT: Final = Language(js_string, _js_key, ("null", "true", "false"), pad=" ")
PHP: Final = Language(php_string, php_string, ("null", "true", "false"), colon=" => ", braces=_php_brackets)


def exact_in_javascript(value: object) -> bool:
    """Return False where JavaScript would reorder an object's keys, or show a large number with other digits."""
    if isinstance(value, dict):
        return not any(map(_JS_INDEX.fullmatch, value)) and all(map(exact_in_javascript, value.values()))
    if isinstance(value, list):
        return all(map(exact_in_javascript, value))
    return not isinstance(value, (int, float)) or abs(value) < _JS_INTEGERS


def exact_in_php(value: object) -> bool:
    """Return False where PHP would round a whole number."""
    if isinstance(value, (dict, list)):
        return all(map(exact_in_php, value.values() if isinstance(value, dict) else value))
    return not isinstance(value, int) or abs(value) < _PHP_INTEGERS
