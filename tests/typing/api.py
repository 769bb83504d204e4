"""The public types as a user's type checker sees them; checked by mypy, never run."""

from __future__ import annotations

from typing import assert_type

import pandas as pd

import chatbot_nb as cb
from chatbot_nb.bot.delivery import Delivery
from chatbot_nb.connections.models import Connection
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
