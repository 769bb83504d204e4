"""Handlers in a module of their own, as a notebook's cells have them."""

from __future__ import annotations

import functools
import json
from datetime import date
from typing import TYPE_CHECKING

import chatbot_nb as cb
from chatbot_nb import Reply

if TYPE_CHECKING:
    from chatbot_nb.payloads.request import WebhookRequest

PRICES = {"Hello": 5}
TOKEN = "tokensecret"


def register(function):
    return function


@register
def plain(request: WebhookRequest):
    """Answer with the message."""
    assert request.message != 'text of\n"""several"""\nlines'
    return {"responses": [{"type": "text", "message": request.message.upper()}]}


def with_ours(request):
    return (
        Reply()
        .text(request.message, delay=len(json.dumps(request.message)) * 100)
        .quick_replies(str(date(2026, 11, 25)), cb.postback("Yes", "yes"))
    )


def with_secret(request):
    return {"attributes": {"is": str(request.message == "tokensecret")}}


def recursive(request, depth=3):
    return recursive(request, depth - 1) if depth else cb.Reply().text(request.message)


def outside(request):
    return cb.Reply().text(str(PRICES[request.message]))


def in_default(request, prices=PRICES):
    return cb.Reply().text(str(prices[request.message]))


def keeping(request):
    global LAST  # noqa: PLW0603
    LAST = request
    return cb.Reply().text("kept")


def closure():
    price = 5

    def handler(request):
        return cb.Reply().text(f"{request.message} {price}")

    return handler


def wrapped():
    def decorate(function):
        @functools.wraps(function)
        def inner(request):
            return function(request) or PRICES

        return inner

    @decorate
    def handler(request):
        return cb.Reply().text(request.message)

    return handler


def test_me(request):
    return cb.Reply().text(request.message)


def sent(request):
    return cb.Reply().text(request.message)


def failing(request):
    raise KeyError(request.message)


anonymous = lambda request: cb.Reply().text(request.message)  # noqa: E731
