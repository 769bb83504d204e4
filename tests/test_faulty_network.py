"""What a bad network does to a call: a right result or an error of ours, in time, and never half a record.

A small TCP proxy stands between client and sandbox, and between sender and backend. It takes each exchange whole and
then does what the test says with it, so that every fault strikes at a known byte.
"""

import contextlib
import itertools
import logging
import socket
import struct
import threading
import time
from collections import Counter, deque

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot_nb import errors
from chatbot_nb.bot.delivery import deliver
from chatbot_nb.bot.new_request import new_request
from chatbot_nb.connections.client import Client
from chatbot_nb.sandbox.sandbox import Sandbox
from chatbot_nb.transport.api import session as session_module
from chatbot_nb.transport.inbound.http import Response
from chatbot_nb.transport.inbound.server import Server

PATIENT = 10.0  # seconds: nothing but a hang takes so long
SHORT = 0.1  # seconds, where the proxy never answers
MARGIN = 3.0  # seconds that a busy machine may add
STORY = "5f5253b00000000000000000"
NEW = {
    "name": "new",
    "url": "https://example.com/new",
    "token": "t0ken-new",
    "headers": {"x-new": "new-value"},
    "auth": ("new-user", "new-password"),
}
REPLY = {"responses": [{"type": "text", "message": "Grüße"}], "attributes": {"plan": "gold"}}


# The proxy


class Proxy:
    """Forwards exchanges to a port of loopback; a toxic of `script` acts on each, `always` once those are used up."""

    def __init__(self, port):
        self.always = whole
        self.script = deque()
        self.forwarded = []  # methods whose request went on whole
        self.exchanges = 0
        self.release = threading.Event()
        self._upstream = ("127.0.0.1", port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._open = set()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def stop(self):
        """End everything under way; afterwards nothing more reaches the other side."""
        if self.release.is_set():
            return
        self.release.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._threads[0].join(10)
        self._listener.close()
        with self._lock:
            for one in self._open:
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)
            assert not thread.is_alive()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self._open.add(client)
                self._threads.append(threading.Thread(target=self._serve, args=(client,)))
                self._threads[-1].start()

    def _serve(self, client):
        # The other side closes first, so that whoever sees the end of an exchange finds its effect.
        with client, contextlib.suppress(OSError), socket.create_connection(self._upstream, timeout=10) as upstream:
            for one in (client, upstream):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while request := read_message(client):
                with self._lock:
                    toxic = self.script.popleft() if self.script else self.always
                    self.exchanges += 1
                if not toxic(Exchange(self, client, upstream, request)):
                    break
        with self._lock:
            self._open.discard(client)


class Exchange:
    """One request that came in whole, with the means to go on."""

    def __init__(self, proxy, client, upstream, request):
        self.client, self.upstream, self.request = client, upstream, request
        self._proxy = proxy

    def ask(self, size=None):
        """Forward the request, in pieces of `size`, and return the whole answer."""
        send(self.upstream, self.request, size)
        answer = read_message(self.upstream)
        self._proxy.forwarded.append(self.request.partition(b" ")[0].decode())
        return answer

    def wait(self, seconds):
        """Wait, at most until the proxy stops."""
        self._proxy.release.wait(seconds)

    def reset(self):
        """Send RST instead of FIN on closing."""
        self.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def read_message(peer):
    """Read a request or an answer that announces its length; empty at the end of the connection."""
    data = b""
    while b"\r\n\r\n" not in data:
        if not (piece := peer.recv(65536)):
            return b""
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
    left = int(fields.get(b"content-length", 0)) - len(body)
    while left > 0 and (piece := peer.recv(left)):
        data += piece
        left -= len(piece)
    return data


def send(peer, data, size=None):
    for start in range(0, len(data), size or len(data)):
        peer.sendall(data[start : start + (size or len(data))])


# The toxics: each returns whether the connection goes on


def whole(exchange):
    exchange.client.sendall(exchange.ask())
    return True


def late(exchange):
    exchange.wait(0.03)
    answer = exchange.ask()
    exchange.wait(0.03)
    exchange.client.sendall(answer)
    return True


def sliced(exchange):
    """Send every byte on its own, both ways."""
    send(exchange.client, exchange.ask(1), 1)
    return True


def closed_slowly(exchange):
    """Close long after the answer."""
    exchange.client.sendall(exchange.ask())
    exchange.wait(0.02)


def reset_before(exchange):
    exchange.reset()


