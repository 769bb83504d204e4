"""Recorded requests sent again, or given to a new handler: what goes out, and what the comparison says."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
import socket
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot_nb.errors import PayloadError
from chatbot_nb.payloads.reply.reply import Reply
from chatbot_nb.traffic.exchange import Exchange, SentReply
from chatbot_nb.traffic.gate import Gate
from chatbot_nb.traffic.replays import replay as replay_module
from chatbot_nb.traffic.replays.replay import replay
from chatbot_nb.traffic.replies.answers import sent_reply
from chatbot_nb.transport.inbound.http import Request, Response, Timing
from chatbot_nb.transport.inbound.server import Server

LIVE = json.loads((Path(__file__).parents[2] / "data" / "request_live.json").read_text(encoding="utf-8"))
BODY = json.dumps(LIVE, ensure_ascii=False, separators=(",", ":")).encode()
HEADERS = ((b"Host", b"old.example"), (b"Content-Type", b"application/json"), (b"Content-Length", b"%d" % len(BODY)))
GOOD = Reply().text("Your order is on its way.")
TOO_LONG = {"responses": [{"type": "text", "message": "x" * 1025}]}
COLUMNS = {
    "verdict": "str",
    "changed": "bool",
    "old_status": "Int64",
    "new_status": "Int64",
    "old_errors": "int64",
    "new_errors": "int64",
    "old_reply": "str",
    "new_reply": "str",
    "finding": "str",
    "error": "str",
    "ms": "float64",
}


def recorded(seq=1, old=GOOD, **parts):
    """An exchange: `old` is what was answered, other parts are of the exchange or of its request."""
    reply = old if isinstance(old, SentReply) or old is None else sent_reply(old, rule="reply")
    of_exchange = {name: parts.pop(name) for name in ("marks",) if name in parts}
    http = {"method": "POST", "target": b"/hook", "headers": HEADERS, "body": BODY, "transfer": "length", **parts}
    request = Request(datetime(2026, 11, 25, tzinfo=UTC), "127.0.0.1:50712", "1.1", **http)
    return Exchange(seq, f"{seq:032x}", request, reply=reply, timing=Timing(), **of_exchange)


def sent_json(old):
    """A body as JSON, whatever is in it."""
    return SentReply(body=json.dumps(old).encode())


@dataclass
class Backend:
    """What it answers: a Response, None to hang up, or a function of the request."""

    answer: object = field(default_factory=lambda: Response.json(GOOD.payload))
    requests: list = field(default_factory=list)
    url: str = ""
    port: int = 0

    async def handle(self, request):
        self.requests.append(request)
        return self.answer(request) if callable(self.answer) else self.answer

    def headers(self):
        """Headers of the last request, names in lower case."""
        return {name.decode().lower(): value.decode() for name, value in self.requests[-1].headers}


@pytest.fixture
def backend():
    played = Backend()
    with Server(played.handle) as server:
        played.url, played.port = server.url_for("/new"), server.port
        yield played
        server.check()


@pytest.fixture
def unlistened_url():
    """A port that is taken but where nothing listens."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{sock.getsockname()[1]}/s3cret-path"


def refuses_to_connect(*_):
    raise AssertionError("a connection was made")


# The table


def test_one_row_an_exchange(backend):
    """Rows are in the order of the exchanges, by seq; columns and types are as documented."""
    frame = replay([recorded(3), recorded(1)], backend.url)
    assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == COLUMNS
    assert (frame.index.name, list(frame.index), frame.attrs["left_out"]) == ("seq", [3, 1], {})
    assert list(frame["verdict"]) == ["same", "same"]
    assert (frame["ms"] > 0).all()


def test_empty_table_has_the_same_columns():
    """Nothing recorded is a table without rows."""
    frame = replay([], GOOD)
    assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == COLUMNS
    assert (len(frame), frame.index.name, str(frame.index.dtype)) == (0, "seq", "int64")


def test_old_error_is_fixed(backend):
    """The old reply was over a limit, the new one is not; the table has both, and no finding."""
    row = replay([recorded(old=TOO_LONG)], backend.url).loc[1]
    assert (row["verdict"], row["changed"], row["old_errors"], row["new_errors"]) == ("fixed", True, 1, 0)
    assert json.loads(row["old_reply"]) == TOO_LONG
    assert json.loads(row["new_reply"]) == GOOD.payload
    assert (row["old_status"], row["new_status"], row["finding"], row["error"]) == (200, 200, "", "")


