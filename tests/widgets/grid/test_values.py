"""Values of every type: exact as texts, read back as what they were, refused where they fit nothing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from chatbot_nb.widgets.grid.columns import Column
from chatbot_nb.widgets.grid.grid import Grid

BIG = 2**53 + 1
AWARE = pd.to_datetime(["2026-01-01 00:00", "2026-07-02 10:00:00.5", None], format="ISO8601").tz_localize(
    "Europe/Warsaw"
)

DAY = pd.to_datetime(["2026-01-01"])
FINER = "it is finer than what this column holds"
NO_DATE = "is no date; write it as 2026-11-25, or 2026-11-25 14:30"
TWICE = "it came twice when the clocks were put back; write its offset, as +01:00"
TYPES = "boolean, choice, date, number, secret, state, text or url"

VALUES = [
    pytest.param(pd.array(["a", None, ""], dtype="str"), "text", ["a", None, ""], id="str"),
    pytest.param(pd.Series(["a", np.nan, None], dtype=object), "text", ["a", None, None], id="objects"),
    pytest.param(pd.array(["a", pd.NA, "b"], dtype="string[python]"), "text", ["a", None, "b"], id="string"),
    pytest.param([BIG, -BIG, 0], "number", [str(BIG), str(-BIG), "0"], id="int64"),
    pytest.param(np.array([2**64 - 1, 0, 1], dtype="uint64"), "number", [str(2**64 - 1), "0", "1"], id="uint64"),
    pytest.param(pd.array([BIG, None, 1], dtype="Int64"), "number", [str(BIG), None, "1"], id="Int64"),
    pytest.param([2**70, None, 1], "number", [str(2**70), None, "1"], id="larger-than-64-bits"),
    pytest.param([0.1, np.nan, 1e22], "number", ["0.1", None, "1e+22"], id="float64"),
    pytest.param(np.array([0.1, np.nan, 3], dtype="float32"), "number", ["0.1", None, "3"], id="float32"),
    pytest.param(pd.array([0.5, None, 2], dtype="Float64"), "number", ["0.5", None, "2"], id="Float64"),
    pytest.param([np.inf, -np.inf, 0.0], "number", ["inf", "-inf", "0"], id="infinite"),
    pytest.param([Decimal("1.10"), None, Decimal(3)], "number", ["1.10", None, "3"], id="decimal"),
    pytest.param([True, False, True], "boolean", ["true", "false", "true"], id="bool"),
    pytest.param(pd.array([True, None, False], dtype="boolean"), "boolean", ["true", None, "false"], id="boolean"),
    pytest.param([True, None, False], "boolean", ["true", None, "false"], id="bool-objects"),
    pytest.param(
        pd.to_datetime(["2026-01-01", "2026-02-03", None]), "date", ["2026-01-01", "2026-02-03", None], id="dates"
    ),
    pytest.param(
        pd.to_datetime(["2026-01-01", "2026-02-03 04:05", None], format="ISO8601"),
        "date",
        ["2026-01-01 00:00:00", "2026-02-03 04:05:00", None],
        id="times",
    ),
    pytest.param(
        AWARE, "date", ["2026-01-01 00:00:00.000+01:00", "2026-07-02 10:00:00.500+02:00", None], id="time-zone"
    ),
    pytest.param(
        np.array(["9999-01-01", "12026-01-02T03:04:05", "NaT"], dtype="M8[s]"),
        "date",
        ["9999-01-01 00:00:00", "12026-01-02 03:04:05", None],
        id="far-times",
    ),
    pytest.param(
        [date(2026, 1, 2), None, date(1, 1, 1)], "date", ["2026-01-02", None, "0001-01-01"], id="date-objects"
    ),
    pytest.param(pd.Categorical(["x", None, "y"]), "choice", ["x", None, "y"], id="category"),
    pytest.param(pd.Categorical([2, None, 10]), "choice", ["2", None, "10"], id="category-of-numbers"),
]
LEFT_ALONE = [
    pytest.param([{"a": 1}, [1, "ż"], None], ['{"a": 1}', '[1, "ż"]', None], id="dicts"),
    pytest.param([1, "a", None], ["1", "a", None], id="mixed"),
    pytest.param(pd.to_timedelta(["1 day", None, "2 s"]), ["1 days 00:00:00", None, "0 days 00:00:02"], id="timedelta"),
    pytest.param(pd.period_range("2026-01", periods=3, freq="M"), ["2026-01", "2026-02", "2026-03"], id="period"),
    pytest.param([b"a", None, b"b"], ["b'a'", None, "b'b'"], id="bytes"),
    pytest.param([1 + 2j, 0, 1], ["(1+2j)", "0j", "(1+0j)"], id="complex"),
    pytest.param(pd.arrays.SparseArray([1.0, np.nan, 0]), ["1.0", None, "0.0"], id="sparse"),
]


def frame_of(values):
    return pd.DataFrame({"v": values})


@pytest.mark.parametrize(("values", "kind", "texts"), VALUES)
def test_values_travel_as_exact_texts(browse, values, kind, texts):
    """Missing values of every sort are null."""
    grid, browser = browse(frame_of(values))
    assert browser.cells("v") == texts
    (column,) = grid.grid["columns"]
    assert (column["type"], column["editable"]) == (kind, True)


@pytest.mark.parametrize(("values", "kind", "texts"), VALUES)
def test_each_text_is_read_back_as_the_value_that_it_was(browse, values, kind, texts):
    """Written over another row's value, and the frame is as if it had been moved there; its type stays."""
    del kind
    frame = frame_of(values)
    grid, browser = browse(frame)
    for source, target in ((0, 2), (2, 0)):
        answer = browser.edit((str(target), "v", texts[source]))
        assert answer["refused"] == []
        wanted = frame.copy()
        wanted.iloc[[target]] = frame.iloc[[source]]
        if texts[source] == "":  # nothing is typed as an empty text
            wanted.iloc[target, 0] = None
        pd.testing.assert_frame_equal(grid.frame, wanted)
        assert len(grid.findings) == 0
        browser.ask("undo")
        pd.testing.assert_frame_equal(grid.frame, frame)


