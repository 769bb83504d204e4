"""An account that was read again, under edits that are not written yet: what goes on, what conflicts, what is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pandas as pd

from chatbot_nb.payloads.wording import printable
from chatbot_nb.transport.redact import masked
from chatbot_nb.widgets.connection_grid.columns import SECRETS, WRITTEN
from chatbot_nb.widgets.grid.cells import AS_IT_WAS, Cell, is_missing, same
from chatbot_nb.widgets.grid.labels import row_keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from chatbot_nb.widgets.grid.sheet import Sheet
    from chatbot_nb.widgets.grid.table import Ids, Table

DELETED: Final = "deleted"
_DELETE: Final = "to be deleted"
_TIME: Final = "updated_at"


class Conflict(NamedTuple):
    """What was edited here and changed by somebody else.

    Parameters
    ----------
    row : int
    key : str
        The column; empty where one of both deletes the row.
    mine, theirs : str
        As they are shown.
    """

    row: int
    key: str
    mine: str
    theirs: str


def rebase(sheet: Sheet, account: pd.DataFrame) -> list[Conflict]:
    """Take over an account that was read again; edits stay.

    Parameters
    ----------
    sheet : Sheet
    account : pandas.DataFrame
        With the columns of the grid.

    Returns
    -------
    list of Conflict
        A row that was edited here and deleted there is a new one from now on.
    """
    table = sheet.table
    changed, was = table.changed(), table.base
    # Only what was loaded before is known again: new rows have no ids yet.
    there, mine = row_keys(account.index, was.index)
    found = mine.get_indexer(there).astype(np.intp)
    ids: Ids = np.where(found < 0, -1, table.ids[found]) if len(was) else np.full(len(account), -1, dtype=np.int64)
    kept = set(ids.tolist())
    conflicts = _changed_twice(table, account, dict(zip(ids.tolist(), range(len(account)), strict=True)), changed)
    gone = [row for row in changed if row not in kept and row not in table.deleted]
    values = {row: {key: table.value(row, key) for key in (*WRITTEN, *SECRETS)} for row in gone}
    at = {row: table.cells[changed[row][0]][row].at for row in gone}
    table.restore(gone)
    sheet.rebase(account, ids)
    for row in gone:
        for key, value in values[row].items():
            if value is not None:
                table.put(row, key, Cell(value, at[row]))
        conflicts.append(Conflict(row, "", "changed", DELETED))
    sheet.recheck(gone)
    for conflict in conflicts:
        sheet.states[conflict.row] = "conflict"
    return conflicts


def _changed_twice(
    table: Table, account: pd.DataFrame, places: Mapping[int, int], changed: Mapping[int, list[str]]
) -> list[Conflict]:
    conflicts = []
    for row, keys in changed.items():
        if row not in places or row in table.deleted:
            continue
        theirs = account.iloc[places[row]]
        for key in keys:
            if key not in WRITTEN or same(theirs[key], table.loaded(row, key)):
                continue
            if not same(_tried(table, row, key), theirs[key]):
                conflicts.append(Conflict(row, key, _shown(key, table.text(row, key)), _shown(key, theirs[key])))
    for row in table.deleted & places.keys():
        theirs = account.iloc[places[row]]
        parts = [
            f"{key}: {_shown(key, theirs[key])}" for key in WRITTEN if not same(theirs[key], table.loaded(row, key))
        ]
        if not parts and not same(theirs[_TIME], table.loaded(row, _TIME)):
            parts = ["changed"]
        if parts:
            conflicts.append(Conflict(row, "", _DELETE, "; ".join(parts)))
    return conflicts


def settled(table: Table, done: Iterable[int], created: Mapping[int, str]) -> tuple[pd.DataFrame, Ids]:
    """Return what the account is once rows were written, as far as that is known here.

    Parameters
    ----------
    table : Table
    done : iterable of int
        Rows whose changes were made, by id.
    created : mapping of int to str
        The ids of the connections that new rows among them have become.

    Returns
    -------
    pandas.DataFrame
        For `Table.rebase`; when something was written is not known.
    ndarray of int64
        The ids of its rows.
    """
    done = set(done)
    written = [row for row in table.changed(done) if row not in table.deleted]
    base = table.base.copy()
    places = table.positions(written)
    rows = table.rows(written)
    for key in WRITTEN:
        base.iloc[places, base.columns.get_loc(key)] = rows[key].to_numpy(dtype=object)  # type: ignore[index]  # one label
    base.iloc[places, base.columns.get_loc(_TIME)] = pd.NaT  # type: ignore[index]
    ids = table.ids[: len(base)]
    stays = ~np.isin(ids, list(done & table.deleted))
    more = table.rows(list(created))
    more.index = pd.Index(list(created.values()), dtype=base.index.dtype, name=base.index.name)
    for key in SECRETS:
        more[key] = None
    parts = [base[stays], more.astype(base.dtypes.to_dict())] if created else [base[stays]]
    return pd.concat(parts), np.concatenate([ids[stays], np.array(list(created), dtype=np.int64)])


def _tried(table: Table, row: int, key: str) -> Any:  # noqa: ANN401  # whatever the column holds
    cell = table.cell(row, key)
    tried = None if cell is None else cell.tried
    return table.loaded(row, key) if tried is AS_IT_WAS else tried


def _shown(key: str, value: Any) -> str:  # noqa: ANN401
    if is_missing(value):
        return ""
    return printable(masked(str(value)) if key == "url" else str(value))
