"""The columns of a frame as the rules need them, however the frame came to be: API, CSV, Excel, Parquet, by hand.

A cell that is not of its column's kind gets a finding, and counts as missing.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from chatbot_nb.audits.hits import Hits, Said, Texts
from chatbot_nb.payloads.wording import printable, show

if TYPE_CHECKING:
    from collections.abc import Hashable

#: Columns whose values nothing may show.
SECRET_COLUMNS: Final = ("token", "header_values", "auth_password")
_TIMES: Final = {"created_at": "createdAt", "updated_at": "updatedAt"}  # and their names in the API
COLUMNS: Final = (
    *("name", "url", "story_id", "story_name", "error", *_TIMES),
    *("has_token", "headers", "auth_username", "read_error"),
    *SECRET_COLUMNS,
)
_POINTER: Final = re.compile(r"/([0-9]{1,9})(?:/(id|createdAt|updatedAt))?")


class Account:
    """The columns of a frame, by position; of columns with one name the first is read.

    Parameters
    ----------
    frame : pandas.DataFrame
        Any; it is not changed.

    Attributes
    ----------
    ids : list of str
        From the index or the column ``id``, else the position.
    wrong : list of Hits
        The bad cells of the columns that were read so far.
    """

    def __init__(self, frame: pd.DataFrame) -> None:
        self.wrong: list[Hits] = []
        self._frame = frame
        self._places: dict[Hashable, int] = {}
        for place, label in enumerate(frame.columns):
            self._places.setdefault(label, place)
        self._known: dict[str, Texts | None] = {}
        self.has_id = "id" in frame.index.names or "id" in self._places
        self.ids = self._read_ids()

    @cached_property
    def by_id(self) -> np.ndarray:
        """The rows in the order of their ids: what is chosen by it does not depend on the frame's order."""
        return np.argsort(np.array(self.ids, dtype=object), kind="stable")

    @property
    def doubled(self) -> list[str]:
        """The known columns that the frame has more than once."""
        labels = list(self._frame.columns)
        return [name for name in COLUMNS if labels.count(name) > 1]

    @property
    def readable(self) -> list[str]:
        """The columns that everyone who sees the frame can read, also those that the API does not have."""
        hidden = {*SECRET_COLUMNS, *_TIMES, "has_token", "id"}
        return [label for label in self._places if isinstance(label, str) and label not in hidden]

    def has(self, name: str) -> bool:
        """Return whether the frame has a column."""
        return name in self._places

    def first_of(self, *names: str) -> pd.DataFrame:
        """Return a frame of those columns that there are, each once."""
        return self._frame.iloc[:, [self._places[name] for name in names if self.has(name)]]

    def texts(self, name: str) -> Texts | None:
        """Return a column of texts; None if there is no such column."""
        if name not in self._known:
            self._known[name] = self._read_texts(name) if self.has(name) else None
        return self._known[name]

    def false_rows(self, name: str) -> np.ndarray:
        """Return the rows where a column of truth values says false."""
        column = self._column(name)
        if pd.api.types.is_bool_dtype(column.dtype) and column.dtype != object:
            return np.flatnonzero((~column.astype("boolean")).fillna(value=False).to_numpy(dtype=bool))
        cells = column.to_numpy(dtype=object)
        truths = [_truth(cell) for cell in cells]
        odd = np.array([truth is None for truth in truths], dtype=bool) & ~pd.isna(cells)
        self._note(name, cells, odd, "neither true nor false")
        return np.flatnonzero([truth is False for truth in truths])

    def times(self, name: str) -> pd.DatetimeIndex:
        """Return a column of times in UTC; those that name no offset are taken as UTC, bad ones are missing."""
        column = self._column(name)
        if pd.api.types.is_datetime64_any_dtype(column.dtype):
            times = pd.DatetimeIndex(column)
            times = times.tz_localize("UTC") if times.tz is None else times.tz_convert("UTC")
            empty = np.asarray(times.isna())
        else:
            cells = column.to_numpy(dtype=object)
            empty = pd.isna(cells)
            if pd.api.types.infer_dtype(cells, skipna=True) not in {"string", "empty"}:
                odd = np.array([not isinstance(cell, (str, date, np.datetime64)) for cell in cells], dtype=bool)
                cells = self._without(name, cells, odd & ~empty, "not a time")
                empty |= odd
            times = _parsed(cells)
            self._unreadable(name, cells, np.flatnonzero(np.asarray(times.isna()) & ~empty))
            empty = pd.isna(column.to_numpy(dtype=object))
        self._missing_times(name, np.flatnonzero(empty))
        return times

    def _column(self, name: str) -> pd.Series[Any]:
        return self._frame.iloc[:, self._places[name]]

    def _read_ids(self) -> list[str]:
        if not self.has_id:
            return [str(row) for row in range(len(self._frame))]
        index = self._frame.index
        source = index.get_level_values("id") if "id" in index.names else self._column("id")
        cells = source.to_numpy(dtype=object)
        if pd.api.types.infer_dtype(cells, skipna=False) == "string":
            return _all_printable(cells.tolist())
        odd = np.array([not isinstance(cell, str) for cell in cells], dtype=bool)
        self._note("id", cells, odd, "not a text")
        return [
            printable(cell) if isinstance(cell, str) else f"row {row}" if empty else show(_plain(cell))
            for row, (cell, empty) in enumerate(zip(cells, pd.isna(cells), strict=True))
        ]

    def _read_texts(self, name: str) -> Texts:
        column = self._column(name)
        if isinstance(column.dtype, pd.StringDtype):
            codes, known = pd.factorize(column)
            empty = codes < 0
        else:
            cells = column.to_numpy(dtype=object)
            empty = pd.isna(cells)
            if pd.api.types.infer_dtype(cells, skipna=True) not in {"string", "empty"}:
                odd = np.array([not isinstance(cell, str) for cell in cells], dtype=bool)
                if name == "error":  # as the API says that there is none
                    odd &= [cell is not False for cell in cells]
                cells = self._without(name, cells, odd & ~empty, "not a text")
                cells = np.array([cell if isinstance(cell, str) else None for cell in cells], dtype=object)
            codes, known = pd.factorize(pd.Index(cells, dtype=object))
        return Texts(_all_printable(known.tolist()), codes, np.flatnonzero(empty))

    def _without(self, name: str, cells: np.ndarray, odd: np.ndarray, what: str) -> np.ndarray:
        """Note the odd cells, and return the others with None in their place."""
        self._note(name, cells, odd, what)
        kept = cells.copy()
        kept[odd] = None
        return kept

    def _note(self, name: str, cells: np.ndarray, odd: np.ndarray, what: str) -> None:
        if name not in {*COLUMNS, "id"}:
            return
        rows = np.flatnonzero(odd)
        said = []
        for row in rows:
            shown = "the value" if name in SECRET_COLUMNS else show(_plain(cells[row]))
            said.append(Said("wrong_type", "warning", f"{name}: {shown} is {what}; it counts as missing", shown))
        self.wrong.append(Hits.each(rows, said))

    def _unreadable(self, name: str, cells: np.ndarray, rows: np.ndarray) -> None:
        said = [_no_time(name, show(_plain(cells[row])), "write it as 2021-06-09T07:35:00Z") for row in rows]
        self.wrong.append(Hits.each(rows, said))

    def _missing_times(self, name: str, rows: np.ndarray) -> None:
        sent = self._sent_times(_TIMES[name])
        if set(sent) != set(rows.tolist()):  # the frame is no longer as the API gave it: its rows are others
            sent = {}
        nothing = Said("unreadable_time", "warning", f"{name}: missing; the age of the connection is not known", "")
        next_step = "the age of the connection is not known"
        said = [_no_time(name, text, next_step) if (text := sent.get(row)) else nothing for row in rows.tolist()]
        self.wrong.append(Hits.each(rows, said))

    def _sent_times(self, key: str) -> dict[int, str | None]:
        """Return by row what the API sent where a time could not be read; see `Connections.frame`."""
        findings = self._frame.attrs.get("findings")
        sent: dict[int, str | None] = {}
        left_out: list[int] = []  # positions of the API's list that no row stands for
        for finding in findings if isinstance(findings, (list, tuple)) else ():
            pointer = finding.get("pointer") if isinstance(finding, dict) else None
            place = _POINTER.fullmatch(pointer) if isinstance(pointer, str) else None
            if place and place[2] in {None, "id"}:
                left_out.append(int(place[1]))
            elif place and place[2] == key:
                actual = finding.get("actual")
                sent[int(place[1])] = printable(actual) if isinstance(actual, str) else None
        return {position - sum(each < position for each in left_out): text for position, text in sent.items()}


def _truth(cell: object) -> bool | None:
    if isinstance(cell, str):
        return {"true": True, "false": False}.get(cell.strip().lower())
    # Excel and CSV make numbers of truth values where some are missing.
    is_number = isinstance(cell, (bool, int, float, np.bool_, np.integer))
    return bool(cell) if is_number and cell in {0, 1} else None


def _parsed(cells: np.ndarray) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(pd.to_datetime(cells, format="ISO8601", errors="coerce", utc=True))


def _no_time(name: str, shown: str, next_step: str) -> Said:
    return Said("unreadable_time", "warning", f"{name}: {shown} is not a time of ISO 8601; {next_step}", shown)


def _plain(cell: object) -> object:
    """Return a number of NumPy as Python's; and a time, which JSON does not have, as its text."""
    if isinstance(cell, np.generic):
        cell = cell.item()
    return str(cell) if isinstance(cell, date) else cell


def _all_printable(values: list[str]) -> list[str]:
    try:
        "".join(values).encode()
    except UnicodeEncodeError:
        return [printable(value) for value in values]
    return values
