"""Probes of real backends on loopback, and of listeners there that nothing may connect to."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pandas as pd
import pytest

from chatbot_nb.audits.audit import audit
from chatbot_nb.audits.probe import probe_hits, probe_urls
from chatbot_nb.audits.probing import Call, Probing
from chatbot_nb.connections.parallel import Parallel
from chatbot_nb.transport.inbound.http import Response
from chatbot_nb.transport.inbound.server import Server

TOKEN = "tok-s3cret"
DTYPES = {
    "url": "str",
    "host": "str",
    "ok": "bool",
    "status": "Int64",
    "seconds": "float64",
    "certificate_days": "Float64",
    "code": "str",
    "message": "str",
    "private": "bool",
}


class Backends:
    """All on one port. The path says how it answers; notes the requests, and how many of a host are under way."""

    def __init__(self):
        self.requests = []
        self.under_way = Counter()
        self.most = Counter()
        self.hold = None  # a coroutine function to wait for before the answer
        self.released = threading.Event()

    async def handle(self, request):
        host = dict(request.headers)[b"Host"].decode().partition(":")[0]
        self.requests.append(request)
        for key in (host, "all"):
            self.under_way[key] += 1
            self.most[key] = max(self.most[key], self.under_way[key])
        try:
            if self.hold:
                await self.hold(host)
            return await self.answer(request)
        finally:
            self.under_way.subtract([host, "all"])

    async def answer(self, request):
        path, query = request.path.rpartition("/")[2], parse_qs(request.query)
        if path == "silent":
            await asyncio.to_thread(self.released.wait, 10)
        if path == "guarded" and query.get("token") != [TOKEN]:
            return Response(401, body=str(query).encode())
        if path == "moved":
            return Response(302, (("Location", query["to"][0]),))
        if path == "quoted":
            return Response(body=f'"{query["challenge"][0]}"'.encode())
        if path.isdigit():
            return Response(int(path), body=str(query).encode())
        return Response(body=query["challenge"][0].encode())

    def paths(self):
        return [request.path for request in self.requests]


@pytest.fixture
def backends(monkeypatch):
    """Hosts under .example are on loopback here."""
    look_up = socket.getaddrinfo

    def looks_up(host, *args, **kwargs):
        return look_up("127.0.0.1" if b".example" in host else host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", looks_up)
    own = Backends()
    with Server(own.handle) as server:
        own.url = lambda path, host="127.0.0.1": f"http://{host}:{server.port}/{path}"
        yield own
        own.released.set()
        server.check()


@pytest.fixture
def listener():
    """A port of loopback that must see no connection; what connects, as at the end, is seen."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        yield sock.getsockname()[1]
        sock.settimeout(0)
        with pytest.raises(BlockingIOError):
            sock.accept()
        with socket.socket() as peer:
            peer.connect(sock.getsockname())
            sock.accept()[0].close()


def probed(frame, **options):
    given = {"private": True, "timeout": 5.0, "deadline": 20.0, "progress": False, **options}
    return probe_urls(frame if isinstance(frame, pd.DataFrame) else pd.DataFrame({"url": frame}), **given)


def said(frame, probes):
    """The findings as (row, code, severity, message, evidence)."""
    hits = probe_hits(frame, probes)
    return [(row, *hits.said[which]) for row, which in zip(hits.rows.tolist(), hits.which.tolist(), strict=True)]


# The table


