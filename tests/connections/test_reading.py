"""Reading what the API sends: nothing of it can break the client, and nothing is lost in silence."""

import json
import warnings
from datetime import UTC, datetime

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot_nb import errors
from chatbot_nb.connections.frame import list_frame
from chatbot_nb.connections.reading import Reader

# The documentation's own sample, with ids of 25 and 24 characters.
DOCUMENTED = json.loads(
    """[
  {"id": "611f9ad1fe24s3d0007d14ad4", "story": {"id": "634fef70sd214d000073f5730", "name": "Foo"},
   "name": "Package Tracking Bot", "url": "https://webhooks.my-example-site.com/tracking",
   "error": "Request failed with status code 404",
   "createdAt": "2021-06-09T07:35:00.788Z", "updatedAt": "2021-06-09T07:35:00.788Z"},
  {"id": "5f5220d2er93050007ba7402", "story": {"id": "634fef70sd214d000073f5730", "name": "Foo"},
   "name": "foo bar", "url": "https://my-another-website.com", "error": false,
   "createdAt": "2021-06-09T07:35:00.788Z", "updatedAt": "2021-06-09T07:35:00.788Z"}
]"""
)
TIME = datetime(2021, 6, 9, 7, 35, 0, 788000, UTC)
COLUMNS = {
    "name": "str",
    "url": "str",
    "story_id": "str",
    "story_name": "str",
    "error": "str",
    "created_at": "datetime64[us, UTC]",
    "updated_at": "datetime64[us, UTC]",
}


def changed(**fields):
    """The second documented connection with other fields; ... leaves one out."""
    return {key: value for key, value in (DOCUMENTED[1] | fields).items() if value is not ...}


def read(*items):
    """The connections and what was found, without a warning."""
    reader = Reader(items)
    return reader.connections(), reader.findings


def test_the_documented_sample_reads_without_findings():
    """Impossible ids and all; false is no error."""
    (first, second), findings = read(*DOCUMENTED)
    assert findings == ()
    assert (first.id, first.name, first.error) == (
        "611f9ad1fe24s3d0007d14ad4",
        "Package Tracking Bot",
        "Request failed with status code 404",
    )
    assert (first.story.id, first.story.name) == ("634fef70sd214d000073f5730", "Foo")
    assert first.created_at == first.updated_at == TIME
    assert (second.error, second.token, second.headers, second.auth) == (None, None, {}, None)


def test_null_is_no_error_either():
    """The documentation of one connection says "string or null"."""
    (connection,), findings = read(changed(error=None))
    assert (connection.error, findings) == (None, ())


@pytest.mark.parametrize(
    ("fields", "pointer", "code", "message", "actual"),
    [
        pytest.param({"name": ...}, "/1/name", "missing", "missing; a string expected", None, id="missing"),
        pytest.param({"name": 5}, "/1/name", "wrong_type", "5 is not a string", "5", id="number"),
        pytest.param({"url": None}, "/1/url", "wrong_type", "null is not a string", "null", id="null"),
        pytest.param({"error": True}, "/1/error", "wrong_type", "true is not a string", "true", id="error"),
        pytest.param({"error": ...}, "/1/error", "missing", "missing; a string expected", None, id="no error"),
        pytest.param({"story": ...}, "/1/story", "missing", "missing; an object expected", None, id="no story"),
        pytest.param({"story": []}, "/1/story", "wrong_type", "an array is not an object", "an array", id="story"),
        pytest.param(
            {"story": {"id": "5"}}, "/1/story/name", "missing", "missing; a string expected", None, id="story name"
        ),
        pytest.param(
            {"updatedAt": "2020-04-1T00:00:300.000Z"},
            "/1/updatedAt",
            "unreadable_time",
            "'2020-04-1T00:00:300.000Z' is not a time of ISO 8601",
            "'2020-04-1T00:00:300.000Z'",
            id="the documentation's impossible time",
        ),
        pytest.param(
            {"createdAt": 1623224100},
            "/1/createdAt",
            "wrong_type",
            "1623224100 is not a time as a string",
            "1623224100",
            id="time as a number",
        ),
        pytest.param(
            {"name": "a\ud800"},
            "/1/name",
            "unreadable_text",
            "holds half of a surrogate pair, which is no character; it is shown as U+FFFD",
            "'a\ufffd'",
            id="half a surrogate pair",
        ),
    ],
)  # fmt: skip
def test_a_field_that_cannot_be_read_is_a_finding_and_the_rest_stays(fields, pointer, code, message, actual):
    """In the list and in the frame alike."""
    items = [DOCUMENTED[0], changed(**fields)]
    connections, findings = read(*items)
    (finding,) = findings
    assert (finding.pointer, finding.code, finding.message, finding.actual) == (pointer, code, message, actual)
    assert finding.severity == "warning"
    assert [connection.id for connection in connections] == [item["id"] for item in items]
    reader = Reader(items)
    frame = list_frame(reader)
    assert reader.findings == findings
    assert frame.dtypes.astype(str).to_dict() == COLUMNS
    assert frame.iloc[0].notna().all()


