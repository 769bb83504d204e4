"""What became of an account between two snapshots, as a table and as it is shown."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from chatbot_nb.payloads.display import LONG, SHORT, SHOWN, as_html, change_html, marked, table
from chatbot_nb.payloads.wording import show, show_change

if TYPE_CHECKING:
    import pandas as pd

    from chatbot_nb.payloads.display import State

_STATES: Final[dict[str, State]] = {"appeared": "new", "vanished": "deleted", "changed": "changed"}
_COLUMNS: Final = {"what": SHORT, "connection": LONG, "column": SHORT, "old": LONG, "new": LONG}


class Comparison:
    """What appeared, vanished and changed from one snapshot to another; `Snapshot.compare` makes it.

    Parameters
    ----------
    frame : pandas.DataFrame
    notes : tuple of str, default ()

    Attributes
    ----------
    notes : tuple of str
        What to know first: that the snapshots are the wrong way round or of two APIs, and what was not compared.
    """

    def __init__(self, frame: pd.DataFrame, notes: tuple[str, ...] = ()) -> None:
        self._frame = frame
        self.notes = notes

    @property
    def frame(self) -> pd.DataFrame:
        """One row for each connection that appeared or vanished, and for each field that changed: a copy.

        Returns
        -------
        pandas.DataFrame, shape (n, 6)
            Columns ``id``, ``name`` (of the second snapshot, where it is in it), ``what`` (``"appeared"``,
            ``"vanished"`` or ``"changed"``), ``column``, ``old``, ``new`` (all str; the last three are missing unless
            it changed, and ``old`` or ``new`` where there was no value). Times are written
            ``2021-06-09T07:35:00.788Z``, flags ``true`` and ``false``; a secret, and the credentials in a URL, are
            ``***`` whatever the snapshots hold. What appeared comes first, then what vanished, then what changed, by
            connection; in the order of the snapshots. The same columns when empty.
        """
        return self._frame.copy(deep=False)  # pandas copies what is written to

    def __repr__(self) -> str:
        lines = [self._title(), *(f"! {note}" for note in self.notes)]
        for what, name, column, old, new in self._shown():
            change = f" {column}: {' → '.join(show_change(old, new))}" if column else ""
            lines.append(f"{what:8} {show(name)}{change}")
        if len(self._frame) > SHOWN:
            lines.append(f"and {len(self._frame) - SHOWN:,} more in .frame")
        return "\n  ".join(lines)

    def _repr_html_(self) -> str:
        notes = "".join(f'<p style="margin:4px 0">{marked("warning", note)}</p>' for note in self.notes)
        rows = [
            (
                marked(_STATES[what], what),
                escape(show(name)),
                column or "",
                *(change_html(old, new) if column else ("", "")),
            )
            for what, name, column, old, new in self._shown()
        ]
        return as_html(self._title(), details=notes + table(_COLUMNS, rows, len(self._frame), ".frame"))

    def _title(self) -> str:
        connections = self._frame.drop_duplicates(["id", "what"])["what"].value_counts()
        return ", ".join(f"{connections.get(what, 0):,} {what}" for what in _STATES)

    def _shown(self) -> list[tuple[str, str | None, str | None, str | None, str | None]]:
        """Return the first rows: what, name, column, old, new."""
        rows = self._frame[["what", "name", "column", "old", "new"]].head(SHOWN).astype("object")
        return list(rows.where(rows.notna(), None).itertuples(index=False, name=None))