def test_table_has_one_row_for_each_url(backends):
    """In the order in which they are first seen, with what came back; what is no URL of http(s) is left out."""
    urls = [backends.url("500", "b.example"), None, backends.url("ok"), 5, backends.url("ok"), "ftp://h/", "http://[x"]
    probes = probed(pd.DataFrame({"url": pd.Series([*urls, "http://none.invalid/", " "], dtype=object)}))
    assert probes.dtypes.astype(str).to_dict() == DTYPES
    assert probes["url"].tolist() == [urls[0], urls[2], "http://none.invalid/"]
    assert probes["host"].tolist() == ["b.example", "127.0.0.1", "none.invalid"]
    assert probes["ok"].tolist() == [False, True, False]
    assert probes["status"].isna().tolist() == [False, False, True]
    assert probes["status"].dropna().tolist() == [500, 200]
    assert probes["seconds"].between(0, 5).all()
    assert probes["certificate_days"].isna().all()
    assert probes["code"].fillna("").tolist() == ["status", "", "enotfound"]
    assert probes["message"].fillna("").tolist() == [
        "a GET is answered 500: look for a crash in the backend's log; a GET has no JSON body to read",
        "",
        "getaddrinfo ENOTFOUND none.invalid. No host has this name: check its spelling.",
    ]
    assert not probes["private"].any()
    assert len(backends.requests) == 2


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(pd.DataFrame({"url": pd.array([], dtype="str")}), id="empty"),
        pytest.param(pd.DataFrame({"url": [1.5, None]}), id="no-text"),
        pytest.param(pd.DataFrame({"name": ["x"]}), id="no-column"),
    ],
)
def test_nothing_to_probe(frame):
    """The table has the same columns and dtypes, and nothing is found."""
    probes = probed(frame)
    assert (len(probes), probes.dtypes.astype(str).to_dict()) == (0, DTYPES)
    assert said(frame, probes) == []


@pytest.mark.parametrize("storage", ["python", "pyarrow"])
def test_each_token_goes_with_its_url(backends, storage):
    """One request for each pair; a missing token is not sent; no token is in the table."""
    urls = [backends.url("guarded"), backends.url("guarded"), backends.url("guarded"), backends.url("guarded")]
    dtype = pd.StringDtype(storage, na_value=float("nan"))
    frame = pd.DataFrame({"url": urls, "token": pd.array([TOKEN, None, "tok-wr0ng", TOKEN], dtype=dtype)})
    probes = probed(frame)
    assert probes["ok"].tolist() == [True, False, False]
    assert probes["code"].fillna("").tolist() == ["", "token_refused", "token_refused"]
    sent = sorted(parse_qs(request.query).get("token", ["-"])[0] for request in backends.requests)
    assert sent == ["-", TOKEN, "tok-wr0ng"]
    assert [found[0] for found in said(frame, probes)] == [1, 2]


def test_backend_that_passes_by_luck(backends):
    """It is ok, and the warning is told."""
    frame = pd.DataFrame({"url": [backends.url("quoted")]})
    probes = probed(frame)
    assert (probes["ok"].tolist(), probes["code"].tolist()) == ([True], ["challenge_quoted"])
    assert [found[1:3] for found in said(frame, probes)] == [("probe_challenge_quoted", "warning")]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"timeout": 0}, "timeout: 0 is not a number of seconds above 0 and at most 86,400, such as 10.0"),
        ({"deadline": None}, "deadline: None is not a number of seconds above 0 and at most 86,400, such as 10.0"),
    ],
)
def test_bounds_are_finite(options, message):
    """There is no way to wait for ever."""
    with pytest.raises(ValueError, match=f"^{message}$"):
        probed(["http://none.invalid/"], **options)


# What is not touched


@pytest.mark.parametrize(
    ("host", "address"),
    [
        pytest.param("127.0.0.1", "127.0.0.1", id="v4"),
        pytest.param("localhost", None, id="localhost"),
        pytest.param("[::1]", "::1", id="v6"),
        pytest.param("[::ffff:127.0.0.1]", "::ffff:127.0.0.1", id="mapped"),
        pytest.param("2130706433", "127.0.0.1", id="number"),
        pytest.param("hooks.example", "127.0.0.1", id="name"),
        pytest.param("me:tok-s3cret@127.0.0.1", "127.0.0.1", id="user"),
    ],
)
@pytest.mark.usefixtures("backends")
def test_private_address_is_not_touched(listener, host, address):
    """Its listener sees nothing, however the address is written; the finding is an information."""
    frame = pd.DataFrame({"url": [f"http://{host}:{listener}/hook"]})
    probes = probed(frame, private=False)
    row = probes.iloc[0]
    assert (row["ok"], row["code"], row["private"], pd.isna(row["status"])) == (False, "private_address", True, True)
    if address:
        shown = f"{address}:{listener} is not a public address. To probe it from this machine, pass private=True"
        assert said(frame, probes) == [(0, "probe_private", "info", f"not touched: {shown}", "")]


