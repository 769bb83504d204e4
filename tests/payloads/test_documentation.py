"""The documentation's tables, row by row: what they say is what limits, models and checks say.

``tests/data/documented_sizes.txt`` holds the tables as the documentation prints them, each under its heading. The
numbers and names come from that text alone, so that a slip in `limits` or in a model fails here.
"""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import NamedTuple

import pytest
from pydantic import ValidationError

from chatbot_nb.connections.models import check_new, check_update
from chatbot_nb.payloads import buttons as button_models
from chatbot_nb.payloads import limits
from chatbot_nb.payloads import responses as response_models
from chatbot_nb.payloads.check import check
from chatbot_nb.payloads.limits import Size
from chatbot_nb.payloads.responses import ReplyPayload
from chatbot_nb.payloads.translate import findings_of
from chatbot_nb.payloads.wire import place_in

TEXT = (Path(__file__).parent.parent / "data" / "documented_sizes.txt").read_text()
SIZE = re.compile(r"size\((\d+)(?:, ?(\d+))?\)")


class Row(NamedTuple):
    """One row of a table: its heading, the name of the field, and the rest of it as printed."""

    heading: str
    field: str
    text: str

    @property
    def sizes(self):
        """Of the field, then of its entries."""
        return [Size(int(low), int(high or low)) for low, high in SIZE.findall(self.text)]

    @property
    def valid(self):
        found = re.search(r"valid\((.*?)\)", self.text)
        return found[1].split(", ") if found else []

    @property
    def buttons(self):
        found = re.search(r" of (Postback.*) required$", self.text)
        return [BUTTONS[name] for name in found[1].split(", ")] if found else []

    @property
    def required(self):
        return re.search(r" (required|Yes)\b", self.text) is not None

    @property
    def default(self):
        found = re.search(r" (?:required|optional) (\w+)$", self.text)
        return found and found[1]


def rows_of(text):
    for block in text.split("\n\n"):
        heading, columns, *rows = block.strip().splitlines()
        assert columns.split()[0] in {"parameter", "Field", "Parameter"}
        for row in rows:
            field, _, rest = row.partition(" ")
            yield Row(heading, field, rest)


RESPONSES = {
    "Text message": "text",
    "Random Text message": "randomText",
    "Image": "image",
    "Quick Replies": "quickReplies",
    "Cards": "cards",
    "Buttons in Cards and Quick Replies": "buttons",
}
BUTTONS = {"Postback": "postback", "Go to": "goto", "URL": "url", "Webview": "webview", "Phone": "phone"}
BUTTONS["Goto"] = "goto"  # in the lists of buttons it is one word

# Where each documented size stands in `limits`. The id of a connection is only ever read, and leniently: the
# documentation's own samples have 23 to 26 characters.
IN_LIMITS = {
    **{(heading, "delay"): ["DELAY"] for heading in RESPONSES},
    ("Text message", "message"): ["TEXT_MESSAGE"],
    ("Random Text message", "messages"): ["RANDOM_TEXT_MESSAGES", "RANDOM_TEXT_MESSAGE"],
    ("Image", "imageUrl"): ["IMAGE_URL"],
    ("Quick Replies", "title"): ["QUICK_REPLIES_TITLE"],
    ("Quick Replies", "buttons"): ["QUICK_REPLIES_BUTTONS"],
    ("Cards", "elements.title"): ["CARD_TITLE"],
    ("Cards", "elements.subtitle"): ["CARD_SUBTITLE"],
    ("Cards", "elements.imageUrl"): ["CARD_IMAGE_URL"],
    ("Cards", "elements.buttons"): ["CARD_BUTTONS"],
    ("Buttons in Cards and Quick Replies", "title"): ["BUTTONS_TITLE"],
    ("Buttons in Cards and Quick Replies", "buttons"): ["BUTTONS_BUTTONS"],
    ("Postback", "title"): ["POSTBACK_TITLE"],
    ("Postback", "value"): ["POSTBACK_VALUE"],
    ("Go to", "title"): ["GOTO_TITLE"],
    ("Go to", "value"): ["GOTO_VALUE"],
    ("URL", "title"): ["URL_TITLE"],
    ("URL", "value"): ["URL_VALUE"],
    ("Webview", "title"): ["WEBVIEW_TITLE"],
    ("Webview", "value"): ["WEBVIEW_VALUE"],
    ("Phone", "title"): ["PHONE_TITLE"],
    ("Phone", "value"): ["PHONE_VALUE"],
    ("Create connection", "storyId"): ["STORY_ID"],
    **{
        (heading, field): [name]
        for heading in ("Create connection", "Update connection")
        for field, name in (
            ("name", "CONNECTION_NAME"),
            ("url", "CONNECTION_URL"),
            ("token", "CONNECTION_TOKEN"),
            ("headers", "CONNECTION_HEADERS"),
            ("auth.username", "AUTH_USERNAME"),
            ("auth.password", "AUTH_PASSWORD"),
        )
    },
    **{(f"{call} connection", "id"): [] for call in ("List single", "Update", "Delete")},
}
OURS = {"CARD_ELEMENTS", "RESPONSES", "ATTRIBUTES"}

