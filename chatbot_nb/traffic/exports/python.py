"""The recorded requests as a Python script that sends them again with requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chatbot_nb.payloads.exports.layout import group, lay_out
from chatbot_nb.payloads.exports.quoting import python_string
from chatbot_nb.traffic.exports import address, sending
from chatbot_nb.traffic.exports.quoting import needs_base64, python_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chatbot_nb.payloads.exports.layout import Group
    from chatbot_nb.traffic.exchange import Exchange
    from chatbot_nb.transport.inbound.http import Request

_SCRIPT: Final = '''\
# Sends recorded requests again, each to where it was sent, or all to one address:
#
#     pip install requests
#     URL=https://example.com/webhook python3 requests_again.py
@REMARKS@
@IMPORTS@

import requests

@REQUESTS@

URL = os.environ.get("URL")


def send(method, url, headers, body):
    """Send one request and return the answer; redirects are not followed."""
    with requests.Session() as session:
        session.headers.clear()  # or requests would add its own
        session.auth = lambda request: request  # or it would look for a password in .netrc
        return session.request(method, url, headers=headers, data=body, timeout=10, allow_redirects=False)


if __name__ == "__main__":
    for number, method, url, headers, body in REQUESTS:
        answer = send(method, URL or url, headers, body)
        print(f"exchange {number}: {answer.status_code}, {len(answer.content)} bytes")
'''


def script(exchanges: Sequence[Exchange], *, masked: bool) -> str:
    """Return a script that sends the requests, in their order.

    Notes
    -----
    What requests cannot keep apart is lost: headers of one name are joined, and it writes ``Host``, the length, and
    ``User-Agent`` and ``Accept-Encoding`` where they were missing. The export for curl keeps all of it.
    """
    sendable = [exchange for exchange in exchanges if not sending.why_not(exchange)]
    requests = "REQUESTS = " + lay_out(group("[", (("", _request(exchange)) for exchange in sendable), "]"))
    imports = ["import base64"] if needs_base64(exchange.http.body for exchange in sendable) else []
    # the data goes in last, so that nothing in it is taken for a place
    return (
        _SCRIPT.replace("@REMARKS@", "".join(f"{line}\n" for line in sending.remarks(exchanges, masked=masked)))
        .replace("@IMPORTS@", "\n".join([*imports, "import os"]))
        .replace("@REQUESTS@", requests)
    )


def _request(exchange: Exchange) -> Group:
    http = exchange.http
    entries = (str(exchange.seq), python_string(http.method), python_string(address.url(exchange)))
    return group("(", (("", node) for node in (*entries, _headers(http), python_bytes(http.body))), ")")


def _headers(http: Request) -> Group:
    """Return the headers as a dict, those of one name joined."""
    joined: dict[bytes, tuple[bytes, bytes]] = {}
    for name, value in sending.headers(http):
        first, before = joined.get(name.lower(), (name, b""))
        joined[name.lower()] = (first, before + b", " + value if name.lower() in joined else value)
    return group(
        "{", ((f"{python_string(name.decode('ascii'))}: ", _value(value)) for name, value in joined.values()), "}"
    )


def _value(value: bytes) -> str:
    text = value.decode("latin-1")
    # as bytes where requests would take a character for white space
    return python_string(text) if text.isascii() and text.isprintable() else repr(value)
