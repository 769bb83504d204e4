"""A receiver in a process of its own: it answers whatever the kernel does, and ends when the kernel does."""

from __future__ import annotations

import ctypes
import gc
import json
import os
import pickle
import re
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import chatbot_nb as cb
from chatbot_nb.errors import ListenError, ReceiverError
from chatbot_nb.traffic.engines import process
from chatbot_nb.traffic.engines.messages import Look, Order, packed, unpacked
from chatbot_nb.traffic.receiver import Receiver

HELLO = cb.Reply().text("Hello")

pytestmark = pytest.mark.only_mode("process")

# Sends from a process of its own, since this one is kept busy: number of requests, seconds until the last answer, and
# the last answer.
CLIENT = """
    import socket, sys, time
    port, number = int(sys.argv[1]), int(sys.argv[2])
    one = sys.stdin.buffer.read()
    print("ready", flush=True)
    begin = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port)) as peer:
        peer.sendall(one * (number - 1) + one.replace(b"X-Last: no", b"Connection: close"))
        data = b""
        while piece := peer.recv(65536):
            data += piece
    print(data.count(b"HTTP/1.1 200 OK"), time.perf_counter() - begin, flush=True)
    print(data.rpartition(b"\\r\\n\\r\\n")[2].decode())
"""
# A kernel, as far as a receiver can tell.
KERNEL = """
    import os, sys, time
    import chatbot_nb as cb
    receiver = cb.Receiver(mode="process").start()
    print(receiver._engine.pid, receiver.local_url, flush=True)
    {then}
    sys.stdin.read()
"""


