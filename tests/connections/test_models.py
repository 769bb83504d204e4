"""What may be written, and how a connection shows itself."""

import pytest
from pydantic import SecretStr

from chatbot_nb.connections.models import Auth, Connection, NewConnection, check_new, check_update
from chatbot_nb.payloads import limits

VALID = {"storyId": "5" * 24, "name": "n", "url": "https://example.com/hook"}


def said(findings):
    assert all(finding.severity == "error" for finding in findings)
    return [str(finding) for finding in findings]


def test_the_documented_fields_pass():
    """With and without what is optional; null is the same as leaving it out."""
    assert check_new(VALID) == []
    optional = {"token": "t", "headers": {"X-Api-Key": "v"}, "auth": {"username": "u", "password": "p"}}
    assert check_new(VALID | optional) == []
    assert check_new(VALID | dict.fromkeys(optional)) == []
    assert check_update({"name": "n", "url": "http://example.com"} | optional) == []


SIZED = [
    pytest.param("storyId", lambda n: {"storyId": "x" * n}, limits.STORY_ID, "character", id="storyId"),
    pytest.param("name", lambda n: {"name": "x" * n}, limits.CONNECTION_NAME, "character", id="name"),
    pytest.param("url", lambda n: {"url": ("http://h" + "x" * n)[:n]}, limits.CONNECTION_URL, "character", id="url"),
    pytest.param("token", lambda n: {"token": "x" * n}, limits.CONNECTION_TOKEN, "character", id="token"),
    pytest.param(
        "headers", lambda n: {"headers": {f"x-{i}": "v" for i in range(n)}}, limits.CONNECTION_HEADERS, "entr",
        id="headers",
    ),
    pytest.param(
        "auth/username", lambda n: {"auth": {"username": "x" * n, "password": "p"}}, limits.AUTH_USERNAME, "character",
        id="username",
    ),
    pytest.param(
        "auth/password", lambda n: {"auth": {"username": "u", "password": "x" * n}}, limits.AUTH_PASSWORD, "character",
        id="password",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("where", "made", "size", "unit"), SIZED)
def test_each_documented_size(where, made, size, unit):
    """Refused below and above, with the count; accepted at both ends (of a URL, where it can be one)."""
    (low,) = said(check_new(VALID | made(size.min - 1)))
    (high,) = said(check_new(VALID | made(size.max + 1)))
    assert low.startswith(f"/{where}: {size.min - 1} {unit}")
    assert low.endswith(f", at least {size.min}")
    assert high.startswith(f"/{where}: {size.max + 1} {unit}")
    assert high.endswith(f", at most {size.max}")
    assert check_new(VALID | made(size.max)) == []
    assert where == "url" or check_new(VALID | made(size.min)) == []


def test_a_size_counts_characters_not_bytes():
    """128 emoji are a name."""
    assert check_new(VALID | {"name": "🙂" * 128}) == []


def test_everything_wrong_is_found_at_once():
    """Each with its place; an unknown key with the one that was meant."""
    body = {
        "nmae": "n",
        "url": "ftp://me:pw@h/?k=pw",
        "token": 5,
        "headers": {"a b": "v", "c": "v\r\nd: e"},
        "auth": {},
    }
    assert said(check_new(body)) == [
        "/name: missing; required by the documentation",
        "/url: 'ftp://***@h/?k=***' is not an http or https URL; use one such as https://example.com/hook",
        "/token: the value is not a string",
        "/headers/a b: 'a b' is not the name of a header; use letters, digits and hyphens, as in X-Api-Key",
        "/headers/c: the value holds a line break, another control character, or one beyond Latin-1",
        "/auth/username: missing; required by the documentation",
        "/auth/password: missing; required by the documentation",
        "/storyId: missing; required by the documentation",
        "/nmae: 'nmae' is not a documented key here; did you mean 'name'?",
    ]


@pytest.mark.parametrize(
    "url",
    [
        "example.com",
        "javascript:alert(1)",
        "mailto:a@b",
        "http://",
        "http:///x",
        "https://[",
        "//h",
        "file:///x",
        "HTTP:x",
        "http://h:65536/",
        "http://h:x/",
    ],
)
def test_what_is_no_http_url_is_refused(url):
    """Our reading: a webhook is called over http or https."""
    (finding,) = check_new(VALID | {"url": url})
    assert (finding.pointer, finding.code) == ("/url", "bad_url")


@pytest.mark.parametrize(
    "url", ["http://h/a b", "http://h/\n", "http://h\r\nX: y", "ht\ttp://h", "http://h/\x7f", " http://h"]
)
def test_a_url_with_a_space_or_control_character_is_refused(url):
    """A line break in it could add headers to a delivery."""
    (finding,) = check_new(VALID | {"url": url})
    assert str(finding) == "/url: the value holds a space, a line break or another control character"


@pytest.mark.parametrize(
    ("field", "form"),
    [("headers", '{"X-Api-Key": "..."}'), ("auth", '{"username": "...", "password": "..."}')],
)
def test_what_should_be_an_object_is_told_which(field, form):
    """Who wrote "me:pw" does not know what an object of auth looks like."""
    assert said(check_new(VALID | {field: "me:pw"})) == [f"/{field}: the value is not an object, such as {form}"]


def test_an_update_has_no_story():
    """The documentation's table of update lacks storyId."""
    assert said(check_update(VALID)) == ["/storyId: 'storyId' is not a documented key here"]


def test_python_names_are_not_wire_names():
    """What is sent is checked, not what a model would also take."""
    assert "/story_id: 'story_id' is not a documented key here; did you mean 'storyId'?" in said(
        check_new({"story_id": "5" * 24, "name": "n", "url": "https://h"})
    )


@pytest.mark.parametrize("body", [None, 5, "x", [], [VALID]])
def test_what_is_no_object_is_refused(body):
    """Whatever JSON was sent, the answer is a finding."""
    assert [(finding.pointer, finding.code) for finding in check_new(body)] == [("", "wrong_type")]


@pytest.mark.parametrize("value", [5, None, [], {"x": "s3cret-value"}, "s3cret-value\n", "s3cret-value" * 200])
@pytest.mark.parametrize("field", ["token", "x-a", "username", "password"])
def test_no_finding_shows_a_secret(field, value):
    """Neither its text nor any of its parts."""
    where = {
        "token": {"token": value},
        "x-a": {"headers": {"x-a": value}},
        "username": {"auth": {"username": value, "password": "p"}},
        "password": {"auth": {"username": "u", "password": value}},
    }
    assert "s3cret" not in repr(check_new(VALID | where[field]))


@pytest.mark.parametrize("field", ["name", "token", "nmae"])
def test_a_connection_that_was_read_cannot_be_changed(field):
    """Setting an attribute would change nothing in the account; the message says what does, without the value."""
    connection = Connection(id="5f", auth=Auth(username="me", password=SecretStr("pw")))
    for owner in (connection, connection.story, connection.auth):
        with pytest.raises(AttributeError) as caught:
            setattr(owner, field, "s3cret")
        said = f"{field}: this is what was read and stays so; change it with client.connections.update(id, ...)"
        assert str(caught.value) == said


def test_a_connection_hides_its_secrets():
    """In repr, str, a dump and JSON."""
    connection = Connection(
        id="5f",
        token=SecretStr("s3cret"),
        headers={"x-a": SecretStr("s3cret")},
        auth=Auth(username="me", password=SecretStr("s3cret")),
    )
    new = NewConnection(story_id="5" * 24, name="n", url="https://h", token="s3cret", headers={"x-a": "s3cret"})
    for text in (
        repr(connection),
        str(connection),
        str(connection.model_dump()),
        connection.model_dump_json(),
        repr(new),
    ):
        assert "s3cret" not in text
    assert connection.auth.password.get_secret_value() == "s3cret"


def test_half_a_surrogate_pair_is_named():
    """Text that no UTF-8 can hold cannot be sent; a secret one is not shown."""
    assert said(check_new(VALID | {"name": "a\ud800", "token": "s3cret\ud800"})) == [
        "/name: 'a\ufffd' holds half a surrogate pair; no UTF-8 can hold it",
        "/token: the value holds half a surrogate pair; no UTF-8 can hold it",
    ]


def test_a_header_value_beyond_latin_1_is_refused():
    """No delivery could send it."""
    assert said(check_new(VALID | {"headers": {"x-price": "5 €"}})) == [
        "/headers/x-price: the value holds a line break, another control character, or one beyond Latin-1"
    ]
    assert check_new(VALID | {"headers": {"x-name": "Müller\tGmbH"}}) == []


def test_the_repr_of_a_connection_masks_what_its_url_holds():
    """The attribute has it whole."""
    connection = Connection(id="5f52", url="https://me:s3cret@example.com/?key=s3cret")
    assert connection.url == "https://me:s3cret@example.com/?key=s3cret"
    assert "url='https://***@example.com/?key=***'" in repr(connection)
    assert "s3cret" not in repr(connection) + str(connection)
    assert "url=None" in repr(Connection(id="5f52"))
