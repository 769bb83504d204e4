"""The client against the sandbox: what is written is what is read, and nothing unnamed is lost."""

import json
import subprocess
import sys
import traceback

import pytest
from pydantic import SecretStr

import chatbot_nb as cb
from chatbot_nb.transport.inbound.http import Response

STORY = "5" * 24
URL = "https://hooks.example/orders"
SECRETS = {
    "token": "token-s3cret",
    "headers": {"X-Api-Key": "header-s3cret"},
    "auth": ("me", "password-s3cret"),
}


@pytest.fixture
def connection_id(client):
    return client.connections.create(story_id=STORY, name="Orders", url=URL, **SECRETS)


def secrets_of(connection):
    return (
        connection.token and connection.token.get_secret_value(),
        {name: value.get_secret_value() for name, value in connection.headers.items()},
        connection.auth and (connection.auth.username, connection.auth.password.get_secret_value()),
    )


def test_what_is_created_is_what_is_read(client, connection_id):
    """All documented fields, and the id."""
    connection = client.connections.get(connection_id)
    assert (connection.id, connection.story.id, connection.name, connection.url) == (
        connection_id,
        STORY,
        "Orders",
        URL,
    )
    assert secrets_of(connection) == tuple(SECRETS.values())
    assert connection.created_at.utcoffset().total_seconds() == 0


def test_the_list_holds_it_without_secrets(client, connection_id):
    """One request; token, headers and auth are not in it."""
    (connection,) = client.connections.all()
    assert (connection.id, connection.name) == (connection_id, "Orders")
    assert secrets_of(connection) == (None, {}, None)


@pytest.mark.parametrize(
    "auth",
    [
        pytest.param(("me", "pw"), id="pair"),
        pytest.param({"username": "me", "password": SecretStr("pw")}, id="mapping"),
    ],
)
def test_auth_is_taken_in_each_form(client, auth):
    """What reads well where it is written."""
    connection_id = client.connections.create(story_id=STORY, name="n", url=URL, auth=auth)
    assert secrets_of(client.connections.get(connection_id))[2] == ("me", "pw")


def test_what_was_read_can_be_written(client, connection_id):
    """A copy takes the SecretStr of the original as they are."""
    first = client.connections.get(connection_id)
    copy = client.connections.create(
        story_id=STORY, name="Copy", url=URL, token=first.token, headers=first.headers, auth=first.auth
    )
    assert secrets_of(client.connections.get(copy)) == tuple(SECRETS.values())


CHANGES = [
    pytest.param({"name": "New"}, id="name"),
    pytest.param({"url": "http://new.example"}, id="url"),
    pytest.param({"token": "new-token"}, id="token"),
    pytest.param({"headers": {"X-New": "v"}}, id="headers"),
    pytest.param({"auth": ("new", "pw")}, id="auth"),
    pytest.param({"token": None}, id="no token"),
    pytest.param({"headers": None}, id="no headers"),
    pytest.param({"auth": None}, id="no auth"),
    pytest.param({"name": "New", "token": None, "auth": ("new", "pw")}, id="three"),
]


@pytest.mark.parametrize("change", CHANGES)
def test_an_update_changes_what_was_named_and_nothing_else(client, connection_id, change):
    """The sandbox clears what an update leaves out, so what was lost would show."""
    client.connections.update(connection_id, **change)
    connection = client.connections.get(connection_id)
    expected = {"name": "Orders", "url": URL, **SECRETS} | change
    expected["headers"] = expected["headers"] or {}
    assert (connection.name, connection.url, *secrets_of(connection)) == tuple(expected.values())


def test_an_update_of_nothing_is_a_mistake(client, connection_id):
    """It would be two requests for nothing."""
    with pytest.raises(
        ValueError, match=r"^update: nothing to change; name at least one of name, url, token, headers, auth$"
    ):
        client.connections.update(connection_id)


def test_an_update_is_checked_before_anything_is_sent(api):
    """Not even the read happens."""
    with pytest.raises(cb.PayloadError) as caught:
        api.client.connections.update("5f", url="ftp://h", headers={}, token="")
    assert str(caught.value) == (
        "connection: 3 errors\n"
        "  /url: 'ftp://h' is not an http or https URL; use one such as https://example.com/hook\n"
        "  /token: 0 characters, at least 1\n"
        "  /headers: 0 entries, at least 1"
    )
    assert api.calls == []


