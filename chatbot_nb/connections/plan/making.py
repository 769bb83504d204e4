"""The making of one change: look, note, write; again where the write failed in passing or may have taken effect."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from chatbot_nb.connections.models import check_new, check_update
from chatbot_nb.connections.plan.change import HIDDEN, SECRET_FIELDS, Change, Outcome
from chatbot_nb.connections.plan.judgement import created, identity, judge, secrets_before
from chatbot_nb.connections.writing import kept_fields, present, raise_if_any
from chatbot_nb.errors import ApiError, AuthenticationError, ChatBotError, NotFoundError, RateLimitError, TransportError
from chatbot_nb.transport.api.session import backoff, is_passing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chatbot_nb.connections.calls import Calls
    from chatbot_nb.connections.plan.history import Progress
    from chatbot_nb.connections.plan.journal import Journal
    from chatbot_nb.connections.reading import Row

_ATTEMPTS: Final = 4
# Seconds after which a write of a process that died has arrived or never will (our reading).
_ARRIVED: Final = 2.0
_RESUME: Final = "a journal holds no secrets. Pass the frame of the plan: cb.resume(journal, client, wanted=frame)"
_UNDO: Final = "a journal holds no secrets. Set it by hand: client.connections.update(id, ...)"


@dataclass(frozen=True, slots=True)
class Shared:
    """What the makings of all changes share.

    Parameters
    ----------
    calls : Calls
    journal : Journal
    progress : Progress
        It is brought up to date when a write begins.
    claims : Claims
    undo : bool
        Whether this is the way back.
    """

    calls: Calls
    journal: Journal
    progress: Progress
    claims: Claims
    undo: bool


class Making:
    """The making of one change.

    Parameters
    ----------
    number : int
    change : Change
    shared : Shared
    """

    def __init__(self, number: int, change: Change, shared: Shared) -> None:
        self._number = number
        self._change = change
        self._shared = shared
        self._attempts = 0
        # Whether a write of ours may have taken effect, be it one of a process that died.
        self._maybe = number in shared.progress.begun

    def run(self, stop: threading.Event) -> Outcome:
        """Return what became of it; once `stop` is set nothing more is sent."""
        try:
            with self._shared.claims.alone(self._change):
                self._let_arrive(stop)
                outcome = self._run(stop)
        except ChatBotError as error:  # of the look, or of what would be written
            outcome = Outcome("unknown" if self._maybe else "failed", _said(error))
            if _is_hopeless(error):
                stop.set()
        known = self._shared.progress.outcomes.get(self._number)
        return replace(outcome, attempts=known.attempts, before=known.before) if known else outcome

    def _run(self, stop: threading.Event) -> Outcome:
        error: ChatBotError | None = None
        while not stop.is_set():
            row = self._look(stop)
            if (verdict := self._judge(row, stop)) is not None:
                return verdict
            if error is not None and (self._attempts == _ATTEMPTS or not is_passing(error)):
                # A write without an answer may still arrive; one with an answer did not take effect.
                unanswered = isinstance(error, TransportError) and error.sent
                return Outcome("unknown" if unanswered else "failed", _said(error))
            if stop.is_set():
                break
            written = self._write(row)
            if isinstance(written, Outcome):
                return written
            error = written
            if isinstance(error, AuthenticationError):  # as if the look had been refused
                raise error
            ambiguous = _is_ambiguous(error)
            self._maybe |= ambiguous
            # Not found: another look tells whether an earlier try of ours deleted it.
            if not ambiguous and not is_passing(error) and not isinstance(error, NotFoundError):
                return Outcome("failed", _said(error))
            stop.wait(backoff(self._attempts, getattr(error, "retry_after", None)))
        return Outcome(
            "unknown" if self._maybe else "not tried",
            "stopped before it was tried" if not self._maybe else "stopped before it was looked at",
        )

    def _let_arrive(self, stop: threading.Event) -> None:
        if begun := self._shared.progress.begun.get(self._number):
            ago = (datetime.now(UTC) - begun).total_seconds()
            stop.wait(min(_ARRIVED, max(0.0, _ARRIVED - ago)))

    def _look(self, stop: threading.Event) -> Row | None:
        if self._change.id is None:
            return None
        try:
            return self._shared.calls.read(self._change.id, stop)
        except NotFoundError:
            return None

    def _judge(self, row: Row | None, stop: threading.Event) -> Outcome | None:
        if self._change.action != "create":
            return judge(self._change, row, maybe=self._maybe, undo=self._shared.undo)
        if not self._maybe:
            return None
        found = self._shared.claims.claim(self._change, self._shared.calls.list_all(stop))
        return None if found is None else self._made(found)

    def _write(self, row: Row | None) -> Outcome | ChatBotError:
        """Send the one write; return what became of it, or why it failed."""
        hidden = self._change.hidden()
        can_go_without = self._shared.undo and self._change.action == "create" and set(hidden) <= set(SECRET_FIELDS)
        if hidden and not can_go_without:
            said = f"{' and '.join(hidden)}: {_UNDO if self._shared.undo else _RESUME}"
            return Outcome("unknown" if self._maybe else "failed", said)
        body = self._body(row or {})
        self._begin(row or {})
        try:
            outcome = self._send(body)
        except ChatBotError as error:
            return error
        self._maybe = True
        return self._removed() or outcome

    def _body(self, row: Row) -> dict[str, object]:
        """Return what is to be sent: for an update all that is there, since it may clear what it leaves out."""
        fields = {key: value for key, value in self._change.fields.items() if value is not HIDDEN}
        if self._change.action == "create":
            raise_if_any(check_new(present(fields)), "connection as it would be created")
        elif self._change.action == "update":
            fields = {**kept_fields(row), **fields}
            raise_if_any(check_update(present(fields)), f"connection {self._change.id} as it would be sent")
        return present(fields)

    def _begin(self, row: Row) -> None:
        before = secrets_before(self._change, row)
        self._shared.journal.begin(self._number, [key for key, value in before.items() if value is not None])
        self._shared.progress.begin(self._number, before, datetime.now(UTC))
        self._attempts += 1

    def _send(self, body: dict[str, object]) -> Outcome:
        calls, connection_id = self._shared.calls, self._change.id
        if connection_id is None:
            return self._made(self._shared.claims.note(calls.create(body, tries=1)))
        if self._change.action == "delete":
            calls.delete(connection_id, tries=1)
        else:
            calls.update(connection_id, body, tries=1)
        return Outcome("done")

    def _made(self, connection_id: str) -> Outcome:
        # Where it is no undo, nothing is created without its secrets: it was made by the process that knew them.
        if self._shared.undo and (hidden := self._change.hidden()):
            return Outcome("incomplete", f"created without {' and '.join(hidden)}: {_UNDO}", id=connection_id)
        return Outcome("done", id=connection_id)

    def _removed(self) -> Outcome | None:
        """Look whether what an update leaves out is gone, since the documentation does not say so."""
        left_out = [key for key, value in self._change.fields.items() if value is None]
        if not left_out or self._change.id is None:
            return None
        kept = [key for key in left_out if key in kept_fields(self._shared.calls.read(self._change.id))]
        return Outcome("incomplete", _said(self._shared.calls.kept(self._change.id, kept))) if kept else None


class Claims:
    """Which connections the creates of a plan have made; any thread may ask.

    Parameters
    ----------
    ids : iterable of str
        Of those that are known from the start.
    """

    def __init__(self, ids: Iterable[str]) -> None:
        self._ids = set(ids)
        self._lock = threading.Lock()
        self._alone: dict[object, threading.Lock] = {}

    def alone(self, change: Change) -> AbstractContextManager[object]:
        """Return what keeps equal creates from running at once: one could take the other's connection for its own."""
        if change.action != "create":
            return nullcontext()
        with self._lock:
            return self._alone.setdefault(identity(change.fields), threading.Lock())

    def note(self, connection_id: str) -> str:
        """Note the id of what was created, and return it."""
        with self._lock:
            self._ids.add(connection_id)
        return connection_id

    def claim(self, change: Change, rows: Iterable[object]) -> str | None:
        """Return the id of what a create of ours has made and no other one of this plan, None if it made nothing."""
        with self._lock:
            found = created(change, rows, self._ids)
            if found is not None:
                self._ids.add(found)
            return found


def _is_hopeless(error: ChatBotError) -> bool:
    """Return whether every other call would fail too: refused, too many after all tries, or nobody there."""
    if isinstance(error, TransportError):
        return not error.sent
    return isinstance(error, AuthenticationError | RateLimitError)


def _is_ambiguous(error: ChatBotError) -> bool:
    """Return whether a write may have taken effect all the same."""
    if isinstance(error, TransportError):
        return error.sent
    return isinstance(error, ApiError) and error.status // 100 not in {3, 4}


def _said(error: ChatBotError) -> str:
    return " ".join(str(error).split())
