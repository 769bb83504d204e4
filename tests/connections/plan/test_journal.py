"""The journal: on the disk before a write, whole or refused, of one process at a time."""

import contextlib
import errno
import json
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import chatbot_nb as cb
from chatbot_nb.connections.plan.frames import changes_frame, results_frame
from chatbot_nb.connections.plan.history import read
from chatbot_nb.connections.plan.journal import Journal

RESTORE = "Restore it from a copy, or compare the account with your frame: cb.plan(client, wanted)"

pytestmark = pytest.mark.usefixtures("pauses")


def statuses(results):
    return results["status"].tolist()


@pytest.fixture
def renaming(client, three):  # noqa: ARG001  # the connections
    """A plan that renames three connections."""
    return cb.plan(client, client.connections.frame().assign(name=["x", "y", "z"]))


@pytest.fixture
def journal(renaming):
    """The journal of an apply; its changes are updates, made one by one."""
    renaming.apply(journal="j.jsonl")
    return renaming.journal


def test_a_write_is_on_the_disk_before_it_is_sent(renaming, wire, monkeypatch):
    """Looked at from inside the server; at most one fsync a write, and none where nothing is noted."""
    synced, files, missing = [], set(), []
    fsync = os.fsync

    def counted(file):
        fsync(file)
        synced.append(os.fstat(file).st_size)
        files.add(os.fstat(file).st_ino)

    async def looks(request, go_on):
        number = ["x", "y", "z"].index(json.loads(request.body)["name"])
        content = path.read_bytes()
        end = content.index(b"\n", content.index(b'"begin": %d' % number)) + 1
        if not any(size >= end for size in synced):
            missing.append(number)
        return await go_on()

    path = Path("j.jsonl").absolute()
    wire.on("PUT", looks, times=3)
    monkeypatch.setattr(os, "fsync", counted)
    renaming.apply(journal="j.jsonl")
    assert missing == []
    assert len(synced) <= 2 + 3  # the changes and their folder, then the writes
    assert synced[-1] <= path.stat().st_size
    begun = len(synced)
    renaming.apply()
    assert len(synced) == begun


def test_many_writes_share_an_fsync(journal, monkeypatch):
    """All that wait while one is under way are covered by the next."""
    size, synced, fsync = journal.stat().st_size, [], os.fsync
    line = len(b'{"begin": 0, "at": "2024-01-01T00:00:00.000+00:00", "left_out": []}\n')

    def slow(file):
        synced.append(file)
        while journal.stat().st_size < size + 8 * line:  # until all have written their line
            pass
        fsync(file)

    monkeypatch.setattr(os, "fsync", slow)
    with Journal(journal, read(journal)) as open_journal, ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: open_journal.begin(0, []), range(8)))
    assert len(synced) <= 2


def test_after_a_line_that_was_cut_no_other_is_written(journal, monkeypatch):
    """It must stay the last one, to be recognised; the next to open the journal removes it."""
    write, whole = os.write, journal.read_bytes()
    with Journal(journal, read(journal)) as full:
        with monkeypatch.context() as disk:
            disk.setattr(os, "write", lambda file, data: write(file, data[:9]))
            with pytest.raises(OSError, match=r"^no space left on the disk$"):
                full.begin(0, [])
        with pytest.raises(OSError, match=r"^the journal could not be written before$"):
            full.begin(1, [])
    assert len(journal.read_bytes()) == len(whole) + 9
    with Journal(journal, read(journal)):
        assert journal.read_bytes() == whole


def test_the_journal_is_for_its_owner_alone(journal):
    """It holds names and URLs of an account."""
    assert stat.S_IMODE(journal.stat().st_mode) == 0o600
    records = [json.loads(line) for line in journal.read_bytes().splitlines()]
    kinds = [next(iter(record)) for record in records]
    assert kinds[:4] == ["chatbot_nb_journal", "change", "change", "change"]
    assert sorted(kinds[4:]) == ["begin"] * 3 + ["end"] * 3


def test_a_last_line_cut_anywhere_does_not_count(client, journal, writes):
    """At each byte of the last record: it is as if it had not been begun."""
    whole = journal.read_bytes()
    start = whole.rstrip(b"\n").rfind(b"\n") + 1
    before = len(writes)
    for length in range(start, len(whole)):
        journal.write_bytes(whole[:length])
        resumed = cb.resume(journal, client)
        assert statuses(resumed.results) == ["done"] * 3
        assert read(journal).size == journal.stat().st_size
        assert journal.read_bytes().startswith(whole[:start])
    assert len(writes) == before


