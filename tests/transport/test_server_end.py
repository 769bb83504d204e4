"""Cases 60, 61 and 67 of the receiver's hard cases: stopping under load, forks, the end of the interpreter."""

from __future__ import annotations

import asyncio
import http.client
import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time

import pytest

from chatbot_nb.transport.inbound.http import Response
from chatbot_nb.transport.inbound.server import Server

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


async def hello(_request):
    return Response(200, (), b"hello")


def get(port):
    """The body of one answer, on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/")
        return connection.getresponse().read()
    finally:
        connection.close()


def script(code, *args):
    """Run Python code in a process of its own, as a user would."""
    prelude = """
        import asyncio, os, socket, sys, threading, time, warnings
        from chatbot_nb.transport.inbound.http import Response
        from chatbot_nb.transport.inbound.server import Server
        async def hello(request):
            return Response(200, (), b"hello")
    """
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(prelude) + textwrap.dedent(code), *args],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def end_of(process):
    """How a script ended: (seconds from now, standard error, exit code)."""
    started = time.perf_counter()
    _, errors = process.communicate(timeout=20)
    return time.perf_counter() - started, errors, process.returncode


def open_requests(served, entered, number=50):
    """Open connections, each with a request that a handler has begun."""
    peers = [served.connect() for _ in range(number)]
    for peer in peers:
        peer.sendall(GET)
    for _ in peers:
        assert entered.acquire(timeout=10)
    return peers


def test_case_67_stop_lets_open_requests_finish(serve):
    """Fifty requests under way when the server stops are answered; idle connections close at once."""
    entered, release = threading.Semaphore(0), asyncio.Event()

    async def waits(_request):
        entered.release()
        await release.wait()
        return Response(200, (), b"done")

    served = serve(waits)
    idle = served.connect()
    peers = open_requests(served, entered)
    stopping = threading.Thread(target=served.server.stop)
    stopping.start()
    assert idle.recv(1) == b""
    served.server._loop.call_soon_threadsafe(release.set)
    for peer in peers:
        assert peer.makefile("rb").read().endswith(b"Connection: close\r\n\r\ndone")
    stopping.join()
    for peer in (idle, *peers):
        peer.close()


def test_case_67_stop_ends_what_does_not_finish(serve):
    """Requests that are not done in time are closed and marked so, and stop() returns."""
    entered = threading.Semaphore(0)

    async def never(_request):
        entered.release()
        await asyncio.Event().wait()

    served = serve(never)
    peers = open_requests(served, entered)
    served.server.stop()
    errors = {served.exchange()[2].reply_error for _ in peers}
    assert errors == {"the server was stopped"}
    for peer in peers:
        with peer:
            assert peer.recv(1) == b""


def test_case_67_stop_lets_a_handler_finish_whose_peer_has_left(serve):
    """Work that a request began gets its time, too, when nobody waits for the response any more."""
    entered, left, release = threading.Event(), threading.Event(), asyncio.Event()

    async def waits(_request):
        entered.set()
        while served.server._shared.open:  # noqa: ASYNC110 -- it has no event for that
            await asyncio.sleep(0)
        left.set()
        await release.wait()
        return Response()

    served = serve(waits)
    with served.connect() as peer:
        peer.sendall(GET)
        assert entered.wait(10)
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    assert left.wait(10)
    loop = served.server._loop
    loop.call_soon_threadsafe(served.server._stop_asked.set)
    loop.call_soon_threadsafe(loop.call_later, 0.1, release.set)
    served.server.stop()
    assert served.exchange()[1] == Response()


def test_case_67_stop_from_a_handler():
    """A handler may stop its own server: its response still goes out."""
    servers = []

    async def stops(_request):
        servers[0].stop()
        return Response(200, (), b"bye")

    servers.append(Server(stops).start())
    thread = servers[0]._thread
    assert get(servers[0].port) == b"bye"
    thread.join(10)
    assert not thread.is_alive()
    assert repr(servers[0]) == "Server(not running)"


def test_case_67_stop_from_a_recorder():
    """So may on_exchange, on the server's own thread; the peer has its response by then."""
    servers, told = [], threading.Event()

    def stops(*_exchange):
        servers[0].stop()
        told.set()

    servers.append(Server(hello, on_exchange=stops).start())
    thread = servers[0]._thread
    assert get(servers[0].port) == b"hello"
    assert told.wait(10)
    thread.join(10)
    assert not thread.is_alive()
    servers[0].check()


def test_case_67_stop_does_not_wait_for_a_handler_that_blocks(monkeypatch):
    """A handler that blocks the loop holds up stop() only so long, and check() says what happened."""
    monkeypatch.setattr("chatbot_nb.transport.inbound.server.GRACE", 0.1)
    monkeypatch.setattr("chatbot_nb.transport.inbound.server._JOIN_MARGIN", 0.1)
    entered, release = threading.Event(), threading.Event()

    async def blocks(_request):
        entered.set()
        release.wait(10)
        return Response()

    server = Server(blocks).start()
    thread, where = server._thread, repr(server)
    with socket.create_connection(("127.0.0.1", server.port)) as peer:
        peer.sendall(GET)
        entered.wait(10)
        server.stop()
        release.set()
        thread.join(10)
    with pytest.raises(RuntimeError) as caught:
        server.check()
    assert str(caught.value) == f"{where} did not stop: a handler blocks its event loop"