def while_held(peer, *, number=1, seconds=1.0, body=None):
    """Send while C code holds this process's lock; how many were answered, in which time, the last answer."""
    body = json.dumps(peer.request()).encode() if body is None else body
    head = peer.head("POST", f"Content-Length: {len(body)}", "X-Last: no").replace(b"Connection: close\r\n", b"")
    command = [sys.executable, "-c", textwrap.dedent(CLIENT), str(peer.address.port), str(number)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as client:
        client.stdin.write(head + b"\r\n" + body)
        client.stdin.close()
        assert client.stdout.readline() == b"ready\n"
        ctypes.PyDLL(None).usleep(int(seconds * 1e6))  # PyDLL, other than CDLL, does not let go of the lock
        answered, took = client.stdout.readline().split()
        return int(answered), float(took), client.stdout.read().strip()


def started_kernel(then=""):
    """A process with a receiver; it, the receiver's process, and its URL."""
    command = [sys.executable, "-c", textwrap.dedent(KERNEL).format(then=then)]
    kernel = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    pid, url = kernel.stdout.readline().split()
    return kernel, int(pid), urlsplit(url)


def gone_within(pid, seconds):
    """Whether a process ends in that time; one that nobody has waited for counts as ended."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.01)
    return False


def starts_at(port):
    """Whether a receiver can have a port: of a process that has ended the last thread may live a little longer."""
    until = time.monotonic() + 2
    while True:
        try:
            with Receiver(name="next", port=port) as receiver:
                return receiver.running
        except ListenError:
            if time.monotonic() > until:
                raise


def ended(kernel):
    kernel.stdin.close()
    kernel.stdout.close()
    kernel.wait(10)


def test_case_62_it_answers_while_c_code_holds_the_lock(receive):
    """Within a fraction of that time; all of it is there afterwards."""
    peer = receive(HELLO)
    answered, took, _ = while_held(peer, number=5)
    assert answered == 5
    assert took < 0.25
    assert peer.receiver.seen == 5


def test_more_came_than_is_kept_while_the_kernel_was_away(receive):
    """The counters are exact, the newest are kept."""
    peer = receive(HELLO, limits={"exchanges": 50})
    answered, _, _ = while_held(peer, number=700, seconds=1.5)
    receiver = peer.receiver
    assert (answered, receiver.seen, receiver.kept, receiver.evicted) == (700, 700, 50, 650)
    assert [exchange.seq for exchange in receiver.wait(50)] == [*range(651, 701)]


def test_a_handler_that_the_kernel_cannot_run_in_time(receive):
    """The fallback goes out at the deadline, and the record says why; nothing is called afterwards."""
    called = []
    peer = receive(called.append, limits={"handler_seconds": 0.3})
    answered, took, body = while_held(peer, seconds=1.0)
    assert (answered, json.loads(body)) == (1, {"responses": []})
    assert 0.3 <= took < 0.6
    (exchange,) = peer.receiver.wait(1)
    assert exchange.reply.rule == "reply"
    assert exchange.reply.error == (
        "handler_timeout: the kernel was busy, and did not take up the request within 0.3 s"
    )
    assert called == []


def test_it_is_killed(receive):
    """The receiver says so, has what was answered, and starts again, at its URL."""
    peer = receive(HELLO, errors=True)
    receiver, url = peer.receiver, peer.receiver.url
    for number in range(20):
        peer.post(peer.request(messageId=f"m-{number}"))
    os.kill(receiver._engine.pid, signal.SIGKILL)
    receiver._engine._reader.join(10)
    assert not receiver.running
    assert repr(receiver) == f"Receiver({receiver.name!r}, died, 20 seen, 1 error, check() raises the first)"
    with pytest.raises(ReceiverError, match=r"^the process of this receiver ended \(killed by signal 9\); start\(\)"):
        receiver.check()
    assert all(exchange.done for exchange in receiver.wait(20, timeout=1))
    receiver.start()
    assert (receiver.running, receiver.url) == (True, url)
    peer.post(peer.request(messageId="m-7"))
    assert (receiver.seen, receiver.exchanges[-1].marks) == (21, ("duplicate",))
    receiver._errors.clear()


def test_it_is_killed_under_load(receive, tmp_path):
    """What was answered is recorded here, each once, whenever it was."""
    peer = receive(HELLO, errors=True, store=tmp_path / "traffic.db")
    body = json.dumps(peer.request()).encode()
    one = peer.head("POST", f"Content-Length: {len(body)}").replace(b"Connection: close\r\n", b"") + b"\r\n" + body
    with socket.create_connection(("127.0.0.1", peer.address.port)) as client:
        client.sendall(one * 500)
        data = client.recv(65536)
        os.kill(peer.receiver._engine.pid, signal.SIGKILL)
        try:
            while piece := client.recv(65536):
                data += piece
        except ConnectionResetError:
            pass
    peer.receiver._engine._reader.join(10)
    answered = data.count(b"HTTP/1.1 200 OK")
    assert 0 < answered <= peer.receiver.seen
    assert [exchange.seq for exchange in peer.receiver.exchanges] == [*range(1, peer.receiver.seen + 1)]
    peer.receiver.stop()
    assert receive(store=tmp_path / "traffic.db").receiver.seen >= answered


def test_case_60_the_kernel_is_killed():
    """The process is gone within two seconds, and the port is free."""
    kernel, pid, url = started_kernel()
    kernel.kill()
    assert gone_within(pid, 2)
    ended(kernel)
    assert starts_at(url.port)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with its parent")
def test_case_60_the_kernel_is_killed_while_an_expression_never_ends():
    """Also what cannot listen any more does not outlive the kernel."""
    add = "receiver.rules.add('hangs', None, message=__import__('re').compile('(a+)+$'))"
    kernel, pid, url = started_kernel(then=f"{add}; print('added', flush=True)")
    assert kernel.stdout.readline() == "added\n"
    body = b'{"message": "%sb"}' % (b"a" * 99)
    head = f"POST {url.path} HTTP/1.1\r\nHost: {url.netloc}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    with socket.create_connection((url.hostname, url.port)) as client:
        client.sendall(head + body)
        with socket.create_connection((url.hostname, url.port)) as other:
            other.settimeout(0.5)
            other.sendall(b"GET / HTTP/1.1\r\n\r\n")
            with pytest.raises(TimeoutError):
                other.recv(1)
        kernel.kill()
        assert gone_within(pid, 2)
    ended(kernel)


def test_case_60_the_kernel_ends():
    """Nothing is left of it."""
    kernel, pid, url = started_kernel()
    ended(kernel)
    assert kernel.returncode == 0
    assert gone_within(pid, 2)
    assert starts_at(url.port)


def test_case_61_a_forked_child_outlives_the_kernel():
    """The port is free all the same: the fork holds nothing that keeps the receiver's process."""
    then = "fork = os.fork() or time.sleep(30) or os._exit(0); print(fork, flush=True)"
    kernel, pid, url = started_kernel(then=then)
    fork = int(kernel.stdout.readline())
    kernel.kill()
    kernel.wait(10)
    assert gone_within(pid, 2)
    assert starts_at(url.port)
    os.kill(fork, signal.SIGKILL)
    ended(kernel)


def test_a_forked_child_does_not_stop_it(receive):
    """In it the receiver does not run, and its end is not the receiver's."""
    peer = receive(HELLO)
    fork = os.fork()
    if not fork:
        running = peer.receiver.running
        peer.receiver.stop()
        os._exit(int(running))
    assert os.waitpid(fork, 0)[1] == 0
    assert peer.post()[0] == 200
    assert peer.receiver.seen == 1


def test_a_process_that_hangs_does_not_hang_the_kernel(receive, monkeypatch):
    """What is known is shown; a change says that it did not arrive; stop() ends it."""
    peer = receive(HELLO, errors=True)
    peer.post()
    receiver = peer.receiver
    receiver.wait(1)
    os.kill(receiver._engine.pid, signal.SIGSTOP)
    begin = time.monotonic()
    assert repr(receiver) == f"Receiver({receiver.name!r}, running, 1 seen)"
    assert time.monotonic() - begin < 3
    monkeypatch.setattr(process, "_TO_STOP", 0.2)
    receiver._stop(grace=0.0)
    assert not receiver.running
    assert "did not answer within 0.2 s" in str(receiver.errors[0])


@pytest.mark.parametrize(("first", "second"), [("thread", "process"), ("process", "thread"), ("process", "process")])
def test_case_58_a_cell_that_runs_twice_in_another_mode(receive, first, second):
    """URL, traffic, known messages and numbers go on."""
    one = receive(HELLO, name="twice", mode=first)
    one.post()
    two = receive(cb.Reply().text("two"), name="twice", mode=second)
    assert (one.receiver.running, two.receiver.running) == (False, True)
    assert two.receiver.url == one.receiver.url
    assert two.post()[1]["responses"][0]["message"] == "two"
    assert [(each.seq, each.marks) for each in two.receiver.wait(2)] == [(1, ()), (2, ("duplicate",))]


def test_rules_with_and_without_functions(receive):
    """The first that matches answers, wherever it is decided; each is counted once, also over a restart."""
    peer = receive("otherwise")
    rules = peer.receiver.rules
    rules.add("python", "python", where=lambda request: request.message == "a")
    rules.add("pattern", ["first", "second", "last"], message=re.compile("^[ab]"))
    rules.add("mixed", ["fixed", lambda request: request.message], attributes={"order": lambda order: order == "A1"})

    def said(message):
        return peer.post(peer.request(message=message))[1].decode()

    assert [said(message) for message in ("a", "b", "ab", "c", "cc")] == ["python", "first", "second", "fixed", "cc"]
    assert peer.post(peer.request(message="x", attributes={}))[1] == b"otherwise"
    assert rules.frame()["hits"].tolist() == [1, 2, 2, 1]
    assert "3 of 3: 4 bytes of no JSON, 200, 2 hits" in repr(rules)
    peer.receiver.stop()
    peer.receiver.start()
    peer.address = urlsplit(peer.receiver.local_url)
    assert [said(message) for message in ("b", "c")] == ["last", "c"]
    assert rules.frame()["hits"].tolist() == [1, 3, 3, 1]


def test_what_is_changed_is_changed_when_the_call_returns(receive):
    """Replies, rules, faults, each seen by the very next request."""
    peer = receive("0")
    for number in range(30):
        peer.receiver.reply = str(number)
        assert peer.post()[1] == number
    peer.receiver.inject("status_500", 2)
    assert "next faults: status_500 2 times" in repr(peer.receiver.rules)
    assert peer.post()[0] == 500
    assert "next faults: status_500" in repr(peer.receiver.rules)
    peer.receiver.rules.clear()
    assert peer.post()[0] == 200


def test_what_a_users_class_would_be_is_not_sent_there(receive):
    """Texts and numbers of classes that only the kernel knows are what they are a kind of."""

    class Name(str):
        __slots__ = ()

    class Number(int):
        pass

    peer = receive("no")
    peer.receiver.rules.add(Name("rule"), "yes", node=Name("Order status"), attributes={Name("n"): Number(3)})
    assert peer.post(peer.request(attributes={"n": 3}))[1] == b"yes"
    assert peer.receiver.exchanges[0].reply.rule == "rule"


def test_nothing_is_left_in_a_folder(receive, tmp_path, monkeypatch):
    """Without store= the file has no name while it is used: nobody else reads it, and nothing has to be removed."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    peer = receive(HELLO)
    peer.post()
    assert [path.name for path in tmp_path.iterdir()] == []
    assert peer.receiver.seen == 1


def test_what_goes_wrong_there_arrives_here(receive, tmp_path):
    """A store that is moved away: the sender is told, and so is who calls check()."""
    peer = receive(HELLO, errors=True, store=tmp_path / "traffic.db")
    (tmp_path / "traffic.db").rename(tmp_path / "elsewhere.db")
    assert peer.post() == (500, {"error": "the receiver could not store this exchange"})
    assert "was moved or deleted" in str(peer.receiver.errors[0])


def test_a_notebooks_folder_does_not_come_in_its_way(tmp_path):
    """Modules of any name may lie there, and Python's variables may be set."""
    (tmp_path / "asyncio.py").write_text("raise SystemExit('the wrong one')")
    environment = {**os.environ, "PYTHONWARNINGS": "error", "PYTHONASYNCIODEBUG": "1", "PYTHONSTARTUP": "/none"}
    script = """
        import asyncio, sys
        sys.path.insert(0, "")
        import chatbot_nb as cb
        with cb.Receiver(mode="process") as receiver:
            print(receiver)
    """
    command = [sys.executable, "-P", "-c", textwrap.dedent(script)]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    assert (done.stdout, done.stderr) == ("Receiver('receiver', running, 0 seen)\n", "")


def test_its_imports_are_small():
    """Neither pandas nor a widget; it starts in a fraction of a second."""
    script = (
        "import sys, chatbot_nb.traffic.engines.child\n"
        "print([name for name in ('pandas', 'numpy', 'ipywidgets', 'IPython', 'requests') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "[]\n"


def test_a_message_of_something_else_is_refused():
    """What a pickle could do besides is not done."""
    assert unpacked(packed(Order(1, Look()))) == Order(1, Look())
    with pytest.raises(ReceiverError, match=r"^a message that names posix\.system$"):
        unpacked(pickle.dumps(os.system))


def test_a_process_that_cannot_start(monkeypatch):
    """Says why, in the cell, and leaves nothing."""
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    with pytest.raises(ReceiverError, match=r"^mode='process': /no/such/python could not be started: No such file"):
        Receiver(mode="process", name="no python").start()
    monkeypatch.setattr(sys, "executable", "")
    with pytest.raises(ReceiverError, match=r"sys\.executable names none"):
        Receiver(mode="process", name="no python").start()


def test_case_58_real_processes_leave_nothing():
    """Threads and descriptors are as many as before, and all processes are gone."""
    gc.collect()
    before = (threading.active_count(), len([*Path("/proc/self/fd").iterdir()]))
    for _ in range(3):
        with Receiver(HELLO, name="cycle", mode="process") as receiver:
            pid = receiver._engine.pid
            assert receiver.running
        assert gone_within(pid, 0.1)
    gc.collect()
    assert (threading.active_count(), len([*Path("/proc/self/fd").iterdir()])) == before
