"""The public types as a user's type checker sees them; checked by mypy, never run."""

from __future__ import annotations

from typing import assert_type

import pandas as pd

import chatbot_nb as cb
from chatbot_nb.audits.audit import Audit
from chatbot_nb.bot.delivery import Delivery
from chatbot_nb.connections.models import Connection
from chatbot_nb.connections.plan.plan import Plan
from chatbot_nb.connections.snapshots.comparison import Comparison
from chatbot_nb.connections.snapshots.snapshot import Snapshot
from chatbot_nb.finding import Finding
from chatbot_nb.payloads.report import Report


def client_and_connections() -> None:
    client = cb.connect()
    assert_type(client.connections.all(), list[Connection])
    assert_type(client.connections.get("5f5220d1ce93050007ba7402"), Connection)
    assert_type(client.connections.create(story_id="x", name="x", url="x"), str)
    assert_type(client.connections.frame(details=True, reveal=True, progress=False), pd.DataFrame)
    client.connections.create(story_id="x", name="x")  # type: ignore[call-arg]  # a URL is required
    client.connections.update("x", story_id="x")  # type: ignore[call-arg]  # a connection stays with its story


def plans(client: cb.Client, wanted: pd.DataFrame) -> None:
    plan = cb.plan(client, wanted, delete=True)
    assert_type(plan, Plan)
    assert_type(plan.frame, pd.DataFrame)
    assert_type(plan.apply(progress=False, journal="journal.jsonl"), pd.DataFrame)
    assert_type(plan.undo(), pd.DataFrame)
    assert_type(cb.resume("journal.jsonl", client, wanted=wanted), Plan)
    cb.plan(client, [])  # type: ignore[arg-type]  # a DataFrame


def audits(client: cb.Client) -> None:
    audit = cb.audit(client.connections.frame(), stale_days=90, probe=True, private=False)
    assert_type(audit, Audit)
    assert_type(audit.findings, pd.DataFrame)
    assert_type(cb.snapshot(client), Snapshot)
    assert_type(cb.snapshot("november.json").compare(cb.snapshot(client)), Comparison)
    cb.snapshot(7)  # type: ignore[arg-type]  # a client or a path


def checks() -> None:
    report = cb.check(b"{}", kind="request")
    assert_type(report, Report)
    assert_type(report.findings, tuple[Finding, ...])
    assert_type(report.ok, bool)
    cb.check("{}", kind="response")  # type: ignore[arg-type]  # "reply" or "request"


def sandbox() -> None:
    with cb.Sandbox() as box:
        assert_type(box, cb.Sandbox)
        assert_type(box.deliver("x"), Delivery)
        box.inject(drop="during")  # type: ignore[arg-type]  # "before" or "after"


def errors(error: cb.PayloadError, failure: cb.ApiError) -> None:
    assert_type(error.findings, tuple[Finding, ...])
    assert_type(failure.status, int)
