"""What the values of a column are: shown as texts, read from texts, and in which order they stand."""

from __future__ import annotations

import json
import operator
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, TypeAlias

import numpy as np
import pandas as pd
from typing_extensions import override

from chatbot_nb.payloads.wording import nearest, printable, show

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    Array: TypeAlias = pd.api.extensions.ExtensionArray
    Objects: TypeAlias = NDArray[np.object_]
    Flags: TypeAlias = NDArray[np.bool_]
    Order: TypeAlias = NDArray[Any]

ColumnType: TypeAlias = Literal["text", "url", "choice", "date", "boolean", "number", "secret", "state"]

#: What stands where a secret is.
MASK: Final = "••••"
_EMPTY: Final = "empty, and this column takes no empty cells"
OPERATORS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}


class Kind:
    """What a column's values are; this one: any, shown by their `str`, and left alone.

    Parameters
    ----------
    values : ExtensionArray
        The column as it was loaded.
    """

    type: ClassVar[ColumnType] = "text"
    editable: ClassVar[bool] = False
    #: Whether texts show all that there is, so that they may be searched, filtered and copied.
    is_open: ClassVar[bool] = True
    #: Whether its labels have no case.
    is_folded: ClassVar[bool] = False

    def __init__(self, values: Array) -> None:
        self.dtype = dtype_of(values)
        self.takes_missing = not (isinstance(self.dtype, np.dtype) and self.dtype.kind in "iub")

    def texts(self, values: Array) -> Objects:
        """Return each value as an exact text, None where it is missing."""
        return mapped(values, self._text)

    def label(self, text: str) -> str:
        """Return what a person reads for a text."""
        return text

    def labels(self, texts: Objects) -> Objects:
        """Return what a person reads for each text, None where there is none."""
        return texts

    def copied(self, text: str) -> str:
        """Return what of a text goes into a clipboard: its label, where that is read as the same."""
        return text

    def may_hold(self, part: str) -> bool:
        """Return whether any text of such a value could have this in it."""
        del part
        return True

    def read(self, text: str) -> Any:  # noqa: ANN401  # whatever the column holds
        """Return the value that a text stands for.

        Raises
        ------
        ValueError
            It stands for none; the message says why, and what to write.
        """
        raise ValueError(f"{show(text)} cannot be written here")

    def read_cell(self, text: str | None) -> Any:  # noqa: ANN401
        """Return the value of a cell in which a text stands, None where nothing does; as `read`."""
        if text is not None:
            return self.read(text)
        if not self.takes_missing:
            raise ValueError(_EMPTY)
        return None

    def order(self, values: Array, folded: list[str]) -> Order:
        """Return a number for each value that says where it stands among the others; any for a missing one.

        Parameters
        ----------
        values : ExtensionArray
        folded : list of str
            Their labels, casefolded.
        """
        del values
        return ranks(folded, range(len(folded)))

    def compared(self, values: Array, sign: str, text: str) -> Flags | None:
        """Return which values are ``>``, ``<``, ``>=`` or ``<=`` what a text stands for; None if texts decide."""
        del values, sign, text
        return None

    def _text(self, value: Any) -> str:  # noqa: ANN401
        return str(value)


class Text(Kind):
    """Texts."""

    editable = True

    @override
    def texts(self, values: Array) -> Objects:
        texts = np.array(values.to_numpy(dtype=object))
        texts[np.asarray(values.isna())] = None
        return texts

    @override
    def read(self, text: str) -> str:
        if printable(text) != text:
            raise ValueError("the text holds half of a character; type it again")
        return text


class Url(Text):
    """Addresses of the web."""

    type = "url"


class State(Text):
    """Texts that stand for a state."""

    type = "state"


class Secret(Text):
    """Texts that are not shown."""

    type = "secret"
    is_open = False

    @override
    def texts(self, values: Array) -> Objects:
        texts = np.full(len(values), MASK, dtype=object)
        texts[np.asarray(values.isna())] = None
        return texts


