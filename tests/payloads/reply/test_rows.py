"""`check_over`: a reply rendered over rows of attributes, and the worst row named."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest

import chatbot_nb as cb
from chatbot_nb.payloads.reply.reply import Reply

GREETING = cb.Reply().text("{{name}}")
COLUMNS = ["row", "pointer", "code", "severity", "message", "limit", "actual"]
LONG = {"empty": "", "short": "Ada", "emoji": "👋" * 600, "long": "x" * 1030, "longest": "x" * 1500, "most": "x" * 1024}


def table_of(report):
    return report.findings.to_dict("split")["data"]


def test_rows():
    """Missing, empty, emoji, too long and the longest: each row by its label, and the worst of them."""
    frame = pd.DataFrame({"name": [*LONG.values(), None]}, index=[*LONG, "missing"])
    report = GREETING.check_over(frame)
    place = "/responses/0/message"
    assert list(report.findings.columns) == COLUMNS
    assert table_of(report) == [
        ["empty", place, "too_short", "error", "0 characters, at least 1", 1, 0],
        [
            "emoji",
            place,
            "too_long_utf16",
            "warning",
            "1200 UTF-16 units, at most 1024 characters; ChatBot may count units",
            1024,
            1200,
        ],
        ["long", place, "too_long", "error", "1030 characters, at most 1024", 1024, 1030],
        ["longest", place, "too_long", "error", "1500 characters, at most 1024", 1024, 1500],
        [
            "missing",
            place,
            "unknown_placeholder",
            "warning",
            "the attribute 'name' has no value here, so its placeholder stays as it is",
            None,
            "'name'",
        ],
    ]
    assert (report.ok, report.rows, report.broken, report.worst) == (False, 7, 3, "longest")
    assert [str(finding) for finding in report.worst_findings] == [f"{place}: 1500 characters, at most 1024"]
    assert repr(report) == (
        "reply over 7 rows: 3 rows with errors; the worst is row 'longest'\n"
        "  error   /responses/0/message: 1500 characters, at most 1024\n"
        "  over all rows: too_long in 2 rows, too_short in 1 row, too_long_utf16 in 1 row, unknown_placeholder in 1 row"
    )
    assert report.by_code == {"too_long": 2, "too_short": 1, "too_long_utf16": 1, "unknown_placeholder": 1}
    assert list(report.by_code)[:2] == ["too_long", "too_short"]


def test_all_is_well():
    """Nothing found: no worst row, and a table with the same columns."""
    report = GREETING.check_over([{"name": "Ada"}, {"name": "Bob"}])
    assert (report.ok, report.rows, report.broken, report.worst, report.worst_findings) == (True, 2, 0, None, ())
    assert repr(report) == "reply over 2 rows: ok"
    assert report.by_code == {}
    assert list(report.findings.columns) == COLUMNS
    assert len(report.findings) == 0
    assert "<table" not in report._repr_html_()


def test_types():
    """The table has the same types whether empty or not."""
    filled, empty = (GREETING.check_over([{"name": name}]).findings for name in ("", "Ada"))
    assert list(filled.dtypes.drop("row")) == list(empty.dtypes.drop("row"))


def test_worst_by_errors_then_excess_then_warnings():
    """More errors are worse than a greater one, any error than warnings; of equal rows the first is named."""
    reply = cb.Reply().text("{{a}}").text("{{b}}")
    rows = [{"a": "x", "b": None}, {"a": None, "b": None}, {"a": "x" * 9000, "b": "x"}, {"a": "", "b": ""}]
    assert reply.check_over(rows).worst == 3
    assert reply.check_over(rows[:3]).worst == 2
    assert reply.check_over(rows[:2]).worst == 1
    assert reply.check_over(rows[:2] * 2).worst == 1
    assert repr(reply.check_over(rows[:1])).split("\n")[0] == "reply over 1 row: ok, with warnings; the worst is row 0"


@pytest.mark.parametrize(
    ("index", "label", "shown"),
    [
        pytest.param(["a", "a", "a"], "a", "'a'", id="duplicates"),
        pytest.param([3, 1, 2], 1, "1", id="not from 0"),
        pytest.param(pd.MultiIndex.from_tuples([("a", 1), ("a", 2), ("b", 1)]), ("a", 2), "('a', 2)", id="levels"),
        pytest.param([0.5, float("nan"), 1], float("nan"), "nan", id="NaN"),
        pytest.param(pd.Index([0, None, 1], dtype="object"), None, "None", id="None"),
        pytest.param(
            pd.to_datetime(["2026-01-01", "2026-01-02", "2026-01-03"]),
            pd.Timestamp("2026-01-02"),
            "2026-01-02 00:00:00",
            id="times",
        ),
        pytest.param(["b", "\x1b[31m\u202e<b>", "c"], "\x1b[31m\u202e<b>", r"'\x1b[31m\u202e<b>'", id="hostile"),
        pytest.param([True, False, True], False, "False", id="booleans"),
    ],
)
def test_labels(index, label, shown):
    """Whatever the index holds, the second row is named by it, and only its findings are shown."""
    report = GREETING.check_over(pd.DataFrame({"name": ["Ada", "x" * 2000, None]}, index=index))
    assert report.worst == label or (report.worst != report.worst and label != label)  # noqa: PLR0124
    assert repr(report).split("\n") == [
        f"reply over 3 rows: 1 row with errors; the worst is row {shown}",
        "  error   /responses/0/message: 2000 characters, at most 1024",
        "  over all rows: too_long in 1 row, unknown_placeholder in 1 row",
    ]
    assert len(report.findings) == 2


def test_nothing_is_hidden_behind_the_worst_row():
    """What was found in other rows only is counted, in text and in HTML: the unfilled placeholders of 37 users."""
    reply = cb.Reply().text("{{name}}").text("{{city}}, {{city}}, {{name}}")
    rows = [{"name": "x" * 1025, "city": "a"}, *[{"name": "Ada", "city": None}] * 37, {"name": "Ada", "city": "b"}]
    report = reply.check_over(rows)
    counted = "over all rows: too_long in 1 row, unknown_placeholder in 37 rows"
    assert repr(report).split("\n")[-1] == f"  {counted}"
    assert counted in report._repr_html_()
    assert (report.broken, report.by_code) == (1, {"too_long": 1, "unknown_placeholder": 37})


def test_one_row_says_all_there_is():
    """Where only the worst row has findings they are not told twice."""
    for rows in ([{"name": ""}], [{"name": ""}, {"name": "Ada"}]):
        assert "over all rows" not in repr(GREETING.check_over(rows)) + GREETING.check_over(rows)._repr_html_()
    assert repr(GREETING.check_over([{"name": ""}] * 2)).endswith("\n  over all rows: too_short in 2 rows")


def test_rows_of_one_label_count_each():
    """Rows are counted, not labels."""
    report = GREETING.check_over(pd.DataFrame({"name": ["", "", None]}, index=["a", "a", "a"]))
    assert report.by_code == {"too_short": 2, "unknown_placeholder": 1}


def test_html():
    """The worst row as a table, escaped."""
    report = cb.Reply().image("{{<b>}}").check_over(pd.DataFrame({"<b>": ["ftp://<script>"]}, index=["<i>"]))
    html = report._repr_html_()
    assert "<script" not in html
    assert "<i>" not in html
    assert "ftp://&lt;script&gt;" in html
    assert "the worst is row &#x27;&lt;i&gt;&#x27;" in html


def test_more_findings_than_are_shown():
    """Of many findings in a row the first are shown, and where the rest stands."""
    reply = cb.Reply().each(range(30), lambda r, _: r.text("{{a}}"))
    assert repr(reply.check_over([{"a": ""}])).endswith("\n  and 10 more in .findings")


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ({"name": ["Ada"]}, "check_over: an object has no rows; pass a DataFrame or a list of dicts"),
        ("Ada", "check_over: a string has no rows; pass a DataFrame or a list of dicts"),
        (5, "check_over: a number has no rows; pass a DataFrame or a list of dicts"),
        ([{}, "Ada"], "check_over: row 1 is a string; pass a DataFrame or a list of dicts"),
    ],
)
def test_no_rows(rows, message):
    """What has no rows of attributes is refused."""
    with pytest.raises(TypeError) as caught:
        GREETING.check_over(rows)
    assert str(caught.value) == message


def test_two_columns_of_a_name():
    """It is not guessed which of two columns is meant; others may stand twice."""
    frame = pd.DataFrame([["Ada", "Bob", 1, 2]], columns=["name", "name", "x", "x"])
    with pytest.raises(ValueError, match=r"^check_over: more than one column is called 'name'; rename or drop"):
        GREETING.check_over(frame)
    assert GREETING.check_over(frame.iloc[:, 1:]).ok


@pytest.mark.parametrize("rows", [pd.DataFrame(), [], iter([]), pd.DataFrame({"name": []})])
def test_empty(rows):
    """No rows, no findings, and nothing that looks like a success; as all() of nothing, ok is true."""
    report = GREETING.check_over(rows)
    said = "reply over 0 rows: nothing was checked"
    assert (repr(report), len(report.findings), report.ok, report.worst) == (said, 0, True, None)
    assert said in report._repr_html_()


def test_no_placeholders():
    """A reply without placeholders is the same for every row, also where the frame has no columns."""
    broken = cb.Reply().raw({"type": "text", "message": ""})
    assert broken.check_over(pd.DataFrame(index=range(3))).broken == 3
    assert broken.check_over([{}, {}]).broken == 2
    assert cb.Reply().check_over(pd.DataFrame({"a": [1]})).rows == 1


def test_did_you_mean_any_column():
    """A placeholder that no column fills is compared with all of them, also those that nothing uses."""
    report = cb.Reply().text("{{nmae}}").check_over(pd.DataFrame({"name": ["Ada"], 5: [1]}))
    assert [finding.message for finding in report.worst_findings] == [
        "no attribute is called 'nmae', so its placeholder stays as it is; did you mean 'name'?"
    ]


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([1, None], "1"),
        ([True, None], "true"),
        ([2**60 + 1, None], str(2**60 + 1)),
        ([np.int64(3), None], "3"),
        (pd.array([1, None], dtype="Int64"), "1"),
        (pd.array([True, None], dtype="boolean"), "true"),
        (pd.Categorical(["a", None]), "a"),
        (pd.to_datetime(["2026-01-02", None]), "2026-01-02 00:00:00"),
    ],
)
def test_values(values, text, monkeypatch):
    """A missing cell is no value; beside one, other values read as they did."""
    seen = []
    render = Reply.render
    monkeypatch.setattr(Reply, "render", lambda reply, row: seen.append(row["a"]) or render(reply, row))
    rows = [{"a": value} for value in values] if isinstance(values, list) else pd.DataFrame({"a": values})
    report = cb.Reply().text("{{a}}").check_over(rows)
    assert seen == [text, None]
    assert [finding.code for finding in report.worst_findings] == ["unknown_placeholder"]
    assert report.worst == 1


def test_the_reply_comes_first():
    """What the reply itself sets is not looked up in the rows."""
    assert GREETING.set(name="Ada").check_over([{"name": ""}, {"name": None}, {}]).ok


def test_many_rows(monkeypatch):
    """Rows that are alike in what the reply uses are checked once."""
    seen = []
    render = Reply.render
    monkeypatch.setattr(Reply, "render", lambda reply, row: seen.append(row) or render(reply, row))
    numbers = np.arange(100_000)
    frame = pd.DataFrame({"name": np.where(numbers % 2, "Ada", "Bob"), "id": numbers})
    frame.loc[99_999, "name"] = "x" * 1025
    begin = time.perf_counter()
    report = GREETING.check_over(frame)
    assert time.perf_counter() - begin < 10
    assert (report.rows, report.broken, report.worst, len(seen)) == (100_000, 1, 99_999, 3)


def test_the_frame_stays():
    """Neither frame nor reply are changed."""
    frame = pd.DataFrame({"name": ["Ada", None]})
    before, reply = frame.copy(), cb.Reply().text("{{name}}")
    reply.check_over(frame)
    pd.testing.assert_frame_equal(frame, before)
    assert reply.payload == {"responses": [{"type": "text", "message": "{{name}}"}]}
