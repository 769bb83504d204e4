"""Sorting, filtering, searching; what a window holds; what travels."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from chatbot_nb.widgets.grid.columns import Column


@pytest.fixture
def frame():
    return pd.DataFrame(
        {
            "name": ["beta", "Alpha", None, "alpha", "empty"],
            "size": [10, 9, 2**53 + 1, 2**53, 9],
            "share": [0.5, np.nan, -1.0, 2.0, 0.0],
            "day": pd.to_datetime(["2026-03-01", None, "2025-01-01", "2026-03-01", "1960-01-01"]),
            "ready": pd.array([True, False, None, True, False], dtype="boolean"),
            "grade": pd.Categorical(
                ["low", "high", None, "mid", "low"], categories=["low", "mid", "high"], ordered=True
            ),
        }
    )


@pytest.mark.parametrize(
    ("sort", "ids"),
    [
        ([["name", "up"]], "13042"),
        ([["name", "down"]], "40132"),
        ([["size", "up"]], "14032"),
        ([["size", "down"]], "23014"),
        ([["share", "up"]], "24031"),
        ([["share", "down"]], "30421"),
        ([["day", "up"]], "42031"),
        ([["day", "down"]], "03241"),
        ([["ready", "up"]], "14032"),
        ([["grade", "up"]], "04312"),
        ([["grade", "down"]], "13042"),
        ([["size", "up"], ["name", "down"]], "41032"),
        ([["ready", "down"], ["day", "up"]], "03412"),
    ],
)
def test_rows_are_sorted_by_several_columns(browse, frame, sort, ids):
    """By value, texts without regard to case, equal rows in their order; missing values last either way."""
    grid, browser = browse(frame)
    assert browser.look(sort=sort)["type"] == "viewed"
    assert "".join(browser.window()["ids"]) == ids
    assert grid.grid["sort"] == sort


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        ({"name": "ALPH"}, "13"),
        ({"name": "=alpha"}, "13"),
        ({"name": "=alph"}, ""),
        ({"name": "empty"}, "2"),
        ({"name": "="}, "2"),
        ({"name": "=empty"}, "4"),
        ({"name": ">b"}, "04"),
        ({"name": "<=alpha"}, "13"),
        ({"size": f">{2**53}"}, "2"),
        ({"size": f">={2**53}"}, "23"),
        ({"size": "<9.5"}, "14"),
        ({"size": "9"}, "1234"),
        ({"size": "> 9"}, "023"),
        ({"share": "<0.1"}, "24"),
        ({"share": "empty"}, "1"),
        ({"day": ">2026-01-01"}, "03"),
        ({"day": "<2025-01-01 00:01"}, "24"),
        ({"day": "2026"}, "03"),
        ({"ready": "true"}, "03"),
        ({"grade": "=low"}, "04"),
        ({"size": ">abc"}, ""),
        ({"name": "a", "size": "<10"}, "1"),
        ({"name": ""}, "01234"),
        ({"name": ">"}, ""),
    ],
)
def test_filters(browse, frame, filters, ids):
    grid, browser = browse(frame)
    browser.look(filters=filters)
    assert "".join(browser.window()["ids"]) == ids
    assert (grid.grid["rows"], grid.grid["total"]) == (len(ids), 5)
    assert grid.errors == []


def test_a_search_looks_at_all_columns_that_are_seen(browse, frame):
    _, browser = browse(frame)
    browser.look(search="MID")
    assert browser.window()["ids"] == ["3"]
    browser.look(search="2026-03", sort=[["name", "up"]])
    assert browser.window()["ids"] == ["3", "0"]
    browser.look(search="2026-03", hidden=["day"])
    assert browser.window()["ids"] == []


def test_labels_are_searched_and_sorted_where_values_mean_nothing(browse):
    frame = pd.DataFrame({"v": ["s2", "s1", "s3"]})
    _, browser = browse(frame, [Column(name="v", choices={"s1": "Zoo", "s2": "Bank"})])
    browser.look(sort=[["v", "up"]])
    assert browser.window()["ids"] == ["0", "2", "1"]
    browser.look(search="zo")
    assert browser.window()["ids"] == ["1"]


def test_a_row_stays_where_it_is_when_it_is_edited(browse, frame):
    """The view is worked out anew when it is asked for; new rows are seen, whatever the filter."""
    _, browser = browse(frame)
    browser.look(filters={"name": "alpha"}, sort=[["name", "up"]])
    browser.edit(("1", "name", "zzz"))
    assert browser.window()["ids"] == ["1", "3"]
    assert browser.answer("add", count=1)["at"] == 2
    assert browser.window()["ids"] == ["1", "3", "5"]
    browser.ask("undo")
    assert browser.window()["ids"] == ["1", "3"]
    browser.look(filters={"name": "alpha"})
    assert browser.window()["ids"] == ["3"]


def test_what_was_refused_is_filtered_by_what_is_seen(browse, frame):
    grid, browser = browse(frame)
    browser.edit(("0", "size", "ten"), ("1", "size", ""))
    browser.look(filters={"size": "ten"})
    assert browser.window()["ids"] == ["0"]
    browser.look(filters={"size": "empty"})
    assert browser.window()["ids"] == ["1"]
    assert grid.frame["size"].tolist() == frame["size"].tolist()


def test_a_window_is_at_most_500_rows(browse):
    _, browser = browse(pd.DataFrame({"v": range(2_000)}))
    answer = browser.answer("window", begin=100, end=2_000)
    assert (answer["begin"], len(answer["data"]["ids"])) == (100, 500)
    assert answer["data"]["cells"]["v"][:2] == ["100", "101"]
    assert browser.window(1_990, 3_000)["ids"] == [str(n) for n in range(1_990, 2_000)]
    assert browser.window(5_000, 6_000)["ids"] == []


def test_ids_texts_and_places_of_rows_that_are_not_at_hand(browse, frame):
    grid, browser = browse(frame, [Column(name="size", title="Größe")])
    browser.look(sort=[["size", "down"]])
    assert browser.answer("ids", begin=1, end=4)["ids"] == ["3", "0", "1"]
    text = browser.answer("text", begin=0, end=3, columns=["size", "name"], header=True)["text"]
    assert text == f"Größe\tname\r\n{2**53 + 1}\t\r\n{2**53}\talpha\r\n10\tbeta"
    assert browser.answer("locate", id="1")["index"] == 3
    browser.look(filters={"name": "beta"})
    assert browser.answer("locate", id="1")["index"] == -1
    browser.edit(("0", "name", 'a "b"\tc\nd'))
    assert browser.answer("text", begin=0, end=1, columns=["name"], header=False)["text"] == '"a ""b""\tc\nd"'
    assert grid.errors == []


def test_a_copy_has_choices_by_name_where_the_name_means_the_same(browse):
    """As the page copies what is at hand."""
    choices = {"1": "Support", "2": "Support", "3": "Sales", "4": "1", "5": ""}
    values = ["1", "2", "3", "4", "5", "6", None]
    _, browser = browse(pd.DataFrame({"v": values}), [Column(name="v", choices=choices)])
    text = browser.answer("text", begin=0, end=7, columns=["v"])["text"]
    assert text.split("\r\n") == ["Support", "2", "Sales", "4", "5", "6", ""]


def test_a_time_is_found_by_its_digits_and_by_what_was_typed_in_its_place(browse):
    _, browser = browse(pd.DataFrame({"at": pd.to_datetime(["2026-11-25", "2026-11-26"])}))
    browser.edit(("1", "at", "Soon"))
    for search, ids in (("11-25", ["0"]), ("soon", ["1"]), ("later", [])):
        browser.look(search=search)
        assert browser.window()["ids"] == ids


def test_a_width_is_taken_from_all_over_a_column(browse):
    """Long texts count wherever they are; a few that are very long do not."""
    texts = {"end": ["a"] * 900 + ["b" * 30] * 100, "few": ["a"] * 999 + ["b" * 300]}
    grid, _ = browse(pd.DataFrame({**texts, "none": pd.array([None] * 1000, dtype="str")}))
    assert [column["width"] for column in grid.grid["columns"]] == [249, 90, 90]


def test_a_short_label_stands_beside_the_whole_text(browse):
    """Texts are edited, copied and searched, not labels."""
    columns = [Column(name="v", type="state", label=str.upper)]
    _, browser = browse(pd.DataFrame({"v": ["abc", None], "w": ["d", "e"]}), columns)
    data = browser.window()
    assert (data["cells"]["v"], data["labels"]) == (["abc", None], {"v": ["ABC", None]})


def test_findings_come_a_hundred_at_a_time_errors_first(browse):
    def odd(values):
        return [f"{value} is odd" if value % 2 else None for value in values]

    frame = pd.DataFrame({"v": range(400)}, index=pd.Index([f"row {n}" for n in range(400)]))
    _, browser = browse(frame, [Column(name="v", check=odd)])
    answer = browser.answer("findings", begin=150)
    assert (answer["total"], len(answer["items"])) == (200, 50)
    assert answer["items"][0] == {
        "id": "301", "column": "v", "row": "row 301", "severity": "error", "message": "301 is odd",
    }  # fmt: skip
    assert browser.answer("findings", begin=500)["items"] == []


def test_details_hold_a_row_with_its_findings_and_no_secret(browse):
    frame = pd.DataFrame({"name": ["a\nb"], "pin": ["1234"], "age": [3]})
    columns = [
        Column(name="pin", type="secret", place="drawer"),
        Column(name="age", check=lambda ages: ["a child"] * len(ages)),
    ]
    grid, browser = browse(frame, columns)
    assert [column["name"] for column in grid.grid["columns"]] == ["age", "name"]
    answer = browser.answer("open", id="0")
    fields = {field["column"]: field for field in answer["fields"]}
    assert (fields["pin"]["text"], fields["pin"]["secret"], fields["pin"]["editable"]) == ("••••", True, True)
    assert fields["age"]["findings"] == [["error", "a child"]]
    assert (fields["name"]["text"], fields["name"]["wide"]) == ("a\nb", True)
    assert "1234" not in json.dumps(grid.comm.sent, default=str)
    assert browser.answer("reveal", id="0", column="pin")["text"] == "1234"
    browser.edit(("0", "pin", "9999"))
    assert grid.frame["pin"].tolist() == ["9999"]
    assert grid.edits[["before", "after"]].to_numpy().tolist() == [["••••", "••••"]]
    assert browser.answer("reveal", id="0", column="pin")["text"] == "9999"


def test_a_secret_among_the_columns_is_masked_everywhere(browse):
    """In windows, copies, filters, searches and the static table."""
    grid, browser = browse(pd.DataFrame({"pin": ["1234", None]}), [Column(name="pin", type="secret")])
    assert browser.cells("pin") == ["••••", None]
    browser.edit(("1", "pin", "5678"))
    assert browser.cells("pin") == ["••••", "••••"]
    assert browser.answer("text", begin=0, end=2, columns=["pin"], header=False)["text"] == "••••\r\n••••"
    browser.look(filters={"pin": "12"})
    assert grid.grid["rows"] == 2
    browser.look(search="12")
    assert grid.grid["rows"] == 0
    browser.look(filters={"pin": "empty"})
    assert grid.grid["rows"] == 0
    browser.look()
    seen = json.dumps([str(each) for each in grid.comm.sent]) + grid._html() + repr(grid)
    assert "1234" not in seen
    assert "5678" not in seen


def test_the_trait_is_small_and_holds_no_row(browse):
    frame = pd.DataFrame({"name": [f"some name {n}" for n in range(1_000)], "n": range(1_000)})
    grid, browser = browse(frame)
    browser.look(sort=[["name", "down"]])
    browser.edit(("3", "name", "some name of mine"))
    shown = json.dumps(grid.grid)
    assert len(shown) < 1_000
    assert "some name" not in shown
    assert "some name" not in json.dumps(grid.get_state(), default=str)


def test_bytes_for_showing_100_000_rows(browse):
    """Under 1 MB until somebody scrolls: only what is seen travels."""
    n = 100_000
    columns = {f"column {c}": [f"cell {c} of row {r}" for r in range(n)] for c in range(11)}
    grid, browser = browse(pd.DataFrame(columns))
    browser.window(0, 200)
    sent = sum(len(json.dumps(data)) + sum(map(len, buffers)) for _, data, buffers in grid.comm.sent)
    assert sent < 100_000


@pytest.mark.parametrize(
    ("kind", "content", "message"),
    [
        ("window", {"begin": -1, "end": 5}, "'window': begin is not a number from 0"),
        ("window", {"begin": True, "end": 5}, "'window': begin is not a number from 0"),
        ("window", {"begin": 0, "end": "5"}, "'window': end is not a number from 0"),
        ("view", {"sort": [["nope", "up"]]}, "there is no column 'nope'"),
        ("view", {"sort": [["v", "sideways"]]}, "view: sort is not a list of columns, each with up or down"),
        ("view", {"sort": ["v"]}, "'view': sort is not a list of such"),
        ("view", {"filters": {"v": 5}}, "view: filters are not texts"),
        ("view", {"filters": ["v"]}, "'view': filters is not an object"),
        ("view", {"search": 5}, "'view': search is not a text"),
        ("view", {"hidden": [["v"]]}, "'view': hidden is not a list of texts"),
        ("select", {"ids": ["x"], "mode": "set"}, "'select': ids is not the id of a row"),
        ("select", {"ids": [], "mode": "some"}, "select: 'some' is no way to choose rows"),
        ("select", {"ids": "0", "mode": "set"}, "'select': ids is not a list"),
        ("text", {"begin": 0, "end": 1, "columns": ["w"]}, "there is no column 'w'"),
        ("locate", {"id": 3}, "'locate': id is not the id of a row"),
        ("locate", {"id": "9" * 30}, "'locate': id is not the id of a row"),
        ("open", {"id": "77"}, "the row is gone"),
        ("reveal", {"id": "0", "column": "v"}, "column 'v' holds no secrets"),
        ("action", {"name": "launch"}, "'launch' is nothing that this widget does"),
        ("action", {}, "'' is nothing that this widget does"),
    ],
)
def test_a_malformed_request_is_said_and_answered(browse, kind, content, message):
    """Nobody waits for ever, nothing is changed, nothing is raised into the kernel."""
    grid, browser = browse(pd.DataFrame({"v": ["a"]}))
    answer = browser.answer(kind, **content)
    assert [str(error) for error in grid.errors] == [message]
    assert answer["type"] != "error"
    assert browser.cells("v") == ["a"]


@pytest.mark.parametrize(
    ("kind", "content", "message"),
    [
        ("edit", {"what": "burn", "changes": []}, "edit: 'burn' is nothing that is done to cells"),
        ("edit", {"what": "edit", "changes": [5]}, "'edit': changes is not a list of such"),
        ("edit", {"what": "edit", "changes": [{"id": "0", "value": 5}]}, "'message': value is not a text or null"),
        ("edit", {"what": "edit", "changes": [{"id": None, "column": "v"}]}, "'message': id is not the id of a row"),
        ("edit", {"what": "paste", "add": [{"v": 5}]}, "'message': v is not a text or null"),
        ("add", {"count": 100_001}, "100,001 new rows, at most 100,000 at once; set grid.frame in Python for more"),
        ("add", {"count": None}, "'add': count is not a number from 0"),
        ("delete", {"ids": [0]}, "'delete': ids is not the id of a row"),
    ],
)  # fmt: skip
def test_a_malformed_change_is_refused_with_its_reason(browse, kind, content, message):
    grid, browser = browse(pd.DataFrame({"v": ["a"]}))
    answer = browser.answer(kind, **content)
    assert answer["refused"] == [{"id": "", "column": "", "message": message}]
    assert (grid.errors, grid.frame["v"].tolist(), grid.grid["undo"]) == ([], ["a"], None)


def test_an_answer_goes_to_all_views_with_the_number_of_its_request(browse):
    """A second page sees by the revision that something changed."""
    grid, browser = browse(pd.DataFrame({"v": ["a"]}))
    browser.edit(("0", "v", "b"))
    (state,) = grid.comm.updates
    assert state["grid"]["rev"] == 1
    kinds = [data["method"] for kind, data, _ in grid.comm.sent if kind == "comm_msg"]
    assert kinds == ["update", "custom"]
