"""One planned change of one connection, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

Action: TypeAlias = Literal["create", "update", "delete"]
Status: TypeAlias = Literal["done", "unchanged", "incomplete", "conflict", "failed", "unknown", "not tried"]

# Fields of a connection, as the API names them, whose values no table and no file shows.
SECRET_FIELDS: Final = ("token", "headers", "auth")
# What needs no further try. `incomplete`: made, but for what nobody knew any more.
SETTLED: Final = frozenset({"done", "unchanged", "incomplete"})


class Hidden(Enum):
    """What a secret is where only a journal told of it."""

    HIDDEN = "hidden"

    def __repr__(self) -> str:
        return "<hidden>"


HIDDEN: Final = Hidden.HIDDEN


@dataclass(frozen=True, slots=True)
class Seen:
    """A connection as the account showed it before a change; what it showed unreadably is None.

    `secrets` are those that it must still have, where they are known. The repr shows the name alone: a URL may hold a
    password. `HIDDEN` stands for a URL that a journal left out.
    """

    name: str | None
    url: str | Hidden | None = field(repr=False)
    story_id: str | None = field(repr=False)
    updated_at: datetime | None = field(repr=False)
    secrets: Mapping[str, object] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Change:
    """One connection to be created, updated or deleted.

    Parameters
    ----------
    action : {"create", "update", "delete"}
    row : int or None
        Position in the wanted frame, from 0; None for what stands in no frame.
    id : str or None
        None for a create.
    seen : Seen or None
        None for a create.
    fields : mapping of str to object
        What is to be written, under the API's names (``name``, ``url``, ``storyId``, ``token``, ``headers``,
        ``auth``), as JSON has it: for an update only what differs, for a delete nothing. A secret that is only known
        to exist is ``HIDDEN``; None removes a token, headers or auth.
    twins : tuple of str
        For a create: ids of connections with the same story, name and URL that the account had already.
    """

    action: Action
    row: int | None
    id: str | None
    seen: Seen | None
    fields: Mapping[str, object] = field(default_factory=dict, repr=False)
    twins: tuple[str, ...] = ()

    @property
    def name(self) -> str | None:
        """The connection's name before the change; of a new one, its name."""
        if self.seen is not None:
            return self.seen.name
        name = self.fields.get("name")
        return name if isinstance(name, str) else None

    def hidden(self) -> list[str]:
        """Return the fields whose values only a journal told of."""
        return [key for key, value in self.fields.items() if value is HIDDEN]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a change.

    Parameters
    ----------
    status : str
        ``"done"``; ``"unchanged"``: it was so already; ``"incomplete"``: made, but for a secret that is not known any
        more; ``"conflict"``: the connection was changed or deleted by somebody else, nothing was sent;
        ``"failed"``: nothing was changed; ``"unknown"``: a write was sent, and nobody knows whether it took effect;
        ``"not tried"``.
    error : str or None
        Why, and what to do.
    attempts : int
        How many writes were sent.
    seconds : float
        From the first look to the end.
    id : str or None
        Of what was created.
    before : mapping of str to object
        The secret fields as they were, for `undo`; it stays in memory.
    """

    status: Status
    error: str | None = None
    attempts: int = 0
    seconds: float = 0.0
    id: str | None = None
    before: Mapping[str, object] = field(default_factory=dict, repr=False)
