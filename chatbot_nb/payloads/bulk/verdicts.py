"""The findings of one payload after another: those of `check`, found faster."""

from __future__ import annotations

from functools import cache, lru_cache
from itertools import starmap
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from chatbot_nb.finding import Finding
from chatbot_nb.payloads.bulk.parsing import REFUSED, parsers
from chatbot_nb.payloads.bulk.rules import REMEMBERED, Findings, plain
from chatbot_nb.payloads.bulk.schema import looks
from chatbot_nb.payloads.hints.whole import put_right
from chatbot_nb.payloads.reading.plain import VALUES
from chatbot_nb.payloads.reference import NOTHING_RECOGNISED, has_astral, position, reference

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from chatbot_nb.payloads.bulk.parsing import Dumps, Loads
    from chatbot_nb.payloads.bulk.rules import Row
    from chatbot_nb.payloads.report import Kind

as_row: Final[Callable[[Finding], Row]] = attrgetter(*Finding.__slots__)
_NOTHING_RECOGNISED: Final = as_row(NOTHING_RECOGNISED)
_LONG: Final = 2 * VALUES  # no shorter text has more values than are looked at
_position: Final = lru_cache(REMEMBERED)(position)


def _place(row: Row) -> list[tuple[int, str]]:
    return _position(row[0])


def verdicts(kind: Kind, parser: tuple[Loads, Dumps] | None = None) -> Callable[[object], Sequence[Row]]:
    """Return what finds everything that is wrong with a payload: rows of a finding's fields, as `check` orders them."""
    quick = _quick(kind, parser or parsers())

    def rows(payload: object) -> Sequence[Row]:
        found = quick(payload, hints=True)
        return [as_row(finding) for finding in reference(payload, kind).findings] if found is None else found

    return rows


def quick_findings(payload: object, kind: Kind) -> tuple[Finding, ...] | None:
    """Return all findings on a payload of which no known mistake can be put right, or ``None`` if that is not sure."""
    found = _quick_one(kind)(payload, hints=False)
    return None if found is None else tuple(starmap(Finding, found))


def _quick(kind: Kind, parser: tuple[Loads, Dumps]) -> Callable[..., Sequence[Row] | None]:
    """Return what decides of most payloads: of what is surely plain JSON, each key once."""
    look = looks(kind)

    def quick(payload: object, *, hints: bool) -> Sequence[Row] | None:
        value, wide = _read(payload, parser)
        if not value:
            return None
        found = Findings(wide=wide)
        look[wide](value, found)
        if found.unsure:
            return None
        if not found.rows:
            return ()
        if kind == "reply" and (found.odd or not value.keys() & {"responses", "attributes"}):
            return _with_hints(value, found) if hints else None
        return _sorted(found.rows)

    def _with_hints(value: dict[str, Any], found: Findings) -> Sequence[Row]:
        draft = put_right(value)
        told: list[Row] = [as_row(finding) for finding in draft.findings]
        if told:
            found = Findings(wide=found.wide, origin=draft.origin)
            look[found.wide](draft.value, found)
            once = {row[:2]: row for row in reversed(found.rows) if row[0] not in draft.settled}
            told += reversed(once.values())
        else:
            told = found.rows
        if not draft.value.keys() & {"responses", "attributes"}:
            told.append(_NOTHING_RECOGNISED)
        return _sorted(told)

    return quick


@cache
def _quick_one(kind: Kind) -> Callable[..., Sequence[Row] | None]:
    return _quick(kind, parsers())


def _read(payload: object, parser: tuple[Loads, Dumps]) -> tuple[dict[str, Any] | None, bool]:
    """Return a payload that is surely a plain object, else ``None``; and whether characters of two units are in it."""
    loads, dumps = parser
    try:
        data = _as_bytes(payload, dumps)
        if len(data) > _LONG:
            return None, False
        value = loads(data)
        again = dumps(value)
    except REFUSED:
        return None, False
    # Each key that stands twice costs two quotes, see `check`.
    twice = data != again and (data.count(b'"') != again.count(b'"') or b"\\u0022" in data)
    if twice or type(value) is not dict or (b"\\" in again and b"\\u0000" in again):
        return None, False
    return value, has_astral(again)


def _as_bytes(payload: object, dumps: Dumps) -> bytes:
    """Return JSON for what is surely JSON; raise one of `REFUSED` for what may not be."""
    if type(payload) is bytes:
        return payload
    if type(payload) is str:
        return payload.encode()
    if type(payload) is dict and plain(payload):
        return dumps(payload)
    raise TypeError


def _sorted(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=_place) if len(rows) > 1 else rows