@pytest.mark.parametrize("line", range(2, 11))
@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda _: b"", id="empty"),
        pytest.param(lambda line: line[:-9], id="cut"),
        pytest.param(lambda _: b"[]", id="array"),
        pytest.param(lambda _: b'"change"', id="text"),
        pytest.param(lambda _: b'{"begin": 99, "at": "2024-01-01T00:00:00+00:00", "left_out": []}', id="unknown"),
        pytest.param(lambda line: line.replace(b": ", b"; "), id="no-json"),
        pytest.param(lambda line: b"\xff" + line, id="no-utf8"),
        pytest.param(lambda _: b"[" * 100_000, id="deep"),
    ],
)
def test_a_damaged_line_is_named_and_nothing_is_sent(client, journal, wire, line, damage):
    """To go on would lose a change, or make one twice."""
    lines = journal.read_bytes().splitlines()
    lines[line - 1] = damage(lines[line - 1])
    journal.write_bytes(b"\n".join(lines) + b"\n")
    wire.calls.clear()
    with pytest.raises(cb.PlanError) as caught:
        cb.resume(journal, client)
    assert str(caught.value) == f"the journal {str(journal)!r} is damaged at line {line}. {RESTORE}"
    assert wire.calls == []


def test_a_journal_that_lost_changes_is_damaged(client, journal):
    """Its head says how many there are."""
    journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:3]))
    with pytest.raises(cb.PlanError, match=r"is damaged at line 4\. Restore"):
        cb.resume(journal, client)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b'{"chatbot_nb_journal": 1, "base_url": "x", "changes": 0}', id="cut-head"),
        pytest.param(b'{"some": "json"}\n', id="other-json"),
        pytest.param(b"[1]\n", id="array"),
        pytest.param(b"id,name\n1,2\n", id="csv"),
        pytest.param(b"\x89PNG\n\xff\n", id="binary"),
    ],
)
def test_another_file_is_no_journal(client, folder, content):
    """Whatever it holds."""
    (folder / "other").write_bytes(content)
    with pytest.raises(cb.PlanError) as caught:
        cb.resume("other", client)
    said = f"{str(folder / 'other')!r} is no journal of a plan. plan.journal names the right file"
    assert str(caught.value) == said
    assert (folder / "other").read_bytes() == content


def test_a_newer_version_is_refused(client, journal):
    """Rather than misread."""
    journal.write_bytes(journal.read_bytes().replace(b'"chatbot_nb_journal": 1', b'"chatbot_nb_journal": 2'))
    with pytest.raises(cb.PlanError, match=r"^the journal has version 2, this chatbot_nb knows 1; update chatbot_nb$"):
        cb.resume(journal, client)


@pytest.mark.parametrize(
    ("path", "why"), [("none.jsonl", "No such file or directory"), (".", "Is a directory")], ids=["missing", "folder"]
)
def test_what_cannot_be_read_is_told(client, folder, path, why):
    """A missing one means that nothing was sent."""
    with pytest.raises(cb.PlanError) as caught:
        cb.resume(path, client)
    said = f"the journal {str(folder / path)!r} cannot be read: {why}. Where no journal was written, nothing was sent: "
    assert str(caught.value) == f"{said}make the plan anew"


@given(st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_damage_is_a_plan_error_or_can_be_shown(journal, data):
    """Bytes changed, lost, doubled anywhere: no error from below."""
    content = bytearray(journal.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(content) - 1))
        new = data.draw(st.one_of(st.binary(max_size=2), st.sampled_from([b"1", b"null", b'"', b"{}", b"\n", b"-"])))
        content[place : place + data.draw(st.integers(0, 8))] = new
    damaged = journal.with_name("damaged.jsonl")
    damaged.write_bytes(content)
    with contextlib.suppress(cb.PlanError):
        history = read(damaged)
        changes = dict(enumerate(history.changes))
        changes_frame(changes)
        results_frame(changes, history.applied.outcomes)


@pytest.mark.parametrize(
    ("path", "why"),
    [
        pytest.param("taken.jsonl", "exists. Pass another path, or cb.resume() it", id="exists"),
        pytest.param("none/j", "cannot be written: No such file or directory. Pass journal=...", id="no-folder"),
        pytest.param("taken.jsonl/j", "cannot be written: Not a directory. Pass journal=...", id="below-a-file"),
        pytest.param("x" * 300, "cannot be written: File name too long. Pass journal=...", id="too-long"),
        pytest.param("x" * 250, "cannot be written: File name too long. Pass journal=...", id="too-long-before-rename"),
    ],
)
def test_where_no_journal_can_be_nothing_is_sent(renaming, wire, folder, path, why):
    """And nothing is left there; the next apply begins anew."""
    (folder / "taken.jsonl").write_text("mine")
    wire.calls.clear()
    with pytest.raises(cb.PlanError) as caught:
        renaming.apply(journal=path)
    assert str(caught.value).startswith(f"the journal {str(folder / path)!r} {why}")
    assert (wire.calls, renaming.journal, list(folder.iterdir())) == ([], None, [folder / "taken.jsonl"])
    assert (folder / "taken.jsonl").read_text() == "mine"
    assert statuses(renaming.apply(journal="j.jsonl")) == ["done"] * 3


def test_a_folder_that_may_not_be_written(renaming, wire, monkeypatch):
    """As one that does not exist. The system's refusal is made here, since root may write everywhere."""

    def refuse(*_):
        raise PermissionError(errno.EACCES, "Permission denied")

    with monkeypatch.context() as system:
        system.setattr(os, "open", refuse)
        with pytest.raises(cb.PlanError, match=r"cannot be written: Permission denied\..*; nothing was sent$"):
            renaming.apply(journal="j")
    assert "PUT" not in wire.methods()


