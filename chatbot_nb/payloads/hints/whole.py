"""The mistakes that real backends make: each is recognised, named once, and put right.

A hint is a small function that looks at one place of a `Draft`; a table at the end of this module, and one at the end
of `response`, say which hints look where, in which order. Source of the list: public code of webhook backends;
that none of these shapes is accepted is the documentation's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from chatbot_nb.payloads.hints.draft import Draft, objects_in
from chatbot_nb.payloads.hints.response import IMAGE_KEYS, MESSAGE_KEYS, apply_to_response

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from chatbot_nb.payloads.hints.draft import JsonObject
    from chatbot_nb.payloads.translate import Loc

_VERSION_1_ATTRIBUTES: Final = ("parameters", "sessionAttributes")
# All keys that a hint looks for where the documentation has no such key.
KEYS: Final = frozenset(
    {
        *("type", "message", "messages", "attributes", "elements", "title", "buttons"),
        *(*MESSAGE_KEYS, *IMAGE_KEYS, *_VERSION_1_ATTRIBUTES),
    }
)


def put_right(value: object, indexes: Sequence[int] = ()) -> Draft:
    """Return a reply's draft with every known mistake named and put right.

    ``indexes`` are those that its responses had in the whole reply, if these are only some of them.
    """
    draft = Draft(value)
    for number, index in enumerate(indexes):
        draft.move(draft.value["responses"], number, ("responses", index))
    for hint in _WHOLE:
        hint(draft)
    if isinstance(draft.value, dict) and isinstance(draft.value.get("responses"), list):
        for loc, response in objects_in(("responses",), draft.value["responses"]):
            apply_to_response(draft, loc, response)
    return draft


def _bare_string(draft: Draft) -> None:
    if isinstance(draft.value, str):
        draft.tell((), "bare_string", "a bare string; a reply is an object with responses, each with a type")
        draft.value = {"responses": [draft.value]}
        draft.move(draft.value["responses"], 0, ())
        _wrap_strings(draft)


def _bare_array(draft: Draft) -> None:
    if isinstance(draft.value, list):
        draft.tell((), "bare_array", "a bare array; a reply is an object whose responses are an array")
        draft.value = {"responses": draft.value}
        draft.move(draft.value, "responses", ())
        _wrap_strings(draft)


def _single_response(draft: Draft) -> None:
    value = draft.value
    if not isinstance(value, dict):
        return
    if isinstance(value.get("responses"), dict):
        draft.tell(("responses",), "single_response", "one response without an array; responses is an array")
        value["responses"] = [value["responses"]]
        draft.move(value["responses"], 0, ("responses",))
    elif "responses" not in value and (isinstance(value.get("type"), str) or _message_key(value)):
        draft.tell((), "single_response", "one response without the responses array; wrap it")
        whole: JsonObject = {"responses": [value]}
        draft.move(whole["responses"], 0, ())
        if isinstance(value.get("attributes"), dict):
            whole["attributes"] = value.pop("attributes")
        if "type" not in value:
            value["type"] = "text"
        draft.value = whole


def _top_level_messages(draft: Draft) -> None:
    value = draft.value
    if not isinstance(value, dict) or "responses" in value or not isinstance(value.get("messages"), list):
        return
    message = "messages at the top level; a reply has responses, each with a type"
    draft.tell(("messages",), "top_level_messages", message)
    for loc, entry in objects_in(("messages",), value["messages"]):
        if "type" not in entry and (key := _message_key(entry)):
            entry["type"] = "text"
            if key != "message":
                draft.rename(loc, entry, key, "message")
    draft.rename((), value, "messages", "responses")
    _wrap_strings(draft)


def _message_key(value: JsonObject) -> str | None:
    return next((key for key in ("message", *MESSAGE_KEYS) if isinstance(value.get(key), str)), None)


def _strings_in_responses(draft: Draft) -> None:
    for index, entry in enumerate(_responses(draft)):
        if isinstance(entry, str):
            message = "a bare string; a text is an object with type and message"
            draft.tell(("responses", index), "bare_string", message)
    _wrap_strings(draft)


def _wrap_strings(draft: Draft) -> None:
    responses = _responses(draft)
    for index, entry in enumerate(responses):
        if isinstance(entry, str):
            origin = draft.origin(("responses", index))
            responses[index] = {"type": "text", "message": entry}
            draft.move(responses[index], "message", origin)


def _responses(draft: Draft) -> list[Any]:
    responses = draft.value.get("responses") if isinstance(draft.value, dict) else None
    return responses if isinstance(responses, list) else []


def _version_1_attributes(draft: Draft) -> None:
    if not isinstance(draft.value, dict):
        return
    for key in _VERSION_1_ATTRIBUTES:
        given = draft.value.get(key)
        if isinstance(given, dict):
            message = f"{key} is of version 1 of the API; version 2 says attributes"
            fixed = _give_attributes(draft, given, (key,))
            draft.tell((key,), "version_1", message, fixed=fixed)
            if fixed:
                del draft.value[key]


def _attributes_in_responses(draft: Draft) -> None:
    responses = _responses(draft)
    if not any(holds_attributes(entry) for entry in responses):
        return
    kept: list[Any] = []
    for index, entry in enumerate(responses):
        loc: Loc = ("responses", index)
        if isinstance(entry, dict) and _attributes_leave(draft, loc, entry):
            continue
        draft.move(kept, len(kept), draft.origin(loc))
        kept.append(entry)
    if len(kept) < len(responses):
        draft.value["responses"] = kept
        if not kept:
            del draft.value["responses"]


def holds_attributes(response: object) -> bool:
    """Return True for a response with what may belong beside it; all else that is wrong in one is put right in it."""
    return isinstance(response, dict) and ("attributes" in response or response.get("type") == "setAttributes")


def _attributes_leave(draft: Draft, loc: Loc, entry: JsonObject) -> bool:
    """Move an entry's attributes to the top level; True if nothing else was in it."""
    if entry.get("type") == "setAttributes":
        key = next((key for key in ("attributes", "parameters", "elements") if key in entry), "type")
        given = _as_attributes(entry.get(key))
        fixed = given is not None and _give_attributes(draft, given, (*loc, key))
        message = "'setAttributes' is of version 1 of the API; version 2 has attributes beside responses"
        draft.tell((*loc, "type"), "version_1", message, fixed=fixed)
        return fixed
    given = entry.get("attributes")
    if not isinstance(given, dict):
        return False
    fixed = _give_attributes(draft, given, (*loc, "attributes"))
    message = "attributes inside responses; they stand beside responses, at the top level"
    draft.tell((*loc, "attributes"), "attributes_in_responses", message, fixed=fixed)
    if fixed:
        del entry["attributes"]
    return not entry


def _as_attributes(value: object) -> JsonObject | None:
    """Return attributes given as an object, or as version 1's array of name and value."""
    if isinstance(value, list) and all(isinstance(one, dict) and isinstance(one.get("name"), str) for one in value):
        return {one["name"]: one.get("value") for one in value}
    return value if isinstance(value, dict) else None


def _give_attributes(draft: Draft, given: JsonObject, loc: Loc) -> bool:
    """Add to the top-level attributes; False, and nothing done, if they already say otherwise."""
    attributes = draft.value.setdefault("attributes", {})
    if not isinstance(attributes, dict) or any(attributes.get(name, value) != value for name, value in given.items()):
        return False
    for name, value in given.items():
        draft.move(attributes, name, draft.origin((*loc, name)))
        attributes[name] = value
    return True


_WHOLE: Final[tuple[Callable[[Draft], None], ...]] = (
    _bare_string,
    _bare_array,
    _single_response,
    _top_level_messages,
    _strings_in_responses,
    _version_1_attributes,
    _attributes_in_responses,
)