def test_redirect_is_not_followed(backends, listener):
    """Wherever it leads, the backend's answer is all that is looked at."""
    frame = pd.DataFrame({"url": [backends.url(f"moved?to=http://127.0.0.1:{listener}/x?a=b")]})
    probes = probed(frame)
    shown = f"http://127.0.0.1:{listener}/x?a=***"
    message = f"a GET is redirected (302) and not followed: use the final address ({shown})"
    assert probes["message"].tolist() == [message]
    assert [found[1] for found in said(frame, probes)] == ["probe_redirect"]


# Several at once, and the bounds


@pytest.mark.parametrize(
    ("hosts", "at_once"), [pytest.param(6, 16, id="many-hosts"), pytest.param(1, 4, id="one-host")]
)
def test_so_many_at_once(backends, hosts, at_once):
    """16 of all, 4 of one host: as many as that, and no more."""
    full = asyncio.Event()

    async def hold(_host):
        if backends.under_way["all"] == at_once:
            full.set()
        await asyncio.wait_for(full.wait(), 10)

    backends.hold = hold
    probes = probed([backends.url(f"{path}/ok", f"h{host}.example") for host in range(hosts) for path in range(10)])
    assert (probes["ok"].sum(), backends.most.pop("all")) == (10 * hosts, at_once)
    assert max(backends.most.values()) <= 4


def test_slow_host_holds_up_no_other(backends):
    """Its first four wait for all probes of the other hosts."""
    others = threading.Event()

    async def hold(host):
        if host == "slow.example":
            await asyncio.to_thread(others.wait, 10)
        elif sum("slow.example" not in str(request.headers) for request in backends.requests) == 40:
            others.set()

    backends.hold = hold
    urls = [backends.url(f"{path}/ok", "slow.example") for path in range(40)]
    urls += [backends.url(f"{path}/ok", f"h{path % 2}.example") for path in range(40)]
    begun = time.monotonic()
    assert probed(urls)["ok"].all()
    assert time.monotonic() - begun < 8


def test_deadline_ends_it_all(backends):
    """Backends that say nothing count as not probed where the deadline cut them short; others have their result."""
    urls = [backends.url("ok"), *(backends.url(f"{path}/silent", f"h{path}.example") for path in range(50))]
    frame = pd.DataFrame({"url": urls})
    begun = time.monotonic()
    probes = probed(frame, timeout=10.0, deadline=0.5)
    assert time.monotonic() - begun < 1.5
    assert probes["code"].fillna("").tolist() == ["", *["not_probed"] * 50]
    assert probes["seconds"].isna().tolist() == [False, *[True] * 50]
    message = "not probed: the deadline of 0.5 s for all URLs came first; pass a longer one"
    assert said(frame, probes)[0] == (1, "probe_not_probed", "warning", message, "")


def test_timeout_is_for_each(backends):
    """A backend that had its full time has failed."""
    probes = probed([backends.url("silent"), backends.url("ok")], timeout=0.3)
    assert probes["code"].fillna("").tolist() == ["etimedout", ""]
    advice = "The backend gave no complete answer in time: answer first, do slow work later"
    assert probes["message"][0] == f"timeout of 300ms exceeded. {advice}."
    (found,) = said(pd.DataFrame({"url": probes["url"]}), probes)
    assert found[1:3] == ("probe_etimedout", "error")
    assert found[4].startswith("no answer after 0.3")


def test_interrupt_returns_what_is_there(backends):
    """The rest is not probed, and no more is started."""
    done = pd.DataFrame({"url": [backends.url(f"{path}/ok", "a.example") for path in range(4)]})
    silent = pd.DataFrame({"url": [backends.url(f"{path}/silent", "b.example") for path in range(40)]})
    answered = []

    async def hold(host):
        answered.append(host)
        if len(answered) == 8:  # four of each host
            os.kill(os.getpid(), signal.SIGINT)

    backends.hold = hold
    begun = time.monotonic()
    with pytest.warns(UserWarning, match="^interrupted: ") as caught:
        probes = probed(pd.concat([done, silent], ignore_index=True), timeout=10.0)
    assert time.monotonic() - begun < 5
    assert str(caught[0].message) == "interrupted: 4 of 44 URLs were probed; the others have the code not_probed"
    assert probes["code"].fillna("").tolist() == [*[""] * 4, *["not_probed"] * 40]
    assert probes["message"].iloc[-1] == "not probed: interrupted"
    assert len(backends.requests) == 8


