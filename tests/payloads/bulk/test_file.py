"""`check_file`: a JSONL file of payloads, whatever is in it, line by line."""

from __future__ import annotations

import os
import tracemalloc

import pytest

from chatbot_nb.payloads.bulk import file as module
from chatbot_nb.payloads.bulk.file import check_file
from chatbot_nb.payloads.bulk.verdicts import as_row
from chatbot_nb.payloads.check import check

FINE = b'{"responses":[]}'
WRONG = b'{"attributes":{"a":{}}}'
NO_END = ("", "no_line_end", "info", "the last line has no end; was the file cut off?", None, None)
CRLF = ("", "crlf", "info", "lines end with CR LF, here for the first time; LF is enough", None, None)


@pytest.fixture
def found(tmp_path):
    """Check a file of these bytes, and return its rows."""

    def find(content):
        path = tmp_path / "answers.jsonl"
        path.write_bytes(content)
        return list(check_file(path).itertuples(index=False, name=None))

    return find


def of(number, payload):
    return [(number, *as_row(one)) for one in check(payload).findings]


def test_each_line_is_a_payload(found):
    """Findings have the number of their line, from 1, and are those of `check`; lines after a broken one too."""
    lines = [FINE, WRONG, b'{"responses":[', b"", b"<html>", b"\xff", FINE, WRONG]
    rows = found(b"\n".join(lines) + b"\n")
    assert rows == [row for number, line in enumerate(lines, 1) for row in of(number, line)]
    assert [(row[0], row[2]) for row in rows] == [
        (2, "wrong_type"),
        (3, "not_json"),
        (4, "empty"),
        (5, "html_page"),
        (6, "not_utf8"),
        (6, "not_json"),
        (8, "wrong_type"),
    ]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b'{"responses": [],}', "not JSON: column 17: a trailing comma before '}'"),
        (
            b"{'responses': []}",
            "not JSON: column 2: single quotes, JSON has double quotes; use json.dumps, not str or repr",
        ),
        (b"<html>", "not JSON: column 1: an HTML page; the backend failed, or the URL leads elsewhere"),
        (b"{} {}", "not JSON: column 4: more text after the end of the JSON: '{}'"),
        (b"[" * 101, "nested deeper than 100 levels: column 101"),
        (b"  ", "not JSON: column 1: there are only blanks"),
        (b'"{}"', "JSON inside a JSON string; encode the reply once"),
    ],
)
def test_no_message_contradicts_the_row(found, line, message):
    """The row is the number of the line; the message says where in it, not that it is line 1."""
    rows = found(FINE + b"\n" + line + b"\n")
    assert (2, message) in [(row[0], row[4]) for row in rows]
    assert not [row for row in rows if "line 1" in row[4]]


def test_a_line_of_ten_megabytes(found):
    """A long line, over many blocks, is checked as any other, and so are its neighbours."""
    long = b'{"responses":[{"type":"text","message":"%s"}]}' % (b"x" * 10_000_000)
    rows = found(b"\n".join([WRONG, long, WRONG, b""]))
    assert rows == [*of(1, WRONG), *of(2, long), *of(3, WRONG)]
    assert rows[1][4] == "10000000 characters, at most 1024"


def test_a_line_too_long_to_be_read(found, monkeypatch):
    """Of a line beyond all measure only the length is told; the next one is checked."""
    monkeypatch.setattr(module, "_BLOCK", 64)
    monkeypatch.setattr(module, "_LONGEST", 100)
    message = "{} bytes in one line, at most 100; it was not checked"
    for size in (101, 127, 128, 129, 1000):
        too_long = (2, "", "line_too_long", "error", message.format(size), 100, size)
        assert found(b"\n".join([WRONG, b"x" * size, WRONG, b""])) == [*of(1, WRONG), too_long, *of(3, WRONG)]
        assert found(WRONG + b"\n" + b"x" * size) == [*of(1, WRONG), too_long, (2, *NO_END)]
    assert found(b"x" * 100 + b"\n") == of(1, b"x" * 100)


def test_a_last_line_without_its_end(found):
    """It is checked, and that it has no end is worth knowing: it may have been cut off."""
    assert found(FINE + b"\n" + WRONG) == [*of(2, WRONG), (2, *NO_END)]
    assert found(FINE + b"\n" + WRONG[:-3]) == [*of(2, WRONG[:-3]), (2, *NO_END)]
    assert found(FINE + b"\n") == found(b"") == []


def test_windows_line_ends(found):
    """CR LF is told once, at its first line; it is no part of the payload, so an empty line is an empty body."""
    rows = found(FINE + b"\n" + WRONG + b"\r\n\r\n" + WRONG + b"\r\n")
    assert rows == [(2, *CRLF), *of(2, WRONG), *of(3, b""), *of(4, WRONG)]


@pytest.mark.parametrize("block", range(1, 40))
def test_blocks_may_end_anywhere(found, monkeypatch, block):
    """Where a block of the file ends changes nothing."""
    content = FINE + b"\n" + WRONG + b"\r\n\n" + WRONG
    whole = found(content)
    monkeypatch.setattr(module, "_BLOCK", block)
    assert found(content) == whole


def test_same_columns_and_dtypes_when_empty(tmp_path):
    """A file without findings gives the columns and dtypes of one with some."""
    path = tmp_path / "a"
    path.write_bytes(WRONG + b"\n")
    some = check_file(str(path))
    path.write_bytes(b"")
    none = check_file(os.fspath(path))
    assert none.dtypes.equals(some.dtypes)
    assert [f"{name} {dtype}" for name, dtype in none.dtypes.items()] == [
        "row int64",
        *(f"{name} str" for name in ("pointer", "code", "severity", "message")),
        "limit object",
        "actual object",
    ]


def test_memory_does_not_grow_with_the_file(tmp_path):
    """Ten times the file takes no more memory: it is read in pieces."""
    path = tmp_path / "a"
    line = b'{"responses":[{"type":"text","message":"%s"}]}\n' % (b"x" * 900)
    peaks = []
    for megabytes in (4, 40):
        path.write_bytes(line * (megabytes * 1000))
        tracemalloc.start()
        assert len(check_file(path)) == 0
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.2 * peaks[0] < 10_000_000


def test_files_that_cannot_be_read(tmp_path):
    """What is no file is an error of words; so is another kind."""
    missing = tmp_path / "none.jsonl"
    with pytest.raises(FileNotFoundError) as caught:
        check_file(missing)
    assert str(caught.value) == f"there is no file {str(missing)!r}"
    with pytest.raises(IsADirectoryError) as caught:
        check_file(tmp_path)
    assert str(caught.value) == f"{str(tmp_path)!r} is a folder; pass the name of a JSONL file in it"
    with pytest.raises(ValueError, match=r"^kind is 'reply' or 'request', got 'answer'$"):
        check_file(missing, kind="answer")


def test_a_file_that_may_not_be_read(tmp_path, monkeypatch):
    """A file of somebody else is an error of words. The system's refusal is made here: root may read everything."""

    def refuse(*_):
        raise PermissionError

    path = tmp_path / "a"
    path.touch()
    monkeypatch.setattr(type(path), "open", refuse)
    with pytest.raises(PermissionError) as caught:
        check_file(path)
    assert str(caught.value) == f"{str(path)!r} may not be read"
