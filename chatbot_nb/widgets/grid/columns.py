"""The columns of a grid: what a caller says of them, and what is read off the frame."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import numpy as np
import pandas as pd

from chatbot_nb.payloads.wording import kind_of, printable, show
from chatbot_nb.widgets.grid.inference import kind_for
from chatbot_nb.widgets.grid.kinds import ColumnType, Json, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    Check: TypeAlias = Callable[[pd.Series[Any]], Sequence[str | None]]

Place: TypeAlias = Literal["table", "drawer", "nowhere"]

_SAMPLE: Final = 200  # rows that a column's width is taken from
_MOST: Final = 0.95  # of their texts fit,
_SPARE: Final = 1.5  # and those that are not much longer
_PER_CHARACTER: Final = 7.5  # px
_WIDTHS: Final = {"boolean": (70, 90), "number": (80, 200), "date": (110, 230), "secret": (90, 90)}
_ANY_WIDTH: Final = (90, 300)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """What is to be said of a column; whatever is None is read off the frame.

    Parameters
    ----------
    name : hashable
        The column's label in the frame, or the name of a level of its index.
    title : str, optional
        What stands above it.
    type : {"text", "url", "choice", "date", "boolean", "number", "secret", "state"}, optional
        How it is shown; ``url``, ``choice``, ``secret`` and ``state`` are for columns of texts.
    editable : bool, optional
        Columns of an index, and of values without an exact text, are never editable.
    new_only : bool, default False
        Only new rows can be edited here.
    width : int, optional
        In pixels.
    hidden : bool, default False
        Whether it is hidden at first.
    place : {"table", "drawer", "nowhere"}, default "table"
        Where it is shown: among the columns, only in the details of a row, or not at all.
    choices : mapping of str to str, or iterable of str, optional
        The texts that are allowed, with their labels; at most 1,000.
    wide : bool, optional
        Whether the details show line breaks.
    note : str, default ""
        What a person should know of it.
    label : callable, optional
        Takes a text and returns a shorter one for the table, where it is shown in full only when it is pointed at and
        in the details.
    check : callable, optional
        Takes a Series of values and returns what is wrong with each, None where nothing is. Called with the column
        when it is loaded, then with each value that changes: a value with a message does not get into the frame.
    """

    name: Hashable
    title: str | None = None
    type: ColumnType | None = None
    editable: bool | None = None
    new_only: bool = False
    width: int | None = None
    hidden: bool = False
    place: Place = "table"
    choices: Mapping[str, str] | Iterable[str] | None = None
    wide: bool | None = None
    note: str = ""
    label: Callable[[str], str] | None = None
    check: Check | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A column as the grid has it.

    Parameters
    ----------
    key : str
        Its name on the way to the browser: no other column's.
    label : hashable
        Its label in the frame.
    position : int
        Where it stands in the frame, or among the levels of the index.
    in_index : bool
    kind : Kind
    column : Column
        All that is shown of it, with nothing left out.
    """

    key: str
    label: Hashable
    position: int
    in_index: bool
    kind: Kind
    column: Column

    @property
    def title(self) -> str:
        """What stands above it."""
        return self.column.title or self.key

    @property
    def editable(self) -> bool:
        """Whether anything of it can be edited."""
        return bool(self.column.editable)

    def described(self, *, hidden: bool) -> dict[str, Any]:
        """Return what the browser is told of it."""
        column = self.column
        return {
            "name": self.key,
            "title": self.title,
            "type": self.kind.type,
            "editable": self.editable,
            "new_only": column.new_only,
            "width": column.width,
            "hidden": hidden,
            "choices": [list(pair) for pair in getattr(self.kind, "choices", {}).items()],
            "wide": bool(column.wide),
            "note": column.note,
        }


