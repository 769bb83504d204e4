"""The store: durable, shared by many at little cost, and clear about files that it cannot use."""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from contextlib import closing
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatbot_nb.errors import ReceiverError
from chatbot_nb.traffic.exchange import Exchange, SentReply
from chatbot_nb.traffic.storage import database, writer
from chatbot_nb.traffic.storage.rows import CUT_SHORT
from chatbot_nb.traffic.storage.store import TrafficStore
from chatbot_nb.traffic.verdict import Verdict
from chatbot_nb.transport.inbound.http import Request, Timing

MOMENT = datetime(2026, 1, 1, 12, 0, 0, 123456, tzinfo=UTC)
DONE = Timing(0.001, 0.002, 0.003, 0.004)


def exchange(seq, body=b"{}", **more):
    http = Request(MOMENT, "127.0.0.1:5000", "1.1", "POST", b"/hook", ((b"Host", b"x"),), (), body)
    return Exchange(seq, f"{seq:032x}", http, **more)


def write(store, *exchanges):
    """Write all at the same time; an exception is that of the first that failed."""

    async def together():
        await asyncio.gather(*map(store.written, exchanges))

    asyncio.run(together())


def parts(one):
    return one.seq, one.id, one.http, one.marks, one.reply, one.timing, one._verdict


def statements(store):
    """Return the list that gets the statements of the store's connection from now on."""
    seen = []
    store._ask(lambda db: db.set_trace_callback(seen.append))
    return seen


def pragma(store, statement):
    return store._ask(lambda db: db.execute(f"PRAGMA {statement}").fetchone())


def seqs(path):
    with closing(sqlite3.connect(path)) as db:
        return [seq for (seq,) in db.execute("SELECT seq FROM exchange ORDER BY seq")]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "traffic.db"


@pytest.fixture
def store(path):
    with closing(TrafficStore(path)) as store:
        yield store


# What comes back

pairs_of_bytes = st.lists(st.tuples(st.binary(max_size=20), st.binary(max_size=20)), max_size=3).map(tuple)
# Characters of every kind, and half surrogate pairs, which `st.text` leaves out
texts = st.text(st.characters(exclude_categories=()), max_size=20)
marks = st.lists(texts, max_size=3).map(tuple)
counts = st.integers(0, 2**40)
seconds = st.floats(0, allow_nan=False)
verdicts = st.builds(Verdict, counts, counts, texts)
requests = st.builds(
    Request,
    st.datetimes(timezones=st.just(UTC)),
    peer=texts,
    http_version=texts,
    method=texts,
    target=st.binary(max_size=40),
    headers=pairs_of_bytes,
    trailers=pairs_of_bytes,
    body=st.binary(),
    status=st.sampled_from(["complete", "truncated", "timeout", "too_large", "bad_framing", "refused"]),
    transfer=st.sampled_from(["", "length", "chunked"]),
    marks=marks,
    wire=st.binary(max_size=40),
)
replies = st.builds(
    SentReply,
    st.integers(0, 599),
    st.lists(st.tuples(texts, texts), max_size=3).map(tuple),
    st.binary(),
    rule=texts,
    error=texts,
    chatbot_error=texts,
    delay=seconds,
    cut_off=st.booleans(),
    verdict=verdicts,
)
maybe_seconds = st.none() | seconds
timings = st.builds(Timing, maybe_seconds, maybe_seconds, maybe_seconds, maybe_seconds, texts, st.booleans())
exchanges = st.builds(
    Exchange,
    st.just(1),
    st.text("0123456789abcdef", min_size=32, max_size=32),
    requests,
    marks,
    st.none() | replies,
    timings,
    st.none() | verdicts,
)


numbers = itertools.count(1)


@pytest.fixture(scope="module")
def shared_store():
    with tempfile.TemporaryDirectory() as folder, closing(TrafficStore(Path(folder) / "traffic.db")) as store:
        yield store


@given(full=exchanges)
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_exchange_comes_back_as_it_was(shared_store, full):
    """Whatever bytes and texts it holds: written whole, and written bare and finished later."""
    for bare in ({}, {"marks": (), "reply": None, "timing": None, "_verdict": None}):
        one = replace(full, seq=next(numbers))
        write(shared_store, replace(one, **bare))
        shared_store.finished(one)
        shared_store.flush()
        (found,) = shared_store.load(1)
        assert parts(found) == parts(one)


