"""The way back: what apply made is undone, exactly, and nothing else."""

import asyncio
import os
import random
import threading
from collections import Counter

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import chatbot_nb as cb
from chatbot_nb.connections.plan import making

LIST = "/v2/integrations/webhook"
STORY = "5" * 24
LEFT = "It is left as it is"
COLUMNS = ["name", "url", "story_id", "token", "header_values", "auth_username", "auth_password"]

pytestmark = pytest.mark.usefixtures("pauses")


def revealed(client):
    return client.connections.frame(details=True, reveal=True)


def content(frame):
    """What an account holds, but for ids and times."""
    return Counter(frame[COLUMNS].fillna("").itertuples(index=False, name=None))


def statuses(results):
    return results["status"].tolist()


def test_what_was_made_is_undone_exactly(client, three, wire):
    """All three kinds, with every secret; what was deleted has a new id."""
    bare = client.connections.create(story_id=STORY, name="bare", url="https://h")
    before = revealed(client)
    wanted = before.copy()
    wanted.loc[three[0], ["name", "token"]] = ["new", "another"]
    wanted.loc[bare, ["token", "header_values", "auth_username", "auth_password"]] = ["t", '{"X": "v"}', "u", "p"]
    wanted = wanted.drop(index=three[1]).reset_index()
    wanted.loc[len(wanted), ["name", "url", "story_id", "token"]] = ["created", "https://h", STORY, "secret"]
    plan = cb.plan(client, wanted, delete=True)
    assert plan.frame["action"].value_counts().to_dict() == {"update": 5, "create": 4, "delete": 3}
    assert statuses(plan.apply()) == ["done"] * 4
    assert content(revealed(client)) == content(wanted)
    wire.calls.clear()
    results = plan.undo()
    assert content(revealed(client)) == content(before)
    assert results["action"].tolist() == ["create", "update", "update", "delete"]
    assert statuses(results) == ["done"] * 4
    assert results["id"].iloc[0] not in before.index
    assert plan.direction == "undone"
    assert wire.methods()["POST"] == 1
    wire.calls.clear()
    pd.testing.assert_frame_equal(plan.undo(), results)
    assert wire.calls == []


def test_what_somebody_changed_after_it_is_left_alone(client, three):
    """Renamed, deleted; a connection that was created and moved since stays too."""
    wanted = client.connections.frame().reset_index()
    wanted["name"] += "!"
    wanted.loc[3, ["name", "url", "story_id"]] = ["new", "https://h", STORY]
    plan = cb.plan(client, wanted)
    created = plan.apply()["id"].iloc[3]
    client.connections.update(three[0], name="theirs")
    client.connections.delete(three[1])
    client.connections.update(created, url="https://theirs")
    results = plan.undo()
    assert statuses(results) == ["conflict", "conflict", "done", "conflict"]
    assert results["error"].dropna().tolist() == [
        f"changed on the server since the plan was applied: name is 'theirs', was 'a!'. {LEFT}",
        f"the connection is gone: somebody deleted it since the plan was applied. {LEFT}",
        f"changed on the server since the plan was applied: url is 'https://theirs', was 'https://h'. {LEFT}",
    ]
    assert sorted(each.name for each in client.connections.all()) == ["c", "new", "theirs"]


def test_a_token_that_somebody_changed_after_it_is_left_alone(client, three):
    """Theirs is the newer one."""
    plan = cb.plan(client, pd.DataFrame({"id": three[:1], "token": ["ours"]}))
    plan.apply()
    client.connections.update(three[0], token="theirs")
    assert statuses(plan.undo()) == ["conflict"]
    assert client.connections.get(three[0]).token.get_secret_value() == "theirs"


def test_only_what_was_made_is_undone(client, wire, three):
    """A failed one and one that was as wanted already have nothing to be undone."""
    wanted = client.connections.frame()
    wanted["name"] += "!"
    plan = cb.plan(client, wanted)
    wire.on("PUT", wire.answers(400), part=three[0])
    client.connections.update(three[1], name="b!")
    assert statuses(plan.apply()) == ["failed", "unchanged", "done"]
    wire.calls.clear()
    results = plan.undo()
    assert (results.index.tolist(), statuses(results)) == ([2], ["done"])
    assert wire.methods() == {"GET": 1, "PUT": 1}
    assert [each.name for each in client.connections.all()] == ["a", "b!", "c"]


