"""What differs between an account and a frame: changes, and a finding for whatever is wrong with the frame."""

import io
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot_nb.connections.frame import list_frame
from chatbot_nb.connections.plan.change import Seen
from chatbot_nb.connections.plan.difference import difference
from chatbot_nb.connections.reading import Reader
from chatbot_nb.errors import ChatBotError

STORY = "5b" * 12
SECRET = "s3same-opens"


def listed(number, **fields):
    return {
        "id": f"id-{number}",
        "story": {"id": STORY, "name": "Story"},
        "name": f"name {number}",
        "url": f"https://hooks.example/{number}",
        "error": None,
        "createdAt": "2024-01-02T03:04:05.678Z",
        "updatedAt": "2024-02-03T04:05:06.789Z",
    } | fields


def account_of(*items):
    return list_frame(Reader(list(items)))


@pytest.fixture
def account():
    return account_of(*(listed(number) for number in range(4)))


class Details:
    """Reads connections on their own: what it was given for each id. Notes the calls."""

    def __init__(self, **connections):
        self.connections = connections
        self.calls = []

    def __call__(self, ids):
        self.calls.append(ids)
        return [self.connections[each.replace("-", "_")] for each in ids]


def compared(account, wanted, details=None, *, delete=False):
    """Compare, and see on the way that the frame stays as it is."""
    before = wanted.copy(deep=True)
    changes, findings = difference(account, wanted, delete=delete, details=details or Details())
    pd.testing.assert_frame_equal(wanted, before)
    return changes, findings


def plain(changes):
    return [(change.action, change.row, change.id, dict(change.fields)) for change in changes]


def said(findings):
    """Return findings as tuples, missing values as None."""
    rows = findings.astype(object).where(findings.notna(), None)
    return list(rows[["row", "column", "code", "severity", "message"]].itertuples(index=False, name=None))


def with_rows(account, *rows):
    """Return the account with new rows below."""
    return pd.concat([account.reset_index().astype(object), pd.DataFrame(list(rows), dtype=object)], ignore_index=True)


NEW = {"name": "new", "url": "https://new.example", "story_id": STORY}


def test_an_account_does_not_differ_from_itself(account):
    """Nothing to change, nothing to say."""
    changes, findings = compared(account, account)
    assert (changes, said(findings)) == ([], [])


def test_changes_come_with_what_the_account_showed(account):
    """Deletions first, then updates and creations in the order of the frame."""
    wanted = with_rows(account, NEW).iloc[[4, 3, 1]]
    wanted.loc[3, "name"] = "renamed"
    wanted.loc[1, ["name", "url"]] = ["renamed too", "https://moved.example"]
    changes, findings = compared(account, wanted, delete=True)
    assert plain(changes) == [
        ("delete", None, "id-0", {}),
        ("delete", None, "id-2", {}),
        ("update", 1, "id-3", {"name": "renamed"}),
        ("update", 2, "id-1", {"name": "renamed too", "url": "https://moved.example"}),
        ("create", 0, None, {"storyId": STORY, "name": "new", "url": "https://new.example"}),
    ]
    time = pd.Timestamp("2024-02-03T04:05:06.789Z").to_pydatetime()
    assert changes[1].seen == Seen("name 2", "https://hooks.example/2", STORY, time)
    assert type(changes[1].seen.updated_at) is type(time)
    assert changes[4].seen is None
    assert said(findings) == [
        (None, None, "deleted", "warning", "not in the frame, and delete=True: 'name 0' will be deleted"),
        (None, None, "deleted", "warning", "not in the frame, and delete=True: 'name 2' will be deleted"),
    ]
    assert findings["id"].tolist() == ["id-0", "id-2"]


def test_dropped_rows_stay_unless_deletion_is_asked_for(account):
    """500 rows dropped by mistake cost nothing."""
    changes, findings = compared(account, account.iloc[[1]])
    assert changes == []
    message = "not in the frame; it stays. Pass delete=True to delete it"
    assert said(findings) == [(None, None, "not_in_frame", "info", message)] * 3
    assert findings["id"].tolist() == ["id-0", "id-2", "id-3"]


