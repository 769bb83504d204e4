"""`fetch` against backends that are scripted byte by byte on loopback."""

from __future__ import annotations

import errno
import re
import socket
import ssl
import struct
import threading
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatbot_nb.errors import ApiTimeoutError, TransportError
from chatbot_nb.transport.failures import failure_of
from chatbot_nb.transport.outbound import link
from chatbot_nb.transport.outbound.fetch import Phases, fetch

TLS = Path(__file__).parent.parent / "data" / "tls"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Backend:
    """Runs `script(connection, backend)` for each connection, one after the other, until it is closed."""

    def __init__(self, script, certificate=None):
        self.script = script
        self.received = []
        self.closed = threading.Event()
        self.tls = None
        if certificate:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(TLS / f"{certificate}.pem", TLS / "key.pem")
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def url(self, path="/", host="127.0.0.1"):
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}{path}"

    def run(self):
        while True:
            connection, _ = self.listener.accept()
            connection.settimeout(5)  # another program may knock by mistake, and say nothing
            with connection:
                if self.closed.is_set():
                    return
                try:
                    if self.tls:
                        with self.tls.wrap_socket(connection, server_side=True) as secured:
                            self.script(secured, self)
                    else:
                        self.script(connection, self)
                except OSError:
                    pass  # the client went away, as most of these tests want

    def close(self):
        self.closed.set()
        socket.create_connection(("127.0.0.1", self.port)).close()
        self.thread.join(10)
        self.listener.close()
        assert not self.thread.is_alive()


def received(connection):
    if not (data := connection.recv(65_536)):
        raise ConnectionAbortedError("the client left before its request was whole")
    return data


