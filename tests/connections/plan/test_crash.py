"""A process that applies a plan is killed at any moment: what it began is gone on with, exactly once."""

from __future__ import annotations

import json
import os
import queue
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import pandas as pd
import pytest

import chatbot_nb as cb
from chatbot_nb.connections.plan import making
from chatbot_nb.sandbox.store import Store

KILLS = 120
AT_ONCE = 4
ARRIVED = 0.5  # seconds; on loopback a write arrives at once
UPDATED, CREATED, DELETED = 6, 3, 2


def kill(pid):
    with suppress(ProcessLookupError):  # it was done just before
        os.kill(pid, signal.SIGKILL)


class Applier:
    """The process that forks those to be killed."""

    def __init__(self):
        script = Path(__file__).with_name("applier.py")
        self.process = subprocess.Popen(
            [sys.executable, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )

    def run(self, job, kill_after):
        """Do a job and kill it after so many seconds; return how long it took."""
        self.process.stdin.write(json.dumps(job).encode() + b"\n")
        self.process.stdin.flush()
        pid = int(self.process.stdout.readline())
        begin = time.monotonic()
        killer = threading.Timer(kill_after, kill, (pid,))
        killer.start()
        assert self.process.stdout.readline() == b"gone\n"
        taken = time.monotonic() - begin
        killer.cancel()
        killer.join()
        return taken

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(10)


@pytest.fixture
def writes(monkeypatch):
    """Every write that took effect, of all sandboxes at once: (store, what, id)."""
    seen = []
    create, update, delete = Store.create, Store.update, Store.delete

    def created(store, *args, **kwargs):
        seen.append((store, "create", create(store, *args, **kwargs)))
        return seen[-1][2]

    def updated(store, connection_id, *args, **kwargs):
        done = update(store, connection_id, *args, **kwargs)
        seen.extend([(store, "update", connection_id)] * done)
        return done

    def deleted(store, connection_id):
        done = delete(store, connection_id)
        seen.extend([(store, "delete", connection_id)] * done)
        return done

    for name, noted in (("create", created), ("update", updated), ("delete", deleted)):
        monkeypatch.setattr(Store, name, noted)
    return seen


def wanted_of(before):
    """An account as it should be: some renamed and moved, some new, two of them alike, some gone."""
    wanted = before.reset_index()[["id", "name", "url", "story_id"]].iloc[DELETED:].reset_index(drop=True)
    wanted.loc[: UPDATED - 1, "name"] = [f"renamed {i}" for i in range(UPDATED)]
    wanted.loc[: UPDATED // 2, "url"] = "https://new.example/hook"
    story = wanted["story_id"].iloc[0]
    new = {"id": None, "name": ["new", "new", "newer"], "url": "https://new.example/x", "story_id": story}
    return pd.concat([wanted, pd.DataFrame(new)], ignore_index=True)


def one_round(applier, folder, rng, writes, usual):
    """Apply and kill, perhaps resume and kill, then resume to the end; return how long an apply took."""
    with cb.Sandbox(verify="off") as sandbox:
        sandbox.seed(UPDATED + DELETED + 4)
        client = sandbox.client()
        before = client.connections.frame()
        wanted = wanted_of(before)
        (folder / "wanted.json").write_text(wanted.to_json(orient="records"))
        journal = folder / "journal.jsonl"
        job = {"do": "apply", "access_token": sandbox.access_token, "base_url": sandbox.base_url, "arrived": ARRIVED}
        job |= {"wanted": str(folder / "wanted.json"), "journal": str(journal)}
        # An answer that comes late: many kills fall between what was done and what is known of it.
        sandbox.inject(delay=0.004, times=200)
        taken = applier.run(job, rng.uniform(0, usual))
        if journal.exists() and rng.random() < 0.3:
            applier.run({**job, "do": "resume"}, ARRIVED + rng.uniform(0, usual))
        sandbox._faults.clear()
        store = sandbox._running.store
        if journal.exists():
            plan = cb.resume(journal, client, progress=False)
        else:  # killed before the journal was there: nothing was sent
            assert [write for write in writes if write[0] is store] == []
            plan = cb.plan(client, wanted, delete=True)
            plan.apply(journal=journal, progress=False)
        assert set(plan.results["status"]) == {"done"}, plan.results.to_string()
        made = [write[1:] for write in writes if write[0] is store]
        check(client, before, wanted, made)
        if rng.random() < 0.2:
            applier.run({**job, "do": "undo"}, rng.uniform(0, usual))
            check_undone(client, before, journal)
        client.close()
    return taken


def check(client, before, wanted, made):
    """The account is as wanted, and nothing was written twice."""
    after = client.connections.frame().reset_index()
    columns = ["name", "url", "story_id"]
    assert Counter(after[columns].itertuples(index=False)) == Counter(wanted[columns].itertuples(index=False))
    expected = Counter(("update", connection_id) for connection_id in wanted["id"].head(UPDATED))
    expected += Counter(("delete", connection_id) for connection_id in before.index[:DELETED])
    assert Counter(write for write in made if write[0] != "create") == expected
    assert sum(write[0] == "create" for write in made) == CREATED


def check_undone(client, before, journal):
    """After a killed undo the plan can be undone to the end, and all is as it was, but for new ids."""
    plan = cb.resume(journal, client, progress=False)
    plan.undo(progress=False)
    after = client.connections.frame()
    columns = ["name", "url", "story_id"]
    assert Counter(after[columns].itertuples(index=False)) == Counter(before[columns].itertuples(index=False))


@pytest.mark.timeout(300)
def test_killed_at_any_moment_every_change_is_made_exactly_once(tmp_path, writes, monkeypatch):
    """SIGKILL at 120 random moments of an apply, a resume or an undo: none is lost, none is made twice."""
    monkeypatch.setattr(making, "_ARRIVED", ARRIVED)
    seed = random.randrange(2**32)
    print("seed", seed)
    idle = queue.SimpleQueue()

    def round_(number, usual):
        folder = tmp_path / str(number)
        folder.mkdir()
        applier = idle.get()
        try:
            return one_round(applier, folder, random.Random(f"{seed} {number}"), writes, usual)
        finally:
            idle.put(applier)

    with ExitStack() as stack, ThreadPoolExecutor(AT_ONCE) as pool:
        for _ in range(AT_ONCE):
            idle.put(stack.enter_context(closing(Applier())))
        whole = max(pool.map(lambda number: round_(f"whole {number}", 1e6), range(AT_ONCE)))
        taken = list(pool.map(lambda number: round_(number, 1.2 * whole), range(KILLS)))
    assert sum(seconds < whole for seconds in taken) > KILLS / 2
