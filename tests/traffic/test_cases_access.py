"""The receiver's hard cases, by their numbers: who is let in, how long replies take, how it lives and ends."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import socket
import struct
import sys
import threading
import time
from pathlib import Path

import pytest

import chatbot_nb as cb
from chatbot_nb.errors import ListenError, ReceiverError
from chatbot_nb.traffic.receiver import Receiver


def test_case_45_a_foreign_host(receive):
    """Is not served, in whichever form it comes; what was sent is kept raw."""
    peer = receive()
    path = peer.address.path
    assert peer.send("POST", b"{}", {"Host": "evil.example"})[0] == 421
    absolute = f"POST http://evil.example{path} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
    assert peer.talk(absolute.encode()).startswith(b"HTTP/1.1 421 ")
    mixed = absolute.replace("Host: evil.example", f"Host: 127.0.0.1:{peer.address.port}")
    assert peer.talk(mixed.encode()).startswith(b"HTTP/1.1 421 ")
    double = f"POST //evil.example{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    answer = peer.talk(double.encode())
    assert answer.startswith(b"HTTP/1.1 404 ")
    assert b"evil" not in answer
    own = absolute.replace("evil.example", f"127.0.0.1:{peer.address.port}")
    assert peer.talk(own.encode()).startswith(b"HTTP/1.1 200 ")
    assert (peer.receiver.seen, peer.receiver.refused) == (1, 4)
    assert peer.receiver.strays[1].http.target == f"http://evil.example{path}".encode()
    assert [stray.marks for stray in peer.receiver.strays] == [("wrong_host",)] * 3 + [("wrong_path",)]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST:80", "[::1]:9", "127.0.0.1:1"])
def test_case_45_its_own_names(receive, host):
    """Any of them, with any port, as a tunnel may send."""
    assert receive().send("POST", b"{}", {"Host": host})[0] == 200


def test_case_46_a_browser(receive):
    """Is recorded and marked; no answer lets a page read anything."""
    peer = receive()
    status, headers, _ = peer.send("POST", b"{}", {"Origin": "https://evil.example"})
    assert status == 200
    preflight = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    status, more, _ = peer.send("OPTIONS", b"", preflight)
    assert (status, more["Allow"]) == (405, "GET, HEAD, POST")
    assert not [name for name in {**headers, **more} if name.lower().startswith("access-control")]
    assert [one.marks for one in peer.receiver.wait(2)] == [("from_browser",), ("from_browser", "wrong_method")]


@pytest.mark.parametrize("path", ["/", "/favicon.ico", "/robots.txt", "", "/wrong", "/../etc/passwd"])
def test_case_47_another_path(receive, path):
    """The same answer for all; counted, kept apart, and no exchange."""
    peer = receive()
    status, _, body = peer.send("GET", path=path or "/", query="?challenge=x")
    assert (status, body) == (404, b'{"error": "not found"}')
    receiver = peer.receiver
    assert (receiver.seen, receiver.exchanges, receiver.refused, len(receiver.frame())) == (0, (), 1, 0)
    assert [stray.marks for stray in receiver.strays] == [("wrong_path",)]


def test_case_47_strays_are_bounded(receive):
    """A scan does not fill the memory, and pushes out no exchange."""
    peer = receive(limits={"strays": 5})
    peer.post()
    for number in range(9):
        peer.send("GET", path=f"/{number}")
    assert [stray.http.path for stray in peer.receiver.strays] == ["/4", "/5", "/6", "/7", "/8"]
    assert peer.receiver.seen == 1


def test_case_48_a_replay_does_not_come_back(receive):
    """Neither to its own URL nor through another address that leads to it."""
    peer = receive()
    peer.post()
    peer.receiver.wait(1)
    with pytest.raises(ValueError, match="own"):
        peer.receiver.replay(peer.receiver.url)
    with pytest.raises(ValueError, match="own"):
        peer.receiver.replay(peer.receiver)
    with socket.create_server(("127.0.0.1", 0)) as relay:
        thread = threading.Thread(target=pass_on, args=(relay, peer.address.port))
        thread.start()
        outcome = peer.receiver.replay(f"http://127.0.0.1:{relay.getsockname()[1]}{peer.address.path}")
        thread.join(10)
    assert outcome["new_status"].tolist() == [508]
    assert peer.receiver.wait(2)[1].marks == ("loop",)


def pass_on(relay, port):
    """One connection, both ways, as a tunnel does."""
    left, _ = relay.accept()
    with left, socket.create_connection(("127.0.0.1", port)) as right:
        right.sendall(left.recv(65536))
        while piece := right.recv(65536):
            left.sendall(piece)


def test_case_52_a_handler_that_asks_its_receiver(receive):
    """Another receiver may be asked over HTTP; to wait for itself is refused in clear words."""
    other = receive(cb.Reply().text("other"))
    said = []

    def handler(_request):
        said.append(other.post()[0])
        try:
            peer.receiver.wait(1)
        except ReceiverError as exc:
            said.append(str(exc))
        return cb.Reply().text("done")

    peer = receive(handler)
    assert peer.post()[0] == 200
    assert said == [200, "wait() in a handler would wait for the handler itself; wait in a cell"]


def test_case_54_the_record_is_there_before_the_delay_ends(receive):
    """With the reply that will be sent; a client that leaves is noted."""
    peer = receive()
    peer.receiver.set_reply(cb.Reply().text("late"), delay=1.0)
    with socket.create_connection(("127.0.0.1", peer.address.port)) as client:
        client.sendall(peer.head("POST", "Content-Length: 2") + b"\r\n{}")
        seen_by(peer.receiver, lambda exchanges: exchanges and exchanges[0].reply)
        (exchange,) = peer.receiver.exchanges
        assert not exchange.done
        assert exchange.reply.delay == 1.0
    (exchange,) = peer.receiver.wait(1)
    assert "sender_gone" in exchange.marks


def test_case_54_a_client_that_resets(receive):
    """It certainly had no reply, and the record says so at once."""
    peer = receive()
    peer.receiver.set_reply(cb.Reply().text("late"), delay=0.5)
    with socket.create_connection(("127.0.0.1", peer.address.port)) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.sendall(peer.head("POST", "Content-Length: 2") + b"\r\n{}")
        seen_by(peer.receiver, lambda exchanges: exchanges and exchanges[0].reply)
    (exchange,) = peer.receiver.wait(1)
    assert exchange.timing.reply_error == "the peer left before it had the response"


def test_case_54_stop_ends_a_delay(receive):
    """And the exchange says that the server was stopped."""
    peer = receive()
    with pytest.warns(UserWarning, match="10"):
        peer.receiver.set_reply({"responses": []}, delay=60)
    with socket.create_connection(("127.0.0.1", peer.address.port)) as client:
        client.sendall(peer.head("POST", "Content-Length: 2") + b"\r\n{}")
        seen_by(peer.receiver, lambda exchanges: exchanges and exchanges[0].reply)
        begin = time.monotonic()
        peer.receiver.stop()
        assert time.monotonic() - begin < 4
    (exchange,) = peer.receiver.exchanges
    assert exchange.timing.reply_error == "the server was stopped"


@pytest.mark.parametrize(
    ("query", "status", "body"),
    [
        pytest.param("?challenge=abc_-9&token=t0ken", 200, b"abc_-9", id="right"),
        pytest.param("?challenge=%3Cb%3E%0D%0A&token=t0ken", 200, b"<b>\r\n", id="html"),
        pytest.param("?challenge=one&challenge=two&token=t0ken", 200, b"one", id="twice"),
        pytest.param("?challenge=abc&token=wrong", 401, b"", id="wrong-token"),
        pytest.param("?challenge=abc", 401, b"", id="no-token"),
    ],
)
def test_case_55_verification(receive, query, status, body):
    """The very bytes of the challenge as plain text, or nothing."""
    peer = receive(token="t0ken")
    got, headers, answer = peer.send("GET", query=query)
    assert (got, answer) == (status, body)
    if got == 200:
        assert headers["Content-Type"] == "text/plain; charset=utf-8"
        assert headers["X-Content-Type-Options"] == "nosniff"
    assert peer.send("HEAD", query=query)[::2] == (status, b"")


def test_case_55_no_challenge_and_a_huge_one(receive):
    """400 that says what this is, 414."""
    peer = receive()
    status, _, body = peer.send("GET")
    assert status == 400
    assert b"this is a receiver" in body
    assert peer.send("GET", query="?challenge=" + "x" * 1_000_000)[0] in {414, 431}


def test_case_56_port_in_use(receive):
    """An error in the calling cell that names the port; nothing is left running, and the name is free."""
    peer = receive()
    before = threading.active_count()
    with pytest.raises(ListenError, match=f"port {peer.address.port} on 127.0.0.1 is in use by a server of this"):
        Receiver(name="another", port=peer.address.port).start()
    assert threading.active_count() == before
    with Receiver(name="another") as other:
        assert other.running


def test_case_57_a_fixed_port_at_once_again(receive):
    """After a stop with connections that were open."""
    peer = receive()
    port = peer.address.port
    with socket.create_connection(("127.0.0.1", port)):
        peer.receiver.stop()
    again = receive(port=port)
    assert again.post()[0] == 200


def test_case_58_a_cell_that_runs_twice(receive):
    """One receiver: the new one has the URL and the traffic of the old one, which is stopped."""
    first = receive(cb.Reply().text("one"), name="twice")
    first.post()
    second = receive(cb.Reply().text("two"), name="twice")
    assert (first.receiver.running, second.receiver.running) == (False, True)
    assert second.receiver.url == first.receiver.url
    assert second.post()[1]["responses"][0]["message"] == "two"
    assert [one.seq for one in second.receiver.wait(2)] == [1, 2]


def test_case_58_fifty_cycles_leave_nothing(tmp_path):
    """Threads and descriptors are as many as before, with a store too."""
    with Receiver(name="cycle"):
        pass
    gc.collect()
    before = (threading.active_count(), len([*Path("/proc/self/fd").iterdir()]))
    for number in range(50):
        store = tmp_path / "traffic.db" if number % 2 else None
        with Receiver(lambda _request: None, name="cycle", store=store) as receiver:
            assert receiver.running
    gc.collect()
    assert (threading.active_count(), len([*Path("/proc/self/fd").iterdir()])) == before


def test_case_59_two_receivers(receive):
    """Each has its own traffic, reply and path."""
    one, two = receive(cb.Reply().text("one")), receive(cb.Reply().text("two"))
    assert [peer.post()[1]["responses"][0]["message"] for peer in (one, two, two)] == ["one", "two", "two"]
    assert (one.receiver.seen, two.receiver.seen) == (1, 2)
    assert one.send("POST", b"{}", path=two.address.path)[0] == 404


@pytest.mark.only_mode("thread")
def test_case_66_the_clock_jumps_back(receive, monkeypatch):
    """Order is by number, durations by the monotonic clock."""
    from chatbot_nb.transport.inbound import connection

    peer = receive()
    peer.post()

    class Past(connection.datetime):
        @classmethod
        def now(cls, tz=None):
            return connection.datetime(1999, 1, 1, tzinfo=tz)

    monkeypatch.setattr(connection, "datetime", Past)
    peer.post(peer.request(messageId="m-2"))
    first, second = peer.receiver.wait(2)
    assert second.http.received_at < first.http.received_at
    assert peer.receiver.frame().index.tolist() == [1, 2]
    assert peer.receiver.conversations()["seq"].tolist() == [1, 2]
    assert second.timing.reply_done >= 0


def test_case_66_soak(receive, mode):
    """Thousands of requests over a hundred that are kept: threads, descriptors and blocks of memory stay as many."""
    peer = receive(limits={"exchanges": 100})
    body = b'{"messageId": "x"}'
    one = peer.head("POST", f"Content-Length: {len(body)}").replace(b"Connection: close\r\n", b"") + b"\r\n" + body
    last = peer.head("POST", f"Content-Length: {len(body)}") + b"\r\n" + body

    def round_of_requests():
        for _ in range(5 if mode == "thread" else 1):  # each is stored before the next one is answered
            assert peer.talk(one * 999 + last).count(b"HTTP/1.1 200 OK") == 1000
        gc.collect()
        # Not gc.get_objects(): a tuple that a thread is filling could not be finished while that list holds it.
        return sys.getallocatedblocks(), threading.active_count(), len([*Path("/proc/self/fd").iterdir()])

    round_of_requests()
    blocks, *before = round_of_requests()
    more, *after = [round_of_requests() for _ in range(2)][-1]
    assert after == pytest.approx(before, abs=1)  # the last connection may be closing yet
    assert more < blocks + 5000
    assert peer.receiver.kept == 100


def test_case_67_stop_in_a_handler(receive):
    """It returns at once, the request is answered, and the receiver has stopped afterwards."""

    def handler(_request):
        begin = time.monotonic()
        peer.receiver.stop()
        took.append(time.monotonic() - begin)
        return cb.Reply().text("bye")

    took = []
    peer = receive(handler)
    assert peer.post()[0] == 200
    assert took[0] < 1
    for thread in threading.enumerate():
        if thread.name == "chatbot_nb stop":
            thread.join(10)
    assert not peer.receiver.running


def test_case_67_stop_with_requests_under_way(receive):
    """They get two seconds; then they are closed, and their records say so."""
    let_go = threading.Event()
    entered = threading.Semaphore(0)

    def handler(_request):
        entered.release()
        let_go.wait(30)

    peer = receive(handler)
    clients = [threading.Thread(target=ignoring, args=(peer.post,)) for _ in range(20)]
    for client in clients:
        client.start()
    for _ in clients:
        assert entered.acquire(timeout=10)
    begin = time.monotonic()
    peer.receiver.stop()
    assert 1.5 < time.monotonic() - begin < 4
    let_go.set()
    for client in clients:
        client.join(10)
    errors = {exchange.timing.reply_error for exchange in peer.receiver.exchanges}
    assert (len(peer.receiver.exchanges), errors) == (20, {"the server was stopped"})


def ignoring(send):
    with contextlib.suppress(OSError):
        send()


@pytest.mark.only_mode("thread")
def test_case_68_the_server_thread_fails(receive):
    """The receiver says so, and check() raises it."""
    peer = receive(errors=True)
    server = peer.receiver._engine._server
    thread = server._thread
    server._loop.call_soon_threadsafe(server._loop.stop)
    thread.join(10)
    assert not peer.receiver.running
    assert (peer.receiver.state, "died" in repr(peer.receiver)) == ("died", True)
    with pytest.raises(RuntimeError):
        peer.receiver.check()


def test_case_69_what_the_user_did_to_asyncio(receive, monkeypatch):
    """Debug mode, a policy of another library, a loop that runs already: the receiver's loop is its own."""

    class Policy(asyncio.DefaultEventLoopPolicy):
        def new_event_loop(self):
            raise AssertionError("the user's policy was asked")

    monkeypatch.setenv("PYTHONASYNCIODEBUG", "1")
    former = asyncio.get_event_loop_policy()
    asyncio.set_event_loop_policy(Policy())
    try:
        assert receive(lambda _request: cb.Reply().text("x")).post()[0] == 200
    finally:
        asyncio.set_event_loop_policy(former)

    async def in_a_running_loop():
        peer = receive()
        return await asyncio.to_thread(peer.post)

    assert asyncio.run(in_a_running_loop())[0] == 200


def test_case_70_addresses(receive):
    """It listens on 127.0.0.1 and says so, whatever localhost resolves to; IPv6 works where there is some."""
    assert receive().receiver.url.startswith("http://127.0.0.1:")
    try:
        six = receive(host="::1")
    except ListenError:
        return
    assert six.receiver.url.startswith("http://[::1]:")
    with socket.create_connection(("::1", six.address.port), timeout=10) as client:
        head = f"POST {six.address.path} HTTP/1.1\r\nHost: [::1]:{six.address.port}\r\nContent-Length: 2\r\n\r\n"
        client.sendall(head.encode() + b"{}")
        assert client.recv(100).startswith(b"HTTP/1.1 200 OK")


def seen_by(receiver, condition):
    """Wait until a condition on the exchanges, done or not, is true."""
    changed = receiver._capture._changed
    until = time.monotonic() + 10
    while not condition(receiver.exchanges):
        assert time.monotonic() < until
        with changed:
            changed.wait(0.01)
