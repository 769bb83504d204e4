"""The sandbox over real HTTP: life, calls, faults, verification, deliveries."""

from __future__ import annotations

import http.client
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from urllib.parse import parse_qs, urlsplit

import pytest

from chatbot_nb.connections.client import Client
from chatbot_nb.errors import (
    ApiError,
    ApiTimeoutError,
    AuthenticationError,
    ListenError,
    NotFoundError,
    RateLimitError,
    SandboxError,
    TransportError,
)
from chatbot_nb.sandbox.sandbox import Sandbox
from chatbot_nb.transport.inbound.http import Response
from chatbot_nb.transport.inbound.server import Server

STORY = "634fef700000000000000001"
NEW = {"story_id": STORY, "name": "Orders", "url": "https://orders.example/hook"}


def _request(sandbox, method, target, headers=(), body=b""):
    """One request without our client: what any program sees."""
    with closing(http.client.HTTPConnection("127.0.0.1", urlsplit(sandbox.base_url).port, timeout=5)) as connection:
        connection.request(method, target, body, dict(headers))
        response = connection.getresponse()
        return response.status, dict(response.getheaders()), response.read()


# -- life


def test_not_started_is_told():
    """Everything that needs the account says what to do first."""
    sandbox = Sandbox()
    for use in (
        lambda: sandbox.base_url,
        lambda: sandbox.size,
        lambda: sandbox.backends,
        sandbox.client,
        lambda: sandbox.seed(1),
        lambda: sandbox.deliver("x"),
    ):
        with pytest.raises(SandboxError) as caught:
            use()
        assert str(caught.value) == (
            "the sandbox does not run; start() it first, or use it as `with Sandbox() as sandbox:`"
        )
    assert not sandbox.running


def test_start_twice_is_told_and_stop_twice_is_harmless():
    """A second start would leak the first server."""
    sandbox = Sandbox().start()
    with pytest.raises(SandboxError) as caught:
        sandbox.start()
    assert str(caught.value) == "the sandbox runs already; use it as it is, or stop() it first"
    assert sandbox.running
    sandbox.stop()
    sandbox.stop()
    assert not sandbox.running


def test_with_takes_a_started_one_too():
    """`with Sandbox().start() as sandbox` is not a mistake."""
    with Sandbox().start() as sandbox:
        assert sandbox.running
    assert not sandbox.running


def test_restarted_in_memory_is_empty_and_keeps_its_token():
    """In memory lives until stop(), as documented."""
    with Sandbox() as sandbox:
        sandbox.seed(3)
        token = sandbox.access_token
    with sandbox:
        assert sandbox.size == 0
        assert sandbox.access_token == token


def test_file_survives_restart(tmp_path):
    """The account is the file."""
    path = tmp_path / "account.db"
    with Sandbox(path, verify="off") as sandbox, sandbox.client() as client:
        connection_id = client.connections.create(**NEW, token="t0ken")
    with Sandbox(path) as sandbox, sandbox.client() as client:
        assert client.connections.get(connection_id).token.get_secret_value() == "t0ken"


def test_relative_path_is_that_of_the_beginning(tmp_path, monkeypatch):
    """A restart finds the file although the notebook has changed its directory."""
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path)
    sandbox = Sandbox("account.db")
    with sandbox:
        sandbox.seed(3)
    monkeypatch.chdir(tmp_path / "below")
    with sandbox:
        assert sandbox.size == 3


def test_empty_path_is_refused():
    """SQLite would take it for a file that vanishes when it is closed."""
    with pytest.raises(SandboxError, match="cannot be opened"):
        Sandbox("").start()


def test_unusable_file_leaves_nothing_running(tmp_path, wait_for_threads):
    """The error comes from start(), before a server is there."""
    path = tmp_path / "notes.txt"
    path.write_text("notes " * 200)
    sandbox = Sandbox(path)
    with pytest.raises(SandboxError, match="is not an SQLite database"):
        sandbox.start()
    assert not sandbox.running
    wait_for_threads()


