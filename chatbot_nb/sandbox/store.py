"""The connections of a sandbox in SQLite; no HTTP, no rules of the documentation.

One connection to the database, guarded by one lock. Measured for a committed row, milliseconds, with one thread and
with eight: one locked connection 0.24 and 0.44, one owning thread 0.26 and 0.34, a connection per operation 1.5 and
0.84. Sharing a connection fails only without the lock, where transactions of several threads mix.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from chatbot_nb.errors import SandboxError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from os import PathLike

# Stands in the file's header, so that a database of another program is never written to.
_APPLICATION_ID: Final = 0x43424E42
# How long a write waits for another process that has locked the file; seconds.
_LOCK_TIMEOUT: Final = 5.0

# Migration i leads from version i to i + 1. A released one is never edited; a change is a new one.
_MIGRATIONS: Final = (
    (
        f"PRAGMA application_id = {_APPLICATION_ID}",
        "CREATE TABLE story (id TEXT PRIMARY KEY, name TEXT NOT NULL)",
        """CREATE TABLE connection (
            seq INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            story_id TEXT NOT NULL REFERENCES story (id),
            name TEXT NOT NULL,
            url TEXT NOT NULL,
            token TEXT,
            headers TEXT,
            username TEXT,
            password TEXT,
            error TEXT,
            created_at TEXT NOT NULL,
            updated_at TEXT NOT NULL
        )""",
    ),
)

_SELECT_ALL: Final = """
    SELECT c.id, c.story_id, s.name, c.name, c.url, c.error, c.created_at, c.updated_at
    FROM connection c JOIN story s ON s.id = c.story_id ORDER BY c.seq"""
_SELECT_ONE: Final = """
    SELECT c.id, c.story_id, s.name, c.error, c.created_at, c.updated_at,
        c.name, c.url, c.token, c.headers, c.username, c.password
    FROM connection c JOIN story s ON s.id = c.story_id WHERE c.id = ?"""
_INSERT: Final = """
    INSERT INTO connection
        (id, story_id, error, created_at, updated_at, name, url, token, headers, username, password)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_INSERT_IF_NEW: Final = f"{_INSERT} ON CONFLICT (id) DO NOTHING"

