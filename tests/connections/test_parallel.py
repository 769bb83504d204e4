"""Pieces of work in threads: all of them done once, a mistake ends them, an interrupt is seen."""

import os
import signal
import threading

import pytest

from chatbot_nb.connections import parallel
from chatbot_nb.connections.parallel import Parallel


@pytest.mark.parametrize("count", [0, 1, 5, 200])
@pytest.mark.parametrize("workers", [1, 3, 16])
def test_each_piece_is_done_once(count, workers):
    """In order of their numbers where there is one worker; no more workers than said, no thread is left."""
    done, threads, before = [], set(), threading.active_count()

    def work(position, _stop):
        threads.add(threading.get_ident())
        done.append(position)

    assert Parallel(count, work, workers=workers).run(progress=False, desc="") is False
    assert sorted(done) == list(range(count))
    assert done == sorted(done) or workers > 1
    assert len(threads) <= min(workers, count)
    assert threading.active_count() == before


def test_a_piece_may_stop_all():
    """Those that were begun end; no more are, and that is no interrupt."""
    done = []

    def work(position, stop):
        done.append(position)
        if position == 3:
            stop.set()

    assert Parallel(100, work, workers=1).run(progress=False, desc="") is False
    assert done == [0, 1, 2, 3]


def test_what_a_piece_raises_ends_everything_and_is_raised():
    """After those under way have ended."""
    begun, ended = threading.Barrier(2, timeout=10), []

    def work(position, stop):
        if position < 2:
            begun.wait()
        if position == 0:
            raise KeyError("a mistake")
        stop.wait(10)
        ended.append(position)

    with pytest.raises(KeyError, match="a mistake"):
        Parallel(50, work, workers=2).run(progress=False, desc="")
    assert ended in ([1], [1, 2], [2, 1])


def test_with_each_wave_of_throttling_the_workers_are_halved():
    """16, 8, 4, 2, 1, and one goes on to the end; what was counted before the start does not matter."""
    count, alone = [5], []

    def work(position, _stop):
        count[0] += position < 100
        if position >= 190:
            alone.append(threading.get_ident())

    Parallel(200, work, workers=16, throttled=lambda: count[0]).run(progress=False, desc="")
    assert len(set(alone)) == 1
    threads = set()
    barrier = threading.Barrier(4, timeout=10)

    def together(_position, _stop):
        threads.add(threading.get_ident())
        barrier.wait()

    Parallel(40, together, workers=4, throttled=lambda: 5).run(progress=False, desc="")
    assert len(threads) == 4


def test_an_interrupt_waits_for_what_is_under_way():
    """Without a grace to the end; nothing more is begun."""
    begun, ended = [], []

    def work(position, stop):
        begun.append(position)
        if len(begun) == 2:
            os.kill(os.getpid(), signal.SIGINT)
        stop.wait(10)
        ended.append(position)

    assert Parallel(50, work, workers=2).run(progress=False, desc="") is True
    assert sorted(begun) == sorted(ended) == [0, 1]


def test_an_interrupt_with_a_grace_waits_no_longer():
    """A piece that hangs is left to itself."""
    release = threading.Event()

    def work(_position, _stop):
        os.kill(os.getpid(), signal.SIGINT)
        release.wait(10)

    assert Parallel(1, work, workers=1).run(progress=False, desc="", grace=0.01) is True
    assert any(thread.name.endswith("(_work)") for thread in threading.enumerate())
    release.set()


def test_an_interrupt_that_did_not_wake_the_wait_is_seen_all_the_same(monkeypatch):
    """A signal that comes just before a wait does not end it: the wait is short, and is begun again."""
    waits, get = [], parallel.queue.SimpleQueue

    class Deaf:
        """Its wait ends without a tick, as on Windows, where the interrupt shows only then."""

        def __init__(self):
            self.ticks = get()
            self.put = self.ticks.put

        def get(self, timeout):
            waits.append(timeout)
            if len(waits) == 2:
                raise KeyboardInterrupt
            raise parallel.queue.Empty

    monkeypatch.setattr(parallel.queue, "SimpleQueue", Deaf)
    assert Parallel(1, lambda _position, stop: stop.wait(10), workers=1).run(progress=False, desc="") is True
    assert waits == [parallel._GLANCE] * 2


def test_an_interrupt_between_two_threads_starts_leaves_none(monkeypatch):
    """The one that was not started cannot be waited for."""
    start, started, before = threading.Thread.start, [], threading.active_count()

    def interrupted(thread):
        if len(started) == 2:
            raise KeyboardInterrupt
        started.append(thread)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", interrupted)
    assert Parallel(9, lambda _position, stop: stop.wait(10), workers=9).run(progress=False, desc="") is True
    assert threading.active_count() == before
