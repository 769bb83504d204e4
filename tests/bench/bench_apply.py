"""What it takes to make a thousand changes, and what the journal adds to it."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

from bench_connections import DELAY, WORKERS, body, response

from chatbot_nb.connections.client import Client
from chatbot_nb.connections.plan.journal import Journal
from chatbot_nb.connections.plan.plan import plan

if TYPE_CHECKING:
    from multiprocessing.connection import Connection as Pipe

CHANGES = 1000
CALLS = 2  # each change reads and writes
ROUNDS = 5


def serve(pipe: Pipe, listed: bytes) -> None:
    """Answer the list at once and all else after the delay: a bare protocol, since its cost counts as ours."""
    answers = {item["id"]: response(json.dumps(item | {"token": "t0ken"}).encode()) for item in json.loads(listed)}
    done = response(b'{"timestamp": "2026-01-01T00:00:00.000Z", "status": {"code": 200, "type": "success"}}')

    class Protocol(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport = transport
            self.received = b""

        def data_received(self, data: bytes) -> None:
            self.received += data
            head, end, sent = self.received.partition(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0] or 0)
            if not end or len(sent) < length:
                return
            self.received = b""
            method, path, *_ = head.split(b" ", 2)
            if path.endswith(b"/webhook"):
                self.transport.write(response(listed))
                return
            answer = answers[path.rpartition(b"/")[2].decode()] if method == b"GET" else done
            asyncio.get_running_loop().call_later(DELAY, self.transport.write, answer)

    async def main() -> None:
        server = await asyncio.get_running_loop().create_server(Protocol, "127.0.0.1", 0)
        pipe.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())


def applied(base_url: str, folder: str, *, noted: bool = True) -> float:
    """Return the seconds that an apply takes; not noted, its journal does nothing."""
    with Client("an-access-token", base_url) as client:
        wanted = client.connections.frame()[["name"]]
        made = plan(client, wanted + ", renamed")
        journal = Path(folder) / f"{time.time_ns()}.jsonl"
        with mock.patch.object(Journal, "_append", Journal._append if noted else lambda *_, **__: None):
            begin = time.perf_counter()
            results = made.apply(journal=journal, progress=False)
            taken = time.perf_counter() - begin
    assert (results["status"] == "done").all()
    assert len(results) == CHANGES
    return taken


def run() -> list[tuple[str, str, str]]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs, body(CHANGES)), daemon=True)
    process.start()
    # Beside this file: the journal's disk is one that keeps what it is given, not memory.
    with tempfile.TemporaryDirectory(dir=Path(__file__).parent) as folder:
        base_url = f"http://127.0.0.1:{ours.recv()}/v2"
        applied(base_url, folder)
        rounds = [(applied(base_url, folder), applied(base_url, folder, noted=False)) for _ in range(ROUNDS)]
    process.terminate()
    process.join()
    ratio = statistics.median(with_ for with_, _ in rounds) / (CHANGES * CALLS * DELAY / WORKERS)
    share = statistics.median(with_ / without - 1 for with_, without in rounds)
    what = "apply of 1,000 changes, 50 ms a call, 16 at once"
    return [
        (what, "at most 1.2 x the ideal 1000 * 2 * 0.05 / 16 s", f"{ratio:.2f} x"),
        (f"{what}: what the journal adds", "at most 5 %", f"{share:.1%}"),
    ]
