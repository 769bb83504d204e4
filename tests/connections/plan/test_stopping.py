"""What keeps a whole plan from being made or applied: it is said once, not in every row."""

from __future__ import annotations

import threading

import pandas as pd
import pytest

import chatbot_nb as cb
from chatbot_nb.connections.plan.plan import plan_from

pytestmark = pytest.mark.usefixtures("pauses")


def statuses(results):
    return results["status"].tolist()


@pytest.mark.parametrize("status", [401, 429])
@pytest.mark.usefixtures("folder")
def test_what_every_row_would_meet_stops_the_plan(client, wire, three, status):
    """A refused token, or too many calls after all tries: the other rows are not tried, and a later apply goes on."""
    plan = cb.plan(client, client.connections.frame().assign(name=["x", "y", "z"]))
    client.connections.calls.session.workers = 1
    tries = {401: 1, 429: 4}[status]
    wire.on("GET", wire.answers(status), times=tries, part=three[0])
    assert statuses(plan.apply()) == ["failed", "not tried", "not tried"]
    assert "PUT" not in wire.methods()
    assert statuses(plan.apply()) == ["done"] * 3


@pytest.mark.usefixtures("folder", "three")
def test_an_account_that_is_not_there_stops_the_plan(sandbox, client):
    """A host that nothing listens at is asked for one row, not for each."""
    plan = cb.plan(client, client.connections.frame().assign(name=["x", "y", "z"]))
    client.connections.calls.session.workers = 1
    sandbox.stop()
    results = plan.apply()
    assert statuses(results) == ["failed", "not tried", "not tried"]
    assert "ECONNREFUSED" in results["error"].iloc[0]


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        pytest.param(lambda client: (pd.DataFrame(), client), {}, "a Python DataFrame is no client", id="swapped"),
        pytest.param(lambda client: (client, pd.DataFrame()), {"delete": "no"}, "True or False is needed", id="delete"),
    ],
)
def test_senseless_arguments(client, wire, arguments, options, message):
    """They are named before anything is read; above all, "no" does not delete."""
    with pytest.raises(TypeError, match=message):
        cb.plan(*arguments(client), **options)
    assert wire.calls == []


def test_a_working_directory_that_is_gone(client, three, tmp_path, monkeypatch):
    """The journal needs a place, and the words say so."""
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    plan = cb.plan(client, pd.DataFrame({"id": three[:1], "name": ["x"]}))
    with pytest.raises(cb.PlanError, match=r"^the working directory is gone; pass journal=\.\.\. with a whole path$"):
        plan.apply()
    assert statuses(plan.apply(journal=tmp_path / "j.jsonl")) == ["done"]


def test_who_applies_is_told_how_far_it_got_and_can_end_it(client, three):
    """In the thread that applies; an event that is set starts nothing more, and warns nobody."""
    plan = cb.plan(client, client.connections.frame().assign(name="same"))
    stop, told = threading.Event(), []
    stop.set()
    assert plan.apply(progress=lambda *far: told.append(far), stop=stop)["status"].tolist() == ["not tried"] * 3
    results = plan.apply(progress=lambda *far: told.append((*far, threading.current_thread())), stop=threading.Event())
    assert results["status"].tolist() == ["done"] * 3
    assert told == [(done, 3, threading.current_thread()) for done in (1, 2, 3)]
    assert plan.rows == {0: 0, 1: 1, 2: 2}
    assert three


def test_a_plan_of_an_account_that_was_read_before_leaves_alone_what_came_since(client, three):
    """It deletes nothing that it does not know, and changes nothing that somebody changed."""
    account = client.connections.frame()
    new = client.connections.create(story_id="5" * 24, name="new", url="https://example.com/new")
    client.connections.update(three[0], name="theirs")
    plan = plan_from(client, account, account.iloc[:1].assign(name="mine"), delete=True, progress=False)
    assert plan.rows == {0: None, 1: None, 2: 0}
    assert plan.apply(progress=False)["status"].tolist() == ["done", "done", "conflict"]
    assert client.connections.frame()["name"].to_dict() == {three[0]: "theirs", new: "new"}
