"""What the session says of answers that are no success."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot_nb import errors
from chatbot_nb.transport.api.refusals import api_error, not_json, reason

URL = "http://h/v2/integrations/webhook/5f52"


@pytest.mark.parametrize(
    ("status", "kind", "advice"),
    [
        pytest.param(400, errors.ApiError, "", id="400"),
        pytest.param(
            401,
            errors.AuthenticationError,
            ". Check CHATBOT_ACCESS_TOKEN, or the access_token that was passed: it must be a developer access token.",
            id="401",
        ),
        pytest.param(
            403,
            errors.AuthenticationError,
            ". Check CHATBOT_ACCESS_TOKEN, or the access_token that was passed: it may not do this.",
            id="403",
        ),
        pytest.param(
            404,
            errors.NotFoundError,
            ". Check the id (client.connections.all() lists those that this token can see) and base_url",
            id="404",
        ),
        pytest.param(
            429, errors.RateLimitError, ". Wait, then call again; fewer calls at once help.", id="429"
        ),
        pytest.param(500, errors.ServerError, "", id="500"),
        pytest.param(599, errors.ServerError, "", id="599"),
    ],
)  # fmt: skip
def test_each_status_has_its_exception_and_its_advice(status, kind, advice):
    """What to do next stands where it is known."""
    error = api_error("GET", URL, status, b"")
    assert type(error) is kind
    assert str(error) == f"GET {URL} answered {status}{advice}"
    assert (error.method, error.url, error.status, error.body) == ("GET", URL, status, "")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        pytest.param({"status": {"code": 400, "message": "no", "details": ["a", "b"]}}, "no; a; b", id="documented"),
        pytest.param({"message": "no"}, "no", id="message"),
        pytest.param({"error": "no", "message": "no"}, "no", id="said twice"),
        pytest.param({"error": {"message": "no"}}, "no", id="nested error"),
        pytest.param({"errors": [{"detail": "a"}, {"detail": "b"}]}, "a; b", id="list of errors"),
        pytest.param("no", "no", id="string"),
        pytest.param({"code": 5}, '{"code": 5}', id="nothing known"),
        pytest.param({}, "", id="empty object"),
    ],
)
def test_the_reason_is_found_in_json_of_any_shape(body, said):
    """Status, message, details, error: wherever it stands."""
    assert reason(json.dumps(body).encode()) == said


@pytest.mark.parametrize(
    ("body", "said"),
    [
        pytest.param(b"", "", id="empty"),
        pytest.param(b"  no \r\n way ", "no way", id="text"),
        pytest.param(b"<html><head><title>502 Bad\n Gateway</title>", "502 Bad Gateway", id="title"),
        pytest.param(b"<p>a &lt;b&gt;<script>x()</script><br>c", "a <b> c", id="HTML without a title"),
        pytest.param(b"caf\xe9", "caf\ufffd", id="not UTF-8"),
        pytest.param(b"\x1b[31mred\x00", "[31mred", id="control characters"),
        pytest.param(b"\xef\xbb\xbf{}", "", id="byte order mark"),
    ],
)
def test_the_reason_of_what_is_not_json(body, said):
    """HTML, text, nothing and bytes become one line."""
    assert reason(body) == said


@given(st.binary() | st.text().map(str.encode) | st.from_regex(rb"<[a-z<>/ ]*", fullmatch=True))
def test_any_body_gives_a_line(body):
    """It never raises."""
    assert "\n" not in reason(body)


def test_a_long_reason_is_cut():
    """200 characters in the message, 1,000 in ``body``."""
    error = api_error("GET", URL, 400, b"x" * 100_000)
    assert str(error) == f"GET {URL} answered 400: {'x' * 199}…"
    assert error.body == "x" * 999 + "…"


@pytest.mark.parametrize("body", [b"<" * 60_000, b"<title" * 10_000, b"<script" * 9_000, b"[" * 60_000, b"&#" * 30_000])
def test_a_hostile_body_takes_no_time(body):
    """Nothing in it makes the search for a reason quadratic; the suite's timeout would tell."""
    assert len(str(api_error("GET", URL, 400, body))) < 400


def test_secrets_in_the_body_are_masked():
    """Also as JSON escapes them; the longer of two that overlap."""
    body = json.dumps({"message": 'got "sécret" and sécret-2'}).encode()
    assert reason(body, ["sécret", "sécret-2"]) == 'got "***" and ***'


@pytest.mark.parametrize(
    ("body", "said"),
    [
        pytest.param(b"", "with nothing, where JSON was expected. Check base_url", id="nothing"),
        pytest.param(b"hello", "with something that is not JSON: hello", id="text"),
        pytest.param(
            b"\n<html><title>Hi</title>",
            "with an HTML page, not JSON: a proxy or a login page? It says: Hi",
            id="page",
        ),
    ],
)
def test_success_that_is_not_json_is_named(body, said):
    """The status alone does not make an answer of the API."""
    error = not_json("GET", URL, 200, body)
    assert type(error) is errors.ApiError
    assert str(error) == f"GET {URL} answered 200 {said}"
