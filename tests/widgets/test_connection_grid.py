"""`ConnectionGrid`: an account browsed, edited, planned, applied, read again; no secret gets out."""

from __future__ import annotations

import asyncio
import gzip
import io
import json
import threading

import pandas as pd
import pytest

import chatbot_nb as cb
from chatbot_nb.errors import ChatBotError, PlanError
from chatbot_nb.sandbox.service import Service
from chatbot_nb.transport.inbound.http import Response
from chatbot_nb.widgets.connection_grid.applying import Run
from chatbot_nb.widgets.connection_grid.columns import short_error, stories_of
from chatbot_nb.widgets.grid.columns import fields_of
from chatbot_nb.widgets.grid.table import Table

STORIES = {"5" * 24: "Support", "6" * 24: "Sales"}
MASKED = "*** stands for a secret that a table or snapshot does not show, and would be written as it is"
FORM = '{"X-Api-Key": "..."}'
TOKEN, HEADER, PASSWORD = "tok-5f0c-sesame", "hdr-77aa-sesame", "pwd-19ce-sesame"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Journals go to the working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def client():
    with cb.Sandbox(verify="off") as sandbox, sandbox.client() as client:
        client.sandbox = sandbox
        yield client


@pytest.fixture
def ids(client):
    """Connections a, b, c with secrets; return their ids."""
    given = {"token": TOKEN, "headers": {"X-Key": HEADER}, "auth": ("me", PASSWORD)}
    story = next(iter(STORIES))
    return [
        client.connections.create(story_id=story, name=name, url=f"https://hooks.example/{name}", **given)
        for name in "abc"
    ]


@pytest.fixture
def grid(client, ids, closing):
    assert ids
    return closing(cb.ConnectionGrid(client))


@pytest.fixture
def send(from_browser):
    """Return a function that sends a grid a message and returns the custom ones that come back."""

    def send(grid, kind, **content):
        begin = len(grid.comm.messages)
        from_browser(grid, {"type": kind, "seq": "page:1", **content})
        return grid.comm.messages[begin:]

    return send


@pytest.fixture
def edit(send):
    def edit(grid, *changes, add=()):
        named = [dict(zip(("id", "column", "value"), each, strict=True)) for each in changes]
        return send(grid, "edit", what="paste", changes=named, add=list(add))[-1]

    return edit


def names(client):
    return client.connections.frame()["name"].tolist()


def states(grid, send):
    send(grid, "window", begin=0, end=100)
    _, data, buffers = grid.comm.sent[-1]
    rows = json.loads(gzip.decompress(buffers[0])) if buffers else data["content"]["data"]
    return rows["state"]


def errors(grid):
    found = grid.findings
    return found[found["severity"] == "error"][["row", "column", "message"]].to_numpy().tolist()


def test_an_account_as_a_table(client, grid):
    """Its frame is that of the account, but for what an edited frame has no use for."""
    pd.testing.assert_frame_equal(grid.frame, client.connections.frame())
    columns = {column["name"]: column for column in grid.grid["columns"]}
    assert list(columns) == ["name", "story_id", "url", "error", "created_at", "updated_at", "id"]
    assert [name for name, column in columns.items() if column["editable"]] == ["name", "story_id", "url"]
    assert columns["story_id"]["new_only"]
    assert columns["story_id"]["type"] == "choice"
    assert (columns["url"]["type"], columns["error"]["type"]) == ("url", "state")
    assert [button["name"] for button in grid.grid["actions"]] == ["refresh", "plan"]
    assert repr(grid) == "ConnectionGrid: 3 rows, 7 columns"


def test_details_are_columns_too(client, ids, closing):
    client.connections.update(ids[0], token=None)
    grid = closing(cb.ConnectionGrid(client, details=True))
    pd.testing.assert_frame_equal(grid.frame, client.connections.frame(details=True))
    assert {"has_token", "headers", "auth_username", "read_error"} <= {each["name"] for each in grid.grid["columns"]}
    found = grid.findings
    assert found[found["code"] == "no_token"][["row", "column"]].to_numpy().tolist() == [[ids[0], "has_token"]]


