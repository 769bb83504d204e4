"""The rows of a grid: as they were loaded, with what was edited, added and marked for deletion since."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np
import pandas as pd

from chatbot_nb.widgets.grid.cells import AS_IT_WAS, Cell, extended, is_missing, narrowed, same, with_values
from chatbot_nb.widgets.grid.kinds import series_of
from chatbot_nb.widgets.grid.labels import extended_index
from chatbot_nb.widgets.grid.numbers import Ordered

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from chatbot_nb.widgets.grid.columns import Field
    from chatbot_nb.widgets.grid.kinds import Array, Flags, Objects, Order

    Ids = NDArray[np.int64]
    Positions = NDArray[np.intp]

_Known = TypeVar("_Known")


class Table:
    """Rows by their ids: small numbers that stay the same, whatever their labels are.

    Parameters
    ----------
    frame : pandas.DataFrame
        It is never modified.
    fields : sequence of Field

    Attributes
    ----------
    fields : dict of str to Field
        By key.
    base : pandas.DataFrame
        As it was loaded.
    new : list of int
        Ids of rows that were added, which stand behind all others.
    labels : dict of int to hashable
        The labels of new rows that were given one.
    deleted : set of int
        Ids of rows that are marked for deletion.
    cells : dict of str to dict of int to Cell
        By key and id, what is not as it was loaded.
    """

    def __init__(self, frame: pd.DataFrame, fields: Sequence[Field]) -> None:
        self.fields = {field.key: field for field in fields}
        self.base = frame.copy(deep=False)
        self.new: list[int] = []
        self.labels: dict[int, Hashable] = {}
        self.deleted: set[int] = set()
        self.cells: dict[str, dict[int, Cell]] = {field.key: {} for field in fields}
        self._ids: Ids = np.arange(len(frame), dtype=np.int64)
        self._next = len(frame)
        self._known: dict[tuple[str, str | None], Any] = {}

    def describe(self, fields: Sequence[Field]) -> None:
        """Take over what is to be said of the same columns now."""
        self.fields = {field.key: field for field in fields}
        self._known.clear()

    # Rows

    def __len__(self) -> int:
        return len(self._ids) + len(self.new)

    @property
    def ids(self) -> Ids:
        """The ids of all rows, in their order."""
        return self._remember("ids", None, lambda: np.concatenate([self._ids, np.array(self.new, dtype=np.int64)]))

    @property
    def index(self) -> pd.Index[Any]:
        """The labels of all rows."""
        return self._remember("index", None, lambda: extended_index(self.base.index, self.new, self.labels))

    def positions(self, ids: Sequence[int] | Ids) -> Positions:
        """Return where rows stand; -1 for ids that there are not."""
        return self._where.get_indexer(pd.Index(np.asarray(ids, dtype=np.int64))).astype(np.intp)

    def position(self, row: int) -> int:
        """Return where a row stands, -1 if there is none of this id."""
        try:
            return int(cast("int", self._where.get_loc(row)))
        except KeyError:
            return -1

    @property
    def _where(self) -> pd.Index[Any]:
        return self._remember("where", None, lambda: pd.Index(self.ids))

    def add(self, count: int) -> list[int]:
        """Add empty rows and return their ids."""
        ids = list(range(self._next, self._next + count))
        self._next += count
        self.restore(ids)
        return ids

    def label(self, labels: Mapping[int, Hashable]) -> None:
        """Give new rows their labels; a missing one is none."""
        self.labels.update({row: label for row, label in labels.items() if not is_missing(label)})
        self._known.clear()

    def restore(self, ids: Iterable[int]) -> None:
        """Add rows of these ids, as they were before they were dropped."""
        self.new = sorted({*self.new, *ids})
        self._known.clear()

    def drop(self, ids: Iterable[int]) -> None:
        """Take new rows away, with all that stands in them."""
        gone = set(ids)
        self.new = [row for row in self.new if row not in gone]
        for cells in self.cells.values():
            for row in gone & cells.keys():
                del cells[row]
        self._known.clear()

    def mark(self, row: int, *, deleted: bool) -> None:
        """Mark a row for deletion, or no longer."""
        (self.deleted.add if deleted else self.deleted.discard)(row)
        self._known.pop(("frame", None), None)

    def rebase(self, frame: pd.DataFrame, ids: Ids) -> None:
        """Take over another frame of the same columns as what was loaded; edits stay.

        Parameters
        ----------
        frame : pandas.DataFrame
        ids : ndarray of int64
            The id of each of its rows, -1 for one that has none yet.
        """
        unknown = ids < 0
        ids = np.array(ids)
        ids[unknown] = np.arange(self._next, self._next + int(unknown.sum()))
        self._next += int(unknown.sum())
        self.base, self._ids = frame.copy(deep=False), ids
        self._known.clear()
        kept = {*ids.tolist(), *self.new}
        self.new = [row for row in self.new if row not in set(ids.tolist())]
        self.deleted &= kept
        for key, cells in self.cells.items():
            self.cells[key] = {row: cell for row, cell in cells.items() if row in kept}
            for row, cell in list(self.cells[key].items()):
                self.put(row, key, cell)

    # Cells

    def cell(self, row: int, key: str) -> Cell | None:
        """Return what was edited in a cell; None if it is as it was loaded."""
        return self.cells[key].get(row)

    def put(self, row: int, key: str, cell: Cell | None) -> None:
        """Set what was edited in a cell; what is the same as before is no edit."""
        if cell is not None and cell.value is not AS_IT_WAS and same(cell.value, self.loaded(row, key)):
            cell = None if cell.refused is None else Cell(AS_IT_WAS, cell.at, cell.refused)
        if cell is None:
            self.cells[key].pop(row, None)
        else:
            self.cells[key][row] = cell
        self._forget(key)

    def loaded(self, row: int, key: str) -> Any:  # noqa: ANN401  # whatever the column holds
        """Return what was loaded into a cell, None where nothing was."""
        position = self.position(row)
        if not 0 <= position < len(self._ids):
            return None
        value = self._base(key)[position]
        return None if is_missing(value) else value

    def loaded_texts(self, key: str, rows: Sequence[int]) -> list[str | None]:
        """Return the texts of what was loaded into some cells of a column."""
        texts: list[str | None] = self.fields[key].kind.texts(self._base(key).take(self.positions(rows))).tolist()
        return texts

    def text(self, row: int, key: str) -> str | None:
        """Return the text that stands in a cell, in clear."""
        cell, kind = self.cell(row, key), self.fields[key].kind
        if cell is not None and cell.refused is not None:
            return cell.refused.text
        value = self.value(row, key)
        if value is None or isinstance(value, str):
            return value
        text: str | None = kind.texts(pd.Series([value], dtype=kind.dtype).array)[0]
        return text

    def value(self, row: int, key: str) -> Any:  # noqa: ANN401
        """Return what the frame has in a cell, None where it has nothing."""
        cell = self.cell(row, key)
        return self.loaded(row, key) if cell is None or cell.value is AS_IT_WAS else cell.value

    def changed(self, ids: Iterable[int] | None = None) -> dict[int, list[str]]:
        """Return by id which cells were edited, of all rows that were there before; refused ones count."""
        new = set(self.new)
        wanted = None if ids is None else set(ids)
        found: dict[int, list[str]] = {}
        for key, cells in self.cells.items():
            for row in cells.keys() if wanted is None else wanted & cells.keys():
                if row not in new:
                    found.setdefault(row, []).append(key)
        return found

    # Columns

    def array(self, key: str) -> Array:
        """Return a column as the frame has it, with a value for every row."""
        return self._remember(key, "array", lambda: self._current(key, tried=False))

    def texts(self, key: str, positions: Positions | slice = slice(None)) -> Objects:
        """Return the texts that stand in a column, refused ones among them."""
        array = self.array(key)
        texts = self.fields[key].kind.texts(array if isinstance(positions, slice) else array.take(positions))
        refusals = {row: cell.refused for row, cell in self.cells[key].items() if cell.refused is not None}
        if refusals:
            ids = self.ids[positions]
            hide = not self.fields[key].kind.is_open
            for offset in np.flatnonzero(np.isin(ids, list(refusals))).tolist():
                text = refusals[int(ids[offset])].text
                texts[offset] = text if text is None or not hide else self.fields[key].kind.texts(_one(text))[0]
        return texts

    def folded(self, key: str) -> list[str]:
        """Return the labels of a column without regard to case, empty where nothing stands."""

        def fold() -> list[str]:
            kind = self.fields[key].kind
            texts = kind.labels(self.texts(key)).tolist()
            if kind.is_folded and not self.cells[key]:
                return ["" if text is None else text for text in texts]
            return ["" if text is None else text.casefold() for text in texts]

        return self._remember(key, "folded", fold)

    def missing(self, key: str) -> Flags:
        """Return where nothing stands in a column."""

        def flags() -> Flags:
            missing = np.array(self.array(key).isna(), dtype=bool)
            for row, cell in self.cells[key].items():
                if cell.refused is not None:
                    missing[self.position(row)] = cell.refused.text is None
            return missing

        return self._remember(key, "missing", flags)

    def order(self, key: str) -> Order:
        """Return numbers that say in which order the values of a column stand; any for a missing one."""
        field = self.fields[key]
        # Only texts are ordered by their labels.
        folded = [] if isinstance(field.kind, Ordered) else self.folded(key)
        return self._remember(key, "order", lambda: field.kind.order(self.array(key), folded))

    # Frames

    @property
    def frame(self) -> pd.DataFrame:
        """The rows as they stand, without those to be deleted: dtypes, labels and attributes as they were loaded."""
        return self._remember("frame", None, self._frame).copy(deep=False)

    def rows(self, ids: Sequence[int], *, tried: bool = False) -> pd.DataFrame:
        """Return some rows as a frame; `tried`: with what was refused where it could be read."""
        positions = self.positions(ids)
        arrays = [self._some(field.key, ids, positions, tried=tried) for field in self._in_frame()]
        return self._assembled(arrays, self.index.take(positions))

    def _some(self, key: str, ids: Sequence[int], positions: Positions, *, tried: bool) -> Array:
        """Return the values of some rows; the others are not looked at."""
        if self.new:  # whose types may be others
            values = self._current(key, tried=True) if tried else self.array(key)
            return values.take(positions)
        cells = self.cells[key]
        given = {
            place: value
            for place, row in enumerate(ids)
            if row in cells and (value := cells[row].tried if tried else cells[row].value) is not AS_IT_WAS
        }
        return with_values(self._base(key).take(positions), list(given), list(given.values()))

    def _frame(self) -> pd.DataFrame:
        if not self.new and not self.deleted and not any(self.cells.values()):
            return self.base
        frame = self._assembled([self.array(field.key) for field in self._in_frame()], self.index)
        if self.deleted:
            frame = frame[~np.isin(self.ids, list(self.deleted))]
        arrays = [narrowed(frame.iloc[:, n].array, dtype) for n, dtype in enumerate(self.base.dtypes)]
        return self._assembled(arrays, frame.index)

    def _assembled(self, arrays: Sequence[Array], index: pd.Index[Any]) -> pd.DataFrame:
        columns = {number: series_of(values).set_axis(index) for number, values in enumerate(arrays)}
        frame = pd.DataFrame(columns, index=index, copy=False)
        frame.columns = self.base.columns
        frame.attrs = dict(self.base.attrs)
        return frame

    def _in_frame(self) -> list[Field]:
        return sorted((each for each in self.fields.values() if not each.in_index), key=lambda each: each.position)

    def _base(self, key: str) -> Array:
        def column() -> Array:
            field = self.fields[key]
            if field.in_index:
                return _level(self.base.index, field.position)
            return cast("Array", self.base.iloc[:, field.position].array)

        return self._remember(key, "base", column)

    def _current(self, key: str, *, tried: bool) -> Array:
        field = self.fields[key]
        if field.in_index:
            return _level(self.index, field.position)
        given = {
            row: value
            for row, cell in self.cells[key].items()
            if (value := cell.tried if tried else cell.value) is not AS_IT_WAS
        }
        values = extended(self._base(key), len(self.new))
        return with_values(values, self.positions(list(given)).tolist(), list(given.values()))

    # What was worked out

    def _remember(self, key: str, what: str | None, make: Callable[[], _Known]) -> _Known:
        place = (key, what)
        if place not in self._known:
            self._known[place] = make()
        known: _Known = self._known[place]
        return known

    def _forget(self, key: str) -> None:
        for what in ("array", "folded", "missing", "order"):
            self._known.pop((key, what), None)
        self._known.pop(("frame", None), None)


def _level(index: pd.Index[Any], level: int) -> Array:
    return cast("Array", index.get_level_values(level).array)


def _one(text: str) -> Array:
    return pd.array([text], dtype="str")
