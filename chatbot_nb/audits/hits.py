"""What the rules of an audit say, and of which rows.

A rule judges each value of a column once, however many rows hold it; NumPy spreads the outcome over the rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from chatbot_nb.finding import Severity

SEVERITIES: Final[tuple[Severity, ...]] = ("error", "warning", "info")  # the worst one first
COLUMNS: Final = ("id", "name", "code", "severity", "message", "evidence")


class Said(NamedTuple):
    """What a rule says of one or more rows."""

    code: str
    severity: Severity
    message: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Hits:
    """The rows that a rule found something in.

    Parameters
    ----------
    rows : ndarray of int
        Positions in the frame.
    which : ndarray of int
        For each of them the position in ``said``.
    said : list of Said
    """

    rows: np.ndarray
    which: np.ndarray
    said: list[Said]

    @classmethod
    def each(cls, rows: np.ndarray, said: list[Said]) -> Hits:
        """Return hits of which each row has words of its own."""
        return cls(rows, np.arange(len(rows)), said)

    @classmethod
    def all(cls, rows: np.ndarray, said: Said) -> Hits:
        """Return hits that share their words."""
        return cls(rows, np.zeros(len(rows), np.intp), [said])

    @classmethod
    def joined(cls, parts: Iterable[Hits]) -> Hits:
        """Return all hits by row, then by severity, then in the order of the parts."""
        rows, which, said = [np.empty(0, np.intp)], [np.empty(0, np.intp)], list[Said]()
        for part in parts:
            rows.append(part.rows)
            which.append(part.which + len(said))
            said += part.said
        all_rows, all_which = np.concatenate(rows), np.concatenate(which)
        rank = np.array([SEVERITIES.index(each.severity) for each in said], dtype=np.intp)
        order = np.argsort(all_rows * len(SEVERITIES) + rank[all_which], kind="stable")
        return cls(all_rows[order], all_which[order], said)


@dataclass(frozen=True, slots=True)
class Texts:
    """A column of texts, each different one kept once.

    Parameters
    ----------
    values : list of str
    codes : ndarray of int, one for each row
        Positions in ``values``, -1 where the cell is empty or no text.
    empty : ndarray of int
        The rows whose cells hold nothing.
    """

    values: list[str]
    codes: np.ndarray
    empty: np.ndarray

    @classmethod
    def none(cls, rows: int) -> Texts:
        """Return a column that holds nothing."""
        return cls([], np.full(rows, -1), np.arange(rows))

    def judged(self, judge: Callable[[str], Said | None]) -> Hits:
        """Return the hits of a rule that looks at one value at a time."""
        said: list[Said] = []
        found = np.full(len(self.values) + 1, -1, dtype=np.intp)  # the last one is for code -1
        for number, value in enumerate(self.values):
            if (words := judge(value)) is not None:
                found[number] = len(said)
                said.append(words)
        which = found[self.codes]
        rows = np.flatnonzero(which >= 0)
        return Hits(rows, which[rows], said)


def findings_frame(hits: Hits, ids: list[str], names: Texts) -> pd.DataFrame:
    """Return the findings as `Audit.findings` documents them; a missing name is an empty one."""
    shown = names.values  # noqa: PD011  # not of pandas
    # Each different text is made once and then taken: with pyarrow's storage a tenth of the time.
    columns = {
        "id": _texts(ids).take(hits.rows),
        "name": _texts([*shown, ""]).take(names.codes[hits.rows] % (len(shown) + 1)),
        **{name: _texts([getattr(said, name) for said in hits.said]).take(hits.which) for name in Said._fields},
    }
    return pd.DataFrame(columns)


def _texts(values: list[str]) -> pd.api.extensions.ExtensionArray:
    return pd.array(values, dtype="str")
