"""Two snapshots compared: what appeared, vanished, changed."""

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot_nb.connections.snapshots.columns import ALL, DETAILS, LIST, as_texts
from chatbot_nb.connections.snapshots.snapshot import Snapshot, snapshot

STORY = "5" * 24
TAKEN = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
LATER = TAKEN + timedelta(days=30)
WITH_DETAILS = (*LIST, *DETAILS)


def make(*rows, columns=tuple(LIST), taken_at=TAKEN, base_url="https://api.example/v2"):
    """A snapshot of these rows; what one leaves out is missing."""
    index = pd.Index(pd.array([row["id"] for row in rows], dtype="str"), name="id")
    values = {name: [row.get(name) for row in rows] for name in columns}
    frame = pd.DataFrame({name: pd.Series(values[name], index=index, dtype=ALL[name]) for name in columns})
    frame.attrs["findings"] = []
    return Snapshot(frame, taken_at, base_url)


def rows_of(comparison):
    """The rows of the frame as tuples, None where a value is missing."""
    frame = comparison.frame.astype("object")
    return [tuple(row) for row in frame.where(frame.notna(), None).itertuples(index=False)]


def test_an_account_that_was_changed_is_compared(sandbox, client):
    """Created, deleted, renamed, moved, a token, a header: one row each, in this order."""
    sandbox.seed(24)
    before = snapshot(client, details=True)
    gone, renamed, moved, guarded = before.frame.index[[3, 0, 8, 2]]
    names = before.frame["name"]
    url, headers = before.frame.loc[moved, "url"], before.frame.loc[guarded, "headers"]
    calls = client.connections
    calls.delete(gone)
    calls.update(renamed, name="Renamed")
    calls.update(moved, url="https://new.example/")
    calls.update(guarded, token="another", headers={"x-other": "1"})
    calls.create(story_id=STORY, name="New", url="https://h")
    comparison = before.compare(snapshot(client, details=True))
    new = calls.all()[-1].id
    old_headers = None if pd.isna(headers) else headers
    expected = [
        (new, "New", "appeared", None, None, None),
        (gone, names[gone], "vanished", None, None, None),
        (renamed, "Renamed", "changed", "name", names[renamed], "Renamed"),
        (guarded, names[guarded], "changed", "has_token", "false", "true"),
        (guarded, names[guarded], "changed", "headers", old_headers, "x-other"),
        (moved, names[moved], "changed", "url", url, "https://new.example/"),
    ]
    if before.frame.loc[guarded, "has_token"]:
        del expected[3]
    assert rows_of(comparison) == expected
    assert repr(comparison).startswith("1 appeared, 1 vanished, 3 changed\n  appeared 'New'\n")
    assert comparison.notes == ()


TEXT = st.none() | st.sampled_from(["", "a", "b", "A", "🛒", "null", "x" * 100])
TIME = st.none() | st.sampled_from([TAKEN, TAKEN + timedelta(microseconds=1), datetime(1, 1, 2, tzinfo=UTC)])
ROWS = st.lists(
    st.fixed_dictionaries(
        {"id": st.sampled_from("abcdef"), "has_token": st.none() | st.booleans()}
        | {name: TEXT for name, dtype in ALL.items() if dtype == "str" and name != "read_error"}
        | {name: TIME for name, dtype in ALL.items() if dtype.startswith("datetime")}
    ),
    unique_by=lambda row: row["id"],
)
SHAPES = st.sampled_from([tuple(LIST), WITH_DETAILS])
STORAGES = st.sampled_from(["python", "pyarrow"])


@settings(max_examples=40, deadline=None)
@given(rows=ROWS, columns=st.sampled_from([tuple(LIST), WITH_DETAILS, tuple(ALL)]))
def test_an_account_compared_with_itself_has_no_rows(rows, columns):
    """Whatever is missing in it, in whatever order it comes; the columns are there without rows too."""
    comparison = make(*rows, columns=columns).compare(make(*reversed(rows), columns=columns))
    assert comparison.frame.dtypes.astype(str).to_dict() == dict.fromkeys(
        ["id", "name", "what", "column", "old", "new"], "str"
    )
    assert (len(comparison.frame), comparison.notes) == (0, ())
    assert repr(comparison) == "0 appeared, 0 vanished, 0 changed"
    assert "<table" not in comparison._repr_html_()


