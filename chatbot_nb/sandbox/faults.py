"""What a sandbox was told to do wrong with the next calls."""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from chatbot_nb.errors import SandboxError
from chatbot_nb.transport.inbound.http import Response

Drop = Literal["before", "after"]

_MAX_DELAY: Final = 60.0
_MAX_TIMES: Final = 100_000
_STATUSES: Final = range(300, 600)


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with one call; `Sandbox.inject` documents the fields."""

    status: int | None = None
    delay: float | None = None
    drop: Drop | None = None
    headers: tuple[tuple[str, str], ...] = ()


class Faults:
    """The faults to come, first in first out; every method may be called from any thread."""

    def __init__(self) -> None:
        self._queue: deque[Fault] = deque()
        self._lock = threading.Lock()

    def add(self, fault: Fault, times: int) -> None:
        """Queue the fault for `times` calls."""
        if type(times) is not int or not 1 <= times <= _MAX_TIMES:
            raise SandboxError(f"inject(times={times!r:.60}): an integer of 1 to {_MAX_TIMES:,} is needed")
        with self._lock:
            self._queue.extend([fault] * times)

    def take(self) -> Fault | None:
        """Return the fault of this call, None if it is to go well."""
        with self._lock:
            return self._queue.popleft() if self._queue else None

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._queue.clear()


def make_fault(status: int | None, delay: float | None, drop: str | None, headers: Mapping[str, str] | None) -> Fault:
    """Return the checked fault.

    Raises
    ------
    SandboxError
        An argument is not allowed, or they contradict each other.
    """
    if status is None and delay is None and drop is None and not headers:
        raise SandboxError("inject() was told nothing: give at least one of status, delay, drop and headers")
    if status is not None and (type(status) is not int or status not in _STATUSES):
        raise SandboxError(f"inject(status={status!r:.60}): an integer of 300 to 599 is needed")
    if delay is not None and not _is_delay(delay):
        raise SandboxError(f"inject(delay={delay!r:.60}): a number of 0 to {_MAX_DELAY:.0f} seconds is needed")
    if drop is not None and (status is not None or headers):
        raise SandboxError(
            "inject(drop=...): a lost connection has no answer, so it goes with neither status nor headers"
        )
    if headers is not None and not _is_texts(headers):
        raise SandboxError("inject(headers=...): a mapping of str to str is needed, such as {'Retry-After': '1'}")
    pairs = tuple((headers or {}).items())
    try:
        Response(status or 200, pairs)
    except ValueError as exc:
        raise SandboxError(f"inject(headers=...): {exc}") from None
    match drop:
        case None | "before" | "after":
            return Fault(status, delay, drop, pairs)
        case _:
            raise SandboxError(f"inject(drop={drop!r:.60}): 'before' or 'after' is needed")


def _is_texts(headers: object) -> bool:
    return isinstance(headers, Mapping) and all(isinstance(text, str) for pair in headers.items() for text in pair)


def _is_delay(delay: object) -> bool:
    if isinstance(delay, bool) or not isinstance(delay, int | float):
        return False
    return math.isfinite(delay) and 0 <= delay <= _MAX_DELAY
