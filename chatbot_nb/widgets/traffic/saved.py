"""What of a panel is seen where no widget can run: the newest exchanges, without secrets, and when that was."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from chatbot_nb.payloads.display import framed, marked, muted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chatbot_nb.widgets.traffic.lines import Line

NEWEST: Final = 20
_COLUMNS: Final = {
    "seq": "#",
    "time": "time",
    "method": "method",
    "node": "node",
    "message": "message",
    "verdict": "verdict",
    "rule": "rule",
    "reply": "reply",
    "ms": "ms",
}


def panel_html(name: str, counters: str, lines: Sequence[Line]) -> str:
    """Return the newest lines as a table that does nothing.

    Parameters
    ----------
    name : str
        Of the receiver.
    counters : str
    lines : sequence of Line
    """
    head = f'<p style="margin:4px 0"><strong>{escape(name)}</strong> {escape(counters)}</p>'
    rows = [_row("th", [escape(title) for title in _COLUMNS.values()])]
    rows += [_row("td", [_cell(line, column) for column in _COLUMNS]) for line in lines]
    table = f'<table style="margin:4px 0">{"".join(rows)}</table>' if lines else ""
    what = f"the newest {len(lines)} exchanges" if len(lines) > 1 else "the newest exchange" if lines else "no exchange"
    note = f"Not live: the panel needs a running kernel, run the cell again. This is what it showed: {what}."
    return framed(f"{head}{table}{muted(note)}")


def _row(tag: str, cells: Sequence[str]) -> str:
    # Each cell says so itself: Jupyter has a rule for cells.
    begin, end = f'<{tag} style="text-align:left">', f"</{tag}>"
    return f"<tr>{''.join(f'{begin}{cell}{end}' for cell in cells)}</tr>"


def _cell(line: Line, column: str) -> str:
    if column == "time":
        return line.at.astimezone().strftime("%H:%M:%S")
    text = f"<bdi>{escape(line.cells[column])}</bdi>"
    tone, _ = line.said.get(column, ("", ""))
    return marked(tone, line.cells[column]) if tone in ("error", "warning") else text