def test_only_a_client_has_connections():
    with pytest.raises(TypeError, match="a string is no client; pass"):
        cb.ConnectionGrid("token")


def test_stories_are_chosen_by_name(client, closing, edit):
    """Where two have the same name the end of the id tells them apart; one that has none is known by its id."""
    rows = [("1" * 24, "Support"), ("2" * 24, "Support"), ("3" * 24, "Sales")]
    frame = pd.DataFrame(rows, columns=["story_id", "story_name"])
    assert list(stories_of(frame).items()) == [
        ("3" * 24, "Sales"),
        ("1" * 24, "Support (…1111)"),
        ("2" * 24, "Support (…2222)"),
    ]
    client.connections.create(story_id="5" * 24, name="a", url="https://h.example")
    grid = closing(cb.ConnectionGrid(client))
    (_, label), *_ = grid.grid["columns"][1]["choices"]
    edit(grid, add=[{"name": "n", "url": "https://h.example/n", "story_id": label}])
    assert grid.frame.iloc[1]["story_id"] == "5" * 24
    assert len(set(grid.frame["story_name"])) == 1
    answer = edit(grid, ("0", "story_id", "6" * 24))
    assert "stays with its story" in answer["refused"][0]["message"]


@pytest.mark.parametrize(
    ("error", "short"),
    [
        ("Request failed with status code 404", "404"),
        ("timeout of 10000ms exceeded", "timeout"),
        ("connect ECONNREFUSED 127.0.0.1:443", "ECONNREFUSED"),
        ("getaddrinfo ENOTFOUND h.example", "ENOTFOUND"),
        ("socket hang up", "hung up"),
        ("write EPROTO 8:error", "TLS"),
        ("something new", "something new"),
        ("", ""),
    ],
)
def test_delivery_errors_are_short_in_the_table(error, short):
    assert short_error(error) == short


def test_an_empty_account_takes_story_ids_as_text(client, closing, edit):
    grid = closing(cb.ConnectionGrid(client))
    edit(grid, add=[{"name": "first", "url": "https://h.example/n", "story_id": "5" * 24}])
    assert errors(grid) == []
    assert grid.apply()["status"].tolist() == ["done"]
    assert names(client) == ["first"]


def test_limits_are_those_of_a_plan_in_its_words(client, grid, edit):
    """What breaks one is not in the frame, and keeps a plan from being applied."""
    before = grid.frame
    edit(
        grid,
        ("0", "name", "x" * 129),
        ("1", "url", "ftp://me:pw@h.example/x"),
        ("2", "name", ""),
        ("2", "token", "t" * 1_025),
    )
    pd.testing.assert_frame_equal(grid.frame, before)
    shown = before.copy()
    shown["name"] = ["x" * 129, "b", None]
    shown.loc[shown.index[1], "url"] = "ftp://me:pw@h.example/x"
    planned = cb.plan(client, shown).findings
    wanted = planned[planned["severity"] == "error"][["id", "column", "message"]].to_numpy().tolist()
    token = [before.index[2], "token", "1025 characters, at most 1024"]
    assert sorted(errors(grid)) == sorted([*wanted, token])
    assert grid.grid["counts"]["errors"] == 4
    plan = grid.plan()
    assert (plan.findings["severity"] == "error").sum() == 3
    assert not grid.grid["panel"]["actions"][0]["enabled"]
    with pytest.raises(PlanError, match="nothing was sent, since the plan has 3 errors"):
        grid.apply()
    assert grid.grid["panel"]["kind"] == "plan"
    assert names(client) == ["a", "b", "c"]
    edit(grid, ("0", "name", "x" * 128))
    assert grid.frame["name"].tolist()[0] == "x" * 128


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("url", "https://***@hooks.example/a", f"{MASKED}. Write the whole URL"),
        ("header_values", "X-Key: 1", f"the value is not the text of a JSON object of strings, such as {FORM}"),
        ("token", "***", f"{MASKED}. Empty the cell"),
    ],
)  # fmt: skip
def test_likely_mistakes_are_found_as_in_a_plan(grid, edit, column, value, message):
    edit(grid, ("0", column, value))
    assert [message_ for *_, message_ in errors(grid)] == [message]