def test_an_id_that_the_account_lists_twice_is_deleted_once():
    """And not at all if a row of the frame has it."""
    account = account_of(listed(0), listed(1), listed(1), listed(1))
    changes, _ = compared(account, account.iloc[:1], delete=True)
    assert plain(changes) == [("delete", None, "id-1", {})]
    changes, _ = compared(account, account.iloc[:2], delete=True)
    assert changes == []


@pytest.mark.parametrize("empty", [None, np.nan, pd.NaT, pd.NA, ""])
def test_an_emptied_name_or_url_is_an_error(account, empty):
    """On an existing row; the others are still compared. A URL is shown without its password."""
    account.loc["id-2", ["name", "url"]] = ["N/A", "https://me:pw@hooks.example"]
    wanted = account.astype(object)
    wanted.loc["id-0", "name"] = wanted.loc["id-2", "name"] = wanted.loc["id-2", "url"] = empty
    wanted.loc["id-3", "name"] = "renamed"
    changes, findings = compared(account, wanted)
    assert plain(changes) == [("update", 3, "id-3", {"name": "renamed"})]
    hint = "; read files with keep_default_na=False"
    assert said(findings) == [
        (0, "name", "missing", "error", "empty, 1 to 128 characters; the account has 'name 0'"),
        (2, "name", "missing", "error", f"empty, 1 to 128 characters; the account has 'N/A'{hint}"),
        (2, "url", "missing", "error", "empty, 1 to 1,024 characters; the account has 'https://***@hooks.example'"),
    ]
    assert findings["id"].tolist() == ["id-0", "id-2", "id-2"]


def test_numbers_that_were_texts_are_no_change():
    """Excel and CSV turn the name 2024 into a number; another number, a date or a boolean is an error."""
    names = ["2024", "2024", "0.5", "x", "y", "z", "007"]
    account = account_of(*(listed(number, name=name) for number, name in enumerate(names)))
    cells = [2024, 2024.0, np.float64(0.5), 3, pd.Timestamp("2024-01-05"), True, 7]
    changes, findings = compared(account, account.assign(name=pd.array(cells, dtype=object)))
    assert changes == []
    advice = "not a string; in Excel format the column as text, and read files with dtype=str"
    assert said(findings) == [
        (3, "name", "wrong_type", "error", f"3 is a number, {advice}"),
        (4, "name", "wrong_type", "error", f"2024-01-05T00:00:00 is a date, {advice}"),
        (5, "name", "wrong_type", "error", f"true is a boolean, {advice}"),
        (6, "name", "wrong_type", "error", f"7 is a number, {advice}"),
    ]


def test_what_the_account_could_not_show_is_no_difference():
    """A name that the API sent as a number is empty in both."""
    account = account_of(listed(0, name=5), listed(1, name=5))
    wanted = account.copy()
    wanted.loc["id-1", "url"] = "https://moved.example"
    changes, findings = compared(account, wanted)
    assert changes == []
    message = "null is not a string. The account has it so, and an update sends it too: correct it here"
    assert said(findings) == [(1, "name", "wrong_type", "error", message)]


def test_limits_are_those_of_the_client(account):
    """With the column, the limit and what was there; only where something changes."""
    account.loc["id-1", "name"] = account.loc["id-3", "name"] = "x" * 130
    wanted = with_rows(account, NEW | {"name": "y" * 129, "story_id": "short"})
    wanted.loc[0, "url"] = "ftp://me:pw@h"
    wanted.loc[3, "url"] = "https://moved.example"
    changes, findings = compared(account, wanted)
    assert changes == []
    kept = "The account has it so, and an update sends it too: correct it here"
    bad = "'ftp://***@h' is not an http or https URL; use one such as https://example.com/hook"
    assert said(findings) == [
        (0, "url", "bad_url", "error", bad),
        (3, "name", "too_long", "error", f"130 characters, at most 128. {kept}"),
        (4, "name", "too_long", "error", "129 characters, at most 128"),
        (4, "story_id", "too_short", "error", "5 characters, at least 24"),
    ]
    assert findings[["limit", "actual"]].to_numpy().tolist() == [[None, None], [128, 130], [128, 129], [24, 5]]


