"""How long an audit of a large account takes, in seconds: the target is one."""

from __future__ import annotations

import gc
import json
import statistics
import time

import pandas as pd

from chatbot_nb.audits.audit import audit
from chatbot_nb.sandbox.seed import seeded

try:
    import pyarrow as pa
except ImportError:
    pa = None

CONNECTIONS = 100_000
ROUNDS = 5


def account() -> pd.DataFrame:
    """Return what `client.connections.frame(details=True, reveal=True)` gives of a filled sandbox."""
    found = list(seeded(CONNECTIONS))
    given = [each.settings for each in found]
    texts = {
        "name": [each.name for each in given],
        "url": [each.url for each in given],
        "story_id": [each.story_id for each in found],
        "story_name": [each.story_name for each in found],
        "error": [each.error for each in found],
        "headers": [", ".join(each.headers) if each.headers else None for each in given],
        "auth_username": [each.auth[0] if each.auth else None for each in given],
        "read_error": [None] * len(found),
        "token": [each.token for each in given],
        "header_values": [json.dumps(each.headers) if each.headers else None for each in given],
        "auth_password": [each.auth[1] if each.auth else None for each in given],
    }
    columns = {name: pd.array(values, dtype="str") for name, values in texts.items()}
    times = {"created_at": [each.created_at for each in found], "updated_at": [each.updated_at for each in found]}
    columns |= {name: pd.to_datetime(values, format="ISO8601", utc=True) for name, values in times.items()}
    columns["has_token"] = pd.array([each.token is not None for each in given], dtype="boolean")
    return pd.DataFrame(columns, index=pd.Index(pd.array([each.id for each in found], dtype="str"), name="id"))


def seconds(frame: pd.DataFrame) -> float:
    gc.collect()
    begin = time.perf_counter()
    audit(frame)
    return time.perf_counter() - begin


def run() -> list[tuple[str, str, str]]:
    rows = []
    for storage in ("python", "pyarrow") if pa else ("python",):
        with pd.option_context("mode.string_storage", storage):
            revealed = account()
            detailed = revealed.drop(columns=["token", "header_values", "auth_password"])
            for frame, what in ((detailed, "with details"), (revealed, "with details and secrets")):
                taken = statistics.median(seconds(frame) for _ in range(ROUNDS))
                name = f"audit of 100,000 connections, no probe, {what}, texts in {storage}"
                rows.append((name, "under 2 s", f"{taken:.2f} s"))
    return rows