def test_every_part_of_an_exchange_is_stored(store):
    """A part that a class gets later, and the store forgets, is found here: none has its default value."""
    more = {
        "trailers": ((b"a", b"b"),),
        "status": "refused",
        "transfer": "chunked",
        "marks": ("bare_lf",),
        "wire": b"w",
    }
    reply = SentReply(201, (), b"b", "rule", "error", "said", 1.5, cut_off=True, verdict=Verdict(1, 2, "first"))
    timing = Timing(1.0, 2.0, 3.0, 4.0, "left", peer_done=True)
    one = exchange(7, marks=("late",), reply=reply, timing=timing, _verdict=Verdict(3, 4, "x"))
    one = replace(one, http=replace(one.http, **more))
    for part in (one, one.http, one.reply, one.timing):
        assert [field.name for field in fields(part) if getattr(part, field.name) == field.default] == []
    write(store, one)
    assert parts(store.load(1)[0]) == parts(one)


def test_half_surrogate_pairs_side_by_side_stay_apart(store):
    """In JSON as ASCII the two would come back as one character."""
    odd = SentReply(headers=(("a", "\ud83d\ude00"),), rule="\ud83d\ude00\0", error="\udcff")
    write(store, exchange(1, reply=odd, timing=DONE))
    assert store.load(1)[0].reply == odd


def test_load_gives_the_newest_oldest_first(store):
    """Whatever the order in which they were written."""
    write(store, *(exchange(seq) for seq in (3, 1, 5, 2)))
    assert [one.seq for one in store.load(3)] == [2, 3, 5]
    assert [one.seq for one in store.load(100)] == [1, 2, 3, 5]


def test_exchange_that_nobody_finished_is_done_when_it_is_loaded(path):
    """Its timing says that the receiver died, and it says so at every load."""
    with closing(TrafficStore(path)) as store:
        write(store, exchange(1), exchange(2, timing=DONE))
    for _ in range(2):
        with closing(TrafficStore(path)) as store:
            cut_short, whole = store.load(9)
            assert cut_short.timing == CUT_SHORT
            assert cut_short.timing.reply_error == "the receiver died before the reply was known to be out"
            assert cut_short.done
            assert whole.timing == DONE


def test_verdict_is_not_made_for_the_store(store):
    """To judge may take long; what is not known is not stored, and is made when it is asked for."""
    one = exchange(1)
    write(store, one)
    assert one._verdict is None
    (found,) = store.load(1)
    assert found._verdict is None
    assert found.verdict.errors


def test_small_texts_are_kept(path):
    """The last value of a key; None for what was never set."""
    with closing(TrafficStore(path)) as store:
        assert store.get("path") is None
        store.set("path", "a")
        store.set("path", "b")
        assert store.get("path") == "b"
    with closing(TrafficStore(path)) as store:
        assert store.get("path") == "b"


def test_other_programs_read_it_while_it_is_written(store, path):
    """A reader sees what `written` returned for, and in the midst of reading keeps nobody from writing."""
    write(store, exchange(1, reply=SentReply(201)))
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        frame = pd.read_sql("SELECT seq, method, headers, reply_status FROM exchange", reader)
        assert frame.to_dict("list") == {
            "seq": [1],
            "method": ["POST"],
            "headers": ['[["Host","x"]]'],
            "reply_status": [201],
        }
        write(store, exchange(2))
        assert reader.execute("SELECT max(seq) FROM exchange").fetchone() == (1,)
    assert seqs(path) == [1, 2]


# Group commit


def test_file_is_wal_and_full(store):
    """What was answered is on the disk: the pragmas are those that promise it."""
    assert pragma(store, "journal_mode") == ("wal",)
    assert pragma(store, "synchronous") == (2,)


def test_those_who_wait_at_the_same_time_share_a_commit_and_a_wake(store):
    """16 tasks with 10 exchanges each: 10 commits, and their loop is called from outside 10 times."""
    seen = statements(store)
    woken = []

    async def main():
        loop = asyncio.get_running_loop()
        call_soon_threadsafe = loop.call_soon_threadsafe
        loop.call_soon_threadsafe = lambda *args: woken.append(args) or call_soon_threadsafe(*args)

        async def task(first):
            for seq in range(first, 161, 16):
                await store.written(exchange(seq))

        await asyncio.gather(*map(task, range(1, 17)))

    asyncio.run(main())
    assert seen.count("COMMIT") == len(woken) == 10
    assert len(store.load(1000)) == 160


