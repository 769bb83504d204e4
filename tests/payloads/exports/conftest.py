"""Texts that break quoting, the runtimes that the exports are for, and the exports as running servers."""

from __future__ import annotations

import contextlib
import os
import random
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from chatbot_nb.payloads.exports.export import export

#: Set where the runtimes have to be there: their absence is then a failure.
REQUIRED = "CI_REQUIRES_RUNTIMES"
TOKEN = "tök€n & =+%2B#?/ '\"\\$HOME `id` {{x}}"
FILES = {
    "python": "backend.py",
    "flask": "backend.py",
    "fastapi": "backend.py",
    "express": "backend.cjs",
    "php": "backend.php",
}
RUNTIMES = {"express": "node", "php": "php", "curl": "curl"}
DEADLINE = 30  # seconds for a server to start
# Debian keeps its packages for Node there; Node of another source does not look.
NODE_PATH = os.pathsep.join(filter(None, [os.environ.get("NODE_PATH"), "/usr/share/nodejs"]))

FRAGMENTS = [
    *map(chr, range(0x20)),
    *map(chr, range(0x7F, 0xA1)),
    *"'\"\\$`{}[]()<>#%&;|*?!~^@=:,./- ",
    *("\\'", '\\"', "\\\\", "\\n", "\\u0041", "\\x41", "\\101", "\\N{DIGIT ONE}", "\\u{41}", "\\u202e", "\\"),
    *("${x}", "{$x}", "$x", "${{x}}", "#{x}", "%s", "%(x)s", "%d%n", "{0}", "{{default_name}}", "f'{1}'", "$(id)"),
    *("</script>", "<script>", "<!--", "-->", "]]>", "<?php", "?>", "<?=", "<%", "%>", "//", "/*", "*/", "#", "--"),
    *("EOF", "\nEOF\n", "\nEOT;\n", "<<<'JSON'", "\nJSON;\n", "<<EOF", "'''", '"""', "```", "@REPLY@", "@BODY@"),
    *("__proto__", "constructor", "toJSON", "hasOwnProperty", "this", "class", "None", "null", "true", "NaN"),
    *("\r\n", "\n\n", "\\\n", "\\\r\n", "\ufeff", "\u2028", "\u2029", "\u200b", "\u200d", "\u00ad", "\x85", "\ufffe"),
    *("\u202e", "\u2066", "\u2069", "\u200f", "שלום", "مرحبا", "\x1b[31m", "\x1b]0;x\x07", "\x9b31m", "\b\b\b"),
    *("👋", "👩‍👩‍👧", "🇵🇱", "e\u0301", "ﬁ", "ß", "\U000e0041", "\U0010ffff", "\ue000", "漢字", "\u0378"),
    *("${`${'x'}`}", "';alert(1);//", '";exit;"', "'; DROP TABLE x; --", "`id`", "\\'; id; '", "x" * 9000, "\\" * 999),
    *("javascript:alert(1)", "<img src=x onerror=alert(1)>", "$$x^2$$", "\\(x\\)", "&amp;", "&#39;", "C:\\new\\table"),
]


@pytest.fixture(scope="session")
def token():
    """Return the connection's token, which is to be nowhere but in the environment."""
    return TOKEN


@pytest.fixture(scope="session")
def texts():
    """Return 800 different texts, each of which breaks a quoting that is done by half."""
    draw = random.Random(4)
    found = dict.fromkeys(FRAGMENTS)
    while len(found) < 800:
        found["".join(draw.choices(FRAGMENTS[:-20], k=draw.randint(2, 6)))] = None
    return list(found)[:800]


