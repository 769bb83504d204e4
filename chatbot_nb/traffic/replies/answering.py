"""How a request gets its reply: from the first rule that matches, at once or in a thread, and spoiled by a fault."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from chatbot_nb.traffic.exchange import SentReply
from chatbot_nb.traffic.replies.choosing import FALLBACK, Choosing, Spoiling
from chatbot_nb.traffic.replies.faults import Faults
from chatbot_nb.traffic.replies.workers import WORKERS, BusyError, LateError, Workers

if TYPE_CHECKING:
    from collections.abc import Callable

    from chatbot_nb.traffic.limits import ReceiverLimits
    from chatbot_nb.traffic.replies.rule import Rule
    from chatbot_nb.transport.inbound.http import Request


class Answering:
    """Chooses the replies of one receiver.

    Parameters
    ----------
    limits : ReceiverLimits
        ``handler_seconds`` is what a user's functions get for one request, conditions and handler together.
    tell : callable
        Takes the exceptions of a user's functions.
    rules : tuple of Rule
        The last one has no conditions.
    """

    def __init__(self, limits: ReceiverLimits, tell: Callable[[BaseException], None], rules: tuple[Rule, ...]) -> None:
        self._limits = limits
        self._tell = tell
        self._workers = Workers()
        self._faults = Faults()
        self._rules = rules  # replaced as a whole, never changed

    def close(self) -> None:
        """Let go of the threads; rules stay, and may go on answering."""
        self._workers.close()

    def at_once(self, payload: object) -> SentReply | None:
        """Choose the reply where that takes no time: None if a function of the user's has a say, or a fault waits.

        Parameters
        ----------
        payload : JSON value
            The body of the request, None where that is no JSON.
        """
        rule = self._candidates(payload)[0]
        if self._faults or rule.runs_code:
            return None
        reply = rule.take()
        assert isinstance(reply, SentReply)
        return reply

    async def reply_to(self, http: Request, payload: object) -> SentReply:
        """Choose the reply to a request; does not wait for its delay.

        Parameters
        ----------
        http : Request
        payload : JSON value
            Its body, None where that is no JSON.
        """
        fault = self._faults.take()
        reply = self.at_once(payload) if fault is None else None
        if reply is None:
            reply = await self._chosen(http, payload)
        if fault is None:
            return reply
        # In a thread, since judging what is large and broken takes long.
        return await self._in_worker(Spoiling(reply, fault))

    async def _chosen(self, http: Request, payload: object) -> SentReply:
        """Choose where a user's functions have a say, or where it is spoiled next."""
        return await self._in_worker(Choosing(http, payload, self._candidates(payload), self._tell))

    def _candidates(self, payload: object) -> tuple[Rule, ...]:
        """Return the rules from the first on that may match; the last one always does."""
        rules = self._rules
        for index, rule in enumerate(rules):
            if rule.conditions.may_hold(payload):
                return rules[index:] if index else rules
        raise AssertionError("the last rule has no conditions")

    async def _in_worker(self, work: Choosing | Spoiling) -> SentReply:
        seconds = self._limits.handler_seconds
        try:
            return await self._workers.run(work, timeout=seconds)
        except LateError:
            work.given_up = True
            error = f"handler_timeout: nothing was returned within {seconds:g} s"
        except BusyError:
            error = f"handler_busy: each of the {WORKERS} threads runs a handler that has not returned yet"
        return replace(FALLBACK, rule=work.name, error=error)
