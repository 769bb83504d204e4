"""The requests as a Python script: run as it is written, against a real server."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from chatbot_nb.traffic.exports.export import export


def run(script, tmp_path, **environment):
    (tmp_path / "again.py").write_text(script, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-W", "error", "again.py"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b'{"message": "it\'s \\"quoted\\" \\\\ {x} \xc3\xa9"}', id="text"),
        pytest.param(bytes(range(256)), id="binary"),
        pytest.param(b"", id="empty"),
        pytest.param(b"base64.b64decode(", id="word of the script"),
    ],
)
def test_run(recorder, tmp_path, body):
    """The requests arrive as they came: method, target, headers, body."""
    headers = (b"User-Agent: axios/1.7", b"Accept-Encoding: gzip", b"X-Odd: \xe9 x", b"X-Empty:", b"content-TYPE: a/b")
    exchanges = [recorder.post(body, *headers, target=b"/hook?token=a&x=%2F"), recorder.post(b"2", *headers)]
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password pw\n")
    done = run(export(exchanges, "python", secrets=True), tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.partition(",")[0] for line in done.stdout.splitlines()] == ["exchange 1: 200", "exchange 2: 200"]
    for exchange in exchanges:
        again = recorder.next().http
        assert (again.method, again.target, again.body) == ("POST", exchange.http.target, exchange.http.body)
        assert sorted(again.headers) == sorted(exchange.http.headers)


def test_one_address(recorder, made, tmp_path):
    """URL sends all of them to one address, also where secrets are masked."""
    done = run(export([made(b"1")], "python"), tmp_path, URL=recorder.server.url_for("/elsewhere"))
    assert done.returncode == 0, done.stderr
    assert recorder.next().http.target == b"/elsewhere"


def test_left_out(made):
    """What was not received whole is named and left out."""
    script = export([made(b"abc", status="truncated")], "python")
    assert "# Exchange 1 is left out: it was not received whole (truncated).\n" in script
    assert "abc" not in script


def test_headers_of_one_name(made):
    """Headers of one name, in whatever case, are joined, as HTTP has it."""
    headers = ((b"Host", b"a"), (b"X-A", b"1"), (b"x-a", b"2"))
    namespace = {"__name__": "exported"}
    exec(export([made(headers=headers)], "python", secrets=True), namespace)
    assert namespace["REQUESTS"][0][3] == {"X-A": "1, 2"}