def test_what_the_account_has_must_be_fit_to_be_sent_back(api):
    """Otherwise the update would lose it; the message says what to name."""
    api.put({"id": "5f", "name": "n" * 129, "url": URL, "token": 5}, "/v2/integrations/webhook/5f")
    with pytest.raises(cb.PayloadError) as caught:
        api.client.connections.update("5f", url="https://new.example")
    assert str(caught.value) == (
        "connection 5f as the API shows it (pass these fields to update() to replace them): 2 errors\n"
        "  /name: 129 characters, at most 128\n"
        "  /token: the value is not a string"
    )
    assert [call[0] for call in api.calls] == ["GET"]


@pytest.mark.parametrize(
    "empty", [{"token": "", "headers": {}, "auth": {"username": "", "password": ""}}, {"auth": None}]
)
def test_empty_ways_to_say_none_do_not_hinder_an_update(api, empty):
    """Our reading of what an API may show for a field that is not set."""
    bodies = []

    async def connection(request):
        bodies.append(request.body)
        return Response.json({"id": "5f", "name": "n", "url": URL, **empty})

    api.answers["/v2/integrations/webhook/5f"] = connection
    api.client.connections.update("5f", name="new")
    assert json.loads(bodies[1]) == {"name": "new", "url": URL}


def test_an_api_that_keeps_what_was_to_be_removed_is_found_out(api):
    """Whether leaving out removes is not documented; that it did not must not stay unseen."""
    api.put({"id": "5f", "name": "n", "url": URL, "token": "token-s3cret"}, "/v2/integrations/webhook/5f")
    with pytest.raises(cb.ApiError) as caught:
        api.client.connections.update("5f", token=None)
    said = "the API kept token, which the update left out. Delete the connection and create it anew"
    assert str(caught.value) == f"PUT {api.url}/5f: {said}"


def test_a_deleted_connection_is_gone(client, connection_id):
    """And the message says how to find those that are not."""
    client.connections.delete(connection_id)
    assert client.connections.all() == []
    with pytest.raises(cb.NotFoundError) as caught:
        client.connections.get(connection_id)
    said = ". Check the id (client.connections.all() lists those that this token can see) and base_url"
    assert str(caught.value).endswith(said)


def test_a_delete_whose_answer_was_lost_is_done_and_done_once(sandbox, client, connection_id):
    """The second try finds nothing, which is what was asked for."""
    sandbox.inject(drop="after")
    assert client.connections.delete(connection_id) is None
    assert client.connections.all() == []


def test_a_create_whose_answer_was_lost_is_not_repeated(sandbox, client):
    """It took effect, and exactly once."""
    sandbox.inject(drop="after")
    with pytest.raises(cb.TransportError) as caught:
        client.connections.create(story_id=STORY, name="once", url=URL)
    assert caught.value.code == "ECONNRESET"
    assert [connection.name for connection in client.connections.all()] == ["once"]


@pytest.mark.parametrize("call", ["get", "update", "delete"])
@pytest.mark.parametrize(
    ("connection_id", "problem"),
    [
        pytest.param("", "'' is no id", id="empty"),
        pytest.param(" ", "' ' is no id", id="space"),
        pytest.param(".", "'.' is no id", id="dot"),
        pytest.param("..", "'..' is no id", id="two dots"),
        pytest.param("\ud800", "'\\ud800' is no id", id="half a surrogate pair"),
        pytest.param("x" * 257, "257 characters, at most 256", id="long"),
        pytest.param(None, "NoneType, not str", id="None"),
        pytest.param(5, "int, not str", id="number"),
    ],
)
def test_what_is_no_id_is_refused_before_anything_is_sent(api, call, connection_id, problem):
    """An empty id would be the list's URL."""
    named = {"name": "n"} if call == "update" else {}
    with pytest.raises(cb.PayloadError) as caught:
        getattr(api.client.connections, call)(connection_id, **named)
    assert str(caught.value) == f"connection id: 1 error\n  {problem}; the ids are those of client.connections.all()"
    assert api.calls == []


