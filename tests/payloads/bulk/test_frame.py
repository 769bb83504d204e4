"""`check_frame`: a column of payloads in, a table of findings out, from pandas and from Dask."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from chatbot_nb.payloads.bulk import table
from chatbot_nb.payloads.bulk.frame import check_frame
from chatbot_nb.payloads.bulk.verdicts import as_row
from chatbot_nb.payloads.check import check
from chatbot_nb.payloads.request import WebhookRequest

FINE = b'{"responses": []}'
SHORT = b'{"responses": [{"type": "text", "message": ""}], "attributes": {"n": 1}}'
DTYPES = dict.fromkeys(("pointer", "code", "severity", "message"), "str") | {"limit": "object", "actual": "object"}
NOT_ONE = "is not a payload; pass bytes, str, dict, list or a model"
MISSING = "a missing value (None, NaN or NA)"


class Odd:
    """What cannot be compared with anything."""

    def __eq__(self, _):
        raise RuntimeError

    __hash__ = None


def rows(frame):
    return list(frame.itertuples(index=False, name=None))


def expected(series, kind="reply"):
    """Return what `check` finds, payload by payload."""
    return [(label, *as_row(one)) for label, payload in series.items() for one in check(payload, kind=kind).findings]


def dtypes(frame):
    return {name: str(dtype) for name, dtype in frame.dtypes.items()}


def test_bytes_text_and_dicts():
    """Payloads in all three forms: a row for each finding, with the label of its payload, in `check`'s order."""
    series = pd.Series(
        [SHORT, FINE, SHORT.decode(), json.loads(SHORT), bytearray(SHORT), "<html>", b""], list("abcdefg")
    )
    found = check_frame(series)
    assert rows(found) == expected(series)
    assert rows(found)[:2] == [
        ("a", "/attributes/n", "wrong_type", "warning", "1 is not a string", "a string", "1"),
        ("a", "/responses/0/message", "too_short", "error", "0 characters, at least 1", 1, 0),
    ]
    assert list(found["row"]) == list("aaccddeefg")
    assert list(found.index) == list(range(10))
    assert dtypes(found) == {"row": "str", **DTYPES}


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, MISSING),
        (np.nan, MISSING),
        (pd.NA, MISSING),
        (pd.NaT, MISSING),
        (5, "5"),
        (2.5, "2.5"),
        (float("inf"), "inf"),
        (Odd(), "a Python Odd"),
        (pd.Timestamp(0), "a Python Timestamp"),
    ],
)
def test_rows_that_are_no_payload(value, shown):
    """A row that is missing, whatever pandas has there, or a number is a finding; the rows after it are checked."""
    found = check_frame(pd.Series([FINE, value, SHORT], dtype="object"))
    assert rows(found)[0] == (1, "", "not_json", "error", f"{shown} {NOT_ONE}", None, None)
    assert list(found["row"]) == [1, 2, 2]


def test_a_str_column_with_missing_values():
    """pandas' own text columns, where what is missing is NaN, and numbers."""
    texts = pd.Series([SHORT.decode(), None], dtype="str")
    assert list(check_frame(texts)["message"]) == [*(row[4] for row in expected(texts[:1])), f"{MISSING} {NOT_ONE}"]
    assert list(check_frame(pd.Series([1, 2]))["message"]) == [f"1 {NOT_ONE}", f"2 {NOT_ONE}"]


@pytest.mark.parametrize(
    "index",
    [
        pytest.param(pd.RangeIndex(2), id="numbers"),
        pytest.param(pd.Index(["a", "a"], dtype="str"), id="labels twice"),
        pytest.param(pd.to_datetime(["2026-01-01", "2026-01-02"], utc=True), id="times"),
        pytest.param(pd.MultiIndex.from_tuples([("a", 1), ("b", 2)]), id="two levels"),
    ],
)
def test_same_columns_and_dtypes_when_empty(index):
    """``row`` has the labels and the dtype of the index, also when there is no finding or no payload."""
    found = check_frame(pd.Series([SHORT, SHORT], index))
    assert list(found["row"]) == [label for label in index for _ in range(2)]
    for empty in (check_frame(pd.Series([FINE, FINE], index)), check_frame(pd.Series([SHORT, SHORT], index)[:0])):
        assert dtypes(empty) == dtypes(found)
        assert list(empty.columns) == ["row", *DTYPES]
        assert len(empty) == 0