def test_regression(backend):
    """The new reply is over a limit: the first finding says where."""
    backend.answer = Response.json(TOO_LONG)
    row = replay([recorded()], backend.url).loc[1]
    assert (row["verdict"], row["changed"], row["old_errors"], row["new_errors"]) == ("regressed", True, 0, 1)
    assert (row["finding"], row["error"]) == ("/responses/0/message: 1025 characters, at most 1024", "")


@pytest.mark.parametrize(
    "old",
    [
        pytest.param(SentReply(500, body=b"{}"), id="status"),
        pytest.param(SentReply(0, (), rule="fault"), id="hung-up"),
        pytest.param(SentReply(chatbot_error="timeout of 10000ms exceeded"), id="chatbot-error"),
    ],
)
def test_old_reply_that_chatbot_dropped_is_fixed(old):
    """A status outside 2xx, no answer, or an answer that ChatBot did not take counts as one error."""
    row = replay([recorded(old=old)], GOOD).loc[1]
    assert (row["verdict"], row["old_errors"], row["new_errors"]) == ("fixed", 1, 0)


def test_late_reply_is_fixed_by_a_quick_one():
    """What was answered after 10 s was dropped, though nothing in it was wrong."""
    row = replay([recorded(marks=("late",))], GOOD).loc[1]
    assert (row["verdict"], row["changed"], row["old_errors"]) == ("fixed", False, 1)


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        pytest.param(b'{"responses": [], "attributes": {}}', {"attributes": {}, "responses": []}, False, id="order"),
        pytest.param(b' {"responses":[]}\n', {"responses": []}, False, id="spaces"),
        pytest.param(b'{"attributes": {"n": 1}}', {"attributes": {"n": True}}, True, id="one-is-not-true"),
        pytest.param(
            b'{"attributes": {"n": 9007199254740993}}', {"attributes": {"n": 9007199254740992}}, True, id="int"
        ),
        pytest.param(b"no JSON", {"responses": []}, True, id="no-json"),
    ],
)
def test_changed_compares_json(old, new, changed):
    """Order of keys and white space do not count; numbers are compared exactly, and never with true."""
    assert replay([recorded(old=SentReply(body=old))], new).loc[1, "changed"] == changed


def test_white_space_alone_is_as_good_as_nothing():
    """An empty body and a line break say the same, though neither is JSON."""
    assert not replay([recorded(old=SentReply(body=b" \n"))], lambda _request: b"").loc[1, "changed"]


@given(
    old=st.recursive(st.none() | st.booleans() | st.integers(-2, 2) | st.text(max_size=3), st.lists, max_leaves=5),
    new=st.recursive(st.none() | st.booleans() | st.integers(-2, 2) | st.text(max_size=3), st.lists, max_leaves=5),
)
def test_whatever_json_was_replied_compares(old, new):
    """No change exactly where both are written alike."""
    row = replay([recorded(old=sent_json(old))], {"x": new}).loc[1]
    assert row["changed"]
    row = replay([recorded(old=sent_json({"x": old}))], {"x": new}).loc[1]
    assert row["changed"] == (json.dumps(old) != json.dumps(new))


@given(old=st.binary(max_size=20))
def test_whatever_bytes_were_replied_make_a_row(old):
    """Bytes that are no text are shown with replacement marks; nothing raises."""
    row = replay([recorded(old=SentReply(body=old))], GOOD).loc[1]
    assert row["old_reply"] == old.decode(errors="replace")


def test_long_replies_are_cut(backend):
    """A table shows 4,096 characters of each, whole ones."""
    backend.answer = Response(200, (), "ł".encode() * 5000)
    row = replay([recorded(old=SentReply(body="👋".encode() * 4096))], backend.url).loc[1]
    assert row["new_reply"] == "ł" * 4095 + "…"
    assert row["old_reply"] == "👋" * 4096


# Against a URL


