"""JSON read and written fast: by orjson where it is installed, else by the standard library and pydantic."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable

    Loads = Callable[[bytes], Any]
    Dumps = Callable[[Any], bytes]

# What either may raise at a text, or a value, that the other would not take either.
REFUSED = (ValueError, TypeError, RecursionError)


def parsers() -> tuple[Loads, Dumps]:
    """Return what reads and what writes JSON; both raise one of `REFUSED` at what is not JSON in UTF-8."""
    try:
        import orjson
    except ImportError:
        return standard()
    return orjson.loads, orjson.dumps


def standard() -> tuple[Loads, Dumps]:
    """Return the same without orjson."""
    from pydantic_core import to_json

    loads = partial(json.loads, parse_constant=_refuse, parse_float=_finite)
    # As text: json would guess at UTF-16 and UTF-32 in bytes. Half a surrogate pair is refused when it is written.
    return lambda data: loads(data.decode()), to_json


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if number in {float("inf"), float("-inf")}:
        raise ValueError(f"{digits} is too large")
    return number
