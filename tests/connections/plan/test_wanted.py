"""The wanted frame is read leniently: what its ids and columns may be, and what is said of the rest."""

from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest

from chatbot_nb.connections.frame import list_frame
from chatbot_nb.connections.plan.difference import difference
from chatbot_nb.connections.plan.table import COLUMNS, Findings
from chatbot_nb.connections.plan.wanted import Wanted, described, printed
from chatbot_nb.connections.reading import Reader

DTYPES = {
    "row": "Int64",
    "id": "str",
    "column": "str",
    "code": "str",
    "severity": "str",
    "message": "str",
    "limit": "object",
    "actual": "object",
}


def listed(number):
    return {
        "id": f"id-{number}",
        "story": {"id": "5" * 24, "name": "Story"},
        "name": f"name {number}",
        "url": f"https://hooks.example/{number}",
        "error": None,
        "createdAt": "2024-01-02T03:04:05.678Z",
        "updatedAt": "2024-02-03T04:05:06.789Z",
    }


@pytest.fixture
def account():
    return list_frame(Reader([listed(number) for number in range(4)]))


def no_details(_ids):
    raise AssertionError("nothing is to be read")


def compared(account, wanted):
    return difference(account, wanted, delete=False, details=no_details)


def said(findings):
    """Return findings as tuples, missing values as None."""
    rows = findings.astype(object).where(findings.notna(), None)
    return list(rows[["row", "column", "code", "severity", "message"]].itertuples(index=False, name=None))


@pytest.mark.parametrize(
    ("wanted", "kind"),
    [
        pytest.param(None, "NoneType", id="None"),
        pytest.param("connections.csv", "str", id="path"),
        pytest.param(pd.Series(["a"]), "Series", id="Series"),
    ],
)
def test_what_is_no_frame_is_told_how_to_become_one(account, wanted, kind):
    """A path, say."""
    message = (
        f"wanted is a {kind}, not a pandas.DataFrame; pass client.connections.frame() as you edited it, or "
        "pd.read_csv(path), pd.read_excel(path) or pd.read_parquet(path)"
    )
    with pytest.raises(TypeError) as caught:
        compared(account, wanted)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "form",
    [
        pytest.param(lambda frame: frame.copy(), id="index"),
        pytest.param(lambda frame: frame.reset_index(), id="column"),
        pytest.param(lambda frame: frame.reset_index().set_index("id", drop=False), id="both"),
        pytest.param(lambda frame: frame.set_index("story_id", append=True), id="level of an index"),
        pytest.param(lambda frame: frame.reset_index().astype({"id": "category"}), id="category"),
        pytest.param(lambda frame: frame.astype(object), id="object"),
        pytest.param(lambda frame: frame.iloc[::-1], id="another order"),
        pytest.param(lambda frame: frame[["url"]], id="one column"),
    ],
)
def test_ids_are_found_wherever_they_are(account, form):
    """And an edit with them."""
    wanted = form(account)
    wanted["url"] = wanted["url"].str.replace("/2", "/new")
    changes, findings = compared(account, wanted)
    assert [(change.action, change.id, change.fields) for change in changes] == [
        ("update", "id-2", {"url": "https://hooks.example/new"})
    ]
    assert said(findings) == []


@pytest.mark.parametrize(
    ("form", "end"),
    [
        pytest.param(
            lambda frame: frame.reset_index(drop=True),
            "; take it from client.connections.frame(), and leave the id of a new connection empty",
            id="dropped",
        ),
        pytest.param(
            lambda frame: pd.concat([frame, pd.DataFrame([{"name": "n"}])]),
            ", but ids in its index: pass wanted.rename_axis('id')",
            id="lost its name",
        ),
        pytest.param(
            lambda frame: frame.reset_index(names="ID"), "; did you mean the column 'ID'? Rename it", id="misspelt"
        ),
        pytest.param(
            lambda frame: frame.reset_index(drop=True).T,
            "; take it from client.connections.frame(), and leave the id of a new connection empty",
            id="transposed",
        ),
    ],
)
def test_without_ids_nothing_is_compared(account, form, end):
    """Else every connection would look dropped and every row new."""
    changes, findings = compared(account, form(account))
    assert changes == []
    message = f"the frame has neither an index nor a column named id{end}"
    assert [each for each in said(findings) if each[2] == "no_id"] == [(None, "id", "no_id", "error", message)]
    assert not {"not_in_frame", "missing"} & set(findings["code"])


def test_ids_that_differ_between_index_and_column(account):
    """Nobody can tell which are meant."""
    wanted = account.reset_index().set_index("id", drop=False)
    wanted["id"] = wanted["id"].to_numpy()[::-1]
    changes, findings = compared(account, wanted)
    assert changes == []
    message = "id names the index and a column, which differ; drop one of them"
    assert said(findings) == [(None, "id", "doubled_column", "error", message)]


