"""How findings and other rows look, in text and in HTML: the same wherever they are shown.

Colours come from JupyterLab's variables, else VS Code's, else they fit a light and a dark page. They stand on marks
only, each beside the word for the same thing.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final, Literal

from chatbot_nb.payloads.wording import counted, show_change

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from chatbot_nb.finding import Finding

State = Literal["error", "warning", "info", "new", "changed", "deleted"]

# So many rows are shown; a name beside them says where all of them stand.
SHOWN: Final = 20
_WHOLE: Final = "(whole)"  # the place that an empty pointer names
_MARKS: Final[dict[State, str]] = {
    "error": "✗",
    "warning": "!",
    "info": "i",
    "new": "+",
    "changed": "~",
    "deleted": "−",  # noqa: RUF001  # a minus as wide as the plus
}
_MUTED: Final = "var(--jp-ui-font-color2, var(--vscode-descriptionForeground, GrayText))"
_RED: Final = "var(--jp-error-color1, var(--vscode-errorForeground, light-dark(#b3261e, #f2b8b5)))"
_AMBER: Final = "var(--jp-warn-color1, var(--vscode-editorWarning-foreground, light-dark(#8a5300, #ffb951)))"
_GREEN: Final = "var(--jp-success-color1, var(--vscode-testing-iconPassed, light-dark(#1b6e2d, #8bd88f)))"
COLOURS: Final[dict[State, str]] = {
    "error": _RED,
    "warning": _AMBER,
    "info": _MUTED,
    "new": _GREEN,
    "changed": _AMBER,
    "deleted": _RED,
}
_CELL: Final = "text-align:left;vertical-align:top;padding:4px 16px 4px 0"
SHORT: Final = f"{_CELL};white-space:nowrap"
LONG: Final = f"{_CELL};min-width:8em;white-space:pre-wrap;overflow-wrap:anywhere"
_FINDINGS: Final = {"severity": SHORT, "pointer": LONG.replace("8em", "12em"), "message": LONG}


def counts(findings: Iterable[Finding]) -> str:
    """Return ``"1 error, 2 warnings"``, empty if there are none of either."""
    found = [finding.severity for finding in findings]
    return ", ".join(counted(found.count(each), each) for each in ("error", "warning") if each in found)


def text_lines(findings: Sequence[Finding]) -> list[str]:
    """Return a line for each of the first findings, and one for the rest."""
    lines = [f"{finding.severity:7} {finding.pointer or _WHOLE}: {finding.message}" for finding in findings[:SHOWN]]
    return [*lines, f"and {len(findings) - SHOWN:,} more in .findings"] if len(findings) > SHOWN else lines


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
    return framed(f'<p style="margin:4px 0">{"<br>".join(lines)}</p>{findings_table(findings)}{details}')


def framed(inner: str) -> str:
    """Return HTML as one output, in which Jupyter typesets nothing: ``$5 and $6`` is no formula."""
    return f'<div class="mathjax_ignore tex2jax_ignore">{inner}</div>'


def findings_table(findings: Sequence[Finding]) -> str:
    """Return the first findings as HTML, empty if there are none."""
    rows = [
        # A narrow column breaks a pointer between its parts first.
        (
            marked(finding.severity, finding.severity),
            f"<code>{escape(finding.pointer).replace('/', '<wbr>/')}</code>" if finding.pointer else _WHOLE,
            escape(finding.message),
        )
        for finding in findings[:SHOWN]
    ]
    return table(_FINDINGS, rows, len(findings), ".findings")


def table(columns: Mapping[str, str], rows: Sequence[Sequence[str]], total: int, whole: str) -> str:
    """Return rows as an HTML table, empty if there are none.

    Parameters
    ----------
    columns : mapping of str to str
        Heads, and the style of their cells: `SHORT`, `LONG`.
    rows : sequence of sequence of str
        Cells as HTML, escaped already.
    total : int
        How many rows there are in all.
    whole : str
        Where all of them stand, for example ``".findings"``.
    """
    if not rows:
        return ""
    head = "".join(
        f'<th scope="col" style="{style};color:{_MUTED};font-weight:normal">{name}</th>'
        for name, style in columns.items()
    )
    body = "".join(
        "<tr>"
        + "".join(f'<td style="{style}">{cell}</td>' for style, cell in zip(columns.values(), row, strict=True))
        + "</tr>"
        for row in rows
    )
    more = total - len(rows)
    rest = f'<p style="margin:4px 0">and {more:,} more in <code>{whole}</code></p>' if more > 0 else ""
    return f'<table style="margin:4px 0"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{rest}'


def marked(state: State, word: str) -> str:
    """Return the word for a state with its mark and colour, as HTML."""
    return f'<strong style="color:{COLOURS[state]}">{_MARKS[state]}</strong> {escape(word)}'


def change_html(old: str | None, new: str | None) -> tuple[str, str]:
    """Return both values of a change as HTML cells, empty where there is none."""
    texts = show_change(old, new)
    return (
        "" if old is None else f"<code>{escape(texts[0])}</code>",
        "" if new is None else f"<code>{escape(texts[1])}</code>",
    )


def folded(summary: str, text: str) -> str:
    """Return a text as HTML that opens below its summary, which is HTML already."""
    return f'<details style="margin:4px 0"><summary>{summary}</summary><pre>{escape(text)}</pre></details>'


def muted(line: str) -> str:
    """Return a line of lesser weight as HTML."""
    return f'<p style="margin:4px 0;color:{_MUTED}">{escape(line)}</p>'
