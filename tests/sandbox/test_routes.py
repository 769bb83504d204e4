"""The five calls of the connections API, row by row of PLATFORM section 4; without sockets."""

from __future__ import annotations

import json
import re
from contextlib import closing

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chatbot_nb.bot.verification import Verification
from chatbot_nb.finding import Finding
from chatbot_nb.payloads import limits
from chatbot_nb.sandbox.routes import COLLECTION, Routes, error_response
from chatbot_nb.sandbox.store import Settings, Store

TOKEN = "the-access-token"
AUTHORIZED = ((b"Host", b"x"), (b"Authorization", b"Bearer the-access-token"))
STORY = "634fef700000000000000001"
BODY = {"storyId": STORY, "name": "Orders", "url": "https://orders.example/hook"}
FULL = BODY | {"token": "t0ken", "headers": {"x-a": "1"}, "auth": {"username": "me", "password": "pw"}}
UNKNOWN_ID = "f" * 24
TIME = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


@pytest.fixture
def store():
    with closing(Store()) as store:
        yield store


@pytest.fixture
def call(store):
    return _caller(Routes(store, TOKEN))


def _caller(routes):
    def call(method, path="", body=None, headers=AUTHORIZED):
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        response = routes(method, COLLECTION + path, headers, raw)
        return response.status, json.loads(response.body), dict(response.headers)

    return call


def _create(call, body=FULL):
    status, answer, _ = call("POST", body=body)
    assert status == 201, answer
    return answer["id"]


def test_list_row(call):
    """List: an array of id, story, name, url, error, createdAt, updatedAt; no token, headers, auth; no paging."""
    ids = [_create(call), *(_create(call, BODY) for _ in range(120))]
    status, answer, headers = call("GET")
    assert status == 200
    assert headers["Content-Type"] == "application/json"
    assert [item["id"] for item in answer] == ids
    assert list(answer[0]) == ["id", "story", "name", "url", "error", "createdAt", "updatedAt"]
    assert answer[0]["story"] == {"id": STORY, "name": "Story 634fef70"}
    assert answer[0]["error"] is False
    assert TIME.fullmatch(answer[0]["createdAt"])


def test_empty_list(call):
    """An account without connections is an empty array."""
    assert call("GET")[:2] == (200, [])


def test_list_shows_an_error_as_text(call, store):
    """The error of a list item is false or a string."""
    store.set_error(_create(call), "socket hang up")
    assert call("GET")[1][0]["error"] == "socket hang up"


def test_create_row(call):
    """Create: answers 201 with id, timestamp and status code 201, type created."""
    status, answer, _ = call("POST", body=FULL)
    assert status == 201
    assert list(answer) == ["id", "timestamp", "status"]
    assert re.fullmatch("[0-9a-f]{24}", answer["id"])
    assert TIME.fullmatch(answer["timestamp"])
    assert answer["status"] == {"code": 201, "type": "created"}


def test_get_one_row(call):
    """Get one: as the list, plus token, headers, auth; error is null or a string."""
    status, answer, _ = call("GET", f"/{_create(call)}")
    assert status == 200
    assert {key: answer[key] for key in ("name", "url", "token", "headers", "auth", "error")} == {
        "name": "Orders",
        "url": "https://orders.example/hook",
        "token": "t0ken",
        "headers": {"x-a": "1"},
        "auth": {"username": "me", "password": "pw"},
        "error": None,
    }
    assert answer["createdAt"] == answer["updatedAt"]


def test_get_one_leaves_out_what_is_not_set(call):
    """Our reading: no key rather than null."""
    assert not {"token", "headers", "auth"} & call("GET", f"/{_create(call, BODY)}")[1].keys()


def test_update_row(call):
    """Update: answers 200, timestamp and status; what is left out is cleared (the harsh reading), the story stays."""
    connection_id = _create(call)
    status, answer, _ = call("PUT", f"/{connection_id}", {"name": "New", "url": "https://new.example"})
    assert status == 200
    assert list(answer) == ["timestamp", "status"]
    assert answer["status"] == {"code": 200, "type": "success"}
    after = call("GET", f"/{connection_id}")[1]
    assert (after["name"], after["url"], after["story"]["id"]) == ("New", "https://new.example", STORY)
    assert not {"token", "headers", "auth"} & after.keys()


