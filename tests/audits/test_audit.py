"""The audit as a whole: its tables, its views, bad input, and that no secret and no markup leaves it."""

import html
import random
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chatbot_nb as cb
from chatbot_nb.audits.audit import Audit, audit
from chatbot_nb.audits.columns import COLUMNS

NOW = datetime(2026, 1, 1, tzinfo=UTC)
FINDINGS = dict.fromkeys(("id", "name", "code", "severity", "message", "evidence"), "str")
SUMMARY = {"severity": "str", "connections": "int64", "example": "str"}


def types(frame):
    return {name: str(dtype) for name, dtype in frame.dtypes.items()}


@pytest.fixture(scope="module")
def frame():
    """The connections of a filled sandbox, with all that can be revealed."""
    with cb.Sandbox(verify="off") as sandbox:
        sandbox.seed(100)
        with sandbox.client() as client:
            yield client.connections.frame(details=True, reveal=True, progress=False)


@pytest.fixture(params=["python", "pyarrow"])
def storage(request):
    if request.param == "pyarrow":
        pytest.importorskip("pyarrow")
    with pd.option_context("mode.string_storage", request.param):
        yield request.param


@pytest.mark.usefixtures("storage")
def test_the_tables_of_a_filled_account(frame):
    """Each finding by row, errors first; the summary by severity, then by count; health adds up."""
    result = audit(frame, now=NOW)
    assert types(result.findings) == FINDINGS
    assert types(result.summary) == SUMMARY
    assert not result.findings.isna().any(axis=None)
    position = result.findings["id"].map({each: row for row, each in enumerate(frame.index)})
    rank = result.findings["severity"].map({"error": 0, "warning": 1, "info": 2})
    assert (position * 3 + rank).is_monotonic_increasing
    by_code = result.findings.groupby("code")["id"].nunique()
    assert result.summary["connections"].to_dict() == by_code.to_dict()
    order = [("error", "warning", "info").index(each) for each in result.summary["severity"]]
    assert order == sorted(order)
    assert sum(result.health.values()) == 100
    errors = result.findings.loc[result.findings["severity"] == "error", "id"].nunique()
    assert result.health["with errors"] == errors
    assert {"http", "localhost", "no_token", "same_url", "name_blanks", "similar_name"} <= set(result.summary.index)
    assert result.skipped == ()
    assert result.probes is None


def test_both_storages_of_text_find_the_same(frame):
    """A frame that pyarrow holds, audited where Python holds texts."""
    pytest.importorskip("pyarrow")
    results = []
    for storage in ("python", "pyarrow"):
        with pd.option_context("mode.string_storage", storage):
            results.append(audit(frame.convert_dtypes(dtype_backend="pyarrow"), now=NOW).findings.to_numpy().tolist())
    assert results[0] == results[1] == audit(frame, now=NOW).findings.to_numpy().tolist()


def test_a_csv_and_an_excel_file_are_audited_alike(frame, tmp_path):
    """Times become text or lose their zone, truth values become objects."""
    frame.to_csv(tmp_path / "a.csv")
    plain = frame.assign(**{name: frame[name].dt.tz_localize(None) for name in ("created_at", "updated_at")})
    plain.to_excel(tmp_path / "a.xlsx")
    wanted = audit(frame, now=NOW).findings
    pd.testing.assert_frame_equal(audit(pd.read_csv(tmp_path / "a.csv"), now=NOW).findings, wanted)
    pd.testing.assert_frame_equal(audit(pd.read_excel(tmp_path / "a.xlsx"), now=NOW).findings, wanted)


@pytest.mark.usefixtures("storage")
def test_an_empty_account(frame):
    """The same columns and dtypes; it shows."""
    result = audit(frame.iloc[:0])
    assert types(result.findings) == FINDINGS
    assert types(result.summary) == SUMMARY
    assert result.health == {"with errors": 0, "with warnings": 0, "healthy": 0}
    assert repr(result) == "audit of 0 connections: 0 with errors, 0 with warnings, 0 healthy"
    assert "<table" not in result._repr_html_()


def test_what_could_not_be_checked_is_told():
    """Column by column, with what to pass."""
    assert audit(pd.DataFrame({"url": ["https://h.example"]})).skipped == (
        "name, delivery errors, story, created_at, updated_at: the frame has no such columns",
        "token, headers: pass client.connections.frame(details=True)",
        "secrets shown elsewhere: pass client.connections.frame(details=True, reveal=True)",
        "id: the frame has none; the position of the row, from 0, stands for it",
    )