def read_request(connection):
    data = b""
    while b"\r\n\r\n" not in data:
        data += received(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    length = [int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    while length and len(body) < length[0]:
        body += received(connection)
    return head + b"\r\n\r\n" + body


def answers(data):
    def script(connection, backend):
        backend.received.append(read_request(connection))
        connection.sendall(data)

    return script


def drips(data):
    def script(connection, backend):
        read_request(connection)
        for byte in data:
            connection.sendall(bytes([byte]))
            if backend.closed.wait(0.02):
                return

    return script


def resets(after):
    def script(connection, _backend):
        read_request(connection)
        connection.sendall(after)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return script


@pytest.fixture
def backend():
    started = []

    def start(script, certificate=None):
        started.append(Backend(script, certificate))
        return started[-1]

    yield start
    for each in started:
        each.close()


@pytest.fixture
def trusted(monkeypatch):
    """The tests' own authority is trusted, as any other would be."""
    monkeypatch.setenv("SSL_CERT_FILE", str(TLS / "authority.pem"))
    link._tls_context.cache_clear()
    yield
    link._tls_context.cache_clear()


def error_of(url, **options):
    with pytest.raises(TransportError) as caught:
        fetch("POST", url, body=b"{}", **{"timeout": 5.0, **options})
    return caught.value


# Answers that are read


def test_request_is_on_the_wire_as_given(backend):
    """Headers keep their order and case; Host, Content-Length and Connection are added; the fragment is dropped."""
    at = backend(answers(OK))
    fetch("POST", at.url("/a b/é?x=1#part"), headers=[("X-A", "1"), ("x-b", " \té ")], body=b"{}")
    expected = (
        "POST /a%20b/%C3%A9?x=1 HTTP/1.1\r\n"
        f"Host: 127.0.0.1:{at.port}\r\nX-A: 1\r\nx-b: é\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}"
    )
    assert at.received == [expected.encode("latin-1")]


def test_get_has_no_content_length(backend):
    """A GET has no body, so it announces none."""
    at = backend(answers(OK))
    fetch("GET", at.url())
    assert b"content-length" not in at.received[0].lower()


@pytest.mark.parametrize(
    ("data", "status", "body"),
    [
        pytest.param(OK, 200, b"ok", id="content-length"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n3;x=y\r\ncde\r\n0\r\nT: 1\r\n\r\n",
            200,
            b"abcde",
            id="chunked-with-trailer",
        ),
        pytest.param(b"HTTP/1.1 200 OK\r\n\r\nuntil the end", 200, b"until the end", id="close-delimited"),
        pytest.param(b"HTTP/1.0 500 Oops\r\n\r\nx", 500, b"x", id="http-1.0"),
        pytest.param(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\n" + OK, 200, b"ok", id="1xx"),
        pytest.param(b"HTTP/1.1 204 No Content\r\n\r\n", 204, b"", id="204"),
        pytest.param(b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n", 302, b"", id="redirect-kept"),
        pytest.param(OK + b"trailing garbage", 200, b"ok", id="content-length-too-small"),
    ],
)
def test_answer(backend, data, status, body):
    """Every framing of HTTP/1.1 is read to its end, and no redirect is followed."""
    at = backend(answers(data))
    got = fetch("GET", at.url())
    assert (got.status, got.body, len(at.received)) == (status, body, 1)


def test_answer_headers_keep_order_and_duplicates(backend):
    """Evidence stays whole: nothing is merged."""
    at = backend(answers(b"HTTP/1.1 200 OK\r\nSet-Cookie: a\r\nX: \xe9\r\nSet-Cookie: b\r\nContent-Length: 0\r\n\r\n"))
    assert fetch("GET", at.url()).headers == (
        (b"set-cookie", b"a"),
        (b"x", b"\xe9"),
        (b"set-cookie", b"b"),
        (b"content-length", b"0"),
    )


def test_answer_before_the_body_was_read(backend):
    """A backend that answers at the head and closes, which resets the connection, is still heard."""

    def script(connection, backend):
        connection.sendall(OK)
        backend.received.append(connection.recv(1))

    assert fetch("POST", backend(script).url(), body=b"x" * 10_000).status == 200


def test_phases_sum_up_to_seconds(backend):
    """Each phase is timed; plain http spends nothing on TLS to speak of."""
    got = fetch("GET", backend(answers(OK)).url())
    phases = (got.phases.dns, got.phases.connect, got.phases.tls, got.phases.first_byte, got.phases.body)
    assert sum(phases) == got.seconds
    assert all(phase >= 0 for phase in phases)


def test_first_byte_is_timed_apart_from_the_body(backend, monkeypatch):
    """A backend that thinks shows in `first_byte`, one that trickles shows in `body`; here by a clock of the test."""
    now = [0.0]
    lapped = threading.Semaphore(0)
    lap = link.Link.lap

    def lap_and_tell(self):
        lap(self)
        lapped.release()

    monkeypatch.setattr(link.Link, "lap", lap_and_tell)
    monkeypatch.setattr(link, "time", SimpleNamespace(monotonic=lambda: now[0]))

    def script(connection, _backend):
        for _ in ("dns", "connect", "tls"):
            lapped.acquire()
        read_request(connection)
        now[0] += 3
        connection.sendall(OK[:-1])
        lapped.acquire()
        now[0] += 4
        connection.sendall(OK[-1:])

    got = fetch("GET", backend(script).url())
    assert (got.phases, got.seconds) == (Phases(dns=0, connect=0, tls=0, first_byte=3, body=4), 7)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        pytest.param([], b"Authorization: Basic bcO8OnA6dw==", id="from-url"),
        pytest.param([("authorization", "Bearer x")], b"authorization: Bearer x", id="header-wins"),
    ],
)
def test_credentials_in_the_url_are_basic_auth(backend, headers, expected):
    """As in axios, user and password of a URL become Basic auth, unless a header says otherwise."""
    at = backend(answers(OK))
    fetch("GET", at.url().replace("//", "//m%C3%BC:p:w@"), headers=headers)
    lines = [line for line in at.received[0].split(b"\r\n") if line.lower().startswith(b"authorization")]
    assert lines == [expected]


# Failures, each made for real


@pytest.fixture
def unlistened_port():
    """A port that is taken but where nothing listens."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        yield sock.getsockname()[1]


def test_refused(unlistened_port):
    """The message says what happened and what to do next."""
    error = error_of(f"http://127.0.0.1:{unlistened_port}/hook")
    assert (error.code, error.words) == ("ECONNREFUSED", f"connect ECONNREFUSED 127.0.0.1:{unlistened_port}")
    assert str(error) == (
        f"POST http://127.0.0.1:{unlistened_port}/hook: connect ECONNREFUSED 127.0.0.1:{unlistened_port}. "
        "Nothing listens there: start the backend, or correct the port."
    )


def test_every_address_is_tried(backend, unlistened_port, monkeypatch):
    """A host whose first address refuses is reached at its second."""
    at = backend(answers(OK))
    rows = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port)) for port in (unlistened_port, at.port)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: rows)
    assert fetch("GET", "http://two.example/").status == 200


def test_unknown_host_needs_no_network():
    """Names under .invalid do not exist by definition, so no name server is asked."""
    error = error_of("http://backend.INVALID./")
    assert (error.code, error.words) == ("ENOTFOUND", "getaddrinfo ENOTFOUND backend.invalid.")


def test_host_that_no_name_server_takes():
    """A label of more than 63 characters is a host that does not exist, as any other."""
    assert error_of(f"http://{'a' * 64}.example/").code == "ENOTFOUND"


@pytest.mark.parametrize(
    ("number", "code"),
    [(socket.EAI_NONAME, "ENOTFOUND"), (socket.EAI_AGAIN, "EAI_AGAIN"), (socket.EAI_FAIL, "ENOTFOUND")],
)
def test_resolver_errors(monkeypatch, number, code):
    """A name server that is down is told apart from a name that does not exist."""

    def fails(*_, **__):
        raise socket.gaierror(number, "text of the system")

    monkeypatch.setattr(socket, "getaddrinfo", fails)
    error = error_of("http://backend.example/")
    assert (error.code, error.words) == (code, f"getaddrinfo {code} backend.example")


@pytest.mark.parametrize(
    ("script", "code", "words"),
    [
        pytest.param(resets(b""), "ECONNRESET", "read ECONNRESET", id="reset"),
        pytest.param(resets(OK[:-1]), "ECONNRESET", "read ECONNRESET", id="reset-in-body"),
        pytest.param(answers(b""), "ECONNRESET", "socket hang up", id="hang-up"),
        pytest.param(answers(OK[:12]), "ECONNRESET", "socket hang up", id="hang-up-in-head"),
        pytest.param(answers(OK[:-1]), "ECONNRESET", "stream has been aborted", id="content-length-too-large"),
        pytest.param(
            answers(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n"),
            "ECONNRESET",
            "stream has been aborted",
            id="chunked-without-end",
        ),
        pytest.param(
            answers(b"SSH-2.0-x\r\n\r\n"),
            "HPE_INVALID_CONSTANT",
            "Parse Error: Expected HTTP/, RTSP/ or ICE/",
            id="other-protocol",
        ),
        pytest.param(answers(b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n"), "HPE_INVALID", "Parse Error", id="bad-header"),
        pytest.param(
            answers(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
            "HPE_INVALID",
            "Parse Error",
            id="bad-chunk",
        ),
        pytest.param(
            answers(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx"),
            "HPE_INVALID",
            "Parse Error",
            id="two-content-lengths",
        ),
        pytest.param(
            answers(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000),
            "HPE_HEADER_OVERFLOW",
            "Parse Error: Header overflow",
            id="endless-header",
        ),
    ],
)
def test_broken_answer(backend, script, code, words):
    """Each way to break off or not to speak HTTP has Node's code and words."""
    error = error_of(backend(script).url())
    assert (error.code, error.words, isinstance(error, ApiTimeoutError)) == (code, words, False)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        pytest.param(errno.ETIMEDOUT, "ETIMEDOUT", id="system-timeout"),
        pytest.param(errno.EHOSTUNREACH, "EHOSTUNREACH", id="no-route"),
        pytest.param(errno.ENETUNREACH, "ENETUNREACH", id="no-network"),
        pytest.param(errno.EPIPE, "EPIPE", id="pipe"),
        pytest.param(None, "EIO", id="unnumbered"),
    ],
)
def test_system_errors_that_loopback_cannot_make(number, code):
    """What the system says is given in Node's form."""
    found = [
        failure_of(OSError(number, "text"), step=step, host="h", peer="192.0.2.1:80") for step in ("connect", "write")
    ]
    assert [(each.code, each.words) for each in found] == [
        (code, f"connect {code} 192.0.2.1:80"),
        (code, f"write {code}"),
    ]