def test_interrupt_starts_none_that_wait_for_their_host(backends, monkeypatch):
    """Also where the host gets free within the second that is given to those under way."""
    begun = []

    class Noted(Parallel):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            begun.append(self)

    take = Probing._take
    interrupted = threading.Event()

    def take_or_interrupt(self):
        number = take(self)
        if number is None and not interrupted.is_set():  # b.example has its four, so this one waits
            interrupted.set()
            os.kill(os.getpid(), signal.SIGINT)
        return number

    async def hold(host):
        if host == "b.example":
            await asyncio.to_thread(begun[0]._stop.wait, 10)

    monkeypatch.setattr("chatbot_nb.audits.probing.Parallel", Noted)
    monkeypatch.setattr(Probing, "_take", take_or_interrupt)
    backends.hold = hold
    with pytest.warns(UserWarning, match=r"^interrupted: 5 of 41 URLs were probed"):
        probed([backends.url("ok", "a.example"), *(backends.url(f"{path}/ok", "b.example") for path in range(40))])
    assert len(backends.requests) == 5


# Findings


def passed(**columns):
    """A table of probes that all passed, but for what is given."""
    urls = [f"https://h{number}.example/" for number in range(len(next(iter(columns.values()))))]
    row = {"host": "h", "ok": True, "status": 200, "seconds": 0.1, "certificate_days": 90.0, "private": False}
    made = pd.DataFrame({"url": urls, "code": None, "message": None, **row, **columns})
    return pd.DataFrame({"url": urls}), made[list(DTYPES)].astype(DTYPES)


def test_certificate_that_ends_soon():
    """A warning under 30 days, with the full days that are left."""
    frame, probes = passed(certificate_days=[30.0, 29.9, 1.5, 0.2, None])
    message = "the certificate ends within 30 days: renew it, or every delivery fails from then on"
    assert said(frame, probes) == [
        (row, "probe_certificate_expires", "warning", message, evidence)
        for row, evidence in [(1, "29 days left"), (2, "1 day left"), (3, "0 days left")]
    ]


def test_slow_answer():
    """A warning over half of the time that ChatBot waits, also for an answer that failed; not where none came."""
    frame, probes = passed(seconds=[5.0, 5.1, 9.5, 9.9], ok=[True, True, False, False], status=[200, 200, 500, None])
    probes["code"] = pd.array([None, None, "status", "etimedout"], dtype="str")
    probes["message"] = pd.array([None, None, "failed", "timeout"], dtype="str")
    message = "answered after more than 5 s, and ChatBot waits 10 s: answer first, do slow work later"
    assert said(frame, probes) == [
        (1, "probe_slow", "warning", message, "5.10 s"),
        (2, "probe_status", "error", "failed", "500 after 9.50 s, asked without a token"),
        (2, "probe_slow", "warning", message, "9.50 s"),
        (3, "probe_etimedout", "error", "timeout", "no answer after 9.90 s"),
    ]


def test_days_left_of_a_certificate(tls_url):
    """They are counted from now to the end of the certificate that was shown."""
    left = datetime(2120, 1, 1, tzinfo=UTC) - datetime.now(UTC)
    probes = probed([tls_url])
    assert probes["ok"].tolist() == [True]
    assert probes["certificate_days"].tolist() == [pytest.approx(left / timedelta(days=1), abs=0.01)]


