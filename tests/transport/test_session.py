"""The session that calls the API, against scripted servers on loopback that count what reaches them."""

import contextlib
import gzip
import json
import queue
import socket
import ssl
import struct
import threading
import time
import traceback
from pathlib import Path

import pytest

from chatbot_nb import errors
from chatbot_nb.transport.api import session as session_module
from chatbot_nb.transport.api.session import ApiSession

TOKEN = "s3cret-access-token"
TLS = Path(__file__).parents[1] / "data" / "tls"


def answer(status=200, body=b"[]", **headers):
    """An HTTP response as bytes."""
    fields = {"Content_Type": "application/json", "Content_Length": len(body)} | headers
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status} Some words\r\n{head}\r\n".encode("latin-1") + body


def lost(peer, _release):
    """Cut the connection after the request was read, as a crash does."""
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def closed(_peer, _release):
    """Close the connection without an answer."""


def truncated(peer, _release):
    """Announce more than is sent."""
    peer.sendall(answer(Content_Length=100))


def hanging(_peer, release):
    """Never answer."""
    release.wait(30)


def dripping(peer, release):
    """Send one byte of the body every 20 ms."""
    peer.sendall(answer(body=b"", Content_Length=100_000))
    try:
        while not release.wait(0.02):
            peer.sendall(b" ")
    except OSError:  # the client gave up
        pass


class Scripted:
    """Answers each request with the next step of a script, the last one for ever; notes what came."""

    def __init__(self, *script, tls=None, port=0):
        self.script = list(script) or [answer()]
        self.requests = []
        self.open = self.peak = self.accepted = self.handshakes = 0
        self._tls = tls
        self._lock = threading.Lock()
        self._release = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", port))
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self._listener.getsockname()[1]}"
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def stop(self):
        self._release.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(10)

    def _accept(self):
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            self._threads.append(threading.Thread(target=self._serve, args=(peer,)))
            self._threads[-1].start()

    def _serve(self, peer):
        with self._lock:
            self.open += 1
            self.accepted += 1
            self.peak = max(self.peak, self.open)
        try:
            with peer:
                if self._tls:
                    self.handshakes += 1
                    peer = self._tls.wrap_socket(peer, server_side=True)
                with peer:
                    peer.settimeout(10)
                    while self._one(peer):
                        pass
        except OSError:
            pass
        finally:
            with self._lock:
                self.open -= 1

    def _one(self, peer):
        data = b""
        while b"\r\n\r\n" not in data:
            if not (piece := peer.recv(65536)):
                return False
            data += piece
        head, _, body = data.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines)
        while len(body) < int(headers.get("content-length", 0)):
            body += peer.recv(65536)
        with self._lock:
            self.requests.append((*first.split()[:2], dict(line.split(": ", 1) for line in lines), body))
            step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if callable(step):
            step(peer, self._release)
            return False
        peer.sendall(step)
        return True


@pytest.fixture
def scripted():
    """Start scripted servers; they stop at the end of the test."""
    servers = []

    def start(*script, **options):
        servers.append(Scripted(*script, **options))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def connect():
    """Make sessions; they are closed at the end of the test."""
    sessions = []

    def make(server, **options):
        sessions.append(ApiSession(server if isinstance(server, str) else server.url, TOKEN, **options))
        return sessions[-1]

    yield make
    for one in sessions:
        one.close()


@pytest.fixture(autouse=True)
def pauses(monkeypatch):
    """Seconds that the session would have waited between tries; nothing waits."""
    waited = []

    def note(seconds, stop):
        waited.append(seconds)
        return stop.is_set()

    monkeypatch.setattr(session_module, "_pause", note)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    return waited


def unused_url():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


def shown(error):
    """Everything that a person or a log could get to see of an exception."""
    links = []
    link = error
    while link is not None:
        links.append(link)
        link = link.__cause__ or link.__context__
    state = "".join(repr(vars(link)) + repr(link) + str(link) for link in links)
    return state + "".join(traceback.format_exception(error))


def test_a_call_sends_the_access_token_and_the_body_and_returns_json(scripted, connect):
    """Bearer authentication, JSON both ways."""
    server = scripted(answer(201, b'{"id": "5f"}'))
    assert connect(server).request("POST", "/integrations/webhook", json={"name": "é"}) == {"id": "5f"}
    method, target, headers, body = server.requests[0]
    assert (method, target) == ("POST", "/integrations/webhook")
    assert headers["Authorization"] == f"Bearer {TOKEN}"
    assert headers["Content-Type"] == "application/json"
    assert json.loads(body) == {"name": "é"}