def test_time_limit_of_the_system_is_not_ours(monkeypatch):
    """A connection that the system gives up is told apart from our deadline."""

    class Dropped(socket.socket):
        def connect(self, _address):
            raise TimeoutError(errno.ETIMEDOUT, "Connection timed out")

    monkeypatch.setattr(socket, "socket", Dropped)
    error = error_of("http://127.0.0.1:80/")
    assert not isinstance(error, ApiTimeoutError)
    assert (error.code, error.words) == ("ETIMEDOUT", "connect ETIMEDOUT 127.0.0.1:80")


def test_body_over_the_cap_is_cut_off(backend):
    """A backend that sends 100 MB is stopped at the cap; most of it is never read."""
    sent = []

    def script(connection, _backend):
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(100):
            connection.sendall(b"x" * 1_000_000)
            sent.append(1)

    error = error_of(backend(script).url(), max_body=1_000_000)
    assert (error.code, error.words) == ("ERR_BODY_TOO_LARGE", "maxContentLength size of 1000000 exceeded")
    assert len(sent) < 50


def test_body_of_exactly_the_cap_passes(backend):
    """The cap is the largest size that is allowed."""
    assert fetch("GET", backend(answers(OK)).url(), max_body=2).body == b"ok"
    assert error_of(backend(answers(OK)).url(), max_body=1).code == "ERR_BODY_TOO_LARGE"


