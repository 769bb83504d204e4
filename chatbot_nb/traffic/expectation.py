"""Waiting for traffic, and asserting that it came."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from chatbot_nb.errors import ReceiverTimeoutError
from chatbot_nb.payloads.wording import counted, kind_of, show
from chatbot_nb.traffic.exchange import Exchange
from chatbot_nb.traffic.replies.matching import make_conditions, name_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from chatbot_nb.traffic.capture import Capture

#: A predicate, or values by the names of the frame's columns.
Where = Callable[[Exchange], object] | Mapping[str, object]
_Matcher = Callable[["Sequence[Exchange]"], "list[Exchange]"]

_LISTED: Final = 5  # of the last exchanges in a message
_HEADS: Final = ("seq", "method", "node", "message", "verdict")


def wait(capture: Capture, n: int = 1, timeout: float = 10.0, where: Where | None = None) -> tuple[Exchange, ...]:
    """Wait until `n` exchanges are done, and return them.

    Parameters
    ----------
    capture : Capture
    n : int, default 1
    timeout : float, default 10.0
        Seconds.
    where : callable or mapping, optional
        Count only these: a predicate of an `Exchange`, whose exceptions go to the caller, or values by column of
        the frame, such as ``{"node": "Order status", "attributes.plan": "pro"}``. None is a missing value.

    Returns
    -------
    tuple of Exchange
        The first `n`, oldest first, of those that are kept now and those that come. What is cleared in the
        meantime does not count.

    Raises
    ------
    ReceiverTimeoutError
        They did not come in time; the message says what did.
    ValueError
        `n` or `timeout` is no positive number, or there is no such column.
    TypeError
        `where` is neither a callable nor a mapping.
    """
    if type(n) is not int or n < 1:
        raise ValueError(f"n: {show(n)}, an integer from 1 on is needed")
    if type(timeout) not in (int, float) or not 0 < timeout < math.inf:
        raise ValueError(f"timeout: {show(timeout)}, a number of seconds above 0 is needed")
    matching = _matcher(where)
    arrivals = _Arrivals(capture)
    found: dict[int, Exchange] = {}
    until = time.monotonic() + timeout
    while len(found) < n:
        fresh = arrivals.next(min(until - time.monotonic(), threading.TIMEOUT_MAX))
        if fresh is None:
            raise ReceiverTimeoutError(_missed(capture, n, timeout, where, len(found)))
        if arrivals.cleared:
            found.clear()
            fresh = [exchange for exchange in fresh if exchange.seq >= capture.first]
        found.update((exchange.seq, exchange) for exchange in matching(fresh))
    return tuple(found[seq] for seq in sorted(found)[:n])


class _Arrivals:
    """The exchanges that are done, each once. Looked at outside the capture's lock: the server must not wait for it."""

    def __init__(self, capture: Capture) -> None:
        self._capture = capture
        self._generation = capture.generation
        self._seen: set[int] = set()
        self.cleared = False

    def next(self, timeout: float) -> list[Exchange] | None:
        """Return those that are done and were not returned before, as soon as there are any; None if none came."""
        done: list[Exchange] = []
        fresh: list[Exchange] = []

        def are_fresh(some: list[Exchange]) -> bool:
            done.extend(some)
            fresh.extend(exchange for exchange in some if exchange.seq not in self._seen)
            return bool(fresh)

        came = self._capture.wait_for(are_fresh, timeout)
        generation = self._capture.generation
        self.cleared, self._generation = generation != self._generation, generation
        self._seen = {exchange.seq for exchange in done}  # those that are gone do not come again
        return fresh if came else None


