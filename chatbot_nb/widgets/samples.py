"""Sample users: rows of attributes that a reply is shown and checked with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

from chatbot_nb.payloads.reply.placeholders import text_of
from chatbot_nb.payloads.wording import kind_of, printable

if TYPE_CHECKING:
    import pandas as pd

# By attribute: what ChatBot would write for it, None where it has no value.
Sample: TypeAlias = dict[str, str | None]
ROWS: Final = 100


def samples_of(rows: object) -> list[Sample]:
    """Return sample users as the browser gets them.

    Parameters
    ----------
    rows : pandas.DataFrame, or iterable of mappings, or None
        One user a row. Values become the texts that fill a placeholder; what is missing becomes None.

    Returns
    -------
    list of dict

    Raises
    ------
    TypeError
        ``rows`` is neither, or the name of an attribute is no string.
    ValueError
        More than 100 rows.
    """
    listed = _rows(rows)
    if len(listed) > ROWS:
        raise ValueError(
            f"{len(listed):,} rows of samples, at most {ROWS}; pass some of them, and use reply.check_over for all"
        )
    return [_sample(number, row) for number, row in enumerate(listed)]


def frame_of(samples: Iterable[Sample]) -> pd.DataFrame:
    """Return sample users as a DataFrame, one a row; a column for each attribute, texts or missing."""
    import pandas as pd

    return pd.DataFrame(list(samples)).astype("str")


def _rows(rows: object) -> Sequence[object]:
    if rows is None or isinstance(rows, list):  # for which pandas need not be loaded
        return rows or []
    import pandas as pd

    if isinstance(rows, pd.DataFrame):
        return rows.to_dict(orient="records")
    if isinstance(rows, str | bytes | Mapping) or not isinstance(rows, Iterable):
        raise TypeError(f"samples: {kind_of(rows)} has no rows; pass a DataFrame or a list of dicts")
    return list(rows)


def _sample(number: int, row: object) -> Sample:
    if not isinstance(row, Mapping):
        raise TypeError(f"samples: row {number} is {kind_of(row)}; pass a DataFrame or a list of dicts")
    if odd := [name for name in row if not isinstance(name, str)]:
        raise TypeError(f"samples: {odd[0]!r} is no name of an attribute; names are strings")
    texts = {printable(name): text_of(value) for name, value in row.items()}
    return {name: None if text is None else printable(text) for name, text in texts.items()}
