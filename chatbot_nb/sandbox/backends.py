"""Sample backends that a sandbox serves, so that deliveries can be tried without a network.

Each is a coroutine function of a request; it runs on the server's loop and never blocks it.
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs

from chatbot_nb.payloads.limits import TEXT_MESSAGE
from chatbot_nb.transport.inbound.http import Response

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from chatbot_nb.transport.inbound.http import Request

PREFIX: Final = "/backends/"
# Longer than the time limit of a delivery, seconds.
_SLOW: Final = 11.0


async def hello(request: Request) -> Response:
    """Greet the user by name and set an attribute: everything as documented."""
    name = _user_name(request.body) or "there"
    message = f"Hello {name}, how can I help?"[: TEXT_MESSAGE.max]
    return Response.json({"responses": [{"type": "text", "message": message}], "attributes": {"greeted": "yes"}})


async def mistakes(_request: Request) -> Response:
    """Answer with status 200 and a reply that breaks limits: the chat would show nothing."""
    buttons = [{"type": "postback", "title": "Talk to a person right away", "value": "agent"}]
    return Response.json(
        {
            "responses": [
                {"type": "imgae", "imageUrl": "https://cdn.acme-shop.example/map.png"},
                {"type": "quickReplies", "title": "What now?", "buttons": buttons},
                {"type": "text", "delay": 20, "message": ""},
            ]
        }
    )


async def version1(_request: Request) -> Response:
    """Answer as backends for version 1 of the platform did."""
    text = {"type": "text", "elements": ["Your order is on its way."]}
    return Response.json({"responses": [text], "parameters": {"order_status": "shipped"}})


async def down(_request: Request) -> Response:
    """Answer every request with status 500 and a page for people."""
    page = b"<!doctype html><title>500</title><h1>Internal Server Error</h1>"
    return Response(500, (("Content-Type", "text/html; charset=utf-8"),), page)


async def silent(_request: Request) -> Response:
    """Answer with an empty body, which says nothing and is accepted."""
    return Response(200)


async def slow(_request: Request) -> Response:
    """Answer as `hello` does, but after the platform's time limit of 10 seconds."""
    await asyncio.sleep(_SLOW)
    return Response.json({"responses": [{"type": "text", "message": "Sorry to keep you waiting."}]})


BACKENDS: Final[Mapping[str, Callable[[Request], Awaitable[Response]]]] = {
    each.__name__: each for each in (hello, mistakes, version1, down, silent, slow)
}


async def answer(request: Request) -> Response:
    """Return what the backend named in the path answers.

    All but ``down`` pass the verification: they echo the challenge, whatever the token, which they do not know.
    """
    backend = BACKENDS.get(request.path.removeprefix(PREFIX))
    if backend is None:
        return _text(404, f"there is no such backend; there are {', '.join(BACKENDS)}")
    if request.method == "POST" or backend is down:
        return await backend(request)
    if request.method not in {"GET", "HEAD"}:
        return Response(405, (("Allow", "GET, HEAD, POST"),))
    challenge = parse_qs(request.query).get("challenge")
    return _text(200, challenge[0]) if challenge else _text(400, "a verification request has a challenge")


def _text(status: int, text: str) -> Response:
    # nosniff: the challenge comes from the caller, and no browser may take it for a page
    headers = (("Content-Type", "text/plain; charset=utf-8"), ("X-Content-Type-Options", "nosniff"))
    return Response(status, headers, text.encode())


def _user_name(body: bytes) -> str:
    try:
        name = json.loads(body)["userAttributes"]["default_name"]
    except (ValueError, RecursionError, LookupError, TypeError):
        return ""
    # half a surrogate pair, which JSON can spell, has no place in an answer
    return name.encode(errors="replace").decode() if isinstance(name, str) else ""