def assert_received(  # noqa: PLR0913  # what a test may want to pin down
    capture: Capture,
    n: int | None = None,
    *,
    where: Where | None = None,
    node: str | None = None,
    message: str | None = None,
    chat_id: str | None = None,
    attributes: Mapping[str, object] | None = None,
) -> None:
    """Fail unless such deliveries came.

    Parameters
    ----------
    capture : Capture
    n : int, optional
        Exactly so many; by default at least one.
    where : callable or mapping, optional
        As for `wait`.
    node, message, chat_id : str, optional
        Name of the block, what the user typed, the chat.
    attributes : mapping of str to object, optional
        These, among others; as for a rule of a receiver each is looked up among the attributes of the chat, and only
        where it is not there among those of the user.

    Raises
    ------
    AssertionError
        The text shows what was wanted and what came.
    ValueError, TypeError
        `n` is no integer from 0 on, or as for `wait`.
    """
    __tracebackhide__ = True  # pytest shows the line of the test
    if n is not None and (type(n) is not int or n < 0):
        raise ValueError(f"n: {show(n)}, an integer from 0 on is needed, or None for at least one")
    cells = {} if chat_id is None else {"chat_id": chat_id}
    exchanges = capture.all()
    found = _matcher(cells)(_matcher(where)([exchange for exchange in exchanges if exchange.is_delivery]))
    shown = [_shown(where), _shown(cells)]
    if not (node is None and message is None and attributes is None):
        conditions = make_conditions(node, message, attributes, None)
        found = [exchange for exchange in found if conditions.hold(exchange.payload, None)]
        shown.append(str(conditions))
    if len(found) == n or (n is None and found):
        return
    wanted = "at least 1 delivery" if n is None else counted(n, "delivery", "deliveries")
    came = f"{len(found) or 'none'} of {counted(len(exchanges), 'exchange')}"
    raise AssertionError("\n".join([f"expected {wanted}{_that(shown)}, got {came}", *_table(exchanges)]))


def _matcher(where: Where | None) -> _Matcher:
    """Return what takes those that match out of exchanges."""
    if where is None:
        return list
    if isinstance(where, Mapping):
        return _cell_matcher(where)
    if not callable(where):
        raise TypeError(f"where: a function of an Exchange, or a mapping of columns to values, not {kind_of(where)}")
    return lambda exchanges: [exchange for exchange in exchanges if where(exchange)]


def _cell_matcher(wanted: Mapping[str, object]) -> _Matcher:
    from chatbot_nb.traffic.tables.columns import FIXED
    from chatbot_nb.traffic.tables.segments import OF_CHAT, OF_USER, read

    for name in wanted:
        if name not in FIXED and not str(name).startswith((OF_USER, OF_CHAT)):
            there = ", ".join([*FIXED, f"{OF_USER}<name>", f"{OF_CHAT}<name>"])
            raise ValueError(f"where: there is no column {show(name)}; there are {there}")

    def matching(exchanges: Sequence[Exchange]) -> list[Exchange]:
        if not exchanges or not wanted:
            return list(exchanges)
        rows = read(exchanges, wanted)
        columns = [(rows.fixed[name] if name in FIXED else rows.column(name), value) for name, value in wanted.items()]
        fits = [[_is(cell, value) for cell in column] for column, value in columns]
        return [exchange for exchange, *fit in zip(exchanges, *fits, strict=True) if all(fit)]

    return matching


def _is(cell: object, wanted: object) -> bool:
    """Whether a cell of the frame is what is wanted; true is not 1, as in JSON."""
    import pandas as pd

    if cell is None or cell is pd.NA or cell is pd.NaT or cell != cell:  # noqa: PLR0124  # NaN
        return wanted is None
    return bool(cell == wanted) and isinstance(cell, bool) == isinstance(wanted, bool)


def _missed(capture: Capture, n: int, timeout: float, where: Where | None, found: int) -> str:
    exchanges = capture.all()
    came = f"{found or 'none'} of {counted(n, 'exchange')}{_that([_shown(where)])} came within {timeout:g} s"
    there = f"there {'is' if len(exchanges) == 1 else 'are'} {counted(len(exchanges), 'exchange')} in all"
    return "\n".join([f"{came}; {there}", *_table(exchanges)])


def _that(conditions: Iterable[str]) -> str:
    shown = ", ".join(filter(None, conditions))
    return f" with {shown}" if shown else ""


def _shown(where: Where | None) -> str:
    if isinstance(where, Mapping):
        return ", ".join(f"{name} {show(value)}" for name, value in where.items())
    return "" if where is None else f"where {name_of(where)}"


def _table(exchanges: Sequence[Exchange]) -> list[str]:
    """Return the last exchanges as lines, each text from outside quoted."""
    if not exchanges:
        return []
    rows = [_HEADS, *map(_row, exchanges[-_LISTED:])]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  " + "  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    more = len(exchanges) - _LISTED
    return [*lines[:1], *([f"  ... {more:,} before"] if more > 0 else []), *lines[1:]]


def _row(exchange: Exchange) -> tuple[str, ...]:
    payload = exchange.payload
    members: dict[str, Any] = payload if isinstance(payload, dict) else {}
    node = members.get("node")
    name = node.get("name") if isinstance(node, dict) else None
    texts = [show(text) if isinstance(text, str) else "-" for text in (name, members.get("message"))]
    return str(exchange.seq), exchange.http.method or "-", *texts, str(exchange.verdict)
