"""What went wrong in a call, as exceptions of this package: where, what came back, what to do next."""

from __future__ import annotations

import html
import json
import re
from typing import TYPE_CHECKING, Final

from chatbot_nb.errors import ApiError, AuthenticationError, NotFoundError, RateLimitError, ServerError
from chatbot_nb.transport.redact import safe_url

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SHOWN: Final = 1000  # characters of a body that ApiError.body keeps
_IN_MESSAGE: Final = 200
_LOOKED_AT: Final = 65_536  # bytes of a body in which the reason is looked for
_NESTING: Final = 5
# Where services put the reason; "status" first, as in the API's documented answers.
_REASON_KEYS: Final = ("status", "message", "details", "detail", "error", "errors", "error_description", "title")
_SHORTEST_SECRET: Final = 4  # a shorter one would be found, and masked, in ordinary words

_ADVICE: Final = {
    401: "Check CHATBOT_ACCESS_TOKEN, or the access_token that was passed: it must be a developer access token.",
    403: "Check CHATBOT_ACCESS_TOKEN, or the access_token that was passed: it may not do this.",
    # also where the list itself is not found: then base_url is wrong
    404: "Check the id (client.connections.all() lists those that this token can see) and base_url",
    407: "The proxy of this machine's environment wants a user and a password.",
    413: "The request was too large.",
    429: "Wait, then call again; fewer calls at once help.",
}


def api_error(  # noqa: PLR0913  # the facts of one exchange, each of them in the message
    method: str, url: str, status: int, body: bytes, *, location: str = "", tries: int = 1, secrets: Iterable[str] = ()
) -> ApiError:
    """Return the exception for an answer that is no success.

    Parameters
    ----------
    method, url : str
        Of the call; the URL is shown through `safe_url`.
    status : int
        The HTTP status.
    body : bytes
        What came back; JSON of any shape, HTML, text, bytes or nothing.
    location : str, default ""
        The ``Location`` header of a redirect.
    tries : int, default 1
        How often the call was made.
    secrets : iterable of str
        Texts that the message must not hold, also where the body repeats them.

    Returns
    -------
    ApiError
        `AuthenticationError`, `NotFoundError`, `RateLimitError`, `ServerError`, or `ApiError` itself.
    """
    said = reason(body, secrets)
    shown = safe_url(url)
    message = f"{method} {shown} answered {status}"
    if tries > 1:
        message += f" after {tries} tries"
    if location:
        where = cut(masked(safe_url(location), secrets), _IN_MESSAGE)
        message += f" and points to {where}, which is not followed. Check base_url"
    if said:
        message += f": {cut(said, _IN_MESSAGE)}"
    if advice := _ADVICE.get(status):
        message += f"{'' if message.endswith(('.', '!', '?', '…')) else '.'} {advice}"
    return _kind(status)(message, method=method, url=shown, status=status, body=cut(said, _SHOWN))


def not_json(method: str, url: str, status: int, body: bytes, *, secrets: Iterable[str] = ()) -> ApiError:
    """Return the exception for an answer of success that is not the JSON of the API."""
    said = reason(body, secrets)
    shown = safe_url(url)
    start = body[:_LOOKED_AT].lstrip().lower()
    if start.startswith((b"<!doctype", b"<html", b"<head", b"<body", b"<?xml")):
        what = f"with an HTML page, not JSON: a proxy or a login page? It says: {cut(said, _IN_MESSAGE)}"
    elif not start:
        what = "with nothing, where JSON was expected. Check base_url"
    else:
        what = f"with something that is not JSON: {cut(said, _IN_MESSAGE)}"
    return ApiError(
        f"{method} {shown} answered {status} {what}", method=method, url=shown, status=status, body=cut(said, _SHOWN)
    )


def reason(body: bytes, secrets: Iterable[str] = ()) -> str:
    """Return what a body says, on one line: its JSON reason, an HTML page's title or text, or the text as it is."""
    text = body[:_LOOKED_AT].decode("utf-8-sig", errors="replace")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        document = None
    if isinstance(document, dict | list | str):
        found = list(dict.fromkeys(_texts(document, _NESTING)))
        text = "; ".join(found) or (json.dumps(document, ensure_ascii=False) if document else "")
    elif text.lstrip().startswith("<"):
        text = _html_text(text)
    text = masked(text, secrets)
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())


def masked(text: str, secrets: Iterable[str]) -> str:
    """Return the text with each of the secrets as ``***``, the longest first."""
    for secret in sorted((one for one in secrets if len(one) >= _SHORTEST_SECRET), key=len, reverse=True):
        text = text.replace(secret, "***")
    return text


def cut(text: str, length: int) -> str:
    """Return at most so many characters of the text, the last one ``…`` where some are missing."""
    return text if len(text) <= length else text[: length - 1] + "…"


def _kind(status: int) -> type[ApiError]:
    kinds = {401: AuthenticationError, 403: AuthenticationError, 404: NotFoundError, 429: RateLimitError}
    return kinds.get(status, ServerError if status >= 500 else ApiError)  # noqa: PLR2004  # 5xx


def _texts(value: object, depth: int) -> Iterator[str]:
    """Texts that stand where a reason may stand, outermost first."""
    if isinstance(value, str):
        yield value
    elif depth and isinstance(value, list):
        for item in value:
            yield from _texts(item, depth - 1)
    elif depth and isinstance(value, dict):
        for key in _REASON_KEYS:
            yield from _texts(value.get(key), depth - 1)


def _html_text(page: str) -> str:
    title = re.search(r"<title[^<>]*>([^<]*)", page, re.IGNORECASE)
    if title and title.group(1).strip():
        return html.unescape(title.group(1))
    without_code = re.sub(r"<(script|style)\b.*?(</\1\s*>?|$)", " ", page, flags=re.IGNORECASE | re.DOTALL)
    return html.unescape(re.sub(r"<[^>]*(>|$)", " ", without_code))