def test_an_empty_answer_of_success_is_none(scripted, connect):
    """204 without a body says all there is to say."""
    assert connect(scripted(b"HTTP/1.1 204 No Content\r\n\r\n")).request("DELETE", "/x") is None


@pytest.mark.parametrize(
    "fault", [pytest.param(answer(status, b""), id=str(status)) for status in (429, 502, 503, 504)]
)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_a_busy_api_is_asked_again(scripted, connect, pauses, method, fault):
    """429, 502, 503 and 504 are repeated where that is harmless."""
    server = scripted(fault, answer())
    assert connect(server).request(method, "/x", json={} if method == "PUT" else None) == []
    assert [request[0] for request in server.requests] == [method, method]
    assert len(pauses) == 1


@pytest.mark.parametrize("fault", [lost, closed, truncated])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_a_lost_connection_is_made_again(scripted, connect, method, fault):
    """Reset, closed and truncated answers are repeated where that is harmless."""
    server = scripted(fault, answer())
    assert connect(server).request(method, "/x") == []
    assert len(server.requests) == 2


@pytest.mark.parametrize("fault", [429, 502, 503, 504, lost, closed, truncated])
def test_a_post_that_may_have_arrived_is_never_repeated(scripted, connect, fault):
    """Whatever goes wrong once it was sent, the server counts it once."""
    server = scripted(answer(fault, b"", Retry_After="1") if isinstance(fault, int) else fault, answer())
    with pytest.raises((errors.ApiError, errors.TransportError)):
        connect(server).request("POST", "/x", json={})
    assert len(server.requests) == 1


def test_a_post_that_found_nobody_is_repeated(scripted, connect, monkeypatch):
    """A connection that was never established cannot have created anything."""
    url = unused_url()
    began = []
    monkeypatch.setattr(
        session_module, "_pause", lambda *_: began.append(scripted(port=int(url.rpartition(":")[2]))) or False
    )
    assert connect(url).request("POST", "/x", json={}) == []
    assert [len(server.requests) for server in began] == [1]


@pytest.mark.parametrize("status", [400, 409, 500, 501])
def test_other_statuses_are_not_repeated(scripted, connect, status):
    """What will not pass by itself is told at once."""
    server = scripted(answer(status))
    with pytest.raises(errors.ApiError):
        connect(server).request("GET", "/x")
    assert len(server.requests) == 1


@pytest.fixture
def ten_to(monkeypatch):
    """The clock stands ten seconds before 2044-11-06 08:49:47 UTC."""
    monkeypatch.setattr(time, "time", lambda: 2_362_034_977.0)


@pytest.mark.usefixtures("ten_to")
@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        pytest.param("7", 7, id="seconds"),
        pytest.param(" 7 ", 7, id="spaces"),
        pytest.param("Sun, 06 Nov 2044 08:49:47 GMT", 10, id="date"),
        pytest.param("Sunday, 06-Nov-44 08:49:47 GMT", 10, id="date of RFC 850"),
        pytest.param("9999999999", 30, id="huge"),
        pytest.param("Sun, 06 Nov 2094 08:49:47 GMT", 30, id="far date"),
    ],
)
def test_retry_after_is_obeyed_in_both_forms_and_capped(scripted, connect, pauses, header, seconds):
    """Seconds and HTTP date, at most 30 s."""
    connect(scripted(answer(429, Retry_After=header), answer())).request("GET", "/x")
    assert pauses == [seconds]


@pytest.mark.parametrize(
    "header",
    [
        "soon", "", "-5", "0", "nan", "1e3", "7, 8", "9" * 5000, "Sun, 06 Nov 99999 08:49:37 GMT", "١٢", "\xff",
        "Thu, 01 Jan 1970 00:00:00 GMT", "Mon, 01 Jan 2044 00:00:00 +99999999999",
    ],
    ids=lambda header: ascii(header)[:20],
)  # fmt: skip
def test_a_retry_after_that_says_nothing_is_a_short_pause(scripted, connect, pauses, header):
    """Garbage and the past never break the call, nor lengthen it."""
    step = answer(503).replace(b"Content-Type", b"Retry-After: " + header.encode("utf-8") + b"\r\nContent-Type")
    assert connect(scripted(step, answer())).request("GET", "/x") == []
    assert 0.1 < pauses[0] <= 0.25


def test_the_tries_end_and_the_pauses_grow(scripted, connect, pauses):
    """Four tries, then the error that says so; each 429 was counted."""
    server = scripted(answer(429, b""))
    session = connect(server)
    with pytest.raises(errors.RateLimitError) as caught:
        session.request("GET", "/x")
    assert str(caught.value) == (
        f"GET {server.url}/x answered 429 after 4 tries. Wait, then call again; fewer calls at once help."
    )
    assert len(server.requests) == session.throttled == 4
    assert [0.125 * 2**n <= pause <= 0.25 * 2**n for n, pause in enumerate(pauses)] == [True] * 3