@pytest.mark.parametrize("connection_id", ["a/b", "../../v2", "a?b=c", "a#b", "ä b", "%2e%2e"])
def test_an_odd_id_stays_one_part_of_the_path(api, connection_id):
    """Nothing in it leads elsewhere."""
    with pytest.raises(cb.NotFoundError):
        api.client.connections.get(connection_id)
    ((_, path, _),) = api.calls
    assert path.startswith("/v2/integrations/webhook/")
    assert path.count("/") == 4
    assert not set("?#") & set(path)


@pytest.mark.parametrize(
    ("document", "got"),
    [
        ({"message": "s3cret"}, "an object"),
        ("s3cret", "a string"),
        (7, "a number"),
        (b"", "nothing"),
    ],
)
def test_a_list_that_is_none_is_an_error_of_ours(api, document, got):
    """JSON, but not that of the API."""
    api.put(document)
    with pytest.raises(cb.ApiError) as caught:
        api.client.connections.all()
    assert str(caught.value) == f"GET {api.url}: answered with {got}, not an array of connections. Check base_url"


def test_a_create_without_an_id_in_the_answer_is_an_error(api):
    """It may have happened, so it is not silent."""
    api.put({"status": {"code": 201}})
    with pytest.raises(cb.ApiError) as caught:
        api.client.connections.create(story_id=STORY, name="n", url=URL)
    said = "the answer holds no id. Look in client.connections.all() whether it was created before you try again"
    assert str(caught.value) == f"POST {api.url}: {said}"


def test_the_access_token_comes_from_the_environment(sandbox, monkeypatch):
    """Where none is passed."""
    monkeypatch.setenv("CHATBOT_ACCESS_TOKEN", sandbox.access_token)
    with cb.Client(base_url=sandbox.base_url) as client:
        assert client.connections.all() == []


@pytest.mark.parametrize("value", [None, ""])
def test_without_an_access_token_both_ways_are_named(monkeypatch, value):
    """And what needs none."""
    monkeypatch.delenv("CHATBOT_ACCESS_TOKEN", raising=False)
    if value is not None:
        monkeypatch.setenv("CHATBOT_ACCESS_TOKEN", value)
    with pytest.raises(cb.MissingAccessTokenError) as caught:
        cb.Client()
    assert str(caught.value) == (
        "no access token: set the environment variable CHATBOT_ACCESS_TOKEN, or pass access_token=... . "
        "Without an account use cb.connect() or cb.Sandbox(), which need none"
    )


def test_a_wrong_access_token_is_told_with_the_next_step(sandbox):
    """401, without the token."""
    with cb.Client("wr0ng-token", sandbox.base_url) as client, pytest.raises(cb.AuthenticationError) as caught:
        client.connections.all()
    assert caught.value.status == 401
    assert "Check CHATBOT_ACCESS_TOKEN" in str(caught.value)
    assert "wr0ng-token" not in "".join(traceback.format_exception(caught.value))


def test_the_default_is_the_documented_address():
    """And the repr shows the address only."""
    with cb.Client("an-access-token") as client:
        assert repr(client) == "Client(base_url='https://api.chatbot.com/v2')"
        assert repr(client.connections) == "Connections(base_url='https://api.chatbot.com/v2')"
    with cb.Client("an-access-token", "http://me:pw@localhost/v2/") as client:
        assert repr(client) == "Client(base_url='http://***@localhost/v2')"


def test_the_timeout_reaches_the_session():
    """It was once dropped in a library like this one."""
    with cb.Client("an-access-token", timeout=2.5) as client:
        assert client._session.timeout == 2.5


def test_no_error_of_a_write_shows_its_secrets(api):
    """Also where the API repeats the whole body."""

    async def echo(request):
        return Response.json({"message": request.body.decode()}, 400)

    api.answers["/v2/integrations/webhook"] = echo
    with pytest.raises(cb.ApiError) as caught:
        api.client.connections.create(story_id=STORY, name="n", url=URL, **SECRETS)
    everything = "".join(traceback.format_exception(caught.value)) + repr(vars(caught.value))
    assert "s3cret" not in everything
    assert '"token": "***"' in everything


def test_the_client_imports_neither_pandas_nor_widgets():
    """A script that only writes connections starts fast."""
    code = (
        "import sys, chatbot_nb as cb; cb.Client('x').close();"
        "print([name for name in ('pandas', 'ipywidgets', 'IPython', 'tqdm') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
