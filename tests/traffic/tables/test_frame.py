"""Traffic as a DataFrame: one row an exchange, and the same however often it was asked for before."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from chatbot_nb.traffic.capture import Capture
from chatbot_nb.traffic.exchange import Exchange, SentReply
from chatbot_nb.traffic.limits import ReceiverLimits
from chatbot_nb.traffic.tables import frame as frame_module
from chatbot_nb.traffic.tables import segments
from chatbot_nb.traffic.tables.columns import FIXED
from chatbot_nb.traffic.tables.findings import findings
from chatbot_nb.traffic.tables.frame import Frames
from chatbot_nb.traffic.verdict import Verdict
from chatbot_nb.transport.inbound.http import Request, Timing

AT = datetime(2026, 11, 25, 9, 30, 0, 123456, tzinfo=UTC)
DONE = Timing(0.001, 0.002, 0.003, 0.004)
OK = SentReply(body=b'{"responses": []}', verdict=Verdict(0, 1, "of the test"))
NODE = {"id": "9c4d", "name": "Order status", "type": "WEBHOOK", "webhookId": "5f52", "webhookName": "Orders"}
LIVE = {
    "chatId": "64a1",
    "messageId": "m-1",
    "userId": "u-1",
    "externalId": "e-1",
    "message": "where is it",
    "node": NODE,
    "userAttributes": {"default_name": "Ada"},
    "attributes": {"default_name": "Ada", "order": "A1"},
}
JSON_TYPE = ((b"Content-Type", b"application/json"),)


@pytest.fixture(params=["pyarrow", "python"])
def storage(request):
    """Both ways in which pandas stores text."""
    with pd.option_context("mode.string_storage", request.param):
        yield request.param


both = pytest.mark.usefixtures("storage")


def capture_of(*bodies, **limits):
    capture = Capture(replace(ReceiverLimits(), **limits))
    for body in bodies:
        add(capture, body)
    return capture


def add(capture, body, *, reply=OK, timing=DONE, **http):
    if not isinstance(body, bytes):
        body = json.dumps(body).encode()
    request = Request(
        **{
            "received_at": AT,
            "peer": "127.0.0.1:5000",
            "http_version": "1.1",
            "method": "POST",
            "target": b"/hook",
            "headers": JSON_TYPE,
            "body": body,
            **http,
        }
    )
    return capture.add(lambda seq: Exchange(seq, f"{seq:032x}", request, (), reply, timing))


def frame_of(*bodies):
    return Frames(capture_of(*bodies)).frame()


def same(frame, other):
    assert_frame_equal(frame, other)
    assert frame.attrs == other.attrs


def test_columns_and_dtypes(storage):
    """The fixed columns come first, in their order, and have the same dtypes without any row."""
    full, empty = frame_of(LIVE), Frames(capture_of()).frame()
    assert list(empty) == list(FIXED)
    assert list(full)[: len(FIXED)] == list(FIXED)
    assert full.dtypes[: len(FIXED)].to_dict() == empty.dtypes.to_dict()
    numbers = {"received_at": "datetime64[us, UTC]", "bytes": "int64", "findings": "int64", "reply_status": "Int64"}
    for name in FIXED:
        assert str(empty[name].dtype) == {**numbers, "ms": "float64"}.get(name, "str")
    for frame in (full, empty):
        assert (frame.index.name, str(frame.index.dtype)) == ("seq", "int64")
    assert str(full["message"].dtype.storage) == storage


@both
def test_a_row_has_what_came_and_what_was_answered():
    """Each cell of a delivery."""
    (row,) = frame_of(LIVE).reset_index().to_dict("records")
    assert row == {
        "seq": 1,
        "received_at": pd.Timestamp(AT),
        "method": "POST",
        "status": "complete",
        "marks": "",
        "chat_id": "64a1",
        "message_id": "m-1",
        "user_id": "u-1",
        "external_id": "e-1",
        "node": "Order status",
        "webhook_id": "5f52",
        "webhook_name": "Orders",
        "message": "where is it",
        "bytes": len(json.dumps(LIVE)),
        "verdict": "ok",
        "findings": 0,
        "first_finding": pytest.approx(float("nan"), nan_ok=True),
        "reply_status": 200,
        "rule": "reply",
        "reply_verdict": "warnings",
        "reply_error": pytest.approx(float("nan"), nan_ok=True),
        "chatbot_error": pytest.approx(float("nan"), nan_ok=True),
        "ms": 4.0,
        "user_attributes.default_name": "Ada",
        "attributes.default_name": "Ada",
        "attributes.order": "A1",
    }


@both
def test_an_open_exchange_is_read_again_until_it_is_done():
    """What is not known yet is missing; later it is there, and nothing else has changed."""
    capture = capture_of(LIVE)
    open_ = add(capture, LIVE, reply=None, timing=None)
    add(capture, LIVE)
    frames = Frames(capture)
    before = frames.frame()
    assert before.loc[2, ["reply_status", "rule", "reply_verdict", "ms"]].isna().all()
    capture.put(replace(open_, reply=OK))
    assert frames.frame().loc[2, "rule"] == "reply"
    assert pd.isna(frames.frame().loc[2, "reply_status"])
    done = replace(open_, reply=replace(OK, status=500, chatbot_error="failed"), timing=DONE, marks=("late",))
    capture.put(replace(done, _verdict=None))
    after = frames.frame()
    assert after.loc[2, ["reply_status", "ms", "chatbot_error", "marks", "verdict"]].tolist() == [
        *(500, 4.0, "failed", "late", "errors"),
    ]
    same(after, Frames(capture).frame())
    same(after.loc[[1, 3]], before.loc[[1, 3]])


@both
def test_a_connection_that_closed_without_an_answer():
    """Has no reply status where there was no reply, and says why the reply did not go out."""
    capture = capture_of()
    add(capture, LIVE, reply=None, timing=Timing(0.1, None, None, None, "the peer left"))
    add(capture, LIVE, reply=replace(OK, status=0))
    frame = Frames(capture).frame()
    assert frame["reply_error"].tolist()[0] == "the peer left"
    assert frame["reply_status"].tolist() == [pd.NA, 0]
    assert frame["ms"].isna().tolist() == [True, False]


@both
@pytest.mark.parametrize(
    ("error", "line"),
    [
        ("handler_timeout: 9 s\nmore", "handler_timeout: 9 s"),
        ("Traceback (most recent call last):\n  File 'x'\n    f()\nKeyError: 'a'\n", "KeyError: 'a'"),
        ("Traceback (most recent call last):\n  File\nA: b\n\nDuring ...\n\nTraceback (...)\n  x\nE: f\n g\n", "E: f"),
        ("Traceback (most recent call last):\n", "Traceback (most recent call last):"),
        ("half \ud800", "half \\ud800"),
    ],
)
def test_reply_error_is_the_line_that_says_it(error, line):
    """Of a traceback it is the exception's, not the first."""
    capture = capture_of()
    add(capture, LIVE, reply=replace(OK, error=error))
    assert Frames(capture).frame()["reply_error"].tolist() == [line]