def test_a_stop_ends_the_tries(scripted, connect):
    """Whoever stops a long run does not wait for its pauses."""
    stop = threading.Event()
    stop.set()
    server = scripted(answer(503))
    with pytest.raises(errors.ServerError):
        connect(server).request("GET", "/x", stop=stop)
    assert len(server.requests) == 1


def test_a_real_pause_ends_with_the_stop(monkeypatch):
    """The pause waits on the event, not on the clock."""
    monkeypatch.undo()
    stop = threading.Event()
    stop.set()
    assert session_module._pause(60, stop) is True


@pytest.mark.parametrize("fault", [answer(502, b""), lost], ids=["502", "lost"])
def test_a_delete_that_took_effect_before_the_answer_was_lost_is_done(scripted, connect, fault):
    """The second try finds nothing, because the first deleted it."""
    assert connect(scripted(fault, answer(404))).request("DELETE", "/x") is None


def test_a_delete_of_nothing_is_not_done_by_waiting(scripted, connect):
    """429 says that nothing was done, so the 404 after it counts."""
    with pytest.raises(errors.NotFoundError):
        connect(scripted(answer(429), answer(404))).request("DELETE", "/x")


def test_the_timeout_reaches_the_socket_and_is_not_repeated(scripted, connect):
    """A silent API costs one timeout."""
    server = scripted(hanging)
    with pytest.raises(errors.ApiTimeoutError) as caught:
        connect(server, timeout=0.2).request("GET", "/x")
    message = f"GET {server.url}/x: no answer within 0.2 s. Check the network, or pass a larger timeout"
    assert str(caught.value) == message
    assert caught.value.code == "ETIMEDOUT"
    assert len(server.requests) == 1


def test_a_dripping_answer_ends(scripted, connect):
    """A body that always sends a little before the timeout cannot go on for ever."""
    began = time.monotonic()
    with pytest.raises(errors.ApiTimeoutError):
        connect(scripted(dripping), timeout=0.1).request("GET", "/x")
    assert 0.9 < time.monotonic() - began < 5


def test_nobody_there_is_said_after_a_few_tries(connect, pauses):
    """ECONNREFUSED, in Node's words, with the next step."""
    url = unused_url()
    with pytest.raises(errors.TransportError) as caught:
        connect(url).request("GET", "/x")
    said = "ECONNREFUSED: nothing listens there. Check base_url, and that the service or sandbox runs (4 tries)"
    assert str(caught.value) == f"GET {url}/x: {said}"
    assert caught.value.code == "ECONNREFUSED"
    assert len(pauses) == 3


def test_an_unknown_host_is_said(connect):
    """ENOTFOUND or, where there is no name server, EAI_AGAIN."""
    with pytest.raises(errors.TransportError) as caught:
        connect("http://no-such-host.invalid").request("GET", "/x")
    assert caught.value.code in {"ENOTFOUND", "EAI_AGAIN"}


def test_a_certificate_that_nobody_signed_is_refused_at_once(scripted, connect):
    """Asking again would not help, and nothing was sent."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / "self_signed.pem", TLS / "key.pem")
    server = scripted(tls=context)
    with pytest.raises(errors.TransportError) as caught:
        connect(server).request("GET", "/x")
    assert caught.value.code == "DEPTH_ZERO_SELF_SIGNED_CERT"
    assert "set REQUESTS_CA_BUNDLE" in str(caught.value)
    assert (server.handshakes, server.requests) == (1, [])


def test_a_connection_lost_under_tls_is_made_again(scripted, connect, monkeypatch):
    """OpenSSL reports it in words of its own; REQUESTS_CA_BUNDLE is honoured on the way."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(TLS / "authority.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / "valid.pem", TLS / "key.pem")
    server = scripted(closed, answer(), tls=context)
    assert connect(server.url.replace("127.0.0.1", "localhost")).request("GET", "/x") == []
    assert len(server.requests) == 2


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf"), None, "10", True, 10**400])
def test_a_timeout_that_is_no_deadline_is_refused(timeout):
    """There is no way to wait for ever."""
    with pytest.raises(
        ValueError, match=r"^timeout: .{1,60} is not a number of seconds above 0 and at most 86,400, such as 10\.0$"
    ):
        ApiSession("http://127.0.0.1", TOKEN, timeout=timeout)


