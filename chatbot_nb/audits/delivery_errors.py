"""Why deliveries failed: the last error of each connection, grouped by cause."""

from __future__ import annotations

import re
from typing import Final

from chatbot_nb.audits.hits import Said
from chatbot_nb.transport.redact import masked

_STATUS: Final = re.compile(r"Request failed with status code ([1-9][0-9]{2})\b")
_URL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S+")
# Words of axios, Node and OpenSSL; the first pattern that is found names the cause.
_CAUSES: Final = tuple(
    (re.compile(pattern, re.IGNORECASE), code, message)
    for pattern, code, message in (
        (
            r"certificate|altnames|\bCERT_|_CERT\b|UNABLE_TO_VERIFY_LEAF",
            "delivery_certificate",
            "the certificate was refused; renew it, for this host, from a public authority, with its intermediates",
        ),
        (
            r"\btimeout of [0-9]+ ?ms exceeded|\bECONNABORTED\b|\bESOCKETTIMEDOUT\b",
            "delivery_timeout",
            "no complete answer in time; answer first, do slow work later",
        ),
        (
            r"\bECONNREFUSED\b",
            "delivery_econnrefused",
            "nothing listens at that address; start the backend, or correct host and port",
        ),
        (
            r"\bENOTFOUND\b",
            "delivery_enotfound",
            "no host has this name; check its spelling, or delete the connection if the host is gone",
        ),
        (
            r"\bEAI_AGAIN\b",
            "delivery_eai_again",
            "the name server gave no answer; check the domain's name servers",
        ),
        (
            r"\bETIMEDOUT\b",
            "delivery_etimedout",
            "the address does not react; check it, and the firewalls on the way",
        ),
        (
            r"\bE(?:HOST|NET)UNREACH\b",
            "delivery_unreachable",
            "no way leads to that address; use one that the internet can reach",
        ),
        (
            r"\bEPROTO\b|before secure TLS connection|\bSSL routines\b|wrong version number",
            "delivery_tls",
            "the port does not speak TLS as expected; check the port and the backend's TLS settings",
        ),
        (
            r"socket hang up|stream has been aborted|\bECONNRESET\b|\bEPIPE\b",
            "delivery_hung_up",
            "the backend cut the connection; look for a crash in its log",
        ),
        (
            r"\bParse Error\b|\bHPE_",
            "delivery_not_http",
            "the answer is not HTTP; check the port, and whether it needs https",
        ),
    )
)
_STATUSES: Final = {
    400: "see in the backend's log why it refuses the request",
    401: "check that the backend's token and auth are the connection's",
    403: "check that the backend's token, headers and auth are the connection's",
    404: "check that the backend has a POST route at this path",
    405: "check that the backend has a POST route at this path",
    429: "the backend limits how often it is called, so raise its limit",
}


def delivery_error(error: str) -> Said | None:
    """Return what the last delivery failed of; None for an empty text."""
    if not error.strip():
        return None
    shown = _URL.sub(lambda match: masked(match[0]), error)
    code, message = _cause(error)
    return Said(code, "error", f"the last delivery failed: {message}", shown)


def _cause(error: str) -> tuple[str, str]:
    if found := _STATUS.search(error):
        status = int(found[1])
        return f"delivery_status_{status}", f"the backend answered {status}; {_next_step(status)}"
    for pattern, code, message in _CAUSES:
        if pattern.search(error):
            return code, message
    return "delivery_other", "the cause is not a known one; look in the backend's log"


def _next_step(status: int) -> str:
    if status in range(300, 400):
        return "redirects are not followed, so set the final address"
    if status in range(400, 500):
        return _STATUSES.get(status, _STATUSES[400])
    return "look in the backend's log; answer 200 also when something failed, and say so in a text response"
