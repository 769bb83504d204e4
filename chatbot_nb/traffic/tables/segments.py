"""Consecutive exchanges as rows of columns that are kept: cut at the front, lengthened, and updated in places."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from chatbot_nb.traffic.tables.columns import (
    FIXED,
    any_values,
    columns_of,
    fixed_cells,
    joined,
    members,
    missing,
    objects_of,
    part,
    whole,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    import numpy.typing as npt

    from chatbot_nb.traffic.exchange import Exchange
    from chatbot_nb.traffic.tables.columns import Cells, Column, Members

#: So many attributes have a column, those of the user and of the chat together: the first that appear.
MAX_ATTRIBUTES: Final = 200
#: So many names beyond them are counted.
MAX_COUNTED: Final = 10_000
OF_USER: Final = "user_attributes."
OF_CHAT: Final = "attributes."

# So many bodies at once: as objects they are then still in the processor's cache when the cells are taken out.
_AT_ONCE: Final = 256
_BYTES_AT_ONCE: Final = 4 * 1024 * 1024  # as objects they take ten times as much
_PIECE: Final = 2048  # rows of a column that are one array


@dataclass(frozen=True, slots=True)
class Segment:
    """Consecutive rows.

    Parameters
    ----------
    first : int
        `seq` of the first row.
    rows : int
    fixed : dict of str to column
        Those of `columns.FIXED`.
    attributes : dict of str to column
        Those of attributes, in order of appearance.
    layouts : list of tuple of str
        Which of these names a row may have, in its order.
    layout_of : array of int
        For each row the place of its layout.
    left_out : frozenset of str
        Names in the rows that have no column here; those beyond `MAX_COUNTED` are missing.
    asked : frozenset of str
        Names of which it is known that they have a column here, or are in no row.
    """

    first: int
    rows: int
    fixed: dict[str, Column]
    attributes: dict[str, Column]
    layouts: list[tuple[str, ...]]
    layout_of: npt.NDArray[np.intp]
    left_out: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()

    @property
    def end(self) -> int:
        """The `seq` after that of the last row."""
        return self.first + self.rows

    def lacks(self, names: Iterable[str]) -> bool:
        """Whether a row may have one of these names, and there is no column for it here."""
        return bool(self.left_out) and any(name not in self.attributes and name not in self.asked for name in names)

    def column(self, name: str) -> Column:
        """Return the column of an attribute, all missing if no row has it."""
        column = self.attributes.get(name)
        return missing(self.rows) if column is None else column

    def without(self, number: int) -> Segment:
        """Return the rows after the first `number`, with the names that those have."""
        layout_of = self.layout_of[number:]
        names: dict[str, None] = {}
        for place in pd.unique(layout_of):
            names.update(dict.fromkeys(self.layouts[place]))
            if len(names) == len(self.attributes):
                break  # there may be a layout for each row
        return replace(
            self,
            first=self.first + number,
            rows=self.rows - number,
            fixed={name: column[number:] for name, column in self.fixed.items()},
            attributes={name: part(self.attributes[name][number:]) for name in names},
            layout_of=layout_of,
        )

    def updated(self, places: Sequence[int], columns: dict[str, Column]) -> Segment:
        """Return it with other cells at these places of some fixed columns."""
        fixed = dict(self.fixed)
        for name, column in columns.items():
            fixed[name] = fixed[name].copy()
            fixed[name][np.asarray(places)] = column
        return replace(self, fixed=fixed)


def read(exchanges: Sequence[Exchange], asked: Collection[str] = ()) -> Segment:
    """Return consecutive exchanges as rows.

    Parameters
    ----------
    exchanges : sequence of Exchange
        At least one.
    asked : collection of str
        Columns of attributes to read, beside the first `MAX_ATTRIBUTES` that appear in these rows.
    """
    cells: Cells = {name: [] for name in FIXED}
    attributes = _Attributes(frozenset(asked))
    for portion in _portions(exchanges):
        objects = objects_of(portion)
        for name, values in fixed_cells(portion, objects).items():
            cells[name] += values
        attributes.add(objects)
    return Segment(
        exchanges[0].seq,
        len(exchanges),
        columns_of(cells),
        {name: any_values(values) for name, values in attributes.cells.items()},
        list(attributes.layouts),
        np.array(attributes.layout_of, dtype=np.intp),
        frozenset(attributes.left_out),
        attributes.asked,
    )


class _Attributes:
    """Collects the attributes of rows; what it has is as `Segment` describes it, cells in the place of columns."""

    def __init__(self, asked: frozenset[str]) -> None:
        self.asked = asked
        self.cells: Cells = {}
        self.layouts: dict[tuple[str, ...], int] = {}
        self.layout_of: list[int] = []
        self.left_out: set[str] = set()

    def add(self, objects: list[Members]) -> None:
        """Add rows, of which these are the bodies."""
        owners = {OF_USER: members(objects, "userAttributes"), OF_CHAT: members(objects, "attributes")}
        kinds: dict[tuple[tuple[str, ...], ...], int] = {}
        kind_of = [
            kinds.setdefault(keys, len(kinds))
            for keys in zip(*(map(tuple, attributes) for attributes in owners.values()), strict=True)
        ]
        added: dict[str, Sequence[Any]] = {}
        layout_of_kind = []
        for kind in kinds:
            layout = []
            for (prefix, attributes), keys in zip(owners.items(), kind, strict=True):
                columns = zip(*map(dict.values, attributes), strict=True) if len(kinds) == 1 else repeat(None)
                for key, column in zip(keys, columns, strict=False):
                    name = prefix + key
                    if self._has_column(name):
                        layout.append(sys.intern(name))  # one text, however many layouts have it
                        if name not in added:
                            added[name] = column or [each.get(key) for each in attributes]
            layout_of_kind.append(self.layouts.setdefault(tuple(layout), len(self.layouts)))
        for name, cells in self.cells.items():
            cells.extend(added.get(name) or [None] * len(objects))
        self.layout_of += [layout_of_kind[kind] for kind in kind_of]

    def _has_column(self, name: str) -> bool:
        if name in self.cells:
            return True
        if len(self.cells) < MAX_ATTRIBUTES or name in self.asked:
            self.cells[name] = [None] * len(self.layout_of)
            return True
        if len(self.left_out) < MAX_COUNTED + MAX_ATTRIBUTES:
            self.left_out.add(name)
        return False


def one_of(segments: Sequence[Segment]) -> Segment:
    """Return neighbouring segments, of which none has left out a name, as one."""
    names = dict.fromkeys(chain.from_iterable(segment.attributes for segment in segments))
    layouts: dict[tuple[str, ...], int] = {}
    layout_of = []
    for segment in segments:
        places = [layouts.setdefault(layout, len(layouts)) for layout in segment.layouts]
        layout_of.append(np.array(places, dtype=np.intp)[segment.layout_of])
    return Segment(
        segments[0].first,
        sum(segment.rows for segment in segments),
        {name: _compact(joined([segment.fixed[name] for segment in segments])) for name in FIXED},
        {name: _compact(joined([segment.column(name) for segment in segments])) for name in names},
        list(layouts),
        np.concatenate(layout_of),
    )


def _compact(column: Column) -> Column:
    return whole(column) if len(column) <= _PIECE else column


def _portions(exchanges: Iterable[Exchange]) -> Iterator[list[Exchange]]:
    portion: list[Exchange] = []
    size = 0
    for exchange in exchanges:
        size += len(exchange.http.body)
        if portion and (len(portion) == _AT_ONCE or size > _BYTES_AT_ONCE):
            yield portion
            portion, size = [], len(exchange.http.body)
        portion.append(exchange)
    if portion:
        yield portion
