"""A server of ours under test: raw bytes in, everything it said and recorded out."""

from __future__ import annotations

import queue
import socket
from dataclasses import dataclass, field

import pytest

from chatbot_nb.transport.inbound.http import Limits, Response
from chatbot_nb.transport.inbound.server import Server


async def _echo(request):
    return Response.json({"method": request.method, "bytes": len(request.body)})


@dataclass
class Served:
    """A running server, and the exchanges that it told of."""

    server: Server
    told: queue.Queue = field(default_factory=queue.Queue)

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.server.port), timeout=10)

    def talk(self, data, cut=lambda data: [data]):
        """Send on one connection, never close first; all that came back until the server closed."""
        with self.connect() as peer:
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                for piece in cut(data):
                    peer.sendall(piece)
            except ConnectionError:  # it refused before it had everything, and may do so
                pass
            return read_all(peer)

    def exchange(self):
        """The next exchange: (request, response, timing)."""
        return self.told.get(timeout=10)

    def requests(self):
        """The requests told of so far."""
        return [self.told.get_nowait()[0] for _ in range(self.told.qsize())]


def read_all(peer):
    data = b""
    while piece := peer.recv(65536):
        data += piece
    return data


@pytest.fixture
def serve():
    """Start servers: ``serve(handler=…, **limits) -> Served``; a handler's exception fails the test at its end."""
    started = []

    def start(handler=_echo, **limits):
        told = queue.Queue()
        server = Server(handler, limits=Limits(**limits), on_exchange=lambda *exchange: told.put(exchange))
        started.append(server.start())
        return Served(server, told)

    yield start
    for server in started:
        server.stop()
    for server in started:
        server.check()
