"""The webhook request as a shell script, to try a backend with."""

from __future__ import annotations

import json
import shlex
from typing import Final

from chatbot_nb.payloads.request import Node, WebhookRequest

#: The documentation's example, with the ``message`` that live requests have.
SAMPLE: Final = WebhookRequest(
    chat_id="602313f00000000000000000",
    message_id="5a7fb3e1-8452-4aee-a7a9-2f0edaeb8e42",
    user_id="602313f00000000000000000",
    external_id="26565d77-dd8f-4f34-bb46-4daaa8a22895",
    message="Hello",
    node=Node(
        id="4b0d6bea-1a9b-4d29-bf23-85e8aa9619ae",
        name="foo bar",
        webhook_id="602313f00000000000000000",
        webhook_name="foo bar baz",
    ),
    user_attributes={"default_name": "User", "default_email": "me@example.com"},
    attributes={"foo": "bar", "baz": ""},
)

_SCRIPT: Final = """\
# Sends a webhook request to a backend, as ChatBot would, and shows what it answers. It needs
# curl 7.87 or newer.
#
#     URL=http://127.0.0.1:8080/webhook CHATBOT_TOKEN='the token of the connection' sh request.sh

curl --silent --show-error --max-time 10 \\
  --url "${URL:?is not set: the address of the backend}" \\
  --url-query "token=${CHATBOT_TOKEN:?is not set: the token of the connection}" \\
  --header 'Content-Type: application/json' \\
  --write-out '\\n%{http_code} after %{time_total} s\\n' \\
  --data-binary @BODY@
"""


def command(request: WebhookRequest) -> str:
    """Return a script that sends a request to ``$URL`` with the token ``$CHATBOT_TOKEN`` and shows the answer."""
    return _SCRIPT.replace("@BODY@", shlex.quote(json.dumps(request.to_wire(), indent=2)))
