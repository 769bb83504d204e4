"""The result of a check: every finding, and the payload with the known mistakes put right."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from chatbot_nb.errors import PayloadError
from chatbot_nb.payloads.display import as_html, counts, folded, text_lines

if TYPE_CHECKING:
    import pandas as pd
    from pydantic import JsonValue

    from chatbot_nb.finding import Finding

Kind = Literal["reply", "request"]

_COLUMNS: Final = ("pointer", "code", "severity", "message", "limit", "actual")
_MENDED: Final = "the payload with the known mistakes put right"
# So many characters of it the HTML holds: an executed notebook is saved with its outputs.
_SHOWN: Final = 20_000


@dataclass(frozen=True, slots=True, repr=False)
class Report:
    """What a check found.

    Parameters
    ----------
    findings : tuple of Finding, default ()
        By place: a container before its entries, keys by alphabet, indexes by number.
    fixed : JSON value, optional
        The whole payload with the known mistakes put right; other errors are still in it. ``None`` if none was known.
    kind : {"reply", "request"}, default "reply"
        What was checked: a backend's answer, or what ChatBot sends.

    Examples
    --------
    >>> Report()
    reply: ok
    """

    findings: tuple[Finding, ...] = ()
    fixed: JsonValue = None
    kind: Kind = "reply"

    @property
    def errors(self) -> list[Finding]:
        """The findings that break a documented rule: what ChatBot would refuse."""
        return [finding for finding in self.findings if finding.severity == "error"]

    @property
    def ok(self) -> bool:
        """True if no finding is an error; warnings and information do not count."""
        return not self.errors

    def frame(self) -> pd.DataFrame:
        """Return the findings as one row each.

        Returns
        -------
        pandas.DataFrame, shape (n, 6)
            Columns ``pointer``, ``code``, ``severity``, ``message`` (str), ``limit``, ``actual`` (object: int,
            float, str or None), the same when empty. In the order of ``findings``.
        """
        import pandas as pd

        columns = {name: [getattr(finding, name) for finding in self.findings] for name in _COLUMNS}
        return pd.DataFrame(
            {
                name: pd.Series(column, dtype="object" if name in {"limit", "actual"} else "str")
                for name, column in columns.items()
            }
        )

    def raise_if_invalid(self) -> None:
        """Raise if a finding is an error.

        Raises
        ------
        PayloadError
            With all findings, warnings too, in ``findings``.
        """
        if not self.ok:
            raise PayloadError(self.findings, what=self.kind)

    def __repr__(self) -> str:
        lines = text_lines(self.findings)
        if self.fixed is not None:
            lines.append(f".fixed is {_MENDED}")
        return "\n  ".join([self._title(), *lines])

    def _repr_html_(self) -> str:
        return as_html(self._title(), findings=self.findings, details=self._fixed_html())

    def _fixed_html(self) -> str:
        if self.fixed is None:
            return ""
        text = json.dumps(self.fixed, ensure_ascii=False, indent=2)
        return folded(f"<code>.fixed</code>: {_MENDED}", text if len(text) <= _SHOWN else text[:_SHOWN] + "…")

    def _title(self) -> str:
        verdict = [*(["ok"] if self.ok else []), counts(self.findings)]
        return f"{self.kind}: {', '.join(part for part in verdict if part)}"
