"""Where recorded requests are sent again: where they may go, what of them goes out, and what came back."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING, Final

from chatbot_nb.errors import TransportError
from chatbot_nb.traffic import views
from chatbot_nb.traffic.exchange import SentReply
from chatbot_nb.traffic.gate import REPLAY_HEADER
from chatbot_nb.traffic.replies.answers import chatbot_error, judged
from chatbot_nb.traffic.verdict import Verdict
from chatbot_nb.transport.outbound.fetch import FRAMING_HEADERS, fetch
from chatbot_nb.transport.outbound.url import parse_url

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chatbot_nb.transport.inbound.http import Request

RULE: Final = "replay"
# Of the connection it came over, not of the request (RFC 9110, section 7.6.1), beside those that frame it.
_HOP_BY_HOP: Final = frozenset({"proxy-authenticate", "proxy-authorization", "proxy-connection"})
_DECODABLE: Final = frozenset({"gzip", "x-gzip", "deflate", "identity"})


class Destination:
    """A backend that recorded requests are sent to again.

    Parameters
    ----------
    url : str
    timeout : float
        Seconds for each request.
    secrets : bool
        Send the recorded credentials too.
    own_id : str
        Sent in `REPLAY_HEADER`, if there is one.
    own_urls : iterable of str
        URLs that must not be sent to: those of the receiver that recorded the requests.

    Raises
    ------
    ValueError
        The URL is not http(s), or its host and port are those of one of ``own_urls``.
    """

    def __init__(self, url: str, *, timeout: float, secrets: bool, own_id: str, own_urls: Iterable[str]) -> None:
        try:
            target = parse_url(url)
        except ValueError as exc:
            raise ValueError(f"against: the URL cannot be used: {exc}") from None
        if _origin(url) in map(_origin, own_urls):
            raise ValueError(
                "against: this URL is the receiver's own, so that each request would come back to it; "
                "pass the URL of a backend, another receiver, or a handler"
            )
        self._url = url.strip(" ").partition("#")[0]
        self._timeout = timeout
        self._secrets = secrets
        self._own_id = own_id
        # Credentials in the URL are those of this backend, recorded ones of the other.
        replaced = {REPLAY_HEADER.lower(), *(["authorization"] if target.credentials else [])}
        self._left_out = FRAMING_HEADERS | _HOP_BY_HOP | replaced

    def answer(self, http: Request) -> SentReply:
        """Send a request again and return what came back, judged; of status 0 if nothing did."""
        try:
            got = fetch(
                "POST",
                self._url_for(http),
                headers=self._headers(http),
                body=http.body,
                timeout=self._timeout,
                reach="backend",
            )
        except TransportError as exc:
            # Without the URL: its path may be a secret.
            told = str(exc).removeprefix(f"{exc.method} {exc.url}: ")
            return SentReply(0, (), rule=RULE, chatbot_error=exc.words, verdict=Verdict(errors=1, first=told))
        headers = _as_text(got.headers)
        said = chatbot_error(got.status, 0.0)
        return SentReply(got.status, headers, got.body, RULE, chatbot_error=said, verdict=judged(got.body, headers))

    def _url_for(self, http: Request) -> str:
        query = http.target.partition(b"?")[2]
        if not self._secrets or not query or "?" in self._url:
            return self._url
        return f"{self._url}?{views.escaped(query).replace('#', '%23')}"

    def _headers(self, http: Request) -> list[tuple[str, str]]:
        recorded = _as_text(http.headers)
        left_out = self._left_out | {
            token.strip().lower()
            for name, value in recorded
            if name.lower() == "connection"
            for token in value.split(",")
        }
        sent = [
            (name, _decodable(value) if name.lower() == "accept-encoding" else value)
            for name, value in recorded
            if name.lower() not in left_out and (self._secrets or not views.secret_header(name))
        ]
        return [*sent, *([(REPLAY_HEADER, self._own_id)] if self._own_id else [])]


def _as_text(headers: Iterable[tuple[bytes, bytes]]) -> tuple[tuple[str, str], ...]:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers)


def _decodable(encodings: str) -> str:
    """Return what of an ``Accept-Encoding`` can be decoded here: the backend is not to answer in another one."""
    kept = [part for part in encodings.split(",") if part.partition(";")[0].strip().lower() in _DECODABLE]
    return ",".join(kept) or "identity"


def _origin(url: str) -> tuple[str, int]:
    """Return host and port, the same for all names by which this machine calls itself."""
    target = parse_url(url)
    host = target.host.lower().removesuffix(".")
    return "localhost" if _is_this_machine(host) else host, target.port


def _is_this_machine(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        ip = ip_address(host)
    except ValueError:
        return False
    inner = (ip.ipv4_mapped if isinstance(ip, IPv6Address) else None) or ip
    return inner.is_loopback or inner.is_unspecified
