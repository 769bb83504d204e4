"""What the frame of an account costs: over `pd.DataFrame(json.loads(...))`, and over what its calls must take."""

from __future__ import annotations

import asyncio
import gc
import json
import multiprocessing
import statistics
import time
import tracemalloc
from typing import TYPE_CHECKING

import pandas as pd

from chatbot_nb.connections.client import Client
from chatbot_nb.connections.frame import list_frame
from chatbot_nb.connections.reading import Reader

try:
    import pyarrow as pa
except ImportError:
    pa = None

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection as Pipe

LISTED = 100_000
DETAILED = 1000
DELAY = 0.05
WORKERS = 16
ROUNDS = 7


def body(number: int) -> bytes:
    """Return the list of an account as the API sends it."""
    time_ = "2024-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z".format
    return json.dumps(
        [
            {
                "id": f"{i:024x}",
                "story": {"id": f"{i % 40:024x}", "name": f"Story {i % 40}"},
                "name": f"Package tracking {i}",
                "url": f"https://hooks.example/tracking/{i}",
                "error": False if i % 5 else "Request failed with status code 404",
                "createdAt": time_(i % 12 + 1, i % 28 + 1, i % 24, i % 60, i % 59, i % 1000),
                "updatedAt": time_(i % 11 + 1, i % 27 + 1, i % 23, i % 58, i % 57, i % 999),
            }
            for i in range(number)
        ]
    ).encode()


def ours(data: bytes) -> pd.DataFrame:
    return list_frame(Reader(json.loads(data)))


def peer(data: bytes) -> pd.DataFrame:
    return pd.DataFrame(json.loads(data))


def seconds(make: Callable[[bytes], pd.DataFrame], data: bytes) -> float:
    gc.collect()
    begin = time.perf_counter()
    make(data)
    return time.perf_counter() - begin


def retained(make: Callable[[bytes], pd.DataFrame], data: bytes) -> int:
    """Return the bytes that a frame keeps, with those of Arrow, which tracemalloc does not see."""
    gc.collect()
    before = arrow_bytes()
    tracemalloc.start()
    frame = make(data)
    gc.collect()
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    size += arrow_bytes() - before
    del frame
    return size


def arrow_bytes() -> int:
    return pa.total_allocated_bytes() if pa else 0


def serve(pipe: Pipe, answers: bytes, answer: bytes) -> None:
    """Answer the list at once and all else after the delay: a bare protocol, since its cost counts as ours."""

    class Protocol(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport = transport

        def data_received(self, data: bytes) -> None:
            if b"/integrations/webhook " in data:
                self.transport.write(answers)
            else:
                asyncio.get_running_loop().call_later(DELAY, self.transport.write, answer)

    async def main() -> None:
        server = await asyncio.get_running_loop().create_server(Protocol, "127.0.0.1", 0)
        pipe.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())


def response(data: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(data) + data


def detailed() -> float:
    """Return the time of a frame with details over the least that its calls can take."""
    one = json.dumps(json.loads(body(1))[0] | {"token": "t0ken", "headers": {"x-a": "v"}}).encode()
    ours_, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=serve, args=(theirs, response(body(DETAILED)), response(one)), daemon=True
    )
    process.start()
    try:
        with Client("an-access-token", f"http://127.0.0.1:{ours_.recv()}/v2") as client:
            client.connections.frame()
            begin = time.perf_counter()
            frame = client.connections.frame(details=True, progress=False)
            taken = time.perf_counter() - begin
    finally:
        process.terminate()
        process.join()
    assert frame["has_token"].all()
    return taken / (DETAILED * DELAY / WORKERS)


def run() -> list[tuple[str, str, str]]:
    data = body(LISTED)
    rows = []
    for storage in ("python", "pyarrow") if pa else ("python",):
        with pd.option_context("mode.string_storage", storage):
            rounds = [(seconds(ours, data), seconds(peer, data)) for _ in range(ROUNDS)]
            speed = statistics.median(own / theirs for own, theirs in rounds)
            share = retained(ours, data) / retained(peer, data)
        what = f"list of 100,000 connections to a frame, dates parsed, texts in {storage}"
        rows.append((f"{what}: time", "at most 1.8 x pd.DataFrame(json.loads(body))", f"{speed:.2f} x"))
        rows.append((f"{what}: memory kept", "at most 0.6 x the same", f"{share:.2f} x"))
    ratio = statistics.median(detailed() for _ in range(3))
    what = "frame(details=True), 1,000 connections, 50 ms a call, 16 at once"
    rows.append((what, "at most 1.15 x the ideal 1000 * 0.05 / 16 s", f"{ratio:.2f} x"))
    return rows
