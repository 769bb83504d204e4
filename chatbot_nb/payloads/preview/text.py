"""A reply in a few lines of text: the same wherever and whenever it is shown."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from chatbot_nb.payloads.limits import DEFAULT_DELAY
from chatbot_nb.payloads.wording import counted, kind_of, show

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_LINES: Final = 20
_PARTS: Final[dict[str, type]] = {"responses": list, "attributes": dict}
_LISTED: Final = 5  # messages, buttons or attributes in a line
_WORD: Final = 20  # characters of a word that stands without quotes
_TITLES: Final = {"text": "message", "image": "imageUrl", "quickReplies": "title", "buttons": "title"}


def chat_text(payload: object) -> str:
    """Return a reply as text.

    Parameters
    ----------
    payload : JSON value
        Any; a part that is no reply, response or button is named as what it is.

    Returns
    -------
    str
        At most 20 lines: the counts, a line for each response and each element of cards, the attributes. Control
        characters are escaped, long texts cut; no addresses of objects, no times.

    Examples
    --------
    >>> print(chat_text({"responses": [{"type": "text", "message": "Hi!", "delay": 500}], "attributes": {"plan": "a"}}))
    reply: 1 response, 1 attribute
      text 'Hi!' (delay 500 ms)
      attributes 'plan': 'a'
    """
    lines = [f"reply: {title(payload)}"]
    for line in _lines(payload):
        lines.append(f"  {line}")
        if len(lines) > _LINES:
            return "\n".join([*lines[: _LINES - 1], "  and more"])
    return "\n".join(lines)


def title(payload: object) -> str:
    """Return what there is in a reply: ``"3 responses, 1 attribute"``."""
    if not isinstance(payload, dict):
        return f"{kind_of(payload)}, not an object"
    parts = [
        counted(len(payload[key]), key[:-1]) if isinstance(payload[key], kind) else f"{key}: {kind_of(payload[key])}"
        for key, kind in _PARTS.items()
        if key in payload
    ]
    if others := sum(key not in _PARTS for key in payload):
        parts.append(counted(others, "other key"))
    return ", ".join(parts) or "nothing in it"


def unknown_parts(reply: dict[str, object]) -> dict[str, object]:
    """Return what is in a reply beside an array of responses and an object of attributes."""
    return {key: value for key, value in reply.items() if not isinstance(value, _PARTS.get(key, ()))}


def _lines(payload: object) -> Iterator[str]:
    if not isinstance(payload, dict):
        yield show(payload)
        return
    responses, attributes = payload.get("responses"), payload.get("attributes")
    for response in responses if isinstance(responses, list) else ():
        yield from _response(response)
    if isinstance(attributes, dict) and attributes:
        pairs = (f"{show(name)}: {show(value)}" for name, value in attributes.items())
        yield f"attributes {_listed(pairs, len(attributes))}"
    for key, value in unknown_parts(payload).items():
        yield f"{show(key)}: {show(value)}"


def _response(response: object) -> Iterator[str]:
    kind = response.get("type") if isinstance(response, dict) else None
    if not isinstance(response, dict) or not isinstance(kind, str):
        yield f"{show(response)}, not a response"
        return
    delay = response.get("delay", DEFAULT_DELAY)
    waits = "" if delay == DEFAULT_DELAY else f" (delay {show(delay)} ms)"
    yield f"{_short(kind)}{_content(kind, response)}{waits}"
    elements = response.get("elements")
    for element in elements if kind == "cards" and isinstance(elements, list) else ():
        members = element if isinstance(element, dict) else {}
        named = " · ".join(_member(members, key) for key in ("title", "subtitle", "imageUrl") if key in members)
        yield f"  {named or show(element)}{_buttons(members)}"


def _content(kind: str, response: dict[str, Any]) -> str:
    if kind == "randomText" and isinstance(messages := response.get("messages"), list):
        return f" {counted(len(messages), 'message')}: {_listed(map(show, messages), len(messages))}"
    if kind == "cards" and isinstance(elements := response.get("elements"), list):
        return f" {counted(len(elements), 'element')}"
    said = f" {_member(response, _TITLES[kind])}" if kind in _TITLES else ""
    return said + _buttons(response)


def _member(members: dict[str, Any], key: str) -> str:
    return show(members[key]) if key in members else f"no {key}"


def _buttons(members: dict[str, Any]) -> str:
    buttons = members.get("buttons")
    if not isinstance(buttons, list):
        return ""
    return " " + _listed(map(_button, buttons), len(buttons), " ")


def _button(button: object) -> str:
    if not isinstance(button, dict) or not isinstance(kind := button.get("type"), str):
        return f"[{show(button)}]"
    leads = {"postback": "→", "goto": "⇒"}.get(kind, f"→ {_short(kind)}")
    height = f" {_short(button['height'])}" if "height" in button else ""
    return f"[{_member(button, 'title')} {leads} {_member(button, 'value')}{height}]"


def _short(word: object) -> str:
    """Return a word of the format as it is, anything else as messages show it."""
    return word if isinstance(word, str) and word.isascii() and word.isalnum() and len(word) <= _WORD else show(word)


def _listed(words: Iterable[str], number: int, between: str = ", ") -> str:
    more = [f"and {number - _LISTED:,} more"] if number > _LISTED else []
    return between.join([*islice(words, _LISTED), *more])
