"""The SQLite file that holds a receiver's traffic: opened for one writer, or refused with the reason."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from chatbot_nb.errors import ReceiverError

if TYPE_CHECKING:
    from collections.abc import Iterator

# "CBTR" in the file's header: what another program made is never written to.
APPLICATION_ID: Final = 0x43425452
# How long another process may keep the file locked before a write fails; seconds.
LOCK_SECONDS: Final = 5.0

# Migration i leads from version i to i + 1. A released one is never edited; a change is a new one.
# The large values stand last: a reader of the small ones never touches the pages that they spill to.
MIGRATIONS: Final = (
    (
        f"PRAGMA application_id = {APPLICATION_ID}",
        "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)",
        """CREATE TABLE exchange (
            seq INTEGER PRIMARY KEY,
            id TEXT NOT NULL,
            received_at TEXT NOT NULL,
            peer TEXT NOT NULL,
            http_version TEXT NOT NULL,
            method TEXT NOT NULL,
            status TEXT NOT NULL,
            transfer TEXT NOT NULL,
            http_marks TEXT NOT NULL,
            marks TEXT NOT NULL,
            errors INTEGER,
            warnings INTEGER,
            first TEXT,
            timing_head REAL,
            timing_body REAL,
            timing_reply_started REAL,
            timing_reply_done REAL,
            timing_reply_error TEXT,
            timing_peer_done INTEGER,
            reply_status INTEGER,
            reply_rule TEXT,
            reply_error TEXT,
            reply_chatbot_error TEXT,
            reply_delay REAL,
            reply_cut_off INTEGER,
            reply_errors INTEGER,
            reply_warnings INTEGER,
            reply_first TEXT,
            reply_headers TEXT,
            headers TEXT NOT NULL,
            trailers TEXT NOT NULL,
            target BLOB NOT NULL,
            wire BLOB NOT NULL,
            reply_body BLOB,
            body BLOB NOT NULL
        )""",
    ),
)

_REASONS: Final = {
    "SQLITE_NOTADB": "is no SQLite database; name the file of an earlier receiver, or one that does not exist yet",
    "SQLITE_CORRUPT": "is damaged; move it away and start with a new one (sqlite3's .recover reads what is left of it)",
    "SQLITE_READONLY": "is read-only; make it writable, or name another file",
    "SQLITE_BUSY": f"was locked by another program for {LOCK_SECONDS:.0f} s; end its transaction, then try again",
    "SQLITE_CANTOPEN": "cannot be opened; name a file in a folder that exists and that you may write to",
    "SQLITE_FULL": "has no room to grow: the disk is full; free some space, then it goes on",
}


@contextmanager
def opened(place: str, *, lasting: bool = True) -> Iterator[sqlite3.Connection]:
    """Give the connection of the file's only writer; the calling thread must be the one that uses it.

    Parameters
    ----------
    place : str
    lasting : bool, default True
        Whether a commit shall survive the end of the system, too, and not only that of this process.

    Raises
    ------
    ReceiverError
        The file is another program's, of a newer version, read-only, locked, damaged, or a receiver uses it.
    """
    # os.path: the methods of Path raise where a name is too long or a folder is closed, which SQLite will tell.
    if os.path.isdir(place):  # noqa: PTH112
        raise ReceiverError(f"{place} {_REASONS['SQLITE_CANTOPEN']}")
    if os.path.exists(place):  # noqa: PTH110
        _refuse_foreign(place)
    with explained(place), _locked(place):
        # What was delivered is the user's alone. O_EXCL: to open and close a file that SQLite has open in this
        # process would release its locks.
        with suppress(OSError):
            os.close(os.open(place, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with closing(_connect(place, LOCK_SECONDS)) as db:
            _prepare(db, "FULL" if lasting else "OFF")
            yield db


def opened_to_read(place: str) -> sqlite3.Connection:
    """Return a connection of a program that reads while another one writes."""
    return sqlite3.connect(f"{Path(place).as_uri()}?mode=ro", uri=True, timeout=LOCK_SECONDS, isolation_level=None)


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """Commit what the block did, or nothing of it."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:  # SQLite itself rolls some back; to do it twice would hide the cause
            db.execute("ROLLBACK")
        raise


