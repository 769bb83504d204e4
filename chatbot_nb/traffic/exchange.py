"""One request as it came, the reply that was sent, and when: evidence, never changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from chatbot_nb.traffic import judge, views
from chatbot_nb.traffic.verdict import CLEAN, Verdict, verdict_of
from chatbot_nb.transport.redact import MASK, safe_url

if TYPE_CHECKING:
    from chatbot_nb.payloads.report import Report
    from chatbot_nb.payloads.request import WebhookRequest
    from chatbot_nb.transport.inbound.http import Request, Timing


@dataclass(frozen=True, slots=True)
class SentReply:
    """What a receiver answered.

    Attributes
    ----------
    status : int
        HTTP status; 0 where the connection was closed without an answer.
    headers : tuple of (str, str)
    body : bytes
    rule : str
        What chose it: the name of a rule, ``"reply"``, ``"verification"``, ``"refusal"``, ``"fault: slow"``, ...
    error : str
        What went wrong on our side: a handler's traceback, a deadline that passed; empty if nothing did.
    chatbot_error : str
        What ChatBot says of such an answer, as `error` of a connection shows it; empty if it takes it.
    delay : float
        Seconds that it was held back on purpose.
    cut_off : bool
        Half of the body was sent, then the connection closed.
    verdict : Verdict
        On the body, as a reply; made before it was sent. Empty where it is no reply to a POST.
    """

    status: int = 200
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "application/json"),)
    body: bytes = b""
    rule: str = "reply"
    error: str = ""
    chatbot_error: str = ""
    delay: float = 0.0
    cut_off: bool = False
    verdict: Verdict = CLEAN

    def __repr__(self) -> str:
        # headers and body may hold what is secret
        return f"SentReply({self.status}, {len(self.body)} bytes, rule={self.rule!r}, {self.verdict})"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Exchange:
    """One request and what came of it.

    Parameters
    ----------
    seq : int
        Counted from 1, in the order in which requests were recorded.
    id : str
        32 hexadecimal characters.
    http : Request
        The HTTP request as it came: ``received_at``, ``peer``, ``method``, ``target``, ``headers``, ``body``, ...
    marks : tuple of str
        What is worth knowing about it: those of the HTTP request (``"bare_lf"``, ``"folded_header"``), and
        ``"duplicate"`` (its messageId came before), ``"token_wrong"``, ``"token_missing"``, ``"from_browser"``,
        ``"loop"`` (a replay that came back), ``"wrong_path"``, ``"wrong_host"``, ``"wrong_method"``, ``"late"``
        (answered after more than 10 s), ``"sender_gone"`` (it had closed its side before), ``"body_evicted"``.
    reply : SentReply or None
        None while it is not chosen yet.
    timing : Timing or None
        None while the reply is not out.
    """

    seq: int
    id: str
    http: Request
    marks: tuple[str, ...] = ()
    reply: SentReply | None = None
    timing: Timing | None = None
    # Made when first asked for; the same whoever makes it.
    _verdict: Verdict | None = field(default=None)

    def __repr__(self) -> str:
        # A fixed text: no time, port or address, and nothing that may be secret.
        parts = [self.http.method or "no request", f"{len(self.http.body)} bytes", self.http.status]
        parts += [str(self.verdict), *self.marks]
        sent = "no reply yet" if self.reply is None else f"{self.reply.status or 'closed'} by {self.reply.rule}"
        return f"Exchange({self.seq}, {', '.join(parts)} → {sent})"

    @property
    def done(self) -> bool:
        """Whether nothing more will come of it."""
        return self.timing is not None

    @property
    def is_delivery(self) -> bool:
        """Whether it is what ChatBot delivers: a POST that was read and let in, whatever is in it."""
        return self.http.method == "POST" and not views.REFUSED.intersection(self.marks)

    @property
    def url(self) -> str:
        """Path and query as they may be shown: query values masked, and so is the last segment of the path."""
        path = safe_url(views.escaped(self.http.target))
        before, question_mark, query = path.partition("?")
        folder, slash, last = before.rpartition("/")
        return f"{folder}{slash}{MASK if last else ''}{question_mark}{query}"

    @property
    def headers(self) -> dict[str, str]:
        """The headers by name as sent, values as Latin-1, those of one name joined with ``", "``; secrets masked."""
        return views.headers(self.http)

    @property
    def query(self) -> dict[str, list[str]]:
        """The query's values by name, decoded, in order. They may be secrets."""
        return views.query(self.http)

    @property
    def decoded(self) -> bytes:
        """The body with its ``Content-Encoding`` undone.

        Raises
        ------
        ValueError
            It cannot be undone, or grows too large; the text says which.
        """
        return views.decoded(self.http)

    @property
    def text(self) -> str:
        """The body as text, whatever it is: what is not UTF-8 is U+FFFD; of a body that cannot be decoded, why."""
        return views.text(self.http)

    @property
    def payload(self) -> Any:  # noqa: ANN401  # any JSON value
        """The body as JSON, None where it is none. A new one each time."""
        return views.payload(self.http)

    @property
    def request(self) -> WebhookRequest:
        """The body as a webhook request.

        Raises
        ------
        PayloadError
            It is none; ``findings`` has all that is wrong.
        """
        return views.webhook_request(self.http)

    @property
    def report(self) -> Report:
        """Everything that is wrong with what came: with the body, its headers, its token."""
        return judge.report_of(self)

    @property
    def verdict(self) -> Verdict:
        """The short form of ``report``; made once."""
        if self._verdict is None:
            object.__setattr__(self, "_verdict", verdict_of(self.report.findings))
        assert self._verdict is not None
        return self._verdict

    @property
    def size(self) -> int:
        """Bytes of what is kept of it, roughly: bodies, headers, the wire, and the objects that hold them."""
        return views.size(self.http) + (len(self.reply.body) if self.reply else 0)
