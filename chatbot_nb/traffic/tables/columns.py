"""Cells of exchanges, a column at a time: what is read from them, and the arrays that hold it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
import pandas as pd
from pydantic_core import from_json

from chatbot_nb.traffic import views
from chatbot_nb.traffic.verdict import CLEAN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import numpy.typing as npt

    from chatbot_nb.traffic.exchange import Exchange
    from chatbot_nb.traffic.verdict import Verdict
    from chatbot_nb.transport.inbound.http import Request

Column = Any  # an extension array of pandas, or an array of NumPy
Cells = dict[str, list[Any]]  # by the column's name
Members = dict[str, Any]  # of an object of JSON
_Shared = Literal["all", "keys"]

_OF_BODY: Final = {
    "chat_id": "chatId",
    "message_id": "messageId",
    "user_id": "userId",
    "external_id": "externalId",
    "message": "message",
}
_OF_NODE: Final = {"node": "name", "webhook_id": "webhookId", "webhook_name": "webhookName"}
_TIME: Final = pd.DatetimeTZDtype("us", "UTC")
_ENCODING: Final = b"content-encoding"
_NOTHING: Final[Members] = {}
_CUT: Final = 200  # characters of an error that is no traceback


def objects_of(exchanges: Iterable[Exchange]) -> list[Members]:
    """Return the bodies as objects of JSON, an empty one for each that is none."""
    # Equal texts as one object make arrays of objects small, and quick to copy; Arrow has no use for that.
    shared: _Shared = "keys" if _with_arrow() else "all"
    payloads = [_payload(exchange.http, shared) for exchange in exchanges]
    return [payload if type(payload) is dict else _NOTHING for payload in payloads]


def members(objects: Iterable[Members], key: str) -> list[Members]:
    """Return the object that each has under a key, an empty one where there is none."""
    return [member if type(member := each.get(key)) is dict else _NOTHING for each in objects]


def fixed_cells(exchanges: Sequence[Exchange], objects: list[Members]) -> Cells:
    """Return the cells of the columns of `FIXED`; `objects` are the bodies."""
    requests = [exchange.http for exchange in exchanges]
    nodes = members(objects, "node")
    return {
        "received_at": [http.received_at for http in requests],
        "method": [http.method for http in requests],
        "status": [http.status for http in requests],
        "bytes": [len(http.body) for http in requests],
        **{name: [each.get(key) for each in objects] for name, key in _OF_BODY.items()},
        **{name: [each.get(key) for each in nodes] for name, key in _OF_NODE.items()},
        **verdict_cells(exchanges),
        **outcome_cells(exchanges),
    }


def verdict_cells(exchanges: Iterable[Exchange]) -> Cells:
    """Return the cells of the columns about the verdict on the requests."""
    verdicts = [exchange.verdict for exchange in exchanges]
    return {
        "verdict": _words(verdicts),
        "findings": [verdict.errors + verdict.warnings for verdict in verdicts],
        "first_finding": [verdict.first or None for verdict in verdicts],
    }


def outcome_cells(exchanges: Iterable[Exchange]) -> Cells:
    """Return the cells of the columns that may change until an exchange is done, and when its body goes."""
    marks, pairs = [], []
    for exchange in exchanges:
        marks.append(", ".join(exchange.marks))
        pairs.append((exchange.reply, exchange.timing))
    errors = [(reply and reply.error) or (timing and timing.reply_error) or "" for reply, timing in pairs]
    return {
        "marks": marks,
        "reply_status": [reply.status if reply and timing else None for reply, timing in pairs],
        "rule": [reply and reply.rule for reply, _ in pairs],
        "reply_verdict": _words(None if reply is None else reply.verdict for reply, _ in pairs),
        "reply_error": [_headline(error) if error else None for error in errors],
        "chatbot_error": [(reply and reply.chatbot_error) or None for reply, _ in pairs],
        "ms": [timing.reply_done if timing else None for _, timing in pairs],
    }


def columns_of(cells: Cells) -> dict[str, Column]:
    """Return the columns of `FIXED` that these are the cells of."""
    return {name: column_of(cells[name]) for name, column_of in FIXED.items() if name in cells}


def texts(values: list[Any]) -> Column:
    """Return a column of texts, of values that are texts or None, which is missing."""
    column = _if_texts(values)
    assert column is not None
    return column


def missing(rows: int) -> Column:
    """Return a column of texts that are all missing."""
    return _missing(rows, _with_arrow())


@lru_cache(8)  # asked for at every frame, for each attribute that is new
def _missing(rows: int, with_arrow: bool) -> Column:  # noqa: FBT001  # a key of the cache
    assert with_arrow is _with_arrow()
    return texts([None] * rows)


def any_values(values: list[Any]) -> Column:
    """Return a column of texts, or else of the objects as they are: integers of any size, and nested values."""
    column = _if_texts(values)
    return np.fromiter(values, dtype=object, count=len(values)) if column is None else column


def joined(columns: Sequence[Column]) -> Column:
    """Return columns of texts, or of one dtype, one after the other; of objects if one of them has objects."""
    if any(isinstance(column, np.ndarray) for column in columns):
        return np.concatenate([_as_numpy(column) for column in columns])
    return type(columns[0])._concat_same_type(columns)  # noqa: SLF001  # documented: pandas' interface of arrays


def whole(column: Column) -> Column:
    """Return a column in one piece: Arrow puts pieces beside each other, and thousands of one row are slow."""
    if not isinstance(column, pd.arrays.ArrowStringArray):
        return column
    return _from_arrow(column.__arrow_array__().combine_chunks())


def part(column: Column) -> Column:
    """Return a column that was cut out of one of any values, as texts if all that are left are texts."""
    return any_values(column.tolist()) if isinstance(column, np.ndarray) else column


def _if_texts(values: list[Any]) -> Column:
    """Return a column of texts, None if a value is neither text nor None."""
    if not _with_arrow():
        array = np.fromiter(values, dtype=object, count=len(values))
        kind = pd.api.types.infer_dtype(array, skipna=True)
        return pd.array(array, dtype="str") if kind in {"string", "empty"} else None
    import pyarrow as pa  # type: ignore[import-untyped]  # it has no types

    # Not pd.array(values), which looks at each value in Python's way first: twice the time.
    try:
        return _from_arrow(pa.array(values, pa.large_string()))
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return None


def _from_arrow(array: Any) -> Column:  # noqa: ANN401  # pyarrow has no types
    dtype: Any = pd.StringDtype(na_value=np.nan)  # pandas-stubs lack its method for Arrow
    return dtype.__from_arrow__(array)


def _with_arrow() -> bool:
    return pd.StringDtype(na_value=np.nan).storage == "pyarrow"


def _only_texts(values: list[Any]) -> Column:
    """Return a column of the texts among values of JSON; all else is missing."""
    column = _if_texts(values)
    return texts([value if type(value) is str else None for value in values]) if column is None else column


def _own_texts(values: list[str | None]) -> Column:
    r"""Return texts that did not come as UTF-8; half a surrogate pair, which no file takes, as ``\ud800``."""
    distinct = {value: value and value.encode(errors="backslashreplace").decode() for value in set(values)}
    return texts([*map(distinct.__getitem__, values)])


def _times(values: list[Any]) -> Column:
    return pd.array(values, dtype=_TIME)


def _integers(values: list[Any]) -> Column:
    return np.array(values, dtype=np.int64)


def _integers_if_any(values: list[Any]) -> Column:
    return pd.array(values, dtype="Int64")


def _milliseconds(seconds: list[float | None]) -> Column:
    return np.array(seconds, dtype=np.float64) * 1000  # None becomes NaN


#: The columns that are always there, in order, and what makes them of their cells.
FIXED: Final[dict[str, Callable[[list[Any]], Column]]] = {
    "received_at": _times,
    "method": _own_texts,
    "status": texts,
    "marks": texts,
    "chat_id": _only_texts,
    "message_id": _only_texts,
    "user_id": _only_texts,
    "external_id": _only_texts,
    "node": _only_texts,
    "webhook_id": _only_texts,
    "webhook_name": _only_texts,
    "message": _only_texts,
    "bytes": _integers,
    "verdict": texts,
    "findings": _integers,
    "first_finding": _own_texts,
    "reply_status": _integers_if_any,
    "rule": _own_texts,
    "reply_verdict": texts,
    "reply_error": _own_texts,
    "chatbot_error": _own_texts,
    "ms": _milliseconds,
}


def _as_numpy(column: Column) -> npt.NDArray[Any]:
    return column if isinstance(column, np.ndarray) else column.to_numpy(dtype=object, na_value=None)


def _payload(http: Request, shared: _Shared) -> Any:  # noqa: ANN401  # any JSON value
    """Return what `views.payload` does, sooner: most bodies are not encoded."""
    for name, _ in http.headers:
        if len(name) == 16 and name.lower() == _ENCODING:  # noqa: PLR2004  # its length: most have another
            return views.payload(http)
    try:
        return from_json(http.body, allow_inf_nan=False, cache_strings=shared)
    except ValueError:
        return None


def _words(verdicts: Iterable[Verdict | None]) -> list[str | None]:
    return ["ok" if verdict is CLEAN else verdict and str(verdict) for verdict in verdicts]


def _headline(error: str) -> str:
    """Return the line that says what went wrong: of a traceback the exception's."""
    lines = error.splitlines()
    starts = [place for place, line in enumerate(lines) if line.startswith("Traceback ")]
    after = lines[starts[-1] + 1 :] if starts else lines
    return next((line for line in after if line.strip() and not line.startswith(" ")), error.strip()[:_CUT])