class Choice(Text):
    """Texts of which only some are allowed, each with a label.

    Parameters
    ----------
    values : ExtensionArray
    choices : mapping of str to str
        Labels by value.
    """

    type = "choice"

    def __init__(self, values: Array, choices: Mapping[str, str]) -> None:
        super().__init__(values)
        self.choices = dict(choices)
        self._values: dict[str, str] = {}
        for value, label in self.choices.items():
            self._values.setdefault(label, value)

    @override
    def label(self, text: str) -> str:
        return self.choices.get(text, text)

    @override
    def labels(self, texts: Objects) -> Objects:
        return np.array([None if text is None else self.choices.get(text, text) for text in texts], dtype=object)

    @override
    def copied(self, text: str) -> str:
        label = self.label(text)
        meant = label if label in self.choices else self._values.get(label)
        return label if label and meant == text else text

    @override
    def read(self, text: str) -> str:
        if text in self.choices:
            return text
        if text in self._values:
            return self._values[text]
        raise ValueError(not_a_choice(text, list(self._values)))


class Category(Kind):
    """The values of a categorical column; its categories are the choices."""

    type = "choice"
    editable = True

    def __init__(self, values: Array) -> None:
        super().__init__(values)
        self._texts: list[str] = [str(each) for each in self.dtype.categories]
        self._by_text: dict[str, Any] = {}
        for text, value in zip(self._texts, self.dtype.categories, strict=True):
            self._by_text.setdefault(text, value)

    @property
    def choices(self) -> dict[str, str]:
        """The categories as texts, each with itself as its label."""
        return {text: text for text in self._by_text}

    @override
    def texts(self, values: Array) -> Objects:
        # The last one is for code -1.
        return np.array([*self._texts, None], dtype=object)[np.asarray(pd.Categorical(values).codes)]

    @override
    def read(self, text: str) -> Any:
        if text not in self._by_text:
            raise ValueError(not_a_choice(text, self._texts))
        return self._by_text[text]

    @override
    def order(self, values: Array, folded: list[str]) -> Order:
        if not self.dtype.ordered:
            return super().order(values, folded)
        return np.asarray(pd.Categorical(values).codes).astype(np.int64)


class Json(Kind):
    """Dicts and lists, as JSON."""

    @override
    def _text(self, value: Any) -> str:
        try:
            return json.dumps(value, ensure_ascii=False, default=str)
        except (ValueError, TypeError, RecursionError):
            return str(value)


def not_a_choice(text: str, choices: list[str]) -> str:
    """Return what to say of a text that is none of the choices."""
    meant = nearest(text, choices)
    return f"{show(text)} is none of the choices" + (f"; did you mean {show(meant)}?" if meant else "")


def ranks(values: Sequence[Any], among: Iterable[int]) -> Order:
    """Return where each of some values stands among them, equal ones at the same place."""
    places = np.zeros(len(values), dtype=np.int64)
    # Python sorts plain strings several times faster than NumPy does objects.
    order = np.array(sorted(among, key=values.__getitem__), dtype=np.intp)
    if len(order):
        in_order = np.empty(len(order), dtype=object)
        in_order[:] = [values[place] for place in order.tolist()]
        places[order] = np.concatenate([[0], np.cumsum(in_order[1:] != in_order[:-1])])
    return places


def dtype_of(values: Array) -> Any:  # noqa: ANN401  # NumPy's or pandas'
    """Return the type of a column's values; NumPy's own, where pandas only wraps them."""
    dtype: Any = values.dtype
    is_wrapped = isinstance(values, pd.arrays.NumpyExtensionArray) and not isinstance(dtype, pd.StringDtype)
    return dtype.numpy_dtype if is_wrapped else dtype


def series_of(values: Array) -> pd.Series[Any]:
    """Return values as a Series of their own type, which pandas would guess anew for objects."""
    made: pd.Series[Any] = pd.Series(values, dtype=dtype_of(values))
    return made


def mapped(values: Array, text: Callable[[Any], str]) -> Objects:
    """Return the text of each value, None where it is missing."""
    texts = np.full(len(values), None, dtype=object)
    here = np.flatnonzero(~np.asarray(values.isna()))
    texts[here] = [text(value) for value in values.take(here).astype(object)]
    return texts
