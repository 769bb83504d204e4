"""The mistakes that backends make inside one response: each is recognised, named once, and put right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, get_args

from chatbot_nb.payloads.buttons import Button, QuickReplyButton
from chatbot_nb.payloads.hints.draft import objects_in
from chatbot_nb.payloads.responses import BotResponse
from chatbot_nb.payloads.wording import either, nearest, pointer_to, show

if TYPE_CHECKING:
    from collections.abc import Callable

    from chatbot_nb.payloads.hints.draft import Draft, JsonObject
    from chatbot_nb.payloads.translate import Loc

MESSAGE_KEYS: Final = ("text", "content", "body", "msg")
IMAGE_KEYS: Final = ("image_url", "url", "src")
_VERSION_1_TYPES: Final = ("card", "button", "question", "goto", "end", "reset", "webhook", "backtracking")


def _types_of(union: object) -> tuple[str, ...]:
    members = get_args(get_args(union)[0])
    return tuple(member.model_fields["type"].default for member in members)


_RESPONSE_TYPES: Final = _types_of(BotResponse)
_BUTTON_TYPES: Final = _types_of(Button)
_QUICK_REPLY_TYPES: Final = _types_of(QuickReplyButton)


def apply_to_response(draft: Draft, loc: Loc, response: JsonObject) -> None:
    """Name and put right every known mistake in one response, its elements and its buttons."""
    for hint in _RESPONSE:
        hint(draft, loc, response)
    holders = [(loc, response)]
    for element_loc, element in objects_in((*loc, "elements"), response.get("elements")):
        _image_key(draft, element_loc, element)
        holders.append((element_loc, element))
    quick = response.get("type") == "quickReplies"
    types, noun = (_QUICK_REPLY_TYPES, "button for quick replies") if quick else (_BUTTON_TYPES, "button")
    for holder_loc, holder in holders:
        for button_loc, button in objects_in((*holder_loc, "buttons"), holder.get("buttons")):
            _near_type(draft, button_loc, button, types, noun)


def _version_1_type(draft: Draft, loc: Loc, response: JsonObject) -> None:
    kind = response.get("type")
    if kind not in _VERSION_1_TYPES:
        return
    meant = _successor(response)
    if meant is None:
        message = f"{show(kind)} is of version 1 of the API and no longer exists"
        draft.tell((*loc, "type"), "version_1", message, fixed=False)
        return
    draft.tell((*loc, "type"), "version_1", f"{show(kind)} is of version 1 of the API; version 2 says {meant}")
    response["type"] = meant
    if meant == "cards" and "elements" not in response:
        _enclose_card(draft, loc, response)
    elif meant == "buttons" and "elements" in response:
        _lift_element(draft, loc, response)


def _successor(response: JsonObject) -> str | None:
    """Return the type of version 2 whose shape a response of version 1 has."""
    elements = response.get("elements", [response])
    if not isinstance(elements, list) or not all(isinstance(element, dict) for element in elements):
        return None
    if response["type"] == "card":
        return "cards" if any("title" in element for element in elements) else None
    fits = len(elements) == 1 and {"title", "buttons"} <= elements[0].keys()
    return "buttons" if fits and response["type"] in {"button", "question"} else None


def _lift_element(draft: Draft, loc: Loc, response: JsonObject) -> None:
    (element,) = response["elements"]
    for key, value in element.items():
        draft.move(response, key, draft.origin((*loc, "elements", 0, key)))
        response[key] = value
    del response["elements"]


def _enclose_card(draft: Draft, loc: Loc, response: JsonObject) -> None:
    element: JsonObject = {}
    for key in ("title", "subtitle", "imageUrl", *IMAGE_KEYS, "buttons"):
        if key in response:
            draft.move(element, key, draft.origin((*loc, key)))
            element[key] = response[key]
    for key in element:
        del response[key]
    response["elements"] = [element]
    draft.move(response["elements"], 0, draft.origin(loc))


def _near_response_type(draft: Draft, loc: Loc, response: JsonObject) -> None:
    _near_type(draft, loc, response, _RESPONSE_TYPES, "Bot Response")


def _near_type(draft: Draft, loc: Loc, holder: JsonObject, types: tuple[str, ...], noun: str) -> None:
    kind = holder.get("type")
    if not isinstance(kind, str) or kind in types:
        return
    meant = nearest(kind, types)
    if meant is not None and pointer_to(draft.origin((*loc, "type"))) not in draft.settled:
        allowed = either(types)
        message = f"{show(kind)} is not a {noun}; use {allowed}; did you mean {meant!r}?"
        draft.tell((*loc, "type"), "unknown_type", message, limit=allowed)
        holder["type"] = meant


def _message_name(draft: Draft, loc: Loc, response: JsonObject) -> None:
    if response.get("type") == "text" and "message" not in response and "elements" not in response:
        _rename_key(draft, loc, response, MESSAGE_KEYS, "message")


def _image_name(draft: Draft, loc: Loc, response: JsonObject) -> None:
    if response.get("type") == "image":
        _image_key(draft, loc, response)


def _image_key(draft: Draft, loc: Loc, holder: JsonObject) -> None:
    if "imageUrl" not in holder:
        _rename_key(draft, loc, holder, IMAGE_KEYS, "imageUrl")


def _rename_key(draft: Draft, loc: Loc, holder: JsonObject, wrong: tuple[str, ...], right: str) -> None:
    key = next((key for key in wrong if key in holder), None)
    if key is not None:
        message = f"{show(key)} is not a documented key here; use {right}"
        draft.tell((*loc, key), "renamed_key", message, limit=right)
        draft.rename(loc, holder, key, right)


def _several_texts(draft: Draft, loc: Loc, response: JsonObject) -> None:
    """Recognise version 1's elements, and a message that is an array."""
    if response.get("type") != "text":
        return
    key = "elements" if "elements" in response and "message" not in response else "message"
    texts = response.get(key)
    if not (isinstance(texts, list) and texts and all(isinstance(text, str) for text in texts)):
        return
    code, what = ("version_1", "elements is of version 1 of the API") if key == "elements" else _MESSAGE_ARRAY
    if len(texts) == 1:
        draft.tell((*loc, key), code, f"{what}; a text has one message")
        draft.rename(loc, response, key, "message")
        draft.move(response, "message", (*draft.origin((*loc, "message")), 0))
        response["message"] = texts[0]
    else:
        draft.tell((*loc, key), code, f"{what}; use randomText with messages, or one text for each")
        response["type"] = "randomText"
        draft.rename(loc, response, key, "messages")


_MESSAGE_ARRAY: Final = ("message_array", "message is an array")


def _documented_cards(draft: Draft, loc: Loc, response: JsonObject) -> None:
    keys = response.keys()
    if response.get("type") == "cards" and {"title", "buttons"} <= keys and not keys & {"elements", "subtitle"}:
        message = "the documentation's example is wrong: use type buttons for a title with buttons"
        draft.tell((*loc, "type"), "documented_cards", message, limit="buttons")
        response["type"] = "buttons"


_RESPONSE: Final[tuple[Callable[[Draft, Loc, JsonObject], None], ...]] = (
    _version_1_type,
    _near_response_type,
    _message_name,
    _image_name,
    _several_texts,
    _documented_cards,
)
