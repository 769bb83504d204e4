"""What a journal tells: the changes, and how far each of them got."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, get_args

from chatbot_nb.connections.plan.change import HIDDEN, SETTLED, Action, Change, Outcome, Seen, Status
from chatbot_nb.errors import PlanError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path


VERSION: Final = 1  # of the journal's lines


@dataclass(slots=True)
class Progress:
    """How far changes got.

    Parameters
    ----------
    outcomes : dict of int to Outcome
        The last one of each change that was tried.
    begun : dict of int to datetime
        Changes of which a write may have been sent and no outcome is known, with the moment.
    """

    outcomes: dict[int, Outcome] = field(default_factory=dict)
    begun: dict[int, datetime] = field(default_factory=dict)

    def begin(self, number: int, before: Mapping[str, object], at: datetime) -> None:
        """Note that a write may be sent from now on."""
        earlier = self.outcomes.get(number)
        self.begun[number] = at
        self.outcomes[number] = Outcome("unknown", attempts=earlier.attempts + 1 if earlier else 1, before=before)

    def end(self, number: int, outcome: Outcome) -> None:
        """Note what came of a change."""
        self.outcomes[number] = outcome
        if outcome.status != "unknown":
            self.begun.pop(number, None)

    def open(self, numbers: Iterable[int]) -> list[int]:
        """Return those of the changes that need a try."""
        settled = {number for number, outcome in self.outcomes.items() if outcome.status in SETTLED}
        return [number for number in numbers if number not in settled]

    def made(self) -> list[int]:
        """Return those that changed the account."""
        made = (number for number, outcome in self.outcomes.items() if outcome.status == "done")
        return sorted(made)


@dataclass(slots=True)
class History:
    """A journal, read.

    Parameters
    ----------
    base_url : str
    count : int
        How many changes it should name.
    changes : list of Change
    known : tuple of str
        Ids of some connections that the plan leaves in the account.
    applied, undone : Progress
    twins : dict of int to tuple of str, or None
        Of the way back; None if it was not begun.
    size : int
        Bytes of the journal that say so.
    """

    base_url: str
    count: int
    changes: list[Change] = field(default_factory=list)
    known: tuple[str, ...] = ()
    applied: Progress = field(default_factory=Progress)
    undone: Progress = field(default_factory=Progress)
    twins: dict[int, tuple[str, ...]] | None = None
    size: int = 0

    def open(self) -> list[int]:
        """Return the changes that need a try, if this is not the way back."""
        return self.applied.open(range(len(self.changes))) if self.twins is None else []


def read(path: Path) -> History:
    """Read a journal; a last line that was cut off does not count.

    Raises
    ------
    PlanError
        There is none, it is no journal, of a newer version, or damaged; the message names the line.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        said = f"the journal {str(path)!r} cannot be read: {error.strerror or error}"
        raise PlanError(f"{said}. Where no journal was written, nothing was sent: make the plan anew") from None
    size = data.rfind(b"\n") + 1
    lines = data[:size].splitlines()
    history: History | None = None
    for number, line in enumerate(lines, 1):
        try:
            record = json.loads(line)
            if history is None:
                history = _head(record)
            else:
                _follow(history, record)
        except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
            raise _damaged(path, number) from None
    if history is None or len(history.changes) != history.count:
        raise _damaged(path, len(lines) + 1)
    history.size = size
    return history


def _damaged(path: Path, line: int) -> PlanError:
    if line == 1:
        return PlanError(f"{str(path)!r} is no journal of a plan. plan.journal names the right file")
    said = f"the journal {str(path)!r} is damaged at line {line}"
    return PlanError(f"{said}. Restore it from a copy, or compare the account with your frame: cb.plan(client, wanted)")


def _head(record: dict[str, Any]) -> History:
    if record["chatbot_nb_journal"] != VERSION:
        version = record["chatbot_nb_journal"]
        raise PlanError(f"the journal has version {version!r:.20}, this chatbot_nb knows {VERSION}; update chatbot_nb")
    return History(str(record["base_url"]), int(record["changes"]), known=tuple(map(str, record["known"])))


def _follow(history: History, record: dict[str, Any]) -> None:
    progress = history.applied if history.twins is None else history.undone
    if "change" in record:
        if record["change"] != len(history.changes):
            raise ValueError
        history.changes.append(_change(record))
    elif "begin" in record:
        before: Mapping[str, object] = dict.fromkeys(record["left_out"], HIDDEN)
        progress.begin(_known(history, record["begin"]), before, datetime.fromisoformat(record["at"]))
    elif "end" in record:
        number = _known(history, record["end"])
        status, error = record["status"], record["error"]
        attempts, seconds = int(record["attempts"]), float(record["seconds"])
        if status not in get_args(Status):
            raise ValueError
        before = progress.outcomes[number].before if number in progress.outcomes else {}
        progress.end(number, Outcome(status, error, attempts, seconds, record["id"], before))
    else:
        history.twins = {_known(history, int(number)): tuple(ids) for number, ids in record["undo"].items()}


def _known(history: History, number: int) -> int:
    if number not in range(len(history.changes)):
        raise ValueError
    return number


def _change(record: dict[str, Any]) -> Change:
    if record["action"] not in get_args(Action):
        raise ValueError
    seen, row = record.get("seen"), record["row"]
    if not isinstance(row, int | None) or not isinstance(record["fields"], dict):
        raise TypeError
    return Change(
        action=record["action"],
        row=row,
        id=_text(record["id"]),
        seen=None if record["action"] == "create" else _seen(seen),
        fields={key: _plain(value) for key, value in record["fields"].items()},
        twins=tuple(record["twins"]),
    )


def _seen(seen: Any) -> Seen:  # noqa: ANN401  # any JSON value
    url, updated_at = _plain(seen["url"]), _text(seen["updated_at"])
    time = None if updated_at is None else datetime.fromisoformat(updated_at)
    return Seen(_text(seen["name"]), url if url is HIDDEN else _text(url), _text(seen["story_id"]), time)


def _text(value: object) -> str | None:
    if not isinstance(value, str | None):
        raise TypeError
    return value


def _plain(value: Any) -> Any:  # noqa: ANN401  # any JSON value
    """Return a value of a field; an object stands for what was left out."""
    return HIDDEN if isinstance(value, dict) else value
