"""`Sandbox`: a ChatBot account on this machine."""

from __future__ import annotations

import secrets
import threading
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, Self

from chatbot_nb.bot.delivery import deliver
from chatbot_nb.bot.new_request import new_request
from chatbot_nb.bot.verification import verify
from chatbot_nb.connections.client import Client
from chatbot_nb.errors import SandboxError
from chatbot_nb.payloads.wording import counted
from chatbot_nb.sandbox.backends import BACKENDS, PREFIX
from chatbot_nb.sandbox.faults import Faults, make_fault
from chatbot_nb.sandbox.routes import BASE, Routes
from chatbot_nb.sandbox.seed import seeded
from chatbot_nb.sandbox.service import Service
from chatbot_nb.sandbox.store import Store
from chatbot_nb.transport.inbound.server import Server

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from pydantic import JsonValue

    from chatbot_nb.bot.delivery import Delivery
    from chatbot_nb.bot.verification import Verification
    from chatbot_nb.sandbox.faults import Drop

_VERIFY_TIMEOUT: Final = 5.0  # seconds; well under the client's 10, so that a create does not time out because of it
_KEPT_VERIFICATIONS: Final = 100
_WORKERS: Final = 16  # as many as a client's connections
_MAX_SEED: Final = 1_000_000
_SHOWN_IDS: Final = 3
_PORTS: Final = range(65536)


@dataclass(frozen=True, slots=True)
class _Running:
    """What exists only while the sandbox runs."""

    store: Store
    workers: ThreadPoolExecutor
    server: Server


