"""A receiver in a process of its own: latency whatever the kernel does, and requests a second."""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

from bench_receiver import CELLS, ROUNDS, Kernel, serving
from load import keep_alive, paced

SERVER = """
    import sys, chatbot_nb as cb
    store, mode = sys.argv[1].split("|")
    receiver = cb.Receiver(cb.Reply().text("Hello!"), store=store or None, mode=mode).start()
    print(receiver.local_url, flush=True)
    sys.stdin.read()
    receiver.check()
    print(receiver.seen, receiver.kept, receiver.evicted, flush=True)
    receiver.stop()
"""
CELL = (
    "import chatbot_nb as cb\nreceiver = cb.Receiver(cb.Reply().text('Hello!'), mode='process').start()\n"
    "print(receiver.local_url)"
)
BUSY = {
    **CELLS,
    # PyDLL, other than CDLL, calls with the interpreter's lock held.
    "C code that holds the interpreter's lock for 0.3 s each time": (
        "import ctypes\nlibc = ctypes.PyDLL(None)\nwhile True:\n    libc.usleep(300_000)"
    ),
}


class Sender(Kernel):
    """A kernel with a receiver in it, and the times of single deliveries."""

    def times(self, cell: str | None) -> tuple[float, float]:
        """Median and maximum of 100 paced requests, in milliseconds, while the cell runs."""
        if cell is not None:
            self.client.execute(cell)
            while self.client.get_iopub_msg(timeout=30)["header"]["msg_type"] != "execute_input":
                pass
        took = paced(self.port, self.request, number=100)
        if cell is not None:
            self.manager.interrupt_kernel()
            while self.client.get_iopub_msg(timeout=30)["content"].get("execution_state") != "idle":
                pass
        return 1000 * statistics.median(took), 1000 * took[-1]


def latencies() -> list[tuple[str, str, str]]:
    kernel = Sender(CELL)
    rows = []
    try:
        for name, cell in {"nothing": None, **BUSY}.items():
            p50, longest = kernel.times(cell)
            missed = "" if p50 < 3 and longest < 250 else "**missed**: "
            what = f"receiver, mode='process': POST on a new connection, 20 a second, while the kernel runs {name}"
            rows.append((what, "p50 under 3 ms, none over 250 ms", f"{missed}p50 {p50:.1f} ms, max {longest:.0f} ms"))
    finally:
        kernel.stop()
    return rows


def speed(argument: str) -> tuple[float, str]:
    """Answers a second, and what the receiver's counters said then."""
    told: list[str] = []
    with serving(SERVER, argument, told) as (port, request):
        keep_alive(port, request, seconds=0.5)
        found = keep_alive(port, request)
    return found, told[0].strip()


def speeds() -> list[tuple[str, str, str]]:
    found: dict[str, list[float]] = {"thread": [], "process": [], "store": []}
    for _ in range(ROUNDS):
        found["thread"].append(speed("|thread")[0])
        found["process"].append(speed("|process")[0])
        with tempfile.TemporaryDirectory() as folder:
            found["store"].append(speed(f"{Path(folder) / 'traffic.db'}|process")[0])

    def measured(name: str) -> str:
        ratio = statistics.median(one / other for one, other in zip(found[name], found["thread"], strict=True))
        return f"{ratio:.2f} x ({statistics.median(found[name]):,.0f} a second)"

    what = "receiver, mode='process': 504-byte POSTs of 16 keep-alive clients, each handed over to the kernel"
    target = "at least 0.25 x mode='thread', which stores nothing"
    return [(what, target, measured("process")), (f"{what}, durable in SQLite first", target, measured("store"))]


def run() -> list[tuple[str, str, str]]:
    return [*latencies(), *speeds()]
