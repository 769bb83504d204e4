"""Cells that a program or a table put there, and nobody meant: masks, and texts read in the wrong encoding."""

from __future__ import annotations

import re
from typing import Final

from chatbot_nb.transport.redact import MASK, masked

MASKED: Final = f"{MASK} stands for a secret that a table or snapshot does not show, and would be written as it is"
WRONG_ENCODING: Final = "the account's text, read in the wrong encoding; read the file with encoding='utf-8-sig'"
_MASKED_URL: Final = re.compile(r"//\*\*\*@|[?&;][^=&;#]*=\*\*\*(?:[&;#]|$)")


def hides(url: str) -> bool:
    """Return whether a URL holds a mask where it once held credentials."""
    return MASK in url and _MASKED_URL.search(url) is not None


def is_masked(url: str, theirs: str | None) -> bool:
    """Return whether a URL is that of the account without its credentials."""
    return theirs is not None and masked(theirs) == url


def is_misread(text: str, theirs: str | None) -> bool:
    """Return whether a text is that of the account, as a program shows it that took UTF-8 for a Western encoding."""
    for encoding in ("cp1252", "latin-1"):
        try:
            if text.encode(encoding).decode() == theirs:
                return True
        except UnicodeError:
            continue
    return False
