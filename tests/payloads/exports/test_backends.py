"""Every backend is started as its first lines say, verified and posted to."""

from __future__ import annotations

import json
import socket
import subprocess
import sys

import pytest

from chatbot_nb.bot.delivery import deliver
from chatbot_nb.bot.new_request import new_request
from chatbot_nb.bot.verification import verify
from chatbot_nb.payloads.exports.export import export
from chatbot_nb.sandbox.sandbox import Sandbox
from chatbot_nb.transport.outbound.fetch import fetch
from chatbot_nb.transport.outbound.url import add_query

STORY = "634fef70c56fd000073f5730"
NO_TOKEN = "CHATBOT_TOKEN is not set: the token of the connection, any text you choose"
BACKENDS = ["python", "flask", "fastapi", "express", "php"]
REPLY = {
    "responses": [
        {"type": "text", "message": 'Hi {{default_name}}, it\'s "you"!\nWelcome back.', "delay": 500},
        {
            "type": "cards",
            "elements": [
                {
                    "title": "Pro plan",
                    "subtitle": "Billed yearly",
                    "imageUrl": "https://shop.example/pro.png",
                    "buttons": [{"type": "url", "title": "Pricing", "value": "https://shop.example/pricing"}],
                }
            ],
        },
    ],
    "attributes": {"plan": "vip", "Phone number": ""},
}


def ordered(value):
    """Return a JSON value in which the order of keys counts."""
    if isinstance(value, dict):
        return [(key, ordered(entry)) for key, entry in value.items()]
    return [ordered(entry) for entry in value] if isinstance(value, list) else value


def a_request():
    return new_request(webhook_id="602313f00000000000000000", webhook_name="foo bar")


def test_verification(backend, token):
    """The right token gets the bare challenge back, as plain text; nothing about it is odd."""
    verified = verify(backend.url(), token=token)
    assert (verified.ok, verified.status, verified.findings) == (True, 200, ())
    answer = fetch("GET", add_query(backend.url(), challenge="<b>&amp;é", token=token))
    assert answer.body.decode() == "<b>&amp;é"
    assert dict(answer.headers)[b"content-type"] == b"text/plain; charset=utf-8"


@pytest.mark.parametrize(
    "wrong",
    [None, "", "tök€n", "x" * 5000, "\0", "\ufffd", "1"],
    ids=["none", "empty", "begin", "long", "nul", "fffd", "other"],
)
def test_wrong_token(backend, wrong):
    """A wrong token, or none, is 401: for the verification request and for a webhook request."""
    verified = verify(backend.url(), token=wrong)
    assert (verified.status, [finding.code for finding in verified.findings]) == (401, ["token_refused"])
    assert deliver(backend.url(), a_request(), token=wrong).status == 401


@pytest.mark.parametrize("query", ["token[]=1", "token[a]=1", "token=%ff", "token=%", "token", "&&=&token=1"])
def test_odd_query(backend, query):
    """A query that parses to no text, or to broken text, is a wrong token."""
    assert fetch("GET", f"{backend.url()}?{query}").status == 401
    assert fetch("POST", f"{backend.url()}?{query}", body=b"{}").status == 401


@pytest.mark.parametrize("name", ["ordinary", "awkward"])
@pytest.mark.parametrize("target", BACKENDS)
def test_delivery(target, name, served, payloads, token):
    """A webhook request is answered with the payload, keys in its order: 800 nasty texts as values, and as keys."""
    delivery = deliver(served(target, name).url(), a_request(), token=token)
    assert delivery.status == 200
    assert delivery.seconds < 5
    assert dict(delivery.headers)[b"content-type"].startswith(b"application/json")
    assert ordered(json.loads(delivery.body)) == ordered(payloads[name])


def test_as_connection(backend, payloads, token):
    """A sandbox that demands verification takes the backend as a connection, and delivers to it."""
    with Sandbox(verify="require") as sandbox, sandbox.client() as client:
        created = client.connections.create(story_id=STORY, name=backend.target, url=backend.url(), token=token)
        delivery = sandbox.deliver(created, attributes={"Phone number": "+48 123 \u2028 👋"})
        assert client.connections.get(created).error is None
    assert json.loads(delivery.body) == payloads["ordinary"]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b'{"chatId":', id="cut"),
        pytest.param(b"\xff\xfe\xfd", id="not UTF-8"),
        pytest.param(b"chatId=1&token=2", id="form"),
        pytest.param(b"[" * 100_000, id="deep"),
    ],
)
@pytest.mark.parametrize("content_type", ["application/json", "application/x-www-form-urlencoded", "text/plain"])
def test_no_json(backend, token, body, content_type):
    """A body that is not JSON is 400, whatever it says it is."""
    headers = [("Content-Type", content_type)]
    answer = fetch("POST", add_query(backend.url(), token=token), headers=headers, body=body)
    assert answer.status == 400
    assert str(backend.output.parent).encode() not in answer.body


