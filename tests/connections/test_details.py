"""The frame with details: many requests, and a result whatever happens to them."""

import asyncio
import os
import signal
import threading
import time
from types import SimpleNamespace

import pandas as pd
import pytest

import chatbot_nb as cb
from chatbot_nb.connections import details, parallel
from chatbot_nb.transport.api import session as session_module
from chatbot_nb.transport.inbound.http import Response

LIST = {
    "name": "str",
    "url": "str",
    "story_id": "str",
    "story_name": "str",
    "error": "str",
    "created_at": "datetime64[us, UTC]",
    "updated_at": "datetime64[us, UTC]",
}
DETAILS = {"has_token": "boolean", "headers": "str", "auth_username": "str", "read_error": "str"}
REVEALED = {"token": "str", "header_values": "str", "auth_password": "str"}
PATH = "/v2/integrations/webhook"


@pytest.fixture
def no_pauses(monkeypatch):
    monkeypatch.setattr(session_module, "_pause", lambda _seconds, stop: stop.is_set())


def types(frame):
    return frame.dtypes.astype(str).to_dict()


def listed(number):
    time = "2021-06-09T07:35:00.788Z"
    story = {"id": "5" * 24, "name": "s"}
    return {"id": f"{number:024}", "story": story, "name": f"n{number}", "url": "https://h", "error": None,
            "createdAt": time, "updatedAt": time}  # fmt: skip


@pytest.fixture
def many(api):
    """A list of 40 connections, each with a token of its own."""
    api.put([listed(number) for number in range(40)])
    for number in range(40):
        api.put(listed(number) | {"token": f"token-{number}"}, f"{PATH}/{number:024}")
    return api


@pytest.mark.parametrize(
    ("options", "columns"),
    [
        pytest.param({}, LIST, id="list"),
        pytest.param({"details": True}, LIST | DETAILS, id="details"),
        pytest.param({"details": True, "reveal": True}, LIST | DETAILS | REVEALED, id="reveal"),
    ],
)
@pytest.mark.parametrize("count", [0, 1, 30])
def test_columns_and_dtypes_are_fixed(sandbox, client, options, columns, count):
    """Whatever the rows are, and where there are none."""
    sandbox.seed(count)
    frame = client.connections.frame(**options)
    assert types(frame) == columns
    assert list(frame) == list(columns)
    assert (frame.index.name, str(frame.index.dtype), len(frame)) == ("id", "str", count)
    assert frame.attrs == {"findings": []}


@pytest.mark.parametrize("storage", ["python", "pyarrow"])
def test_both_kinds_of_text_column_do(sandbox, client, storage):
    """pandas keeps texts in Arrow where pyarrow is installed, in Python objects elsewhere."""
    sandbox.seed(20)
    with pd.option_context("mode.string_storage", storage):
        frame = client.connections.frame(details=True, reveal=True)
    assert types(frame) == LIST | DETAILS | REVEALED
    assert {array.dtype.storage for _, array in frame.select_dtypes("str").items()} == {storage}


def test_the_frame_says_what_the_models_say(sandbox, client):
    """Row by row, in the order of the API, failing ones among them."""
    sandbox.seed(50)
    frame = client.connections.frame()
    connections = client.connections.all()
    assert list(frame.index) == [connection.id for connection in connections]
    assert frame["error"].notna().any()
    for row, connection in zip(frame.reset_index().to_dict("records"), connections, strict=True):
        row["error"] = None if pd.isna(row["error"]) else row["error"]
        assert row == {
            "id": connection.id,
            "name": connection.name,
            "url": connection.url,
            "story_id": connection.story.id,
            "story_name": connection.story.name,
            "error": connection.error,
            "created_at": connection.created_at,
            "updated_at": connection.updated_at,
        }


