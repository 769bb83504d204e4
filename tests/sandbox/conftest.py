"""Sandboxes for the tests of this folder; each test leaves no thread behind."""

from __future__ import annotations

import threading

import pytest

from chatbot_nb.sandbox.sandbox import Sandbox


@pytest.fixture
def sandbox():
    with Sandbox(verify="off") as sandbox:
        yield sandbox
        assert sandbox._running is None or sandbox._running.server.errors == ()


@pytest.fixture
def client(sandbox):
    with sandbox.client() as client:
        yield client


def _when_taken(sandbox, count):
    """Return an event that is set once `count` calls have come to where faults are handed out."""
    taken, original, calls = threading.Event(), sandbox._faults.take, iter(range(count - 1, -1, -1))

    def take():
        fault = original()
        if next(calls, None) == 0:
            taken.set()
        return fault

    sandbox._faults.take = take
    return taken


@pytest.fixture
def when_taken():
    return _when_taken


@pytest.fixture
def wait_for_threads():
    """Wait until no thread is left that did not run before; threads of a pool end a moment after their last task."""
    before = set(threading.enumerate())

    def wait():
        for thread in set(threading.enumerate()) - before:
            thread.join(5)
        assert set(threading.enumerate()) <= before

    return wait
