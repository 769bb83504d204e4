"""Deliveries to a real backend on loopback."""

from __future__ import annotations

import base64
import dataclasses
import gzip
import uuid
from html.parser import HTMLParser

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatbot_nb.bot.delivery import Delivery, deliver
from chatbot_nb.bot.verification import verify
from chatbot_nb.errors import TransportError
from chatbot_nb.transport.inbound.http import Response

REPLY = {"responses": [{"type": "text", "message": "hello"}]}


def codes(delivery):
    return [(finding.code, finding.severity) for finding in delivery.report.findings]


# What is sent


def test_request_as_chatbot_sends_it(backend, request_to_send):
    """POST to the connection's URL with JSON, an id of its own, and a name that is honestly ours."""
    delivery = deliver(backend.url, request_to_send)
    (request,) = backend.requests
    assert (request.method, request.path, request.query) == ("POST", "/hook", "")
    assert request.body == request_to_send.to_json() == delivery.request.to_json()
    assert request.header("Content-Type") == "application/json"
    assert request.header("X-Request-Id") == delivery.request_id == str(uuid.UUID(delivery.request_id, version=4))
    assert request.header("User-Agent") == "chatbot-nb"
    assert request.header("Authorization") is None


def test_each_delivery_has_its_own_request_id(backend, request_to_send):
    """Two deliveries of one request can be told apart."""
    assert len({deliver(backend.url, request_to_send).request_id for _ in range(2)}) == 2


def test_token_is_a_query_parameter_and_no_header(backend, request_to_send):
    """The token follows what the URL's query has; it is in no header."""
    deliver(f"{backend.url}?a=1#part", request_to_send, token="tok en&x")
    (request,) = backend.requests
    assert request.query == "a=1&token=tok%20en%26x"
    assert b"tok" not in b"".join(value for _, value in request.headers)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(token=st.text(max_size=100))
def test_any_token_arrives(backend, request_to_send, token):
    """Whatever a token holds, a backend that decodes the query reads the same."""
    assert deliver(backend.url, request_to_send, token=token).error is None
    assert backend.query() == {"token": [token]}


def test_auth_is_http_basic(backend, request_to_send):
    """Username and password in UTF-8; a colon in the password stays."""
    deliver(backend.url, request_to_send, auth=("mü", "p:w"))
    kind, _, value = backend.requests[0].header("Authorization").partition(" ")
    assert (kind, base64.b64decode(value).decode()) == ("Basic", "mü:p:w")


def test_custom_headers_arrive_and_replace_ours(backend, request_to_send):
    """A custom header of the same name, in any case, is sent in place of ours."""
    custom = {"X-Key": "v", "content-type": "text/x", "USER-AGENT": "me"}
    delivery = deliver(backend.url, request_to_send, headers=custom)
    names = [name.lower() for name, _ in backend.requests[0].headers]
    assert len(names) == len(set(names))
    assert {name: backend.requests[0].header(name) for name in custom} == custom
    assert codes(delivery) == [("empty", "info")]


@pytest.mark.parametrize("name", ["Host", "content-length", "Transfer-Encoding", "Connection", "x-request-id"])
def test_custom_header_that_would_break_the_request(backend, request_to_send, name):
    """It is left out, and a warning names it; the delivery goes through."""
    delivery = deliver(backend.url, request_to_send, headers={name: "s3cret"})
    assert (delivery.ok, backend.requests[0].header(name) == "s3cret") == (True, False)
    assert delivery.report.findings[0].severity == "warning"
    assert delivery.report.findings[0].message == (
        f"the custom header {name} was not sent: each request has its own; remove it from the connection"
    )


def test_auth_replaces_a_custom_authorization(backend, request_to_send):
    """As in axios; the warning says so."""
    delivery = deliver(backend.url, request_to_send, headers={"authorization": "s3cret"}, auth=("u", "p"))
    assert backend.requests[0].header("Authorization") == "Basic dTpw"
    assert delivery.report.findings[0].message == (
        "the custom header authorization was not sent: auth sets it; remove one of the two"
    )


def test_custom_authorization_alone_is_sent(backend, request_to_send):
    """It also replaces what the URL holds."""
    url = backend.url.replace("//", "//u:p@")
    deliver(url, request_to_send, headers={"Authorization": "Bearer x"})
    assert backend.requests[0].header("Authorization") == "Bearer x"


# What comes back


def test_good_reply(backend, request_to_send):
    """Delivered and valid: nothing to say."""
    backend.answer = Response.json(REPLY)
    delivery = deliver(backend.url, request_to_send)
    assert (delivery.ok, delivery.status, delivery.error, delivery.code) == (True, 200, None, None)
    assert (delivery.report.findings, delivery.body) == ((), backend.answer.body)
    assert dict(delivery.headers)[b"content-type"] == b"application/json"
    assert 0 < delivery.seconds < 10
    assert repr(delivery) == "Delivery(ok, 200)"


