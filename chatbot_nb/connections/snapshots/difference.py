"""The difference between two snapshots, column by column: no loop over rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from chatbot_nb.connections.snapshots.columns import ALL, DETAILS, SECRETS, TEXT, as_texts, mask_urls
from chatbot_nb.payloads.wording import counted
from chatbot_nb.transport.redact import MASK

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from chatbot_nb.connections.snapshots.snapshot import Snapshot

_READ_ERROR: Final = "read_error"
_UPDATED: Final = "updated_at"
# What each connection was read on its own for.
_OWN: Final = {*DETAILS, *SECRETS}


def difference(first: Snapshot, second: Snapshot) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return the frame and the notes that `Comparison` documents."""
    before, after = first.frame, second.frame
    names = [name for name in ALL if name in before and name in after and name != _READ_ERROR]
    positions = before.index.get_indexer(after.index)
    kept = positions >= 0
    gone = np.ones(len(before), dtype=bool)
    gone[positions[kept]] = False
    whole = [_rows(after[~kept], "appeared"), _rows(before[gone], "vanished")]
    before, after = before.iloc[positions[kept]], after[kept]
    unread = _unread(before) | _unread(after)
    if ("token" in before) != ("token" in after):  # one holds credentials in its URLs that the other one hides
        before, after = mask_urls(before), mask_urls(after)
    differs = {name: _differs(before[name], after[name]) for name in names}
    for name in _OWN & differs.keys():
        differs[name] &= ~unread
    # Whatever changes, it changes too: it tells something only where nothing else did.
    differs[_UPDATED] &= ~np.logical_or.reduce([differs[name] for name in names if name != _UPDATED])
    frame = pd.concat([*whole, _changes(before, after, differs)], ignore_index=True)
    lost = int(unread.sum()) if _OWN & differs.keys() else 0
    return frame, (*_notes(first, second), *_lost(lost))


def _differs(before: pd.Series, after: pd.Series) -> NDArray[np.bool_]:
    old, new = before.reset_index(drop=True), after.reset_index(drop=True)
    unequal: NDArray[np.bool_] = (old != new).to_numpy(dtype=bool, na_value=True)
    both_missing: NDArray[np.bool_] = (old.isna() & new.isna()).to_numpy()
    return unequal & ~both_missing


def _unread(frame: pd.DataFrame) -> NDArray[np.bool_]:
    if _READ_ERROR not in frame:
        return np.zeros(len(frame), dtype=bool)
    missing: NDArray[np.bool_] = frame[_READ_ERROR].notna().to_numpy()
    return missing


def _changes(before: pd.DataFrame, after: pd.DataFrame, differs: Mapping[str, NDArray[np.bool_]]) -> pd.DataFrame:
    """Return a row for each field that differs, in the order of the connections, then of the columns."""
    if "token" in differs:  # only then do the URLs hold credentials, which have been compared
        before, after = mask_urls(before), mask_urls(after)
    parts = [
        _rows(after[rows], "changed", name, _shown(name, before[name][rows]), _shown(name, after[name][rows]))
        for name, rows in differs.items()
    ]
    order = np.concatenate([rows.nonzero()[0] for rows in differs.values()])
    return pd.concat(parts, ignore_index=True).iloc[np.argsort(order, kind="stable")]


def _rows(
    frame: pd.DataFrame,
    what: str,
    column: str | None = None,
    old: pd.Series | None = None,
    new: pd.Series | None = None,
) -> pd.DataFrame:
    given = {"name": frame["name"], "what": what, "column": column, "old": old, "new": new}
    columns = {key: pd.Series(value, index=frame.index, dtype=TEXT) for key, value in given.items()}
    return pd.DataFrame(columns).reset_index()


def _shown(name: str, column: pd.Series) -> pd.Series:
    return column.where(column.isna(), MASK) if name in SECRETS else as_texts(column)


def _notes(first: Snapshot, second: Snapshot) -> list[str]:
    found = []
    if second.taken_at < first.taken_at:
        found.append("the second snapshot is the older one: read appeared as vanished, and old as new")
    if first.base_url != second.base_url:
        found.append(f"two APIs: the first snapshot is of {first.base_url}, the second of {second.base_url}")
    for one, other, which in ((first, second, "first"), (second, first, "second")):
        alone = [name for name in ALL if name in one.frame and name not in other.frame and name != _READ_ERROR]
        if alone:
            found.append(f"not compared, since only the {which} snapshot has them: {', '.join(alone)}")
    return found


def _lost(connections: int) -> list[str]:
    if not connections:
        return []
    return [f"the details of {counted(connections, 'connection')} could not be read for both, and are not compared"]
