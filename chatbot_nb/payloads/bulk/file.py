"""`check_file`: what is wrong with each payload of a JSONL file, read in pieces."""

from __future__ import annotations

import os
from codecs import BOM_UTF8
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from chatbot_nb.payloads.bulk.not_lines import not_lines
from chatbot_nb.payloads.bulk.table import Progress, Table
from chatbot_nb.payloads.bulk.verdicts import verdicts
from chatbot_nb.payloads.files import opened
from chatbot_nb.payloads.reference import known_kind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    import pandas as pd

    from chatbot_nb.payloads.bulk.rules import Row
    from chatbot_nb.payloads.report import Kind

_HEAD: Final = 1 << 16  # bytes that tell what a file is
_BLOCK: Final = 1 << 20  # bytes read at once
# Bytes; of a longer line only the length is kept, so that no file fills the memory. Our reading.
_LONGEST: Final = 32 << 20


class _Line(NamedTuple):
    """A line without its end, cut off if it is too long; ``size`` is its whole length in bytes."""

    text: bytes
    size: int
    ended: bool = True


def check_file(path: str | os.PathLike[str], *, kind: Kind = "reply", progress: bool = True) -> pd.DataFrame:
    """Find everything that is wrong with each payload of a JSONL file: one payload a line.

    Parameters
    ----------
    path : str or path
    kind : {"reply", "request"}, default "reply"
        What the payloads are: answers of a backend, or requests that ChatBot sends.
    progress : bool, default True
        Show a progress bar, of bytes, once it takes longer than a second.

    Returns
    -------
    pandas.DataFrame, shape (n, 7)
        One row for each finding, in the order of the lines. Columns ``row`` (int64, the number of the line, from 1),
        ``pointer``, ``code``, ``severity``, ``message`` (str), ``limit``, ``actual`` (object: int, float, str or
        None); the same when empty.

    Raises
    ------
    FileNotFoundError, IsADirectoryError, PermissionError
        There is no such file, it is a folder, or it may not be read.
    ValueError
        ``kind`` is neither of the two. Nothing in the file raises.

    Notes
    -----
    A line is checked as `check` does it; an empty one is an empty body. Our reading: the first line that ends with
    CR LF, and a last line that has no end, are worth knowing (severity ``"info"``); a line of more than 32 MiB is an
    error and not looked into. The memory does not grow with the file, only with the findings.

    A file that is no JSON lines at all, because it is compressed, Parquet, UTF-16 or UTF-32, or JSON over many lines,
    has one finding, in row 1: what it is, and what to do. Its first 64 KiB decide.

    Examples
    --------
    >>> check_file("answers.jsonl")  # doctest: +SKIP
    """
    known_kind(kind)
    table = Table()
    with opened(Path(path), "a JSONL file", _HEAD) as file:
        size = os.fstat(file.fileno()).st_size
        head = file.peek()
        if found := not_lines(head, whole=len(head) == size):
            table.add(1, [found])
            return table.frame()
        if head.startswith(BOM_UTF8):
            file.read(len(BOM_UTF8))
            table.add(1, [_MARK])
        with Progress(size, "B", shown=progress) as bar:
            _check_lines(_lines(file, bar), kind, table)
    return table.frame()


def _check_lines(lines: Iterator[_Line], kind: Kind, table: Table) -> None:
    rows_of = verdicts(kind)
    crlf_told = False
    for number, line in enumerate(lines, 1):
        text = line.text
        if text.endswith(b"\r"):
            text = text[:-1]
            if not crlf_told:
                table.add(number, [_CRLF])
                crlf_told = True
        if rows := [_too_long(line.size)] if line.size > _LONGEST else rows_of(text):
            table.add(number, rows)
        if not line.ended:
            table.add(number, [_NO_END])


_BEGINS: Final = "the file begins with a UTF-8 byte order mark; write it without one"
_MARK: Final[Row] = ("", "byte_order_mark", "warning", _BEGINS, None, None)
_CRLF: Final[Row] = ("", "crlf", "info", "lines end with CR LF, here for the first time; LF is enough", None, None)
_NO_END: Final[Row] = ("", "no_line_end", "info", "the last line has no end; was the file cut off?", None, None)


def _too_long(size: int) -> Row:
    message = f"{size} bytes in one line, at most {_LONGEST}; it was not checked"
    return ("", "line_too_long", "error", message, _LONGEST, size)


def _lines(file: BinaryIO, bar: Progress) -> Iterator[_Line]:
    """Yield the lines of a file, of which never more than a block and the longest line are in memory."""
    begun: list[bytes] = []  # what has come of the line that goes on
    size = 0
    while block := file.read(_BLOCK):
        *ends, rest = block.split(b"\n")
        if ends:
            yield _Line(b"".join([*begun, ends[0]]), size + len(ends[0]))
            for line in ends[1:]:
                yield _Line(line, len(line))
            begun, size = [], 0
        size += len(rest)
        if size <= _LONGEST:
            begun.append(rest)
        else:
            begun.clear()
        bar.add(len(block))
    if size:
        yield _Line(b"".join(begun), size, ended=False)