def test_nothing_made_is_nothing_to_undo(client, wire, three):
    """The plan can still be applied."""
    plan = cb.plan(client, pd.DataFrame({"id": three[:1], "name": ["new"]}))
    wire.on("PUT", wire.answers(400))
    assert statuses(plan.apply()) == ["failed"]
    with pytest.raises(cb.PlanError, match=r"^nothing was made, so there is nothing to undo$"):
        plan.undo()
    assert statuses(plan.apply()) == ["done"]


def test_what_is_unknown_is_not_forgotten(sandbox, wire, three):
    """Its write takes effect later: an undo is refused until that is known."""
    release, effective = threading.Event(), threading.Event()

    async def no_answer(_request, go_on):
        await asyncio.to_thread(release.wait, 10)
        await go_on()
        effective.set()

    with cb.Client(sandbox.access_token, sandbox.base_url, timeout=0.5) as client:
        plan = cb.plan(client, pd.DataFrame({"id": three[:1], "name": ["new"]}))
        wire.on("PUT", no_answer)
        assert statuses(plan.apply()) == ["unknown"]
        with pytest.raises(cb.PlanError, match=r"^the outcome of 1 change is not known: call plan.apply\(\) first"):
            plan.undo()
        release.set()
        assert effective.wait(10)
        assert statuses(plan.apply()) == ["done"]
        assert statuses(plan.undo()) == ["done"]
        assert client.connections.get(three[0]).name == "a"


@pytest.mark.parametrize("seed", range(2))
def test_an_undo_under_faults_is_made_exactly_once(sandbox, client, writes, seed):
    """As an apply is."""
    sandbox.seed(60, seed=seed)
    before = revealed(client)
    wanted = before.iloc[15:].reset_index()
    wanted.loc[:20, "name"] = [f"renamed {i}" for i in range(21)]
    new = pd.DataFrame({"id": None, "name": ["new"] * 10, "url": "https://h", "story_id": STORY})
    plan = cb.plan(client, pd.concat([wanted, new], ignore_index=True), delete=True)
    plan.apply(progress=False)
    faults = [{"status": 503}, {"drop": "before"}, {"drop": "after"}] * 6 + [{"delay": 0}] * 120
    random.Random(seed).shuffle(faults)
    writes.clear()
    for fault in faults:
        sandbox.inject(**fault)
    while set(statuses(plan.undo(progress=False))) != {"done"}:
        pass
    sandbox._faults.clear()
    assert Counter(what for what, _ in writes) == {"update": 21, "create": 15, "delete": 10}
    assert len(set(writes)) == 46
    assert content(revealed(client)) == content(before)


def test_what_is_like_a_deleted_connection_is_not_taken_for_it(client, wire, three):
    """It was there all the time; the write that was lost created nothing."""
    twin = client.connections.create(story_id=STORY, name="a", url="https://example.com/a")
    plan = cb.plan(client, client.connections.frame().drop(index=three[0]), delete=True)
    plan.apply()
    wire.on("POST", wire.drops_before)
    row = plan.undo().iloc[0]
    assert (row["status"], row["attempts"]) == ("done", 2)
    assert set(client.connections.frame().index) == {twin, *three[1:], row["id"]}
    assert client.connections.get(row["id"]).token.get_secret_value() == "t0ken-a"


def test_an_undone_plan_is_not_applied_again(client, three):
    """What it was compared with is gone."""
    plan = cb.plan(client, pd.DataFrame({"id": three[:1], "name": ["new"]}))
    with pytest.raises(cb.PlanError, match=r"^nothing was applied, so there is nothing to undo$"):
        plan.undo()
    plan.apply()
    plan.undo()
    with pytest.raises(cb.PlanError, match=r"^the plan was undone. Make it anew: cb.plan\(client, wanted\)$"):
        plan.apply()


