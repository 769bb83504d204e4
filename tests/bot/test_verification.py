"""Verification requests to a real backend on loopback, each common mistake with its own diagnosis."""

from __future__ import annotations

import gzip
import json
import re
from datetime import UTC, datetime
from urllib.parse import parse_qs

import pytest

from chatbot_nb.bot.verification import verify
from chatbot_nb.transport.inbound.http import Response

TOKEN = "s3cret & token"
ANSWER_SO = "answer 200 with the value of the query parameter challenge as the whole body"


def echo(wrap=lambda challenge: challenge, **options):
    """Answer with what `wrap` makes of the challenge."""

    def answer(request):
        body = wrap(parse_qs(request.query)["challenge"][0])
        return Response(body=body if isinstance(body, bytes) else body.encode(), **options)

    return answer


def test_request_as_chatbot_sends_it(backend):
    """GET to the connection's URL with a challenge of 64 characters and the token, fresh each time."""
    backend.answer = echo()
    for _ in range(2):
        assert verify(f"{backend.url}?a=1", token=TOKEN).ok
    first, second = (backend.query(index) for index in (0, 1))
    assert list(first) == ["a", "challenge", "token"]
    assert (first["a"], first["token"]) == (["1"], [TOKEN])
    assert re.fullmatch(r"[A-Za-z0-9_-]{64}", first["challenge"][0])
    assert first["challenge"] != second["challenge"]
    assert (backend.requests[0].method, backend.requests[0].body) == ("GET", b"")


def test_without_token_none_is_sent(backend):
    """A connection without a token has no such parameter."""
    backend.answer = echo()
    assert verify(backend.url).ok
    assert list(backend.query()) == ["challenge"]


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({}, id="no-content-type"),
        pytest.param({"headers": (("Content-Type", "text/html"),)}, id="html"),
        pytest.param({"headers": (("Content-Type", "application/json"),)}, id="json"),
        pytest.param({"status": 202}, id="202"),
    ],
)
def test_bare_challenge_passes(backend, options):
    """Any status of 2xx; the content type does not matter."""
    backend.answer = echo(**options)
    verification = verify(backend.url)
    assert (verification.ok, verification.error, verification.findings) == (True, None, ())
    assert repr(verification) == f"Verification(ok, {verification.status})"


def test_compressed_challenge_passes(backend):
    """It is the decoded body that counts."""
    backend.answer = echo(lambda it: gzip.compress(it.encode()), headers=(("Content-Encoding", "gzip"),))
    assert verify(backend.url).ok


@pytest.mark.parametrize(
    ("wrap", "code", "message"),
    [
        pytest.param(
            json.dumps,
            "challenge_quoted",
            "the challenge is in JSON quotes; it may pass, but send it without them",
            id="quoted",
        ),
        pytest.param(
            lambda it: b"\xef\xbb\xbf" + it.encode(),
            "challenge_bom",
            "a byte order mark stands before the challenge; save the source without it",
            id="bom",
        ),
    ],
)
def test_passes_by_luck(backend, wrap, code, message):
    """It passes with a warning."""
    backend.answer = echo(wrap)
    verification = verify(backend.url)
    assert (verification.ok, verification.error) == (True, None)
    assert [(each.code, each.severity, each.message) for each in verification.findings] == [(code, "warning", message)]
    assert repr(verification) == "Verification(ok, 200, 1 warning)"