def test_ids_that_are_wrong_are_each_told_with_their_row(account):
    """Of another account, doubled, no text; the other rows are compared."""
    ids = ["id-0", "id-0", "elsewhere", "id-3", "id-0", "id-0", "id-0", 0]
    wanted = pd.DataFrame({"id": pd.Series(ids, dtype=object), "name": "renamed"})
    changes, findings = compared(account, wanted)
    assert [(change.row, change.fields) for change in changes] == [(3, {"name": "renamed"})]
    keep = "keep one of them"
    unknown = (
        "the account has no connection 'elsewhere': it is of another account, or was deleted since; leave the id "
        "empty to create one"
    )
    number = (
        "0 is a number, not a string; leave the id of a new connection empty, and read ids as text: "
        "pd.read_csv(path, dtype={'id': str})"
    )
    errors = findings[findings["severity"] == "error"]
    assert said(errors) == [
        (0, "id", "doubled_id", "error", f"the same id as in rows 1, 4, 5 and 1 more; {keep}"),
        (1, "id", "doubled_id", "error", f"the same id as in rows 0, 4, 5 and 1 more; {keep}"),
        (2, "id", "unknown_id", "error", unknown),
        (4, "id", "doubled_id", "error", f"the same id as in rows 0, 1, 5 and 1 more; {keep}"),
        (5, "id", "doubled_id", "error", f"the same id as in rows 0, 1, 4 and 1 more; {keep}"),
        (6, "id", "doubled_id", "error", f"the same id as in rows 0, 1, 4 and 1 more; {keep}"),
        (7, "id", "wrong_type", "error", number),
    ]
    assert errors["id"].tolist()[:4] == ["id-0", "id-0", "elsewhere", "id-0"]
    assert pd.isna(errors["id"].iloc[-1])


@pytest.mark.parametrize("storage", ["python", "pyarrow"])
def test_ids_that_no_encoding_can_hold(account, storage):
    """They come from Python alone; Arrow cannot hold them, a finding shows them as U+FFFD."""
    with pd.option_context("mode.string_storage", storage):
        ids = pd.Index(["a\ud800", "a\ud800", "id-2"], dtype=object)
        _, findings = compared(account, pd.DataFrame({"name": "name 2"}, index=ids.rename("id")))
        _, lost = compared(account, pd.DataFrame({"name": "name 2"}, index=ids))
    errors = findings[findings["severity"] == "error"]
    assert errors["code"].tolist() == ["unknown_id", "doubled_id"] * 2
    assert errors["id"].unique().tolist() == ["a\ufffd"]
    assert lost["code"].tolist() == ["no_id"]


@pytest.mark.parametrize("empty", [None, np.nan, pd.NA, pd.NaT, "", "  \t"])
def test_every_kind_of_empty_id_is_a_new_connection(account, empty):
    """pandas, CSV and Excel each have their own."""
    new = {"id": pd.Series([empty], dtype=object), "name": "new", "url": "https://h", "story_id": "5" * 24}
    wanted = pd.concat([account.reset_index().astype(object), pd.DataFrame(new, dtype=object)])
    changes, findings = compared(account, wanted)
    assert [(change.action, change.row, change.id, change.fields) for change in changes] == [
        ("create", 4, None, {"storyId": "5" * 24, "name": "new", "url": "https://h"})
    ]
    assert said(findings) == []


def test_unknown_columns_are_a_warning_each(account):
    """Whatever their labels are; a column of the platform in another spelling is no loss."""
    wanted = account.reset_index().drop(columns="error")
    for label in ("Unnamed: 0", "Name", "errors", 5, None, ("a", "b"), pd.Timestamp("2024-01-01"), "half \ud800"):
        wanted[label] = "x"
    changes, findings = compared(account, wanted)
    assert changes == []
    ignored = "is no column of connections and is ignored"
    assert said(findings) == [
        (None, column, "unknown_column", "warning", message)
        for column, message in {
            "Unnamed: 0": f"'Unnamed: 0' {ignored}",
            "Name": f"'Name' {ignored}; did you mean 'name'?",
            "errors": f"'errors' {ignored}; did you mean 'error'?",
            "5": f"5 {ignored}",
            "null": f"null {ignored}",
            "an array": f"an array {ignored}",
            "a Python Timestamp": f"a Python Timestamp {ignored}",
            "half \ufffd": f"'half \ufffd' {ignored}",
        }.items()
    ]


def test_a_misspelt_header_is_an_error(account):
    """A person who edits the column `Name` would otherwise lose every edit."""
    wanted = account.rename(columns={"name": "Name "})
    changes, findings = compared(account, wanted)
    assert changes == []
    message = "'Name ' is no column of connections; did you mean 'name'? Rename it, or drop it"
    assert said(findings) == [(None, "Name ", "unknown_column", "error", message)]


