"""The journal of a plan: what is about to be written to the API, and what came of it, a line of JSON each.

    {"chatbot_nb_journal": 1, "base_url": ..., "made_at": ..., "changes": 2, "known": [...]}
    {"change": 0, "action": "update", "row": 3, "id": ..., "seen": {...}, "fields": {...}, "twins": []}
    {"change": 1, ...}
    {"begin": 0, "at": ..., "left_out": []}              before a write, on the disk before anything is sent
    {"end": 0, "status": "done", "error": null, ...}     after it
    {"undo": {...}, "at": ...}                           from here on, begin and end speak of the way back

The first part is written to another file and renamed: a journal that exists names every change. Secrets are left out:
``{"hidden": "row 3, column token"}`` says where the value stood, in the frame of the plan or in the account.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from chatbot_nb.connections.plan.change import SECRET_FIELDS
from chatbot_nb.connections.plan.history import VERSION, History
from chatbot_nb.errors import PlanError
from chatbot_nb.transport.redact import CREDENTIALS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import Self

    from chatbot_nb.connections.plan.change import Change, Outcome

try:
    import fcntl
except ImportError:  # a system without it: nothing guards against two processes then
    fcntl = None  # type: ignore[assignment]

# The columns of the wanted frame that hold what the journal leaves out.
COLUMNS: Final = {"url": "url", "token": "token", "headers": "header_values", "auth": "auth_username and auth_password"}


class Journal:
    """A journal that is open for writing, by this process alone.

    Parameters
    ----------
    path : pathlib.Path
        An existing journal; a last line that was cut off by a crash is removed.
    history : History
        What was read of it, or written to it, up to now; its size is kept up to date.

    Raises
    ------
    PlanError
        Another process writes to it, or has done so since.
    """

    def __init__(self, path: Path, history: History) -> None:
        self._path = path
        self._history = history
        self._lock = threading.Lock()
        self._sync = threading.Lock()
        self._synced = 0  # bytes of the file
        self._broken = False

    def __enter__(self) -> Self:
        self._file = os.open(self._path, os.O_RDWR | os.O_APPEND)
        try:
            self._take()
        except BaseException:
            os.close(self._file)
            raise
        return self

    def __exit__(self, *_: object) -> None:
        with self._sync, self._lock:
            self._broken = True  # a second interrupt leaves threads, and another file gets this number
            os.close(self._file)

    def _take(self) -> None:
        shown = repr(str(self._path))
        try:
            if fcntl is not None:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            said = f"the journal {shown} is in use: another kernel or process applies it. Wait for it, or end it"
            raise PlanError(said) from None
        data = self._path.read_bytes()
        if (whole := data.rfind(b"\n") + 1) != len(data):
            os.ftruncate(self._file, whole)
        if whole != self._history.size:
            said = f"the journal {shown} was written to by another kernel since. Go on with cb.resume(journal, client)"
            raise PlanError(said)

    def begin(self, number: int, left_out: Sequence[str]) -> None:
        """Note that a change is about to be written; it is on the disk when this returns."""
        self._append({"begin": number, "at": now(), "left_out": list(left_out)}, durable=True)

    def end(self, number: int, outcome: Outcome) -> None:
        """Note what came of a change. After a power cut the line may be missing; then the account is asked."""
        record = {"end": number, "at": now(), "status": outcome.status, "error": outcome.error}
        more = {"attempts": outcome.attempts, "seconds": round(outcome.seconds, 3), "id": outcome.id}
        self._append(record | more)

    def undo(self, twins: Mapping[int, Sequence[str]]) -> None:
        """Note that the way back begins, with the `Change.twins` of what is created again."""
        self._append({"undo": {str(number): list(ids) for number, ids in twins.items()}, "at": now()}, durable=True)

    def _append(self, record: Mapping[str, object], *, durable: bool = False) -> None:
        line = _line(record)
        with self._lock:
            if self._broken:
                raise OSError("the journal could not be written before")
            self._broken = True  # a line that was written in part must stay the last one
            if os.write(self._file, line) != len(line):
                raise OSError("no space left on the disk")
            self._broken = False
            self._history.size += len(line)
            mine = self._history.size
        if durable:
            # One fsync covers the lines of all who wait for it.
            with self._sync:
                if self._synced < mine:
                    covered = self._history.size
                    os.fsync(self._file)
                    self._synced = covered


def create(path: Path, history: History) -> None:
    """Write a new journal that names all changes; it is there whole, or not at all.

    Raises
    ------
    PlanError
        There is such a file already, or it cannot be written.
    """
    changes = history.changes
    head = {"chatbot_nb_journal": VERSION, "base_url": history.base_url, "made_at": now()}
    head |= {"changes": len(changes), "known": list(history.known)}
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        if path.exists():
            raise PlanError(f"the journal {str(path)!r} exists. Pass another path, or cb.resume() it")
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:  # noqa: PTH123
            file.write(_line(head))
            file.writelines(_line(_record(number, change)) for number, change in enumerate(changes))
            file.flush()
            os.fsync(file.fileno())
            history.size = file.tell()
        temporary.replace(path)
        with contextlib.suppress(OSError, AttributeError):  # Windows opens no directories
            directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
            os.fsync(directory)
            os.close(directory)
    except OSError as error:
        with contextlib.suppress(OSError):  # it could not be made: the folder is none, or the name too long
            temporary.unlink()
        why = f"the journal {str(path)!r} cannot be written: {error.strerror or error}"
        raise PlanError(f"{why}. Pass journal=... another path; nothing was sent") from None


def now() -> str:
    """Return the moment as the journal has it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _line(record: Mapping[str, object]) -> bytes:
    return json.dumps(record, ensure_ascii=False).encode(errors="replace") + b"\n"


def _is_secret(key: str, value: object) -> bool:
    if value is None:
        return False
    return key in SECRET_FIELDS or (key == "url" and CREDENTIALS.search(str(value)) is not None)


def _record(number: int, change: Change) -> dict[str, object]:
    fields = {
        key: {"hidden": f"row {change.row}, column {COLUMNS[key]}"} if _is_secret(key, value) else value
        for key, value in change.fields.items()
    }
    record: dict[str, object] = {"change": number, "action": change.action, "row": change.row, "id": change.id}
    if (seen := change.seen) is not None:
        record["seen"] = {
            "name": seen.name,
            "url": {"hidden": "the account before the plan"} if _is_secret("url", seen.url) else seen.url,
            "story_id": seen.story_id,
            "updated_at": seen.updated_at and seen.updated_at.isoformat(),
        }
    return record | {"fields": fields, "twins": list(change.twins)}
