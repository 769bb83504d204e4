"""How findings look, in text and in HTML: the same wherever they are shown.

Colours come from JupyterLab's variables, else VS Code's, else they fit a light and a dark page. They stand on marks
only, each beside the word for the same thing.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from chatbot_nb.payloads.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from chatbot_nb.finding import Finding, Severity

# So many findings are shown; all of them stand in ``findings``.
_SHOWN: Final = 20
_WHOLE: Final = "(whole)"  # the place that an empty pointer names
_MARKS: Final[dict[Severity, str]] = {"error": "✗", "warning": "!", "info": "i"}
_MUTED: Final = "var(--jp-ui-font-color2, var(--vscode-descriptionForeground, GrayText))"
_COLOURS: Final[dict[Severity, str]] = {
    "error": "var(--jp-error-color1, var(--vscode-errorForeground, light-dark(#b3261e, #f2b8b5)))",
    "warning": "var(--jp-warn-color1, var(--vscode-editorWarning-foreground, light-dark(#8a5300, #ffb951)))",
    "info": _MUTED,
}
_CELL: Final = "text-align:left;vertical-align:top;padding:4px 16px 4px 0"
_STYLES: Final = {  # of each column
    "severity": f"{_CELL};white-space:nowrap",
    "pointer": f"{_CELL};min-width:12em;white-space:normal;overflow-wrap:anywhere",
    "message": f"{_CELL};min-width:8em;white-space:normal;overflow-wrap:anywhere",
}


def counts(findings: Iterable[Finding]) -> str:
    """Return ``"1 error, 2 warnings"``, empty if there are none of either."""
    found = [finding.severity for finding in findings]
    return ", ".join(counted(found.count(each), each) for each in ("error", "warning") if each in found)


def text_lines(findings: Sequence[Finding]) -> list[str]:
    """Return a line for each of the first findings, and one for the rest."""
    lines = [f"{finding.severity:7} {finding.pointer or _WHOLE}: {finding.message}" for finding in findings[:_SHOWN]]
    return [*lines, f"and {len(findings) - _SHOWN:,} more in .findings"] if len(findings) > _SHOWN else lines


def as_html(
    title: str, *, sent: str = "", error: str | None = None, findings: Sequence[Finding] = (), details: str = ""
) -> str:
    """Return a static view: the title, what was sent and how that failed, a table of findings, and what follows.

    Every part is escaped here but ``details``, which is HTML already.
    """
    lines = [f"<strong>{escape(title)}</strong>"]
    if sent:
        lines.append(f"<code>{escape(sent)}</code>")
    if error is not None:
        lines.append(f"error: <code>{escape(error)}</code>")
    return f'<div><p style="margin:4px 0">{"<br>".join(lines)}</p>{_table(findings)}{details}</div>'


def _table(findings: Sequence[Finding]) -> str:
    if not findings:
        return ""
    head = "".join(
        f'<th scope="col" style="{style};color:{_MUTED};font-weight:normal">{name}</th>'
        for name, style in _STYLES.items()
    )
    rows = "".join(_row(finding) for finding in findings[:_SHOWN])
    more = len(findings) - _SHOWN
    rest = f'<p style="margin:4px 0">and {more:,} more in <code>.findings</code></p>' if more > 0 else ""
    return f'<table style="margin:4px 0"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{rest}'


def _row(finding: Finding) -> str:
    mark = f'<strong style="color:{_COLOURS[finding.severity]}">{_MARKS[finding.severity]}</strong> {finding.severity}'
    # A narrow column breaks a pointer between its parts first.
    where = f"<code>{escape(finding.pointer).replace('/', '<wbr>/')}</code>" if finding.pointer else _WHOLE
    cells = zip(_STYLES.values(), (mark, where, escape(finding.message)), strict=True)
    return "<tr>" + "".join(f'<td style="{style}">{cell}</td>' for style, cell in cells) + "</tr>"
