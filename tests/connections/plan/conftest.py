"""A folder for journals, no pauses, and a sandbox's wire: what it was sent, and what goes wrong there."""

import json
import threading
from collections import Counter

import pytest

from chatbot_nb.connections.plan import making
from chatbot_nb.sandbox.service import Service
from chatbot_nb.sandbox.store import Store
from chatbot_nb.transport.api import session
from chatbot_nb.transport.inbound.http import Response

LIST = "/v2/integrations/webhook"
STORY = "5" * 24


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Journals go to the working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def pauses(monkeypatch):
    """What would be waited for before another try of a write; nothing waits."""
    noted = []

    def backoff(tries, retry_after=None):
        noted.append((tries, retry_after))
        return 0.0

    monkeypatch.setattr(making, "backoff", backoff)
    monkeypatch.setattr(making, "_ARRIVED", 0.0)
    monkeypatch.setattr(session, "_pause", lambda _seconds, stop: stop.is_set())
    return noted


class Wire:
    """Between the server of a sandbox and its routes."""

    def __init__(self):
        self.calls = []
        self._rules = []
        self._lock = threading.Lock()

    def on(self, method, rule, *, times=1, part=""):
        """Let the next calls of a method, whose path or body hold a text, be answered by ``rule(request, go_on)``."""
        self._rules += [(method, part, rule)] * times

    def rule_of(self, request):
        path, body = request.target.decode(), request.body
        with self._lock:
            self.calls.append((request.method, path, json.loads(body) if body else None))
            for rule in self._rules:
                if rule[0] == request.method and (rule[1] in path or rule[1].encode() in body):
                    self._rules.remove(rule)
                    return rule[2]
        return None

    def methods(self):
        return Counter(method for method, _, _ in self.calls)

    def bodies(self, method):
        return [body for each, _, body in self.calls if each == method]

    def sent_to(self, connection_id, method):
        return sum(call[:2] == (method, f"{LIST}/{connection_id}") for call in self.calls)

    @staticmethod
    def answers(status, document=None, *, headers=()):
        """Answer so, and do nothing."""

        async def rule(_request, _go_on):
            return Response(status, headers, b"" if document is None else json.dumps(document).encode())

        return rule

    @staticmethod
    def does_but_answers(status, body=b""):
        """Do what is asked, but answer so."""

        async def rule(_request, go_on):
            await go_on()
            return Response(status, (), body)

        return rule

    @staticmethod
    async def drops_before(_request, _go_on):
        """Close the connection, and do nothing."""

    @staticmethod
    async def drops_after(_request, go_on):
        """Do what is asked, and close the connection."""
        await go_on()


@pytest.fixture
def wire(monkeypatch):
    wire = Wire()
    original = Service.__call__

    async def handle(service, request):
        rule = wire.rule_of(request)
        if rule is None:
            return await original(service, request)

        async def go_on():
            return await original(service, request)

        return await rule(request, go_on)

    monkeypatch.setattr(Service, "__call__", handle)
    return wire


@pytest.fixture
def writes(monkeypatch):
    """Every write that took effect: (what, id)."""
    seen = []

    def note(method):
        original = getattr(Store, method)

        def noted(self, *args, **kwargs):
            result = original(self, *args, **kwargs)
            if result:
                seen.append((method, result if method == "create" else args[0]))
            return result

        monkeypatch.setattr(Store, method, noted)

    for method in ("create", "update", "delete"):
        note(method)
    return seen


@pytest.fixture
def three(client):
    """Three connections named a, b, c, all with secrets; return their ids."""
    return [
        client.connections.create(
            story_id=STORY, name=name, url=f"https://example.com/{name}", token=f"t0ken-{name}",
            headers={"X-Key": f"header-{name}"}, auth=("me", f"passw0rd-{name}"),
        )
        for name in "abc"
    ]  # fmt: skip