@pytest.mark.parametrize(("values", "texts"), LEFT_ALONE)
def test_other_values_are_shown_and_left_alone(browse, values, texts):
    frame = frame_of(values)
    grid, browser = browse(frame)
    assert browser.cells("v") == texts
    answer = browser.edit(("0", "v", "1"))
    assert answer["refused"] == [{"id": "0", "column": "v", "message": "this column cannot be edited"}]
    pd.testing.assert_frame_equal(grid.frame, frame)


@pytest.mark.parametrize(
    ("values", "text", "message"),
    [
        ([1, 2], "1.5", "'1.5' is not a whole number"),
        ([1, 2], "1,000", "'1,000' is not a whole number"),
        ([1, 2], str(2**63), f"{2**63} does not fit; this column holds {-(2**63):,} to {2**63 - 1:,}"),
        ([1, 2], "9" * 5_000, f"'{'9' * 58}… is not a whole number"),
        (np.array([1, 2], dtype="int8"), "128", "128 does not fit; this column holds -128 to 127"),
        ([1, 2], None, "empty, and this column takes no empty cells"),
        ([True, False], None, "empty, and this column takes no empty cells"),
        ([True, False], "maybe", "'maybe' is neither true nor false; write true or false"),
        ([0.5, 1], "x", "'x' is not a number"),
        ([0.5, 1], "1_0", "'1_0' is not a number"),
        ([0.5, 1], "nan", "'nan' is not a number"),
        ([0.5, 1], "1e400", "'1e400' is beyond what this column holds"),
        ([Decimal(1)], "NaN", "'NaN' is not a number; empty the cell"),
        ([Decimal(1)], "1,5", "'1,5' is not a number"),
        (pd.Categorical(["small", "large"]), "smal", "'smal' is none of the choices; did you mean 'small'?"),
        (pd.Categorical(["small", "large"]), "xyz", "'xyz' is none of the choices"),
        (DAY, "01/02/2026", "'01/02/2026' " + NO_DATE),
        (DAY, "now", "'now' " + NO_DATE),
        (DAY, "2026-02-30", "'2026-02-30' " + NO_DATE),
        (DAY, "2026-01-01 10:00+01:00", "'2026-01-01 10:00+01:00' names a time zone, and this column has none"),
        (AWARE, "2026-03-29 02:30", "'2026-03-29 02:30' is no time here: the clocks were put forward over it"),
        (AWARE, "2026-10-25 02:30", f"'2026-10-25 02:30' is no time here: {TWICE}"),
        (DAY.as_unit("s"), "2026-01-01 00:00:00.5", f"'2026-01-01 00:00:00.5' is no time here: {FINER}"),
        ([date(2026, 1, 1)], "2026-1-1", "'2026-1-1' is no date; write it as 2026-11-25"),
        (["a"], "\ud800", "the text holds half of a character; type it again"),
    ],
)  # fmt: skip
def test_a_text_that_stands_for_nothing_stays_visible(browse, values, text, message):
    """With its finding, while the frame keeps the value before; undo takes both away."""
    frame = frame_of(values)
    grid, browser = browse(frame)
    before = browser.cells("v")
    browser.edit(("0", "v", text))
    assert grid.findings[["severity", "code", "message"]].to_numpy().tolist() == [["error", "unreadable", message]]
    shown = None if text is None else text.replace("\ud800", "\ufffd")
    assert browser.cells("v") == [shown, *before[1:]]
    assert browser.window()["changed"] == {"0": {"v": before[0]}}
    pd.testing.assert_frame_equal(grid.frame, frame)
    browser.ask("undo")
    assert (len(grid.findings), browser.cells("v")) == (0, before)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-01-02 12:00", "2026-01-02 12:00+01:00"),
        ("2026-10-25 02:30+01:00", "2026-10-25 02:30+01:00"),
        ("2026-01-02T11:00Z", "2026-01-02 12:00+01:00"),
        ("2026-01-02", "2026-01-02 00:00+01:00"),
    ],
)
def test_times_are_read_in_the_zone_of_their_column(browse, text, time):
    grid, browser = browse(frame_of(AWARE))
    browser.edit(("0", "v", text))
    assert grid.frame["v"][0] == pd.Timestamp(time)
    assert str(grid.frame["v"].dtype) == "datetime64[us, Europe/Warsaw]"


