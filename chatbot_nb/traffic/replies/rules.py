"""Which reply a receiver gives to which request; everything can be changed while it runs."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from chatbot_nb.payloads.wording import counted, kind_of, show
from chatbot_nb.traffic.exchange import SentReply
from chatbot_nb.traffic.replies.answers import delay_of
from chatbot_nb.traffic.replies.choosing import FALLBACK, Choosing, Spoiling
from chatbot_nb.traffic.replies.faults import Faults
from chatbot_nb.traffic.replies.matching import Conditions, make_conditions
from chatbot_nb.traffic.replies.rule import make_rule
from chatbot_nb.traffic.replies.workers import WORKERS, BusyError, LateError, Workers

if TYPE_CHECKING:
    import re
    from collections.abc import Callable

    import pandas as pd

    from chatbot_nb.traffic.limits import ReceiverLimits
    from chatbot_nb.traffic.replies.matching import Predicate, Wanted
    from chatbot_nb.traffic.replies.rule import Row, Rule
    from chatbot_nb.transport.inbound.http import Request

_Headers = Mapping[str, str] | Iterable[tuple[str, str]] | None

_OTHERWISE: Final = "reply"  # the name under which what no rule matches is answered
_TAKEN: Final = (_OTHERWISE, "verification", "refusal")  # what else stands as the rule of an exchange
_FAULT: Final = "fault: "


class Rules:
    """The rules of one receiver, the first that matches answers; every method may be called from any thread.

    Parameters
    ----------
    limits : ReceiverLimits
        ``handler_seconds`` is what a user's functions get for one request, conditions and handler together.
    tell : callable
        Takes the exceptions of a user's functions.

    Notes
    -----
    A reply is anything that `sent_reply` takes; a function of the `WebhookRequest` that returns such a thing, or a
    coroutine function; or a list of these, a sequence: the nth request gets the nth, and the last one stays. A
    function runs in a thread of its own. It is called for valid webhook requests only; others get
    ``{"responses": []}``, and so does ChatBot where the function is late.
    """

    def __init__(self, limits: ReceiverLimits, tell: Callable[[BaseException], None]) -> None:
        self._limits = limits
        self._tell = tell
        self._lock = threading.Lock()
        self._workers = Workers()
        self._faults = Faults()
        self._reply: object = None
        # Replaced as a whole, never changed. The last one has no conditions: what no rule matches.
        self._rules: tuple[Rule, ...] = (self._otherwise(None, status=200, headers=None, delay=0.0),)

    def __repr__(self) -> str:
        *rules, otherwise = [rule.row() for rule in self._rules]
        lines = [
            f"{order}. {show(row.name)}: {row.conditions} → {_reply_text(row)}" for order, row in enumerate(rules, 1)
        ]
        lines.append(f"{'otherwise' if lines else 'always'} → {_reply_text(otherwise)}")
        if faults := str(self._faults):
            lines.append(f"next faults: {faults}")
        return "\n  ".join([f"Rules: {counted(len(rules), 'rule')}, the first that matches answers", *lines])

    @property
    def reply(self) -> object:
        """What was set last for requests that no rule matches."""
        return self._reply

    def set(self, reply: object, *, status: int = 200, headers: _Headers = None, delay: float = 0.0) -> None:
        """Set what requests get that no rule matches.

        Parameters
        ----------
        reply : object
            As the class says; None is ``{"responses": []}``.
        status : int, default 200
            200 to 599.
        headers : mapping or iterable of pairs of str, optional
        delay : float, default 0.0
            Seconds for which it is held back, at most 60.

        Raises
        ------
        PayloadError, ValueError, TypeError
            This cannot be sent; nothing was changed. The message says what was got, and what is allowed.

        Warns
        -----
        UserWarning
            The delay is more than 8 seconds.
        """
        delay = delay_of(delay, stacklevel=3)  # the receiver stands between a cell and this
        rule = self._otherwise(reply, status=status, headers=headers, delay=delay)
        with self._lock:
            self._reply = reply
            self._rules = (*self._rules[:-1], rule)

    def add(  # noqa: PLR0913  # what can be said of a rule
        self,
        name: str,
        reply: object,
        *,
        node: str | None = None,
        message: str | re.Pattern[str] | Callable[[str], object] | None = None,
        attributes: Mapping[str, Wanted] | None = None,
        where: Predicate | None = None,
        status: int = 200,
        headers: _Headers = None,
        delay: float = 0.0,
    ) -> None:
        """Add a rule after the others, or replace the one of this name in its place.

        Parameters
        ----------
        name : str
            Stands in the record of each exchange that it answers.
        reply : object
            As the class says.
        node : str, optional
            The exact name of the node.
        message : str, re.Pattern or callable, optional
            The exact message; a pattern that is searched for in it; or a function of it that says whether it fits.
        attributes : mapping, optional
            By name the exact value, a pattern or a function. A name is looked up in the request's ``attributes``, and
            only where it is not there in its ``userAttributes``.
        where : callable, optional
            A function of the `WebhookRequest` that says whether it fits. What it raises, as any of these functions,
            is kept for the receiver's ``errors``, and the rule does not match.
        status, headers, delay
            As for `set`.

        Raises
        ------
        PayloadError, ValueError, TypeError
            There is no condition, one is of the wrong type, the name is taken by the receiver itself, or this cannot
            be sent; nothing was changed.

        Warns
        -----
        UserWarning
            The delay is more than 8 seconds.

        Notes
        -----
        All conditions that are given must hold. A pattern is searched on the server's loop: one that takes long
        to fail keeps everybody waiting.
        """
        _check_name(name)
        conditions = make_conditions(node, message, attributes, where)
        rule = make_rule(name, conditions, reply, status=status, headers=headers, delay=delay_of(delay, stacklevel=2))
        with self._lock:
            *rules, otherwise = self._rules
            if name in (names := [each.name for each in rules]):
                rules[names.index(name)] = rule
            else:
                rules.append(rule)
            self._rules = (*rules, otherwise)

    def remove(self, name: str) -> None:
        """Remove a rule.

        Parameters
        ----------
        name : str

        Raises
        ------
        ValueError
            There is no rule of this name; the message says which there are.
        """
        with self._lock:
            *rules, otherwise = self._rules
            kept = [rule for rule in rules if rule.name != name]
            if len(kept) == len(rules):
                there = ", ".join(show(rule.name) for rule in rules) or "none"
                raise ValueError(f"remove({show(name)}): there is no such rule; there are: {there}")
            self._rules = (*kept, otherwise)

    def clear(self) -> None:
        """Remove all rules, and the faults to come; what was set for requests that no rule matches stays."""
        with self._lock:
            self._rules = self._rules[-1:]
        self._faults.clear()

    def frame(self) -> pd.DataFrame:
        """Return the rules as one row each.

        Returns
        -------
        pandas.DataFrame, shape (n + 1, 6)
            Index ``order`` from 1: the first that matches answers. Columns ``name``, ``conditions``, ``reply`` (what
            kind the next one is), ``status``, ``delay`` (seconds), ``hits``. The last row, ``reply`` without
            conditions, is for what no rule matches.
        """
        import pandas as pd

        rows = [rule.row() for rule in self._rules]
        dtypes = {"name": "str", "conditions": "str", "reply": "str", "status": "int64", "delay": "float64"}
        index = pd.RangeIndex(1, len(rows) + 1, name="order")
        return pd.DataFrame(rows, index, [*dtypes, "hits"]).astype({**dtypes, "hits": "int64"})

    def inject(self, fault: str, times: int = 1) -> None:
        """Spoil the next replies; what is injected later comes later.

        Parameters
        ----------
        fault : {"slow", "status_500", "malformed", "oversize", "cut_off"}
        times : int, default 1

        Raises
        ------
        ValueError
            There is no such fault, or `times` is no integer of 1 to 100,000.
        """
        self._faults.add(fault, times)

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
            reply = await self._in_worker(Choosing(http, payload, self._candidates(payload), self._tell))
        if fault is None:
            return reply
        # In a thread, since judging what is large and broken takes long.
        return await self._in_worker(Spoiling(reply, fault))

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

    @staticmethod
    def _otherwise(reply: object, *, status: int, headers: _Headers, delay: float) -> Rule:
        value = {"responses": []} if reply is None else reply
        return make_rule(_OTHERWISE, Conditions(), value, status=status, headers=headers, delay=delay)


def _check_name(name: object) -> None:
    if not isinstance(name, str) or not name:
        raise ValueError(f"the name of a rule is text, not {show(name) if name == '' else kind_of(name)}")
    if name in _TAKEN or name.startswith(_FAULT):
        raise ValueError(f"{show(name)} is what the receiver itself writes into the record; name the rule otherwise")


def _reply_text(row: Row) -> str:
    held_back = f" after {row.delay:g} s" if row.delay else ""
    return f"{row.reply}, {row.status}{held_back}, {counted(row.hits, 'hit')}"
