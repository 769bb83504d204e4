"""The receivers of this process that run, by name: a cell that runs again goes on where it was."""

from __future__ import annotations

import atexit
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chatbot_nb.traffic.receiver import Receiver

#: Held while a receiver starts, so that of one name only one does.
lock = threading.RLock()
_by_name: dict[str, Receiver] = {}


def enter(receiver: Receiver) -> None:
    """Note a receiver that runs."""
    if not _by_name:
        atexit.register(_stop_all)
    _by_name[receiver.name] = receiver


def leave(receiver: Receiver) -> None:
    """Note that it was stopped."""
    if _by_name.get(receiver.name) is receiver:
        del _by_name[receiver.name]


def named(name: str) -> Receiver | None:
    """Return the receiver of this name that runs."""
    return _by_name.get(name)


def _stop_all() -> None:
    """At the interpreter's end: a store writes what it still holds."""
    for receiver in tuple(_by_name.values()):
        receiver.stop()
