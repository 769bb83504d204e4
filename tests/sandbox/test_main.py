"""``python -m chatbot_nb.sandbox``, as a user starts it."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager

import pytest

from chatbot_nb.connections.client import Client

COMMAND = [sys.executable, "-m", "chatbot_nb.sandbox"]


@contextmanager
def _running(*arguments):
    with subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process, "".join(process.stdout.readline() for _ in range(3))
        finally:
            process.kill()


def _client(introduction):
    token = re.search(r"^export CHATBOT_ACCESS_TOKEN=([\w-]+)$", introduction, re.MULTILINE)[1]
    base_url = re.search(r'^client = cb\.Client\(base_url="([^"]+)"\)$', introduction, re.MULTILINE)[1]
    return Client(token, base_url)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_runs_until_a_signal(number):
    """What it prints is what a client needs; a signal ends it cleanly, without a traceback."""
    with _running("--verify", "off") as (process, introduction):
        assert introduction.startswith("Sandbox(24 connections, running) at http://127.0.0.1:")
        with _client(introduction) as client:
            assert len(client.connections.all()) == 24
        process.send_signal(number)
        assert process.wait(10) == 0
        assert (process.stdout.read(), process.stderr.read()) == ("", "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_while_it_is_being_filled(number, tmp_path):
    """Who asked for a million connections does not have to wait for them."""
    path = tmp_path / "account.db"
    options = ("--path", str(path), "--seed", "1000000")
    with subprocess.Popen([*COMMAND, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            journal = path.with_name("account.db-wal")
            while not (journal.exists() and journal.stat().st_size > 1_000_000):
                assert process.poll() is None
            process.send_signal(number)
            assert process.communicate(timeout=10) == ("", "")
            assert process.returncode == 0
        finally:
            process.kill()


def test_options_reach_the_sandbox(tmp_path):
    """A file is kept for the next run, with --seed 0 it is not filled; the port is the one that was asked for."""
    path = tmp_path / "account.db"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = ("--path", str(path), "--seed", "0", "--port", str(port), "--verify", "off")
    for expected in (1, 2):
        with _running(*options) as (process, introduction), _client(introduction) as client:
            assert f"http://127.0.0.1:{port}/v2" in introduction
            client.connections.create(story_id="6" * 24, name="Orders", url="https://orders.example")
            assert len(client.connections.all()) == expected
            process.terminate()
            assert process.wait(10) == 0


def test_what_cannot_start_says_why(tmp_path):
    """One line on stderr and status 1."""
    done = subprocess.run([*COMMAND, "--path", str(tmp_path)], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == (
        f"chatbot_nb.sandbox: {tmp_path} cannot be opened; its folder must exist and be writable, "
        "and the path must be that of a file\n"
    )
