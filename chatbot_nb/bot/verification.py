"""The verification request: does a backend give the challenge back, and if not, why not."""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from chatbot_nb.bot.call import DEFAULT_HEADERS, Answer, call, location, no_answer
from chatbot_nb.finding import Finding
from chatbot_nb.payloads.display import as_html, counts
from chatbot_nb.transport.outbound.url import add_query
from chatbot_nb.transport.redact import safe_url

if TYPE_CHECKING:
    from datetime import datetime

_CHALLENGE_BYTES: Final = 48  # 64 characters of A-Za-z0-9_-
_NOT_THE_CHALLENGE = "The answer is not the challenge"
_HTML = re.compile(rb"(\xef\xbb\xbf)?\s*<(!doctype|html|head|body)\b", re.IGNORECASE)
_ANSWER_SO = "answer 200 with the value of the query parameter challenge as the whole body"
_NO_GET_ROUTE: Final = frozenset({404, 405, 501})
_REFUSED: Final = frozenset({401, 403})


@dataclass(frozen=True, slots=True, repr=False)
class Verification:
    """What a verification request came to.

    Parameters
    ----------
    url : str
        Without user, password and query values.
    status : int or None
        HTTP status of the answer; ``None`` if no complete answer came.
    error : str or None
        ``None`` if it passed; else as axios words it, or, for a 2xx answer, ``"The answer is not the challenge"``.
    seconds : float
        From the start to the last byte, or to the failure.
    findings : tuple of Finding
        One for the cause of a failure, with the next step; or a warning where it passed by luck.
    certificate_until : datetime, optional
        UTC; when the backend's certificate ends. None for http, and where no answer came.
    """

    url: str
    status: int | None
    error: str | None
    seconds: float
    findings: tuple[Finding, ...]
    certificate_until: datetime | None = None

    @property
    def ok(self) -> bool:
        """True if the backend passed; warnings do not count."""
        return self.error is None

    def __repr__(self) -> str:
        # A failure's cause is shown by its code, which holds no port and no time.
        causes = ", ".join(finding.code for finding in self.findings if finding.severity == "error")
        came = str(self.status) if self.status else "no answer"
        parts = ("ok" if self.ok else "failed", came, causes or counts(self.findings))
        return f"Verification({', '.join(part for part in parts if part)})"

    def _repr_html_(self) -> str:
        return as_html(repr(self), sent=f"GET {self.url}", error=self.error, findings=self.findings)


def verify(url: str, *, token: str | None = None, timeout: float = 10.0, public_only: bool = False) -> Verification:
    """Send a verification request as ChatBot does when a webhook is added, and say what is wrong with the answer.

    Parameters
    ----------
    url : str
        The connection's URL, http or https.
    token : str, optional
        The connection's token; sent as the query parameter ``token``.
    timeout : float, default 10.0
        Seconds for everything together.
    public_only : bool, default False
        Connect to nothing if one of the host's addresses is not public: loopback, private, link-local, ...; the
        finding's code is then ``eprivate``.

    Returns
    -------
    Verification
        Also when there is no backend or no network. Challenge and token are in none of its texts.

    Raises
    ------
    ValueError
        The timeout is not above 0 and at most 86,400 seconds.

    Notes
    -----
    As the help pages and public backends show it: ``GET`` with ``challenge`` (64 characters) and ``token``; passes
    with 2xx and the bare challenge as body, whatever the content type. Our reading: the caller reads the body as
    JSON where it can, so a challenge in JSON quotes passes with a warning, and white space around a bare one is not
    trimmed, so it fails; redirects are not followed; custom headers and Basic auth belong to the POST only.
    """
    challenge = secrets.token_urlsafe(_CHALLENGE_BYTES)
    parameters = {"challenge": challenge} if token is None else {"challenge": challenge, "token": token}
    sent = add_query(url, **parameters)
    answer = call("GET", sent, headers=DEFAULT_HEADERS.items(), timeout=timeout, public_only=public_only)
    finding = _diagnose(answer, challenge, token)
    failed = finding is not None and finding.severity == "error"
    return Verification(
        url=safe_url(sent),
        status=answer.status,
        error=(answer.error or _NOT_THE_CHALLENGE) if failed else None,
        seconds=answer.seconds,
        findings=(finding,) if finding else (),
        certificate_until=answer.certificate_until,
    )


