"""ResponseBuilder: edits in one order, nothing overwritten in silence; reading, exporting, trying out."""

from __future__ import annotations

import json
import sys
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import chatbot_nb as cb
from chatbot_nb.payloads.patch import json_patch
from chatbot_nb.payloads.reply.reply import Reply

HELLO = {"responses": [{"type": "text", "message": "Hi"}]}
AT = "/responses/0/message"


@pytest.fixture
def builder(closing):
    return closing(cb.ResponseBuilder(HELLO))


@pytest.fixture
def edit(builder, from_browser):
    """Return a function that edits as a view does: a patch, or the text that the message gets."""

    def send(change, *, base=0, seq=1, origin="view-1", **more):
        patch = [{"op": "replace", "path": AT, "value": change}] if isinstance(change, str) else change
        message = {"type": "edit", "origin": origin, "seq": seq, "base": base, "patch": patch}
        from_browser(builder, message | more)

    return send


def refusals(builder):
    return [message for message in builder.comm.messages if message["type"] == "refused"]


def text_of(builder):
    return builder.payload["responses"][0]["message"]


def test_an_edit_changes_the_reply(builder, edit):
    """At once in all that Python sees; one message brings document and verdict, with the number of the edit."""
    edit("", seq=7)
    assert text_of(builder) == ""
    assert builder.reply == Reply.from_payload(builder.payload)
    assert not builder.report.ok
    (update,) = builder.comm.updates
    assert (update["document"]["rev"], update["document"]["origin"]) == (1, "view-1")
    assert update["document"]["payload"] == builder.payload
    told = update["verdict"]
    assert (told["rev"], told["origin"], told["seq"], told["errors"]) == (1, "view-1", 7, 1)
    assert builder.errors == []


def test_fast_typing_loses_nothing(builder, edit):
    """A view that has not heard yet of its own edits rests the next on them: all are taken, in order."""
    for seq, text in enumerate("abcdef", start=1):
        edit(text, base=0, seq=seq)
    edit("g", base=3, seq=7)
    assert (text_of(builder), builder.document["rev"], refusals(builder)) == ("g", 7, [])


@pytest.fixture
def _threads_in_turns():
    """Have threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("_threads_in_turns")
def test_edits_and_python_in_two_threads_are_put_in_one_order(builder, edit):
    """Front ends may have a kernel answer in a thread of its own while a cell runs: each change is one revision."""
    together = threading.Barrier(2)

    def type_on():
        together.wait()
        for seq in range(1, 101):
            edit(f"typed {seq}", base=builder.document["rev"], seq=seq)

    typing = threading.Thread(target=type_on)
    typing.start()
    together.wait()
    for number in range(100):
        builder.reply = Reply().text(f"set {number}")
    typing.join()
    updates = builder.comm.updates
    assert builder.document["rev"] == 200 - len(refusals(builder))
    assert [each["document"]["rev"] for each in updates if each["verdict"]["rev"] != each["document"]["rev"]] == []
    assert builder.document["payload"] == builder.payload
    assert builder.errors == []


def test_an_edit_of_what_python_changed_meanwhile_is_refused(builder, edit):
    """The view is told and sees what is there; nothing of Python's is overwritten."""
    edit("mine")
    builder.reply = builder.reply.text("from Python")
    before = builder.payload
    edit("late", base=1, seq=2)
    assert refusals(builder) == [{"type": "refused", "seq": 2, "rev": 2, "reason": "stale", "message": ""}]
    assert builder.payload == before
    assert builder.comm.updates[-1] == {"document": builder.document, "verdict": builder.verdict}
    edit("kept", base=2, seq=3, force=True)
    assert (text_of(builder), builder.document["rev"]) == ("kept", 3)


def test_two_views_cannot_overwrite_each_other(builder, edit):
    edit("one", origin="view-1")
    edit("two", origin="view-2")
    assert (text_of(builder), len(refusals(builder))) == ("one", 1)
    edit("two", origin="view-2", base=1)
    edit("three", origin="view-1", base=1, seq=2)
    assert (text_of(builder), len(refusals(builder))) == ("two", 2)


def test_nobody_can_call_himself_the_kernel(builder, edit):
    builder.reply = HELLO
    edit("x", origin="kernel", base=0)
    assert (text_of(builder), len(refusals(builder))) == ("Hi", 1)


@pytest.mark.parametrize("base", [1, 2, -1, "0", None, 0.5])
def test_a_base_that_never_was_is_refused(builder, edit, base):
    edit("x", base=base)
    assert (text_of(builder), refusals(builder)[0]["reason"]) == ("Hi", "stale")


