"""Two replies side by side: a row for each difference, marks on both sides, nothing left out unsaid."""

from __future__ import annotations

import copy

import pytest

from chatbot_nb.payloads.preview.side_by_side import side_by_side_html


def rows(html):
    """Return the cells of the rows, without style sheet."""
    body = html[html.index("<tbody>") + 7 : html.index("</tbody>")] if "<tbody>" in html else ""
    return [row.removesuffix("</tr>").split("<td>")[1:] for row in body.split("<tr>")[1:]]


def text(message):
    return {"type": "text", "message": message}


def test_no_difference(reply, read):
    """Two equal replies have no difference; the order of keys is none."""
    other = dict(reversed(reply.items()))
    assert read(side_by_side_html(reply, other)).text.startswith("reply, old and new no difference")
    assert rows(side_by_side_html({}, {})) == []


def test_added_removed_changed(reply, read):
    """Each difference has a row, its mark and word, and its place; the counts stand above."""
    other = copy.deepcopy(reply)
    other["responses"].insert(1, text("News"))
    other["responses"][4]["buttons"][0]["title"] = "Track"
    other["responses"].pop()
    other["attributes"] = {"plan": "gold", "language": "en"}
    html = side_by_side_html(reply, other)
    assert read(html).text.startswith("reply, old and new + 2 added, − 1 removed, ~ 2 changed")  # noqa: RUF001
    told = [read("<style></style>" + cells[0].removesuffix("</td>")).text for cells in rows(html) if len(cells) == 3]
    assert told == [
        *("/responses/0", "+ added/responses/1", "/responses/2", "/responses/3", "~ changed/responses/4"),
        *("/responses/5", "− removed/responses/5", "~ changed/attributes/plan", "+ added/attributes/language"),  # noqa: RUF001
    ]


def test_what_changed_within_is_marked(read):
    """The changed part of a response is marked on both sides, an added one on the right."""
    button = {"type": "postback", "title": "a", "value": "b"}
    old = {"responses": [{"type": "buttons", "title": "c", "buttons": [button]}]}
    new = {"responses": [{"type": "buttons", "title": "d", "buttons": [button, {**button, "title": "e"}]}]}
    (cells,) = rows(side_by_side_html(old, new))
    left, right = (read("<style></style>" + cell.removesuffix("</td>")).text for cell in cells[1:])
    assert left == "buttons: ~ changed: ca → b"
    assert right == "buttons: ~ changed: da → b+ added: e → b"


def test_long_runs_that_stay_are_counted():
    """More than two responses in a row that stay as they are take one line."""
    old = {"responses": [text(str(number)) for number in range(2000)]}
    new = {"responses": [*old["responses"][:1000], text("new"), *old["responses"][1000:]]}
    html = side_by_side_html(old, new)
    assert html.count("<small>1,000 responses stay as they are</small>") == 2
    assert html.count("<tr>") == 4


def test_bounds():
    """At most 50 rows; the rest is counted."""
    new = {"responses": [text("a" * 10_000_000)] * 500}
    html = side_by_side_html({}, new)
    assert html.count("<tr>") == 51
    assert "and 450 more rows" in html
    assert len(html) < 400_000


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        pytest.param([1], {"responses": ["a"]}, "~ changed", id="array to object"),
        pytest.param({"parameters": 1}, {"parameters": 2}, "~ changed/parameters", id="other key"),
        pytest.param({"responses": 1}, {"responses": []}, "− removed/responses", id="responses"),  # noqa: RUF001
        pytest.param({"attributes": {}}, {"attributes": [2]}, "+ added/attributes", id="attributes"),
        pytest.param({}, {"responses": []}, "~ changed", id="empty array"),
        pytest.param(
            {"attributes": {"a": 1}}, {"attributes": {"a": True}}, "~ changed/attributes/a", id="number to boolean"
        ),
        pytest.param("a", "b", "~ changed", id="strings"),
    ],
)
def test_any_difference_has_a_row(old, new, told, read):
    """What differs is told, also where it is no response."""
    html = side_by_side_html(old, new)
    assert "no difference" not in html
    (cells,) = rows(html)
    assert read("<style></style>" + cells[0].removesuffix("</td>")).text == told
