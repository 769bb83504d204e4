"""What is wrong with cells and rows: said by checks, by texts that could not be read, and by whoever marks rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from chatbot_nb.finding import Severity
    from chatbot_nb.widgets.grid.kinds import Flags
    from chatbot_nb.widgets.grid.table import Ids, Positions, Table

SEVERITIES: Final[tuple[Severity, ...]] = ("error", "warning", "info")  # the worst one first
UNREADABLE_CODE: Final = "unreadable"


class Said(NamedTuple):
    """One finding: at a column of a row, or at the row as a whole where the column is empty."""

    column: str
    severity: Severity
    code: str
    message: str


@dataclass(frozen=True, eq=False)
class Marks:
    """Findings on many rows.

    Parameters
    ----------
    ids : ndarray of int64
        The row of each, in order.
    columns, severities, codes, messages : ndarray of object
        Texts.
    """

    ids: Ids
    columns: np.ndarray
    severities: np.ndarray
    codes: np.ndarray
    messages: np.ndarray

    @classmethod
    def of(cls, ids: Ids, said: Sequence[Any]) -> Marks:
        """Return marks from columns of texts, or one text for all: column, severity, code, message."""
        order = np.argsort(ids, kind="stable")
        columns = [np.broadcast_to(np.asarray(each, dtype=object), len(ids))[order] for each in said]
        return cls(ids[order], *columns)

    @classmethod
    def joined(cls, parts: Sequence[Marks]) -> Marks:
        """Return the marks of all parts."""
        if not parts:
            return NOTHING
        names = ("columns", "severities", "codes", "messages")
        ids = np.concatenate([part.ids for part in parts])
        return cls.of(ids, [np.concatenate([getattr(part, name) for part in parts]) for name in names])

    def only(self, which: Flags | Positions) -> Marks:
        """Return some of them, by flags or positions."""
        return Marks(*(each[which] for each in (self.ids, self.columns, self.severities, self.codes, self.messages)))

    def places(self, ids: Ids) -> Positions:
        """Return the positions of those of some rows, found without looking at the others."""
        begins, ends = np.searchsorted(self.ids, ids, "left"), np.searchsorted(self.ids, ids, "right")
        pairs = zip(begins.tolist(), ends.tolist(), strict=True)
        return np.array([n for begin, end in pairs for n in range(begin, end)], dtype=np.intp)

    def without(self, places: Positions) -> Marks:
        """Return all but those at some positions."""
        if not len(places):
            return self
        flags = np.ones(len(self.ids), dtype=bool)
        flags[places] = False
        return self.only(flags)

    @cached_property
    def counts(self) -> Counter[str]:
        """How many there are of each severity."""
        return Counter(self.severities.tolist())

    def listed(self) -> list[tuple[int, Said]]:
        """Return them one by one."""
        columns = (each.tolist() for each in (self.columns, self.severities, self.codes, self.messages))
        return [(row, Said(*said)) for row, *said in zip(self.ids.tolist(), *columns, strict=True)]


NOTHING: Final = Marks.of(np.empty(0, dtype=np.int64), [[], [], [], []])


class Findings:
    """All findings on a table.

    Parameters
    ----------
    table : Table

    Attributes
    ----------
    loaded : Marks
        What checks said of the rows as they were loaded; for a row that was checked again it counts no longer.
    marks : Marks
        What others say of the rows as they were loaded; where a cell was edited it counts no longer.
    checked : dict of int to list of Said
        What checks say of rows that were edited, by id.
    told : dict of int to list of Said
        What became of rows elsewhere, by id, until they are edited again.
    """

    def __init__(self, table: Table) -> None:
        self._table = table
        self.loaded = NOTHING
        self.marks = NOTHING
        self.checked: dict[int, list[Said]] = {}
        self.told: dict[int, list[Said]] = {}

    def of(self, ids: Ids) -> dict[int, list[Said]]:
        """Return the findings on some rows, by id; those without are left out."""
        found: dict[int, list[Said]] = {}
        loaded, marks = (each.only(each.places(ids)) for each in (self.loaded, self.marks))
        standing = [pair for part in self._kept(loaded, marks) for pair in part.listed()]
        for row, said in [*standing, *self._edited(ids.tolist())]:
            found.setdefault(row, []).append(said)
        for each in found.values():
            each.sort(key=lambda said: SEVERITIES.index(said.severity))
        return found

    def all(self) -> Marks:
        """Return all of them, errors first, and else in the order of the rows."""
        edited = self._edited({*self.checked, *self.told, *self._refusals()})
        more = Marks.of(
            np.array([row for row, _ in edited], dtype=np.int64),
            [[getattr(said, name) for _, said in edited] for name in Said._fields],
        )
        found = Marks.joined([*self._kept(self.loaded, self.marks), more])
        found = found.only(self._table.positions(found.ids) >= 0)
        rank = {severity: number for number, severity in enumerate(SEVERITIES)}
        ranks = np.array([rank[each] for each in found.severities], dtype=np.intp)
        return found.only(np.lexsort([self._table.positions(found.ids), ranks]))

    def counts(self) -> tuple[int, int]:
        """Return how many errors and warnings there are."""
        counts: Counter[str] = Counter(
            said.severity for _, said in self._edited({*self.checked, *self.told, *self._refusals()})
        )
        for part, past in zip((self.loaded, self.marks), self._past(self.loaded, self.marks), strict=True):
            counts.update(part.counts)
            counts.subtract(part.severities[past].tolist())
        return counts["error"], counts["warning"]

    def frame(self) -> pd.DataFrame:
        """Return the table that `Grid.findings` documents."""
        found = self.all()
        labels = self._table.index.take(self._table.positions(found.ids))
        names = [self._table.fields[key].label if key else None for key in found.columns]
        return pd.DataFrame(
            {
                "row": pd.Series(list(labels), dtype=object if labels.nlevels > 1 else labels.dtype),
                "column": pd.Series(names, dtype=object),
                "severity": pd.array(found.severities, dtype="str"),
                "code": pd.array(found.codes, dtype="str"),
                "message": pd.array(found.messages, dtype="str"),
            }
        )

    def _kept(self, loaded: Marks, marks: Marks) -> tuple[Marks, Marks]:
        """Return what of them still counts."""
        past = self._past(loaded, marks)
        return loaded.without(past[0]), marks.without(past[1])

    def _past(self, loaded: Marks, marks: Marks) -> tuple[Positions, Positions]:
        """Return the positions of what counts no longer."""
        again = loaded.places(np.array(list(self.checked), dtype=np.int64))
        changed = self._table.changed() if len(marks.ids) else {}
        edited = marks.places(np.array(list(changed), dtype=np.int64))
        flags = [marks.columns[place] in changed[int(marks.ids[place])] for place in edited]
        return again, edited[np.array(flags, dtype=bool)]

    def _refusals(self) -> set[int]:
        cells = self._table.cells.values()
        return {row for each in cells for row, cell in each.items() if cell.refused is not None and cell.refused.why}

    def _edited(self, ids: Iterable[int]) -> list[tuple[int, Said]]:
        found = []
        for row in ids:
            for key, cells in self._table.cells.items():
                cell = cells.get(row)
                if cell is not None and cell.refused is not None and cell.refused.why:
                    found.append((row, Said(key, "error", UNREADABLE_CODE, cell.refused.why)))
            found += [(row, said) for said in (*self.checked.get(row, ()), *self.told.get(row, ()))]
        return found
