"""The server of a receiver in a process of its own, which answers whatever the kernel does."""

from __future__ import annotations

import itertools
import os
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from chatbot_nb.errors import ListenError, ReceiverError
from chatbot_nb.traffic.engines import launch
from chatbot_nb.traffic.engines.channel import Outbox, messages
from chatbot_nb.traffic.engines.handover import HandOver
from chatbot_nb.traffic.engines.messages import (
    Admit,
    Ask,
    Begin,
    Clear,
    Committed,
    Failure,
    GivenUp,
    Inject,
    Look,
    Order,
    ReplaceRules,
    Result,
    Stop,
    Taken,
)
from chatbot_nb.traffic.engines.questions import Asked
from chatbot_nb.transport.inbound import process
from chatbot_nb.transport.inbound.server import GRACE, in_use

if TYPE_CHECKING:
    from chatbot_nb.traffic.engines.engine import Record, Setup, State
    from chatbot_nb.traffic.engines.messages import Faults, Status, ToKernel
    from chatbot_nb.traffic.replies.rule import Compiled
    from chatbot_nb.traffic.replies.rules import Rules
    from chatbot_nb.traffic.storage.store import TrafficStore

# Seconds for an order: a start, also on a busy machine; what changes something; what only asks, and may show what was
# known before; a stop, beyond its grace.
_TO_START: Final = 30.0
_TO_CHANGE: Final = 5.0
_TO_LOOK: Final = 1.0
_TO_STOP: Final = 5.0


@dataclass(slots=True)
class _Waiting:
    """Who waits for the result of an order."""

    come: threading.Event = field(default_factory=threading.Event)
    failure: Failure | None = None


