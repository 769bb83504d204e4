"""What traffic as a DataFrame costs: over reading the same bodies, and for one exchange more."""

from __future__ import annotations

import gc
import json
import statistics
import time
from datetime import UTC, datetime

import pandas as pd
from pydantic_core import from_json

from chatbot_nb.bot.new_request import new_request
from chatbot_nb.traffic.capture import Capture
from chatbot_nb.traffic.exchange import Exchange, SentReply
from chatbot_nb.traffic.limits import ReceiverLimits
from chatbot_nb.traffic.tables.frame import Frames
from chatbot_nb.traffic.verdict import CLEAN
from chatbot_nb.transport.inbound.http import Request, Timing

Row = tuple[str, str, str]

EXCHANGES = 100_000
ROUNDS = 3
MORE = 15

_HEADERS = tuple(
    (name.encode(), value.encode())
    for name, value in {
        "Host": "127.0.0.1:8000",
        "User-Agent": "axios/0.21.4",
        "Accept": "application/json, text/plain, */*",
        "Content-Type": "application/json",
        "Content-Length": "1172",
        "X-Request-Id": "6f9c2f9c-2b6f-4f4e-9a55-6f8f0f6f2f7a",
        "Connection": "keep-alive",
    }.items()
)
_REPLY = SentReply(body=b'{"responses": []}')


def requests(number: int):
    """Yield bodies of a hundred visitors, as ChatBot sends them: 15 user attributes, 17 attributes."""
    visitors = [
        new_request(webhook_id="5f" * 12, webhook_name="Order status", attributes={"Phone number": f"+48{visitor}"})
        for visitor in range(100)
    ]
    for place in range(number):
        wire = visitors[place % len(visitors)].to_wire()
        attributes = {**wire["attributes"], "order": f"A{place}"}
        more = {"messageId": f"{place:032x}", "message": f"where is order {place}?", "attributes": attributes}
        yield json.dumps({**wire, **more}, separators=(",", ":")).encode()


def add(capture: Capture, body: bytes) -> None:
    """Record a delivery that was judged when it came, as a receiver does."""
    http = Request(
        datetime.now(UTC), "127.0.0.1:5000", "1.1", "POST", b"/hook", _HEADERS, (), body, "complete", "length"
    )
    timing = Timing(0.001, 0.002, 0.003, 0.004)
    capture.add(lambda seq: Exchange(seq, f"{seq:032x}", http, (), _REPLY, timing, CLEAN))


def run() -> list[Row]:
    """Return a row for each way in which pandas stores text: what, target, measured."""
    capture = Capture(ReceiverLimits(exchanges=2 * EXCHANGES, stored_bytes=10**12))
    bodies = list(requests(EXCHANGES))
    for body in bodies:
        add(capture, body)
    size = len(bodies[0])
    rows: list[Row] = []
    for storage, label in (("pyarrow", "Arrow"), ("python", "Python")):
        with pd.option_context("mode.string_storage", storage):
            first, parsing, more = _measure(capture, bodies)
        what = f"receiver.frame(), {EXCHANGES:,} exchanges of {size} bytes, texts in {label}"
        rows += [
            (what, "at most 1 s", f"{first:.2f} s, {first / parsing:.1f} x reading the bodies"),
            (f"{what}, one exchange more", "at most 20 ms", f"{more * 1000:.1f} ms"),
        ]
    return rows


def _measure(capture: Capture, bodies: list[bytes]) -> tuple[float, float, float]:
    firsts, parsings, mores = [], [], []
    for _ in range(ROUNDS):
        parsings.append(_time(lambda: [from_json(body) and None for body in bodies]))
        frames = Frames(capture)
        firsts.append(_time(frames.frame))
        for _ in range(MORE):
            add(capture, bodies[0])
            mores.append(_time(frames.frame))
    return min(firsts), min(parsings), statistics.median(mores)


def _time(function) -> float:
    gc.collect()
    start = time.perf_counter()
    kept = function()
    took = time.perf_counter() - start
    del kept
    return took


if __name__ == "__main__":
    for what, target, measured in run():
        print(f"{what}: {measured} (target: {target or 'none'})")