def test_a_new_row_needs_story_name_and_url(account):
    """A cell that is no text is told as such."""
    wanted = with_rows(account, {"story_id": STORY}, NEW | {"name": 2024})
    changes, findings = compared(account, wanted)
    assert changes == []
    needed = "empty; a new connection needs story_id, name and url, and one that exists needs its id"
    number = "2024 is a number, not a string; in Excel format the column as text, and read files with dtype=str"
    assert said(findings) == [
        (4, "name", "missing", "error", needed),
        (4, "url", "missing", "error", needed),
        (5, "name", "wrong_type", "error", number),
    ]
    columns = compared(account, with_rows(account, NEW).drop(columns=["story_id", "url"]))[1]["column"]
    assert columns.tolist() == ["url", "story_id"]


def test_a_story_cannot_be_changed(account):
    """An update has no storyId; an empty cell says nothing."""
    wanted = account.astype(object)
    wanted["story_id"] = [None, "6" * 24, STORY, 5]
    changes, findings = compared(account, wanted)
    assert changes == []
    moved = f"an update cannot move a connection to another story; it is {STORY!r}. To move it, create it anew there"
    number = "5 is a number, not a string; in Excel format the column as text, and read files with dtype=str"
    assert said(findings) == [
        (1, "story_id", "read_only", "error", moved),
        (3, "story_id", "wrong_type", "error", number),
    ]


def test_what_the_platform_sets_is_a_warning(account):
    """created_at by more than a second; what only details tell, and the last error, are not compared."""
    wanted = account.astype(object)
    wanted.loc["id-0", "story_name"] = "Another"
    wanted.loc["id-1", "error"] = "none"
    wanted.loc["id-2", "created_at"] = "2024-01-02T03:04:07"
    wanted.loc["id-3", "created_at"] = "2024-01-02T03:04:06"
    wanted[["has_token", "headers", "read_error", "auth_username"]] = "edited"
    changes, findings = compared(account, wanted)
    assert changes == []
    message = "set by the platform; the change is ignored"
    assert said(findings) == [
        (0, "story_name", "read_only", "warning", message),
        (2, "created_at", "read_only", "warning", message),
    ]


def test_an_outdated_row_is_a_warning_where_it_changes_something(account):
    """What differs may be somebody else's change; that a time cannot be read is said once."""
    account["updated_at"] += pd.to_timedelta([60, 60, 1, 60], unit="s")
    wanted = account.astype(object)
    wanted["updated_at"] = ["2024-02-03 04:05:06.789"] * 3 + ["lately"]
    wanted.loc[["id-0", "id-2", "id-3"], "name"] = "renamed"
    changes, findings = compared(account, wanted)
    assert [change.row for change in changes] == [0, 2, 3]
    message = (
        "updated_at is 2024-02-03T04:05:06.789000+00:00 here and 2024-02-03T04:06:06.789000+00:00 in the account: what "
        "differs may be somebody else's change. Take a new frame, or look at the old values"
    )
    unread = (
        "cannot be read as a time in 1 of the rows that change: whether the account has changed since is not checked"
    )
    assert said(findings) == [
        (None, "updated_at", "unreadable_time", "warning", unread),
        (0, "updated_at", "outdated", "warning", message),
    ]


MASKED = "*** stands for a secret that a table or snapshot does not show, and would be written as it is"


