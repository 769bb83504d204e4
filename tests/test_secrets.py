"""No secret leaves by accident: one walk through everything, then a search of all that was shown on the way."""

from __future__ import annotations

import html
import json
import logging
import traceback
import warnings
from pathlib import Path

import nbformat
import pytest
from pydantic import ValidationError

import chatbot_nb as cb
from chatbot_nb.connections.models import NewConnection
from chatbot_nb.sandbox.seed import seeded

NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))

TOKEN = "tok-5f0c-sesame"
HEADER = "hdr-77aa-sesame"
PASSWORD = "pwd-19ce-sesame"
IN_URL = "url-e4b1-sesame"
WRONG_ACCESS_TOKEN = "acc-02d8-sesame"
STORY = "634fef70c56fd000073f5730"


class Shown:
    """All that a person could have seen: reprs, HTML, tables, tracebacks, warnings, log records."""

    def __init__(self):
        self.texts = []

    def show(self, value):
        self.texts += [repr(value), str(value)]
        for method in ("_repr_html_", "to_html", "to_string"):
            if hasattr(value, method):
                self.texts.append(getattr(value, method)())
        return value

    def failure(self, function, *args, **kwargs):
        """Call what must fail with an error of ours; show it as a cell's traceback would, and all it holds."""
        with pytest.raises(cb.ChatBotError) as caught:
            function(*args, **kwargs)
        error = caught.value
        self.texts += [*traceback.format_exception(error), repr(vars(error)), repr(error.args)]

    def holding(self, secret):
        return [text for text in self.texts if secret in text or html.escape(secret) in text]


@pytest.fixture
def shown(caplog):
    shown = Shown()
    caplog.set_level(logging.DEBUG)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield shown
    shown.texts += [str(warning.message) for warning in caught]
    shown.texts += [record.getMessage() for record in caplog.records]


def walk(shown, sandbox):
    """Use everything once with secrets in it, and make all of it fail once."""
    client = shown.show(sandbox.client())
    calls = shown.show(client.connections)
    secret_url = sandbox.backends["hello"].replace("://", f"://user:{IN_URL}@") + f"?key={IN_URL}"
    given = {"token": TOKEN, "headers": {"X-Key": HEADER}, "auth": ("user", PASSWORD)}
    connection_id = calls.create(story_id=STORY, name="hook", url=sandbox.backends["hello"], **given)

    for connection in (calls.get(connection_id), *calls.all()):
        shown.show(connection)
        shown.show(connection.model_dump())
        shown.texts.append(connection.model_dump_json())
    shown.show(calls.frame())
    shown.show(calls.frame(details=True, progress=False))
    shown.show(sandbox)
    shown.show(sandbox.verifications)

    for backend in sandbox.backends:
        calls.update(connection_id, url=sandbox.backends[backend])
        shown.show(sandbox.deliver(connection_id, timeout=0.2))
        calls.get(connection_id)
    calls.update(connection_id, url=f"http://user:{IN_URL}@127.0.0.1:9/?key={IN_URL}")
    shown.show(sandbox.deliver(connection_id))
    shown.show(calls.get(connection_id).error)

    shown.failure(calls.create, story_id="x", name="", url=f"ftp://user:{IN_URL}@h/?key={IN_URL}", **given)
    too_long = {"token": TOKEN * 100, "headers": {"X-Key": HEADER + "\n"}, "auth": ("", PASSWORD * 100)}
    shown.failure(calls.create, story_id=STORY, name="x", url=secret_url, **too_long)
    shown.failure(calls.update, connection_id, headers={"X-Key": HEADER, "": HEADER}, token="")
    shown.failure(calls.update, "0" * 24, **given)
    with pytest.raises(ValidationError) as caught:
        NewConnection(story_id="x", name="x", url=secret_url, token=TOKEN * 100)
    shown.texts.append(str(caught.value))
    for status in (400, 401, 403, 404, 429, 500, 503):
        sandbox.inject(status=status, times=4)
        shown.failure(calls.create, story_id=STORY, name="x", url=secret_url, **given)
        sandbox._faults.clear()
    sandbox.inject(drop="after", times=4)
    shown.failure(calls.create, story_id=STORY, name="x", url=secret_url, **given)
    sandbox._faults.clear()
    shown.failure(cb.Client(WRONG_ACCESS_TOKEN, sandbox.base_url).connections.all)
    shown.failure(cb.Client(WRONG_ACCESS_TOKEN, f"http://user:{IN_URL}@127.0.0.1:9/").connections.all)


def test_nothing_shown_holds_a_secret(shown):
    """Reprs, tables, HTML, tracebacks, warnings and logs hold none of the secrets that were used."""
    with cb.Sandbox() as sandbox:
        secrets = [TOKEN, HEADER, PASSWORD, WRONG_ACCESS_TOKEN, sandbox.access_token]
        walk(shown, sandbox)
    assert len(shown.texts) > 100
    for secret in secrets:
        assert shown.holding(secret) == []
    # A connection's URL is the user's own data and shown in tables as it is; everywhere else it is masked.
    messages = [text for text in shown.texts if "Error" in text or "Delivery" in text or "Verification" in text]
    assert [text for text in messages if IN_URL in text] == []


