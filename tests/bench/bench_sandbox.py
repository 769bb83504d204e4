"""What a create costs over its two floors: a durable SQLite transaction and an HTTP exchange that does nothing."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from chatbot_nb.sandbox.sandbox import Sandbox
from chatbot_nb.sandbox.store import Store
from chatbot_nb.transport.api.session import ApiSession
from chatbot_nb.transport.inbound.http import Response
from chatbot_nb.transport.inbound.server import Server

CREATES = 1000
ROUNDS = 5
STORY = "634fef700000000000000001"
URL = "https://orders.example/hook"
TIME = "2026-01-01T00:00:00.000Z"
STATIC = Response.json({"id": "6" * 24, "timestamp": TIME, "status": {"code": 201, "type": "created"}}, 201)


async def static(_request):
    return STATIC


def creates(folder: Path) -> float:
    with Sandbox(folder / "account.db", verify="off") as sandbox, sandbox.client() as client:
        begin = time.perf_counter()
        for i in range(CREATES):
            client.connections.create(story_id=STORY, name=f"Orders {i}", url=URL, token="t0ken")
        return time.perf_counter() - begin


def transactions(folder: Path) -> float:
    store = Store(folder / "bare.db")  # for schema and pragmas; the statements below are bare
    begin = time.perf_counter()
    for i in range(CREATES):
        store._db.execute("BEGIN IMMEDIATE")
        store._db.execute("INSERT INTO story VALUES (?, ?) ON CONFLICT DO NOTHING", (STORY, "Story"))
        store._db.execute(
            "INSERT INTO connection (id, story_id, name, url, token, created_at, updated_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (f"{i:024x}", STORY, f"Orders {i}", URL, "t0ken", TIME, TIME),
        )
        store._db.execute("COMMIT")
    seconds = time.perf_counter() - begin
    store.close()
    return seconds


def replies() -> float:
    with Server(static) as server:
        session = ApiSession(server.url_for("/v2"), "x")
        begin = time.perf_counter()
        for i in range(CREATES):
            body = {"storyId": STORY, "name": f"Orders {i}", "url": URL, "token": "t0ken"}
            session.request("POST", "/integrations/webhook", json=body)
        seconds = time.perf_counter() - begin
        session.close()
    return seconds


def run() -> list[tuple[str, str, str]]:
    shares = []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as name:
            floor = transactions(Path(name)) + replies()
            shares.append(floor / creates(Path(name)))
    return [
        (
            "sandbox: 1,000 connections created, durable in a file",
            "at least 0.5 x the speed of 1,000 bare SQLite transactions plus 1,000 static HTTP replies",
            f"{statistics.median(shares):.2f} x",
        )
    ]