def test_a_mask_is_never_written(account):
    """The URL of a snapshot is the account's own; elsewhere, and as a token, a mask is a mistake."""
    account.loc["id-0", "url"] = "https://me:pw@hooks.example/?token=s3cret&shop=de"
    wanted = account.astype(object)
    wanted["url"] = [
        "https://***@hooks.example/?token=***&shop=de", "https://hooks.example/?key=***", "https://***@h", "https://h/***",
    ]  # fmt: skip
    wanted["token"] = ["***", None, None, None]
    wanted["header_values"] = [None, '{"X": "***"}', None, None]
    changes, findings = compared(account, wanted)
    assert [(change.row, dict(change.fields)) for change in changes] == [(3, {"url": "https://h/***"})]
    assert [each for each in said(findings) if each[2] == "masked"] == [
        (0, "token", "masked", "error", f"{MASKED}. Empty the cell"),
        (1, "url", "masked", "error", f"{MASKED}. Write the whole URL"),
        (1, "header_values", "masked", "error", f"{MASKED}. Empty the cell"),
        (2, "url", "masked", "error", f"{MASKED}. Write the whole URL"),
    ]


def test_a_text_read_in_the_wrong_encoding_is_refused(account):
    """UTF-8 taken for cp1252 is no edit that anybody made."""
    account["name"] = ["Rückgabe", "🛒 Cart", "plain", "Größe"]
    wanted = account.astype(object)
    wanted["name"] = ["RÃ¼ckgabe", "\u00f0\u0178\u203a\u2019 Cart", "plainer", "Größen"]
    changes, findings = compared(account, wanted)
    assert [change.row for change in changes] == [2, 3]
    message = "the account's text, read in the wrong encoding; read the file with encoding='utf-8-sig'"
    assert said(findings) == [(row, "name", "wrong_encoding", "error", message) for row in (0, 1)]


def test_blank_rows_are_left_out(account):
    """As spreadsheets leave them at the end."""
    wanted = pd.concat([account.reset_index(), pd.DataFrame([{}, {"name": ""}])], ignore_index=True)
    changes, findings = compared(account, wanted)
    assert changes == []
    message = "nothing stands in this row; it is left out"
    assert said(findings) == [(row, "id", "blank_row", "info", message) for row in (4, 5)]


def test_a_frame_that_can_change_nothing_is_refused(account):
    """Its edits stand under names that nothing reads; with delete=True ids are enough."""
    renamed = account.rename(columns={"name": "title", "url": "webhook", "story_id": "bot"})
    message = "the frame has none of the columns that can be changed: name, url, ...; name its columns so"
    _, findings = compared(account, renamed)
    assert (None, None, "nothing_to_change", "error", message) in said(findings)
    changes, findings = compared(account, account.iloc[1:][[]], delete=True)
    assert [(change.action, change.id) for change in changes] == [("delete", "id-0")]
    assert "error" not in set(findings["severity"])


def test_a_lost_id_does_not_replace_a_connection(account):
    """It would come back without its token, headers and auth."""
    wanted = account.reset_index().astype(object)
    wanted.loc[0, "id"] = None
    _, findings = compared(account, wanted, delete=True)
    message = (
        "the connection id-0 has this story, name and URL, and delete=True would delete it with its token, headers and "
        "auth; write its id into this row"
    )
    assert (0, "id", "lost_id", "error", message) in said(findings)


@pytest.mark.parametrize(
    ("frame", "said_"),
    [
        pytest.param(
            pd.DataFrame({"id;name;url": ["a;b;c"]}), "read the file with pd.read_csv(path, sep=None)", id="sep"
        ),
        pytest.param(pd.DataFrame({"\u00ef\u00bb\u00bfid": ["a"], "name": ["b"]}), "encoding='utf-8-sig'", id="mark"),
    ],
)
def test_a_file_read_in_another_way_is_recognised(account, frame, said_):
    """What makes the id go missing is named."""
    changes, findings = compared(account, frame)
    assert changes == []
    assert findings["message"].str.contains(said_, regex=False).sum() == 1


def test_a_creation_that_exists_already_names_its_twins():
    """And one that stands in the frame twice is told, too."""
    same = {"name": "same", "url": "https://h"}
    account = account_of(listed(0, name="same"), *(listed(number, **same) for number in range(1, 6)))
    wanted = with_rows(account, same | {"story_id": STORY}, NEW, NEW)
    changes, findings = compared(account, wanted)
    assert [change.twins for change in changes] == [("id-1", "id-2", "id-3", "id-4", "id-5"), (), ()]
    twins = "connections id-1, id-2, id-3 and 2 more"
    assert said(findings) == [
        (6, None, "same_as", "warning", f"the account has this already: {twins}; applying creates another"),
        (8, None, "same_row", "warning", "the same story, name and URL as in row 7; applying creates both"),
    ]


