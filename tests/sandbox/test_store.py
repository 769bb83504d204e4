"""The store: durable, guarded, and clear about files it cannot use."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from chatbot_nb.errors import SandboxError
from chatbot_nb.sandbox import store as store_module
from chatbot_nb.sandbox.store import Settings, Store, StoredConnection, timestamp

STORY = "634fef700000000000000001"
FULL = Settings("Orders", "https://x.example/?k=querysecret", "toksecret", {"x-a": "headsecret"}, ("me", "pwsecret"))


@pytest.fixture(params=[pytest.param(False, id="memory"), pytest.param(True, id="file")])
def store(request, tmp_path):
    with closing(Store(tmp_path / "account.db" if request.param else None)) as store:
        yield store


def test_what_was_created_comes_back_whole(store):
    """Every setting survives; id and times look as the API's do."""
    connection_id = store.create(STORY, FULL, error="socket hang up")
    found = store.get(connection_id)
    assert found == StoredConnection(
        connection_id, STORY, "Story 634fef70", FULL, "socket hang up", found.created_at, found.created_at
    )
    assert re.fullmatch(r"[0-9a-f]{24}", connection_id)
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", found.created_at)


def test_list_keeps_the_order_of_creation_and_leaves_secrets_out(store):
    """Listing never reads token, headers or auth from the table."""
    ids = [store.create(STORY, FULL), store.create(STORY, Settings("B", "https://b.example"))]
    assert [row.id for row in store.all()] == ids == store.ids(5)
    assert store.all()[0].settings == Settings(FULL.name, FULL.url)
    assert store.ids(1) == ids[:1]


def test_update_clears_what_is_not_set_and_keeps_error(store):
    """The harsh reading of PUT; the error of the last delivery is no setting."""
    connection_id = store.create(STORY, FULL, error="socket hang up")
    before = store.get(connection_id)
    assert store.update(connection_id, Settings("New", "https://n.example"))
    after = store.get(connection_id)
    assert after.settings == Settings("New", "https://n.example")
    assert (after.error, after.created_at) == ("socket hang up", before.created_at)
    assert after.updated_at >= before.updated_at


def test_update_after_a_verification_replaces_error(store):
    """A verification's outcome goes with the settings, in one transaction."""
    connection_id = store.create(STORY, FULL, error="socket hang up")
    store.update(connection_id, FULL, verified=True, error=None)
    assert store.get(connection_id).error is None


def test_error_is_set_and_cleared(store):
    """set_error touches nothing else, not even updatedAt."""
    connection_id = store.create(STORY, FULL)
    before = store.get(connection_id)
    assert store.set_error(connection_id, "timeout of 10000ms exceeded")
    assert store.get(connection_id).error == "timeout of 10000ms exceeded"
    assert store.set_error(connection_id, None)
    assert store.get(connection_id) == before


def test_unknown_ids_are_told_not_raised(store):
    """Each method says that there is none."""
    assert store.get("nope") is None
    assert not store.update("nope", FULL)
    assert not store.set_error("nope", None)
    assert not store.delete("nope")


def test_delete_removes_one(store):
    """The others stay."""
    gone, kept = store.create(STORY, FULL), store.create(STORY, FULL)
    assert store.delete(gone)
    assert store.ids(5) == [kept]
    assert store.count() == 1


def test_insert_leaves_known_ids_as_they_are(store):
    """Seeding again overwrites nothing that was changed since."""
    row = StoredConnection("a" * 24, STORY, "Shop", FULL, None, timestamp(), timestamp())
    store.insert([row])
    store.update(row.id, Settings("Mine", "https://mine.example"))
    store.insert([row])
    assert store.count() == 1
    assert store.get(row.id).settings.name == "Mine"
    assert store.get(row.id).story_name == "Shop"


def test_failed_transaction_leaves_nothing(store):
    """A row in the middle that cannot be stored takes the whole insert with it, and the store stays usable."""
    good = StoredConnection("a" * 24, STORY, "Shop", FULL, None, timestamp(), timestamp())
    bad = StoredConnection("b" * 24, STORY, "Shop", Settings("x", None), None, timestamp(), timestamp())
    with pytest.raises(SandboxError, match=r"failed: NOT NULL constraint failed: connection\.url"):
        store.insert([good, bad])
    assert store.count() == 0
    store.insert([good])
    assert store.count() == 1


