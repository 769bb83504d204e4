"""What of choosing a reply runs in a thread: all that may call a user's functions, or take long."""

from __future__ import annotations

import traceback
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from chatbot_nb.errors import PayloadError
from chatbot_nb.payloads.wording import printable
from chatbot_nb.traffic import views
from chatbot_nb.traffic.replies.answers import sent_reply
from chatbot_nb.traffic.replies.faults import spoiled
from chatbot_nb.traffic.replies.rule import Handler

if TYPE_CHECKING:
    from collections.abc import Callable

    from chatbot_nb.payloads.request import WebhookRequest
    from chatbot_nb.traffic.exchange import SentReply
    from chatbot_nb.traffic.replies.rule import Rule
    from chatbot_nb.transport.inbound.http import Request

#: What goes out where a handler gives nothing: ChatBot takes it and says nothing.
FALLBACK: Final = sent_reply({"responses": []}, rule="")
# Without the traceback: what is sent leaves the notebook.
_FAILED: Final = sent_reply({"error": "the handler raised an exception"}, rule="", status=500)
_TRACEBACK: Final = 4000  # characters
_LAST_LINE: Final = 1000  # of these, for the exception itself


@dataclass(slots=True)
class Choosing:
    """The reply of the first of some rules that matches.

    Attributes
    ----------
    name : str
        The rule that is being looked at.
    given_up : bool
        Nobody waits any more; set by who did.
    """

    http: Request
    payload: object
    rules: tuple[Rule, ...]
    tell: Callable[[BaseException], None]
    name: str = field(init=False)
    given_up: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self.name = self.rules[0].name

    def __call__(self) -> SentReply:
        """Return the reply; what a user's function raises is told and becomes a reply."""
        return self.chosen() or FALLBACK

    def chosen(self) -> SentReply | None:
        """Return the reply, None if no rule matches."""
        request = self._request()
        for rule in self.rules:
            self.look_at(rule)
            matches = self._matches(rule, request)
            if self.given_up:  # no further function is called, and no turn of a sequence is used up
                break
            if matches:
                reply = rule.take()
                return self._made(reply, request) if isinstance(reply, Handler) else reply
        return None

    def look_at(self, rule: Rule) -> None:
        """Note which rule it is about now."""
        self.name = rule.name

    def _request(self) -> WebhookRequest | None:
        try:
            return views.webhook_request(self.http)
        except PayloadError:
            return None

    def _matches(self, rule: Rule, request: WebhookRequest | None) -> bool:
        try:
            return rule.conditions.hold(self.payload, request)
        except BaseException as exc:  # noqa: BLE001  # a border: the user's code
            self.tell(exc)
            return False

    def _made(self, handler: Handler, request: WebhookRequest | None) -> SentReply:
        if request is None:
            return replace(FALLBACK, rule=f"{self.name} (request invalid)")
        try:
            return handler(request)
        except BaseException as exc:  # noqa: BLE001  # a border: the user's code
            self.tell(exc)
            return replace(_FAILED, rule=self.name, error=_traceback(exc))


@dataclass(slots=True)
class Spoiling:
    """A reply with a fault in it."""

    reply: SentReply
    fault: str
    given_up: bool = field(default=False, init=False)

    @property
    def name(self) -> str:
        """What stands as the rule of the exchange."""
        return f"fault: {self.fault}"

    def __call__(self) -> SentReply:
        """Return it."""
        return spoiled(self.reply, self.fault)


def _traceback(exc: BaseException) -> str:
    """Return the traceback; of a long one the innermost frames and the beginning of the message."""
    whole = printable("".join(traceback.format_exception(exc)))
    if len(whole) <= _TRACEBACK:
        return whole
    last = printable("".join(traceback.format_exception_only(exc)))[:_LAST_LINE]
    frames = printable("".join(traceback.format_tb(exc.__traceback__)))
    return f"…{frames[-(_TRACEBACK - 1 - len(last)) :]}{last}"