class Sandbox:
    """A ChatBot account on this machine: the connections API over real HTTP, with SQLite behind it.

    Parameters
    ----------
    path : str or path-like, optional
        Where the account is kept (an SQLite file, made if there is none). None keeps it in memory until `stop`.
    verify : {"warn", "off", "require"}, default "warn"
        What to do when a connection is created, or its URL or token changes. ``"warn"`` sends the verification
        request and, where it fails, writes why into the connection's ``error``; ``"require"`` refuses the call
        with status 400; ``"off"`` sends none.
    port : int, default 0
        Port on 127.0.0.1; 0 takes a free one.

    Raises
    ------
    SandboxError
        An argument is not allowed. While the sandbox does not run, whatever needs the account raises it too.

    Notes
    -----
    Source: ChatBot docs, "Webhooks API"; `Routes` names what is our reading of it.

    Examples
    --------
    >>> with Sandbox() as sandbox:
    ...     sandbox.seed(24)
    ...     sandbox
    Sandbox(24 connections, running)
    """

    # States: new, running, stopped; a stopped one can be started again.

    def __init__(
        self,
        path: str | PathLike[str] | None = None,
        *,
        verify: Literal["off", "warn", "require"] = "warn",
        port: int = 0,
    ) -> None:
        if verify not in ("off", "warn", "require"):  # no set, which refuses a list with words of its own
            raise SandboxError(f"Sandbox(verify={verify!r:.60}): 'off', 'warn' or 'require' is needed")
        if type(port) is not int or port not in _PORTS:
            raise SandboxError(f"Sandbox(port={port!r:.60}): an integer of 0 to 65535 is needed; 0 takes a free port")
        self._path = None if path is None else _absolute(path)
        self._verify = verify
        self._port = port
        self._access_token = secrets.token_urlsafe(24)
        self._faults = Faults()
        self._verifications: deque[Verification] = deque(maxlen=_KEPT_VERIFICATIONS)
        self._lifecycle = threading.Lock()
        self._running: _Running | None = None

    def start(self) -> Self:
        """Open the store, start the server and return the sandbox itself.

        Raises
        ------
        SandboxError
            It runs already, or the file at `path` cannot be used; the message says why.
        ListenError
            The port is in use. Nothing is left running.
        """
        with self._lifecycle:
            if self._running is not None:
                raise SandboxError("the sandbox runs already; use it as it is, or stop() it first")
            store = Store(self._path)
            workers = ThreadPoolExecutor(_WORKERS, thread_name_prefix="chatbot_nb-sandbox")
            hook = None if self._verify == "off" else self._send_verification
            routes = Routes(store, self._access_token, verify=hook, require=self._verify == "require")
            try:
                server = Server(Service(routes, self._faults, workers), port=self._port).start()
            except BaseException:
                workers.shutdown()
                store.close()
                raise
            self._running = _Running(store, workers, server)
        return self

    def stop(self) -> None:
        """Stop the server and close the store; harmless when it does not run.

        Calls under way get two seconds. Faults that were not used are forgotten; an account in memory is gone.
        """
        with self._lifecycle:
            running, self._running = self._running, None
            if running is None:
                return
            running.server.stop()
            running.workers.shutdown(cancel_futures=True)
            running.store.close()
            self._faults.clear()

    def __enter__(self) -> Self:
        return self if self._running is not None else self.start()

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        running = self._running
        if running is None:
            return "Sandbox(not running)"
        return f"Sandbox({counted(running.store.count(), 'connection')}, running)"

    @property
    def running(self) -> bool:
        """Whether it has been started and not stopped since."""
        return self._running is not None

    @property
    def size(self) -> int:
        """How many connections the account has."""
        return self._parts().store.count()

    @property
    def base_url(self) -> str:
        """What `Client` takes as ``base_url``, for example ``"http://127.0.0.1:40123/v2"``."""
        return self._parts().server.url_for(BASE)

    @property
    def access_token(self) -> str:
        """The access token of this account: random, the same as long as the object lives, never shown in its repr."""
        return self._access_token

    @property
    def backends(self) -> dict[str, str]:
        """URLs of the sample backends by name.

        ``hello`` answers well, ``mistakes`` breaks documented limits, ``version1`` answers as for version 1 of the
        platform, ``down`` fails with status 500, ``silent`` answers with an empty body, ``slow`` after the time limit.
        """
        server = self._parts().server
        return {name: server.url_for(PREFIX + name) for name in BACKENDS}

    @property
    def verifications(self) -> tuple[Verification, ...]:
        """The last 100 verifications, newest last."""
        return tuple(self._verifications)

    def client(self) -> Client:
        """Return a new client of this account; closing it leaves the sandbox running."""
        return Client(self._access_token, self.base_url)

    def seed(self, n: int, seed: int = 0) -> None:
        """Add `n` realistic connections: the same ones for the same `seed`.

        Parameters
        ----------
        n : int
            0 to 1,000,000. The first of many are the same as few.
        seed : int, default 0
            Another number gives other connections.

        Raises
        ------
        SandboxError
            `n` or `seed` is not allowed, or the sandbox does not run.

        Notes
        -----
        Those that the account has already, from an earlier call with this seed, stay as they are.
        """
        if type(n) is not int or not 0 <= n <= _MAX_SEED:
            raise SandboxError(f"seed(n={n!r:.60}): an integer of 0 to {_MAX_SEED:,} is needed")
        if type(seed) is not int:
            raise SandboxError(f"seed(seed={seed!r:.60}): an integer is needed")
        self._parts().store.insert(seeded(n, seed))

    def inject(
        self,
        status: int | None = None,
        delay: float | None = None,
        drop: Drop | None = None,
        headers: Mapping[str, str] | None = None,
        times: int = 1,
    ) -> None:
        """Make the next calls of the API go wrong; what is injected later comes later.

        Parameters
        ----------
        status : int, optional
            Answer with this status, 300 to 599, and do nothing of what was asked.
        delay : float, optional
            Wait so long before the answer, 0 to 60 seconds; what was asked has been done by then. Other calls go on.
        drop : {"before", "after"}, optional
            Close the connection without an answer: before anything is done, or after it has taken effect.
            Goes with `delay` alone.
        headers : mapping of str to str, optional
            Set these headers in the answer, for example ``{"Retry-After": "1"}``.
        times : int, default 1
            For so many calls.

        Raises
        ------
        SandboxError
            An argument is not allowed, they contradict each other, or none was given.
        """
        self._faults.add(make_fault(status, delay, drop, headers), times)

    def deliver(
        self,
        connection_id: str,
        message: str | None = "Hello",
        attributes: Mapping[str, JsonValue] | None = None,
        user_attributes: Mapping[str, JsonValue] | None = None,
        timeout: float = 10.0,
    ) -> Delivery:
        """Send one webhook request to a connection's URL, as ChatBot would, and return what came back.

        Parameters
        ----------
        connection_id : str
        message : str, optional
            What the user typed; with None the field is left out.
        attributes, user_attributes : mapping of str to JSON value, optional
            Added to those that such a request holds.
        timeout : float, default 10.0
            Seconds, the platform's limit.

        Returns
        -------
        Delivery
            Whatever the backend did; a delivery that fails raises nothing.

        Raises
        ------
        SandboxError
            The account has no such connection, or the sandbox does not run.
        ValueError
            The timeout is no number of seconds above 0.

        Notes
        -----
        The connection's ``error`` becomes the delivery's error, and is cleared when there is none (our reading).
        """
        store = self._parts().store
        wanted = str(connection_id)  # whatever is no id is told to be unknown, as a wrong one is
        found = store.get(wanted) if wanted.isascii() else None
        if found is None:
            raise SandboxError(f"no connection has the id {connection_id!r:.60}; {_known_ids(store)}")
        settings = found.settings
        request = new_request(
            webhook_id=found.id,
            webhook_name=settings.name,
            message=message,
            attributes=attributes,
            user_attributes=user_attributes,
        )
        delivery = deliver(
            settings.url, request, token=settings.token, headers=settings.headers, auth=settings.auth, timeout=timeout
        )
        store.set_error(found.id, delivery.error)
        return delivery

    def _send_verification(self, url: str, token: str | None) -> Verification:
        verification = verify(url, token=token, timeout=_VERIFY_TIMEOUT)
        self._verifications.append(verification)
        return verification

    def _parts(self) -> _Running:
        running = self._running
        if running is None:
            raise SandboxError("the sandbox does not run; start() it first, or use it as `with Sandbox() as sandbox:`")
        return running


def _absolute(path: object) -> Path:
    """Return the path so that a restart finds it from another directory too; "" is a temporary file to SQLite."""
    if not isinstance(path, str | PathLike):
        said = "a str or pathlib.Path is needed, or None for an account in memory"
        raise SandboxError(f"Sandbox(path={path!r:.60}): {said}")
    return Path(path).absolute()


def _known_ids(store: Store) -> str:
    """Say which ids there are; a few are enough to see what they look like."""
    shown = store.ids(_SHOWN_IDS)
    if not shown:
        return "the sandbox has no connections, seed() or create() some"
    more = store.count() - len(shown)
    return f"there are {', '.join(shown)}" + (f" and {more:,} more" if more else "")
