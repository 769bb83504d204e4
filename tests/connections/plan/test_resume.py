"""After the kernel: a journal is gone on with, in another kernel, and no secret comes by it."""

import asyncio
import json
import os
import signal
import warnings

import pandas as pd
import pytest

import chatbot_nb as cb
from chatbot_nb.connections import parallel
from chatbot_nb.connections.plan import execution
from chatbot_nb.connections.plan.journal import create
from chatbot_nb.transport.inbound.http import Response

LIST = "/v2/integrations/webhook"
STORY = "5" * 24
RESUME = "a journal holds no secrets. Pass the frame of the plan: cb.resume(journal, client, wanted=frame)"
UNDO = "a journal holds no secrets. Set it by hand: client.connections.update(id, ...)"
SECRET_URL = "https://robot:passw0rd-in-url@example.com/hook?api_key=key-in-url&shop=de"
SECRETS = [
    "t0ken-", "header-", "passw0rd", "key-in-url", "new-secret", "X-Secret-Value", "another-password",
]  # fmt: skip

pytestmark = pytest.mark.usefixtures("pauses")


def statuses(results):
    return results["status"].tolist()


def cut(journal, keep):
    """Keep of a journal the changes, and what follows of them that ``keep`` says, as a crash would."""
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(line for line in lines if b'"change' in line or keep(json.loads(line))))


def no_end(record):
    return "begin" in record


@pytest.fixture
def secretive(client, three):
    """A frame that sets a token, headers, auth, and a URL with credentials; one row new, one dropped."""
    wanted = client.connections.frame(details=True, reveal=True)
    wanted.loc[three[0], ["token", "header_values"]] = ["new-secret-a", '{"X-Key": "X-Secret-Value"}']
    wanted.loc[three[1], ["url", "auth_username", "auth_password"]] = [SECRET_URL, "him", "another-password"]
    wanted = wanted.drop(index=three[2]).reset_index()
    wanted.loc[2, ["name", "url", "story_id", "token"]] = ["created", SECRET_URL, STORY, "new-secret-c"]
    return wanted


def shown(plan):
    frames = (plan.frame.drop(columns=["old", "new"]), plan.findings, plan.results)
    return repr(plan) + plan._repr_html_() + "".join(frame.to_csv() for frame in frames)


def test_no_secret_is_in_the_journal_or_on_the_screen(client, wire, secretive, folder):
    """Of any state, and also where the API repeats what it was sent."""

    async def repeats(request, _go_on):
        return Response.json({"message": f"refused: {request.body.decode()}"}, 400)

    plan = cb.plan(client, secretive, delete=True)
    said = [shown(plan)]
    for method in ("PUT", "PUT", "POST"):
        wire.on(method, repeats)
    plan.apply()
    assert plan.results["error"].str.contains("refused: ").sum() == 3
    said.append(shown(plan))
    plan.apply()
    said.append(shown(plan))
    plan.undo()
    said.append(shown(plan))
    said.append(plan.journal.read_text())
    for text in SECRETS:
        assert text not in "".join(said)
    assert [each.name for each in folder.iterdir()] == [plan.journal.name]


def test_the_frame_of_changes_masks_secrets_and_shows_urls(client, secretive):
    """Tables hold URLs as they are."""
    frame = cb.plan(client, secretive).frame
    cells = frame.set_index(["name", "column"])[["old", "new"]].fillna("").apply(tuple, axis=1).to_dict()
    assert cells == {
        ("a", "token"): ("", "***"),
        ("a", "header_values"): ("", "***"),
        ("b", "url"): ("https://example.com/b", SECRET_URL),
        ("b", "auth_username, auth_password"): ("", "***"),
        ("created", "name"): ("", "created"),
        ("created", "url"): ("", SECRET_URL),
        ("created", "story_id"): ("", STORY),
        ("created", "token"): ("", "***"),
    }


def begun_only(plan, *, begun=False):
    """Let a plan be applied up to its journal, as if the kernel had died there."""
    plan.apply()
    cut(plan.journal, no_end if begun else lambda _: False)
    return plan.journal


