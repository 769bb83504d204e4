"""The shell script that sends a webhook request."""

from __future__ import annotations

import json
import subprocess
from urllib.parse import parse_qs

import pytest

from chatbot_nb.payloads.check import check
from chatbot_nb.payloads.exports import curl
from chatbot_nb.payloads.exports.export import export
from chatbot_nb.payloads.request import WebhookRequest
from chatbot_nb.transport.inbound.http import Response
from chatbot_nb.transport.inbound.server import Server


@pytest.fixture
def received():
    """Return a list of the requests that a server received, and its URL."""
    requests = []

    async def handle(request):
        requests.append(request)
        return Response(200, [("Content-Type", "application/json")], b'{"attributes":{"a":"b"}}')

    with Server(handle) as server:
        yield requests, server.url_for("/webhook?kept=1")
        server.check()


def run(script, **environment):
    return subprocess.run(
        ["sh", "-c", script], env={"PATH": "/usr/bin:/bin", **environment}, capture_output=True, text=True, check=False
    )


def test_request(received, needs, token, sample):
    """The documentation's request, with a message, arrives in the live order, with the token, as JSON."""
    needs("curl")
    requests, url = received
    done = run(export({}, "curl"), URL=url, CHATBOT_TOKEN=token)
    assert done.returncode == 0, done.stderr
    (request,) = requests
    assert (request.method, request.path) == ("POST", "/webhook")
    assert parse_qs(request.query) == {"kept": ["1"], "token": [token]}
    assert json.loads(request.body) == {**json.loads(sample("request")), "message": "Hello"}
    assert list(json.loads(request.body)) == list(json.loads(sample("request_live")))
    assert check(request.body, kind="request").findings == ()
    assert (b"content-type", b"application/json") in [(name.lower(), value) for name, value in request.headers]
    answer, verdict = done.stdout.splitlines()
    assert answer == '{"attributes":{"a":"b"}}'
    assert verdict.startswith("200 after ")


def test_texts(received, needs, texts):
    """800 nasty texts in the request arrive as they were."""
    needs("curl")
    requests, url = received
    short = [text for text in texts if len(text) < 900]
    for begin in range(0, len(short), 400):
        part = dict.fromkeys(short[begin : begin + 400], "'\\''")
        run(
            curl.command(WebhookRequest.model_validate({**curl.SAMPLE.to_wire(), "attributes": part})),
            URL=url,
            CHATBOT_TOKEN="a",
        )
        assert json.loads(requests[-1].body)["attributes"] == part
    assert len(short) > 780


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"CHATBOT_TOKEN": "a"}, "URL: is not set: the address of the backend"),
        ({"URL": "http://127.0.0.1:9/"}, "CHATBOT_TOKEN: is not set: the token of the connection"),
    ],
)
def test_not_set(given, said):
    """Without a URL or a token nothing is sent, and the script says what it lacks."""
    done = run(export({}, "curl"), **given)
    assert done.returncode != 0
    assert done.stderr.rstrip().endswith(said)