def test_body_goes_out_as_it_came(backend):
    """Byte for byte, also what is no JSON; headers in order, with their case."""
    body = b'{"a": 1,  "a": 2.50}\xff'
    headers = (*HEADERS[:2], (b"X-Request-Id", b"7"), (b"x-odd", b"\xe9"), (b"X-Odd", b"2"))
    replay([recorded(body=body, headers=headers)], backend.url)
    [request] = backend.requests
    assert (request.method, request.target, request.body) == ("POST", b"/new", body)
    assert request.headers == (
        (b"Host", f"127.0.0.1:{backend.port}".encode()),
        *headers[1:],
        (b"Content-Length", str(len(body)).encode()),
        (b"Connection", b"close"),
    )


def test_headers_of_the_old_connection_stay_behind(backend):
    """Hop-by-hop headers, those that Connection names, and the mark of another replay are not sent again."""
    hop_by_hop = [
        *((b"Connection", b"keep-alive, X-Hop"), (b"X-Hop", b"1"), (b"Keep-Alive", b"timeout=5"), (b"TE", b"trailers")),
        *((b"Transfer-Encoding", b"chunked"), (b"Upgrade", b"h2c"), (b"Proxy-Connection", b"close")),
        *((b"Proxy-Authorization", b"Basic eA=="), (b"Expect", b"100-continue"), (b"X-Chatbot-Nb-Replay", b"other")),
    ]
    replay([recorded(headers=(*HEADERS, *hop_by_hop))], backend.url, secrets=True)
    assert set(backend.headers()) == {"host", "content-type", "content-length", "connection"}
    assert backend.headers()["connection"] == "close"


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        pytest.param(b"gzip, br;q=0.9, zstd", "gzip", id="some"),
        pytest.param(b"br", "identity", id="none"),
        pytest.param(b"gzip;q=0.5, deflate", "gzip;q=0.5, deflate", id="all"),
    ],
)
def test_only_encodings_that_can_be_decoded_are_asked_for(backend, asked, sent):
    """A backend is not led to answer in an encoding that would be reported as its mistake."""
    replay([recorded(headers=(*HEADERS, (b"Accept-Encoding", asked)))], backend.url)
    assert backend.headers()["accept-encoding"] == sent


SECRETS = ((b"Authorization", b"Basic bWU6cHc="), (b"Cookie", b"a=b"), (b"X-Api-Key", b"k"))


def test_credentials_stay_behind(backend):
    """Neither headers that hold a secret nor the old token are sent, unless that was asked for."""
    exchange = recorded(headers=(*HEADERS, *SECRETS), target=b"/hook?token=s3cret")
    replay([exchange], backend.url)
    assert not {"authorization", "cookie", "x-api-key"} & set(backend.headers())
    assert backend.requests[-1].target == b"/new"


def test_credentials_go_along_where_asked(backend):
    """With secrets=True headers and query are as recorded, character by character."""
    exchange = recorded(headers=(*HEADERS, *SECRETS), target=b"/hook?token=a%20b+c&d=#\xe9")
    replay([exchange], f"{backend.url}#fragment", secrets=True)
    assert backend.headers()["authorization"] == "Basic bWU6cHc="
    assert backend.headers()["x-api-key"] == "k"
    assert backend.requests[-1].target == b"/new?token=a%20b+c&d=%23%E9"


def test_credentials_of_the_url_win(backend):
    """Query and user of the URL are those of the new backend; the recorded ones are not added to them."""
    exchange = recorded(headers=(*HEADERS, *SECRETS), target=b"/hook?token=s3cret")
    replay([exchange], f"{backend.url}?token=new".replace("//", "//u:p@"), secrets=True)
    assert backend.headers()["authorization"] == "Basic dTpw"
    assert backend.requests[-1].target == b"/new?token=new"


def test_backend_that_is_down(unlistened_url):
    """No answer: axios' words, what to do, a missing status; the path of the URL, perhaps a secret, is not shown."""
    frame = replay([recorded()], unlistened_url)
    row = frame.loc[1]
    address = unlistened_url.split("/")[2]
    assert (row["verdict"], row["changed"], row["new_errors"]) == ("regressed", True, 1)
    assert row["new_status"] is pd.NA
    assert row["error"] == f"connect ECONNREFUSED {address}"
    advice = "Nothing listens there: start the backend, or correct the port."
    assert row["finding"] == f"connect ECONNREFUSED {address}. {advice}"
    assert (row["new_reply"], "s3cret" in frame.to_csv()) == ("", False)


