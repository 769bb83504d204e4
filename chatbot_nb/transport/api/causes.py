"""Why a call of the API got no complete answer: what requests and urllib3 raise, as a `TransportError`."""

from __future__ import annotations

import http.client
import socket
import ssl
from typing import TYPE_CHECKING, Final

import requests
import urllib3.exceptions

from chatbot_nb.errors import ApiTimeoutError, TransportError
from chatbot_nb.transport.failures import failure_of
from chatbot_nb.transport.redact import safe_url

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOST: Final = (
    http.client.BadStatusLine,  # RemoteDisconnected among them
    http.client.IncompleteRead,
    urllib3.exceptions.IncompleteRead,
    urllib3.exceptions.InvalidChunkLength,
)
_TIMEOUT: Final = "ETIMEDOUT"
_WORDS: Final = {
    "ECONNREFUSED": "nothing listens there. Check base_url, and that the service or sandbox runs",
    "ECONNRESET": "the connection was lost before the answer was complete. Look whether the call took effect",
    "EAI_AGAIN": "the name server gave no answer. Check this machine's network, then call again",
    "ENETUNREACH": "no way leads to that network. Check this machine's network",
    "EHOSTUNREACH": "no way leads to that address. Check this machine's network",
    "ENOTFOUND": "no host has this name. Check base_url, and this machine's network",
    "EPROTO": "the TLS handshake failed. Check that base_url's port speaks https",
}
_FALLBACK: Final = "the exchange failed. Check base_url, and the proxy and certificate settings of the environment"


def transport_error(method: str, url: str, error: BaseException, *, timeout: float, tries: int = 1) -> TransportError:
    """Return what requests or urllib3 raised as an exception of ours, which holds no part of it.

    Parameters
    ----------
    method, url : str
        Of the call; the URL is shown through `safe_url`.
    error : BaseException
        Its text is not shown: it may hold the URL with its secrets, or those of a proxy.
    timeout : float
        Seconds that the call was given, for the message.
    tries : int, default 1
        How often the call was made.

    Returns
    -------
    TransportError
        `ApiTimeoutError` where the deadline passed. ``code`` is Node's, as `fetch` has it.
    """
    code = code_of(error)
    shown = safe_url(url)
    if code == _TIMEOUT:
        said = f"no answer within {timeout:g} s. Check the network, or pass a larger timeout"
        return ApiTimeoutError(f"{method} {shown}: {said}", method=method, url=shown, code=code)
    said = f"{code}: " if code else ""
    if code.startswith(("CERT_", "DEPTH_", "SELF_", "UNABLE_", "ERR_TLS")):
        said += "the certificate of the service is not trusted. Behind a company proxy set REQUESTS_CA_BUNDLE"
    elif any(isinstance(link, requests.exceptions.ProxyError) for link in chain(error)):
        said += "the proxy of the environment failed. Check HTTPS_PROXY, HTTP_PROXY and NO_PROXY"
    else:
        said += _WORDS.get(code, _FALLBACK)
    after = f" ({tries} tries)" if tries > 1 else ""
    return TransportError(f"{method} {shown}: {said}{after}", method=method, url=shown, code=code)


def never_connected(error: BaseException) -> bool:
    """Return whether the exchange certainly sent nothing: no connection was established."""
    return any(isinstance(link, urllib3.exceptions.NewConnectionError) for link in chain(error))


def code_of(error: BaseException) -> str:
    """Return the cause as Node names it, empty if it has no such name."""
    # The innermost is the cause; what urllib3 and requests make of it says less.
    for link in reversed(list(chain(error))):
        if isinstance(link, _LOST):
            return "ECONNRESET"
        if isinstance(link, TimeoutError | urllib3.exceptions.ReadTimeoutError):
            return _TIMEOUT
        if isinstance(link, ssl.SSLError):
            return failure_of(link, step="secure", host="", peer="").code
        if isinstance(link, OSError) and (link.errno or isinstance(link, socket.gaierror)):
            return failure_of(link, step="read", host="", peer="").code
    return ""


def chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception and those that led to it, the outermost first."""
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        yield link
        link = link.__cause__ or link.__context__
