"""The forms of strings that the documentation demands, and the URLs that nobody should be sent."""

from __future__ import annotations

import re
from typing import Final

from pydantic_core import PydanticCustomError

# Button types, Go to: "UUIDv4". Anchored and spelled out: pydantic's \d and \w also match other scripts.
UUID4: Final = "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-4[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$"
PHONE: Final = r"^\+[0-9]{2,}$"  # Button types, Phone: `\+[\d]{2,}`
# Our reading: nothing (a url button may be empty), a web address, or one that {{name}} completes.
HTTP_URL: Final = r"^(?:$|(?i:https?)://|\{\{)"

# What a string must be, for the message that it is not.
WORDS: Final = {
    UUID4: "a UUIDv4: a goto button takes the id of a block of the story",
    PHONE: "a phone number: a + and at least two digits, no blanks",
    HTTP_URL: "a web address: it should begin with http:// or https://",
}

# Browsers skip control characters, blanks and format characters around and inside a scheme.
_SKIPPED: Final = re.compile(r"[\x00-\x20\x7f-\xa0\xad\u200b-\u200f\u2028-\u202f\u2060\u3000\ufeff]+")
_ACTIVE: Final = re.compile("(javascript|data|file|vbscript):", re.IGNORECASE | re.ASCII)
# No scheme begins later than this, skipped characters included.
_HEAD: Final = 2048


def active_scheme(url: str) -> str | None:
    """Return the scheme of a URL that runs code or opens local files where it is pressed, else ``None``."""
    match = _ACTIVE.match(_SKIPPED.sub("", url[:_HEAD]))
    return match[1].lower() if match else None


def refusal(scheme: str) -> str:
    """Return the message on a URL of such a scheme."""
    return f"a {scheme}: URL is not for chats; use http:// or https://"


def refuse_active(url: str) -> str:
    """Return ``url``; a validator of the models, which the check of foreign payloads replaces by `HTTP_URL`."""
    if scheme := active_scheme(url):
        raise PydanticCustomError("active_url", "{refusal}", {"refusal": refusal(scheme)})
    return url
