"""`check_frame`: what is wrong with each payload of a column."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final, overload

from chatbot_nb.payloads.bulk.table import Progress, Table
from chatbot_nb.payloads.bulk.verdicts import verdicts
from chatbot_nb.payloads.reference import known_kind
from chatbot_nb.payloads.wording import show

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from chatbot_nb.payloads.bulk.rules import Row
    from chatbot_nb.payloads.report import Kind

# So many payloads are taken out of their column at once.
_AT_ONCE: Final = 5000
_NAMED: Final = 20  # columns in a message


@overload
def check_frame(
    payloads: pd.Series[Any] | pd.DataFrame, column: str | None = None, *, kind: Kind = "reply", progress: bool = True
) -> pd.DataFrame: ...


@overload
def check_frame(  # of Dask, which has no types
    payloads: Any,  # noqa: ANN401
    column: str | None = None,
    *,
    kind: Kind = "reply",
    progress: bool = True,
) -> Any: ...  # noqa: ANN401


def check_frame(payloads: Any, column: str | None = None, *, kind: Kind = "reply", progress: bool = True) -> Any:
    """Find everything that is wrong with each payload of a column.

    Parameters
    ----------
    payloads : pandas.Series, pandas.DataFrame, dask Series or dask DataFrame
        The payloads as bytes, str or dict. A row that is anything else, missing for example, is a finding too.
    column : str, optional
        Which column of a DataFrame has them; by default the only one of texts or objects.
    kind : {"reply", "request"}, default "reply"
        What they are: answers of a backend, or requests that ChatBot sends.
    progress : bool, default True
        Show a progress bar once it takes longer than a second; never for Dask, which has its own.

    Returns
    -------
    pandas.DataFrame or dask DataFrame, shape (n, 7)
        One row for each finding, those of a payload in the order in which `check` has them, payloads in theirs.
        Columns ``row`` (the label of the payload's row, of the dtype of the index), ``pointer``, ``code``,
        ``severity``, ``message`` (str), ``limit``, ``actual`` (object: int, float, str or None); the same when empty.
        From Dask collections a Dask DataFrame of as many partitions: nothing is computed until it is asked for.

    Raises
    ------
    TypeError
        ``payloads`` is none of the four.
    ValueError
        There is no such column, or ``column`` is left out and more than one may be meant; ``kind`` is neither of
        the two. No payload raises.

    Notes
    -----
    The findings are those of `check`. Beside the payloads and the findings, with the texts in them, memory does not
    grow with their number. With orjson, which the extra ``scale`` brings, reading is faster; the findings are the
    same.

    Let Dask read in its workers, `dask.dataframe.from_map` over byte ranges or files: payloads that are sent to them
    cost more than their check. Its setting ``dataframe.convert-string`` makes text of columns of objects: dicts become
    Python literals, which are found broken, with a word on that setting, and bytes that are not UTF-8 fail. Set it to
    False for dicts, and give bytes the dtype ``binary[pyarrow]``.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.Series([b'{"responses": []}', b'{"responses": [{"type": "text", "message": ""}]}', None])
    >>> check_frame(answers)[["row", "pointer", "code"]].to_numpy().tolist()
    [[1, '/responses/0/message', 'too_short'], [2, '', 'not_json']]
    """
    known_kind(kind)
    given = _column_of(payloads, column)
    if _is_dask(given):
        none = _findings(given._meta, kind)  # noqa: SLF001 - dask's way
        found = given.map_partitions(_findings, kind=kind, converted=_is_text(given.dtype), meta=none)
        # Left to itself, Dask's scheduler of processes reads payloads in one task and checks them in another, and
        # sends them through the main process between the two.
        return found.optimize()
    return _findings(given, kind, progress=progress)


def _findings(payloads: pd.Series[Any], kind: Kind, *, progress: bool = False, converted: bool = False) -> pd.DataFrame:
    """Return the findings; ``converted`` says that Dask may have made text of dicts."""
    import pandas as pd

    rows_of = verdicts(kind)
    table = Table()
    with Progress(len(payloads), " payloads", shown=progress) as bar:
        for begin in range(0, len(payloads), _AT_ONCE):
            some = payloads.iloc[begin : begin + _AT_ONCE].tolist()
            for number, payload in enumerate(some, begin):
                if rows := rows_of(payload):
                    table.add(number, [*map(_with_setting, rows)] if converted else rows)
            bar.add(len(some))
    frame = table.frame()
    frame["row"] = pd.Series(payloads.index.to_flat_index().take(frame["row"].to_numpy()), index=frame.index)
    return frame


def _with_setting(row: Row) -> Row:
    pointer, code, severity, message, limit, actual = row
    return (pointer, code, severity, message + _CONVERTED, limit, actual) if code == "python_literal" else row


_CONVERTED: Final = "; if it was a dict, Dask made text of it: dask.config.set({'dataframe.convert-string': False})"


def _column_of(payloads: Any, column: str | None) -> Any:  # noqa: ANN401
    """Return the payloads as a Series, of pandas or Dask."""
    import pandas as pd

    dask = _dask()
    if isinstance(payloads, pd.Series) or (dask and isinstance(payloads, dask.Series)):
        if column is not None:
            raise ValueError("a Series has no columns; leave column out")
        return payloads
    if not (isinstance(payloads, pd.DataFrame) or (dask and isinstance(payloads, dask.DataFrame))):
        raise TypeError(f"{show(payloads)} is neither a Series nor a DataFrame, of pandas or of Dask")
    names = list(payloads.columns)
    if column is None:
        texts = [name for name, dtype in zip(names, payloads.dtypes, strict=True) if _may_hold_payloads(dtype)]
        if len(texts) != 1:
            raise ValueError(f"which column has the payloads? Pass column=, one of: {_listed(texts or names)}")
        (column,) = texts
    if names.count(column) != 1:
        found = "no column" if column not in names else "more than one column"
        raise ValueError(f"there is {found} {show(column)}; the columns are: {_listed(names)}")
    return payloads[column]


def _may_hold_payloads(dtype: Any) -> bool:  # noqa: ANN401 - of pandas or NumPy
    import pandas as pd

    return pd.api.types.is_object_dtype(dtype) or pd.api.types.is_string_dtype(dtype) or "binary" in str(dtype)


def _is_text(dtype: Any) -> bool:  # noqa: ANN401 - of pandas
    import pandas as pd

    return pd.api.types.is_string_dtype(dtype) and not pd.api.types.is_object_dtype(dtype)


def _listed(names: Iterable[object]) -> str:
    shown = [show(name) for name in names]
    return ", ".join([*shown[:_NAMED], *(["…"] if len(shown) > _NAMED else [])]) or "none"


def _dask() -> Any:  # noqa: ANN401
    """Return Dask's module of frames if anybody has imported it: who passes one has."""
    return sys.modules.get("dask.dataframe")


def _is_dask(series: object) -> bool:
    return (dask := _dask()) is not None and isinstance(series, dask.Series)