SECRETS = {"token": "t", "headers": {"X-A": "a", "X-B": "b"}, "auth": {"username": "u", "password": "p"}}
SHOWN = {"token": "t", "header_values": '{"X-B": "b", "X-A": "a"}', "auth_username": "u", "auth_password": "p"}


@pytest.mark.parametrize(
    ("cells", "fields"),
    [
        pytest.param(SHOWN, None, id="as they are"),
        pytest.param(SHOWN | {"token": "t2"}, {"token": "t2"}, id="token"),
        pytest.param({"header_values": '{"X-A": "a"}'}, {"headers": {"X-A": "a"}}, id="a header less"),
        pytest.param({"auth_username": "u", "auth_password": ""}, None, id="no password"),
        pytest.param(
            {"auth_username": "u2", "auth_password": None}, {"auth": {"username": "u2", "password": "p"}}, id="username"
        ),
        pytest.param(
            {"auth_password": "p2"}, {"auth": {"username": "u", "password": "p2"}}, id="password without a username"
        ),
        pytest.param(SHOWN | {"name": "n", "token": "t2"}, {"name": "n", "token": "t2"}, id="with a name"),
    ],
)
def test_secrets_change_where_they_differ(account, cells, fields):
    """Each connection that has any in the frame is read once, all of them together; an empty cell leaves what is."""
    wanted = account.astype(object)
    for column in cells.keys() - {"name"}:
        wanted[column] = [None, cells[column], "", np.nan]
    wanted.loc["id-1", "name"] = cells.get("name", "name 1")
    details = Details(id_1=listed(1) | SECRETS)
    changes, findings = compared(account, wanted, details)
    assert plain(changes) == ([] if fields is None else [("update", 1, "id-1", fields)])
    assert said(findings) == []
    assert details.calls == [["id-1"]]


def test_names_of_users_without_a_column_of_passwords_are_only_shown(account):
    """frame(details=True) has them; nothing is read and nothing changed."""
    details = Details()
    changes, findings = compared(account, account.assign(auth_username="edited"), details)
    assert (changes, said(findings), details.calls) == ([], [], [])


def test_a_new_row_takes_its_secrets(account):
    """Nothing has to be read for them."""
    details = Details()
    changes, _ = compared(account, with_rows(account, NEW | SHOWN), details)
    assert plain(changes) == [("create", 4, None, {"storyId": STORY, "name": "new", "url": NEW["url"]} | SECRETS)]
    assert details.calls == []


def test_a_connection_that_cannot_be_read_is_an_error(account):
    """Whether its secrets differ cannot be known; the other rows are compared."""
    failed = ChatBotError("GET https://h answered 500")
    details = Details(id_0=failed, id_1=None, id_2={"token": None}, id_3={"headers": None})
    changes, findings = compared(account, account.assign(token="t"), details)
    assert plain(changes) == [("update", 2, "id-2", {"token": "t"}), ("update", 3, "id-3", {"token": "t"})]
    assert said(findings) == [
        (0, None, "unreadable", "error", "GET https://h answered 500"),
        (1, None, "unreadable", "error", "not read: interrupted"),
    ]


def test_with_errors_no_connection_is_read(account):
    """Thousands of requests would be for nothing; it is said that secrets are not compared."""
    details = Details()
    wanted = account.assign(token="t", name=["", "renamed", "name 2", "name 3"])
    changes, findings = compared(account, wanted, details)
    assert details.calls == []
    assert plain(changes) == [("update", 1, "id-1", {"name": "renamed"})]
    message = "secrets are compared with the account once the errors are corrected"
    assert said(findings)[0] == (None, None, "not_compared", "info", message)


