"""A pipe between kernel and child, one direction: whole messages, written by a thread so that nobody waits for it."""

from __future__ import annotations

import os
import struct
import threading
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Final

from chatbot_nb.traffic.engines.messages import packed, unpacked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chatbot_nb.traffic.engines.messages import ToChild, ToKernel

_LENGTH: Final = struct.Struct(">Q")
_PIECE: Final = 1 << 20
_PATIENCE: Final = 1.0  # seconds; a process that does not read is killed soon


class Outbox:
    """Writes messages to a descriptor, in order; `put` may be called from any thread and never waits.

    A thread does it: a cell that is interrupted must not leave half a message, and a server's loop must not wait until
    the other process reads.
    """

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self._queue: SimpleQueue[bytes | None] = SimpleQueue()
        self._open = True
        self._thread = threading.Thread(target=self._run, name="chatbot_nb outbox", daemon=True)
        self._thread.start()

    def put(self, message: ToChild | ToKernel) -> None:
        """Send it, unless the other process is gone."""
        if self._open:
            self._queue.put(packed(message))

    def close(self) -> None:
        """Send what was put before, then end the thread and close the descriptor."""
        self._queue.put(None)
        self._thread.join(_PATIENCE)

    def _run(self) -> None:
        try:
            while (data := self._queue.get()) is not None:
                _write(self.descriptor, _LENGTH.pack(len(data)) + data)
        except OSError:  # the other process is gone, which its reader finds out
            pass
        finally:
            self._open = False
            os.close(self.descriptor)


def messages(descriptor: int) -> Iterator[Any]:
    """Give the messages that come, until the other side closes."""
    while head := _read(descriptor, _LENGTH.size):
        data = _read(descriptor, _LENGTH.unpack(head)[0])
        if not data:
            return
        yield unpacked(data)


def _read(descriptor: int, size: int) -> bytes:
    """Return so many bytes, none if the other side closed before."""
    data = bytearray()
    while len(data) < size:
        piece = os.read(descriptor, min(size - len(data), _PIECE))
        if not piece:
            return b""
        data += piece
    return bytes(data)


def _write(descriptor: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(descriptor, left) :]