@pytest.mark.parametrize(
    ("patch", "message"),
    [
        ([{"op": "replace", "path": "/responses/4/message", "value": "x"}], "there is nothing at"),
        ([{"op": "move", "path": "/a", "from": "/b"}], "is not an operation of a patch"),
        ([{"op": "add", "path": "/x", "value": "a\ud800"}], "half a surrogate pair"),
        ([{"op": "add", "path": "/x", "value": json.loads("[" * 150 + "]" * 150)}], "100"),
        ([{"op": "add", "path": "/x", "value": "x" * 5_000_001}], "at most 5,000,000"),
        (["replace"], "a patch is an array of objects"),
        ({"op": "add"}, "a patch is an array of objects"),
        (None, "a patch is an array of objects"),
    ],
)
def test_a_change_that_does_not_fit_is_refused(builder, edit, patch, message):
    """All of it, with the reason; what the view builds on it is refused too."""
    edit(patch)
    (refused,) = refusals(builder)
    assert (refused["seq"], refused["rev"], refused["reason"]) == (1, 1, "patch")
    assert message in refused["message"]
    edit("built on it", base=0, seq=2)
    assert (builder.payload, builder.errors, refusals(builder)[1]["reason"]) == (HELLO, [], "stale")


def test_numbers_that_no_browser_holds_stay(closing, from_browser):
    """An edit beside them leaves 1.0 and 2**53 + 1 as they were written."""
    payload = {"responses": [{"type": "text", "message": "Hi", "delay": 500.0}], "x": 2**53 + 1}
    builder = closing(cb.ResponseBuilder(payload))
    patch = [{"op": "add", "path": "/responses/-", "value": 7}]
    from_browser(builder, {"type": "edit", "origin": "v", "seq": 1, "base": 0, "patch": patch})
    payload["responses"].append(7)
    assert json.dumps(builder.payload) == json.dumps(payload)


@pytest.mark.parametrize("value", [None, 5, "text", '{"responses": []}', [], True])
def test_the_whole_document_can_become_anything(builder, edit, value):
    """A string stays one; it is not read as the text of a document."""
    edit([{"op": "replace", "path": "", "value": value}])
    assert builder.payload == value
    assert builder.verdict["errors"] + builder.verdict["warnings"] >= 1


def test_samples_come_with_an_edit_and_stay(builder, edit):
    """Numbers and null too; an edit without them changes none."""
    edit("{{name}}", samples=[{"name": "x" * 2000, "n": 1.5, "gone": None}])
    assert builder.document["samples"] == [{"name": "x" * 2000, "n": "1.5", "gone": None}]
    assert [each["sample"] for each in builder.verdict["findings"]] == [0]
    edit("{{name}}!", seq=2)
    assert len(builder.samples) == 1
    edit([], seq=3, samples=[])
    assert len(builder.samples) == 0


@pytest.mark.parametrize("samples", [[{}] * 101, ["Ada"], "Ada", 5, {"a": 1}])
def test_samples_that_are_none_are_refused_with_the_edit(builder, edit, samples):
    edit("x", samples=samples)
    assert (text_of(builder), refusals(builder)[0]["reason"]) == ("Hi", "patch")


@pytest.mark.parametrize("content", [{}, {"origin": "v"}, {"origin": "v", "seq": "x", "base": 0}])
def test_an_edit_that_lacks_something_is_a_failure(builder, from_browser, content):
    from_browser(builder, {"type": "edit", **content})
    assert builder.comm.messages[0]["type"] == "error"
    assert (builder.payload, len(builder.errors)) == (HELLO, 1)


def test_an_observer_that_fails_is_shown_and_loses_nothing(builder, edit):
    """What a user's own function raises is shown; the browser has the new document and verdict."""

    def observer(_):
        raise ZeroDivisionError("mine")

    builder.observe(observer, "document")
    edit("x")
    assert (text_of(builder), [type(error) for error in builder.errors]) == ("x", [ZeroDivisionError])
    assert builder.comm.messages == [{"type": "error", "message": "ZeroDivisionError: mine"}]
    assert builder.comm.updates == [{"document": builder.document, "verdict": builder.verdict}]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(documents=st.lists(JSON.map(lambda value: {"responses": value}), min_size=1, max_size=4))
