"""What all widgets share: messages, failures, what is synced, how they are shown."""

from __future__ import annotations

import gzip
import json
from typing import ClassVar

import pytest

from chatbot_nb.errors import ChatBotError
from chatbot_nb.widgets._base import Widget
from chatbot_nb.widgets.bundle import LOADER, bundle


class Failing(Widget):
    """A widget that fails as it is told."""

    _entry: ClassVar[str] = "chat/main.js"

    def __init__(self, **keywords):
        super().__init__({}, **keywords)

    def _handlers(self):
        return {**super()._handlers(), "fail": self._fail}

    def _fail(self, content):
        kind = {"ours": ChatBotError, "value": ValueError}[content["kind"]]
        raise kind(content["text"])

    def _text(self):
        return "Failing: of course"

    def _html(self):
        return "<p>Failing</p>"


@pytest.fixture
def widget(closing):
    return closing(Failing())


def test_modules_travel_on_request(widget, from_browser):
    """Packed JSON in one buffer; no trait holds any of it."""
    from_browser(widget, {"type": "modules"})
    ((_, data, buffers),) = [each for each in widget.comm.sent if each[1].get("method") == "custom"]
    assert data["content"] == {"type": "modules"}
    parts = json.loads(gzip.decompress(buffers[0]))
    assert parts["entry"] == "chat/main.js"
    assert set(parts["modules"]) > {"chat/main.js", "chat/preview.js", "core/dom.js"}
    assert len(json.dumps(widget.comm.opened)) < 5_000


def test_questions_that_piled_up_have_one_answer(widget, from_browser):
    """While a cell runs, views ask again; the next question after that is answered again."""
    for _ in range(50):
        from_browser(widget, {"type": "modules"})
    assert len(widget.comm.messages) == 1
    widget._answered -= 2
    from_browser(widget, {"type": "modules"})
    assert len(widget.comm.messages) == 2


def test_the_browser_begins_with_the_loader_and_the_hash(widget):
    assert widget.comm.opened["_esm"] == LOADER.read_text(encoding="utf-8")
    assert widget.comm.opened["bundle"] == bundle("chat/main.js").hash


@pytest.mark.parametrize(
    ("kind", "shown"), [("ours", "nothing <b>here</b>"), ("value", "ValueError: nothing <b>here</b>")]
)
def test_a_failure_is_shown_and_kept(widget, from_browser, kind, shown):
    """In one line for our own errors, with its type for others; nothing is raised into the kernel's loop."""
    from_browser(widget, {"type": "fail", "kind": kind, "text": "nothing <b>here</b>"})
    assert widget.comm.messages == [{"type": "error", "message": shown}]
    assert [str(error) for error in widget.errors] == ["nothing <b>here</b>"]


def test_the_newest_failures_are_kept(widget, from_browser):
    for number in range(150):
        from_browser(widget, {"type": "fail", "kind": "ours", "text": str(number)})
    assert [str(error) for error in widget.errors] == [str(number) for number in range(50, 150)]


@pytest.mark.parametrize(
    "content", [{"type": "modles"}, {"type": None}, {"type": ["modules"]}, {}, [], "modules", None]
)
def test_a_message_that_nobody_knows_is_a_failure(widget, from_browser, content):
    from_browser(widget, content)
    (message,) = widget.comm.messages
    assert message["message"].endswith("is not a message that this widget knows")


def test_own_callbacks_hear_messages_too(widget, from_browser):
    heard = []
    widget.on_msg(lambda _, content, buffers: heard.append((content, buffers)))
    from_browser(widget, {"type": "modules"}, [b"x"])
    assert heard == [({"type": "modules"}, [b"x"])]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("laoyut", "Failing takes no keyword 'laoyut'; check the spelling; did you mean 'layout'?"),
        ("document", "Failing takes no keyword 'document'; check the spelling"),
        ("bundle", "Failing takes no keyword 'bundle'; check the spelling"),
    ],
)
def test_an_unknown_keyword_is_refused(name, message):
    with pytest.raises(TypeError) as caught:
        Failing(**{name: 1})
    assert str(caught.value) == message


def test_what_any_widget_takes_is_taken(closing):
    widget = closing(Failing(layout={"width": "600px"}, tooltip="here"))
    assert (widget.layout.width, widget.tooltip) == ("600px", "here")


def test_the_browser_changes_nothing_but_looks(widget):
    """A state that it sends for our traits is ignored, and ours is sent again."""
    before = widget.bundle
    widget._handle_msg(
        {"content": {"data": {"method": "update", "state": {"bundle": "x", "_esm": "x", "tooltip": "t", "z": 1}}}}
    )
    assert (widget.bundle, widget.tooltip, widget._esm) == (before, "t", LOADER.read_text(encoding="utf-8"))
    assert {"bundle": before, "_esm": widget._esm} in widget.comm.updates


def test_repr_is_fixed(widget):
    """No address in it, whatever a front end asks for."""
    shown, _ = widget._repr_mimebundle_()
    assert (repr(widget), shown["text/plain"]) == ("Failing: of course", "Failing: of course")
    view = shown["application/vnd.jupyter.widget-view+json"]
    assert view["model_id"] == widget.model_id
