"""An HTTP/1.1 server in a daemon thread of its own, so that a busy notebook still answers."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import socket
import sys
import threading
from typing import TYPE_CHECKING, Any, Final, Self

from chatbot_nb.errors import ListenError
from chatbot_nb.transport.inbound import process
from chatbot_nb.transport.inbound.connection import Connection
from chatbot_nb.transport.inbound.http import Limits
from chatbot_nb.transport.inbound.shared import Counts, Shared

if TYPE_CHECKING:
    from types import TracebackType

    from chatbot_nb.transport.inbound.shared import ExchangeHook, Handler

_BACKLOG: Final = 1024  # the default of 5 resets most of 300 simultaneous connections
#: Seconds that exchanges under way get when the server stops.
GRACE: Final = 2.0
_GRACE_OF_CANCELLED: Final = 1.0  # seconds in which a cancelled handler may clean up
_JOIN_MARGIN: Final = 3.0
_LAST_PORT: Final = 65535


class Server:
    """Serve HTTP/1.1 on a thread of its own until stopped; the interpreter's exit does not wait for it.

    Parameters
    ----------
    handler : callable
        ``(Request) -> Response``, or ``async (Request) -> Response | None``, called on the server's own event loop
        for each complete request, one at a time for each connection. It must not block. None closes the connection
        without a response.
    host : str, default "127.0.0.1"
        Address to listen on.
    port : int, default 0
        0 takes a free one at each start.
    limits : Limits, optional
    on_exchange : callable, optional
        ``(Request, Response | None, Timing)``, called on the server's loop after each exchange, also for requests
        that were refused, timed out or cut off. It must not block; what it raises goes to ``errors``.

    Attributes
    ----------
    counts : Counts
        Connections since the server was made.

    Examples
    --------
    >>> from chatbot_nb.transport.inbound.http import Response
    >>> async def hello(request):
    ...     return Response.json({"path": request.path})
    >>> with Server(hello) as server:
    ...     url = server.url_for("/hello")
    """

    # States: new -> running -> stopped -> running -> ...; `_thread` is not None exactly while running.

    def __init__(
        self,
        handler: Handler,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        limits: Limits = Limits(),  # noqa: B008 -- frozen
        on_exchange: ExchangeHook | None = None,
    ) -> None:
        self._handler = handler
        self._host = host
        self._wanted_port = port
        self._limits = limits
        self._on_exchange = on_exchange
        self._errors: list[BaseException] = []
        self.counts = Counts()
        self._lock = threading.Lock()
        self._port: int | None = None
        self._thread: threading.Thread | None = None
        self._stopping = False
        self._grace = GRACE

    def __repr__(self) -> str:
        return f"Server({self.url_for()!r})" if self._thread is not None else "Server(not running)"

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def port(self) -> int:
        """Port of this run, or of the last one.

        Raises
        ------
        ListenError
            The server has never been started.
        """
        if self._port is None:
            raise ListenError("this server has no port yet: call start()")
        return self._port

    def url_for(self, path: str = "/") -> str:
        """Return the URL of `path` on this server.

        Parameters
        ----------
        path : str, default "/"
            With its leading slash; may hold a query.

        Raises
        ------
        ListenError
            The server has never been started.
        """
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self.port}{path}"

    @property
    def errors(self) -> tuple[BaseException, ...]:
        """The first hundred exceptions that the handler or ``on_exchange`` raised, oldest first."""
        return tuple(self._errors)

    def check(self) -> None:
        """Raise the first of ``errors``, if there is one."""
        if self._errors:
            raise self._errors[0]

    def start(self) -> Self:
        """Listen and serve.

        Returns
        -------
        Server
            Itself.

        Raises
        ------
        ListenError
            It runs already, the port is in use, or the address cannot be listened on. Nothing is left running.
        """
        with self._lock:
            thread = self._thread
            if thread is not None and self._stopping and thread is not threading.current_thread():
                thread.join(GRACE + _JOIN_MARGIN)
            if self._thread is not None:
                raise ListenError(f"this server runs already at {self.url_for()}: stop() it first")
            self._socket = self._bind()
            self._port = self._socket.getsockname()[1]
            self._stopping = False
            self._launch()
        return self

    @property
    def running(self) -> bool:
        """Whether it has been started and has not stopped since."""
        return self._thread is not None

    def stop(self, *, grace: float | None = None) -> None:
        """Stop: exchanges under way get 2 seconds, then they are closed. Harmless where it does not run.

        Called on the server's own thread (by a handler) it returns at once; the server stops after that exchange.
        A handler that blocks the server's loop is waited for 3 seconds longer; ``check()`` then says so.

        Parameters
        ----------
        grace : float, optional
            Seconds, in place of the 2.
        """
        thread = self._thread
        if thread is None:
            return
        self._grace = GRACE if grace is None else grace
        self._stopping = True
        with contextlib.suppress(RuntimeError):  # the loop is closed already
            self._loop.call_soon_threadsafe(self._stop_asked.set)
        if thread is threading.current_thread() or sys.is_finalizing():  # then no daemon thread runs any more
            return
        thread.join(self._grace + _JOIN_MARGIN)
        if thread.is_alive():
            self._shared.note(RuntimeError(f"{self!r} did not stop: a handler blocks its event loop"))

    def forget(self) -> None:
        """Let go of the sockets in a forked child, where the server's thread does not exist."""
        descriptors = [self._socket.fileno(), *(connection.fileno() for connection in self._shared.open)]
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in descriptors:
            if descriptor >= 0:
                # not close(): the socket objects would later close whatever has this number by then
                os.dup2(null, descriptor, inheritable=False)
        os.close(null)
        self._lock = threading.Lock()
        self._thread = None

    def _bind(self) -> socket.socket:
        if type(self._wanted_port) is not int or not 0 <= self._wanted_port <= _LAST_PORT:
            raise ListenError(f"port {self._wanted_port!r:.60}: an integer of 0 to {_LAST_PORT}, 0 takes a free one")
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        try:
            return socket.create_server((self._host, self._wanted_port), family=family, backlog=_BACKLOG)
        except OSError as exc:
            if exc.errno != errno.EADDRINUSE:
                cause = (exc.strerror or "").partition(" (while")[0]  # the address stands before it already
                raise ListenError(f"cannot listen on {self._host}:{self._wanted_port}: {cause}") from exc
            raise ListenError(in_use(self._host, self._wanted_port)) from exc

    def _launch(self) -> None:
        try:
            self._loop = asyncio.SelectorEventLoop()  # made here: no policy of the user's has a say
        except OSError as exc:
            self._socket.close()
            raise ListenError(f"cannot make an event loop for the server: {exc.strerror}") from exc
        # In debug mode it would write to the cell that runs how long the cell kept it waiting.
        self._loop.set_debug(False)
        self._stop_asked = asyncio.Event()
        self._shared = Shared(self._handler, self._limits, self._on_exchange, self._errors, self.counts)
        thread = threading.Thread(target=self._run, name=f"chatbot_nb server {self._port}", daemon=True)
        self._thread = thread
        process.enter(self)
        try:
            thread.start()
        except RuntimeError as exc:
            self._release()
            raise ListenError(f"cannot start a thread for the server: {exc}") from exc

    def _run(self) -> None:
        try:
            self._loop.set_exception_handler(self._note)
            self._loop.run_until_complete(self._serve())
        except BaseException as exc:  # noqa: BLE001 -- the thread's last border; check() raises it in a cell
            self._shared.note(exc)
            self._abandon()
        finally:
            self._release()

    def _abandon(self) -> None:
        """Close what is open after the server itself has failed."""
        with contextlib.suppress(RuntimeError):
            for connection in tuple(self._shared.open):
                connection.abort()
            self._loop.run_until_complete(asyncio.sleep(0))

    def _release(self) -> None:
        self._loop.close()
        self._socket.close()
        process.leave(self)
        self._thread = None

    def _note(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if isinstance(error := context.get("exception"), Exception):
            self._shared.note(error)

    async def _serve(self) -> None:
        shared, loop = self._shared, asyncio.get_running_loop()
        listener = await loop.create_server(lambda: Connection(shared), sock=self._socket, backlog=_BACKLOG)
        await self._stop_asked.wait()
        # In two steps: a connection that was accepted but is not yet a transport would fail on a closed listener,
        # and its socket would stay open.
        loop.remove_reader(self._socket)
        await asyncio.sleep(0)
        listener.close()
        until = loop.time() + self._grace
        shared.stopping = True
        for connection in tuple(shared.open):
            connection.stop()
        if tasks := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(tasks, timeout=self._grace)
        if shared.open:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(shared.all_closed.wait(), max(0.0, until - loop.time()))
        for connection in tuple(shared.open):
            connection.abort()
        if tasks := asyncio.all_tasks() - {asyncio.current_task()}:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks, timeout=_GRACE_OF_CANCELLED)
        if shared.open:
            await asyncio.sleep(0)  # aborted connections say goodbye in the next round


def in_use(host: str, port: int) -> str:
    """Return what is said of a port that somebody has."""
    ours = " by a server of this process" if any(one.port == port for one in process.running()) else ""
    return f"port {port} on {host} is in use{ours}. Pass port=0, or stop the server of an earlier cell"
