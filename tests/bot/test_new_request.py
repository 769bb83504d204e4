"""Made-up webhook requests."""

from __future__ import annotations

import json
import re

import pytest

from chatbot_nb.bot.new_request import new_request
from chatbot_nb.errors import PayloadError
from chatbot_nb.payloads.check import check

CONNECTION = {"webhook_id": "602313f00000000000000000", "webhook_name": "foo bar"}
NAMES = [
    "default_name",
    "default_email",
    "default_source",
    "default_url",
    "default_avatar",
    "default_language",
    "default_timezone",
    "default_gender",
    "default_ip",
    "default_city",
    "default_region",
    "default_country",
    "default_referrer",
    "default_username",
    "default_phone_number",
]
UUID4 = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"


def made(**options):
    return json.loads(new_request(**CONNECTION, **options).to_json())


def test_it_is_what_chatbot_sends():
    """Live key order, ids of the right form, no finding."""
    request = made()
    assert list(request) == [
        "chatId",
        "messageId",
        "userId",
        "externalId",
        "message",
        "node",
        "userAttributes",
        "attributes",
    ]
    assert all(re.fullmatch(r"[0-9a-f]{24}", request[key]) for key in ("chatId", "userId", "externalId"))
    assert re.fullmatch(UUID4, request["messageId"])
    assert re.fullmatch(UUID4, request["node"].pop("id"))
    assert request["node"] == {
        "name": "foo bar",
        "type": "WEBHOOK",
        "webhookId": "602313f00000000000000000",
        "webhookName": "foo bar",
    }
    assert check(json.dumps(made()), kind="request").findings == ()


def test_ids_are_fresh():
    """Two requests share no id but the connection's."""
    first, second = made(), made()
    assert all(first[key] != second[key] for key in ("chatId", "messageId", "userId", "externalId"))


def test_a_conversation_keeps_its_ids():
    """Chat, user and external id can be kept; the message is new all the same."""
    kept = {"chat_id": "c", "user_id": "u", "external_id": "e"}
    first, second = made(**kept), made(**kept)
    assert [second[key] for key in ("chatId", "userId", "externalId")] == ["c", "u", "e"]
    assert first["messageId"] != second["messageId"]


def test_message_none_gives_the_documented_body():
    """The documentation's example has no message."""
    assert "message" not in made(message=None)
    assert made(message="")["message"] == ""


def test_user_attributes_are_the_live_ones_and_repeated():
    """Fifteen default_* names, most of them null; `attributes` repeats them and adds the chat's own."""
    request = made(user_attributes={"default_name": "Ann", "Phone number": "+1"}, attributes={"foo": "bar", "x": None})
    visitor = request["userAttributes"]
    assert list(visitor) == [*NAMES, "Phone number"]
    assert (visitor["default_name"], visitor["Phone number"]) == ("Ann", "+1")
    assert sum(value is None for value in visitor.values()) > len(visitor) / 2
    assert request["attributes"] == {**visitor, "foo": "bar", "x": None}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        pytest.param(
            {"attributes": {"a/b": object()}}, "/attributes/a~1b: a Python object: JSON has no such value", id="object"
        ),
        pytest.param(
            {"attributes": {"a": [{"b": float("nan")}]}},
            "/attributes/a/0/b: NaN is not JSON; send null, or leave it out",
            id="nan",
        ),
        pytest.param({"attributes": ["a"]}, "/attributes: an array is not an object", id="array"),
        pytest.param({"user_attributes": 5}, "/userAttributes: 5 is not an object", id="number"),
        pytest.param({"message": 5}, "/message: 5 is not a string", id="message"),
    ],
)
def test_what_no_request_can_hold_is_an_error_that_says_where(given, message):
    """Nothing of pydantic's reaches the user, and all of it is told."""
    with pytest.raises(PayloadError) as caught:
        new_request(webhook_id="x", webhook_name="y", **given)
    assert str(caught.value) == f"request: 1 error\n  {message}"


def test_a_tuple_is_an_array():
    """As json.dumps would write it."""
    assert new_request(**CONNECTION, attributes={"sizes": (1, 2)}).attributes["sizes"] == [1, 2]