# Addresses that are not public

EPRIVATE = "Only public addresses may be connected to here, and nothing was sent: use the host's public name"


def assert_untouched(listener):
    """Nothing has connected, also not to go away at once; and what connects is seen."""
    listener.settimeout(0)
    with pytest.raises(BlockingIOError):
        listener.accept()
    with socket.create_connection(listener.getsockname()[:2]):
        listener.accept()[0].close()


def refuses_to_connect(*_):
    raise AssertionError("a connection was made")


@pytest.fixture
def untouched():
    """A port of loopback, IPv4 and (where there is any) IPv6, whose listeners must never see a connection."""
    with socket.create_server(("127.0.0.1", 0)) as v4, socket.socket(socket.AF_INET6) as v6:
        port = v4.getsockname()[1]
        listeners = [v4]
        try:
            v6.bind(("::1", port))
            v6.listen()
            listeners.append(v6)
        except OSError:  # a machine without IPv6
            pass
        yield port
        for listener in listeners:
            assert_untouched(listener)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        pytest.param("127.0.0.1", "127.0.0.1", id="v4"),
        pytest.param("[::1]", "::1", id="v6"),
        pytest.param("[::ffff:127.0.0.1]", "::ffff:127.0.0.1", id="mapped"),
        pytest.param("2130706433", "127.0.0.1", id="decimal"),
        pytest.param("0x7f.1", "127.0.0.1", id="hexadecimal"),
        pytest.param("0", "0.0.0.0", id="unspecified"),
    ],
)
def test_private_address_is_not_connected_to(untouched, host, address):
    """However it is written, nothing arrives at its listener."""
    error = error_of(f"http://{host}:{untouched}/", reach="public")
    assert (error.code, error.words) == ("EPRIVATE", f"connect EPRIVATE {address}:{untouched}")
    assert str(error) == f"POST {error.url}: connect EPRIVATE {address}:{untouched}. {EPRIVATE}."


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_name_of_a_private_address_is_not_connected_to(untouched, scheme):
    """The name localhost is refused for its address, over TLS too."""
    assert error_of(f"{scheme}://localhost:{untouched}/", reach="public").code == "EPRIVATE"