ROWS = list(rows_of(TEXT))
SIZED = [pytest.param(row, id=f"{row.heading}-{row.field}") for row in ROWS if row.sizes]
OF_REPLIES = [
    pytest.param(row, id=f"{row.heading}-{row.field}") for row in ROWS if row.heading in {**RESPONSES, **BUTTONS}
]
OF_CONNECTIONS = [
    pytest.param(row, id=f"{row.heading}-{row.field}")
    for row in ROWS
    if row.heading in {"Create connection", "Update connection"} and row.field != "id"
]


def test_every_table_is_read():
    """All rows with a size are found, none twice; what has no size has a fixed choice, or is the auth object."""
    assert len(SIZED) == len({param.id for param in SIZED}) == 43
    assert {row.field for row in ROWS if not row.sizes} == {"type", "height", "auth"}


@pytest.mark.parametrize("row", SIZED)
def test_limits_are_the_documented_sizes(row):
    """Each size of the tables is the one in `limits`."""
    names = IN_LIMITS[row.heading, row.field]
    if row.field != "id":
        assert [getattr(limits, name) for name in names] == row.sizes


def test_limits_has_no_other_sizes():
    """What is in `limits` is in a table, or is one of three bounds of ours."""
    documented = {name for names in IN_LIMITS.values() for name in names}
    assert {name for name, value in vars(limits).items() if isinstance(value, Size)} == documented | OURS


@pytest.fixture
def put(responses, buttons):
    """Return a payload with a field of a table set, or left out if ``...``, and the pointer to it."""

    def make(row, value, entry=None):
        if row.heading in BUTTONS:
            response = {"type": "buttons", "title": "a", "buttons": [buttons[BUTTONS[row.heading]]]}
            path = ["buttons", 0, row.field]
        else:
            response = responses[RESPONSES[row.heading]]
            path = ["elements", 0, row.field.removeprefix("elements.")] if "." in row.field else [row.field]
        if entry is not None:
            path.append(entry)
        response = target = copy.deepcopy(response)
        for part in path[:-1]:
            target = target[part]
        if value is ...:
            target.pop(path[-1], None)
        else:
            target[path[-1]] = value
        return {"responses": [response]}, "/responses/0/" + "/".join(map(str, path))

    return make


def model_findings(payload):
    try:
        ReplyPayload.model_validate(payload)
    except ValidationError as error:
        return findings_of(error, place=lambda loc: place_in(payload, "reply", loc))
    return []


def of_length(row, length):
    """Return a value of this size that is wrong in nothing else, where there is one."""
    if row.text.startswith("Number"):
        return length
    if row.buttons:
        return [{"type": "postback", "title": "a", "value": "b"}] * length
    if row.text.startswith("Array"):
        return ["a"] * length
    if row.heading == "Phone" and row.field == "value":
        return "+".ljust(length, "1")
    if row.field.endswith("imageUrl") or (row.heading in {"URL", "Webview"} and row.field == "value"):
        return "https://".ljust(length, "a")[:length]
    return "é" * length


def bounds(size):
    """Return lengths beside and at both ends, each with the limit that it breaks."""
    inside = [(size.min, None), (size.max, None)]
    return [*([(size.min - 1, size.min)] if size.min else []), *inside, (size.max + 1, size.max)]


