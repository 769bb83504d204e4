"""The labels of rows: those of new ones, and which rows of two frames are the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from chatbot_nb.widgets.grid.cells import extended, is_missing
from chatbot_nb.widgets.grid.kinds import series_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence


def extended_index(index: pd.Index[Any], new: Sequence[int], given: Mapping[int, Hashable]) -> pd.Index[Any]:
    """Return labels with those of new rows behind them: given ones, the next whole numbers, else missing ones.

    Parameters
    ----------
    index : pandas.Index
    new : sequence of int
        The ids of new rows.
    given : mapping of int to hashable
        Labels by id.
    """
    if not new:
        return index
    more = _next_labels(index, len(new), given)
    if not any(row in given for row in new):
        return more
    first = len(index)
    labels = [*more[:first], *(given.get(row, more[first + number]) for number, row in enumerate(new))]
    if index.nlevels > 1:
        return pd.MultiIndex.from_tuples(labels, names=index.names)
    try:
        made: pd.Index[Any] = pd.Index(labels, dtype=index.dtype, name=index.name)
    except (TypeError, ValueError):
        made = pd.Index(labels, dtype=object, name=index.name)
    return made


def _next_labels(index: pd.Index[Any], count: int, given: Mapping[int, Hashable]) -> pd.Index[Any]:
    if index.nlevels > 1:
        levels = [extended(index.get_level_values(level).array, count) for level in range(index.nlevels)]
        return pd.MultiIndex.from_arrays(levels, names=index.names)
    if pd.api.types.is_integer_dtype(index.dtype) and not index.hasnans:
        used = [int(index.max())] if len(index) else []
        first = max([-1, *used, *(label for label in given.values() if isinstance(label, int))]) + 1
        numbers: pd.Index[Any] = pd.Index(range(first, first + count), dtype=index.dtype)
        extended_by: pd.Index[Any] = index.append(numbers).rename(index.name)
        return extended_by
    more: pd.Index[Any] = pd.Index(series_of(extended(index.array, count)), name=index.name)
    return more


def row_keys(*indexes: pd.Index[Any]) -> list[pd.Index[Any]]:
    """Return labels by which rows of several frames are known, of which no frame has one twice.

    Where one has some label twice, or none, the number among rows of the same label is added.
    """
    if all(index.is_unique and not index.hasnans for index in indexes):
        return list(indexes)
    return [_numbered(index) for index in indexes]


def _numbered(index: pd.Index[Any]) -> pd.Index[Any]:
    levels = [index] if index.nlevels == 1 else [index.get_level_values(level) for level in range(index.nlevels)]
    counts: dict[Hashable, int] = {}
    keys = []
    for label in zip(*([None if is_missing(each) else each for each in level] for level in levels), strict=True):
        counts[label] = counts.get(label, -1) + 1
        keys.append((*label, counts[label]))
    return pd.Index(keys, dtype=object, tupleize_cols=False)