def test_doubled_columns_and_unread_details_are_told():
    """The first of two is read; the rest goes on."""
    columns = {name: [None, None] for name in COLUMNS} | {"read_error": ["not read", None]}
    frame = pd.DataFrame(columns, index=pd.Index(["a", "b"], name="id"))
    doubled = pd.concat([frame.assign(name="x"), frame["name"]], axis=1)
    result = audit(doubled)
    assert result.skipped == (
        "token, headers of 1 connection: not read, see read_error",
        "name: the frame has several such columns; the first one was read",
    )
    assert result.findings["name"].unique().tolist() == ["x"]


def test_without_an_id_the_position_stands_for_it():
    """Whatever the index is."""
    frame = pd.DataFrame({"url": ["http://h.example/1", "http://h.example/2"]}, index=[7, 7])
    assert audit(frame).findings["id"].to_list() == ["0", "1"]


def test_ids_that_are_no_text_are_told():
    """Shown as a message shows them; a missing one by its row."""
    frame = pd.DataFrame({"id": [5, None, "c"], "url": "https://h.example/"}, dtype=object)
    findings = audit(frame).findings
    wrong = findings.loc[findings["code"] == "wrong_type", ["id", "message"]].to_numpy().tolist()
    assert wrong == [
        ["5", "id: 5 is not a text; it counts as missing"],
        ["row 1", "id: null is not a text; it counts as missing"],
    ]


@pytest.mark.parametrize(
    ("arguments", "options", "error", "message"),
    [
        pytest.param(
            [[{"name": "a"}]],
            {},
            TypeError,
            "audit: an array is not a DataFrame; pass client.connections.frame(), or a snapshot's .frame",
            id="a list",
        ),
        pytest.param(
            [pd.DataFrame({"a": [1]})],
            {},
            ValueError,
            "audit: the frame has none of the columns name, url, story_id, story_name, error, ...; pass "
            "client.connections.frame(), or what was read from a file written from it",
            id="another frame",
        ),
        pytest.param(
            [pd.DataFrame({"name": ["a"]})],
            {"stale_days": -1},
            ValueError,
            "stale_days: -1; a whole number of days from 0 to 36,500 is allowed",
            id="days",
        ),
        pytest.param(
            [pd.DataFrame({"name": ["a"]})], {"now": "today"}, TypeError, "now: a string is not a datetime", id="now"
        ),
    ],
)
def test_senseless_arguments(arguments, options, error, message):
    """They are named, with what is wanted."""
    with pytest.raises(error) as caught:
        audit(*arguments, **options)
    assert str(caught.value) == message


def test_the_text_view():
    """Counts, the summary, the first findings, what was not checked."""
    frame = pd.DataFrame({"name": ["A\nb"], "url": ["http://h.example/"]}, index=pd.Index(["c0"], name="id"))
    invisible = "the name holds the invisible character U+000A; remove it"
    http = "http, so that what is sent, the token too, can be read on the way; use https"
    assert repr(audit(frame)).splitlines() == [
        "audit of 1 connection: 0 with errors, 1 with warnings, 0 healthy",
        f"  warning http: 1 ({http})",
        f"  warning name_invisible: 1 ({invisible})",
        "  errors first, then warnings:",
        f"    warning c0 'A\\nb': {http}",
        f"    warning c0 'A\\nb': {invisible}",
        "  not checked: delivery errors, story, created_at, updated_at: the frame has no such columns",
        "  not checked: token, headers: pass client.connections.frame(details=True)",
        "  not checked: secrets shown elsewhere: pass client.connections.frame(details=True, reveal=True)",
    ]


def test_twenty_findings_are_shown_errors_first():
    """And how many more there are."""
    frame = pd.DataFrame({"url": [*(f"http://h{n}.example/" for n in range(24)), ""]})
    text = repr(audit(frame))
    assert "and 5 more in .findings" in text
    assert text.splitlines()[4].startswith("    error   24 '': the URL is empty")
    assert "and 5 more in <code>.findings</code>" in audit(frame)._repr_html_()


MARKUP = "<img src=x onerror=alert(1)>&\"'"


