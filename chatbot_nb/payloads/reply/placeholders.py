"""``{{name}}`` in a reply's texts: filled as ChatBot fills them, and named where nothing fills them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from chatbot_nb.finding import Finding
from chatbot_nb.payloads.wording import nearest, pointer_to, show

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from chatbot_nb.payloads.translate import Loc

_PLACEHOLDER: Final = re.compile(r"\{\{([^{}]+)\}\}")
# What ChatBot reads to know what an object is; no placeholder is filled there.
_KINDS: Final = frozenset({"type", "height"})
# From here on JavaScript writes a whole number with an exponent.
_WRITTEN_OUT: Final = 1e21


@dataclass(frozen=True, slots=True)
class Values:
    """What placeholders are filled with.

    Parameters
    ----------
    texts : mapping of str to str or None
        By attribute; None where it has no value.
    """

    texts: Mapping[str, str | None]

    def fill(self, text: str) -> str:
        """Return the text with every placeholder that has a value filled; the others stay as they are."""
        return _PLACEHOLDER.sub(self._value, text)

    def _value(self, match: re.Match[str]) -> str:
        name = match[1].strip()
        value = self.texts.get(name) if name else None
        return match[0] if value is None else value

    def findings(self, document: object) -> list[Finding]:
        """Return a warning for each placeholder that stands in a document and is not filled."""
        return [self._finding(loc, name) for loc, text in texts_of(document) for name in names_in(text)]

    def _finding(self, loc: Loc, name: str) -> Finding:
        if not name:
            message = "a placeholder without a name stays as it is"
        elif name not in self.texts:
            meant = nearest(name, list(self.texts))
            hint = f"; did you mean {show(meant)}?" if meant else ""
            message = f"no attribute is called {show(name)}, so its placeholder stays as it is{hint}"
        elif self.texts[name] is None:
            message = f"the attribute {show(name)} has no value here, so its placeholder stays as it is"
        else:
            message = f"the placeholder of {show(name)} stands in a value, or came after the filling; it stays as it is"
        return Finding(pointer_to(loc), "unknown_placeholder", "warning", message, actual=show(name))


def text_of(value: object) -> str | None:
    """Return an attribute's value as ChatBot shows it: a string, a number, ``true``; None for what is missing."""
    if isinstance(value, str):
        return str(value)
    if getattr(value, "shape", None) == ():  # one value of NumPy
        value = value.item()  # type: ignore[attr-defined]
    if value is None or (value == value) is not True:  # noqa: PLR0124  # NaN, NaT, NA
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < _WRITTEN_OUT:
        return str(int(value))  # what was a whole number before a missing one stood in its column
    return str(value)


def names_in(text: str) -> list[str]:
    """Return the names of the placeholders in a text, each once, in order."""
    return list(dict.fromkeys(name.strip() for name in _PLACEHOLDER.findall(text)))


def texts_of(document: object) -> Iterator[tuple[Loc, str]]:
    """Yield place and text of each string in the responses of a reply that holds a placeholder."""
    responses = document.get("responses") if isinstance(document, dict) else None
    left: list[tuple[Loc, object]] = [(("responses",), responses)]
    while left:
        loc, value = left.pop()
        if isinstance(value, str):
            if _PLACEHOLDER.search(value):
                yield loc, value
        elif isinstance(value, list):
            left += reversed([((*loc, index), entry) for index, entry in enumerate(value)])
        elif isinstance(value, dict):
            left += reversed([((*loc, key), entry) for key, entry in value.items() if key not in _KINDS])


def filled(document: Any, values: Values) -> Any:  # noqa: ANN401  # any JSON value
    """Return a reply's document with the placeholders in its responses filled."""
    if not isinstance(document, dict) or "responses" not in document:
        return document
    return document | {"responses": _filled(document["responses"], values)}


def _filled(value: Any, values: Values) -> Any:  # noqa: ANN401  # any JSON value
    if isinstance(value, str):
        return values.fill(value)
    if isinstance(value, list):
        return [_filled(entry, values) for entry in value]
    if isinstance(value, dict):
        return {key: entry if key in _KINDS else _filled(entry, values) for key, entry in value.items()}
    return value
