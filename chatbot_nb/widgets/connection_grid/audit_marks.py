"""What an audit finds in an account, as marks on the rows of a grid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from chatbot_nb.audits.audit import audit
from chatbot_nb.widgets.grid.findings import NOTHING, Marks

if TYPE_CHECKING:
    from collections.abc import Container

    from chatbot_nb.widgets.grid.table import Ids

# The column that a finding is about, by the beginning of its code.
_COLUMNS: Final = {
    "url": "url",
    "http": "url",
    "credentials_in_url": "url",
    "localhost": "url",
    "private": "url",
    "link_local": "url",
    "same_url": "url",
    "delivery": "error",
    "name": "name",
    "same_name": "name",
    "similar_name": "name",
    "no_token": "has_token",
    "header_clash": "headers",
    "stale": "updated_at",
}
# Stories often have several connections: a mark at nearly every row would hide the others.
_LEFT_OUT: Final = ("same_story",)
# An error is what may not be written; what the account has already can only be a warning.
_SEVERITIES: Final = {"error": "warning", "warning": "warning", "info": "info"}


def audit_marks(account: pd.DataFrame, ids: Ids, columns: Container[str]) -> Marks:
    """Return what an audit finds; nothing where the account is empty.

    Parameters
    ----------
    account : pandas.DataFrame
        As the account shows it, without secrets.
    ids : ndarray of int64
        The grid's id of each row.
    columns : container of str
        The columns that the grid has.
    """
    if not len(account):
        return NOTHING
    found = audit(account).findings
    found = found[~found["code"].isin(_LEFT_OUT)]
    first = pd.Series(ids, index=account.index)
    places = first[~first.index.duplicated()].reindex(found["id"]).to_numpy(dtype=np.float64)
    known = ~np.isnan(places)
    codes = found["code"].to_numpy(dtype=object)[known]
    by_code = {code: _column(code, columns) for code in pd.unique(codes)}
    return Marks.of(
        places[known].astype(np.int64),
        [
            np.array([by_code[code] for code in codes], dtype=object),
            found["severity"].map(_SEVERITIES).to_numpy(dtype=object)[known],
            codes,
            found["message"].to_numpy(dtype=object)[known],
        ],
    )


def _column(code: str, columns: Container[str]) -> str:
    """Return the column that a finding is about, empty if it is the row."""
    names = (column for begin, column in _COLUMNS.items() if code == begin or code.startswith(f"{begin}_"))
    return next((name for name in names if name in columns), "")