def test_loops_of_several_threads_share_a_store(store):
    """Each waiter is woken by its own loop."""
    threads = [
        threading.Thread(target=write, args=(store, *map(exchange, range(first, first + 50)))) for first in (1, 51, 101)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert [one.seq for one in store.load(1000)] == [*range(1, 151)]


def test_waiter_that_was_cancelled_harms_nobody(store):
    """It is written all the same, and so are the others."""

    async def main():
        leaves = asyncio.create_task(store.written(exchange(1)))
        stays = asyncio.create_task(store.written(exchange(2)))
        await asyncio.sleep(0)
        leaves.cancel()
        await stays
        assert leaves.cancelled()

    asyncio.run(main())
    assert [one.seq for one in store.load(9)] == [1, 2]


def test_loop_that_is_gone_harms_nobody(store):
    """A loop that was closed while its task waited is not woken; the next write works."""
    loop = asyncio.new_event_loop()
    task = loop.create_task(store.written(exchange(1)))
    with closing(sqlite3.connect(store._place, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        loop.run_until_complete(asyncio.sleep(0.01))
        task.cancel()
        loop.run_until_complete(asyncio.gather(task, return_exceptions=True))
        loop.close()
        other.execute("ROLLBACK")
    write(store, exchange(2))
    assert [one.seq for one in store.load(9)] == [1, 2]


# Outcomes and deletions


def test_outcome_is_written_within_half_a_second(store):
    """Nobody asks for it, and nothing else is written."""
    write(store, exchange(1))
    committed = threading.Event()
    store._ask(lambda db: db.set_trace_callback(lambda said: committed.set() if said == "COMMIT" else None))
    begin = time.monotonic()
    store.finished(exchange(1, timing=DONE))
    assert committed.wait(10)
    assert 0.3 < time.monotonic() - begin < 3  # it waits for company; the upper figure allows for a busy machine
    assert store.load(1)[0].timing == DONE


def test_outcome_joins_the_next_commit(store):
    """It costs no commit of its own."""
    write(store, exchange(1))
    seen = statements(store)
    store.finished(exchange(1, timing=DONE))
    write(store, exchange(2))
    assert store.load(2)[0].timing == DONE
    assert seen.count("COMMIT") == 1


def test_exchange_that_is_only_finished_is_stored_whole(store):
    """A request that the server refused is known when it is over, and not before."""
    refused = exchange(1, reply=SentReply(400), timing=DONE)
    store.finished(refused)
    store.flush()
    assert parts(store.load(1)[0]) == parts(refused)


def test_close_writes_outcomes(path):
    """What waited is on the disk when `close` returns."""
    with closing(TrafficStore(path)) as store:
        store.finished(exchange(1, timing=DONE))
    assert seqs(path) == [1]


def test_forgotten_exchanges_are_deleted_bit_by_bit(store, path):
    """2,500 rows go in three transactions; what finishes later does not come back."""
    write(store, *map(exchange, range(1, 2601)))
    seen = statements(store)
    store.forget_before(2501)
    store.forget_before(7)
    store.finished(exchange(3, timing=DONE))
    deadline = time.monotonic() + 10
    while len(seqs(path)) > 100 and time.monotonic() < deadline:
        store.flush()
    assert seqs(path) == [*range(2501, 2601)]
    assert sum(said.startswith("DELETE") for said in seen) == 3


def test_forgetting_begins_at_the_first_row(path):
    """Of a file whose numbers are high, no empty steps are made."""
    with closing(TrafficStore(path)) as store:
        write(store, *map(exchange, range(10_000_001, 10_000_011)))
    with closing(TrafficStore(path)) as store:
        seen = statements(store)
        store.forget_before(10_000_006)
        store.flush()
        assert seqs(path) == [*range(10_000_006, 10_000_011)]
        assert seen.count("COMMIT") == 1


def test_clear_keeps_the_small_texts_and_lets_nothing_back(store, path):
    """An exchange that is still open then is gone for good; the next one is stored."""
    store.set("path", "a")
    write(store, exchange(1), exchange(2))
    store.finished(exchange(1, timing=DONE))
    store.clear()
    store.finished(exchange(2, timing=DONE))
    store.flush()
    assert seqs(path) == []
    assert store.get("path") == "a"
    write(store, exchange(3))
    assert seqs(path) == [3]


# Failures


def refused(path):
    with pytest.raises(ReceiverError) as caught:
        TrafficStore(path)
    # sqlite3's words would come first in a traceback
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return str(caught.value)


def failed(store, *written):
    with pytest.raises(ReceiverError) as caught:
        write(store, *written)
    return str(caught.value)


def test_full_disk_fails_the_write_and_is_made_good_later(store, path):
    """Each waiter has the error; with room again, the next commit brings what had failed."""
    write(store, exchange(1))
    (pages,) = pragma(store, "page_count")
    pragma(store, f"max_page_count = {pages}")
    big = b"x" * 100_000

    async def main():
        return await asyncio.gather(*(store.written(exchange(seq, big)) for seq in (2, 3, 4)), return_exceptions=True)

    said = f"{path} has no room to grow: the disk is full; free some space, then it goes on"
    errors = asyncio.run(main())
    assert [(type(error), str(error)) for error in errors] == [(ReceiverError, said)] * 3
    assert len(set(map(id, errors))) == 3
    with pytest.raises(ReceiverError, match="the disk is full"):
        store.flush()
    assert store.get("path") is None  # what needs no room still works
    assert seqs(path) == [1]
    store.finished(exchange(3, big, reply=SentReply(500), timing=DONE))
    pragma(store, "max_page_count = 100000")
    write(store, exchange(5))
    assert [one.seq for one in store.load(9)] == [1, 2, 3, 4, 5]
    assert store.load(9)[2].reply == SentReply(500)


def test_what_could_not_be_written_is_kept_within_bounds(store, monkeypatch):
    """A disk that stays full does not fill the memory: the oldest go."""
    monkeypatch.setattr(writer, "_KEPT_BYTES", 250_000)
    pragma(store, f"max_page_count = {pragma(store, 'page_count')[0]}")
    for seq in range(1, 6):
        failed(store, exchange(seq, b"x" * 100_000))
    pragma(store, "max_page_count = 100000")
    store.flush()
    assert [one.seq for one in store.load(9)] == [4, 5]


def test_close_on_a_full_disk_says_what_was_lost_and_closes(path):
    """The error comes after everything was let go: the file can be opened again at once."""
    store = TrafficStore(path)
    pragma(store, f"max_page_count = {pragma(store, 'page_count')[0]}")
    store.finished(exchange(1, b"x" * 100_000))
    with pytest.raises(ReceiverError, match="the disk is full"):
        store.close()
    store.close()
    with closing(TrafficStore(path)) as again:
        assert again.load(9) == []


def test_exchange_that_no_table_can_hold_harms_only_its_batch(store):
    """It is not tried again with what comes later."""
    assert "cannot hold this exchange" in failed(store, exchange(1, body={"not": "bytes"}))
    write(store, exchange(2))
    assert [one.seq for one in store.load(9)] == [2]


def test_locked_file_fails_all_who_wait_and_works_again(store, path):
    """Another process holds the write lock: who comes while it is tried does not wait as long again."""
    pragma(store, "busy_timeout = 300")

    async def main():
        begun = asyncio.Event()
        loop = asyncio.get_running_loop()
        store._ask(lambda db: db.set_trace_callback(lambda _: loop.call_soon_threadsafe(begun.set)))
        early = asyncio.create_task(store.written(exchange(1)))
        await begun.wait()
        return await asyncio.gather(early, store.written(exchange(2)), return_exceptions=True)

    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        errors = asyncio.run(main())
        other.execute("ROLLBACK")
    store._ask(lambda db: db.set_trace_callback(None))
    said = f"{path} was locked by another program for 5 s; end its transaction, then try again"
    assert [str(error) for error in errors] == [said, said]
    write(store, exchange(3))
    assert [one.seq for one in store.load(9)] == [1, 2, 3]


def test_file_that_is_deleted_while_it_is_used_is_told(store, path):
    """SQLite would go on to write where nobody finds it."""
    write(store, exchange(1))
    said = f"{path} was moved or deleted while a receiver used it; stop the receiver and start it again"
    path.unlink()
    assert failed(store, exchange(2)) == said
    path.write_bytes(b"")
    assert failed(store, exchange(3)) == said
    with pytest.raises(ReceiverError):
        store.close()


def test_closed_store_says_so(path):
    """Whoever waits or comes later has an error and does not hang; late outcomes and a second `close` are harmless."""
    store = TrafficStore(path)

    async def main():
        waits = asyncio.create_task(store.written(exchange(1)))
        await asyncio.sleep(0)
        store.close()
        await waits

    said = f"{path} is closed; start a receiver first"
    with pytest.raises(ReceiverError) as caught:
        asyncio.run(main())
    assert str(caught.value) == said
    assert failed(store, exchange(2)) == said
    for call in (lambda: store.load(1), store.clear, store.flush, lambda: store.get("a"), lambda: store.set("a", "b")):
        with pytest.raises(ReceiverError, match="is closed"):
            call()
    store.finished(exchange(1))
    store.forget_before(5)
    store.close()
    assert repr(store) == "TrafficStore('traffic.db', closed)"


def test_nothing_is_left_running(path):
    """No thread, no open file after 20 stores."""
    files = Path("/proc/self/fd")
    before = threading.active_count(), len([*files.glob("*")])
    for _ in range(20):
        with closing(TrafficStore(path)) as store:
            write(store, exchange(1))
    assert (threading.active_count(), len([*files.glob("*")])) == before


# Files that are refused


def test_file_is_the_users_alone(store, path):
    """What was delivered holds chats, and the address that is secret."""
    write(store, exchange(1))
    for name in ("traffic.db", "traffic.db-wal"):
        assert stat.S_IMODE(path.with_name(name).stat().st_mode) == 0o600


def test_file_that_is_no_database_is_refused_and_untouched(path):
    """A user who names a wrong file does not lose it."""
    path.write_text("These are my notes. " * 100)
    said = "is no SQLite database; name the file of an earlier receiver, or one that does not exist yet"
    assert refused(path) == f"{path} {said}"
    assert path.read_text() == "These are my notes. " * 100
    assert [*path.parent.iterdir()] == [path]


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("PRAGMA application_id = 1129465410", id="of-a-sandbox"),
        pytest.param("PRAGMA user_version = 1", id="with-a-version"),
        pytest.param("CREATE TABLE t (a)", id="with-a-table"),
    ],
)
def test_database_of_another_program_is_refused_and_untouched(path, statement):
    """Also its journal, if that program died and has to recover from it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute(statement)
    before = path.read_bytes()
    assert refused(path) == f"{path} belongs to another program; name another file"
    assert path.read_bytes() == before
    assert [*path.parent.iterdir()] == [path]


def test_journal_of_another_program_is_untouched(path):
    """A program that was killed recovers from its WAL; we neither write it back nor delete it."""
    script = (
        "import os, sqlite3, sys\n"
        "db = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "db.execute('PRAGMA journal_mode = WAL')\n"
        "db.execute('CREATE TABLE t (a)')\n"
        "os._exit(0)\n"
    )
    subprocess.run([sys.executable, "-c", script, str(path)], check=True)
    wal = path.with_name("traffic.db-wal")
    before = path.read_bytes(), wal.read_bytes()
    assert refused(path) == f"{path} belongs to another program; name another file"
    assert (path.read_bytes(), wal.read_bytes()) == before


def die_in_a_transaction(path, *statements):
    """Leave what a program leaves that is killed while it writes: a journal that takes its transaction back."""
    work = path.with_name("work.db")
    with closing(sqlite3.connect(work, isolation_level=None)) as db:
        db.execute("PRAGMA synchronous = OFF")  # else the journal counts only when its transaction commits
        for statement in (*statements, "BEGIN IMMEDIATE", "CREATE TABLE unfinished (a)"):
            db.execute(statement)
        for suffix in ("", "-journal"):
            shutil.copy(f"{work}{suffix}", f"{path}{suffix}")
        db.execute("ROLLBACK")
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        with pytest.raises(sqlite3.OperationalError) as caught:
            db.execute("PRAGMA user_version")
        assert caught.value.sqlite_errorname == "SQLITE_READONLY_ROLLBACK"
    work.unlink()


def test_file_of_a_receiver_that_was_killed_while_it_made_it_is_used(path):
    """It has a journal to be taken back, and nothing else yet."""
    die_in_a_transaction(path, "CREATE TABLE t (a)", "DROP TABLE t")
    with closing(TrafficStore(path)) as store:
        write(store, exchange(1))
    assert seqs(path) == [1]


def test_unfinished_transaction_of_another_program_is_untouched(path):
    """It is for that program to take it back."""
    die_in_a_transaction(path, "CREATE TABLE t (a)")
    journal = path.with_name("traffic.db-journal")
    before = path.read_bytes(), journal.read_bytes()
    assert refused(path) == f"{path} belongs to another program; name another file"
    assert (path.read_bytes(), journal.read_bytes()) == before


def test_newer_version_is_refused(path):
    """A file that a later release wrote is not misread."""
    TrafficStore(path).close()
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 7")
    assert refused(path) == f"{path} has version 7, this chatbot_nb reads up to 1; update chatbot_nb"


def test_migration_of_a_later_release_runs_once(path, monkeypatch):
    """On top of what is there."""
    with closing(TrafficStore(path)) as store:
        write(store, exchange(1))
    later = (*database.MIGRATIONS, ("ALTER TABLE exchange ADD COLUMN note TEXT",))
    monkeypatch.setattr(database, "MIGRATIONS", later)
    for _ in range(2):
        with closing(TrafficStore(path)) as store:
            assert [one.seq for one in store.load(9)] == [1]
            assert pragma(store, "user_version") == (2,)


def test_failing_migration_leaves_the_old_version(path, monkeypatch):
    """All of a migration or nothing of it."""
    TrafficStore(path).close()
    with monkeypatch.context() as patched:
        patched.setattr(database, "MIGRATIONS", (*database.MIGRATIONS, ("CREATE TABLE note (a)", "nonsense")))
        assert 'near "nonsense": syntax error' in refused(path)
    with closing(TrafficStore(path)) as store:
        assert pragma(store, "user_version") == (1,)


@pytest.mark.parametrize("cut", [pytest.param(8192, id="cut-off"), pytest.param(None, id="overwritten")])
def test_damaged_file_is_told(path, cut):
    """At the latest when it is loaded."""
    with closing(TrafficStore(path)) as store:
        write(store, *(exchange(seq, b"x" * 1000) for seq in range(1, 200)))
    whole = path.read_bytes()
    path.write_bytes(whole[:cut] if cut else whole[:8192] + b"\xff" * (len(whole) - 8192))
    said = "is damaged; move it away and start with a new one (sqlite3's .recover reads what is left of it)"
    with pytest.raises(ReceiverError) as caught, closing(TrafficStore(path)) as store:
        store.load(1000)
    assert str(caught.value) == f"{path} {said}"


def test_row_of_somebody_else_is_told(path):
    """A user edited the table."""
    with closing(TrafficStore(path)) as store:
        write(store, exchange(1))
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE exchange SET headers = 'Host: x'")
    with closing(TrafficStore(path)) as store, pytest.raises(ReceiverError) as caught:
        store.load(9)
    assert str(caught.value) == f"{path} has a row that no receiver wrote; move it away and start with a new one"


@pytest.fixture
def not_root():
    """Root may write everything, so the test gives that up for a moment."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    yield
    os.seteuid(0)


@pytest.fixture
def open_folder():
    """A folder that others may enter, whoever runs the tests."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        yield Path(folder)


@pytest.mark.usefixtures("not_root")
def test_read_only_file_is_refused(open_folder):
    """At the start, not at the first request; also where nothing is to be made."""
    path = open_folder / "traffic.db"
    TrafficStore(path).close()
    path.chmod(0o400)
    assert refused(path) == f"{path} is read-only; make it writable, or name another file"


@pytest.mark.usefixtures("not_root")
def test_folder_that_cannot_be_written_to_is_told(open_folder):
    """And one that may not be entered or does not exist, a name that is too long, and a folder in place of a file."""
    said = "cannot be opened; name a file in a folder that exists and that you may write to"
    closed = open_folder / "closed"
    closed.mkdir()
    closed.chmod(0o500)
    secret = open_folder / "secret"
    secret.mkdir()
    secret.chmod(0o000)
    names = (closed / "traffic.db", secret / "traffic.db", open_folder / "none" / "traffic.db")
    for path in (*names, open_folder / ("x" * 300), open_folder):
        assert refused(path) == f"{path} {said}"


def test_path_that_cannot_be_is_told():
    """With the path, and not with a ValueError of the system."""
    assert refused("a\0b") == "'a\\x00b' holds a character that no path can hold; name another file"


def test_file_that_is_locked_at_the_start_is_told(path, monkeypatch):
    """By a program that writes to it for long."""
    TrafficStore(path).close()
    monkeypatch.setattr(database, "LOCK_SECONDS", 0.05)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert "was locked by another program" in refused(path)
    TrafficStore(path).close()


# Other processes

IN_USE = "is in use by another receiver, of this kernel or of another; stop that one, or name another file"
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
PRELUDE = """
import asyncio, gc, os, signal, sys, warnings
warnings.simplefilter("ignore")  # newer Pythons warn of a fork beside threads
from datetime import UTC, datetime
from chatbot_nb.errors import ReceiverError
from chatbot_nb.traffic.exchange import Exchange
from chatbot_nb.traffic.storage.store import TrafficStore
from chatbot_nb.transport.inbound.http import Request

def exchange(seq):
    return Exchange(seq, "", Request(datetime.now(UTC), "", "", "", b""))

path = sys.argv[1]
"""


def started(script, path):
    command = [sys.executable, "-c", PRELUDE + textwrap.dedent(script), str(path)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_only_the_lock_lies_beside_the_database(store, path):
    """And the two files of every database in WAL mode; when it is closed, the lock alone."""
    write(store, exchange(1))
    names = [f"{path.name}{suffix}" for suffix in ("", "-shm", "-wal", ".lock")]
    assert sorted(one.name for one in path.parent.iterdir()) == names
    store.close()
    assert sorted(one.name for one in path.parent.iterdir()) == [names[0], names[3]]


def test_case_59_second_receiver_on_one_file_is_refused(store, path, tmp_path):
    """Of the same kernel, also by another name of the file; the first goes on."""
    link = tmp_path / "link.db"
    link.symlink_to(path)
    for name in (path, link, str(path)):
        assert refused(name) == f"{path} {IN_USE}"
    write(store, exchange(1))
    store.close()
    with closing(TrafficStore(link)) as second:
        assert [one.seq for one in second.load(9)] == [1]


def test_case_59_second_kernel_on_one_file_is_refused_until_the_first_is_killed(path):
    """The system frees the lock of a process that was killed."""
    with started("store = TrafficStore(path); print('open', flush=True); sys.stdin.read()", path) as first:
        assert first.stdout.readline() == "open\n"
        assert refused(path) == f"{path} {IN_USE}"
        first.send_signal(signal.SIGKILL)
    TrafficStore(path).close()


@needs_fork
def test_case_61_forked_child_writes_nothing_and_harms_nothing(path):
    """It has errors where it would wait; its end, when all is torn down, leaves the parent's file whole."""
    script = """
    store = TrafficStore(path)
    asyncio.run(store.written(exchange(1)))
    pid = os.fork()
    if not pid:
        for call in (lambda: asyncio.run(store.written(exchange(2))), store.flush, lambda: store.load(1)):
            try:
                call()
            except ReceiverError as exc:
                print(exc)
        store.finished(exchange(3))
        store.close()
        del store
        gc.collect()
        sys.exit(7)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
    sys.stdin.readline()
    asyncio.run(store.written(exchange(4)))
    store.close()
    """
    with started(script, path) as parent:
        said = f"{path} belongs to the process that this one was forked from; start a receiver first\n"
        assert [parent.stdout.readline() for _ in range(4)] == [said, said, said, "7\n"]
        assert refused(path) == f"{path} {IN_USE}"
        parent.communicate("go on\n", timeout=20)
    assert parent.returncode == 0
    assert seqs(path) == [1, 4]
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@needs_fork
def test_case_61_forked_child_that_outlives_the_kernel_holds_no_lock(path):
    """After a restart the receiver opens its file at once."""
    script = """
    store = TrafficStore(path)
    if not os.fork():
        print("forked", flush=True)
        sys.stdin.read()
        os._exit(0)
    signal.pause()
    """
    with started(script, path) as kernel:
        assert kernel.stdout.readline() == "forked\n"
        kernel.kill()
        kernel.wait(10)
        with closing(TrafficStore(path)) as store:
            write(store, exchange(1))
