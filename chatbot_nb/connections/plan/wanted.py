"""The wanted frame, read leniently: however it came to be, its columns are texts, times, and what is neither."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from chatbot_nb.connections.plan.table import COLUMNS, EDITABLE
from chatbot_nb.payloads.wording import kind_of, nearest, show

if TYPE_CHECKING:
    from chatbot_nb.connections.plan.table import Findings, Flags, Objects

ROUNDED: Final = pd.Timedelta(seconds=1)  # times, by Excel and by people
# As it is, and as a program shows it that took UTF-8 for a Western encoding.
_BYTE_ORDER_MARKS: Final = ("\ufeff", "\u00ef\u00bb\u00bf")
# Integers of more bits are nobody's name, and Python refuses to print the longest.
_PRINTED_BITS: Final = 1024


@dataclass(frozen=True, slots=True)
class Cells:
    """A column.

    Attributes
    ----------
    texts : ndarray of object, shape (n,)
        A str, or None for what is empty (missing, or a text without characters) and for what is no text.
    odd : dict of int to object
        By row, what is neither empty nor text.
    """

    texts: Objects
    odd: dict[int, object]


class Wanted:
    """The wanted frame; it is never modified.

    Parameters
    ----------
    frame : object
        What a user passed.
    account_ids : pandas.Index
        Only to recognise ids in an index without a name.
    findings : Findings
        Gets what is wrong with the columns.

    Attributes
    ----------
    columns : dict of str to int
        Where the columns that are known, and that stand there once, are.
    ids : Cells or None
        None if it cannot be told where they are; a finding says why.

    Raises
    ------
    TypeError
        ``frame`` is no DataFrame.
    """

    def __init__(self, frame: object, account_ids: pd.Index[str], findings: Findings) -> None:
        if not isinstance(frame, pd.DataFrame):
            raise TypeError(
                f"wanted is a {type(frame).__name__}, not a pandas.DataFrame; pass client.connections.frame() as you "
                "edited it, or pd.read_csv(path), pd.read_excel(path) or pd.read_parquet(path)"
            )
        self._frame = frame
        self.columns: dict[str, int] = {}
        self._find_columns(findings)
        self.ids = self._find_ids(account_ids, findings)

    def __len__(self) -> int:
        return len(self._frame)

    def cells(self, column: str) -> Cells:
        """Return a column of texts; one that the frame does not have is empty."""
        if column not in self.columns:
            return Cells(np.full(len(self), None, dtype=object), {})
        return cells_of(self._frame.iloc[:, self.columns[column]])

    def blank(self) -> Flags:
        """Return the rows in which no known column holds anything, as spreadsheets leave them at the end."""
        blank = np.ones(len(self), dtype=bool)
        if self.ids is not None:
            blank &= pd.isna(self.ids.texts)
            blank[list(self.ids.odd)] = False
        for column in self.columns:
            if not blank.any():
                break
            cells = self.cells(column)
            blank &= pd.isna(cells.texts)
            blank[list(cells.odd)] = False
        return blank

    def times(self, column: str) -> tuple[pd.Series[pd.Timestamp], Flags]:
        """Return a column of times in UTC, NaT where none can be read, and where the cells are empty."""
        values = self._frame.iloc[:, self.columns[column]].reset_index(drop=True)
        if pd.api.types.is_datetime64_any_dtype(values.dtype):
            return _in_utc(values), values.isna().to_numpy(dtype=bool)
        cells = cells_of(values)
        empty = np.array(pd.isna(cells.texts))
        empty[list(cells.odd)] = False
        # Excel gives dates and times as objects of Python, in one column with what it took for text.
        readable = cells.texts.copy()
        for row, value in cells.odd.items():
            readable[row] = value if isinstance(value, date) else None
        return _in_utc(pd.Series(readable, dtype=object), "ISO8601"), empty

    def _find_columns(self, findings: Findings) -> None:
        labels: list[object] = list(self._frame.columns)
        known = [label if isinstance(label, str) and label in COLUMNS else None for label in labels]
        self._known = set(known)
        for column in COLUMNS:
            count = known.count(column)
            if count == 1:
                self.columns[column] = known.index(column)
            elif count:
                message = f"{count} columns are named {column}; keep one of them"
                findings.add("doubled_column", "error", message, column=column)
        unknown = {show(label): label for label, name in zip(labels, known, strict=True) if name is None}
        for shown, label in unknown.items():
            self._report_unknown(shown, label, {*known, *self._frame.index.names}, findings)

    def report_nothing_to_change(self, findings: Findings) -> None:
        """Refuse a frame that can change nothing: its edits stand under other names."""
        if not self.columns.keys() & set(EDITABLE):
            message = "the frame has none of the columns that can be changed: name, url, ...; name its columns so"
            findings.add("nothing_to_change", "error", message)

    def _report_unknown(self, shown: str, label: object, there: set[object], findings: Findings) -> None:
        meant = nearest(label, COLUMNS) if isinstance(label, str) else None
        # A column to be edited under a name that nothing reads: its edits would be lost without a word.
        lost = meant in {"id", *EDITABLE} and meant not in there
        message = f"{shown} is no column of connections" + ("" if lost else " and is ignored")
        if meant:
            message += f"; did you mean {meant!r}?" + (" Rename it, or drop it" if lost else "")
        column = label if isinstance(label, str) else shown
        findings.add("unknown_column", "error" if lost else "warning", message, column=column)

    def _find_ids(self, account_ids: pd.Index[str], findings: Findings) -> Cells | None:
        index = self._frame.index
        in_index = cells_of(index.get_level_values(index.names.index("id"))) if "id" in index.names else None
        in_column = self.cells("id") if "id" in self.columns else None
        if in_index and in_column and not np.array_equal(in_index.texts, in_column.texts):
            message = "id names the index and a column, which differ; drop one of them"
            findings.add("doubled_column", "error", message, column="id")
            return None
        ids = in_index or in_column
        if ids is None and "id" not in self._known:
            findings.add("no_id", "error", self._no_id(account_ids), column="id")
        return ids

    def _no_id(self, account_ids: pd.Index[str]) -> str:
        message = "the frame has neither an index nor a column named id"
        index = self._frame.index
        if index.nlevels == 1 and index.isin(account_ids).any():
            return f"{message}, but ids in its index: pass wanted.rename_axis('id')"
        labels: list[object] = list(self._frame.columns)
        if len(labels) == 1 and isinstance(labels[0], str) and any(sign in labels[0] for sign in ";\t|"):
            return f"{message}; its only column is {show(labels[0])}: read the file with pd.read_csv(path, sep=None)"
        if any(isinstance(label, str) and label.startswith(_BYTE_ORDER_MARKS) for label in labels):
            return f"{message}, but one that begins with a byte order mark: read the file with encoding='utf-8-sig'"
        near = next((label for label in labels if isinstance(label, str) and nearest(label, ["id"])), None)
        if near:
            return f"{message}; did you mean the column {show(near)}? Rename it"
        return f"{message}; take it from client.connections.frame(), and leave the id of a new connection empty"


def printed(value: object) -> tuple[str, ...]:
    """Return the texts that a program may have taken for this number or boolean; none for anything else."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, int):
        return (str(value),) if value.bit_length() <= _PRINTED_BITS else ()
    if isinstance(value, float):
        return (str(value), str(int(value))) if value.is_integer() else (str(value),)
    return ()


