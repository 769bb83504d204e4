"""Edits of a table: read, checked, and remembered as one step each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from chatbot_nb.widgets.grid.cells import AS_IT_WAS, UNREADABLE, Cell, Refused, same
from chatbot_nb.widgets.grid.findings import Marks, Said
from chatbot_nb.widgets.grid.history import Step
from chatbot_nb.widgets.grid.kinds import series_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from chatbot_nb.widgets.grid.columns import Field
    from chatbot_nb.widgets.grid.findings import Findings
    from chatbot_nb.widgets.grid.kinds import Flags
    from chatbot_nb.widgets.grid.table import Table

CHECK_FAILED = "check_failed"


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows to be checked.

    Parameters
    ----------
    frame : pandas.DataFrame
        As they are seen: a value that an earlier check refused is in it.
    new : ndarray of bool
        Which of them were added.
    edited : list of set of str
        The keys of the cells that were edited, of each row.
    """

    frame: pd.DataFrame
    new: Flags
    edited: list[set[str]]


class Check(Protocol):
    """Looks at whole rows."""

    def __call__(self, rows: Rows) -> Iterable[tuple[int, Said]]:
        """Return what is wrong, each with the position of its row."""


class Change(NamedTuple):
    """A text for a cell, None to empty it."""

    row: int
    key: str
    text: str | None


class Draft:
    """A step under way.

    Parameters
    ----------
    table : Table
    label : str
        What it will be called.
    """

    def __init__(self, table: Table, label: str) -> None:
        self.table = table
        self.step = Step(label)
        self._before: dict[tuple[int, str], Cell | None] = {}
        self._now = datetime.now(UTC)

    @property
    def touched(self) -> dict[tuple[int, str], Cell | None]:
        """The cells that were written up to now, with what was there before."""
        return self._before

    def put(self, row: int, key: str, cell: Cell | None) -> None:
        """Write a cell."""
        self._before.setdefault((row, key), self.table.cell(row, key))
        self.table.put(row, key, cell)

    def write(self, row: int, key: str, text: str | None) -> None:
        """Write what somebody typed; what cannot be read is kept as it was typed, what is there already is no edit."""
        text = text or None  # spreadsheets copy an empty cell as an empty text
        kind = self.table.fields[key].kind
        if self.table.text(row, key) == text:
            return
        try:
            value = kind.read_cell(text)
        except ValueError as exc:
            self.put(row, key, Cell(self.accepted(row, key), self._now, Refused(text, UNREADABLE, str(exc))))
        else:
            self.put(row, key, Cell(value, self._now))

    def set(self, row: int, key: str, value: object) -> None:
        """Write a value."""
        self.put(row, key, Cell(value, self._now))

    def accepted(self, row: int, key: str) -> object:
        """Return what the frame has in a cell, as a cell holds it."""
        cell = self.table.cell(row, key)
        return AS_IT_WAS if cell is None else cell.value

    def add(self, count: int) -> list[int]:
        """Add empty rows."""
        ids = self.table.add(count)
        self.step.added += ids
        return ids

    def remove(self, ids: Sequence[int]) -> None:
        """Take new rows away."""
        for key, cells in self.table.cells.items():
            for row in cells.keys() & set(ids):
                self._before.setdefault((row, key), cells[row])
        self.step.removed += ids
        self.table.drop(ids)

    def mark(self, row: int, *, deleted: bool) -> None:
        """Mark a row for deletion, or no longer."""
        if (row in self.table.deleted) is not deleted:
            self.step.marked.append((row, deleted))
            self.table.mark(row, deleted=deleted)

    def end(self) -> Step:
        """Return the step with all that was done."""
        for (row, key), before in self._before.items():
            after = self.table.cell(row, key)
            if not _alike(before, after):
                self.step.cells.append((row, key, before, after))
        return self.step


def _alike(before: Cell | None, after: Cell | None) -> bool:
    if before is None or after is None:
        return before is after
    if before.refused != after.refused:
        return False
    if AS_IT_WAS in (before.value, after.value):
        return before.value is after.value
    return same(before.value, after.value)