def test_requests(request_body):
    """Requests that ChatBot sends are checked as such."""
    request = WebhookRequest.model_validate(request_body).to_json()
    series = pd.Series([request, request.replace(b"chatId", b"chatid")])
    found = check_frame(series, kind="request")
    assert rows(found) == expected(series, "request")
    assert list(found["pointer"]) == ["/chatId", "/chatid"]


def test_many_payloads(monkeypatch):
    """Findings that came in several pieces are one table."""
    monkeypatch.setattr(table, "_HELD", 3)
    series = pd.Series([SHORT, FINE, SHORT, SHORT, FINE, SHORT] * 2000)
    found = check_frame(series)
    assert len(found) == 16_000
    assert list(found["row"])[-3:] == [11_999 - 2, 11_999, 11_999]
    assert found.index.equals(pd.RangeIndex(16_000))


def test_the_column_of_a_frame():
    """The column of texts is taken if there is one; else it must be named."""
    frame = pd.DataFrame({"id": [1, 2], "body": [FINE, SHORT]})
    assert rows(check_frame(frame)) == rows(check_frame(frame, "body")) == rows(check_frame(frame["body"]))
    frame["note"] = "x"
    assert rows(check_frame(frame, column="body")) == rows(check_frame(frame["body"]))


@pytest.mark.parametrize(
    ("payloads", "arguments", "error", "message"),
    [
        pytest.param(
            pd.DataFrame({"id": [1], "body": [FINE], "note": ["x"]}),
            {},
            ValueError,
            "which column has the payloads? Pass column=, one of: 'body', 'note'",
            id="two",
        ),
        pytest.param(
            pd.DataFrame({"id": [1]}),
            {},
            ValueError,
            "which column has the payloads? Pass column=, one of: 'id'",
            id="none of texts",
        ),
        pytest.param(
            pd.DataFrame(), {}, ValueError, "which column has the payloads? Pass column=, one of: none", id="none"
        ),
        pytest.param(
            pd.DataFrame({"id": [1], "body": [FINE]}),
            {"column": "bodi"},
            ValueError,
            "there is no column 'bodi'; the columns are: 'id', 'body'",
            id="misspelt",
        ),
        pytest.param(
            pd.DataFrame([[FINE, FINE]], columns=["a", "a"]),
            {"column": "a"},
            ValueError,
            "there is more than one column 'a'; the columns are: 'a', 'a'",
            id="twice",
        ),
        pytest.param(
            pd.Series([FINE]), {"column": "a"}, ValueError, "a Series has no columns; leave column out", id="series"
        ),
        pytest.param(
            [FINE], {}, TypeError, "an array is neither a Series nor a DataFrame, of pandas or of Dask", id="list"
        ),
        pytest.param(
            pd.Series([FINE]), {"kind": "answer"}, ValueError, "kind is 'reply' or 'request', got 'answer'", id="kind"
        ),
    ],
)
def test_what_cannot_be_checked(payloads, arguments, error, message):
    """What is no column of payloads is an error that says what to do."""
    with pytest.raises(error) as caught:
        check_frame(payloads, **arguments)
    assert str(caught.value) == message


@pytest.mark.parametrize(("progress", "seconds", "bars"), [(True, 2, 1), (True, 0.5, 0), (False, 2, 0)])
def test_progress(monkeypatch, capsys, progress, seconds, bars):
    """A bar is shown once it takes longer than a second, unless it is not wanted."""
    times = iter([0, *[seconds] * 9])
    monkeypatch.setattr(table.time, "monotonic", lambda: next(times))
    check_frame(pd.Series([FINE] * 10_001), progress=progress)
    shown = capsys.readouterr().err
    assert ("payloads" in shown) == bool(bars)
    assert ("10001/10001" in shown) == bool(bars)