@settings(max_examples=60, deadline=None)
@given(first=ROWS, second=ROWS, columns=SHAPES, storages=st.tuples(STORAGES, STORAGES))
def test_the_other_way_round_all_is_swapped(first, second, columns, storages):
    """Appeared with vanished, old with new; nothing else."""
    with pd.option_context("mode.string_storage", storages[0]):
        one = make(*first, columns=columns)
    with pd.option_context("mode.string_storage", storages[1]):
        other = make(*second, columns=columns)
    swapped = {"appeared": "vanished", "vanished": "appeared", "changed": "changed"}
    there = {(row[0], row[2], *row[3:]) for row in rows_of(one.compare(other))}
    back = {(row[0], swapped[row[2]], row[3], row[5], row[4]) for row in rows_of(other.compare(one))}
    assert there == back


@settings(max_examples=60, deadline=None)
@given(first=ROWS, second=ROWS, columns=SHAPES)
def test_the_changes_make_the_second_of_the_first(first, second, columns):
    """None is missing and none too many: applied to the one they give the other."""
    one, other = make(*first, columns=columns), make(*second, columns=columns)
    before, after = as_plain(one), as_plain(other)
    counted = dict.fromkeys(["appeared", "vanished", "changed"], 0)
    touched = set()
    for identifier, name, what, column, old, new in rows_of(one.compare(other)):
        assert name == (after if identifier in after else before)[identifier]["name"]
        counted[what] += (identifier, what) not in touched
        touched.add((identifier, what))
        if what == "appeared":
            before[identifier] = after[identifier]
        elif what == "vanished":
            del before[identifier]
        else:
            assert before[identifier][column] == old != new
            before[identifier][column] = new
    for identifier, row in before.items():  # it changes with every other column, without a row of its own
        if (identifier, "changed") in touched:
            row["updated_at"] = after[identifier]["updated_at"]
    assert before == after
    title = ", ".join(f"{number} {what}" for what, number in counted.items())
    assert repr(one.compare(other)).split("\n")[0] == title


def as_plain(one):
    """The rows of a snapshot as texts, by id."""
    frame = one.frame.apply(as_texts).astype("object")
    return frame.where(frame.notna(), None).to_dict("index")


def test_updated_at_is_told_where_nothing_else_changed():
    """Then something was saved that the snapshot does not hold."""
    time = datetime(2021, 6, 9, 7, 35, 0, 788000, UTC)
    before = make({"id": "a", "name": "x", "updated_at": time}, {"id": "b", "name": "y", "updated_at": time})
    after = make(
        {"id": "a", "name": "z", "updated_at": TAKEN}, {"id": "b", "name": "y", "updated_at": TAKEN}, taken_at=LATER
    )
    assert rows_of(before.compare(after)) == [
        ("a", "z", "changed", "name", "x", "z"),
        ("b", "y", "changed", "updated_at", "2021-06-09T07:35:00.788Z", "2026-11-23T10:00:00.000Z"),
    ]


def test_revealed_secrets_are_compared_and_never_shown():
    """Token, header values, password, and the credentials in a URL: *** on both sides."""
    row = {"id": "a", "name": "n", "url": "https://me:sesame1@h/?token=sesame2", "has_token": True}
    secrets = {"token": "sesame3", "header_values": '{"x": "sesame4"}', "auth_password": "sesame5"}
    before = make(row | secrets, columns=tuple(ALL))
    moved = row | {"url": "https://me:sesame9@h/?token=sesame2"}
    changed = {"token": "sesame6", "header_values": '{"x": "sesame7"}', "auth_password": None}
    comparison = before.compare(make(moved | changed, columns=tuple(ALL)))
    url = "https://***@h/?token=***"
    assert [row[3:] for row in rows_of(comparison)] == [
        ("url", url, url),
        ("token", "***", "***"),
        ("header_values", "***", "***"),
        ("auth_password", "***", None),
    ]
    assert "sesame" not in repr(comparison) + comparison._repr_html_() + comparison.frame.to_csv()


def test_hidden_and_revealed_credentials_of_a_url_are_no_change():
    """One snapshot of the two cannot know them."""
    row = {"id": "a", "url": "https://me:sesame@h/"}
    hidden, revealed = make(row, columns=WITH_DETAILS), make(row, columns=tuple(ALL))
    for one, other, which in ((hidden, revealed, "second"), (revealed, hidden, "first")):
        comparison = one.compare(other)
        assert len(comparison.frame) == 0
        columns = "token, header_values, auth_password"
        assert comparison.notes == (f"not compared, since only the {which} snapshot has them: {columns}",)


def test_columns_that_one_does_not_have_are_named_and_not_compared():
    """A list compared with details."""
    comparison = make({"id": "a", "name": "n"}).compare(
        make({"id": "a", "name": "m", "has_token": True}, columns=WITH_DETAILS)
    )
    assert rows_of(comparison) == [("a", "m", "changed", "name", "n", "m")]
    names = "has_token, headers, auth_username"
    assert repr(comparison) == (
        "0 appeared, 0 vanished, 1 changed\n"
        f"  ! not compared, since only the second snapshot has them: {names}\n"
        "  changed  'm' name: 'n' → 'm'"
    )