def test_a_new_row_says_what_it_lacks(grid, edit, send):
    """One in which nothing stands is left out."""
    send(grid, "add", count=1)
    assert grid.findings[grid.findings["code"] == "blank_row"]["severity"].tolist() == ["info"]
    assert grid.plan().frame.empty
    edit(grid, ("3", "name", "n"), ("3", "auth_username", "me"))
    assert sorted(column for _, column, _ in errors(grid)) == ["auth_password", "story_id", "url"]
    edit(grid, ("3", "auth_password", "x"), ("3", "url", "https://h.example/n"), ("3", "story_id", "5" * 24))
    assert errors(grid) == []
    assert grid.plan().frame["action"].unique().tolist() == ["create"]


def test_names_that_nobody_would_choose(client, grid, edit):
    """Markup, right-to-left text, breaks and tabs go through as they are."""
    hard = ["<img onerror=x>", "\u202e\u05e9\u05dc", "two\nlines\tand a tab", "nul\0"]
    url = "https://h.example/n"
    edit(
        grid,
        ("0", "name", hard[0]),
        ("1", "name", hard[1]),
        ("2", "name", hard[2]),
        add=[{"name": hard[3], "url": url, "story_id": "5" * 24}],
    )
    assert grid.apply()["status"].tolist() == ["done"] * 4
    assert names(client) == hard
    assert "<img" not in grid._html()


def test_a_plan_changes_what_was_edited_and_nothing_else(client, ids, grid, edit, send):
    """Rows that others made since are not deleted, what others changed is not changed back."""
    edit(grid, ("0", "name", "mine"), add=[{"name": "new", "url": "https://h.example/n", "story_id": "5" * 24}])
    send(grid, "delete", ids=["1"])
    made = client.connections.create(story_id="5" * 24, name="of others", url="https://h.example/o")
    client.connections.update(ids[2], name="c of others")
    plan = grid.plan()
    (_, label), *_ = grid.grid["columns"][1]["choices"]
    assert plan.results[["action", "id"]].to_numpy().tolist()[:2] == [["delete", ids[1]], ["update", ids[0]]]
    assert plan.results["action"].tolist() == ["delete", "update", "create"]
    panel = grid.grid["panel"]
    assert panel["summary"] == "1 delete, 1 update, 1 create"
    assert [[cell["text"] for cell in row] for row in panel["rows"]] == [
        ["delete", "b", "url", "https://hooks.example/b", ""],
        ["update", "a", "name", "a", "mine"],
        ["create", "new", "story", "", label],
        ["", "", "name", "", "new"],
        ["", "", "url", "", "https://h.example/n"],
    ]
    assert [[cell["mark"] for cell in row] for row in panel["rows"][:2]] == [
        ["deleted", "", "", "", ""],
        ["changed", "", "", "", "changed"],
    ]
    assert panel["findings"] == []
    assert grid.plan() is plan
    assert grid.apply()["status"].tolist() == ["done"] * 3
    assert names(client) == ["mine", "c of others", "of others", "new"]
    assert made in client.connections.frame().index
    pd.testing.assert_frame_equal(grid.frame, client.connections.frame())
    assert grid.grid["counts"]["changed"] == grid.grid["counts"]["new"] == grid.grid["counts"]["deleted"] == 0
    assert (grid.grid["undo"], grid.grid["panel"]["summary"]) == (None, "3 done")
    assert sorted(states(grid, send)) == ["", "", "done", "done"]
    grid.applied.undo(progress=False)
    grid.refresh()
    assert sorted(grid.frame["name"]) == ["a", "b", "c of others", "of others"]
    assert grid.errors == []