def test_import_is_cheap():
    """Importing it loads none of pandas, Dask, tqdm and orjson."""
    heavy = "{'pandas', 'dask', 'tqdm', 'orjson', 'numpy'}"
    code = "import sys, chatbot_nb.payloads.bulk.frame, chatbot_nb.payloads.bulk.file"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}; print(sorted({heavy} & sys.modules.keys()))"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "[]\n"


@pytest.fixture
def dd():
    return pytest.importorskip("dask.dataframe")


def part(number):
    """Return one partition of a collection that is read in its workers."""
    index = [10 * number, 10 * number + 1, 10 * number + 2]
    return pd.DataFrame({"body": pd.Series([SHORT, FINE, b"\xff"], index=index, dtype="binary[pyarrow]")})


def test_dask_is_lazy_and_finds_the_same(dd):
    """A Dask collection gives a Dask DataFrame of as many partitions; nothing is read until it is computed."""
    read = []

    def reading(number):
        read.append(number)
        return part(number)

    frame = dd.from_map(reading, range(3), meta=part(0)[:0])
    read.clear()
    for found in (check_frame(frame), check_frame(frame, "body"), check_frame(frame["body"])):
        assert not read
        assert found.npartitions == 3
        assert list(found.columns) == ["row", *DTYPES]
        computed = found.compute(scheduler="sync")
        whole = check_frame(pd.concat([part(number) for number in range(3)]))
        assert rows(computed) == rows(whole)
        assert dtypes(computed) == dtypes(whole) == dtypes(found)
        assert sorted(read) == [0, 1, 2]
        read.clear()


def test_dask_checks_payloads_where_it_reads_them(dd):
    """A partition is read and checked in one task, so that no payload goes from process to process."""
    read = dd.from_map(lambda _: pd.Series(["x", None]), range(3), meta=pd.Series([], dtype="object"))
    graphs = []

    def scheduler(graph, keys, **_):
        graphs.append(dict(graph.__dask_graph__()))
        return [[pd.DataFrame()] for _ in keys]

    check_frame(read).compute(scheduler=scheduler)
    (graph,) = graphs
    assert len(graph) == 3 + 1  # and one that puts the findings together


def test_dask_errors_come_at_once(dd):
    """A column that is not there is an error before anything is computed."""
    frame = dd.from_map(part, range(2), meta=part(0)[:0])
    with pytest.raises(ValueError, match=r"^there is no column 'x'; the columns are: 'body'$"):
        check_frame(frame, "x")


CONVERTED = "; if it was a dict, Dask made text of it: dask.config.set({'dataframe.convert-string': False})"


def test_dicts_that_dask_made_text_of(dd):
    """Dask's own setting spoils them; that is said where it may be the reason, and nowhere else."""
    import dask

    payloads = pd.Series([json.loads(SHORT), SHORT.decode(), None, "{'responses': []}"])
    alike = check_frame(payloads)
    with dask.config.set({"dataframe.convert-string": True}):
        found = check_frame(dd.from_pandas(payloads, npartitions=1))
    found = found.compute(scheduler="sync")
    literal = found["code"] == "python_literal"
    assert list(found["row"][literal]) == [0, 3]
    assert list(found["message"].str.endswith(CONVERTED)) == list(literal)
    assert set(found["message"][literal]) == {f"{alike['message'].iloc[-1]}{CONVERTED}"}
    assert list(found["message"][~literal]) == list(alike["message"][alike["code"] != "python_literal"])
    assert dtypes(found) == dtypes(alike)
    with dask.config.set({"dataframe.convert-string": False}):
        found = check_frame(dd.from_pandas(payloads, npartitions=1))
    assert rows(found.compute(scheduler="sync")) == rows(alike)