@pytest.mark.parametrize(
    ("wrap", "code", "message"),
    [
        pytest.param(
            lambda it: json.dumps({"challenge": it}),
            "challenge_in_json",
            "the challenge is wrapped in JSON; send its characters alone, without keys",
            id="object",
        ),
        pytest.param(
            lambda it: json.dumps([it]),
            "challenge_in_json",
            "the challenge is wrapped in JSON; send its characters alone, without keys",
            id="array",
        ),
        pytest.param(
            lambda it: it + "\n",
            "challenge_whitespace",
            "white space stands around the challenge; send it without a line break",
            id="line-break",
        ),
        pytest.param(
            lambda it: f"challenge={it}",
            "challenge_in_text",
            "other text stands around the challenge; send its characters alone",
            id="text",
        ),
        pytest.param(
            lambda _: TOKEN,
            "token_echoed",
            f"the body is the token, which is to be compared only; {ANSWER_SO}",
            id="token",
        ),
        pytest.param(
            lambda _: json.dumps(TOKEN),
            "token_echoed",
            f"the body is the token, which is to be compared only; {ANSWER_SO}",
            id="token-quoted",
        ),
        pytest.param(
            lambda _: "\n<!DOCTYPE html><p>hi",
            "html_body",
            "the body is an HTML page, perhaps a login, a tunnel's warning or a web site's start page; check the URL, "
            f"and {ANSWER_SO}",
            id="html",
        ),
        pytest.param(
            lambda it: f"<html><p>{it}",
            "html_body",
            "the body is an HTML page, perhaps a login, a tunnel's warning or a web site's start page; check the URL, "
            f"and {ANSWER_SO}",
            id="html-with-challenge",
        ),
        pytest.param(lambda _: b"", "empty", f"the body is empty; {ANSWER_SO}", id="empty"),
        pytest.param(
            lambda _: b'{"responses": []}',
            "json_body",
            f"the body is JSON without the challenge, as if for a POST; for a GET {ANSWER_SO}",
            id="reply",
        ),
        pytest.param(
            lambda it: it[:-1], "other_body", f"the body (63 bytes) does not hold the challenge; {ANSWER_SO}", id="cut"
        ),
        pytest.param(
            lambda _: b"[" * 100_000,
            "other_body",
            f"the body (100000 bytes) does not hold the challenge; {ANSWER_SO}",
            id="deep",
        ),
        pytest.param(
            lambda _: b"\xff\xfe",
            "other_body",
            f"the body (2 bytes) does not hold the challenge; {ANSWER_SO}",
            id="bytes",
        ),
    ],
)
def test_wrong_body(backend, wrap, code, message):
    """Each mistake has one diagnosis with the next step, and fails in words of ours."""
    backend.answer = echo(wrap)
    verification = verify(backend.url, token=TOKEN)
    assert (verification.ok, verification.error) == (False, "The answer is not the challenge")
    assert [(each.code, each.severity, each.message) for each in verification.findings] == [(code, "error", message)]
    assert repr(verification) == f"Verification(failed, 200, {code})"


NO_ROUTE = (
    "verification is a GET to the very URL that the POSTs go to. Add a GET route at this path (not at another one than "
    f"POST's): {ANSWER_SO}"
)
TOKEN_ADVICE = (
    "the token was sent as the query parameter ?token=. Check that the backend looks there, not in a header, in the "
    "body or in ?auth=, and that it expects the same token as the connection holds"
)


@pytest.mark.parametrize(
    ("status", "code", "message"),
    [
        (404, "no_get_route", f"a GET is answered 404: {NO_ROUTE}"),
        (405, "no_get_route", f"a GET is answered 405: {NO_ROUTE}"),
        (501, "no_get_route", f"a GET is answered 501: {NO_ROUTE}"),
        (401, "token_refused", f"a GET is answered 401: {TOKEN_ADVICE}"),
        (403, "token_refused", f"a GET is answered 403: {TOKEN_ADVICE}"),
        (302, "redirect", "a GET is redirected (302) and not followed: use the final address (/login?next=***)"),
        (
            400,
            "status",
            f"a GET is answered 400: the backend may expect a body, which a GET does not have; {ANSWER_SO}",
        ),
        (
            500,
            "status",
            "a GET is answered 500: look for a crash in the backend's log; a GET has no JSON body to read",
        ),
    ],
)
def test_wrong_status(backend, status, code, message):
    """Even with the right body a status outside 2xx fails, in axios's words."""
    backend.answer = echo(status=status, headers=(("Location", "/login?next=/hook"),))
    verification = verify(backend.url, token=TOKEN)
    assert (verification.ok, verification.status) == (False, status)
    assert verification.error == f"Request failed with status code {status}"
    assert [(each.code, each.severity, each.message) for each in verification.findings] == [(code, "error", message)]