def test_port_in_use_leaves_nothing_running(tmp_path, wait_for_threads):
    """The error comes from start(), and the file is closed again."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        sandbox = Sandbox(tmp_path / "account.db", port=port)
        with pytest.raises(ListenError, match=f"port {port} on 127.0.0.1 is in use"):
            sandbox.start()
    assert not sandbox.running
    assert not (tmp_path / "account.db-wal").exists()
    wait_for_threads()


def test_threads_are_back_after_many_cycles(wait_for_threads):
    """Twenty sandboxes, each used, leave no thread behind."""
    for _ in range(20):
        with Sandbox(verify="off") as sandbox, sandbox.client() as client:
            client.connections.create(**NEW)
    wait_for_threads()


def test_stop_with_calls_under_way_ends(when_taken, wait_for_threads):
    """Open calls are answered or cut off; stop() returns and the callers too."""
    with ThreadPoolExecutor(5) as pool:
        with Sandbox() as sandbox, sandbox.client() as client:
            sandbox.inject(delay=60, times=5)
            taken = when_taken(sandbox, 5)
            calls = [pool.submit(client.connections.create, **NEW) for _ in range(5)]
            assert taken.wait(5)
        for call in calls:
            assert isinstance(call.exception(), TransportError)
    wait_for_threads()


@pytest.mark.parametrize("verify", ["maybe", None, True, ["off"]])
def test_verify_is_checked(verify):
    """A typing error does not turn verification off."""
    with pytest.raises(SandboxError) as caught:
        Sandbox(verify=verify)
    assert str(caught.value) == f"Sandbox(verify={verify!r}): 'off', 'warn' or 'require' is needed"


@pytest.mark.parametrize("port", [-1, 65536, "8080", 80.0, None, True])
def test_port_is_checked(port):
    """Before anything is opened."""
    with pytest.raises(SandboxError) as caught:
        Sandbox(port=port)
    assert str(caught.value) == f"Sandbox(port={port!r}): an integer of 0 to 65535 is needed; 0 takes a free port"


@pytest.mark.parametrize("path", [0, True, b"account.db", ["account.db"]])
def test_path_is_checked(path):
    """What is no path is told as such."""
    with pytest.raises(SandboxError) as caught:
        Sandbox(path)
    said = "a str or pathlib.Path is needed, or None for an account in memory"
    assert str(caught.value) == f"Sandbox(path={path!r}): {said}"


def test_reprs_are_fixed_and_hold_no_secret():
    """Neither port nor token: a notebook's output stays the same, and tells nothing."""
    sandbox = Sandbox()
    assert repr(sandbox) == "Sandbox(not running)"
    with sandbox:
        assert repr(sandbox) == "Sandbox(0 connections, running)"
        sandbox.seed(1)
        assert repr(sandbox) == "Sandbox(1 connection, running)"
        sandbox.seed(1200)
        assert repr(sandbox) == "Sandbox(1200 connections, running)"
        with sandbox.client() as client:
            assert sandbox.access_token not in repr(client)


def test_access_token_is_random_for_each_sandbox():
    """Two sandboxes do not open each other."""
    with Sandbox() as one, Sandbox() as other:
        assert len(one.access_token) >= 32
        with Client(one.access_token, other.base_url) as client, pytest.raises(AuthenticationError):
            client.connections.all()


def test_closing_a_client_leaves_the_sandbox_running(sandbox):
    """Only connect() gives a client that owns its sandbox."""
    client = sandbox.client()
    client.close()
    assert sandbox.running


def test_interpreter_exit_does_not_wait_for_stop():
    """A script that forgets stop() ends at once and in silence."""
    child = (
        "from chatbot_nb.sandbox.sandbox import Sandbox\n"
        "sandbox = Sandbox(verify='off').start()\n"
        "sandbox.seed(3)\n"
        "print(len(sandbox.client().connections.all()))\n"
    )
    done = subprocess.run([sys.executable, "-c", child], capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "3\n", "")