def test_an_edit_puts_the_plan_out_of_date(grid, edit):
    edit(grid, ("0", "name", "mine"))
    plan = grid.plan()
    edit(grid, ("0", "name", "other"))
    assert grid.grid["panel"] is None
    assert grid.plan() is not plan
    assert grid.plan().frame["new"].tolist() == ["other"]


def test_a_story_that_does_not_exist_is_not_planned(grid, edit):
    edit(grid, add=[{"name": "n", "url": "https://h.example", "story_id": "Suport"}])
    assert "is none of the choices" in errors(grid)[0][2] + errors(grid)[1][2]
    with pytest.raises(ChatBotError, match="1 cell cannot be read: put right what is marked, or undo it"):
        grid.plan()


def test_secrets_are_set_from_the_details_and_come_back_on_request(client, ids, grid, edit, send):
    """One field leaves the others as they are; half of auth keeps the other half."""
    edit(grid, ("0", "token", "new-sesame"), ("1", "auth_username", "you"), ("2", "header_values", '{"A": "b"}'))
    plan = grid.plan()
    assert plan.frame["new"].tolist() == ["***"] * 3
    assert grid.apply()["status"].tolist() == ["done"] * 3
    first, second, third = map(client.connections.get, ids)
    assert (first.token.get_secret_value(), first.auth.password.get_secret_value()) == ("new-sesame", PASSWORD)
    assert (second.auth.username, second.auth.password.get_secret_value()) == ("you", PASSWORD)
    assert third.headers["A"].get_secret_value() == "b"
    answers = [
        send(grid, "reveal", id="1", column=column)[-1]["text"]
        for column in ("token", "header_values", "auth_username", "auth_password")
    ]
    assert answers == [TOKEN, json.dumps({"X-Key": HEADER}), "you", PASSWORD]
    edit(grid, ("1", "token", "typed"))
    assert send(grid, "reveal", id="1", column="token")[-1]["text"] == "typed"
    client.connections.delete(ids[0])
    answer, failure = send(grid, "reveal", id="0", column="token")
    assert (answer["text"], failure["type"]) == (None, "error")
    assert "answered 404" in failure["message"]


def test_details_say_which_secrets_there_are(client, ids, closing, send, edit):
    client.connections.update(ids[0], token=None, headers=None, auth=None)
    grid = closing(cb.ConnectionGrid(client, details=True))

    def shown(row):
        fields = send(grid, "open", id=row)[-1]["fields"]
        return {each["column"]: each["text"] for each in fields if each["secret"]}

    assert shown("0") == {"token": None, "header_values": None, "auth_password": None}
    assert shown("1") == {"token": "••••", "header_values": "••••", "auth_password": "••••"}
    edit(grid, ("0", "token", "x"), add=[{"name": "new"}])
    assert shown("0")["token"] == "••••"
    assert shown("3")["token"] is None
    grid.undo()
    edit(grid, ("1", "auth_username", "you"))
    assert grid.frame["auth_username"].tolist()[1:] == ["you", "me"]
    grid.apply()
    assert client.connections.get(ids[1]).auth.username == "you"


