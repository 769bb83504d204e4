"""One rule: its conditions, and its replies in turn, each fixed and judged beforehand or a Python handler."""

from __future__ import annotations

import itertools
import json
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from chatbot_nb.payloads._base import WireModel
from chatbot_nb.payloads.wording import counted, printable
from chatbot_nb.traffic.replies.answers import sent_reply
from chatbot_nb.traffic.replies.matching import Conditions, name_of
from chatbot_nb.traffic.replies.workers import called

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from chatbot_nb.payloads.request import WebhookRequest
    from chatbot_nb.traffic.exchange import SentReply

_KEYS: Final = itertools.count(1)
_TYPES: Final = 3  # so many types of responses are named,
_TYPE: Final = 20  # each with so many characters
_WRAP: Final = (
    "a list of responses is not a reply: wrap it in {'responses': [...]}; a list given here is a sequence, "
    "one reply for each request"
)


@dataclass(frozen=True, slots=True)
class Handler:
    """A function of the user's that makes replies; what it does not say itself stands here."""

    function: Callable[[WebhookRequest], object]
    rule: str
    status: int
    headers: tuple[tuple[str, str], ...]
    delay: float

    def __call__(self, request: WebhookRequest) -> SentReply:
        """Return what is sent; raises what the function raises, and as `sent_reply`."""
        value = called(self.function, request)
        return sent_reply(value, rule=self.rule, status=self.status, headers=self.headers, delay=self.delay)


class Row(NamedTuple):
    """What a table says of a rule; ``reply``, ``status`` and ``delay`` are of the reply that comes next."""

    name: str
    conditions: str
    reply: str
    status: int
    delay: float
    hits: int


class Compiled(NamedTuple):
    """A rule as another process has it: without the user's functions, and without replies where one has a say."""

    key: int
    name: str
    conditions: Conditions
    replies: tuple[SentReply, ...]
    runs_code: bool
    hits: int


class Rule:
    """One rule of a receiver; `take` may be called from any thread.

    Attributes
    ----------
    key : int
        Its own, also among rules of one name.
    name : str
    conditions : Conditions
    runs_code : bool
        Whether a function of the user's is among its conditions or replies.
    hits : int
        How many requests it has answered.
    """

    def __init__(self, name: str, conditions: Conditions, replies: tuple[tuple[str, SentReply | Handler], ...]) -> None:
        self.key = next(_KEYS)
        self.name = name
        self.conditions = conditions
        self.runs_code = conditions.runs_code or any(isinstance(reply, Handler) for _, reply in replies)
        self.hits = 0
        self._replies = replies  # each with what a table says of it
        self._lock = threading.Lock()

    @classmethod
    def of(cls, compiled: Compiled) -> Rule:
        """Return what another process compiled."""
        rule = cls(compiled.name, compiled.conditions, tuple(("", reply) for reply in compiled.replies))
        rule.key, rule.runs_code, rule.hits = compiled.key, compiled.runs_code, compiled.hits
        return rule

    def compiled(self) -> Compiled:
        """Return it for another process."""
        replies = () if self.runs_code else tuple(reply for _, reply in self._replies if not isinstance(reply, Handler))
        return Compiled(self.key, self.name, self.conditions.without_code(), replies, self.runs_code, self.hits)

    def take(self) -> SentReply | Handler:
        """Return the reply of the next request; the last one stays for all further."""
        with self._lock:
            _, reply = self._next()
            self.hits += 1
        return reply

    def row(self) -> Row:
        """Return what a table says of it."""
        with self._lock:
            (kind, reply), hits = self._next(), self.hits
        if len(self._replies) > 1:
            kind = f"{min(hits, len(self._replies) - 1) + 1} of {len(self._replies)}: {kind}"
        return Row(self.name, str(self.conditions), kind, reply.status, reply.delay, hits)

    def _next(self) -> tuple[str, SentReply | Handler]:
        return self._replies[min(self.hits, len(self._replies) - 1)]


def make_rule(  # noqa: PLR0913  # what is said of a rule
    name: str,
    conditions: Conditions,
    reply: object,
    *,
    status: int,
    headers: Mapping[str, str] | Iterable[tuple[str, str]] | None,
    delay: float,
) -> Rule:
    """Return a rule; its fixed replies are made and judged here, once.

    Raises
    ------
    PayloadError, ValueError, TypeError
        As `sent_reply`; also for an empty list, and for a list that is one reply's responses.
    """
    if isinstance(reply, list):
        if not reply:
            raise ValueError("an empty list: a sequence has at least one reply; {'responses': []} says nothing")
        if all(_is_response(each) for each in reply):
            raise ValueError(_WRAP)
    # Also where a handler makes the body: what cannot be sent is refused now.
    bare = sent_reply(None, rule=name, status=status, headers=headers, delay=delay)
    replies: list[tuple[str, SentReply | Handler]] = []
    for value in reply if isinstance(reply, list) else [reply]:
        if callable(value):
            replies.append((f"handler {name_of(value)}", Handler(value, name, bare.status, bare.headers, delay)))
        else:
            fixed = sent_reply(value, rule=name, status=status, headers=bare.headers, delay=delay)
            replies.append((_kind_of(fixed.body), fixed))
    return Rule(name, conditions, tuple(replies))


def _kind_of(body: bytes) -> str:
    """Return what a table says of a reply; of what is in it, only the types of its responses."""
    if not body:
        return "empty body"
    try:
        document: Any = json.loads(body)
    except (ValueError, RecursionError):
        return f"{counted(len(body), 'byte')} of no JSON"
    responses = document.get("responses") if isinstance(document, dict) else None
    if isinstance(responses, list) and responses:
        types = [printable(_type_of(response) or "?")[:_TYPE] for response in responses]
        return f"{', '.join(types)} reply" if len(types) <= _TYPES else f"{len(types)} responses"
    if isinstance(document, dict) and document.get("attributes"):
        return "attributes"
    return "says nothing" if responses == [] else "JSON of no reply"


def _is_response(value: object) -> bool:
    return isinstance(value, dict | WireModel) and _type_of(value) is not None


def _type_of(response: object) -> str | None:
    found = response.get("type") if isinstance(response, dict) else getattr(response, "type", None)
    return found if isinstance(found, str) else None
