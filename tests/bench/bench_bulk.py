"""How long the findings of a million replies take against reading them, and in how much memory; ratios in one run.

Each measurement has a process of its own. The payloads are a pool of distinct ones, repeated: see `recorded_replies`.
"""

from __future__ import annotations

import gc
import json
import multiprocessing
import os
import pickle
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import dask.dataframe as dd
import orjson
import pandas as pd
import pyarrow as pa
from bench_check import REPLY
from jsonschema import Draft7Validator
from recorded_replies import replies

from chatbot_nb.payloads.bulk.frame import check_frame
from chatbot_nb.payloads.bulk.verdicts import verdicts
from chatbot_nb.payloads.check import check
from chatbot_nb.payloads.responses import ReplyPayload

PAYLOADS = int(os.environ.get("BENCH_PAYLOADS", "1000000"))
IN_PARALLEL = 200_000  # for two processes: they take the same time a payload, and each round does it all three times
POOL = 50_000
WORKERS = 2
RANGE = 2 << 20  # bytes of a partition
ROUNDS = 3


def run() -> list[tuple[str, str, str]]:
    one = _child("one")
    two = _child("dask")
    return [
        (
            f"check_frame, {PAYLOADS:,} payloads, half broken, {one['findings']:,} findings, one process",
            "at most 3 x orjson.loads",
            f"{one['ratio']:.2f} x ({one['floor']:.1f} µs for {one['bytes']:.0f} bytes)",
        ),
        ("memory of that, beside payloads and findings", "under 100 MB", f"{one['memory']:.0f} MB"),
        (
            f"check_frame of a Dask Series, {IN_PARALLEL:,} payloads, {WORKERS} worker processes, findings collected",
            f"at least 0.9 of the speed-up of {WORKERS} plain processes",
            f"{two['share']:.2f} ({two['dask']:.2f} x one process; plain ones {two['plain']:.2f} x)",
        ),
        ("memory of each of its workers", "under 300 MB", f"{two['memory']:.0f} MB"),
        *_against_jsonschema(),
    ]