@both
def test_writing_into_a_frame_changes_no_other():
    """Neither the next frame nor one that was handed out before sees what a user does to one."""
    capture = capture_of(LIVE, {**LIVE, "attributes": {"n": 2**70}})
    frames = Frames(capture)
    expected = Frames(capture).frame()
    kept, mine = frames.frame(), frames.frame()
    mine.loc[1, "message"] = "mine"
    mine["bytes"] = 0
    mine.loc[2, "attributes.n"] = None
    mine.iloc[0, mine.columns.get_loc("ms")] = -1.0
    mine.loc[1, "reply_status"] = 1
    mine.loc[1, "received_at"] = pd.Timestamp(0, tz="UTC")
    mine.columns.name = mine.index.name = "mine"
    mine.attrs["attributes_left_out"] = 7
    del mine["node"]
    series = frames.frame()["message"]
    series[:] = "mine"
    for frame in (kept, frames.frame()):
        same(frame, expected)
    add(capture, LIVE)
    same(frames.frame(), Frames(capture).frame())


@both
def test_nothing_new_costs_nothing():
    """Between two calls without traffic the same memory is handed out."""
    frames = Frames(capture_of(LIVE))
    first, second = frames.frame(), frames.frame()
    assert np.shares_memory(first["bytes"].to_numpy(), second["bytes"].to_numpy())


@both
def test_rows_of_evicted_exchanges_vanish():
    """The frame has what the capture has, and columns of attributes that only others had are gone."""
    capture = capture_of(*({**LIVE, "attributes": {f"a{number}": "x"}} for number in range(5)), exchanges=3)
    frames = Frames(capture)
    assert frames.frame().index.tolist() == [3, 4, 5]
    add(capture, {**LIVE, "attributes": {"a5": 1}})
    frame = frames.frame()
    assert frame.index.tolist() == [4, 5, 6]
    assert [name for name in frame if name.startswith("attributes.")] == [
        "attributes.a3",
        "attributes.a4",
        "attributes.a5",
    ]


