"""What kind of values a column holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, get_args

import numpy as np
import pandas as pd

from chatbot_nb.payloads.wording import either, show
from chatbot_nb.widgets.grid.kinds import Category, Choice, ColumnType, Json, Kind, Secret, State, Text, Url, dtype_of
from chatbot_nb.widgets.grid.numbers import Boolean, Day, Exact, Integer, Real, Time

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from chatbot_nb.widgets.grid.kinds import Array

CHOICES: Final = 1_000
_LOOKED_AT: Final = 1_000  # objects of several types, for a dict or a list among them
# What infer_dtype says of objects, and what they are here.
_OBJECTS: Final[dict[str, type[Kind]]] = {
    "string": Text,
    "empty": Text,
    "integer": Integer,
    "decimal": Exact,
    "boolean": Boolean,
    "date": Day,
}
_AS_TYPE: Final[dict[str, type[Text]]] = {"text": Text, "url": Url, "state": State, "secret": Secret}


def kind_for(
    values: Array, wanted: ColumnType | None = None, choices: Mapping[str, str] | Iterable[str] | None = None
) -> Kind:
    """Return what the values of a column are.

    Parameters
    ----------
    values : ExtensionArray
    wanted : str, optional
        The type that it should have.
    choices : mapping or iterable of str, optional
        The texts that are allowed.

    Raises
    ------
    ValueError
        The values are not of that type, or there are more than 1,000 choices.
    """
    kind = _inferred(values)
    if wanted is not None and wanted not in get_args(ColumnType):
        raise ValueError(f"{show(wanted)} is no type; use {either(get_args(ColumnType))}")
    if choices is not None or (wanted == "choice" and not isinstance(kind, Category)):
        _need_texts(kind, "choice")
        return Choice(values, _choices(values, choices))
    if wanted is None or wanted in (kind.type, "text"):
        return kind
    if wanted in _AS_TYPE:
        _need_texts(kind, wanted)
        return _AS_TYPE[wanted](values)
    raise ValueError(f"its type is {kind.type}, not {wanted}")


def _need_texts(kind: Kind, wanted: str) -> None:
    is_text = isinstance(kind, Text)
    if not is_text:
        raise ValueError(f"it holds no texts, so it cannot be of type {wanted}")


def _choices(values: Array, choices: Mapping[str, str] | Iterable[str] | None) -> dict[str, str]:
    given = pd.unique(values.dropna()).tolist() if choices is None else choices
    labels = dict(given) if isinstance(given, Mapping) else {str(each): str(each) for each in given}
    if len(labels) > CHOICES:
        raise ValueError(f"{len(labels):,} choices, at most {CHOICES:,} can be shown")
    return labels


def _inferred(values: Array) -> Kind:
    dtype = dtype_of(values)
    if isinstance(dtype, pd.CategoricalDtype):
        return Category(values) if len(dtype.categories) <= CHOICES else Kind(values)
    if isinstance(dtype, np.dtype) and dtype.kind == "O":
        return _of_objects(values)
    return next((kind for fits, kind in _KINDS if fits(dtype)), Kind)(values)


def _is_time(dtype: Any) -> bool:  # noqa: ANN401
    return isinstance(dtype, pd.DatetimeTZDtype) or (isinstance(dtype, np.dtype) and dtype.kind == "M")


def _is_other(dtype: Any) -> bool:  # noqa: ANN401
    return isinstance(dtype, pd.PeriodDtype | pd.IntervalDtype | pd.SparseDtype)


# The first that fits counts.
_KINDS: Final[tuple[tuple[Callable[[Any], bool], type[Kind]], ...]] = (
    (_is_time, Time),
    (_is_other, Kind),
    (pd.api.types.is_bool_dtype, Boolean),
    (pd.api.types.is_integer_dtype, Integer),
    (pd.api.types.is_float_dtype, Real),
    (pd.api.types.is_string_dtype, Text),
)


def _of_objects(values: Array) -> Kind:
    inferred = pd.api.types.infer_dtype(values.to_numpy(dtype=object), skipna=True)
    if inferred in _OBJECTS:
        return _OBJECTS[inferred](values)
    first = next((value for value in values[:_LOOKED_AT] if isinstance(value, (dict, list, tuple, str))), None)
    return Json(values) if isinstance(first, (dict, list, tuple)) else Kind(values)
