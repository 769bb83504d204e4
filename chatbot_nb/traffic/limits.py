"""What a receiver accepts and keeps."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from chatbot_nb.transport.inbound.http import Limits


@dataclass(frozen=True, slots=True)
class ReceiverLimits(Limits):
    """What a receiver accepts and keeps; times in seconds, sizes in bytes.

    Parameters
    ----------
    exchanges : int
        So many are kept; then the oldest goes for each new one.
    stored_bytes : int
        Of bodies, headers and replies that are kept in memory; beyond it the oldest bodies go, their rows stay.
    strays : int
        So many requests to another path or host are kept, apart from the exchanges.
    handler_seconds : float
        A Python handler that has not returned by then is given up, and a fallback is sent.
    preview_bytes : int
        So much of a body is shown at first.

    Notes
    -----
    The others are those of `Limits`. Our reading: ChatBot's documentation names none. 9 seconds leave a second of
    the 10 that live deliveries get.
    """

    exchanges: int = 1000
    stored_bytes: int = 64 * 1024 * 1024
    strays: int = 100
    handler_seconds: float = 9.0
    preview_bytes: int = 4096


def make_limits(limits: ReceiverLimits | Mapping[str, Any] | None) -> ReceiverLimits:
    """Return limits from those that a user names; the others are the defaults.

    Raises
    ------
    ValueError
        There is no such limit, or a value is no positive number of its type; the message says which.
    TypeError
        It is no mapping.
    """
    if limits is None or isinstance(limits, ReceiverLimits):
        return limits or ReceiverLimits()
    if not isinstance(limits, Mapping):
        raise TypeError(f"limits: a mapping of names to numbers, not {type(limits).__name__}")
    defaults = {field.name: field.default for field in fields(ReceiverLimits)}
    for name, value in limits.items():
        if name not in defaults:
            raise ValueError(f"limits: there is no {name!r:.60}; there are {', '.join(defaults)}")
        whole = isinstance(defaults[name], int)
        if type(value) is not int and (whole or type(value) is not float or not math.isfinite(value)):
            raise ValueError(f"limits[{name!r}]: {value!r:.60}, {'an integer' if whole else 'a number'} is needed")
        if value <= 0:
            raise ValueError(f"limits[{name!r}]: {value}, more than 0 is needed")
    return ReceiverLimits(**limits)