def _child(what: str) -> dict[str, float]:
    done = subprocess.run([sys.executable, __file__, what], stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def memory(field: str = "VmRSS", pid: object = "self") -> float:
    """Return a figure of a process in MB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field)) / 1024


def loaded(payloads: list[bytes]) -> float:
    """Return the seconds in which orjson reads them."""
    begin = time.perf_counter()
    for payload in payloads:
        try:  # noqa: SIM105 - a context manager would take as long
            orjson.loads(payload)
        except ValueError:
            pass
    return time.perf_counter() - begin


def one_process() -> dict[str, float]:
    pool = replies(POOL)
    payloads = pool * (PAYLOADS // POOL)
    series = pd.Series(payloads)
    check_frame(series[:1000])  # imports, and builds the schema
    floors = [loaded(payloads)]
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")  # the peak is that of what follows
    before, begin = memory(), time.perf_counter()
    frame = check_frame(series, progress=False)
    taken = time.perf_counter() - begin
    peak = memory("VmHWM")
    floors.append(loaded(payloads))
    floor = statistics.mean(floors)
    return {
        "ratio": taken / floor,
        "floor": floor / len(payloads) * 1e6,
        "bytes": statistics.mean(map(len, pool)),
        "findings": len(frame),
        "memory": peak - before - size_of(frame),
    }


def size_of(frame: pd.DataFrame) -> float:
    """Return the MB that a table of findings holds: not its strings of ``actual``, most of which are shared."""
    return frame.memory_usage(deep=False).sum() / 2**20


def _written(folder: str) -> tuple[str, list[tuple[int, int]]]:
    """Write the payloads to a file, one a line, and return byte ranges that begin and end with lines."""
    path = Path(folder) / "replies.jsonl"
    pool = b"".join(payload + b"\n" for payload in replies(POOL))
    with path.open("wb") as file:
        for _ in range(IN_PARALLEL // POOL):
            file.write(pool)
    size = path.stat().st_size
    parts = size // RANGE + 1
    with path.open("rb") as file:
        starts = [0]
        for part in range(1, parts):
            file.seek(size * part // parts)
            file.readline()
            starts.append(file.tell())
    return str(path), list(zip(starts, [*starts[1:], size], strict=True))


def read_range(span: tuple[int, int], path: str) -> pd.Series:
    with Path(path).open("rb") as file:
        file.seek(span[0])
        lines = file.read(span[1] - span[0]).split(b"\n")
    lines.pop()
    return pd.Series(pa.array(lines, pa.binary()), dtype=pd.ArrowDtype(pa.binary()), name="body")


def plainly(path: str, spans: list[tuple[int, int]], done: multiprocessing.SimpleQueue) -> None:
    """Do the job on some of the ranges, and give the findings back, as a worker of Dask does."""
    frames = [check_frame(read_range(span, path), progress=False) for span in spans]
    done.put((pickle.dumps(pd.concat(frames), protocol=5), memory("VmHWM")))


def plain_processes(path: str, spans: list[tuple[int, int]], count: int) -> float:
    """Return the seconds that so many processes of equal shares take, from their start to the last finding."""
    context = multiprocessing.get_context("spawn")
    done = context.SimpleQueue()
    begin = time.perf_counter()
    shares = [spans[number * len(spans) // count : (number + 1) * len(spans) // count] for number in range(count)]
    processes = [context.Process(target=plainly, args=(path, share, done)) for share in shares]
    for process in processes:
        process.start()
    findings = sum(len(pickle.loads(done.get()[0])) for _ in processes)
    for process in processes:
        process.join()
    assert findings
    return time.perf_counter() - begin


def with_dask(path: str, spans: list[tuple[int, int]]) -> tuple[float, float]:
    """Return the seconds that Dask takes with worker processes, their start included, and the memory of the largest."""
    meta = pd.Series([], dtype=pd.ArrowDtype(pa.binary()), name="body")
    begin = time.perf_counter()
    payloads = dd.from_map(read_range, spans, path=path, meta=meta)
    with ProcessPoolExecutor(WORKERS, mp_context=multiprocessing.get_context("spawn")) as pool:
        found = check_frame(payloads).compute(scheduler="processes", pool=pool, chunksize=1)
        taken = time.perf_counter() - begin
        used = max(memory("VmHWM", process.pid) for process in multiprocessing.active_children())
    assert len(found)
    return taken, used


def two_processes() -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        path, spans = _written(folder)
        rounds = []
        for _ in range(ROUNDS):
            one = plain_processes(path, spans, 1)
            plain = plain_processes(path, spans, WORKERS)
            dask, used = with_dask(path, spans)
            rounds.append({"plain": one / plain, "dask": one / dask, "share": plain / dask, "memory": used})
    return {name: statistics.median(each[name] for each in rounds) for name in rounds[0]}


def _against_jsonschema() -> list[tuple[str, str, str]]:
    """Compare with a Draft 7 validator that collects all errors, from parsed payloads; and from bytes."""
    validator = Draft7Validator(schema())
    broken = json.loads(json.dumps(REPLY))
    broken["responses"][3]["buttons"][1]["title"] = "a title that is longer than twenty"
    broken["responses"][0]["message"] = ""
    rows = []
    quick = verdicts("reply")
    for payload, what, count in ((REPLY, "valid", 0), (broken, "two errors", 2)):
        assert len(list(validator.iter_errors(payload))) == len(check(payload).findings) == count
        data, ratios = json.dumps(payload).encode(), []
        for _ in range(40):
            theirs = min(_seconds(lambda one: list(validator.iter_errors(one)), payload, 2) for _ in range(2))
            ours = min(_seconds(check, payload, 20) for _ in range(2))
            fast = min(_seconds(quick, data, 20) for _ in range(2))
            ratios.append((theirs / ours, theirs / fast))
        one, bulk = (statistics.median(column) for column in zip(*ratios, strict=True))
        shown = f"{one:.0f} x as fast; check_frame's way, from bytes, {bulk:.0f} x"
        rows.append((f"check against jsonschema, Draft 7, all errors, five responses, {what}", "at least 40 x", shown))
    return rows


def _seconds(call, payload, times: int) -> float:
    begin = time.perf_counter()
    for _ in range(times):
        call(payload)
    return (time.perf_counter() - begin) / times


def schema() -> dict:
    """Return the rules of a reply as JSON Schema: the models' own, with each union told by its type as theirs are."""
    made = ReplyPayload.model_json_schema(by_alias=True)
    for definition in made["$defs"].values():
        if "type" in definition.get("properties", {}):
            definition["required"] = sorted({"type", *definition.get("required", ())})
    return json.loads(json.dumps(made)) | {"$schema": "http://json-schema.org/draft-07/schema#"}


CHILDREN = {"one": one_process, "dask": two_processes}

if __name__ == "__main__" and len(sys.argv) > 1:
    print(json.dumps(CHILDREN[sys.argv[1]]()))
elif __name__ == "__main__":
    for what, target, measured in run():
        print(f"{what}: {measured} (target: {target or 'none'})")
