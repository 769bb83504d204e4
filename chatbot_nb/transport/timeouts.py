"""What may be passed as ``timeout`` to whatever waits for a network."""

from __future__ import annotations

from typing import Final

# A day. Longer ones overflow the timers of some systems, and are slips: milliseconds meant as seconds.
_MOST: Final = 86_400


def checked_timeout(timeout: object, name: str = "timeout") -> float:
    """Return a number of seconds that can be waited for; ``name`` is the parameter's, for the error.

    Raises
    ------
    ValueError
        It is no number, or not above 0 and at most 86,400: no wait of this package is without end.
    """
    if isinstance(timeout, int | float) and not isinstance(timeout, bool) and 0 < timeout <= _MOST:
        return float(timeout)
    raise ValueError(f"{name}: {timeout!r:.60} is not a number of seconds above 0 and at most {_MOST:,}, such as 10.0")
