"""What a plan shows of itself, in text and in HTML, in each state."""

import re
from html import unescape

import pandas as pd
import pytest

import chatbot_nb as cb

STORY = "5" * 24
MARKUP = "<script>alert(1)</script> & co"

pytestmark = pytest.mark.usefixtures("pauses")


def cells(html):
    """The texts of an HTML view, tag by tag."""
    return [unescape(text) for text in re.findall(r">([^<>]+)<", html)]


@pytest.fixture
def wanted(client, three):
    """One renamed, moved and given a token, one dropped, one new."""
    client.connections.update(three[0], name=MARKUP)
    frame = client.connections.frame().drop(index=three[1]).reset_index()
    frame.loc[1, ["name", "url"]] = ["c\n2", "https://me:pw@h/?token=s3cret&shop=de"]
    frame.loc[1, "token"] = "t0ken"
    frame.loc[0, "url"] = "https://h/<b>"
    frame.loc[2, ["name", "url", "story_id"]] = ["new", "https://new", STORY]
    return frame


@pytest.mark.usefixtures("three")
def test_no_changes(client):
    """Nothing to be done, nothing to be said."""
    plan = cb.plan(client, client.connections.frame())
    assert repr(plan) == "Plan: no changes"
    assert cells(plan._repr_html_()) == ["Plan: no changes"]
    assert plan.direction == "not applied"
    assert list(plan.frame) == ["action", "id", "name", "column", "old", "new"]
    assert set(plan.frame.dtypes.astype(str)) == {"str"}
    assert (plan.frame.index.name, str(plan.frame.index.dtype), len(plan.frame)) == ("change", "int64", 0)


def test_changes_to_come(client, wanted, three):
    """Deletions first, old and new values, credentials masked; then what to do."""
    plan = cb.plan(client, wanted, delete=True)
    assert repr(plan).splitlines() == [
        "Plan: 1 delete, 2 updates, 1 create, 1 warning",
        "  delete  'b' url: 'https://example.com/b' → null",
        f"  update  {MARKUP!r} url: 'https://example.com/a' → 'https://h/<b>'",
        "  update  'c' name: 'c' → 'c\\n2'",
        "  update  'c' url: 'https://example.com/c' → 'https://***@h/?token=***&shop=de'",
        "  update  'c' token: null → '***'",
        "  create  'new' url: null → 'https://new'",
        f"  warning {three[1]}: not in the frame, and delete=True: 'b' will be deleted",
        "  nothing has been sent; .apply() makes the changes",
    ]
    html = plan._repr_html_()
    assert "<script" not in html
    assert "<b>" not in html
    shown = "".join(cells(html))
    for text in ("Plan: 1 delete, 2 updates, 1 create, 1 warning", repr(MARKUP), ".apply() makes the changes"):
        assert text in shown
    assert "s3cret" not in shown + repr(plan)
    assert shown.count("***") == 3


@pytest.mark.usefixtures("three")
def test_without_delete_what_stays_is_counted(client):
    """It is named in the findings only."""
    plan = cb.plan(client, client.connections.frame().iloc[:1].assign(name="new"))
    assert repr(plan).splitlines() == [
        "Plan: 1 update",
        "  update  'a' name: 'a' → 'new'",
        "  2 connections of the account not in the frame: left alone without delete=True",
        "  nothing has been sent; .apply() makes the changes",
    ]


@pytest.mark.usefixtures("three")
def test_errors(client):
    """They stand in the way, each with its place."""
    plan = cb.plan(client, client.connections.frame().assign(name=["x" * 129, "", "new"]))
    assert repr(plan).splitlines() == [
        "Plan: 1 update, 2 errors",
        "  update  'c' name: 'c' → 'new'",
        "  error   row 0, name: 129 characters, at most 128",
        "  error   row 1, name: empty, 1 to 128 characters; the account has 'b'",
        "  nothing has been sent; put the errors right and make the plan anew",
    ]
    html = plan._repr_html_()
    assert "<code>row 1, name</code>" in html
    assert "put the errors right and make the plan anew" in html


