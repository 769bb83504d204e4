"""A receiver whose panel is watched, under 200,000 requests: what grows, and what does not."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import textwrap
import threading
from pathlib import Path
from urllib.parse import urlsplit

import comm

REQUESTS = 200_000
WARM_UP = 40_000
# In a process of its own, so that what is measured here is the receiver's.
LOAD = """
    import sys
    from bench_receiver import request_for
    from load import exactly
    port, request = request_for(sys.argv[1])
    exactly(port, request, number=int(sys.argv[2]))
"""


class Line(comm.base_comm.BaseComm):
    """A comm to a browser that takes all and says nothing."""

    opened = 0
    messages = 0

    def publish_msg(self, msg_type, data=None, metadata=None, buffers=None, **keys):
        del data, metadata, buffers, keys
        Line.opened += msg_type == "comm_open"
        Line.messages += msg_type == "comm_msg"


def send(url: str, number: int) -> None:
    here = str(Path(__file__).parent)
    command = [sys.executable, "-c", textwrap.dedent(LOAD), url, str(number)]
    subprocess.run(command, check=True, env=os.environ | {"PYTHONPATH": here})


def size() -> tuple[float, int, int, int]:
    """Megabytes, descriptors, threads and comms of this process."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    megabytes = pages * os.sysconf("SC_PAGESIZE") / 1e6
    return megabytes, len([*Path("/proc/self/fd").iterdir()]), threading.active_count(), Line.opened


def run() -> list[tuple[str, str, str]]:
    comm.create_comm = Line
    import chatbot_nb as cb

    with cb.Receiver(cb.Reply().text("Hello!"), name="soak") as receiver:
        panel = cb.TrafficPanel(receiver)
        panel._handle_custom_msg({"type": "watch", "seq": "soak:1"}, [])
        url = urlsplit(receiver.local_url).geturl()
        send(url, WARM_UP)
        receiver.wait(receiver.limits.exchanges)
        before = size()
        send(url, REQUESTS - WARM_UP)
        after = size()
        receiver.check()
        seen, messages = receiver.seen, Line.messages
        panel.close()
    names = ("MB", "descriptors", "threads", "comms")
    told = ", ".join(f"{name} {old:.0f} to {new:.0f}" for name, old, new in zip(names, before, after, strict=True))
    what = f"soak: {REQUESTS:,} requests over 1,000 kept, a panel watching; after {WARM_UP:,} and at the end"
    return [(what, "nothing grows", f"{told}; {seen:,} seen, {messages:,} messages to the panel")]
