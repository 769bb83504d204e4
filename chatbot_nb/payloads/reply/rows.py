"""A reply over rows of attributes: which user would see something that breaks a limit."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any, Final

from chatbot_nb.payloads.display import LONG, SHORT, SHOWN, framed, marked, table
from chatbot_nb.payloads.reply.placeholders import names_in, text_of, texts_of
from chatbot_nb.payloads.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from chatbot_nb.finding import Finding
    from chatbot_nb.payloads.reply.reply import Reply

_COLUMNS: Final = {"severity": SHORT, "row": SHORT, "pointer": LONG, "message": LONG}
_FIELDS: Final = ("pointer", "code", "severity", "message", "limit", "actual")


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
        the most warnings. None if nothing was found.
    """

    findings: pd.DataFrame
    rows: int
    broken: int
    worst: object

    @property
    def ok(self) -> bool:
        """True if no row has an error."""
        return not self.broken

    def __repr__(self) -> str:
        worst = self._worst()
        lines = [
            f"{severity:7} row {row}, {pointer or '(whole)'}: {message}" for severity, row, pointer, message in worst
        ]
        return "\n  ".join([self._title(), *lines])

    def _repr_html_(self) -> str:
        worst = self._worst()
        rows = [
            (marked(severity, severity), escape(str(row)), f"<code>{escape(pointer)}</code>", escape(message))
            for severity, row, pointer, message in worst
        ]
        title = f'<p style="margin:4px 0"><strong>{escape(self._title())}</strong></p>'
        return framed(f"{title}{table(_COLUMNS, rows, len(rows), '.findings')}")

    def _title(self) -> str:
        said = f"reply over {counted(self.rows, 'row')}: "
        if self.worst is None:
            return said + "ok"
        verdict = f"{counted(self.broken, 'row')} with errors" if self.broken else "ok, with warnings"
        return f"{said}{verdict}, the worst is row {self.worst}"

    def _worst(self) -> list[tuple[Any, ...]]:
        findings = self.findings[self.findings["row"] == self.worst] if self.worst is not None else self.findings
        return list(findings[["severity", "row", "pointer", "message"]].head(SHOWN).itertuples(index=False, name=None))


def check_rows(reply: Reply, rows: pd.DataFrame | Iterable[Mapping[str, object]]) -> RowsReport:
    """Return the report of `Reply.check_over`; rows that are alike in what the reply uses are checked once."""
    import pandas as pd

    frame = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows))
    used = [name for name in _names(reply) if name in frame.columns]
    cells = [[text_of(value) for value in frame[name].tolist()] for name in used]
    found: dict[tuple[str | None, ...], tuple[Finding, ...]] = {}
    labels: list[object] = []
    all_findings: list[Finding] = []
    broken, worst, worst_rank = 0, None, (0, 0.0, 0)
    for label, values in zip(frame.index, zip(*cells, strict=True) if used else [()] * len(frame), strict=True):
        if values not in found:
            found[values] = reply.render(dict(zip(used, values, strict=True))).check().findings
        findings = found[values]
        labels += [label] * len(findings)
        all_findings += findings
        rank = _rank(findings)
        broken += rank[0] > 0
        if rank > worst_rank:
            worst, worst_rank = label, rank
    columns = {name: [getattr(finding, name) for finding in all_findings] for name in _FIELDS}
    table_ = pd.DataFrame(
        {
            name: pd.Series(values, dtype="object" if name in {"limit", "actual"} else "str")
            for name, values in columns.items()
        }
    )
    table_.insert(0, "row", pd.Series(labels, dtype="object" if not labels else None))
    return RowsReport(table_, len(frame), broken, worst)


def _names(reply: Reply) -> list[str]:
    return list(dict.fromkeys(name for _, text in texts_of(reply.payload) for name in names_in(text)))


def _rank(findings: tuple[Finding, ...]) -> tuple[int, float, int]:
    """Return how bad a row is: errors, how far beyond a limit, warnings."""
    errors = sum(finding.severity == "error" for finding in findings)
    beyond = max((_excess(finding) for finding in findings), default=0.0)
    return errors, beyond, sum(finding.severity == "warning" for finding in findings)


def _excess(finding: Finding) -> float:
    limit, actual = finding.limit, finding.actual
    return abs(actual - limit) if isinstance(limit, int | float) and isinstance(actual, int | float) else 0.0