def test_what_was_made_after_a_refused_undo_is_undone_too(client, wire, three, monkeypatch):
    """The undo could not be noted, so it has not begun: apply goes on, and undo begins anew."""
    plan = cb.plan(client, client.connections.frame().assign(name=["x", "y", "z"]))
    wire.on("PUT", wire.answers(400), part=three[0])
    plan.apply()
    with monkeypatch.context() as full:
        full.setattr(os, "write", lambda *_: 0)
        with pytest.raises(cb.PlanError, match="cannot be written"):
            plan.undo()
    assert plan.direction == "applied"
    plan.apply()
    plan.undo()
    assert [each.name for each in client.connections.all()] == ["a", "b", "c"]


def test_a_token_that_the_api_keeps_is_told(client, wire):
    """The documentation does not say that an update clears what it leaves out, so it is looked after."""
    bare = client.connections.create(story_id=STORY, name="bare", url="https://h")
    plan = cb.plan(client, pd.DataFrame({"id": [bare], "token": ["t0ken"]}))
    plan.apply()
    wire.on("PUT", wire.answers(200))
    row = plan.undo().iloc[0]
    url = f"{client.connections.calls.session.base_url}/integrations/webhook/{bare}"
    assert (row["status"], row["error"]) == (
        "incomplete",
        f"PUT {url}: the API kept token, which the update left out. Delete the connection and create it anew",
    )
    assert wire.bodies("PUT")[-1] == {"name": "bare", "url": "https://h"}


@pytest.mark.usefixtures("three")
def test_the_list_cannot_be_read_so_the_undo_does_not_begin(client, wire):
    """Without it a connection of somebody else's could be taken for the one that comes back."""
    plan = cb.plan(client, client.connections.frame().iloc[1:], delete=True)
    plan.apply()
    wire.on("GET", wire.answers(500))
    with pytest.raises(cb.ServerError):
        plan.undo()
    assert plan.direction == "applied"
    assert statuses(plan.undo()) == ["done"]


texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8)
edits = st.tuples(
    st.sampled_from(["name", "url", "token", "header_values", "auth", "delete", "create", "twin"]),
    st.integers(0, 4),
    texts,
)


@given(st.lists(edits, max_size=8))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_edits_are_made_and_undone(tmp_path_factory, monkeypatch, edits):
    """The account is as wanted, then as before, but for new ids."""
    monkeypatch.chdir(tmp_path_factory.mktemp("example"))
    monkeypatch.setattr(making, "_ARRIVED", 0.0)
    with cb.Sandbox(verify="off") as sandbox, sandbox.client() as client:
        sandbox.seed(5)
        before = revealed(client)
        wanted = before.reset_index()
        dropped = set()
        for what, row, text in edits:
            if what == "delete":
                dropped.add(row)
            elif what in {"create", "twin"}:
                there = wanted.loc[row, ["name", "url", "story_id"]].tolist()
                new = there if what == "twin" else [text, "https://h/", STORY]
                wanted.loc[len(wanted), ["name", "url", "story_id"]] = new
            elif what == "auth":
                wanted.loc[row, ["auth_username", "auth_password"]] = [text, text[::-1]]
            else:
                value = {"url": f"https://h/{row}", "header_values": '{"X-Row": "' + str(row) + '"}'}.get(what, text)
                wanted.loc[row, what] = value
        wanted = wanted.drop(index=list(dropped))
        plan = cb.plan(client, wanted, delete=True)
        if "lost_id" in set(plan.findings["code"]):  # a twin of what is deleted
            with pytest.raises(cb.PlanError):
                plan.apply(progress=False)
            return
        assert not (plan.findings["severity"] == "error").any()
        plan.apply(progress=False)
        assert set(plan.results["status"]) <= {"done"}
        assert content(revealed(client)) == content(wanted)
        if plan.journal:
            plan.undo(progress=False)
            assert set(plan.results["status"]) <= {"done"}
        assert content(revealed(client)) == content(before)
