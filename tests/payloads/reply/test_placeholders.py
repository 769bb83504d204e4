"""``{{name}}``: what is filled and with what, and a warning where nothing fills it."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

import chatbot_nb as cb
from chatbot_nb.payloads.reply.placeholders import names_in

BLOCK = "0e1a2425-76e3-49fd-bfc0-547603ab1fe3"


def rendered(text, *args, **attributes):
    return cb.Reply().text(text).render(*args, **attributes).payload["responses"][0]["message"]


def warnings(reply):
    return [(finding.pointer, finding.message) for finding in reply.check().findings]


@pytest.mark.parametrize(
    ("text", "attributes", "expected"),
    [
        pytest.param("Hi {{name}}!", {"name": "Ada"}, "Hi Ada!", id="plain"),
        pytest.param("{{ name }}{{name\n}}", {"name": "Ada"}, "AdaAda", id="blanks"),
        pytest.param("{{Phone number}}", {"Phone number": "+1", "phone number": "-"}, "+1", id="blank and capital"),
        pytest.param("{{{name}}}", {"name": "Ada"}, "{Ada}", id="more braces"),
        pytest.param("{{{{name}}}}", {"name": "Ada"}, "{{Ada}}", id="even more braces"),
        pytest.param("{{a}}{{b}}", {"a": "1", "b": "2"}, "12", id="side by side"),
        pytest.param("{name} {{name} { {name}} {{na{me}}", {"name": "Ada"}, None, id="no placeholder"),
        pytest.param("{{}} {{ }} {{\t}}", {"": "x", " ": "y"}, None, id="no name"),
        pytest.param("{{name}}", {"name": ""}, "", id="an empty value"),
        pytest.param("{{name}}", {"Name": "x", "name ": "y"}, None, id="another name"),
        pytest.param("{{a}}", {"a": "{{b}}", "b": "x"}, "{{b}}", id="no second round"),
        pytest.param("{{a}}", {"a": r"\1 \g<0> 👩‍👩‍👧"}, r"\1 \g<0> 👩‍👩‍👧", id="no pattern"),
        pytest.param("{{ключ}}", {"ключ": "да"}, "да", id="other script"),
    ],
)
def test_filled(text, attributes, expected):
    """What counts as a placeholder, and that the value stands in its place as it is."""
    assert rendered(text, attributes) == (text if expected is None else expected)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Ada", "Ada"),
        (np.str_("Ada"), "Ada"),
        (5, "5"),
        (2**70, str(2**70)),
        (1.5, "1.5"),
        (2.0, "2"),
        (-0.0, "0"),
        (1e20, "100000000000000000000"),
        (1e21, "1e+21"),
        (True, "true"),
        (False, "false"),
        (np.bool_(True), "true"),  # noqa: FBT003
        (np.int64(7), "7"),
        (np.float32(2), "2"),
        (np.float64(0.5), "0.5"),
        (np.array(3), "3"),
        (Decimal("1.50"), "1.50"),
        (pd.Timestamp("2026-01-02 03:04"), "2026-01-02 03:04:00"),
        (None, None),
        (float("nan"), None),
        (np.float64("nan"), None),
        (pd.NaT, None),
        (pd.NA, None),
        (Decimal("nan"), None),
        (np.array([1, 2]), None),
    ],
)
def test_values(value, text):
    """Each value reads as ChatBot shows it; what is missing fills nothing."""
    assert rendered("{{a}}", a=value) == ("{{a}}" if text is None else text)


def test_where():
    """Every string of the responses is filled but types and heights; attributes and other keys are not."""
    document = {
        "responses": [
            {"type": "{{a}}", "message": "{{a}}", "delay": 500, "x": None},
            {"messages": ["{{a}}", ["{{a}}"]]},
            {"elements": [{"title": "{{a}}", "buttons": [{"value": "{{a}}", "height": "{{a}}"}]}]},
            "{{a}}",
        ],
        "attributes": {"b": "{{a}}"},
        "other": "{{a}}",
    }
    filled = cb.Reply.from_payload(document).render(a="1")
    assert "unknown_placeholder" not in [finding.code for finding in filled.check().findings]
    assert filled.payload == {
        "responses": [
            {"type": "{{a}}", "message": "1", "delay": 500, "x": None},
            {"messages": ["1", ["1"]]},
            {"elements": [{"title": "1", "buttons": [{"value": "1", "height": "{{a}}"}]}]},
            "1",
        ],
        "attributes": {"b": "{{a}}"},
        "other": "{{a}}",
    }


@pytest.mark.parametrize("document", [[], "{{a}}", 5, {}, {"responses": None}, {"responses": "{{b}}"}])
def test_odd_documents(document):
    """What is no reply is rendered to itself."""
    reply = cb.Reply().from_payload([document]).render(a="1")
    assert reply.payload == [document]
    if not isinstance(document, str):
        assert cb.Reply.from_payload(document).render(a="1").payload == document


def test_precedence():
    """What the reply itself sets comes first, then keywords, then the mapping; a row of a frame is a mapping."""
    reply = cb.Reply().text("{{a}}{{b}}{{c}}")
    row = pd.DataFrame({"a": ["1"], "b": ["1"], "c": [1.0], 5: [1]}).iloc[0]
    assert reply.set(a="3").render(row, a="2", b="2").payload["responses"][0]["message"] == "321"
    own = cb.Reply.from_payload({"responses": ["{{a}}"], "attributes": {"a": None}})
    assert own.render(a="1").payload["responses"] == ["{{a}}"]
    assert rendered("{{self}}{{attributes}}", self="1", attributes="2") == "12"
    assert rendered("{{5}}", {5: "x"}) == "{{5}}"


def test_unknown():
    """Each placeholder that is left is a warning with its place, once a text, in the order of the places."""
    reply = (
        cb.Reply()
        .text("{{nmae}} {{ nmae }} {{x}}")
        .quick_replies("{{Phone nubmer}}", cb.postback("{{ }}", "{{none}}"), cb.goto("{{name}}", BLOCK))
        .render({"name": "Ada", "Phone number": "+1", "none": None})
    )
    stays = "so its placeholder stays as it is"
    assert warnings(reply) == [
        ("/responses/0/message", f"no attribute is called 'nmae', {stays}; did you mean 'name'?"),
        ("/responses/0/message", f"no attribute is called 'x', {stays}"),
        ("/responses/1/buttons/0/title", "a placeholder without a name stays as it is"),
        ("/responses/1/buttons/0/value", f"the attribute 'none' has no value here, {stays}"),
        ("/responses/1/title", f"no attribute is called 'Phone nubmer', {stays}; did you mean 'Phone number'?"),
    ]
    assert {(finding.code, finding.severity) for finding in reply.check().findings} == {
        ("unknown_placeholder", "warning")
    }
    assert reply.check().findings[0].actual == "'nmae'"
    assert reply.check().ok


def test_came_later():
    """A placeholder in a value, or in what was added after the filling, has a value and was not filled."""
    message = "the placeholder of 'a' stands in a value, or came after the filling; it stays as it is"
    reply = cb.Reply().text("{{b}}").render(a="1", b="{{a}}")
    assert warnings(reply) == [("/responses/0/message", message)]
    reply = cb.Reply().text("{{a}}").render(a="1").text("{{a}}").set(b="c") + cb.Reply().text("{{a}}")
    assert warnings(reply) == [("/responses/1/message", message), ("/responses/2/message", message)]
    assert warnings(cb.Reply().text("Hi") + cb.Reply().text("{{x}}").render()) == [
        ("/responses/1/message", "no attribute is called 'x', so its placeholder stays as it is")
    ]


def test_rendered_again():
    """What was left is filled by the next rendering, and only it is told of."""
    reply = cb.Reply().text("{{a}} {{b}}").render(a="1").render(b="2")
    assert (reply.payload["responses"][0]["message"], warnings(reply)) == ("1 2", [])


def test_before_rendering():
    """A reply that was not rendered is a template: its placeholders are no findings."""
    assert warnings(cb.Reply().text("{{a}}")) == []


def test_findings_by_place():
    """Findings of the rules and of placeholders stand together by place, and limits count what is filled in."""
    reply = cb.Reply().text("{{a}}").text("{{x}}{{a}}").render(a="y" * 1020)
    assert warnings(reply) == [
        ("/responses/1/message", "1025 characters, at most 1024"),
        ("/responses/1/message", "no attribute is called 'x', so its placeholder stays as it is"),
    ]
    reply = cb.Reply().text("{{x}}").text("{{a}}").render(a="")
    assert [pointer for pointer, _ in warnings(reply)] == ["/responses/0/message", "/responses/1/message"]


def test_a_long_odd_name():
    """A name is shown as messages show values: cut, with nothing in it that acts."""
    reply = cb.Reply().text("{{\x1b[31m" + "x" * 500 + "}}").render()
    (finding,) = reply.check().findings
    assert finding.message == f"no attribute is called {finding.actual}, so its placeholder stays as it is"
    assert finding.actual == "'\\x1b[31m" + "x" * 50 + "…"


def test_names():
    """The names in a text, each once, in order."""
    assert names_in("{{b}} {{ a }} {{b }} {x}") == ["b", "a"]