@pytest.mark.parametrize(
    ("access_token", "kind"),
    [
        pytest.param("s3cret\nX-Evil: 1", "a space or line break at position 6", id="line break"),
        pytest.param("s3cret ", "a space or line break at position 6", id="space"),
        pytest.param("s3crét", "a character that is not printable ASCII at position 4", id="accent"),
        pytest.param("s3cr\0t", "a character that is not printable ASCII at position 4", id="nul"),
    ],
)
def test_an_access_token_that_no_header_can_hold_is_refused_unseen(access_token, kind):
    """The message says where, never what."""
    with pytest.raises(ValueError, match="the access token holds") as caught:
        ApiSession("http://127.0.0.1", access_token)
    assert (
        str(caught.value)
        == f"the access token holds {kind}; copy it again, into CHATBOT_ACCESS_TOKEN or access_token=..."
    )


@pytest.mark.parametrize(
    ("base_url", "problem"),
    [
        pytest.param("ftp://h", "'ftp://h': it is neither http nor https", id="ftp"),
        pytest.param("api.chatbot.com", "'api.chatbot.com': it cannot be read as a URL", id="no scheme"),
        pytest.param("http://u:pw@[bad", "'http://***@***': it cannot be read as a URL", id="bad host"),
        pytest.param("http://h/v2?k=pw", "'http://h/v2?k=***': it has a query or a fragment", id="query"),
        pytest.param(7, "'7': it is not a text", id="number"),
    ],
)
def test_a_base_url_that_is_none_is_refused(base_url, problem):
    """The message shows it without secrets."""
    with pytest.raises(ValueError, match="base_url") as caught:
        ApiSession(base_url, TOKEN)
    assert str(caught.value) == f"base_url: {problem}; use one such as 'https://api.chatbot.com/v2'"