def test_a_name_server_without_an_answer_is_no_error_of_the_connection():
    """It says something of this machine's network."""
    frame, probes = passed(ok=[False, False], status=[None, None])
    probes["code"] = pd.array(["eai_again", "enotfound"], dtype="str")
    probes["message"] = pd.array(["no answer", "no such host"], dtype="str")
    assert [each[1:3] for each in said(frame, probes)] == [
        ("probe_eai_again", "warning"), ("probe_enotfound", "error"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("columns", "severity"),
    [
        pytest.param({}, "info", id="no-column"),
        pytest.param({"has_token": pd.array([True], dtype="boolean")}, "info", id="not-revealed"),
        pytest.param({"has_token": pd.array([None], dtype="boolean")}, "info", id="not-read"),
        pytest.param({"has_token": pd.array([False], dtype="boolean")}, "error", id="has-none"),
        pytest.param({"token": pd.array([None], dtype="str")}, "error", id="revealed-none"),
        pytest.param({"token": pd.array(["tok-wr0ng"], dtype="str")}, "error", id="wrong"),
        pytest.param(
            {"token": pd.array([None], dtype="str"), "has_token": pd.array([None], dtype="boolean")},
            "info",
            id="revealed-not-read",
        ),
    ],
)
def test_refused_token(backends, columns, severity):
    """Where the frame does not tell the token, a backend that asks for it is as it should be."""
    frame = pd.DataFrame({"url": [backends.url("guarded")], **columns})
    ((row, code, got, message, evidence),) = said(frame, probed(frame))
    assert (row, code, got) == (0, "probe_token_refused", severity)
    assert evidence.endswith(", asked without a token") == (severity == "info")
    if severity == "info":
        assert message == (
            "a GET without a token is answered 401: the backend answers, but the frame does not tell the "
            "connection's token. To probe with it, read the frame with details=True and reveal=True"
        )
    else:
        assert message.startswith("a GET is answered 401: the ")


def test_rows_of_one_url_differ_in_what_is_known_of_their_token(backends):
    """One request, but a connection without a token lacks one, and another may have it."""
    frame = pd.DataFrame({"url": [backends.url("guarded")] * 3, "has_token": [True, False, True]})
    probes = probed(frame)
    assert (len(probes), len(backends.requests)) == (1, 1)
    assert [(found[0], found[2]) for found in said(frame, probes)] == [(0, "info"), (1, "error"), (2, "info")]


def test_findings_follow_the_rows(backends):
    """Each row of a URL gets its findings, in the order of the frame."""
    frame = pd.DataFrame(
        {"url": [backends.url("404"), backends.url("ok"), None, backends.url("500"), backends.url("404")]}
    )
    found = said(frame, probed(frame))
    assert [(row, code) for row, code, *_ in found] == [
        (0, "probe_no_get_route"),
        (3, "probe_status"),
        (4, "probe_no_get_route"),
    ]


def test_probes_of_another_frame_are_refused():
    """Findings would go to the wrong rows."""
    frame, probes = passed(ok=[True, True])
    with pytest.raises(ValueError, match=r"^probes: not those of this frame; pass the frame that they were made of"):
        probe_hits(frame.iloc[::-1], probes)


def test_url_that_cannot_be_encoded(backends):
    """Half a surrogate pair, which no column of pyarrow's can hold, is replaced in the table."""
    frame = pd.DataFrame({"url": pd.Series([backends.url("\ud800/ok")], dtype=object)})
    probes = probed(frame)
    assert (probes["ok"].tolist(), said(frame, probes)) == ([True], [])


def test_no_secret_is_shown(backends, listener):
    """Neither token nor the URL's own secrets, even where the backend repeats them; the URL stands in its column."""
    paths = ["guarded", "400", "500", "404", "ok", "quoted", f"moved?to=/{TOKEN}x"]
    urls = [backends.url(path) for path in paths] + ["http://none.invalid/", f"http://127.0.0.1:{listener}/"]
    frame = pd.DataFrame({"url": urls, "token": [f"{TOKEN}x"] * len(urls), "name": "hook"})
    frame["url"] = frame["url"].str.replace("://", "://me:pw-s3cret@")
    shown = []
    for private in (True, False):
        probes = probed(frame[:-1] if private else frame, private=private)
        audited = audit(frame[:-1] if private else frame, probe=True, private=private, progress=False)
        found = audited.findings[audited.findings["code"].str.startswith("probe_")]
        assert found["code"].nunique() > (5 if private else 1)
        for table in (probes.drop(columns="url"), audited.probes.drop(columns="url"), found):
            shown += [table.to_csv(), table.to_html()]
    assert [text for text in shown if "s3cret" in text] == []
    assert "s3cret" not in repr(Call(urls[0], TOKEN))
    assert parse_qs(backends.requests[0].query)["token"] == [f"{TOKEN}x"]
