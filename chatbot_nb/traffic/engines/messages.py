"""What kernel and child say to each other; nothing else is read from the pipes between them."""

from __future__ import annotations

import datetime as dt
import errno
import io
import pickle
import re
import traceback
from dataclasses import dataclass
from typing import Any, Final

from chatbot_nb.errors import ListenError, ReceiverError
from chatbot_nb.traffic.engines.engine import Setup
from chatbot_nb.traffic.exchange import Exchange, SentReply
from chatbot_nb.traffic.limits import ReceiverLimits
from chatbot_nb.traffic.replies.matching import Conditions, known_elsewhere
from chatbot_nb.traffic.replies.rule import Compiled
from chatbot_nb.traffic.verdict import Verdict
from chatbot_nb.transport.inbound.http import Request, Timing

Faults = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Begin:
    """Start a receiver."""

    setup: Setup
    rules: tuple[Compiled, ...]
    faults: Faults
    place: str  # of the store
    lasting: bool  # whether it is the user's
    next_seq: int
    message_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReplaceRules:
    """Answer by these rules; None leaves the faults as they are."""

    rules: tuple[Compiled, ...]
    faults: Faults | None


@dataclass(frozen=True, slots=True)
class Inject:
    """Spoil the next replies."""

    fault: str
    times: int


@dataclass(frozen=True, slots=True)
class Admit:
    """Let in what this setup lets in."""

    setup: Setup


@dataclass(frozen=True, slots=True)
class Look:
    """Say how it stands."""


@dataclass(frozen=True, slots=True)
class Clear:
    """Forget all traffic."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Stop the receiver."""

    grace: float | None


@dataclass(frozen=True, slots=True)
class Order:
    """One of the above, by a number that its `Result` has too."""

    number: int
    what: Begin | ReplaceRules | Inject | Admit | Look | Clear | Stop


@dataclass(frozen=True, slots=True)
class Taken:
    """The kernel needs no exchange below this number any more."""

    seq: int


@dataclass(frozen=True, slots=True)
class Looking:
    """About a question: the kernel looks at this rule now."""

    number: int
    rule: str


@dataclass(frozen=True, slots=True)
class Answer:
    """To a question: the reply, None if none of its rules matches; or why there is none."""

    number: int
    reply: SentReply | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Status:
    """How the child stands."""

    running: bool
    port: int
    refused: int
    hits: dict[int, int]
    faults: Faults
    cleared_to: int | None  # after `Clear`: the number of the next exchange at that moment
    strays: tuple[Exchange, ...]  # that came since the last time
    errors: tuple[Failure, ...]  # of the server itself


@dataclass(frozen=True, slots=True)
class Failure:
    """An exception, as it can leave a process."""

    kind: str
    text: str
    trace: str = ""
    in_use: bool = False  # somebody else has the port

    @classmethod
    def of(cls, error: BaseException) -> Failure:
        """Return what is said of an exception."""
        trace = "" if isinstance(error, ReceiverError | ListenError) else "".join(traceback.format_exception(error))
        cause = error.__cause__
        in_use = isinstance(cause, OSError) and cause.errno == errno.EADDRINUSE
        return cls(type(error).__name__, str(error), trace[-_TRACE:], in_use)

    def error(self) -> Exception:
        """Return an exception of ours that says the same."""
        if self.kind == "ListenError":
            return ListenError(self.text)
        if self.kind == "ReceiverError":
            return ReceiverError(self.text)
        return ReceiverError(f"in the receiver's process: {self.kind}: {self.text}\n{self.trace}".rstrip())


@dataclass(frozen=True, slots=True)
class Result:
    """What came of an order."""

    number: int
    status: Status | None
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class Committed:
    """There is something new in the store."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Say which reply these rules, which run a user's functions, give to this request."""

    number: int
    http: Request
    keys: tuple[int, ...]
    until: float  # on the monotonic clock, which all processes of a system share


@dataclass(frozen=True, slots=True)
class GivenUp:
    """Nobody waits for the answer to a question any more."""

    number: int


ToChild = Order | Taken | Looking | Answer
ToKernel = Result | Committed | Ask | GivenUp | Failure

_TRACE: Final = 4000  # characters of a traceback
_OURS: Final = (
    *(Begin, ReplaceRules, Inject, Admit, Look, Clear, Stop, Order, Taken, Looking, Answer),
    *(Status, Failure, Result, Committed, Ask, GivenUp),
    *(Setup, ReceiverLimits, Compiled, Conditions, SentReply, Verdict, Exchange, Request, Timing),
)
# By module and name all that a message can be made of; a pickle that names something else is refused.
_KNOWN: Final[dict[tuple[str, str], object]] = {
    **{(each.__module__, each.__name__): each for each in _OURS},
    (known_elsewhere.__module__, known_elsewhere.__name__): known_elsewhere,
    ("re", "_compile"): re.compile,
    ("datetime", "datetime"): dt.datetime,
    ("datetime", "timedelta"): dt.timedelta,
    ("datetime", "timezone"): dt.timezone,
}


def packed(message: ToChild | ToKernel) -> bytes:
    """Return a message as bytes."""
    return pickle.dumps(message, protocol=5)


def unpacked(data: bytes) -> Any:  # noqa: ANN401  # one of the classes above
    """Return the message; ReceiverError if it is made of something else."""
    return _Reader(io.BytesIO(data)).load()


class _Reader(pickle.Unpickler):  # restricted to what is known
    def find_class(self, module_name: str, global_name: str) -> Any:  # noqa: ANN401  # as the base class
        try:
            return _KNOWN[module_name, global_name]
        except KeyError:
            raise ReceiverError(f"a message that names {module_name}.{global_name}") from None
