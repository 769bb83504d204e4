"""A plan under way: which rows its changes are of, and what becomes of them."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final

from chatbot_nb.widgets.grid.findings import Said

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from chatbot_nb.connections.plan.plan import Plan
    from chatbot_nb.widgets.grid.table import Table

_PAUSE: Final = 0.2  # seconds between two looks at how far it got
#: Statuses of changes that were made.
MADE: Final = frozenset({"done", "unchanged", "incomplete"})
_STATES: Final = {**dict.fromkeys(MADE, "done"), "conflict": "conflict", "failed": "failed", "unknown": "failed"}
_FAILED: Final = frozenset({"failed", "unknown", "conflict"})


class Run:
    """A plan with the rows of a grid that it was made of.

    Parameters
    ----------
    plan : Plan
    rows : sequence of int
        The ids of the rows of the wanted frame.
    table : Table
        As it was when the plan was made.
    """

    def __init__(self, plan: Plan, rows: Sequence[int], table: Table) -> None:
        self.plan = plan
        self.stop = threading.Event()
        self._settled: set[int] = set()
        results = plan.results
        places = dict(zip(table.base.index, table.ids.tolist(), strict=False))  # new rows have no ids
        self._rows = {
            change: places[results.at[change, "id"]] if row is None else rows[row] for change, row in plan.rows.items()
        }

    @property
    def rows(self) -> set[int]:
        """The rows that it concerns."""
        return set(self._rows.values())

    def told(self, tell: Callable[[int, int], object]) -> Callable[[int, int], object]:
        """Return what a plan tells how far it got; it goes on at most five times a second."""
        last = float("-inf")

        def heard(done: int, total: int) -> None:
            nonlocal last
            if time.monotonic() - last >= _PAUSE:
                last = time.monotonic()
                tell(done, total)

        return heard

    def failed(self) -> int:
        """Return how many changes failed up to now."""
        return int(self.plan.results["status"].isin(_FAILED).sum())

    def states(self, *, is_over: bool) -> dict[int, str]:
        """Return what is to be shown at each row, empty where nothing is."""
        waiting = "" if is_over else "running"
        statuses = self.plan.results["status"]
        return {row: _STATES.get(statuses[change], waiting) for change, row in self._rows.items()}

    def newly_made(self) -> tuple[list[int], dict[int, str]]:
        """Return the rows whose changes were made since this was asked last, and the ids that new ones among them got.

        A plan that is applied again makes only the rest; what it made before may have been edited since.
        """
        results = self.plan.results
        made = [n for n in self._rows if n not in self._settled and results.at[n, "status"] in MADE]
        self._settled.update(made)
        created = {self._rows[n]: str(results.at[n, "id"]) for n in made if results.at[n, "action"] == "create"}
        return [self._rows[n] for n in made], created

    def said(self) -> dict[int, list[Said]]:
        """Return what was said of changes that did not go well, by row."""
        results = self.plan.results
        wrong = results[results["error"].notna() & ~results["status"].isin(["unchanged", "not tried"])]
        severities = {"failed": "error", "unknown": "error"}
        return {
            self._rows[change]: [Said("", severities.get(status, "warning"), f"apply_{status}", f"{status}: {error}")]  # type: ignore[arg-type]  # both are severities
            for change, status, error in zip(wrong.index, wrong["status"], wrong["error"], strict=True)
        }
