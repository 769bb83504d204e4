"""No secret leaves by accident: one walk through everything, then a search of all that was shown on the way."""

from __future__ import annotations

import html
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