class Checks:
    """What is checked, and what becomes of cells that break a rule.

    Parameters
    ----------
    table : Table
    findings : Findings
        Gets what the checks say.
    check : Check, optional
        Looks at whole rows, beside what each column says of its values.
    """

    def __init__(self, table: Table, findings: Findings, check: Check | None) -> None:
        self._table = table
        self._findings = findings
        self._check = check

    def load(self, *, rows: bool) -> None:
        """Check what was loaded, column by column; `rows`: also by whole rows."""
        ids = self._table.ids
        found = [part for field in self._checked_fields() if (part := self._column(field)) is not None]
        if rows and self._check is not None:
            said = self._of_rows(ids.tolist(), self._table.base)
            places = np.array([ids[place] for place, _ in said], dtype=np.int64)
            found.append(Marks.of(places, [[getattr(each, name) for _, each in said] for name in Said._fields]))
        self._findings.loaded = Marks.joined(found)

    def judge(self, draft: Draft, rows: Iterable[int]) -> None:
        """Check rows; a cell of the draft that breaks a rule is refused, one that no longer does is accepted."""
        touched: dict[int, list[str]] = {}
        for row, key in draft.touched:
            touched.setdefault(row, []).append(key)
        for row, wrong in self.renew(rows).items():
            for key in touched.get(row, ()):
                cell = self._table.cell(row, key)
                if cell is not None and cell.refused is None and key in wrong:
                    before = draft.touched[row, key]
                    accepted = AS_IT_WAS if before is None else before.value
                    draft.put(row, key, Cell(accepted, cell.at, Refused(self._table.text(row, key), cell.value)))
            for key, cells in self._table.cells.items():
                cell = cells.get(row)
                if cell is None or cell.refused is None or cell.refused.value is UNREADABLE or key in wrong:
                    continue
                draft.put(row, key, Cell(cell.refused.value, cell.at))

    def renew(self, rows: Iterable[int]) -> dict[int, set[str]]:
        """Check rows and keep what is said of them; return the columns with errors, by row."""
        ids = list(dict.fromkeys(rows))
        there = (self._table.positions(ids) >= 0).tolist()
        for row, is_there in zip(ids, there, strict=True):
            if not is_there:
                self._findings.checked.pop(row, None)
        ids = [row for row, is_there in zip(ids, there, strict=True) if is_there]
        wrong: dict[int, set[str]] = {row: set() for row in ids}
        if not ids:
            return wrong
        if self._check is None and not self._checked_fields():
            return wrong
        self._findings.checked.update({row: [] for row in ids})
        frame = self._table.rows(ids, tried=True)
        said = [*self._of_columns(frame), *self._of_rows(ids, frame)]
        for place, each in said:
            self._findings.checked[ids[place]].append(each)
            if each.severity == "error":
                wrong[ids[place]].add(each.column)
        return wrong

    def _checked_fields(self) -> list[Field]:
        return [field for field in self._table.fields.values() if field.column.check is not None]

    def _column(self, field: Field) -> Marks | None:
        messages = _messages(field, series_of(self._table.array(field.key)))
        rows = np.flatnonzero([message is not None for message in messages])
        if not len(rows):
            return None
        said = [field.key, "error", "refused", np.array(messages, dtype=object)[rows]]
        return Marks.of(self._table.ids[rows], said)

    def _of_columns(self, frame: pd.DataFrame) -> list[tuple[int, Said]]:
        found = []
        for field in self._checked_fields():
            messages = _messages(field, frame.iloc[:, field.position].reset_index(drop=True))
            found += [
                (place, Said(field.key, "error", "refused", message))
                for place, message in enumerate(messages)
                if message is not None
            ]
        return found

    def _of_rows(self, ids: list[int], frame: pd.DataFrame) -> list[tuple[int, Said]]:
        if self._check is None:
            return []
        new = np.isin(np.array(ids, dtype=np.int64), self._table.new)
        edited = self._table.changed(ids)
        try:
            return list(self._check(Rows(frame, new, [set(edited.get(row, ())) for row in ids])))
        except Exception as exc:  # noqa: BLE001  # whatever a check stumbles over, what was typed stays
            return [(place, _failed(exc)) for place in range(len(ids))]


def _messages(field: Field, values: pd.Series[Any]) -> list[str | None]:
    assert field.column.check is not None
    try:
        messages = [None if each is None or each == "" else str(each) for each in field.column.check(values)]
    except Exception as exc:  # noqa: BLE001
        return [_failed(exc).message] * len(values)
    if len(messages) != len(values):
        return [f"the check of this column gave {len(messages)} answers for {len(values)} values"] * len(values)
    return messages


def _failed(exc: Exception) -> Said:
    # Its text might show a value that is not to be shown.
    return Said("", "error", CHECK_FAILED, f"the check failed with {type(exc).__name__}")
