"""The durable store of a receiver: what was answered is on the disk."""

from __future__ import annotations

import asyncio
import os
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from chatbot_nb.errors import ReceiverError
from chatbot_nb.traffic.storage import rows
from chatbot_nb.traffic.storage.writer import Insert, Job, Writer, resolve

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable
    from os import PathLike

    from chatbot_nb.traffic.exchange import Exchange


class TrafficStore:
    """Exchanges in an SQLite file (WAL, ``synchronous=FULL``); every method may be called from any thread.

    One thread writes, and who waits at the same time shares one commit. Another receiver cannot open the file while
    this one has it; programs that only read it can, with ``pandas.read_sql`` for example. Its tables are ``exchange``,
    one row an exchange, and ``meta``. Headers and marks are JSON there, a header's bytes as Latin-1; a text that holds
    half a surrogate pair is a BLOB.

    Parameters
    ----------
    path : str or path-like
        The file, made for this user alone if there is none; beside it, ``.lock`` tells that it is in use.
    lasting : bool, default True
        Whether what is written survives the end of the system too. A file that only another process reads, while both
        run, needs no such thing, and may be unlinked when both have it.
    on_commit : callable, optional
        Called in the writing thread after each commit. What may wait then waits 10 ms at most.

    Raises
    ------
    ReceiverError
        The file is another program's, of a newer version, read-only, locked, damaged, or in use by a receiver; the
        message names it and the next step. The same for each method when the database fails later, when the store is
        closed, and in a forked child.

    Notes
    -----
    A write that fails is kept for the next one, up to 8 MiB: when the disk has room again, it has all exchanges.
    """

    def __init__(
        self, path: str | PathLike[str], *, lasting: bool = True, on_commit: Callable[[], None] | None = None
    ) -> None:
        try:
            self._place = os.path.realpath(path)
        except ValueError:
            said = "holds a character that no path can hold; name another file"
            raise ReceiverError(f"{os.fspath(path)!r:.200} {said}") from None
        self._process = os.getpid()
        self._lock = threading.Lock()  # so that nothing is put behind the closing
        self._closed = False
        # By loop, what its tasks want written and was not handed over yet.
        self._gathered: dict[asyncio.AbstractEventLoop, list[Insert]] = {}
        self._read_as_they_come = on_commit is not None
        self._writer = Writer(self._place, lasting=lasting, on_commit=on_commit)

    def __repr__(self) -> str:
        return f"TrafficStore({os.path.basename(self._place)!r}{', closed' if self._closed else ''})"  # noqa: PTH119

    @property
    def place(self) -> str:
        """The file's full path."""
        return self._place

    async def written(self, exchange: Exchange) -> None:
        """Write a new exchange and return once it is on the disk.

        Raises
        ------
        ReceiverError
            It is not; the message says why.
        """
        self._check()
        loop = asyncio.get_running_loop()
        insert = Insert(exchange, rows.row_of(exchange), loop.create_future())
        gathered = self._gathered.get(loop)
        if gathered is None:
            # After the other tasks that are ready now: those that one commit has woken shall share the next one too.
            gathered = self._gathered[loop] = []
            loop.call_soon(self._hand_over, loop)
        gathered.append(insert)
        await insert.written

    def begun(self, exchange: Exchange) -> None:
        """Have a new exchange written as `finished` does, unless it is `written` before.

        Where this is called for each, in order, whoever finds one in the file finds all before it, too. Where nobody
        reads them as they come, nothing happens.
        """
        if self._read_as_they_come:
            self.finished(exchange)

    def finished(self, exchange: Exchange) -> None:
        """Have what became of an exchange written: marks, reply, timing, verdict; all of it if it is not there yet.

        It returns at once. It is written with the next commit, at the latest after half a second, or by `flush` and
        `close`. After `close`, and in a forked child, nothing happens.
        """
        if self._usable():
            self._writer.finished(exchange)

    def forget_before(self, seq: int) -> None:
        """Have the exchanges below `seq` deleted, bit by bit with the next commits. Otherwise as `finished`."""
        if self._usable():
            self._writer.forget_before(seq)

    def load(self, limit: int) -> list[Exchange]:
        """Return what earlier receivers stored; to be called before anything is written.

        Parameters
        ----------
        limit : int
            Only the newest.

        Returns
        -------
        list of Exchange
            Oldest first; `seq` goes up, with gaps where a receiver died before it had written what came earlier. An
            exchange that was not finished has `rows.CUT_SHORT` as its timing.
        """
        try:
            found: list[Exchange] = self._ask(lambda db: [*map(rows.exchange_of, db.execute(rows.NEWEST, (limit,)))])
        except (AttributeError, TypeError, ValueError):
            said = "has a row that no receiver wrote; move it away and start with a new one"
            raise ReceiverError(f"{self._place} {said}") from None
        found.reverse()
        return found

    def get(self, key: str) -> str | None:
        """Return a small text that was `set`, None if there is none."""
        found = self._ask(lambda db: db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone())
        return None if found is None else str(found[0])

    def set(self, key: str, value: str) -> None:
        """Keep a small text; it is on the disk when this returns."""
        self._ask(lambda db: db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value)).rowcount)

    def clear(self, before: int | None = None) -> None:
        """Delete all exchanges; what was `set` stays. Those that are deleted do not come back when they finish.

        Parameters
        ----------
        before : int, optional
            Only those with a lower `seq`.
        """
        self._ask(lambda db: self._writer.clear(db, before))

    def flush(self) -> None:
        """Return when everything is on the disk that was to be written."""
        self._ask(self._writer.flush)

    def close(self) -> None:
        """Write everything and close the file; harmless when it is closed, and in a forked child.

        Raises
        ------
        ReceiverError
            Something could not be written; the file is closed all the same.
        """
        if not self._usable():
            return
        with self._lock:
            closed, self._closed = self._closed, True
        if not closed:
            self._writer.close()

    def _ask(self, run: Callable[[sqlite3.Connection], Any]) -> Any:  # noqa: ANN401  # what the job returns
        job = Job(run, Future())
        self._put(job)
        return job.result.result()

    def _hand_over(self, loop: asyncio.AbstractEventLoop) -> None:
        inserts = self._gathered.pop(loop)
        try:
            self._put(inserts)
        except ReceiverError as exc:
            resolve([insert.written for insert in inserts], exc)

    def _put(self, message: list[Insert] | Job) -> None:
        self._check()
        with self._lock:
            self._check()
            self._writer.put(message)

    def _check(self) -> None:
        if not self._usable():
            said = "is closed" if self._closed else "belongs to the process that this one was forked from"
            raise ReceiverError(f"{self._place} {said}; start a receiver first")

    def _usable(self) -> bool:
        return not self._closed and os.getpid() == self._process