class ProcessEngine:
    """An `Engine`: a child process, and the thread that reads what it says.

    The thread starts the child, too: a system that ends a child with its parent means the parent's thread.

    Parameters
    ----------
    rules : Rules
    record : Record
    """

    # States of `_state`: stopped (also while it starts) -> running -> stopped or died.

    def __init__(self, rules: Rules, record: Record) -> None:
        self._rules = rules
        self._record = record
        self._hand_over: HandOver | None = None
        self._child: launch.Launched | None = None
        self._outbox: Outbox | None = None
        self._asked: Asked | None = None
        self._status: Status | None = None
        self._state: State = "stopped"
        self._stuck = False  # it did not answer the last question in time
        self._lock = threading.Lock()
        self._waiting: dict[int, _Waiting] = {}
        self._numbers = itertools.count(1)
        self._why = ""  # it ended
        self._last = 0  # the order after which the thread ends
        self._launched = threading.Event()
        self._reader = threading.Thread(target=self._run, name="chatbot_nb reader", daemon=True)
        self._reader.start()

    @property
    def state(self) -> State:
        """What it does now."""
        return self._state

    @property
    def port(self) -> int:
        """Where it listens, or did last."""
        return self._status.port if self._status else 0

    @property
    def pid(self) -> int:
        """The child's number."""
        return self._child.pid if self._child else 0

    @property
    def refused(self) -> int:
        """Requests that were refused, and connections that were turned away."""
        self.catch_up()
        return self._status.refused if self._status else 0

    @property
    def errors(self) -> tuple[BaseException, ...]:
        """What went wrong in the server itself, oldest first."""
        return tuple(failure.error() for failure in self._status.errors) if self._status else ()

    def start(self, setup: Setup, store: TrafficStore | None) -> None:
        """Have the child listen, record and answer."""
        capture = self._record.capture
        try:
            if store is not None:
                store.close()  # the child opens it
            hand_over = self._hand_over = HandOver(capture, store.place if store else None)
            rules, faults = self._rules.apply_in(self)
            begin = Begin(
                setup, rules, faults, hand_over.place, hand_over.lasting, capture.next_seq, capture.message_ids
            )
            failure = self._result(begin, _TO_START)
        except BaseException:
            self._end()
            raise
        if failure is not None:
            self._end()
            raise ListenError(in_use(setup.host, setup.ports[-1])) if failure.in_use else failure.error()

    def admit(self, setup: Setup) -> None:
        """Let in what another setup lets in."""
        self._order(Admit(setup))

    def replace_rules(self, rules: tuple[Compiled, ...], faults: Faults | None) -> None:
        """Answer by these from now on."""
        self._order(ReplaceRules(rules, faults))

    def inject(self, fault: str, times: int) -> None:
        """Spoil the next replies."""
        self._order(Inject(fault, times))

    def clear(self) -> int:
        """Forget all traffic, in the store too; return the `seq` that came next at that moment."""
        self._order(Clear())
        return self._record.capture.next_seq

    def catch_up(self) -> None:
        """Have in the record all that was answered before this call, unless the child is stuck."""
        if self._state == "running" and not self._stuck and threading.current_thread() is not self._reader:
            with suppress(ReceiverError):
                self._result(Look(), _TO_LOOK)

    def stop(self, *, grace: float | None = None) -> None:
        """Stop, and end the child."""
        self._rules.close()
        if sys.is_finalizing():  # no thread runs any more; the child sees that this process ends
            return
        if self._state == "running":
            failure = None
            try:
                failure = self._result(Stop(grace), _TO_STOP + (GRACE if grace is None else grace))
            except ReceiverError as exc:
                self._record.tell(exc)
                if self._child is not None:
                    self._child.kill()
            if failure is not None:
                self._record.tell(failure.error())
        self._end()

    def forget(self) -> None:
        """Let go of the child in a process that was forked from this one, where the threads do not exist."""
        self._state = "stopped"
        self._rules.apply_here()
        if self._child is not None:
            null = os.open(os.devnull, os.O_RDWR)
            descriptors = [self._child.inbox, self._child.outbox, *([self._outbox.descriptor] if self._outbox else [])]
            for descriptor in descriptors:
                os.dup2(null, descriptor, inheritable=False)
            os.close(null)
            self._child.disown()

    def _order(self, what: ReplaceRules | Inject | Admit | Clear) -> None:
        """Have something changed; nothing happens if it does not run: it will begin with what is set by then."""
        if self._state == "running" and (failure := self._result(what, _TO_CHANGE)) is not None:
            raise failure.error()

    def _result(
        self, what: Begin | ReplaceRules | Inject | Admit | Look | Clear | Stop, seconds: float
    ) -> Failure | None:
        """Wait for what comes of an order; ReceiverError if nothing does."""
        self._launched.wait(seconds)
        waiting, number = _Waiting(), next(self._numbers)
        with self._lock:
            if self._outbox is None or self._why:
                raise ReceiverError(self._why or f"the process of this receiver did not start within {seconds:g} s")
            self._waiting[number] = waiting
            if isinstance(what, Stop):
                self._last = number
        self._outbox.put(Order(number, what))
        if not waiting.come.wait(seconds):
            self._stuck = True
            raise ReceiverError(f"the process of this receiver did not answer within {seconds:g} s; stop() ends it")
        return waiting.failure

    def _end(self) -> None:
        """End the child if it still runs, and the thread."""
        self._launched.wait(_TO_START)
        if self._reader.is_alive() and self._child is not None and not self._last:
            self._child.dismiss()
        self._reader.join(_TO_STOP)
        if self._reader.is_alive() and self._child is not None:
            self._child.kill()
            self._reader.join(_TO_STOP)

    # From here on all runs in the thread.

    def _run(self) -> None:
        process.enter(self)
        child = None
        try:
            child = self._child = launch.Launched()
            with self._lock:
                self._outbox = Outbox(os.dup(child.outbox))
                self._asked = Asked(self._rules, self._record.tell, self._outbox)
            self._launched.set()
            for message in messages(child.inbox):
                self._take(message)
                if isinstance(message, Result) and message.number == self._last:
                    break
        except Exception as exc:  # noqa: BLE001  # the thread's border; check() raises it
            self._why = str(exc)
            if child is not None:
                self._record.tell(exc)
        finally:
            self._ended(child)

    def _take(self, message: ToKernel) -> None:
        assert self._asked is not None
        if isinstance(message, Ask):
            self._asked.take_up(message)
        elif isinstance(message, GivenUp):
            self._asked.give_up(message)
        elif isinstance(message, Failure):
            self._record.tell(message.error())
        elif isinstance(message, Committed):
            self._read()
        else:
            self._take_result(message)

    def _take_result(self, result: Result) -> None:
        if (status := result.status) is not None:
            if self._status is None and self._hand_over is not None:
                self._hand_over.open()
                self._state = "running"
            self._status = status
            self._stuck = False
            self._rules.mirror(status.hits, status.faults)
            if status.cleared_to is not None and self._hand_over is not None:
                self._hand_over.restart(status.cleared_to)
                self._record.strays.clear()
            self._record.strays.extend(status.strays)
            self._read()
        with self._lock:
            waiting = self._waiting.pop(result.number, None)
        if waiting is not None:
            waiting.failure = result.failure
            waiting.come.set()

    def _read(self) -> None:
        assert self._outbox is not None
        try:
            if self._hand_over is not None:
                self._outbox.put(Taken(self._hand_over.take()))
        except Exception as exc:  # noqa: BLE001  # the file was moved, for example; the child goes on
            self._record.tell(exc)

    def _ended(self, child: launch.Launched | None) -> None:
        """Take what there still is, and say if nobody wanted it to end."""
        if self._outbox is not None:
            self._outbox.close()
        how = child.retire() if child is not None else ""
        if self._hand_over is not None:
            try:
                self._hand_over.close()
            except Exception as exc:  # noqa: BLE001  # as in `_read`
                self._record.tell(exc)
        with self._lock:
            self._why = self._why or how or "it was not launched"
            waiting, self._waiting = self._waiting, {}
        if self._state == "running":
            self._state = "stopped" if self._last else "died"
            if self._state == "died":
                said = f"the process of this receiver ended ({how}); start() runs it again"
                self._record.tell(ReceiverError(said))
        for each in waiting.values():
            each.failure = Failure("ReceiverError", f"the process of this receiver ended: {self._why}")
            each.come.set()
        self._rules.apply_here()
        process.leave(self)
        self._launched.set()
