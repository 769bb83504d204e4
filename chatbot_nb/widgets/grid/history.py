"""What can be undone: steps, each of which is one thing that somebody did."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from chatbot_nb.widgets.grid.cells import Cell
    from chatbot_nb.widgets.grid.table import Table

KEPT: Final = 1_000  # steps


@dataclass(slots=True)
class Step:
    """One thing that somebody did, with what it needs to go there and back.

    Parameters
    ----------
    label : str
        What it was: ``paste of 40 cells``.
    cells : list of (int, str, Cell or None, Cell or None)
        Row, column, what was there before and after; None is what was loaded.
    added, removed : list of int
        New rows that appeared, and that went.
    marked : list of (int, bool)
        Rows, and whether they are to be deleted now; before it was the opposite.
    """

    label: str
    cells: list[tuple[int, str, Cell | None, Cell | None]] = field(default_factory=list)
    added: list[int] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)
    marked: list[tuple[int, bool]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.cells or self.added or self.removed or self.marked)

    @property
    def rows(self) -> set[int]:
        """The rows that it concerns."""
        return {*(row for row, *_ in self.cells), *self.added, *self.removed, *(row for row, _ in self.marked)}

    def go(self, table: Table, *, back: bool) -> None:
        """Do it again, or undo it; what concerns rows that are gone for good is left out."""
        appear, vanish = (self.removed, self.added) if back else (self.added, self.removed)
        table.restore(appear)
        there = dict(zip(rows := sorted(self.rows), (table.positions(rows) >= 0).tolist(), strict=True))
        for row, key, before, after in self.cells:
            if there[row]:
                table.put(row, key, before if back else after)
        # A row that was new may be one of the account by now.
        table.drop(set(vanish) & set(table.new))
        for row, deleted in self.marked:
            if there[row]:
                table.mark(row, deleted=deleted is not back)


class History:
    """Steps that were done, and those that were undone."""

    def __init__(self) -> None:
        self._done: list[Step] = []
        self._undone: list[Step] = []

    @property
    def undo(self) -> str | None:
        """What would be undone."""
        return self._done[-1].label if self._done else None

    @property
    def redo(self) -> str | None:
        """What would be done again."""
        return self._undone[-1].label if self._undone else None

    def note(self, step: Step) -> None:
        """Remember what was done; what was undone before is forgotten."""
        self._undone.clear()
        self._done = [*self._done[1 - KEPT :], step]

    def back(self, table: Table) -> Step | None:
        """Undo the last step and return it."""
        return self._move(self._done, self._undone, table, back=True)

    def forth(self, table: Table) -> Step | None:
        """Do again what was undone last, and return it."""
        return self._move(self._undone, self._done, table, back=False)

    def clear(self) -> None:
        """Forget everything."""
        self._done.clear()
        self._undone.clear()

    @staticmethod
    def _move(source: list[Step], target: list[Step], table: Table, *, back: bool) -> Step | None:
        if not source:
            return None
        step = source.pop()
        step.go(table, back=back)
        target.append(step)
        return step