@pytest.mark.parametrize(
    "addresses",
    [
        pytest.param(["127.0.0.1"], id="private"),
        pytest.param(["192.0.0.9", "127.0.0.1"], id="one-of-two"),
        pytest.param(["127.0.0.1", "192.0.0.9"], id="other-order"),
    ],
)
def test_name_with_a_private_address_is_refused(untouched, monkeypatch, addresses):
    """One address that is not public is enough, wherever it stands; no other one is connected to either."""

    def looks_up(_host, port, **_):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", looks_up)
    monkeypatch.setattr(socket.socket, "connect", refuses_to_connect)
    error = error_of(f"http://hooks.example:{untouched}/", reach="public")
    assert (error.code, error.words) == ("EPRIVATE", f"connect EPRIVATE 127.0.0.1:{untouched}")


def test_name_that_changes_its_address_is_looked_up_once(untouched, monkeypatch):
    """DNS rebinding: the address that was checked is the one that is connected to."""
    answers = iter(["192.0.0.9", "127.0.0.1"])
    connected = []

    def looks_up(_host, port, **_):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    def connects(_self, address):
        connected.append(address)
        raise ConnectionRefusedError(errno.ECONNREFUSED, "refused")

    monkeypatch.setattr(socket, "getaddrinfo", looks_up)
    monkeypatch.setattr(socket.socket, "connect", connects)
    assert error_of(f"http://hooks.example:{untouched}/", reach="public").code == "ECONNREFUSED"
    assert (connected, next(answers)) == ([("192.0.0.9", untouched)], "127.0.0.1")


# Addresses where no backend is

EFORBIDDEN = "That address is link-local, unspecified, multicast or a cloud's own, and nothing was sent: fix it"


@pytest.mark.parametrize(
    "host",
    [
        pytest.param("169.254.169.254", id="v4"),
        pytest.param("2852039166", id="decimal"),
        pytest.param("0xa9.0xfe.43518", id="mixed"),
    ],
)
def test_metadata_address_is_not_connected_to(monkeypatch, host):
    """However it is written, no connection is begun; the message says why."""
    monkeypatch.setattr(socket.socket, "connect", refuses_to_connect)
    error = error_of(f"http://{host}/latest", reach="backend")
    assert (error.code, error.words) == ("EFORBIDDEN", "connect EFORBIDDEN 169.254.169.254:80")
    assert str(error) == f"POST {error.url}: connect EFORBIDDEN 169.254.169.254:80. {EFORBIDDEN}."


def test_name_with_a_metadata_address_is_refused(untouched, monkeypatch):
    """One such address among a host's is enough; the others are not connected to either."""

    def looks_up(_host, port, **_):
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in ("127.0.0.1", "169.254.169.254")
        ]

    monkeypatch.setattr(socket, "getaddrinfo", looks_up)
    error = error_of(f"http://hooks.example:{untouched}/", reach="backend")
    assert error.words == f"connect EFORBIDDEN 169.254.169.254:{untouched}"


def test_backend_on_loopback_is_connected_to(backend):
    """Who develops a backend has it on the own machine."""
    assert fetch("GET", backend(answers(OK)).url(), reach="backend").body == b"ok"


# One deadline over everything


