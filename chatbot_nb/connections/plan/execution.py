"""Makes many changes, several at once, each noted before and after."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from chatbot_nb.connections.parallel import Parallel
from chatbot_nb.connections.plan.making import Claims, Making, Shared

if TYPE_CHECKING:
    import threading
    from collections.abc import Mapping

    from chatbot_nb.connections.calls import Calls
    from chatbot_nb.connections.parallel import Told
    from chatbot_nb.connections.plan.change import Change
    from chatbot_nb.connections.plan.history import Progress
    from chatbot_nb.connections.plan.journal import Journal


def execute(  # noqa: PLR0913  # what is to be made, where it is noted, and how it is shown
    calls: Calls,
    journal: Journal,
    changes: Mapping[int, Change],
    progress: Progress,
    *,
    undo: bool,
    show_progress: bool | Told,
    stop: threading.Event | None = None,
) -> bool:
    """Make the changes that are open.

    Parameters
    ----------
    calls : Calls
    journal : Journal
    changes : mapping of int to Change
        By number.
    progress : Progress
        How far they got; it is brought up to date.
    undo : bool
        Whether this is the way back.
    show_progress : bool or callable
        Show a progress bar once it takes longer than a second; or what is told of each change that is through.
    stop : threading.Event, optional
        Set by somebody else, no more is sent.

    Returns
    -------
    bool
        Whether a KeyboardInterrupt came: what was under way was ended, no more was sent.

    Raises
    ------
    OSError
        The journal could not be written. What was not noted was not sent.
    """
    numbers = progress.open(changes)
    claims = Claims(outcome.id for outcome in progress.outcomes.values() if outcome.id)
    shared = Shared(calls, journal, progress, claims, undo)

    def make(position: int, stopped: threading.Event) -> None:
        number = numbers[position]
        begin = time.monotonic()
        outcome = Making(number, changes[number], shared).run(stopped)
        outcome = replace(outcome, seconds=time.monotonic() - begin)
        if outcome.status != "not tried":
            journal.end(number, outcome)
        progress.end(number, outcome)  # after the journal: what is not noted there must be looked at again

    session = calls.session
    parallel = Parallel(len(numbers), make, workers=session.workers, throttled=lambda: session.throttled, stop=stop)
    return parallel.run(progress=show_progress, desc="undo" if undo else "apply")
