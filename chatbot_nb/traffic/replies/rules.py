"""Which reply a receiver gives to which request; everything can be changed while it runs."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final, Protocol

from chatbot_nb.payloads.wording import counted, kind_of, show
from chatbot_nb.traffic.replies.answering import Answering
from chatbot_nb.traffic.replies.answers import delay_of
from chatbot_nb.traffic.replies.faults import check_fault
from chatbot_nb.traffic.replies.matching import Conditions, make_conditions
from chatbot_nb.traffic.replies.rule import make_rule

if TYPE_CHECKING:
    import re
    from collections.abc import Callable

    import pandas as pd

    from chatbot_nb.traffic.limits import ReceiverLimits
    from chatbot_nb.traffic.replies.matching import Predicate, Wanted
    from chatbot_nb.traffic.replies.rule import Compiled, Row, Rule
    from chatbot_nb.traffic.replies.workers import Workers

_Headers = Mapping[str, str] | Iterable[tuple[str, str]] | None

_OTHERWISE: Final = "reply"  # the name under which what no rule matches is answered
_TAKEN: Final = (_OTHERWISE, "verification", "refusal")  # what else stands as the rule of an exchange
_FAULT: Final = "fault: "


class Elsewhere(Protocol):
    """Another process, which answers by the rules of this one."""

    def replace_rules(self, rules: tuple[Compiled, ...], faults: tuple[tuple[str, int], ...] | None) -> None:
        """Answer by these from now on; None leaves the faults to come as they are. Returns when it is done."""

    def inject(self, fault: str, times: int) -> None:
        """Spoil the next replies. Returns when it is known there."""

    def catch_up(self) -> None:
        """Have `Rules.mirror` called with what has happened there."""


class Rules(Answering):
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
        super().__init__(limits, tell, (self._otherwise(None, status=200, headers=None, delay=0.0),))
        self._lock = threading.Lock()
        self._reply: object = None
        self._elsewhere: Elsewhere | None = None

    def __repr__(self) -> str:
        self._catch_up()
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
            self._replace((*self._rules[:-1], rule))

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
        name = str.__str__(name)  # of a class of its own it could not be told to another process
        conditions = make_conditions(node, message, attributes, where)
        rule = make_rule(name, conditions, reply, status=status, headers=headers, delay=delay_of(delay, stacklevel=2))
        with self._lock:
            *rules, otherwise = self._rules
            if name in (names := [each.name for each in rules]):
                rules[names.index(name)] = rule
            else:
                rules.append(rule)
            self._replace((*rules, otherwise))

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
            self._replace((*kept, otherwise))

    def clear(self) -> None:
        """Remove all rules, and the faults to come; what was set for requests that no rule matches stays."""
        with self._lock:
            self._faults.clear()
            self._replace(self._rules[-1:], faults=())

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

        self._catch_up()
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
        if self._elsewhere is None:
            self._faults.add(fault, times)
        else:
            check_fault(fault, times)
            self._elsewhere.inject(fault, times)

    def apply_in(self, elsewhere: Elsewhere) -> tuple[tuple[Compiled, ...], tuple[tuple[str, int], ...]]:
        """Have every change go to another process from now on; return the rules and the faults for it."""
        with self._lock:
            self._elsewhere = elsewhere
            return self._compiled(), self._faults.to_come

    def apply_here(self) -> None:
        """Have changes go to no other process."""
        self._elsewhere = None  # without the lock: who holds it may wait for that process, which is gone

    def mirror(self, hits: Mapping[int, int], faults: tuple[tuple[str, int], ...]) -> None:
        """Note what has happened in the other process: how often rules answered, by key, and the faults to come."""
        self._faults.to_come = faults
        for rule in self._rules:
            if rule.key in hits and not rule.runs_code:
                rule.hits = hits[rule.key]

    def of_keys(self, keys: Iterable[int]) -> tuple[Rule, ...]:
        """Return the rules of these keys that there still are, in order."""
        by_key = {rule.key: rule for rule in self._rules}
        return tuple(by_key[key] for key in keys if key in by_key)

    @property
    def workers(self) -> Workers:
        """The threads that run a user's functions."""
        return self._workers

    def _compiled(self) -> tuple[Compiled, ...]:
        return tuple(rule.compiled() for rule in self._rules)

    def _replace(self, rules: tuple[Rule, ...], faults: tuple[tuple[str, int], ...] | None = None) -> None:
        self._rules = rules
        if self._elsewhere is not None:
            self._elsewhere.replace_rules(self._compiled(), faults)

    def _catch_up(self) -> None:
        if self._elsewhere is not None:
            self._elsewhere.catch_up()

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