_CAUSES: Final = {
    "SQLITE_NOTADB": "is not an SQLite database; give the path of a sandbox's file, or of one to be made",
    "SQLITE_CORRUPT": "is damaged; restore it from a copy, or give another path",
    "SQLITE_READONLY": "may only be read; make it writable, or give another path",
    "SQLITE_BUSY": f"has been locked by another program for {_LOCK_TIMEOUT:.0f} s; close that, then try again",
    "SQLITE_CANTOPEN": "cannot be opened; its folder must exist and be writable, and the path must be that of a file",
    "SQLITE_FULL": "cannot grow: the disk is full; nothing of this write was kept",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """What a user sets of a connection; a field that is None is not set.

    The repr shows the name alone: the others are, or may hold, secrets.
    """

    name: str
    url: str = field(repr=False)
    token: str | None = field(default=None, repr=False)
    headers: dict[str, str] | None = field(default=None, repr=False)
    auth: tuple[str, str] | None = field(default=None, repr=False)

    def columns(self) -> tuple[str | None, ...]:
        """Return the values in the order of the table's columns."""
        headers = None if self.headers is None else json.dumps(self.headers)
        return (self.name, self.url, self.token, headers, *(self.auth or (None, None)))


@dataclass(frozen=True, slots=True)
class StoredConnection:
    """One row. Times are ISO 8601 in UTC with milliseconds and ``Z``."""

    id: str
    story_id: str
    story_name: str
    settings: Settings
    error: str | None
    created_at: str
    updated_at: str


class Store:
    """The table of connections; every method may be called from any thread.

    Each write is a transaction. In a file (WAL, ``synchronous=FULL``) a write that has returned is on the disk.

    Parameters
    ----------
    path : path-like or None, default None
        The file, made if there is none; None keeps everything in memory until `close`.

    Raises
    ------
    SandboxError
        The path is not that of a sandbox's database, may only be read, is locked, or was written by a newer version.
        The same for each method when the database fails later.
    """

    def __init__(self, path: PathLike[str] | None = None) -> None:
        self._path = "the sandbox's store in memory" if path is None else str(path)
        self._lock = threading.Lock()
        self._closed = False
        try:
            with self._explained():
                self._db = sqlite3.connect(
                    ":memory:" if path is None else path,
                    timeout=_LOCK_TIMEOUT,
                    isolation_level=None,  # transactions begin where the code says so
                    check_same_thread=False,
                )
        except ValueError:
            said = "holds a character that no path can hold; give another path"
            raise SandboxError(f"{self._path!r:.200} {said}") from None
        try:
            with self._explained():
                self._prepare()
        except BaseException:
            self._db.close()
            raise

    def close(self) -> None:
        """Close the database; harmless when it is closed."""
        with self._lock:
            self._closed = True
            self._db.close()

    def count(self) -> int:
        """Return the number of connections."""
        with self._explained(), self._lock:
            return self._scalar("SELECT count(*) FROM connection")

    def all(self) -> list[StoredConnection]:
        """Return all connections, oldest row first, without token, headers and auth."""
        with self._explained(), self._lock:
            rows = self._db.execute(_SELECT_ALL).fetchall()
        return [
            StoredConnection(id_, story_id, story_name, Settings(name, url), *rest)
            for id_, story_id, story_name, name, url, *rest in rows
        ]

    def ids(self, limit: int) -> list[str]:
        """Return the first `limit` ids."""
        with self._explained(), self._lock:
            rows = self._db.execute("SELECT id FROM connection ORDER BY seq LIMIT ?", (limit,)).fetchall()
        return [id_ for (id_,) in rows]

    def get(self, connection_id: str) -> StoredConnection | None:
        """Return one connection with everything, or None if there is none of this id."""
        with self._explained(), self._lock:
            row = self._db.execute(_SELECT_ONE, (connection_id,)).fetchone()
        if row is None:
            return None
        id_, story_id, story_name, error, created_at, updated_at, name, url, token, headers, username, password = row
        auth = None if username is None else (username, password)
        settings = Settings(name, url, token, None if headers is None else json.loads(headers), auth)
        return StoredConnection(id_, story_id, story_name, settings, error, created_at, updated_at)

    def create(self, story_id: str, settings: Settings, error: str | None = None) -> str:
        """Store a new connection and return its id.

        Notes
        -----
        Our reading: a story that was not named before exists from now on, and is called after its id.
        """
        now = timestamp()
        connection_id = f"{int(time.time()):08x}{secrets.token_hex(8)}"
        with self._transaction() as db:
            db.execute("INSERT INTO story VALUES (?, ?) ON CONFLICT DO NOTHING", (story_id, f"Story {story_id[:8]}"))
            db.execute(_INSERT, (connection_id, story_id, error, now, now, *settings.columns()))
        return connection_id

    def update(
        self, connection_id: str, settings: Settings, *, verified: bool = False, error: str | None = None
    ) -> bool:
        """Replace all settings, those that are not set too; return False if there is none of this id.

        ``error`` is written only where `verified` says that it is the outcome of a verification.
        """
        with self._transaction() as db:
            changed = db.execute(
                "UPDATE connection SET name = ?, url = ?, token = ?, headers = ?, username = ?, password = ?,"
                " error = CASE WHEN ? THEN ? ELSE error END, updated_at = ? WHERE id = ?",
                (*settings.columns(), verified, error, timestamp(), connection_id),
            )
        return changed.rowcount == 1

    def set_error(self, connection_id: str, error: str | None) -> bool:
        """Set the words of the last delivery's error, or clear them; return False if there is none of this id."""
        with self._transaction() as db:
            changed = db.execute("UPDATE connection SET error = ? WHERE id = ?", (error, connection_id))
        return changed.rowcount == 1

    def delete(self, connection_id: str) -> bool:
        """Delete one connection; return False if there is none of this id."""
        with self._transaction() as db:
            changed = db.execute("DELETE FROM connection WHERE id = ?", (connection_id,))
        return changed.rowcount == 1

    def insert(self, connections: Iterable[StoredConnection]) -> None:
        """Store many rows in one transaction; one whose id exists is left as it is."""
        stories = set()
        with self._transaction() as db:
            for row in connections:
                if row.story_id not in stories:
                    stories.add(row.story_id)
                    db.execute("INSERT INTO story VALUES (?, ?) ON CONFLICT DO NOTHING", (row.story_id, row.story_name))
                values = (row.id, row.story_id, row.error, row.created_at, row.updated_at, *row.settings.columns())
                db.execute(_INSERT_IF_NEW, values)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._explained(), self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                # A full disk has rolled back already; a second rollback would hide the cause.
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn what SQLite says into an error that names the file and the next step."""
        try:
            yield
        except sqlite3.Error as exc:
            if self._closed:
                raise SandboxError(f"{self._path} is closed; start the sandbox first") from None
            name = getattr(exc, "sqlite_errorname", "")
            primary = "_".join(name.split("_")[:2])
            raise SandboxError(f"{self._path} {_CAUSES.get(primary, f'failed: {exc} ({name})')}") from None

    def _prepare(self) -> None:
        # Before anything is written: is this file ours at all?
        version = self._scalar("PRAGMA user_version")
        application_id = self._scalar("PRAGMA application_id")
        tables = self._scalar("SELECT count(*) FROM sqlite_master")
        if application_id != _APPLICATION_ID and (application_id or version or tables):
            raise SandboxError(f"{self._path} is a database of another program; give another path")
        if version > len(_MIGRATIONS):
            raise SandboxError(
                f"{self._path} has version {version}, this chatbot_nb knows {len(_MIGRATIONS)}; update chatbot_nb"
            )
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            self._db.execute(f"PRAGMA {pragma}")
        if version < len(_MIGRATIONS):
            self._migrate()

    def _migrate(self) -> None:
        with self._transaction() as db:
            # Read again under the lock: another process may have done it meanwhile.
            for version in range(self._scalar("PRAGMA user_version"), len(_MIGRATIONS)):
                for statement in _MIGRATIONS[version]:
                    db.execute(statement)
                db.execute(f"PRAGMA user_version = {version + 1}")

    def _scalar(self, statement: str) -> int:
        value: int = self._db.execute(statement).fetchone()[0]
        return value


def timestamp(moment: datetime | None = None) -> str:
    """Return a moment, now if None, as the API writes it: ``2021-06-09T07:35:00.788Z``."""
    moment = datetime.now(UTC) if moment is None else moment
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
