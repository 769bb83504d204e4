"""What ChatBot sends to a backend."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, JsonValue, ModelWrapValidatorHandler, PrivateAttr, model_validator

from chatbot_nb.payloads._base import Checked, WireModel

if TYPE_CHECKING:
    from typing import Self

# Ids look like ObjectIds or UUIDs, but the documentation's own samples vary: read leniently.
_Id = Annotated[str, Field(min_length=1)]
_AttributeValue = Annotated[str, Checked(tolerates=(bool, int, float, dict, list))] | None
_Attributes = Annotated[dict[str, JsonValue], Checked(annotation=dict[str, _AttributeValue])]


class _Received(WireModel, extra="allow", allow_inf_nan=False):
    """An object that others send: unknown keys are kept, each at its place."""

    # The keys as they came; empty if the object was made here, by Python names.
    _keys: tuple[str, ...] = PrivateAttr(default=())

    @model_validator(mode="wrap")
    @classmethod
    def _remember_order(cls, data: object, handler: ModelWrapValidatorHandler[Self]) -> Self:
        received = handler(data)
        names = cls.model_fields.keys() - _aliases(cls).keys()
        if isinstance(data, dict) and not names & data.keys():
            received._keys = tuple(data)  # noqa: SLF001 - the class's own attribute
        return received

    def to_wire(self) -> dict[str, object]:
        """Return the object for JSON: keys as they came, then ChatBot's order; no ``message`` if there is none."""
        names = _aliases(type(self))
        values: dict[str, object] = {}
        for key in dict.fromkeys((*self._keys, *names, *(self.model_extra or {}))):
            value = getattr(self, names.get(key, key))
            if value is not None or key in self._keys or key not in names:
                values[key] = value.to_wire() if isinstance(value, _Received) else value
        return values

    def __eq__(self, other: object) -> bool:
        # pydantic would compare the remembered order too.
        if not isinstance(other, type(self)):
            return NotImplemented
        return self.to_wire() == other.to_wire()

    __hash__ = None  # type: ignore[assignment]  # attributes are dicts


def _aliases(model: type[WireModel]) -> dict[str, str]:
    return {field.alias or name: name for name, field in model.model_fields.items()}


class Node(_Received):
    """The webhook block of the story that fired.

    Notes
    -----
    Source: ChatBot docs, "How ChatBot Webhooks works?", Properties. ``type`` stands in the example only; it is
    ``"WEBHOOK"``.
    """

    id: _Id
    name: str
    type: str = "WEBHOOK"
    webhook_id: _Id
    webhook_name: str


class WebhookRequest(_Received):
    """The body of a request that ChatBot sends, in the order in which it sends the keys.

    Parameters
    ----------
    chat_id, message_id, user_id, external_id : str
        Not empty. The chat stays the same over a conversation, the message is new for each call.
    message : str, optional
        The user's last input, or the value of the pressed postback button. Left out of the JSON if ``None``,
        unless it was received as null.
    node : Node
    user_attributes, attributes : dict of str to JSON value
        Strings or null in what ChatBot sends; kept as they are.

    Notes
    -----
    Source: ChatBot docs, "How ChatBot Webhooks works?"; ``message`` is in every live body and in no documentation.
    Unknown keys are kept, in order. Missing documented keys are refused.
    """

    chat_id: _Id
    message_id: _Id
    user_id: _Id
    external_id: _Id
    message: str | None = None
    node: Node
    user_attributes: _Attributes
    attributes: _Attributes

    def to_json(self) -> bytes:
        """Return the body as ChatBot sends it: compact UTF-8 JSON, keys in the order received or else the live one."""
        text = json.dumps(self.to_wire(), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        return text.encode("utf-8", "backslashreplace")  # which writes half a surrogate pair as JSON does
