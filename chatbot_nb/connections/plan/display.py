"""How a plan looks, in text and in HTML: counts first, then the first changes, then what stands in their way."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from chatbot_nb.finding import Finding
from chatbot_nb.payloads.display import (
    LONG,
    SHORT,
    SHOWN,
    change_html,
    findings_table,
    framed,
    marked,
    table,
    text_lines,
)
from chatbot_nb.payloads.wording import counted, show, show_change
from chatbot_nb.transport.redact import masked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chatbot_nb.connections.plan.plan import Plan
    from chatbot_nb.payloads.display import State

_STATES: Final[dict[str, State]] = {"delete": "deleted", "update": "changed", "create": "new"}
_CHANGES: Final = {"action": SHORT, "connection": LONG, "column": SHORT, "old": LONG, "new": LONG}
_RESULTS: Final = {"status": SHORT, "action": SHORT, "connection": LONG, "error": LONG}
_TOLD: Final = 3  # errors that stand in an exception
# What a person must act on comes first.
_STATUSES: Final[dict[str, State]] = {
    "unknown": "error",
    "failed": "error",
    "conflict": "warning",
    "incomplete": "warning",
    "not tried": "warning",
    "unchanged": "info",
    "done": "info",
}


def plan_text(plan: Plan) -> str:
    """Return the repr of a plan: what it changes, and once it was applied what did not go well."""
    if plan.journal is None:
        rows, total = _changes(plan.frame)
        lines = [
            f"{action:7} {show(name)} {column}: {' → '.join(show_change(old, new))}"
            for action, name, column, old, new in rows
        ]
        more = ".frame"
    else:
        results, total = _unsettled(plan.results)
        lines = [
            f"{status:9} {action} {show(name)}{f': {error}' if error else ''}"
            for status, action, name, error in results
        ]
        more = ".results"
    if total > len(lines):
        lines.append(f"and {total - len(lines):,} more in {more}")
    return "\n  ".join([_title(plan), *lines, *text_lines(_findings(plan)), *_notes(plan)])


def plan_html(plan: Plan) -> str:
    """Return the HTML of a plan; text from outside is escaped."""
    notes = "".join(f"<br>{escape(note)}" for note in _notes(plan))
    title = f'<p style="margin:4px 0"><strong>{escape(_title(plan))}</strong>{notes}</p>'
    if plan.journal is None:
        changes, total = _changes(plan.frame)
        rows: list[tuple[str, ...]] = [
            (marked(_STATES[action], action), escape(show(name)), column, *change_html(old, new))
            for action, name, column, old, new in changes
        ]
        body = table(_CHANGES, rows, total, ".frame")
    else:
        results, total = _unsettled(plan.results)
        rows = [
            (marked(_STATUSES[status], status), *map(escape, (action, show(name), error or "")))
            for status, action, name, error in results
        ]
        body = table(_RESULTS, rows, total, ".results")
    return framed(f"{title}{body}{findings_table(_findings(plan))}")


def _title(plan: Plan) -> str:
    actions = plan.results["action"].value_counts()
    parts = [counted(int(actions[each]), each) for each in _STATES if each in actions] or ["no changes"]
    if plan.journal is None:
        severities = plan.findings["severity"].value_counts()
        parts += [counted(int(severities[each]), each) for each in ("error", "warning") if each in severities]
    return f"{'Undo' if plan.direction == 'undone' else 'Plan'}: {', '.join(parts)}"


def _changes(frame: pd.DataFrame) -> tuple[list[tuple[str, ...]], int]:
    """Return the first changes and how many there are; of what appears or goes as a whole only the URL."""
    said = (frame["action"] != "update") & frame["column"].isin(["name", "story_id"])
    frame = frame[~said]
    rows = [
        (action, name, column, *(masked(text) if text and column == "url" else text for text in (old, new)))
        for action, name, column, old, new in _first(frame, ["action", "name", "column", "old", "new"])
    ]
    return rows, len(frame)


def _unsettled(results: pd.DataFrame) -> tuple[list[tuple[str, ...]], int]:
    """Return the first results that are not simply done, and how many there are."""
    results = results[results["status"] != "done"]
    return _first(results, ["status", "action", "name", "error"]), len(results)


def _first(frame: pd.DataFrame, columns: list[str]) -> list[tuple[Any, ...]]:
    """Return the first rows, None where nothing is."""
    values = frame[columns].head(SHOWN).astype(object)
    return list(values.where(values.notna(), None).itertuples(index=False, name=None))


def refusal(findings: pd.DataFrame) -> str:
    """Return why a plan is not applied: the first errors with their place."""
    errors = findings[findings["severity"] == "error"]
    lines = [str(finding) for finding in _as_findings(errors.head(_TOLD))]
    if len(errors) > _TOLD:
        lines.append(f"and {len(errors) - _TOLD:,} more in .findings")
    return "\n  ".join([f"nothing was sent, since the plan has {counted(len(errors), 'error')}:", *lines])


def _findings(plan: Plan) -> list[Finding]:
    """Return what is wrong, or likely is; once the plan was applied that has been seen."""
    if plan.journal is not None:
        return []
    found = plan.findings[plan.findings["severity"] != "info"]
    # What is said of many rows in the same words is shown once.
    alike = found.groupby(["severity", "code", "column", "message"], dropna=False, sort=False)["code"].transform("size")
    first = found.assign(alike=alike).drop_duplicates(["severity", "code", "column", "message"])
    shown = _as_findings(first.head(SHOWN))
    return [*shown, *shown[:1] * (len(first) - SHOWN)]  # only the first are shown, and how many there are


def _as_findings(table_: pd.DataFrame) -> list[Finding]:
    """Return findings with their place in words."""
    alike = table_.get("alike", pd.Series(1, index=table_.index))
    rows = _first(table_, ["row", "id", "column", "code", "severity", "message"])
    return [
        Finding(_place(row, id_, column, alike_), code, severity, text)
        for (row, id_, column, code, severity, text), alike_ in zip(rows, alike.head(SHOWN), strict=True)
    ]


def _place(row: int | None, connection_id: str | None, column: str | None, alike: int) -> str:
    where = f"row {row}" if row is not None else connection_id
    parts = [f"{where} and {alike - 1:,} more" if alike > 1 else where, column]
    return ", ".join(part for part in parts if part)


def _notes(plan: Plan) -> Iterator[str]:
    """Say what stays as it is, and what to do next."""
    if staying := int((plan.findings["code"] == "not_in_frame").sum()):
        yield f"{counted(staying, 'connection')} of the account not in the frame: left alone without delete=True"
    statuses = plan.results["status"].value_counts()
    if plan.journal is not None and not len(statuses):
        yield f"{plan.direction}: there was nothing to do"
    elif plan.journal is not None:
        said = ", ".join(f"{statuses[each]:,} {each}" for each in _STATUSES if each in statuses)
        yield f"{plan.direction}: {said}; .results has a row for each, the journal is {plan.journal.name}"
    elif (plan.findings["severity"] == "error").any():
        yield "nothing has been sent; put the errors right and make the plan anew"
    elif len(statuses):
        yield "nothing has been sent; .apply() makes the changes"
