"""A builder in a real kernel, spoken to over the wire as a browser does."""

from __future__ import annotations

import contextlib
import queue
import time

import pytest
from jupyter_client.manager import start_new_kernel

CELL = """
import chatbot_nb as cb
builder = cb.ResponseBuilder(cb.Reply().text("Hi"))
builder
"""


class Browser:
    """The other end of the line."""

    def __init__(self, client):
        self.client = client
        self.shown = None
        self.saved = None
        self.comm_id = None
        self.state = {}
        self.messages = []

    def run(self, code):
        """Run a cell and return when the kernel is idle again; an error in it is the test's."""
        number = self.client.execute(code, store_history=False)
        self.until(lambda message: message["msg_type"] == "status" and is_end_of(message, number))

    def send(self, content):
        message = self.client.session.msg(
            "comm_msg", {"comm_id": self.comm_id, "data": {"method": "custom", "content": content}}
        )
        self.client.shell_channel.send(message)

    def wait_for(self, kind, **members):
        """Return the custom message of a kind, with its buffers; it may have come already."""

        def is_it(message):
            content = custom(message)
            return content.get("type") == kind and members.items() <= content.items()

        found = next(filter(is_it, self.messages), None) or self.until(is_it)
        return custom(found), found["buffers"]

    def until(self, wanted):
        end = time.monotonic() + 60
        while time.monotonic() < end:
            with contextlib.suppress(queue.Empty):
                message = self.client.get_iopub_msg(timeout=1)
                self.messages.append(message)
                self._hear(message["msg_type"], message["content"])
                if wanted(message):
                    return message
        raise AssertionError("the kernel did not answer")

    def _hear(self, kind, content):
        assert kind != "error", content
        if kind == "stream":
            raise AssertionError(content["text"])
        if kind == "comm_open" and "document" in content["data"]["state"]:
            self.comm_id = content["comm_id"]
        if kind in {"comm_open", "comm_msg"} and content["comm_id"] == self.comm_id:
            self.state |= content["data"].get("state", {})
        if kind == "display_data" and not self.shown:
            self.shown = content["data"]
        elif kind in {"display_data", "update_display_data"}:
            self.saved = content["data"]["text/html"]


def custom(message):
    return message["content"].get("data", {}).get("content", {}) if message["msg_type"] == "comm_msg" else {}


def is_end_of(message, number):
    return message["content"]["execution_state"] == "idle" and message["parent_header"].get("msg_id") == number


@pytest.fixture(scope="module")
def kernel():
    manager, client = start_new_kernel(kernel_name="python3")
    yield Browser(client)
    client.stop_channels()
    manager.shutdown_kernel()


def test_a_builder_over_the_wire(kernel):
    """Shown with a fixed text; modules, an edit and a trial answered; the next cell sees the edit."""
    kernel.run(CELL)
    assert kernel.shown["text/plain"] == "ResponseBuilder: 1 response"
    assert kernel.shown["application/vnd.jupyter.widget-view+json"]["model_id"] == kernel.comm_id

    kernel.send({"type": "modules"})
    _, buffers = kernel.wait_for("modules")
    assert bytes(buffers[0])[:2] == b"\x1f\x8b"

    patch = [{"op": "replace", "path": "/responses/0/message", "value": "edited 👋"}]
    kernel.send({"type": "edit", "origin": "v", "seq": 1, "base": 0, "patch": patch})
    kernel.until(lambda _: kernel.state["document"]["rev"] == 1)
    assert kernel.state["verdict"]["seq"] == 1

    kernel.send({"type": "verify", "id": "v", "target": "python"})
    kernel.run("assert builder.payload['responses'][0]['message'] == 'edited 👋'")
    told, _ = kernel.wait_for("verify", done=True)
    assert [step["state"] for step in told["steps"]] == ["ok"] * 5


def test_a_saved_notebook_keeps_what_was_edited(kernel):
    """Beside the widget stands an output with the chat and its code, which follows the edits."""
    kernel.run("builder.reply = builder.reply.text('set in Python')")
    kernel.until(lambda _: "set in Python" in kernel.saved)
    patch = [{"op": "replace", "path": "/responses/1/message", "value": "typed in the browser"}]
    base = kernel.state["document"]["rev"]
    kernel.send({"type": "edit", "origin": "v", "seq": 9, "base": base, "patch": patch})
    kernel.until(lambda _: "typed in the browser" in kernel.saved)
    assert ".text(&quot;typed in the browser&quot;)" in kernel.saved
    assert "set in Python" not in kernel.saved
    kernel.run("builder.reply = cb.Reply().text('edited 👋')")


def test_code_goes_into_the_next_cell(kernel):
    """`insert_code` gives the front end what it puts below."""
    kernel.client.execute("builder.insert_code()", store_history=False)
    payload = kernel.client.get_shell_msg(timeout=30)["content"]["payload"]
    while not payload:
        payload = kernel.client.get_shell_msg(timeout=30)["content"].get("payload")
    assert payload[0]["source"] == "set_next_input"
    assert payload[0]["text"] == 'import chatbot_nb as cb\n\nreply = cb.Reply().text("edited 👋")'