def test_details_that_could_not_be_read_are_no_change():
    """What is missing then is not known; the list is compared all the same."""
    details = {"has_token": True, "headers": "x-a", "auth_username": "me"}
    before = make({"id": "a", "name": "n"} | details, {"id": "b", "name": "n"} | details, columns=WITH_DETAILS)
    after = make(
        {"id": "a", "name": "m", "read_error": "500"}, {"id": "b", "name": "n"} | details, columns=WITH_DETAILS
    )
    comparison = before.compare(after)
    assert rows_of(comparison) == [("a", "m", "changed", "name", "n", "m")]
    assert comparison.notes == ("the details of 1 connection could not be read for both, and are not compared",)
    assert after.compare(before).notes == comparison.notes
    assert before.compare(make({"id": "a", "name": "n"})).notes == (
        "not compared, since only the first snapshot has them: has_token, headers, auth_username",
    )


def test_the_wrong_way_round_and_another_api_are_said():
    """In the result, which is as it was asked for."""
    before = make({"id": "a", "name": "n"})
    after = make({"id": "b", "name": "m"}, taken_at=LATER, base_url="https://me:pw@other.example/v2")
    assert after.compare(before).notes == (
        "the second snapshot is the older one: read appeared as vanished, and old as new",
        "two APIs: the first snapshot is of https://***@other.example/v2, the second of https://api.example/v2",
    )
    assert rows_of(after.compare(before)) == [
        ("a", "n", "appeared", None, None, None),
        ("b", "m", "vanished", None, None, None),
    ]
    assert before.compare(make(taken_at=TAKEN)).notes == ()


def test_the_views_escape_what_comes_from_outside():
    """Names, values and notes; each row has a mark and a word, not only a colour."""
    before = make({"id": "a", "name": "<b>old</b>"}, {"id": "b", "name": "<i>"})
    after = make({"id": "a", "name": "<script>\u202e\n"}, {"id": "c", "name": None}, base_url="https://h/<u>")
    page = before.compare(after)._repr_html_()
    for markup in ("<b>", "<i>", "<script>", "<u>", "\u202e"):
        assert markup not in page
    assert "&#x27;&lt;script&gt;\\u202e\\n&#x27;" in page
    assert "https://h/&lt;u&gt;" in page
    for mark, word in (("+", "appeared"), ("\u2212", "vanished"), ("~", "changed")):
        assert f">{mark}</strong> {word}</td>" in page
    assert repr(before.compare(after)).split("\n")[2:] == [
        "  appeared null",
        "  vanished '<i>'",
        "  changed  '<script>\\u202e\\n' name: '<b>old</b>' → '<script>\\u202e\\n'",
    ]


def test_long_values_are_shown_from_where_they_differ():
    """Two URLs that are alike for a hundred characters are not shown alike."""
    same = "https://hooks.example/" + "a" * 100
    first, second = same + "/one", same + "/two" + "b" * 100
    line = repr(make({"id": "a", "url": first}).compare(make({"id": "a", "url": second}))).split("\n")[1]
    kept = "a" * 19 + "/"
    assert line == f"  changed  null url: …'{kept}one' → …'{kept}two{'b' * 35}…"
    line = repr(make({"id": "a", "url": same}).compare(make({"id": "a", "url": same + "/"}))).split("\n")[1]
    assert line == f"  changed  null url: …'{'a' * 20}' → …'{'a' * 20}/'"


def test_no_more_than_twenty_rows_are_shown():
    """All of them stand in the frame; the counts are of all."""
    after = make(*({"id": f"{number}", "name": "n"} for number in range(1, 1023)))
    comparison = make().compare(after)
    lines = repr(comparison).split("\n")
    assert (lines[0], len(lines), lines[-1]) == (
        "1,022 appeared, 0 vanished, 0 changed", 1 + 20 + 1, "  and 1,002 more in .frame",
    )  # fmt: skip
    assert comparison._repr_html_().count("<tr>") == 1 + 20
    assert "and 1,002 more in <code>.frame</code>" in comparison._repr_html_()


def test_a_frame_that_is_handed_out_is_a_copy():
    """Whatever is done to it."""
    comparison = make().compare(make({"id": "a", "name": "n"}))
    frame = comparison.frame
    frame.loc[0, "name"] = "other"
    assert comparison.frame["name"].tolist() == ["n"]


def test_only_a_snapshot_can_be_compared():
    """A path is opened first."""
    with pytest.raises(TypeError, match=r"^compare takes a Snapshot, not str; open a file by cb\.snapshot\(path\)$"):
        make().compare("a.json")
