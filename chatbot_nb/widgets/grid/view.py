"""Which rows are seen, in which order: sorted, filtered, searched."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from chatbot_nb.widgets.grid.kinds import OPERATORS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chatbot_nb.widgets.grid.kinds import Flags
    from chatbot_nb.widgets.grid.table import Ids, Positions, Table

Direction = Literal["up", "down"]

_EMPTY: Final = "empty"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be seen.

    Parameters
    ----------
    sort : tuple of (str, {"up", "down"})
        Keys of columns, the most important first; missing values come last either way.
    filters : dict of str to str
        By key: ``empty``, ``=text``, ``>5``, ``<5``, ``>=5``, ``<=5``, or a part of the text in any case.
    search : str
        A part of the text of any column that is seen.
    hidden : frozenset of str
        Keys of columns that are not seen.
    """

    sort: tuple[tuple[str, Direction], ...] = ()
    filters: dict[str, str] = field(default_factory=dict)
    search: str = ""
    hidden: frozenset[str] = frozenset()


class View:
    """The rows that are seen. It stays as it is while cells change: no row is gone the moment that it is edited.

    Parameters
    ----------
    table : Table
    wish : Wish
    """

    def __init__(self, table: Table, wish: Wish) -> None:
        self._table = table
        self.wish = wish
        self._ids: Ids = table.ids
        self.show(wish)

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def ids(self) -> Ids:
        """The ids of the rows, in their order."""
        return self._ids

    def show(self, wish: Wish) -> None:
        """Work out anew what is seen."""
        self.wish = wish
        self._ids = self._table.ids[rows_of(self._table, wish)]

    def follow(self) -> None:
        """Leave out rows that are gone, and put new ones behind the others: whoever added them wants to see them."""
        there = self._table.positions(self._ids) >= 0
        seen = self._ids[there]
        known = set(seen.tolist()) if self._table.new else set()
        more = [row for row in self._table.new if row not in known]
        self._ids = np.concatenate([seen, np.array(more, dtype=np.int64)])

    def slice(self, begin: int, end: int) -> Ids:
        """Return the ids of some rows, from and below."""
        return self._ids[max(0, begin) : max(0, end)]

    def place(self, row: int) -> int:
        """Return where a row is seen, -1 if it is not."""
        found = np.flatnonzero(self._ids == row)
        return int(found[0]) if len(found) else -1


def rows_of(table: Table, wish: Wish) -> Positions:
    """Return the positions of the rows that are to be seen, in their order."""
    flags = np.ones(len(table), dtype=bool)
    for key, text in wish.filters.items():
        flags &= _filtered(table, key, text)
    if wish.search:
        seen = [key for key, each in table.fields.items() if each.column.place == "table" and key not in wish.hidden]
        flags &= _searched(table, seen, wish.search.casefold(), flags)
    positions = np.flatnonzero(flags)
    if not wish.sort:
        return positions
    keys = [part for key, way in wish.sort for part in _sort_keys(table, key, way, positions)]
    return positions[np.lexsort(keys[::-1])]  # whose last key counts most


def _sort_keys(table: Table, key: str, way: Direction, positions: Positions) -> tuple[np.ndarray, np.ndarray]:
    order, missing = table.order(key)[positions], table.missing(key)[positions]
    if way == "down":
        order = -order if order.dtype.kind == "f" else ~order  # a minus has no place for the least of all integers
    return missing, np.where(missing, order.dtype.type(0), order)


def _filtered(table: Table, key: str, text: str) -> Flags:
    wanted = text.strip()
    if wanted.casefold() == _EMPTY or wanted == "=":
        return table.missing(key)
    if not table.fields[key].kind.is_open:
        return np.ones(len(table), dtype=bool)
    sign = next((each for each in OPERATORS if wanted.startswith(each)), None)
    if sign is not None and (bound := wanted.removeprefix(sign).strip()):
        compared = table.fields[key].kind.compared(table.array(key), sign, bound)
        if compared is None:
            compare, low = OPERATORS[sign], bound.casefold()
            compared = np.array([compare(each, low) for each in table.folded(key)], dtype=bool) & ~table.missing(key)
        return compared
    if wanted.startswith("="):
        exact = wanted.removeprefix("=").casefold()
        return np.array([each == exact for each in table.folded(key)], dtype=bool) & ~table.missing(key)
    # As it was typed: a blank before a word is part of it.
    part = text.casefold()
    return np.array([part in each for each in table.folded(key)], dtype=bool)


def _searched(table: Table, keys: Sequence[str], part: str, among: Flags) -> Flags:
    """Return which rows hold a text in any of the columns; only those that `among` names are looked at."""
    found = np.zeros(len(table), dtype=bool)
    open_ = np.flatnonzero(among)
    for key in keys:
        kind = table.fields[key].kind
        # What was typed and refused may be any text.
        if not kind.is_open or not (kind.may_hold(part) or table.cells[key]):
            continue
        folded = table.folded(key)
        rows = folded if len(open_) == len(folded) else [folded[row] for row in open_.tolist()]
        hit = np.array([part in text for text in rows], dtype=bool)
        found[open_[hit]] = True
        open_ = open_[~hit]
    return found
