"""The public types as a user's type checker sees them; checked by mypy, never run."""

from __future__ import annotations

from typing import Any, assert_type

import pandas as pd

import chatbot_nb as cb
from chatbot_nb.audits.audit import Audit
from chatbot_nb.bot.delivery import Delivery
from chatbot_nb.connections.models import Connection
from chatbot_nb.connections.plan.plan import Plan
from chatbot_nb.connections.snapshots.comparison import Comparison
from chatbot_nb.connections.snapshots.snapshot import Snapshot
from chatbot_nb.finding import Finding
from chatbot_nb.payloads.buttons import Goto, Phone, Postback, Url, Webview
from chatbot_nb.payloads.reply.comparison import ReplyDiff
from chatbot_nb.payloads.reply.line import Raw
from chatbot_nb.payloads.reply.rows import RowsReport
from chatbot_nb.payloads.report import Report
from chatbot_nb.payloads.responses import CardElement
from chatbot_nb.traffic.exchange import Exchange
from chatbot_nb.widgets.grid.grid import Grid


def client_and_connections() -> None:
    client = cb.connect()
    assert_type(client.connections.all(), list[Connection])
    assert_type(client.connections.get("5f5220d1ce93050007ba7402"), Connection)
    assert_type(client.connections.create(story_id="x", name="x", url="x"), str)
    assert_type(client.connections.frame(details=True, reveal=True, progress=False), pd.DataFrame)
    client.connections.create(story_id="x", name="x")  # type: ignore[call-arg]  # a URL is required
    client.connections.update("x", story_id="x")  # type: ignore[call-arg]  # a connection stays with its story


def receivers() -> None:
    receiver = cb.Receiver(cb.Reply().text("Hello"), token="x", limits={"exchanges": 5}).start()
    assert_type(receiver, cb.Receiver)
    assert_type(receiver.wait(1, where={"node": "x"}), tuple[Exchange, ...])
    assert_type(receiver.frame(), pd.DataFrame)
    assert_type(receiver.replay(lambda request: request.message), pd.DataFrame)
    assert_type(receiver.export("pytest"), str)
    assert_type(cb.Receiver.load("traffic.jsonl"), cb.Receiver)
    receiver.export("postman")  # type: ignore[arg-type]  # there is no such target
    receiver.rules.add("x", cb.Reply(), node="x", where=lambda request: request.message == "x")


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


def elements() -> None:
    assert_type(cb.postback("a", "b"), Postback)
    assert_type(cb.goto("a", "b"), Goto)
    assert_type(cb.url("a", "b"), Url)
    assert_type(cb.webview("a", "b", height="full"), Webview)
    assert_type(cb.phone("a", "+12"), Phone)
    assert_type(cb.raw(None), Raw)
    assert_type(cb.card("a", "b", cb.url("a", "b"), {"type": "url"}, cb.raw(1), image="c"), CardElement | Raw)
    cb.webview("a", "b", height="huge")  # type: ignore[arg-type]  # full, tall or compact
    cb.webview("a", "b", "full")  # type: ignore[call-arg]  # by its name only
    cb.card("a", "b", cb.url("a", "b"))  # type: ignore[call-arg]  # an image is required
    cb.card("a", "b", "c", image="d")  # type: ignore[arg-type]  # a button
    cb.card("a", "b", cb.card("a", "b", image="c"), image="d")  # type: ignore[arg-type]  # a button
    cb.postback("a", 5)  # type: ignore[arg-type]  # a string