def fields_of(frame: pd.DataFrame, columns: Iterable[Column] | None = None) -> list[Field]:
    """Return the columns of a grid.

    Parameters
    ----------
    frame : pandas.DataFrame
    columns : iterable of Column, optional
        In the order in which they are shown; the others of the frame follow. By default the index, if it is more
        than positions, and all columns as they stand.

    Raises
    ------
    ValueError
        A column that the frame does not have, or that is named twice; a type that its values do not have; more than
        1,000 choices.
    TypeError
        Something that is no Column.
    """
    there = _places(frame)
    specs = _specs(columns)
    if unknown := [label for label in specs if label not in {label for label, *_ in there}]:
        raise ValueError(f"columns: the frame has no column {show_label(unknown[0])}")
    order = list(specs)
    there.sort(key=lambda each: order.index(each[0]) if each[0] in specs else len(order))
    keys: set[str] = set()
    return [_field(frame, specs, each, keys) for each in there]


def labels_of(frame: pd.DataFrame) -> list[Hashable]:
    """Return the labels of a frame's columns, those of its index first, as a grid shows them."""
    return [label for label, *_ in _places(frame)]


def show_label(label: object) -> str:
    """Return a label of a frame as a message shows it."""
    return show(label) if isinstance(label, str) else show(str(label))


def _specs(columns: Iterable[Column] | None) -> dict[Hashable, Column]:
    specs: dict[Hashable, Column] = {}
    for column in columns or ():
        if not isinstance(column, Column):
            raise TypeError(f"columns: {kind_of(column)} is no Column; pass Column(name=...)")
        if column.name in specs:
            raise ValueError(f"columns: {show_label(column.name)} is named twice")
        specs[column.name] = column
    return specs


def _places(frame: pd.DataFrame) -> list[tuple[Hashable, int, bool]]:
    """Return label, position, and whether it is in the index, of all columns."""
    index = frame.index
    is_plain = isinstance(index, pd.RangeIndex) and index.name is None
    levels = [] if is_plain else [(_level_label(frame, level), level, True) for level in range(index.nlevels)]
    return [*levels, *((label, position, False) for position, label in enumerate(frame.columns))]


def _level_label(frame: pd.DataFrame, level: int) -> Hashable:
    name = frame.index.names[level]
    if name is not None:
        return name
    return "index" if frame.index.nlevels == 1 else f"index {level}"


def _field(
    frame: pd.DataFrame, specs: Mapping[Hashable, Column], place: tuple[Hashable, int, bool], keys: set[str]
) -> Field:
    label, position, in_index = place
    values = frame.index.get_level_values(position).array if in_index else frame.iloc[:, position].array
    column = specs.get(label, Column(name=label))
    try:
        kind = kind_for(values, column.type, column.choices)
    except ValueError as exc:
        raise ValueError(f"columns: {show_label(label)}: {exc}") from None
    key = _key(label, keys)
    editable = kind.editable and not in_index and column.editable is not False
    shown = column.label or kind.label
    texts = [shown(text) for text in kind.texts(values.take(_sample(len(values)))) if text is not None]
    column = replace(
        column,
        title=printable(column.title if column.title is not None else key),
        editable=editable,
        width=column.width or _width(kind, column.title or key, texts),
        wide=column.wide if column.wide is not None else _is_wide(kind, texts),
        note=column.note or ("" if kind.editable else "its values cannot be edited here"),
    )
    return Field(key=key, label=label, position=position, in_index=in_index, kind=kind, column=column)


def _key(label: Hashable, keys: set[str]) -> str:
    named = " / ".join(map(str, label)) if isinstance(label, tuple) else str(label)
    name = printable(named)
    key = next(
        each for each in (name, *(f"{name} ({n})" for n in range(2, len(keys) + 3))) if each and each not in keys
    )
    keys.add(key)
    return key


def _sample(count: int) -> NDArray[np.intp]:
    """Return positions from all over a column: what is alike often stands together."""
    return np.unique(np.linspace(0, max(count - 1, 0), min(count, _SAMPLE)).astype(np.intp))


def _width(kind: Kind, title: str, texts: list[str]) -> int:
    least, most = _WIDTHS.get(kind.type, _ANY_WIDTH)
    lengths = sorted(map(len, texts)) or [0]
    fits = _SPARE * lengths[int(_MOST * (len(lengths) - 1))]
    longest = max(len(title) + 3, min(fits, lengths[-1]))
    return int(min(max(least, 24 + _PER_CHARACTER * longest), most))


def _is_wide(kind: Kind, texts: list[str]) -> bool:
    return isinstance(kind, Json) or any("\n" in text for text in texts)
