"""The five buttons of quick replies, cards and buttons."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from chatbot_nb.payloads import formats, limits
from chatbot_nb.payloads._base import Checked, WireModel, sized

_ON_THE_WIRE = Checked(required=True)
WEB_ADDRESS = (AfterValidator(formats.refuse_active), Checked(pattern=formats.HTTP_URL))


class Postback(WireModel):
    """A button that sends its value as the user's message.

    Notes
    -----
    Source: ChatBot docs, "Button types", Postback.
    """

    type: Annotated[Literal["postback"], _ON_THE_WIRE] = "postback"
    title: Annotated[str, sized(limits.POSTBACK_TITLE)]
    value: Annotated[str, sized(limits.POSTBACK_VALUE)]


class Goto(WireModel):
    """A button that leads to another block of the story; its value is that block's id.

    Notes
    -----
    Source: ChatBot docs, "Button types", Go to.
    """

    type: Annotated[Literal["goto"], _ON_THE_WIRE] = "goto"
    title: Annotated[str, sized(limits.GOTO_TITLE)]
    value: Annotated[str, sized(limits.GOTO_VALUE), StringConstraints(pattern=formats.UUID4)]


class Url(WireModel):
    """A button that opens a web page in a new tab.

    Notes
    -----
    Source: ChatBot docs, "Button types", URL. Both strings may be empty, both keys are required.
    """

    type: Annotated[Literal["url"], _ON_THE_WIRE] = "url"
    title: Annotated[str, sized(limits.URL_TITLE)]
    value: Annotated[str, sized(limits.URL_VALUE), *WEB_ADDRESS]


class Webview(WireModel):
    """A button that opens a web page inside the chat.

    Notes
    -----
    Source: ChatBot docs, "Button types", Webview. ``height`` is documented as required with default compact: the
    model fills it in, a check of a payload without it finds an error.
    """

    type: Annotated[Literal["webview"], _ON_THE_WIRE] = "webview"
    title: Annotated[str, sized(limits.WEBVIEW_TITLE)]
    value: Annotated[str, sized(limits.WEBVIEW_VALUE), *WEB_ADDRESS]
    height: Annotated[Literal["full", "tall", "compact"], _ON_THE_WIRE] = "compact"


class Phone(WireModel):
    """A button that starts a call.

    Notes
    -----
    Source: ChatBot docs, "Button types", Phone. Its pattern is read as anchored, its digits as 0 to 9.
    """

    type: Annotated[Literal["phone"], _ON_THE_WIRE] = "phone"
    title: Annotated[str, sized(limits.PHONE_TITLE)]
    value: Annotated[str, sized(limits.PHONE_VALUE), StringConstraints(pattern=formats.PHONE)]


QuickReplyButton = Annotated[
    Postback | Goto,
    Field(discriminator="type"),
    Checked(noun="button for quick replies"),
]
Button = Annotated[
    Postback | Goto | Url | Webview | Phone,
    Field(discriminator="type"),
    Checked(noun="button"),
]
