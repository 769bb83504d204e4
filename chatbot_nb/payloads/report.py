"""The result of a check: every finding, and the corrected payload where one is known."""

from __future__ import annotations

import json
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Final, Literal

from chatbot_nb.errors import PayloadError
from chatbot_nb.payloads.wording import counted

if TYPE_CHECKING:
    import pandas as pd
    from pydantic import JsonValue

    from chatbot_nb.finding import Finding, Severity

Kind = Literal["reply", "request"]

# So many findings stand in the text form; all of them stand in ``findings`` and ``frame()``.
_SHOWN_FINDINGS: Final = 20
_COLUMNS: Final = ("pointer", "code", "severity", "message", "limit", "actual")
_MARKS: Final[dict[Severity, str]] = {"error": "✗", "warning": "!", "info": "i"}
_COLOURS: Final[dict[Severity, str]] = {
    "error": "var(--jp-error-color1, #b3261e)",
    "warning": "var(--jp-warn-color1, #8a5300)",
    "info": "var(--jp-info-color1, #00639b)",
}
_CELL: Final = "text-align:left;vertical-align:top;white-space:normal;overflow-wrap:anywhere;padding:2px 8px"


@dataclass(frozen=True, slots=True, repr=False)
class Report:
    """What a check found.

    Parameters
    ----------
    findings : tuple of Finding, default ()
        By place: a container before its entries, keys by alphabet, indexes by number.
    fixed : JSON value, optional
        The whole payload, corrected where the check knew how; ``None`` if it corrected nothing.
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
    def ok(self) -> bool:
        """True if no finding is an error; warnings and information do not count."""
        return all(finding.severity != "error" for finding in self.findings)

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
        lines = [
            f"  {finding.severity:7} {finding.pointer or '(whole)'}: {finding.message}"
            for finding in self.findings[:_SHOWN_FINDINGS]
        ]
        if len(self.findings) > _SHOWN_FINDINGS:
            lines.append(f"  and {len(self.findings) - _SHOWN_FINDINGS:,} more in .findings")
        if self.fixed is not None:
            lines.append("  a corrected payload is in .fixed")
        return "\n".join([f"{self.kind}: {self._verdict()}", *lines])

    def _repr_html_(self) -> str:
        rows = "".join(_row(finding) for finding in self.findings[:_SHOWN_FINDINGS])
        more = len(self.findings) - _SHOWN_FINDINGS
        head = "".join(f'<th scope="col" style="{_CELL}">{name}</th>' for name in ("severity", "pointer", "message"))
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>" if rows else ""
        rest = f"<p>and {more:,} more in <code>.findings</code></p>" if more > 0 else ""
        return f"<div><p><strong>{self.kind}: {self._verdict()}</strong></p>{table}{rest}{self._fixed_html()}</div>"

    def _fixed_html(self) -> str:
        if self.fixed is None:
            return ""
        text = escape(json.dumps(self.fixed, ensure_ascii=False, indent=2))
        return f"<details><summary>The corrected payload</summary><pre>{text}</pre></details>"

    def _verdict(self) -> str:
        counts = [
            (sum(finding.severity == severity for finding in self.findings), severity)
            for severity in ("error", "warning")
        ]
        parts = [counted(number, severity) for number, severity in counts if number]
        return ", ".join(parts if not self.ok else ["ok", *parts])


def _row(finding: Finding) -> str:
    mark = f'<span style="color:{_COLOURS[finding.severity]}">{_MARKS[finding.severity]} {finding.severity}</span>'
    where = f"<code>{escape(finding.pointer)}</code>" if finding.pointer else "(whole)"
    cells = (mark, where, escape(finding.message))
    return "<tr>" + "".join(f'<td style="{_CELL}">{cell}</td>' for cell in cells) + "</tr>"
