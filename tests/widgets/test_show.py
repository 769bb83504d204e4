"""`cb.show`: our own tables, and any other, to look at."""

from __future__ import annotations

import pandas as pd
import pytest

import chatbot_nb as cb
from chatbot_nb.errors import ChatBotError


def types(grid):
    return {column["name"]: column["type"] for column in grid.grid["columns"]}


def test_findings_of_an_audit(closing, from_browser):
    """Severities are states; nothing can be edited, everything can be sorted and chosen."""
    frame = pd.DataFrame({"name": ["a", "b"], "url": ["http://localhost/x", "https://h.example/x"]})
    findings = cb.audit(frame).findings
    grid = closing(cb.show(findings, "Audit"))
    assert (grid.grid["title"], grid.grid["read_only"], grid.grid["rows"]) == ("Audit", True, len(findings))
    assert [column["name"] for column in grid.grid["columns"]] == list(findings.columns)
    assert types(grid)["severity"] == "state"
    from_browser(grid, {"type": "view", "filters": {"severity": "=warning"}, "sort": [["code", "up"]]})
    from_browser(grid, {"type": "select", "ids": [], "mode": "all"})
    assert sorted(grid.selection["code"]) == sorted(findings["code"][findings["severity"] == "warning"])
    pd.testing.assert_frame_equal(grid.frame, findings)
    with pytest.raises(ChatBotError):
        grid.frame = findings


def test_a_plan(closing):
    with cb.Sandbox(verify="off") as sandbox, sandbox.client() as client:
        sandbox.seed(3)
        wanted = client.connections.frame()
        plan = cb.plan(client, wanted.assign(name=wanted["name"] + "!"))
    grid = closing(cb.show(plan.frame))
    assert [column["name"] for column in grid.grid["columns"]] == ["change", *plan.frame.columns]
    assert types(grid)["action"] == "state"


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"severity": [1], "url": [None]}),
        pd.DataFrame([["a", "b"]], columns=["url", "url"]),
        pd.DataFrame({"url": ["x"]}, index=pd.Index(["a"], name="url")),
        pd.DataFrame({7: ["x"]}, index=pd.MultiIndex.from_tuples([("a", 1)])),
        pd.DataFrame(),
    ],
)
def test_any_other_frame(closing, frame):
    """Also where a name that we know means something else there."""
    grid = closing(cb.show(frame))
    pd.testing.assert_frame_equal(grid.frame, frame)
    assert grid.grid["rows"] == len(frame)


@pytest.mark.parametrize("frame", [None, "x", pd.Series([1])])
def test_what_is_no_frame_is_refused(frame):
    with pytest.raises(TypeError, match="is no DataFrame"):
        cb.show(frame)
