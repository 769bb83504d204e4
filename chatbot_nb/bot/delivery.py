"""One webhook request sent to a backend in ChatBot's place, timed and judged."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from chatbot_nb.bot.call import DEFAULT_HEADERS, Answer, call, location, no_answer
from chatbot_nb.finding import Finding
from chatbot_nb.payloads.check import check
from chatbot_nb.payloads.display import as_html, counts
from chatbot_nb.payloads.report import Report
from chatbot_nb.transport.outbound.fetch import FRAMING_HEADERS, basic_auth
from chatbot_nb.transport.outbound.url import add_query
from chatbot_nb.transport.redact import safe_url

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chatbot_nb.payloads.request import WebhookRequest

_REQUEST_ID: Final = "X-Request-Id"


@dataclass(frozen=True, slots=True, repr=False)
class Delivery:
    """One webhook request that was sent, with what came back and the verdict.

    Parameters
    ----------
    url : str
        Without user, password and query values.
    request : WebhookRequest
        What was sent.
    request_id : str
        The ``X-Request-Id`` that was sent, a UUID.
    status : int or None
        HTTP status of the answer; ``None`` if no complete answer came.
    error : str or None
        Why the delivery failed, as axios words it and as ``error`` of a connection shows it; ``None`` for 2xx.
    code : str or None
        Node's code of what kept the answer away (``ECONNREFUSED``, ``ETIMEDOUT``, ...); ``None`` if one came.
    seconds : float
        From the start to the last byte, or to the failure.
    headers : tuple of (bytes, bytes)
        Of the answer, in order, names in lower case.
    body : bytes
        Of the answer, as received.
    report : Report
        The verdict on the answer; where none came, one finding that says why and what to do next.
    """

    url: str
    request: WebhookRequest
    request_id: str
    status: int | None
    error: str | None
    code: str | None
    seconds: float
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    report: Report

    @property
    def ok(self) -> bool:
        """True if a 2xx answer came and its body breaks no rule; warnings do not count."""
        return self.error is None and self.report.ok

    def __repr__(self) -> str:
        verdict = "ok" if self.ok else "failed"
        came = str(self.status) if self.status else f"no answer: {self.code}"
        return f"Delivery({', '.join(part for part in (verdict, came, counts(self._own_findings())) if part)})"

    def _repr_html_(self) -> str:
        details = self.report._repr_html_() if self.report.findings else ""  # the notebook's protocol
        return as_html(repr(self), sent=f"POST {self.url}", error=self.error, details=details)

    def _own_findings(self) -> tuple[Finding, ...]:
        # The status says already what the one finding of a failed delivery says.
        return self.report.findings if self.error is None else ()


def deliver(  # noqa: PLR0913  # what a connection holds, one parameter each
    url: str,
    request: WebhookRequest,
    *,
    token: str | None = None,
    headers: Mapping[str, str] | None = None,
    auth: tuple[str, str] | None = None,
    timeout: float = 10.0,
) -> Delivery:
    """Send one webhook request as ChatBot does, and judge the answer.

    Parameters
    ----------
    url : str
        The connection's URL, http or https. User and password in it are sent as Basic auth unless ``auth`` is given.
    request : WebhookRequest
        The body.
    token : str, optional
        The connection's token; sent as the query parameter ``token``.
    headers : mapping of str to str, optional
        The connection's custom headers.
    auth : tuple of (str, str), optional
        Username and password for HTTP Basic.
    timeout : float, default 10.0
        Seconds for everything together, however the answer trickles in.

    Returns
    -------
    Delivery
        Also when there is no backend, no network, or nothing that can be sent: ``error`` then says why.

    Raises
    ------
    ValueError
        The timeout is not above 0 and at most 86,400 seconds.

    Notes
    -----
    Sources: ChatBot docs, "How ChatBot Webhooks works?"; token, headers and the time limit as live deliveries show
    them. Our reading: sent once, redirects are not followed, every status outside 2xx is a failure, an empty body
    is a success with nothing to say. A custom header replaces ours of the same name, with three exceptions, each a
    warning: those that frame the request (``Host``, ``Content-Length``, ...) and ``X-Request-Id`` are left out, and
    ``auth`` replaces ``Authorization``, as in axios.
    """
    request_id = str(uuid.uuid4())
    custom, left_out = _split_headers(headers or {}, has_auth=auth is not None)
    sent = {**DEFAULT_HEADERS, "Content-Type": "application/json", _REQUEST_ID: request_id}
    replaced = {name.lower() for name, _ in custom}
    all_headers = [*((name, value) for name, value in sent.items() if name.lower() not in replaced), *custom]
    if auth is not None:
        all_headers.append(("Authorization", basic_auth(*auth)))
    full_url = url if token is None else add_query(url, token=token)
    answer = call("POST", full_url, headers=all_headers, body=request.to_json(), timeout=timeout)
    report = _judge(answer, token)
    return Delivery(
        url=safe_url(full_url),
        request=request,
        request_id=request_id,
        status=answer.status,
        error=answer.error,
        code=answer.code,
        seconds=answer.seconds,
        headers=answer.headers,
        body=answer.body,
        report=Report((*left_out, *report.findings), report.fixed, report.kind),
    )


def _split_headers(headers: Mapping[str, str], *, has_auth: bool) -> tuple[list[tuple[str, str]], list[Finding]]:
    """Part the custom headers in those to send and a warning for each other one."""
    refused = FRAMING_HEADERS | {_REQUEST_ID.lower()} | ({"authorization"} if has_auth else set())
    sent = [(name, value) for name, value in headers.items() if name.lower() not in refused]
    left_out = [
        Finding("", "header_not_sent", "warning", f"the custom header {name} was not sent: {_reason(name)}")
        for name in headers
        if name.lower() in refused
    ]
    return sent, left_out


def _reason(name: str) -> str:
    if name.lower() == "authorization":
        return "auth sets it; remove one of the two"
    return "each request has its own; remove it from the connection"


def _judge(answer: Answer, token: str | None) -> Report:
    if answer.status is None:
        return Report((no_answer(answer),))
    report = _check_body(answer)
    if answer.error is None:
        return report
    next_step = _next_step(answer, token)
    if report.ok and not any(finding.code in {"empty", "nothing_recognised"} for finding in report.findings):
        message = f"the body is valid, but the status {answer.status} made it unseen; {next_step}"
        unseen = Finding("", "valid_but_unseen", "error", message, "200 to 299", answer.status)
        return Report((unseen, *report.findings))
    message = f"the status {answer.status} is outside 2xx, so the answer was dropped; {next_step}"
    return Report((Finding("", "status", "error", message, "200 to 299", answer.status),))


def _check_body(answer: Answer) -> Report:
    try:
        body = answer.decoded_body()
    except ValueError as exc:
        return Report((Finding("", "content_encoding", "error", f"{exc}; answer without compression"),))
    return check(body if body.strip() else b"")  # white space alone says as little


def _next_step(answer: Answer, token: str | None) -> str:
    assert answer.status is not None
    if answer.status in range(300, 400):
        return f"redirects are not followed: use the final address{location(answer, hidden=[token])}"
    if answer.status in {404, 405}:
        return "check that the backend has a POST route at this path"
    if answer.status in {401, 403}:
        return "check that the backend reads ?token= and that its token, headers and auth are the connection's"
    if answer.status in range(400, 500):
        return "see in the backend's log why it refuses the request"
    return "answer 200 also when something failed, and say so in a text response"
