"""kill -9 at any moment: what was answered is stored."""

from __future__ import annotations

import os
import random
import runpy
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from chatbot_nb.traffic.storage.rows import CUT_SHORT
from chatbot_nb.traffic.storage.store import TrafficStore

SCRIPT = Path(__file__).with_name("killed_store.py")
exchange = runpy.run_path(str(SCRIPT))["exchange"]
KILLS = int(os.environ.get("CHATBOT_NB_KILLS", "40"))
SEED = int(os.environ.get("CHATBOT_NB_SEED", random.randrange(10**6)))
ROUNDS = 5  # on one file: each finds what a killed one left

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the child forks")


def answered_until_killed(child, path, chance):
    """Return what was answered until the kill, which comes after some answers, or before the first."""
    child.stdin.write(f"{path}\n")
    child.stdin.flush()
    pid = int(child.stdout.readline().removeprefix("started "))
    awaited = chance.choice((0, 0, 1, chance.randrange(20), chance.randrange(600)))
    answered = [child.stdout.readline() for _ in range(awaited)]
    # No event to wait for: the point is that the moment is any. The file is made within about 6 ms.
    time.sleep(chance.uniform(0, 0.006))
    os.kill(pid, signal.SIGKILL)
    answered += iter(child.stdout.readline, "ended\n")
    return {int(line) for line in answered}


def test_killed_at_random_points_it_holds_all_that_was_answered(tmp_path):
    """After SIGKILL: answered is a subset of stored, each once and whole, and the file is sound."""
    print(f"seed {SEED}")
    chance = random.Random(SEED)
    total = 0
    with subprocess.Popen(
        [sys.executable, str(SCRIPT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        for kill in range(KILLS):
            path = tmp_path / f"{kill // ROUNDS}.db"
            if kill % ROUNDS == 0:
                answered = set()
            answered |= answered_until_killed(child, path, chance)
            total += len(answered)
            with closing(TrafficStore(path)) as store:
                stored = store.load(1_000_000)
            with closing(sqlite3.connect(path)) as db:
                assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)], SEED
            numbers = [one.seq for one in stored]
            assert answered <= set(numbers), SEED
            assert len(numbers) == len(set(numbers)) == len({one.id for one in stored}), SEED
            for one in stored:
                wanted = exchange(one.seq)
                assert (one.id, one.http, one.marks, one.reply) == (wanted.id, wanted.http, wanted.marks, wanted.reply)
                assert one.timing == CUT_SHORT or one.timing.reply_done == 1.0
        child.stdin.close()
    assert total
