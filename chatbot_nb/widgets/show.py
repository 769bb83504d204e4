"""`show`: any DataFrame as a table to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from chatbot_nb.widgets.grid.columns import Column, labels_of
from chatbot_nb.widgets.grid.grid import Grid
from chatbot_nb.widgets.grid.inference import kind_for
from chatbot_nb.widgets.grid.kinds import Text

if TYPE_CHECKING:
    from chatbot_nb.widgets.grid.kinds import ColumnType

# Columns of our own tables whose texts are more than that.
_TYPES: Final[dict[str, ColumnType]] = {
    **dict.fromkeys(("severity", "status", "verdict", "action"), "state"),
    "url": "url",
}


def show(frame: pd.DataFrame, title: str = "", **keywords: Any) -> Grid:  # noqa: ANN401
    """Return a table to sort, filter and search, however long it is: findings, a plan, what a receiver captured.

    Parameters
    ----------
    frame : pandas.DataFrame
        Any; it is not changed.
    title : str, default ""
        What stands above it.
    **keywords : object
        What any ipywidget takes: ``layout``, ``tabbable``, ``tooltip``.

    Returns
    -------
    Grid
        Nothing in it can be edited; ``selection`` has the rows that are chosen.

    Raises
    ------
    TypeError
        `frame` is no DataFrame; a keyword that is not known.

    Examples
    --------
    >>> import chatbot_nb as cb
    >>> import pandas as pd
    >>> cb.show(pd.DataFrame({"severity": ["error"], "message": ["27 characters, at most 20"]}))
    Grid: 1 row, 2 columns
    """
    return Grid(frame, _columns(frame), read_only=True, title=title, **keywords)


def _columns(frame: object) -> list[Column]:
    """Return what is known of a frame's columns, all of them: a grid shows first those of which something is said."""
    labels = labels_of(frame) if isinstance(frame, pd.DataFrame) else []
    if not isinstance(frame, pd.DataFrame) or len(set(labels)) < len(labels):
        return []
    known = [label for label in _TYPES if label in frame and isinstance(kind_for(frame[label].array), Text)]
    return [Column(name=label, type=_TYPES[str(label)] if label in known else None) for label in labels]