def reset_after(exchange):
    exchange.ask()
    exchange.reset()


def reset_within(exchange):
    answer = exchange.ask()
    exchange.client.sendall(answer[: len(answer) - 5])
    exchange.reset()


def closed_before(_exchange):
    pass


def closed_after(exchange):
    exchange.ask()


def cut_and_closed_slowly(exchange):
    answer = exchange.ask()
    exchange.client.sendall(answer[: len(answer) - 5])
    exchange.wait(0.02)


def black_hole(exchange):
    exchange.wait(30)


def swallowed(exchange):
    """Forward the request and never answer."""
    exchange.ask()
    exchange.wait(30)


def stalled(exchange):
    """Stop in the middle of the body and stay."""
    answer = exchange.ask()
    exchange.client.sendall(answer[: len(answer) - 5])
    exchange.wait(30)


def dripping(exchange):
    """Send a byte every 20 ms, so that no single wait is long."""
    for byte in exchange.ask():
        exchange.wait(0.02)
        exchange.client.sendall(bytes([byte]))


def cut_at(limit, framing=lambda answer: answer):
    """Pass the first `limit` bytes of the answer, then close."""

    def toxic(exchange):
        exchange.client.sendall(framing(exchange.ask())[:limit])

    toxic.__name__ = f"cut_at({limit})"
    return toxic


def request_cut_at(limit):
    """Pass the first `limit` bytes of the request, then close to both sides once the other one is done."""

    def toxic(exchange):
        exchange.upstream.sendall(exchange.request[:limit])
        exchange.upstream.shutdown(socket.SHUT_WR)
        while exchange.upstream.recv(65536):
            pass

    return toxic


def by_length(answer):
    return answer


def chunked(answer):
    """Frame the answer anew, as proxies do: in chunks of twenty bytes."""
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"content-length:")]
    chunks = [body[start : start + 20] for start in range(0, len(body), 20)]
    framed = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks)
    return b"\r\n".join([*lines, b"Transfer-Encoding: chunked", b"", framed + b"0\r\n\r\n"])


def until_close(answer):
    """Frame the answer anew: its end is that of the connection."""
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"content-length:")]
    return b"\r\n".join([*lines, b"Connection: close", b"", body])


BENIGN = [late, sliced, closed_slowly]
LOSSY = [reset_before, reset_after, reset_within, closed_before, closed_after, cut_and_closed_slowly]
SILENT = [black_hole, swallowed, stalled]
FORWARDING = {reset_after, reset_within, closed_after, cut_and_closed_slowly, swallowed, stalled}


# The account


class Account:
    """A sandbox with two connections behind a proxy; `client` goes through it, `direct` past it."""

    def __init__(self, sandbox, proxy, client, direct):
        self.proxy, self.client, self.direct = proxy, client, direct
        self.id, self.other = (self.add(name) for name in ("one", "two"))
        self.sandbox = sandbox

    def add(self, name):
        url = f"https://example.com/{name}"
        fields = {"token": f"t0ken-{name}", "headers": {"x-a": "1", "x-b": name}, "auth": ("user", f"pw-{name}")}
        return self.direct.connections.create(story_id=STORY, name=name, url=url, **fields)

    def content(self):
        """All that the account holds, secrets in clear, by id."""
        return {row.id: fields(self.direct.connections.get(row.id)) for row in self.direct.connections.all()}


def fields(connection):
    headers = {name: value.get_secret_value() for name, value in connection.headers.items()}
    auth = connection.auth and (connection.auth.username, connection.auth.password.get_secret_value())
    token = connection.token and connection.token.get_secret_value()
    return {"name": connection.name, "url": connection.url, "token": token, "headers": headers, "auth": auth}


@contextlib.contextmanager
def account(timeout=PATIENT):
    with Sandbox(verify="off") as sandbox, sandbox.client() as direct, contextlib.ExitStack() as stack:
        proxy = Proxy(int(sandbox.base_url.split(":")[2].partition("/")[0]))
        stack.callback(proxy.stop)
        client = stack.enter_context(Client(sandbox.access_token, f"http://127.0.0.1:{proxy.port}/v2", timeout))
        yield Account(sandbox, proxy, client, direct)


@pytest.fixture
def bad():
    """An account behind a bad network."""
    with account() as made:
        yield made


@pytest.fixture(scope="module")
def shared_bad():
    """The same for tests of many examples, each of which adds the connection that it works on."""
    with account() as made:
        yield made


