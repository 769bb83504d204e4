"""The bounded store of exchanges in memory: what is kept, what went, and who waits for more."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import replace
from itertools import takewhile
from typing import TYPE_CHECKING

from chatbot_nb.traffic import views

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from chatbot_nb.traffic.exchange import Exchange
    from chatbot_nb.traffic.limits import ReceiverLimits


class Capture:
    """The newest exchanges, by `seq`; every method may be called from any thread.

    Parameters
    ----------
    limits : ReceiverLimits
        ``exchanges`` and ``stored_bytes`` bound what is kept.

    Attributes
    ----------
    next_seq : int
        The `seq` of the next exchange.
    evicted : int
        How many of them are no longer kept.
    generation : int
        Counts how often everything was forgotten; what was derived before is void then.
    bodies_from : int
        Exchanges with a lower `seq` have lost their bodies to ``stored_bytes``.
    changes : int
        Rises with whatever happens to it.
    """

    def __init__(self, limits: ReceiverLimits) -> None:
        self._limits = limits
        self._changed = threading.Condition()  # its lock may be taken again by who has it
        self._items: OrderedDict[int, Exchange] = OrderedDict()
        self._bytes = 0
        self._ids: OrderedDict[str, None] = OrderedDict()  # message ids, for as many exchanges as are kept
        self.next_seq = 1
        self.bodies_from = 1
        self.evicted = 0
        self.generation = 0
        self.changes = 0
        self.on_evict: Callable[[int], None] | None = None  # told the new `first`

    def set_limits(self, limits: ReceiverLimits) -> None:
        """Keep within other limits from now on."""
        with self._changed:
            self._limits = limits
            self._evict()

    @property
    def first(self) -> int:
        """The lowest `seq` that is kept; that of the next exchange if there are none."""
        with self._changed:
            return next(iter(self._items), self.next_seq)

    @property
    def kept(self) -> int:
        """How many exchanges there are."""
        return len(self._items)

    @property
    def seen(self) -> int:
        """How many there were: `kept` and `evicted`."""
        return self.kept + self.evicted

    def add(self, make: Callable[[int], Exchange]) -> Exchange:
        """Add what `make` returns for the next `seq`."""
        with self._changed:
            exchange = self._items[self.next_seq] = make(self.next_seq)
            self.next_seq += 1
            self._bytes += exchange.size
            self._evict()
            self._tell()
        return exchange

    def take_over(self, exchanges: list[Exchange]) -> None:
        """Add what another process numbered, from `next_seq` on; what is missing in between has come and gone."""
        with self._changed:
            for exchange in exchanges:
                self.evicted += exchange.seq - self.next_seq
                self.next_seq = exchange.seq + 1
                self._items[exchange.seq] = exchange
                self._bytes += exchange.size
                self._know(exchange)
            self._evict()
            self._tell()

    def put(self, exchange: Exchange) -> None:
        """Replace the exchange of the same `seq` by one that knows more; nothing happens if it is gone."""
        with self._changed:
            former = self._items.get(exchange.seq)
            if former is None:
                return
            if exchange.seq < self.bodies_from:  # they went while it was open
                exchange = without_bodies(exchange)
            self._items[exchange.seq] = exchange
            self._bytes += exchange.size - former.size
            if self._bytes > self._limits.stored_bytes:
                self._evict()
            self._tell()

    def is_repeated(self, message_id: str) -> bool:
        """Whether this messageId came before among as many as are kept; it is known from now on."""
        with self._changed:
            if message_id in self._ids:
                return True
            self._ids[message_id] = None
            if len(self._ids) > self._limits.exchanges:
                self._ids.popitem(last=False)
        return False

    @property
    def message_ids(self) -> tuple[str, ...]:
        """The messageIds that are known, as `continue_after` takes them."""
        with self._changed:
            return tuple(self._ids)

    def continue_after(self, next_seq: int, message_ids: Iterable[str]) -> None:
        """Count on from where another process is, which keeps what there was."""
        with self._changed:
            self.next_seq = self.bodies_from = next_seq
            self._ids = OrderedDict.fromkeys(message_ids)

    def get(self, seq: int) -> Exchange | None:
        """Return one exchange, None if it is no longer kept."""
        return self._items.get(seq)

    def since(self, seq: int) -> list[Exchange]:
        """Return the exchanges that are kept from `seq` on, oldest first."""
        with self._changed:
            if seq <= self.first:
                return [*self._items.values()]
            newest = takewhile(lambda exchange: exchange.seq >= seq, reversed(self._items.values()))
            return [*newest][::-1]

    def all(self) -> tuple[Exchange, ...]:
        """Return all that are kept, oldest first."""
        return tuple(self.since(0))

    def clear(self, next_seq: int | None = None) -> int:
        """Forget everything; `seq` goes on counting, the other counters begin anew. Return `next_seq`.

        Parameters
        ----------
        next_seq : int, optional
            Go on counting here: what another process numbered lower is forgotten too.
        """
        with self._changed:
            self.next_seq = self.bodies_from = next_seq or self.next_seq
            self._items.clear()
            self._bytes = self.evicted = 0
            self._ids.clear()
            self.generation += 1
            self._tell()
            return self.next_seq

    def restore(self, exchanges: list[Exchange]) -> None:
        """Begin with exchanges of an earlier run, whose `seq` go up, perhaps with gaps; the capture must be empty."""
        with self._changed:
            assert not self._items
            self._items.update((exchange.seq, exchange) for exchange in exchanges)
            self._bytes = sum(exchange.size for exchange in exchanges)
            for exchange in exchanges:
                self._know(exchange)
            if exchanges:
                self.bodies_from = exchanges[0].seq
                self.next_seq = exchanges[-1].seq + 1
            self._evict()
            self._tell()

    def wait_for(self, enough: Callable[[list[Exchange]], bool], timeout: float) -> bool:
        """Wait until `enough`, called with the exchanges that are done since its last call, returns True.

        Parameters
        ----------
        enough : callable
            First with all that are done already.
        timeout : float
            Seconds.

        Returns
        -------
        bool
            False if it did not come to that in time.
        """
        until = time.monotonic() + timeout
        begin, pending = 0, list[int]()
        with self._changed:
            while True:
                pending, done = self._parted([*filter(None, map(self.get, pending)), *self.since(begin)])
                begin = self.next_seq
                if enough(done):
                    return True
                left = until - time.monotonic()
                if left <= 0:
                    return False
                self._changed.wait(left)

    def wait_for_change(self, after: int, timeout: float) -> int:
        """Wait until `changes` is another number than `after`, or for so many seconds; return what it is then."""
        with self._changed:
            self._changed.wait_for(lambda: self.changes != after, timeout)
            return self.changes

    def wake(self) -> None:
        """End every `wait_for_change`, for whoever waits has to look at something else."""
        with self._changed:
            self._tell()

    def _tell(self) -> None:
        self.changes += 1
        self._changed.notify_all()

    def _know(self, exchange: Exchange) -> None:
        message_id = views.message_id(views.payload(exchange.http))
        if message_id is not None:
            self.is_repeated(message_id)

    @staticmethod
    def _parted(exchanges: list[Exchange]) -> tuple[list[int], list[Exchange]]:
        return [one.seq for one in exchanges if not one.done], [one for one in exchanges if one.done]

    def _evict(self) -> None:
        """Forget the oldest exchanges, then the oldest bodies, until the limits hold."""
        before = self.evicted
        while len(self._items) > self._limits.exchanges:
            _, gone = self._items.popitem(last=False)
            self._bytes -= gone.size
            self.evicted += 1
        if self.evicted > before and self.on_evict is not None:
            self.on_evict(self.first)
        while self._bytes > self._limits.stored_bytes and self.bodies_from < self.next_seq:
            self._strip(self.bodies_from)
            self.bodies_from += 1

    def _strip(self, seq: int) -> None:
        if (full := self._items.get(seq)) is not None:
            bare = self._items[seq] = without_bodies(full)
            self._bytes += bare.size - full.size


def without_bodies(exchange: Exchange) -> Exchange:
    """Return the exchange without its bodies; what they were judged to be stays, where that was done."""
    if "body_evicted" in exchange.marks:
        return exchange
    reply = exchange.reply and replace(exchange.reply, body=b"")
    http = replace(exchange.http, body=b"", wire=b"")
    return replace(exchange, http=http, reply=reply, marks=(*exchange.marks, "body_evicted"))
