"""Threads for a user's functions: some never return, and nobody waits for them."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
import threading
import weakref

import pytest

from chatbot_nb.traffic.replies import workers
from chatbot_nb.traffic.replies.workers import WORKERS, BusyError, LateError, Workers, called

NAME = "chatbot_nb handler"


def _threads():
    return [thread for thread in threading.enumerate() if thread.name == NAME]


@pytest.fixture
def pool():
    """Workers that leave no thread behind, however the test ends."""
    before = set(_threads())
    pool = Workers()
    yield pool
    pool.close()
    for thread in set(_threads()) - before:
        thread.join(10)
        assert not thread.is_alive()


@pytest.fixture
def release():
    """What stuck functions wait for."""
    event = threading.Event()
    yield event
    event.set()


async def _late(pool, function, *args):
    with pytest.raises(LateError):
        await pool.run(function, *args, timeout=0.01)


def test_a_function_runs_in_another_thread(pool):
    """Its result comes back; the thread does not keep the interpreter from ending."""

    async def main():
        return await pool.run(lambda a, b: (a + b, threading.current_thread()), 1, 2, timeout=10)

    total, thread = asyncio.run(main())
    assert total == 3
    assert thread is not threading.current_thread()
    assert thread.daemon


def test_an_idle_thread_is_used_again(pool):
    """One after the other they need one thread, also on another loop."""

    async def main():
        return [await pool.run(threading.get_ident, timeout=10) for _ in range(100)]

    assert len({*asyncio.run(main()), *asyncio.run(main())}) == 1
    assert pool._threads == 1


@pytest.mark.parametrize("error", [ValueError("no"), TimeoutError("not the deadline"), AssertionError()])
def test_what_a_function_raises_comes_as_it_is(pool, error):
    """A TimeoutError of its own is not taken for the deadline."""

    def fail():
        raise error

    async def main():
        with pytest.raises(type(error)) as caught:
            await pool.run(fail, timeout=10)
        assert caught.value is error

    asyncio.run(main())


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt, asyncio.CancelledError, StopIteration, GeneratorExit])
def test_what_would_end_a_loop_does_not(pool, error):
    """The loop that waits is a server's."""

    def fail():
        raise error

    async def main():
        with pytest.raises(RuntimeError, match=error.__name__):
            await pool.run(fail, timeout=10)
        return await pool.run(lambda: "still there", timeout=10)

    assert asyncio.run(main()) == "still there"


def test_case_50_ten_that_never_return_do_not_hold_the_eleventh(pool, release):
    """Each is given up at its deadline, and keeps its thread."""

    async def main():
        await asyncio.gather(*(_late(pool, release.wait) for _ in range(10)))
        assert await pool.run(lambda: "at once", timeout=10) == "at once"

    asyncio.run(main())
    assert pool._threads == 11


def test_case_50_beyond_64_it_is_refused_at_once(pool, release):
    """Nothing is queued behind what may never return; once one returns there is room again."""
    first = threading.Event()

    async def main():
        task = asyncio.create_task(pool.run(first.wait, timeout=10))
        await asyncio.gather(*(_late(pool, release.wait) for _ in range(WORKERS - 1)))
        with pytest.raises(BusyError):
            await pool.run(print, "never called", timeout=10)
        first.set()
        await task
        return await pool.run(lambda: "room", timeout=10)

    assert asyncio.run(main()) == "room"
    assert pool._threads == WORKERS


def test_case_50_a_result_that_comes_too_late_disturbs_nobody(pool, release):
    """Neither the loop that gave it up, nor, where that is closed, the thread."""

    async def main():
        await _late(pool, release.wait)
        release.set()
        return await pool.run(lambda: 5, timeout=10)

    assert asyncio.run(main()) == 5
    release.clear()
    asyncio.run(_late(pool, release.wait))
    release.set()
    pool.close()
    for thread in _threads():
        thread.join(10)
    assert pool._threads == 0


def test_case_50_a_stuck_handler_does_not_keep_the_interpreter():
    """The standard library's pool would be joined at exit, for ever."""
    code = """
import asyncio, threading
from chatbot_nb.traffic.replies.workers import Workers, LateError
async def main():
    try:
        await Workers().run(threading.Event().wait, timeout=0.01)
    except LateError:
        print("given up")
asyncio.run(main())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert (done.stdout, done.stderr) == ("given up\n", "")


def test_a_cancelled_wait_leaves_the_thread_usable(pool, release):
    """As when the server stops while a handler runs."""

    async def main():
        began = asyncio.Event()
        loop = asyncio.get_running_loop()

        def stuck():
            loop.call_soon_threadsafe(began.set)
            release.wait()

        task = asyncio.create_task(pool.run(stuck, timeout=10))
        await began.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        release.set()
        return await pool.run(lambda: 5, timeout=10)

    assert asyncio.run(main()) == 5


def test_closing_ends_the_threads(pool, release):
    """Idle ones at once, busy ones when they are done; new ones can be made meanwhile."""

    async def main():
        await asyncio.gather(_late(pool, release.wait), pool.run(lambda: 5, timeout=10))
        before = _threads()
        pool.close()
        pool.close()
        again = await pool.run(threading.current_thread, timeout=10)
        assert again not in before
        release.set()
        return before

    for thread in asyncio.run(main()):
        thread.join(10)
        assert not thread.is_alive()
    assert pool._threads == 1


def test_an_idle_thread_holds_nothing(pool):
    """Requests and replies go when they are done with."""
    gone = [threading.Event(), threading.Event()]

    class Big:
        pass

    async def main():
        argument = Big()
        result = await pool.run(lambda big: (big, Big()), argument, timeout=10)
        for each, event in zip((argument, result[1]), gone, strict=True):
            weakref.finalize(each, event.set)

    asyncio.run(main())
    gc.collect()
    assert all(event.wait(10) for event in gone)


def test_case_52_a_thread_knows_that_it_runs_a_handler(pool):
    """So that waiting for the receiver in it can be refused; in no other thread."""

    async def main():
        return await pool.run(workers.in_handler, timeout=10)

    assert asyncio.run(main()) is True
    assert workers.in_handler() is False
    others = []
    thread = threading.Thread(target=lambda: others.append(workers.in_handler()))
    thread.start()
    thread.join(10)
    assert others == [False]


def test_case_52_a_coroutine_function_too(pool):
    """It is awaited in that thread, on a loop of its own."""

    async def handler(number):
        await asyncio.sleep(0)
        return number, workers.in_handler(), asyncio.get_running_loop()

    async def main():
        number, inside, loop = await pool.run(called, handler, 5, timeout=10)
        assert (number, inside) == (5, True)
        assert loop is not asyncio.get_running_loop()
        assert loop.is_closed()

    asyncio.run(main())


def test_what_returns_an_awaitable_is_awaited(pool):
    """A lambda around a coroutine function is none itself."""

    async def handler(number):
        return number + 1

    async def main():
        return await pool.run(called, lambda number: handler(number + 1), 5, timeout=10)

    assert asyncio.run(main()) == 7
