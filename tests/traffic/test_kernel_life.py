"""Cases 56 to 63 and 69 of the receiver's hard cases, in real kernels, spoken to as a notebook does."""

from __future__ import annotations

import ast
import contextlib
import http.client
import itertools
import json
import os
import queue
import signal
import socket
import sys
import time
from urllib.parse import urlsplit

import pytest
from jupyter_client.manager import start_new_kernel

from chatbot_nb.bot.new_request import new_request
from chatbot_nb.bot.verification import verify

NUMBERS = itertools.count()  # one receiver of each name runs, and tests share a kernel
THREADS = "sorted(one.name for one in threading.enumerate() if one.name.startswith('chatbot_nb'))"
CLEAN_UP = """
from chatbot_nb.traffic import running as _running
for _one in tuple(_running._by_name.values()):
    _one.stop()
"""


class Kernel:
    """A kernel, and what a front end would show of it."""

    def __init__(self, errors):
        self.errors = errors  # a file, open as long as it may be restarted
        self.manager, self.client = start_new_kernel(
            kernel_name="python3", extra_arguments=["--log-level=CRITICAL"], stderr=errors
        )
        self.messages = []
        self.unfinished = None

    @property
    def pid(self):
        return self.manager.provisioner.pid

    def begin(self, code):
        """Start a cell."""
        self.unfinished = self.client.execute(code)
        return self.unfinished

    def shown(self, cell, *kinds):
        """Contents of the messages of a cell so far, of some types."""
        ours = (one for one in self.messages if one["parent_header"].get("msg_id") == cell)
        return [one["content"] for one in ours if one["msg_type"] in kinds]

    def text(self, cell):
        """What a cell has printed."""
        return "".join(one["text"] for one in self.shown(cell, "stream"))

    def until(self, wanted):
        """Read messages until something holds."""
        end = time.monotonic() + 30
        while not wanted():
            assert time.monotonic() < end, "the kernel did not answer"
            with contextlib.suppress(queue.Empty):
                self.messages.append(self.client.get_iopub_msg(timeout=1))
                continue
            assert self.manager.is_alive(), "the kernel died"

    def finish(self, cell):
        """Wait for the end of a cell; (its printed text, its error or None)."""
        self.until(lambda: any(one["execution_state"] == "idle" for one in self.shown(cell, "status")))
        self.unfinished = None
        assert self.shown(cell, "display_data", "update_display_data") == []
        errors = [(one["ename"], one["evalue"]) for one in self.shown(cell, "error")]
        return self.text(cell), (errors[0] if errors else None)

    def run(self, code):
        """Run a cell, which must neither fail nor say anything."""
        assert self.finish(self.begin(code)) == ("", None)

    def busy(self, code):
        """Start a cell that says that it runs, and wait until it does."""
        cell = self.begin(f"print('busy', flush=True)\n{code}")
        self.until(lambda: self.text(cell) == "busy\n")
        return cell

    def value(self, expression):
        """The value of an expression of literals."""
        cell = self.client.execute("", silent=True, user_expressions={"value": expression})
        while (reply := self.client.get_shell_msg(timeout=30))["parent_header"]["msg_id"] != cell:
            pass
        answer = reply["content"]["user_expressions"]["value"]
        assert answer["status"] == "ok", answer
        return ast.literal_eval(answer["data"]["text/plain"])

    def start(self, reply="None", **keywords):
        """Start a receiver, named ``receiver`` there, and return its URL."""
        keywords.setdefault("name", f"test {next(NUMBERS)}")
        self.run(
            "import threading, time\nimport chatbot_nb as cb\n"
            f"receiver = cb.Receiver({reply}, **{keywords!r})\nreceiver.start();"
        )
        return self.value("receiver.url")

    def restart(self, *, now=False):
        """Restart it as a front end does; the seconds until it was gone."""
        begin = time.monotonic()
        self.manager.restart_kernel(now=now)  # returns when the new process is started, not when it is ready
        seconds = time.monotonic() - begin
        self.client.wait_for_ready(timeout=30)
        return seconds

    def close(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel()


def kernel_of_module(tmp_path_factory):
    with (tmp_path_factory.mktemp("kernel") / "stderr").open("w+") as errors:
        started = Kernel(errors)
        yield started
        started.close()
        errors.seek(0)
        assert errors.read() == ""


def usable(kernel):
    yield kernel
    if kernel.unfinished or not kernel.manager.is_alive():
        kernel.restart(now=True)
    kernel.run(CLEAN_UP)


@pytest.fixture(scope="module")
def first_kernel(tmp_path_factory):
    yield from kernel_of_module(tmp_path_factory)


@pytest.fixture(scope="module")
def second_kernel(tmp_path_factory):
    yield from kernel_of_module(tmp_path_factory)


@pytest.fixture
def kernel(first_kernel):
    yield from usable(first_kernel)


@pytest.fixture
def other(second_kernel):
    yield from usable(second_kernel)


def request(message="hello"):
    return new_request(webhook_id="5f52", webhook_name="Orders", message=message).to_json()


def post(url, body=None):
    """One delivery, on a connection of its own; (status, body, seconds) of the answer."""
    where = urlsplit(url)
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", where.port, timeout=30)) as connection:
        return post_on(connection, where.path, body)


def post_on(connection, path, body=None):
    begin = time.monotonic()
    connection.request("POST", path, request() if body is None else body)
    answer = connection.getresponse()
    return answer.status, answer.read(), time.monotonic() - begin


def ask(url, message="hello"):
    """The text of the first response that a delivery is answered with."""
    status, body, _ = post(url, request(message))
    assert status == 200
    return json.loads(body)["responses"][0]["message"]


def connect(url):
    return socket.create_connection(("127.0.0.1", urlsplit(url).port), timeout=10)


def test_case_56_two_kernels_want_one_port(kernel, other):
    """The second cell shows the error, with the port and what to do; nothing runs there, and the first one goes on."""
    url = kernel.start("cb.Reply().text('mine')")
    port = urlsplit(url).port
    other.run("import threading\nimport chatbot_nb as cb")
    told = other.finish(other.begin(f"receiver = cb.Receiver(port={port}).start()"))
    assert told == (
        "",
        ("ListenError", f"port {port} on 127.0.0.1 is in use. Pass port=0, or stop the server of an earlier cell"),
    )
    assert other.value(THREADS) == []
    assert ask(url) == "mine"
    assert ask(other.start("cb.Reply().text('another')")) == "another"


def test_case_57_a_fixed_port_after_a_restart(kernel):
    """The cell that runs again in the new kernel has its port at once, though connections were open."""
    port = urlsplit(kernel.start()).port
    url = f"http://127.0.0.1:{port}/hook"
    kernel.run("receiver.stop()")
    for answer in ("one", "two"):
        assert kernel.start(f"cb.Reply().text({answer!r})", port=port, public_url=url) == url
        with connect(url) as idle:
            assert ask(url) == answer
            kernel.restart()
            assert idle.recv(1) == b""


SETTLED = """
import gc, os
receiver.stop()
for one in threading.enumerate():
    if one.name.startswith("chatbot_nb"): one.join(10)
gc.collect()
left = ({threads}, len(os.listdir("/proc/self/fd")), sum(type(one) is cb.Receiver for one in gc.get_objects()))
"""


def test_case_58_a_cell_run_again_and_again(kernel):
    """Fifty times: the URL stays, the last reply counts, and no thread, descriptor or receiver of before is left."""

    def run_cell(number, name="again"):
        kernel.run(f"receiver = cb.Receiver(lambda _: cb.Reply().text('run {number}'), name={name!r}).start()")
        url = kernel.value("receiver.url")
        assert ask(url) == f"run {number}"
        return url

    kernel.run("import threading\nimport chatbot_nb as cb")
    run_cell(0, "before")
    kernel.run(SETTLED.format(threads=THREADS))
    threads, descriptors, receivers = kernel.value("left")
    urls = {run_cell(number) for number in range(51)}
    assert len(urls) == 1
    assert kernel.value("receiver.seen") == 51
    kernel.run(SETTLED.format(threads=THREADS))
    assert kernel.value("left") == (threads, pytest.approx(descriptors, abs=10), receivers)  # the kernel has its own


def test_case_59_two_kernels_are_independent(kernel, other):
    """Receivers of one name in two kernels have their own URL, reply and traffic."""
    urls = [one.start(f"cb.Reply().text({word!r})", name="receiver") for one, word in ((kernel, "a"), (other, "b"))]
    assert urls[0] != urls[1]
    assert [ask(url) for url in (urls[0], urls[1], urls[1])] == ["a", "b", "b"]
    kernel.run("receiver.wait(1);")
    other.run("receiver.wait(2)\nreceiver.clear()")
    assert (kernel.value("receiver.seen"), other.value("receiver.seen")) == (1, 0)
    other.run("receiver.stop()")
    assert ask(urls[0]) == "a"


def test_case_60_a_restart_waits_for_nobody(kernel):
    """Under 2 s, with connections open, a handler that runs, and a reply that is held back."""
    url = kernel.start("lambda _: (entered.release(), threading.Event().wait(60))")
    kernel.run("entered = threading.Semaphore(0)")
    slow = kernel.start("lambda _: entered.release()", name="slow")
    kernel.run("import warnings; warnings.simplefilter('ignore'); receiver.set_reply(receiver.reply, delay=50)")
    with contextlib.ExitStack() as stack:
        idle = [stack.enter_context(connect(url)) for _ in range(20)]
        body = request()
        head = f"POST {urlsplit(url).path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n\r\n"
        idle[0].sendall(head.encode() + body)
        idle[1].sendall(head.encode() + body[:9])
        held = stack.enter_context(connect(slow))
        held.sendall(head.replace(urlsplit(url).path, urlsplit(slow).path).encode() + body)
        kernel.run("for _ in range(2): assert entered.acquire(timeout=10)")
        assert kernel.restart() < 2
        assert {peer.recv(1) for peer in [*idle, held]} == {b""}


def test_case_60_an_interrupt_ends_the_cell_only(kernel):
    """Whether it computes or waits for traffic; the receiver answers on, and has no error."""
    url = kernel.start("lambda _: cb.Reply().text('alive')")
    for code in ("while True: pass", "receiver.wait(100, timeout=60)"):
        cell = kernel.busy(code)
        assert ask(url) == "alive"
        kernel.manager.interrupt_kernel()
        assert kernel.finish(cell) == ("busy\n", ("KeyboardInterrupt", ""))
        assert ask(url) == "alive"
    kernel.run("receiver.check()\nassert receiver.running\nreceiver.wait(4);")


def test_case_60_a_killed_kernel_leaves_nothing(kernel):
    """SIGKILL: connections end, the port is free at once, and no process of its group is left."""
    url = kernel.start()
    pid = kernel.pid
    with connect(url) as peer:
        post(url)
        os.kill(pid, signal.SIGKILL)
        assert peer.recv(1) == b""
    kernel.manager.provisioner.process.wait(10)
    with socket.create_server(("127.0.0.1", urlsplit(url).port)):
        pass
    with pytest.raises(ProcessLookupError):
        os.killpg(pid, 0)


CHILDREN = """
import multiprocessing, os, socket, warnings
def child(kind):
    with socket.create_connection(("127.0.0.1", {port})) as line:
        line.sendall(f"{{kind}} {{receiver.running}} {{os.getpid()}}\\n".encode())
        line.recv(1)  # lives as long as the test wants it
    os._exit(0)
warnings.simplefilter("ignore")  # from 3.12 on Python warns of a fork beside threads
if os.fork() == 0:
    child("fork")
process = multiprocessing.get_context("fork").Process(target=child, args=["multiprocessing"])
process.start()
"""


def test_case_61_children_that_outlive_the_kernel(kernel):
    """A forked one and one of multiprocessing hold neither the port nor connections, and serve nothing."""
    url = kernel.start("cb.Reply().text('parent')")
    with socket.create_server(("127.0.0.1", 0)) as listener, connect(url) as peer, contextlib.ExitStack() as stack:
        listener.settimeout(10)
        kernel.run(CHILDREN.format(port=listener.getsockname()[1]))
        lines = [stack.enter_context(listener.accept()[0]) for _ in range(2)]
        said = [line.makefile().readline().split() for line in lines]
        assert sorted(one[:2] for one in said) == [["fork", "False"], ["multiprocessing", "False"]]
        assert {ask(url) for _ in range(5)} == {"parent"}
        os.kill(kernel.pid, signal.SIGKILL)
        kernel.manager.provisioner.process.wait(10)
        for one in said:
            os.kill(int(one[2]), 0)  # they live
        assert peer.recv(1) == b""
        with pytest.raises(ConnectionRefusedError):
            connect(url)
        with socket.create_server(("127.0.0.1", urlsplit(url).port)):
            pass


ASKED = 30


@pytest.mark.parametrize(
    "step",
    [
        pytest.param("time.sleep(0.2)", id="sleep"),
        pytest.param("for number in range(10_000): number * number", id="python"),
        pytest.param(
            "until = time.perf_counter() + 0.002\n    while time.perf_counter() < until: pass\n    log.write(b'.')",
            id="small-writes",
        ),
        pytest.param("(matrix @ matrix).sum(); np.sort(matrix)", id="numpy"),
    ],
)
def test_case_62_a_busy_cell(kernel, step):
    """Nine of ten answers of a Python handler come within half a second while the cell runs."""
    url = kernel.start("lambda _: cb.Reply().text('at once')")
    kernel.run("log = open('/dev/null', 'wb', buffering=0)")
    kernel.run("import numpy as np\nmatrix = np.random.default_rng(0).random((300, 300))")
    cell = kernel.busy(f"while receiver.seen < {ASKED}:\n    {step}")
    seconds = sorted(post(url)[2] for _ in range(ASKED))
    assert seconds[ASKED * 9 // 10 - 1] < 0.5
    assert kernel.finish(cell) == ("busy\n", None)
    kernel.run(f"assert not any('late' in one.marks for one in receiver.wait({ASKED}))")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells when bytes came")
def test_case_62_a_cell_that_holds_the_lock(kernel):
    """C code that keeps the interpreter's lock makes answers late, and their timing says how late they were."""
    where = urlsplit(kernel.start())
    kernel.run(
        "import ctypes\nfrom chatbot_nb.traffic import service\n"
        "hold = ctypes.PyDLL(None).usleep  # PyDLL: the lock is kept\n"
        "real, service._LATE = service._LATE, 0.1"
    )
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", where.port, timeout=30)) as connection:
        seconds = [post_on(connection, where.path)[2]]
        cell = kernel.busy("while not receiver.exchanges[-1].query: hold(400_000)")
        while seconds[-1] < 0.2:  # some may come before the cell first holds the lock
            seconds.append(post_on(connection, where.path)[2])
        seconds.append(post_on(connection, f"{where.path}?end=1")[2])
    assert kernel.finish(cell) == ("busy\n", None)
    kernel.run(f"service._LATE = real\ndone = receiver.wait({len(seconds)})")
    timed = kernel.value("[one.timing.reply_started for one in done]")
    # The cell may take the lock once more between a moment and its noting.
    sent = kernel.value("[one.timing.reply_done for one in done]")
    for begun, took, ended in zip(timed, seconds, sent, strict=True):
        assert begun - 0.2 < took < ended + 0.2
    assert max(timed) > 0.2
    assert kernel.value("['late' in one.marks for one in done]") == [one > 0.1 for one in timed]
    assert kernel.value("real") == 10
    came = kernel.value("[(one.http.received_at - done[1].http.received_at).total_seconds() for one in done[1:]]")
    assert came == pytest.approx([0, *itertools.accumulate(seconds[1:-1])], abs=0.4)


OBEY = """
import socket, threading
def obey():
    with socket.create_connection(("127.0.0.1", {port})) as line:
        for order in line.makefile("r"):
            exec(order, globals())
            line.sendall(b"done\\n")
threading.Thread(target=obey, daemon=True).start()
"""


@contextlib.contextmanager
def second_thread(kernel):
    """A thread of the kernel that does what it is told, as a widget's callback would; it is done on return."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        kernel.run(OBEY.format(port=listener.getsockname()[1]))
        line, _ = listener.accept()
    with line, line.makefile("r") as answers:
        line.settimeout(20)

        def order(code):
            line.sendall(code.encode() + b"\n")
            assert answers.readline() == "done\n"

        yield order


def test_case_63_changes_from_another_thread_while_a_cell_runs(kernel):
    """Reply, rules and faults change at once, though the cell changes rules too; stop() there ends the receiver."""
    url = kernel.start("cb.Reply().text('before')")
    with second_thread(kernel) as order:
        cell = kernel.busy(
            "while receiver.running:\n"
            "    receiver.rules.add('of the cell', 'x', message='of the cell')\n"
            "    receiver.rules.frame()\n"
            "    receiver.rules.remove('of the cell')"
        )
        assert ask(url) == "before"
        order("receiver.reply = cb.Reply().text('after')")
        assert ask(url) == "after"
        order("receiver.rules.add('price', lambda _: cb.Reply().text('5 EUR'), message='price')")
        assert [ask(url), ask(url, "price")] == ["after", "5 EUR"]
        order("for number in range(200): receiver.rules.add(f'{number}', 'x', message='y'), receiver.rules.frame()")
        order("for number in range(200): receiver.rules.remove(f'{number}')")
        order("receiver.rules.remove('price'); receiver.inject('status_500')")
        assert post(url)[0] == 500
        assert ask(url, "price") == "after"
        order("receiver.stop()")
        assert kernel.finish(cell) == ("busy\n", None)
        with pytest.raises(ConnectionRefusedError):
            connect(url)
        order("receiver.start()")
        assert ask(kernel.value("receiver.url")) == "after"
    kernel.run("receiver.check()")


def test_case_69_await_in_a_cell(kernel):
    """Answers come while a cell awaits on the kernel's own loop, in asyncio's debug mode too, and after `%gui`."""
    url = kernel.start("lambda _: cb.Reply().text('meanwhile')")
    kernel.run("import asyncio\nasyncio.get_running_loop().set_debug(True)")
    cell = kernel.busy("await asyncio.to_thread(receiver.wait, 1)\nwhile receiver.seen < 2: await asyncio.sleep(0)")
    assert [ask(url), ask(url)] == ["meanwhile", "meanwhile"]
    assert kernel.finish(cell) == ("busy\n", None)
    kernel.run("asyncio.get_running_loop().set_debug(False)")
    kernel.run("%gui asyncio")
    assert ask(url) == "meanwhile"
    kernel.run("receiver.wait(3);")
    kernel.run("%gui")
    kernel.run("receiver.stop()")


def test_case_69_nested_loops(kernel):
    """nest_asyncio2 replaces parts of asyncio; cells may run loops within loops, and the receiver answers."""
    pytest.importorskip("nest_asyncio2")
    url = kernel.start("lambda _: cb.Reply().text('nested')")
    kernel.run("import asyncio, nest_asyncio2\nnest_asyncio2.apply()")
    cell = kernel.busy("asyncio.run(asyncio.to_thread(receiver.wait, 2));")
    assert [ask(url), ask(url)] == ["nested", "nested"]
    assert kernel.finish(cell) == ("busy\n", None)
    kernel.run("receiver.stop()\nreceiver.start();")
    assert ask(kernel.value("receiver.url")) == "nested"
    kernel.restart()  # it cannot be undone


def test_check_fails_the_last_cell(kernel):
    """What a handler raised while cells ran fails the cell that asks for it, and no other."""
    url = kernel.start("lambda request: {}[request.message]")
    assert post(url)[0] == 500
    kernel.run("receiver.wait(1);")
    text, error = kernel.finish(kernel.begin("receiver.check()"))
    assert (text, error) == ("", ("KeyError", "'hello'"))


def test_traffic_prints_nothing_into_the_cell_that_runs(kernel):
    """Whatever comes meanwhile: deliveries, handlers that fail, verifications, bytes that are no HTTP, scans."""
    url = kernel.start("lambda request: {}[request.message]")
    with second_thread(kernel) as order:
        cell = kernel.busy("while receiver.running: time.sleep(0.01)")
        assert [post(url)[0], post(url, b"{")[0], post(url + "/elsewhere")[0]] == [500, 200, 404]
        assert verify(url).ok
        for data in (
            b"\x16\x03\x01\x02\x00",
            b"PRI * HTTP/2.0\r\n\r\n",
            b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        ):
            with connect(url) as peer:
                peer.sendall(data)
                peer.shutdown(socket.SHUT_WR)
                while peer.recv(1000):
                    pass
        with connect(url) as peer:  # a reset in the middle of a request
            peer.sendall(b"POST / HTTP/1.1\r\nContent-Le")
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        order("assert len(receiver.wait(7)) == 7")
        order("receiver.stop()")
        assert kernel.finish(cell) == ("busy\n", None)
