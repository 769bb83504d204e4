"""Columns of numbers, dates and truth values: exact as texts, whatever their type."""

from __future__ import annotations

import contextlib
import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from typing_extensions import override

from chatbot_nb.payloads.wording import show
from chatbot_nb.widgets.grid.kinds import OPERATORS, Kind, ranks

if TYPE_CHECKING:
    from chatbot_nb.widgets.grid.kinds import Array, Flags, Objects, Order

_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,4000}")
_SIGNS: Final = frozenset("0123456789-+:. ")  # of the texts of times
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}.*)?", re.DOTALL)
_TRUTHS: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_T: Final = 10  # where it stands in 2026-11-25T14:30
# From the coarsest: names of units, and how many nanoseconds they have.
_UNITS: Final = {"D": 86_400 * 10**9, "s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}


class Ordered(Kind):
    """Values with an order of their own."""

    editable = True

    @override
    def order(self, values: Array, folded: list[str]) -> Order:
        del folded
        missing = np.asarray(values.isna())
        plain = plain_dtype(self.dtype)
        if plain.kind in "iufb":
            numbers = values.to_numpy(dtype=plain, na_value=0) if missing.any() else values.to_numpy(dtype=plain)
            return numbers.astype(np.int8) if plain.kind == "b" else numbers
        return ranks(values.to_numpy(dtype=object).tolist(), np.flatnonzero(~missing).tolist())

    @override
    def compared(self, values: Array, sign: str, text: str) -> Flags | None:
        try:
            bound = self.bound(text)
        except ValueError:
            return None
        flags = ~np.asarray(values.isna())
        flags[flags] = np.asarray(OPERATORS[sign](values[flags], bound), dtype=bool)
        return flags

    def bound(self, text: str) -> Any:  # noqa: ANN401
        """Return what values are compared with; as for `read`, but it need not fit the column."""
        return self.read(text)


class Boolean(Ordered):
    """Truth values."""

    type = "boolean"
    is_folded = True

    @override
    def texts(self, values: Array) -> Objects:
        codes = np.where(np.asarray(values.isna()), 2, values.to_numpy(dtype=np.int8, na_value=0))
        return np.array(["false", "true", None], dtype=object)[codes]

    @override
    def read(self, text: str) -> bool:
        truth = _TRUTHS.get(text.strip().casefold())
        if truth is None:
            raise ValueError(f"{show(text)} is neither true nor false; write true or false")
        return truth


class Integer(Ordered):
    """Whole numbers of any size, or of those that the column's type can hold."""

    type = "number"
    is_folded = True

    def __init__(self, values: Array) -> None:
        super().__init__(values)
        plain = plain_dtype(self.dtype)
        self._limits = np.iinfo(plain) if plain.kind in "iu" else None

    @override
    def read(self, text: str) -> int:
        if not _INTEGER.fullmatch(text.strip()):
            raise ValueError(f"{show(text)} is not a whole number")
        number = int(text)
        if self._limits and not int(self._limits.min) <= number <= int(self._limits.max):
            raise ValueError(
                f"{show(number)} does not fit; this column holds {self._limits.min:,} to {self._limits.max:,}"
            )
        return number

    @override
    def bound(self, text: str) -> int | float:
        return int(text) if _INTEGER.fullmatch(text.strip()) else _float(text)


class Real(Ordered):
    """Floating-point numbers, each as the shortest text that stands for it."""

    type = "number"
    is_folded = True

    @override
    def texts(self, values: Array) -> Objects:
        missing = np.asarray(values.isna())
        plain = plain_dtype(self.dtype)
        numbers = values.to_numpy(dtype=plain, na_value=np.nan)
        # Python's own is faster, and has no shorter one for types of fewer bits.
        shortest = map(repr, numbers.tolist()) if plain == np.float64 else numbers.astype(str).tolist()
        texts = np.array([text.removesuffix(".0") for text in shortest], dtype=object)
        texts[missing] = None
        return texts

    @override
    def read(self, text: str) -> float:
        with np.errstate(over="ignore"):
            number = float(plain_dtype(self.dtype).type(_float(text)))  # as exact as the column is
        if np.isinf(number) and "inf" not in text.casefold():
            raise ValueError(f"{show(text)} is beyond what this column holds")
        return number


class Exact(Ordered):
    """Decimal numbers."""

    type = "number"

    @override
    def read(self, text: str) -> Decimal:
        try:
            number = Decimal(text.strip())
        except InvalidOperation:
            raise ValueError(f"{show(text)} is not a number") from None
        if number.is_nan():
            raise ValueError(f"{show(text)} is not a number; empty the cell")
        return number


class Time(Ordered):
    """Times, with a time zone or without one."""

    type = "date"
    is_folded = True

    def __init__(self, values: Array) -> None:
        super().__init__(values)
        self._tz = getattr(self.dtype, "tz", None)
        self._unit = self._unit_of(values)

    @override
    def may_hold(self, part: str) -> bool:
        return _SIGNS.issuperset(part)

    @override
    def texts(self, values: Array) -> Objects:
        times: Any = pd.DatetimeIndex(values)
        local = times.tz_localize(None)
        # As fine as the column was, and as this needs.
        unit: Any = min(self._unit, self._unit_of(values), key=_UNITS.__getitem__)
        texts = _with_blank(np.datetime_as_string(local.to_numpy(), unit=unit)).astype(object)
        if self._tz is not None:
            texts = texts + _offsets(local, times.tz_convert("UTC").tz_localize(None))
        texts[np.asarray(values.isna())] = None
        return texts

    @override
    def order(self, values: Array, folded: list[str]) -> Order:
        del folded
        return pd.DatetimeIndex(values).asi8

    @override
    def read(self, text: str) -> pd.Timestamp:
        time = self._time(text)
        if self._tz is None and time.tz is not None:
            raise ValueError(f"{show(text)} names a time zone, and this column has none")
        try:
            time = time.tz_localize(self._tz) if time.tz is None else time.tz_convert(self._tz)
            return time.as_unit(self._resolution, round_ok=False)
        except pd.errors.OutOfBoundsDatetime:
            raise ValueError(f"{show(text)} is beyond what this column holds") from None
        except ValueError as exc:
            raise ValueError(f"{show(text)} is no time here: {_why(exc)}") from None

    @override
    def bound(self, text: str) -> pd.Timestamp:
        time = self._time(text)
        if self._tz is None:
            return time.tz_localize(None)
        return time.tz_localize(self._tz) if time.tz is None else time

    @property
    def _resolution(self) -> Any:  # noqa: ANN401  # one of the four units of pandas
        return self.dtype.unit if self._tz is not None else np.datetime_data(self.dtype)[0]

    @staticmethod
    def _time(text: str) -> pd.Timestamp:
        if _DATE.fullmatch(text.strip()):
            with contextlib.suppress(ValueError, OverflowError):
                return pd.Timestamp(text.strip())
        raise ValueError(f"{show(text)} is no date; write it as 2026-11-25, or 2026-11-25 14:30")

    def _unit_of(self, values: Array) -> str:
        """Return the coarsest unit that shows all of these."""
        local: Any = pd.DatetimeIndex(values).tz_localize(None)
        here = local[~local.isna()]
        stored = _UNITS[here.unit]
        units = [unit for unit, size in _UNITS.items() if size >= stored and (unit != "D" or self._tz is None)]
        return next(unit for unit in units if (here.asi8 % (_UNITS[unit] // stored) == 0).all())


class Day(Ordered):
    """Dates as objects of Python."""

    type = "date"

    @override
    def read(self, text: str) -> date:
        try:
            return date.fromisoformat(text.strip())
        except ValueError:
            raise ValueError(f"{show(text)} is no date; write it as 2026-11-25") from None


def _why(exc: ValueError) -> str:
    said = str(exc)
    if "nonexistent" in said:
        return "the clocks were put forward over it"
    if "Ambiguous" in said or "ambiguous" in said:
        return "it came twice when the clocks were put back; write its offset, as +01:00"
    return "it is finer than what this column holds" if "losslessly" in said else said


def plain_dtype(dtype: Any) -> np.dtype[Any]:  # noqa: ANN401
    """Return NumPy's type for the values of a column."""
    plain: np.dtype[Any] = np.dtype(getattr(dtype, "numpy_dtype", dtype))
    return plain


def _with_blank(texts: np.ndarray) -> np.ndarray:
    """Return times with a blank for the T between date and time."""
    if not len(texts) or texts.dtype.itemsize <= 4 * _T:
        return texts
    signs = np.ascontiguousarray(texts).view(np.uint32).reshape(len(texts), -1)
    if np.isin(signs[:, _T], (0, ord("T"))).all():  # 0: NaT
        signs[signs[:, _T] != 0, _T] = ord(" ")
        return signs.view(texts.dtype).reshape(-1)
    return np.char.replace(texts, "T", " ")  # years of five digits


def _float(text: str) -> float:
    number = float("nan")
    if "_" not in text:  # which Python allows
        with contextlib.suppress(ValueError):
            number = float(text)
    if np.isnan(number):
        raise ValueError(f"{show(text)} is not a number")
    return number


def _offsets(local: Any, utc: Any) -> Objects:  # noqa: ANN401  # naive DatetimeIndex, both
    """Return what stands behind local times: ``+01:00``."""
    seconds = ((local - utc) // pd.Timedelta(seconds=1)).fillna(0).to_numpy().astype(np.int64)
    known, which = np.unique(seconds, return_inverse=True)
    return np.array([_offset(each) for each in known.tolist()], dtype=object)[which]


def _offset(seconds: int) -> str:
    minutes, rest = divmod(abs(seconds), 60)
    text = f"{'-' if seconds < 0 else '+'}{minutes // 60:02d}:{minutes % 60:02d}"
    return f"{text}:{rest:02d}" if rest else text
