"""Requests of the browser, each part of which is asked for as what it should be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from chatbot_nb.errors import ChatBotError
from chatbot_nb.payloads.wording import show

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_DIGITS: Final = 18  # of an id


class Request:
    """A message, or an object in one. What is not as it should be raises `ChatBotError`; what is missing is empty."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self._content = content

    def text(self, name: str) -> str:
        """Return a text."""
        value = self._content.get(name, "")
        return value if isinstance(value, str) else self._refuse(name, "a text")

    def cell(self, name: str) -> str | None:
        """Return a text for a cell, None to empty it."""
        value = self._content.get(name)
        return value if value is None or isinstance(value, str) else self._refuse(name, "a text or null")

    def number(self, name: str) -> int:
        """Return a whole number from 0."""
        value = self._content.get(name, 0)
        return value if type(value) is int and value >= 0 else self._refuse(name, "a number from 0")

    def flag(self, name: str) -> bool:
        """Return a truth value."""
        value = self._content.get(name, False)
        return value if isinstance(value, bool) else self._refuse(name, "true or false")

    def range(self) -> tuple[int, int]:
        """Return two numbers: from, and below."""
        return self.number("begin"), self.number("end")

    def row(self, name: str) -> int:
        """Return the id of a row."""
        return self._row(name, self._content.get(name))

    def rows(self, name: str) -> list[int]:
        """Return a list of ids of rows."""
        return [self._row(name, each) for each in self._list(name)]

    def texts(self, name: str) -> list[str]:
        """Return a list of texts."""
        return [each if isinstance(each, str) else self._refuse(name, "a list of texts") for each in self._list(name)]

    def items(self, name: str, kind: type) -> list[Any]:
        """Return a list of arrays or of objects."""
        return [each if isinstance(each, kind) else self._refuse(name, "a list of such") for each in self._list(name)]

    def mapping(self, name: str) -> dict[str, Any]:
        """Return an object."""
        value = self._content.get(name) or {}
        return value if isinstance(value, dict) else self._refuse(name, "an object")

    def _list(self, name: str) -> Sequence[Any]:
        value = self._content.get(name) or []
        return value if isinstance(value, list) else self._refuse(name, "a list")

    def _row(self, name: str, value: object) -> int:
        is_id = isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= _DIGITS
        return int(str(value)) if is_id else int(self._refuse(name, "the id of a row"))

    def _refuse(self, name: str, wanted: str) -> Any:  # noqa: ANN401  # it returns nothing
        raise ChatBotError(f"{show(self._content.get('type', 'message'))}: {name} is not {wanted}")