def test_update_takes_no_story(call):
    """storyId is documented for create alone."""
    connection_id = _create(call)
    status, answer, _ = call("PUT", f"/{connection_id}", BODY)
    assert status == 400
    assert [each["pointer"] for each in answer["status"]["details"]] == ["/storyId"]


def test_delete_row(call):
    """Delete: answers as update; the connection is gone, a second time is 404."""
    connection_id = _create(call)
    status, answer, _ = call("DELETE", f"/{connection_id}")
    assert (status, answer["status"]) == (200, {"code": 200, "type": "success"})
    assert call("GET")[1] == []
    assert call("DELETE", f"/{connection_id}")[0] == 404


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param((), id="none"),
        pytest.param(((b"Authorization", b"Bearer wrong"),), id="wrong"),
        pytest.param(((b"Authorization", b"Bearer "),), id="empty"),
        pytest.param(((b"Authorization", b"Basic the-access-token"),), id="basic"),
        pytest.param(((b"Authorization", b"the-access-token"),), id="bare"),
        pytest.param(((b"Authorization", "Bearer zażółć".encode()),), id="not ascii"),
        pytest.param((AUTHORIZED[1], AUTHORIZED[1]), id="twice"),
        pytest.param(((b"X-Authorization", b"Bearer the-access-token"),), id="other header"),
    ],
)
def test_wrong_access_token_is_401_and_does_nothing(call, headers):
    """Errors row: 401 bad token; it comes before all other checks and names the scheme."""
    status, answer, answered = call("POST", body=BODY, headers=headers)
    assert (status, answer["status"]["type"]) == (401, "unauthorized")
    assert answer["status"]["message"] == (
        "the access token is missing or wrong; send Authorization: Bearer <access token>"
    )
    assert answered["WWW-Authenticate"] == "Bearer"
    assert call("GET", "/nothing/here", headers=headers)[0] == 401
    assert call("GET")[1] == []


def test_scheme_is_read_in_any_case(call):
    """The documentation's own curl writes the header's name in lower case; the scheme may be too."""
    assert call("GET", headers=((b"authorization", b"bearer the-access-token"),))[0] == 200


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_unknown_id_is_404(call, method):
    """Errors row: 404 unknown, whatever the id looks like."""
    body = {"name": "n", "url": "https://x.example"} if method == "PUT" else None
    for connection_id in (UNKNOWN_ID, "short", "%00", "%F0%9F%98%80", "%ff", "a" * 500, "'; DROP TABLE connection"):
        status, answer, _ = call(method, f"/{connection_id}", body)
        assert (status, answer["status"]["type"]) == (404, "not_found")
    assert answer["status"]["message"] == 'no connection has the id "\'; DROP TABLE connection"'


@pytest.mark.parametrize("path", ["/", f"/{UNKNOWN_ID}/", f"/{UNKNOWN_ID}/x", "s", "//"])
def test_unknown_path_is_404(call, path):
    """Only the two documented paths exist."""
    status, answer, _ = call("GET", path)
    assert status == 404
    assert answer["status"]["message"] == f"there is no '{COLLECTION}{path}'; the connections are at {COLLECTION}"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        pytest.param("PUT", "", "GET, HEAD, POST", id="put all"),
        pytest.param("DELETE", "", "GET, HEAD, POST", id="delete all"),
        pytest.param("DEL", f"/{UNKNOWN_ID}", "DELETE, GET, HEAD, PUT", id="DEL, as the documentation prints it"),
        pytest.param("POST", f"/{UNKNOWN_ID}", "DELETE, GET, HEAD, PUT", id="POST, as the documentation's curl has it"),
        pytest.param("PATCH", f"/{UNKNOWN_ID}", "DELETE, GET, HEAD, PUT", id="patch"),
        pytest.param("get", "", "GET, HEAD, POST", id="methods are case-sensitive"),
    ],
)
def test_other_methods_are_405(call, method, path, allowed):
    """The answer names what is allowed, in Allow and in words."""
    status, answer, headers = call(method, path, FULL)
    assert (status, answer["status"]["type"], headers["Allow"]) == (405, "method_not_allowed", allowed)
    assert answer["status"]["message"] == f"{method!r} is not allowed here; allowed are {allowed}"


def test_head_answers_as_get(call):
    """Our reading; the server leaves the body away."""
    connection_id = _create(call)
    assert call("HEAD") == call("GET")
    assert call("HEAD", f"/{connection_id}") == call("GET", f"/{connection_id}")
    assert call("HEAD", f"/{UNKNOWN_ID}")[0] == 404


