"""The process of a receiver: told by the kernel what to do, answering on its own, gone when the kernel is."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Final

from chatbot_nb.errors import ReceiverError
from chatbot_nb.traffic.capture import Capture
from chatbot_nb.traffic.engines.channel import Outbox, messages
from chatbot_nb.traffic.engines.engine import Record
from chatbot_nb.traffic.engines.messages import (
    Admit,
    Answer,
    Begin,
    Clear,
    Committed,
    Failure,
    Inject,
    Looking,
    Order,
    ReplaceRules,
    Result,
    Status,
    Stop,
    Taken,
)
from chatbot_nb.traffic.engines.questions import CompiledRules
from chatbot_nb.traffic.engines.thread import ThreadEngine
from chatbot_nb.traffic.storage.store import TrafficStore

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chatbot_nb.traffic.engines.messages import ToChild
    from chatbot_nb.traffic.exchange import Exchange

_PARENT_DEATH_SIGNAL: Final = 1  # PR_SET_PDEATHSIG of <linux/prctl.h>
_KILL: Final = 9
_LAST_SECONDS: Final = 1.0  # after the kernel's end
# Between two messages that there is something new: each lets the kernel read all that there is.
_PAUSE: Final = 0.01
_KEPT_ERRORS: Final = 100


class Child:
    """Does what the kernel's messages say; for one receiver after the other.

    Parameters
    ----------
    outbox : Outbox
        To the kernel.
    """

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._run: _Run | None = None

    def take(self, message: ToChild) -> None:
        """Do what a message says, and send the result if it is an order."""
        if not isinstance(message, Order):
            if self._run is not None:
                self._run.take(message)
        elif isinstance(message.what, Stop):
            # In a thread: what is under way may wait for answers of the kernel, which are read here.
            threading.Thread(target=self._obey, args=(message,), name="chatbot_nb stop", daemon=True).start()
        else:
            self._obey(message)

    def end(self) -> None:
        """Stop at once: nobody is left to record for."""
        if self._run is not None:
            self._run.engine.stop(grace=0.0)

    def _obey(self, order: Order) -> None:
        try:
            result = Result(order.number, self._done(order))
        except Exception as exc:  # noqa: BLE001  # a border: it is raised in the kernel
            result = Result(order.number, None, Failure.of(exc))
        self._outbox.put(result)

    def _done(self, order: Order) -> Status:
        if isinstance(order.what, Begin):
            self._run = _Run(order.what, self._outbox)
            return self._run.status()
        run = self._run
        if run is None:
            raise ReceiverError("there is no receiver in this process")
        if isinstance(order.what, Stop):
            run.engine.stop(grace=order.what.grace)
            run.commits.close()
            self._run = None
            return run.status()
        return run.status(run.obey(order))


class _Run:
    """One receiver, from its start to its stop."""

    def __init__(self, begin: Begin, outbox: Outbox) -> None:
        limits = begin.setup.limits
        self._outbox = outbox
        self._told = 0
        self._capture = Capture(limits)
        self._capture.continue_after(begin.next_seq, begin.message_ids)
        self._strays: deque[Exchange] = deque(maxlen=limits.strays)
        self._rules = CompiledRules(limits, self._tell, begin.rules, outbox)
        self._rules.faults = begin.faults
        self.commits = _Commits(outbox)
        self.engine = ThreadEngine(self._rules, Record(self._capture, self._strays, self._tell))
        try:
            self._store = TrafficStore(begin.place, lasting=begin.lasting, on_commit=self.commits.note)
            self.engine.start(begin.setup, self._store)
        except BaseException:
            self.commits.close()
            raise

    def take(self, message: Taken | Looking | Answer) -> None:
        """Take what is no order."""
        if isinstance(message, Looking):
            self._rules.looking(message)
        elif isinstance(message, Answer):
            self._rules.answered(message)
        else:
            self.commits.taken()
            self._store.forget_before(message.seq)

    def obey(self, order: Order) -> int | None:
        """Do what an order says; return where it counts from if everything was forgotten."""
        what = order.what
        if isinstance(what, ReplaceRules):
            self._rules.replace_rules(what.rules, what.faults)
        elif isinstance(what, Inject):
            self._rules.inject(what.fault, what.times)
        elif isinstance(what, Admit):
            self.engine.admit(what.setup)
        elif isinstance(what, Clear):
            return self.engine.clear()
        return None

    def status(self, cleared_to: int | None = None) -> Status:
        """Return how it stands."""
        engine = self.engine
        return Status(
            engine.state == "running",
            engine.port,
            engine.refused,
            self._rules.hits,
            self._rules.faults,
            cleared_to,
            tuple(self._new_strays()),
            tuple(map(Failure.of, engine.errors)),
        )

    def _new_strays(self) -> Iterator[Exchange]:
        """Give those that the kernel does not have; it keeps them."""
        with contextlib.suppress(IndexError):
            while True:
                yield self._strays.popleft()

    def _tell(self, error: BaseException) -> None:
        self._told += 1
        if self._told <= _KEPT_ERRORS:
            self._outbox.put(Failure.of(error))


class _Commits:
    """Tells the kernel of commits: not more often than it reads, and not all the time."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._new = threading.Event()
        self._taken = threading.Event()
        self._open = True
        threading.Thread(target=self._run, name="chatbot_nb commits", daemon=True).start()

    def note(self) -> None:
        """Note that there was one."""
        self._new.set()

    def taken(self) -> None:
        """Note that the kernel has read what there was."""
        self._taken.set()

    def close(self) -> None:
        self._open = False
        self._new.set()
        self._taken.set()

    def _run(self) -> None:
        while self._new.wait() and self._open:
            self._new.clear()
            self._taken.clear()
            self._outbox.put(Committed())
            time.sleep(_PAUSE)
            self._taken.wait()


def main() -> None:
    """Be such a process: the kernel's messages come from standard input, ours go to standard output."""
    inbox, outbox = os.dup(0), Outbox(os.dup(1))
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    _die_with_parent()
    child = Child(outbox)
    for message in messages(inbox):
        child.take(message)
    # The kernel is gone, or wants no more. Whatever hangs now shall not outlive it.
    last = threading.Timer(_LAST_SECONDS, os._exit, (1,))
    last.daemon = True
    last.start()
    child.end()
    os._exit(0)  # not to wait for threads


def _die_with_parent() -> None:
    """Where the system can do it: a regular expression that never ends would keep us from reading of the end."""
    if sys.platform == "linux":
        with contextlib.suppress(ImportError, OSError, AttributeError):
            import ctypes

            ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, _KILL)


if __name__ == "__main__":
    main()