def test_without_the_frame_a_hidden_secret_fails_and_with_it_is_done(client, wire, secretive):
    """Nothing of it was sent; the delete, which needs none, is made."""
    plan = cb.plan(client, secretive, delete=True)
    for method in ("PUT", "PUT", "POST", "DELETE"):
        wire.on(method, wire.answers(400))
    journal = begun_only(plan)
    wire.calls.clear()
    resumed = cb.resume(journal, client)
    assert statuses(resumed.results) == ["done", "failed", "failed", "failed"]
    assert resumed.results["error"].dropna().tolist() == [
        f"token and headers: {RESUME}", f"url and auth: {RESUME}", f"url and token: {RESUME}",
    ]  # fmt: skip
    assert wire.methods() == {"GET": 4, "DELETE": 1}  # one of them the list: a create needs the right account
    assert set(resumed.frame["new"].dropna()) == {"***", "created", STORY}
    mixed = secretive.iloc[[2, 1, 0]]
    assert statuses(cb.resume(journal, client, wanted=mixed).results) == ["done", "failed", "done", "failed"]
    resumed = cb.resume(journal, client, wanted=secretive)
    assert statuses(resumed.results) == ["done"] * 4
    after = client.connections.frame(details=True, reveal=True).reset_index()
    columns = ["name", "url", "token", "header_values", "auth_username", "auth_password"]
    pd.testing.assert_frame_equal(after[columns], secretive[columns], check_dtype=False)


def test_the_secrets_of_a_row_reach_no_other_new_row(client, folder):
    """New rows have no id: sorted since, they are told apart by name and URL."""
    rows = {"id": [None, None], "name": ["x", "y"], "url": ["https://x", "https://y"], "story_id": [STORY, STORY]}
    wanted = pd.DataFrame({**rows, "token": ["for-x", "for-y"]})
    plan = cb.plan(client, wanted)
    create(folder / "early.jsonl", plan._history)  # the kernel died before the first write
    for other in (wanted.iloc[::-1], wanted.assign(url="https://z"), wanted.iloc[:0]):
        resumed = cb.resume("early.jsonl", client, wanted=other)
        assert statuses(resumed.results) == ["failed", "failed"]
    assert client.connections.all() == []


@pytest.mark.parametrize("url", ["https://h", SECRET_URL])
def test_a_create_that_may_have_been_made_is_not_made_twice(client, writes, url):
    """Also where its URL is hidden: only with the frame it can be told, until then it is unknown."""
    wanted = pd.DataFrame({"id": [None], "name": ["new"], "url": [url], "story_id": [STORY], "token": ["t0ken"]})
    plan = cb.plan(client, wanted)
    journal = begun_only(plan, begun=True)
    if url == SECRET_URL:
        row = cb.resume(journal, client).results.iloc[0]
        assert (row["status"], row["error"], row["attempts"]) == ("unknown", f"url and token: {RESUME}", 1)
    resumed = cb.resume(journal, client, wanted=wanted if url == SECRET_URL else None)
    assert resumed.results[["status", "attempts"]].to_numpy().tolist() == [["done", 1]]
    assert resumed.results["id"].tolist() == [each for _, each in writes]
    assert statuses(resumed.undo()) == ["done"]
    assert client.connections.all() == []


def test_an_update_of_a_secret_that_was_under_way_shows_by_its_time(client, wire, three):
    """The secret itself is not known, but the time that the write left is."""
    plan = cb.plan(client, pd.DataFrame({"id": three[:2], "token": ["new-1", "new-2"]}))
    wire.on("PUT", wire.answers(400), part=three[1])
    resumed = cb.resume(begun_only(plan, begun=True), client)
    assert statuses(resumed.results) == ["done", "unknown"]
    assert resumed.results["attempts"].tolist() == [1, 1]