def test_details_are_those_of_each_connection(client):
    """Header names without values, unless they are asked for."""
    bare = client.connections.create(story_id="5" * 24, name="bare", url="https://h")
    full = client.connections.create(
        story_id="5" * 24, name="full", url="https://h", token="t0ken", auth=("me", "passw0rd"),
        headers={"X-A": "värdi", "X-B": "v2"},
    )  # fmt: skip
    frame = client.connections.frame(details=True)
    assert frame.loc[full, list(DETAILS)].fillna("").tolist() == [True, "X-A, X-B", "me", ""]
    assert frame.loc[bare, list(DETAILS)].fillna("").tolist() == [False, "", "", ""]
    for text in ("t0ken", "värdi", "passw0rd"):
        assert text not in frame.to_csv() + repr(frame) + frame.to_html()
    revealed = client.connections.frame(details=True, reveal=True)
    assert revealed.loc[full, list(REVEALED)].tolist() == ["t0ken", '{"X-A": "värdi", "X-B": "v2"}', "passw0rd"]
    assert revealed.loc[bare, list(REVEALED)].isna().all()


def test_reveal_alone_is_a_mistake(api):
    """The list holds no secrets to reveal."""
    with pytest.raises(
        ValueError, match=r"^reveal=True shows what only details=True reads; pass frame\(details=True, r"
    ):
        api.client.connections.frame(reveal=True)
    assert api.calls == []


def test_the_list_is_one_request_and_details_one_for_each(many):
    """And no more."""
    many.client.connections.frame()
    assert len(many.calls) == 1
    many.client.connections.frame(details=True, progress=False)
    assert len(many.calls) == 2 + 40


def test_results_are_in_the_order_of_the_list(many):
    """Whichever comes first."""
    gate = threading.Event()

    async def late(_request):
        await asyncio.to_thread(gate.wait, 10)
        return Response.json(listed(0) | {"token": "token-0"})

    async def last(_request):
        gate.set()
        return Response.json(listed(39) | {"token": "token-39"})

    many.answers[f"{PATH}/{0:024}"] = late
    many.answers[f"{PATH}/{39:024}"] = last
    frame = many.client.connections.frame(details=True, reveal=True)
    assert frame["token"].tolist() == [f"token-{number}" for number in range(40)]


def test_a_row_that_failed_keeps_its_place_and_says_why(many):
    """Deleted since the list was read, refused, not JSON: the rest is there."""
    del many.answers[f"{PATH}/{3:024}"]
    many.answers[f"{PATH}/{5:024}"] = Response(500)
    many.put(b"<html><title>Sign in</title>", f"{PATH}/{7:024}")
    many.put([], f"{PATH}/{9:024}")
    frame = many.client.connections.frame(details=True, reveal=True)
    url = many.url
    unknown = "Check the id (client.connections.all() lists those that this token can see) and base_url"
    assert frame["read_error"].dropna().tolist() == [
        f"GET {url}/{3:024} answered 404: nothing here. {unknown}",
        f"GET {url}/{5:024} answered 500",
        f"GET {url}/{7:024} answered 200 with an HTML page, not JSON: a proxy or a login page? It says: Sign in",
        f"GET {url}/{9:024}: answered with an array, not a connection. Check base_url",
    ]
    failed = frame[frame["read_error"].notna()]
    assert failed["name"].tolist() == ["n3", "n5", "n7", "n9"]
    assert failed["token"].isna().all()
    assert failed["has_token"].isna().all()
    assert frame["token"].notna().sum() == 36


def test_details_that_cannot_be_read_are_findings_with_their_row(many):
    """Together with those of the list, in its order; the raw value stays hidden."""
    items = [listed(number) for number in range(3)]
    items.insert(0, 5)
    items[3]["name"] = 7
    many.put(items)
    many.put({"token": 12345678}, f"{PATH}/{1:024}")
    with pytest.warns(cb.UnreadableFieldWarning) as caught:
        frame = many.client.connections.frame(details=True)
    assert [f"{each['pointer']}: {each['message']}" for each in frame.attrs["findings"]] == [
        "/0: 5 is not a connection; it is left out",
        "/2/token: the value is not a string",
        "/3/name: 7 is not a string",
    ]
    assert "12345678" not in str(caught[0].message) + repr(frame.attrs)


@pytest.mark.usefixtures("no_pauses")
def test_after_a_429_fewer_are_asked_at_once(many):
    """The first wave is refused; what comes later comes in smaller ones."""
    refused = set(range(16))
    under_way = []
    most = []

    for number in range(40):

        async def answer(_request, number=number):
            if number in refused:
                refused.remove(number)
                return Response.json({}, 429)
            under_way.append(number)
            await asyncio.sleep(0.005)  # so that calls meet
            most.append(len(under_way))
            under_way.remove(number)
            return Response.json({"token": f"token-{number}"})

        many.answers[f"{PATH}/{number:024}"] = answer
    frame = many.client.connections.frame(details=True, reveal=True)
    assert frame["token"].tolist() == [f"token-{number}" for number in range(40)]
    assert max(most[-20:]) <= 8


