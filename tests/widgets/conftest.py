"""The line to a browser, recorded; and the rule that no callback fails in silence."""

from __future__ import annotations

import contextlib
import json

import comm
import pytest


class Line(comm.base_comm.BaseComm):
    """A comm that keeps what was sent, as JSON would arrive."""

    def __init__(self, **keywords):
        self.sent = []
        super().__init__(**keywords)

    def publish_msg(self, msg_type, data=None, metadata=None, buffers=None, **keys):
        del metadata, keys
        # As Jupyter's session does: no NaN, nothing that UTF-8 cannot hold.
        text = json.dumps(data, ensure_ascii=False, allow_nan=False).encode()
        self.sent.append((msg_type, json.loads(text), list(buffers or [])))

    @property
    def opened(self):
        """The state that the browser begins with."""
        return next(data["state"] for kind, data, _ in self.sent if kind == "comm_open")

    @property
    def updates(self):
        """The states that it was sent later, each as one message."""
        return [data["state"] for _, data, _ in self.sent if data.get("method") == "update"]

    @property
    def messages(self):
        """The custom messages that it was sent."""
        return [data["content"] for _, data, _ in self.sent if data.get("method") == "custom"]


@pytest.fixture(autouse=True)
def _line(monkeypatch):
    monkeypatch.setattr(comm, "create_comm", Line)


@pytest.fixture(autouse=True)
def _no_silent_failure(caplog):
    """Fail where an exception in a callback was only logged, as ipywidgets does."""
    yield
    assert not [record for record in caplog.get_records("call") if "Exception in" in record.getMessage()]


@pytest.fixture
def from_browser():
    """Return a function that gives a widget a message as the kernel does when the browser sent it."""

    def send(widget, content, buffers=()):
        data = json.loads(json.dumps({"method": "custom", "content": content}))
        widget._handle_msg({"content": {"data": data}, "buffers": list(buffers)})

    return send


@pytest.fixture
def closing():
    """Return a function that closes a widget when the test ends."""
    with contextlib.ExitStack() as stack:

        def later(widget):
            stack.callback(widget.close)
            return widget

        yield later
