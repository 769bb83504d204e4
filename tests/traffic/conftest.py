"""A running receiver, and a peer that sends to it what ChatBot sends, or worse."""

from __future__ import annotations

import http.client
import itertools
import json
import select
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar
from urllib.parse import urlsplit

import pytest

from chatbot_nb.traffic.engines import launch
from chatbot_nb.traffic.receiver import Receiver

NUMBERS = itertools.count()


def webhook_request(**changes):
    """The JSON of a request, as ChatBot sends it."""
    node = {"id": "9c4d", "name": "Order status", "type": "WEBHOOK", "webhookId": "5f52", "webhookName": "Orders"}
    request = {
        "chatId": "64a1",
        "messageId": "m-1",
        "userId": "u-1",
        "externalId": "e-1",
        "message": "where is my order",
        "node": node,
        "userAttributes": {"default_name": "Ada", "default_email": None},
        "attributes": {"default_name": "Ada", "default_email": None, "order": "A1"},
    }
    return {**request, **changes}


class Peer:
    """Sends to one receiver."""

    def __init__(self, receiver):
        self.receiver = receiver
        self.address = urlsplit(receiver.local_url)

    request = staticmethod(webhook_request)

    def send(self, method="POST", body=b"", headers=None, *, path=None, query=""):
        """One request on a new connection; (status, headers, body) of the answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.address.port, timeout=30)
        try:
            target = (self.address.path if path is None else path) + query
            connection.request(method, target, body, headers or {})
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()

    def post(self, payload=None, *, query="", **headers):
        """A webhook request, or any bytes; (status, JSON or bytes of the answer)."""
        body = payload if isinstance(payload, bytes) else json.dumps(payload or webhook_request()).encode()
        sent = {"Content-Type": "application/json", **{name.replace("_", "-"): v for name, v in headers.items()}}
        status, _, answer = self.send("POST", body, sent, query=query)
        try:
            return status, json.loads(answer)
        except ValueError:
            return status, answer

    def talk(self, data):
        """Send bytes, and return all that comes until the server closes."""
        with socket.create_connection(("127.0.0.1", self.address.port), timeout=30) as peer:
            peer.sendall(data)
            answer = b""
            while piece := peer.recv(65536):
                answer += piece
        return answer

    def head(self, method="POST", *lines):
        """The head of a request for `talk`, without its last empty line."""
        host = f"Host: 127.0.0.1:{self.address.port}"
        return "\r\n".join([f"{method} {self.address.path} HTTP/1.1", host, "Connection: close", *lines, ""]).encode()


def pytest_generate_tests(metafunc):
    """Run what uses a receiver in both modes, unless it looks into one of them."""
    if "mode" in metafunc.fixturenames:
        only = metafunc.definition.get_closest_marker("only_mode")
        metafunc.parametrize("mode", only.args if only else ["thread", "process"])


class Reused(launch.Launched):
    """A process that serves one receiver after the other: to start one takes 0.3 s."""

    idle: ClassVar = []
    # A process ends with the thread that started it.
    starter = ThreadPoolExecutor(1, thread_name_prefix="starter of receivers")

    @classmethod
    def take(cls):
        return cls.idle.pop() if cls.idle else cls.starter.submit(cls).result()

    def kill(self):
        self.dismiss()
        super().kill()

    def retire(self):
        look = select.poll()
        look.register(self.inbox, select.POLLHUP)
        if self._stdin.closed or any(event & select.POLLHUP for _, event in look.poll(0)):
            return super().retire()
        self.idle.append(self)
        return "stopped"


@pytest.fixture(scope="session")
def reused():
    yield Reused.take
    for child in Reused.idle:
        launch.Launched.retire(child)
    Reused.starter.shutdown()


@pytest.fixture
def receive(mode, reused, monkeypatch):
    """Start receivers: ``receive(reply, **keywords) -> Peer``; they are stopped, and must have had no error."""
    monkeypatch.setattr(launch, "Launched", reused)
    peers = []

    def start(reply=None, *, name=None, errors=False, mode=mode, **keywords):
        receiver = Receiver(reply, name=name or f"test {next(NUMBERS)}", mode=mode, **keywords).start()
        peers.append((receiver, errors))
        return Peer(receiver)

    yield start
    for receiver, _ in peers:
        receiver.stop()
    for receiver, errors in peers:
        if not errors:
            receiver.check()