AS_TEXT: Final = "in Excel format the column as text, and read files with dtype=str"


def described(value: object, *, secret: bool = False) -> str:
    """Return why a value is no text: ``"2024 is a number, not a string"``; of a secret only what it is."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, date):
        shown, kind = value.isoformat(), "a date"
    else:
        shown, kind = show(value), kind_of(value)
    return f"{'the value' if secret or shown == kind else shown} is {kind}, not a string"


def cells_of(column: pd.Series[Any] | pd.Index[Any]) -> Cells:
    """Read a column of any dtype, of which nothing is modified."""
    texts = np.array(column.to_numpy(dtype=object))
    texts[pd.isna(texts)] = None
    odd = {}
    if pd.api.types.infer_dtype(texts, skipna=True) not in {"string", "empty"}:
        odd = {row: value for row, value in enumerate(texts) if not (value is None or isinstance(value, str))}
        texts[list(odd)] = None
    texts[texts == ""] = None
    return Cells(texts, odd)


def _in_utc(values: pd.Series[Any], how: str | None = None) -> pd.Series[pd.Timestamp]:
    try:
        times = pd.to_datetime(values, errors="coerce", utc=True, format=how)
        return times.astype(pd.DatetimeTZDtype("us", "UTC"))
    except ValueError:  # the year 300,000: in no unit that other times have
        return pd.Series(pd.NaT, index=values.index, dtype=pd.DatetimeTZDtype("us", "UTC"))