def test_many_threads_share_one_store(store):
    """Transactions of several threads never mix: every row is there once."""
    barrier = threading.Barrier(8)

    def work(_):
        barrier.wait()
        return [store.create(STORY, FULL) for _ in range(25)]

    with ThreadPoolExecutor(8) as pool:
        ids = [id_ for chunk in pool.map(work, range(8)) for id_ in chunk]
    assert len(set(ids)) == 200
    assert sorted(store.ids(500)) == sorted(ids)


def test_file_is_wal_and_full(tmp_path):
    """What was answered is on the disk: the pragmas are those that promise it."""
    with closing(Store(tmp_path / "account.db")) as store:
        assert store._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert store._db.execute("PRAGMA synchronous").fetchone() == (2,)
        assert store._db.execute("PRAGMA foreign_keys").fetchone() == (1,)


def test_file_is_kept(tmp_path):
    """Opening again finds the same rows."""
    with closing(Store(tmp_path / "account.db")) as store:
        connection_id = store.create(STORY, FULL)
    with closing(Store(tmp_path / "account.db")) as store:
        assert store.get(connection_id).settings == FULL


def test_killed_process_loses_no_row_that_it_confirmed(tmp_path):
    """kill -9 right after create() returned: the row is there and the file is sound."""
    path = tmp_path / "account.db"
    child = (
        "import sys\n"
        "from chatbot_nb.sandbox.store import Settings, Store\n"
        "store = Store(sys.argv[1])\n"
        "while True:\n"
        f"    print(store.create({STORY!r}, Settings('n', 'https://x.example')), flush=True)\n"
    )
    with subprocess.Popen([sys.executable, "-c", child, str(path)], stdout=subprocess.PIPE, text=True) as process:
        confirmed = [process.stdout.readline().strip() for _ in range(20)]
        process.send_signal(signal.SIGKILL)
        confirmed += process.stdout.read().split("\n")[:-1]
    with closing(Store(path)) as store:
        assert set(confirmed) <= set(store.ids(100_000))
        assert store._db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_file_that_is_no_database_is_refused_and_untouched(tmp_path):
    """A user who names a wrong file does not lose it."""
    path = tmp_path / "notes.txt"
    path.write_text("These are my notes. " * 100)
    with pytest.raises(SandboxError) as caught:
        Store(path)
    said = "is not an SQLite database; give the path of a sandbox's file, or of one to be made"
    assert str(caught.value) == f"{path} {said}"
    assert caught.value.__suppress_context__  # sqlite3's words would come first in a traceback
    assert path.read_text() == "These are my notes. " * 100


@pytest.mark.parametrize("name", ["a\0b", "a\ud800b"])
def test_a_path_that_no_file_can_have_is_told(tmp_path, name):
    """Neither SQLite nor the operating system is asked."""
    with pytest.raises(SandboxError) as caught:
        Store(tmp_path / name)
    said = "holds a character that no path can hold; give another path"
    assert str(caught.value) == f"{str(tmp_path / name)!r} {said}"


def test_database_of_another_program_is_refused_and_untouched(tmp_path):
    """No table is added to it, and its journal mode stays."""
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE photos (id)")
        other.commit()
    before = path.read_bytes()
    with pytest.raises(SandboxError) as caught:
        Store(path)
    assert str(caught.value) == f"{path} is a database of another program; give another path"
    assert path.read_bytes() == before


def test_newer_version_is_refused(tmp_path):
    """A file of a later chatbot_nb is not guessed at."""
    path = tmp_path / "account.db"
    Store(path).close()
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA user_version = 99")
    with pytest.raises(SandboxError) as caught:
        Store(path)
    assert str(caught.value) == f"{path} has version 99, this chatbot_nb knows 1; update chatbot_nb"


