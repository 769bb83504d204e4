"""What a grid answers its browser."""

from __future__ import annotations

import threading
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, ClassVar, Final, get_args

import numpy as np
import traitlets

from chatbot_nb.errors import ChatBotError
from chatbot_nb.payloads.wording import printable, show
from chatbot_nb.widgets._base import Widget
from chatbot_nb.widgets.grid.editing import Change
from chatbot_nb.widgets.grid.kinds import MASK
from chatbot_nb.widgets.grid.request import Request
from chatbot_nb.widgets.grid.sheet import Done, Mode, What
from chatbot_nb.widgets.grid.view import Wish
from chatbot_nb.widgets.grid.window import packed, tsv

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from chatbot_nb.widgets.grid.columns import Field
    from chatbot_nb.widgets.grid.sheet import Sheet
    from chatbot_nb.widgets.grid.view import Direction

_WINDOW: Final = 500  # rows
_MOST_ROWS: Final = 100_000  # that one message adds
_FINDINGS: Final = 100
_ROWS_ANSWERED: Final = 1_000  # the others come with the next window
_PAIR: Final = 2
_CHANGES: Final = frozenset({"edit", "add", "delete", "undo", "redo"})
_NOTHING: Final[dict[str, dict[str, Any]]] = {
    "window": {"type": "window", "begin": 0, "data": {"ids": []}},
    "view": {"type": "viewed"},
    "select": {"type": "selected"},
    "text": {"type": "text", "text": ""},
    "ids": {"type": "ids", "ids": []},
    "locate": {"type": "located", "index": -1},
    "findings": {"type": "findings", "total": 0, "items": []},
    "open": {"type": "details", "fields": []},
    "reveal": {"type": "revealed", "text": None},
    "action": {"type": "acted"},
}