@both
def test_a_column_of_objects_becomes_text_when_the_others_are_gone():
    """The dtype is that of the rows that are kept."""
    capture = capture_of({**LIVE, "attributes": {"a": 5}}, {**LIVE, "attributes": {"a": "x"}}, exchanges=2)
    frames = Frames(capture)
    assert frames.frame()["attributes.a"].tolist() == [5, "x"]
    assert frames.frame()["attributes.a"].dtype == object
    add(capture, LIVE)
    assert str(frames.frame()["attributes.a"].dtype) == "str"


@both
def test_case_22_bodies_that_go_leave_their_cells():
    """What was read of a body stays when the byte budget takes it; the row says that it is gone."""
    capture = capture_of(stored_bytes=20_000)
    frames = Frames(capture)
    for number in range(3):
        add(capture, {**LIVE, "message": f"{number}" * 9000})
        frames.frame()
    frame = frames.frame()
    assert capture.bodies_from == 3
    assert frame["marks"].tolist() == ["body_evicted", "body_evicted", ""]
    assert frame["message"].tolist() == [f"{number}" * 9000 for number in range(3)]
    assert frame["attributes.order"].tolist() == ["A1"] * 3
    assert (frame["verdict"].tolist(), frame["findings"].tolist()) == (["ok"] * 3, [0] * 3)
    assert (frame["bytes"] > 9000).all()
    unread = Frames(capture).frame()
    assert unread["message"].isna().tolist() == [True, True, False]


@both
def test_case_22_an_open_exchange_may_lose_its_body():
    """Its verdict and its cells stay; its outcome comes."""
    capture = capture_of(stored_bytes=20_000)
    frames = Frames(capture)
    add(capture, {**LIVE, "message": "x" * 9000}, reply=None, timing=None)
    frames.frame()
    for _ in range(2):
        add(capture, {**LIVE, "message": "y" * 9000})
    gone = capture.get(1)
    assert gone.marks == ("body_evicted",)
    capture.put(replace(gone, reply=OK, timing=DONE, _verdict=None))
    row = frames.frame().loc[1]
    assert row[["message", "verdict", "reply_status", "marks"]].tolist() == ["x" * 9000, "ok", 200, "body_evicted"]


@both
def test_case_23_the_same_message_twice():
    """Both have a row."""
    assert frame_of(LIVE, LIVE)["message_id"].tolist() == ["m-1", "m-1"]


@both
@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 100_000, b'{"attributes": {"a": ' + b"[" * 1000])
def test_case_32_deep_nesting(body):
    """Is no RecursionError, also not where a value nests as deep as can be read."""
    frame = frame_of(body, {**LIVE, "attributes": {"a": json.loads("[" * 90 + "]" * 90)}})
    assert frame["verdict"].tolist()[0] == "errors"
    assert pd.isna(frame["chat_id"].tolist()[0])
    assert "[" * 90 in repr(frame["attributes.a"].tolist()[1])


@both
@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_case_33_numbers_that_json_lacks(number):
    """A body with one is no JSON: its cells are missing."""
    frame = frame_of(json.dumps(LIVE).replace('"A1"', number).encode())
    assert (pd.isna(frame["chat_id"][1]), frame["verdict"][1]) == (True, "errors")
    assert list(frame) == list(FIXED)


@both
def test_case_34_huge_integers():
    """Are exact, beside texts, floats and other integers; one of 4301 digits makes cells missing, and no error."""
    numbers = [2**53 + 1, 2**63, 2**70, -(2**64), 1, 0.5, "text", True, None]
    frame = frame_of(*({**LIVE, "attributes": {"n": number}} for number in numbers))
    values = frame["attributes.n"].tolist()
    assert values == numbers
    assert [type(value) for value in values] == [type(number) for number in numbers]
    long = frame_of(b'{"chatId": "c", "attributes": {"n": %s}}' % (b"9" * 4301))
    assert (pd.isna(long["chat_id"][1]), long["verdict"][1]) == (True, "errors")


@both
def test_case_35_duplicate_keys():
    """The last value is in the cell."""
    assert frame_of(json.dumps(LIVE).replace('"A1"', '"A1", "order": "B2"').encode())["attributes.order"][1] == "B2"