def assert_times_out(url, advice):
    started = time.monotonic()
    error = error_of(url, timeout=0.3)
    assert time.monotonic() - started < 3
    assert isinstance(error, ApiTimeoutError)
    assert (error.code, error.words) == ("ETIMEDOUT", "timeout of 300ms exceeded")
    assert str(error).endswith(f"timeout of 300ms exceeded. {advice}.")


SLOW = "The backend gave no complete answer in time: answer first, do slow work later"


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(lambda _, backend: backend.closed.wait(10), id="silent"),
        pytest.param(drips(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000), id="drips-headers"),
        pytest.param(drips(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 10_000), id="drips-body"),
        pytest.param(drips(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000), id="drips-1xx"),
    ],
)
def test_slow_answer(backend, script):
    """However an answer trickles in, the deadline holds for all of it."""
    assert_times_out(backend(script).url(), SLOW)


@pytest.mark.usefixtures("trusted")
def test_slow_tls_answer(backend):
    """The same over TLS, where one read may take several of the socket's."""
    drip = drips(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 10_000)
    assert_times_out(backend(drip, certificate="valid").url(), SLOW)


def test_silent_tls_handshake(backend):
    """A port that accepts and says nothing is named as such."""
    at = backend(lambda _, backend: backend.closed.wait(10))
    advice = "The TLS handshake did not end: check that the port speaks https"
    assert_times_out(at.url().replace("http:", "https:"), advice)


@pytest.mark.parametrize("certificate", [pytest.param(None, id="http"), pytest.param("valid", id="https")])
@pytest.mark.usefixtures("trusted")
def test_backend_that_reads_slowly(backend, certificate):
    """The deadline holds also while the request is being sent."""

    def script(connection, backend):
        while connection.recv(1000):
            if backend.closed.wait(0.02):
                return

    at = backend(script, certificate=certificate)
    with pytest.raises(ApiTimeoutError) as caught:
        fetch("POST", at.url(), body=b"x" * 50_000_000, timeout=0.5)
    assert str(caught.value).endswith("The backend did not read the whole request: look at its log.")


def test_connect_that_hangs():
    """An address that drops packets uses up the deadline, no more."""
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for filler in (first, second):  # the queue of connections nobody accepts is full now
            filler.settimeout(0)
            filler.connect_ex(full.getsockname())
        advice = "The address does not react: check it, and firewalls on the way"
        assert_times_out(f"http://127.0.0.1:{full.getsockname()[1]}/", advice)


def test_resolver_that_hangs(monkeypatch):
    """The system's resolver cannot be interrupted, yet the deadline holds."""
    released = threading.Event()

    def hangs(*_, **__):
        released.wait(10)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hangs)
    assert_times_out("http://backend.example/", "The name server gave no answer: check this machine's network")
    released.set()


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf"), 86_401])
def test_timeout_is_always_finite(timeout):
    """There is no way to wait for ever."""
    with pytest.raises(ValueError, match=r"^timeout: .* is not a number of seconds above 0 and at most 86,400"):
        fetch("GET", "http://backend.invalid/", timeout=timeout)


# TLS


@pytest.mark.usefixtures("trusted")
def test_end_of_the_certificate(backend):
    """Told in UTC, to the second, of the certificate that was checked; plain http has none."""
    until = datetime(2120, 1, 1, tzinfo=UTC)
    assert fetch("GET", backend(answers(OK), certificate="valid").url()).certificate_until == until
    assert fetch("GET", backend(answers(OK)).url()).certificate_until is None


@pytest.mark.usefixtures("trusted")
def test_tls(backend):
    """A certificate of a trusted authority is accepted, for a name and for an address; the handshake is timed."""
    at = backend(answers(OK), certificate="valid")
    assert fetch("GET", at.url()).phases.tls > 0
    assert fetch("GET", at.url(host="localhost")).body == b"ok"


@pytest.mark.usefixtures("trusted")
def test_tls_host_with_final_dot(backend, monkeypatch):
    """The dot that ends an absolute name is in no certificate, and does not fail its check."""
    at = backend(answers(OK), certificate="valid")
    row = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", at.port))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [row])
    assert fetch("GET", at.url(host="localhost.")).body == b"ok"


