"""The secret columns of a wanted frame: tokens, headers and passwords, none of which a finding shows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from chatbot_nb.connections.plan.mistakes import MASKED
from chatbot_nb.connections.plan.wanted import AS_TEXT, described
from chatbot_nb.connections.reading import Reader
from chatbot_nb.errors import ChatBotError
from chatbot_nb.transport.redact import MASK

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chatbot_nb.connections.plan.table import Findings, Flags
    from chatbot_nb.connections.plan.wanted import Wanted

    Secrets = dict[str, object]  # token, headers, username, password: those that the frame has

_KEYS: Final = {
    "token": "token",
    "header_values": "headers",
    "auth_username": "username",
    "auth_password": "password",
}
_NO_HEADERS: Final = 'the value is not the text of a JSON object of strings, such as {"X-Api-Key": "..."}'
_NOT_READ: Final = "not read: interrupted"


def read_secrets(wanted: Wanted, exists: Flags, findings: Findings) -> dict[int, Secrets]:
    """Return by row what the secret columns hold; an empty cell says nothing.

    Parameters
    ----------
    wanted : Wanted
    exists : ndarray of bool
        Which rows are of connections that the account has.
    findings : Findings
        Gets what cannot be read, without showing it.
    """
    found: dict[int, Secrets] = {}
    for column, key in _KEYS.items():
        cells = wanted.cells(column)
        # Without passwords the user names are those that frame(details=True) shows, not something to write.
        shown_only = column == "auth_username" and "auth_password" not in wanted.columns
        for row, value in cells.odd.items():
            if not (shown_only and exists[row]):
                message = f"{described(value, secret=True)}; {AS_TEXT}"
                findings.add("wrong_type", "error", message, row=row, column=column)
        given = np.array(pd.notna(cells.texts))
        for row in np.flatnonzero(given & ~exists if shown_only else given).tolist():
            secret = _headers(cells.texts[row]) if key == "headers" else str(cells.texts[row])
            if MASK in (secret.values() if isinstance(secret, dict) else [secret]):
                findings.add("masked", "error", f"{MASKED}. Empty the cell", row=row, column=column)
            elif secret is not None:
                found.setdefault(row, {})[key] = secret
            else:
                findings.add("wrong_type", "error", _NO_HEADERS, row=row, column=column)
    return found


def new_secrets(row: int, secrets: Secrets, findings: Findings) -> dict[str, object]:
    """Return the API's fields for the secrets of a new connection."""
    fields = {key: value for key, value in secrets.items() if key in {"token", "headers"}}
    return fields | _auth_field(row, secrets, {}, findings)


def changed_secrets(
    row: int, secrets: Secrets, outcome: Mapping[str, object] | ChatBotError | None, findings: Findings
) -> dict[str, object]:
    """Return the API's fields for the secrets that differ from the connection as it was read on its own."""
    if outcome is None or isinstance(outcome, ChatBotError):
        findings.add("unreadable", "error", _NOT_READ if outcome is None else str(outcome), row=row)
        return {}
    # What `frame(reveal=True)` shows: a value that it left out as unreadable is no difference.
    reader = Reader([{**outcome, "id": "-"}], single=True)
    token, auth = reader.token(0), reader.auth(0)
    there = {
        "token": token.get_secret_value() if token else None,
        "headers": {name: value.get_secret_value() for name, value in reader.headers(0).items()},
    }
    known: Secrets = {"username": auth.username, "password": auth.password.get_secret_value()} if auth else {}
    fields = {key: secrets[key] for key, value in there.items() if key in secrets and secrets[key] != value}
    return fields | _auth_field(row, secrets, known, findings)


def _auth_field(row: int, secrets: Secrets, known: Secrets, findings: Findings) -> dict[str, object]:
    """Return ``auth`` if it changes; the half that the frame leaves empty stays as it is."""
    auth = {"username": "", "password": ""} | known
    auth |= {key: secrets[key] for key in auth if key in secrets}
    if auth == {"username": "", "password": ""} | known:
        return {}
    lacking = [key for key, value in auth.items() if not value]
    if not lacking:
        return {"auth": auth}
    for key in lacking:
        message = "empty; auth needs auth_username and auth_password: fill in both or neither"
        findings.add("missing", "error", message, row=row, column=f"auth_{key}")
    return {}


def _headers(text: str) -> dict[str, str] | None:
    try:
        headers = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(headers, dict) and all(isinstance(value, str) for value in headers.values()):
        return headers
    return None
