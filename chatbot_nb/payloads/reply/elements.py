"""Cards and buttons for `Reply`, each checked on the line that makes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

from pydantic import ValidationError

from chatbot_nb.payloads.buttons import Goto, Phone, Postback, Url, Webview
from chatbot_nb.payloads.reply.line import Raw, as_json, checked, json_of, raw_places, star_hints
from chatbot_nb.payloads.responses import CardElement

QuickReply: TypeAlias = Postback | Goto | Raw | Mapping[str, object]
AnyButton: TypeAlias = Postback | Goto | Url | Webview | Phone | Raw | Mapping[str, object]
Card: TypeAlias = CardElement | Raw | Mapping[str, object]

# Where in a reply the element stands that is checked.
_BUTTON: Final = "/responses/0/buttons/0"
_CARD: Final = "/responses/0/elements/0"


def postback(title: str, value: str) -> Postback:
    """Return a button that sends its value as the user's message.

    Parameters
    ----------
    title : str
        1 to 20 characters.
    value : str
        1 to 2,000 characters.

    Raises
    ------
    PayloadError
        Something breaks a documented limit; ``findings`` has all of it. The same for the other elements.

    Notes
    -----
    Source: ChatBot docs, "Button types", Postback.
    """
    _raise_if_wrong("postback", title=title, value=value)
    return Postback(title=title, value=value)


def goto(title: str, block_id: str) -> Goto:
    """Return a button that leads to another block of the story.

    Parameters
    ----------
    title : str
        1 to 20 characters.
    block_id : str
        The block's id, a UUIDv4.

    Notes
    -----
    Source: ChatBot docs, "Button types", Go to.
    """
    _raise_if_wrong("goto", title=title, value=block_id)
    return Goto(title=title, value=block_id)


def url(title: str, address: str) -> Url:
    """Return a button that opens a web page in a new tab.

    Parameters
    ----------
    title : str
        At most 20 characters, may be empty.
    address : str
        At most 2,048 characters, may be empty; http or https.

    Notes
    -----
    Source: ChatBot docs, "Button types", URL.
    """
    _raise_if_wrong("url", title=title, value=address)
    return Url(title=title, value=address)


def webview(title: str, address: str, *, height: Literal["full", "tall", "compact"] = "compact") -> Webview:
    """Return a button that opens a web page inside the chat.

    Parameters
    ----------
    title : str
        1 to 20 characters.
    address : str
        1 to 2,048 characters; http or https.
    height : {"full", "tall", "compact"}, default "compact"

    Notes
    -----
    Source: ChatBot docs, "Button types", Webview.
    """
    _raise_if_wrong("webview", title=title, value=address, height=height)
    return Webview(title=title, value=address, height=height)


def phone(title: str, number: str) -> Phone:
    """Return a button that starts a call.

    Parameters
    ----------
    title : str
        1 to 20 characters.
    number : str
        3 to 16 characters: ``+`` and digits.

    Notes
    -----
    Source: ChatBot docs, "Button types", Phone.
    """
    _raise_if_wrong("phone", title=title, value=number)
    return Phone(title=title, value=number)


def card(title: str, subtitle: str, *buttons: AnyButton, image: str) -> CardElement | Raw:
    """Return one card of a gallery; all four parts are required.

    Parameters
    ----------
    title, subtitle : str
        1 to 80 characters.
    *buttons : Postback, Goto, Url, Webview, Phone, Raw or dict
        1 to 5 of them.
    image : str
        Its web address, 1 to 2,048 characters.

    Returns
    -------
    CardElement, or Raw
        Raw where no model holds all of it: a button is `raw`, or a dict with keys that are not documented.

    Raises
    ------
    PayloadError
        As for the buttons; what is in `raw` is not looked at here.

    Notes
    -----
    Source: ChatBot docs, "Available Bot Responses", Cards.
    """
    plain = [as_json(button) for button in buttons]
    fields = {"title": title, "subtitle": subtitle, "imageUrl": image, "buttons": plain}
    free = raw_places(buttons, f"{_CARD}/buttons")
    hints = star_hints(buttons, f"{_CARD}/buttons", "buttons")
    whole = {"responses": [{"type": "cards", "elements": [fields]}]}
    payload = checked(whole, "card", within=_CARD, but=free, hints=hints)
    element = payload["responses"][0]["elements"][0]
    try:
        return CardElement.model_validate(element, by_alias=True, by_name=False)
    except ValidationError:
        return Raw(element)


def raw(value: object) -> Raw:
    """Return JSON that no element models, to stand where a response, a card or a button does.

    Parameters
    ----------
    value : JSON value
        It is copied.

    Raises
    ------
    PayloadError
        It is no JSON: NaN, half a surrogate pair, a set, more than 100 levels.
    """
    return Raw(json_of(value, "raw"))


def _raise_if_wrong(what: str, **fields: object) -> None:
    response = {"type": "buttons", "title": "-", "buttons": [{"type": what, **fields}]}
    checked({"responses": [response]}, what, within=_BUTTON)