def test_backend_that_hangs_up(backend):
    """A connection that ends without an answer is a failed row; the next exchange is sent all the same."""
    backend.answer = lambda request: None if b"broken" in request.body else Response.json(GOOD.payload)
    frame = replay([recorded(1, body=b"broken"), recorded(2)], backend.url)
    assert list(frame["error"]) == ["socket hang up", ""]
    assert list(frame["verdict"]) == ["regressed", "same"]


def test_slow_backend():
    """What does not answer in time is a failed row."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        row = replay([recorded()], f"http://127.0.0.1:{listener.getsockname()[1]}/", timeout=0.2).loc[1]
    assert (row["error"], row["verdict"]) == ("timeout of 200ms exceeded", "regressed")


def test_status_outside_2xx(backend):
    """ChatBot drops such an answer, however good its body is."""
    backend.answer = Response.json(GOOD.payload, 500)
    row = replay([recorded()], backend.url).loc[1]
    assert (row["verdict"], row["changed"], row["new_status"], row["new_errors"]) == ("regressed", True, 500, 1)
    assert row["finding"] == "the status 500 is outside 2xx, so the answer is dropped"
    assert row["error"] == "Request failed with status code 500"


def test_same_failure_stays_the_same(backend):
    """As bad as before is neither fixed nor regressed; the content did not change."""
    backend.answer = Response.json(GOOD.payload, 500)
    row = replay([recorded(old=(GOOD, 500))], backend.url).loc[1]
    assert (row["verdict"], row["changed"]) == ("same", False)
    assert row["old_errors"] == row["new_errors"] == 1


def test_compressed_answer_is_decoded(backend):
    """What came in gzip is judged, compared and shown as what it says."""
    body = gzip.compress(json.dumps(GOOD.payload).encode())
    backend.answer = Response(200, (("Content-Encoding", "gzip"), ("Content-Type", "application/json")), body)
    row = replay([recorded()], backend.url).loc[1]
    assert (row["verdict"], row["changed"], row["finding"]) == ("same", False, "")
    assert json.loads(row["new_reply"]) == GOOD.payload


def test_answer_that_cannot_be_decoded(backend):
    """An encoding that was not asked for is an error of the backend."""
    backend.answer = Response(200, (("Content-Encoding", "br"),), b"\x0b\x02\x80{}\x03")
    row = replay([recorded()], backend.url).loc[1]
    assert (row["verdict"], row["new_errors"]) == ("regressed", 1)
    assert "Content-Encoding 'br' cannot be decoded here" in row["finding"]


def test_another_receiver(backend):
    """What has a URL and runs is sent to at that URL."""

    @dataclass
    class Receiver:
        url: str
        running: bool = True

    assert len(replay([recorded()], Receiver(backend.url))) == len(backend.requests) == 1
    with pytest.raises(ValueError, match=re.escape("running=False) does not run; start() it")):
        replay([recorded()], Receiver("http://127.0.0.1:9/", running=False))


# Hard case 48: where nothing may be sent


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://127.0.0.1/x", "//127.0.0.1/x", "127.0.0.1:80", "", "http://"],
)
def test_case_48_only_http(url):
    """Anything but http and https is refused before anything is sent; the message shows nothing of it."""
    with pytest.raises(ValueError, match=r"^against: the URL cannot be used: (?!.*(passwd|127))"):
        replay([recorded()], url)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        pytest.param("169.254.169.254", "169.254.169.254", id="aws"),
        pytest.param("2852039166", "169.254.169.254", id="decimal"),
        pytest.param("100.100.100.200", "100.100.100.200", id="alibaba"),
        pytest.param("[fd00:ec2::254]", "fd00:ec2::254", id="aws-v6"),
        pytest.param("[::ffff:169.254.169.254]", "::ffff:169.254.169.254", id="mapped"),
        pytest.param("0.0.0.0", "0.0.0.0", id="unspecified"),
    ],
)
def test_case_48_metadata_address_is_not_connected_to(monkeypatch, host, address):
    """However it is written, the row says that nothing was sent."""
    monkeypatch.setattr(socket.socket, "connect", refuses_to_connect)
    row = replay([recorded()], f"http://{host}/latest/meta-data").loc[1]
    assert (row["error"], row["verdict"]) == (f"connect EFORBIDDEN {address}:80", "regressed")
    assert "nothing was sent" in row["finding"]


def test_case_48_name_of_a_metadata_address_is_not_connected_to(monkeypatch):
    """The address is checked that is connected to, in the same look-up: a name cannot hide it, nor change it after."""
    answers = iter(["169.254.169.254"])

    def looks_up(_host, port, **_):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    monkeypatch.setattr(socket, "getaddrinfo", looks_up)
    monkeypatch.setattr(socket.socket, "connect", refuses_to_connect)
    row = replay([recorded()], "http://metadata.example/").loc[1]
    assert row["error"] == "connect EFORBIDDEN 169.254.169.254:80"


def test_case_48_redirect_is_not_followed(backend):
    """The row has the redirect's status; where it leads is not asked."""
    elsewhere = Backend()
    with Server(elsewhere.handle) as server:
        for location in ("http://169.254.169.254/", server.url_for("/")):
            backend.answer = Response(307, (("Location", location),))
            row = replay([recorded()], backend.url).loc[1]
            assert (row["new_status"], row["verdict"]) == (307, "regressed")
            expected = "the status 307 is outside 2xx, so the answer is dropped; redirects are not followed"
            assert row["finding"] == expected
    assert (elsewhere.requests, len(backend.requests)) == ([], 2)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "LOCALHOST.", "a.localhost", "[::1]", "127.0.0.2", "[::ffff:127.0.0.1]", "0.0.0.0"],
)
@pytest.mark.parametrize("own", ["127.0.0.1", "localhost", "[::1]", "0.0.0.0"])
def test_case_48_own_url_is_refused(host, own):
    """By whatever name of this machine, with another path too; the message holds no path."""
    with pytest.raises(ValueError, match=r"^against: this URL is the receiver's own") as caught:
        replay([recorded()], f"http://{host}:8123/s3cret", own_urls=[f"http://{own}:8123/s3cret"])
    assert "s3cret" not in str(caught.value)