def test_no_heavy_import():
    """connect() loads neither pandas nor a front end."""
    child = (
        "import sys, chatbot_nb.sandbox.connect, chatbot_nb.sandbox.sandbox\n"
        "print({'pandas', 'numpy', 'IPython', 'ipywidgets'} & set(sys.modules))\n"
    )
    done = subprocess.run([sys.executable, "-c", child], capture_output=True, text=True, timeout=30, check=False)
    assert (done.stdout, done.stderr) == ("set()\n", "")


def test_confirmed_create_survives_kill(tmp_path):
    """kill -9 of the process that answered: the row is in the file."""
    path = tmp_path / "account.db"
    child = (
        "import os, signal, sys\n"
        "from chatbot_nb.sandbox.sandbox import Sandbox\n"
        "sandbox = Sandbox(sys.argv[1], verify='off').start()\n"
        f"print(sandbox.client().connections.create(**{NEW!r}), flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", child, str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    with Sandbox(path) as sandbox, sandbox.client() as client:
        assert [each.id for each in client.connections.all()] == [done.stdout.strip()]


# -- calls


def test_account_over_http(client):
    """Create, list, get, update, delete: the whole way through client, wire, routes and file."""
    connection_id = client.connections.create(**NEW, token="t0ken", headers={"x-a": "1"}, auth=("me", "pw"))
    assert [(each.id, each.name, each.story.id) for each in client.connections.all()] == [
        (connection_id, "Orders", STORY)
    ]
    client.connections.update(connection_id, name="Orders 2")
    found = client.connections.get(connection_id)
    assert (found.name, found.token.get_secret_value(), found.auth.username) == ("Orders 2", "t0ken", "me")
    client.connections.delete(connection_id)
    assert client.connections.all() == []
    with pytest.raises(NotFoundError):
        client.connections.get(connection_id)


def test_odd_names_come_back_as_they_were(sandbox, client):
    """Spaces, emoji, right to left, markup and 128 characters, through HTTP and back."""
    sandbox.seed(200)
    stored = {row.id: row.settings.name for row in sandbox._parts().store.all()}
    assert {each.id: each.name for each in client.connections.all()} == stored


def test_head_has_no_body(sandbox):
    """Our reading: HEAD answers as GET, without its body, on a connection that stays usable."""
    headers = {"Authorization": f"Bearer {sandbox.access_token}"}
    status, answered, body = _request(sandbox, "HEAD", "/v2/integrations/webhook", headers)
    assert (status, answered["Content-Length"], body) == (200, "2", b"")


def test_query_is_ignored(sandbox):
    """No paging is documented, so nothing in a query means anything."""
    headers = {"Authorization": f"Bearer {sandbox.access_token}"}
    assert _request(sandbox, "GET", "/v2/integrations/webhook?page=2&limit=1", headers)[::2] == (200, b"[]")


def test_too_large_body_is_413(sandbox, client):
    """The server's limit; the account is unharmed."""
    headers = {"Authorization": f"Bearer {sandbox.access_token}", "Content-Length": str(2 * 1024 * 1024)}
    assert _request(sandbox, "POST", "/v2/integrations/webhook", headers)[0] == 413
    assert client.connections.all() == []


def test_paths_outside_the_api_are_404(sandbox):
    """Without a token too: there is nothing to protect."""
    status, _, body = _request(sandbox, "GET", "/v1/stories")
    assert status == 404
    assert b"there is no '/v1/stories'; the API is at /v2, backends at /backends/" in body


@pytest.mark.parametrize("n", [-1, 1_000_001, 2.0, True, "24"])
def test_seed_checks_its_number(sandbox, n):
    """Nothing is added by a wrong number."""
    with pytest.raises(SandboxError) as caught:
        sandbox.seed(n)
    assert str(caught.value) == f"seed(n={n!r}): an integer of 0 to 1,000,000 is needed"


@pytest.mark.parametrize("seed", [None, "1", 1.5, []])
def test_seed_checks_its_seed(sandbox, seed):
    """Only numbers give the same connections in each run."""
    with pytest.raises(SandboxError) as caught:
        sandbox.seed(1, seed)
    assert str(caught.value) == f"seed(seed={seed!r}): an integer is needed"
    assert sandbox.size == 0


def test_seeding_again_adds_only_what_is_new(sandbox, client):
    """A cell that is run twice does not double the account, nor undo what was changed."""
    sandbox.seed(5)
    first = client.connections.all()[0].id
    client.connections.update(first, name="Mine")
    sandbox.seed(5)
    sandbox.seed(7)
    sandbox.seed(2, seed=1)
    assert sandbox.size == 9
    assert client.connections.get(first).name == "Mine"


# -- faults, through the real client


def test_503_then_success(sandbox, client):
    """The client repeats a GET, and the third answer counts."""
    sandbox.inject(status=503, headers={"Retry-After": "0"}, times=2)
    assert client.connections.all() == []
    assert sandbox._faults.take() is None


def test_injected_status_reaches_the_user(sandbox, client):
    """The error says the status and what the body said; nothing was done."""
    sandbox.inject(status=400)
    with pytest.raises(ApiError, match="the sandbox was told to answer so") as caught:
        client.connections.create(**NEW)
    assert caught.value.status == 400
    assert sandbox.size == 0


def test_429_for_ever_is_told(sandbox, client):
    """After the client's retries the error is the documented one."""
    sandbox.inject(status=429, headers={"Retry-After": "0"}, times=50)
    with pytest.raises(RateLimitError):
        client.connections.all()


def test_lost_connection_of_put_is_repeated(sandbox, client):
    """PUT is idempotent: lost before or after, the client repeats it and the change is there."""
    connection_id = client.connections.create(**NEW)
    for drop in ("before", "after"):
        sandbox.inject(headers={"x-first": "the client reads before it writes"})
        sandbox.inject(drop=drop)
        client.connections.update(connection_id, name=drop)
        assert client.connections.get(connection_id).name == drop


@pytest.mark.parametrize(("drop", "rows"), [("before", 0), ("after", 1)])
def test_lost_connection_of_post_is_told_and_never_repeated(sandbox, client, drop, rows):
    """Whether it was created cannot be known, so the user is told and the store has what the drop says."""
    client.connections.all()
    sandbox.inject(drop=drop)
    with pytest.raises(TransportError):
        client.connections.create(**NEW)
    assert sandbox.size == rows
    assert sandbox._faults.take() is None


def test_delay_beyond_the_timeout(sandbox):
    """The call has taken effect by then; the caller sees a timeout."""
    sandbox.inject(delay=0.6)
    with Client(sandbox.access_token, sandbox.base_url, timeout=0.2) as client, pytest.raises(ApiTimeoutError):
        client.connections.create(**NEW)
    assert sandbox.size == 1


def test_delay_holds_up_nobody_else(sandbox, client, when_taken):
    """Another call is answered while the delayed one waits."""
    sandbox.inject(delay=0.7)
    taken = when_taken(sandbox, 1)
    order = []
    with ThreadPoolExecutor(1) as pool, sandbox.client() as other:
        slow = pool.submit(client.connections.all)
        assert taken.wait(5)
        slow.add_done_callback(lambda _: order.append("slow"))
        other.connections.all()
        order.append("other")
        slow.result()
    assert order == ["other", "slow"]


def test_headers_are_added_to_a_good_answer(sandbox):
    """They replace one of the same name."""
    sandbox.inject(headers={"content-type": "text/html", "X-Extra": "1"})
    headers = {"Authorization": f"Bearer {sandbox.access_token}"}
    status, answered, body = _request(sandbox, "GET", "/v2/integrations/webhook", headers)
    assert (status, answered["content-type"], answered["X-Extra"], body) == (200, "text/html", "1", b"[]")
    assert "Content-Type" not in answered


def test_faults_are_for_the_api_alone(sandbox, client):
    """A delivery to a sample backend does not use one up; stop() forgets the rest."""
    connection_id = client.connections.create(**NEW | {"url": sandbox.backends["hello"]})
    sandbox.inject(status=500)
    assert sandbox.deliver(connection_id).ok
    with pytest.raises(ApiError):
        client.connections.create(**NEW)
    sandbox.inject(status=500)
    sandbox.stop()
    with sandbox, sandbox.client() as fresh:
        assert fresh.connections.all() == []


# -- verification


@pytest.mark.parametrize(
    ("backend", "error"),
    [
        pytest.param("hello", None, id="passes"),
        pytest.param("down", "Request failed with status code 500", id="500"),
    ],
)
def test_warn_writes_the_failure_into_error(backend, error):
    """The default: the connection is there, and its error says what the verification came to."""
    with Sandbox() as sandbox, sandbox.client() as client:
        connection_id = client.connections.create(**NEW | {"url": sandbox.backends[backend]}, token="t0ken")
        assert client.connections.get(connection_id).error == error
        assert [each.ok for each in sandbox.verifications] == [error is None]
        assert "t0ken" not in repr(sandbox.verifications) + str(sandbox.verifications[0])


def test_refused_connection_is_worded_as_axios_does():
    """Nothing listens there."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with Sandbox() as sandbox, sandbox.client() as client:
        connection_id = client.connections.create(**NEW | {"url": f"http://127.0.0.1:{port}/"})
        assert client.connections.get(connection_id).error == f"connect ECONNREFUSED 127.0.0.1:{port}"


def test_require_refuses_and_stores_nothing():
    """400 with the diagnosis; what passes is stored."""
    with Sandbox(verify="require") as sandbox, sandbox.client() as client:
        with pytest.raises(ApiError, match="the verification failed: Request failed with status code 500") as caught:
            client.connections.create(**NEW | {"url": sandbox.backends["down"]})
        assert caught.value.status == 400
        assert sandbox.size == 0
        connection_id = client.connections.create(**NEW | {"url": sandbox.backends["hello"]})
        with pytest.raises(ApiError):
            client.connections.update(connection_id, url=sandbox.backends["down"])
        assert client.connections.get(connection_id).url == sandbox.backends["hello"]
        assert [each.ok for each in sandbox.verifications] == [False, True, False]


def test_verification_carries_challenge_and_token():
    """GET with challenge and the connection's token, to the connection's own URL and query."""
    seen = []

    async def backend(request):
        seen.append((request.method, parse_qs(request.query)))
        return Response(200, body=parse_qs(request.query)["challenge"][0].encode())

    with Server(backend) as server, Sandbox(verify="require") as sandbox, sandbox.client() as client:
        url = server.url_for("/hook?shop=de")
        connection_id = client.connections.create(**NEW | {"url": url}, token="t 0ken")
        client.connections.update(connection_id, name="Other name")
        client.connections.update(connection_id, token="n€w")
        server.check()
    assert [(method, query["shop"], query["token"]) for method, query in seen] == [
        ("GET", ["de"], ["t 0ken"]),
        ("GET", ["de"], ["n€w"]),
    ]


def test_off_sends_nothing(sandbox, client):
    """No request leaves."""
    client.connections.create(**NEW | {"url": sandbox.backends["down"]})
    assert sandbox.verifications == ()
    assert client.connections.all()[0].error is None


def test_many_verifications_of_the_same_sandbox_do_not_block():
    """Sixteen creates at once, each verified against this very server and its API."""
    with Sandbox() as sandbox, sandbox.client() as client, ThreadPoolExecutor(16) as pool:
        urls = [sandbox.backends["hello"], f"{sandbox.base_url}/integrations/webhook"] * 8
        list(pool.map(lambda url: client.connections.create(**NEW | {"url": url}), urls))
        errors = sorted(str(each.error) for each in client.connections.all())
    assert errors == ["None"] * 8 + ["Request failed with status code 401"] * 8


# -- deliveries


def test_delivery_carries_what_the_connection_holds(sandbox, client):
    """POST with token in the query, custom headers, Basic auth and the request's node."""
    seen = []

    async def backend(request):
        seen.append(request)
        return Response.json({"responses": [{"type": "text", "message": "Hi"}]})

    with Server(backend) as server:
        connection_id = client.connections.create(
            **NEW | {"url": server.url_for("/hook")}, token="t0ken", headers={"X-Shop": "de"}, auth=("me", "pw")
        )
        delivery = sandbox.deliver(
            connection_id, message="Where is it?", attributes={"order": "7"}, user_attributes={"default_name": "Ann"}
        )
        server.check()
    assert (delivery.ok, delivery.status, delivery.error) == (True, 200, None)
    request = seen[0]
    assert (request.method, request.target) == ("POST", b"/hook?token=t0ken")
    assert (request.header("x-shop"), request.header("authorization")) == ("de", "Basic bWU6cHc=")
    sent = delivery.request
    assert request.body == sent.to_json()
    assert (sent.node.webhook_id, sent.node.webhook_name, sent.message) == (connection_id, "Orders", "Where is it?")
    assert (sent.attributes["order"], sent.user_attributes["default_name"]) == ("7", "Ann")


def test_delivery_sets_and_clears_error(sandbox, client):
    """In axios's words; cleared on the next success (our reading)."""
    connection_id = client.connections.create(**NEW | {"url": sandbox.backends["down"]})
    assert sandbox.deliver(connection_id).error == "Request failed with status code 500"
    assert client.connections.get(connection_id).error == "Request failed with status code 500"
    client.connections.update(connection_id, url=sandbox.backends["hello"])
    assert sandbox.deliver(connection_id).error is None
    assert client.connections.get(connection_id).error is None


def test_delivery_beyond_the_time_limit(sandbox, client):
    """The wording is axios's, with the limit that was set."""
    connection_id = client.connections.create(**NEW | {"url": sandbox.backends["slow"]})
    delivery = sandbox.deliver(connection_id, timeout=0.1)
    assert delivery.error == "timeout of 100ms exceeded"
    assert client.connections.get(connection_id).error == "timeout of 100ms exceeded"


def test_delivery_has_the_platforms_time_limit(sandbox, client, monkeypatch):
    """Ten seconds where none is named."""
    given = []

    def fetch(method, url, *, timeout, **_rest):
        given.append(timeout)
        raise TransportError("no network in this test", method=method, url=url)

    monkeypatch.setattr("chatbot_nb.bot.call.fetch", fetch)
    sandbox.deliver(client.connections.create(**NEW))
    assert given == [10.0]


def test_delivery_of_an_unknown_id_names_those_that_exist(sandbox):
    """The next step is in the message."""
    with pytest.raises(SandboxError) as caught:
        sandbox.deliver("nope")
    assert str(caught.value) == (
        "no connection has the id 'nope'; the sandbox has no connections, seed() or create() some"
    )
    sandbox.seed(5)
    ids = sandbox._parts().store.ids(3)
    with pytest.raises(SandboxError) as caught:
        sandbox.deliver("nope")
    assert str(caught.value) == f"no connection has the id 'nope'; there are {', '.join(ids)} and 2 more"


@pytest.mark.parametrize("wrong", [None, 5, "", "\ud800", "é", ["a"]])
def test_what_is_no_id_is_unknown(sandbox, wrong):
    """No error of SQLite comes through."""
    with pytest.raises(SandboxError) as caught:
        sandbox.deliver(wrong)
    assert str(caught.value) == (
        f"no connection has the id {wrong!r}; the sandbox has no connections, seed() or create() some"
    )


def test_secrets_are_in_no_message(sandbox, client):
    """Deliveries and verifications show neither token, headers nor auth."""
    connection_id = client.connections.create(
        **NEW | {"url": sandbox.backends["down"] + "?key=hush1"},
        token="hush2",
        headers={"x-a": "hush3"},
        auth=("u", "hush4"),
    )
    delivery = sandbox.deliver(connection_id)
    assert "hush" not in repr(delivery) + delivery._repr_html_() + repr(sandbox) + str(delivery.report)
