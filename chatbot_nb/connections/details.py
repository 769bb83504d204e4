"""The details of many connections: one request each, several at once, and a result whatever happens."""

from __future__ import annotations

import json
import warnings
from typing import TYPE_CHECKING, Final

import pandas as pd

from chatbot_nb.connections.frame import texts
from chatbot_nb.connections.parallel import Parallel
from chatbot_nb.errors import ChatBotError

if TYPE_CHECKING:
    import threading
    from collections.abc import Sequence

    from chatbot_nb.connections.calls import Calls
    from chatbot_nb.connections.reading import Reader, Row

# Seconds for calls under way after an interrupt: one that hangs must not hold up who pressed stop.
_GRACE: Final = 1.0
_NOT_READ: Final = "not read: interrupted"
_DETAILS: Final = ("token", "headers", "auth")


def add_details(frame: pd.DataFrame, reader: Reader, calls: Calls, *, reveal: bool, progress: bool) -> None:
    """Add the columns that `Connections.frame` documents for details and reveal.

    Parameters
    ----------
    frame : pandas.DataFrame
        The list; it gets the columns.
    reader : Reader
        Of the same rows; its rows get the details.
    calls : Calls
    reveal, progress : bool
    """
    outcomes, interrupted = read_each(calls, [str(row["id"]) for row in reader.rows], progress=progress)
    for row, outcome in enumerate(outcomes):
        found = outcome if isinstance(outcome, dict) else {}
        reader.rows[row] = reader.rows[row] | {key: found.get(key) for key in _DETAILS}
    numbers = range(len(outcomes))
    tokens = [reader.token(row) for row in numbers]
    headers = [reader.headers(row) for row in numbers]
    auths = [reader.auth(row) for row in numbers]
    known = [tokens[row] is not None if isinstance(outcomes[row], dict) else None for row in numbers]
    frame["has_token"] = pd.array(known, dtype="boolean")
    frame["headers"] = texts([", ".join(names) or None for names in headers])
    frame["auth_username"] = texts([auth.username if auth else None for auth in auths])
    frame["read_error"] = texts([_failure(outcome) for outcome in outcomes])
    if reveal:
        frame["token"] = texts([token.get_secret_value() if token else None for token in tokens])
        plain = [{name: value.get_secret_value() for name, value in one.items()} for one in headers]
        frame["header_values"] = texts([json.dumps(one, ensure_ascii=False) if one else None for one in plain])
        frame["auth_password"] = texts([auth.password.get_secret_value() if auth else None for auth in auths])
    if interrupted:
        done = sum(outcome is not None for outcome in outcomes)
        message = f"interrupted: the details of {done:,} of {len(outcomes):,} connections were read; see read_error"
        warnings.warn(message, UserWarning, stacklevel=3)


def _failure(outcome: Row | ChatBotError | None) -> str | None:
    if outcome is None:
        return _NOT_READ
    return str(outcome) if isinstance(outcome, ChatBotError) else None


def read_each(calls: Calls, ids: Sequence[str], *, progress: bool) -> tuple[list[Row | ChatBotError | None], bool]:
    """Read many connections, several at once.

    Returns
    -------
    list of dict, ChatBotError or None
        For each id, in order, the connection, why it could not be read, or None if it was not tried.
    bool
        Whether a KeyboardInterrupt ended it early.
    """
    outcomes: list[Row | ChatBotError | None] = [None] * len(ids)

    def read(position: int, stop: threading.Event) -> None:
        try:
            outcomes[position] = calls.read(ids[position], stop)
        except ChatBotError as error:
            outcomes[position] = error

    parallel = Parallel(len(ids), read, workers=calls.session.workers, throttled=lambda: calls.session.throttled)
    interrupted = parallel.run(progress=progress, desc="connections", grace=_GRACE)
    return list(outcomes), interrupted  # a copy, which a thread that hangs does not change
