"""Webhook requests as ChatBot would send them, made up."""

from __future__ import annotations

import json
import secrets
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from chatbot_nb.errors import PayloadError
from chatbot_nb.finding import Finding
from chatbot_nb.payloads.check import check
from chatbot_nb.payloads.request import WebhookRequest
from chatbot_nb.payloads.wording import show

if TYPE_CHECKING:
    from pydantic import JsonValue

# What a live chat carries of its visitor, in this order; most of it is null.
_USER_ATTRIBUTES: Final[dict[str, str | None]] = {
    "default_name": "Visitor",
    "default_email": "visitor@example.com",
    "default_source": None,
    "default_url": "https://example.com/",
    "default_avatar": None,
    "default_language": "en",
    "default_timezone": None,
    "default_gender": None,
    "default_ip": None,
    "default_city": None,
    "default_region": None,
    "default_country": None,
    "default_referrer": None,
    "default_username": None,
    "default_phone_number": None,
}
_OBJECT_ID_BYTES = 12


def object_id() -> str:
    """Return 24 fresh hexadecimal characters, the form that ids of chats, users and webhooks have."""
    return secrets.token_hex(_OBJECT_ID_BYTES)


def new_request(  # noqa: PLR0913  # what of a request a caller may want to choose
    *,
    webhook_id: str,
    webhook_name: str,
    message: str | None = "Hello",
    attributes: Mapping[str, JsonValue] | None = None,
    user_attributes: Mapping[str, JsonValue] | None = None,
    chat_id: str | None = None,
    user_id: str | None = None,
    external_id: str | None = None,
) -> WebhookRequest:
    """Make up a webhook request for a connection.

    Parameters
    ----------
    webhook_id, webhook_name : str
        Id and name of the connection.
    message : str, optional
        The visitor's last input; with ``None`` the field is left out, as in the documentation's example.
    attributes : mapping of str to JSON value, optional
        What the chat has collected; put after the user attributes, which ``attributes`` repeats.
    user_attributes : mapping of str to JSON value, optional
        Replace or extend the fifteen ``default_*`` ones, most of which are ``None``.
    chat_id, user_id, external_id : str, optional
        Kept over a conversation; fresh where not given: 24 hexadecimal characters.

    Returns
    -------
    WebhookRequest
        ``message_id`` and ``node.id`` are fresh UUIDs of version 4.

    Raises
    ------
    PayloadError
        A value is not of the type that the field has, or no JSON; ``findings`` has all of them.

    Notes
    -----
    Source: ChatBot docs, "How ChatBot Webhooks works?"; ``message``, the ``default_*`` names and the form of the
    ids as live deliveries show them.
    """
    visitor = {**_USER_ATTRIBUTES, **_given("userAttributes", user_attributes)}
    data: dict[str, object] = {
        "chatId": chat_id or object_id(),
        "messageId": str(uuid.uuid4()),
        "userId": user_id or object_id(),
        "externalId": external_id or object_id(),
        "message": message,
        "node": {
            "id": str(uuid.uuid4()),
            "name": webhook_name,
            "type": "WEBHOOK",
            "webhookId": webhook_id,
            "webhookName": webhook_name,
        },
        "userAttributes": visitor,
        "attributes": {**visitor, **_given("attributes", attributes)},
    }
    if message is None:
        del data["message"]
    check(data, kind="request").raise_if_invalid()
    return WebhookRequest.model_validate_json(json.dumps(data))  # a tuple becomes an array, as on the wire


def _given(name: str, attributes: Mapping[str, JsonValue] | None) -> Mapping[str, JsonValue]:
    if attributes is None or isinstance(attributes, Mapping):
        return attributes or {}
    raise PayloadError([Finding(f"/{name}", "wrong_type", "error", f"{show(attributes)} is not an object")], "request")
