"""What differs between an account and a wanted DataFrame: the changes, and the findings on the frame.

Whole columns are compared at once; row by row only what differs, is new, or is wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import pandas as pd

from chatbot_nb.connections.models import check_new, check_update
from chatbot_nb.connections.plan import mistakes
from chatbot_nb.connections.plan.change import Change, Seen
from chatbot_nb.connections.plan.judgement import identity
from chatbot_nb.connections.plan.pairing import NAMED, listed, pair_rows
from chatbot_nb.connections.plan.secret_columns import changed_secrets, new_secrets, read_secrets
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
    from chatbot_nb.finding import Finding

    Details: TypeAlias = Callable[[list[str]], Sequence[Mapping[str, object] | ChatBotError | None]]
    Fields: TypeAlias = dict[str, object]

_SIZES: Final = {"name": limits.CONNECTION_NAME, "url": limits.CONNECTION_URL}
_NEW: Final = {"story_id": "storyId", "name": "name", "url": "url"}
# Where the API's names, as pointers, are not those of the columns.
_PLACES: Final = {
    "storyId": "story_id",
    "headers": "header_values",
    "auth": "auth_username",
    "auth/username": "auth_username",
    "auth/password": "auth_password",
}
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
    creates = _new_rows(pairs, frame, secrets, findings)
    if delete:
        _report_replaced(pairs, creates, findings)
    _check_updates(pairs, updates, findings)
    _compare_secrets(pairs, {row: secrets[row] for row in secrets if pairs.exists[row]}, updates, details, findings)
    updates = {row: updates[row] for row in sorted(updates) if row not in findings.wrong_rows}
    _report_outdated(pairs, frame, list(updates), findings)
    creates = {row: creates[row] for row in creates if row not in findings.wrong_rows}
    _report_same_rows(creates, findings)
    changes = _deletions(pairs) if delete else []
    changes += _updates(pairs, updates)
    changes += _creations(creates, _twins(pairs, creates, findings))
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


def _new_rows(pairs: Pairs, wanted: Wanted, secrets: dict[int, Secrets], findings: Findings) -> dict[int, Fields]:
    """Return by row what is to be sent for each new connection."""
    cells = {column: wanted.cells(column) for column in _NEW}
    creates: dict[int, Fields] = {}
    for row in np.flatnonzero(pairs.new).tolist():
        texts = {key: cells[column].texts[row] for column, key in _NEW.items()}
        fields: Fields = {key: str(text) for key, text in texts.items() if text is not None}
        fields |= new_secrets(row, secrets.get(row, {}), findings)
        odd = [column for column in _NEW if row in cells[column].odd]
        for column in odd:
            message = f"{described(cells[column].odd[row])}; {AS_TEXT}"
            findings.add("wrong_type", "error", message, row=row, column=column)
        _report(row, check_new(fields), findings, told=odd)
        creates[row] = fields
    return creates


def _report_replaced(pairs: Pairs, creates: Mapping[int, Fields], findings: Findings) -> None:
    """Refuse to delete a connection and create it anew, without its secrets, for the lack of an id."""
    if not creates:
        return
    gone = pairs.account.iloc[pairs.dropped]
    ids = {
        tuple(facts): each for each, *facts in zip(gone.index, gone["story_id"], gone["name"], gone["url"], strict=True)
    }
    for row, fields in creates.items():
        if (connection_id := ids.get(identity(fields))) is not None:
            message = (
                f"the connection {connection_id} has this story, name and URL, and delete=True would delete it with "
                "its token, headers and auth; write its id into this row"
            )
            findings.add("lost_id", "error", message, row=row, column="id")


def _check_updates(pairs: Pairs, updates: Mapping[int, Fields], findings: Findings) -> None:
    """Check what updates would send: also a name and a URL that stay, since the API needs both."""
    for (row, fields), seen in zip(updates.items(), _seen(pairs, updates), strict=True):
        kept = {key: value for key, value in (("name", seen.name), ("url", seen.url)) if key not in fields}
        _report(row, check_update(kept | fields), findings, kept=kept)


def _report(
    row: int, found: Iterable[Finding], findings: Findings, *, told: Iterable[str] = (), kept: Iterable[str] = ()
) -> None:
    for finding in found:
        pointer = finding.pointer.removeprefix("/")
        field, _, name = pointer.partition("/")
        column = _PLACES.get(pointer) or _PLACES.get(field, field)
        message = finding.message
        if column in told:
            continue
        if finding.code == "missing":
            message = "empty; a new connection needs story_id, name and url, and one that exists needs its id"
        elif field == "headers" and name:
            message = f"{show(name.replace('~1', '/').replace('~0', '~'))}: {message}"
        elif column in kept:
            message += ". The account has it so, and an update sends it too: correct it here"
        findings.add(
            finding.code, finding.severity, message, row=row, column=column, limit=finding.limit, actual=finding.actual
        )


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


def _report_same_rows(creates: Mapping[int, Fields], findings: Findings) -> None:
    first: dict[tuple[object, ...], int] = {}
    for row, fields in creates.items():
        other = first.setdefault(identity(fields), row)
        if other != row:
            message = f"the same story, name and URL as in row {other}; applying creates both"
            findings.add("same_row", "warning", message, row=row)


def _twins(pairs: Pairs, creates: Mapping[int, Fields], findings: Findings) -> dict[int, tuple[str, ...]]:
    """Return by row the ids of connections that are already what is to be created."""
    wanted = {identity(fields) for fields in creates.values()}
    account = pairs.account
    near = account[account["name"].isin([name for _, name, _ in wanted])] if wanted else account.iloc[:0]
    ids: dict[tuple[object, ...], list[str]] = {}
    for connection_id, *facts in zip(near.index, near["story_id"], near["name"], near["url"], strict=True):
        ids.setdefault(tuple(facts), []).append(connection_id)
    twins = {row: tuple(ids.get(identity(fields), ())) for row, fields in creates.items()}
    for row, same in twins.items():
        if same:
            which = listed("connection", same[:NAMED], len(same[NAMED:]))
            message = f"the account has this already: {which}; applying creates another"
            findings.add("same_as", "warning", message, row=row)
    return twins


def _deletions(pairs: Pairs) -> list[Change]:
    ids = pairs.account.index[pairs.dropped]
    return [Change("delete", None, each, seen) for each, seen in zip(ids, _seen_at(pairs, pairs.dropped), strict=True)]


def _updates(pairs: Pairs, updates: Mapping[int, Fields]) -> list[Change]:
    seen = _seen(pairs, updates)
    return [
        Change("update", row, str(pairs.ids[row]), each, fields)
        for (row, fields), each in zip(updates.items(), seen, strict=True)
    ]


def _creations(creates: Mapping[int, Fields], twins: Mapping[int, tuple[str, ...]]) -> list[Change]:
    return [Change("create", row, None, None, fields, twins[row]) for row, fields in creates.items()]


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
