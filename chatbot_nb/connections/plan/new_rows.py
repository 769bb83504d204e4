"""The rows of a wanted frame that are new connections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from chatbot_nb.connections.models import check_new
from chatbot_nb.connections.plan.change import Change
from chatbot_nb.connections.plan.judgement import identity
from chatbot_nb.connections.plan.pairing import NAMED, listed
from chatbot_nb.connections.plan.secret_columns import new_secrets
from chatbot_nb.connections.plan.wanted import AS_TEXT, described

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chatbot_nb.connections.plan.pairing import Pairs
    from chatbot_nb.connections.plan.secret_columns import Secrets
    from chatbot_nb.connections.plan.table import Findings
    from chatbot_nb.connections.plan.wanted import Wanted

    Fields: TypeAlias = dict[str, object]

_NEW: Final = {"story_id": "storyId", "name": "name", "url": "url"}


def new_rows(pairs: Pairs, wanted: Wanted, secrets: dict[int, Secrets], findings: Findings) -> dict[int, Fields]:
    """Return by row what is to be sent for each new connection."""
    cells = {column: wanted.cells(column) for column in _NEW}
    creates: dict[int, Fields] = {}
    for row in np.flatnonzero(pairs.new).tolist():
        texts = {key: cells[column].texts[row] for column, key in _NEW.items()}
        fields: Fields = {key: str(text) for key, text in texts.items() if text is not None}
        fields |= new_secrets(row, secrets.get(row, {}), findings)
        odd = [column for column in _NEW if row in cells[column].odd]
        for column in odd:
            message = f"{described(cells[column].odd[row])}; {AS_TEXT}"
            findings.add("wrong_type", "error", message, row=row, column=column)
        findings.add_checked(row, check_new(fields), told=odd)
        creates[row] = fields
    return creates


def report_replaced(pairs: Pairs, creates: Mapping[int, Fields], findings: Findings) -> None:
    """Refuse to delete a connection and create it anew, without its secrets, for the lack of an id."""
    if not creates:
        return
    gone = pairs.account.iloc[pairs.dropped]
    ids = {
        tuple(facts): each for each, *facts in zip(gone.index, gone["story_id"], gone["name"], gone["url"], strict=True)
    }
    for row, fields in creates.items():
        if (connection_id := ids.get(identity(fields))) is not None:
            message = (
                f"the connection {connection_id} has this story, name and URL, and delete=True would delete it with "
                "its token, headers and auth; write its id into this row"
            )
            findings.add("lost_id", "error", message, row=row, column="id")


def creations(pairs: Pairs, creates: Mapping[int, Fields], findings: Findings) -> list[Change]:
    """Return the changes that create them; what is there already, or stands in another row too, is a warning."""
    _report_same_rows(creates, findings)
    twins = _twins(pairs, creates, findings)
    return [Change("create", row, None, None, fields, twins[row]) for row, fields in creates.items()]


def _report_same_rows(creates: Mapping[int, Fields], findings: Findings) -> None:
    first: dict[tuple[object, ...], int] = {}
    for row, fields in creates.items():
        other = first.setdefault(identity(fields), row)
        if other != row:
            message = f"the same story, name and URL as in row {other}; applying creates both"
            findings.add("same_row", "warning", message, row=row)


def _twins(pairs: Pairs, creates: Mapping[int, Fields], findings: Findings) -> dict[int, tuple[str, ...]]:
    """Return by row the ids of connections that are already what is to be created."""
    wanted = {identity(fields) for fields in creates.values()}
    account = pairs.account
    near = account[account["name"].isin([name for _, name, _ in wanted])] if wanted else account.iloc[:0]
    ids: dict[tuple[object, ...], list[str]] = {}
    for connection_id, *facts in zip(near.index, near["story_id"], near["name"], near["url"], strict=True):
        ids.setdefault(tuple(facts), []).append(connection_id)
    twins = {row: tuple(ids.get(identity(fields), ())) for row, fields in creates.items()}
    for row, same in twins.items():
        if same:
            which = listed("connection", same[:NAMED], len(same[NAMED:]))
            message = f"the account has this already: {which}; applying creates another"
            findings.add("same_as", "warning", message, row=row)
    return twins