@pytest.mark.parametrize("text", ["yes", "TRUE", " 1 "])
def test_truth_values_are_read_in_several_spellings(browse, text):
    grid, browser = browse(frame_of([False]))
    browser.edit(("0", "v", text))
    assert grid.frame["v"].tolist() == [True]


HARD_TEXTS = [
    pytest.param("<img src=x onerror=alert(1)>", id="markup"),
    pytest.param("\u202emarkup\u202c שלום", id="right-to-left"),
    pytest.param("x" * 10_000, id="long"),
    pytest.param("two\nlines\r\nand\ttabs", id="breaks"),
    pytest.param("nul\0nul", id="nul"),
    pytest.param("👩‍💻 ź", id="emoji"),
    pytest.param(' "quoted" ', id="quotes"),
]


@pytest.mark.parametrize("text", HARD_TEXTS)
def test_any_text_goes_there_and_back(browse, text):
    """As it is; in the static table it does nothing."""
    grid, browser = browse(frame_of(["a", text]))
    browser.edit(("0", "v", text))
    assert browser.cells("v") == [text, text]
    assert grid.frame["v"].tolist() == [text, text]
    html = grid._html()
    assert "<img" not in html
    assert "\0" not in html
    assert "\u202e" not in html
    assert len(html) < 3_000


def test_half_a_surrogate_pair_in_the_frame_can_be_shown(browse):
    grid, browser = browse(frame_of(pd.Series(["\ud800", "b"], dtype=object)))
    assert browser.cells("v") == ["\ufffd", "b"]
    assert "\ufffd" in grid._html()