@pytest.mark.parametrize("path", ["/", "/webhook/", "/Webhook", "/webhook/x", "/docs", "/%E0%A4%A", "/backend.php"])
def test_other_paths(backend, token, path):
    """Only /webhook is there; the right token opens no other path."""
    url = add_query(backend.url(path), challenge="c", token=token)
    answers = [fetch("GET", url), fetch("POST", url, body=b"{}")]
    allowed = {400, 404} if "%" in path else {404}
    assert {answer.status for answer in answers} <= allowed
    assert not any(str(backend.output.parent).encode() in answer.body for answer in answers)


def test_token_stays_secret(backend, token):
    """The token is not in the source; nor is it printed, in any form, by requests that pass, fail or make no sense."""
    fetch("GET", add_query(backend.url(), challenge="c", token=token))
    fetch("POST", add_query(backend.url(), token=token), body=b"{")
    fetch("POST", add_query(backend.url("/other"), token=token), body=b"{}")
    fetch("GET", add_query(backend.url(), token="wrong-sesame"))
    (source,) = backend.output.parent.glob("backend.*")
    for text in (source.read_text(encoding="utf-8"), backend.output.read_text(encoding="utf-8", errors="replace")):
        assert "tök€n" not in text
        assert "t%C3%B6k" not in text
        assert "wrong-sesame" not in text


@pytest.mark.parametrize("target", ["python", "flask", "fastapi", "express"])
def test_no_token_no_start(target, needs, without_token):
    """Without a token in the environment a backend does not start, and says what it needs."""
    needs(target)
    backend = without_token(target, REPLY)
    assert backend.process.wait(30) == 1
    assert backend.output.read_text() == f"{NO_TOKEN}\n"


def test_php_without_token(needs, without_token):
    """PHP, which starts with each request, then answers none, and logs what it needs."""
    needs("php")
    backend = without_token("php", REPLY)
    backend.wait()
    for answer in (fetch("GET", backend.url("/webhook?token=")), fetch("POST", backend.url("/webhook?token="))):
        assert (answer.status, answer.body) == (500, b"CHATBOT_TOKEN is not set")
    assert backend.output.read_text().count(NO_TOKEN) == 2


def test_php_as_script(needs, tmp_path):
    """PHP's backend run as a script says how it is started."""
    needs("php")
    (tmp_path / "backend.php").write_text(export(REPLY, "php"))
    ended = subprocess.run(
        ["php", "backend.php"], cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == "This is a web page: start it with php -S, as its first lines say\n"


@pytest.mark.parametrize(
    ("length", "status"),
    [
        ("", 411),
        ("Content-Length: -1\r\n", 411),
        ("Content-Length: 1_0\r\n", 411),
        ("Content-Length: 1000001\r\n", 413),
    ],
    ids=["none", "negative", "Python's", "too large"],
)
def test_length_of_body(length, status, served):
    """The backend that reads HTTP by itself refuses a body whose length is not given, or is over a million bytes."""
    with socket.create_connection(("127.0.0.1", served("python").port), 10) as sock:
        sock.sendall(f"POST /webhook HTTP/1.1\r\nHost: a\r\n{length}\r\n".encode())
        assert sock.makefile("rb").readline().split()[1] == str(status).encode()


@pytest.mark.parametrize("target", [*BACKENDS, "curl"])
def test_columns(target):
    """No line of an export is over 100 columns."""
    assert max(map(len, export(REPLY, target).splitlines())) <= 100


@pytest.mark.parametrize("target", ["python", "flask", "fastapi"])
def test_python_is_formatted(target, tmp_path):
    """The Python backends are as ruff would format them, and it finds nothing in them."""
    file = tmp_path / "backend.py"
    file.write_text(export(REPLY, target))
    ruff = [sys.executable, "-m", "ruff"]
    flags = ["--isolated", "--no-cache", "--line-length=100"]
    for command in (["format", "--diff"], ["check", "--select=A,B,C4,E,F,I,PL,RET,SIM,UP,W", "--ignore=PLR2004"]):
        done = subprocess.run([*ruff, *command, *flags, file], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
