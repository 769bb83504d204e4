"""The exceptions of this package.

    ChatBotError
    ├── PayloadError (ValueError)           data breaks documented rules; ``findings``
    ├── MissingAccessTokenError (ValueError)  no access token was given or found
    ├── ApiError                            the API answered, but not with success
    │   ├── AuthenticationError             401, 403
    │   ├── NotFoundError                   404
    │   ├── RateLimitError                  429
    │   └── ServerError                     5xx
    ├── TransportError (OSError)            no complete HTTP response came back
    │   └── ApiTimeoutError (TimeoutError)  not within the deadline
    ├── PlanError (RuntimeError)            a plan may not be applied, resumed or undone; ``findings``, ``results``
    ├── ListenError (OSError)               a server of ours could not start
    ├── ReceiverError (RuntimeError)        a receiver was asked for something that it cannot do now
    │   └── ReceiverTimeoutError (TimeoutError)  what was waited for did not come
    └── SandboxError (RuntimeError)         the sandbox was asked for something it cannot do now

    UnreadableFieldWarning (UserWarning)    a field that the API sent could not be read

No message, ``str`` or ``repr`` of these holds an access token, a connection's token, a header's value or a whole
payload; URLs have passed `chatbot_nb.transport.redact.safe_url`.
"""

from __future__ import annotations

import copyreg
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from chatbot_nb.finding import Finding

# So many findings stand in a message; all of them stand in ``findings``.
_SHOWN_FINDINGS = 3


class ChatBotError(Exception):
    """Base of what this package raises for data, API, network and sandbox; a senseless argument is a ValueError."""

    def __reduce__(self) -> tuple[object, ...]:
        # Not through __init__, which for some needs more than the message; notes that were added come along.
        return copyreg.__newobj__, (type(self),), {**vars(self), "args": self.args}  # type: ignore[attr-defined]


class UnreadableFieldWarning(UserWarning):
    """A field that the API sent could not be read; it is missing in the result and named in the findings."""


class PayloadError(ChatBotError, ValueError):
    """Data breaks documented rules.

    Parameters
    ----------
    findings : iterable of Finding
        All of them, not only errors; the message shows the first three errors.
    what : str, default "payload"
        What was checked, for the message.

    Attributes
    ----------
    findings : tuple of Finding
    """

    def __init__(self, findings: Iterable[Finding], what: str = "payload") -> None:
        self.findings = tuple(findings)
        errors = [finding for finding in self.findings if finding.severity == "error"]
        lines = [str(finding) for finding in errors[:_SHOWN_FINDINGS]]
        if len(errors) > _SHOWN_FINDINGS:
            lines.append(f"and {len(errors) - _SHOWN_FINDINGS} more in .findings")
        count = f"{len(errors)} error" + ("" if len(errors) == 1 else "s")
        super().__init__("\n  ".join([f"{what}: {count}", *lines]))


class MissingAccessTokenError(ChatBotError, ValueError):
    """No access token was given, and none was found in the environment."""


class ApiError(ChatBotError):
    """The API answered with a status that is not success.

    Attributes
    ----------
    method : str
        For example ``"GET"``.
    url : str
        Without user, password and query values.
    status : int
        The HTTP status.
    body : str
        What the body said, cut at 1,000 characters; empty if it said nothing.
    retry_after : float or None
        Seconds after which the API asks for the next try, at most 30.
    """

    def __init__(self, message: str, *, method: str, url: str, status: int, body: str) -> None:
        super().__init__(message)
        self.method = method
        self.url = url
        self.status = status
        self.body = body
        self.retry_after: float | None = None


class AuthenticationError(ApiError):
    """The access token was refused (401, 403)."""


class NotFoundError(ApiError):
    """There is nothing of this id (404)."""


class RateLimitError(ApiError):
    """Too many calls (429), also after the retries."""


class ServerError(ApiError):
    """The API failed (5xx), also after the retries."""


class TransportError(ChatBotError, OSError):
    """No complete HTTP response came back.

    Attributes
    ----------
    method, url : str
        As in `ApiError`.
    code : str
        The cause in the words of Node's error codes (``ECONNREFUSED``, ``ENOTFOUND``, ``ECONNRESET``, ...), empty
        if unknown.
    words : str
        The cause as Node and axios word it (``connect ECONNREFUSED 127.0.0.1:9``), empty if unknown.
    sent : bool
        Whether the request may have taken effect; False where certainly nothing was sent.
    """

    def __init__(self, message: str, *, method: str, url: str, code: str = "", words: str = "") -> None:
        super().__init__(message)
        self.method = method
        self.url = url
        self.code = code
        self.words = words
        self.sent = True


class ApiTimeoutError(TransportError, TimeoutError):
    """The answer did not come within the deadline."""


class PlanError(ChatBotError, RuntimeError):
    """A plan may not be applied, resumed or undone, or had to stop; its message says why and what to do.

    Attributes
    ----------
    findings : pandas.DataFrame or None
        Where findings stand in the way: all of the plan's.
    results : pandas.DataFrame or None
        Where it stopped on the way: what happened to each change until then.
    """

    def __init__(
        self, message: str, *, findings: pd.DataFrame | None = None, results: pd.DataFrame | None = None
    ) -> None:
        super().__init__(message)
        self.findings = findings
        self.results = results


class ListenError(ChatBotError, OSError):
    """A server of ours could not start; nothing was left running."""


class SandboxError(ChatBotError, RuntimeError):
    """The sandbox was asked for something that it cannot do in its present state."""


class ReceiverError(ChatBotError, RuntimeError):
    """A receiver was asked for something that it cannot do in its present state."""


class ReceiverTimeoutError(ReceiverError, TimeoutError):
    """What was waited for did not come; the message says what did."""