def test_invalid_reply(backend, request_to_send):
    """It was delivered, so there is no error; the report says what is wrong with the body."""
    backend.answer = Response.json({"responses": [{"type": "text"}]})
    delivery = deliver(backend.url, request_to_send)
    assert (delivery.ok, delivery.error) == (False, None)
    assert [finding.pointer for finding in delivery.report.findings] == ["/responses/0/message"]
    assert repr(delivery) == "Delivery(failed, 200, 1 error)"


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(Response(200), id="200"),
        pytest.param(Response(204), id="204"),
        pytest.param(Response(200, body=b"\r\n"), id="line-break"),
        pytest.param(Response(200, (("Content-Encoding", "gzip"),), gzip.compress(b"")), id="gzip"),
    ],
)
def test_empty_body_is_a_success_with_nothing_to_say(backend, request_to_send, answer):
    """Official templates answer so; it is worth knowing, no more."""
    backend.answer = answer
    delivery = deliver(backend.url, request_to_send)
    assert (delivery.ok, codes(delivery)) == (True, [("empty", "info")])
    assert repr(delivery) == f"Delivery(ok, {answer.status})"


@pytest.mark.parametrize("status", [300, 302, 308, 400, 401, 404, 405, 429, 500, 503])
def test_every_status_outside_2xx_is_a_failure(backend, request_to_send, status):
    """In axios's words; sent once, and a redirect is not followed."""
    backend.answer = Response(status, (("Location", "/elsewhere"),), b"<html>")
    delivery = deliver(backend.url, request_to_send)
    assert (delivery.ok, delivery.status, delivery.code) == (False, status, None)
    assert delivery.error == f"Request failed with status code {status}"
    assert codes(delivery) == [("status", "error")]
    assert len(backend.requests) == 1
    assert repr(delivery) == f"Delivery(failed, {status})"


@pytest.mark.parametrize(
    ("status", "next_step"),
    [
        (302, "redirects are not followed: use the final address (http://h/x?token=***)"),
        (404, "check that the backend has a POST route at this path"),
        (403, "check that the backend reads ?token= and that its token, headers and auth are the connection's"),
        (418, "see in the backend's log why it refuses the request"),
        (500, "answer 200 also when something failed, and say so in a text response"),
    ],
)
def test_next_step_after_a_status(backend, request_to_send, status, next_step):
    """The finding says what became of the answer and what to do."""
    backend.answer = Response(status, (("Location", "http://h/x?token=s3cret"),))
    (finding,) = deliver(backend.url, request_to_send, token="s3cret").report.findings
    assert finding.message == f"the status {status} is outside 2xx, so the answer was dropped; {next_step}"
    assert (finding.limit, finding.actual) == ("200 to 299", status)


def test_redirect_that_repeats_the_token_is_not_shown(backend, request_to_send):
    """A token that a backend puts in a path of its own stays hidden."""
    backend.answer = Response(302, (("Location", "/login/s3%63ret"),))
    message = deliver(backend.url, request_to_send, token="s3cret").report.findings[0].message
    assert message.endswith("redirects are not followed: use the final address")


def test_valid_body_that_nobody_saw(backend, request_to_send):
    """A valid body with status 500 fails, and the verdict says that it was the status that lost it."""
    backend.answer = Response.json(REPLY, status=500)
    delivery = deliver(backend.url, request_to_send)
    assert (delivery.ok, delivery.error) == (False, "Request failed with status code 500")
    assert str(delivery.report.findings[0]) == (
        "the body is valid, but the status 500 made it unseen; "
        "answer 200 also when something failed, and say so in a text response"
    )


@pytest.mark.parametrize("body", [b"", b"{}", b'{"error": "x"}', b"[1]"])
def test_body_of_a_failure_that_is_no_reply(backend, request_to_send, body):
    """What says nothing to the bot is not called valid."""
    backend.answer = Response(500, body=body)
    assert codes(deliver(backend.url, request_to_send)) == [("status", "error")]


def test_compressed_reply_is_judged_decoded_and_kept_as_received(backend, request_to_send):
    """The evidence stays as it came."""
    packed = gzip.compress(Response.json(REPLY).body)
    backend.answer = Response(200, (("Content-Encoding", "gzip"),), packed)
    delivery = deliver(backend.url, request_to_send)
    assert (delivery.ok, delivery.report.findings, delivery.body) == (True, (), packed)


@pytest.mark.parametrize(
    ("encoding", "body", "message"),
    [
        pytest.param("gzip", gzip.compress(bytes(11 << 20)), "the body is over 10485760 bytes when decoded", id="bomb"),
        pytest.param("br", b"x", "Content-Encoding 'br' cannot be decoded here, only gzip and deflate", id="br"),
    ],
)
def test_compressed_reply_that_cannot_be_read(backend, request_to_send, encoding, body, message):
    """A finding says why; a bomb does not fill the memory."""
    backend.answer = Response(200, (("Content-Encoding", encoding),), body)
    (finding,) = deliver(backend.url, request_to_send).report.findings
    assert (finding.code, finding.message) == ("content_encoding", f"{message}; answer without compression")


# Where nothing comes back


