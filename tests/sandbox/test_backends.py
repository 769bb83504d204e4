"""The sample backends do what their names say, judged by the same checks as any backend."""

from __future__ import annotations

import json

import pytest

from chatbot_nb.bot.delivery import deliver
from chatbot_nb.bot.new_request import new_request
from chatbot_nb.bot.verification import verify
from chatbot_nb.payloads.check import check
from chatbot_nb.sandbox.backends import BACKENDS
from chatbot_nb.transport.outbound.fetch import fetch


def _request(**fields):
    return new_request(webhook_id="5f5220d1ce93050007ba7402", webhook_name="Orders", **fields)


def _deliver(sandbox, name, **fields):
    return deliver(sandbox.backends[name], _request(**fields), timeout=fields.pop("timeout", 5))


def test_urls_are_named(sandbox):
    """One for each, on the sandbox's own server."""
    assert list(sandbox.backends) == ["hello", "mistakes", "version1", "down", "silent", "slow"]
    root = sandbox.base_url.removesuffix("/v2")
    assert all(url == f"{root}/backends/{name}" for name, url in sandbox.backends.items())


def test_hello_greets_and_sets_an_attribute(sandbox):
    """A valid reply without any finding."""
    delivery = _deliver(sandbox, "hello", user_attributes={"default_name": "Ann"})
    assert (delivery.ok, delivery.report.findings) == (True, ())
    assert json.loads(delivery.body) == {
        "responses": [{"type": "text", "message": "Hello Ann, how can I help?"}],
        "attributes": {"greeted": "yes"},
    }


@pytest.mark.parametrize("name", [None, "", "x" * 2000, "<b>"], ids=["null", "empty", "long", "markup"])
def test_hello_stays_valid_whatever_the_name(sandbox, name):
    """Limits of its own reply are kept."""
    assert _deliver(sandbox, "hello", user_attributes={"default_name": name}).ok


def test_hello_stays_valid_for_half_a_surrogate_pair(sandbox):
    """JSON can spell what no UTF-8 can hold; the reply is text all the same."""
    body = b'{"userAttributes": {"default_name": "\\ud800"}}'
    assert check(fetch("POST", sandbox.backends["hello"], body=body).body).findings == ()


@pytest.mark.parametrize("body", [b"", b"[", b"[" * 100_000, b"[]", b'{"userAttributes": 5}', b"\xff"])
def test_hello_survives_any_body(sandbox, body):
    """It greets all the same."""
    got = fetch("POST", sandbox.backends["hello"], body=body)
    assert (got.status, json.loads(got.body)["responses"][0]["message"]) == (200, "Hello there, how can I help?")


def test_mistakes_answers_200_and_breaks_limits(sandbox):
    """The delivery has no error, but the reply is not ok: exactly what ChatBot would not tell."""
    delivery = _deliver(sandbox, "mistakes")
    assert (delivery.status, delivery.error, delivery.ok) == (200, None, False)
    errors = {finding.pointer for finding in delivery.report.findings if finding.severity == "error"}
    assert errors >= {"/responses/0/type", "/responses/1/buttons/0/title", "/responses/2/message", "/responses/2/delay"}
    assert any("27 characters, at most 20" in finding.message for finding in delivery.report.findings)


def test_version1_is_recognised(sandbox):
    """The check says that it is of version 1, and what it should be."""
    delivery = _deliver(sandbox, "version1")
    assert not delivery.ok
    assert any("version 1" in finding.message for finding in delivery.report.findings)
    assert delivery.report.fixed == {
        "responses": [{"type": "text", "message": "Your order is on its way."}],
        "attributes": {"order_status": "shipped"},
    }


def test_down_fails(sandbox):
    """Status 500 with an HTML page, for the verification too."""
    delivery = _deliver(sandbox, "down")
    assert (delivery.error, delivery.ok) == ("Request failed with status code 500", False)
    assert delivery.body.startswith(b"<!doctype html>")
    assert verify(sandbox.backends["down"]).error == "Request failed with status code 500"


def test_silent_says_nothing(sandbox):
    """An empty 200 is accepted, and reported as information."""
    delivery = _deliver(sandbox, "silent")
    assert (delivery.ok, delivery.body) == (True, b"")
    assert [finding.severity for finding in delivery.report.findings] == ["info"]


def test_slow_misses_the_time_limit(sandbox):
    """Waiting for it holds up nobody: the sandbox answers others meanwhile."""
    delivery = deliver(sandbox.backends["slow"], _request(), timeout=0.1)
    assert delivery.error == "timeout of 100ms exceeded"
    assert _deliver(sandbox, "hello").ok


@pytest.mark.parametrize("name", sorted(set(BACKENDS) - {"down"}))
def test_verification_passes(sandbox, name):
    """The challenge comes back bare, whatever the token."""
    verification = verify(sandbox.backends[name], token="any")
    assert (verification.ok, verification.findings) == (True, ())


def test_challenge_is_text_and_never_markup(sandbox):
    """A browser that is led there shows it as text."""
    got = fetch("GET", sandbox.backends["hello"] + "?challenge=%3Cscript%3E")
    headers = dict(got.headers)
    assert got.body == b"<script>"
    assert headers[b"content-type"] == b"text/plain; charset=utf-8"
    assert headers[b"x-content-type-options"] == b"nosniff"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        pytest.param("GET", "hello", 400, id="no challenge"),
        pytest.param("PUT", "hello", 405, id="other method"),
        pytest.param("POST", "nope", 404, id="unknown"),
        pytest.param("POST", "hello/x", 404, id="below one"),
    ],
)
def test_other_requests_are_refused(sandbox, method, path, status):
    """Only what ChatBot sends is answered."""
    root = sandbox.backends["hello"].removesuffix("hello")
    assert fetch(method, root + path).status == status
