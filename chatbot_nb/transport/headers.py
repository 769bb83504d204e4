"""What HTTP headers are in every direction: the form of a name, and the name that we go by."""

from __future__ import annotations

import re
from typing import Final

#: RFC 9110, section 5.6.2: a token.
NAME: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
#: The name is ours: nobody should take us for ChatBot.
USER_AGENT: Final = "chatbot-nb"
