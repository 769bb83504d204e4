"""Rows as the browser gets them."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any, Final

from chatbot_nb.payloads.wording import printable

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

    from chatbot_nb.widgets.grid.findings import Findings, Said
    from chatbot_nb.widgets.grid.table import Ids, Table

_SMALL: Final = 4_000  # characters that need not be packed


def rows_json(
    table: Table, findings: Findings, ids: Ids, *, selected: Container[int], states: Mapping[int, str]
) -> dict[str, Any]:
    """Return rows as JSON: texts by column, and what is to be known of each row.

    Parameters
    ----------
    table : Table
    findings : Findings
    ids : ndarray of int64
        Of rows that there are.
    selected : container of int
    states : mapping of int to str
        What others say of rows; else it is what was done with them here.
    """
    listed = ids.tolist()
    offsets = {row: offset for offset, row in enumerate(listed)}
    positions = table.positions(ids)
    columns = [key for key, field in table.fields.items() if field.column.place == "table"]
    cells: dict[str, list[str | None]] = {key: table.texts(key, positions).tolist() for key in columns}
    new = set(table.new) if table.new else set()
    return {
        "ids": [str(row) for row in listed],
        "cells": cells,
        "labels": {
            key: [text if text is None else label(text) for text in texts]
            for key, texts in cells.items()
            if (label := table.fields[key].column.label) is not None
        },
        "state": [states.get(row) or _state(row, new, table.deleted) for row in listed],
        "selected": [row in selected for row in listed],
        "changed": _changed(table, offsets),
        "findings": {
            str(offsets[row]): _placed(said, table, columns) for row, said in findings.of(ids).items() if row in offsets
        },
    }


def _state(row: int, new: Container[int], deleted: Container[int]) -> str:
    if row in new:
        return "new"
    return "deleted" if row in deleted else ""


def _changed(table: Table, offsets: Mapping[int, int]) -> dict[str, dict[str, str | None]]:
    """Return the texts that edited cells were loaded with, by offset and column."""
    changed: dict[str, dict[str, str | None]] = {}
    by_key: dict[str, list[int]] = {}
    for row, keys in table.changed(offsets).items():
        for key in keys:
            by_key.setdefault(key, []).append(row)
    for key, rows in by_key.items():
        for row, text in zip(rows, table.loaded_texts(key, rows), strict=True):
            changed.setdefault(str(offsets[row]), {})[key] = text
    return changed


def _placed(said: Iterable[Said], table: Table, columns: Container[str]) -> dict[str, list[list[str]]]:
    """Return findings by column; those of columns that are not seen are the row's, and name theirs."""
    found: dict[str, list[list[str]]] = {}
    for each in said:
        shown = not each.column or each.column in columns
        message = each.message if shown else f"{table.fields[each.column].title}: {each.message}"
        found.setdefault(each.column if shown else "", []).append([each.severity, message])
    return found


def packed(content: Any) -> tuple[Any, list[bytes]]:  # noqa: ANN401  # JSON
    """Return content to be sent in a message, and buffers to be sent with it: one of both is empty."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    # Half a surrogate pair is nothing that can be sent.
    clean = printable(text)
    if len(clean) > _SMALL:
        # The least effort: four times smaller, and done before the browser has drawn.
        return None, [gzip.compress(clean.encode(), compresslevel=1, mtime=0)]
    return (content if clean is text or clean == text else json.loads(clean)), []


def tsv(rows: Iterable[Iterable[str | None]]) -> str:
    """Return cells as spreadsheets take them: tabs, CRLF, quotes where they are needed."""
    return "\r\n".join("\t".join(_quoted(text) for text in row) for row in rows)


def _quoted(text: str | None) -> str:
    if text is None:
        return ""
    if text.startswith('"') or any(sign in text for sign in "\t\n\r"):
        return '"' + text.replace('"', '""') + '"'
    return text
