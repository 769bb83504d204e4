"""Changes are made once each, whatever goes wrong, and what became of each is told truly."""

import asyncio
import random
import threading
from collections import Counter

import pandas as pd
import pytest

import chatbot_nb as cb
from chatbot_nb.connections.plan.change import Change
from chatbot_nb.connections.plan.making import Claims

LIST = "/v2/integrations/webhook"
STORY = "5" * 24
SECRETS = ("token", "headers", "auth")
ANEW = "Make the plan anew to see what differs now"
RESULTS = {
    "action": "str", "id": "str", "name": "str", "status": "str", "error": "str", "attempts": "int64",
    "seconds": "float64",
}  # fmt: skip

pytestmark = pytest.mark.usefixtures("pauses")


def renamed(client, ids, column="name", value="new"):
    """The account with other names."""
    wanted = client.connections.frame()
    wanted.loc[ids, column] = [f"{value} {i}" for i in range(len(ids))]
    return wanted


def with_new(wanted, *names):
    new = pd.DataFrame({"id": None, "name": names, "url": "https://example.com/new", "story_id": STORY})
    return pd.concat([wanted.reset_index(), new], ignore_index=True)


def statuses(results):
    return results["status"].tolist()


def of_all_kinds(before, count):
    """Half of the changes rename or move, a quarter delete, a quarter create, some of these alike."""
    updated, other = count // 2, count // 4
    wanted = before.reset_index()[["id", "name", "url", "story_id"]].iloc[other:].reset_index(drop=True)
    wanted.loc[: updated - 1, "name"] = [f"renamed {i}" for i in range(updated)]
    wanted.loc[: updated // 2, "url"] = "https://new.example/hook"
    return with_new(wanted, *(f"new {i // 2}" for i in range(other)))


@pytest.mark.parametrize("seed", range(4))
def test_two_hundred_changes_under_faults_are_made_exactly_once(sandbox, client, wire, writes, seed):
    """503, 429 with Retry-After, connections lost before and after the write: all done, attempts counted truly."""
    sandbox.seed(160, seed=seed)
    before = client.connections.frame()
    wanted = of_all_kinds(before, 200)
    plan = cb.plan(client, wanted, delete=True)
    faults = [{"status": 503}, {"status": 429, "headers": {"Retry-After": "1"}}, {"drop": "before"}, {"drop": "after"}]
    faults = faults * 12 + [{"delay": 0}] * 450
    random.Random(seed).shuffle(faults)
    for fault in faults:
        sandbox.inject(**fault)
    plan.apply(progress=False)
    results = plan.apply(progress=False)  # of so many, one may have met four faults in a row
    assert results["status"].value_counts().to_dict() == {"done": 200}
    assert Counter(write for write, _ in writes) == {"update": 100, "delete": 50, "create": 50}
    assert len(set(writes)) == 200
    after = client.connections.frame().reset_index()
    columns = ["name", "url", "story_id"]
    assert Counter(after[columns].itertuples(index=False)) == Counter(wanted[columns].itertuples(index=False))
    created = results[results["action"] == "create"]
    assert set(created["id"]) == {each for write, each in writes if write == "create"}
    for action, method in (("update", "PUT"), ("delete", "DELETE")):
        rows = results[results["action"] == action]
        assert rows["attempts"].tolist() == [wire.sent_to(each, method) for each in rows["id"]]
    assert created["attempts"].sum() == wire.methods()["POST"]


def test_every_change_is_two_calls_where_nothing_goes_wrong(sandbox, client, wire):
    """A read and a write; what is created needs no read."""
    sandbox.seed(40)
    plan = cb.plan(client, of_all_kinds(client.connections.frame(), 40), delete=True)
    wire.calls.clear()
    results = plan.apply(progress=False)
    assert wire.methods() == {"GET": 20 + 10, "PUT": 20, "DELETE": 10, "POST": 10}
    assert set(results["attempts"]) == {1}
    assert results.dtypes.astype(str).to_dict() == RESULTS
    assert (results.index.name, results["error"].notna().sum(), (results["seconds"] > 0).all()) == ("change", 0, True)


def test_only_what_changed_differs_on_the_wire(client, wire, three):
    """Token, headers and auth are sent back as the server has them."""
    there = {each: client.connections.calls.read(each) for each in three}
    cb.plan(client, renamed(client, three[:2])).apply()
    bodies = {body["token"]: body for body in wire.bodies("PUT")}
    for number, each in enumerate(three[:2]):
        fields = {key: there[each][key] for key in ("url", *SECRETS)}
        assert bodies[fields["token"]] == {"name": f"new {number}", **fields}


def test_what_the_account_has_already_is_not_sent(client, wire, three):
    """Somebody else has done the same."""
    plan = cb.plan(client, renamed(client, three[:1]))
    client.connections.update(three[0], name="new 0")
    wire.calls.clear()
    row = plan.apply().iloc[0]
    assert tuple(row[["status", "error", "attempts"]]) == (
        "unchanged", "the account had it so already; nothing was sent", 0,
    )  # fmt: skip
    assert wire.methods() == {"GET": 1}


def test_a_server_error_is_looked_after_not_repeated(client, wire, three, writes):
    """500 says nothing of what became of the write."""
    plan = cb.plan(client, with_new(renamed(client, three[:2]), "new"))
    wire.on("PUT", wire.does_but_answers(500), part=three[0])
    wire.on("PUT", wire.answers(500, {"message": "full moon"}), part=three[1])
    wire.on("POST", wire.does_but_answers(500))
    writes.clear()
    results = plan.apply()
    assert statuses(results) == ["done", "failed", "done"]
    url = f"{client.connections.calls.session.base_url}/integrations/webhook"
    assert results["error"].dropna().tolist() == [f"PUT {url}/{three[1]} answered 500: full moon"]
    assert results["attempts"].tolist() == [1, 1, 1]
    assert Counter(what for what, _ in writes) == {"update": 1, "create": 1}


def test_a_refused_write_fails_and_the_rest_goes_on(client, wire, three):
    """400 changes nothing, so it is not looked after."""
    plan = cb.plan(client, renamed(client, three))
    wire.on("PUT", wire.answers(400, {"message": "no t0ken-a there"}), part=three[0])
    wire.calls.clear()
    results = plan.apply()
    assert statuses(results) == ["failed", "done", "done"]
    assert results["error"].iloc[0].endswith(f"{three[0]} answered 400: no *** there")
    assert wire.methods() == {"GET": 3, "PUT": 3}


def test_a_connection_deleted_between_look_and_write_is_a_conflict(client, wire, three):
    """Of an update and of a delete; neither answers that it was not found to the user."""
    wanted = renamed(client, three[:1]).drop(index=three[1])
    plan = cb.plan(client, wanted, delete=True)

    async def gone_before(_request, go_on):
        await asyncio.to_thread(client.connections.delete, _request.target.decode().rpartition("/")[2])
        return await go_on()

    wire.on("PUT", gone_before, part=three[0])
    wire.on("DELETE", gone_before, part=three[1])
    results = plan.apply()
    assert statuses(results) == ["conflict", "conflict"]
    said = f"the connection is gone: somebody deleted it since the plan was made. {ANEW}"
    assert results["error"].tolist() == [said, said]


def test_a_delete_that_finds_nothing_since_its_first_try_did_it_is_done(client, wire, three):
    """The first try takes effect late: after the look, before the second try."""
    plan = cb.plan(client, client.connections.frame().iloc[1:], delete=True)

    async def late(_request, go_on):
        await asyncio.to_thread(client.connections.calls.delete, three[0], tries=1)
        return await go_on()

    wire.on("DELETE", wire.drops_before)
    wire.on("DELETE", late)
    row = plan.apply().iloc[0]
    assert (row["status"], row["attempts"]) == ("done", 2)


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_access_token_stops_everything(sandbox, client, wire, status):
    """Every other call would be refused too; the rest was not tried."""
    sandbox.seed(60)
    plan = cb.plan(client, renamed(client, list(client.connections.frame().index)))
    for method in ("GET", "PUT"):
        wire.on(method, wire.answers(status), times=100, part=f"{LIST}/")
    wire.calls.clear()
    results = plan.apply(progress=False)
    counts = results["status"].value_counts()
    assert set(counts.index) == {"failed", "not tried"}
    assert counts["failed"] == len(wire.calls) <= 16
    assert results.loc[results["status"] == "failed", "error"].str.contains(f"answered {status}. Check CHATBOT_").all()
    wire._rules.clear()
    assert set(plan.apply(progress=False)["status"]) == {"done"}


@pytest.mark.parametrize("effective", [True, False])
def test_a_write_without_an_answer_in_time_is_unknown_until_the_next_apply(sandbox, wire, three, writes, effective):
    """It may still arrive, so it is not repeated at once; then the account tells."""
    release = threading.Event()

    async def hangs(_request, go_on):
        await asyncio.to_thread(release.wait, 10)
        return await go_on() if effective else None

    with cb.Client(sandbox.access_token, sandbox.base_url, timeout=1) as client:
        plan = cb.plan(client, with_new(renamed(client, three[:1]).drop(index=three[1]), "new"), delete=True)
        for method in ("PUT", "POST", "DELETE"):
            wire.on(method, hangs)
        writes.clear()
        first = plan.apply()
        assert statuses(first) == ["unknown"] * 3
        assert first["error"].str.endswith("no answer within 1 s. Check the network, or pass a larger timeout").all()
        assert writes == []
        release.set()
        if effective:
            while len(writes) < 3:
                client.connections.all()
        results = plan.apply()
    assert statuses(results) == ["done"] * 3
    assert results["attempts"].tolist() == [1 if effective else 2] * 3
    assert Counter(what for what, _ in writes) == {"update": 1, "create": 1, "delete": 1}


@pytest.mark.parametrize(
    ("method", "answer"),
    [
        pytest.param("PUT", b"<html><title>Sign in</title>", id="html"),
        pytest.param("DELETE", b"done!", id="text"),
        pytest.param("POST", b"created!", id="created-text"),
        pytest.param("POST", b"{}", id="created-without-id"),
        pytest.param("POST", b"", id="created-nothing"),
        pytest.param("POST", b'{"id": 5}', id="created-number"),
    ],
)
def test_an_answer_that_says_nothing_is_looked_after(client, wire, three, method, answer):
    """The write took effect all the same."""
    plan = cb.plan(client, with_new(renamed(client, three[:1]).drop(index=three[1]), "new"), delete=True)
    wire.on(method, wire.does_but_answers(200, answer))
    wire.calls.clear()
    results = plan.apply()
    assert statuses(results) == ["done"] * 3
    assert results["attempts"].tolist() == [1, 1, 1]
    assert {method: wire.methods()[method] for method in ("PUT", "POST", "DELETE")} == {
        "PUT": 1,
        "POST": 1,
        "DELETE": 1,
    }
    assert set(client.connections.frame().index) == {three[0], three[2], results["id"].iloc[2]}


def test_pauses_are_those_that_the_api_asks_for(client, wire, three, pauses):
    """Else they grow with the tries; four at most, of which each is preceded by a look."""
    plan = cb.plan(client, renamed(client, three[:1]))
    wire.on("PUT", wire.answers(429, headers=(("Retry-After", "7"),)))
    wire.on("PUT", wire.answers(503), times=3)
    wire.calls.clear()
    row = plan.apply().iloc[0]
    assert (row["status"], row["attempts"]) == ("failed", 4)
    assert row["error"].endswith("answered 503")
    assert pauses == [(1, 7), (2, None), (3, None), (4, None)]
    assert [method for method, _, _ in wire.calls] == ["GET", "PUT"] * 4 + ["GET"]


def test_a_change_by_somebody_else_is_a_conflict(client, wire, three, sandbox):
    """Seen by the time alone, by the content alone, or since it is gone; the rest is made."""
    new = [client.connections.create(story_id=STORY, name=f"d{i}", url=f"https://u:pw@h/{i}?a=b") for i in range(3)]
    plan = cb.plan(client, renamed(client, [*three, *new]))
    db = sandbox._running.store._db
    client.connections.update(three[0], token="another")
    db.execute("UPDATE connection SET name = 'theirs' WHERE id = ?", (new[0],))
    db.execute("UPDATE connection SET url = 'https://me:secret@h/?c=d' WHERE id = ?", (new[1],))
    client.connections.delete(new[2])
    then, now = plan._changes[0].seen.updated_at, client.connections.get(three[0]).updated_at
    wire.calls.clear()
    results = plan.apply()
    assert statuses(results) == ["conflict", "done", "done", "conflict", "conflict", "conflict"]
    assert results["error"].dropna().tolist() == [
        f"changed on the server since the plan was made: updatedAt is {now}, was {then}. {ANEW}",
        f"changed on the server since the plan was made: name is 'theirs', was 'd0'. {ANEW}",
        "changed on the server since the plan was made: url is 'https://***@h/?c=***', was 'https://***@h/1?a=***'. "
        + ANEW,
        f"the connection is gone: somebody deleted it since the plan was made. {ANEW}",
    ]
    assert results["attempts"].tolist() == [0, 1, 1, 0, 0, 0]
    assert wire.methods()["PUT"] == 2


def test_a_second_apply_tries_only_what_is_open(client, wire, three):
    """What is done needs no look."""
    plan = cb.plan(client, renamed(client, three))
    wire.on("PUT", wire.answers(400), part=three[1])
    assert statuses(plan.apply()) == ["done", "failed", "done"]
    wire.calls.clear()
    results = plan.apply()
    assert statuses(results) == ["done"] * 3
    assert [(method, path) for method, path, _ in wire.calls] == [
        ("GET", f"{LIST}/{three[1]}"), ("PUT", f"{LIST}/{three[1]}"),
    ]  # fmt: skip
    assert results["attempts"].tolist() == [1, 2, 1]
    wire.calls.clear()
    plan.apply()
    assert wire.calls == []


@pytest.mark.parametrize("fault", ["drops_before", "drops_after"])
def test_equal_new_rows_become_as_many_connections(client, wire, writes, fault):
    """One does not take the other's connection for its own, nor one that was there before."""
    row = {"story_id": STORY, "name": "same", "url": "https://example.com/new"}
    client.connections.create(**row)
    plan = cb.plan(client, with_new(client.connections.frame(), *["same"] * 5))
    wire.on("POST", getattr(wire, fault), times=3)
    writes.clear()
    results = plan.apply()
    assert statuses(results) == ["done"] * 5
    assert Counter(results["id"]) == Counter(each for _, each in writes)
    assert len(set(results["id"])) == 5


def test_equal_creates_wait_for_each_other():
    """One that looks while the other's answer is on its way would take that connection for its own."""
    same = {"storyId": STORY, "name": "same", "url": "https://h"}
    claims = Claims([])
    with claims.alone(Change("create", 0, None, None, same)):
        assert claims.alone(Change("create", 1, None, None, {**same, "token": "t"})).locked()
        assert not claims.alone(Change("create", 2, None, None, {**same, "name": "other"})).locked()


def test_a_like_connection_of_another_story_is_not_taken_for_a_new_one(client, wire):
    """Somebody created it meanwhile; the write that was lost did not."""
    plan = cb.plan(client, with_new(client.connections.frame(), "new"))
    other = client.connections.create(story_id="6" * 24, name="new", url="https://example.com/new")
    wire.on("POST", wire.drops_before)
    row = plan.apply().iloc[0]
    assert (row["status"], row["attempts"]) == ("done", 2)
    assert set(client.connections.frame().index) == {other, row["id"]}


def test_findings_of_severity_error_keep_everything_from_being_sent(client, wire, three, folder):
    """Also the rows that are right; no journal is written."""
    wanted = renamed(client, three[:2])
    wanted.loc[three[1], "name"] = "x" * 129
    plan = cb.plan(client, wanted)
    wire.calls.clear()
    said = "^nothing was sent, since the plan has 1 error:\n  row 1, name: 129 characters"
    with pytest.raises(cb.PlanError, match=said) as caught:
        plan.apply()
    pd.testing.assert_frame_equal(caught.value.findings, plan.findings)
    assert (wire.calls, list(folder.iterdir()), caught.value.results) == ([], [], None)


@pytest.mark.usefixtures("three")
def test_a_plan_without_changes_sends_and_writes_nothing(client, wire, folder):
    """And its results have the columns of any."""
    plan = cb.plan(client, client.connections.frame())
    wire.calls.clear()
    assert plan.apply().dtypes.astype(str).to_dict() == RESULTS
    assert (wire.calls, list(folder.iterdir()), plan.journal) == ([], [], None)
