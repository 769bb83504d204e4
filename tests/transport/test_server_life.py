"""Cases 56 to 58 of the receiver's hard cases: start, stop, start again, and a port that is taken."""

from __future__ import annotations

import gc
import http.client
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from chatbot_nb.errors import ListenError
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


def open_descriptors():
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_case_56_port_in_use_by_a_stranger():
    """Starting raises in the calling cell, with the port and what to do; no thread is left."""
    threads = threading.active_count()
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(ListenError) as caught:
            Server(hello, port=port).start()
    assert isinstance(caught.value, OSError)
    assert (
        str(caught.value) == f"port {port} on 127.0.0.1 is in use. Pass port=0, or stop the server of an earlier cell"
    )
    assert threading.active_count() == threads


def test_no_descriptor_is_left_for_the_event_loop():
    """Starting raises an error of ours, and closes the socket again; tried in a process of its own."""
    child = """if True:
        import os, resource
        from chatbot_nb.errors import ListenError
        from chatbot_nb.transport.inbound.server import Server

        async def handler(request): ...
        spare = os.dup(0)
        os.close(spare)  # the lowest number that is free: the listening socket's
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (spare + 1, hard))
        server = Server(handler)
        try:
            server.start()
        except ListenError as error:
            print(error)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        print("closed" if os.dup(0) == spare else "leaked")
        with server:
            print("started")
    """
    done = subprocess.run([sys.executable, "-c", child], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.splitlines() == [
        "cannot make an event loop for the server: Too many open files",
        "closed",
        "started",
    ]


def test_case_56_port_in_use_by_one_of_ours():
    """The message says so where the port is held by another server of this process, which goes on."""
    with Server(hello) as first:
        with pytest.raises(ListenError) as caught:
            Server(hello, port=first.port).start()
        assert str(caught.value) == (
            f"port {first.port} on 127.0.0.1 is in use by a server of this process. "
            "Pass port=0, or stop the server of an earlier cell"
        )
        assert get(first.port) == b"hello"


@pytest.mark.parametrize(
    ("where", "message"),
    [
        pytest.param({"port": 65536}, "port 65536: an integer of 0 to 65535, 0 takes a free one", id="port"),
        pytest.param({"port": "80"}, "port '80': an integer of 0 to 65535, 0 takes a free one", id="text"),
        pytest.param({"port": 1.5}, "port 1.5: an integer of 0 to 65535, 0 takes a free one", id="fraction"),
        pytest.param({"host": "192.0.2.1"}, "cannot listen on 192.0.2.1:0: Cannot assign requested address", id="host"),
        pytest.param({"host": "no such host"}, "cannot listen on no such host:0: Name or service not known", id="name"),
    ],
)
def test_case_56_impossible_addresses(where, message):
    """An address that cannot be listened on is named."""
    with pytest.raises(ListenError) as caught:
        Server(hello, **where).start()
    assert str(caught.value) == message


def test_case_56_no_thread_to_be_had(monkeypatch):
    """Where no thread can be started nothing stays behind: the port is free, and the next start works."""

    def refuse(_thread):
        raise RuntimeError("can't start new thread")

    server = Server(hello)
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        with pytest.raises(ListenError, match=r"^cannot start a thread for the server: can't start new thread$"):
            server.start()
    with Server(hello, port=server.port) as second:
        assert get(second.port) == b"hello"


def test_case_57_fixed_port_rebinds_at_once():
    """A server with a fixed port starts again at once, though connections of its last run are in TIME_WAIT."""
    with Server(hello) as first:
        port = first.port
        assert get(port) == b"hello"
    second = Server(hello, port=port)
    for _ in range(3):
        with second:
            peer = socket.create_connection(("127.0.0.1", port))
            peer.sendall(GET)
            assert peer.recv(1000)
        peer.close()
        assert second.port == port


def test_start_twice():
    """A second start() is an error that names the server which runs, and changes nothing."""
    with Server(hello) as server:
        with pytest.raises(ListenError) as caught:
            server.start()
        assert str(caught.value) == f"this server runs already at {server.url_for()}: stop() it first"
        assert get(server.port) == b"hello"


def test_case_67_stop_twice_and_before_start():
    """stop() is harmless where nothing runs."""
    server = Server(hello)
    server.stop()
    server.start()
    server.stop()
    server.stop()
    assert repr(server) == "Server(not running)"


def test_no_port_before_start():
    """Before its first start a server has no URL, and says what to do."""
    with pytest.raises(ListenError) as caught:
        Server(hello).url_for()
    assert str(caught.value) == "this server has no port yet: call start()"


def test_url_for():
    """URLs name the address, never localhost."""
    with Server(hello) as server:
        assert server.url_for("/a?b=c") == f"http://127.0.0.1:{server.port}/a?b=c"
        assert repr(server) == f"Server('http://127.0.0.1:{server.port}/')"


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="no IPv6 here")
def test_ipv6():
    """An IPv6 address is served, and stands in brackets in URLs and peers."""
    peers = []

    async def remember(request):
        peers.append(request.peer)
        return Response()

    with Server(remember, host="::1") as server:
        assert server.url_for() == f"http://[::1]:{server.port}/"
        with socket.create_connection(("::1", server.port)) as peer:
            peer.sendall(GET)
            assert peer.recv(100)
            assert peers == [f"[::1]:{peer.getsockname()[1]}"]


def test_case_58_fifty_cycles_leave_nothing():
    """Fifty starts and stops leave neither threads nor descriptors, and the switch interval as it was."""
    interval = sys.getswitchinterval()
    server = Server(hello)
    with server:
        assert get(server.port) == b"hello"
    threads, descriptors = threading.active_count(), open_descriptors()
    for _ in range(50):
        with server:
            assert get(server.port) == b"hello"
    assert threading.active_count() == threads
    assert open_descriptors() == descriptors
    assert sys.getswitchinterval() == interval


def test_switch_interval_while_any_server_runs():
    """The first server shortens the switch interval, the last one restores it."""
    before = sys.getswitchinterval()
    with Server(hello) as first:
        second = Server(hello).start()
        first.stop()
        assert sys.getswitchinterval() == pytest.approx(0.0001)
        second.stop()
    assert sys.getswitchinterval() == pytest.approx(before)


def test_small_writes_go_out_at_once(serve):
    """Connections are accepted with TCP_NODELAY."""
    served = serve()
    with served.connect() as peer:
        peer.sendall(GET)
        peer.recv(1000)
        (connection,) = served.server._shared.open
        accepted = connection._transport.get_extra_info("socket")
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1


def test_stop_while_a_connection_is_accepted():
    """Whatever stage it is in, its socket is closed: an unclosed one would be a warning, and so an error here."""
    for _ in range(40):
        with Server(hello) as server, socket.create_connection(("127.0.0.1", server.port)):
            server.stop()
    gc.collect()
