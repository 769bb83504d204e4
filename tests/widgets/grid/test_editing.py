"""Edits: steps that can be undone, checks, new rows, rows to be deleted, the frame set in Python."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from chatbot_nb.errors import ChatBotError
from chatbot_nb.widgets.grid.columns import Column
from chatbot_nb.widgets.grid.findings import Said


@pytest.fixture
def frame():
    index = pd.Index(["a", "b", "c"], name="key")
    return pd.DataFrame({"name": ["Ada", "Bo", None], "age": [36, 41, 7], "home": ["x", "y", "z"]}, index=index)


def test_an_edit_is_in_the_frame_at_once(browse, frame):
    """It is data: row, column, before, after, when; the frame that was passed stays as it was."""
    original = frame.copy()
    grid, browser = browse(frame)
    answer = browser.edit(("1", "name", "Bob"), ("2", "age", "8"))
    assert answer["rev"] == grid.grid["rev"] == 1
    rows = answer["rows"]
    assert (rows["ids"], rows["cells"]["name"], rows["changed"]) == (
        ["1", "2"],
        ["Bob", None],
        {"0": {"name": "Bo"}, "1": {"age": "7"}},
    )
    assert grid.frame.loc["b", "name"] == "Bob"
    assert grid.frame.dtypes.equals(original.dtypes)
    edits = grid.edits
    assert edits[["row", "column", "before", "after"]].to_numpy().tolist() == [
        ["b", "name", "Bo", "Bob"],
        ["c", "age", 7, 8],
    ]
    assert (pd.Timestamp.now("UTC") - edits["at"]).max() < pd.Timedelta(minutes=1)
    pd.testing.assert_frame_equal(frame, original)
    assert grid.grid["counts"] == {"changed": 2, "new": 0, "deleted": 0, "errors": 0, "warnings": 0, "selected": 0}


def test_what_is_there_already_is_no_edit(browse, frame):
    """Neither written over itself, nor brought back by hand."""
    grid, browser = browse(frame)
    browser.edit(("0", "name", "Ada"), ("2", "name", None), ("2", "name", ""))
    assert (grid.grid["undo"], len(grid.edits)) == (None, 0)
    browser.edit(("0", "age", "37"))
    browser.edit(("0", "age", "36"))
    assert (len(grid.edits), grid.grid["counts"]["changed"]) == (0, 0)
    assert grid.frame is not frame
    pd.testing.assert_frame_equal(grid.frame, frame)


def test_an_emptied_cell_is_missing(browse, frame):
    grid, browser = browse(frame)
    browser.edit(("0", "name", ""), ("1", "home", None), what="clear")
    assert grid.frame["name"].isna().tolist() == [True, False, True]
    assert grid.frame["home"].isna().tolist() == [False, True, False]
    assert grid.grid["undo"] == "clearing of 2 cells"


def test_undo_and_redo_know_their_names(browse, frame):
    grid, browser = browse(frame)
    browser.edit(("0", "name", "x"))
    browser.edit(("0", "name", "y"), ("1", "name", "y"), what="paste", add=[{"name": "z"}])
    assert (grid.grid["undo"], grid.grid["redo"]) == ("paste of 3 cells with 1 new row", None)
    answer = browser.answer("undo")
    assert (answer["type"], answer["rows"]["ids"]) == ("edited", ["0", "1"])
    assert (grid.grid["undo"], grid.grid["redo"]) == ("edit of 1 cell", "paste of 3 cells with 1 new row")
    assert grid.frame["name"].fillna("-").tolist() == ["x", "Bo", "-"]
    grid.redo()
    assert grid.frame["name"].fillna("-").tolist() == ["y", "y", "-", "z"]
    browser.ask("undo")
    browser.edit(("2", "name", "new way"))
    assert grid.grid["redo"] is None
    grid.undo()
    grid.undo()
    grid.undo()
    pd.testing.assert_frame_equal(grid.frame, frame)


def test_a_paste_larger_than_the_table_adds_rows(browse, frame):
    """One with fewer columns leaves the others empty; a whole number that nobody gave is missing until it is there."""
    grid, browser = browse(frame)
    answer = browser.edit(("2", "name", "Cy"), what="paste", add=[{"name": "Di"}, {"name": "Ed", "age": "x"}, {}])
    assert answer["rows"]["state"] == ["", "new", "new", "new"]
    made = grid.frame
    assert made["name"].fillna("").tolist() == ["Ada", "Bo", "Cy", "Di", "Ed", ""]
    assert (str(made["age"].dtype), made["age"].isna().sum()) == ("Int64", 3)
    assert made.index.isna().tolist() == [False] * 3 + [True] * 3
    assert grid.findings["message"].tolist() == ["'x' is not a whole number"]
    browser.edit(("3", "age", "1"), ("4", "age", "2"), ("5", "age", "3"))
    assert grid.frame["age"].dtype == "int64"
    assert grid.grid["rows"] == grid.grid["total"] == 6


def test_new_rows_of_a_plain_index_go_on_counting(browse):
    frame = pd.DataFrame({"v": ["a", "b"]}, index=pd.RangeIndex(2))
    grid, browser = browse(frame)
    browser.ask("add", count=2)
    assert grid.frame.index.tolist() == [0, 1, 2, 3]
    browser.ask("delete", ids=["2"])
    assert grid.frame.index.tolist() == [0, 1, 2]
    assert browser.window()["ids"] == ["0", "1", "3"]


def test_rows_are_marked_for_deletion_and_new_ones_go(browse, frame):
    grid, browser = browse(frame)
    browser.ask("add", count=1)
    browser.edit(("3", "name", "gone"))
    answer = browser.answer("delete", ids=["0", "3"])
    assert (answer["rows"]["ids"], answer["rows"]["state"]) == (["0"], ["deleted"])
    assert grid.grid["undo"] == "1 new row removed, 1 row marked for deletion"
    assert grid.frame.index.tolist() == ["b", "c"]
    assert (grid.grid["counts"]["deleted"], grid.grid["counts"]["new"]) == (1, 0)
    grid.undo()
    assert grid.frame["name"].fillna("").tolist() == ["Ada", "Bo", "", "gone"]
    grid.redo()
    browser.ask("delete", ids=["0"])
    assert grid.grid["undo"] == "1 row kept after all"
    pd.testing.assert_frame_equal(grid.frame, frame)


def test_chosen_rows_are_deleted_without_naming_them(browse, frame):
    grid, browser = browse(frame)
    browser.ask("select", ids=["0", "2"], mode="set")
    browser.ask("delete", ids=[], selected=True)
    assert grid.frame.index.tolist() == ["b"]


def test_a_stale_edit_is_refused(browse, frame):
    """The row is gone, the column cannot be edited or never was; the rest of the same message is done."""
    grid, browser = browse(frame, [Column(name="home", editable=False), Column(name="name", new_only=True)])
    answer = browser.edit(
        ("9", "age", "1"), ("0", "home", "q"), ("0", "name", "q"), ("0", "else", "q"), ("1", "age", "5")
    )
    assert [(each["id"], each["column"], each["message"]) for each in answer["refused"]] == [
        ("9", "age", "the row is gone"),
        ("0", "home", "this column cannot be edited"),
        ("0", "name", "this can be set in new rows only"),
        ("0", "else", "there is no column 'else'"),
    ]
    assert grid.frame["age"].tolist() == [36, 5, 7]
    assert browser.answer("delete", ids=["9"])["refused"][0]["message"] == "the row is gone"
    browser.edit(add=[{"name": "may", "home": "not"}])
    assert grid.frame.iloc[3][["name", "home"]].isna().tolist() == [False, True]


def adults(ages):
    return np.where(ages < 18, "a child", None)


def test_a_value_that_breaks_a_rule_stays_out_of_the_frame(browse, frame):
    """It is shown with its finding; the frame keeps the value before; what was loaded is judged, too."""
    grid, browser = browse(frame, [Column(name="age", check=adults)])
    assert grid.findings[["row", "column", "message"]].to_numpy().tolist() == [["c", "age", "a child"]]
    browser.edit(("0", "age", "37"))
    browser.edit(("0", "age", "3"))
    assert browser.cells("age")[0] == "3"
    assert grid.frame.loc["a", "age"] == 37
    assert browser.findings() == {("0", "age", "a child"), ("2", "age", "a child")}
    assert grid.grid["counts"]["errors"] == 2
    browser.edit(("2", "age", "18"))
    browser.edit(("0", "age", "19"))
    assert grid.frame["age"].tolist() == [19, 41, 18]
    assert len(grid.findings) == 0
    for _ in range(4):
        grid.undo()
    pd.testing.assert_frame_equal(grid.frame, frame)
    assert grid.findings["row"].tolist() == ["c"]


def no_homeless(rows):
    """Whoever has a name has a home."""
    for place, (name, home) in enumerate(zip(rows.frame["name"], rows.frame["home"], strict=True)):
        if not pd.isna(name) and pd.isna(home):
            yield place, Said("home", "error", "homeless", "no home")
            yield (
                place,
                Said("", "warning", "homeless", f"new: {rows.new[place]}, edited: {sorted(rows.edited[place])}"),
            )


def test_rules_over_whole_rows(browse, frame):
    """A refused cell gets in once another cell makes it right."""
    grid, browser = browse(frame, check=no_homeless)
    browser.edit(("0", "home", None))
    assert grid.frame.loc["a", "home"] == "x"
    assert browser.cells("home")[0] is None
    assert grid.findings["message"].tolist() == ["no home", "new: False, edited: ['home']"]
    browser.edit(("0", "name", None))
    assert grid.frame.loc["a"].isna()[["name", "home"]].tolist() == [True, True]
    assert len(grid.findings) == 0
    grid.undo()
    assert grid.frame.loc["a", "home"] == "x"
    assert len(grid.findings) == 2
    grid.undo()
    browser.edit(add=[{"name": "Di"}])
    assert grid.findings["message"].tolist() == ["no home", "new: True, edited: []"]
    assert grid.frame.iloc[3]["name"] == "Di"


def broken(_values):
    raise RuntimeError("with a secret")


def test_a_check_that_fails_keeps_what_was_typed(browse, frame):
    """It is said where the check looked, without what it failed with, which may show a value."""
    columns = [Column(name="age", check=broken), Column(name="home", check=lambda homes: [None] * (len(homes) + 1))]
    grid, browser = browse(frame, columns, check=broken)
    browser.edit(("1", "name", "Bob"))
    assert grid.frame.loc["b", "name"] == "Bob"
    found = grid.findings
    assert set(found["message"][found["row"] == "b"]) == {
        "the check failed with RuntimeError",
        "the check of this column gave 2 answers for 1 values",
    }
    assert len(found) == 9
    assert grid.errors == []


def test_the_frame_set_in_python_is_one_step(browse, frame):
    """What differs is an edit, what it lacks is to be deleted, what is new comes last with its label."""
    grid, browser = browse(frame)
    browser.edit(("1", "age", "99"))
    wanted = grid.frame.drop(index="a")
    wanted.loc["b", "name"] = "Bob"
    wanted.loc["d"] = {"name": "Di", "age": 5, "home": None}
    grid.frame = wanted
    pd.testing.assert_frame_equal(grid.frame, wanted)
    assert browser.window()["state"] == ["deleted", "", "", "new"]
    assert browser.cells("key") == ["a", "b", "c", "d"]
    assert grid.grid["undo"] == "frame set in Python"
    assert [message["seq"] for message in grid.comm.messages if message["type"] == "edited"][-1] == 0
    grid.undo()
    assert grid.frame["age"].tolist() == [36, 99, 7]
    grid.redo()
    pd.testing.assert_frame_equal(grid.frame, wanted)
    grid.frame = frame
    pd.testing.assert_frame_equal(grid.frame, frame)
    assert grid.grid["counts"]["new"] == grid.grid["counts"]["deleted"] == grid.grid["counts"]["changed"] == 0


def test_setting_the_frame_to_itself_changes_nothing(browse):
    """Also where labels come twice or are missing."""
    frame = pd.DataFrame({"v": [1, 2, 3]}, index=pd.Index(["x", "x", None], dtype=object))
    grid, _ = browse(frame)
    grid.frame = grid.frame
    assert grid.grid["undo"] is None
    grid.frame = grid.frame.assign(v=[1, 5, 3])
    assert grid.frame["v"].tolist() == [1, 5, 3]
    assert grid.grid["counts"]["changed"] == 1
    grid.frame = grid.frame.iloc[[0, 2]]
    assert grid.frame["v"].tolist() == [1, 3]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: f.drop(columns="age"), "frame: its columns are not those of the grid; make a new grid to show it"),
        (lambda f: f.assign(age="x"), "frame: the values of column 'age' are not all of type int64"),
        (
            lambda f: f.set_index("home", append=True, drop=False),
            "frame: its index has another number of levels; make a new grid to show it",
        ),
    ],
)
def test_a_frame_that_does_not_fit_is_refused(browse, frame, change, message):
    grid, _ = browse(frame)
    with pytest.raises(ValueError, match="frame") as caught:
        grid.frame = change(frame)
    assert str(caught.value) == message
    pd.testing.assert_frame_equal(grid.frame, frame)
    with pytest.raises(TypeError, match="frame: null is no DataFrame"):
        grid.frame = None


def test_the_frame_that_is_handed_out_is_a_copy(browse, frame):
    grid, _ = browse(frame)
    made = grid.frame
    made.loc["a", "name"] = "mine"
    assert grid.frame.loc["a", "name"] == "Ada"


def test_who_wants_to_know_is_told_of_changes(browse, frame):
    grid, browser = browse(frame)
    seen = []
    end = grid.on_change(lambda each: seen.append(len(each.edits)))
    grid.on_change(lambda each: each.nothing)
    browser.edit(("0", "name", "x"))
    browser.ask("select", ids=["0"], mode="set")
    grid.undo()
    assert seen == [1, 0]
    assert [type(error) for error in grid.errors] == [AttributeError] * 2
    end()
    end()
    grid.redo()
    assert seen == [1, 0]


def test_rows_are_chosen_from_both_sides(browse, frame):
    grid, browser = browse(frame)
    browser.ask("select", ids=["2", "0", "7"], mode="set")
    assert grid.selection.index.tolist() == ["a", "c"]
    browser.ask("select", ids=["0"], mode="remove")
    browser.ask("select", ids=["1"], mode="add")
    assert grid.selection.index.tolist() == ["b", "c"]
    browser.look(filters={"name": "ada"})
    browser.ask("select", ids=[], mode="all")
    assert grid.selection.index.tolist() == ["a"]
    grid.select(["b"])
    browser.look()
    assert browser.window()["selected"] == [False, True, False]
    browser.ask("delete", ids=["1"])
    assert len(grid.selection) == 0
    with pytest.raises(KeyError, match="q"):
        grid.select(["a", "q"])
    grid.select([])
    assert grid.grid["counts"]["selected"] == 0


def test_a_read_only_grid_changes_nothing(browse, frame):
    grid, browser = browse(frame, read_only=True)
    assert grid.grid["read_only"]
    answer = browser.edit(("0", "name", "x"))
    assert answer["refused"] == [{"id": "", "column": "", "message": "this table cannot be edited"}]
    for change in (grid.undo, grid.redo):
        with pytest.raises(ChatBotError, match="this table cannot be edited"):
            change()
    with pytest.raises(ChatBotError, match="this table cannot be edited"):
        grid.frame = frame
    browser.ask("select", ids=["0"], mode="set")
    assert len(grid.selection) == 1
    assert grid.errors == []