def test_an_exception_names_the_first_errors(client, sandbox):
    """Three of them, and where the rest is."""
    sandbox.seed(5)
    plan = cb.plan(client, client.connections.frame().assign(name=""))
    with pytest.raises(cb.PlanError) as caught:
        plan.apply()
    lines = str(caught.value).splitlines()
    assert lines[0] == "nothing was sent, since the plan has 5 errors:"
    assert [line.partition(":")[0] for line in lines[1:4]] == ["  row 0, name", "  row 1, name", "  row 2, name"]
    assert lines[1].startswith("  row 0, name: empty, 1 to 128 characters; the account has ")
    assert lines[4] == "  and 2 more in .findings"


def test_more_than_can_be_shown_is_counted(client, sandbox):
    """Twenty changes and twenty findings; the frames have all."""
    sandbox.seed(50)
    frame = client.connections.frame()
    plan = cb.plan(client, frame.assign(name=[f"n{i}" for i in range(50)], story_name="edited"))
    text, html = repr(plan), plan._repr_html_()
    assert "  and 30 more in .frame\n" in text
    assert "  warning row 0 and 49 more, story_name: set by the platform; the change is ignored\n" in text
    assert text.startswith("Plan: 50 updates, 50 warnings\n")
    assert html.count("and 30 more in <code>.frame</code>") == 1
    unlike = cb.plan(client, frame.assign(name=["n" * (200 + i) for i in range(50)]))
    assert "  and 30 more in .findings\n" in repr(unlike)
    assert unlike._repr_html_().count("and 30 more in <code>.findings</code>") == 1


def test_applied_with_failures_then_undone(client, wanted, wire, three):
    """What did not go well stands there; what did is counted."""
    plan = cb.plan(client, wanted, delete=True)
    wire.on("PUT", wire.answers(400, {"message": "<i>no</i>"}), part=three[0])
    plan.apply(journal="j.jsonl")
    url = f"{client.connections.calls.session.base_url}/integrations/webhook/{three[0]}"
    assert repr(plan).splitlines() == [
        "Plan: 1 delete, 2 updates, 1 create",
        f"  failed    update {MARKUP!r}: PUT {url} answered 400: <i>no</i>",
        "  applied: 1 failed, 3 done; .results has a row for each, the journal is j.jsonl",
    ]
    html = plan._repr_html_()
    assert "<i>no" not in html
    assert "<script" not in html
    assert "<i>no</i>" in unescape(html)
    client.connections.update(three[2], name="theirs")
    plan.undo()
    theirs = plan.results["error"].dropna().item()
    assert theirs.startswith("changed on the server since the plan was applied: name is 'theirs', was 'c\\n2'. ")
    assert repr(plan).splitlines() == [
        "Undo: 1 delete, 1 update, 1 create",
        f"  conflict  update 'c\\n2': {theirs}",
        "  undone: 1 conflict, 2 done; .results has a row for each, the journal is j.jsonl",
    ]


@pytest.mark.usefixtures("three")
def test_what_was_not_tried_has_no_reason(client, wire):
    """None is said where there is none."""
    plan = cb.plan(client, client.connections.frame().assign(name=["x", "y", "z"]))
    wire.on("GET", wire.answers(401), times=9, part="webhook/")
    plan._calls.session.workers = 1
    plan.apply(journal="j.jsonl")
    lines = repr(plan).splitlines()
    assert lines[2:] == [
        "  not tried update 'b'",
        "  not tried update 'c'",
        "  applied: 1 failed, 2 not tried; .results has a row for each, the journal is j.jsonl",
    ]


def test_a_resumed_plan_shows_hidden_values_as_such(client, three):
    """A journal knows of them only that they are there."""
    cb.plan(client, pd.DataFrame({"id": three[:1], "url": ["https://me:pw@h"], "token": ["t"]})).apply(journal="j")
    plan = cb.resume("j", client)
    assert repr(plan).splitlines() == [
        "Plan: 1 update",
        "  applied: 1 done; .results has a row for each, the journal is j",
    ]
    assert plan.frame[["column", "old", "new"]].fillna("").to_numpy().tolist() == [
        ["url", "https://example.com/a", "***"], ["token", "", "***"],
    ]  # fmt: skip
