"""An account in a sandbox, and an API that answers whatever a test wants; each with its client."""

import json
import threading

import pytest

from chatbot_nb.connections.client import Client
from chatbot_nb.sandbox.sandbox import Sandbox
from chatbot_nb.transport.inbound.http import Response
from chatbot_nb.transport.inbound.server import Server

LIST = "/v2/integrations/webhook"


@pytest.fixture
def sandbox():
    with Sandbox(verify="off") as sandbox:
        yield sandbox


@pytest.fixture
def client(sandbox):
    with sandbox.client() as client:
        yield client


class Api:
    """Answers each path with what it was given; 404 elsewhere. Notes the calls."""

    def __init__(self):
        self.answers = {}
        self.calls = []
        self.lock = threading.Lock()

    def put(self, document, path=LIST):
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        self.answers[path] = Response(200, (("Content-Type", "application/json"),), body)

    async def handle(self, request):
        path = request.target.decode()
        with self.lock:
            self.calls.append((request.method, path, request.body))
        answer = self.answers.get(path, Response.json({"message": "nothing here"}, 404))
        return await answer(request) if callable(answer) else answer


@pytest.fixture
def api():
    """An API of the test's own; ``api.client`` calls it."""
    own = Api()
    with Server(own.handle) as server, Client("an-access-token", server.url_for("/v2")) as client:
        own.client = client
        own.url = server.url_for(LIST)
        yield own
        server.check()


@pytest.fixture(scope="module")
def shared_api():
    """The same for a property test, which may not have a fixture for each example."""
    own = Api()
    with Server(own.handle) as server, Client("an-access-token", server.url_for("/v2")) as client:
        own.client = client
        yield own