def test_an_item_without_an_id_is_named():
    """It cannot be addressed, so it is left out, but not in silence; positions stay those of the list."""
    items = [5, changed(id=""), changed(id=...), changed(id=7), DOCUMENTED[0], changed(name=5)]
    connections, findings = read(*items)
    assert [connection.id for connection in connections] == [DOCUMENTED[0]["id"], DOCUMENTED[1]["id"]]
    assert [str(finding) for finding in findings] == [
        "/0: 5 is not a connection; it is left out",
        "/1/id: a connection (name 'foo bar') without an id that can be read; it is left out",
        "/2/id: a connection (name 'foo bar') without an id that can be read; it is left out",
        "/3/id: a connection (name 'foo bar') without an id that can be read; it is left out",
        "/5/name: 5 is not a string",
    ]


@pytest.mark.parametrize(
    ("text", "time"),
    [
        pytest.param("2021-06-09T07:35:00.788Z", TIME, id="documented"),
        pytest.param("2021-06-09T09:35:00.788+02:00", TIME, id="offset"),
        pytest.param("2021-06-09T07:35:00.788", TIME, id="no offset is UTC"),
        pytest.param("2021-06-09 07:35:00.788000Z", TIME, id="microseconds"),
        pytest.param("0001-01-01T00:00:00.000Z", datetime(1, 1, 1, tzinfo=UTC), id="first year"),
        pytest.param("9999-12-31T23:59:59.999Z", datetime(9999, 12, 31, 23, 59, 59, 999000, UTC), id="last year"),
        pytest.param("9999-12-31T23:59:59.999-12:00", None, id="beyond the calendar"),
        pytest.param("2021-02-30T07:35:00.788Z", None, id="no such day"),
        pytest.param("1623224100", None, id="a number in a string"),
        pytest.param("2021-06-09T07:35:00.78 Z", None, id="a space, which pandas alone takes"),
        pytest.param("", None, id="empty"),
    ],
)
def test_times(text, time):
    """As a model and in a frame; UTC."""
    (connection,), findings = read(changed(createdAt=text))
    assert connection.created_at == time
    assert len(findings) == (time is None)
    (stamp,) = list_frame(Reader([changed(createdAt=text)]))["created_at"]
    assert (None if stamp is None or stamp != stamp else stamp.to_pydatetime()) == time  # noqa: PLR0124  # NaT


digits = st.text("0123456789-:.TZ+ ", min_size=20, max_size=29)
near_time = st.builds(lambda date, cut, text: date[:cut] + text + date[cut + len(text) :], st.just(
    "2021-06-09T07:35:00.788Z"), st.integers(0, 23), st.text("0123456789-:.TZ+ ", max_size=3))  # fmt: skip