def test_text_from_outside_is_never_markup():
    """In names, ids, errors, URLs, headers and times."""
    columns = {name: [MARKUP, MARKUP] for name in ("name", "error", "headers", "created_at", "story_id")}
    frame = pd.DataFrame(columns | {"url": f"http://h/{MARKUP}"}, index=pd.Index([MARKUP, "b"], name="id"))
    view = audit(frame)._repr_html_()
    assert "<img" not in view
    assert html.escape(MARKUP) in view


def test_no_secret_leaves(frame):
    """Where each of them is also in a name, a URL, an error and a number."""
    secrets = ["tok-5f0c-sesame", "hdr-77aa-sesame", "pwd-19ce-sesame", "url-e4b1-sesame"]
    token, header, password, in_url = secrets
    shown = frame.head(8).copy()
    shown["token"] = token
    shown["header_values"] = f'{{"X-Key": "Bearer {header}"}}'
    shown["auth_password"] = password
    shown["name"] = [f"{token} {header}", password, f"  {token}", f"{token}\u200b", token.upper(), "a", "A", "b"]
    shown["url"] = [f"http://u:{in_url}@localhost/{token}", f"ftp://x/{header}?sig={in_url}", token, *[None] * 5]
    shown["error"] = [f"https://h/?key={in_url} {password}", *[token] * 7]
    shown["created_at"] = token
    result = audit(shown)
    assert "secret_shown" in result.summary.index
    texts = [repr(result), result._repr_html_(), result.findings.to_csv(), result.summary.to_csv(), str(result.skipped)]
    texts.append(result.chart().svg())
    assert [secret for secret in secrets for text in texts if secret in text] == []


CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(st.characters(), max_size=20),
    st.sampled_from(
        ["http://localhost", "https://a:b@c/", "2024-01-01", "x", "{}", '{"a": 1}', "now", "[", "http://["]
    ),
    st.datetimes(),
    st.datetimes(timezones=st.just(UTC)),
    st.dates(),
    st.binary(max_size=4),
    st.lists(st.integers(), max_size=2),
    st.just(pd.NaT),
    st.just(pd.NA),
    st.just(np.datetime64("2024-01-01")),
    st.just(np.float64("nan")),
    st.builds(object),
)


@given(
    cells=st.lists(st.lists(CELLS, min_size=15, max_size=15), max_size=6),
    names=st.lists(st.sampled_from([*COLUMNS, "id", "note", 3, None]), min_size=14, max_size=14),
)
@settings(max_examples=200, deadline=None)
def test_junk_is_audited_without_a_traceback(cells, names):
    """Whatever stands in whichever columns, doubled ones too; ids are those of the frame; the views hold."""
    frame = pd.DataFrame(cells, columns=[*names, "url"], dtype=object)
    result = audit(frame)
    assert isinstance(result, Audit)
    assert types(result.findings) == FINDINGS
    assert sum(result.health.values()) == len(frame)
    if "id" not in names:
        assert set(result.findings["id"]) <= {str(row) for row in range(len(frame))}
    repr(result).encode()
    result._repr_html_().encode()


@given(seed=st.integers(0, 2**32))
@settings(max_examples=20, deadline=None)
def test_the_order_of_rows_does_not_matter(frame, seed):
    """The same findings, in the order of the frame."""
    rows = list(range(len(frame)))
    random.Random(seed).shuffle(rows)
    shuffled = audit(frame.iloc[rows], now=NOW)
    wanted = audit(frame, now=NOW)
    assert sorted(shuffled.findings.to_numpy().tolist()) == sorted(wanted.findings.to_numpy().tolist())
    assert shuffled.health == wanted.health
    assert shuffled.summary["connections"].to_dict() == wanted.summary["connections"].to_dict()
    assert set(shuffled.findings["id"]) <= set(frame.index)


def test_the_frame_is_not_changed(frame):
    """Neither its cells nor what it carries."""
    before = frame.copy(deep=True)
    audit(frame)
    pd.testing.assert_frame_equal(frame, before)
    assert frame.attrs == before.attrs


def test_a_probe_adds_its_findings_and_its_table():
    """Private addresses are not touched unless told: this one is named, and nothing is sent."""
    frame = pd.DataFrame({"url": ["https://127.0.0.1:9/hook"]}, index=pd.Index(["c0"], name="id"))
    result = audit(frame, probe=True, progress=False)
    assert result.probes["private"].to_list() == [True]
    assert result.findings["code"].to_list() == ["localhost", "probe_private"]