def test_any_run_of_edits_ends_where_it_leads(documents, closing, from_browser):
    """Whatever a view makes of a document, Python ends with the same, and nothing fails."""
    builder = closing(cb.ResponseBuilder(HELLO))
    before = HELLO
    for seq, document in enumerate(documents, start=1):
        patch = json_patch(before, document)
        from_browser(builder, {"type": "edit", "origin": "v", "seq": seq, "base": 0, "patch": patch})
        before = document
    # A patch tells nothing of the order of keys.
    assert json.dumps(builder.payload, sort_keys=True) == json.dumps(documents[-1], sort_keys=True)
    assert (builder.errors, builder.document["rev"]) == ([], len(documents))


def test_reading_a_pasted_text(builder, from_browser):
    """JSON, nearly JSON and what no one can read; the reply stays as it is."""
    from_browser(builder, {"type": "read", "id": "a", "text": '{"responses": [{"type": "TEXT", "message": "x"}],}'})
    from_browser(builder, {"type": "read", "id": "b", "text": "<html>"})
    from_browser(builder, {"type": "read", "id": "c", "text": " " * 5_000_001})
    from_browser(builder, {"type": "read", "id": "d", "text": json.dumps(HELLO)})
    mended, unreadable, large, fine = builder.comm.messages
    assert mended["payload"] == {"responses": [{"type": "TEXT", "message": "x"}]}
    assert mended["fixed"] == {"responses": [{"type": "text", "message": "x"}]}
    assert (mended["message"], mended["findings"][0]["code"]) == (None, "trailing_comma")
    assert (unreadable["payload"], unreadable["fixed"]) == (None, None)
    assert unreadable["message"].startswith("reply: 1 error")
    assert len(unreadable["findings"]) == 1
    assert (large["payload"], large["findings"]) == (None, [])
    assert "5,000,001 bytes" in large["message"]
    assert fine == {"type": "read", "id": "d", "payload": HELLO, "findings": [], "fixed": None, "message": None}
    assert (builder.payload, builder.errors) == (HELLO, [])


@pytest.mark.parametrize("target", ["python", "flask", "fastapi", "express", "php", "curl", "reply"])
def test_exporting(builder, from_browser, target):
    from_browser(builder, {"type": "export", "id": 1, "target": target})
    code = builder.reply.export(target)
    assert builder.comm.messages == [{"type": "export", "id": 1, "code": code, "message": None}]


@pytest.mark.parametrize("target", ["ruby", None, ["python"]])
def test_exporting_to_what_is_no_target(builder, from_browser, target):
    from_browser(builder, {"type": "export", "id": 1, "target": target})
    (answer,) = builder.comm.messages
    assert answer["code"] is None
    assert "is not an export" in answer["message"]


def wait_for_verifying():
    for thread in threading.enumerate():
        if thread.name == "chatbot_nb verify":
            thread.join(30)


def test_trying_out_runs_beside_the_kernel(builder, edit, from_browser):
    """The answer comes in steps while edits go on; it tells of the reply as it was."""
    from_browser(builder, {"type": "verify", "id": "v", "target": "python"})
    edit("changed meanwhile")
    wait_for_verifying()
    told = [message for message in builder.comm.messages if message["type"] == "verify"]
    assert [message["done"] for message in told] == [False] * (len(told) - 1) + [True]
    assert {message["id"] for message in told} == {"v"}
    names = ["code", "start", "verification", "webhook request", "comparison"]
    assert [(step["name"], step["state"]) for step in told[-1]["steps"]] == [(name, "ok") for name in names]
    assert text_of(builder) == "changed meanwhile"


def test_trying_out_always_ends_and_failures_are_shown(builder, from_browser, monkeypatch):
    def fail(*_, **__):
        raise OSError("no space left")

    monkeypatch.setattr("chatbot_nb.widgets.verifying.export", fail)
    from_browser(builder, {"type": "verify", "id": "v", "target": "python"})
    wait_for_verifying()
    *_, last, error = builder.comm.messages
    assert (last["done"], last["steps"][0]["state"]) == (True, "failed")
    assert error == {"type": "error", "message": "OSError: no space left"}


def test_inserting_code(builder, monkeypatch):
    """A cell that makes the same reply; outside a notebook an error that says what to do instead."""
    with pytest.raises(RuntimeError, match=r"print\(builder\.reply\.export\(\"reply\"\)\) has it"):
        builder.insert_code()
    cells = []

    class Shell:
        @staticmethod
        def set_next_input(text):
            cells.append(text)

    monkeypatch.setattr("IPython.core.getipython.get_ipython", Shell)
    assert builder.insert_code() is None
    scope = {}
    exec(cells[0], scope)
    assert scope["reply"] == builder.reply