def test_no_backend(unlistened_url, request_to_send):
    """The error is axios's, the finding says what to do next."""
    port = unlistened_url.split(":")[2].removesuffix("/hook")
    delivery = deliver(unlistened_url, request_to_send, token="s3cret")
    assert (delivery.ok, delivery.status, delivery.code) == (False, None, "ECONNREFUSED")
    assert delivery.error == f"connect ECONNREFUSED 127.0.0.1:{port}"
    (finding,) = delivery.report.findings
    assert finding.code == "econnrefused"
    assert finding.message == (
        f"POST {unlistened_url}?token=***: connect ECONNREFUSED 127.0.0.1:{port}. "
        "Nothing listens there: start the backend, or correct the port."
    )
    assert repr(delivery) == "Delivery(failed, no answer: ECONNREFUSED)"


def test_slow_backend(backend, request_to_send):
    """An answer over the limit is a timeout in axios's words."""
    backend.answer = "silence"
    delivery = deliver(backend.url, request_to_send, timeout=0.2)
    assert (delivery.error, delivery.code) == ("timeout of 200ms exceeded", "ETIMEDOUT")
    assert 0.2 <= delivery.seconds < 5
    assert len(backend.requests) == 1


@pytest.mark.parametrize(
    ("url", "headers", "error"),
    [
        pytest.param("http://backend.invalid/", None, "getaddrinfo ENOTFOUND backend.invalid", id="host"),
        pytest.param("not a URL", None, "Invalid URL", id="url"),
        pytest.param("http://h/", {"X": "a\nb"}, 'Invalid character in header content ["X"]', id="value"),
        pytest.param("http://h/", {"a b": ""}, 'Header name must be a valid HTTP token ["a b"]', id="name"),
    ],
)
def test_what_cannot_be_sent_does_not_raise(request_to_send, url, headers, error):
    """A connection that was set up wrongly fails like any other."""
    delivery = deliver(url, request_to_send, headers=headers)
    assert (delivery.ok, delivery.status, delivery.error) == (False, None, error)


def test_hang_up(backend, request_to_send):
    """A backend that closes without an answer is not asked again."""
    backend.answer = None
    assert deliver(backend.url, request_to_send).error == "socket hang up"
    assert len(backend.requests) == 1


def test_the_time_limit_is_the_platforms(monkeypatch, request_to_send):
    """Ten seconds, unless another is set, for deliveries and for verifications."""
    given = []

    def fetch(*_args, timeout, **_kwargs):
        given.append(timeout)
        raise TransportError("no network in this test", method="", url="")

    monkeypatch.setattr("chatbot_nb.bot.call.fetch", fetch)
    deliver("http://h/", request_to_send)
    verify("http://h/")
    deliver("http://h/", request_to_send, timeout=3)
    verify("http://h/", timeout=4)
    assert given == [10.0, 10.0, 3, 4]


# How it is shown


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags = set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        assert not any(name.startswith("on") for name, _ in attrs)


def html_of(shown):
    parser = Tags()
    parser.feed(shown._repr_html_())
    return parser.tags, shown._repr_html_()


def test_html_is_static_and_escaped(backend, request_to_send):
    """Text from outside is never markup, and nothing in the view is active."""
    evil = "<img src=x onerror=alert(1)><script>alert(1)</script>"
    backend.answer = Response.json({"responses": [{"type": evil, evil: 1}]})
    tags, html = html_of(deliver(f"{backend.url}/{evil}", request_to_send))
    assert tags.isdisjoint({"script", "img", "a", "iframe", "link", "style"})
    assert "&lt;img" in html
    assert "Delivery(failed, 200, " in html


def test_html_offers_the_corrected_payload(backend, request_to_send):
    """The report is shown whole."""
    backend.answer = Response.json({"messages": ["hello"]})
    delivery = deliver(backend.url, request_to_send)
    assert delivery.report.fixed == REPLY
    assert delivery.report._repr_html_() in delivery._repr_html_()


@pytest.mark.parametrize("case", ["refused", "status", "hang-up", "bad-header", "good"])
def test_no_secret_is_shown(backend, unlistened_url, request_to_send, case):
    """Token, header values and credentials are in no text of a delivery."""
    backend.answer = {"status": Response(500), "hang-up": None}.get(case, Response.json(REPLY))
    url = (unlistened_url if case == "refused" else backend.url).replace("//", "//s3cret-u:s3cret-p@")
    headers = {"X-Key": "s3cret-h" + ("\n" if case == "bad-header" else "")}
    delivery = deliver(url, request_to_send, token="s3cret-t", headers=headers, auth=("s3cret-a", "s3cret-b"))
    shown = [repr(delivery), delivery._repr_html_(), delivery.url, str(delivery.error), repr(delivery.report)]
    assert "s3cret" not in "".join(shown)
    assert "s3cret" not in "".join(repr(getattr(delivery, field.name)) for field in dataclasses.fields(Delivery))
    assert base64.b64encode(b"s3cre").decode().rstrip("=")[:-1] not in "".join(shown)


def test_only_a_bad_timeout_raises(request_to_send):
    """It is the caller's mistake, not a backend's."""
    with pytest.raises(ValueError, match=r"^timeout: 0 is not a number of seconds above 0 and at most 86,400"):
        deliver("http://backend.invalid/", request_to_send, timeout=0)