@pytest.fixture(autouse=True, scope="module")
def _no_pauses():
    """Nothing waits between two tries, and nothing spends time on urllib3's log of heads that were cut."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(logging.getLogger("urllib3.connection"), "disabled", True)
        patch.setattr(session_module, "_pause", lambda _seconds, stop: stop.is_set())
        yield


CALLS = {
    "all": lambda connections, _: connections.all(),
    "get": lambda connections, one: connections.get(one),
    "create": lambda connections, _: connections.create(story_id=STORY, **NEW),
    "update": lambda connections, one: connections.update(one, name="renamed"),
    "delete": lambda connections, one: connections.delete(one),
}
METHODS = {"all": ["GET"], "get": ["GET"], "create": ["POST"], "update": ["GET", "PUT"], "delete": ["DELETE"]}
WRITING = ["create", "update", "delete"]
IDEMPOTENT = ["all", "update", "delete"]


def outcome(client, call, one):
    """Make the call: (its result, None), or (None, the error of ours); anything else fails the test."""
    try:
        return CALLS[call](client.connections, one), None
    except errors.ChatBotError as exc:
        error = exc
    assert error.__cause__ is None  # nothing from below is shown with it
    assert error.__context__ is None
    return None, error


def done(call, one, before):
    """What the account holds once the call took effect, in any order."""
    rows = dict(before)
    if call == "create":
        rows["new"] = NEW
    elif call == "update":
        rows[one] = {**before[one], "name": "renamed"}
    elif call == "delete":
        del rows[one]
    return counted(rows)


def counted(rows):
    return Counter(map(repr, rows.values()))


def assert_right(call, result, one, before, after):
    """The result is what a good network gives, and the account holds what it says."""
    assert counted(after) == done(call, one, before)
    if call == "all":
        assert [row.id for row in result] == list(before)
    elif call == "get":
        assert fields(result) == before[one]
    elif call == "create":
        assert after[result] == NEW
    else:
        assert result is None


@contextlib.contextmanager
def within(seconds):
    started = time.monotonic()
    yield
    assert time.monotonic() - started < seconds + MARGIN


# Client and sandbox


@pytest.mark.parametrize("toxic", BENIGN)
@pytest.mark.parametrize("call", CALLS)
def test_a_slow_network_changes_nothing(bad, call, toxic):
    """Latency, single bytes and slow closing: the right result, each request sent once."""
    before = bad.content()
    bad.proxy.always = toxic
    result, error = outcome(bad.client, call, bad.id)
    assert error is None
    assert bad.proxy.forwarded == METHODS[call]
    assert_right(call, result, bad.id, before, bad.content())


@pytest.mark.parametrize("toxic", LOSSY)
@pytest.mark.parametrize(
    ("call", "position"), [(call, position) for call in IDEMPOTENT for position in range(len(METHODS[call]))]
)
def test_one_loss_is_made_good(bad, call, position, toxic):
    """A connection lost at any exchange of a call that may be repeated: the right result all the same."""
    before = bad.content()
    bad.proxy.script.extend([whole] * position + [toxic])
    result, error = outcome(bad.client, call, bad.id)
    assert error is None
    assert bad.proxy.exchanges == len(METHODS[call]) + 1
    assert_right(call, result, bad.id, before, bad.content())


@pytest.mark.parametrize("toxic", LOSSY)
@pytest.mark.parametrize("call", IDEMPOTENT)
def test_a_network_that_loses_everything_is_told(bad, call, toxic):
    """After four tries an error of ours; the account is as before or, where the request arrived, as wanted."""
    before = bad.content()
    bad.proxy.script.extend([whole] * (len(METHODS[call]) - 1))
    bad.proxy.always = toxic
    _, error = outcome(bad.client, call, bad.id)
    assert type(error) is errors.TransportError
    assert error.code == "ECONNRESET"
    assert str(error).endswith("Look whether the call took effect (4 tries)")
    assert counted(bad.content()) == (done(call, bad.id, before) if toxic in FORWARDING else counted(before))


@pytest.mark.parametrize("toxic", LOSSY)
def test_a_lost_post_is_never_sent_twice(bad, toxic):
    """An error of ours, and one connection more if the request arrived, none if not."""
    before = bad.content()
    bad.proxy.script.append(toxic)
    _, error = outcome(bad.client, "create", bad.id)
    assert type(error) is errors.TransportError
    assert error.code == "ECONNRESET"
    assert bad.proxy.exchanges == 1
    assert counted(bad.content()) == (done("create", bad.id, before) if toxic in FORWARDING else counted(before))


@pytest.mark.parametrize("toxic", SILENT)
@pytest.mark.parametrize("call", WRITING)
def test_silence_ends_with_the_deadline(call, toxic):
    """Nothing, or half an answer, and then silence: an error within the deadline, whatever took effect is whole."""
    with account(SHORT) as bad:
        before = bad.content()
        bad.proxy.script.extend([whole] * (len(METHODS[call]) - 1))
        bad.proxy.always = toxic
        with within(len(METHODS[call]) * SHORT):
            _, error = outcome(bad.client, call, bad.id)
        assert type(error) is errors.ApiTimeoutError
        bad.proxy.stop()  # what was under way has arrived
        arrived = bad.proxy.forwarded == METHODS[call]
        assert counted(bad.content()) == (done(call, bad.id, before) if arrived else counted(before))


@pytest.mark.parametrize(
    ("call", "framing"),
    [*((call, by_length) for call in ["all", *WRITING]), *itertools.product(["all", "update"], [chunked, until_close])],
)
def test_an_answer_cut_at_any_byte_is_no_answer(bad, monkeypatch, call, framing):
    """Cut all over head and body: an error of ours, never a result."""
    monkeypatch.setattr(session_module, "_TRIES", 1)
    seen = []

    def measured(exchange):
        seen.append(framing(exchange.ask()))
        exchange.client.sendall(seen[-1])

    ahead = [whole] * (len(METHODS[call]) - 1)
    bad.proxy.script.extend([*ahead, measured])
    assert outcome(bad.client, call, bad.add("x"))[1] is None  # the framing as such is understood
    (answer,) = seen
    head = answer.index(b"\r\n\r\n") + 4
    before = len(bad.content())
    end = len(answer) - (4 if framing is chunked else 0)  # after the last chunk's 0 nothing is missing
    points = [*range(0, head, 1 if framing is by_length else 5), head, *range(head + 1, end, 17), end - 1]
    for limit in points:
        one = bad.add("x") if call == "delete" else bad.id
        bad.proxy.script.extend([*ahead, cut_at(limit, framing)])
        result, error = outcome(bad.client, call, one)
        assert result is None
        # Without an announced length a body that was cut can only be found out as JSON.
        expected = errors.ApiError if framing is until_close and limit > head else errors.TransportError
        assert type(error) is expected, limit
    after = bad.content()
    assert len(after) - before == (len(points) if call == "create" else 0)
    assert all(row["token"] and row["headers"] and row["auth"] for row in after.values())


@pytest.mark.parametrize("call", ["create", "update"])
def test_a_request_cut_at_any_byte_changes_nothing(bad, monkeypatch, call):
    """Half a request is none: nothing is created or changed."""
    monkeypatch.setattr(session_module, "_TRIES", 1)
    before = bad.content()
    requests = []
    ahead = [whole] * (len(METHODS[call]) - 1)
    bad.proxy.script.extend([*ahead, lambda exchange: requests.append(exchange.request)])
    outcome(bad.client, call, bad.id)
    (request,) = requests
    for limit in [*range(0, len(request), 7), len(request) - 1]:
        bad.proxy.script.extend([*ahead, request_cut_at(limit)])
        assert type(outcome(bad.client, call, bad.id)[1]) is errors.TransportError
    assert bad.content() == before


def test_an_update_loses_nothing_under_any_three_faults(shared_bad):
    """Token, headers and auth survive all combinations of faults at its first three exchanges, reading or writing."""
    one = shared_bad.add("x")
    before = fields(shared_bad.direct.connections.get(one))
    faults = [whole, reset_before, reset_after, reset_within]
    for number, script in enumerate(itertools.product(faults, repeat=3)):
        shared_bad.proxy.script = deque(script)
        shared_bad.client.connections.update(one, name=f"name {number}")
        assert fields(shared_bad.direct.connections.get(one)) == {**before, "name": f"name {number}"}


@settings(max_examples=40, deadline=None)
@given(
    call=st.sampled_from(sorted(CALLS)),
    script=st.lists(st.sampled_from([whole, sliced, *LOSSY[:-1]]) | st.builds(cut_at, st.integers(0, 500)), max_size=9),
)
def test_any_faults_leave_whole_records(shared_bad, call, script):
    """Whatever happens to up to nine exchanges: a right result or an error of ours, and a call took effect or not."""
    one = shared_bad.add("x")
    before = shared_bad.content()
    shared_bad.proxy.script = deque(script)
    shared_bad.proxy.forwarded.clear()
    result, error = outcome(shared_bad.client, call, one)
    after = shared_bad.content()
    assert shared_bad.proxy.forwarded.count("POST") <= 1
    if error is None:
        assert_right(call, result, one, before, after)
    else:
        assert type(error) is errors.TransportError
        assert counted(after) in (counted(before), done(call, one, before))
    for identifier in set(after) - {shared_bad.id, shared_bad.other}:  # what a later example need not read
        shared_bad.direct.connections.delete(identifier)


# Sender and receiver


class Backend:
    """Gives the same reply to each request and counts them."""

    def __init__(self):
        self.requests = []

    async def handle(self, request):
        self.requests.append(request)
        return Response.json(REPLY)


@pytest.fixture
def backend():
    """A backend behind a bad network: its proxy, and ``backend.send()`` through it."""
    own = Backend()
    request = new_request(webhook_id="602313f00000000000000000", webhook_name="foo", message="hi")
    with Server(own.handle) as server:
        own.proxy = Proxy(server.port)
        url = f"http://127.0.0.1:{own.proxy.port}/hook"
        own.send = lambda timeout=PATIENT: deliver(url, request, token="t0ken", timeout=timeout)
        yield own
        own.proxy.stop()
        server.check()


def assert_failed(delivery, code):
    """Nothing of what came is shown as an answer."""
    assert not delivery.ok
    assert (delivery.status, delivery.body, delivery.headers, delivery.code) == (None, b"", (), code)
    assert delivery.error
    assert [finding.code for finding in delivery.report.findings] == [code.lower()]


@pytest.mark.parametrize("toxic", BENIGN)
def test_a_delivery_over_a_slow_network(backend, toxic):
    """Latency, single bytes and slow closing: the reply is whole, and sent for once."""
    backend.proxy.always = toxic
    delivery = backend.send()
    assert (delivery.ok, delivery.status, delivery.error) == (True, 200, None)
    assert delivery.body == Response.json(REPLY).body
    assert len(backend.requests) == 1
    assert backend.requests[0].body == delivery.request.to_json()


def test_a_delivery_does_not_wait_for_the_close(backend):
    """The announced length ends the answer, not the connection."""
    held = threading.Event()

    def held_open(exchange):
        exchange.client.sendall(exchange.ask())
        exchange.wait(30)
        held.set()

    backend.proxy.always = held_open
    assert backend.send().ok
    assert not held.is_set()


@pytest.mark.parametrize("toxic", LOSSY)
def test_a_delivery_over_a_network_that_loses_it(backend, toxic):
    """Lost before, after or within: no answer, and never a second request."""
    backend.proxy.always = toxic
    assert_failed(backend.send(), "ECONNRESET")
    assert backend.proxy.exchanges == 1
    assert len(backend.requests) == (toxic in FORWARDING)


@pytest.mark.parametrize("toxic", [*SILENT, dripping])
def test_a_delivery_ends_with_its_deadline(backend, toxic):
    """Silence at any point, or bytes that trickle: no answer, at the deadline."""
    backend.proxy.always = toxic
    with within(SHORT):
        delivery = backend.send(SHORT)
    assert_failed(delivery, "ETIMEDOUT")
    assert delivery.error == "timeout of 100ms exceeded"


@pytest.mark.parametrize("framing", [by_length, chunked])
def test_a_delivery_is_never_ok_for_a_cut_answer(backend, framing):
    """Cut all over head and body: no answer."""
    seen = []

    def measured(exchange):
        seen.append(framing(exchange.ask()))
        exchange.client.sendall(seen[-1])

    backend.proxy.script.append(measured)
    assert backend.send().ok
    (answer,) = seen
    points = range(0, len(answer), 1 if framing is by_length else 3)
    for limit in points:
        backend.proxy.always = cut_at(limit, framing)
        assert_failed(backend.send(), "ECONNRESET")
    assert len(backend.requests) == len(points) + 1


def test_a_request_that_was_cut_never_reaches_a_handler(backend):
    """Half a webhook request is none for a receiver."""
    requests = []
    backend.proxy.script.append(lambda exchange: requests.append(exchange.request))
    backend.send()
    (request,) = requests
    for limit in [*range(0, len(request), 7), len(request) - 1]:
        backend.proxy.script.append(request_cut_at(limit))
        assert_failed(backend.send(), "ECONNRESET")
    assert backend.requests == []
