"""The five calls as the documentation shows them: what is sent, and its sample answers, slips and all."""

import json

import pytest

from chatbot_nb.transport.inbound.http import Response

ID = "5f5220d1ce93050007ba7402"
COLLECTION = "/v2/integrations/webhook"
SINGLE = f"{COLLECTION}/{ID}"
BODY = {"name": "foo bar", "url": "https://my-another-website.com"}
SETTINGS = {
    "token": "secret-token",
    "headers": {"x-custom-header": "value"},
    "auth": {"username": "foo", "password": "bar"},
}
# "List single connection"; the sample's comment on error, "string or null", is no JSON.
DETAILS = """{
    "id": "5f5220d1ce93050007ba7402",
    "story": {
      "id": "634fef70c56fd000073f5730",
      "name": "Foo"
    },
    "name": "foo bar",
    "url": "https://<your-webhook-url>.com",
    "token": "secret-token",
    "headers": {
      "x-custom-header": "value"
    },
    "auth": {
      "username": "foo",
      "password": "bar"
    },
    "error": null,
    "createdAt": "2021-06-09T07:35:00.788Z",
    "updatedAt": "2021-06-09T07:35:00.788Z"
}"""
CREATED = """{
    "id": "5ea8872dt3sd210a1586dab5",
    "timestamp": "2020-04-1T00:00:300.000Z",
    "status": {
      "code": 201,
      "type": "created"
    }
  }"""
DONE = """{
    "timestamp": "2020-04-1T00:00:300.000Z",
    "status": {
      "code": 200,
      "type": "success"
    }
  }"""


@pytest.fixture
def asked(api):
    """Answer with the documentation's samples, and note every request."""
    requests = []

    def sample(**answers):
        async def answer(request):
            requests.append(request)
            return Response(201 if request.method == "POST" else 200, (), answers[request.method].encode())

        return answer

    api.answers[COLLECTION] = sample(GET="[]", POST=CREATED)
    api.answers[SINGLE] = sample(GET=DETAILS, PUT=DONE, DELETE=DONE)
    return requests


def sent(request):
    assert request.header("Authorization") == "Bearer an-access-token"
    return request.method, request.target.decode(), json.loads(request.body) if request.body else None


def test_list_all_connections(api, asked):
    """GET of the collection, once, without a query."""
    assert api.client.connections.all() == []
    assert [sent(request) for request in asked] == [("GET", COLLECTION, None)]


def test_create_connection(api, asked):
    """POST with the documented fields, without those that are not given; the sample's impossible time harms nothing."""
    assert api.client.connections.create(story_id="5" * 24, **BODY) == "5ea8872dt3sd210a1586dab5"
    api.client.connections.create(story_id="5" * 24, **BODY, **SETTINGS)
    assert [sent(request) for request in asked] == [
        ("POST", COLLECTION, {"storyId": "5" * 24, **BODY}),
        ("POST", COLLECTION, {"storyId": "5" * 24, **BODY, **SETTINGS}),
    ]


def test_list_single_connection(api, asked):
    """GET, where the documentation's curl says POST; token, headers and auth are read, null is no error."""
    connection = api.client.connections.get(ID)
    assert [sent(request) for request in asked] == [("GET", SINGLE, None)]
    assert (connection.id, connection.story.id, connection.story.name) == (ID, "634fef70c56fd000073f5730", "Foo")
    assert (connection.name, connection.url) == ("foo bar", "https://<your-webhook-url>.com")
    assert connection.token.get_secret_value() == "secret-token"
    assert {name: value.get_secret_value() for name, value in connection.headers.items()} == SETTINGS["headers"]
    assert (connection.auth.username, connection.auth.password.get_secret_value()) == ("foo", "bar")
    assert connection.error is None
    assert connection.created_at.isoformat() == "2021-06-09T07:35:00.788000+00:00"


def test_update_connection(api, asked):
    """GET, then PUT with every documented field and no story, so that nothing is lost."""
    api.client.connections.update(ID, **BODY)
    assert [sent(request) for request in asked] == [("GET", SINGLE, None), ("PUT", SINGLE, {**BODY, **SETTINGS})]


def test_delete_connection(api, asked):
    """DELETE, which the documentation prints as DEL."""
    api.client.connections.delete(ID)
    assert [sent(request) for request in asked] == [("DELETE", SINGLE, None)]


@pytest.mark.parametrize("sample", ["5", "611f9ad1fe24s3d0007d14ad4", "5f5220d2er93050007ba7402"])
def test_ids_are_read_whatever_their_size(api, sample):
    """The documentation says 24 characters, and its own samples have others: an id is used as it came."""
    api.put(json.loads(DETAILS) | {"id": sample}, f"{COLLECTION}/{sample}")
    assert api.client.connections.get(sample).id == sample