def test_no_secret_is_in_any_trait_message_or_output(client, ids, closing, edit, send):
    """But the one answer to whoever asked."""
    grid = closing(cb.ConnectionGrid(client, details=True))
    typed = ["typed-token-sesame", "typed-header-sesame", "typed-pass-sesame"]
    edit(
        grid,
        ("0", "token", typed[0]),
        ("0", "header_values", json.dumps({"K": typed[1]})),
        ("0", "auth_password", typed[2]),
    )
    edit(grid, ("1", "token", typed[0] * 100), ("1", "header_values", typed[1]), ("2", "name", "mine"))
    texts = [repr(grid.plan()), repr(grid.plan().findings), grid.plan()._repr_html_()]
    grid.undo()
    client.connections.update(ids[2], name="theirs", token=typed[0])
    texts += [repr(grid.apply()), repr(grid.edits), repr(grid.findings), grid._html(), repr(grid), repr(grid.selection)]
    send(grid, "open", id="0")
    send(grid, "findings", begin=0)
    send(grid, "text", begin=0, end=3, columns=["name", "token"], header=True)
    send(grid, "view", search="sesame")
    send(grid, "view", filters={"token": "sesame"})
    grid.refresh()
    texts += [repr(grid.frame), grid.frame.to_csv(), json.dumps(grid.get_state(), default=str)]
    texts.append(json.dumps([data for _, data, _ in grid.comm.sent]))
    assert not any(buffers for _, _, buffers in grid.comm.sent)
    shown = "".join(texts)
    assert "mine" in shown
    for secret in (TOKEN, HEADER, PASSWORD, *typed):
        assert secret not in shown
    send(grid, "reveal", id="1", column="token")
    assert TOKEN in json.dumps(grid.comm.messages[-1])
    assert TOKEN not in json.dumps(grid.get_state(), default=str) + grid._html()


def test_what_both_changed_is_shown_side_by_side(client, ids, grid, edit, send):
    """A refresh keeps edits; what others changed elsewhere in a row comes in."""
    edit(grid, ("0", "name", "mine"), ("1", "name", "same"), ("2", "url", "https://h.example/mine"))
    client.connections.update(ids[0], name="theirs", url="https://h.example/theirs")
    client.connections.update(ids[1], name="same")
    client.connections.update(ids[2], name="renamed")
    send(grid, "action", name="refresh")
    panel = grid.grid["panel"]
    assert panel["rows"] == [{"id": "0", "label": "mine", "column": "name", "mine": "mine", "theirs": "theirs"}]
    assert states(grid, send) == ["conflict", "", ""]
    assert grid.frame["name"].tolist() == ["mine", "same", "renamed"]
    assert grid.frame["url"].tolist()[0] == "https://h.example/theirs"
    assert grid.edits[["before", "after"]].to_numpy().tolist() == [
        ["theirs", "mine"],
        ["https://hooks.example/c", "https://h.example/mine"],
    ]
    send(grid, "action", name="keep_mine", id="0", column="name")
    assert (grid.grid["panel"], states(grid, send)) == (None, ["", "", ""])
    assert grid.apply()["status"].tolist() == ["done", "done"]
    assert names(client) == ["mine", "same", "renamed"]


def test_theirs_can_be_taken_and_that_can_be_undone(client, ids, grid, edit, send):
    edit(grid, ("0", "name", "mine"), ("1", "name", "mine too"))
    for each in ids[:2]:
        client.connections.update(each, name="theirs")
    grid.refresh()
    assert len(grid.grid["panel"]["rows"]) == 2
    send(grid, "action", name="take_theirs")
    assert (grid.frame["name"].tolist(), grid.grid["panel"]) == (["theirs", "theirs", "c"], None)
    assert grid.plan().frame.empty
    grid.undo()
    assert grid.frame["name"].tolist() == ["mine", "mine too", "c"]
    grid.undo()
    assert grid.frame["name"].tolist() == ["theirs", "theirs", "c"]
    assert grid.grid["counts"]["changed"] == 0


def test_rows_that_one_deletes_and_the_other_changes(client, ids, grid, edit, send):
    """Edited here and deleted there: a new one, if that is kept. Marked here and changed there: asked about."""
    edit(grid, ("0", "name", "mine"))
    send(grid, "delete", ids=["1", "2"])
    client.connections.delete(ids[0])
    client.connections.update(ids[1], name="theirs")
    client.connections.delete(ids[2])
    grid.refresh()
    rows = grid.grid["panel"]["rows"]
    assert [(each["id"], each["mine"], each["theirs"]) for each in rows] == [
        ("1", "to be deleted", "name: theirs"),
        ("0", "changed", "deleted"),
    ]
    assert grid.frame["name"].tolist() == ["mine"]
    send(grid, "action", name="take_theirs", id="1", column="")
    assert grid.frame["name"].tolist() == ["theirs", "mine"]
    send(grid, "action", name="keep_mine", id="0", column="")
    assert grid.apply()["action"].tolist() == ["create"]
    assert names(client) == ["theirs", "mine"]


