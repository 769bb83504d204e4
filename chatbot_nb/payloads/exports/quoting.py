"""A string as a string literal of another language: whatever is in it, the literal says the same and shows all of it.

What does not print is escaped, so that no literal reorders the line it stands in, moves the cursor, or changes when a
file's line ends do.
"""

from __future__ import annotations

import json


def python_string(text: str) -> str:
    """Return a Python literal, in the quotes that need fewer escapes, double ones where both need as many."""
    quoted = repr(text)
    if quoted[0] == '"' or text.count('"') > text.count("'"):
        return quoted
    # In single quotes each inner one has its own backslash and no double one has any.
    return '"' + quoted[1:-1].replace("\\'", "'").replace('"', '\\"') + '"'


def js_string(text: str) -> str:
    """Return a JavaScript literal, which is JSON too."""
    return "".join(map(_printing_js, json.dumps(text, ensure_ascii=False)))


def php_string(text: str) -> str:
    """Return a PHP literal: in single quotes, or in double ones where something has to be escaped."""
    if text.isprintable():
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return '"' + "".join(map(_inside_php, text)) + '"'


def _printing_js(character: str) -> str:
    return character if character.isprintable() else json.dumps(character)[1:-1]


def _inside_php(character: str) -> str:
    if character in '\\"$':
        return "\\" + character
    return character if character.isprintable() else _PHP_ESCAPES.get(character, f"\\u{{{ord(character):x}}}")


_PHP_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
