"""`Grid`: any DataFrame as a table to browse and edit, in a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import pandas as pd

from chatbot_nb.payloads.wording import counted, kind_of
from chatbot_nb.widgets.grid.answers import Answering
from chatbot_nb.widgets.grid.columns import fields_of
from chatbot_nb.widgets.grid.saved import grid_html
from chatbot_nb.widgets.grid.sheet import Sheet

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from chatbot_nb.widgets.grid.columns import Column
    from chatbot_nb.widgets.grid.editing import Check


class Grid(Answering):
    """A table to browse and edit: sort, filter, search, edit, paste, add and delete rows, undo.

    Parameters
    ----------
    frame : pandas.DataFrame
        Any; it is never modified. Its index may have doubled labels or several levels.
    columns : iterable of Column, optional
        What is to be said of some columns, in the order in which they are shown; the others follow. By default all
        is read off the frame.
    check : callable, optional
        Takes `Rows` and returns what is wrong with them: positions, each with a `Said`. Called with all rows, then
        with those that change. What has an error when it is typed does not get into ``frame``.
    read_only : bool, default False
        Whether nothing can be edited.
    title, note : str, default ""
        What stands above the table, and beside the title.
    **keywords : object
        What any ipywidget takes: ``layout``, ``tabbable``, ``tooltip``.

    Attributes
    ----------
    grid : dict
        Read only. What the browser knows without asking: columns, numbers of rows, what is seen. Never a row.

    Raises
    ------
    TypeError
        `frame` is no DataFrame; a keyword that is not known.
    ValueError
        A column that the frame does not have, or a type that its values do not have.

    Notes
    -----
    Rows travel when they are seen. Every cell travels as an exact text, and is read here by the type of its column:
    a text that stands for no value of it stays visible with its finding, and ``frame`` keeps the value before.

    Examples
    --------
    >>> import pandas as pd
    >>> Grid(pd.DataFrame({"name": ["Ada", "Bo"]}))
    Grid: 2 rows, 1 column
    """

    #: Whether checks of whole rows look at what was loaded, too.
    _check_loaded: ClassVar[bool] = True

    def __init__(  # noqa: PLR0913  # the parts of a table
        self,
        frame: pd.DataFrame,
        columns: Iterable[Column] | None = None,
        *,
        check: Check | None = None,
        read_only: bool = False,
        title: str = "",
        note: str = "",
        **keywords: Any,  # noqa: ANN401
    ) -> None:
        if not isinstance(frame, pd.DataFrame):
            raise TypeError(f"{type(self).__name__}: {kind_of(frame)} is no DataFrame")
        sheet = Sheet(frame, fields_of(frame, columns), check=check, check_loaded=self._check_loaded)
        self._callbacks: list[Callable[[Grid], object]] = []
        super().__init__(sheet, read_only=read_only, title=title, note=note, **keywords)

    @property
    def frame(self) -> pd.DataFrame:
        """The rows as they stand, without those to be deleted; dtypes, labels and order as they were loaded.

        A column of whole numbers or truth values becomes nullable while a new row has nothing there. Set it to a frame
        with the same columns: what differs is one step that can be undone. Rows are known by their labels; those that
        it lacks are marked for deletion, those that are new come last.
        """
        with self._lock:
            return self._sheet.table.frame

    @frame.setter
    def frame(self, frame: pd.DataFrame) -> None:
        with self._changing():
            self._tell(self._sheet.replace(frame))

    @property
    def edits(self) -> pd.DataFrame:
        """What was edited and is in `frame`, the oldest first.

        Returns
        -------
        pandas.DataFrame, shape (n, 5)
            Columns ``row``, ``column`` (labels), ``before``, ``after`` (object: values, None where nothing stands;
            secrets are masked), ``at`` (datetime64[us, UTC]).
        """
        with self._lock:
            return self._sheet.edits

    @property
    def findings(self) -> pd.DataFrame:
        """What is wrong, errors first, then in the order of the rows.

        Returns
        -------
        pandas.DataFrame, shape (n, 5)
            Columns ``row``, ``column`` (labels; None for a row as a whole), ``severity``, ``code``, ``message`` (str).
        """
        with self._lock:
            return self._sheet.findings.frame()

    @property
    def selection(self) -> pd.DataFrame:
        """The rows that are chosen, in the order of `frame`; its index has their labels."""
        with self._lock:
            table = self._sheet.table
            chosen = [row for row in table.ids.tolist() if row in self._sheet.selected and row not in table.deleted]
            return self._shown_frame(table.rows(chosen))

    def select(self, labels: Iterable[Hashable]) -> None:
        """Choose rows by their labels; all rows with one of them are.

        Parameters
        ----------
        labels : iterable of hashable
            For an index of several levels, tuples.

        Raises
        ------
        KeyError
            A label that no row has.
        """
        with self._lock:
            table = self._sheet.table
            wanted = list(labels)
            if missing := [label for label in wanted if label not in table.index]:
                raise KeyError(missing[0])
            chosen = table.index.isin(wanted) if wanted else [False] * len(table)
            self._sheet.select(table.ids[chosen].tolist(), "set")
            self._publish()

    def undo(self) -> None:
        """Undo the last step; harmless when there is none."""
        with self._changing():
            self._tell(self._sheet.undo())

    def redo(self) -> None:
        """Do again what was undone last; harmless when there is nothing."""
        with self._changing():
            self._tell(self._sheet.redo())

    def on_change(self, callback: Callable[[Grid], object]) -> Callable[[], None]:
        """Call a function whenever rows change, with the grid.

        Parameters
        ----------
        callback : callable
            What it raises is shown below the grid.

        Returns
        -------
        callable
            Ends that.
        """
        self._callbacks.append(callback)

        def end() -> None:
            if callback in self._callbacks:
                self._callbacks.remove(callback)

        return end

    def _shown_frame(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return a frame of rows without what a table in a notebook should not show."""
        return frame

    def _changed(self) -> None:
        for callback in list(self._callbacks):
            with self.failures_shown():
                callback(self)

    def _text(self) -> str:
        table = self._sheet.table
        shown = [each for each in table.fields.values() if each.column.place == "table"]
        return f"{type(self).__name__}: {counted(len(table), 'row')}, {counted(len(shown), 'column')}"

    def _html(self) -> str:
        with self._lock:
            return grid_html(self._sheet, self._title)
