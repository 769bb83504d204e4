"""Many calls, several at once: fewer when the API asks for it, a progress bar, and a way to stop."""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Told: TypeAlias = "Callable[[int, int], object]"

_PATIENCE: Final = 1.0  # seconds without a progress bar
_GLANCE: Final = 0.2  # seconds after which an interrupt is seen at the latest


class Parallel:
    """Does numbered pieces of work in threads.

    Parameters
    ----------
    count : int
        How many pieces there are.
    work : callable
        Does the piece of this number, 0 to ``count - 1``; called in several threads. The event is set once no more
        work is wanted; a piece may set it too. What it raises ends everything, and `run` raises it.
    workers : int
        So many pieces at once, at most.
    throttled : callable, optional
        How often there have been too many calls up to now; the workers are halved each time that it has grown.
    stop : threading.Event, optional
        What is passed on to the work. Set by somebody else, no more is started; it is set in any case at the end.
    """

    def __init__(
        self,
        count: int,
        work: Callable[[int, threading.Event], None],
        *,
        workers: int,
        throttled: Callable[[], int] = lambda: 0,
        stop: threading.Event | None = None,
    ) -> None:
        self._count = count
        self._do = work
        self._waiting = iter(range(count))
        self._lock = threading.Lock()
        self._stop = threading.Event() if stop is None else stop
        self._allowed = min(workers, count)
        self._throttled = throttled
        self._seen = throttled()
        # One entry for each finished piece, and one for each worker that is done.
        self._ticks: queue.SimpleQueue[BaseException | threading.Thread | None] = queue.SimpleQueue()

    def run(self, *, progress: bool | Told, desc: str, grace: float | None = None) -> bool:
        """Do all pieces and return whether a KeyboardInterrupt ended it early.

        Parameters
        ----------
        progress : bool or callable
            Show a progress bar once it takes longer than a second; or what is told, in this thread, after each piece,
            how many are done, and how many there are.
        desc : str
            What the bar counts.
        grace : float, optional
            Seconds that pieces under way get once nothing more is started; None waits for their end. Their threads
            end by themselves later.
        """
        workers: list[threading.Thread] = []
        interrupted = False
        try:
            for number in range(self._allowed):
                workers.append(threading.Thread(target=self._work, args=(number,), daemon=True))
                workers[-1].start()
            self._wait(len(workers), progress=progress, desc=desc)
        except KeyboardInterrupt:
            interrupted = True
        finally:
            self._stop.set()
            give_up = None if grace is None else time.monotonic() + grace
            for worker in workers:
                with contextlib.suppress(RuntimeError):  # the interrupt came before its start
                    worker.join(None if give_up is None else max(0.0, give_up - time.monotonic()))
        return interrupted

    def _wait(self, working: int, *, progress: bool | Told, desc: str) -> None:
        """Return when all workers are done; raise what one of them raised."""
        ticks = self._ticked(progress=progress, desc=desc)
        next(ticks, None)
        while working:
            tick = self._tick()
            if isinstance(tick, threading.Thread):
                working -= 1
            elif tick is None:
                next(ticks, None)
            else:
                raise tick

    def _tick(self) -> BaseException | threading.Thread | None:
        # A signal that comes just before a wait does not end it, and on Windows none does: so it is a short one.
        while True:
            with contextlib.suppress(queue.Empty):
                return self._ticks.get(timeout=_GLANCE)

    def _ticked(self, *, progress: bool | Told, desc: str) -> Iterator[object]:
        """Yield once for each piece; what takes longer than a second gets a progress bar."""
        begin = time.monotonic()
        for done in range(self._count):
            if callable(progress):
                if done:
                    progress(done, self._count)
                yield None
                continue
            # Not tqdm's own delay: in a notebook it makes the bar's widgets, and their messages, even if none is shown.
            if progress and time.monotonic() - begin > _PATIENCE:
                from tqdm.auto import tqdm

                yield from tqdm(range(done, self._count), desc=desc, initial=done, total=self._count)
                return
            yield None
        if callable(progress) and self._count:
            progress(self._count, self._count)

    def _work(self, number: int) -> None:
        try:
            # The first worker is always allowed, so the work ends.
            while number < self._allowed and not self._stop.is_set():
                with self._lock:
                    position = next(self._waiting, None)
                if position is None:
                    return
                mistake: BaseException | None = None
                try:
                    self._do(position, self._stop)
                except BaseException as error:  # noqa: BLE001  # `run` raises it
                    mistake = error
                self._slow_down()
                self._ticks.put(mistake)
        finally:
            self._ticks.put(threading.current_thread())

    def _slow_down(self) -> None:
        """Halve the workers for each wave of answers that there were too many calls."""
        with self._lock:
            if (seen := self._throttled()) > self._seen:
                self._seen = seen
                self._allowed = max(1, self._allowed // 2)
