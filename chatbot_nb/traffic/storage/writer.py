"""The thread that owns a store's database: what waits is written together, under one commit."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from concurrent.futures import Future
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from chatbot_nb.errors import ReceiverError
from chatbot_nb.traffic.storage import database, rows

if TYPE_CHECKING:
    import asyncio
    import sqlite3
    from collections.abc import Callable

    from chatbot_nb.traffic.exchange import Exchange

# What may wait (outcomes, deletions) waits at most this long for a commit that it can share; seconds. Where somebody
# reads them as they come it is less.
_LAZY_SECONDS: Final = 0.5
_LAZY_WHEN_READ: Final = 0.01
# Rows that one transaction deletes at most; at about 2 µs each, nobody who waits for it notices.
_DELETED_AT_ONCE: Final = 1000
# Of exchanges that could not be written, kept for the next attempt.
_KEPT_BYTES: Final = 8 * 1024 * 1024


class Insert(NamedTuple):
    """An exchange to be written, and the future that waits for it."""

    exchange: Exchange
    row: rows.Row
    written: asyncio.Future[None]


class Job(NamedTuple):
    """What is done with the database after the next commit."""

    run: Callable[[sqlite3.Connection], Any]
    result: Future[Any]


class Writer:
    """The thread and what it has still to write. Methods without underscore may be called from any thread.

    The connection is a local variable of the thread. So a forked child, where the thread does not exist, cannot reach
    it, and never closes it: that would shake the locks of the parent's database.

    Parameters
    ----------
    place : str
    lasting : bool
        As `database.opened` takes it. One that is not may lose its name while it is open.
    on_commit : callable, optional
        Called in the thread after each commit.

    Raises
    ------
    ReceiverError
        The file cannot be used; the message says why.
    """

    def __init__(self, place: str, *, lasting: bool, on_commit: Callable[[], None] | None) -> None:
        self._place = place
        self._lasting = lasting
        self._on_commit = on_commit
        self._lazy_seconds = _LAZY_SECONDS if on_commit is None else _LAZY_WHEN_READ
        self._inbox: SimpleQueue[list[Insert] | Job | None] = SimpleQueue()
        self._outcomes: deque[Exchange] = deque()
        self._first = 0  # the lowest seq that is to be kept
        self._expects_look = False
        # From here on only the thread's own.
        self._late: dict[int, Exchange] = {}  # by seq: outcomes, and what could not be written
        self._deleted = 0  # all rows below are gone
        self._due = math.inf  # when what may wait is written alone
        self._error: ReceiverError | None = None  # of the last transaction
        self._stopping = False
        opened: Future[None] = Future()
        self._thread = threading.Thread(target=self._run, args=(opened,), name="chatbot_nb store", daemon=True)
        self._thread.start()
        try:
            opened.result()
        except BaseException:
            self.put(Job(self._stop, Future()))  # the cell was interrupted, and it may open yet
            raise

    def put(self, message: list[Insert] | Job) -> None:
        """Have inserts written, or a job done, at once."""
        self._inbox.put(message)

    def finished(self, exchange: Exchange) -> None:
        """Have an outcome written with the next commit; if the row is missing, all of it."""
        self._outcomes.append(exchange)
        self._look()

    def forget_before(self, seq: int) -> None:
        """Have the rows below `seq` deleted."""
        if seq > self._first:
            self._first = seq
            self._look()

    def flush(self, _db: sqlite3.Connection) -> None:
        """As a job: raise if what was to be written before it was not."""
        if self._error is not None:
            raise ReceiverError(str(self._error))

    def clear(self, db: sqlite3.Connection, before: int | None) -> None:
        """As a job: delete all rows, or those below `before`, and what is still to come for them."""
        with database.transaction(db):
            if before is None:
                (last,) = db.execute("SELECT max(seq) FROM exchange").fetchone()
                before = max(last or 0, *self._late, self._first - 1) + 1
            db.execute("DELETE FROM exchange WHERE seq < ?", (before,))
        self._first = self._deleted = max(before, self._first)
        self._late = {seq: exchange for seq, exchange in self._late.items() if seq >= self._first}

    def close(self) -> None:
        """Write everything, close the file, and raise if that which waited could not be written."""
        done: Future[None] = Future()
        self.put(Job(self._stop, done))
        self._thread.join()
        done.result()

    def _look(self) -> None:
        """Wake the thread, so that it sleeps on for a limited time; not if that was done already."""
        if not self._expects_look:
            self._expects_look = True
            self._inbox.put(None)

    def _stop(self, db: sqlite3.Connection) -> None:
        self._stopping = True
        self.flush(db)

    def _run(self, opened: Future[None]) -> None:
        try:
            with database.opened(self._place, lasting=self._lasting) as db:
                self._identity = database.identity(self._place)
                with database.explained(self._place):
                    (first,) = db.execute("SELECT min(seq) FROM exchange").fetchone()
                self._deleted = first or 0
                opened.set_result(None)
                while not self._stopping:
                    self._work(db)
        except BaseException as exc:
            if opened.done():
                raise
            opened.set_exception(exc)

    def _work(self, db: sqlite3.Connection) -> None:
        """Wait for something to do, and do all that is there."""
        inserts: list[Insert] = []
        jobs: list[Job] = []
        self._take(inserts, jobs, None if self._due == math.inf else max(0.0, self._due - time.monotonic()))
        if inserts or jobs or time.monotonic() >= self._due:
            self._error = self._write(db, inserts, jobs)
            _tell(inserts, self._error)
        for job in jobs:
            self._do(db, job)

    def _take(self, inserts: list[Insert], jobs: list[Job], timeout: float | None) -> None:
        """Take everything that waits; if there is nothing, wait for it."""
        with suppress(Empty):
            message = self._inbox.get(timeout=timeout)
            while True:
                if isinstance(message, Job):
                    jobs.append(message)
                elif message is not None:
                    inserts += message
                message = self._inbox.get_nowait()
        self._expects_look = False  # before looking: what comes after it wakes the thread again
        while self._outcomes:
            exchange = self._outcomes.popleft()
            self._late[exchange.seq] = exchange
        if self._due == math.inf and (self._late or self._deleted < self._first):
            self._due = time.monotonic() + self._lazy_seconds

    def _write(self, db: sqlite3.Connection, inserts: list[Insert], jobs: list[Job]) -> ReceiverError | None:
        """Write inserts, outcomes and deletions as one transaction; return why it failed, if it did."""
        deleted = max(self._deleted, min(self._first, self._deleted + _DELETED_AT_ONCE))
        if not inserts and not self._late and deleted == self._deleted:
            return None
        for insert in inserts:
            if insert.exchange.seq in self._late and not self._late[insert.exchange.seq].done:
                del self._late[insert.exchange.seq]  # as it was when it began
        try:
            with database.explained(self._place):
                if self._lasting:
                    database.check_identity(self._place, self._identity)
                with database.transaction(db):
                    db.executemany(rows.INSERT, [one.row for one in inserts if one.exchange.seq >= self._first])
                    self._write_late(db)
                    if deleted > self._deleted:
                        db.execute("DELETE FROM exchange WHERE seq < ?", (deleted,))
        except ReceiverError as exc:
            # Who came meanwhile saw the same failure; an attempt of their own could take 5 s more.
            self._take(inserts, jobs, 0.0)
            self._keep(inserts)
            self._due = time.monotonic() + self._lazy_seconds
            return exc
        except Exception as exc:  # noqa: BLE001  # a border: the thread goes on, without what no table can hold
            self._late.clear()
            return ReceiverError(f"{self._place} cannot hold this exchange: {type(exc).__name__}: {exc}")
        self._late.clear()
        self._deleted = deleted
        self._due = time.monotonic() if deleted < self._first else math.inf
        if self._on_commit is not None:
            self._on_commit()
        return None

    def _write_late(self, db: sqlite3.Connection) -> None:
        for exchange in self._late.values():
            if exchange.seq >= self._first and not db.execute(rows.UPDATE, rows.outcome_of(exchange)).rowcount:
                db.execute(rows.INSERT, rows.row_of(exchange))

    def _keep(self, inserts: list[Insert]) -> None:
        """Keep what could not be written for the next commit, the newest first where it is too much."""
        for insert in inserts:
            self._late.setdefault(insert.exchange.seq, insert.exchange)
        size = sum(exchange.size for exchange in self._late.values())
        while size > _KEPT_BYTES:
            size -= self._late.pop(next(iter(self._late))).size

    def _do(self, db: sqlite3.Connection, job: Job) -> None:
        try:
            with database.explained(self._place):
                result = job.run(db)
        except Exception as exc:  # noqa: BLE001  # a border: it is raised where the job came from
            job.result.set_exception(exc)
        else:
            job.result.set_result(result)


def _tell(inserts: list[Insert], error: ReceiverError | None) -> None:
    """Wake those who wait, each loop once: to hand a thread the interpreter is dear."""
    by_loop: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
    for insert in inserts:
        by_loop.setdefault(insert.written.get_loop(), []).append(insert.written)
    for loop, futures in by_loop.items():
        with suppress(RuntimeError):  # the loop is closed, and nobody waits
            loop.call_soon_threadsafe(resolve, futures, error)


def resolve(futures: list[asyncio.Future[None]], error: ReceiverError | None) -> None:
    """Wake those who wait; to be called by their loop."""
    for future in futures:
        if future.done():  # it was cancelled
            continue
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(ReceiverError(str(error)))  # each its own: a traceback is part of it