def test_case_67_stop_at_exit():
    """stop() registered with atexit works, and the interpreter ends without a word."""
    process = script(
        """
        import atexit
        server = Server(hello).start()
        atexit.register(server.stop)
        """
    )
    seconds, errors, code = end_of(process)
    assert (errors, code) == ("", 0)
    assert seconds < 10


@pytest.mark.parametrize("flags", [pytest.param("", id="at-exit"), pytest.param("now", id="while-it-runs")])
def test_case_67_stop_from_del(flags):
    """stop() in a __del__ works, also in that of an object which only the end of the interpreter deletes."""
    process = script(
        """
        from chatbot_nb.sandbox.backends import answer  # with a handler of this module it would never be deleted
        class Holder:
            def __init__(self):
                self.server = Server(answer).start()
            def __del__(self, write=os.write):
                self.server.stop()
                write(1, b"deleted")
        holder = Holder()
        if sys.argv[1]:
            del holder
        """,
        flags,
    )
    started = time.perf_counter()
    output, errors = process.communicate(timeout=20)
    assert (output, errors, process.returncode) == ("deleted", "", 0)
    assert time.perf_counter() - started < 4  # a stop() that waits for a thread that is gone takes five


@pytest.mark.parametrize("flags", [pytest.param("", id="plain"), pytest.param("dev", id="with-open-request")])
def test_case_67_the_interpreter_ends_with_a_running_server(flags):
    """A server that nobody stopped, idle or with a request under way, neither holds up the interpreter nor is heard."""
    process = script(
        """
        entered = threading.Event()
        async def never(request):
            entered.set()
            await asyncio.Event().wait()
        server = Server(never).start()
        if sys.argv[1]:
            peer = socket.create_connection(("127.0.0.1", server.port))
            peer.sendall(b"GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n")
            entered.wait(10)
        print("ready", flush=True)
        sys.stdin.read()
        """,
        flags,
    )
    assert process.stdout.readline() == "ready\n"
    seconds, errors, code = end_of(process)
    assert (errors, code) == ("", 0)
    assert seconds < 2


def test_case_60_interrupt_and_kill():
    """A server survives an interrupt of the cell; when its process is killed, its port is free at once."""
    process = script(
        """
        import signal
        server = Server(hello).start()
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            print(server.port, flush=True)
        time.sleep(60)
        """
    )
    port = int(process.stdout.readline())
    assert get(port) == b"hello"
    process.kill()
    process.communicate(timeout=10)
    with Server(hello, port=port):
        assert get(port) == b"hello"


@pytest.mark.timeout(30)  # where the child keeps the connection, its parent waits for the end of it in vain
def test_case_61_a_forked_child_frees_the_port():
    """A child that outlives its parent holds neither the port nor open connections, and serves nothing."""
    process = script(
        """
        interval = sys.getswitchinterval()
        server = Server(hello).start()
        peer = socket.create_connection(("127.0.0.1", server.port))
        peer.sendall(b"GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n")
        peer.recv(1000)
        warnings.simplefilter("ignore", DeprecationWarning)  # from 3.12 on Python warns of a fork beside threads
        pid = os.fork()
        if pid == 0:
            peer.close()
            server.stop()
            assert repr(server) == "Server(not running)"
            assert sys.getswitchinterval() == interval
            server.start()  # a server of its own
            os.write(1, f"child {server.port} {os.getpid()}\\n".encode())  # whole: both write to one pipe
            server.stop()
            time.sleep(30)
            os._exit(0)
        os.write(1, f"parent {server.port} {pid}\\n".encode())
        sys.stdin.readline()
        peer.sendall(b"GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n")
        assert peer.recv(1000).startswith(b"HTTP/1.1 200")
        print("served", flush=True)
        sys.stdin.readline()
        server.stop()
        assert peer.recv(1) == b""
        print("stopped", flush=True)
        os._exit(0)
        """
    )
    ports = {}
    for _ in range(2):
        who, port, child = process.stdout.readline().split()
        ports[who] = int(port)
    assert ports["child"] != ports["parent"]
    with socket.create_connection(("127.0.0.1", ports["parent"]), timeout=10) as peer:
        peer.sendall(GET)
        assert peer.recv(1000).startswith(b"HTTP/1.1 200")
        for said in ("served\n", "stopped\n"):
            process.stdin.write("go\n")
            process.stdin.flush()
            assert process.stdout.readline() == said
        assert peer.recv(1) == b""
    process.wait(10)
    # the parent is gone, the child lives
    with Server(hello, port=ports["parent"]):
        assert get(ports["parent"]) == b"hello"
    os.kill(int(child), signal.SIGKILL)
    assert end_of(process)[1] == ""
