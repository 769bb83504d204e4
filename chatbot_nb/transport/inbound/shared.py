"""What the connections of one server have in common."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from chatbot_nb.transport.inbound.http import Limits, Request, Response, Timing

    Handler = Callable[[Request], Response | Awaitable[Response | None]]
    ExchangeHook = Callable[[Request, Response | None, Timing], None]

_KEPT_ERRORS: Final = 100


@dataclass(slots=True)
class Counts:
    """What came to a server without being a request: number of connections.

    Attributes
    ----------
    connections : int
        All that were opened.
    refused : int
        Opened while the limit was reached, and closed at once.
    idle : int
        Closed at the deadline without a single byte received.
    """

    connections: int = 0
    refused: int = 0
    idle: int = 0


class Open(Protocol):
    """An open connection, as its server knows it."""

    def stop(self) -> None:
        """Close now if nothing is under way, else after this exchange."""

    def abort(self) -> None:
        """Close now, whatever is under way."""

    def fileno(self) -> int:
        """Return the socket's descriptor, -1 if it is closed."""


@dataclass(slots=True)
class Shared:
    """What the connections of one server have in common; used on its loop only."""

    handler: Handler
    limits: Limits
    on_exchange: ExchangeHook | None
    errors: list[BaseException]
    counts: Counts
    open: set[Open] = field(default_factory=set)
    stopping: bool = False
    all_closed: asyncio.Event = field(default_factory=asyncio.Event)

    def note(self, error: BaseException) -> None:
        """Keep an exception for `Server.check`; the first ones tell most."""
        if len(self.errors) < _KEPT_ERRORS:
            self.errors.append(error)

    def forget(self, connection: Open) -> None:
        """Count a connection out."""
        self.open.discard(connection)
        if self.stopping and not self.open:
            self.all_closed.set()
