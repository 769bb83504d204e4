"""The receivers of this process that run, by name: a cell that runs again goes on where it was."""

from __future__ import annotations

import atexit
import os
import threading
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from chatbot_nb.traffic.receiver import Receiver

# What all receivers together wait, at the interpreter's end, for exchanges under way: a kernel restarts at once.
_GRACE_AT_EXIT: Final = 0.5

#: Held while a receiver starts, so that of one name only one does.
lock = threading.RLock()
_by_name: dict[str, Receiver] = {}


def enter(receiver: Receiver) -> None:
    """Note a receiver that runs."""
    _by_name[receiver.name] = receiver


def leave(receiver: Receiver) -> None:
    """Note that it was stopped."""
    if _by_name.get(receiver.name) is receiver:
        del _by_name[receiver.name]


def named(name: str) -> Receiver | None:
    """Return the receiver of this name that runs."""
    return _by_name.get(name)


@atexit.register
def _stop_all() -> None:
    """At the interpreter's end: a store writes what it still holds."""
    until = time.monotonic() + _GRACE_AT_EXIT
    for receiver in tuple(_by_name.values()):
        receiver._stop(grace=max(0.0, until - time.monotonic()))  # noqa: SLF001  # `stop`, with less patience


def _forget_all() -> None:
    """In a forked child none of them runs, and its end is not theirs."""
    global lock  # noqa: PLW0603  # a thread that does not exist in the child may have held it
    lock = threading.RLock()
    _by_name.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_all)