@pytest.mark.parametrize("fault", [(how, after) for how in ("raises", "short") for after in range(6)])
def test_a_full_disk_stops_before_the_write(renaming, client, wire, monkeypatch, fault):
    """No write is unjournaled; what was done until then stands in the results, and apply goes on later."""
    how, after = fault
    write, left = os.write, [after]

    def full(file, data):
        if left[0]:
            left[0] -= 1
            return write(file, data)
        if how == "raises":
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(file, data[: len(data) // 2])

    with monkeypatch.context() as disk:
        disk.setattr(os, "write", full)
        disk.setattr(client.connections.calls.session, "workers", 1)
        with pytest.raises(cb.PlanError) as caught:
            renaming.apply(journal="j.jsonl")
    why = "No space left on device" if how == "raises" else "no space left on the disk"
    assert str(caught.value).startswith(f"stopped: the journal {str(renaming.journal)!r} cannot be written ({why}). ")
    assert str(caught.value).endswith("call plan.apply() again; .results has what was done until then")
    done = (after + 1) // 2
    # What was sent and could not be noted is looked at again.
    known = ["done"] * (after // 2) + ["unknown"] * (after % 2)
    assert statuses(caught.value.results) == known + ["not tried"] * (3 - done)
    assert wire.methods()["PUT"] == done
    assert statuses(renaming.apply()) == ["done"] * 3
    assert statuses(cb.resume(renaming.journal, client).results) == ["done"] * 3
    assert wire.methods()["PUT"] == 3


def test_what_did_not_reach_the_disk_is_not_sent(renaming, wire, monkeypatch):
    """The line is written, but nobody knows where it is."""
    enter, fsync = Journal.__enter__, os.fsync

    def fails(_file):
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as disk:
        disk.setattr(Journal, "__enter__", lambda self: (disk.setattr(os, "fsync", fails), enter(self))[1])
        with pytest.raises(cb.PlanError, match=r"cannot be written \(Input/output error\)"):
            renaming.apply(journal="j.jsonl")
    assert os.fsync is fsync
    assert wire.methods()["PUT"] == 0
    assert statuses(renaming.apply()) == ["done"] * 3


HOLD = "import fcntl, sys; file = open(sys.argv[1]); fcntl.flock(file, fcntl.LOCK_EX); print(flush=True); input()"


def test_only_one_process_writes_to_it(client, renaming, wire):
    """Whatever it would do; nothing is sent."""
    wire.on("PUT", wire.answers(400))
    renaming.apply(journal="j.jsonl")
    wire.calls.clear()
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", HOLD, renaming.journal], **pipes) as other:
        other.stdout.readline()
        for attempt in (renaming.apply, renaming.undo, lambda: cb.resume(renaming.journal, client)):
            with pytest.raises(cb.PlanError) as caught:
                attempt()
            assert str(caught.value) == (
                f"the journal {str(renaming.journal)!r} is in use: another kernel or process applies it. Wait for it, "
                "or end it"
            )
        other.stdin.close()
    assert wire.calls == []
    assert statuses(renaming.apply()) == ["done"] * 3


def test_nor_may_two_plans_of_one_process(client, journal):
    """A second `resume` while the first one runs."""
    with Journal(journal, read(journal)), pytest.raises(cb.PlanError, match="is in use"):
        cb.resume(journal, client)


def test_what_another_kernel_has_written_since_is_not_overlooked(client, renaming, wire):
    """The first kernel does not know what was done meanwhile."""
    wire.on("PUT", wire.answers(400))
    renaming.apply(journal="j.jsonl")
    cb.resume("j.jsonl", client)
    wire.calls.clear()
    for attempt in (renaming.apply, renaming.undo):
        with pytest.raises(cb.PlanError) as caught:
            attempt()
        assert str(caught.value) == (
            f"the journal {str(renaming.journal)!r} was written to by another kernel since. Go on with "
            "cb.resume(journal, client)"
        )
    assert wire.calls == []


def test_a_thread_that_is_left_writes_to_no_closed_journal(journal):
    """After a second interrupt: the number of the file may be another one's by then."""
    with Journal(journal, read(journal)) as closed:
        pass
    size = journal.stat().st_size
    with open(os.devnull, "rb"), pytest.raises(OSError, match="could not be written before"):  # noqa: PTH123
        closed.begin(0, [])
    assert journal.stat().st_size == size


def test_a_journal_that_vanished_is_told(renaming, wire):
    """It is not made anew, since it would not say what was done."""
    wire.on("PUT", wire.answers(400))
    renaming.apply(journal="j.jsonl")
    renaming.journal.unlink()
    wire.calls.clear()
    with pytest.raises(cb.PlanError, match=r"cannot be written \(No such file or directory\)"):
        renaming.apply()
    assert wire.calls == []
