"""Cards and buttons for `Reply`, each checked on the line that makes it."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Literal, TypeAlias

from chatbot_nb.payloads.buttons import Goto, Phone, Postback, Url, Webview
from chatbot_nb.payloads.reply.line import Raw, as_json, raise_if_wrong, raw_places
from chatbot_nb.payloads.responses import CardElement

QuickReply: TypeAlias = Postback | Goto | Raw | Mapping[str, object]
AnyButton: TypeAlias = Postback | Goto | Url | Webview | Phone | Raw | Mapping[str, object]
Card: TypeAlias = CardElement | Raw | Mapping[str, object]


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
    CardElement, or Raw where a button is `raw`
        That cannot be modelled as a whole.

    Notes
    -----
    Source: ChatBot docs, "Available Bot Responses", Cards.
    """
    plain = [as_json(button) for button in buttons]
    fields = {"title": title, "subtitle": subtitle, "imageUrl": image, "buttons": plain}
    free = raw_places(buttons, "/elements/0/buttons")
    raise_if_wrong({"type": "cards", "elements": [fields]}, "card", within="/elements/0", but=free)
    return Raw(fields) if free else CardElement.model_validate(fields, by_alias=True, by_name=False)


def raw(value: object) -> Raw:
    """Return JSON that no element models, to stand where a response, a card or a button does.

    Parameters
    ----------
    value : JSON value
        It is copied.
    """
    return Raw(copy.deepcopy(value))


def _raise_if_wrong(what: str, **fields: object) -> None:
    raise_if_wrong({"type": "buttons", "title": "-", "buttons": [{"type": what, **fields}]}, what, within="/buttons/0")
