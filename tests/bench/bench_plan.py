"""What it takes to see what a frame changes."""

from __future__ import annotations

import gc
import io
import json
import statistics
import time
from typing import TYPE_CHECKING

import pandas as pd
from bench_connections import LISTED, body

from chatbot_nb.connections.frame import list_frame
from chatbot_nb.connections.plan.difference import difference
from chatbot_nb.connections.reading import Reader

try:
    import pyarrow as pa
except ImportError:
    pa = None

if TYPE_CHECKING:
    from collections.abc import Callable

CHANGES = 1000
ROUNDS = 7


def edited(account: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with every hundredth row changed: its name, its URL, or both."""
    wanted = account.copy()
    step = len(account) // CHANGES
    numbers = pd.Series(range(len(account)), index=account.index)
    names, urls = numbers % step == 0, numbers % step == 0
    names &= numbers // step % 3 != 1
    urls &= numbers // step % 3 != 2
    wanted.loc[names, "name"] += ", renamed"
    wanted.loc[urls, "url"] = wanted.loc[urls, "url"].str.replace("hooks.example", "new.example")
    return wanted


def from_csv(wanted: pd.DataFrame) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(wanted.to_csv()))


def seconds(account: pd.DataFrame, wanted: pd.DataFrame) -> float:
    gc.collect()
    begin = time.perf_counter()
    changes, _ = difference(account, wanted, delete=False, details=no_details)
    taken = time.perf_counter() - begin
    assert [change.action for change in changes] == ["update"] * CHANGES
    return taken


def no_details(_ids: list[str]) -> list[None]:
    raise AssertionError("no secret is in the frame")


def run() -> list[tuple[str, str, str]]:
    data = json.loads(body(LISTED))
    forms: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {"a copy": pd.DataFrame.copy, "CSV": from_csv}
    rows = []
    for storage in ("python", "pyarrow") if pa else ("python",):
        with pd.option_context("mode.string_storage", storage):
            account = list_frame(Reader(data))
            for form, read in forms.items():
                wanted = read(edited(account))
                taken = statistics.median(seconds(account, wanted) for _ in range(ROUNDS))
                what = f"plan of 100,000 rows with 1,000 changes, from {form}, texts in {storage}"
                rows.append((what, "under 1 s", f"{taken:.2f} s"))
    return rows