def _diagnose(answer: Answer, challenge: str, token: str | None) -> Finding | None:
    """Return the one cause of a failure, a warning, or None where all is well."""
    if answer.status is None:
        return no_answer(answer)
    if answer.error is not None:
        return _bad_status(answer, challenge, token)
    try:
        body = answer.decoded_body()
    except ValueError as exc:
        return _error("content_encoding", f"{exc}; answer without compression")
    if body == challenge.encode():
        return None
    return _bad_body(body, challenge, token)


def _bad_status(answer: Answer, challenge: str, token: str | None) -> Finding:
    status = answer.status
    assert status is not None
    if status in _NO_GET_ROUTE:
        return _error(
            "no_get_route",
            f"a GET is answered {status}: verification is a GET to the very URL that the POSTs go to. Add a GET route "
            f"at this path (not at another one than POST's): {_ANSWER_SO}",
        )
    if status in _REFUSED:
        return _error("token_refused", f"a GET is answered {status}: {_token_advice(token)}")
    if status in range(300, 400):
        where = location(answer, hidden=(challenge, token))
        return _error("redirect", f"a GET is redirected ({status}) and not followed: use the final address{where}")
    if status in range(400, 500):
        return _error(
            "status",
            f"a GET is answered {status}: the backend may expect a body, which a GET does not have; {_ANSWER_SO}",
        )
    return _error(
        "status", f"a GET is answered {status}: look for a crash in the backend's log; a GET has no JSON body to read"
    )


def _token_advice(token: str | None) -> str:
    if token is None:
        return "the backend asks for a token and none was sent: give the connection the one that the backend expects"
    return (
        "the token was sent as the query parameter ?token=. Check that the backend looks there, not in a header, in "
        "the body or in ?auth=, and that it expects the same token as the connection holds"
    )


def _bad_body(body: bytes, challenge: str, token: str | None) -> Finding:
    """Return the first of the known mistakes that fits."""
    text = body.decode("utf-8", errors="replace")
    document = _json(text)
    if _HTML.match(body):
        what = "an HTML page, perhaps a login, a tunnel's warning or a web site's start page"
        return _error("html_body", f"the body is {what}; check the URL, and {_ANSWER_SO}")
    if challenge in text or document == challenge:
        return _not_bare(text, document, challenge)
    if not body.strip():
        return _error("empty", f"the body is empty; {_ANSWER_SO}")
    if token is not None and token == (document if isinstance(document, str) else text.strip()):
        return _error("token_echoed", f"the body is the token, which is to be compared only; {_ANSWER_SO}")
    if isinstance(document, dict):
        return _error("json_body", f"the body is JSON without the challenge, as if for a POST; for a GET {_ANSWER_SO}")
    return _error("other_body", f"the body ({len(body)} bytes) does not hold the challenge; {_ANSWER_SO}")


def _not_bare(text: str, document: object, challenge: str) -> Finding:
    """Say what stands around the challenge."""
    if document == challenge:
        return _warning("challenge_quoted", "the challenge is in JSON quotes; it may pass, but send it without them")
    if text == "\ufeff" + challenge:
        message = "a byte order mark stands before the challenge; save the source without it"
        return _warning("challenge_bom", message)
    if text.strip() == challenge:
        message = "white space stands around the challenge; send it without a line break"
        return _error("challenge_whitespace", message)
    if isinstance(document, (dict, list)):
        message = "the challenge is wrapped in JSON; send its characters alone, without keys"
        return _error("challenge_in_json", message)
    return _error("challenge_in_text", "other text stands around the challenge; send its characters alone")


def _json(text: str) -> object:
    """Return the parsed text, None where it is no JSON."""
    try:
        document: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return document


def _error(code: str, message: str) -> Finding:
    return Finding("", code, "error", message)


def _warning(code: str, message: str) -> Finding:
    return Finding("", code, "warning", message)