@both
def test_case_36_odd_characters(tmp_path):
    """Texts are as they came, and every frame can be written; half a surrogate pair is no UTF-8, so no text."""
    odd = ["\0", "\x1b[31m", "\u202e\u200d", "\u2028", "x" * 1_000_000, "👩‍🚀"]
    half = json.dumps(LIVE).replace("where is it", "\\ud800").encode()
    capture = capture_of(*({**LIVE, "message": text} for text in odd), half)
    add(capture, LIVE, reply=replace(OK, rule="\ud800", chatbot_error="\udfff"), method="P\ud800ST")
    frame = Frames(capture).frame()
    assert frame["message"].tolist()[: len(odd)] == odd
    assert frame["message"].isna().tolist()[len(odd)]
    assert frame.iloc[-1][["method", "rule", "chatbot_error"]].tolist() == ["P\\ud800ST", "\\ud800", "\\udfff"]
    frame.to_csv(tmp_path / "frame.csv")
    frame.to_json(tmp_path / "frame.json", date_format="iso")
    frame.to_parquet(tmp_path / "frame.parquet")
    findings(capture.all()).to_csv(tmp_path / "findings.csv")


@both
def test_case_37_odd_keys():
    """Keys that are something to other programs are names like any other, and those with dots stay apart."""
    odd = {"__proto__": "a", "constructor": "b", "": "c", "a.b": "d", "a": {"b": "e"}, "x\n\0": "f"}
    frame = frame_of({**LIVE, "attributes": odd, "userAttributes": {"a.b": "g"}})
    assert frame.loc[1, [f"attributes.{name}" for name in odd]].tolist() == [*odd.values()]
    assert frame.loc[1, "user_attributes.a.b"] == "g"


@both
def test_case_37_ten_thousand_keys():
    """The first 200 that appear have a column, the user's before the chat's; the others are counted."""
    many = {f"k{number}": "x" for number in range(10_000)}
    frame = frame_of({**LIVE, "userAttributes": {"u": "y"}, "attributes": many}, {**LIVE, "attributes": {"late": "z"}})
    assert list(frame)[len(FIXED) :] == ["user_attributes.u", *(f"attributes.k{number}" for number in range(199))]
    assert frame.attrs == {"attributes_left_out": 9801 + 2}
    assert frame["attributes.k0"].tolist()[0] == "x"
    more = frame_of(*({**LIVE, "attributes": {f"{row} {number}": 1 for number in range(9000)}} for row in range(2)))
    assert more.attrs == {"attributes_left_out": segments.MAX_COUNTED}


@both
@pytest.mark.parametrize(
    "body", [b"[]", b"5", b'"hello"', b"null", b"true", b"", b"{", b"\xff\xfe{}", b"\xef\xbb\xbf{}"]
)
def test_case_39_no_object(body):
    """Has a row whose cells of the body are missing."""
    frame = frame_of(body, LIVE)
    names = ["chat_id", "message_id", "user_id", "external_id", "node", "webhook_id", "webhook_name", "message"]
    assert frame.loc[1, [*names, "attributes.order"]].isna().all()
    assert frame.loc[2, "node"] == "Order status"
    assert frame["bytes"].tolist()[0] == len(body)


@both
@pytest.mark.parametrize("wrong", [None, 5, "text", [], [{"name": "x"}], {}, {"name": 5}, {"name": None}])
def test_parts_of_a_wrong_type_are_missing(wrong):
    """And disturb nothing else."""
    frame = frame_of({**LIVE, "node": wrong, "attributes": wrong, "message": [wrong], "userId": 7}, LIVE)
    assert frame.loc[1, ["node", "webhook_id", "message", "user_id"]].isna().all()
    assert frame.loc[1, "chat_id"] == "64a1"


@both
def test_an_encoded_body_is_decoded_and_a_mislabelled_one_is_not_read():
    """As `Exchange.payload` has it."""
    capture = capture_of()
    for encoding in (b"identity", b"gzip", b"br"):
        add(capture, LIVE, headers=(*JSON_TYPE, (b"CONTENT-encoding", encoding)))
    assert Frames(capture).frame()["chat_id"].isna().tolist() == [False, True, True]


@both
def test_clear_begins_anew():
    """After it there are no rows and no columns of before; numbers go on."""
    capture = capture_of(LIVE)
    frames = Frames(capture)
    frames.frame()
    capture.clear()
    same(frames.frame(), Frames(capture).frame())
    assert list(frames.frame()) == list(FIXED)
    add(capture, b"{}")
    assert frames.frame().index.tolist() == [2]


