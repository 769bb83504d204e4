"""A backend in Python with FastAPI, served by uvicorn."""

from __future__ import annotations

from typing import Final

from chatbot_nb.payloads.exports.python import constant

_PROGRAM: Final = '''\
# A webhook backend for ChatBot, with FastAPI.
#
#     pip install fastapi uvicorn
#     CHATBOT_TOKEN='the token of the connection' python3 backend.py
#
# It listens on http://127.0.0.1:8080/webhook; PORT sets another port. ChatBot reaches it through
# a tunnel, or a web server with https in front of it.

import hmac
import json
import os

import uvicorn
from fastapi import FastAPI, HTTPException, Request, Response

@REPLY@

TOKEN = os.environ.get("CHATBOT_TOKEN", "")
if not TOKEN:
    raise SystemExit("CHATBOT_TOKEN is not set: the token of the connection, any text you choose")

app = FastAPI(openapi_url=None, redirect_slashes=False)  # no pages but the webhook


def reply_to(webhook_request):
    """Return the reply to a webhook request (a dict: message, attributes, ...) within 10 s."""
    return REPLY


def check_token(token):
    if not hmac.compare_digest(token.encode(), os.fsencode(TOKEN)):
        raise HTTPException(401)


@app.get("/webhook")
def verify(challenge: str = "", token: str = ""):
    """Answer the verification request: the challenge comes back."""
    check_token(token)
    return Response(challenge, media_type="text/plain")


@app.post("/webhook")
async def answer(request: Request, token: str = ""):
    check_token(token)
    try:
        webhook_request = json.loads(await request.body())
    except (ValueError, RecursionError):
        raise HTTPException(400) from None
    return Response(json.dumps(reply_to(webhook_request)), media_type="application/json")


if __name__ == "__main__":
    # access_log would log each URL, token and all
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ.get("PORT", "8080")), access_log=False)
'''


def backend(payload: object) -> str:
    """Return the program that answers with the payload."""
    return _PROGRAM.replace("@REPLY@", constant(payload))
