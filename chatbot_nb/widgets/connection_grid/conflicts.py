"""What was edited here and changed elsewhere, too, until somebody chooses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chatbot_nb.widgets.connection_grid.panels import conflicts_panel
from chatbot_nb.widgets.connection_grid.rebasing import DELETED
from chatbot_nb.widgets.grid.sheet import Done

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from chatbot_nb.widgets.connection_grid.rebasing import Conflict
    from chatbot_nb.widgets.grid.sheet import Sheet


class Conflicts:
    """The conflicts of a sheet.

    Parameters
    ----------
    sheet : Sheet
    label : callable
        Returns what a row is called.
    """

    def __init__(self, sheet: Sheet, label: Callable[[int], str]) -> None:
        self._sheet = sheet
        self._label = label
        self._open: list[Conflict] = []

    def found(self, conflicts: Sequence[Conflict]) -> None:
        """Add what was found; where one of the same cell is open, it takes its place."""
        new = {each[:2] for each in conflicts}
        there = [each for each in self._open if each[:2] not in new and self._sheet.table.position(each.row) >= 0]
        self._open = [*there, *conflicts]

    @property
    def states(self) -> dict[int, str]:
        """What is shown at the rows of conflicts, by their ids."""
        return {each.row: "conflict" for each in self._open}

    def panel(self) -> dict[str, Any] | None:
        """Return what is shown of them; None if there are none."""
        return conflicts_panel(self._open, self._label) if self._open else None

    def choose(self, row: int | None, key: str, *, mine: bool) -> Done:
        """Keep what is here, or take what is there.

        Parameters
        ----------
        row : int or None
            None for all of them.
        key : str
        mine : bool
        """
        chosen = [each for each in self._open if row is None or each[:2] == (row, key)]
        self._open = [each for each in self._open if each not in chosen]
        waiting = {each.row for each in self._open}
        done = Done({each.row for each in chosen})
        for each in done.rows - waiting:
            if self._sheet.states.get(each) == "conflict":
                del self._sheet.states[each]
        if not mine:
            done.rows |= self._take(chosen)
        return done

    def _take(self, chosen: Sequence[Conflict]) -> set[int]:
        sheet = self._sheet
        cells = [(each.row, each.key) for each in chosen if each.key and sheet.table.position(each.row) >= 0]
        rows = sheet.reset(cells, "what is in the account taken over").rows if cells else set()
        # A row that is gone there is a new one here, which goes at once; one that was marked is so no longer.
        whole = [each.row for each in chosen if not each.key and sheet.table.position(each.row) >= 0]
        gone = {each.row for each in chosen if each.theirs == DELETED}
        for part in ([row for row in whole if row in gone], [row for row in whole if row not in gone]):
            if part:
                rows |= sheet.delete(part).rows
        return rows
