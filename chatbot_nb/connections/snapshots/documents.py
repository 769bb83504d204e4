"""A snapshot as the bytes of a JSON or a Parquet file, and back."""

from __future__ import annotations

import io
import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pandas as pd

from chatbot_nb.connections.snapshots.checking import (
    VERSION,
    VERSION_KEY,
    bad_dtypes,
    bad_header,
    bad_ids,
    bad_rows,
    bad_times,
    bad_values,
    error,
)
from chatbot_nb.connections.snapshots.columns import ALL, TEXT, TIME, read_times, time_texts
from chatbot_nb.connections.writing import raise_if_any
from chatbot_nb.errors import PayloadError
from chatbot_nb.payloads.wording import kind_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chatbot_nb.connections.snapshots.snapshot import Snapshot

_NO_PYARROW: Final = "Parquet needs pyarrow: python -m pip install 'chatbot_nb[scale]'. A file .json needs nothing"
# What pyarrow and pandas raise on damaged files, as tried on 12,000 of them, and on types that they do not know.
_UNREADABLE: Final = (OSError, ValueError, TypeError, LookupError, AttributeError, NotImplementedError)


class Content(NamedTuple):
    """What makes a `Snapshot`."""

    frame: pd.DataFrame
    taken_at: datetime
    base_url: str


def to_json(snapshot: Snapshot) -> bytes:
    """Return a JSON document with a line for each connection."""
    frame = snapshot.frame
    encode = json.JSONEncoder(ensure_ascii=False).encode
    header = {**_header(snapshot), "findings": frame.attrs["findings"], "columns": list(frame)}
    lines = "".join(f"{encode(key)}: {encode(value)},\n" for key, value in header.items())
    names = ("id", *frame)
    columns = [frame.index.tolist(), *(_values(frame[name]) for name in frame)]
    rows = ",\n".join(encode(dict(zip(names, row, strict=True))) for row in zip(*columns, strict=True))
    return f'{{\n{lines}"connections": [\n{rows}\n]\n}}\n'.encode()


def to_parquet(snapshot: Snapshot) -> bytes:
    """Return a Parquet file; what belongs to no row is in ``DataFrame.attrs``, which pandas writes too."""
    frame = snapshot.frame
    frame.attrs |= _header(snapshot)
    try:
        return frame.to_parquet(engine="pyarrow", write_page_checksum=True)
    except ImportError as missing:
        raise ImportError(_NO_PYARROW) from missing


def from_json(raw: bytes, what: str) -> Content:
    """Read what `to_json` returned, or raise PayloadError on what is not that; `what` names it there."""
    document = _parsed(raw, what)
    raise_if_any(bad_header(document), what)
    names = ("id", *document["columns"])
    rows: Any = document.get("connections")
    raise_if_any(bad_rows(rows, set(names)), what)
    values = {name: [row[name] for row in rows] for name in names}
    raise_if_any([finding for name in names for finding in bad_values(name, values[name])], what)
    index = pd.Index(pd.array(values.pop("id"), dtype=TEXT), name="id")
    times = {name: read_times(values[name], index) for name in values if ALL[name] == TIME}
    raise_if_any([finding for name in times for finding in bad_times(name, values[name], times[name])], what)
    columns = {
        name: times[name] if name in times else pd.Series(values[name], index=index, dtype=ALL[name]) for name in values
    }
    return _content(pd.DataFrame(columns, index=index), document, what)


def from_parquet(raw: bytes, what: str) -> Content:
    """Read what `to_parquet` returned, or raise PayloadError on what is not that; `what` names it there."""
    try:
        frame = pd.read_parquet(io.BytesIO(raw), engine="pyarrow", page_checksum_verification=True)
    except ImportError as missing:
        raise ImportError(_NO_PYARROW) from missing
    except _UNREADABLE as failure:
        message = "not Parquet, or not as it was saved: was it cut short, or changed on the way?"
        raise PayloadError([error("bad_parquet", message)], what) from failure
    header: dict[str, Any] = {str(key): value for key, value in frame.attrs.items()} | {"columns": list(frame)}
    raise_if_any(bad_header(header) or bad_dtypes(frame), what)
    return _content(frame, header, what)


def _header(snapshot: Snapshot) -> dict[str, object]:
    (taken_at,) = time_texts(pd.Series([snapshot.taken_at], dtype=TIME))
    return {VERSION_KEY: VERSION, "taken_at": taken_at, "base_url": snapshot.base_url}


def _content(frame: pd.DataFrame, header: Mapping[str, Any], what: str) -> Content:
    raise_if_any(bad_ids(frame.index), what)
    frame.attrs = {"findings": header["findings"]}
    return Content(frame, datetime.fromisoformat(header["taken_at"]), header["base_url"])


def _values(column: pd.Series) -> list[object]:
    """Return what JSON has for the values of a column."""
    plain = time_texts(column) if column.dtype == TIME else column
    values: list[object] = plain.astype("object").where(plain.notna(), None).tolist()
    return values


def _parsed(raw: bytes, what: str) -> dict[str, Any]:
    try:
        document = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as failure:
        message = f"byte {failure.start:,} is not UTF-8: no JSON"
    except json.JSONDecodeError as failure:
        message = f"no JSON from line {failure.lineno}, column {failure.colno} on: was it cut short, or edited?"
    except (ValueError, RecursionError):  # a number of thousands of digits; arrays in arrays without end
        message = "JSON that cannot be read"
    else:
        if isinstance(document, dict):
            return document
        message = f"{kind_of(document)}: no snapshot of chatbot_nb"
    raise PayloadError([error("bad_json", message)], what)
