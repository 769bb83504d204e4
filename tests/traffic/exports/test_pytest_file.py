"""The file of tests: green as it is written, red once something is not as it was."""

from __future__ import annotations

import gzip
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from chatbot_nb.payloads.exports.curl import SAMPLE
from chatbot_nb.traffic.exports.export import export

specification = importlib.util.spec_from_file_location("handlers_of_exports", Path(__file__).parent / "handlers.py")
handlers = importlib.util.module_from_spec(specification)
sys.modules[specification.name] = handlers
specification.loader.exec_module(handlers)


def run(text, tmp_path):
    """Run a file with pytest in a folder of its own and return the process, and what of it passed."""
    (tmp_path / "test_recorded.py").write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-W", "error", "-v", "-p", "no:cacheprovider", "test_recorded.py"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    passed = [line.split()[0].partition("::")[2] for line in done.stdout.splitlines() if " PASSED" in line]
    return done, passed


def lint(text, tmp_path):
    """Return what ruff says of a file: of names, imports and likely bugs, not of line lengths."""
    (tmp_path / "test_recorded.py").write_text(text, encoding="utf-8")
    rules = ["--isolated", "--select=E,F,I,B,W", "--ignore=E501"]
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--no-cache", *rules, "test_recorded.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout if done.returncode else ""


def request_with(message):
    return json.dumps({**SAMPLE.to_wire(), "message": message}, ensure_ascii=False).encode()


def answered(handler, made, *messages):
    """Return exchanges that a handler answered."""
    return [
        made(request_with(message), seq=seq, reply=handler(SAMPLE.model_copy(update={"message": message})))
        for seq, message in enumerate(messages, 1)
    ]


@pytest.mark.parametrize("secrets", [False, True])
def test_green(made, tmp_path, secrets):
    """Valid and invalid requests and replies pass as they were judged, by their seq; ruff finds nothing."""
    exchanges = [
        made(request_with("zażółć '''\"\"\" \\ \u202e")),
        made(b"\xff", seq=2, reply={"responses": [{"type": "text", "message": ""}]}),
        made(b'{"a": NaN}', seq=3, reply=None),
        made(
            gzip.compress(request_with("x"), mtime=0), seq=5, headers=((b"Content-Encoding", b"gzip"),), reply=b"\xfe"
        ),
        made(b"", seq=6, method="GET"),
        made(seq=7, status="truncated"),
        made(seq=8, reply=({}, 500)),
        made(seq=9, marks=("wrong_path",)),
    ]
    text = export(exchanges, "pytest", secrets=secrets, hidden=["pathsecret"])
    done, passed = run(text, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert passed == [
        *(f"test_request[{seq}]" for seq in (1, 2, 3, 5, 8)),
        *(f"test_reply[{seq}]" for seq in (1, 2, 5)),
    ]
    assert "# 5 of 8 exchanges stand here" in text
    assert [text.count(f'_ok": {ok}') for ok in (True, False)] == [4, 4]
    assert lint(text, tmp_path) == ""


def test_red(made, tmp_path):
    """The tests do test: with another body in the file they fail."""
    text = export([made(request_with("x"))], "pytest", secrets=True)
    done, passed = run(text.replace("chatId", "chat").replace("Hello!", ""), tmp_path)
    assert (done.returncode, passed) == (1, [])


def test_nothing_recorded(tmp_path):
    """A file without a delivery is no failure."""
    done, _ = run(export([], "pytest"), tmp_path)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", ["plain", "with_ours", "recursive"])
def test_handler(made, tmp_path, name):
    """A handler's source stands in the file with the imports that it needs, and answers as it did."""
    handler = getattr(handlers, name)
    exchanges = answered(handler, made, "Hello", "ż'\"\\")
    text = export(exchanges, "pytest", handler=handler)
    done, passed = run(text, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert passed[-2:] == ["test_handler[1]", "test_handler[2]"]
    assert "@register" not in text
    assert lint(text, tmp_path) == ""


def test_handler_that_changed(made, tmp_path):
    """What the handler does not answer as it was answered is named; the rest are tests, and they do test."""
    exchanges = [*answered(handlers.plain, made, "a", "b"), made(seq=3, reply={"attributes": {"by": "a rule"}})]
    text = export([*exchanges, made(seq=4, reply="no JSON")], "pytest", handler=handlers.plain)
    assert "# The handler does not answer these as they were answered: 3, 4.\n" in text
    done, passed = run(text, tmp_path)
    assert passed[-2:] == ["test_handler[1]", "test_handler[2]"]
    done, passed = run(text.replace(".upper()", ".lower()"), tmp_path)
    assert done.returncode == 1
    assert "test_handler[1]" not in passed


@pytest.mark.parametrize(
    ("handler", "reason"),
    [
        pytest.param(handlers.outside, "it needs from outside: PRICES", id="name"),
        pytest.param(handlers.in_default, "it needs from outside: PRICES", id="default"),
        pytest.param(handlers.keeping, "it needs from outside: LAST", id="global"),
        pytest.param(handlers.closure(), "it needs from outside: price", id="closure"),
        pytest.param(handlers.wrapped(), "it needs from outside: decorate", id="decorated"),
        pytest.param(handlers.anonymous, "it is no function made with def", id="lambda"),
        pytest.param(handlers.functools.partial(handlers.plain), "it is no function made with def", id="partial"),
        pytest.param(eval("lambda request: {}"), "its source cannot be had", id="no source"),
        pytest.param(handlers.failing, "it answers none of these requests as it was answered", id="fails"),
        pytest.param(
            handlers.test_me, "its name, test_me, means something else to pytest or in this file", id="test's name"
        ),
        pytest.param(handlers.sent, "its name, sent, means something else to pytest or in this file", id="our name"),
    ],
)
def test_handler_left_out(made, tmp_path, handler, reason):
    """A handler that cannot stand on its own is left out, and the file says why; it is green all the same."""
    text = export([made()], "pytest", handler=handler)
    assert f"# The handler is not tested: {reason}.\n" in text
    assert "test_handler" not in text
    done, _ = run(text, tmp_path)
    assert done.returncode == 0, done.stdout
    assert lint(text, tmp_path) == ""


def test_secret_in_handler(made, tmp_path):
    """A secret in the handler's source is masked as it is in the requests, so that it answers as it did."""
    exchanges = answered(handlers.with_secret, made, "tokensecret", "other")
    text = export(exchanges, "pytest", hidden=["tokensecret"], handler=handlers.with_secret)
    assert "tokensecret" not in text
    assert 'request.message == "***"' in text
    _, passed = run(text, tmp_path)
    assert passed[-2:] == ["test_handler[1]", "test_handler[2]"]


def test_other_targets_take_no_handler(made):
    """Where no tests are written, a handler is of no account."""
    assert export([made()], "har", handler=handlers.plain) == export([made()], "har")