SIZES = [
    pytest.param("/storyId", limits.STORY_ID, lambda text: BODY | {"storyId": text}, id="storyId"),
    pytest.param("/name", limits.CONNECTION_NAME, lambda text: BODY | {"name": text}, id="name"),
    pytest.param("/token", limits.CONNECTION_TOKEN, lambda text: BODY | {"token": text}, id="token"),
    pytest.param(
        "/auth/username",
        limits.AUTH_USERNAME,
        lambda text: BODY | {"auth": {"username": text, "password": "p"}},
        id="username",
    ),
    pytest.param(
        "/auth/password",
        limits.AUTH_PASSWORD,
        lambda text: BODY | {"auth": {"username": "u", "password": text}},
        id="password",
    ),
]


@pytest.mark.parametrize(("pointer", "size", "make"), SIZES)
def test_documented_sizes_of_create(call, pointer, size, make):
    """Create row: each size at min - 1, min, max, max + 1; characters are code points."""
    for count, expected in ((size.min - 1, 400), (size.min, 201), (size.max, 201), (size.max + 1, 400)):
        status, answer, _ = call("POST", body=make("é" * count))
        assert status == expected, (count, answer)
        if expected == 400:
            assert [each["pointer"] for each in answer["status"]["details"]] == [pointer]


@pytest.mark.parametrize(("pointer", "size", "make"), SIZES[1:])
def test_documented_sizes_of_update(call, pointer, size, make):
    """Update row: the same sizes."""
    connection_id = _create(call)
    for count, expected in ((size.min - 1, 400), (size.min, 200), (size.max, 200), (size.max + 1, 400)):
        body = {key: value for key, value in make("é" * count).items() if key != "storyId"}
        status, answer, _ = call("PUT", f"/{connection_id}", body)
        assert status == expected, (count, answer)
        if expected == 400:
            assert [each["pointer"] for each in answer["status"]["details"]] == [pointer]


def test_documented_size_of_url(call):
    """1,024 characters pass, one more does not, none does not."""
    for count, expected in ((1024, 201), (1025, 400), (0, 400)):
        url = ("https://x.example/" + "a" * 1024)[:count]
        assert call("POST", body=BODY | {"url": url})[0] == expected


def test_documented_size_of_headers(call):
    """An object of 1 to 10 strings."""
    for count, expected in ((0, 400), (1, 201), (10, 201), (11, 400)):
        assert call("POST", body=BODY | {"headers": {f"x-{i}": "v" for i in range(count)}})[0] == expected


@pytest.mark.parametrize("key", ["storyId", "name", "url"])
def test_required_fields_of_create(call, key):
    """Each missing one is named."""
    status, answer, _ = call("POST", body={name: value for name, value in BODY.items() if name != key})
    assert status == 400
    assert [each["pointer"] for each in answer["status"]["details"]] == [f"/{key}"]


@pytest.mark.parametrize("key", ["name", "url"])
def test_required_fields_of_update(call, key):
    """name and url are required though nothing else is."""
    connection_id = _create(call)
    both = {"name": "n", "url": "https://x.example"}
    status, answer, _ = call("PUT", f"/{connection_id}", {name: both[name] for name in both if name != key})
    assert status == 400
    assert [each["pointer"] for each in answer["status"]["details"]] == [f"/{key}"]


def test_all_mistakes_in_one_answer(call):
    """400 carries every finding, and nothing is stored; no secret stands in it."""
    body = {
        "storyId": "short",
        "name": "",
        "url": "ftp://x.example",
        "token": "",
        "headers": {"x-a": 1, "x b": "hushhush"},
        "auth": {"username": "", "password": "hushhush" * 200, "realm": "x"},
        "colour": "red",
    }
    status, answer, _ = call("POST", body=body)
    details = answer["status"]["details"]
    assert (status, answer["status"]["code"], answer["status"]["type"]) == (400, 400, "bad_request")
    assert {each["pointer"] for each in details} >= {
        "/storyId", "/name", "/url", "/token", "/headers/x-a", "/headers/x b", "/auth/username", "/auth/password",
        "/auth/realm", "/colour",
    }  # fmt: skip
    assert all(list(each) == ["pointer", "code", "severity", "message"] for each in details)
    assert answer["status"]["message"].startswith(f"{details[0]['pointer']}: {details[0]['message']}; ")
    assert "hushhush" not in json.dumps(answer)
    assert call("GET")[1] == []


