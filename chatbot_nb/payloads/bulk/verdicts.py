"""The findings of one payload after another: those of `check`, found faster."""

from __future__ import annotations

from functools import cache, lru_cache
from itertools import starmap
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from chatbot_nb.finding import Finding
from chatbot_nb.payloads.bulk.parsing import REFUSED, parsers
from chatbot_nb.payloads.bulk.rules import REMEMBERED, Findings, plain
from chatbot_nb.payloads.bulk.schema import look_at
from chatbot_nb.payloads.hints.whole import holds_attributes, put_right
from chatbot_nb.payloads.reading.plain import VALUES
from chatbot_nb.payloads.reference import NOTHING_RECOGNISED, has_astral, position, reference

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from chatbot_nb.payloads.bulk.parsing import Dumps, Loads
    from chatbot_nb.payloads.bulk.rules import Row
    from chatbot_nb.payloads.report import Kind

as_row: Final[Callable[[Finding], Row]] = attrgetter(*Finding.__slots__)
_NOTHING_RECOGNISED: Final = as_row(NOTHING_RECOGNISED)
_BACKSLASH: Final = ord("\\")
_LONG: Final = 2 * VALUES  # no shorter text has more values than are looked at
_position: Final = lru_cache(REMEMBERED)(position)


def _place(row: Row) -> list[tuple[int, str]]:
    return _position(row[0])


def verdicts(kind: Kind, parser: tuple[Loads, Dumps] | None = None) -> Callable[[object], Sequence[Row]]:
    """Return what finds everything that is wrong with a payload: rows of a finding's fields, as `check` orders them."""
    quick = _Quick(kind, parser or parsers())

    def rows(payload: object) -> Sequence[Row]:
        found = quick(payload, hints=True)
        return [as_row(finding) for finding in reference(payload, kind).findings] if found is None else found

    return rows


def quick_findings(payload: object, kind: Kind) -> tuple[Finding, ...] | None:
    """Return all findings on a payload of which no known mistake can be put right, or ``None`` if that is not sure."""
    found = _quick_one(kind)(payload, hints=False)
    return None if found is None else tuple(starmap(Finding, found))


@cache
def _quick_one(kind: Kind) -> Callable[..., Sequence[Row] | None]:
    return _Quick(kind, parsers())


class _Quick:
    """Decides of most payloads: of what is surely plain JSON, each key once.

    Its methods return ``None`` if they are not sure; all raise one of `REFUSED` at what is no JSON.
    """

    def __init__(self, kind: Kind, parser: tuple[Loads, Dumps]) -> None:
        self._kind = kind
        self._loads, self._dumps = parser
        self._look, self._look_wide = look_at(kind, wide=False), look_at(kind, wide=True)

    def __call__(self, payload: object, *, hints: bool) -> Sequence[Row] | None:
        """Return all findings, those on known mistakes only if ``hints``."""
        try:
            data = payload if type(payload) is bytes else _as_bytes(payload, self._dumps)
            if len(data) > _LONG:
                return None
            if _BACKSLASH in data:
                return self._escaped(data, hints=hints)
            return self._of_value(self._loads(data), data, hints=hints)
        except REFUSED:
            return None

    def _escaped(self, data: bytes, *, hints: bool) -> Sequence[Row] | None:
        value = self._loads(data)
        if not (b"\\u" in data or b'\\"' in data):
            return self._of_value(value, data, hints=hints)
        again = self._dumps(value)
        # A key that stands twice is lost in reading, and at least its two quotes with it. Escaped quotes are quotes in
        # both, unless written as a number.
        if data.count(b'"') != again.count(b'"') or b"\\u0022" in data or b"\\u0000" in again:
            return None
        return self._of_value(value, again, hints=hints, once=True)

    def _of_value(self, value: Any, data: bytes, *, hints: bool, once: bool = False) -> Sequence[Row] | None:  # noqa: ANN401
        """Return the findings on a value; ``once`` if it is known already that each key in its JSON stands once."""
        if type(value) is not dict or not value:
            return None
        wide = has_astral(data)
        found = Findings(wide)
        strings = (self._look_wide if wide else self._look)(value, found)
        # A key that stands twice is lost in reading, and its two quotes with it.
        if found.unsure or not (once or data.count(b'"') == 2 * strings):
            return None
        if not found.rows:
            return ()
        if self._kind == "reply" and (found.odd or not ("responses" in value or "attributes" in value)):
            return _with_hints(value, found) if hints else None
        return _sorted(found.rows)


def _with_hints(value: dict[str, Any], found: Findings) -> Sequence[Row]:
    """Return the findings on a reply in which there may be known mistakes."""
    indexes = sorted(index for index in found.odd if index is not None)
    some = (
        bool(indexes)
        and None not in found.odd
        and not any(holds_attributes(value["responses"][index]) for index in indexes)
    )
    if some:
        # All known mistakes are in these responses, so that nothing else needs to be looked at again.
        value = {"responses": [value["responses"][index] for index in indexes]}
    draft = put_right(value, indexes if some else ())
    told: list[Row] = [as_row(finding) for finding in draft.findings]
    if not told:
        told = found.rows
    else:
        again = Findings(found.wide, origin=draft.origin)
        look_at("reply", wide=found.wide)(draft.value, again)
        once = {row[:2]: row for row in reversed(again.rows) if row[0] not in draft.settled}
        told += reversed(once.values())
        if some:
            looked_at = tuple(f"/responses/{index}/" for index in indexes)
            told += [row for row in found.rows if not f"{row[0]}/".startswith(looked_at)]
    if not draft.value.keys() & {"responses", "attributes"}:
        told.append(_NOTHING_RECOGNISED)
    return _sorted(told)


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