def test_netrc_does_not_replace_the_access_token(scripted, connect, tmp_path, monkeypatch):
    """A line for the host in ~/.netrc is for other programs."""
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password netrc-password\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    server = scripted()
    connect(server).request("GET", "/x")
    assert server.requests[0][2]["Authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(scripted, connect, status):
    """The access token goes nowhere else, and a PUT does not become a GET."""
    elsewhere = scripted()
    server = scripted(answer(status, b"", Location=f"{elsewhere.url}/login?next=s3cret"))
    with pytest.raises(errors.ApiError) as caught:
        connect(server).request("PUT", "/x", json={})
    assert str(caught.value) == (
        f"PUT {server.url}/x answered {status} and points to {elsewhere.url}/login?next=***, "
        "which is not followed. Check base_url"
    )
    assert elsewhere.requests == []


@pytest.mark.parametrize("location", ["http://[", "\xff", "//", "http://127.0.0.1:99999/"])
def test_a_redirect_to_nowhere_is_an_error_of_ours(scripted, connect, location):
    """Whatever stands in Location is only shown."""
    with pytest.raises(errors.ApiError, match="which is not followed"):
        connect(scripted(answer(302, b"", Location=location))).request("GET", "/x")


def test_the_proxy_of_the_environment_is_that_of_the_start(scripted, connect, monkeypatch):
    """It is looked up once; a later change does not matter."""
    proxy = scripted()
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    session = connect("http://api.invalid/v2")
    monkeypatch.setenv("HTTP_PROXY", unused_url())
    assert session.request("GET", "/x") == []
    assert proxy.requests[0][1] == "http://api.invalid/v2/x"


def test_no_proxy_is_honoured(scripted, connect, monkeypatch):
    """NO_PROXY holds for the API's host."""
    monkeypatch.setenv("HTTP_PROXY", unused_url())
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert connect(scripted()).request("GET", "/x") == []


def test_a_proxy_that_is_down_is_named_without_its_password(connect, monkeypatch):
    """The message says where to look; the proxy's URL stays out of it."""
    monkeypatch.setenv("HTTP_PROXY", unused_url().replace("//", "//me:pr0xy-password@"))
    with pytest.raises(errors.TransportError) as caught:
        connect("http://api.invalid").request("GET", "/x")
    said = "the proxy of the environment failed. Check HTTPS_PROXY, HTTP_PROXY and NO_PROXY (4 tries)"
    assert str(caught.value) == f"GET http://api.invalid/x: ECONNREFUSED: {said}"
    assert "pr0xy-password" not in shown(caught.value)


@pytest.mark.parametrize(
    "step",
    [
        pytest.param(answer(), id="length"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n[\r\n1\r\n]\r\n0\r\n\r\n", id="chunked"
        ),
        pytest.param(answer(body=gzip.compress(b"[]"), Content_Encoding="gzip"), id="gzip"),
        pytest.param(answer(404), id="error"),
    ],
)
def test_a_connection_is_used_again(scripted, connect, step):
    """Also after an error; and closing the session closes it."""
    server = scripted(step)
    session = connect(server)
    for _ in range(3):
        with contextlib.suppress(errors.NotFoundError):
            assert session.request("GET", "/x") == []
    assert server.accepted == 1


def test_no_more_connections_than_workers(scripted, connect):
    """Counted at the server, with four times as many threads."""
    server = scripted()
    session = connect(server, workers=3)
    done = queue.SimpleQueue()
    threads = [threading.Thread(target=lambda: done.put(session.request("GET", "/x"))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert done.qsize() == len(server.requests) == 12
    assert server.peak <= 3


ECHO = json.dumps({"message": f"Bearer {TOKEN} sent connection-secret"}).encode()


@pytest.mark.parametrize(
    "step",
    [
        pytest.param(answer(400, ECHO), id="400"),
        pytest.param(answer(401, ECHO), id="401"),
        pytest.param(answer(500, ECHO.decode().encode("utf-16")), id="500 in UTF-16"),
        pytest.param(answer(200, b"<html>" + ECHO), id="HTML"),
        pytest.param(answer(302, ECHO, Location=f"/{TOKEN}"), id="redirect"),
        pytest.param(lost, id="lost"),
        pytest.param(truncated, id="truncated"),
        pytest.param(hanging, id="hanging"),
        pytest.param(answer(200, b"no gzip", Content_Encoding="gzip"), id="broken gzip"),
    ],
)
def test_no_exception_shows_a_secret(scripted, connect, step):
    """Neither its text, state, chain nor traceback; also where the API repeats what it was sent."""
    session = connect(scripted(step).url.replace("//", "//user:url-password@"), timeout=0.3)
    # not spelled out in the call: a traceback shows the line that called
    path, body = "/x?key=query-secret", {"token": "connection-secret"}
    with pytest.raises(errors.ChatBotError) as caught:
        session.request("PUT", path, json=body, secrets=body.values())
    everything = shown(caught.value) + repr(session)
    for secret in (TOKEN, "connection-secret", "url-password", "query-secret"):
        assert secret not in everything
    assert caught.value.__cause__ is caught.value.__context__ is None


def test_a_page_instead_of_json_is_named(scripted, connect):
    """A login page that answers 200 to everything must not look like success, also for a PUT."""
    page = b"<!DOCTYPE html><html><head><title>Sign in &amp; more</title></head><body>x</body></html>"
    server = scripted(answer(200, page))
    with pytest.raises(errors.ApiError) as caught:
        connect(server).request("PUT", "/x", json={})
    assert str(caught.value) == (
        f"PUT {server.url}/x answered 200 with an HTML page, not JSON: a proxy or a login page? It says: Sign in & more"
    )


@pytest.mark.parametrize("body", [b"{", b"[" * 100_000, b"\xff\xfe\xff", b"[" + b"9" * 5000 + b"]"])
def test_what_is_no_json_is_an_error_of_ours(scripted, connect, body):
    """Broken, too deep, no text at all, integers without end."""
    with pytest.raises(errors.ApiError, match="with something that is not JSON"):
        connect(scripted(answer(200, body))).request("GET", "/x")


def test_a_list_of_ten_megabytes_arrives_whole(scripted, connect):
    """Also compressed."""
    items = [{"id": f"{number:024d}", "name": "n" * 80} for number in range(90_000)]
    body = json.dumps(items).encode()
    assert len(body) > 10_000_000
    packed = answer(200, gzip.compress(body, 1), Content_Encoding="gzip")
    session = connect(scripted(answer(200, body), packed))
    assert session.request("GET", "/x") == session.request("GET", "/x") == items


def test_an_endless_answer_is_refused(scripted, connect, monkeypatch):
    """The bound counts what a compressed body becomes."""
    monkeypatch.setattr(session_module, "_MAX_BODY", 100_000)
    server = scripted(answer(200, gzip.compress(b" " * 10_000_000), Content_Encoding="gzip"))
    with pytest.raises(errors.ApiError) as caught:
        connect(server).request("GET", "/x")
    assert str(caught.value) == f"GET {server.url}/x answered with more than 100,000 bytes. Check base_url"


def test_cookies_are_not_kept(scripted, connect):
    """The calls of many threads share a session, so it keeps no state of theirs."""
    server = scripted(answer(Set_Cookie="a=b; Path=/"))
    session = connect(server)
    session.request("GET", "/x")
    session.request("GET", "/x")
    assert "Cookie" not in server.requests[1][2]
