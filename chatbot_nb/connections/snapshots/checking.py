"""What is wrong with a file that should hold a snapshot; pointers are those of its JSON form, also for Parquet."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

from chatbot_nb.connections.snapshots.columns import ALL, FLAG, SHAPES, TEXT, TIME, read_times
from chatbot_nb.finding import Finding
from chatbot_nb.payloads.wording import kind_of, pointer_to, printable, show

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

VERSION_KEY: Final = "chatbot_nb_snapshot"
VERSION: Final = 1

_TIME_WANTED: Final = "a time as 2021-06-09T07:35:00.788Z"
_WANTED: Final[Mapping[str, tuple[type, str]]] = {
    TEXT: (str, "a string or null"),
    FLAG: (bool, "true, false or null"),
    TIME: (str, f"{_TIME_WANTED} or null"),
}
_FINDING: Final = {field.name for field in fields(Finding)}


def error(code: str, message: str, *place: str | int) -> Finding:
    """Return a finding on one place of the document."""
    return Finding(pointer_to(place), code, "error", message)


def bad_header(header: Mapping[str, Any]) -> list[Finding]:
    """Return what is wrong with all that stands before the connections."""
    version = header.get(VERSION_KEY)
    if type(version) is int and version > VERSION:
        message = f"version {show(version)}; this chatbot_nb reads {VERSION}: python -m pip install -U chatbot_nb"
        return [error("newer_version", message, VERSION_KEY)]
    if type(version) is not int or version != VERSION:
        return [error("no_snapshot", "no snapshot: not a file that cb.snapshot(client).save(path) wrote")]
    found = []
    taken_at, base_url, findings, columns = map(header.get, ("taken_at", "base_url", "findings", "columns"))
    if not isinstance(taken_at, str) or read_times([taken_at]).hasnans:
        found.append(error("wrong_type", f"{show(taken_at)} is not {_TIME_WANTED}", "taken_at"))
    if not isinstance(base_url, str):
        found.append(error("wrong_type", f"{kind_of(base_url)} is not a string", "base_url"))
    if not (isinstance(findings, list) and all(map(_is_finding, findings))):
        found.append(error("wrong_type", "not an array of findings", "findings"))
    if not (isinstance(columns, list) and tuple(columns) in SHAPES):
        message = f"not the columns of a snapshot, which are {', '.join(SHAPES[0])}, with or without details"
        found.append(error("wrong_columns", message, "columns"))
    return found


def bad_rows(rows: object, names: set[str]) -> list[Finding]:
    """Return what is wrong with the shape of the connections."""
    if not isinstance(rows, list):
        return [error("wrong_type", f"{kind_of(rows)} is not an array", "connections")]
    message = f"not an object of {', '.join(sorted(names))}"
    return [
        error("wrong_type", message, "connections", row)
        for row, each in enumerate(rows)
        if not (isinstance(each, dict) and each.keys() == names)
    ]


def bad_values(name: str, values: Sequence[object]) -> list[Finding]:
    """Return a finding for each value of a column that is not of its JSON type; never the value itself."""
    allowed, wanted = _WANTED[ALL.get(name, TEXT)]
    found = [
        error("wrong_type", f"{kind_of(value)} is not {wanted}", "connections", row, name)
        for row, value in enumerate(values)
        if value is not None and not isinstance(value, allowed)
    ]
    if found or allowed is not str:
        return found
    texts = [value for value in values if isinstance(value, str)]
    try:
        "".join(texts).encode()  # finds out at the speed of C
    except UnicodeEncodeError:
        message = "holds half of a surrogate pair, which is no character"
        return [
            error("unreadable_text", message, "connections", row, name)
            for row, value in enumerate(values)
            if isinstance(value, str) and printable(value) != value
        ]
    return []


def bad_times(name: str, values: Sequence[str | None], times: pd.Series) -> list[Finding]:
    """Return a finding for each text that `read_times` could not read."""
    return [
        error("unreadable_time", f"{show(values[row])} is not {_TIME_WANTED} or null", "connections", row, name)
        for row in times.isna().to_numpy().nonzero()[0].tolist()
        if values[row] is not None
    ]


def bad_dtypes(frame: pd.DataFrame) -> list[Finding]:
    """Return a finding for each column of another dtype than `Connections.frame` documents."""
    if frame.index.names != ["id"]:
        return [error("wrong_type", "the index is not id", "columns")]
    dtypes = {"id": frame.index.dtype, **frame.dtypes}
    return [
        error("wrong_type", f"{name}: {dtype}, not {ALL.get(name, TEXT)}", "columns")
        for name, dtype in dtypes.items()
        if str(dtype) != ALL.get(name, TEXT)
    ]


def bad_ids(ids: pd.Index) -> list[Finding]:
    """Return a finding for each id that is missing, empty or that of an earlier row."""
    found = []
    for row in (ids.isna() | (ids == "") | ids.duplicated()).nonzero()[0].tolist():
        if isinstance(ids[row], str) and ids[row]:
            code, message = "doubled_id", f"{show(ids[row])} is the id of an earlier connection too; ids are unique"
        else:
            code, message = "missing", "missing; each connection has an id"
        found.append(error(code, message, "connections", row, "id"))
    return found


def _is_finding(value: object) -> bool:
    if not (isinstance(value, dict) and value.keys() == _FINDING and isinstance(value["pointer"], str)):
        return False
    return all(printable(each) == each for each in value.values() if isinstance(each, str))
