"""Replies that need a user's Python: the child asks, the kernel answers, and neither waits for the other for ever."""

from __future__ import annotations

import asyncio
import itertools
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from chatbot_nb.traffic import views
from chatbot_nb.traffic.engines.messages import Answer, Ask, GivenUp, Looking
from chatbot_nb.traffic.exchange import SentReply
from chatbot_nb.traffic.replies.answering import Answering
from chatbot_nb.traffic.replies.choosing import FALLBACK, Choosing
from chatbot_nb.traffic.replies.rule import Rule
from chatbot_nb.traffic.replies.workers import WORKERS, BusyError

if TYPE_CHECKING:
    from collections.abc import Callable

    from chatbot_nb.traffic.engines.channel import Outbox
    from chatbot_nb.traffic.limits import ReceiverLimits
    from chatbot_nb.traffic.replies.rule import Compiled
    from chatbot_nb.traffic.replies.rules import Rules
    from chatbot_nb.transport.inbound.http import Request

_BUSY: Final = f"handler_busy: each of the {WORKERS} threads runs a handler that has not returned yet"


@dataclass(slots=True)
class _Open:
    """A question that is not answered yet."""

    loop: asyncio.AbstractEventLoop
    answer: asyncio.Future[Answer]
    rule: str = ""  # which the kernel looks at; empty until it does


class CompiledRules(Answering):
    """The rules of a receiver in the child.

    Rules without a user's functions answer here, and are counted here; of the others it is known here when they may
    match, and the kernel counts them.

    Parameters
    ----------
    limits : ReceiverLimits
    tell : callable
    compiled : tuple of Compiled
    outbox : Outbox
        To the kernel.
    """

    def __init__(
        self,
        limits: ReceiverLimits,
        tell: Callable[[BaseException], None],
        compiled: tuple[Compiled, ...],
        outbox: Outbox,
    ) -> None:
        super().__init__(limits, tell, tuple(map(Rule.of, compiled)))
        self._outbox = outbox
        self._numbers = itertools.count(1)
        self._open: dict[int, _Open] = {}

    def replace_rules(self, compiled: tuple[Compiled, ...], faults: tuple[tuple[str, int], ...] | None) -> None:
        """Answer by these from now on; those that stay go on counting."""
        known = {rule.key: rule for rule in self._rules}
        self._rules = tuple(known.get(each.key) or Rule.of(each) for each in compiled)
        if faults is not None:
            self.faults = faults

    def inject(self, fault: str, times: int) -> None:
        """Spoil the next replies."""
        self._faults.add(fault, times)

    @property
    def hits(self) -> dict[int, int]:
        """How often each rule answered, by its key."""
        return {rule.key: rule.hits for rule in self._rules if not rule.runs_code}

    @property
    def faults(self) -> tuple[tuple[str, int], ...]:
        """The faults to come."""
        return self._faults.to_come

    @faults.setter
    def faults(self, faults: tuple[tuple[str, int], ...]) -> None:
        self._faults.to_come = faults

    def looking(self, message: Looking) -> None:
        """Take note of which rule the kernel looks at."""
        if (question := self._open.get(message.number)) is not None:
            question.rule = message.rule

    def answered(self, answer: Answer) -> None:
        """Take an answer of the kernel's."""
        if (question := self._open.get(answer.number)) is not None:
            question.loop.call_soon_threadsafe(_resolve, question.answer, answer)

    async def _chosen(self, http: Request, payload: object) -> SentReply:
        asked: list[Rule] = []
        certain = None
        for rule in self._candidates(payload):
            if rule.runs_code and rule.conditions.may_hold(payload):
                asked.append(rule)
            elif not rule.runs_code and rule.conditions.may_hold(payload):
                certain = rule
                break
        reply = await self._ask(http, asked) if asked else None
        if reply is None and certain is not None:
            taken = certain.take()
            assert isinstance(taken, SentReply)
            return taken
        return reply or FALLBACK  # the rule that had matched was replaced meanwhile

    async def _ask(self, http: Request, rules: list[Rule]) -> SentReply | None:
        seconds = self._limits.handler_seconds
        loop = asyncio.get_running_loop()
        number = next(self._numbers)
        question = self._open[number] = _Open(loop, loop.create_future())
        keys = tuple(rule.key for rule in rules)
        self._outbox.put(Ask(number, http, keys, time.monotonic() + seconds))
        try:
            answer = await asyncio.wait_for(question.answer, seconds)
        except TimeoutError:
            self._outbox.put(GivenUp(number))
            late = f"handler_timeout: nothing was returned within {seconds:g} s"
            if not question.rule:
                late = f"handler_timeout: the kernel was busy, and did not take up the request within {seconds:g} s"
            return replace(FALLBACK, rule=question.rule or rules[0].name, error=late)
        finally:
            del self._open[number]
        if answer.error:
            return replace(FALLBACK, rule=question.rule or rules[0].name, error=answer.error)
        return answer.reply


@dataclass(slots=True)
class _Asked(Choosing):
    """What chooses in the kernel; it says which rule it looks at."""

    report: Callable[[str], None] = field(kw_only=True)
    until: float = field(kw_only=True)

    def look_at(self, rule: Rule) -> None:
        self.name = rule.name
        self.report(rule.name)

    def taken_up(self) -> SentReply | None:
        """Return the reply, None if no rule matches."""
        if self.given_up or time.monotonic() >= self.until:  # it waited too long for its turn
            return None
        self.payload = views.payload(self.http)
        return self.chosen()


class Asked:
    """The questions of a child, in the kernel.

    Parameters
    ----------
    rules : Rules
    tell : callable
        Takes the exceptions of a user's functions.
    outbox : Outbox
        To the child.
    """

    def __init__(self, rules: Rules, tell: Callable[[BaseException], None], outbox: Outbox) -> None:
        self._rules = rules
        self._tell = tell
        self._outbox = outbox
        self._open: dict[int, _Asked] = {}

    def take_up(self, ask: Ask) -> None:
        """Have a question answered by a thread."""
        rules = self._rules.of_keys(ask.keys)
        if not rules:  # they were replaced while it was on its way
            self._outbox.put(Answer(ask.number))
            return

        def report(rule: str) -> None:
            self._outbox.put(Looking(ask.number, rule))

        work = _Asked(ask.http, None, rules, self._tell, report=report, until=ask.until)

        def done(reply: SentReply | None, error: BaseException | None) -> None:
            self._open.pop(ask.number, None)
            if error is not None:
                self._tell(error)
                text = f"{type(error).__name__}: {error}"
                self._outbox.put(Answer(ask.number, error=text))
            else:
                self._outbox.put(Answer(ask.number, reply))

        self._open[ask.number] = work
        try:
            self._rules.workers.submit(work.taken_up, done)
        except BusyError:
            del self._open[ask.number]
            self._outbox.put(Answer(ask.number, error=_BUSY))

    def give_up(self, message: GivenUp) -> None:
        """Call no further function for a question."""
        if (work := self._open.get(message.number)) is not None:
            work.given_up = True


def _resolve(future: asyncio.Future[Answer], answer: Answer) -> None:
    if not future.done():
        future.set_result(answer)
