"""The columns of connections in a grid, and what is asked of an account for them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

import pandas as pd

from chatbot_nb.audits.delivery_errors import delivery_error
from chatbot_nb.widgets.grid.columns import Column
from chatbot_nb.widgets.grid.inference import CHOICES

if TYPE_CHECKING:
    from chatbot_nb.connections.client import Client

#: Columns that are only in the details of a row; their values are never loaded.
SECRETS: Final = ("token", "header_values", "auth_username", "auth_password")
#: Columns whose edits are written.
WRITTEN: Final = ("name", "url", "story_id")
_STAYS: Final = "a connection stays with its story; to move it, create it anew there"
_OTHER: Final = "delivery_other"  # a cause that is not known
_TIME: Final = 150  # px; up to the minute
_DIGITS: Final = 4  # of the id of a story whose name another one has, too
_KEEP: Final = "an empty field leaves what is there; client.connections.update(id, {}=None) removes it"


def read_account(client: Client, *, details: bool) -> pd.DataFrame:
    """Return an account as a grid holds it: `Connections.frame`, with columns for secrets that are to be set.

    Parameters
    ----------
    client : Client
    details : bool
        Also read each connection on its own.
    """
    return with_secret_columns(client.connections.frame(details=details, progress=False))


def with_secret_columns(account: pd.DataFrame) -> pd.DataFrame:
    """Return an account with a column for each secret that it does not show, in which nothing stands."""
    lacking = {name: pd.array([None] * len(account), dtype="str") for name in SECRETS if name not in account}
    made = account.assign(**lacking)
    made.attrs = {}  # findings of the reading, which a frame that was edited has no use for
    return made


def shown_columns(account: pd.DataFrame) -> list[str]:
    """Return the columns of `Connections.frame` in a grid's frame."""
    return [
        name for name in account.columns if name not in SECRETS or (name == "auth_username" and "has_token" in account)
    ]


def columns_of(account: pd.DataFrame) -> list[Column]:
    """Return what is to be said of the columns of an account."""
    is_detailed = "has_token" in account
    stories = stories_of(account)
    story = Column(
        name="story_id", title="story", new_only=True, choices=stories or None, note=_STAYS if stories else ""
    )
    columns = [
        Column(name="name", width=190),
        story,
        Column(name="url", type="url", width=270),
        Column(name="error", type="state", editable=False, width=120, label=short_error),
        Column(name="created_at", title="created", editable=False, hidden=True, width=_TIME),
        Column(name="updated_at", title="updated", editable=False, width=_TIME),
        Column(name="id", hidden=True),
        Column(name="story_name", editable=False, place="nowhere"),
    ]
    if is_detailed:
        columns += [
            Column(name="has_token", editable=False),
            Column(name="headers", editable=False),
            Column(name="auth_username", title="auth: user name"),
            Column(name="read_error", editable=False, type="state", hidden=True),
        ]
    return [*columns, *_secrets(with_username=not is_detailed)]


def short_error(error: str) -> str:
    """Return what the last delivery failed of, as short as it can be said: a status, a code of Node, a word."""
    said = delivery_error(error)
    if said is None or said.code == _OTHER:
        return error
    cause = said.code.removeprefix("delivery_").removeprefix("status_")
    return cause.upper() if cause.startswith("e") or cause == "tls" else cause.replace("_", " ")


def _secrets(*, with_username: bool) -> list[Column]:
    titles = {
        "token": ("token", "token"),
        "header_values": ('headers, as {"X-Api-Key": "..."}', "headers"),
        "auth_username": ("auth: user name", "auth"),
        "auth_password": ("auth: password", "auth"),
    }
    return [
        Column(name=name, title=title, type="secret", place="drawer", note=_KEEP.format(field))
        for name, (title, field) in titles.items()
        if with_username or name != "auth_username"
    ]


def stories_of(account: pd.DataFrame) -> dict[str, str]:
    """Return the names of an account's stories by id; none if there are too many to choose from."""
    pairs = account[["story_id", "story_name"]].dropna(subset=["story_id"]).drop_duplicates("story_id")
    if len(pairs) > CHOICES:
        return {}
    names = {str(id_): str(id_ if pd.isna(name) else name) for id_, name in pairs.itertuples(index=False)}
    count = Counter(names.values())
    labels = {id_: f"{name} (…{id_[-_DIGITS:]})" if count[name] > 1 else name for id_, name in names.items()}
    return dict(sorted(labels.items(), key=lambda each: each[1].casefold()))