@pytest.mark.parametrize(
    ("certificate", "code", "words"),
    [
        pytest.param("self_signed", "DEPTH_ZERO_SELF_SIGNED_CERT", "self-signed certificate", id="self-signed"),
        pytest.param("expired", "CERT_HAS_EXPIRED", "certificate has expired", id="expired"),
        pytest.param("not_yet_valid", "CERT_NOT_YET_VALID", "certificate is not yet valid", id="not-yet-valid"),
        pytest.param(
            "other_name",
            "ERR_TLS_CERT_ALTNAME_INVALID",
            "Hostname/IP does not match certificate's altnames: IP: 127.0.0.1 is not in the cert's list",
            id="other-name",
        ),
    ],
)
@pytest.mark.usefixtures("trusted")
def test_bad_certificate(backend, certificate, code, words):
    """Each defect of a certificate has Node's code and words."""
    error = error_of(backend(answers(OK), certificate=certificate).url())
    assert (error.code, error.words) == (code, words)


@pytest.mark.usefixtures("trusted")
def test_certificate_for_another_host(backend):
    """A host name is worded as Node words it, with its full stop."""
    error = error_of(backend(answers(OK), certificate="other_name").url(host="localhost"))
    assert error.words == (
        "Hostname/IP does not match certificate's altnames: Host: localhost. is not in the cert's altnames"
    )


def test_certificate_of_an_unknown_authority(backend):
    """A chain that ends in an unknown issuer is worded as Node does, which shows OpenSSL's last error."""
    error = error_of(backend(answers(OK), certificate="valid").url())
    assert (error.code, error.words) == ("UNABLE_TO_VERIFY_LEAF_SIGNATURE", "unable to verify the first certificate")


def test_https_to_a_plain_port(backend):
    """The usual slip, https for http, is named."""

    def script(connection, _backend):
        connection.recv(1000)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    error = error_of(backend(script).url().replace("http:", "https:"))
    assert error.code == "EPROTO"
    assert error.words in {"write EPROTO wrong version number", "write EPROTO record layer failure"}
    assert "use http:// if it has no certificate" in str(error)


def test_hang_up_in_the_handshake(backend):
    """A port that closes before TLS is established."""
    error = error_of(backend(lambda connection, _: connection.recv(1000)).url().replace("http:", "https:"))
    words = "Client network socket disconnected before secure TLS connection was established"
    assert (error.code, error.words) == ("ECONNRESET", words)


# What never reaches the wire


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        pytest.param("", "it does not begin with http:// or https:// and a host", id="empty"),
        pytest.param("ftp://h/", "it does not begin with http:// or https:// and a host", id="scheme"),
        pytest.param("http:///x", "it does not begin with http:// or https:// and a host", id="no-host"),
        pytest.param("localhost:8000/x", "it does not begin with http:// or https:// and a host", id="no-scheme"),
        pytest.param("http://h:port/", "its host or port cannot be read", id="port-word"),
        pytest.param("http://h:65536/", "its host or port cannot be read", id="port-large"),
        pytest.param("http://[::1/", "its host or port cannot be read", id="bracket"),
        pytest.param("http://h/\r\nX-A: 1", "it holds the control character '\\r' at position 9", id="crlf"),
        pytest.param("http://h/\x00", "it holds the control character '\\x00' at position 9", id="nul"),
        pytest.param("http://<your-url>.com/", "its host is empty or holds a character that no host may", id="sample"),
        pytest.param("http://:80/", "its host is empty or holds a character that no host may", id="port-only"),
        pytest.param("http://a\\@b/", "its host holds a backslash", id="backslash"),
        pytest.param("http://[1::2::3]/", "its host or port cannot be read", id="ipv6"),
        pytest.param(
            "http://\u2603\u0600/", "its host cannot be written as an internationalised domain name", id="idna"
        ),
    ],
)
def test_url_that_cannot_be_used(url, reason):
    """Nothing is sent, and the message says why."""
    error = error_of(url)
    assert (error.code, error.words) == ("ERR_INVALID_URL", "Invalid URL")
    assert str(error).endswith(f"Invalid URL. The URL cannot be used: {reason}.")


