"""Exchanges as a real server records them, and a shell to run exports in."""

from __future__ import annotations

import json
import os
import queue
import shutil
import socket
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from chatbot_nb.payloads.exports.curl import SAMPLE
from chatbot_nb.traffic.exchange import Exchange
from chatbot_nb.traffic.replies.answers import sent_reply
from chatbot_nb.transport.inbound.http import Request, Response, Timing
from chatbot_nb.transport.inbound.server import Server

#: Set where the runtimes have to be there: their absence is then a failure.
REQUIRED = "CI_REQUIRES_RUNTIMES"
REPLY = {"responses": [{"type": "text", "message": "Hello!"}], "attributes": {}}


@dataclass
class Recorder:
    """A running server, and the exchanges that it told of."""

    server: Server = None
    told: queue.Queue = field(default_factory=queue.Queue)
    count: int = 0

    @property
    def host(self):
        return f"127.0.0.1:{self.server.port}".encode()

    def send(self, raw):
        """Send bytes on a connection of their own and return what was recorded of them."""
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=10) as peer:
            peer.sendall(raw)
            peer.shutdown(socket.SHUT_WR)
            while peer.recv(65536):
                pass
        return self.next()

    def post(self, body, *headers, target=b"/hook", method=b"POST"):
        """Send a request with these headers as they are, ``Host`` first and the length last."""
        lines = [method + b" " + target + b" HTTP/1.1", b"Host: " + self.host, *headers]
        return self.send(b"\r\n".join([*lines, b"Content-Length: %d" % len(body), b"", body]))

    def next(self):
        """Return the next exchange."""
        request, _, timing = self.told.get(timeout=10)
        self.count += 1
        reply = sent_reply(REPLY, rule="reply")
        return Exchange(self.count, f"{self.count:032x}", request, request.marks, reply, timing)


@pytest.fixture
def recorder():
    recorder = Recorder()

    async def handle(_request):
        return Response.json(REPLY)

    with Server(handle, on_exchange=lambda *exchange: recorder.told.put(exchange)) as server:
        recorder.server = server
        yield recorder
        server.check()


@pytest.fixture(params=["sh", "bash"])
def shell(request):
    """Return a function that runs a script in that shell."""
    for program in (request.param, "curl"):
        if not shutil.which(program):
            if os.environ.get(REQUIRED) == "1":
                pytest.fail(f"{program} is not installed, but {REQUIRED}=1")
            pytest.skip(f"{program} is not installed")

    def run(script, **environment):
        return subprocess.run(
            [request.param],
            input=script.encode(),
            env={"PATH": os.environ["PATH"], **environment},
            capture_output=True,
            check=False,
            timeout=60,
        )

    return run


@pytest.fixture
def made():
    """Return a function that makes an exchange of a request's parts and a reply."""

    def make(  # noqa: PLR0913
        body=None,
        *,
        seq=1,
        reply=REPLY,
        headers=((b"Host", b"hook.example:8080"), (b"Content-Type", b"application/json")),
        target=b"/hook/pathsecret?token=tokensecret&x=1",
        marks=(),
        **request,
    ):
        body = json.dumps(SAMPLE.to_wire()).encode() if body is None else body
        parts = {"peer": "127.0.0.1:5", "http_version": "1.1", "method": "POST", "transfer": "length", **request}
        http = Request(datetime(2026, 11, 25, 12, 0, 0, 5, UTC), target=target, headers=headers, body=body, **parts)
        answer = None if reply is None else sent_reply(reply, rule="reply")
        return Exchange(seq, f"{seq:032x}", http, marks, answer, Timing(0.001, 0.002, 0.003, 0.004))

    return make
