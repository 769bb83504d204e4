"""Which exchanges a panel lists, in which order, and which of those that were sent have changed since."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from chatbot_nb.widgets.traffic.lines import Line, Lines, settled

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chatbot_nb.traffic.capture import Capture
    from chatbot_nb.traffic.exchange import Exchange

_WATCHED: Final = 500  # lines that were sent and may still change
_GONE: Final = "body_evicted"
_SEARCHED: Final = 64 * 1024  # bytes of a body that are searched, too


class Listing:
    """The exchanges of a capture that fit a filter, with those that are pinned; counted from the newest.

    Parameters
    ----------
    capture : Capture
    lines : Lines

    Attributes
    ----------
    capture : Capture
    lines : Lines
    filter : str
        Words, each of which has to stand somewhere in the line or the body, in any case.
    pinned : dict of int to Exchange
        By `seq`: these are listed, whatever the capture still has.
    matched : int
        How many exchanges have been listed since the listing was made anew; it only rises.
    generation : int
        Counts how often the listing was made anew.
    """

    def __init__(self, capture: Capture, lines: Lines) -> None:
        self.capture, self.lines = capture, lines
        self.filter = ""
        self.pinned: dict[int, Exchange] = {}
        self.matched = 0
        self.generation = 0
        self._seqs: list[int] = []  # ascending
        self._next = 0  # what the capture had looked at comes before
        self._open: dict[int, Exchange] = {}  # not settled: the filter may decide otherwise later
        self._watched: OrderedDict[int, object] = OrderedDict()
        self._of_capture = -1

    def __len__(self) -> int:
        return len(self._seqs)

    def anew(self) -> None:
        """Look at everything again: the filter, or what takes secrets out, is another."""
        self._of_capture = -1

    def refresh(self) -> None:
        """Take over what has come and what has gone."""
        if self._of_capture != self.capture.generation:
            self._begin()
        for seq in self.pinned:
            if (exchange := self.get(seq)) is not None:  # it may know more by now
                self.pinned[seq] = exchange
        for seq, before in [*self._open.items()]:
            self._look_again(seq, before)
        came = self.capture.since(self._next)
        for exchange in came:
            self._take(exchange)
        if came:
            self._next = came[-1].seq + 1
        self._drop_evicted()

    def get(self, seq: int) -> Exchange | None:
        """Return an exchange that is kept, or pinned."""
        kept, pinned = self.capture.get(seq), self.pinned.get(seq)
        return kept if pinned is None or (kept is not None and _GONE not in kept.marks) else pinned

    def pin(self, seq: int, exchange: Exchange | None) -> None:
        """Keep an exchange in the list; None ends that."""
        if exchange is not None:
            self.pinned[seq] = exchange
            if not self._lists(seq):
                insort(self._seqs, seq)
            return
        self.pinned.pop(seq, None)
        kept = self.capture.get(seq)
        if self._lists(seq) and (kept is None or not self._fits(kept)):
            self._seqs.remove(seq)

    def newest(self, number: int) -> list[Exchange]:
        """Return the first exchanges of the list."""
        return self._exchanges(reversed(self._seqs[-number:]))

    def window(self, top: int | None, begin: int, end: int) -> tuple[list[Exchange], int]:
        """Return some exchanges, from and below, and how many there are; `top` leaves out what came after it."""
        count = len(self._seqs) if top is None else bisect_right(self._seqs, top)
        chosen = self._seqs[max(0, count - end) : max(0, count - begin)]
        return self._exchanges(reversed(chosen)), count

    def all(self) -> list[Exchange]:
        """Return all exchanges that are listed, oldest first."""
        return self._exchanges(self._seqs)

    def place(self, seq: int, top: int | None) -> int:
        """Return where an exchange stands, counted from the newest, or from `top`; -1 where it does not."""
        count = len(self._seqs) if top is None else bisect_right(self._seqs, top)
        found = bisect_left(self._seqs, seq)
        return count - 1 - found if found < count and self._seqs[found] == seq else -1

    def watch(self, exchanges: Iterable[Exchange]) -> list[Line]:
        """Return the lines of exchanges, and remember which may change."""
        made = []
        for exchange in exchanges:
            line = self.lines.line(exchange)
            made.append(line)
            self._watched.pop(exchange.seq, None)
            if not line.final:
                self._watched[exchange.seq] = (exchange, settled(exchange))
        while len(self._watched) > _WATCHED:
            self._watched.popitem(last=False)
        return made

    def changed(self) -> list[Line]:
        """Return the lines that are other than when they were sent."""
        others = []
        for seq, before in [*self._watched.items()]:
            exchange = self.get(seq)
            if exchange is None:
                del self._watched[seq]
            elif before != (exchange, settled(exchange)):
                others.append(exchange)
        return self.watch(others)

    def _begin(self) -> None:
        self._of_capture = self.capture.generation
        self.generation += 1
        self._seqs, self._next, self.matched = sorted(self.pinned), 0, len(self.pinned)
        self._open.clear()
        self._watched.clear()

    def _take(self, exchange: Exchange) -> None:
        if self.filter and not settled(exchange):
            self._open[exchange.seq] = exchange
        if not self._lists(exchange.seq) and self._fits(exchange):
            insort(self._seqs, exchange.seq)
            self.matched += 1

    def _look_again(self, seq: int, before: Exchange) -> None:
        exchange = self.capture.get(seq)
        if exchange is None or settled(exchange):
            del self._open[seq]
        else:
            self._open[seq] = exchange
        if exchange is None or (exchange is before and not settled(exchange)):
            return
        fits, there = self._fits(exchange), self._lists(seq)
        if fits and not there:
            insort(self._seqs, seq)
            self.matched += 1
        elif there and not fits and seq not in self.pinned:
            self._seqs.remove(seq)

    def _drop_evicted(self) -> None:
        gone = bisect_left(self._seqs, self.capture.first)
        if gone:
            self._seqs[:gone] = [seq for seq in self._seqs[:gone] if seq in self.pinned]

    def _lists(self, seq: int) -> bool:
        place = bisect_left(self._seqs, seq)
        return place < len(self._seqs) and self._seqs[place] == seq

    def _fits(self, exchange: Exchange) -> bool:
        if not self.filter:
            return True
        text = self.lines.line(exchange).words()
        if len(exchange.http.body) <= _SEARCHED:
            text = f"{text} {exchange.text}"
        folded = text.casefold()
        return all(word in folded for word in self.filter.casefold().split())

    def _exchanges(self, seqs: Iterable[int]) -> list[Exchange]:
        return [exchange for seq in seqs if (exchange := self.get(seq)) is not None]
