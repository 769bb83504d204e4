"""Secrets of a connection that somebody asks for, one at a time."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from chatbot_nb.connections.models import Connection


def secret_of(connection: Connection, column: str) -> str | None:
    """Return a secret in clear, as its column in `Connections.frame` shows it; None if there is none."""
    auth = connection.auth
    if column == "token":
        return connection.token.get_secret_value() if connection.token else None
    if column == "header_values":
        plain = {name: value.get_secret_value() for name, value in connection.headers.items()}
        return json.dumps(plain, ensure_ascii=False) if plain else None
    if auth is None:
        return None
    return auth.username if column == "auth_username" else auth.password.get_secret_value()


def is_known_missing(loaded: pd.Series[Any], column: str) -> bool:
    """Return whether the details of a connection, as far as they were read, say that it has no such secret."""
    if "has_token" not in loaded or pd.isna(loaded["has_token"]):
        return False
    if column == "token":
        return not loaded["has_token"]
    return bool(pd.isna(loaded["headers" if column == "header_values" else "auth_username"]))
