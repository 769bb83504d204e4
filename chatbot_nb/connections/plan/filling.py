"""What a journal left out, taken from the frame that the plan was made of."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from chatbot_nb.connections.plan.change import HIDDEN
from chatbot_nb.connections.plan.secret_columns import read_secrets
from chatbot_nb.connections.plan.table import Findings
from chatbot_nb.connections.plan.wanted import Wanted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chatbot_nb.connections.plan.change import Change


def filled(changes: Sequence[Change], frame: pd.DataFrame) -> list[Change]:
    """Return the changes with the values that stand in the frame; what does not stand there stays hidden.

    Raises
    ------
    TypeError
        `frame` is no DataFrame.
    """
    wanted = Wanted(frame, pd.Index([], dtype="str"), Findings())
    ids = wanted.ids.texts if wanted.ids else np.full(len(wanted), None, dtype=object)
    secrets = read_secrets(wanted, np.array(pd.notna(ids)), Findings())
    texts = {"name": wanted.cells("name").texts, "url": wanted.cells("url").texts}
    return [_filled(change, ids, texts, secrets) if change.hidden() else change for change in changes]


def _filled(
    change: Change, ids: np.ndarray, texts: Mapping[str, np.ndarray], secrets: Mapping[int, Mapping[str, object]]
) -> Change:
    row = change.row
    if row is None or row >= len(ids) or ids[row] != change.id:  # another frame, or sorted since
        return change
    # New ones have no id: a token must not reach the URL of another row.
    if any(change.fields.get(key, HIDDEN) not in {column[row], HIDDEN} for key, column in texts.items()):
        return change
    given = secrets.get(row, {})
    known = {"url": texts["url"][row], "token": given.get("token"), "headers": given.get("headers")}
    if given.keys() >= {"username", "password"}:
        known["auth"] = {"username": given["username"], "password": given["password"]}
    fields = {
        key: known[key] if value is HIDDEN and known.get(key) is not None else value
        for key, value in change.fields.items()
    }
    return replace(change, fields=fields)