@pytest.fixture(scope="session")
def payloads(texts):
    """Return payloads with all those texts: one that every language can write, one that needs to go as JSON text."""
    ordinary = {
        "responses": [{"type": "text", "message": text} for text in texts],
        "attributes": {text: text[::-1] for text in texts if not text.isdigit()},
        "more": [None, True, False, 0, -5, 2**53 - 1, 1.5, -0.25, 1e-7, "", [], {}, [[]], [{}], {"": {}}],
    }
    awkward = {
        "list": {"0": "a", "1": "b"},
        "order": {"b": 1, "10": 2, "9": 3, "0": 4},
        "numbers": [2**53 + 1, 2**63, -(2**63), 2**80, 1e22, 123456789012345677877.0],
        **ordinary,
    }
    return {"ordinary": ordinary, "awkward": awkward}


@pytest.fixture(scope="session")
def needs():
    """Return a function that skips, or fails where it must not be, if what an export runs on is not here."""

    def check(target):
        if missing := missing_for(target):
            reason = f"{missing} is not installed"
            if os.environ.get(REQUIRED) == "1":
                pytest.fail(f"{reason}, but {REQUIRED}=1")
            pytest.skip(reason)

    return check


@cache
def missing_for(target):
    """Return what is not installed of what an export runs on."""
    runtime = RUNTIMES.get(target)
    if runtime and not shutil.which(runtime):
        return runtime
    if target == "express":
        found = subprocess.run(
            ["node", "-e", 'require("express")'], env=environment(), capture_output=True, check=False
        )
        return "" if found.returncode == 0 else "express"
    return ""


def environment(**more):
    """Return an environment with nothing of this process but its programs."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return {"PATH": path, "NODE_PATH": NODE_PATH, "PYTHONDONTWRITEBYTECODE": "1", **more}


def start_command(source, token):
    """Return the line of the source's first comment that says how to start it, with a token of ours."""
    header = re.split(r"\n(?!#|//)", source.removeprefix("<?php\n"))[0]
    (line,) = re.findall(r"^(?:#|//) {5}(.*CHATBOT_TOKEN=.*)$", header, re.MULTILINE)
    return line.replace("'the token of the connection'", shlex.quote(token))


@dataclass
class Backend:
    """An export that runs."""

    target: str
    process: subprocess.Popen
    port: int
    output: Path

    def url(self, path="/webhook"):
        return f"http://127.0.0.1:{self.port}{path}"

    def wait(self):
        """Wait until it takes connections."""
        end = time.monotonic() + DEADLINE
        while True:
            with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", self.port), 5):
                return
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(0.02)
                raise AssertionError(f"{self.target} ended: {self.output.read_text()}")
            assert time.monotonic() < end, f"{self.target} does not listen: {self.output.read_text()}"

    def stop(self):
        """End it and the shell that started it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(5)


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def start(target, payload, folder, token=TOKEN):
    """Start an export as its first lines say."""
    source = export(payload, target)
    (folder / FILES[target]).write_text(source, encoding="utf-8")
    port, output = free_port(), folder / "output"
    with output.open("wb") as file:
        process = subprocess.Popen(
            ["sh", "-c", start_command(source, token)],
            cwd=folder,
            env=environment(PORT=str(port)),
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Backend(target, process, port, output)


@pytest.fixture
def without_token(tmp_path):
    """Return a function that starts an export with an empty token."""
    with contextlib.ExitStack() as stack:

        def start_without(target, payload):
            backend = start(target, payload, tmp_path, token="")
            stack.callback(backend.stop)
            return backend

        yield start_without


@pytest.fixture(scope="session")
def running(payloads, tmp_path_factory):
    """Start every export for every payload at once, by target and name of the payload."""
    with contextlib.ExitStack() as stack:
        started = {}
        for target in FILES:
            if missing_for(target):
                continue
            for name, payload in payloads.items():
                started[target, name] = backend = start(target, payload, tmp_path_factory.mktemp(f"{target}-{name}"))
                stack.callback(backend.stop)
        for backend in started.values():
            backend.wait()
        yield started


@pytest.fixture
def served(needs, running):
    """Return a function that returns a running export; it skips, or fails, where that has no runtime."""

    def get(target, name="ordinary"):
        needs(target)
        return running[target, name]

    return get


@pytest.fixture(params=FILES)
def backend(request, served):
    """Return one running export after the other."""
    return served(request.param)