def test_a_new_row_that_was_deleted_there_can_go(client, ids, grid, edit, send):
    edit(grid, ("0", "name", "mine"))
    client.connections.delete(ids[0])
    grid.refresh()
    send(grid, "action", name="take_theirs")
    assert grid.frame["name"].tolist() == ["b", "c"]
    assert grid.grid["counts"]["new"] == 0
    assert grid.plan().frame.empty


def test_a_conflict_while_applying_is_not_overwritten(client, ids, grid, edit, send):
    edit(grid, ("0", "name", "mine"), ("1", "name", "fine"))
    client.connections.update(ids[0], name="theirs")
    results = grid.apply()
    assert results["status"].tolist() == ["conflict", "done"]
    assert names(client) == ["theirs", "fine", "c"]
    assert grid.grid["panel"]["rows"][0]["theirs"] == "theirs"
    assert states(grid, send) == ["conflict", "done", ""]
    assert "conflict: changed on the server" in grid.findings["message"].tolist()[0]
    send(grid, "action", name="keep_mine")
    assert grid.apply()["status"].tolist() == ["done"]
    assert names(client) == ["mine", "fine", "c"]


@pytest.fixture
def refused(ids, monkeypatch):
    """Ids of connections that nobody may change; at first that of a."""
    refused, original = ids[:1], Service.__call__

    async def handle(service, request):
        if request.method == "PUT" and any(each in request.target.decode() for each in refused):
            return Response.json({"message": "not today"}, 400)
        return await original(service, request)

    monkeypatch.setattr(Service, "__call__", handle)
    return refused


def test_what_failed_stays_as_an_edit(client, refused, grid, edit, send):
    """Its row says why; another try makes only that."""
    edit(grid, ("0", "name", "mine"), add=[{"name": "new", "url": "https://h.example/n", "story_id": "5" * 24}])
    assert grid.apply()["status"].tolist() == ["failed", "done"]
    assert states(grid, send) == ["failed", "", "", "done"]
    assert "not today" in errors(grid)[0][2]
    panel = grid.grid["panel"]
    assert [row[0] for row in panel["rows"]] == [{"text": "failed", "mark": "error"}]
    assert [each["name"] for each in panel["actions"]] == ["again", "close"]
    assert (grid.grid["note"], len(grid.edits)) == ("not applied yet", 1)
    refused.clear()
    send(grid, "action", name="again")
    grid._worker.join(30)
    assert names(client) == ["mine", "b", "c", "new"]
    assert (errors(grid), grid.grid["panel"]["summary"], grid.grid["note"]) == ([], "2 done", "")
    send(grid, "action", name="close")
    assert grid.grid["panel"] is None
    assert grid.errors == []


@pytest.fixture
def gate(monkeypatch):
    """Lets the first write wait until the test says so."""
    gate = {"reached": threading.Event(), "open": threading.Event()}
    original = Service.__call__

    async def handle(service, request):
        if request.method == "PUT":
            gate["reached"].set()
            await asyncio.get_running_loop().run_in_executor(None, gate["open"].wait, 30)
        return await original(service, request)

    monkeypatch.setattr(Service, "__call__", handle)
    return gate


