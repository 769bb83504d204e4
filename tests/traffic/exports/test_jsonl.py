"""The file of exchanges: what it holds, and what is refused when it is read."""

from __future__ import annotations

import json
import re
import stat
from dataclasses import replace

import pytest

from chatbot_nb.errors import ReceiverError
from chatbot_nb.traffic.exports.export import export
from chatbot_nb.traffic.exports.jsonl import load, save


@pytest.fixture
def lines(made):
    """Return the lines of a file with two exchanges."""
    return export([made(), made(b"\xff", seq=2)], "jsonl", secrets=True).splitlines(keepends=True)


def test_lines(lines):
    """The first line says what it is; then one line an exchange, text where the bytes are UTF-8."""
    assert json.loads(lines[0]) == {
        "format": "chatbot_nb exchanges",
        "version": 1,
        "exchanges": 2,
        "masked": False,
    }
    first, second = map(json.loads, lines[1:])
    assert first["http"]["target"] == "/hook/pathsecret?token=tokensecret&x=1"
    assert second["http"]["body"] == {"base64": "/w=="}


def test_masked_file(tmp_path, made):
    """Without secrets the file holds none, and is read all the same."""
    save(tmp_path / "t.jsonl", [made()], hidden=["pathsecret"])
    text = (tmp_path / "t.jsonl").read_text()
    assert json.loads(text.partition("\n")[0])["masked"] is True
    assert "secret" not in text
    (exchange,) = load(tmp_path / "t.jsonl")
    assert exchange.http.target == b"/hook/***?token=***&x=***"


def test_secrets_are_for_the_owner(tmp_path, made):
    """A file with secrets may be read by its owner alone, also where another one was before."""
    path = tmp_path / "t.jsonl"
    save(path, [made()])
    save(path, [made()], secrets=True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_two_halves(tmp_path, made):
    """Two halves of a surrogate pair side by side stay two; the character stays one."""
    exchange = replace(made(), id="\ud83d\ude00", marks=("\U0001f600", "\ud83d"))
    save(tmp_path / "t.jsonl", [exchange], secrets=True)
    (loaded,) = load(tmp_path / "t.jsonl")
    assert (loaded.id, loaded.marks) == (exchange.id, exchange.marks)


def test_case_33_no_nan(made):
    """NaN in a body is text in the file, never a number of it."""
    text = export([made(b'{"a": NaN, "b": 1e400}')], "jsonl")
    assert [json.loads(line, parse_constant=pytest.fail) for line in text.splitlines()]


def changed(lines, number, **values):
    line = json.loads(lines[number])
    for path, value in values.items():
        *above, last = path.split("__")
        part = line
        for name in above:
            part = part[name]
        part[last] = value
    lines[number] = json.dumps(line) + "\n"
    return lines


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        pytest.param(
            lambda _: [],
            "line 1: the file is empty; its first line has to be "
            '{"format": "chatbot_nb exchanges", "version": 1, "exchanges": ...}',
            id="empty",
        ),
        pytest.param(
            lambda lines: lines[1:],
            "line 1: this is no file of exchanges; its first line has to be "
            '{"format": "chatbot_nb exchanges", "version": 1, "exchanges": ...}',
            id="no first line",
        ),
        pytest.param(
            lambda lines: changed(lines, 0, version=2),
            "line 1: version 2; this chatbot_nb reads version 1, a newer one may read it",
            id="version",
        ),
        pytest.param(
            lambda lines: changed(lines, 0, exchanges=True),
            "line 1: exchanges: true; the number of the lines that follow is needed",
            id="count",
        ),
        pytest.param(
            lambda lines: lines[:2],
            "line 2: the first line says 2 exchanges, but 1 are there; a whole file is needed, or the number put "
            "right in line 1",
            id="a line is missing",
        ),
        pytest.param(
            lambda lines: [*lines[:2], lines[2][:-30]],
            "line 3: the file ends in the middle of it, so it was cut off; one exchange as JSON is needed, as save() "
            "wrote it",
            id="cut off",
        ),
        pytest.param(
            lambda lines: [lines[0], "\n", *lines[1:]],
            "line 2: one exchange as JSON is needed, as save() wrote it",
            id="empty line",
        ),
        pytest.param(
            lambda lines: [lines[0], "[" * 100_000 + "\n", lines[2]],
            "line 2: one exchange as JSON is needed, as save() wrote it",
            id="deep",
        ),
        pytest.param(
            lambda lines: [lines[0], lines[1].replace('"head": 0.001', '"head": NaN'), lines[2]],
            "line 2: one exchange as JSON is needed, as save() wrote it",
            id="case 33",
        ),
        pytest.param(
            lambda lines: changed(lines, 2, http__status="whole"),
            "line 3: http/status: Input should be 'complete', 'truncated', 'timeout', 'too_large', 'bad_framing' or "
            "'refused'",
            id="status",
        ),
        pytest.param(
            lambda lines: changed(lines, 2, http__received_at="2026-01-31T12:00:00"),
            "line 3: http/received_at: '2026-01-31T12:00:00'; a time in UTC is needed, such as "
            "2026-01-31T12:00:00+00:00",
            id="time",
        ),
        pytest.param(
            lambda lines: changed(lines, 1, http__body={"base64": "?"}),
            "line 2: http/body: this is not base64",
            id="base64",
        ),
        pytest.param(
            lambda lines: changed(lines, 1, http__body=5),
            'line 2: http/body: a number; a string is needed, or {"base64": "..."}',
            id="no body",
        ),
        pytest.param(
            lambda lines: changed(lines, 1, http__body="\ud800"),
            'line 2: http/body: half a surrogate pair; bytes that are not UTF-8 go as {"base64": "..."}',
            id="surrogate",
        ),
        pytest.param(
            lambda lines: changed(lines, 1, seq="1"), "line 2: seq: Input should be a valid integer", id="seq"
        ),
        pytest.param(
            lambda lines: changed(lines, 1, more=1), "line 2: more: Extra inputs are not permitted", id="unknown"
        ),
    ],
)
def test_refused(tmp_path, lines, spoil, message):
    """What was changed, cut or is another file is refused, by file, line, and what is allowed there."""
    path = tmp_path / "t.jsonl"
    path.write_text("".join(spoil(lines)))
    with pytest.raises(ReceiverError, match=re.escape(message) + "$") as caught:
        load(path)
    assert str(caught.value) == f"{str(path)!r}, {message}"


def test_without_last_line_end(tmp_path, lines):
    """An editor may have taken the last line's end: all is there."""
    (tmp_path / "t.jsonl").write_text("".join(lines).rstrip())
    assert len(load(tmp_path / "t.jsonl")) == 2


def test_no_file(tmp_path):
    """A file that is not there is said to be not there, a folder to be one."""
    with pytest.raises(FileNotFoundError, match="there is no file"):
        load(tmp_path / "none")
    with pytest.raises(IsADirectoryError, match="is a folder"):
        load(tmp_path)
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        save(tmp_path / "none" / "t.jsonl", [])