def test_labels_of_any_kind_have_names_of_their_own(browse):
    """Doubled labels, numbers, tuples and empty ones; the frame keeps them."""
    frame = pd.DataFrame([[1, 2, 3, 4, 5, 6]], columns=pd.Index(["a", "a", 7, ("x", 1), "", None], dtype=object))
    grid, browser = browse(frame)
    names = [column["name"] for column in grid.grid["columns"]]
    assert names == ["a", "a (2)", "7", "x / 1", " (2)", "None"]
    browser.edit(("0", "a (2)", "9"))
    assert grid.frame.to_numpy().tolist() == [[1, 9, 3, 4, 5, 6]]
    assert list(grid.frame.columns) == list(frame.columns)


def test_a_doubled_index_is_no_obstacle(browse):
    """Rows are known by ids of the grid, whatever their labels."""
    frame = pd.DataFrame({"v": ["a", "b", "c"]}, index=pd.Index(["x", "x", None], name="key"))
    grid, browser = browse(frame)
    browser.edit(("1", "v", "B"))
    assert grid.frame["v"].tolist() == ["a", "B", "c"]
    assert grid.frame.index.equals(frame.index)
    assert browser.cells("key") == ["x", "x", None]
    grid.select(["x"])
    assert grid.selection["v"].tolist() == ["a", "B"]


def test_an_index_of_several_levels_is_shown_level_by_level(browse):
    index = pd.MultiIndex.from_tuples([("a", 1), ("a", 2)], names=["letter", None])
    frame = pd.DataFrame({"v": [1, 2]}, index=index)
    grid, browser = browse(frame)
    assert [column["name"] for column in grid.grid["columns"]] == ["letter", "index 1", "v"]
    assert browser.cells("index 1") == ["1", "2"]
    browser.ask("add", count=1)
    browser.edit(("2", "v", "3"))
    assert list(grid.frame.index[:2]) == list(index)
    assert grid.frame["v"].tolist() == [1, 2, 3]
    grid.select([("a", 2)])
    assert grid.selection["v"].tolist() == [2]
    browser.ask("undo")
    browser.ask("undo")
    pd.testing.assert_frame_equal(grid.frame, frame)


def test_choices_are_read_by_value_and_by_label(browse):
    column = Column(name="v", choices={"s1": "Support", "s2": "Sales"})
    grid, browser = browse(frame_of(["s1", None, "other"]), [column])
    assert grid.grid["columns"][0]["choices"] == [["s1", "Support"], ["s2", "Sales"]]
    browser.edit(("1", "v", "Sales"), ("0", "v", "s2"))
    assert grid.frame["v"].tolist() == ["s2", "s2", "other"]
    browser.edit(("0", "v", "Suport"))
    assert grid.findings["message"].tolist() == ["'Suport' is none of the choices; did you mean 'Support'?"]
    browser.look(filters={"v": "sal"})
    assert browser.window()["ids"] == ["1"]


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (Column(name="w"), "columns: the frame has no column 'w'"),
        (Column(name="v", type="url"), "columns: 'v': it holds no texts, so it cannot be of type url"),
        (Column(name="v", type="date"), "columns: 'v': its type is number, not date"),
        (Column(name="v", type="colour"), f"columns: 'v': 'colour' is no type; use {TYPES}"),
        (Column(name="s", choices=map(str, range(1_001))), "columns: 's': 1,001 choices, at most 1,000 can be shown"),
    ],
)  # fmt: skip
def test_what_a_column_cannot_be_is_said(column, message):
    with pytest.raises(ValueError, match="columns") as caught:
        Grid(pd.DataFrame({"v": [1], "s": ["a"]}), [column])
    assert str(caught.value) == message


def test_a_column_is_named_once():
    with pytest.raises(ValueError, match="columns: 'v' is named twice"):
        Grid(frame_of([1]), [Column(name="v"), Column(name="v")])


@pytest.mark.parametrize("frame", [None, [1], pd.Series([1])])
def test_only_frames_are_shown(frame):
    with pytest.raises(TypeError, match="is no DataFrame"):
        Grid(frame)
