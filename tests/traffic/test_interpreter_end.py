"""Cases 61, 64, 67 and 69 of the receiver's hard cases: without a front end, and at the interpreter's end."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time

import nbformat
import pytest

# A receiver of which everything is asked, and which still runs at the end.
TOUR = """
import chatbot_nb as cb
from chatbot_nb.bot.delivery import deliver
from chatbot_nb.bot.new_request import new_request

receiver = cb.Receiver(lambda request: cb.Reply().text(request.message), store="traffic.db").start()
request = new_request(webhook_id="5f52", webhook_name="Orders", message="anybody there?")
assert deliver(receiver.url, request).ok
(exchange,) = receiver.wait(1)
assert exchange.verdict.ok
assert receiver.frame()["message"].tolist() == ["anybody there?"]
assert len(receiver.conversations()) == 1
assert receiver.findings().empty
assert receiver.export("curl") and receiver.export("pytest")
assert receiver.replay(cb.Reply().text("new"))["verdict"].tolist() == ["same"]
receiver.assert_received(1)
receiver.save("traffic.jsonl")
assert cb.Receiver.load("traffic.jsonl").seen == 1
receiver.check()
"""
SHOW = 'print(receiver, exchange.reply, receiver.frame()["rule"].tolist(), flush=True)'
SHOWN = "Receiver('receiver', running, 1 seen) SentReply(200, 62 bytes, rule='reply', ok) ['reply']\n"


def python(tmp_path, *arguments, **environment):
    """Start Python in a folder of its own."""
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=tmp_path,
        env={**os.environ, "IPYTHONDIR": str(tmp_path), "JUPYTER_CONFIG_DIR": str(tmp_path), **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def end_of(process, until="ready\n"):
    """(standard error, exit code, seconds from the last word that it says to its end)."""
    try:
        line = process.stdout.readline()
        begin = time.monotonic()
        rest, errors = process.communicate(timeout=60)
    finally:
        with contextlib.suppress(ProcessLookupError):  # and its children, if it hangs
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    assert (line, rest) == (until, ""), errors
    return errors, process.returncode, time.monotonic() - begin


def script(tmp_path, code, *flags, **environment):
    """Run a script that makes requests to a receiver of its own and says "ready" before its end."""
    prelude = """
        import asyncio, atexit, os, socket, sys, threading, time
        import chatbot_nb as cb
        from chatbot_nb.bot.delivery import deliver
        from chatbot_nb.bot.new_request import new_request

        entered = threading.Event()

        def ask(receiver, message="hello"):
            return deliver(receiver.url, new_request(webhook_id="5f52", webhook_name="Orders", message=message))

        def never(request):
            entered.set()
            threading.Event().wait()

        def hang(receiver):
            threading.Thread(target=ask, args=[receiver, "hang"], daemon=True).start()
            assert entered.wait(10)
    """
    whole = textwrap.dedent(prelude) + textwrap.dedent(code) + "\nprint('ready', flush=True)\n"
    return python(tmp_path, *flags, "-c", whole, **environment)


@pytest.mark.parametrize(
    "how",
    [
        pytest.param(["-X", "dev", "tour.py"], id="script"),
        pytest.param(["-m", "IPython", "--no-banner", "--colors=NoColor", "tour.py"], id="ipython"),
    ],
)
def test_case_64_without_a_front_end(tmp_path, how):
    """Everything works, nothing is on standard error, and the interpreter ends at once with exit code 0."""
    (tmp_path / "tour.py").write_text(f"{TOUR}{SHOW}\n")
    errors, code, seconds = end_of(python(tmp_path, *how), SHOWN)
    assert (errors, code) == ("", 0)
    assert seconds < 2
    with contextlib.closing(sqlite3.connect(tmp_path / "traffic.db")) as db:
        assert db.execute("SELECT count(*), min(reply_status) FROM exchange").fetchone() == (1, 200)


def test_case_64_nbconvert(tmp_path):
    """A notebook is executed: the receiver is shown as its fixed text, no cell has another output."""
    cells = [nbformat.v4.new_code_cell(cell) for cell in (TOUR, "receiver", SHOW)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "tour.ipynb")
    process = python(tmp_path, "-m", "nbconvert", "--execute", "--to=notebook", "--output=done", "tour.ipynb")
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    outputs = [cell.outputs for cell in nbformat.read(tmp_path / "done.ipynb", 4).cells]
    assert [[output.output_type for output in cell] for cell in outputs] == [[], ["execute_result"], ["stream"]]
    assert outputs[1][0].data["text/plain"] == "Receiver('receiver', running, 1 seen)"
    assert (outputs[2][0].name, outputs[2][0].text) == ("stdout", SHOWN)


@pytest.mark.parametrize(
    ("before_the_end", "most"),
    [
        pytest.param("", 2, id="running"),
        pytest.param("atexit.register(receiver.stop)", 4, id="atexit"),
        pytest.param("threading.Thread(target=receiver.stop).start()", 4, id="thread"),
        pytest.param("threading.Thread(target=receiver.stop, daemon=True).start()", 4, id="daemon"),
    ],
)
def test_case_67_the_end_with_a_handler_that_never_returns(tmp_path, before_the_end, most):
    """Whoever stops it: the interpreter ends without a word, and the store has what was answered until then."""
    code = f"""
        handler = lambda request: None if request.message == "hello" else never(request)
        receiver = cb.Receiver(handler, store="traffic.db", limits={{"handler_seconds": 50}}).start()
        assert ask(receiver).ok
        hang(receiver)
        {before_the_end}
    """
    errors, code, seconds = end_of(script(tmp_path, code, "-X", "dev"))
    assert (errors, code) == ("", 0)
    assert seconds < most
    with contextlib.closing(sqlite3.connect(tmp_path / "traffic.db")) as db:
        first, *_under_way = db.execute("SELECT reply_status, timing_reply_done > 0 FROM exchange").fetchall()
        assert first == (200, 1)


def test_case_67_several_receivers_share_the_time_at_the_end(tmp_path):
    """Each has a handler that never returns; the end does not take as many times longer."""
    code = """
        for name in "abcdef":
            entered.clear()
            hang(cb.Receiver(never, name=name).start())
    """
    errors, code, seconds = end_of(script(tmp_path, code))
    assert (errors, code) == ("", 0)
    assert seconds < 2


def test_case_61_a_forked_child_that_ends_as_a_program_does(tmp_path):
    """Its end stops no receiver, and waits for none that a thread of its parent was stopping."""
    code = """
        import warnings
        receiver = cb.Receiver(lambda _: None, store="traffic.db").start()
        assert ask(receiver).ok
        other = cb.Receiver(never, name="other").start()
        hang(other)
        threading.Thread(target=other.stop).start()
        while other._lifecycle.acquire(blocking=False):
            other._lifecycle.release()
        warnings.simplefilter("ignore")  # from 3.12 on Python warns of a fork beside threads
        child = os.fork()
        if not child:
            sys.exit(0)  # atexit and all
        assert os.waitpid(child, 0)[1] == 0
        assert ask(receiver).ok
        assert [one.reply.status for one in receiver.wait(2)] == [200, 200]
        receiver.check()
    """
    assert end_of(script(tmp_path, code))[:2] == ("", 0)
    with contextlib.closing(sqlite3.connect(tmp_path / "traffic.db")) as db:
        assert db.execute("SELECT reply_status FROM exchange").fetchall() == [(200,), (200,)]


def test_case_69_asyncio_debug_mode(tmp_path):
    """It complains of callbacks that take long; that of the receiver's loop is not the user's to read."""
    code = """
        import ctypes
        receiver = cb.Receiver(lambda _: None).start()
        hold = ctypes.PyDLL(None).usleep  # keeps the interpreter's lock
        done = threading.Event()
        def block():
            while not done.is_set():
                hold(150_000)
        thread = threading.Thread(target=block)
        thread.start()
        assert ask(receiver).ok
        done.set()
        thread.join()
    """
    assert end_of(script(tmp_path, code, PYTHONASYNCIODEBUG="1"))[:2] == ("", 0)


def test_case_69_nested_loops(tmp_path):
    """nest_asyncio2 replaces parts of asyncio, before a start or after it: coroutine handlers answer all the same."""
    pytest.importorskip("nest_asyncio2")
    code = """
        import nest_asyncio2

        async def handler(request):
            await asyncio.sleep(0)
            return cb.Reply().text(request.message)

        first = cb.Receiver(handler, name="first").start()
        nest_asyncio2.apply()
        second = cb.Receiver(handler, name="second").start()

        async def main():
            for receiver in (first, second):
                assert asyncio.run(asyncio.to_thread(ask, receiver)).ok
                receiver.check()
                receiver.stop()
                receiver.start()
                assert (await asyncio.to_thread(ask, receiver)).ok

        asyncio.run(main())
    """
    assert end_of(script(tmp_path, code))[:2] == ("", 0)