@both
def test_restored_exchanges_have_rows():
    """Of an earlier run, whatever number it had come to."""
    capture, earlier = capture_of(), capture_of(*[LIVE] * 5, exchanges=3)
    frames = Frames(capture)
    frames.frame()
    capture.restore(list(earlier.all()))
    assert frames.frame().index.tolist() == [3, 4, 5]


def test_another_storage_of_texts_begins_anew():
    """The user may set the option of pandas between two frames."""
    frames = Frames(capture_of(LIVE))
    for storage in ("pyarrow", "python", "pyarrow"):
        with pd.option_context("mode.string_storage", storage):
            assert frames.frame()["message"].dtype.storage == storage


@both
def test_the_order_is_that_of_seq():
    """Also where the clock jumped back."""
    capture = capture_of()
    for hours in (2, 1, 3):
        add(capture, LIVE, received_at=AT + timedelta(hours=hours))
    frame = Frames(capture).frame()
    assert frame.index.tolist() == [1, 2, 3]
    assert frame["received_at"].tolist() == [AT + timedelta(hours=hours) for hours in (2, 1, 3)]


@both
def test_frames_while_traffic_comes():
    """Every frame of several threads is whole: numbers without a gap, as many as are kept at most."""
    capture = capture_of(exchanges=50)
    frames = Frames(capture)
    problems = []
    over = threading.Event()

    def look():
        while not over.is_set():
            frame = frames.frame()
            numbers = frame.index.tolist()
            if numbers and numbers != list(range(numbers[0], numbers[0] + len(numbers))):
                problems.append(numbers)
            if len(frame) > 50 or not (frame["message"] == frame["message_id"]).all():
                problems.append(frame)

    threads = [threading.Thread(target=look) for _ in range(2)]
    for thread in threads:
        thread.start()
    for number in range(500):
        add(capture, {**LIVE, "message": str(number), "messageId": str(number)})
    over.set()
    for thread in threads:
        thread.join()
    assert not problems
    same(frames.frame(), Frames(capture).frame())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
ATTRIBUTES = st.dictionaries(st.sampled_from(["a", "b", "a.b", "", "\0"]), st.text(max_size=3) | JSON, max_size=5)
REQUESTS = st.fixed_dictionaries(
    {},
    optional={
        "chatId": JSON,
        "message": st.text(max_size=3) | JSON,
        "node": st.fixed_dictionaries({}, optional={"name": JSON, "webhookId": st.text(max_size=3)}) | JSON,
        "userAttributes": ATTRIBUTES | JSON,
        "attributes": ATTRIBUTES | JSON,
    },
)
BODIES = REQUESTS | JSON | st.binary(max_size=8)


def cells_of(payload):
    """What the frame should have of a body, by column."""
    members = payload if isinstance(payload, dict) else {}
    node = members.get("node") if isinstance(members.get("node"), dict) else {}
    cells = {"chat_id": members.get("chatId"), "message": members.get("message")}
    cells |= {"node": node.get("name"), "webhook_id": node.get("webhookId")}
    cells = {name: value if isinstance(value, str) else None for name, value in cells.items()}
    for key, prefix in (("userAttributes", "user_attributes."), ("attributes", "attributes.")):
        attributes = members.get(key)
        cells |= {prefix + name: value for name, value in (attributes if isinstance(attributes, dict) else {}).items()}
    return cells


@both
@given(bodies=st.lists(BODIES, min_size=1, max_size=6), storage=st.sampled_from(["pyarrow", "python"]))
def test_cells_are_those_of_the_payload(bodies, storage):
    """Whatever comes: text as text, other values of attributes as they are, of the same type."""
    with pd.option_context("mode.string_storage", storage):
        capture = capture_of(*bodies)
        frame = Frames(capture).frame()
        expected = [cells_of(exchange.payload) for exchange in capture.all()]
        assert set(frame) == {*FIXED, *(name for cells in expected for name in cells)}
        for name in {name for cells in expected for name in cells}:
            values = [cells.get(name) for cells in expected]
            if name not in FIXED:
                texts = all(value is None or isinstance(value, str) for value in values)
                assert str(frame[name].dtype) == ("str" if texts else "object")
            found = [None if value is None or value != value else value for value in frame[name].tolist()]  # noqa: PLR0124
            assert repr(found) == repr(values)
        frame.to_csv()