def test_an_interrupt_starts_no_more_and_keeps_what_was_read(many, monkeypatch):
    """What is under way ends; the rest is named as not read."""
    fetches = []
    interrupted = threading.Event()

    class Noted(parallel.Parallel):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            fetches.append(self)

    async def under_way(_request):
        if not interrupted.is_set():
            interrupted.set()
            os.kill(os.getpid(), signal.SIGINT)
        await asyncio.to_thread(fetches[0]._stop.wait, 10)
        return Response.json({"token": "late"})

    monkeypatch.setattr(details, "Parallel", Noted)
    for number in range(10, 40):
        many.answers[f"{PATH}/{number:024}"] = under_way
    with pytest.warns(UserWarning, match="^interrupted: the details of ") as caught:
        frame = many.client.connections.frame(details=True, reveal=True)
    assert caught[0].filename == __file__
    read = frame["read_error"].isna()
    assert frame["read_error"].dropna().unique().tolist() == ["not read: interrupted"]
    assert 10 <= read.sum() <= 10 + 16
    assert frame["token"].notna().tolist() == read.tolist()
    assert len(many.calls) == 1 + read.sum()
    said = f"interrupted: the details of {read.sum()} of 40 connections were read; see read_error"
    assert str(caught[0].message) == said


def test_an_interrupt_does_not_wait_for_calls_that_hang(many):
    """An API that does not answer holds up the result for a second, not for its timeout."""
    release, begun = threading.Event(), time.monotonic()

    async def hang(_request):
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.to_thread(release.wait, 8)
        return Response.json({"token": "late"})

    many.answers[f"{PATH}/{3:024}"] = hang
    with pytest.warns(UserWarning, match="^interrupted: the details of "):
        frame = many.client.connections.frame(details=True)
    assert time.monotonic() - begun < 6
    assert frame["read_error"].iloc[3] == "not read: interrupted"
    release.set()


def test_a_mistake_of_ours_is_not_hidden(many, monkeypatch):
    """Only errors of the API become rows; no thread is left."""
    before = threading.active_count()

    def broken(*_):
        raise RuntimeError("a mistake")

    monkeypatch.setattr(type(many.client.connections.calls), "read", broken)
    with pytest.raises(RuntimeError, match="a mistake"):
        many.client.connections.frame(details=True, progress=False)
    assert threading.active_count() <= before


def test_short_work_shows_no_progress_bar(many, capsys):
    """It would only flicker."""
    many.client.connections.frame(details=True)
    assert capsys.readouterr() == ("", "")


def test_after_a_second_a_progress_bar_counts_every_connection(many, monkeypatch):
    """It begins with what was done by then; without progress there is none, however long it takes."""
    import tqdm.auto

    bars = []

    class Bar(tqdm.auto.tqdm):
        def close(self):
            bars.append((self.initial, self.n, self.total))
            super().close()

    clock = iter([0.0] * 11 + [1.5] * 40)  # the start, ten connections, then it takes longer
    monkeypatch.setattr(parallel, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    monkeypatch.setattr(tqdm.auto, "tqdm", Bar)
    many.client.connections.frame(details=True)
    assert bars[0] == (10, 40, 40)
    many.client.connections.frame(details=True, progress=False)
    assert len(set(bars)) == 1


def test_no_more_sockets_than_workers(many):
    """Counted at the server, over 40 requests."""
    peers = set()

    async def answer(request):
        peers.add(request.peer)
        return Response.json({})

    for number in range(40):
        many.answers[f"{PATH}/{number:024}"] = answer
    many.client.connections.frame(details=True)
    assert 1 <= len(peers) <= 16


def test_there_are_no_more_workers_than_work():
    """Two connections need no sixteen threads."""
    threads = set()
    both = threading.Barrier(2, timeout=10)

    def work(_position, _stop):
        threads.add(threading.current_thread())
        both.wait()

    before = threading.active_count()
    parallel.Parallel(2, work, workers=16).run(progress=False, desc="")
    assert len(threads) == 2
    assert threading.active_count() <= before