@pytest.mark.parametrize("row", [param for param in OF_REPLIES if param.values[0].sizes])
def test_check_and_models_keep_the_documented_sizes(put, row):
    """Each field is refused one below and one above its documented size, by the check and by the models."""
    for entry, size in zip((None, 0), row.sizes, strict=False):
        for length, limit in bounds(size):
            payload, pointer = put(row, "é" * length if entry == 0 else of_length(row, length), entry)
            expected = [] if limit is None else [(pointer, limit, length)]
            for findings in (check(payload).findings, model_findings(payload)):
                told = [(one.pointer, one.limit, one.actual) for one in findings if one.code.startswith("too_")]
                assert told == expected, length


@pytest.mark.parametrize("row", OF_REPLIES)
def test_required_and_optional_fields(put, row):
    """A required field that is missing is an error where it should stand; one that is optional is not missed."""
    payload, pointer = put(row, ...)
    told = [(one.pointer, one.code, one.severity) for one in check(payload).findings]
    assert told == ([(pointer, "missing", "error")] if row.required else [])


MODELS = {
    "Text message": response_models.Text,
    "Random Text message": response_models.RandomText,
    "Image": response_models.Image,
    "Quick Replies": response_models.QuickReplies,
    "Cards": response_models.Cards,
    "Buttons in Cards and Quick Replies": response_models.Buttons,
    "Webview": button_models.Webview,
}


@pytest.mark.parametrize("row", [param for param in OF_REPLIES if param.values[0].default])
def test_models_fill_in_documented_defaults(row):
    """What the tables call a default is the models' own."""
    assert str(MODELS[row.heading].model_fields[row.field].default) == row.default


def test_the_default_delay_is_named_once():
    """`limits` has the delay that all six tables have."""
    assert {row.default for row in ROWS if row.field == "delay"} == {str(limits.DEFAULT_DELAY)}


@pytest.mark.parametrize("row", [param for param in OF_REPLIES if param.values[0].valid])
def test_choices_are_the_documented_ones(put, row):
    """Each value that a table allows is accepted, another is an error."""
    for value in row.valid:
        assert check(put(row, value)[0]).findings == ()
    payload, pointer = put(row, "other")
    assert (pointer, "error") in [(one.pointer, one.severity) for one in check(payload).findings]
    assert model_findings(payload)


@pytest.mark.parametrize("row", [param for param in OF_REPLIES if param.values[0].buttons])
def test_buttons_are_allowed_where_the_tables_say(put, buttons, row):
    """Quick replies take two kinds of buttons, cards and buttons all five."""
    for kind, button in buttons.items():
        payload, pointer = put(row, button, 0)
        told = [(one.pointer, one.code) for one in check(payload).findings]
        assert told == ([] if kind in row.buttons else [(f"{pointer}/type", "unknown_type")])
        assert bool(model_findings(payload)) == (kind not in row.buttons)


def connection_with(row, value):
    body = {
        "name": "n",
        "url": "https://a.example",
        "token": "t",
        "headers": {"x-a": "b"},
        "auth": {"username": "u", "password": "p"},
    }
    if row.heading == "Create connection":
        body["storyId"] = "5" * 24
    owner = body["auth"] if row.field.startswith("auth.") else body
    key = row.field.removeprefix("auth.")
    owner[key] = value
    if value is ...:
        del owner[key]
    check_it = check_new if row.heading == "Create connection" else check_update
    return [(one.pointer, one.code, one.limit) for one in check_it(body)]


@pytest.mark.parametrize("row", OF_CONNECTIONS)
def test_connections_keep_their_tables(row):
    """Each field of a create and an update is missed if it is required, and has its documented size."""
    pointer = "/" + row.field.replace(".", "/")
    assert connection_with(row, ...) == ([(pointer, "missing", None)] if row.required else [])
    for length, limit in bounds(row.sizes[0]) if row.sizes else ():
        value = {
            "url": "https://".ljust(length, "a")[:length],
            "headers": {f"x-{number}": "v" for number in range(length)},
        }.get(row.field, "é" * length)
        told = connection_with(row, value)
        if row.field == "url" and length == row.sizes[0].min:
            assert [code for _, code, _ in told] == ["bad_url"]  # of one character there is none
        elif limit is None:
            assert told == []
        else:
            assert [(where, bound) for where, _, bound in told] == [(pointer, limit)]