@pytest.mark.parametrize("body", [BODY | {"story_id": STORY}, {**BODY, "storyId": None, "story_id": STORY}])
def test_python_names_are_not_the_wire_s(call, body):
    """The API speaks camelCase."""
    status, answer, _ = call("POST", body=body)
    assert status == 400
    assert "/story_id" in {each["pointer"] for each in answer["status"]["details"]}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param(b"", "the body is not JSON: Expecting value at line 1, column 1", id="empty"),
        pytest.param(b'{"name": \n oops}', "the body is not JSON: Expecting value at line 2, column 2", id="text"),
        pytest.param(b'{"name": "\xff"}', "the body is not UTF-8: invalid start byte at byte 10", id="bytes"),
        pytest.param(
            b"[" * 100_000, "the body is not JSON that can be read: a number too long, or nested too deep", id="deep"
        ),
        pytest.param(
            b"1" * 5000, "the body is not JSON that can be read: a number too long, or nested too deep", id="number"
        ),
        pytest.param(b"[]", "the body is an array, an object is needed", id="array"),
        pytest.param(b"null", "the body is null, an object is needed", id="null"),
        pytest.param(b"true", "the body is a boolean, an object is needed", id="boolean"),
        pytest.param(b"NaN", "the body is a number, an object is needed", id="nan"),
        pytest.param(
            b'{"name": "\\ud800"}',
            "the body spells half a surrogate pair (\\ud800 to \\udfff alone), which is no text",
            id="surrogate",
        ),
    ],
)
def test_body_that_is_no_json_object_is_400(call, body, message):
    """Where and why, without an exception."""
    for method, path in (("POST", ""), ("PUT", f"/{_create(call)}")):
        status, answer, _ = call(method, path, body)
        assert (status, answer["status"]["message"]) == (400, message)


def test_null_for_an_optional_field_is_not_set(call):
    """As the client reads it, so it may send it back."""
    connection_id = _create(call, BODY | {"token": None, "headers": None, "auth": None})
    assert not {"token", "headers", "auth"} & call("GET", f"/{connection_id}")[1].keys()


def test_error_bodies_have_one_shape(call):
    """Errors row: {timestamp, status: {code, type, message, details}}, labelled as ours."""
    for status, answer, _ in (
        call("GET", headers=()),
        call("GET", "/nope"),
        call("PATCH"),
        call("POST", body=b"x"),
        call("POST", body={}),
    ):
        assert list(answer) == ["timestamp", "status"]
        assert list(answer["status"]) == ["code", "type", "message", "details"]
        assert answer["status"]["code"] == status
    assert "Our reading" in error_response.__doc__


def test_database_that_fails_is_a_500_that_says_why(store, call):
    """Not the caller's mistake, and not hidden."""
    store.close()
    status, answer, _ = call("GET")
    assert (status, answer["status"]["type"]) == (500, "server_error")
    assert answer["status"]["message"] == "the sandbox's store in memory is closed; start the sandbox first"


class Verifier:
    """Answers as told, and remembers what it was asked."""

    def __init__(self, error=None):
        self.error = error
        self.asked = []

    def __call__(self, url, token):
        self.asked.append((url, token))
        findings = (Finding("", "status", "error", "a GET is answered 500"),) if self.error else ()
        return Verification(url, 500, self.error, 0.1, findings)


def test_verification_is_sent_for_what_is_new(store):
    """On create, and on update where URL or token change; never for a name, and never for a call that is refused."""
    verifier = Verifier()
    call = _caller(Routes(store, TOKEN, verify=verifier))
    connection_id = _create(call)
    same = {key: value for key, value in FULL.items() if key != "storyId"}
    call("PUT", f"/{connection_id}", same | {"name": "New name", "headers": {"x-b": "2"}})
    assert verifier.asked == [("https://orders.example/hook", "t0ken")]
    call("PUT", f"/{connection_id}", same | {"url": "https://b.example"})
    call("PUT", f"/{connection_id}", same | {"url": "https://b.example", "token": "other"})
    assert verifier.asked[1:] == [("https://b.example", "t0ken"), ("https://b.example", "other")]
    call("PUT", f"/{UNKNOWN_ID}", same)
    call("PUT", f"/{connection_id}", same | {"url": ""})
    call("POST", body={**FULL, "name": ""})
    assert len(verifier.asked) == 3