class Answering(Widget):
    """A sheet that a browser browses and edits. Each answer has the ``seq`` of its request, and goes to all views.

    Parameters
    ----------
    sheet : Sheet
    read_only : bool
    title, note : str
    **keywords : object
        What any ipywidget takes.
    """

    _entry: ClassVar[str] = "grid/main.js"

    grid = traitlets.Dict().tag(sync=True)

    def __init__(self, sheet: Sheet, *, read_only: bool, title: str, note: str, **keywords: Any) -> None:  # noqa: ANN401
        self._sheet = sheet
        self._read_only, self._title, self._note = read_only, title, note
        self._panel: dict[str, Any] | None = None
        self._rev = 0
        # Front ends may let a kernel answer in a thread of its own while a cell runs.
        self._lock = threading.RLock()
        super().__init__({"grid": self._state()}, **keywords)

    # For subclasses

    def _actions(self) -> list[dict[str, Any]]:
        """Return the buttons at the right of the tool bar."""
        return []

    def _act(self, name: str, content: Request) -> None:
        """Do what a button says."""
        del content
        raise ChatBotError(f"{show(name)} is nothing that this widget does")

    def _why_fixed(self) -> str:
        """Return why nothing can be changed now; empty if it can."""
        return "this table cannot be edited" if self._read_only else ""

    def _row_label(self, row: int) -> str:
        """Return what a row is called in a list of findings."""
        label = self._sheet.table.index[self._sheet.table.position(row)]
        return " / ".join(map(str, label)) if isinstance(label, tuple) else str(label)

    def _secret(self, row: int, field: Field) -> str | None:
        """Return a secret in clear, which somebody has asked for."""
        value = self._sheet.table.value(row, field.key)
        return None if value is None else str(value)

    def _secret_shown(self, row: int, field: Field) -> str | None:
        """Return what the details show of a secret: a mask where there is one."""
        return None if self._sheet.table.value(row, field.key) is None else MASK

    def _outdate(self) -> None:
        """Rows are being changed: let go of what rests on how they were."""

    def _changed(self) -> None:
        """Rows were changed."""

    def _note_shown(self) -> str:
        """Return what stands beside the title."""
        return self._note

    # Requests

    def _handlers(self) -> dict[str, Callable[[Mapping[str, Any]], None]]:
        own: dict[str, Callable[[Request, object], None]] = {
            "window": self._window,
            "view": self._view,
            "edit": self._edit,
            "add": self._add,
            "delete": self._delete,
            "undo": lambda _, seq: self._tell(self._sheet.undo(), seq),
            "redo": lambda _, seq: self._tell(self._sheet.redo(), seq),
            "select": self._select,
            "text": self._copy,
            "ids": self._ids,
            "locate": self._locate,
            "findings": self._list_findings,
            "open": self._open,
            "reveal": self._reveal,
            "action": self._action,
        }
        return {**super()._handlers(), **{kind: self._answering(kind, answer) for kind, answer in own.items()}}

    def _answering(self, kind: str, answer: Callable[[Request, object], None]) -> Callable[[Mapping[str, Any]], None]:
        def handle(content: Mapping[str, Any]) -> None:
            seq = content.get("seq", 0)
            try:
                # An action may take long, and takes the lock where it needs it.
                with nullcontext() if kind == "action" else self._lock:
                    if kind in _CHANGES:
                        self._refuse_changes()
                    answer(Request(content), seq)
            except Exception as exc:
                # Whoever waits gets an answer in any case; what cannot be said in it is shown below the grid.
                if isinstance(seq, str):
                    self.send({**self._nothing(kind, exc), "seq": seq, "rev": self._rev})
                    if kind in _CHANGES and isinstance(exc, ChatBotError):
                        return
                raise

        return handle

    def _nothing(self, kind: str, exc: Exception) -> dict[str, Any]:
        """Return the answer to what failed: that there is nothing, and of a change why it was refused."""
        if kind in _CHANGES:
            said = str(exc) if isinstance(exc, ChatBotError) else type(exc).__name__
            no_rows = self._sheet.rows(np.empty(0, dtype=np.int64))
            return {"type": "edited", "rows": no_rows, "refused": [{"id": "", "column": "", "message": said}]}
        return _NOTHING[kind]

    def _window(self, request: Request, seq: object) -> None:
        begin, end = request.range()
        rows = self._sheet.rows(self._sheet.view.slice(begin, min(end, begin + _WINDOW)))
        self._send_packed({"type": "window", "seq": seq, "rev": self._rev, "begin": begin}, "data", rows)

    def _view(self, request: Request, seq: object) -> None:
        sort: list[tuple[str, Direction]] = []
        for each in request.items("sort", list):
            if len(each) != _PAIR or each[1] not in ("up", "down"):
                raise ChatBotError("view: sort is not a list of columns, each with up or down")
            sort.append((self._key(each[0]), each[1]))
        filters = {self._key(key): text for key, text in request.mapping("filters").items() if text not in (None, "")}
        if not all(isinstance(text, str) for text in filters.values()):
            raise ChatBotError("view: filters are not texts")
        hidden = frozenset(self._key(each) for each in request.texts("hidden"))
        self._sheet.look(Wish(tuple(sort), filters, request.text("search"), hidden))
        self._publish()
        self.send({"type": "viewed", "seq": seq, "rev": self._rev})

    def _edit(self, request: Request, seq: object) -> None:
        what: Any = request.text("what")
        if what not in get_args(What):
            raise ChatBotError(f"edit: {show(what)} is nothing that is done to cells")
        parts = map(Request, request.items("changes", dict))
        changes = [Change(part.row("id"), part.text("column"), part.cell("value")) for part in parts]
        rows = [{str(key): Request(row).cell(key) for key in row} for row in request.items("add", dict)]
        _refuse_many(len(rows))
        self._tell(self._sheet.edit(what, changes, rows), seq)

    def _add(self, request: Request, seq: object) -> None:
        count = request.number("count")
        _refuse_many(count)
        done = self._sheet.add(count)
        self._tell(done, seq, at=self._sheet.view.place(min(done.rows, default=-1)))

    def _delete(self, request: Request, seq: object) -> None:
        rows = sorted(self._sheet.selected) if request.flag("selected") else request.rows("ids")
        self._tell(self._sheet.delete(rows), seq)

    def _select(self, request: Request, seq: object) -> None:
        mode: Any = request.text("mode")
        if mode not in get_args(Mode):
            raise ChatBotError(f"select: {show(mode)} is no way to choose rows")
        self._sheet.select(request.rows("ids"), mode)
        self._publish()
        self.send({"type": "selected", "seq": seq, "rev": self._rev})

    def _copy(self, request: Request, seq: object) -> None:
        begin, end = request.range()
        keys = [self._key(each) for each in request.texts("columns")]
        cells = self._sheet.texts(begin, end, keys, header=request.flag("header"))
        self.send({"type": "text", "seq": seq, "text": printable(tsv(cells))})

    def _ids(self, request: Request, seq: object) -> None:
        ids = self._sheet.view.slice(*request.range()).tolist()
        self.send({"type": "ids", "seq": seq, "ids": [str(row) for row in ids]})

    def _locate(self, request: Request, seq: object) -> None:
        self.send({"type": "located", "seq": seq, "index": self._sheet.view.place(request.row("id"))})

    def _list_findings(self, request: Request, seq: object) -> None:
        begin = request.number("begin")
        found = self._sheet.findings.all()
        items = [
            {
                "id": str(row),
                "column": said.column,
                "row": printable(self._row_label(row)),
                "severity": said.severity,
                "message": printable(said.message),
            }
            for row, said in found.only(np.arange(begin, min(begin + _FINDINGS, len(found.ids)))).listed()
        ]
        self.send({"type": "findings", "seq": seq, "total": len(found.ids), "items": items})

    def _open(self, request: Request, seq: object) -> None:
        row = self._there(request.row("id"))
        self.send({"type": "details", "seq": seq, "id": str(row), "fields": self._details(row)})

    def _reveal(self, request: Request, seq: object) -> None:
        row, key = self._there(request.row("id")), self._key(request.text("column"))
        field = self._sheet.table.fields[key]
        if field.kind.is_open:
            raise ChatBotError(f"column {show(key)} holds no secrets")
        text = self._secret(row, field)
        shown = None if text is None else printable(text)
        self.send({"type": "revealed", "seq": seq, "id": str(row), "column": key, "text": shown})

    def _action(self, request: Request, seq: object) -> None:
        self._act(request.text("name"), request)
        self.send({"type": "acted", "seq": seq})

    def _details(self, row: int) -> list[dict[str, Any]]:
        """Return the cells of a row, one below the other."""
        table, said = self._sheet.table, self._sheet.findings.of(np.array([row])).get(row, [])
        position, is_new = np.array([table.position(row)]), row in table.new
        fields = [field for field in table.fields.values() if field.column.place != "nowhere"]
        return [
            {
                **field.described(hidden=False),
                "column": field.key,
                "text": _clean(
                    table.texts(field.key, position)[0] if field.kind.is_open else self._secret_shown(row, field)
                ),
                "editable": field.editable and not self._why_fixed() and (is_new or not field.column.new_only),
                "secret": not field.kind.is_open,
                "findings": [[each.severity, printable(each.message)] for each in said if each.column == field.key],
            }
            for field in fields
        ]

    def _key(self, key: object) -> str:
        if not isinstance(key, str) or key not in self._sheet.table.fields:
            raise ChatBotError(f"there is no column {show(key)}")
        return key

    def _there(self, row: int) -> int:
        if self._sheet.table.position(row) < 0:
            raise ChatBotError("the row is gone")
        return row

    def _refuse_changes(self) -> None:
        if why := self._why_fixed():
            raise ChatBotError(why)

    # To the browser

    @contextmanager
    def _changing(self) -> Iterator[None]:
        with self._lock:
            self._refuse_changes()
            yield

    def _tell(self, done: Done, seq: object = 0, **more: object) -> None:
        """Show what was done: the state first, then the rows that are other than before, with what else is said."""
        if done.rows:
            self._outdate()
        self._publish()
        rows = self._sheet.rows(np.array(sorted(done.rows)[:_ROWS_ANSWERED], dtype=np.int64))
        refused = [{"id": row, "column": key, "message": why} for row, key, why in done.refused]
        self._send_packed({"type": "edited", "seq": seq, "rev": self._rev, "refused": refused, **more}, "rows", rows)
        if done.rows:
            self._saved.renew_soon()
            self._changed()

    def _send_packed(self, message: dict[str, Any], name: str, content: dict[str, Any]) -> None:
        data, buffers = packed(content)
        self.send(message if data is None else {**message, name: data}, buffers or None)

    def _publish(self) -> None:
        """Bring the trait up to date, as a new revision."""
        self._rev += 1
        self.grid = self._state()

    def _state(self) -> dict[str, Any]:
        sheet, wish = self._sheet, self._sheet.view.wish
        fields = [each for each in sheet.table.fields.values() if each.column.place == "table"]
        return {
            "rev": self._rev,
            "columns": [field.described(hidden=field.key in wish.hidden) for field in fields],
            "rows": len(sheet.view),
            "total": len(sheet.table),
            "sort": [list(each) for each in wish.sort],
            "filters": dict(wish.filters),
            "search": wish.search,
            "counts": sheet.counts,
            "undo": sheet.history.undo,
            "redo": sheet.history.redo,
            "read_only": bool(self._why_fixed()),
            "can_add": True,
            "title": self._title,
            "note": self._note_shown(),
            "actions": self._actions(),
            "panel": self._panel,
        }


def _clean(text: str | None) -> str | None:
    return None if text is None else printable(text)


def _refuse_many(count: int) -> None:
    if count > _MOST_ROWS:
        raise ChatBotError(f"{count:,} new rows, at most {_MOST_ROWS:,} at once; set grid.frame in Python for more")
