"""What of a grid is seen where no widget can run: its first rows, as a table that does nothing."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from chatbot_nb.payloads.display import framed, muted
from chatbot_nb.payloads.preview.strings import visible
from chatbot_nb.payloads.wording import counted
from chatbot_nb.transport.redact import masked

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chatbot_nb.widgets.grid.columns import Field
    from chatbot_nb.widgets.grid.sheet import Sheet

_ROWS: Final = 50
_LONGEST: Final = 200  # characters of a cell


def grid_html(sheet: Sheet, title: str) -> str:
    """Return the first rows as they are seen, without columns of secrets, and a line that says so.

    Parameters
    ----------
    sheet : Sheet
    title : str
    """
    hidden = sheet.view.wish.hidden
    fields = [
        field
        for field in sheet.table.fields.values()
        if field.column.place == "table" and field.kind.is_open and field.key not in hidden
    ]
    positions = sheet.table.positions(sheet.view.slice(0, _ROWS))
    columns = [[_cell(text, field) for text in sheet.table.texts(field.key, positions)] for field in fields]
    rows = list(zip(*columns, strict=True))
    what = f"the first {len(rows)} of {counted(len(sheet.view), 'row')}" if len(rows) < len(sheet.view) else "all rows"
    note = f"The live table needs a running kernel: run the cell again. This is what it held: {what}."
    name = f'<p style="margin:4px 0"><strong>{escape(visible(title))}</strong></p>' if title else ""
    heads = [f"<bdi>{escape(visible(field.title))}</bdi>" for field in fields]
    table = "".join([_line("th", heads), *(_line("td", row) for row in rows)])
    return framed(f'{name}<table style="margin:4px 0">{table}</table>{muted(note)}')


def _line(tag: str, cells: Iterable[str]) -> str:
    # Each cell says so itself: Jupyter has a rule for cells.
    begin, end = f'<{tag} style="text-align:left">', f"</{tag}>"
    return f"<tr>{''.join(f'{begin}{cell}{end}' for cell in cells)}</tr>"


def _cell(text: str | None, field: Field) -> str:
    if text is None:
        return ""
    shown = masked(text) if field.kind.type == "url" else field.kind.label(text)
    cut = visible(shown[:_LONGEST]) + ("…" if len(shown) > _LONGEST else "")
    return f"<bdi>{escape(cut)}</bdi>"