def replies(reply: cb.Reply, frame: pd.DataFrame) -> None:
    button = cb.postback("a", "b")
    assert_type(reply.text("a", delay=0.5).random_text("a").image("a").set({"a b": "c"}, d="e"), cb.Reply)
    assert_type(reply.quick_replies("a", button, cb.goto("a", "b"), cb.raw({}), {"type": "goto"}), cb.Reply)
    assert_type(reply.cards(cb.card("a", "b", button, image="c"), {"title": "a"}, cb.raw({})), cb.Reply)
    assert_type(reply.buttons("a", button, cb.url("a", "b"), cb.phone("a", "b"), cb.webview("a", "b")), cb.Reply)
    assert_type(reply.raw(None) + reply, cb.Reply)
    assert_type(reply.when(frame, lambda r: r.text("a")).each([1], lambda r, item: r.text(str(item + 1))), cb.Reply)
    assert_type(cb.Reply.from_payload(b"{}"), cb.Reply)
    assert_type(cb.Reply.load("reply.json").render({"a": 1}, b=None), cb.Reply)
    assert_type(reply.build(), dict[str, Any])
    assert_type(reply.check(), Report)
    assert_type(reply.check_over(frame), RowsReport)
    assert_type(reply.check_over([{"a": 1}]).findings, pd.DataFrame)
    assert_type(reply.diff(reply), ReplyDiff)
    assert_type(reply.diff(reply).patch, list[dict[str, object]])
    assert_type(reply.export("express"), str)
    reply.quick_replies("a", cb.url("a", "b"))  # type: ignore[arg-type]  # postback or goto
    reply.quick_replies("a", cb.webview("a", "b"))  # type: ignore[arg-type]
    reply.quick_replies("a", cb.phone("a", "b"))  # type: ignore[arg-type]
    reply.quick_replies("a", "b")  # type: ignore[arg-type]  # a button
    reply.buttons("a", "b")  # type: ignore[arg-type]
    reply.buttons("a", [button])  # type: ignore[arg-type]  # *buttons
    reply.cards("a")  # type: ignore[arg-type]  # a card
    reply.cards(button)  # type: ignore[arg-type]
    reply.text("a", 500)  # type: ignore[call-arg]  # delay by its name only
    reply.set(a=5)  # type: ignore[arg-type]  # strings are documented
    reply.export("ruby")  # type: ignore[arg-type]
    reply + {}  # type: ignore[operator]
    cb.assert_reply(reply, warnings=True)


def widgets(frame: pd.DataFrame, reply: cb.Reply) -> None:
    builder = cb.ResponseBuilder(reply, samples=frame)
    assert_type(builder.reply, cb.Reply)
    assert_type(builder.report, Report)
    assert_type(builder.samples, pd.DataFrame)
    assert_type(builder.to_html(), str | None)
    builder.insert_code()
    cb.ChatPreview(reply).reply = builder.reply


def grids(client: cb.Client, frame: pd.DataFrame) -> None:
    grid = cb.ConnectionGrid(client, details=True)
    assert_type(grid.frame, pd.DataFrame)
    assert_type(grid.edits, pd.DataFrame)
    assert_type(grid.findings, pd.DataFrame)
    assert_type(grid.selection, pd.DataFrame)
    assert_type(grid.plan(), Plan)
    assert_type(grid.apply(journal="journal.jsonl"), pd.DataFrame)
    assert_type(grid.applied, Plan | None)
    grid.on_change(lambda changed: print(changed.edits))()
    grid.frame = frame
    grid.select(["5f5220d1ce93050007ba7402"])
    grid.undo()
    grid.redo()
    grid.cancel()
    grid.refresh()
    cb.ConnectionGrid("token")  # type: ignore[arg-type]  # a client
    assert_type(cb.show(frame, "Findings"), Grid)
    cb.show([1])  # type: ignore[arg-type]  # a DataFrame


def panels(receiver: cb.Receiver) -> None:
    panel = cb.TrafficPanel(receiver)
    assert_type(panel.receiver, cb.Receiver)
    assert_type(panel.pinned, tuple[Exchange, ...])
    assert_type(panel.exchanges, tuple[Exchange, ...])
    assert_type(panel.selected, Exchange | None)
    assert_type(panel.replay(1, lambda request: request.message), pd.DataFrame)
    assert_type(panel.export("har"), str)
    assert_type(panel.curl(1), str)
    assert_type(panel.state, str)
    panel.filter("error")
    panel.select(None)
    panel.pin("1")  # type: ignore[arg-type]  # a seq is a number
    cb.TrafficPanel("receiver")  # type: ignore[arg-type]  # a Receiver


def sandbox() -> None:
    with cb.Sandbox() as box:
        assert_type(box, cb.Sandbox)
        assert_type(box.deliver("x"), Delivery)
        box.inject(drop="during")  # type: ignore[arg-type]  # "before" or "after"


def errors(error: cb.PayloadError, failure: cb.ApiError) -> None:
    assert_type(error.findings, tuple[Finding, ...])
    assert_type(failure.status, int)
