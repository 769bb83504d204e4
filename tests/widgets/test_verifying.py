"""Trying an export out: real backends, which always end."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from chatbot_nb.widgets import verifying
from chatbot_nb.widgets.verifying import try_out

REPLY = {
    "responses": [{"type": "text", "message": 'it\'s "you" {{name}} </script> ż 👋', "delay": 500.0}],
    "attributes": {"b": "1", "a": "2"},
}
NAMES = ["code", "start", "verification", "webhook request", "comparison"]


@pytest.fixture
def told():
    """What was told while it went on: the states of the steps, each time."""
    return []


@pytest.fixture
def run(told):
    def go(payload=REPLY, target="python", **more):
        def tell(steps, *, done):
            told.append(([step.state for step in steps], done))

        return try_out(payload, target, tell, **more)

    return go


@pytest.fixture
def processes(monkeypatch):
    """The subprocesses that are started."""
    started = []

    class Popen(subprocess.Popen):
        def __init__(self, *args, **keywords):
            super().__init__(*args, **keywords)
            self.asked = keywords
            started.append(self)

    monkeypatch.setattr(subprocess, "Popen", Popen)
    return started


@pytest.fixture
def program(monkeypatch):
    """Return a function that puts another program in the place of the exported one."""
    return lambda source: monkeypatch.setattr(verifying, "export", lambda *_: source)


@pytest.mark.parametrize("target", ["python", "flask", "fastapi"])
def test_an_export_works(run, told, processes, target):
    """Each step is told when it begins and when it ends; the backend has ended, and its folder is gone."""
    steps = run(target=target)
    assert [(step.name, step.state) for step in steps] == [(name, "ok") for name in NAMES]
    assert re.fullmatch(r"\d+ lines", steps[0].detail)
    assert [step.detail for step in steps[1:3]] == ["it takes connections", "it gives the challenge back"]
    assert re.fullmatch(r"it answers 200 after \d+ ms", steps[3].detail)
    assert steps[4].detail == "it answers this reply"
    assert told[:3] == [(["running"], False), (["ok"], False), (["ok", "running"], False)]
    assert told[-1] == (["ok"] * 5, True)
    assert [process.poll() is not None for process in processes] == [True]
    assert not Path(processes[0].asked["cwd"]).exists()


def test_a_reply_that_breaks_rules_is_tried_out_too(run):
    """Whether ChatBot takes it is told by its findings; here it counts that the backend answers it."""
    assert run({"responses": [{"type": "text"}, 7], "x": None})[-1].state == "ok"


def test_the_backend_gets_no_secret_of_the_kernel(run, processes, monkeypatch):
    """Only a token made for it, and what a program needs."""
    monkeypatch.setenv("CHATBOT_ACCESS_TOKEN", "sesame")
    run()
    environment = processes[0].asked["env"]
    assert "sesame" not in environment.values()
    assert len(environment["CHATBOT_TOKEN"]) > 30


@pytest.mark.parametrize(
    ("target", "gone", "detail"),
    [
        ("flask", {"flask"}, "Flask is not installed here: pip install flask"),
        ("fastapi", {"fastapi"}, "FastAPI is not installed here: pip install fastapi"),
        ("fastapi", {"uvicorn"}, "uvicorn is not installed here: pip install uvicorn"),
        ("fastapi", {"fastapi", "uvicorn"}, "FastAPI and uvicorn are not installed here: pip install fastapi uvicorn"),
    ],
)
def test_a_missing_package_is_said(run, monkeypatch, target, gone, detail):
    find = verifying.importlib.util.find_spec
    monkeypatch.setattr(verifying.importlib.util, "find_spec", lambda name: None if name in gone else find(name))
    steps = run(target=target)
    assert [step.state for step in steps] == ["failed", *["skipped"] * 4]
    assert steps[0].detail == detail


@pytest.mark.parametrize("target", ["express", "php", "curl", "ruby", None, []])
def test_another_target_is_refused(run, target):
    detail = run(target=target)[0].detail
    assert detail.endswith("cannot be tried out here; use fastapi, flask or python")


def test_what_is_no_json_is_refused(run):
    assert "surrogate" in run({"a": "\ud800"})[0].detail


def test_a_backend_that_ends_at_once(run, program):
    """Its last words are told."""
    program("print('early'); raise SystemExit('no \\x1b[31mconfiguration')")
    steps = run()
    assert [step.state for step in steps] == ["ok", "failed", "skipped", "skipped", "skipped"]
    assert steps[1].detail == "it ended at once: no \\x1b[31mconfiguration"


def test_a_backend_that_never_listens(run, program, processes):
    program("import time; time.sleep(60)")
    started = time.monotonic()
    steps = run(deadline=1.0)
    assert steps[1].detail == "it took no connection in time: it said nothing"
    assert time.monotonic() - started < 10
    assert processes[0].poll() is not None


SERVER = """
import os, json
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs
class H(BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer(GET)
    def do_POST(self):
        self.answer(POST)
    def answer(self, said):
        challenge = parse_qs(self.path.partition("?")[2]).get("challenge", [""])[0]
        status, body = said
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body.replace("CHALLENGE", challenge).encode())
    def log_message(self, *_): pass