@pytest.mark.parametrize(
    ("cells", "column", "message"),
    [
        pytest.param(
            {"token": 12345},
            "token",
            "the value is a number, not a string; in Excel format the column as text, and read files with dtype=str",
            id="int",
        ),
        pytest.param({"token": SECRET * 100}, "token", "1200 characters, at most 1024", id="long token"),
        *(
            pytest.param(
                {"header_values": text},
                "header_values",
                'the value is not the text of a JSON object of strings, such as {"X-Api-Key": "..."}',
                id=name,
            )
            for name, text in {
                "no JSON": SECRET,
                "array": f'["{SECRET}"]',
                "number": f'{{"X-A": "{SECRET}", "X-B": 5}}',
                "deep": "[" * 100_000,
                "long number": f'{{"X-A": {"1" * 5000}}}',
            }.items()
        ),
        pytest.param(
            {"header_values": json.dumps({"X-A/~": f"{SECRET}\n"})},
            "header_values",
            "'X-A/~': 'X-A/~' is not the name of a header; use letters, digits and hyphens, as in X-Api-Key",
            id="header name",
        ),
        pytest.param(
            {"header_values": json.dumps({"X-A": f"{SECRET}\n"})},
            "header_values",
            "'X-A': the value holds a line break, another control character, or one beyond Latin-1",
            id="header value",
        ),
        pytest.param({"header_values": "{}"}, "header_values", "0 entries, at least 1", id="no header"),
        pytest.param(
            {"auth_username": SECRET, "auth_password": None},
            "auth_password",
            "empty; auth needs auth_username and auth_password: fill in both or neither",
            id="half of auth",
        ),
        pytest.param(
            {"auth_username": "u", "auth_password": SECRET * 100},
            "auth_password",
            "1200 characters, at most 1024",
            id="long password",
        ),
    ],
)
@pytest.mark.parametrize("new", [True, False], ids=["new", "existing"])
def test_wrong_secrets_are_told_without_showing_them(account, cells, column, message, new):
    """On new rows and on existing ones."""
    wanted = with_rows(account, NEW | cells) if new else account.iloc[[0]].assign(**cells)
    changes, findings = compared(account, wanted, Details(id_0=listed(0, headers={"X-C": "c"})))
    assert changes == []
    row = 4 if new else 0
    errors = findings[findings["severity"] == "error"]
    assert said(errors)[0][:2] + said(errors)[0][3:] == (row, column, "error", message)
    assert SECRET not in findings.to_csv() + repr(findings.to_dict())
    assert "12345" not in findings.to_csv()


TEXTS = st.text(st.characters(min_codepoint=33, max_codepoint=0x2FFF, exclude_categories=["C", "Z"]), max_size=20)
NAMES = TEXTS.map("n{}".format)
URLS = st.integers(0, 999).map("https://hooks.example/{}".format)
ITEMS = st.lists(
    st.fixed_dictionaries(
        {
            "name": NAMES,
            "url": URLS,
            "error": st.none() | NAMES,
            "createdAt": st.datetimes().map(lambda time: f"{time.replace(year=2024).isoformat()}Z"),
        }
    ),
    max_size=8,
)


def to_csv(frame):
    return pd.read_csv(io.StringIO(frame.to_csv()), index_col="id")


def to_csv_without_index(frame):
    return pd.read_csv(io.StringIO(frame.to_csv()))


def to_excel(frame):
    file = io.BytesIO()
    times = {column: frame[column].dt.tz_localize(None) for column in ("created_at", "updated_at")}
    frame.assign(**times).to_excel(file)
    return pd.read_excel(file)


def to_parquet(frame):
    file = io.BytesIO()
    frame.to_parquet(file)
    return pd.read_parquet(file)


@pytest.mark.parametrize("form", [to_csv, to_csv_without_index, to_excel, to_parquet, pd.DataFrame.copy])
@pytest.mark.parametrize("storage", ["python", "pyarrow"])
@settings(max_examples=15, deadline=None)
@given(items=ITEMS)
def test_a_round_trip_is_no_change(form, storage, items):
    """Through files, with times that they round and texts that they hold as they are."""
    with pd.option_context("mode.string_storage", storage):
        account = account_of(*(listed(number, **item) for number, item in enumerate(items)))
        changes, findings = compared(account, form(account))
    assert (changes, said(findings)) == ([], [])