def test_token_asked_for_but_none_is_set(backend):
    """The advice is another one where the connection has no token."""
    backend.answer = Response(401)
    assert verify(backend.url).findings[0].message == (
        "a GET is answered 401: the backend asks for a token and none was sent: give the connection the one that the "
        "backend expects"
    )


def test_redirect_that_repeats_the_challenge_is_not_shown(backend):
    """A challenge in the path of a redirect stays hidden."""
    backend.answer = lambda request: Response(302, (("Location", f"/x/{parse_qs(request.query)['challenge'][0]}"),))
    message = verify(backend.url).findings[0].message
    assert message == "a GET is redirected (302) and not followed: use the final address"


def test_body_that_cannot_be_decoded(backend):
    """A compressed answer in an unknown encoding fails, and the reason is given."""
    backend.answer = echo(headers=(("Content-Encoding", "br"),))
    (finding,) = verify(backend.url).findings
    assert (finding.code, finding.severity) == ("content_encoding", "error")


def test_slow_backend(backend):
    """A timeout, in axios's words."""
    backend.answer = "silence"
    verification = verify(backend.url, timeout=0.2)
    assert (verification.status, verification.error) == (None, "timeout of 200ms exceeded")
    assert [finding.code for finding in verification.findings] == ["etimedout"]


def test_no_backend(unlistened_url):
    """Unreachable, with the next step."""
    verification = verify(unlistened_url, token=TOKEN)
    assert (verification.ok, verification.error) == (
        False,
        "connect ECONNREFUSED " + unlistened_url.removeprefix("http://").removesuffix("/hook"),
    )
    assert verification.findings[0].message.endswith("Nothing listens there: start the backend, or correct the port.")
    assert repr(verification) == "Verification(failed, no answer, econnrefused)"


@pytest.mark.parametrize(
    "wrap",
    [
        pytest.param(lambda it: json.dumps({"challenge": it, "token": TOKEN}), id="json"),
        pytest.param(lambda it: f"{it} {TOKEN}", id="text"),
        pytest.param(lambda _: TOKEN, id="token"),
        pytest.param(lambda it: it, id="passed"),
    ],
)
def test_neither_token_nor_challenge_is_shown(backend, wrap):
    """Not even where the backend repeats them."""
    backend.answer = echo(wrap)
    verification = verify(backend.url.replace("//", "//me:s3cret@"), token=TOKEN)
    shown = repr(verification) + verification._repr_html_() + repr(verification.findings) + verification.url
    assert "s3cret" not in shown
    assert backend.query()["challenge"][0] not in shown


def test_private_address_is_not_asked(backend):
    """With public_only a backend on loopback is not connected to; the finding says so."""
    verification = verify(backend.url, token=TOKEN, public_only=True)
    address = backend.url.removeprefix("http://").removesuffix("/hook")
    assert (verification.error, backend.requests) == (f"connect EPRIVATE {address}", [])
    assert [(each.code, each.severity) for each in verification.findings] == [("eprivate", "error")]
    assert repr(verification) == "Verification(failed, no answer, eprivate)"
    assert TOKEN not in repr(verification.findings)


def test_end_of_the_certificate(backend, tls_url):
    """Told where there is one; it is no part of the repr, which holds no time."""
    verification = verify(tls_url)
    assert (verification.ok, verification.certificate_until) == (True, datetime(2120, 1, 1, tzinfo=UTC))
    assert repr(verification) == "Verification(ok, 200)"
    backend.answer = echo()
    assert verify(backend.url).certificate_until is None


def test_html_shows_verdict_and_finding(backend):
    """Static, and escaped."""
    backend.answer = Response(404)
    html = verify(f"{backend.url}/<script>")._repr_html_()
    assert "<strong>Verification(failed, 404, no_get_route)</strong>" in html
    assert "/hook/&lt;script&gt;?challenge=***" in html
    assert "error: <code>Request failed with status code 404</code>" in html
    assert "✗</strong> error</td>" in html
    assert ">a GET is answered 404: verification is a GET to the very URL" in html
    assert "POST&#x27;s" in html
