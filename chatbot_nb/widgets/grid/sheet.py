"""A table with its view, history, findings and selection: all that a grid does, but for how it reaches the browser."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

import pandas as pd

from chatbot_nb.payloads.wording import counted, show
from chatbot_nb.widgets.grid.cells import AS_IT_WAS
from chatbot_nb.widgets.grid.editing import Checks, Draft
from chatbot_nb.widgets.grid.findings import Findings
from chatbot_nb.widgets.grid.history import History
from chatbot_nb.widgets.grid.kinds import MASK
from chatbot_nb.widgets.grid.replacing import plain, write_frame
from chatbot_nb.widgets.grid.table import Table
from chatbot_nb.widgets.grid.view import View, Wish
from chatbot_nb.widgets.grid.window import rows_json

if TYPE_CHECKING:
    from collections.abc import Container, Hashable, Iterable, Mapping, Sequence

    from chatbot_nb.widgets.grid.columns import Field
    from chatbot_nb.widgets.grid.editing import Change, Check
    from chatbot_nb.widgets.grid.history import Step
    from chatbot_nb.widgets.grid.table import Ids

What = Literal["edit", "paste", "fill", "clear", "cut"]
Mode = Literal["set", "add", "remove", "all", "none"]

_NAMES: Final[dict[What, str]] = {
    "edit": "edit",
    "paste": "paste",
    "fill": "filling",
    "clear": "clearing",
    "cut": "cutting",
}
_GONE: Final = "the row is gone"
_READ_ONLY: Final = "this column cannot be edited"
_NEW_ONLY: Final = "this can be set in new rows only"


@dataclass(slots=True)
class Done:
    """What came of something that somebody did.

    Parameters
    ----------
    rows : set of int
        The rows that are other than before, also those that are gone.
    refused : list of (str, str, str)
        Id, column, and why, of what could not be taken at all.
    """

    rows: set[int] = field(default_factory=set)
    refused: list[tuple[str, str, str]] = field(default_factory=list)


class Sheet:
    """All that a grid holds and does.

    Parameters
    ----------
    frame : pandas.DataFrame
    fields : sequence of Field
    check : Check, optional
        Looks at whole rows.
    check_loaded : bool, default True
        Whether it also looks at the rows as they were loaded.

    Attributes
    ----------
    table, view, history, findings
    selected : set of int
        The rows that are chosen, by id.
    states : dict of int to str
        What is said of a row by others: ``conflict``, ``running``, ``done``, ``failed``.
    """

    def __init__(
        self, frame: pd.DataFrame, fields: Sequence[Field], *, check: Check | None = None, check_loaded: bool = True
    ) -> None:
        self.table = Table(frame, fields)
        self.findings = Findings(self.table)
        self.history = History()
        self.selected: set[int] = set()
        self.states: dict[int, str] = {}
        self._checks = Checks(self.table, self.findings, check)
        self._check_loaded = check_loaded
        self._checks.load(rows=check_loaded)
        hidden = frozenset(each.key for each in fields if each.column.hidden)
        self.view = View(self.table, Wish(hidden=hidden))

    # What is done

    def edit(self, what: What, changes: Sequence[Change], add: Sequence[Mapping[str, str | None]] = ()) -> Done:
        """Write texts into cells, and into new rows, as one step."""
        done = Done()
        number = len(changes) + sum(len(row) for row in add)
        with_rows = f" with {counted(len(add), 'new row')}" if add else ""
        draft = Draft(self.table, f"{_NAMES[what]} of {counted(number, 'cell')}{with_rows}")
        there = (self.table.positions([change.row for change in changes]) >= 0).tolist()
        new = set(self.table.new)
        for change, is_there in zip(changes, there, strict=True):
            why = self._why_not(change.key, new=change.row in new) if is_there else _GONE
            if why:
                done.refused.append((str(change.row), change.key, why))
            else:
                draft.write(*change)
        added = draft.add(len(add))
        for row, values in zip(added, add, strict=True):
            for key, text in values.items():
                if why := self._why_not(key, new=True):
                    done.refused.append((str(row), key, why))
                elif text:
                    draft.write(row, key, text)
        return self._end(draft, [*(row for row, _ in draft.touched), *added], done)

    def add(self, count: int) -> Done:
        """Add empty rows."""
        draft = Draft(self.table, counted(count, "new row"))
        return self._end(draft, draft.add(count))

    def delete(self, rows: Sequence[int]) -> Done:
        """Mark rows for deletion, or no longer if all of them are; new ones go at once."""
        there = (self.table.positions(rows) >= 0).tolist()
        refused = [(str(row), "", _GONE) for row, is_there in zip(rows, there, strict=True) if not is_there]
        rows = [row for row, is_there in zip(rows, there, strict=True) if is_there]
        known = set(self.table.new)
        new, old = [row for row in rows if row in known], [row for row in rows if row not in known]
        deleted = not all(row in self.table.deleted for row in old)
        draft = Draft(self.table, _deletion(len(new), len(old), deleted=deleted))
        draft.remove(new)
        for row in old:
            draft.mark(row, deleted=deleted)
        return self._end(draft, rows, Done(refused=refused))

    def replace(
        self, frame: pd.DataFrame, labels: Sequence[Hashable] | None = None, keys: Container[str] | None = None
    ) -> Done:
        """Make the rows those of another frame, as one step; `labels` and `keys` as for `write_frame`."""
        draft = Draft(self.table, "frame set in Python")
        return self._end(draft, write_frame(draft, frame, labels=labels, keys=keys))

    def reset(self, cells: Iterable[tuple[int, str]], label: str) -> Done:
        """Bring cells back to what was loaded."""
        draft = Draft(self.table, label)
        for row, key in cells:
            draft.put(row, key, None)
        return self._end(draft, {row for row, _ in draft.touched})

    def undo(self) -> Done:
        """Undo the last step."""
        return self._moved(self.history.back(self.table))

    def redo(self) -> Done:
        """Do again what was undone last."""
        return self._moved(self.history.forth(self.table))

    def look(self, wish: Wish) -> None:
        """Sort, filter and search anew."""
        self.view.show(wish)

    def select(self, rows: Iterable[int], mode: Mode) -> None:
        """Choose rows; ``all`` are those that are seen."""
        if mode in ("all", "none"):
            self.selected = set(self.view.ids.tolist()) if mode == "all" else set()
            return
        wanted = list(rows)
        known = {row for row, place in zip(wanted, self.table.positions(wanted).tolist(), strict=True) if place >= 0}
        if mode == "set":
            self.selected = known
        elif mode == "add":
            self.selected |= known
        else:
            self.selected -= known

    def rebase(self, frame: pd.DataFrame, ids: Ids) -> None:
        """Take over another frame as what was loaded; edits stay, and so does the view as far as its rows do."""
        self.table.rebase(frame, ids)
        self.selected &= set(self.table.ids.tolist())
        self.states = {row: state for row, state in self.states.items() if self.table.position(row) >= 0}
        self.findings.checked.clear()
        self.findings.told = {row: said for row, said in self.findings.told.items() if self.table.position(row) >= 0}
        self._checks.load(rows=self._check_loaded)
        self._checks.renew([*self.table.changed(), *self.table.new])
        self.view.show(self.view.wish)

    def recheck(self, rows: Iterable[int]) -> None:
        """Check rows that were written from outside, and see them if they are new."""
        self._checks.renew(rows)
        self.view.follow()

    # What there is

    def rows(self, ids: Ids) -> dict[str, Any]:
        """Return rows as JSON; those that are gone are left out."""
        there = ids[self.table.positions(ids) >= 0]
        return rows_json(self.table, self.findings, there, selected=self.selected, states=self.states)

    def texts(self, begin: int, end: int, keys: Sequence[str], *, header: bool) -> list[list[str | None]]:
        """Return the texts of rows that are seen, as a clipboard gets them: choices by their names."""
        positions = self.table.positions(self.view.slice(begin, end))
        columns = [self._copied(key, self.table.texts(key, positions).tolist()) for key in keys]
        head = [[self.table.fields[key].title for key in keys]] if header else []
        return [*head, *map(list, zip(*columns, strict=True))]

    @property
    def counts(self) -> dict[str, int]:
        """How many rows were changed, are new, to be deleted, chosen; how many errors and warnings there are."""
        errors, warnings = self.findings.counts()
        return {
            "changed": len(self.table.changed()),
            "new": len(self.table.new),
            "deleted": len(self.table.deleted),
            "errors": errors,
            "warnings": warnings,
            "selected": len(self.selected),
        }

    @property
    def is_edited(self) -> bool:
        """Whether anything is other than it was loaded."""
        return bool(self.table.new or self.table.deleted or any(self.table.cells.values()))

    @property
    def edits(self) -> pd.DataFrame:
        """The table that `Grid.edits` documents."""
        cells = [
            (row, key, cell)
            for key, by_row in self.table.cells.items()
            for row, cell in by_row.items()
            if cell.value is not AS_IT_WAS
        ]
        cells.sort(key=lambda each: each[2].at)
        fields, labels = self.table.fields, self.table.index
        before = [self._shown(key, self.table.loaded(row, key)) for row, key, _ in cells]
        after = [self._shown(key, cell.value) for _, key, cell in cells]
        return pd.DataFrame(
            {
                "row": pd.Series([plain(labels[self.table.position(row)]) for row, *_ in cells], dtype=object),
                "column": pd.Series([fields[key].label for _, key, _ in cells], dtype=object),
                "before": pd.Series(before, dtype=object),
                "after": pd.Series(after, dtype=object),
                "at": pd.Series([cell.at for *_, cell in cells], dtype=pd.DatetimeTZDtype("us", "UTC")),
            }
        )

    # On the way

    def _copied(self, key: str, texts: list[str | None]) -> list[str | None]:
        kind = self.table.fields[key].kind
        return [None if text is None else kind.copied(text) for text in texts]

    def _shown(self, key: str, value: object) -> object:
        return value if value is None or self.table.fields[key].kind.is_open else MASK

    def _why_not(self, key: str, *, new: bool) -> str:
        """Return why a cell cannot be written, empty if it can."""
        field = self.table.fields.get(key)
        if field is None or not field.editable:
            return _READ_ONLY if field is not None else f"there is no column {show(key)}"
        if field.column.new_only and not new:
            return field.column.note or _NEW_ONLY
        return ""

    def _end(self, draft: Draft, rows: Iterable[int], done: Done | None = None) -> Done:
        """Check what was done, and remember it."""
        done = Done() if done is None else done
        rows = list(rows)
        self._checks.judge(draft, rows)
        if step := draft.end():
            self.history.note(step)
            self._follow(step)
        done.rows.update(rows)
        return done

    def _moved(self, step: Step | None) -> Done:
        if step is None:
            return Done()
        self._checks.renew(step.rows)
        self._follow(step)
        return Done(step.rows)

    def _follow(self, step: Step) -> None:
        for row in step.rows:
            self.findings.told.pop(row, None)  # what was said of it is past
            if self.states.get(row) != "conflict":
                self.states.pop(row, None)
        if step.added or step.removed:
            self.selected &= set(self.table.ids.tolist())
            self.view.follow()


def _deletion(new: int, old: int, *, deleted: bool) -> str:
    parts = [f"{counted(new, 'new row')} removed"] if new else []
    if old:
        parts.append(f"{counted(old, 'row')} {'marked for deletion' if deleted else 'kept after all'}")
    return ", ".join(parts)
