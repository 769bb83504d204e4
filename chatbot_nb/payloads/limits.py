"""Every documented size, once, each with its place in the documentation.

Models, checks, messages, the sandbox and the tests take their numbers from here. "Our reading" marks a bound that
the documentation does not give.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Size(NamedTuple):
    """Inclusive bounds: characters (Unicode code points) of a string, entries of an array, or milliseconds."""

    min: int
    max: int


# Available Bot Responses: "delay Number size(100, 10000) optional 1000", the same for every response; milliseconds.
DELAY: Final = Size(100, 10_000)
DEFAULT_DELAY: Final = 1000

TEXT_MESSAGE: Final = Size(1, 1024)  # Text message: message
RANDOM_TEXT_MESSAGES: Final = Size(1, 20)  # Random Text message: messages, entries
RANDOM_TEXT_MESSAGE: Final = Size(1, 1024)  # Random Text message: messages, each
IMAGE_URL: Final = Size(1, 2048)  # Image: imageUrl
QUICK_REPLIES_TITLE: Final = Size(1, 640)  # Quick Replies: title
QUICK_REPLIES_BUTTONS: Final = Size(1, 13)  # Quick Replies: buttons, entries
CARD_TITLE: Final = Size(1, 80)  # Cards: elements.title
CARD_SUBTITLE: Final = Size(1, 80)  # Cards: elements.subtitle
CARD_IMAGE_URL: Final = Size(1, 2048)  # Cards: elements.imageUrl
CARD_BUTTONS: Final = Size(1, 5)  # Cards: elements.buttons, entries
BUTTONS_TITLE: Final = Size(1, 640)  # Buttons in Cards and Quick Replies: title
BUTTONS_BUTTONS: Final = Size(1, 5)  # Buttons in Cards and Quick Replies: buttons, entries

POSTBACK_TITLE: Final = Size(1, 20)  # Button types, Postback: title
POSTBACK_VALUE: Final = Size(1, 2000)  # Button types, Postback: value
GOTO_TITLE: Final = Size(1, 20)  # Button types, Go to: title
GOTO_VALUE: Final = Size(36, 36)  # Button types, Go to: value, a UUIDv4
URL_TITLE: Final = Size(0, 20)  # Button types, URL: title
URL_VALUE: Final = Size(0, 2048)  # Button types, URL: value
WEBVIEW_TITLE: Final = Size(1, 20)  # Button types, Webview: title
WEBVIEW_VALUE: Final = Size(1, 2048)  # Button types, Webview: value
PHONE_TITLE: Final = Size(1, 20)  # Button types, Phone: title
PHONE_VALUE: Final = Size(3, 16)  # Button types, Phone: value, `\+[\d]{2,}`

# Webhooks API, Create connection and Update connection.
STORY_ID: Final = Size(24, 24)
CONNECTION_NAME: Final = Size(1, 128)
CONNECTION_URL: Final = Size(1, 1024)
CONNECTION_TOKEN: Final = Size(1, 1024)
CONNECTION_HEADERS: Final = Size(1, 10)
AUTH_USERNAME: Final = Size(1, 1024)
AUTH_PASSWORD: Final = Size(1, 1024)

# Our reading: the documentation gives no maximum; beyond these a check warns.
CARD_ELEMENTS: Final = Size(1, 10)
RESPONSES: Final = Size(0, 99)
ATTRIBUTES: Final = Size(0, 99)
# Our reading: no real payload nests deeper, and a parser must not be brought down by one that does.
DEPTH: Final = 100