def test_older_version_is_migrated_with_its_rows(tmp_path, monkeypatch):
    """A migration that a later release adds runs once, on top of what is there."""
    path = tmp_path / "account.db"
    with closing(Store(path)) as store:
        connection_id = store.create(STORY, FULL)
    later = (*store_module._MIGRATIONS, ("ALTER TABLE connection ADD COLUMN note TEXT",))
    monkeypatch.setattr(store_module, "_MIGRATIONS", later)
    for _ in range(2):
        with closing(Store(path)) as store:
            assert store.get(connection_id).settings == FULL
            assert store._db.execute("SELECT note FROM connection").fetchall() == [(None,)]
            assert store._db.execute("PRAGMA user_version").fetchone() == (2,)


def test_failing_migration_leaves_the_old_version(tmp_path, monkeypatch):
    """All of a migration or nothing of it."""
    path = tmp_path / "account.db"
    Store(path).close()
    broken = (*store_module._MIGRATIONS, ("ALTER TABLE connection ADD COLUMN note TEXT", "nonsense"))
    with monkeypatch.context() as patched:
        patched.setattr(store_module, "_MIGRATIONS", broken)
        with pytest.raises(SandboxError, match='near "nonsense": syntax error'):
            Store(path)
    with closing(Store(path)) as store:
        assert store._db.execute("PRAGMA user_version").fetchone() == (1,)


def test_locked_file_is_told(tmp_path, monkeypatch):
    """Another process holds the write lock: the error says so, and the store works again after it."""
    path = tmp_path / "account.db"
    monkeypatch.setattr(store_module, "_LOCK_TIMEOUT", 0.01)
    with closing(Store(path)) as store, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(SandboxError) as caught:
            store.create(STORY, FULL)
        assert str(caught.value) == (f"{path} has been locked by another program for 5 s; close that, then try again")
        other.execute("ROLLBACK")
        store.create(STORY, FULL)
        assert store.count() == 1


@pytest.fixture
def not_root():
    """Root may write everything, so the test gives that up for a moment."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    yield
    os.seteuid(0)


@pytest.fixture
def read_only_file():
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "account.db"
        Store(path).close()
        path.chmod(0o444)
        Path(folder).chmod(0o555)
        yield path
        Path(folder).chmod(0o755)


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of files are POSIX here")
@pytest.mark.usefixtures("not_root")
def test_read_only_file_is_told(read_only_file):
    """The first thing that has to be written fails, with the next step."""
    with pytest.raises(SandboxError) as caught, closing(Store(read_only_file)) as store:
        store.create(STORY, FULL)
    assert str(caught.value) == f"{read_only_file} may only be read; make it writable, or give another path"


@pytest.mark.parametrize(
    "name", [pytest.param(".", id="a folder"), pytest.param("missing/account.db", id="folder missing")]
)
def test_path_that_cannot_be_opened_is_told(tmp_path, name):
    """The message names the path and what it must be."""
    path = tmp_path / name
    with pytest.raises(SandboxError) as caught:
        Store(path)
    assert str(caught.value) == (
        f"{path} cannot be opened; its folder must exist and be writable, and the path must be that of a file"
    )


def test_full_disk_keeps_the_store_usable(tmp_path):
    """A write that does not fit is told and leaves nothing; reading goes on."""
    with closing(Store(tmp_path / "account.db")) as store:
        store.create(STORY, FULL)
        store._db.execute(f"PRAGMA max_page_count = {store._db.execute('PRAGMA page_count').fetchone()[0]}")
        with pytest.raises(SandboxError, match="cannot grow: the disk is full; nothing of this write was kept"):
            store.create(STORY, Settings("big", "https://x.example/" + "x" * 100_000))
        assert store.count() == 1


def test_closed_store_is_told(store):
    """No sqlite3 exception comes through; closing twice is harmless."""
    store.close()
    store.close()
    with pytest.raises(SandboxError, match=r"is closed; start the sandbox first$"):
        store.count()


def test_reprs_hold_no_secret():
    """A row in a traceback or a log tells nothing of what it guards."""
    row = StoredConnection("a" * 24, STORY, "Shop", FULL, None, "t", "t")
    assert "secret" not in repr(row)
    assert repr(FULL) == "Settings(name='Orders')"
