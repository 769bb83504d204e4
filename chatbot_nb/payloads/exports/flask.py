"""A backend in Python with Flask."""

from __future__ import annotations

from typing import Final

from chatbot_nb.payloads.exports.python import constant

_PROGRAM: Final = '''\
# A webhook backend for ChatBot, with Flask.
#
#     pip install flask
#     CHATBOT_TOKEN='the token of the connection' python3 backend.py
#
# It listens on http://127.0.0.1:8080/webhook; PORT sets another port. ChatBot reaches it through
# a tunnel, or a web server with https in front of it.

import hmac
import json
import logging
import os

from flask import Flask, Response, abort, request

@REPLY@

TOKEN = os.environ.get("CHATBOT_TOKEN", "")
if not TOKEN:
    raise SystemExit("CHATBOT_TOKEN is not set: the token of the connection, any text you choose")

app = Flask(__name__, static_folder=None)


def reply_to(webhook_request):
    """Return the reply to a webhook request (a dict: message, attributes, ...) within 10 s."""
    return REPLY


def check_token():
    if not hmac.compare_digest(request.args.get("token", "").encode(), os.fsencode(TOKEN)):
        abort(401)


@app.get("/webhook")
def verify():
    """Answer the verification request: the challenge comes back."""
    check_token()
    return Response(request.args.get("challenge", ""), mimetype="text/plain")


@app.post("/webhook")
def answer():
    check_token()
    try:
        webhook_request = json.loads(request.get_data())
    except (ValueError, RecursionError):
        abort(400)
    # not jsonify, which sorts the keys
    return Response(json.dumps(reply_to(webhook_request)), mimetype="application/json")


if __name__ == "__main__":
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # or it logs each URL, token and all
    app.run(host="127.0.0.1", port=int(os.environ.get("PORT", "8080")))
'''


def backend(payload: object) -> str:
    """Return the program that answers with the payload."""
    return _PROGRAM.replace("@REPLY@", constant(payload))
