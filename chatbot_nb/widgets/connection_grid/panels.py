"""What stands below the grid: a plan, how far it got, and what was changed elsewhere, too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from chatbot_nb.payloads.wording import counted, printable
from chatbot_nb.transport.redact import masked

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd

    from chatbot_nb.connections.plan.plan import Plan
    from chatbot_nb.widgets.connection_grid.rebasing import Conflict
    from chatbot_nb.widgets.grid.columns import Field

_ROWS: Final = 200
_FINDINGS: Final = 50
_LONGEST: Final = 500  # characters of a cell
_MARKS: Final = {"create": "new", "update": "changed", "delete": "deleted"}
_STATUS_MARKS: Final = {"failed": "error", "unknown": "error", "conflict": "warning", "incomplete": "warning"}
_CLOSE: Final = {"name": "close", "label": "Close", "primary": False, "enabled": True, "title": ""}


def button(name: str, label: str, title: str = "", *, primary: bool = False, enabled: bool = True) -> dict[str, Any]:
    """Return a button as the browser gets it."""
    return {"name": name, "label": label, "primary": primary, "enabled": enabled, "title": title}


def plan_panel(plan: Plan, label: Callable[[str], str], fields: Mapping[str, Field]) -> dict[str, Any]:
    """Return a plan that was not applied: its changes, and what is wrong.

    Parameters
    ----------
    plan : Plan
    label : callable
        Returns what a connection is called, by its id.
    fields : mapping of str to Field
        The columns of the grid, in whose words cells are shown.
    """
    frame, findings = plan.frame, plan.findings
    lines = frame[(frame["action"] != "delete") | (frame["column"] == "url")]  # which says enough of what goes
    # What is deleted stands among the changes.
    wrong = findings[(findings["severity"] != "info") & (findings["code"] != "deleted")]
    errors = int((findings["severity"] == "error").sum())
    actions = frame["action"].groupby(level="change").first().value_counts()
    parts = [counted(int(actions[each]), each) for each in ("delete", "update", "create") if each in actions]
    parts += [counted(errors, "error")] if errors else []
    why = "put the errors right first" if errors else ""
    apply = button("apply", "Apply", why, primary=True, enabled=bool(len(frame)) and not errors)
    return {
        "kind": "plan",
        "title": "Plan",
        "summary": _summary(parts or ["no changes"], len(lines)),
        "columns": ["action", "connection", "column", "before", "after"],
        "rows": [
            _change(*row)
            for row in _cells(_readable(lines, fields), ["mark", "action", "name", "column", "old", "new"])
        ],
        "findings": [
            _finding(label, *row)
            for row in _cells(_titled(wrong, fields), ["severity", "id", "column", "message"], _FINDINGS)
        ],
        "actions": [apply, _CLOSE],
    }


def progress_panel(done: int, total: int, failed: int, *, stopping: bool) -> dict[str, Any]:
    """Return how far the changes got."""
    cancel = button("cancel", "Cancel", "what is under way is ended, nothing more is started", enabled=not stopping)
    return {
        "kind": "progress",
        "title": "Applying",
        "done": done,
        "total": total,
        "failed": failed,
        "actions": [cancel],
    }


def results_panel(plan: Plan) -> dict[str, Any]:
    """Return what became of a plan: how many changes of each status, and those that are not done."""
    results = plan.results
    statuses = results["status"].value_counts()
    parts = [f"{statuses[each]} {each}" for each in statuses.index] or ["there was nothing to do"]
    rest = results[~results["status"].isin(["done", "unchanged"])]
    again = [button("again", "Try again", "what is not done is tried once more", primary=True)] if len(rest) else []
    return {
        "kind": "plan",
        "title": "Applied",
        "summary": _summary(parts, len(rest)),
        "columns": ["status", "action", "connection", "why"],
        "rows": [_result(*row) for row in _cells(rest, ["status", "action", "name", "error"])],
        "findings": [],
        "actions": [*again, _CLOSE],
    }


def conflicts_panel(conflicts: Sequence[Conflict], label: Callable[[int], str], summary: str = "") -> dict[str, Any]:
    """Return what was edited here and changed elsewhere, side by side."""
    return {
        "kind": "conflicts",
        "title": "Changed elsewhere, too",
        "summary": _summary([summary or counted(len(conflicts), "cell")], len(conflicts)),
        "rows": [
            {
                "id": str(each.row),
                "label": _cut(label(each.row)),
                "column": each.key,
                "mine": _cut(each.mine),
                "theirs": _cut(each.theirs),
            }
            for each in conflicts[:_ROWS]
        ],
        "row_actions": [{"name": "keep_mine", "label": "Keep mine"}, {"name": "take_theirs", "label": "Take theirs"}],
        "actions": [button("keep_mine", "Keep all of mine"), button("take_theirs", "Take all of theirs")],
    }


def _summary(parts: Sequence[str], rows: int) -> str:
    more = [f"the first {_ROWS} of {rows:,} rows are shown"] if rows > _ROWS else []
    return ", ".join([*parts, *more])


def _cells(frame: pd.DataFrame, columns: list[str], most: int = _ROWS) -> list[tuple[Any, ...]]:
    values = frame[columns].head(most).astype(object)
    return list(values.where(values.notna(), None).itertuples(index=False, name=None))


def _readable(lines: pd.DataFrame, fields: Mapping[str, Field]) -> pd.DataFrame:
    """Return the first cells of a plan as a grid shows them; what stands above is not said again."""
    lines = lines.head(_ROWS)
    shown = _titled(lines, fields).assign(mark=lines["action"].map(_MARKS))
    for name in ("old", "new"):
        pairs = zip(lines["column"], lines[name].astype(object), strict=True)
        shown[name] = [_shown(column, text, fields) for column, text in pairs]
    shown.loc[lines.index.get_level_values("change").duplicated(), ["action", "name"]] = None
    return shown


def _titled(frame: pd.DataFrame, fields: Mapping[str, Field]) -> pd.DataFrame:
    titles = {key: field.title for key, field in fields.items()}
    return frame.assign(column=[titles.get(each, each) for each in frame["column"]])


def _shown(column: str, text: object, fields: Mapping[str, Field]) -> str | None:
    if not isinstance(text, str):
        return None
    if column == "url":
        return masked(text)
    return fields[column].kind.label(text) if column in fields else text


def _change(mark: str, *texts: str | None) -> list[dict[str, str]]:
    marks = (mark if texts[0] else "", "", "", "", mark if mark != "deleted" else "")
    return [{"text": _cut(text), "mark": each} for text, each in zip(texts, marks, strict=True)]


def _result(status: str, action: str, name: str | None, why: str | None) -> list[dict[str, str]]:
    return [
        {"text": status, "mark": _STATUS_MARKS.get(status, "warning")},
        *({"text": _cut(text), "mark": ""} for text in (action, name, why)),
    ]


def _finding(
    label: Callable[[str], str], severity: str, id_: str | None, column: str | None, message: str
) -> dict[str, str]:
    where = ", ".join(part for part in (id_ and label(id_), column) if part)
    return {"severity": severity, "message": _cut(f"{where}: {message}" if where else message)}


def _cut(text: str | None) -> str:
    shown = printable(text or "")
    return shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + "…"
