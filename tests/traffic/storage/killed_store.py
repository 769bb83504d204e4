"""Stores exchanges until it is killed: run as a child, which forks one process for each path that stdin names."""

import asyncio
import itertools
import os
import sys
from dataclasses import replace
from datetime import UTC, datetime

from chatbot_nb.traffic.exchange import Exchange, SentReply
from chatbot_nb.traffic.storage.store import TrafficStore
from chatbot_nb.transport.inbound.http import Request, Timing

TASKS = 16
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


def exchange(seq):
    """Every part of it can be told from its number."""
    headers = ((b"Content-Type", b"application/json"), (b"X-Seq", b"%d" % seq))
    body = b"%d " % seq * (seq % 400)  # some fill several pages
    http = Request(MOMENT, "127.0.0.1:5000", "1.1", "POST", b"/%d" % seq, headers, (), body)
    return Exchange(seq, f"{seq:032x}", http, ("duplicate",), SentReply(body=b"%d" % seq))


async def store_for_ever(path):
    store = TrafficStore(path)
    numbers = itertools.count(max((one.seq for one in store.load(1)), default=0) + 1)

    async def task():
        for seq in numbers:
            one = exchange(seq)
            await store.written(one)
            os.write(1, b"%d\n" % seq)
            store.finished(replace(one, timing=Timing(reply_done=1.0)))

    await asyncio.gather(*[task() for _ in range(TASKS)])


if __name__ == "__main__":
    while path := sys.stdin.readline().rstrip("\n"):
        pid = os.fork()
        if not pid:
            os.write(1, b"started %d\n" % os.getpid())
            asyncio.run(store_for_ever(path))
        os.waitpid(pid, 0)
        os.write(1, b"ended\n")
