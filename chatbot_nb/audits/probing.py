"""Verification requests to many URLs: several at once, a few to one host, all under one deadline."""

from __future__ import annotations

import threading
import time
from collections import Counter, defaultdict, deque
from typing import TYPE_CHECKING, Final, NamedTuple

from chatbot_nb.audits.addresses import address_of
from chatbot_nb.bot.verification import verify
from chatbot_nb.connections.parallel import Parallel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chatbot_nb.bot.verification import Verification

_WORKERS: Final = 16
_PER_HOST: Final = 4
_GRACE: Final = 1.0  # seconds for probes under way after an interrupt
_PAUSE: Final = 0.05  # seconds between two looks for a host that may be asked


class Call(NamedTuple):
    """A URL, and the token that goes with it."""

    url: str
    token: str | None

    def __repr__(self) -> str:
        return "Call(***)"


class Probing:
    """The probes of some URLs.

    Parameters
    ----------
    calls : sequence of Call
        With URLs that `address_of` can read.
    timeout : float
        Seconds for each.
    private : bool
        Also touch addresses that are not public.

    Attributes
    ----------
    hosts : list of str
        Of each call, lower case.
    outcomes : list of Verification or None
        Of each call; None where nothing came before the deadline or an interrupt.
    """

    def __init__(self, calls: Sequence[Call], *, timeout: float, private: bool) -> None:
        self.hosts = [address_of(call.url).host.removesuffix(".") for call in calls]
        self.outcomes: list[Verification | None] = [None] * len(calls)
        self._calls = calls
        self._timeout = timeout
        self._private = private
        self._end = 0.0
        self._lock = threading.Lock()
        self._under_way: Counter[str] = Counter()
        self._waiting: defaultdict[str, deque[int]] = defaultdict(deque)
        for number, host in enumerate(self.hosts):
            self._waiting[host].append(number)
        # The hosts with calls waiting and fewer than _PER_HOST under way, in turn: a slow one holds up no other.
        self._free = deque(self._waiting)

    def run(self, deadline: float, *, progress: bool) -> bool:
        """Probe until all is done or ``deadline`` seconds have passed; return whether it was interrupted."""
        self._end = time.monotonic() + deadline
        useful = sum(min(len(numbers), _PER_HOST) for numbers in self._waiting.values())
        parallel = Parallel(len(self._calls), self._probe_next, workers=min(_WORKERS, useful))
        return parallel.run(progress=progress, desc="probes", grace=_GRACE)

    def _probe_next(self, _position: int, stop: threading.Event) -> None:
        """Probe the URL whose turn it is, which is not the one of the position."""
        while (left := self._end - time.monotonic()) > 0 and not stop.is_set():
            number = self._take()
            if number is not None:
                self._probe(number, left)
                return
            stop.wait(_PAUSE)
        stop.set()

    def _probe(self, number: int, left: float) -> None:
        call = self._calls[number]
        try:
            found = verify(call.url, token=call.token, timeout=min(self._timeout, left), public_only=not self._private)
        finally:
            self._give_back(self.hosts[number])
        # Who had less than the time of a URL has not failed.
        if left >= self._timeout or not any(finding.code == "etimedout" for finding in found.findings):
            self.outcomes[number] = found

    def _take(self) -> int | None:
        with self._lock:
            if not self._free:
                return None
            host = self._free.popleft()
            waiting = self._waiting[host]
            self._under_way[host] += 1
            number = waiting.popleft()
            if waiting and self._under_way[host] < _PER_HOST:
                self._free.append(host)
            return number

    def _give_back(self, host: str) -> None:
        with self._lock:
            if self._waiting[host] and self._under_way[host] == _PER_HOST:
                self._free.append(host)
            self._under_way[host] -= 1
