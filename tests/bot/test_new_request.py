"""Made-up webhook requests."""

from __future__ import annotations

import json
import re

from chatbot_nb.bot.new_request import new_request
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
