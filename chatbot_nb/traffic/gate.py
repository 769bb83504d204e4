"""Who is let in: host, path, method, token; and the answer to a verification request."""

from __future__ import annotations

import hmac
import re
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import unquote_to_bytes

from chatbot_nb.traffic.exchange import SentReply

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chatbot_nb.transport.inbound.http import Request

#: By this header a receiver knows a replay of its own.
REPLAY_HEADER: Final = "X-Chatbot-Nb-Replay"
_REPLAY: Final = REPLAY_HEADER.lower().encode()
_JSON: Final = (("Content-Type", "application/json"),)
_TEXT: Final = (("Content-Type", "text/plain; charset=utf-8"), ("X-Content-Type-Options", "nosniff"))
_ABSOLUTE: Final = re.compile(rb"https?://([^/?]*)(.*)", re.DOTALL)

# One text for each, whatever was asked: a scanner learns nothing.
_WRONG_HOST: Final = SentReply(421, _JSON, b'{"error": "not served here"}', "refusal")
_WRONG_PATH: Final = SentReply(404, _JSON, b'{"error": "not found"}', "refusal")
_LOOP: Final = SentReply(508, _JSON, b'{"error": "a replay of this receiver came back to it"}', "refusal")
_WRONG_METHOD: Final = SentReply(
    405, (*_JSON, ("Allow", "GET, HEAD, POST")), b'{"error": "send POST, or GET to verify"}', "refusal"
)
_WRONG_TOKEN: Final = SentReply(401, (), b"", "refusal")
_NO_CHALLENGE: Final = SentReply(
    400, _JSON, b'{"error": "this is a receiver: send POST, or GET with ?challenge= to verify"}', "refusal"
)


class Admission(NamedTuple):
    """What the gate says of a request.

    Attributes
    ----------
    marks : tuple of str
    reply : SentReply or None
        The answer where the request is refused or verifies; None where it is a delivery.
    """

    marks: tuple[str, ...]
    reply: SentReply | None


class Gate:
    """Lets in what is addressed to one receiver.

    Parameters
    ----------
    path : str
        The path of the receiver's URL.
    hosts : iterable of str, optional
        Names that the Host header may have, without port; None for any.
    token : str, optional
        The connection's token.
    require_token : bool
        Refuse a POST without the right token; a verification is always refused then.
    own_id : str
        What replays of this receiver carry in `REPLAY_HEADER`.

    Notes
    -----
    Sources: the verification request and ``?token=`` as ChatBot's help pages and live deliveries show them. Our
    reading: a wrong token is answered 401, a GET without a challenge 400.
    """

    def __init__(
        self, path: str, hosts: Iterable[str] | None, token: str | None, own_id: str, *, require_token: bool
    ) -> None:
        self._path = path.encode("latin-1")
        self._hosts = None if hosts is None else frozenset(host.lower().encode("latin-1", "replace") for host in hosts)
        self._token = None if token is None else token.encode("utf-8", "surrogatepass")
        self._own_id = own_id.encode("latin-1")
        self._require_token = require_token

    def admit(self, http: Request) -> Admission:
        """Say what to do with a complete request."""
        marks = http.marks
        if http.target.startswith(b"/"):
            absolute, (path, _, query) = None, http.target.partition(b"?")
        else:
            absolute = _ABSOLUTE.fullmatch(http.target)
            path, _, query = (absolute[2] or b"/" if absolute else http.target).partition(b"?")
        names = {name.lower(): value for name, value in http.headers}
        host = names.get(b"host", b"")
        known = self._knows(host) or (not host and http.http_version == "1.0")
        if not known or (absolute and not self._knows(absolute[1])):
            return Admission((*marks, "wrong_host"), _WRONG_HOST)
        if not hmac.compare_digest(path, self._path):
            return Admission((*marks, "wrong_path"), _WRONG_PATH)
        if names.get(_REPLAY) == self._own_id:
            return Admission((*marks, "loop"), _LOOP)
        if b"origin" in names:
            marks = (*marks, "from_browser")
        if http.method not in ("GET", "HEAD", "POST"):
            return Admission((*marks, "wrong_method"), _WRONG_METHOD)
        if http.method == "POST" and self._token is None:
            return Admission(marks, None)
        return self._with_token(http.method, query, marks)

    def _with_token(self, method: str, query: bytes, marks: tuple[str, ...]) -> Admission:
        values = _values(query)
        if self._token is not None:
            given = [value for name, value in values if name == b"token"]
            right = [hmac.compare_digest(value, self._token) for value in given]
            if not given or not all(right):
                marks = (*marks, "token_wrong" if given else "token_missing")
                if self._require_token or method != "POST":
                    return Admission(marks, _WRONG_TOKEN)
        if method == "POST":
            return Admission(marks, None)
        challenge = next((value for name, value in values if name == b"challenge"), b"")
        if not challenge:
            return Admission(marks, _NO_CHALLENGE)
        return Admission(marks, SentReply(200, _TEXT, challenge, "verification"))

    def _knows(self, host: bytes) -> bool:
        if self._hosts is None:
            return True
        name, _, port = host.rpartition(b":")
        return (name if port.isdigit() or not port else host).lower() in self._hosts


def _values(query: bytes) -> list[tuple[bytes, bytes]]:
    """Return the names and values of a query, decoded: bytes, since nobody says that they are UTF-8."""
    pairs = (part.partition(b"=") for part in query.replace(b"+", b" ").split(b"&"))
    return [(unquote_to_bytes(name), unquote_to_bytes(value)) for name, _, value in pairs]
