"""The list of connections as a DataFrame."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeGuard

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chatbot_nb.connections.reading import Reader

_TIME = pd.DatetimeTZDtype("us", "UTC")
_LENGTH = len("2021-06-09T07:35:00.788Z")
_DOCUMENTED = re.compile(r"(?:[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z)*+")


def list_frame(reader: Reader) -> pd.DataFrame:
    """Return the frame that `Connections.frame` documents, without details."""
    columns = {
        "name": texts(reader.texts("name")),
        "url": texts(reader.texts("url")),
        "story_id": texts(_shared(reader.texts("story", "id"))),
        "story_name": texts(_shared(reader.texts("story", "name"))),
        "error": texts(_shared(reader.errors())),
        "created_at": _times(reader, "createdAt"),
        "updated_at": _times(reader, "updatedAt"),
    }
    return pd.DataFrame(columns, index=pd.Index(texts(reader.texts("id")), name="id"))


def texts(values: Sequence[str | None]) -> pd.api.extensions.ExtensionArray:
    """Return a column of texts; None is missing."""
    return pd.array(values, dtype="str")


def _shared(values: list[str | None]) -> list[str | None]:
    """Return equal texts as one object: a list from JSON has a new one for each."""
    known: dict[str | None, str | None] = {}
    return [known.setdefault(value, value) for value in values]


def _times(reader: Reader, key: str) -> pd.api.extensions.ExtensionArray:
    values = reader.column(key)
    if _as_documented(values):
        # Not an explicit format: with coerce it is ten times slower when one time is impossible.
        times = pd.to_datetime(values, format="ISO8601", errors="coerce", utc=True)
        if not times.isna().any():
            found: pd.api.extensions.ExtensionArray = times.astype(_TIME).array
            return found
    return pd.array(reader.times(key), dtype=_TIME)


def _as_documented(values: list[object]) -> TypeGuard[list[str]]:
    """Return whether all values look like 2021-06-09T07:35:00.788Z, which pandas and Python read alike."""
    try:
        text = "".join(values)  # type: ignore[arg-type]  # what is asked
    except TypeError:
        return False
    # The lengths too: the pattern alone would not see one text that ends where the next should.
    return set(map(len, values)) <= {_LENGTH} and _DOCUMENTED.fullmatch(text) is not None  # type: ignore[arg-type]  # str
