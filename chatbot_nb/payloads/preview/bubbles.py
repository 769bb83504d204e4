"""One response as chat bubbles; what is no such response, or more than one, as the JSON that it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from chatbot_nb.payloads.limits import DEFAULT_DELAY
from chatbot_nb.payloads.preview.strings import TARGET, TEXT, TITLE, inline_html, raw_html, text_html
from chatbot_nb.payloads.wording import pointer_to

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from chatbot_nb.payloads.preview.marks import Marks

# So many entries of an array are shown; the longest documented has 20.
_ENTRIES: Final = 20
_ABSENT: Final = object()


def response_html(response: object, pointer: str, marks: Marks) -> str:
    """Return a response as HTML: bubbles, delay, and what else is in it.

    Parameters
    ----------
    response : JSON value
        Also one that is no response.
    pointer : str
        Its place, at which ``marks`` know it.
    marks : Marks
    """
    kind = response.get("type") if isinstance(response, dict) else None
    if not isinstance(response, dict) or not isinstance(kind, str) or kind not in _SHAPES:
        return f'<div class="cbn-bubble">{marks.html(pointer)}<small>not a response</small>{raw_html(response)}</div>'
    show, keys = _SHAPES[kind]
    word = f'<span class="cbn-word">{kind}: </span>'
    rest = _rest(response, ("type", "delay", *keys), pointer, marks)
    bubbles = show(_Part(response, pointer, marks)) + _delay(response, pointer, marks)
    return f'<div class="cbn-row">{word}{bubbles}</div>{rest}'


class _Part:
    """An object of a response, at its place; its members as HTML."""

    def __init__(self, members: dict[str, Any], pointer: str, marks: Marks) -> None:
        self.members, self.pointer, self.marks = members, pointer, marks

    def string(self, key: str, at_most: int = TEXT) -> str:
        """Return a member that should be a string, with its mark; any other value as it is."""
        value = self.members.get(key, _ABSENT)
        mark = self.marks.html(f"{self.pointer}/{key}")
        if value is _ABSENT or value == "":
            return f"{mark}<small>{'no' if value is _ABSENT else 'empty'} {key}</small>"
        return mark + (text_html(value, at_most) if isinstance(value, str) else inline_html(value))

    def entries(self, key: str, each: Callable[[object, str, Marks], str]) -> Iterator[str]:
        """Yield the entries of a member that should be an array; any other value as it is."""
        value = self.members.get(key, _ABSENT)
        pointer = f"{self.pointer}/{key}"
        if not isinstance(value, list) or not value:
            nothing = "no" if value is _ABSENT else "empty" if value == [] else ""
            yield self.marks.html(pointer) + (f"<small>{nothing} {key}</small>" if nothing else inline_html(value))
            return
        for place, entry in enumerate(value[:_ENTRIES]):
            yield each(entry, f"{pointer}/{place}", self.marks)
        if len(value) > _ENTRIES:
            yield f"<small>and {len(value) - _ENTRIES:,} more</small>"
        if mark := self.marks.own(pointer):
            yield f"{mark}<small>{len(value):,} {key}</small>"


def _rest(members: dict[str, Any], known: Iterable[str], pointer: str, marks: Marks) -> str:
    """Return what is in an object beside the keys of its type."""
    others = {key: value for key, value in members.items() if key not in known}
    if not others:
        return ""
    mark = next((mark for key in list(others)[:_ENTRIES] if (mark := marks.html(pointer + pointer_to([key])))), "")
    return f'<div class="cbn-rest">{mark}<small>not shown in a chat</small>{raw_html(others)}</div>'


def _delay(response: dict[str, Any], pointer: str, marks: Marks) -> str:
    delay = response.get("delay", DEFAULT_DELAY)
    if type(delay) in {int, float} and delay == DEFAULT_DELAY:
        return ""
    number = f"{delay:,} ms" if type(delay) is int and abs(delay) < 10**9 else inline_html(delay)
    return (
        f'<small class="cbn-delay">{marks.html(f"{pointer}/delay")}<span class="cbn-word">delay </span>{number}</small>'
    )


def _text(part: _Part) -> str:
    return f'<div class="cbn-bubble">{part.string("message")}</div>'


def _random_text(part: _Part) -> str:
    messages = part.members.get("messages")
    first, *others = part.entries("messages", _variant)
    number = f"1 of {len(messages)} at random" if isinstance(messages, list) else ""
    if not others:
        return f'<div class="cbn-bubble">{first}<small class="cbn-line">{number}</small></div>'
    # What is marked must not be hidden.
    opened = " open" if any('class="cbn-' in other for other in others) else ""
    listed = "".join(f"<li>{other}</li>" for other in others)
    details = f"<details{opened}><summary>{number}</summary><ul>{listed}</ul></details>"
    return f'<div class="cbn-bubble">{first}{details}</div>'


def _variant(message: object, pointer: str, marks: Marks) -> str:
    if message == "":
        return f"{marks.html(pointer)}<small>empty message</small>"
    return marks.html(pointer) + (text_html(message) if isinstance(message, str) else inline_html(message))


def _image(part: _Part) -> str:
    return f'<div class="cbn-bubble cbn-card">{_picture(part)}</div>'


def _picture(part: _Part) -> str:
    """Return the frame of an image, which is not loaded: that would tell its server who reads this."""
    return f'<div class="cbn-image"><small>image</small> <code>{part.string("imageUrl", TARGET)}</code></div>'


def _quick_replies(part: _Part) -> str:
    chips = "".join(f"<li>{each}</li>" for each in part.entries("buttons", _button))
    return f'<div><div class="cbn-bubble">{part.string("title")}</div><ul class="cbn-chips">{chips}</ul></div>'


def _buttons(part: _Part) -> str:
    return f'<div class="cbn-bubble cbn-card"><div class="cbn-text">{part.string("title")}</div>{_stacked(part)}</div>'


def _stacked(part: _Part) -> str:
    buttons = "".join(f"<li>{each}</li>" for each in part.entries("buttons", _button))
    return f'<ul class="cbn-buttons">{buttons}</ul>'


def _cards(part: _Part) -> str:
    elements = "".join(f"<li>{each}</li>" for each in part.entries("elements", _element))
    return f'<ul class="cbn-gallery">{elements}</ul>'


def _element(element: object, pointer: str, marks: Marks) -> str:
    if not isinstance(element, dict):
        return f"{marks.html(pointer)}<small>not an element</small>{raw_html(element)}"
    part = _Part(element, pointer, marks)
    own = marks.own(pointer)
    title = f"{own}<strong>{part.string('title', TITLE)}</strong><br>{part.string('subtitle', TITLE)}"
    rest = _rest(element, ("imageUrl", "title", "subtitle", "buttons"), pointer, marks)
    return f'{_picture(part)}<div class="cbn-text">{title}</div>{_stacked(part)}{rest}'


def _button(button: object, pointer: str, marks: Marks) -> str:
    kind = button.get("type") if isinstance(button, dict) else None
    if not isinstance(button, dict) or not isinstance(kind, str) or kind not in _BUTTONS:
        return f"{marks.html(pointer)}<small>not a button</small>{raw_html(button)}"
    part = _Part(button, pointer, marks)
    keys = ("type", "title", "value", *(["height"] if kind == "webview" else []))
    height = f" · {part.string('height', TITLE)}" if kind == "webview" else ""
    target = f"<small>{_BUTTONS[kind]} {part.string('value', TARGET)}{height}</small>"
    own = marks.own(pointer, f"{pointer}/type")
    return f"{own}<b>{part.string('title', TITLE)}</b> {target}{_rest(button, keys, pointer, marks)}"


# What a button does with its value. None of them does it here.
_BUTTONS: Final = {"postback": "→", "goto": "goto", "url": "url", "webview": "webview", "phone": "phone"}
_SHAPES: Final[dict[str, tuple[Callable[[_Part], str], tuple[str, ...]]]] = {
    "text": (_text, ("message",)),
    "randomText": (_random_text, ("messages",)),
    "image": (_image, ("imageUrl",)),
    "quickReplies": (_quick_replies, ("title", "buttons")),
    "cards": (_cards, ("elements",)),
    "buttons": (_buttons, ("title", "buttons")),
}
