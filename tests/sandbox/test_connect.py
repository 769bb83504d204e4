"""connect(): the account or the sandbox, said in one line, without leaks when a cell runs again."""

from __future__ import annotations

import pytest

from chatbot_nb.connections.client import Client
from chatbot_nb.errors import TransportError
from chatbot_nb.sandbox.client import SandboxClient
from chatbot_nb.sandbox.connect import connect

LINE = "Sandbox with 24 connections (no CHATBOT_ACCESS_TOKEN is set).\n"


@pytest.fixture(autouse=True)
def no_token(monkeypatch):
    monkeypatch.delenv("CHATBOT_ACCESS_TOKEN", raising=False)


def test_without_a_token_it_is_a_sandbox(capsys):
    """A seeded one, and the line says so."""
    with connect() as client:
        assert capsys.readouterr().out == LINE
        assert isinstance(client, SandboxClient)
        assert len(client.connections.all()) == 24
        assert repr(client) == "SandboxClient(Sandbox(24 connections, running))"


def test_an_empty_token_is_none(monkeypatch, capsys):
    """An environment that sets the name to nothing has no account."""
    monkeypatch.setenv("CHATBOT_ACCESS_TOKEN", "")
    with connect():
        assert capsys.readouterr().out == LINE


def test_with_a_token_it_is_the_account(monkeypatch, capsys):
    """No sandbox is started, no request is sent, the token is not shown."""
    monkeypatch.setenv("CHATBOT_ACCESS_TOKEN", "hushhush")
    with connect() as client:
        assert capsys.readouterr().out == ("Account at https://api.chatbot.com/v2 (CHATBOT_ACCESS_TOKEN is set).\n")
        assert type(client) is Client
        assert repr(client) == "Client(base_url='https://api.chatbot.com/v2')"


def test_a_cell_that_runs_again_finds_its_account(capsys):
    """The same client with what was changed, as an account would have it; the line counts what is there."""
    with connect() as client:
        client.connections.delete(client.connections.all()[0].id)
        capsys.readouterr()
        assert connect() is client
        assert capsys.readouterr().out == "Sandbox with 23 connections (no CHATBOT_ACCESS_TOKEN is set).\n"


def test_close_stops_the_sandbox_and_connect_starts_afresh(capsys):
    """After the notebook's last cell a new run begins as the first did."""
    first = connect()
    first.connections.delete(first.connections.all()[0].id)
    first.close()
    first.close()
    assert not first.sandbox.running
    with pytest.raises(TransportError):
        first.connections.all()
    with connect() as second:
        assert second.sandbox is not first.sandbox
        assert second.sandbox.size == 24
    assert capsys.readouterr().out == LINE * 2


def test_sandbox_stopped_by_hand_is_replaced(capsys):
    """connect() never returns a client of an account that is gone."""
    first = connect()
    first.sandbox.stop()
    with connect() as second:
        assert second.sandbox.running
    first.close()
    assert capsys.readouterr().out == LINE * 2


def test_running_a_cell_many_times_leaks_nothing(wait_for_threads):
    """One sandbox however often, and after close() not a thread."""
    for _ in range(5):
        clients = [connect() for _ in range(10)]
        assert len({id(client.sandbox) for client in clients}) == 1
        clients[0].connections.all()
        clients[0].close()
    wait_for_threads()