def test_the_button_applies_in_a_thread_and_edits_wait(client, grid, edit, send, gate):
    """Meanwhile rows can be looked at; what was made is told row by row."""
    edit(grid, ("0", "name", "mine"))
    send(grid, "action", name="plan")
    send(grid, "action", name="apply")
    assert gate["reached"].wait(30)
    assert grid.grid["panel"]["kind"] == "progress"
    assert (grid.grid["panel"]["done"], grid.grid["panel"]["total"], grid.grid["read_only"]) == (0, 1, True)
    assert not any(button["enabled"] for button in grid.grid["actions"])
    assert states(grid, send) == ["running", "", ""]
    answer = edit(grid, ("0", "name", "other"))
    assert answer["refused"][0]["message"] == "wait until the plan is applied, or cancel it"
    for change in (grid.refresh, grid.apply, grid.undo, grid.plan):
        with pytest.raises(ChatBotError, match="wait until the plan is applied"):
            change()
    gate["open"].set()
    grid._worker.join(30)
    assert (names(client)[0], grid.grid["read_only"], states(grid, send)) == ("mine", False, ["done", "", ""])
    edit(grid, ("0", "name", "next"))
    assert states(grid, send) == ["", "", ""]
    assert grid.errors == []


def test_cancelling_ends_what_is_under_way_and_starts_nothing_more(client, closing, edit, send, gate):
    story = "5" * 24
    for number in range(40):
        client.connections.create(story_id=story, name=f"n{number}", url=f"https://h.example/{number}")
    grid = closing(cb.ConnectionGrid(client))
    edit(grid, *((str(number), "name", f"mine {number}") for number in range(40)))
    grid.plan()
    send(grid, "action", name="apply")
    assert gate["reached"].wait(30)
    send(grid, "action", name="cancel")
    gate["open"].set()
    grid._worker.join(60)
    statuses = grid.applied.results["status"].value_counts()
    made = sum(name.startswith("mine") for name in names(client))
    assert 0 < made < 40
    assert statuses["done"] == made
    assert statuses["not tried"] == 40 - made
    assert grid.grid["counts"]["changed"] == 40 - made
    assert set(states(grid, send)) == {"done", ""}
    assert grid.apply()["status"].unique().tolist() == ["done"]
    assert all(name.startswith("mine") for name in names(client))


def test_progress_is_told_at_most_five_times_a_second(client, ids):
    plan = cb.plan(client, client.connections.frame().assign(name="same"))
    base = client.connections.frame()
    told = []
    run = Run(plan, range(len(ids)), Table(base, fields_of(base)))
    tell = run.told(lambda done, total: told.append((done, total)))
    for done in range(1_000):
        tell(done, 1_000)
    assert told[0] == (0, 1_000)
    assert len(told) <= 2
    assert run.rows == {0, 1, 2}
    assert set(run.states(is_over=False).values()) == {"running"}


def test_what_was_edited_after_it_was_made_is_no_part_of_another_try(client, refused, grid, edit, send):
    edit(grid, ("0", "name", "mine"), ("1", "name", "made"))
    grid.apply()
    edit(grid, ("1", "name", "later"))
    refused.clear()
    send(grid, "action", name="again")
    grid._worker.join(30)
    assert names(client) == ["mine", "made", "c"]
    assert grid.edits["after"].tolist() == ["later"]
    assert grid.apply()["status"].tolist() == ["done"]
    assert names(client) == ["mine", "later", "c"]


def test_a_plan_that_is_out_of_date_is_not_applied(client, grid, edit, send):
    """The button of an old page does nothing."""
    edit(grid, ("0", "name", "mine"))
    send(grid, "action", name="plan")
    edit(grid, ("0", "name", "other"))
    send(grid, "action", name="apply")
    assert [str(error) for error in grid.errors] == ["the plan is out of date; make it anew"]
    send(grid, "action", name="again")
    assert names(client) == ["a", "b", "c"]


