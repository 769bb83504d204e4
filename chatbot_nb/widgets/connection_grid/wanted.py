"""Rows of a grid as a plan takes them, and what a plan would say of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from chatbot_nb.connections.plan.difference import difference
from chatbot_nb.widgets.connection_grid.columns import SECRETS, WRITTEN
from chatbot_nb.widgets.grid.findings import Said

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from chatbot_nb.widgets.grid.editing import Rows

# What a plan says of rows together, or of the account as a whole; it says so itself.
_NOT_OF_A_ROW: Final = frozenset({"not_in_frame", "not_compared", "same_row", "deleted"})
_COLUMNS: Final = frozenset({*WRITTEN, *SECRETS})
# Halves of auth that may be there: whether they are, only a request would tell.
_SOME_AUTH: Final = {"auth": {"username": "-", "password": "-"}}


def wanted_frame(rows: pd.DataFrame, edited: Sequence[set[str]]) -> pd.DataFrame:
    """Return rows as `plan` takes them.

    Parameters
    ----------
    rows : pandas.DataFrame
        With the columns of a grid; the index has the ids.
    edited : sequence of set of str
        The columns that were edited, of each row. Of secrets nothing else is passed on: what is not there leaves
        what the account has.
    """
    wanted = rows[list(WRITTEN)].copy()
    touched = {name: np.array([name in each for each in edited], dtype=bool) for name in SECRETS}
    # One half of auth without a column for the other is taken for what a table only shows.
    both = touched["auth_username"] | touched["auth_password"]
    for name, flags in touched.items():
        if (both if name.startswith("auth") else flags).any():
            wanted[name] = rows[name].where(flags)
    return wanted


class RowCheck:
    """Says of single rows what a plan would say of them, in its words.

    Parameters
    ----------
    account : callable
        Returns the account as it was loaded.
    """

    def __init__(self, account: Callable[[], pd.DataFrame]) -> None:
        self._account = account

    def __call__(self, rows: Rows) -> Iterator[tuple[int, Said]]:
        """Yield what is wrong with rows, each with the position of its row."""
        edited = [set(SECRETS) if new else keys for new, keys in zip(rows.new, rows.edited, strict=True)]
        without = [keys if new else set() for new, keys in zip(rows.new, edited, strict=True)]
        yield from self._said(wanted_frame(rows.frame, without))
        # Secrets apart: an error elsewhere would keep them from being looked at.
        old = np.flatnonzero(~rows.new & np.array([bool(keys & set(SECRETS)) for keys in edited], dtype=bool))
        if len(old):
            secrets = wanted_frame(rows.frame.iloc[old], [edited[place] for place in old])
            for place, said in self._said(secrets.drop(columns=list(WRITTEN))):
                yield int(old[place]), said

    def _said(self, wanted: pd.DataFrame) -> Iterator[tuple[int, Said]]:
        account = self._account()
        places = account.index.get_indexer_for(wanted.index.dropna())
        if "name" in wanted and wanted.index.hasnans:
            names = wanted["name"][wanted.index.isna()].dropna()
            places = np.append(places, np.flatnonzero(account["name"].isin(names)))
        near = account.iloc[np.unique(places[places >= 0])]
        _, findings = difference(near, wanted, delete=False, details=lambda ids: [_SOME_AUTH for _ in ids])
        for row, column, code, severity, message in findings[
            ["row", "column", "code", "severity", "message"]
        ].itertuples(index=False):
            if code not in _NOT_OF_A_ROW and not pd.isna(row):
                yield int(row), Said(column if column in _COLUMNS else "", severity, code, message)