@given(st.lists(near_time | digits | st.datetimes().map(lambda time: time.isoformat(timespec="milliseconds") + "Z")))
@settings(max_examples=200, deadline=None)
def test_frame_and_models_read_the_same_times(texts):
    """However near to a time a text comes, pandas' reading and Python's do not differ."""
    items = [changed(createdAt=text) for text in texts]
    connections, findings = read(*items)
    reader = Reader(items)
    frame = list_frame(reader)
    assert [
        None if time is None else time.to_pydatetime()
        for time in frame["created_at"].astype(object).replace({float("nan"): None})
    ] == [connection.created_at for connection in connections]
    assert reader.findings == findings


def test_one_warning_names_how_many_and_the_first_three(api):
    """However many fields are broken."""
    api.put([changed(name=number) for number in range(5)])
    with pytest.warns(errors.UnreadableFieldWarning) as caught:
        api.client.connections.all()
    (warning,) = caught
    assert str(warning.message) == (
        "5 fields of the API's answer could not be read:\n"
        "  /0/name: 0 is not a string\n  /1/name: 1 is not a string\n  /2/name: 2 is not a string\n  and 2 more"
    )
    assert warning.filename == __file__


def test_details_that_cannot_be_read_are_named_but_never_shown(api):
    """A token, header or password of another type may still be the secret."""
    secrets = {
        "token": 123456789,
        "headers": {"x-a": ["s3cret"], "x-b": "v"},
        "auth": {"username": "me", "password": 123456789},
    }
    api.put(changed(**secrets), "/v2/integrations/webhook/5f")
    with pytest.warns(errors.UnreadableFieldWarning) as caught:
        connection = api.client.connections.get("5f")
    assert str(caught[0].message) == (
        "3 fields of the API's answer could not be read:\n  /token: the value is not a string\n"
        "  /headers/x-a: the value is not a string\n  /auth/password: the value is not a string"
    )
    assert (connection.id, connection.token, list(connection.headers)) == ("5f", None, ["x-b"])
    assert (connection.auth.username, connection.auth.password.get_secret_value()) == ("me", "")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(st.characters(), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
keys = ["id", "story", "name", "url", "error", "createdAt", "updatedAt", "token", "headers", "auth"]
near_connections = st.builds(
    lambda fields: {key: value for key, value in (DOCUMENTED[0] | fields).items() if value != "left out"},
    st.dictionaries(st.sampled_from(keys), json_values | st.just("left out"), max_size=3),
)
documents = st.lists(near_connections | json_values, max_size=4) | json_values


@given(documents)
@settings(max_examples=200, deadline=None)
def test_whatever_the_list_is_the_frame_is_one_or_an_error_of_ours_comes(shared_api, document):
    """Fixed columns and dtypes; every item is a row or a finding."""
    shared_api.put(document)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", errors.UnreadableFieldWarning)
        try:
            frame = shared_api.client.connections.frame()
        except errors.ChatBotError:
            assert not isinstance(document, list)
            return
        assert frame.dtypes.astype(str).to_dict() == COLUMNS
        assert (frame.index.name, str(frame.index.dtype)) == ("id", "str")
        left_out = [finding for finding in frame.attrs["findings"] if "left out" in finding["message"]]
        assert len(frame) + len(left_out) == len(document)
        assert [connection.id for connection in shared_api.client.connections.all()] == list(frame.index)


def test_a_frame_with_findings_can_be_written_to_parquet(shared_api, tmp_path):
    """pandas writes attrs as JSON: what could not be read goes along, and comes back."""
    shared_api.put([{**DOCUMENTED[0], "createdAt": "2020-04-1T00:00:300.000Z"}])
    with pytest.warns(errors.UnreadableFieldWarning):
        frame = shared_api.client.connections.frame()
    frame.to_parquet(tmp_path / "account.parquet")
    again = pd.read_parquet(tmp_path / "account.parquet")
    assert again.attrs["findings"][0]["actual"] == "'2020-04-1T00:00:300.000Z'"
    assert again.attrs == frame.attrs
