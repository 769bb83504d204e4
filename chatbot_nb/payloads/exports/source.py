"""A reply in the words of this package: ``cb.Reply().text(...)`` and the rest."""

from __future__ import annotations

import json
import re
from keyword import iskeyword
from typing import TYPE_CHECKING, Any, Final, TypeGuard

from pydantic import TypeAdapter, ValidationError

from chatbot_nb.payloads import buttons as models
from chatbot_nb.payloads import limits
from chatbot_nb.payloads.exports.layout import WIDTH, Node, call, lay_out, width_of
from chatbot_nb.payloads.exports.literals import PYTHON, literal
from chatbot_nb.payloads.exports.quoting import python_string
from chatbot_nb.payloads.responses import (
    BotResponse,
    Buttons,
    CardElement,
    Cards,
    Image,
    QuickReplies,
    RandomText,
    Text,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from chatbot_nb.payloads._base import WireModel
    from chatbot_nb.payloads.exports.layout import Group

_BUTTON: Final[TypeAdapter[Any]] = TypeAdapter(models.Button)
_QUICK_REPLY: Final[TypeAdapter[Any]] = TypeAdapter(models.QuickReplyButton)
_ELEMENT: Final[TypeAdapter[Any]] = TypeAdapter(CardElement)
_RESPONSE: Final[TypeAdapter[Any]] = TypeAdapter(BotResponse)

_ANY_BUTTON: Final = {"type": "postback", "title": "a", "value": "a"}
_ANY_ELEMENT: Final = {"title": "a", "subtitle": "a", "imageUrl": "https://a", "buttons": [_ANY_BUTTON]}

# Names that can stand before a = in a call. Python would take some beyond ASCII for others, and refuse __debug__.
_NAME: Final = re.compile("[A-Za-z][A-Za-z0-9_]*")


def expression(payload: object) -> str:
    """Return a Python expression of an equal reply; what has no word of its own goes in as it is."""
    first, calls = _links(payload)
    if sum(map(width_of, [first, *calls])) <= WIDTH:
        return "".join(lay_out(link) for link in (first, *calls))
    if not calls:
        return lay_out(first)
    lines = [f"    {lay_out(link, indent='    ')}" for link in (first, *calls)]
    return "\n".join(["(", *lines, ")"])


def _links(payload: object) -> tuple[Node, list[Node]]:
    """Return what the chain begins with, and its calls."""
    if not _can_be_chained(payload):
        # A text is read as JSON.
        given = json.dumps(payload) if isinstance(payload, str) else payload
        return call("cb.Reply.from_payload", _literal(given)), []
    rest = dict(payload)
    calls: list[Node] = []
    if rest.get("responses"):
        calls += map(_response, rest.pop("responses"))
    attributes = rest.get("attributes")
    if attributes and all(isinstance(value, str) for value in attributes.values()):
        calls.append(_attributes(rest.pop("attributes")))
    return call("cb.Reply.from_payload", _literal(rest)) if rest else "cb.Reply()", calls


def _can_be_chained(payload: object) -> TypeGuard[dict[str, Any]]:
    """Return True if calls can be made on it; Python compiles a chain by recursion, so there is an end to it."""
    if not isinstance(payload, dict):
        return False
    responses, attributes = payload.get("responses", []), payload.get("attributes", {})
    return isinstance(responses, list) and len(responses) <= limits.RESPONSES.max and isinstance(attributes, dict)


def _attributes(attributes: dict[str, str]) -> Group:
    if all(_NAME.fullmatch(name) and not iskeyword(name) for name in attributes):
        return call(".set", **{name: python_string(value) for name, value in attributes.items()})
    return call(".set", _literal(attributes))


def _response(response: Any) -> Group:  # noqa: ANN401 - any JSON value
    """Return the call that adds a response: the one of its type where that says all of it, else ``raw``."""
    key, entries = "", list[Node]()
    if isinstance(response, dict):
        match response.get("type"):
            case "quickReplies":
                key, entries = "buttons", _nodes(response.get("buttons"), lambda entry: _button(entry, _QUICK_REPLY))
            case "buttons":
                key, entries = "buttons", _nodes(response.get("buttons"), _button)
            case "cards":
                key, entries = "elements", _nodes(response.get("elements"), _element)
    model = _read(_RESPONSE, _outlined(response, key, entries))
    if model is None:
        return call(".raw", _literal(response))
    method, before = _words(model)
    delay = {"delay": repr(response["delay"])} if "delay" in response else {}
    return call(method, *before, *entries, **delay)


def _words(response: WireModel) -> tuple[str, list[str]]:
    """Return the method for a response, and its arguments but for the entries."""
    match response:
        case Text(message=message):
            return ".text", [python_string(message)]
        case RandomText(messages=messages):
            return ".random_text", [python_string(message) for message in messages]
        case Image(image_url=url):
            return ".image", [python_string(url)]
        case QuickReplies(title=title):
            return ".quick_replies", [python_string(title)]
        case Buttons(title=title):
            return ".buttons", [python_string(title)]
    assert isinstance(response, Cards)
    return ".cards", []


def _element(element: Any) -> Node:  # noqa: ANN401
    buttons = _nodes(element.get("buttons"), _button) if isinstance(element, dict) else []
    card = _read(_ELEMENT, _outlined(element, "buttons", buttons))
    if card is None:
        return call("cb.raw", _literal(element))
    words = map(python_string, (card.title, card.subtitle))
    return call("cb.card", *words, *buttons, image=python_string(card.image_url))


def _button(button: Any, allowed: TypeAdapter[Any] = _BUTTON) -> Node:  # noqa: ANN401
    model = _read(allowed, button)
    if model is None:
        return call("cb.raw", _literal(button))
    words = map(python_string, (model.title, model.value))
    if isinstance(model, models.Webview) and model.height != "compact":
        return call("cb.webview", *words, height=python_string(model.height))
    return call(f"cb.{model.type}", *words)


def _nodes(entries: Any, node_of: Callable[[Any], Node]) -> list[Node]:  # noqa: ANN401
    return [node_of(entry) for entry in entries] if isinstance(entries, list) else []


def _outlined(value: Any, key: str, nodes: list[Node]) -> Any:  # noqa: ANN401
    """Return an object with stand-ins for its entries, if it has any: they were judged each on its own."""
    stand_in = _ANY_ELEMENT if key == "elements" else _ANY_BUTTON
    return {**value, key: [stand_in] * len(nodes)} if nodes else value


def _read(adapter: TypeAdapter[Any], value: object) -> Any:  # noqa: ANN401 - the adapter's model
    """Return the model that says exactly what the value says, if there is one."""
    try:
        model = adapter.validate_python(value)
    except ValidationError:
        return None
    return model if model.model_dump(mode="json", by_alias=True, warnings="none") == value else None


def _literal(value: object) -> Node:
    return literal(value, PYTHON)
