"""The table of findings on a wanted frame: the fields of a `Finding`, with row, id and column for its pointer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from chatbot_nb.connections.frame import texts
from chatbot_nb.payloads.wording import printable, show

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

    from numpy.typing import NDArray

    from chatbot_nb.finding import Finding, Severity

    Objects = NDArray[np.object_]
    Positions = NDArray[np.intp]
    Flags = NDArray[np.bool_]

# What can be edited, and what the platform sets; findings on one row stand in this order.
EDITABLE: Final = ("name", "url", "story_id", "token", "header_values", "auth_username", "auth_password")
SHOWN: Final = ("story_name", "error", "created_at", "updated_at", "has_token", "headers", "read_error")
COLUMNS: Final = ("id", *EDITABLE, *SHOWN)
# Where the API's names, as pointers, are not those of the columns.
_PLACES: Final = {
    "storyId": "story_id",
    "headers": "header_values",
    "auth": "auth_username",
    "auth/username": "auth_username",
    "auth/password": "auth_password",
}
_RANKS: Final = {column: rank for rank, column in enumerate((None, *COLUMNS))}
_NO_ROW: Final = -1
# The frame as a whole, then what is to be deleted, then row by row, then what stays although no row names it.
_FRAME, _DELETED, _ROW, _REST = range(4)


class Findings:
    """Collects findings, one by one or many of the same words at once.

    Attributes
    ----------
    wrong_rows : set of int
        Positions in the wanted frame that have a finding of severity error.
    any_errors : bool
        Whether anything has one.
    """

    def __init__(self) -> None:
        self.wrong_rows: set[int] = set()
        self.any_errors = False
        self._rows: list[int] = []
        self._ids: list[str | None] = []
        self._columns: list[str | None] = []
        self._codes: list[str] = []
        self._severities: list[Severity] = []
        self._messages: list[str] = []
        self._sizes: list[tuple[object, object]] = []  # limit, actual

    def add(  # noqa: PLR0913  # the fields of a row of the table
        self,
        code: str,
        severity: Severity,
        message: str,
        *,
        row: int | None = None,
        id: str | None = None,  # noqa: A002  # the platform's word
        column: str | None = None,
        limit: object = None,
        actual: object = None,
    ) -> None:
        """Add one finding; where a row is given, its id is looked up at the end."""
        self._extend([_NO_ROW if row is None else row], [id], column, (code, severity, message), (limit, actual))

    def add_rows(self, code: str, severity: Severity, message: str, rows: Iterable[int], column: str) -> None:
        """Add the same finding to many rows of the wanted frame."""
        positions = [int(row) for row in rows]
        self._extend(positions, [None] * len(positions), column, (code, severity, message))

    def add_ids(self, code: str, severity: Severity, message: str, ids: list[str]) -> None:
        """Add the same finding to many connections that stand in no row."""
        self._extend([_NO_ROW] * len(ids), ids, None, (code, severity, message))

    def add_checked(
        self, row: int, found: Iterable[Finding], *, told: Container[str] = (), kept: Container[str] = ()
    ) -> None:
        """Add what a check of an API's body found, each at the column that the pointer means.

        Parameters
        ----------
        row : int
        found : iterable of Finding
        told : container of str
            Columns of which something has been said already.
        kept : container of str
            Columns that the row does not change.
        """
        for finding in found:
            pointer = finding.pointer.removeprefix("/")
            field, _, name = pointer.partition("/")
            column = _PLACES.get(pointer) or _PLACES.get(field, field)
            message = finding.message
            if column in told:
                continue
            if finding.code == "missing":
                message = "empty; a new connection needs story_id, name and url, and one that exists needs its id"
            elif field == "headers" and name:
                message = f"{show(name.replace('~1', '/').replace('~0', '~'))}: {message}"
            elif column in kept:
                message += ". The account has it so, and an update sends it too: correct it here"
            self.add(
                finding.code,
                finding.severity,
                message,
                row=row,
                column=column,
                limit=finding.limit,
                actual=finding.actual,
            )

    def _extend(
        self,
        rows: list[int],
        ids: Sequence[str | None],
        column: str | None,
        said: tuple[str, Severity, str],
        sizes: tuple[object, object] = (None, None),
    ) -> None:
        code, severity, message = said
        number = len(rows)
        if severity == "error" and number:
            self.any_errors = True
            self.wrong_rows.update(row for row in rows if row != _NO_ROW)
        self._rows += rows
        self._ids += ids
        self._columns += [column] * number
        self._codes += [code] * number
        self._severities += [severity] * number
        self._messages += [printable(message)] * number
        self._sizes += [sizes] * number

    def frame(self, row_ids: Objects) -> pd.DataFrame:
        """Return the table.

        Parameters
        ----------
        row_ids : ndarray of object
            The id of each row of the wanted frame, None for a new one.

        Returns
        -------
        pandas.DataFrame, shape (n, 8)
            Columns ``row`` (Int64, from 0, missing where no row is meant), ``id``, ``column``, ``code``,
            ``severity``, ``message`` (str), ``limit``, ``actual`` (object). First what concerns the frame as a whole,
            then deletions, then by row and column, then connections that no row names; dtypes are the same if empty.
        """
        rows = np.array(self._rows, dtype=np.int64)
        ids = [row_ids[row] if row != _NO_ROW else given for row, given in zip(self._rows, self._ids, strict=True)]
        limits, actuals = (list(each) for each in zip(*self._sizes, strict=True)) if self._sizes else ([], [])
        table = pd.DataFrame(
            {
                "row": pd.arrays.IntegerArray(rows, rows == _NO_ROW),
                "id": texts([None if each is None else printable(each) for each in ids]),
                "column": texts([None if each is None else printable(each) for each in self._columns]),
                "code": texts(self._codes),
                "severity": texts(self._severities),
                "message": texts(self._messages),
                "limit": pd.Series(limits, dtype=object),
                "actual": pd.Series(actuals, dtype=object),
            }
        )
        return table.iloc[self._order(rows)].reset_index(drop=True)

    def _order(self, rows: NDArray[np.int64]) -> Positions:
        groups = np.full(len(rows), _ROW)
        for position in np.flatnonzero(rows == _NO_ROW):
            named = self._ids[position] is not None
            groups[position] = (_REST if self._severities[position] == "info" else _DELETED) if named else _FRAME
        columns = np.array([_RANKS.get(column, len(_RANKS)) for column in self._columns], dtype=np.int64)
        # The first key counts least; rows that are none keep the order in which they were added.
        return np.lexsort((columns, rows, groups))