def test_failed_verification_becomes_the_error(store):
    """warn: stored all the same, with the words of the failure; the next success clears them."""
    verifier = Verifier("Request failed with status code 500")
    call = _caller(Routes(store, TOKEN, verify=verifier))
    connection_id = _create(call)
    assert call("GET", f"/{connection_id}")[1]["error"] == "Request failed with status code 500"
    verifier.error = None
    call("PUT", f"/{connection_id}", {"name": "Orders", "url": "https://b.example"})
    assert call("GET", f"/{connection_id}")[1]["error"] is None


def test_required_verification_refuses(store):
    """require: 400 with the diagnosis, and nothing is stored or changed."""
    verifier = Verifier()
    call = _caller(Routes(store, TOKEN, verify=verifier, require=True))
    connection_id = _create(call)
    before = call("GET", f"/{connection_id}")
    verifier.error = "Request failed with status code 500"
    for method, path, body in (
        ("POST", "", FULL),
        ("PUT", f"/{connection_id}", {"name": "n", "url": "https://b.example"}),
    ):
        status, answer, _ = call(method, path, body)
        assert status == 400
        assert answer["status"]["message"] == "the verification failed: Request failed with status code 500"
        assert answer["status"]["details"] == [
            {"pointer": "", "code": "status", "severity": "error", "message": "a GET is answered 500"}
        ]
    assert call("GET", f"/{connection_id}") == before
    assert store.count() == 1


def test_store_is_not_locked_during_a_verification(store):
    """A verification that reads the same account (a backend may) does not wait for itself."""

    def verify(url, _token):
        assert store.count() == 0
        return Verification(url, 200, None, 0.1, ())

    _create(_caller(Routes(store, TOKEN, verify=verify)))


def test_connection_deleted_during_its_verification_is_404(store):
    """An update is never answered with success when nothing was updated."""
    connection_id = _create(_caller(Routes(store, TOKEN)))

    def verify(url, _token):
        store.delete(connection_id)
        return Verification(url, 200, None, 0.1, ())

    call = _caller(Routes(store, TOKEN, verify=verify))
    assert call("PUT", f"/{connection_id}", {"name": "n", "url": "https://b.example"})[0] == 404


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
NEAR_VALID = st.fixed_dictionaries(
    {},
    optional={
        "storyId": st.just(STORY) | st.text() | JSON,
        "name": st.text(max_size=130) | JSON,
        "url": st.just("https://x.example/") | st.text(max_size=20).map("https://".__add__) | JSON,
        "token": st.text() | JSON,
        "headers": st.dictionaries(st.sampled_from(["x-a", "x b", "", "é"]) | st.text(), st.text() | JSON) | JSON,
        "auth": st.fixed_dictionaries({}, optional={"username": st.text() | JSON, "password": st.text() | JSON}) | JSON,
        "story_id": st.just(STORY),
    },
).map(lambda data: json.dumps(data).encode())
KNOWN_ID = "a" * 24


@given(
    method=st.sampled_from(["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]) | st.text(),
    path=st.sampled_from(["", f"/{KNOWN_ID}", f"/{UNKNOWN_ID}", "/", "/%00", "/%ff%fe"]) | st.text(),
    headers=st.just(AUTHORIZED) | st.lists(st.tuples(st.binary(), st.binary())).map(tuple),
    body=NEAR_VALID | st.binary(),
)
@example("POST", "", AUTHORIZED, json.dumps(FULL | {"headers": {"x-a": "\ud800"}}).encode())
@example("POST", "", AUTHORIZED, json.dumps(FULL | {"name": "a\0b"}).encode())
@example("POST", "", AUTHORIZED, json.dumps(FULL | {"auth": {"username": "u"}}).encode())
@settings(max_examples=400, deadline=None)
def test_no_input_is_ever_a_5xx(method, path, headers, body):
    """Whatever comes, the answer is documented or a 4xx of ours, and what was stored can be read again."""
    with closing(Store()) as store:
        call = _caller(Routes(store, TOKEN))
        store.create(STORY, Settings("Orders", "https://orders.example", "t", {"x-a": "1"}, ("u", "p")))
        store._db.execute("UPDATE connection SET id = ?", (KNOWN_ID,))
        status, answer, _ = call(method, path, body, headers)
        assert status in {200, 201, 400, 401, 404, 405}, answer
        status, listed, _ = call("GET")
        assert status == 200
        assert all(call("GET", f"/{item['id']}")[0] == 200 for item in listed)
