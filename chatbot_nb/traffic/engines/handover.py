"""What a child has stored, read by the kernel into its own capture."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from chatbot_nb.traffic.storage import database, rows

if TYPE_CHECKING:
    import sqlite3

    from chatbot_nb.traffic.capture import Capture
    from chatbot_nb.traffic.exchange import Exchange

_AT_ONCE: Final = 32  # exchanges; of the largest these are 32 MiB


class HandOver:
    """Reads what is new in a store that another process writes; all methods are called by one thread.

    Parameters
    ----------
    capture : Capture
    place : str, optional
        The user's store; without one, the store is a file that loses its name as soon as both processes have it
        open, so that nothing of it is ever left.
    """

    def __init__(self, capture: Capture, place: str | None) -> None:
        self._capture = capture
        self._folder = None if place else tempfile.mkdtemp(prefix="chatbot_nb-")
        self.place = place or str(Path(self._folder or "") / "traffic.db")
        self._db: sqlite3.Connection | None = None
        # What is still to come, by seq: "reply", "timing" or "verdict".
        self._missing: dict[int, str] = {}

    @property
    def lasting(self) -> bool:
        """Whether it is the user's store."""
        return self._folder is None

    def open(self) -> None:
        """Begin to read; the child has the store open."""
        self._db = database.opened_to_read(self.place)
        self._db.execute("SELECT count(*) FROM exchange").fetchone()
        self._remove()

    def take(self) -> int:
        """Read what is new; return the `seq` below which the store may forget."""
        if self._db is None:
            return 0
        with database.explained(self.place):
            self._take_outcomes(self._db)
            self._take_new(self._db)
        first = self._capture.first
        return first if self.lasting else min(self._missing, default=self._capture.next_seq)

    def restart(self, next_seq: int) -> None:
        """Forget all below `next_seq`."""
        self._missing.clear()
        self._capture.clear(next_seq)

    def close(self) -> None:
        """Read what there is, and note of what will not be finished that it was cut short."""
        try:
            self.take()
        finally:
            for seq in self._missing:
                exchange = self._capture.get(seq)
                if exchange is not None and not exchange.done:
                    self._capture.put(replace(exchange, timing=rows.CUT_SHORT))
            if self._db is not None:
                self._db.close()
            self._remove()

    def _take_new(self, db: sqlite3.Connection) -> None:
        found = db.execute(rows.SINCE, (self._capture.next_seq,))
        while some := [rows.exchange_of(row, None) for row in found.fetchmany(_AT_ONCE)]:
            self._capture.take_over(some)
            for exchange in some:
                self._note(exchange)

    def _take_outcomes(self, db: sqlite3.Connection) -> None:
        for seq, part in tuple(self._missing.items()):
            former = self._capture.get(seq)
            if former is None:  # evicted
                del self._missing[seq]
                continue
            row = db.execute(rows.OUTCOME[part], (seq,)).fetchone()
            if row is not None:
                exchange = rows.with_outcome(former, row, None)
                self._capture.put(exchange)
                self._note(exchange)

    def _note(self, exchange: Exchange) -> None:
        if not exchange.done:
            self._missing[exchange.seq] = "reply" if exchange.reply is None else "timing"
        elif exchange._verdict is None:  # noqa: SLF001  # to ask for `verdict` would make it
            self._missing[exchange.seq] = "verdict"
        else:
            self._missing.pop(exchange.seq, None)

    def _remove(self) -> None:
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
