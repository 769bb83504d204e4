"""What running servers do to the process they share: the interpreter's switch interval, and forks."""

from __future__ import annotations

import os
import sys
import threading
from typing import Final, Protocol

# With the default of 5 ms, a cell whose loop makes a small system call now and then starves every other thread for
# seconds; at this interval it does not, and the cell loses nothing that can be measured.
_SWITCH_INTERVAL: Final = 0.0001


class Inheritable(Protocol):
    """What a forked child would inherit, and must let go."""

    @property
    def port(self) -> int:
        """Where it listens."""

    def forget(self) -> None:
        """Close this process's copies of the sockets; touch nothing that the parent shares."""


_lock = threading.Lock()
_running: list[Inheritable] = []
_former_interval = 0.0


def enter(server: Inheritable) -> None:
    """Count a server that begins to run."""
    global _former_interval  # noqa: PLW0603 -- the interval is one for the process, too
    with _lock:
        if not _running:
            _former_interval = sys.getswitchinterval()
            sys.setswitchinterval(_SWITCH_INTERVAL)
        _running.append(server)


def leave(server: Inheritable) -> None:
    """Count it out; the last one restores the switch interval."""
    with _lock:
        if server in _running:
            _running.remove(server)
            if not _running:
                sys.setswitchinterval(_former_interval)


def running() -> tuple[Inheritable, ...]:
    """Return the servers of this process that run now."""
    with _lock:
        return tuple(_running)


def _after_fork_in_child() -> None:
    """Free the ports: else one stays taken for as long as a child outlives its parent."""
    global _lock  # noqa: PLW0603 -- a thread that does not exist in the child may have held it
    _lock = threading.Lock()
    for server in running():
        server.forget()
        leave(server)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
