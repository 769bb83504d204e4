"""What a check found: the one shape that every check, table, form and message of this package shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a check found in a document.

    Parameters
    ----------
    pointer : str
        Where: an RFC 6901 JSON Pointer, ``""`` for the document as a whole.
    code : str
        What, for programs: lower case, words joined by ``_``, stable between versions.
    severity : {"error", "warning", "info"}
        ``"error"`` breaks a documented rule, ``"warning"`` is likely a mistake, ``"info"`` is worth knowing.
    message : str
        What, for people: what was got, what is allowed, and the next step where one is known. Never a secret.
    limit : int, float or str, optional
        The bound or the allowed values that were missed.
    actual : int, float or str, optional
        What was there instead: a count, or a value cut at 60 characters. Never a secret.

    Examples
    --------
    >>> str(Finding("/responses/0/message", "too_long", "error", "1200 characters, at most 1024", 1024, 1200))
    '/responses/0/message: 1200 characters, at most 1024'
    """

    pointer: str
    code: str
    severity: Severity
    message: str
    limit: int | float | str | None = None
    actual: int | float | str | None = None

    def __str__(self) -> str:
        return f"{self.pointer}: {self.message}" if self.pointer else self.message
