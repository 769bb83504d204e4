"""The details of many connections: one request each, several at once, and a result whatever happens."""

from __future__ import annotations

import json
import queue
import threading
import time
import warnings
from typing import TYPE_CHECKING, Final, Protocol

import pandas as pd

from chatbot_nb.connections.frame import texts
from chatbot_nb.errors import ChatBotError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from chatbot_nb.connections.reading import Reader, Row
    from chatbot_nb.transport.api.session import ApiSession

_PATIENCE: Final = 1.0  # seconds: without a progress bar, and for calls under way once they are not waited for
_NOT_READ: Final = "not read: interrupted"
_DETAILS: Final = ("token", "headers", "auth")


class _Read(Protocol):
    def __call__(self, connection_id: str, stop: threading.Event, /) -> Row: ...


def add_details(  # noqa: PLR0913  # what `Connections.frame` was given, and what it has
    frame: pd.DataFrame, reader: Reader, session: ApiSession, read: _Read, *, reveal: bool, progress: bool
) -> None:
    """Add the columns that `Connections.frame` documents for details and reveal.

    Parameters
    ----------
    frame : pandas.DataFrame
        The list; it gets the columns.
    reader : Reader
        Of the same rows; its rows get the details.
    session : ApiSession
        Tells how many requests may be made at once, and how often the API asked for fewer.
    read : callable
        Reads one connection, with an event that ends its pauses between tries.
    reveal, progress : bool
    """
    details = DetailReader([str(row["id"]) for row in reader.rows], session, read)
    outcomes = details.run(progress=progress)
    for row, outcome in enumerate(outcomes):
        found = outcome if isinstance(outcome, dict) else {}
        reader.rows[row] = reader.rows[row] | {key: found.get(key) for key in _DETAILS}
    numbers = range(len(outcomes))
    tokens = [reader.token(row) for row in numbers]
    headers = [reader.headers(row) for row in numbers]
    auths = [reader.auth(row) for row in numbers]
    known = [tokens[row] is not None if isinstance(outcomes[row], dict) else None for row in numbers]
    frame["has_token"] = pd.array(known, dtype="boolean")
    frame["headers"] = texts([", ".join(names) or None for names in headers])
    frame["auth_username"] = texts([auth.username if auth else None for auth in auths])
    frame["read_error"] = texts([_failure(outcome) for outcome in outcomes])
    if reveal:
        frame["token"] = texts([token.get_secret_value() if token else None for token in tokens])
        plain = [{name: value.get_secret_value() for name, value in one.items()} for one in headers]
        frame["header_values"] = texts([json.dumps(one, ensure_ascii=False) if one else None for one in plain])
        frame["auth_password"] = texts([auth.password.get_secret_value() if auth else None for auth in auths])
    if details.interrupted:
        done = sum(outcome is not None for outcome in outcomes)
        message = f"interrupted: the details of {done:,} of {len(outcomes):,} connections were read; see read_error"
        warnings.warn(message, UserWarning, stacklevel=3)


def _failure(outcome: Row | ChatBotError | None) -> str | None:
    if outcome is None:
        return _NOT_READ
    return str(outcome) if isinstance(outcome, ChatBotError) else None


class DetailReader:
    """Reads many connections, several at once.

    Parameters
    ----------
    ids : sequence of str
    session : ApiSession
    read : callable
        As for `add_details`.

    Attributes
    ----------
    interrupted : bool
        Whether a KeyboardInterrupt ended it early.
    """

    def __init__(self, ids: Sequence[str], session: ApiSession, read: _Read) -> None:
        self.interrupted = False
        self._ids = ids
        self._session = session
        self._read = read
        self._waiting = iter(range(len(ids)))
        self._outcomes: list[Row | ChatBotError | None] = [None] * len(ids)
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._allowed = min(session.workers, len(ids))
        self._throttled = session.throttled
        # One entry for each finished call; an exception that is not ours is a mistake in this package.
        self._ticks: queue.SimpleQueue[BaseException | None] = queue.SimpleQueue()

    def run(self, *, progress: bool) -> list[Row | ChatBotError | None]:
        """Return for each id, in order, the connection, why it could not be read, or None if it was not tried."""
        workers: list[threading.Thread] = []
        try:
            for number in range(self._allowed):
                workers.append(threading.Thread(target=self._work, args=(number,), daemon=True))
                workers[-1].start()
            for _ in self._ticked(progress=progress):
                if mistake := self._ticks.get():
                    raise mistake
        except KeyboardInterrupt:
            self.interrupted = True
        finally:
            self._stop.set()
            # A call that hangs must not hold up who pressed stop: its thread ends by itself, at its timeout.
            give_up = time.monotonic() + _PATIENCE
            for worker in workers:
                worker.join(max(0.0, give_up - time.monotonic()))
        return list(self._outcomes)  # a copy, which such a thread does not change

    def _ticked(self, *, progress: bool) -> Iterator[object]:
        """Yield once for each id; what takes longer than a second gets a progress bar."""
        begin = time.monotonic()
        total = len(self._ids)
        for done in range(total):
            # Not tqdm's own delay: in a notebook it makes the bar's widgets, and their messages, even if none is shown.
            if progress and time.monotonic() - begin > _PATIENCE:
                from tqdm.auto import tqdm

                yield from tqdm(range(done, total), desc="connections", initial=done, total=total)
                return
            yield None

    def _work(self, number: int) -> None:
        # The first worker is always allowed, so the work ends.
        while number < self._allowed and not self._stop.is_set():
            with self._lock:
                position = next(self._waiting, None)
            if position is None:
                return
            mistake: BaseException | None = None
            try:
                self._outcomes[position] = self._read(self._ids[position], self._stop)
            except ChatBotError as error:
                self._outcomes[position] = error
            except BaseException as error:  # noqa: BLE001  # `run` raises it
                mistake = error
            self._slow_down()
            self._ticks.put(mistake)

    def _slow_down(self) -> None:
        """Halve the workers for each wave of answers that there were too many requests."""
        with self._lock:
            if self._session.throttled > self._throttled:
                self._throttled = self._session.throttled
                self._allowed = max(1, self._allowed // 2)
