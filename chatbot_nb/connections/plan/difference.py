"""What differs between an account and a wanted DataFrame: the changes, and the findings on the frame.

Whole columns are compared at once; row by row only what differs, is new, or is wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import pandas as pd

from chatbot_nb.connections.models import check_update
from chatbot_nb.connections.plan import mistakes
from chatbot_nb.connections.plan.change import Change, Seen
from chatbot_nb.connections.plan.new_rows import creations, new_rows, report_replaced
from chatbot_nb.connections.plan.pairing import pair_rows
from chatbot_nb.connections.plan.secret_columns import changed_secrets, read_secrets
from chatbot_nb.connections.plan.table import Findings
from chatbot_nb.connections.plan.wanted import AS_TEXT, ROUNDED, Wanted, described
from chatbot_nb.payloads import limits
from chatbot_nb.payloads.wording import show
from chatbot_nb.transport.redact import safe_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from chatbot_nb.connections.plan.pairing import Pairs
    from chatbot_nb.connections.plan.secret_columns import Secrets
    from chatbot_nb.connections.plan.table import Positions
    from chatbot_nb.errors import ChatBotError

    Details: TypeAlias = Callable[[list[str]], Sequence[Mapping[str, object] | ChatBotError | None]]
    Fields: TypeAlias = dict[str, object]

_SIZES: Final = {"name": limits.CONNECTION_NAME, "url": limits.CONNECTION_URL}
_SET_BY_PLATFORM: Final = "set by the platform; the change is ignored"


def difference(
    account: pd.DataFrame, wanted: object, *, delete: bool, details: Details
) -> tuple[list[Change], pd.DataFrame]:
    """Return what has to be changed for the account to be as wanted, and what is to be said about that.

    Parameters
    ----------
    account : pandas.DataFrame
        What `Connections.frame` gives.
    wanted : object
        A DataFrame with the ids in its index or a column ``id``, empty for a new connection. Columns that it lacks
        stay as they are; so do secrets whose cell is empty. It is not modified.
    delete : bool
        Whether connections that no row names are deleted.
    details : callable
        Takes ids and returns, in their order, each connection as the API shows it on its own, why it could not be
        read, or None if it was not tried. Called at most once, and only where there is no error and a secret column
        of an existing connection is filled in.

    Returns
    -------
    changes : list of Change
        Deletions in the order of the account, then updates and creations in the order of the frame; none of a row
        with an error.
    findings : pandas.DataFrame
        As `Findings.frame` documents; never a secret.

    Raises
    ------
    TypeError
        ``wanted`` is no DataFrame.
    """
    findings = Findings()
    frame = Wanted(wanted, account.index, findings)
    if frame.ids is None:
        return [], findings.frame(np.full(len(frame), None, dtype=object))
    blank = frame.blank()
    if blank.any():
        message = "nothing stands in this row; it is left out"
        findings.add_rows("blank_row", "info", message, np.flatnonzero(blank).tolist(), "id")
    if not delete:
        frame.report_nothing_to_change(findings)
    pairs = pair_rows(account, frame.ids, blank, findings)
    _report_dropped(pairs, findings, delete=delete)
    updates = _edits(pairs, frame, findings)
    _report_read_only(pairs, frame, findings)
    secrets = read_secrets(frame, pairs.exists, findings)
    creates = new_rows(pairs, frame, secrets, findings)
    if delete:
        report_replaced(pairs, creates, findings)
    _check_updates(pairs, updates, findings)
    _compare_secrets(pairs, {row: secrets[row] for row in secrets if pairs.exists[row]}, updates, details, findings)
    updates = {row: updates[row] for row in sorted(updates) if row not in findings.wrong_rows}
    _report_outdated(pairs, frame, list(updates), findings)
    creates = {row: creates[row] for row in creates if row not in findings.wrong_rows}
    changes = _deletions(pairs) if delete else []
    changes += _updates(pairs, updates)
    changes += creations(pairs, creates, findings)
    return changes, findings.frame(pairs.ids)


def _report_dropped(pairs: Pairs, findings: Findings, *, delete: bool) -> None:
    dropped = pairs.account.iloc[pairs.dropped]
    if not delete:
        message = "not in the frame; it stays. Pass delete=True to delete it"
        findings.add_ids("not_in_frame", "info", message, dropped.index.tolist())
        return
    for connection_id, name in zip(dropped.index, _plain(dropped["name"]), strict=True):
        message = f"not in the frame, and delete=True: {show(name)} will be deleted"
        findings.add("deleted", "warning", message, id=connection_id)


def _edits(pairs: Pairs, wanted: Wanted, findings: Findings) -> dict[int, Fields]:
    """Return by row the names and URLs that differ."""
    edits: dict[int, Fields] = {}
    for column in (each for each in ("name", "url", "story_id") if each in wanted.columns):
        cells, theirs = wanted.cells(column), pairs.theirs(column)
        for row in pairs.differing(cells, theirs):
            text = cells.texts[row]
            if row in cells.odd:
                message = f"{described(cells.odd[row])}; {AS_TEXT}"
                findings.add("wrong_type", "error", message, row=row, column=column)
            elif column == "story_id":
                if text is not None:
                    message = (
                        f"an update cannot move a connection to another story; it is {show(theirs[row])}. To move it, "
                        "create it anew there"
                    )
                    findings.add("read_only", "error", message, row=row, column=column)
            elif text is None:
                findings.add("missing", "error", _emptied(column, theirs[row]), row=row, column=column)
            elif column == "url" and mistakes.hides(text):
                if not mistakes.is_masked(text, theirs[row]):
                    findings.add("masked", "error", f"{mistakes.MASKED}. Write the whole URL", row=row, column=column)
            elif mistakes.is_misread(text, theirs[row]):
                findings.add("wrong_encoding", "error", mistakes.WRONG_ENCODING, row=row, column=column)
            else:
                edits.setdefault(row, {})[column] = str(text)
    return edits


def _emptied(column: str, theirs: str) -> str:
    size = _SIZES[column]
    shown = show(safe_url(theirs) if column == "url" else theirs)
    # What pandas reads as missing, though the account has this text.
    hint = "; read files with keep_default_na=False" if theirs.strip("#<>-").casefold() in _NOT_A_VALUE else ""
    return f"empty, {size.min} to {size.max:,} characters; the account has {shown}{hint}"


_NOT_A_VALUE: Final = {"n/a", "na", "nan", "none", "null", "n/a n/a"}


def _report_read_only(pairs: Pairs, wanted: Wanted, findings: Findings) -> None:
    # Not `error`: it changes by itself, with each delivery.
    if "story_name" in wanted.columns:
        rows = pairs.differing(wanted.cells("story_name"), pairs.theirs("story_name"))
        findings.add_rows("read_only", "warning", _SET_BY_PLATFORM, rows, "story_name")
    if "created_at" in wanted.columns:
        ours, empty = wanted.times("created_at")
        theirs = pairs.account["created_at"].take(pairs.places[pairs.exists]).reset_index(drop=True)
        existing = ours[pairs.exists].reset_index(drop=True)
        near = ((existing - theirs).abs() <= ROUNDED).to_numpy()
        same = near | (empty[pairs.exists] & theirs.isna().to_numpy())
        rows = np.flatnonzero(pairs.exists)[~same].tolist()
        findings.add_rows("read_only", "warning", _SET_BY_PLATFORM, rows, "created_at")


def _check_updates(pairs: Pairs, updates: Mapping[int, Fields], findings: Findings) -> None:
    """Check what updates would send: also a name and a URL that stay, since the API needs both."""
    for (row, fields), seen in zip(updates.items(), _seen(pairs, updates), strict=True):
        kept = {key: value for key, value in (("name", seen.name), ("url", seen.url)) if key not in fields}
        findings.add_checked(row, check_update(kept | fields), kept=kept)


def _compare_secrets(
    pairs: Pairs, secrets: Mapping[int, Secrets], updates: dict[int, Fields], details: Details, findings: Findings
) -> None:
    """Add to the updates the secrets that differ, which takes a request for each row that has some."""
    if not secrets:
        return
    if findings.any_errors:
        message = "secrets are compared with the account once the errors are corrected"
        findings.add("not_compared", "info", message)
        return
    outcomes = details([pairs.ids[row] for row in secrets])
    changed = {
        row: fields
        for (row, wanted), outcome in zip(secrets.items(), outcomes, strict=True)
        if (fields := changed_secrets(row, wanted, outcome, findings))
    }
    for row, fields in changed.items():
        updates[row] = updates.get(row, {}) | fields
    _check_updates(pairs, {row: updates[row] for row in changed}, findings)


def _report_outdated(pairs: Pairs, wanted: Wanted, rows: list[int], findings: Findings) -> None:
    if "updated_at" not in wanted.columns or not rows:
        return
    times, empty = wanted.times("updated_at")
    unreadable = int((times.isna().to_numpy() & ~empty)[rows].sum())
    if unreadable:
        message = (
            f"cannot be read as a time in {unreadable:,} of the rows that change: whether the account has changed "
            "since is not checked"
        )
        findings.add("unreadable_time", "warning", message, column="updated_at")
    ours = times.take(rows)
    theirs = pairs.account["updated_at"].take(pairs.places[rows]).set_axis(rows)
    differs = (ours - theirs).abs() > ROUNDED
    for row in differs.index[differs]:
        message = (
            f"updated_at is {ours[row].isoformat()} here and {theirs[row].isoformat()} in the account: what differs "
            "may be somebody else's change. Take a new frame, or look at the old values"
        )
        findings.add("outdated", "warning", message, row=row, column="updated_at")


def _deletions(pairs: Pairs) -> list[Change]:
    ids = pairs.account.index[pairs.dropped]
    return [Change("delete", None, each, seen) for each, seen in zip(ids, _seen_at(pairs, pairs.dropped), strict=True)]


def _updates(pairs: Pairs, updates: Mapping[int, Fields]) -> list[Change]:
    seen = _seen(pairs, updates)
    return [
        Change("update", row, str(pairs.ids[row]), each, fields)
        for (row, fields), each in zip(updates.items(), seen, strict=True)
    ]


def _seen(pairs: Pairs, rows: Iterable[int]) -> list[Seen]:
    return _seen_at(pairs, pairs.places[list(rows)])


def _seen_at(pairs: Pairs, positions: Positions) -> list[Seen]:
    """Return how the account shows the connections at these positions in it."""
    rows = pairs.account.iloc[positions]
    times = [None if pd.isna(time) else time.to_pydatetime() for time in rows["updated_at"].tolist()]
    columns = (_plain(rows[column]) for column in ("name", "url", "story_id"))
    return [Seen(*values) for values in zip(*columns, times, strict=True)]


def _plain(column: Iterable[Any]) -> list[str | None]:
    return [None if pd.isna(text) else text for text in column]
