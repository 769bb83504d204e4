"""Another frame put in the place of what a grid has: only what differs is an edit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from chatbot_nb.payloads.wording import kind_of
from chatbot_nb.widgets.grid.cells import extended, is_missing
from chatbot_nb.widgets.grid.columns import show_label
from chatbot_nb.widgets.grid.inference import kind_for
from chatbot_nb.widgets.grid.labels import row_keys

if TYPE_CHECKING:
    from collections.abc import Container, Hashable, Sequence

    from chatbot_nb.widgets.grid.columns import Field
    from chatbot_nb.widgets.grid.editing import Draft
    from chatbot_nb.widgets.grid.kinds import Array, Flags
    from chatbot_nb.widgets.grid.table import Positions, Table


def write_frame(
    draft: Draft, frame: pd.DataFrame, *, labels: Sequence[Hashable] | None = None, keys: Container[str] | None = None
) -> set[int]:
    """Make the rows of a table those of a frame.

    Parameters
    ----------
    draft : Draft
    frame : pandas.DataFrame
        Rows are known by their labels, those with the same label by their order; what it lacks is to be deleted.
    labels : sequence of hashable, optional
        The columns that it must have, by default all of the table's.
    keys : container of str, optional
        The columns that are looked at, by default all of them.

    Returns
    -------
    set of int
        The rows that were written.

    Raises
    ------
    TypeError
        It is no DataFrame.
    ValueError
        It has other columns, or values of another type. Nothing was written.
    """
    table = draft.table
    columns = _columns(table, frame, list(table.base.columns) if labels is None else labels, keys)
    there, mine = row_keys(frame.index, table.index)
    found = there.get_indexer(mine).astype(np.intp)
    ids = table.ids
    known = np.flatnonzero(found >= 0)
    wanted = {key: values.take(found[known]) for key, values in columns.items()}
    rows: set[int] = set()
    for key, values in wanted.items():
        current = table.array(key).take(known)
        for place in np.flatnonzero(differing(current, values)).tolist():
            row = int(ids[known[place]])
            draft.set(row, key, plain(values[place]))
            rows.add(row)
    new = set(table.new)
    lacking = ids[found < 0].tolist()
    for row in ids[known].tolist() if table.deleted else ():
        draft.mark(row, deleted=False)
    draft.remove([row for row in lacking if row in new])
    for row in lacking:
        if row not in new:
            draft.mark(row, deleted=True)
    more = np.flatnonzero(mine.get_indexer(there) < 0).astype(np.intp)
    return rows | _added(draft, frame, columns, more) | set(lacking)


def differing(one: Array, other: Array) -> Flags:
    """Return where two columns of one type differ; missing values are the same."""
    gone = np.asarray(one.isna()), np.asarray(other.isna())
    differs: Flags = gone[0] != gone[1]
    both = np.flatnonzero(~gone[0] & ~gone[1])
    pairs = zip(one.take(both).astype(object), other.take(both).astype(object), strict=True)
    differs[both] = [
        mine is not theirs and (type(mine) is not type(theirs) or mine != theirs) for mine, theirs in pairs
    ]
    return differs


def plain(value: Any) -> Any:  # noqa: ANN401  # whatever a column holds
    """Return a value as a cell holds it."""
    return None if is_missing(value) else value


def _added(draft: Draft, frame: pd.DataFrame, columns: dict[str, Array], places: Positions) -> set[int]:
    ids = draft.add(len(places))
    labels: list[Hashable] = [frame.index[place] for place in places.tolist()]
    draft.table.label(dict(zip(ids, labels, strict=True)))
    for key, values in columns.items():
        for row, value in zip(ids, values.take(places), strict=True):
            if not is_missing(value):
                draft.set(row, key, value)
    return set(ids)


def _columns(
    table: Table, frame: pd.DataFrame, labels: Sequence[Hashable], keys: Container[str] | None
) -> dict[str, Array]:
    """Return the columns of a frame by key, in the types that the table has."""
    if not isinstance(frame, pd.DataFrame):
        raise TypeError(f"frame: {kind_of(frame)} is no DataFrame")
    if list(frame.columns) != list(labels):
        raise ValueError("frame: its columns are not those of the grid; make a new grid to show it")
    if frame.index.nlevels != table.base.index.nlevels:
        raise ValueError("frame: its index has another number of levels; make a new grid to show it")
    fields = [field for field in table.fields.values() if not field.in_index and field.position < len(labels)]
    return {each.key: _typed(each, frame.iloc[:, each.position]) for each in fields if keys is None or each.key in keys}


def _typed(field: Field, values: pd.Series[Any]) -> Array:
    dtype = field.kind.dtype
    # In its own type or, where values are missing, in the one that takes them.
    for wanted in (dtype, extended(pd.Series([], dtype=dtype).array, 1).dtype):
        try:
            made: Array = values.astype(wanted).array
        except (TypeError, ValueError, OverflowError):
            continue
        is_plain = isinstance(dtype, np.dtype) and dtype.kind == "O"
        if not is_plain or not len(made.dropna()) or _is_like(field, made):
            return made
    raise ValueError(f"frame: the values of column {show_label(field.label)} are not all of type {dtype}")


def _is_like(field: Field, values: Array) -> bool:
    try:
        return type(kind_for(values, field.column.type, field.column.choices)) is type(field.kind)
    except ValueError:
        return False
