"""Snapshots: taken, saved and opened again, without secrets and without loss."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import chatbot_nb as cb
from chatbot_nb.connections.snapshots.columns import ALL, DETAILS, LIST
from chatbot_nb.connections.snapshots.snapshot import Snapshot, snapshot

STORY = "5" * 24
TAKEN = datetime(2026, 11, 23, 10, 0, 0, 123456, UTC)
SECRETS = ("tok-1-sesame", "hdr-2-sesame", "pwd-3-sesame", "url-4-sesame", "qry-5-sesame")
FORMATS = ("json", "parquet")


def frame_of(rows, columns=tuple(LIST)):
    """A frame as `Connections.frame` documents it; a row has an id, and what it leaves out is missing."""
    index = pd.Index(pd.array([row["id"] for row in rows], dtype="str"), name="id")
    values = {name: [row.get(name) for row in rows] for name in columns}
    frame = pd.DataFrame({name: pd.Series(values[name], index=index, dtype=ALL[name]) for name in columns})
    frame.attrs["findings"] = []
    return frame


def make(*rows, columns=tuple(LIST), taken_at=TAKEN, base_url="https://api.example/v2"):
    return Snapshot(frame_of(rows, columns), taken_at, base_url)


def document(*rows, **fields):
    """A snapshot as its JSON document, with what is other in its rows and fields; ... leaves one out."""
    row = {"id": "a", **dict.fromkeys(LIST), "name": "n", "created_at": "2021-06-09T07:35:00.788Z"}
    whole = {
        "chatbot_nb_snapshot": 1,
        "taken_at": "2026-11-23T10:00:00.123Z",
        "base_url": "https://api.example/v2",
        "findings": [],
        "columns": list(LIST),
        "connections": [row | other for other in rows or [{}]],
    }
    return {key: value for key, value in (whole | fields).items() if value is not ...}


@pytest.fixture
def guarded(client):
    """An account whose one connection has every kind of secret."""
    client.connections.create(
        story_id=STORY,
        name="hook",
        url=f"https://me:{SECRETS[3]}@h.example/a?shop=de&token={SECRETS[4]}",
        token=SECRETS[0],
        headers={"x-key": SECRETS[1]},
        auth=("me", SECRETS[2]),
    )
    return client


def held(path):
    """All that a file holds, as one text: its bytes, and what Parquet has compressed."""
    text = path.read_bytes().decode("utf-8", "replace")
    return text + (pd.read_parquet(path).reset_index().to_csv() if path.suffix == ".parquet" else "")


@pytest.mark.parametrize("options", [{}, {"details": True}, {"details": True, "reveal": True}], ids=str)
@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("count", [0, 40])
def test_an_account_comes_back_from_a_file_as_it_was_read(sandbox, tmp_path, options, format_, count):
    """The frame is that of `Connections.frame`, before and after the way through a file."""
    sandbox.seed(count)
    with sandbox.client() as client:
        taken = snapshot(client, **options)
        pd.testing.assert_frame_equal(taken.frame, client.connections.frame(**options))
    opened = snapshot(taken.save(tmp_path / f"account.{format_}"))
    pd.testing.assert_frame_equal(opened.frame, taken.frame)
    assert opened.frame.attrs == taken.frame.attrs == {"findings": []}
    assert (opened.taken_at, opened.base_url) == (taken.taken_at, sandbox.base_url)
    assert repr(opened) == repr(taken)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from(
    ["", " ", "🛒 Cart 👩‍💻", "حالة", "NaN", "null", "\x00", '"\n,', "https://me:pw@h/?token=x", "https://h//a@b?a=1"]
)
TIMES = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001
ROWS = st.lists(
    st.fixed_dictionaries(
        {"id": TEXTS.filter(bool), "has_token": st.none() | st.booleans()}
        | {name: st.none() | TEXTS for name, dtype in ALL.items() if dtype == "str"}
        | {name: st.none() | TIMES for name, dtype in ALL.items() if dtype.startswith("datetime")}
    ),
    unique_by=lambda row: row["id"],
    max_size=6,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=ROWS,
    columns=st.sampled_from([tuple(LIST), (*LIST, *DETAILS), tuple(ALL)]),
    format_=st.sampled_from(FORMATS),
    storages=st.tuples(*[st.sampled_from(["python", "pyarrow"])] * 2),
)
def test_nothing_changes_on_the_way_through_a_file(tmp_path, rows, columns, format_, storages):
    """Missing values, any characters, the ends of the calendar, microseconds, both kinds of text column."""
    with pd.option_context("mode.string_storage", storages[0]):
        frame = frame_of(rows, columns)
        keys = ("pointer", "code", "severity", "message", "limit", "actual")
        frame.attrs["findings"] = [dict.fromkeys(keys) | {"pointer": "/0/name", "message": row["name"]} for row in rows]
        taken = Snapshot(frame, TAKEN, "https://api.example/v2")
        path = taken.save(tmp_path / f"a.{format_}", overwrite=True)
    with pd.option_context("mode.string_storage", storages[1]):
        opened = snapshot(path)
        assert opened.frame["name"].dtype.storage == storages[1]
        expected = taken.frame.astype(dict.fromkeys(taken.frame.select_dtypes("str"), "str"))
        expected.index = expected.index.astype("str")
        pd.testing.assert_frame_equal(opened.frame, expected, check_column_type=False)
    assert opened.frame.attrs == taken.frame.attrs
    assert len(opened.compare(taken).frame) == 0


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("details", [False, True])
def test_no_secret_is_kept_unless_it_is_revealed(guarded, tmp_path, format_, details):
    """Neither in the file nor in the object; with reveal=True all of them, in a file for its owner alone."""
    taken = snapshot(guarded, details=details)
    path = taken.save(tmp_path / f"a.{format_}")
    shown = held(path) + taken.frame.to_csv() + repr(taken.frame.attrs) + repr(taken) + taken._repr_html_()
    assert [secret for secret in SECRETS if secret in shown] == []
    assert "https://***@h.example/a?shop=de&token=***" in held(path)
    revealed = snapshot(guarded, details=True, reveal=True)
    path = revealed.save(tmp_path / f"b.{format_}")
    assert [secret for secret in SECRETS if secret not in held(path)] == []
    assert [secret for secret in SECRETS if secret in repr(revealed) + revealed._repr_html_()] == []


def test_credentials_in_a_url_that_could_not_be_read_are_not_kept(api, tmp_path):
    """The finding quotes the URL, cut in the middle of the password."""
    url = f"https://me:{SECRETS[3]}\ud800{'x' * 99}@h.example/"
    api.put([{"id": "a", "name": "n", "url": url, "story": {"id": "1", "name": "s"}, "error": None,
              "createdAt": "2021-06-09T07:35:00.788Z", "updatedAt": "2021-06-09T07:35:00.788Z"}])  # fmt: skip
    with pytest.warns(cb.UnreadableFieldWarning):
        taken = snapshot(api.client)
    (finding,) = taken.frame.attrs["findings"]
    assert (finding["pointer"], finding["code"], finding["actual"]) == ("/0/url", "unreadable_text", None)
    assert SECRETS[3] not in held(taken.save(tmp_path / "a.json")) + repr(taken.frame.attrs)


@pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")
@pytest.mark.parametrize("format_", FORMATS)
def test_a_file_with_secrets_is_for_its_owner_alone(tmp_path, format_):
    """Also where it replaces one that everybody may read; other files are as the umask wants them."""
    umask = os.umask(0o022)
    try:
        path = make().save(tmp_path / f"a.{format_}")
        assert path.stat().st_mode & 0o777 == 0o644
        make(columns=tuple(ALL)).save(path, overwrite=True)
        assert path.stat().st_mode & 0o777 == 0o600
    finally:
        os.umask(umask)


def test_a_frame_that_is_handed_out_is_a_copy():
    """Whatever is done to it."""
    taken = make({"id": "a", "name": "n"})
    frame = taken.frame
    frame.loc["a", "name"] = "other"
    frame.index.name = "other"
    frame.attrs["findings"].append(1)
    del frame["url"]
    assert taken.frame["name"].tolist() == ["n"]
    assert (taken.frame.index.name, list(taken.frame)) == ("id", list(LIST))
    assert taken.frame.attrs == {"findings": []}


def test_the_time_is_in_utc_and_whole_milliseconds():
    """Wherever it comes from; so it is the same after a way through a file."""
    zone = timezone(timedelta(hours=2))
    assert make(taken_at=datetime(2026, 11, 23, 12, 0, 0, 123456, zone)).taken_at == datetime(
        2026, 11, 23, 10, 0, 0, 123000, UTC
    )
    assert make(base_url="https://me:pw@h/v2?a=b").base_url == "https://***@h/v2?a=***"


def test_the_time_is_when_reading_began(client):
    """What changed while it was read is then later than the snapshot."""
    before = datetime.now(UTC).replace(microsecond=0)
    taken = snapshot(client).taken_at
    assert before <= taken <= datetime.now(UTC)
    assert taken.tzinfo is UTC


def test_json_has_a_line_for_each_connection(tmp_path):
    """So that git shows what changed."""
    path = make({"id": "a", "name": "ä\n"}, {"id": "b", "updated_at": TAKEN}).save(tmp_path / "a.json")
    nothing = '"story_id": null, "story_name": null, "error": null, "created_at": null, "updated_at": '
    names = ", ".join(f'"{name}"' for name in LIST)
    assert path.read_bytes().decode() == (
        '{\n"chatbot_nb_snapshot": 1,\n"taken_at": "2026-11-23T10:00:00.123Z",\n"base_url": "https://api.example/v2",\n'
        f'"findings": [],\n"columns": [{names}],\n"connections": [\n'
        f'{{"id": "a", "name": "ä\\n", "url": null, {nothing}null}},\n'
        f'{{"id": "b", "name": null, "url": null, {nothing}"2026-11-23T10:00:00.123456Z"}}\n]\n}}\n'
    )


def test_the_views_say_what_it_is(api):
    """The repr is the same in each run; the HTML has time, place and what is missing, escaped."""
    listed = {"id": "a", "name": 5, "url": "https://h", "story": {"id": "1", "name": "s"}, "error": None,
              "createdAt": "2021-06-09T07:35:00.788Z", "updatedAt": "2021-06-09T07:35:00.788Z"}  # fmt: skip
    api.put([listed])
    with pytest.warns(cb.UnreadableFieldWarning):
        taken = snapshot(api.client, details=True)
    assert repr(taken) == "Snapshot(1 connection with details)"
    page = Snapshot(taken.frame, TAKEN, "https://h/<b>&")._repr_html_()
    assert "Snapshot: 1 connection with details, taken 2026-11-23 10:00:00 UTC" in page
    assert "https://h/&lt;b&gt;&amp;" in page
    assert "1 field could not be read: .frame.attrs[&#x27;findings&#x27;]" in page
    assert "1 connection without details: .frame[&#x27;read_error&#x27;]" in page
    assert repr(make(columns=tuple(ALL))) == "Snapshot(0 connections with details and secrets in clear)"


def test_a_file_is_not_overwritten_by_accident(tmp_path):
    """Only where that was asked for."""
    path = make({"id": "a"}).save(tmp_path / "a.json")
    with pytest.raises(FileExistsError) as caught:
        make().save(path)
    assert str(caught.value) == f"{str(path)!r} exists; pass overwrite=True to replace it"
    assert repr(snapshot(path)) == "Snapshot(1 connection)"
    assert make().save(str(path), overwrite=True) == path
    assert repr(snapshot(str(path))) == "Snapshot(0 connections)"


@pytest.mark.parametrize("there", [True, False])
@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_a_failure_in_the_middle_of_a_save_leaves_what_was_there(tmp_path, monkeypatch, there, failing):
    """The old file or none, and nothing beside it."""
    path = tmp_path / "a.json"
    if there:
        make({"id": "a"}).save(path)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(*{"fsync": (os, "fsync"), "replace": (Path, "replace")}[failing], full)
    with pytest.raises(OSError, match="No space left on device"):
        make().save(path, overwrite=True)
    assert [file.name for file in tmp_path.iterdir()] == (["a.json"] if there else [])
    assert not there or repr(snapshot(path)) == "Snapshot(1 connection)"


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("format_", FORMATS)
def test_kill_9_in_the_middle_of_a_save_leaves_the_old_file(tmp_path, format_):
    """A process that dies once all was written, before the rename."""
    path = make({"id": "a"}).save(tmp_path / f"a.{format_}")
    code = (
        "import os, signal, sys\n"
        "from chatbot_nb.connections.snapshots.snapshot import snapshot\n"
        "os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)\n"
        "snapshot(sys.argv[1]).save(sys.argv[1], overwrite=True)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], check=False, capture_output=True, timeout=60)
    assert (done.returncode, done.stderr) == (-9, b"")
    assert len(list(tmp_path.iterdir())) == 2
    assert repr(snapshot(path)) == "Snapshot(1 connection)"


BAD_JSON = [
    pytest.param(b"", ": no JSON from line 1, column 1 on: was it cut short, or edited?", id="empty"),
    pytest.param(b"\xff\xfe{", ": byte 0 is not UTF-8: no JSON", id="not UTF-8"),
    pytest.param(b"[" * 200_000, ": JSON that cannot be read", id="nested"),
    pytest.param(b"9" * 5000, ": JSON that cannot be read", id="digits"),
    pytest.param([], ": an array: no snapshot of chatbot_nb", id="array"),
    pytest.param({"a": 1}, ": no snapshot: not a file that cb.snapshot(client).save(path) wrote", id="another"),
    pytest.param(
        document(chatbot_nb_snapshot=True),
        ": no snapshot: not a file that cb.snapshot(client).save(path) wrote",
        id="true",
    ),
    pytest.param(
        document(chatbot_nb_snapshot=2, connections=5),
        "/chatbot_nb_snapshot: version 2; this chatbot_nb reads 1: python -m pip install -U chatbot_nb",
        id="newer",
    ),
    pytest.param(document(taken_at="now"), "/taken_at: 'now' is not a time as 2021-06-09T07:35:00.788Z", id="taken_at"),
    pytest.param(document(taken_at=...), "/taken_at: null is not a time as 2021-06-09T07:35:00.788Z", id="no taken_at"),
    pytest.param(document(base_url=None), "/base_url: null is not a string", id="base_url"),
    pytest.param(document(findings=[{}]), "/findings: not an array of findings", id="findings"),
    pytest.param(
        document(columns=["name"]),
        "/columns: not the columns of a snapshot, which are name, url, story_id, story_name, error, created_at, "
        "updated_at, with or without details",
        id="columns",
    ),
    pytest.param(document(columns=[[]]), "/columns: not the columns of a snapshot, ", id="nested columns"),
    pytest.param(document(connections=...), "/connections: null is not an array", id="no connections"),
    pytest.param(
        document({}, {"new": 1}),
        "/connections/1: not an object of created_at, error, id, name, story_id, story_name, updated_at, url",
        id="key",
    ),
    pytest.param(document({"name": 5}), "/connections/0/name: a number is not a string or null", id="number"),
    pytest.param(
        document({"url": "https://me:pw\ud800@h"}),
        "/connections/0/url: holds half of a surrogate pair, which is no character",
        id="surrogate",
    ),
    pytest.param(
        document({"created_at": "2021-13-09T07:35:00.788Z"}),
        "/connections/0/created_at: '2021-13-09T07:35:00.788Z' is not a time as 2021-06-09T07:35:00.788Z or null",
        id="month",
    ),
    pytest.param(
        document({"created_at": "today"}),
        "/connections/0/created_at: 'today' is not a time as 2021-06-09T07:35:00.788Z or null",
        id="today",
    ),
    pytest.param(document({"id": None}), "/connections/0/id: missing; each connection has an id", id="id"),
    pytest.param(document({"id": ""}), "/connections/0/id: missing; each connection has an id", id="no"),
    pytest.param(
        document({}, {}),
        "/connections/1/id: 'a' is the id of an earlier connection too; ids are unique",
        id="doubled",
    ),
]


@pytest.mark.parametrize(("content", "said"), BAD_JSON)
def test_a_json_file_that_is_no_snapshot_is_named(tmp_path, content, said):
    """With the place in it, and never with a secret."""
    path = tmp_path / "a.json"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    with pytest.raises(cb.PayloadError) as caught:
        snapshot(path)
    assert str(caught.value).startswith(f"snapshot 'a.json': 1 error\n  {said.removeprefix(': ')}")
    assert said.endswith(", ") or str(caught.value).endswith(said.removeprefix(": "))


def test_the_document_of_these_tests_is_a_snapshot(tmp_path):
    """What they change in it is what is wrong; a byte order mark is not."""
    path = tmp_path / "a.json"
    path.write_text(json.dumps(document()), encoding="utf-8-sig")
    assert snapshot(path).frame["created_at"].tolist() == [pd.Timestamp("2021-06-09T07:35:00.788Z")]


def test_all_bad_values_are_named_at_once(tmp_path):
    """A person mends a file once."""
    path = tmp_path / "a.json"
    path.write_text(json.dumps(document({"name": 5}, {"url": [], "error": False})))
    with pytest.raises(cb.PayloadError) as caught:
        snapshot(path)
    places = ["/connections/0/name", "/connections/1/url", "/connections/1/error"]
    assert [finding.pointer for finding in caught.value.findings] == places


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param(
            lambda frame: frame.assign(created_at="x"), "/columns: created_at: str, not datetime64[us, UTC]", id="dtype"
        ),
        pytest.param(lambda frame: frame.reset_index(drop=True), "/columns: the index is not id", id="index"),
        pytest.param(
            lambda frame: frame.set_axis(pd.Index([1, 2], name="id")), "/columns: id: int64, not str", id="number"
        ),
        pytest.param(
            lambda frame: frame.set_axis(pd.Index(["a", None], name="id", dtype="str")),
            "/connections/1/id: missing; each connection has an id",
            id="missing id",
        ),
        pytest.param(
            lambda frame: frame.set_axis(pd.Index(["a", "a"], name="id", dtype="str")),
            "/connections/1/id: 'a' is the id of an earlier connection too; ids are unique",
            id="doubled id",
        ),
        pytest.param(lambda frame: frame.drop(columns="url"), "/columns: not the columns of a snapshot, ", id="column"),
    ],
)
def test_a_parquet_file_that_was_changed_is_named(tmp_path, change, said):
    """Somebody read it with pandas and wrote it back."""
    path = make({"id": "a"}, {"id": "b"}).save(tmp_path / "a.parquet")
    frame = pd.read_parquet(path)
    changed = change(frame)
    changed.attrs = frame.attrs
    changed.to_parquet(path)
    with pytest.raises(cb.PayloadError) as caught:
        snapshot(path)
    assert str(caught.value).startswith(f"snapshot 'a.parquet': 1 error\n  {said}")


def test_a_parquet_file_of_something_else_is_named(tmp_path):
    """It is Parquet, but no snapshot."""
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "a.parquet")
    with pytest.raises(cb.PayloadError, match="no snapshot: not a file that cb"):
        snapshot(tmp_path / "a.parquet")


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), format_=st.sampled_from(FORMATS))
def test_a_damaged_file_is_refused_in_our_words_or_read(tmp_path, data, format_):
    """Cut anywhere, or with any of its bytes changed: never an error of pandas, pyarrow or json."""
    path = tmp_path / f"whole.{format_}"
    if not path.exists():
        make({"id": "a", "name": "n", "created_at": TAKEN}, {"id": "b"}).save(path)
    raw = bytearray(path.read_bytes())
    for place in data.draw(st.lists(st.integers(0, len(raw) - 1), max_size=5)):
        raw[place] = data.draw(st.integers(0, 255))
    damaged = tmp_path / f"damaged.{format_}"
    damaged.write_bytes(raw[: data.draw(st.just(len(raw)) | st.integers(0, len(raw)))])
    try:
        opened = snapshot(damaged)
    except cb.PayloadError as error:
        assert error.findings  # noqa: PT017  # either outcome will do
    else:
        assert len(opened.compare(opened).frame) == 0


def test_a_changed_value_in_parquet_is_noticed(tmp_path):
    """Not only what makes the file unreadable: pages have checksums."""
    path = make({"id": "a", "name": "Order status"}).save(tmp_path / "a.parquet")
    raw = path.read_bytes()
    assert raw.count(b"Order status") >= 1
    path.write_bytes(raw.replace(b"Order status", b"Order stolen", 1))
    with pytest.raises(cb.PayloadError) as caught:
        snapshot(path)
    words = "not Parquet, or not as it was saved: was it cut short, or changed on the way?"
    assert str(caught.value) == f"snapshot 'a.parquet': 1 error\n  {words}"


@pytest.mark.parametrize("format_", FORMATS)
def test_a_place_without_a_file_is_named(tmp_path, format_):
    """Nothing there, a folder there, no folder to save into."""
    path = tmp_path / f"a.{format_}"
    with pytest.raises(FileNotFoundError) as caught:
        snapshot(path)
    assert str(caught.value) == f"there is no file {str(path)!r}; Snapshot.save returns the path it wrote"
    below = path / path.name
    with pytest.raises(FileNotFoundError) as caught:
        make().save(below)
    assert str(caught.value) == f"there is no folder {str(path)!r}; make it first"
    path.mkdir()
    with pytest.raises(IsADirectoryError, match="is a folder; pass the name of a snapshot in it"):
        snapshot(path)
    with pytest.raises(IsADirectoryError, match="is a folder; pass the name of a file in it"):
        make().save(path, overwrite=True)


@pytest.mark.parametrize("name", ["account.csv", "account", ".json"])
def test_the_two_formats_are_named_where_it_is_neither(name):
    """The name says which one it is, in any case of its letters."""
    said = f"{name!r}: the name of a snapshot ends in .json or .parquet"
    for act in (make().save, snapshot):
        with pytest.raises(ValueError, match=r"^.* ends in \.json or \.parquet$") as caught:
            act(name)
        assert str(caught.value) == said


def test_the_ending_may_be_in_capitals(tmp_path):
    """As some systems write it."""
    assert repr(snapshot(make().save(tmp_path / "A.JSON"))) == "Snapshot(0 connections)"


@pytest.mark.parametrize("act", [lambda path: make().save(path), snapshot], ids=["save", "open"])
def test_without_pyarrow_parquet_is_refused_with_the_way_out(tmp_path, monkeypatch, act):
    """Installing it, or JSON."""
    path = tmp_path / "a.parquet"
    if act is snapshot:
        make().save(path)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ImportError) as caught:
        act(path)
    words = "Parquet needs pyarrow: python -m pip install 'chatbot_nb[scale]'. A file .json needs nothing"
    assert str(caught.value) == words


def test_senseless_arguments_are_refused_before_anything_is_read(api):
    """Each with what to write instead."""
    with pytest.raises(ValueError, match=r"^reveal=True keeps what only details=True reads; pass snapshot\(client, "):
        snapshot(api.client, reveal=True)
    with pytest.raises(ValueError, match=r"^details and reveal are for a client; a file holds what was saved: pass "):
        snapshot("a.json", details=True)
    with pytest.raises(TypeError, match=r"^snapshot takes a client or a path, not DataFrame$"):
        snapshot(pd.DataFrame())
    assert api.calls == []


def test_an_account_with_the_same_id_twice_is_refused(api):
    """Nobody could say which of the two became which."""
    listed = {"id": "a", "name": "n", "url": "https://h", "story": {"id": "1", "name": "s"}, "error": None,
              "createdAt": "2021-06-09T07:35:00.788Z", "updatedAt": "2021-06-09T07:35:00.788Z"}  # fmt: skip
    api.put([listed, listed])
    with pytest.raises(cb.PayloadError) as caught:
        snapshot(api.client)
    words = "/connections/1/id: 'a' is the id of an earlier connection too; ids are unique"
    assert str(caught.value) == f"account: 1 error\n  {words}"