def test_after_a_resume_what_is_hidden_cannot_come_back(client, secretive):
    """A token that was there fails with words; one that was not is removed; what was deleted is incomplete."""
    bare = client.connections.create(story_id=STORY, name="bare", url="https://h")
    wanted = secretive.copy()
    wanted.loc[3, ["id", "name", "url", "token"]] = [bare, "bare", "https://h", "new-secret-d"]
    cb.plan(client, wanted, delete=True).apply(journal="j.jsonl")
    resumed = cb.resume("j.jsonl", client)
    assert statuses(resumed.results) == ["done"] * 5
    results = resumed.undo()
    assert results[["action", "status", "error"]].fillna("").to_numpy().tolist() == [
        ["create", "incomplete", f"created without token and headers and auth: {UNDO}"],
        ["update", "failed", f"token and headers: {UNDO}"],
        ["update", "failed", f"auth: {UNDO}"],
        ["update", "done", ""],
        ["delete", "done", ""],
    ]
    names = {each.name: client.connections.get(each.id) for each in client.connections.all()}
    assert sorted(names) == ["a", "b", "bare", "c"]
    assert names["bare"].token is None
    assert (names["c"].url, names["c"].story.id, names["c"].token) == ("https://example.com/c", STORY, None)


def test_an_undo_that_was_under_way_is_gone_on_with(client, wire, three):
    """It is the way back that is resumed; new connections that came back are not made twice."""
    plan = cb.plan(client, client.connections.frame().iloc[1:].assign(name=["x", "y"]), delete=True)
    plan.apply()
    wire.on("PUT", wire.answers(400), part=three[1])
    wire.on("POST", wire.does_but_answers(400))
    assert statuses(plan.undo()) == ["failed", "failed", "done"]
    cut(plan.journal, lambda record: "end" not in record or record.get("status") != "failed")
    resumed = cb.resume(plan.journal, client)
    assert resumed.direction == "undone"
    # Whether the first kernel or this one created it, nobody knows: look after its secrets.
    assert statuses(resumed.results) == ["incomplete", "done", "done"]
    assert sorted(each.name for each in client.connections.all()) == ["a", "b", "c"]
    with pytest.raises(cb.PlanError, match=r"^the plan was undone"):
        resumed.apply()


def test_the_journal_of_another_account_is_refused(client, three, api):
    """Its access token is not sent anywhere, nor are the journal's connections touched."""
    plan = cb.plan(client, pd.DataFrame({"id": three[:1], "name": ["new"]}))
    plan.apply()
    own = api.client.connections.calls.session.base_url
    theirs = client.connections.calls.session.base_url
    with pytest.raises(cb.PlanError) as caught:
        cb.resume(plan.journal, api.client)
    assert str(caught.value) == (
        f"the journal is of the account at {theirs}, the client of that at {own}. Pass the right client: "
        "cb.resume(journal, client)"
    )
    assert api.calls == []


def test_without_a_client_it_is_that_of_the_environment(client, three, monkeypatch):
    """As everywhere."""
    plan = cb.plan(client, pd.DataFrame({"id": three[:1], "name": ["new"]}))
    plan.apply()
    monkeypatch.setenv("CHATBOT_ACCESS_TOKEN", "an-access-token")
    with pytest.raises(cb.PlanError, match=r"the client of that at https://api\.chatbot\.com/v2\. Pass the right"):
        cb.resume(plan.journal)


@pytest.fixture
def interrupt(wire, monkeypatch):
    """Interrupt once the first call of a method has come; those under way end after that."""

    def interrupt(method, times):
        made = []

        class Noted(parallel.Parallel):
            def __init__(self, *args, **kwargs):
                super().__init__(*args, **kwargs)
                made.append(self)

        async def under_way(_request, go_on):
            if not hit:
                hit.append(True)
                os.kill(os.getpid(), signal.SIGINT)
            await asyncio.to_thread(made[0]._stop.wait, 10)
            return await go_on()

        hit = []
        monkeypatch.setattr(execution, "Parallel", Noted)
        wire.on(method, under_way, times=times, part=f"{LIST}/")

    return interrupt