def test_case_48_own_public_url_is_refused():
    """A tunnel leads back as well; its port may be written or not."""
    with pytest.raises(ValueError, match=r"^against: this URL is the receiver's own"):
        replay([], "https://Hooks.example/x", own_urls=["http://127.0.0.1:8123/x", "https://hooks.example:443/x"])


def test_case_48_another_port_is_not_refused(backend):
    """A backend beside the receiver on the same machine is what replay is for."""
    own = f"http://127.0.0.1:{backend.port + 1}/"
    assert len(replay([recorded()], backend.url, own_urls=[own])) == 1


def test_case_48_loop_header_is_known_to_the_gate(backend):
    """A replay that comes back by a way that nobody can see is refused there: it carries the receiver's id."""
    replay([recorded()], backend.url, own_id="4f2a")
    [request] = backend.requests
    gate = Gate("/new", None, None, "4f2a", require_token=False)
    admitted = gate.admit(request)
    assert (admitted.marks, admitted.reply.status) == (("loop",), 508)
    other = Gate("/new", None, None, "77aa", require_token=False)
    assert other.admit(request).reply is None


# Against a handler


def test_handler_gets_the_request():
    """It is called with the webhook request, in order, in this thread, without any network."""
    got = []

    def handler(request):
        got.append(request)
        return Reply().text(f"You said: {request.message}")

    row = replay([recorded(old=TOO_LONG), recorded(2)], handler).loc[1]
    assert [request.to_wire() for request in got] == [LIVE, LIVE]
    assert (row["verdict"], row["new_status"]) == ("fixed", 200)
    assert "You said: Track my order" in row["new_reply"]


def test_handler_may_be_a_coroutine_function():
    """It is awaited, also where the thread of the caller runs a loop, as in a notebook."""

    async def handler(request):
        await asyncio.sleep(0)
        return Reply().text(request.message)

    async def cell():
        return replay([recorded()], handler)

    assert "Track my order" in asyncio.run(cell()).loc[1, "new_reply"]


