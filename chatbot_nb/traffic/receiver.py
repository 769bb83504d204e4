"""`Receiver`: a server in the kernel that records what ChatBot sends, and answers as told."""

from __future__ import annotations

import secrets
import sys
import threading
from typing import TYPE_CHECKING, Any, Final, Literal, Self

from chatbot_nb.errors import ReceiverError
from chatbot_nb.payloads.wording import counted
from chatbot_nb.traffic import running, surroundings
from chatbot_nb.traffic.address import Address
from chatbot_nb.traffic.engines.engine import Record, Setup
from chatbot_nb.traffic.evidence import Evidence
from chatbot_nb.traffic.exports import jsonl
from chatbot_nb.traffic.limits import ReceiverLimits, make_limits
from chatbot_nb.traffic.replies import workers
from chatbot_nb.traffic.replies.rules import Rules
from chatbot_nb.traffic.tunnels import check_kind
from chatbot_nb.traffic.way_in import WayIn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from os import PathLike
    from types import TracebackType

    from chatbot_nb.traffic.engines.engine import Engine
    from chatbot_nb.traffic.storage.store import TrafficStore
    from chatbot_nb.traffic.tunnels import TunnelKind

_ID_BYTES: Final = 8
_KEPT_ERRORS: Final = 100
_MODES: Final = ("thread", "process")