STEPS = st.one_of(
    st.tuples(st.just("add"), BODIES, st.booleans()),
    st.tuples(st.just("finish"), st.integers(0, 9), st.booleans()),
    st.tuples(st.just("frame")),
    st.tuples(st.just("clear")),
)


@both
@settings(max_examples=300, deadline=None)
@given(
    steps=st.lists(STEPS, max_size=30),
    kept=st.integers(1, 8),
    rows=st.integers(1, 5),
    columns=st.sampled_from([1, 2, 3, 200]),
    storage=st.sampled_from(["pyarrow", "python"]),
)
def test_a_frame_that_grew_is_one_made_at_once(steps, kept, rows, columns, storage):
    """After any traffic, with the attributes beyond the limit too; so nothing depends on when it was looked at."""
    with pytest.MonkeyPatch.context() as patch, pd.option_context("mode.string_storage", storage):
        patch.setattr(frame_module, "_ROWS", rows)
        patch.setattr(segments, "MAX_ATTRIBUTES", columns)
        capture = capture_of(exchanges=kept)
        frames = Frames(capture)
        for step in steps:
            match step:
                case ("add", body, done):
                    add(capture, body, reply=OK if done else None, timing=DONE if done else None)
                case ("finish", back, late):
                    exchange = capture.get(capture.next_seq - 1 - back)
                    if exchange is not None and not exchange.done:
                        marks = ("late",) if late else ()
                        capture.put(Exchange(exchange.seq, exchange.id, exchange.http, marks, OK, DONE))
                case ("frame",):
                    same(frames.frame(), Frames(capture).frame())
                case ("clear",):
                    capture.clear()
        same(frames.frame(), Frames(capture).frame())


@settings(max_examples=300, deadline=None)
@given(
    looks=st.lists(st.lists(st.text("abcdef", max_size=5), max_size=7), max_size=6),
    kept=st.integers(1, 12),
    rows=st.integers(1, 5),
    columns=st.integers(1, 3),
)
def test_a_frame_of_too_many_attributes_that_grew_is_one_made_at_once(looks, kept, rows, columns):
    """The attributes that have a column are those that appear first in what is kept, with all their values."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(frame_module, "_ROWS", rows)
        patch.setattr(segments, "MAX_ATTRIBUTES", columns)
        capture = capture_of(exchanges=kept)
        frames = Frames(capture)
        for names in looks:
            for letters in names:
                add(capture, {"attributes": dict.fromkeys(letters, str(capture.next_seq))})
            frame = frames.frame()
            same(frame, Frames(capture).frame())
            payloads = [exchange.payload["attributes"] for exchange in capture.all()]
            appeared = list(dict.fromkeys(name for payload in payloads for name in payload))
            assert list(frame)[len(FIXED) :] == [f"attributes.{name}" for name in appeared[:columns]]
            assert frame.attrs == {"attributes_left_out": len(appeared[columns:])}
            for name in appeared[:columns]:
                found = frame[f"attributes.{name}"].astype(object)
                assert found.where(found.notna(), None).tolist() == [payload.get(name) for payload in payloads]


@both
def test_fewer_that_are_kept():
    """Rows vanish also without new traffic, where a receiver with another limit takes over."""
    capture = capture_of(LIVE, LIVE, LIVE)
    frames = Frames(capture)
    frames.frame()
    capture.set_limits(replace(ReceiverLimits(), exchanges=1))
    assert frames.frame().index.tolist() == [3]


@both
def test_findings_have_a_row_each():
    """Of requests and of replies, with the same dtypes where there is none."""
    capture = capture_of(LIVE, {**LIVE, "chatId": 5})
    add(capture, b"[", reply=replace(OK, body=b'{"responses": [{"type": "text", "message": ""}]}', verdict=Verdict(1)))
    frame, none = findings(capture.all()), findings([])
    assert frame[["seq", "part", "code"]].to_numpy().tolist() == [
        [2, "request", "wrong_type"],
        [3, "request", "not_json"],
        [3, "reply", "too_short"],
    ]
    assert frame.dtypes.to_dict() == none.dtypes.to_dict()
    assert str(none["seq"].dtype) == "int64"
    assert list(none) == ["seq", "part", "pointer", "code", "severity", "message", "limit", "actual"]


def test_findings_without_a_body_say_so():
    """Where it went, that is the finding; its reply is not judged as an empty one."""
    capture = capture_of(LIVE, LIVE, stored_bytes=1500)
    assert findings(capture.all()[:1])["code"].tolist() == ["body_evicted"]
