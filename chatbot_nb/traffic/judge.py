"""What is wrong with a request: with how it came, its headers, its token, and its body."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from chatbot_nb.finding import Finding
from chatbot_nb.payloads.check import check, is_clean
from chatbot_nb.payloads.report import Report
from chatbot_nb.traffic import views
from chatbot_nb.traffic.verdict import Verdict, verdict_of

if TYPE_CHECKING:
    from chatbot_nb.finding import Severity
    from chatbot_nb.traffic.exchange import Exchange
    from chatbot_nb.transport.inbound.http import Request

_JSON: Final = b"application/json"
# Judged at once on the server's loop if it is clean, since that takes so little; a body that is not is left for later.
_AT_ONCE: Final = 64 * 1024
_TOKEN: Final = "the token of the connection comes as the query parameter ?token="  # noqa: S105  # no secret

# What each mark means to who reads the findings.
_MARKS: Final[dict[str, tuple[Severity, str]]] = {
    "bare_lf": ("warning", "a line of the headers ends without CR; ChatBot sends CRLF"),
    "folded_header": ("warning", "a header goes on over several lines, a form that is obsolete"),
    "duplicate": ("info", "this messageId came before; a sender repeated itself, or somebody replayed it"),
    "token_wrong": ("error", f"not the receiver's token; {_TOKEN}"),
    "token_missing": ("error", f"no token; {_TOKEN}"),
    "from_browser": ("warning", "it has an Origin, so a web page sent it; ChatBot's requests have none"),
    "loop": ("error", "a replay of this receiver came back to it; it was refused"),
    "wrong_path": ("error", "not the path of this receiver; use receiver.url"),
    "wrong_host": ("error", "the Host is none of this receiver's; for a tunnel pass public_url="),
    "wrong_method": ("error", "ChatBot sends POST, and GET to verify"),
    "late": ("error", "answered after more than 10 s: timeout of 10000ms exceeded"),
    "sender_gone": ("info", "the sender had closed its side before the reply was sent; it may not have read it"),
    "body_evicted": ("warning", "the body is no longer kept: receiver.limits.stored_bytes was reached"),
}
_STATUSES: Final = {
    "truncated": "the connection ended before the request was complete",
    "timeout": "the body did not come in time",
    "too_large": "the body was too large, and was not read to its end",
    "bad_framing": "it was no proper HTTP",
    "refused": "it was refused before it was complete",
}


def quick_verdict(http: Request, marks: tuple[str, ...]) -> Verdict | None:
    """Return the verdict on a request where it takes microseconds to know it: if nothing is wrong with its body.

    What is wrong takes longer to name, up to seconds for a hostile body of 1 MiB; the server's loop must not.
    """
    if http.method != "POST":
        return _on_marks(marks)
    plain = len(http.body) <= _AT_ONCE and not _content(http)
    return _on_marks(marks) if plain and is_clean(http.body, "request") else None


@lru_cache(64)
def _on_marks(marks: tuple[str, ...]) -> Verdict:
    return verdict_of(_findings(marks))


def _findings(marks: tuple[str, ...]) -> list[Finding]:
    return [Finding("", mark, *_MARKS[mark]) for mark in marks if mark in _MARKS]


def report_of(exchange: Exchange) -> Report:
    """Return everything that is wrong with a request; a verification request has no body to judge."""
    http = exchange.http
    marks = _findings(exchange.marks)
    if http.status != "complete":
        marks.append(Finding("", http.status, "error", _STATUSES[http.status]))
    elif http.method == "POST" and "body_evicted" not in exchange.marks:
        return _with_body(http, marks)
    return Report(tuple(marks), kind="request")


def _with_body(http: Request, marks: list[Finding]) -> Report:
    try:
        body = views.decoded(http)
    except ValueError as exc:
        return Report((*marks, Finding("", "content_encoding", "error", str(exc))), kind="request")
    report = check(body, kind="request")
    return Report((*marks, *_content(http), *report.findings), report.fixed, "request")


def _content(http: Request) -> list[Finding]:
    """Return what is odd about a POST's headers, beside its marks."""
    kind: bytes | None = None
    found = []
    for name, value in http.headers:
        low = name.lower()
        if low == b"content-type" and kind is None:
            kind = value
        elif low == b"content-encoding":
            message = "a compressed body; ChatBot's are not"
            found.append(Finding("", "compressed_body", "warning", message))
    if kind is None:
        found.append(Finding("", "content_type", "warning", "no Content-Type; ChatBot sends application/json"))
    elif kind != _JSON and kind.partition(b";")[0].strip().lower() != _JSON:
        message = f"Content-Type {kind[:60].decode('latin-1')!r}; ChatBot sends application/json"
        found.append(Finding("", "content_type", "warning", message))
    return found
