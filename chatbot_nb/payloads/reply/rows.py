"""A reply over rows of attributes: which user would see something that breaks a limit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from chatbot_nb.payloads.display import as_html, muted, text_lines
from chatbot_nb.payloads.reply.placeholders import names_in, text_of, texts_of
from chatbot_nb.payloads.report import Report
from chatbot_nb.payloads.wording import counted, kind_of, show

if TYPE_CHECKING:
    import pandas as pd

    from chatbot_nb.finding import Finding
    from chatbot_nb.payloads.reply.outcome import Outcome

_Texts: TypeAlias = tuple[str | None, ...]  # of one row, what the placeholders are filled with


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class RowsReport:
    """What a check of a reply over rows of attributes found.

    Parameters
    ----------
    findings : pandas.DataFrame, shape (n, 7)
        ``row`` (the label of the row), and the fields of a `Finding`: ``pointer``, ``code``, ``severity``,
        ``message`` (str), ``limit``, ``actual`` (object); in the order of the rows.
    rows : int
        How many rows were checked.
    broken : int
        How many of them have an error.
    worst : object
        The label of the row with the most errors, of equal ones that which goes furthest beyond a limit; then with
        the most warnings, then the first. None if nothing was found.
    worst_findings : tuple of Finding
        What was found in that row.
    by_code : dict of str to int
        In how many rows a finding of each code is; codes of errors first, then by that number.
    """

    findings: pd.DataFrame
    rows: int
    broken: int
    worst: object
    worst_findings: tuple[Finding, ...]
    by_code: dict[str, int]

    @property
    def ok(self) -> bool:
        """True if no row has an error: also where there is no row, of which ``rows`` and the title tell."""
        return not self.broken

    def __repr__(self) -> str:
        return "\n  ".join([self._title(), *text_lines(self.worst_findings), *self._over_all()])

    def _repr_html_(self) -> str:
        below = "".join(map(muted, self._over_all()))
        return as_html(self._title(), findings=self.worst_findings, details=below)

    def _over_all(self) -> list[str]:
        """Return a line on what is in the rows that are not shown, if anything is."""
        if dict.fromkeys((finding.code for finding in self.worst_findings), 1) == self.by_code:
            return []
        return ["over all rows: " + ", ".join(f"{code} in {counted(n, 'row')}" for code, n in self.by_code.items())]

    def _title(self) -> str:
        said = f"reply over {counted(self.rows, 'row')}: "
        if not self.rows:
            return said + "nothing was checked"
        if not self.worst_findings:
            return said + "ok"
        verdict = f"{counted(self.broken, 'row')} with errors" if self.broken else "ok, with warnings"
        label = show(self.worst) if isinstance(self.worst, str) else str(self.worst)
        return f"{said}{verdict}; the worst is row {label}"


def check_rows(reply: Outcome, rows: object) -> RowsReport:
    """Return the report of `Reply.check_over`; rows that are alike in what the reply uses are checked once."""
    frame = _frame(rows)
    columns: list[object] = list(frame.columns)
    unset: dict[str, object] = {name: None for name in columns if isinstance(name, str)}
    used = [name for name in _names(reply) if name in unset]
    cells = zip(*(_texts(frame, name) for name in used), strict=True) if used else iter([()] * len(frame))
    checked: dict[_Texts, tuple[Finding, ...]] = {}
    found: list[tuple[object, Finding]] = []
    broken, worst = 0, None
    worst_findings: tuple[Finding, ...] = ()
    alike = Counter[_Texts]()
    for label, values in zip(frame.index, cells, strict=True):
        if values not in checked:
            checked[values] = reply.render(unset | dict(zip(used, values, strict=True))).check().findings
        findings = checked[values]
        found += [(label, finding) for finding in findings]
        alike[values] += 1
        rank = _rank(findings)
        broken += rank[0] > 0
        if rank > _rank(worst_findings):
            worst, worst_findings = label, findings
    table = Report(tuple(finding for _, finding in found)).frame()
    table.insert(0, "row", _labels([label for label, _ in found]))
    return RowsReport(table, len(frame), broken, worst, worst_findings, _by_code(checked, alike))


def _by_code(checked: Mapping[_Texts, tuple[Finding, ...]], alike: Mapping[_Texts, int]) -> dict[str, int]:
    rows, broken = Counter[str](), set[str]()
    for values, findings in checked.items():
        rows.update(dict.fromkeys((finding.code for finding in findings), alike[values]))
        broken |= {finding.code for finding in findings if finding.severity == "error"}
    return {code: rows[code] for code in sorted(rows, key=lambda code: (code not in broken, -rows[code]))}


def _frame(rows: object) -> pd.DataFrame:
    import pandas as pd

    if isinstance(rows, pd.DataFrame):
        return rows
    if isinstance(rows, str | Mapping) or not isinstance(rows, Iterable):
        raise TypeError(f"check_over: {kind_of(rows)} has no rows; pass a DataFrame or a list of dicts")
    listed = list(rows)
    for number, row in enumerate(listed):
        if not isinstance(row, Mapping):
            raise TypeError(f"check_over: row {number} is {kind_of(row)}; pass a DataFrame or a list of dicts")
    # As they are: a number beside a missing one would become a float.
    return pd.DataFrame(listed, dtype="object")


def _texts(frame: pd.DataFrame, name: str) -> list[str | None]:
    column: Any = frame[name]
    if column.ndim > 1:
        raise ValueError(f"check_over: more than one column is called {show(name)}; rename or drop the others")
    return [text_of(value) for value in column.tolist()]


def _labels(labels: list[object]) -> pd.Series[Any]:
    import pandas as pd

    return pd.Series(labels, dtype=None if labels else "object")


def _names(reply: Outcome) -> list[str]:
    return list(dict.fromkeys(name for _, text in texts_of(reply.payload) for name in names_in(text)))


def _rank(findings: tuple[Finding, ...]) -> tuple[int, float, int]:
    """Return how bad a row is: errors, how far beyond a limit, warnings."""
    errors = sum(finding.severity == "error" for finding in findings)
    beyond = max((_excess(finding) for finding in findings), default=0.0)
    return errors, beyond, sum(finding.severity == "warning" for finding in findings)


def _excess(finding: Finding) -> float:
    limit, actual = finding.limit, finding.actual
    return abs(actual - limit) if isinstance(limit, int | float) and isinstance(actual, int | float) else 0.0
