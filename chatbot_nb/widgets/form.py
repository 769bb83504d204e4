"""What can be filled in, and its bounds: the table that the browser makes forms and counts characters from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from chatbot_nb.payloads import limits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chatbot_nb.payloads.limits import Size

Field = dict[str, Any]  # JSON: a descriptor

_ANY_BUTTON: Final = ("postback", "goto", "url", "webview", "phone")
_QUICK_REPLY: Final = ("postback", "goto")
# The first is what a missing height stands for.
_HEIGHTS: Final = ("compact", "tall", "full")


def form() -> dict[str, Any]:
    """Return a descriptor of every response, button and field, by type, in the order in which a form has them.

    Returns
    -------
    dict
        ``responses`` and ``buttons``: by ``type`` of the wire format, each with ``label`` and ``fields``. A field has
        ``key``, ``label``, ``kind`` and, by kind: ``"text"`` and ``"texts"``: ``min``, ``max`` (code points of each),
        ``long`` (it takes several lines), ``format`` (``"url"``, ``"uuid4"``, ``"phone"``); ``"choice"``: ``choices``,
        ``default``; ``"texts"``, ``"buttons"`` and ``"elements"``: ``entries`` (``min``, ``max``; ``advisory`` where
        more is only a warning); ``"buttons"``: ``types``; ``"elements"``: ``fields``. Beside them ``delay`` (``min``,
        ``max``, ``default``; milliseconds), ``responses_max`` and ``attributes_max``. JSON; a new one each time.

    Notes
    -----
    Every number comes from `chatbot_nb.payloads.limits`, each with its place in the documentation there.
    """
    return {
        "responses": _responses(),
        "buttons": _buttons(),
        "delay": {**_bounds(limits.DELAY), "default": limits.DEFAULT_DELAY},
        "responses_max": limits.RESPONSES.max,
        "attributes_max": limits.ATTRIBUTES.max,
    }


def _responses() -> dict[str, Any]:
    return {
        "text": _described("Text", _text("message", "Message", limits.TEXT_MESSAGE, long=True)),
        "randomText": _described("Random text", _texts()),
        "image": _described("Image", _text("imageUrl", "Image", limits.IMAGE_URL, format="url")),
        "quickReplies": _described(
            "Quick replies",
            _text("title", "Title", limits.QUICK_REPLIES_TITLE, long=True),
            _button_list(limits.QUICK_REPLIES_BUTTONS, _QUICK_REPLY),
        ),
        "cards": _described("Cards", _elements()),
        "buttons": _described(
            "Buttons",
            _text("title", "Title", limits.BUTTONS_TITLE, long=True),
            _button_list(limits.BUTTONS_BUTTONS, _ANY_BUTTON),
        ),
    }


def _buttons() -> dict[str, Any]:
    return {
        "postback": _button("Postback", limits.POSTBACK_TITLE, _text("value", "Value", limits.POSTBACK_VALUE)),
        "goto": _button("Go to", limits.GOTO_TITLE, _text("value", "Block id", limits.GOTO_VALUE, format="uuid4")),
        "url": _button("URL", limits.URL_TITLE, _text("value", "Address", limits.URL_VALUE, format="url")),
        "webview": _button(
            "Webview",
            limits.WEBVIEW_TITLE,
            _text("value", "Address", limits.WEBVIEW_VALUE, format="url"),
            _height(),
        ),
        "phone": _button("Phone", limits.PHONE_TITLE, _text("value", "Number", limits.PHONE_VALUE, format="phone")),
    }


def _described(label: str, *fields: Field) -> dict[str, Any]:
    return {"label": label, "fields": list(fields)}


def _button(label: str, title: Size, *fields: Field) -> dict[str, Any]:
    return _described(label, _text("title", "Title", title), *fields)


def _bounds(size: Size) -> dict[str, int]:
    return {"min": size.min, "max": size.max}


def _text(key: str, label: str, size: Size, **more: object) -> Field:
    return {"key": key, "label": label, "kind": "text", **_bounds(size), **more}


def _texts() -> Field:
    size, entries = limits.RANDOM_TEXT_MESSAGE, limits.RANDOM_TEXT_MESSAGES
    return _text("messages", "Messages", size, kind="texts", entries=_bounds(entries), long=True)


def _button_list(entries: Size, types: Sequence[str]) -> Field:
    return {
        "key": "buttons",
        "label": "Buttons",
        "kind": "buttons",
        "entries": _bounds(entries),
        "types": list(types),
    }


def _elements() -> Field:
    return {
        "key": "elements",
        "label": "Elements",
        "kind": "elements",
        "entries": {**_bounds(limits.CARD_ELEMENTS), "advisory": True},
        "fields": [
            _text("title", "Title", limits.CARD_TITLE),
            _text("subtitle", "Subtitle", limits.CARD_SUBTITLE),
            _text("imageUrl", "Image", limits.CARD_IMAGE_URL, format="url"),
            _button_list(limits.CARD_BUTTONS, _ANY_BUTTON),
        ],
    }


def _height() -> Field:
    return {
        "key": "height",
        "label": "Height",
        "kind": "choice",
        "choices": list(_HEIGHTS),
        "default": _HEIGHTS[0],
    }
