"""Why an exchange failed, in the codes of Node and the words of axios, with what to do next.

Compared with axios 1.21 on Node 20 against the same servers as in the tests.
"""

from __future__ import annotations

import errno
import socket
import ssl
from typing import Final, Literal

Step = Literal["resolve", "connect", "secure", "write", "read"]


class Failure(Exception):  # noqa: N818  # raised inside transport only; `fetch` turns it into a TransportError
    """One exchange failed.

    Parameters
    ----------
    code : str
        The cause in Node's codes.
    words : str
        The same as axios words it.
    advice : str
        What to do next: a sentence without its full stop.
    """

    def __init__(self, code: str, words: str, advice: str) -> None:
        super().__init__(words)
        self.code = code
        self.words = words
        self.advice = advice


class DeadlineFailure(Failure):
    """The deadline passed."""


_ADVICE: Final = {
    "ECONNREFUSED": "Nothing listens there: start the backend, or correct the port",
    "ECONNRESET": "The backend cut the connection: look for a crash in its log",
    "EHOSTUNREACH": "No way leads to that address: check it, and this machine's network",
    "ENETUNREACH": "No way leads to that network: check the address, and this machine's network",
    "ENOTFOUND": "No host has this name: check its spelling",
    "EAI_AGAIN": "The name server gave no answer: check this machine's network, then try again",
    "EFORBIDDEN": "That address is link-local, unspecified, multicast or a cloud's own, and nothing was sent: fix it",
    "EPIPE": "The backend closed the connection while the request was being sent: look for a crash in its log",
    "EPRIVATE": "Only public addresses may be connected to here, and nothing was sent: use the host's public name",
    "EPROTO": "The port does not speak TLS as expected: check the port, or use http:// if it has no certificate",
    "ETIMEDOUT": "The address does not react: check it, and firewalls on the way",
}
_FALLBACK_ADVICE = "Check the URL, and that the backend runs"

# OpenSSL's verification errors: Node's code, Node's words, advice. Python stops at the first error, Node shows the
# last: for a chain that ends in an unknown issuer OpenSSL's 20 comes first and 21 last.
_CERTIFICATE: Final = {
    9: ("CERT_NOT_YET_VALID", "certificate is not yet valid", "Check the clocks of both machines"),
    10: ("CERT_HAS_EXPIRED", "certificate has expired", "Renew the backend's certificate"),
    18: (
        "DEPTH_ZERO_SELF_SIGNED_CERT",
        "self-signed certificate",
        "ChatBot trusts public authorities only: get a certificate from one, or test over http://",
    ),
    19: (
        "SELF_SIGNED_CERT_IN_CHAIN",
        "self-signed certificate in certificate chain",
        "ChatBot trusts public authorities only: get a certificate from one",
    ),
    20: (
        "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
        "unable to verify the first certificate",
        "The backend must send the intermediate certificates along with its own",
    ),
}
_UNABLE_TO_VERIFY = 21
_HOST_MISMATCH = 62
_IP_MISMATCH = 64


def failure_of(exc: OSError, *, step: Step, host: str, peer: str) -> Failure:
    """Word what the operating system or OpenSSL raised.

    Parameters
    ----------
    exc : OSError
        Anything but a deadline of ours that passed.
    step : {"resolve", "connect", "secure", "write", "read"}
        What was being done.
    host : str
        The name that was asked for.
    peer : str
        Address and port that were tried, ``"127.0.0.1:9"``; empty before there were any.

    Returns
    -------
    Failure
    """
    if isinstance(exc, ssl.SSLCertVerificationError):
        return _certificate_failure(exc, host)
    if isinstance(exc, socket.gaierror):
        code = "EAI_AGAIN" if exc.errno == socket.EAI_AGAIN else "ENOTFOUND"
        return Failure(code, f"getaddrinfo {code} {host}", _ADVICE[code])
    if step == "secure" and isinstance(exc, (ssl.SSLEOFError, ssl.SSLZeroReturnError, ConnectionError)):
        words = "Client network socket disconnected before secure TLS connection was established"
        return Failure("ECONNRESET", words, _ADVICE["EPROTO"])
    if isinstance(exc, ssl.SSLError):
        reason = (exc.reason or "unknown").lower().replace("_", " ")
        return Failure("EPROTO", f"write EPROTO {reason}", _ADVICE["EPROTO"])
    code = errno.errorcode.get(exc.errno or 0, "EIO")
    words = f"connect {code} {peer}" if step == "connect" else f"{step} {code}"
    return Failure(code, words, _ADVICE.get(code, _FALLBACK_ADVICE))


