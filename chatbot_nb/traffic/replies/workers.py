"""Threads that run a user's Python: many may be stuck, and nobody waits for them."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import queue
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar, TypeVarTuple

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

_T = TypeVar("_T")
_Args = TypeVarTuple("_Args")

#: So many threads at most; those that are stuck count.
WORKERS: Final = 64
_thread: Final = threading.local()


class BusyError(Exception):
    """Every thread is taken."""


class LateError(Exception):
    """The function has not returned in time; its thread goes on with it."""


@dataclass(slots=True)
class _Job(Generic[_T]):
    """One call, and who is told what came of it."""

    call: Callable[[], _T]
    done: Callable[[_T | None, BaseException | None], None]

    def run(self) -> tuple[_T | None, BaseException | None]:
        # As values: a future takes no StopIteration, and a SystemExit in it would end the loop that waits.
        try:
            return self.call(), None
        except BaseException as exc:  # noqa: BLE001  # the thread's border; `Workers.run` raises it
            return None, exc


_Inbox = queue.SimpleQueue[_Job[Any] | None]


class Workers:
    """Daemon threads, made when needed and used again.

    Not the standard library's pool: the interpreter joins its threads at exit, so that one handler that never returns
    would keep the kernel from ending.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[_Inbox] = []
        self._threads = 0
        self._generation = 0  # counts the closings; threads of an earlier one end when they are done

    async def run(self, function: Callable[[*_Args], _T], *args: *_Args, timeout: float) -> _T:  # noqa: ASYNC109
        """Return what a function returns that is called in a thread.

        Parameters
        ----------
        function : callable
        *args : object
        timeout : float
            Seconds.

        Raises
        ------
        BusyError
            All threads are taken; nothing was called.
        LateError
            It did not return in time.
        RuntimeError
            It raised what is no `Exception`, such as SystemExit. All else that it raises comes as it is.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[tuple[_T | None, BaseException | None]] = loop.create_future()

        def done(value: _T | None, error: BaseException | None) -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(_set, future, (value, error))

        self.submit(lambda: function(*args), done)
        try:
            value, error = await asyncio.wait_for(future, timeout)
        except TimeoutError:
            raise LateError from None
        if error is None:
            return value  # type: ignore[return-value]  # None only if the function returned it
        if isinstance(error, Exception):
            raise error
        raise RuntimeError(f"{type(error).__name__} was raised") from error

    def submit(self, function: Callable[[], _T], done: Callable[[_T | None, BaseException | None], None]) -> None:
        """Call a function in a thread, and then `done` there with what it returned or raised; return at once.

        Raises
        ------
        BusyError
            All threads are taken; nothing will be called.
        """
        self._hand_out(_Job(function, done))

    def close(self) -> None:
        """Let go of the threads: idle ones end now, busy ones when they are done. `run` may be used again."""
        with self._lock:
            self._generation += 1
            idle, self._idle = self._idle, []
        for inbox in idle:
            inbox.put(None)

    def _hand_out(self, job: _Job[Any]) -> None:
        with self._lock:
            if self._idle:
                self._idle.pop().put(job)
                return
            if self._threads >= WORKERS:
                raise BusyError
            self._threads += 1
            generation = self._generation
        inbox: _Inbox = queue.SimpleQueue()
        inbox.put(job)
        try:
            threading.Thread(
                target=self._work, args=(inbox, generation), name="chatbot_nb handler", daemon=True
            ).start()
        except RuntimeError:  # the system has no thread left
            with self._lock:
                self._threads -= 1
            raise BusyError from None

    def _work(self, inbox: _Inbox, generation: int) -> None:
        _thread.in_handler = True
        stays = True
        while stays and (job := inbox.get()) is not None:
            outcome = job.run()
            # Idle before the result is out: whoever has it finds this thread free.
            stays = self._is_idle_again(inbox, generation)
            job.done(*outcome)
            del job, outcome  # what an idle thread holds would stay in memory
        with self._lock:
            self._threads -= 1

    def _is_idle_again(self, inbox: _Inbox, generation: int) -> bool:
        with self._lock:
            if generation != self._generation:
                return False
            self._idle.append(inbox)
            return True


def _set(future: asyncio.Future[_T], value: _T) -> None:
    if not future.done():  # given up
        future.set_result(value)


def in_handler() -> bool:
    """Whether the current thread runs a handler: it must not wait for the receiver, which may be waiting for it."""
    return getattr(_thread, "in_handler", False)


def called(function: Callable[[_T], object], argument: _T) -> object:
    """Return what a function returns; what it wants awaited, as a coroutine function does, is awaited in this thread.

    A loop is made for it, by the policy that is set.
    """
    result = function(argument)
    if not inspect.isawaitable(result):
        return result
    with asyncio.Runner() as runner:  # not asyncio.run: nest_asyncio replaces it by one that leaves its loop open
        return runner.run(_awaited(result))


async def _awaited(awaitable: Awaitable[object]) -> object:
    return await awaitable