@contextmanager
def explained(place: str) -> Iterator[None]:
    """Turn an error of SQLite into one that names the file and the next step."""
    try:
        yield
    except sqlite3.DatabaseError as exc:
        if type(exc) not in {sqlite3.DatabaseError, sqlite3.OperationalError}:
            raise  # a value that no table can hold: nothing is wrong with the file
        name = exc.sqlite_errorname
        primary = "_".join(name.split("_")[:2])
        raise ReceiverError(f"{place} {_REASONS.get(primary, f'failed: {exc} ({name})')}") from None


def identity(place: str) -> tuple[int, int]:
    """Return what tells this file from another one of its name; ReceiverError if there is none any more."""
    try:
        found = os.stat(place)  # noqa: PTH116  # once per commit: a Path costs more than the call
    except OSError:
        raise ReceiverError(_moved(place)) from None
    return found.st_dev, found.st_ino


def check_identity(place: str, known: tuple[int, int]) -> None:
    """Raise ReceiverError if the file is no longer the one that was opened: what is written would be lost."""
    if identity(place) != known:
        raise ReceiverError(_moved(place))


def _moved(place: str) -> str:
    return f"{place} was moved or deleted while a receiver used it; stop the receiver and start it again"


def _connect(place: str, timeout: float) -> sqlite3.Connection:
    # isolation_level None: a transaction begins where the code says so
    return sqlite3.connect(place, timeout=timeout, isolation_level=None)


def _refuse_foreign(place: str) -> None:
    """Look at the file without the right to write: also its journal stays as it is."""
    with explained(place):
        try:
            made_by, version, tables = _look(place, "mode=ro")
        except sqlite3.OperationalError as exc:
            if exc.sqlite_errorname != "SQLITE_READONLY_ROLLBACK":
                raise
            # Whoever wrote it died in a transaction, which is to be taken back. That may be a receiver that had just
            # made the file; so look at what there is without taking it back.
            made_by, version, tables = _look(place, "immutable=1")
    if made_by != APPLICATION_ID and (made_by or version or tables):
        raise ReceiverError(f"{place} belongs to another program; name another file")
    if version > len(MIGRATIONS):
        known = len(MIGRATIONS)
        raise ReceiverError(f"{place} has version {version}, this chatbot_nb reads up to {known}; update chatbot_nb")


def _look(place: str, how: str) -> tuple[int, int, int]:
    uri = f"{Path(place).as_uri()}?{how}"
    with closing(sqlite3.connect(uri, uri=True, timeout=LOCK_SECONDS)) as db:
        tables = _number(db, "SELECT count(*) FROM sqlite_master")
        return _number(db, "PRAGMA application_id"), _number(db, "PRAGMA user_version"), tables


@contextmanager
def _locked(place: str) -> Iterator[None]:
    """Hold what only one process can hold, and the system frees when that process dies.

    It is SQLite's lock on an empty file beside the database: the same on every system, not inherited by a forked
    child, and no obstacle to programs that read the database.
    """
    with closing(_connect(f"{place}.lock", 0)) as lock:
        try:
            lock.execute("PRAGMA journal_mode = MEMORY")  # it never writes; a journal would only lie there
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as exc:
            if exc.sqlite_errorname != "SQLITE_BUSY":
                raise
            said = "is in use by another receiver, of this kernel or of another; stop that one, or name another file"
            raise ReceiverError(f"{place} {said}") from None
        yield


def _prepare(db: sqlite3.Connection, synchronous: str) -> None:
    db.execute("PRAGMA journal_mode = WAL")
    db.execute(f"PRAGMA synchronous = {synchronous}")
    with transaction(db):
        for migration in MIGRATIONS[_number(db, "PRAGMA user_version") :]:
            for statement in migration:
                db.execute(statement)
        # Also where it is so already: that a file may not be written to shall be found now, not at the first request.
        db.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")


def _number(db: sqlite3.Connection, statement: str) -> int:
    value: int = db.execute(statement).fetchone()[0]
    return value