def test_an_account_that_cannot_be_read_again_keeps_what_was_made(client, grid, edit, send):
    """What was created is known by its id: nothing is created twice."""
    edit(grid, ("0", "name", "mine"), add=[{"name": "new", "url": "https://h.example/n", "story_id": "5" * 24}])
    send(grid, "delete", ids=["1"])
    plan = grid.plan()
    original = client.connections.frame
    client.connections.frame = lambda **_: (_ for _ in ()).throw(ChatBotError("no line"))
    assert grid.apply()["status"].tolist() == ["done"] * 3
    client.connections.frame = original
    assert [str(error) for error in grid.errors] == ["no line"]
    assert grid.frame["name"].tolist() == ["mine", "c", "new"]
    assert grid.frame.index.tolist() == client.connections.frame().index.tolist()
    assert grid.plan().frame.empty
    assert plan is grid.applied
    grid.refresh()
    pd.testing.assert_frame_equal(grid.frame, client.connections.frame())


@pytest.mark.parametrize("kind", ["csv", "excel", "parquet"])
def test_the_frame_as_a_file_read_back_gives_no_changes(client, closing, kind):
    client.sandbox.seed(24)
    grid = closing(cb.ConnectionGrid(client))
    frame, file = grid.frame, io.BytesIO()
    if kind == "csv":
        frame.to_csv(file)
        back = pd.read_csv(io.BytesIO(file.getvalue()))
    elif kind == "excel":
        times = {name: frame[name].dt.tz_localize(None) for name in ("created_at", "updated_at")}
        frame.assign(**times).to_excel(file)
        back = pd.read_excel(io.BytesIO(file.getvalue()))
    else:
        frame.to_parquet(file)
        back = pd.read_parquet(io.BytesIO(file.getvalue()))
    plan = cb.plan(client, back, delete=True)
    assert (len(plan.frame), len(plan.findings)) == (0, 0)


def test_the_frame_set_in_python(client, grid, send):
    """Names, URLs and stories count; what the platform sets is left aside."""
    frame = grid.frame
    frame["name"] = frame["name"].str.upper()
    frame["error"] = "made up"
    new = pd.DataFrame([frame.iloc[0]], index=pd.Index([None], dtype="str", name="id"))
    grid.frame = pd.concat([frame.iloc[:2], new.assign(name="new")])
    assert grid.grid["undo"] == "frame set in Python"
    assert grid.frame["name"].tolist() == ["A", "B", "new"]
    assert grid.frame["error"].isna().all()
    assert states(grid, send) == ["", "", "deleted", "new"]
    assert grid.apply()["action"].tolist() == ["delete", "update", "update", "create"]
    assert names(client) == ["A", "B", "new"]
    grid.frame = grid.frame.assign(story_id="6" * 24)
    assert "cannot move a connection to another story" in errors(grid)[0][2]
    assert set(grid.frame["story_id"]) == {"5" * 24}


def test_marks_of_an_audit_go_with_the_cell_that_they_are_about(client, closing, edit):
    client.connections.create(story_id="5" * 24, name=" a ", url="http://localhost/x")
    grid = closing(cb.ConnectionGrid(client))
    found = grid.findings[["column", "severity", "code"]].to_numpy().tolist()
    assert found == [["url", "warning", "http"], ["url", "warning", "localhost"], ["name", "warning", "name_blanks"]]
    edit(grid, ("0", "url", "https://h.example/x"))
    assert grid.findings["code"].tolist() == ["name_blanks"]
    grid.undo()
    assert len(grid.findings) == 3


def test_reading_again_takes_over_what_is_new(client, ids, grid, send):
    """New rows, other stories; the view and what is chosen stay."""
    send(grid, "view", sort=[["name", "down"]])
    send(grid, "select", ids=["0", "1"], mode="set")
    client.connections.create(story_id="7" * 24, name="b2", url="https://h.example/2")
    client.connections.delete(ids[0])
    grid.refresh()
    assert grid.frame["name"].tolist() == ["b", "c", "b2"]
    assert send(grid, "window", begin=0, end=9)[-1]["data"]["cells"]["name"] == ["c", "b2", "b"]
    assert grid.selection["name"].tolist() == ["b"]
    assert "7" * 24 in dict(grid.grid["columns"][1]["choices"])