@pytest.mark.parametrize("column", ["name", "id"])
def test_a_doubled_column_is_an_error(account, column):
    """It is not read: nobody can tell which one is meant."""
    wanted = account.reset_index()
    other = wanted[[column]] + "x"
    changes, findings = compared(account, pd.concat([wanted, other, other], axis=1))
    assert changes == []
    message = f"3 columns are named {column}; keep one of them"
    assert said(findings) == [(None, column, "doubled_column", "error", message)]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param(pd.to_datetime(["2024-01-02 03:04:05"], utc=True), "2024-01-02T03:04:05", id="UTC"),
        pytest.param(pd.to_datetime(["2024-01-02 03:04:05"]), "2024-01-02T03:04:05", id="naive"),
        pytest.param(pd.to_datetime(["2024-01-02T03:04:05+02:00"]), "2024-01-02T01:04:05", id="elsewhere"),
        pytest.param(["2024-01-02 03:04:05+00:00"], "2024-01-02T03:04:05", id="text"),
        pytest.param(["2024-01-02"], "2024-01-02T00:00:00", id="text of a day"),
        pytest.param([datetime(2024, 1, 2, 3, tzinfo=UTC)], "2024-01-02T03:00:00", id="object"),
        pytest.param([date(2024, 1, 2)], "2024-01-02T00:00:00", id="date"),
        pytest.param(["yesterday-ish"], None, id="no time"),
        pytest.param([45_292.5], None, id="number"),
        pytest.param([["2024"]], None, id="list"),
        pytest.param(np.array(["300000-01-01"], dtype="M8[s]"), None, id="far away"),
        pytest.param(["half \ud800"], None, id="half a character"),
    ],
)
def test_times_are_read_in_every_form(values, expected):
    """One without a zone is in UTC; what cannot be read is not taken for an empty cell."""
    frame = pd.DataFrame({"id": ["a"], "created_at": pd.Series(values, dtype=getattr(values, "dtype", object))})
    times, empty = Wanted(frame, frame["id"].to_numpy(), Findings()).times("created_at")
    assert times.tolist() == [pd.NaT if expected is None else pd.Timestamp(expected, tz="UTC")]
    assert empty.tolist() == [False]


@pytest.mark.parametrize(
    ("value", "texts"),
    [
        (2024, ("2024",)),
        (2024.0, ("2024.0", "2024")),
        (np.float64(0.5), ("0.5",)),
        (np.int8(-3), ("-3",)),
        (True, ("True",)),
        (float("inf"), ("inf",)),
        pytest.param(10**5000, (), id="too long to print"),
        (date(2024, 1, 2), ()),
        ([1], ()),
    ],
)
def test_the_texts_that_a_number_may_have_been(value, texts):
    """CSV gives 2024, or 2024.0 where a cell of the column is empty."""
    assert printed(value) == texts


def test_why_a_value_is_no_text():
    """A secret is not shown."""
    assert described(np.int64(2024)) == "2024 is a number, not a string"
    assert described(datetime(2024, 1, 2, 3)) == "2024-01-02T03:00:00 is a date, not a string"  # noqa: DTZ001
    assert described([5]) == "the value is an array, not a string"
    assert described(2024, secret=True) == "the value is a number, not a string"


@pytest.mark.parametrize("storage", ["python", "pyarrow"])
def test_the_table_has_the_same_columns_when_it_is_empty(account, storage):
    """And in both kinds of text column."""
    with pd.option_context("mode.string_storage", storage):
        _, none = compared(account, account)
        _, some = compared(account, account.assign(other=1, name=""))
    assert none.dtypes.astype(str).to_dict() == some.dtypes.astype(str).to_dict() == DTYPES
    assert (len(none), len(some)) == (0, 5)


def test_findings_stand_in_the_order_of_the_frame():
    """The frame first, then deletions, then row by row, then what no row names; the first column is the id."""
    findings = Findings()
    findings.add_ids("rest", "info", "", ["a", "b"])
    findings.add_rows("late", "error", "", [1, 0], "url")
    findings.add("early", "error", "", row=1, column="id")
    findings.add("row", "warning", "", row=1)
    findings.add("deleted", "warning", "", id="c")
    findings.add("frame", "error", "", column="zzz")
    table = findings.frame(np.array(["x", None], dtype=object))
    assert table["code"].tolist() == ["frame", "deleted", "late", "row", "early", "late", "rest", "rest"]
    assert table["id"].dropna().tolist() == ["c", "x", "a", "b"]
    assert (findings.wrong_rows, findings.any_errors) == ({0, 1}, True)


def test_all_columns_of_the_most_detailed_frame_are_known(client):
    """So that none of it is a finding."""
    frame = client.connections.frame(details=True, reveal=True)
    assert {"id", *frame.columns} == set(COLUMNS)