def test_handler_that_raises():
    """Its exception is a row, on one line; the next request is handled all the same."""

    def handler(request):
        if request.attributes:
            raise LookupError(f"no order\nfor \ud800 {'x' * 300}")

    row = replay([recorded()], handler).loc[1]
    assert (row["verdict"], row["changed"], row["new_errors"]) == ("regressed", True, 1)
    assert row["new_status"] is pd.NA
    assert row["error"].startswith(r"LookupError: no order for \ud800 xxx")
    assert len(row["error"]) == 200
    frame = replay([recorded(1), recorded(2, body=BODY.replace(b"Track", b"Lose"))], _fails_for_track)
    assert list(frame["verdict"]) == ["regressed", "same"]


def _fails_for_track(request):
    return {"Lose my order": GOOD}[request.message]


@pytest.mark.parametrize(
    ("junk", "error"),
    [
        pytest.param(object(), "TypeError: ", id="object"),
        pytest.param({1, 2}, "TypeError: ", id="set"),
        pytest.param({"attributes": {"n": float("nan")}}, "PayloadError: reply: 1 error ", id="nan"),
        pytest.param((GOOD, 99), "ValueError: status: 99", id="status"),
        pytest.param((GOOD, 200, {"X": "a\r\nb"}), "ValueError: header X", id="header"),
    ],
)
def test_handler_that_returns_junk(junk, error):
    """What cannot be sent is a row that says why."""
    row = replay([recorded()], lambda _request: junk).loc[1]
    assert row["error"].startswith(error)
    assert (row["verdict"], row["new_reply"]) == ("regressed", "")


def test_handler_that_returns_an_error_status():
    """A status of its own counts as it does over HTTP."""
    row = replay([recorded()], lambda _request: (GOOD, 503)).loc[1]
    assert (row["new_status"], row["error"]) == (503, "Request failed with status code 503")


def test_handler_that_returns_a_bad_reply():
    """What breaks a documented rule is found before ChatBot finds it."""
    row = replay([recorded()], lambda _request: TOO_LONG).loc[1]
    assert (row["verdict"], row["finding"]) == ("regressed", "/responses/0/message: 1025 characters, at most 1024")


def test_slow_handler():
    """What comes later than the time limit is shown, and counts as an error."""
    row = replay([recorded()], lambda _request: GOOD, timeout=1e-9).loc[1]
    assert (row["verdict"], row["error"]) == ("regressed", "timeout of 0ms exceeded")
    assert (row["new_status"], json.loads(row["new_reply"])) == (200, GOOD.payload)


def test_handler_is_not_given_what_is_no_webhook_request():
    """As in the receiver, it may rely on what it gets; the others are counted."""
    frame = replay([recorded(1, body=b"[]"), recorded(2, body=b"\xff"), recorded(3)], lambda _request: GOOD)
    assert (list(frame.index), frame.attrs["left_out"]) == ([3], {"no webhook request": 2})


def test_interrupt_goes_through():
    """Ctrl-C in a handler ends the replay."""

    def handler(_request):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        replay([recorded()], handler)


# Against a fixed reply


@pytest.mark.parametrize("reply", [pytest.param(GOOD, id="reply"), pytest.param(GOOD.payload, id="dict")])
def test_fixed_reply(reply):
    """One reply is compared with all that was sent."""
    frame = replay([recorded(1), recorded(2, old=TOO_LONG), recorded(3, old=Reply().text("Other"))], reply)
    assert list(frame["verdict"]) == ["same", "fixed", "same"]
    assert list(frame["changed"]) == [False, True, True]


def test_fixed_reply_that_is_no_json():
    """It is refused at once, since it would fail for all."""
    with pytest.raises(PayloadError, match="/attributes/n: NaN is not JSON"):
        replay([recorded()], {"attributes": {"n": float("nan")}})


@pytest.mark.parametrize("against", [None, 5, b"http://127.0.0.1/", ["http://127.0.0.1/"]])
def test_against_something_else(against):
    """The message says what is allowed, and what it got."""
    expected = f"against: a URL, a receiver, a handler, a Reply or a dict is needed, not {type(against).__name__}"
    with pytest.raises(TypeError, match=f"^{expected}$"):
        replay([], against)


