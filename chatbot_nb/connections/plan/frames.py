"""Planned changes and what became of them, as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from chatbot_nb.connections.frame import texts
from chatbot_nb.connections.plan.change import HIDDEN, SECRET_FIELDS, Outcome
from chatbot_nb.transport.redact import MASK

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from chatbot_nb.connections.plan.change import Change

# The columns of `Connections.frame` for the API's fields.
_COLUMNS: Final = {"storyId": "story_id", "headers": "header_values", "auth": "auth_username, auth_password"}
_NOT_TRIED: Final = Outcome("not tried")


def changes_frame(changes: Mapping[int, Change]) -> pd.DataFrame:
    """Return the frame that `Plan.frame` documents."""
    cells = [
        (number, change.action, change.id, change.name, *cell)
        for number, change in changes.items()
        for cell in _cells(change)
    ]
    numbers, *columns = zip(*cells, strict=True) if cells else [()] * 7
    names = ("action", "id", "name", "column", "old", "new")
    return pd.DataFrame(
        {name: texts(column) for name, column in zip(names, columns, strict=True)},
        index=pd.Index(numbers, dtype="int64", name="change"),
    )


def results_frame(changes: Mapping[int, Change], outcomes: Mapping[int, Outcome]) -> pd.DataFrame:
    """Return the frame that `Plan.apply` documents."""
    all_outcomes = [outcomes.get(number, _NOT_TRIED) for number in changes]
    return pd.DataFrame(
        {
            "action": texts([change.action for change in changes.values()]),
            "id": texts(
                [change.id or outcome.id for change, outcome in zip(changes.values(), all_outcomes, strict=True)]
            ),
            "name": texts([change.name for change in changes.values()]),
            "status": texts([outcome.status for outcome in all_outcomes]),
            "error": texts([outcome.error for outcome in all_outcomes]),
            "attempts": pd.array([outcome.attempts for outcome in all_outcomes], dtype="int64"),
            "seconds": pd.array([outcome.seconds for outcome in all_outcomes], dtype="float64"),
        },
        index=pd.Index(list(changes), dtype="int64", name="change"),
    )


def _cells(change: Change) -> Iterator[tuple[str, str | None, str | None]]:
    """Column, old and new value of each field that a change concerns."""
    old: dict[str, object] = {}
    if (seen := change.seen) is not None:
        old = {"storyId": seen.story_id, "name": seen.name, "url": seen.url}
    for key in change.fields if change.action != "delete" else old:
        yield _COLUMNS.get(key, key), _shown(key, old.get(key)), _shown(key, change.fields.get(key))


def _shown(key: str, value: object) -> str | None:
    if value is None:
        return None
    return MASK if key in SECRET_FIELDS or value is HIDDEN else str(value)
