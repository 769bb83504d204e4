"""Single cells that were edited, and values put into whole columns."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
import pandas as pd

from chatbot_nb.widgets.grid.kinds import dtype_of, series_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from chatbot_nb.widgets.grid.kinds import Array


class _Special(Enum):
    AS_IT_WAS = "as it was"
    UNREADABLE = "unreadable"

    def __repr__(self) -> str:
        return f"<{self.value}>"


#: The accepted value of a cell in which only a refused one was typed.
AS_IT_WAS: Final = _Special.AS_IT_WAS
#: What a refused text stands for, if it stands for nothing.
UNREADABLE: Final = _Special.UNREADABLE


@dataclass(frozen=True, slots=True)
class Refused:
    """What was typed and did not get into the frame.

    Parameters
    ----------
    text : str or None
        As it was typed.
    value : object
        What it stands for, if a check refused it; else `UNREADABLE`.
    why : str
        Why it stands for nothing; empty if a check refused it, which says it itself.
    """

    text: str | None
    value: object = UNREADABLE
    why: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that is not as it was loaded.

    Parameters
    ----------
    value : object
        What the frame has there; None is missing, `AS_IT_WAS` is what was loaded.
    at : datetime.datetime
        When it was edited last, in UTC.
    refused : Refused, optional
        What is shown instead.
    """

    value: object
    at: datetime
    refused: Refused | None = None

    @property
    def tried(self) -> object:
        """What a check looks at: the refused value where there is one."""
        if self.refused is not None and self.refused.value is not UNREADABLE:
            return self.refused.value
        return self.value


def extended(values: Array, count: int) -> Array:
    """Return a column with so many missing values behind it; whole numbers and truth values become nullable."""
    if not count:
        return values
    dtype = dtype_of(values)
    if isinstance(dtype, np.dtype) and dtype.kind in "iub":
        # The smallest type of pandas that holds the same, and also nothing.
        dtype = "boolean" if dtype.kind == "b" else dtype.name.replace("i", "I", 1).replace("u", "U", 1)
    is_plain = isinstance(dtype, np.dtype) and dtype.kind == "O"
    more = pd.Series([None] * count, dtype=object) if is_plain else pd.Series(index=range(count), dtype=dtype)
    both: Array = pd.concat([series_of(values).astype(dtype), more], ignore_index=True).array
    return both


def with_values(values: Array, positions: Sequence[int], given: Sequence[object]) -> Array:
    """Return a column in which some values are others; None is missing."""
    if not len(positions):
        return values
    changed = values.copy()
    where = np.asarray(positions, dtype=np.intp)
    dtype = dtype_of(changed)
    if isinstance(dtype, np.dtype) and dtype.kind == "O":
        many = np.empty(len(where), dtype=object)
        many[:] = list(given)
        changed[where] = many
    else:
        changed[where] = pd.Series(list(given), dtype=dtype).array
    return changed


def narrowed(values: Array, dtype: Any) -> Array:  # noqa: ANN401  # the dtype of a column
    """Return a column in the type that it had, if it can have that: whole numbers without a missing one."""
    if dtype_of(values) == dtype or np.asarray(values.isna()).any():
        return values
    return series_of(values).astype(dtype).array


def same(one: object, other: object) -> bool:
    """Return whether two values of a column are the same; missing ones are."""
    if is_missing(one) or is_missing(other):
        return is_missing(one) and is_missing(other)
    one, other = (each.item() if isinstance(each, np.generic) else each for each in (one, other))
    return type(one) is type(other) and bool(one == other)


def is_missing(value: object) -> bool:
    """Return whether this is what stands for no value."""
    return value is None or (pd.api.types.is_scalar(value) and bool(pd.isna(cast("Any", value))))
