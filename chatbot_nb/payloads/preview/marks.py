"""Marks at the parts of a reply: what was found there, or what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chatbot_nb.payloads.display import marked

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chatbot_nb.payloads.display import State

_RANK: Final[dict[State, int]] = {"error": 0, "warning": 1, "info": 2, "deleted": 0, "new": 1, "changed": 2}
_SHOWN: Final = 8  # parts of a pointer; below /responses/0/elements/0/buttons/0/title nothing has a mark
WORDS: Final[dict[State, str]] = {
    "error": "error",
    "warning": "warning",
    "info": "info",
    "new": "added",
    "changed": "changed",
    "deleted": "removed",
}


class Marks:
    """States of places in a document; a place has the worst of those at it and below it.

    Parameters
    ----------
    states : iterable of (str, state)
        JSON Pointers, and what is there.
    """

    def __init__(self, states: Iterable[tuple[str, State]] = ()) -> None:
        self._own: dict[str, State] = {}
        self._worst: dict[str, State] = {}
        for whole, state in states:
            pointer = "/".join(whole.split("/", _SHOWN + 1)[: _SHOWN + 1])
            self._own[pointer] = min(state, self._own.get(pointer, state), key=lambda each: _RANK[each])
            self._tell_above(pointer, state)

    def _tell_above(self, pointer: str, state: State) -> None:
        # Where the same or worse is known, it is known of all above.
        while pointer not in self._worst or _RANK[state] < _RANK[self._worst[pointer]]:
            self._worst[pointer] = state
            pointer = pointer.rpartition("/")[0]

    def html(self, pointer: str) -> str:
        """Return the mark of a place, for the worst there and below; empty if there is none."""
        return _html(self._worst.get(pointer))

    def own(self, *pointers: str) -> str:
        """Return the mark of the first of these places that has one, for what is just there."""
        return _html(next((self._own[each] for each in pointers if each in self._own), None))


def _html(state: State | None) -> str:
    """Return a mark, its word unseen beside it: the response's line, or the row, says it."""
    return (
        ""
        if state is None
        else (f'<span class="cbn-{state}">{marked(state, "")}<span class="cbn-word">{WORDS[state]}: </span></span>')
    )
