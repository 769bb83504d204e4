"""The six Bot Responses, and the reply that carries them."""

from __future__ import annotations

from types import NoneType
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SerializeAsAny, Strict

from chatbot_nb.payloads import limits
from chatbot_nb.payloads._base import Checked, WireModel, sized
from chatbot_nb.payloads.buttons import WEB_ADDRESS, Button, QuickReplyButton

_ON_THE_WIRE = Checked(required=True)
# In Python a list is as good as a tuple, although all else is strict.
_ANY_SEQUENCE = Strict(strict=False)


def _whole(delay: float) -> float:
    return int(delay) if delay.is_integer() else delay


# Milliseconds for which the bot seems to type before a response; what is the default is not sent.
Delay = Annotated[
    SerializeAsAny[float],
    Field(ge=limits.DELAY.min, le=limits.DELAY.max, exclude_if=lambda delay: delay == limits.DEFAULT_DELAY),
    AfterValidator(_whole),
]


class Text(WireModel):
    """A text.

    Notes
    -----
    Source: ChatBot docs, "Available Bot Responses", Text message.
    """

    type: Annotated[Literal["text"], _ON_THE_WIRE] = "text"
    delay: Delay = limits.DEFAULT_DELAY
    message: Annotated[str, sized(limits.TEXT_MESSAGE)]


class RandomText(WireModel):
    """One of several texts, chosen by ChatBot at random.

    Notes
    -----
    Source: ChatBot docs, "Available Bot Responses", Random Text message.
    """

    type: Annotated[Literal["randomText"], _ON_THE_WIRE] = "randomText"
    delay: Delay = limits.DEFAULT_DELAY
    messages: Annotated[
        tuple[Annotated[str, sized(limits.RANDOM_TEXT_MESSAGE)], ...],
        sized(limits.RANDOM_TEXT_MESSAGES),
        _ANY_SEQUENCE,
    ]


class Image(WireModel):
    """An image, by its web address.

    Notes
    -----
    Source: ChatBot docs, "Available Bot Responses", Image.
    """

    type: Annotated[Literal["image"], _ON_THE_WIRE] = "image"
    delay: Delay = limits.DEFAULT_DELAY
    image_url: Annotated[str, sized(limits.IMAGE_URL), *WEB_ADDRESS]


class QuickReplies(WireModel):
    """A text with buttons that vanish after a press.

    Notes
    -----
    Source: ChatBot docs, "Available Bot Responses", Quick Replies.
    """

    type: Annotated[Literal["quickReplies"], _ON_THE_WIRE] = "quickReplies"
    delay: Delay = limits.DEFAULT_DELAY
    title: Annotated[str, sized(limits.QUICK_REPLIES_TITLE)]
    buttons: Annotated[tuple[QuickReplyButton, ...], sized(limits.QUICK_REPLIES_BUTTONS), _ANY_SEQUENCE]


class CardElement(WireModel):
    """One card of a gallery; all four parts are required.

    Notes
    -----
    Source: ChatBot docs, "Available Bot Responses", Cards.
    """

    title: Annotated[str, sized(limits.CARD_TITLE)]
    subtitle: Annotated[str, sized(limits.CARD_SUBTITLE)]
    image_url: Annotated[str, sized(limits.CARD_IMAGE_URL), *WEB_ADDRESS]
    buttons: Annotated[tuple[Button, ...], sized(limits.CARD_BUTTONS), _ANY_SEQUENCE]


class Cards(WireModel):
    """A gallery of cards.

    Notes
    -----
    Source: ChatBot docs, "Available Bot Responses", Cards. At least one element, and a warning beyond ten, are our
    reading: the documentation gives no number.
    """

    type: Annotated[Literal["cards"], _ON_THE_WIRE] = "cards"
    delay: Delay = limits.DEFAULT_DELAY
    elements: Annotated[
        tuple[CardElement, ...],
        Field(min_length=limits.CARD_ELEMENTS.min),
        Checked(max_length=limits.CARD_ELEMENTS.max),
        _ANY_SEQUENCE,
    ]


class Buttons(WireModel):
    """A text with buttons that stay.

    Notes
    -----
    Source: ChatBot docs, "Available Bot Responses", Buttons in Cards and Quick Replies. Its table says type buttons,
    its example cards; the table is right.
    """

    type: Annotated[Literal["buttons"], _ON_THE_WIRE] = "buttons"
    delay: Delay = limits.DEFAULT_DELAY
    title: Annotated[str, sized(limits.BUTTONS_TITLE)]
    buttons: Annotated[tuple[Button, ...], sized(limits.BUTTONS_BUTTONS), _ANY_SEQUENCE]


BotResponse = Annotated[
    Text | RandomText | Image | QuickReplies | Cards | Buttons,
    Field(discriminator="type"),
    Checked(noun="Bot Response"),
]


class ReplyPayload(WireModel):
    """What a backend answers: responses for the user, attributes for the story, or both.

    Notes
    -----
    Source: ChatBot docs, "How ChatBot Webhooks works?". What is empty is not sent. The documentation limits neither
    the number of responses nor that of attributes: beyond 99 a check warns, which is our reading.
    """

    responses: Annotated[tuple[BotResponse, ...], Checked(max_length=limits.RESPONSES.max), _ANY_SEQUENCE] = Field(
        default=(), exclude_if=lambda responses: not responses
    )
    attributes: Annotated[
        dict[str, Annotated[str, Checked(tolerates=(NoneType, bool, int, float))]],
        Checked(max_length=limits.ATTRIBUTES.max),
    ] = Field(default={}, exclude_if=lambda attributes: not attributes)
