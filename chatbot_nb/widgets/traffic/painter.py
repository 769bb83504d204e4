"""The one thread that brings a panel up to date, however much comes: at most five times a second."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from chatbot_nb.traffic.capture import Capture

PAUSE: Final = 0.2  # seconds between two updates
_LOOK: Final = 0.5  # seconds, after which is looked at what no capture tells: has the receiver stopped, what was judged
_AFTER_FAILURE: Final = 2.0


class Painter:
    """Calls a function when a capture has changed, and now and then; in a thread of its own while it is wanted.

    Parameters
    ----------
    paint : callable
        Brings the panel up to date.
    capture : callable
        Returns the capture to watch, which may become another.
    tell : callable
        Is told what `paint` raised; the next time it is tried again.
    """

    def __init__(
        self, paint: Callable[[], object], capture: Callable[[], Capture], tell: Callable[[Exception], object]
    ) -> None:
        self._paint, self._capture, self._tell = paint, capture, tell
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._end = threading.Event()

    @property
    def running(self) -> bool:
        """Whether its thread is there."""
        return self._thread is not None and self._thread.is_alive() and not self._end.is_set()

    def start(self) -> None:
        """Begin; harmless where it runs."""
        with self._lock:
            if self.running:
                return
            self._end = threading.Event()
            arguments = (self._end,)
            self._thread = threading.Thread(target=self._run, args=arguments, name="chatbot_nb panel", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End; harmless where it does not run."""
        with self._lock:
            if self.running:
                self._end.set()
                self._capture().wake()

    def _run(self, end: threading.Event) -> None:
        while not end.is_set():
            capture = self._capture()
            change = capture.changes
            pause = PAUSE
            try:
                self._paint()
            except Exception as exc:  # noqa: BLE001  # the border of the thread: the panel says what it was
                self._tell(exc)
                pause = _AFTER_FAILURE
            if end.wait(pause):
                return
            capture.wait_for_change(change, _LOOK)
