"""The columns of a snapshot, those of `Connections.frame`, and their values as texts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from chatbot_nb.transport.redact import masked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TEXT: Final = "str"
FLAG: Final = "boolean"
TIME: Final = "datetime64[us, UTC]"

LIST: Final[Mapping[str, str]] = {
    "name": TEXT,
    "url": TEXT,
    "story_id": TEXT,
    "story_name": TEXT,
    "error": TEXT,
    "created_at": TIME,
    "updated_at": TIME,
}
DETAILS: Final[Mapping[str, str]] = {"has_token": FLAG, "headers": TEXT, "auth_username": TEXT, "read_error": TEXT}
SECRETS: Final[Mapping[str, str]] = {"token": TEXT, "header_values": TEXT, "auth_password": TEXT}
ALL: Final[Mapping[str, str]] = {**LIST, **DETAILS, **SECRETS}
# What `Connections.frame` returns: the list, with details, with the secrets too.
SHAPES: Final = (tuple(LIST), (*LIST, *DETAILS), tuple(ALL))

# pandas alone would also read "today", "2021" and nanoseconds, which make another dtype of the column.
_TIME_TEXT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}(?:[0-9]{3})?Z")


def time_texts(times: pd.Series) -> pd.Series:
    """Return times as ``2021-06-09T07:35:00.788Z``, as the API writes them; what is finer than that is kept."""
    values = times.dt.tz_localize(None).to_numpy()
    coarse = values == values.astype("datetime64[ms]")
    texts = np.where(coarse, np.datetime_as_string(values, unit="ms"), np.datetime_as_string(values, unit="us"))
    return pd.Series(np.char.add(texts, "Z"), index=times.index, dtype=TEXT).where(times.notna())


def read_times(texts: Sequence[str | None], index: pd.Index | None = None) -> pd.Series:
    """Return the times that `time_texts` wrote; what is none is missing."""
    known = [text if text is not None and _TIME_TEXT.fullmatch(text) else None for text in texts]
    column = pd.Series(known, index=index, dtype=TEXT)
    return pd.to_datetime(column, format="ISO8601", errors="coerce", utc=True).astype(TIME)


def mask_urls(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame without the credentials in its URLs."""
    return frame.assign(url=frame["url"].map(masked, na_action="ignore").astype(TEXT))


def as_texts(column: pd.Series) -> pd.Series:
    """Return a column as texts, flags as ``true`` and ``false``."""
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return time_texts(column)
    if isinstance(column.dtype, pd.BooleanDtype):
        return column.map({True: "true", False: "false"}).astype(TEXT)
    return column