class Receiver(Evidence):
    """A temporary webhook receiver: it records every request, judges it, and answers with a reply of yours.

    Parameters
    ----------
    reply : Reply, dict, list, callable or other, optional
        What it answers where no rule says otherwise; see `set_reply`. By default ``{"responses": []}``.
    token : str, optional
        The connection's token. Requests with another one, or none, are marked and their verdict has an error.
    require_token : bool, default False
        Refuse them (401). A verification request with a wrong token is refused in any case.
    name : str, default "receiver"
        Of receivers of one name only one runs: `start` takes over URL, traffic and port of the one before, so that a
        cell may be run again. Give a second receiver another name.
    host : str, default "127.0.0.1"
        Address to listen on.
    port : int, default 0
        0 takes a free one.
    allow_remote : bool, default False
        Let `host` be an address that other machines reach.
    public_url : str, optional
        The http(s) address under which a tunnel of yours leads here. A path in it is the receiver's path; else the
        path is random.
    tunnel : {"ngrok", "cloudflared"} or callable, optional
        Open a tunnel while it runs: `start` waits for it, `url` is its address, `stop` closes it. A function is given
        the local port, and returns the address, or ``(address, function that closes it)``. The path is random.
    store : str or path-like, optional
        An SQLite file, made if there is none. Each exchange is in it, durably, before its reply is sent; a receiver
        that is started with the file again has the same path and what was kept.
    mode : {"thread", "process"}, default "thread"
        Where it answers: in a thread of the kernel, which waits while a cell runs C code that does not let go of the
        interpreter; or in a process of its own, which answers whatever the kernel does, and is gone when the kernel
        is. A reply that needs a Python function is asked for in the kernel then.
    limits : mapping of str to number, optional
        Replace some of the limits; `limits` names all.

    Attributes
    ----------
    limits : ReceiverLimits
        What is accepted and kept.
    rules : Rules
        Which reply to which request: ``.add(name, reply, node=..., message=..., attributes=..., where=...)``.
        They may be changed while it runs.

    Raises
    ------
    ReceiverError
        An argument is not allowed.
    ValueError, TypeError
        The reply or a limit cannot be used.

    Notes
    -----
    Sources: ChatBot docs, "How ChatBot Webhooks works?"; verification, token and the time limit of 10 s as live
    deliveries show them. Our reading: refusals, limits and what is a duplicate.

    Examples
    --------
    >>> import chatbot_nb as cb
    >>> receiver = cb.Receiver(cb.Reply().text("Hello!"), name="example").start()
    >>> receiver
    Receiver('example', running, 0 seen)
    >>> receiver.stop()
    """

    # States: new, running, stopped; a stopped one can be started again and keeps its traffic.

    def __init__(  # noqa: PLR0913  # keyword arguments, each with a default
        self,
        reply: object = None,
        *,
        token: str | None = None,
        require_token: bool = False,
        name: str = "receiver",
        host: str = "127.0.0.1",
        port: int = 0,
        allow_remote: bool = False,
        public_url: str | None = None,
        tunnel: TunnelKind | None = None,
        store: str | PathLike[str] | None = None,
        mode: Literal["thread", "process"] = "thread",
        limits: ReceiverLimits | Mapping[str, Any] | None = None,
    ) -> None:
        if type(name) is not str or not name:
            raise ReceiverError(f"Receiver(name={name!r:.60}): a text that is not empty is needed")
        if token is not None and (type(token) is not str or not token):
            raise ReceiverError("Receiver(token=...): a text that is not empty is needed, or None for any")
        if require_token and token is None:
            raise ReceiverError("Receiver(require_token=True): give the token too")
        if mode not in _MODES:
            raise ReceiverError(f"Receiver(mode={mode!r:.60}): 'thread' or 'process' is needed")
        check_kind(tunnel)
        if tunnel is not None and public_url is not None:
            raise ReceiverError("Receiver(tunnel=..., public_url=...): one of them is needed, a tunnel has its address")
        super().__init__(make_limits(limits))
        self.name = name
        self._token = token
        self._require_token = require_token
        self._address = Address(host, port, public_url, allow_remote=allow_remote)
        self._way_in = WayIn(tunnel, self._tell)
        self._store_path = store
        self._mode = mode
        self._former_port = 0
        self._id = secrets.token_hex(_ID_BYTES)
        self._errors: list[BaseException] = []
        self.rules = Rules(self.limits, self._tell)
        self.rules.set(reply)
        self._lifecycle = threading.RLock()
        self._engine: Engine | None = None
        self._successor: Receiver | None = None

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Self:
        """Return what `save` wrote: the same evidence, without a server that runs.

        Parameters
        ----------
        path : str or path-like

        Returns
        -------
        Receiver
            Not started; its limits keep all that is in the file.

        Raises
        ------
        ReceiverError
            It is no such file; the message names the line.
        FileNotFoundError, OSError
            There is none, or it cannot be read.
        """
        exchanges = jsonl.load(path)
        loaded = cls(limits={"exchanges": max(len(exchanges), ReceiverLimits().exchanges), "stored_bytes": sys.maxsize})
        loaded._capture.restore(exchanges)
        return loaded

    @property
    def running(self) -> bool:
        """Whether it answers."""
        return self._engine is not None and self._engine.state == "running"

    @property
    def state(self) -> Literal["not started", "running", "stopped", "died"]:
        """What it does; one that died ended by itself, and ``errors`` says why."""
        if self._engine is None:
            return "not started"
        state = self._engine.state
        return "died" if state == "stopped" and running.named(self.name) is self else state

    @property
    def latest(self) -> Receiver:
        """The receiver that goes on with this one's traffic: one of its name that was started later, or itself."""
        receiver = self
        while receiver._successor is not None:
            receiver = receiver._successor
        return receiver

    @property
    def url(self) -> str:
        """What a connection is given: the public address if there is one, with the receiver's path.

        Raises
        ------
        ReceiverError
            It has never been started.
        """
        return self._address.public or self.local_url

    @property
    def local_url(self) -> str:
        """Its URL on this machine.

        Raises
        ------
        ReceiverError
            It has never been started.
        """
        if self._engine is None:
            raise ReceiverError("this receiver has no URL yet; start() it first")
        return self._address.local(self._engine.port)

    @property
    def hint(self) -> str:
        """How ChatBot can reach it from where this kernel runs: on a hosted notebook, on a machine of your own."""
        return surroundings.hint(self._engine.port if self._engine else self._address.port, self._address.path)

    def start(self) -> Self:
        """Listen, record and answer.

        Returns
        -------
        Receiver
            Itself.

        Raises
        ------
        ReceiverError
            It runs already, or the store cannot be used; the message says why.
        ListenError
            The port is in use. Nothing is left running.
        """
        with running.lock, self._lifecycle:
            if self.running:
                raise ReceiverError(f"{self!r} runs already; use it as it is, or stop() it first")
            former = running.named(self.name)
            if former is not None:
                self._take_over(former)
            engine = self._new_engine()  # a process needs a moment, in which the one before still answers
            try:
                if former is not None:
                    former.stop()
                store = self._resumed_store()  # which may know the path
                engine.start(self._setup(), store)
                self._lead_here(engine)
            except BaseException:
                engine.stop()
                self._way_in.close()
                raise
            self._engine = engine
            running.enter(self)
            self._successor = None
            if former is not None and former is not self:
                former._successor = self  # noqa: SLF001  # of our own class
        return self

    def stop(self) -> None:
        """Stop answering; exchanges under way get 2 seconds. What was recorded stays. Harmless where it does not run.

        Called by a handler it returns at once, and the receiver stops afterwards.
        """
        if workers.in_handler():
            threading.Thread(target=self.stop, name="chatbot_nb stop", daemon=True).start()
            return
        self._stop()

    def __enter__(self) -> Self:
        return self if self.running else self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def reply(self) -> object:
        """What is answered where no rule says otherwise; assign another at any time."""
        return self.rules.reply

    @reply.setter
    def reply(self, reply: object) -> None:
        self.set_reply(reply)

    def set_reply(
        self, reply: object, *, status: int = 200, headers: Mapping[str, str] | None = None, delay: float = 0.0
    ) -> None:
        """Answer so from now on, where no rule says otherwise.

        Parameters
        ----------
        reply : Reply, dict, str, bytes, None, list or callable
            A `Reply` or a dict is sent as JSON, text and bytes as they are, whatever is wrong with them: the verdict
            is recorded, and what the other side makes of it is what you see. A list gives the nth request its nth
            reply, and all later ones the last. A callable is given each valid `WebhookRequest` and returns any of
            these, or ``(reply, status)``, or ``(reply, status, headers)``; it has `limits.handler_seconds`. None is
            ``{"responses": []}``.
        status : int, default 200
            200 to 599.
        headers : mapping of str to str, optional
        delay : float, default 0.0
            Seconds to hold it back, at most 60.

        Raises
        ------
        ValueError, TypeError
            It cannot be sent: a status out of range, a header with a line break, a value that is no JSON.
        """
        self.rules.set(reply, status=status, headers=headers, delay=delay)

    def inject(self, fault: str, times: int = 1) -> None:
        """Spoil the next replies; what is injected later comes later.

        Parameters
        ----------
        fault : {"slow", "status_500", "malformed", "oversize", "cut_off"}
            Answer after 11 seconds; with status 500; with half the JSON; with a text over the limit; break off in
            the body. The exchange's ``reply.chatbot_error`` has what ChatBot says of it.
        times : int, default 1
            For so many requests.

        Raises
        ------
        ValueError
            There is no such fault, or `times` is no number of times.
        """
        self.rules.inject(fault, times)

    @property
    def refused(self) -> int:
        """Requests that were refused, and connections that were turned away, since it was started last."""
        return self._engine.refused if self._engine else 0

    @property
    def errors(self) -> tuple[BaseException, ...]:
        """The first hundred exceptions of its threads: of handlers, of the store, of the server; oldest first."""
        self._catch_up()
        return (*self._errors, *(self._engine.errors if self._engine else ()))

    def check(self) -> None:
        """Raise the first of ``errors``, if there is one, so that a notebook fails where it should."""
        for error in self.errors:
            if isinstance(error, Exception):
                raise error
            raise ReceiverError(f"a handler raised {type(error).__name__}") from error  # which would end the kernel

    def clear(self) -> None:
        """Forget all traffic, in the store too; the counters begin anew."""
        if self._engine is not None and self.running:
            self._engine.clear()
        else:
            self._capture.clear()
            self._strays.clear()

    def __repr__(self) -> str:
        # fixed: no port, no path, no time
        parts = [repr(self.name), self.state, f"{self.seen:,} seen"]
        if self.evicted:
            parts.append(f"{self.evicted:,} evicted")
        if self.errors:
            parts.append(f"{counted(len(self.errors), 'error')}, check() raises the first")
        return f"Receiver({', '.join(parts)})"

    def _identity(self) -> tuple[str, tuple[str, ...]]:
        return self._id, (self.url, self.local_url) if self._engine else ()

    def _catch_up(self) -> None:
        if self._engine is not None:
            self._engine.catch_up()

    def _handler(self) -> Callable[..., object] | None:
        return self.reply if callable(self.reply) else None

    def _hidden(self) -> tuple[str, ...]:
        return tuple(text for text in (self._token, self._address.secret) if text)

    def _tell(self, error: BaseException) -> None:
        if len(self._errors) < _KEPT_ERRORS:
            self._errors.append(error)

    def _stop(self, *, grace: float | None = None) -> None:
        with self._lifecycle:
            self._way_in.close()
            if self._engine is not None:
                self._engine.stop(grace=grace)
            running.leave(self)

    def _take_over(self, former: Receiver) -> None:
        """Go on where the receiver of this name was: a connection points to its URL, and its traffic is evidence."""
        self._address.path = self._address.path or former._address.path
        self._capture, self._strays, self._frames = former._capture, former._strays, former._frames
        self._capture.set_limits(self.limits)
        if self._address.port == 0 and former._engine is not None:
            self._former_port = former._engine.port
        if former is not self:
            self._way_in.take_over(former._way_in)

    def _lead_here(self, engine: Engine) -> None:
        """Open the tunnel that was asked for, and let in what comes through it."""
        address = self._way_in.lead_to(engine.port)
        if address is not None:
            self._address.lead_here(address)
            engine.admit(self._setup())

    def _new_engine(self) -> Engine:
        record = Record(self._capture, self._strays, self._tell)
        if self._mode == "process":
            from chatbot_nb.traffic.engines.process import ProcessEngine

            return ProcessEngine(self.rules, record)
        from chatbot_nb.traffic.engines.thread import ThreadEngine

        return ThreadEngine(self.rules, record)

    def _setup(self) -> Setup:
        """Return where it listens now, and whom it lets in."""
        address, former = self._address, self._former_port
        ports = (former, address.port) if former else (address.port,)
        hosts = None if address.hosts is None else tuple(address.hosts)
        return Setup(address.host, ports, address.path, hosts, self._token, self._id, self._require_token, self.limits)

    def _resumed_store(self) -> TrafficStore | None:
        """Return the user's store, with all traffic that there is, and choose the path."""
        if self._store_path is None:
            self._address.choose_path()
            return None
        from chatbot_nb.traffic.storage.resuming import resume

        return resume(self.name, self._store_path, self._address, self._capture, self.limits.exchanges)