def timed_out(seconds: float, step: Step) -> DeadlineFailure:
    """Word a deadline that passed, with the step it passed in."""
    doing = {
        "resolve": "The name server gave no answer: check this machine's network",
        "connect": _ADVICE["ETIMEDOUT"],
        "secure": "The TLS handshake did not end: check that the port speaks https",
        "write": "The backend did not read the whole request: look at its log",
        "read": "The backend gave no complete answer in time: answer first, do slow work later",
    }
    return DeadlineFailure("ETIMEDOUT", f"timeout of {round(seconds * 1000)}ms exceeded", doing[step])


def not_public(peer: str) -> Failure:
    """Word an address that is refused since it is not public; a code of ours, Node has none."""
    return Failure("EPRIVATE", f"connect EPRIVATE {peer}", _ADVICE["EPRIVATE"])


def not_backend(peer: str) -> Failure:
    """Word an address that is refused since no backend is there; a code of ours too."""
    return Failure("EFORBIDDEN", f"connect EFORBIDDEN {peer}", _ADVICE["EFORBIDDEN"])


def hung_up() -> Failure:
    """Word a connection that ended before the head of an answer was complete."""
    advice = "The backend closed the connection without an answer: look for a crash in its log"
    return Failure("ECONNRESET", "socket hang up", advice)


def aborted() -> Failure:
    """Word a connection that ended within the body of an answer."""
    advice = "The body ended before its announced length: look for a crash or a wrong Content-Length in the backend"
    return Failure("ECONNRESET", "stream has been aborted", advice)


def not_http(*, overflow: bool, status_line: bool) -> Failure:
    """Word an answer that is not HTTP/1.1, or whose head is too large.

    Node names some forty causes; of those that do not end in the first line h11 says too little to tell them apart.
    """
    if overflow:
        return Failure("HPE_HEADER_OVERFLOW", "Parse Error: Header overflow", "Send fewer or shorter headers")
    advice = "The port does not answer in HTTP/1.1: check the port, and whether it needs https://"
    if status_line:
        return Failure("HPE_INVALID_CONSTANT", "Parse Error: Expected HTTP/, RTSP/ or ICE/", advice)
    return Failure("HPE_INVALID", "Parse Error", advice)


def too_large(limit: int) -> Failure:
    """Word a body that went over the cap."""
    return Failure("ERR_BODY_TOO_LARGE", f"maxContentLength size of {limit} exceeded", "Answer with a smaller body")


def invalid_url(reason: str) -> Failure:
    """Word a URL that nothing can be sent to; ``reason`` shows nothing of it."""
    return Failure("ERR_INVALID_URL", "Invalid URL", f"The URL cannot be used: {reason}")


def invalid_header(name: str, *, in_name: bool) -> Failure:
    """Word a header that must not reach the wire; its value is never shown."""
    shown = repr(name[:60])[1:-1]
    if in_name:
        advice = "A header's name holds letters, digits and any of !#$%&'*+-.^_`|~"
        return Failure("ERR_INVALID_HTTP_TOKEN", f'Header name must be a valid HTTP token ["{shown}"]', advice)
    advice = "A header's value holds no line break, no control character and no character beyond Latin-1"
    return Failure("ERR_INVALID_CHAR", f'Invalid character in header content ["{shown}"]', advice)


def _certificate_failure(exc: ssl.SSLCertVerificationError, host: str) -> Failure:
    if exc.verify_code in {_HOST_MISMATCH, _IP_MISMATCH}:
        # Node goes on with the names that the certificate has; Python does not tell them.
        by_name = exc.verify_code == _HOST_MISMATCH
        shown = f"Host: {host}. is not in the cert's altnames" if by_name else f"IP: {host} is not in the cert's list"
        words = f"Hostname/IP does not match certificate's altnames: {shown}"
        advice = "Use the name that the certificate was made for, or get one for this name"
        return Failure("ERR_TLS_CERT_ALTNAME_INVALID", words, advice)
    known = 20 if exc.verify_code == _UNABLE_TO_VERIFY else exc.verify_code
    if known in _CERTIFICATE:
        return Failure(*_CERTIFICATE[known])
    return Failure("CERT_UNTRUSTED", exc.verify_message, "Get a certificate from a public authority")
