"""What a receiver asks of whatever runs its server."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

from chatbot_nb.traffic.gate import Gate

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Callable

    from chatbot_nb.traffic.capture import Capture
    from chatbot_nb.traffic.exchange import Exchange
    from chatbot_nb.traffic.limits import ReceiverLimits
    from chatbot_nb.traffic.storage.store import TrafficStore

State = Literal["running", "stopped", "died"]


@dataclass(frozen=True, slots=True)
class Setup:
    """Where one receiver listens, and whom it lets in.

    Parameters
    ----------
    host : str
    ports : tuple of int
        The first that is free is taken; 0 takes any.
    path, hosts, token, own_id, require_token
        As `Gate` takes them.
    limits : ReceiverLimits
    """

    host: str
    ports: tuple[int, ...]
    path: str
    hosts: tuple[str, ...] | None
    token: str | None = field(repr=False)
    own_id: str
    require_token: bool
    limits: ReceiverLimits

    def gate(self) -> Gate:
        """Return what lets in."""
        return Gate(self.path, self.hosts, self.token, self.own_id, require_token=self.require_token)


@dataclass(frozen=True, slots=True)
class Record:
    """Where an engine puts what it sees.

    Parameters
    ----------
    capture : Capture
    strays : deque of Exchange
        The requests to another path or host.
    tell : callable
        Takes what went wrong on our side.
    """

    capture: Capture
    strays: deque[Exchange]
    tell: Callable[[BaseException], None]


class Engine(Protocol):
    """The server of one receiver, for one run: made, started, stopped."""

    @property
    def state(self) -> State:
        """What it does now."""

    @property
    def port(self) -> int:
        """Where it listens, or did last."""

    @property
    def refused(self) -> int:
        """Requests that were refused, and connections that were turned away."""

    @property
    def errors(self) -> tuple[BaseException, ...]:
        """What went wrong in the server itself, oldest first."""

    def start(self, setup: Setup, store: TrafficStore | None) -> None:
        """Listen, record and answer; the store is the engine's from now on, also where this raises.

        Raises
        ------
        ListenError
            None of the ports can be had. Nothing is left running.
        ReceiverError
            It did not come to that; the message says why.
        """

    def admit(self, setup: Setup) -> None:
        """Let in what another setup lets in; it listens where it did."""

    def catch_up(self) -> None:
        """Have in the record all that was answered before this call."""

    def clear(self) -> int:
        """Forget all traffic, in the store too; return the `seq` that came next at that moment."""

    def stop(self, *, grace: float | None = None) -> None:
        """Stop as `Server.stop` does, and close the store; harmless where it does not run."""
