"""One request to a backend with ChatBot's habits; whatever goes wrong becomes words and a finding."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from chatbot_nb.errors import TransportError
from chatbot_nb.finding import Finding
from chatbot_nb.transport.encoding import decode_body
from chatbot_nb.transport.headers import USER_AGENT
from chatbot_nb.transport.outbound.fetch import fetch
from chatbot_nb.transport.redact import safe_url

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

#: What every request carries unless a custom header replaces it.
DEFAULT_HEADERS: Final = {
    "User-Agent": USER_AGENT,
    "Accept": "application/json, text/plain, */*",
    "Accept-Encoding": "gzip, deflate",
}
_SUCCESS = range(200, 300)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call came to.

    Parameters
    ----------
    status : int, optional
        ``None`` if no complete answer came.
    error : str, optional
        As axios words it; ``None`` for a status of 2xx.
    code : str, optional
        Node's code of what kept the answer away; ``None`` if one came.
    seconds : float
    headers : tuple of (bytes, bytes)
    body : bytes
        As received.
    message : str
        Where no answer came: what happened and what to do next.
    certificate_until : datetime, optional
        UTC; when the backend's certificate ends. None for http, and where no answer came.
    """

    status: int | None
    error: str | None
    code: str | None
    seconds: float
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes = b""
    message: str = ""
    certificate_until: datetime | None = None

    def header(self, name: str) -> str:
        """Return a header's value, several joined with ``", "``, empty if there is none."""
        values = [value.decode("latin-1") for key, value in self.headers if key == name.lower().encode()]
        return ", ".join(values)

    def decoded_body(self) -> bytes:
        """Return the body with its ``Content-Encoding`` undone; ValueError says why it cannot be."""
        return decode_body(self.body, self.header("content-encoding"))


def call(  # noqa: PLR0913  # the parts of a request, and its bounds
    method: str,
    url: str,
    *,
    headers: Iterable[tuple[str, str]],
    body: bytes = b"",
    timeout: float,
    public_only: bool = False,
) -> Answer:
    """Send one request; never raise for what a network or a backend does, nor for a URL or header it cannot send."""
    started = time.monotonic()
    try:
        got = fetch(method, url, headers=headers, body=body, timeout=timeout, reach="public" if public_only else "any")
    except TransportError as exc:
        return Answer(None, exc.words, exc.code, time.monotonic() - started, message=str(exc))
    error = None if got.status in _SUCCESS else f"Request failed with status code {got.status}"
    until = got.certificate_until
    return Answer(got.status, error, None, got.seconds, got.headers, got.body, certificate_until=until)


def no_answer(answer: Answer) -> Finding:
    """Return the finding for a call that no answer came to."""
    return Finding("", (answer.code or "no_answer").lower(), "error", answer.message)


def location(answer: Answer, *, hidden: Iterable[str | None]) -> str:
    """Return where a redirect leads, ``" (URL)"``, as it may be shown; empty if nowhere or if it holds a secret."""
    shown = safe_url(answer.header("location"))[:200]
    told = any(secret and secret in unquote(shown) for secret in hidden)
    return f" ({shown})" if shown and not told else ""
