"""The server of a receiver in a thread of this process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatbot_nb.errors import ListenError, ReceiverError
from chatbot_nb.traffic.service import Service
from chatbot_nb.transport.inbound.server import Server

if TYPE_CHECKING:
    from chatbot_nb.traffic.engines.engine import Record, Setup, State
    from chatbot_nb.traffic.replies.answering import Answering
    from chatbot_nb.traffic.storage.store import TrafficStore


class ThreadEngine:
    """An `Engine`: gate, service and server, here.

    Parameters
    ----------
    rules : Answering
    record : Record
    """

    def __init__(self, rules: Answering, record: Record) -> None:
        self._rules = rules
        self._record = record
        self._store: TrafficStore | None = None
        self._server: Server | None = None
        self._service: Service | None = None

    @property
    def state(self) -> State:
        """What it does now."""
        return "running" if self._server is not None and self._server.running else "stopped"

    @property
    def port(self) -> int:
        """Where it listens, or did last."""
        return self._server.port if self._server else 0

    @property
    def refused(self) -> int:
        """Requests that were refused, and connections that were turned away."""
        turned_away = self._server.counts.refused if self._server else 0
        return turned_away + (self._service.refused if self._service else 0)

    @property
    def errors(self) -> tuple[BaseException, ...]:
        """What went wrong in the server itself, oldest first."""
        return self._server.errors if self._server else ()

    def start(self, setup: Setup, store: TrafficStore | None) -> None:
        """Listen, record and answer."""
        capture, strays, tell = self._record.capture, self._record.strays, self._record.tell
        self._store = store
        if store is not None:
            capture.on_evict = store.forget_before
        service = Service(setup.gate(), self._rules, capture, strays=strays, store=store, tell=tell)
        try:
            self._server = _listening(setup, service)
        except BaseException:
            self._close_store()
            raise
        self._service = service

    def admit(self, setup: Setup) -> None:
        """Let in what another setup lets in."""
        if self._service is not None:
            self._service.admit_by(setup.gate())

    def catch_up(self) -> None:
        """Do nothing: it is recorded before it is answered."""

    def clear(self) -> int:
        """Forget all traffic, in the store too; return the `seq` that came next at that moment."""
        next_seq = self._record.capture.clear()
        self._record.strays.clear()
        if self._store is not None:
            self._store.clear(next_seq)
        return next_seq

    def stop(self, *, grace: float | None = None) -> None:
        """Stop, and close the store."""
        if self._server is not None:
            self._server.stop(grace=grace)
        if self._service is not None:
            self._service.close()
        self._rules.close()
        self._close_store()

    def _close_store(self) -> None:
        store, self._store = self._store, None
        self._record.capture.on_evict = None
        if store is not None:
            try:
                store.close()
            except ReceiverError as exc:  # the disk is full, for example: check() raises it
                self._record.tell(exc)


def _listening(setup: Setup, service: Service) -> Server:
    """Return a server on the first port that can be had."""
    *others, last = setup.ports
    for port in others:
        try:
            return _server(setup, service, port)
        except ListenError:  # somebody was quicker
            continue
    return _server(setup, service, last)


def _server(setup: Setup, service: Service, port: int) -> Server:
    return Server(service, host=setup.host, port=port, limits=setup.limits, on_exchange=service.on_exchange).start()
