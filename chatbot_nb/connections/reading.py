"""Reads what the API sends, leniently: what cannot be read is missing in the result and named in a finding.

Whole columns are looked at first, at the speed of C; value by value only where a column holds something odd.
"""

from __future__ import annotations

import warnings
from datetime import UTC, datetime
from operator import itemgetter
from typing import TYPE_CHECKING, Final, TypeAlias

from pydantic import SecretStr

from chatbot_nb.connections.models import Auth, Connection, StoryRef
from chatbot_nb.errors import UnreadableFieldWarning
from chatbot_nb.finding import Finding
from chatbot_nb.payloads.wording import counted, pointer_to, printable, show

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Row: TypeAlias = dict[str, object]
Texts: TypeAlias = list[str | None]

_SHOWN_FINDINGS: Final = 3
# What a column holds where nothing was sent, and where a finding has already said what was.
_ABSENT: Final = object()
_REPORTED: Final = object()


class Reader:
    """Reads connections column by column; each method notes what it cannot read.

    Parameters
    ----------
    items : sequence of object
        What the API sent, one item for each connection.
    single : bool, default False
        Whether findings point into the one item (``/name``), not into the list (``/0/name``).

    Attributes
    ----------
    rows : list of dict
        The items that are objects with an id, in order.
    findings : tuple of Finding
        What could not be read so far, in the order of the list.
    """

    def __init__(self, items: Sequence[object], *, single: bool = False) -> None:
        self._single = single
        self._found: list[tuple[int, Finding]] = []
        self._positions: Sequence[int] = range(len(items))
        usable = set(map(type, items)) <= {dict}
        self.rows: list[Row] = list(items) if usable else []  # type: ignore[arg-type]  # dicts
        ids = self.column("id")
        if not (usable and all(ids) and _is_text(ids)):
            self._positions = [position for position, item in enumerate(items) if self._has_id(position, item)]
            self.rows = [items[position] for position in self._positions]  # type: ignore[misc]  # dicts
        stories = self.column("story")
        if set(map(type, stories)) - {dict}:
            stories = [self._story(value, row) for row, value in enumerate(stories)]
        self._stories: list[Row] = stories  # type: ignore[assignment]  # dicts

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What could not be read so far, in the order of the list."""
        return tuple(finding for _, finding in sorted(self._found, key=itemgetter(0)))

    def column(self, key: str) -> list[object]:
        """Return a column as it was sent."""
        return [row.get(key, _ABSENT) for row in self.rows]

    def texts(self, *keys: str) -> Texts:
        """Return a column of texts: ``texts("name")``, ``texts("story", "id")``."""
        *above, key = keys
        values = [row.get(key, _ABSENT) for row in (self._stories if above else self.rows)]
        if _is_text(values):
            return values  # type: ignore[return-value]  # texts
        return [self.text(value, row, *keys) for row, value in enumerate(values)]

    def errors(self) -> Texts:
        """Return the column ``error``: false and null say that there is none."""
        values = [None if value is False else value for value in self.column("error")]
        if _is_text([value for value in values if value is not None]):
            return values  # type: ignore[return-value]  # texts and None
        return [None if value is None else self.text(value, row, "error") for row, value in enumerate(values)]

    def text(self, value: object, row: int, *keys: str, secret: bool = False) -> str | None:
        """Return one text; what no encoding can hold of it is U+FFFD."""
        if not isinstance(value, str):
            self._unreadable(value, "a string", row, *keys, secret=secret)
            return None
        if _is_text([value]):
            return value
        message = "holds half of a surrogate pair, which is no character; it is shown as U+FFFD"
        self._report("unreadable_text", message, row, *keys, actual=None if secret else show(value))
        return printable(value)

    def time(self, value: object, row: int, key: str) -> datetime | None:
        """Return one time in UTC; one that names no offset is taken as UTC (our reading)."""
        if not isinstance(value, str):
            self._unreadable(value, "a time as a string", row, key)
            return None
        try:
            time = datetime.fromisoformat(value)
            return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):  # the second one at the ends of the calendar
            self._report("unreadable_time", f"{show(value)} is not a time of ISO 8601", row, key, actual=show(value))
            return None

    def times(self, key: str) -> list[datetime | None]:
        """Return a column of times."""
        return [self.time(value, row, key) for row, value in enumerate(self.column(key))]

    def headers(self, row: int) -> dict[str, SecretStr]:
        """Return the headers of one connection that was read on its own."""
        value = self.rows[row].get("headers")
        if value is None:
            return {}
        if not isinstance(value, dict):
            self._unreadable(value, "an object", row, "headers", secret=True)
            return {}
        texts = {name: self.text(text, row, "headers", name, secret=True) for name, text in value.items()}
        return {printable(name): SecretStr(text) for name, text in texts.items() if text is not None}

    def token(self, row: int) -> SecretStr | None:
        """Return the token of one connection that was read on its own."""
        value = self.rows[row].get("token")
        text = None if value is None else self.text(value, row, "token", secret=True)
        return SecretStr(text) if text else None

    def auth(self, row: int) -> Auth | None:
        """Return the Basic authentication of one connection that was read on its own."""
        value = self.rows[row].get("auth")
        if value is None:
            return None
        if not isinstance(value, dict):
            self._unreadable(value, "an object", row, "auth", secret=True)
            return None
        username = self.text(value.get("username", _ABSENT), row, "auth", "username", secret=True)
        password = self.text(value.get("password", _ABSENT), row, "auth", "password", secret=True)
        return Auth(username=username or "", password=SecretStr(password or "")) if username or password else None

    def connections(self) -> list[Connection]:
        """Return the rows as models."""
        columns = zip(
            self.texts("id"),
            self.texts("name"),
            self.texts("url"),
            self.texts("story", "id"),
            self.texts("story", "name"),
            self.errors(),
            self.times("createdAt"),
            self.times("updatedAt"),
            strict=True,
        )
        return [
            Connection(
                id=identifier or "",
                name=name,
                url=url,
                story=StoryRef(id=story_id, name=story_name),
                error=error,
                created_at=created_at,
                updated_at=updated_at,
                token=self.token(row),
                headers=self.headers(row),
                auth=self.auth(row),
            )
            for row, (identifier, name, url, story_id, story_name, error, created_at, updated_at) in enumerate(columns)
        ]

    def _has_id(self, position: int, item: object) -> bool:
        if not isinstance(item, dict):
            self._add(position, (), "wrong_type", f"{show(item)} is not a connection; it is left out", show(item))
        elif not (isinstance(item.get("id"), str) and item["id"] and _is_text([item["id"]])):
            name = f" (name {show(item['name'])})" if isinstance(item.get("name"), str) else ""
            message = f"a connection{name} without an id that can be read; it is left out"
            self._add(position, ("id",), "wrong_type" if "id" in item else "missing", message, show(item.get("id")))
        else:
            return True
        return False

    def _story(self, value: object, row: int) -> object:
        if isinstance(value, dict):
            return value
        self._unreadable(value, "an object", row, "story")
        return {"id": _REPORTED, "name": _REPORTED}

    def _unreadable(self, value: object, wanted: str, row: int, *keys: str, secret: bool = False) -> None:
        if value is _REPORTED:
            return
        if value is _ABSENT:
            self._report("missing", f"missing; {wanted} expected", row, *keys)
        else:
            shown = "the value" if secret else show(value)
            self._report("wrong_type", f"{shown} is not {wanted}", row, *keys, actual=None if secret else shown)

    def _report(self, code: str, message: str, row: int, *keys: str, actual: str | None = None) -> None:
        self._add(self._positions[row], keys, code, message, actual)

    def _add(self, position: int, keys: Iterable[str], code: str, message: str, actual: str | None) -> None:
        pointer = pointer_to(keys if self._single else (position, *keys))
        self._found.append((position, Finding(pointer, code, "warning", message, None, actual)))


def warn_of(findings: Sequence[Finding], *, stacklevel: int) -> None:
    """Warn once of all that could not be read, naming the first three."""
    if not findings:
        return
    lines = [f"{counted(len(findings), 'field')} of the API's answer could not be read:"]
    lines += [str(finding) for finding in findings[:_SHOWN_FINDINGS]]
    if len(findings) > _SHOWN_FINDINGS:
        lines.append(f"and {len(findings) - _SHOWN_FINDINGS:,} more")
    warnings.warn("\n  ".join(lines), UnreadableFieldWarning, stacklevel=stacklevel + 1)


def _is_text(values: Iterable[object]) -> bool:
    """Return whether all values are strings that UTF-8 can hold; joining finds out at the speed of C."""
    try:
        "".join(values).encode()  # type: ignore[arg-type]  # what is asked
    except (TypeError, UnicodeEncodeError):
        return False
    return True
