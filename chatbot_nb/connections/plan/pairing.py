"""Which rows of a wanted frame are which connections of the account, by their ids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from chatbot_nb.connections.plan.wanted import cells_of, described, printed
from chatbot_nb.payloads.wording import show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chatbot_nb.connections.plan.table import Findings, Flags, Objects, Positions
    from chatbot_nb.connections.plan.wanted import Cells

NAMED: Final = 3  # so many others are named in a message


@dataclass(frozen=True, slots=True)
class Pairs:
    """Which rows of the wanted frame are which of the account; arrays have an entry for each wanted row."""

    account: pd.DataFrame
    ids: Objects  # None where empty
    places: Positions  # in the account; -1 if nowhere
    exists: Flags  # a row of the account that no other row claims
    new: Flags
    dropped: Positions  # in the account: what no row names

    def theirs(self, column: str) -> Objects:
        """Return what the account has in each row; None where it has nothing, and for rows that do not exist."""
        values = np.full(len(self.places), None, dtype=object)
        values[self.exists] = cells_of(self.account[column]).texts[self.places[self.exists]]
        return values

    def differing(self, cells: Cells, theirs: Objects) -> list[int]:
        """Return the existing rows whose cells are not what the account has."""
        differs = np.asarray(cells.texts != theirs, dtype=bool) & self.exists
        for row, value in cells.odd.items():
            # Excel and CSV turn the text 2024 into a number, which is no edit.
            differs[row] = self.exists[row] and theirs[row] not in printed(value)
        return np.flatnonzero(differs).tolist()


def pair_rows(account: pd.DataFrame, ids: Cells, blank: Flags, findings: Findings) -> Pairs:
    """Find the connection of each row; an id that names none, or that two rows claim, is a finding.

    Parameters
    ----------
    account : pandas.DataFrame
    ids : Cells
    blank : ndarray of bool
        Rows in which nothing stands: they are nobody's.
    findings : Findings
    """
    index = pd.Index(account.index.to_numpy(dtype=object), dtype=object)
    first = np.flatnonzero(~index.duplicated())
    found = index.take(first).get_indexer(pd.Index(ids.texts, dtype=object))
    places = np.where(found < 0, -1, first[found] if len(first) else -1)
    given = np.array(pd.notna(ids.texts))
    for row in np.flatnonzero(given & (places < 0)).tolist():
        if ids.texts[row].strip():
            message = (
                f"the account has no connection {show(ids.texts[row])}: it is of another account, or was deleted "
                "since; leave the id empty to create one"
            )
            findings.add("unknown_id", "error", message, row=row, column="id")
        else:
            ids.texts[row], given[row] = None, False
    for row, value in ids.odd.items():
        message = (
            f"{described(value)}; leave the id of a new connection empty, and read ids as text: "
            "pd.read_csv(path, dtype={'id': str})"
        )
        findings.add("wrong_type", "error", message, row=row, column="id")
    doubled = _doubled(ids.texts, given, findings)
    new = ~given & ~blank
    new[list(ids.odd)] = False
    claimed = np.zeros(len(account), dtype=bool)
    claimed[places[places >= 0]] = True
    return Pairs(account, ids.texts, places, (places >= 0) & ~doubled, new, first[~claimed[first]])


def _doubled(ids: Objects, given: Flags, findings: Findings) -> Flags:
    doubled = pd.Series(ids, dtype=object).duplicated(keep=False).to_numpy() & given
    rows: dict[str, list[int]] = {}  # not groupby, which cannot hold half a surrogate pair
    for row in np.flatnonzero(doubled).tolist():
        rows.setdefault(ids[row], []).append(row)
    for same in rows.values():
        for row in same:
            others = [other for other in same[: NAMED + 1] if other != row][:NAMED]
            more = len(same) - 1 - len(others)
            message = f"the same id as in {listed('row', others, more)}; keep one of them"
            findings.add("doubled_id", "error", message, row=row, column="id")
    return doubled


def listed(noun: str, named: Sequence[object], more: int) -> str:
    """Return ``row 3``, ``rows 3, 5``, ``rows 3, 5, 6 and 4 more``."""
    many = len(named) + more > 1
    rest = f" and {more:,} more" if more else ""
    return f"{noun}{'s' if many else ''} {', '.join(map(str, named))}{rest}"