@pytest.mark.parametrize("timeout", [0, -1, None, float("nan"), 86_401])
def test_timeout_is_checked_first(timeout):
    """Also where nothing is recorded."""
    with pytest.raises(ValueError, match=r"^timeout: "):
        replay([], GOOD, timeout=timeout)


# Edited


def test_edit_changes_what_is_sent(backend):
    """It gets the JSON of each request; what it returns goes out, what was recorded stays."""

    def edit(payload):
        payload["message"] = "Zażółć \ud800"
        payload["attributes"]["new"] = 9007199254740993
        return payload

    exchange = recorded(headers=(*HEADERS, (b"Content-Encoding", b"gzip")), body=gzip.compress(BODY))
    replay([exchange], backend.url, edit=edit)
    [request] = backend.requests
    expected = {**LIVE, "message": "Zażółć \ud800", "attributes": {**LIVE["attributes"], "new": 9007199254740993}}
    assert json.loads(request.body) == expected
    assert b'"message":"Za\xc5\xbc\xc3\xb3\xc5\x82\xc4\x87 \\ud800"' in request.body
    assert (request.header("Content-Type"), request.header("Content-Encoding")) == ("application/json", None)
    assert exchange.payload == LIVE


def test_edited_request_without_a_type_gets_one(backend):
    """What was JSON by chance is JSON by our doing."""
    replay([recorded(headers=HEADERS[:1])], backend.url, edit=lambda payload: payload)
    assert backend.headers()["content-type"] == "application/json"


def test_edit_for_a_handler():
    """A handler gets the edited request."""
    frame = replay([recorded()], _fails_for_track, edit=lambda payload: {**payload, "message": "Lose my order"})
    assert list(frame["verdict"]) == ["same"]


def test_edit_leaves_out():
    """None leaves an exchange out; what is no JSON object cannot be edited; both are counted."""
    exchanges = [recorded(1), recorded(2, body=b"[1]"), recorded(3, body=b"no JSON"), recorded(4, body=b'{"keep": 1}')]
    frame = replay(exchanges, GOOD, edit=lambda payload: payload if "keep" in payload else None)
    assert list(frame.index) == [4]
    assert frame.attrs["left_out"] == {"left out by edit": 1, "no JSON object": 2}


@pytest.mark.parametrize(
    ("edit", "error"),
    [
        pytest.param(lambda payload: payload["missing"], KeyError, id="raises"),
        pytest.param(list, TypeError, id="list"),
        pytest.param(lambda payload: {**payload, "n": float("nan")}, ValueError, id="nan"),
        pytest.param(lambda payload: {**payload, "n": object()}, TypeError, id="object"),
    ],
)
def test_mistake_in_edit(backend, edit, error):
    """It is raised before anything is sent, with the exchange that it concerns."""
    with pytest.raises(error) as caught:
        replay([recorded(7, body=b'{"a": 1}')], backend.url, edit=edit)
    assert caught.value.__notes__ == ["In edit, for exchange 7; nothing was sent."]
    assert backend.requests == []


# What is left out


def test_only_whole_deliveries_are_replayed(backend):
    """Verifications, refused and incomplete requests, and those without their bodies are counted by reason."""
    exchanges = [
        recorded(1, method="GET", body=b""),
        recorded(2, marks=("wrong_path",)),
        recorded(3, marks=("loop",)),
        recorded(4, status="truncated"),
        recorded(5, body=b"", marks=("body_evicted",)),
        recorded(6, old=None),
        recorded(7),
    ]
    frame = replay(exchanges, backend.url)
    assert list(frame.index) == [7]
    left_out = {"not a delivery": 3, "not complete": 1, "body evicted": 1, "no reply yet": 1}
    assert frame.attrs["left_out"] == left_out
    assert len(backend.requests) == 1


# Progress


@pytest.mark.parametrize(("patience", "shown"), [pytest.param(0, True, id="slow"), pytest.param(60, False, id="quick")])
def test_progress_is_shown_for_what_takes_long(monkeypatch, capsys, patience, shown):
    """A bar appears after a second, and counts from where it is."""
    monkeypatch.setattr(replay_module, "_PATIENCE", patience)
    assert len(replay([recorded(seq) for seq in range(1, 4)], GOOD)) == 3
    assert ("replay: 100%" in capsys.readouterr().err) == shown