def walk_many(shown, sandbox, folder):
    """Plan, apply, crash, resume, undo, audit, probe and compare an account full of secrets; keep what was written."""
    client = sandbox.client()
    url = f"https://user:{IN_URL}@hooks.example/x?token={IN_URL}"
    given = {"token": TOKEN, "headers": {"X-Api-Key": HEADER}, "auth": ("user", PASSWORD)}
    ids = [client.connections.create(story_id=STORY, name=f"hook {n}", url=url, **given) for n in range(3)]
    before = cb.snapshot(client, details=True)
    revealed = client.connections.frame(details=True, reveal=True, progress=False)

    wanted = revealed.iloc[:2].reset_index()
    wanted["token"], wanted["auth_password"] = TOKEN + "-new", PASSWORD + "-new"
    wanted["header_values"] = json.dumps({"X-Api-Key": HEADER + "-new"})
    wanted["url"] = url + "-new"
    wanted.loc[2] = wanted.loc[1].to_dict() | {"id": None, "name": "new hook"}
    bad = wanted.assign(token=TOKEN * 100, header_values=HEADER, auth_password="", url=f"ftp://u:{IN_URL}@h")
    refused = shown.show(cb.plan(client, bad))
    shown.show(refused.findings)
    shown.failure(refused.apply)
    plan = shown.show(cb.plan(client, wanted, delete=True, progress=False))
    shown.show(plan.findings)
    sandbox.inject(status=400, times=2)
    sandbox.inject(drop="after", times=2)
    shown.show(plan.apply(journal=folder / "journal.jsonl", progress=False))
    shown.show(plan.apply(progress=False))
    shown.show(plan)
    shown.show(cb.resume(folder / "journal.jsonl", client, progress=False).undo(progress=False))
    shown.show(cb.resume(folder / "journal.jsonl", client, progress=False))

    revealed = client.connections.frame(details=True, reveal=True, progress=False)
    headers = revealed["header_values"].map(lambda text: json.loads(text)["X-Api-Key"], na_action="ignore")
    revealed["name"] = revealed["token"] + " " + headers + " " + revealed["auth_password"] + f" {url}"
    for frame in (client.connections.frame(), revealed):
        audit = shown.show(cb.audit(frame, probe=True, timeout=0.5, progress=False))
        for table in (audit.findings, audit.summary):
            shown.show(table)
        shown.texts.append(str(audit.chart()._repr_mimebundle_()))
    later = shown.show(cb.snapshot(client, details=True))
    with_secrets = shown.show(cb.snapshot(client, details=True, reveal=True))
    for comparison in (before.compare(later), with_secrets.compare(with_secrets), before.compare(with_secrets)):
        shown.show(comparison)
        shown.show(comparison.frame)
    later.save(folder / "later.json")
    later.save(folder / "later.parquet")
    shown.texts += [path.read_bytes().decode(errors="replace") for path in folder.iterdir()]
    assert ids


def test_nothing_shown_or_written_by_changes_of_many_holds_a_secret(shown, tmp_path, monkeypatch):
    """Plans, journals, audits, snapshots and their files hold no token, header value or password."""
    monkeypatch.chdir(tmp_path)
    with cb.Sandbox(verify="off") as sandbox:
        walk_many(shown, sandbox, tmp_path)
        assert shown.holding(sandbox.access_token) == []
    assert len(list(tmp_path.iterdir())) == 3
    assert len(shown.texts) > 60
    for secret in (TOKEN, HEADER, PASSWORD):
        assert shown.holding(secret) == []


def test_credentials_in_a_url_are_in_no_view_and_no_file(tmp_path):
    """A table shows the URL as it is; a plan's views and journal, and a snapshot, leave out its credentials."""
    shown = Shown()
    with cb.Sandbox(verify="off") as sandbox, sandbox.client() as client:
        url = f"https://user:{IN_URL}@hooks.example/x?token={IN_URL}"
        client.connections.create(story_id=STORY, name="hook", url=url)
        plan = shown.show(cb.plan(client, client.connections.frame()[["url"]] + "-new"))
        plan.apply(journal=tmp_path / "journal.jsonl", progress=False)
        shown.show(plan)
        later = shown.show(cb.snapshot(client))
        shown.show(later.frame)
        later.save(tmp_path / "later.json")
        shown.show(cb.audit(client.connections.frame()).findings)
    shown.texts += [path.read_text() for path in tmp_path.iterdir()]
    assert shown.holding("hooks.example")
    assert shown.holding(IN_URL) == []


def test_the_walk_would_find_one():
    """The search sees what is shown: a frame with reveal=True holds the secrets."""
    shown = Shown()
    with cb.Sandbox(verify="off") as sandbox, sandbox.client() as client:
        client.connections.create(
            story_id=STORY, name="x", url="https://x.example", token=TOKEN, headers={"k": HEADER}, auth=("u", PASSWORD)
        )
        shown.show(client.connections.frame(details=True, reveal=True, progress=False))
    assert shown.holding(TOKEN)
    assert shown.holding(HEADER)
    assert shown.holding(PASSWORD)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_output_of_a_notebook_holds_a_secret(path):
    """Neither those of the seeded connections nor those that the notebook's cells write."""
    notebook = nbformat.read(path, as_version=4)
    outputs = "".join(nbformat.from_dict(cell.get("outputs", [])).__repr__() for cell in notebook.cells)
    assert "Order status" in outputs
    settings = [connection.settings for connection in seeded(1000)]
    secrets = [setting.token for setting in settings if setting.token]
    secrets += [value for setting in settings for key, value in (setting.headers or {}).items() if key == "x-api-key"]
    secrets += [setting.auth[1] for setting in settings if setting.auth]
    assert len(secrets) > 500
    typed = ["a secret of ours"]
    assert [secret for secret in secrets + typed if secret in outputs] == []