@pytest.mark.parametrize(
    ("name", "value", "code", "words"),
    [
        pytest.param(
            "X-A", "a\r\nX-B: 1", "ERR_INVALID_CHAR", 'Invalid character in header content ["X-A"]', id="crlf"
        ),
        pytest.param("X-A", "a\x00", "ERR_INVALID_CHAR", 'Invalid character in header content ["X-A"]', id="nul"),
        pytest.param("X-A", "\u2603", "ERR_INVALID_CHAR", 'Invalid character in header content ["X-A"]', id="snowman"),
        pytest.param(
            "a b", "x", "ERR_INVALID_HTTP_TOKEN", 'Header name must be a valid HTTP token ["a b"]', id="space"
        ),
        pytest.param("", "x", "ERR_INVALID_HTTP_TOKEN", 'Header name must be a valid HTTP token [""]', id="empty"),
        pytest.param(
            "a\n", "x", "ERR_INVALID_HTTP_TOKEN", 'Header name must be a valid HTTP token ["a\\n"]', id="name-lf"
        ),
    ],
)
def test_header_that_cannot_be_sent(backend, name, value, code, words):
    """Nothing is sent; the name is shown, the value is not."""
    at = backend(answers(OK))
    error = error_of(at.url(), headers=[(name, value)])
    assert (error.code, error.words, at.received) == (code, words, [])
    assert value.strip() == "x" or value not in str(error)


@pytest.mark.parametrize("name", ["Host", "content-length", "Transfer-Encoding", "CONNECTION"])
def test_headers_that_frame_the_exchange_are_ours(name):
    """A second length or host would make two readings of one request."""
    with pytest.raises(ValueError, match=rf"headers: {name.lower()} cannot be set, they frame the exchange"):
        fetch("GET", "http://backend.invalid/", headers=[(name, "1")])


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=st.text(st.characters(max_codepoint=0x17F), max_size=30))
def test_any_header_value_arrives_or_is_refused(backend, value):
    """No value changes the structure of the request: it arrives as it is, or nothing is sent."""
    at = backend(answers(OK))
    sent = [("X-A", value)]
    if re.search(r"[^\t -~\x80-\xff]", value):
        assert error_of(at.url(), headers=sent).code == "ERR_INVALID_CHAR"
        assert at.received == []
    else:
        fetch("GET", at.url(), headers=sent)
        lines = at.received[0].split(b"\r\n")
        assert len(lines) == 6
        assert lines[2] == b"X-A: " + value.strip(" \t").encode("latin-1")


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(answers(b"tok-s3cret is no HTTP\r\n\r\n"), id="garbage"),
        pytest.param(answers(b"HTTP/1.1 200 OK\r\ntok-s3cret\r\n\r\n"), id="header"),
        pytest.param(answers(b""), id="hang-up"),
        pytest.param(answers(b"HTTP/1.1 200 OK\r\n\r\n" + b"tok-s3cret" * 10), id="too-large"),
    ],
)
def test_no_secret_in_an_error(backend, script):
    """Neither text nor traceback shows what the URL or a header held, even where the backend echoes it."""
    url = backend(script).url("/?token=tok-s3cret").replace("//", "//me:pw-s3cret@")
    with pytest.raises(TransportError) as caught:
        fetch("GET", url, headers=[("X-Key", "key-s3cret")], max_body=50)
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + caught.value.url
    source_lines = [line for line in shown.splitlines() if line.startswith("    ")]
    assert "s3cret" not in "\n".join(line for line in shown.splitlines() if line not in source_lines)