@pytest.mark.parametrize("form", [to_csv, to_parquet, pd.DataFrame.copy])
@settings(max_examples=60, deadline=None)
@given(items=ITEMS, data=st.data())
def test_random_edits_are_exactly_the_changes(form, items, data):
    """What the changes make of the account is what is wanted, and no more is written than differs."""
    account = account_of(*(listed(number, **item) for number, item in enumerate(items)))
    wanted = account.copy()
    kept = data.draw(st.lists(st.sampled_from(range(len(items))), unique=True)) if items else []
    wanted = wanted.iloc[kept]
    for column, values in (("name", NAMES), ("url", URLS)):
        for position in data.draw(st.sets(st.sampled_from(range(len(kept))))) if kept else ():
            wanted.iloc[position, wanted.columns.get_loc(column)] = data.draw(values)
    new = [NEW | {"name": name} for name in data.draw(st.lists(NAMES, unique=True, max_size=3))]
    wanted = pd.concat([wanted.reset_index(), pd.DataFrame(new, columns=list(NEW), dtype="str")]).set_index("id")
    changes, findings = compared(account, form(wanted), delete=True)
    assert not (findings["severity"] == "error").any()
    made = {key: (row["name"], row["url"]) for key, row in account.iterrows()}
    for change in changes:
        if change.action == "delete":
            del made[change.id]
        elif change.action == "update":
            old = dict(zip(("name", "url"), made[change.id], strict=True))
            assert change.fields
            assert all(old[key] != value for key, value in change.fields.items())
            made[change.id] = tuple((old | dict(change.fields)).values())
        else:
            made[change.row] = (change.fields["name"], change.fields["url"])
    expected = {
        row if pd.isna(key) else key: (name, url)
        for row, (key, name, url) in enumerate(zip(wanted.index, wanted["name"], wanted["url"], strict=True))
    }
    assert made == expected


CELLS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.text(st.characters(), max_size=3),
    st.datetimes(), st.dates(), st.timedeltas(), st.binary(max_size=3), st.lists(st.integers(), max_size=2),
    st.sampled_from([pd.NA, pd.NaT, np.nan, np.int64(5), np.array([1, 2]), np.datetime64("2024"), object(), 1j, "id-0",
                     "id-1", "\ud800", STORY, "https://h", pd.Period("2024"), {}, 10**5000, '{"A": "\\ud800"}']),
)  # fmt: skip
LABELS = st.one_of(
    st.sampled_from(["id", "name", "url", "story_id", "story_name", "error", "created_at", "updated_at", "token",
                     "header_values", "auth_username", "auth_password", "has_token", "Name", "\ud800"]),
    st.text(max_size=3), st.integers(), st.none(), st.floats(), st.tuples(st.text(max_size=2)), st.dates(),
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(data=st.data(), delete=st.booleans(), in_index=st.booleans())
def test_no_frame_makes_it_fail(data, delete, in_index):
    """Cells of any kind under any label: there are findings, and no row with an error is a change."""
    account = account_of(*(listed(number) for number in range(3)))
    labels = data.draw(st.lists(LABELS, min_size=1, max_size=8))
    size = data.draw(st.integers(0, 4))
    columns = [data.draw(st.lists(CELLS, min_size=size, max_size=size)) for _ in labels]
    cells = [pd.Series(pd.array([*values, None], dtype=object)[:size], dtype=object) for values in columns]
    wanted = pd.concat(cells, axis=1)
    wanted.columns = pd.Index(labels, dtype=object, tupleize_cols=False)
    if in_index:
        wanted.index = pd.Index(data.draw(st.lists(CELLS, min_size=size, max_size=size)), dtype=object, name="id")
    changes, findings = difference(account, wanted, delete=delete, details=lambda ids: [{} for _ in ids])
    wrong = findings.loc[findings["severity"] == "error", "row"].dropna()
    assert not {change.row for change in changes} & set(wrong)
    assert all(change.fields or change.action == "delete" for change in changes)
