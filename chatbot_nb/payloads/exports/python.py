"""A backend in Python that needs nothing but Python."""

from __future__ import annotations

from typing import Final

from chatbot_nb.payloads.exports.layout import lay_out
from chatbot_nb.payloads.exports.literals import PYTHON, literal

_PROGRAM: Final = '''\
# A webhook backend for ChatBot. It needs Python 3.9 or newer, nothing else.
#
#     CHATBOT_TOKEN='the token of the connection' python3 backend.py
#
# It listens on http://127.0.0.1:8080/webhook; PORT sets another port. ChatBot reaches it through
# a tunnel, or a web server with https in front of it.

import contextlib
import hmac
import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

@REPLY@

TOKEN = os.environ.get("CHATBOT_TOKEN", "")
if not TOKEN:
    raise SystemExit("CHATBOT_TOKEN is not set: the token of the connection, any text you choose")
PORT = int(os.environ.get("PORT", "8080"))
MAX_BODY = 1_000_000  # bytes


def reply_to(request):
    """Return the reply to a webhook request (a dict: message, attributes, ...) within 10 s."""
    return REPLY


class Webhook(BaseHTTPRequestHandler):
    timeout = 10  # seconds that a silent client is waited for

    def do_GET(self):
        """Answer the verification request: the challenge comes back."""
        if self.is_allowed():
            self.answer(200, self.parameter("challenge"))

    def do_POST(self):
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()):
            self.answer(411, "Content-Length is missing")
        elif len(length) > 9 or int(length) > MAX_BODY:
            self.answer(413, "The body is too large")
        else:
            body = self.rfile.read(int(length))
            if self.is_allowed():
                self.answer_webhook(body)

    def answer_webhook(self, body):
        try:
            request = json.loads(body)
        except (ValueError, RecursionError):
            self.answer(400, "The body is not JSON")
        else:
            self.answer(200, json.dumps(reply_to(request)), "application/json")

    def is_allowed(self):
        """Answer 404 to a wrong path and 401 to a wrong token."""
        if self.path.partition("?")[0] != "/webhook":
            self.answer(404, "Not found")
        elif not hmac.compare_digest(self.parameter("token").encode(), os.fsencode(TOKEN)):
            self.answer(401, "Wrong token")
        else:
            return True
        return False

    def parameter(self, name):
        return parse_qs(self.path.partition("?")[2]).get(name, [""])[0]

    def answer(self, status, text, content_type="text/plain"):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{content_type}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Log nothing: the token is in each request's first line."""


if __name__ == "__main__":
    print(f"Listening on http://127.0.0.1:{PORT}/webhook", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        ThreadingHTTPServer(("127.0.0.1", PORT), Webhook).serve_forever()
'''


def backend(payload: object) -> str:
    """Return the program that answers with the payload."""
    return _PROGRAM.replace("@REPLY@", constant(payload))


def constant(payload: object) -> str:
    """Return the statement that gives the payload the name ``REPLY``."""
    name = "REPLY = "
    return name + lay_out(literal(payload, PYTHON), taken=len(name))