def test_an_interrupt_ends_what_is_under_way_and_starts_nothing(sandbox, client, wire, writes, interrupt):
    """The results, the journal and a warning tell; apply goes on, and so does resume."""
    sandbox.seed(60)
    plan = cb.plan(client, client.connections.frame().assign(name=[f"n{i}" for i in range(60)]))
    interrupt("PUT", 60)
    with pytest.warns(UserWarning, match="^interrupted: ") as caught:
        results = plan.apply(progress=False)
    done = (results["status"] == "done").sum()
    assert caught[0].filename == __file__
    assert str(caught[0].message) == (
        f"interrupted: {done} of 60 changes made. plan.apply() goes on, or later cb.resume({plan.journal.name!r})"
    )
    assert set(statuses(results)) == {"done", "not tried"}
    assert 1 <= done <= 16
    assert done == wire.methods()["PUT"] == len(writes)
    wire._rules.clear()
    resumed = cb.resume(plan.journal.name, client, progress=False)
    assert statuses(resumed.results) == ["done"] * 60
    with pytest.raises(cb.PlanError, match=r"written to by another kernel since. Go on with cb.resume\(journal, clie"):
        plan.apply()
    assert len(set(writes)) == len(writes) == 60
    assert wire.methods()["PUT"] == 60


def test_after_an_interrupted_look_nothing_is_written(sandbox, client, wire, interrupt):
    """The request that is under way ends; none is started."""
    sandbox.seed(20)
    plan = cb.plan(client, client.connections.frame().assign(name=[f"n{i}" for i in range(20)]))
    interrupt("GET", 20)
    with pytest.warns(UserWarning, match=r"^interrupted: 0 of 20 changes made\. plan"):
        results = plan.apply(progress=False, journal="sub.jsonl")
    assert set(statuses(results)) == {"not tried"}
    assert wire.methods()["PUT"] == 0
    wire._rules.clear()
    with warnings.catch_warnings():
        assert statuses(plan.apply(progress=False)) == ["done"] * 20
    assert wire.methods()["PUT"] == 20


def test_an_interrupted_undo_goes_on(sandbox, client, wire, interrupt, tmp_path):
    """With a journal elsewhere, which the warning names whole."""
    sandbox.seed(30)
    before = client.connections.frame()
    plan = cb.plan(client, before.assign(name=[f"n{i}" for i in range(30)]))
    (tmp_path / "sub").mkdir()
    plan.apply(progress=False, journal="sub/j.jsonl")
    interrupt("PUT", 30)
    with pytest.warns(UserWarning, match=r"^interrupted: \d+ of 30 changes made. plan.undo\(\) goes on") as caught:
        results = plan.undo(progress=False)
    assert str(caught[0].message).endswith(f"or later cb.resume({str(tmp_path / 'sub' / 'j.jsonl')!r})")
    assert len(results) == 30
    wire._rules.clear()
    assert statuses(plan.undo(progress=False)) == ["done"] * 30
    assert client.connections.frame()["name"].tolist() == before["name"].tolist()


def test_creates_do_not_go_to_another_account(client, three, folder):
    """At the same address, with another access token: the journal knows connections of its own account."""
    new = {"id": None, "name": "new", "url": "https://example.com/new", "story_id": STORY}
    plan = cb.plan(client, pd.concat([client.connections.frame().reset_index(), pd.DataFrame([new])]))
    plan.apply(journal="j.jsonl", progress=False)
    lines = (folder / "j.jsonl").read_text().splitlines(keepends=True)
    (folder / "j.jsonl").write_text("".join(line for line in lines if "begin" not in line and "end" not in line))
    for connection_id in three:
        client.connections.delete(connection_id)
    client.connections.create(story_id=STORY, name="theirs", url="https://example.com")
    said = "^the journal is of another account: of the connections that it knows, this one has none"
    with pytest.raises(cb.PlanError, match=said):
        cb.resume("j.jsonl", client)
    assert sorted(each.name for each in client.connections.all()) == ["new", "theirs"]


def test_another_journal_for_the_same_plan_is_refused(client, three):
    """What was noted would be in two places."""
    plan = cb.plan(client, pd.DataFrame({"id": three[:1], "name": ["new"]}))
    plan.apply(journal="one.jsonl", progress=False)
    assert statuses(plan.apply(journal="one.jsonl", progress=False)) == ["done"]
    with pytest.raises(cb.PlanError, match=r"without another one$"):
        plan.apply(journal="two.jsonl", progress=False)
