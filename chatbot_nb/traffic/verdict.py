"""The short form of a report: what a table and a store keep of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chatbot_nb.finding import Finding

_CUT = 200  # characters of the first finding


class Verdict(NamedTuple):
    """How many findings there are, and the gravest.

    Attributes
    ----------
    errors, warnings : int
    first : str
        The first error, or else the first finding, as ``"pointer: message"``, cut at 200 characters; empty if there
        is none.
    """

    errors: int = 0
    warnings: int = 0
    first: str = ""

    @property
    def ok(self) -> bool:
        """True if no finding is an error."""
        return not self.errors

    def __str__(self) -> str:
        return "errors" if self.errors else "warnings" if self.warnings else "ok"


CLEAN = Verdict()


def verdict_of(findings: Iterable[Finding]) -> Verdict:
    """Return the short form of findings."""
    found = tuple(findings)
    if not found:
        return CLEAN
    errors = [finding for finding in found if finding.severity == "error"]
    warnings = sum(finding.severity == "warning" for finding in found)
    first = str((errors or found)[0])
    return Verdict(len(errors), warnings, first if len(first) <= _CUT else first[: _CUT - 1] + "…")