HTTPServer(("127.0.0.1", int(os.environ["PORT"])), H).serve_forever()
"""


GIVEN_BACK = (200, "CHALLENGE")


@pytest.mark.parametrize(
    ("get", "post", "failed"),
    [
        ((401, ""), (200, ""), "verification: Request failed with status code 401; "),
        ((200, "other"), (200, ""), "verification: The answer is not the challenge; "),
        (GIVEN_BACK, (500, ""), "webhook request: Request failed with status code 500; "),
        (GIVEN_BACK, (200, '{"responses": []}'), "comparison: it answers something else: 1 difference"),
        (GIVEN_BACK, (200, "<html>"), "comparison: it answers something else: no JSON"),
        (
            GIVEN_BACK,
            (200, '{"attributes": {"b": "1", "a": "2"}, "responses": []}'),
            "comparison: it answers something else: another order of keys",
        ),
    ],
)
def test_a_backend_that_answers_wrongly(run, program, get, post, failed):
    program(f"GET, POST = {get!r}, {post!r}{SERVER}")
    steps = run({"responses": [], "attributes": {"b": "1", "a": "2"}})
    (step,) = (step for step in steps if step.state == "failed")
    assert f"{step.name}: {step.detail}".startswith(failed)
    done = steps.index(step)
    assert [each.state for each in steps] == ["ok"] * done + ["failed"] + ["skipped"] * (4 - done)


def test_a_backend_that_answers_too_late(run, program):
    """The time is for everything together."""
    late = SERVER.replace("self.answer(POST)", "time.sleep(60)")
    program(f"import time\nGET, POST = (200, 'CHALLENGE'), (200, ''){late}")
    started = time.monotonic()
    steps = run(deadline=3.0)
    assert steps[3].state == "failed"
    assert "timeout of" in steps[3].detail
    assert time.monotonic() - started < 10


@pytest.mark.skipif(os.name != "posix", reason="kills as POSIX does")
def test_it_ends_when_the_kernel_is_killed(tmp_path):
    """Also by a signal that leaves no time for anything: the backend reads its end of a pipe."""
    pid_file = tmp_path / "pid"
    backend = f"import os, time; open({str(pid_file)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    code = f"""
import sys
sys.path.insert(0, {str(Path.cwd())!r})
from chatbot_nb.widgets import verifying
verifying.export = lambda *_: {backend!r}
verifying.try_out({{}}, "python", lambda steps, done: None)
"""
    kernel = subprocess.Popen([sys.executable, "-c", code], env=os.environ | {"TMPDIR": str(tmp_path)})
    end = time.monotonic() + 30
    while not (pid_file.exists() and pid_file.read_text()):
        assert kernel.poll() is None
        assert time.monotonic() < end
    pid = int(pid_file.read_text())
    kernel.send_signal(signal.SIGKILL)
    kernel.wait()
    while is_running(pid):
        assert time.monotonic() < end


def is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_no_folder_is_left(run, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    run()
    assert list(tmp_path.iterdir()) == []
