"""A backend on loopback: answers as told, remembers what it was asked."""

from __future__ import annotations

import asyncio
import socket
import threading
from dataclasses import dataclass, field
from urllib.parse import parse_qs

import pytest

from chatbot_nb.bot.new_request import new_request
from chatbot_nb.transport.inbound.http import Response
from chatbot_nb.transport.inbound.server import Server


@dataclass
class Backend:
    """What it answers: a Response, None to hang up, "silence", or a function of the request."""

    answer: object = field(default_factory=Response)
    requests: list = field(default_factory=list)
    url: str = ""
    closed: threading.Event = field(default_factory=threading.Event)

    async def handle(self, request):
        self.requests.append(request)
        if self.answer == "silence":
            await asyncio.to_thread(self.closed.wait, 10)
            return None
        return self.answer(request) if callable(self.answer) else self.answer

    def query(self, index=-1):
        """Query of a request, decoded."""
        return parse_qs(self.requests[index].query, keep_blank_values=True, errors="surrogatepass")


@pytest.fixture
def backend():
    played = Backend()
    with Server(played.handle) as server:
        played.url = server.url_for("/hook")
        yield played
        played.closed.set()
        server.check()


@pytest.fixture
def unlistened_url():
    """A port that is taken but where nothing listens."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{sock.getsockname()[1]}/hook"


@pytest.fixture
def request_to_send():
    return new_request(webhook_id="602313f00000000000000000", webhook_name="foo bar", message="hi")
