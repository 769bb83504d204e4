"""What a receiver's server does with each request: let in, record, choose the reply, keep it durably, answer."""

from __future__ import annotations

import asyncio
import queue
import secrets
import threading
from typing import TYPE_CHECKING, Final

from chatbot_nb.traffic import judge, views
from chatbot_nb.traffic.exchange import Exchange, SentReply
from chatbot_nb.transport.inbound.http import Response

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Callable, Coroutine

    from chatbot_nb.traffic.capture import Capture
    from chatbot_nb.traffic.gate import Gate
    from chatbot_nb.traffic.replies.answering import Answering
    from chatbot_nb.traffic.storage.store import TrafficStore
    from chatbot_nb.transport.inbound.http import Request, Timing

_RUN_BYTES: Final = 12  # of an id's 16; the rest counts
_LATE: Final = 10.0  # seconds that live deliveries get
_STRAY: Final = frozenset({"wrong_path", "wrong_host"})
_NOT_STORED: Final = b'{"error": "the receiver could not store this exchange"}'


class Service:
    """The handler of a receiver's server; all but `close` runs on the server's loop.

    Parameters
    ----------
    gate : Gate
    rules : Answering
    capture : Capture
    strays : deque of Exchange
        Gets the requests that were not addressed to this receiver; their `seq` is 0.
    store : TrafficStore, optional
        Where each exchange is written to before its reply is sent.
    tell : callable
        Takes what went wrong on our side.

    Attributes
    ----------
    refused : int
        Requests that were answered with a refusal.
    """

    def __init__(  # noqa: PLR0913  # the parts of a receiver
        self,
        gate: Gate,
        rules: Answering,
        capture: Capture,
        *,
        strays: deque[Exchange],
        store: TrafficStore | None,
        tell: Callable[[BaseException], None],
    ) -> None:
        self._gate = gate
        self._rules = rules
        self._capture = capture
        self._strays = strays
        self._store = store
        self._tell = tell
        # By the id of the request, which lives as long as it is here.
        self._open: dict[int, Exchange] = {}
        self._astray: set[int] = set()
        self._judge = _Judge(capture, store, tell)
        self._last: tuple[SentReply, Response] | None = None
        self._run = secrets.token_hex(_RUN_BYTES)
        self.refused = 0

    def __call__(self, http: Request) -> Response | Coroutine[object, object, Response]:
        """Return the response to a complete request, or what to await for it."""
        marks, reply = self._gate.admit(http)
        if reply is not None and _STRAY.intersection(marks):
            self.refused += 1
            self._strays.append(Exchange(0, self._id(0), http, marks, reply))
            self._astray.add(id(http))
            return self._response(reply)
        payload = None
        if reply is None:
            payload = views.payload(http)
            reply = self._rules.at_once(payload)
        elif reply.rule == "refusal":
            self.refused += 1
        # Recorded before it is answered: who has the answer finds it there, with the reply.
        exchange = self._record(http, marks, payload, reply)
        if reply is None or reply.delay or self._store is not None:
            return self._later(exchange, payload)
        return self._response(reply)

    async def _later(self, exchange: Exchange, payload: object) -> Response:
        """Return the response after what takes time: the user's functions, the disk, a delay."""
        reply = exchange.reply
        if reply is None:
            reply = await self._rules.reply_to(exchange.http, payload)
            exchange = self._known(exchange, reply)
        if self._store is not None:
            reply = await self._stored(self._store, exchange, reply)
        if reply.delay:
            await asyncio.sleep(reply.delay)
        return self._response(reply)

    def on_exchange(self, http: Request, response: Response | None, timing: Timing) -> None:
        """Complete the record of an exchange; of one that was no complete request, make it."""
        if id(http) in self._astray:
            self._astray.remove(id(http))
            return
        exchange = self._open.pop(id(http), None)
        if exchange is None:
            self._refused_by_server(http, response, timing)
            return
        marks = exchange.marks
        if timing.reply_started is not None and timing.reply_started > _LATE:
            marks = (*marks, "late")
        if timing.peer_done:
            marks = (*marks, "sender_gone")
        verdict = exchange._verdict if marks is exchange.marks else None  # noqa: SLF001  # not to be made here
        done = Exchange(exchange.seq, exchange.id, http, marks, exchange.reply, timing, verdict)
        self._capture.put(done)
        self._after(done)

    def admit_by(self, gate: Gate) -> None:
        """Let in what another gate lets in."""
        self._gate = gate

    def close(self) -> None:
        """End the judging of what is left."""
        self._judge.close()

    def _record(self, http: Request, marks: tuple[str, ...], payload: object, reply: SentReply | None) -> Exchange:
        message_id = views.message_id(payload)
        if message_id is not None and self._capture.is_repeated(message_id):
            marks = (*marks, "duplicate")
        verdict = judge.quick_verdict(http, marks)
        exchange = self._capture.add(lambda seq: Exchange(seq, self._id(seq), http, marks, reply, None, verdict))
        self._open[id(http)] = exchange
        if self._store is not None:
            self._store.begun(exchange)
        return exchange

    def _known(self, exchange: Exchange, reply: SentReply) -> Exchange:
        """Note the reply in the record."""
        verdict = exchange._verdict  # noqa: SLF001  # as above
        known = Exchange(exchange.seq, exchange.id, exchange.http, exchange.marks, reply, None, verdict)
        self._open[id(exchange.http)] = known
        self._capture.put(known)
        return known

    async def _stored(self, store: TrafficStore, exchange: Exchange, reply: SentReply) -> SentReply:
        try:
            await store.written(exchange)
        except Exception as exc:  # noqa: BLE001  # a border: what was not stored is not answered as if it were
            self._tell(exc)
            failed = SentReply(500, body=_NOT_STORED, rule=reply.rule, error=f"not stored: {exc}")
            self._known(exchange, failed)
            return failed
        return reply

    def _refused_by_server(self, http: Request, response: Response | None, timing: Timing) -> None:
        reply = None
        if response is not None:
            self.refused += 1
            reply = SentReply(response.status, response.headers, response.body, "refusal")
        self._after(self._capture.add(lambda seq: Exchange(seq, self._id(seq), http, http.marks, reply, timing)))

    def _after(self, done: Exchange) -> None:
        if self._store is not None:
            self._store.finished(done)
        if done._verdict is None:  # noqa: SLF001  # as above
            self._judge.add(done.seq)

    def _id(self, seq: int) -> str:
        # Random once, not for each: asking the system for so little costs as much as all else here.
        return f"{self._run}{seq:08x}"

    def _response(self, reply: SentReply) -> Response:
        """Return the HTTP response, the same for the same reply: most answers are alike."""
        if self._last is not None and self._last[0] is reply:
            return self._last[1]
        response = Response(reply.status, reply.headers, reply.body, reply.cut_off)
        self._last = (reply, response)
        return response


class _Judge:
    """Judges in a thread of its own what may take long: a hostile body of 1 MiB takes seconds.

    It is given numbers, not exchanges, so that what waits here does not hold what the capture has let go.
    """

    def __init__(self, capture: Capture, store: TrafficStore | None, tell: Callable[[BaseException], None]) -> None:
        self._capture = capture
        self._store = store
        self._tell = tell
        self._queue: queue.SimpleQueue[int | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def add(self, seq: int) -> None:
        self._queue.put(seq)
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="chatbot_nb judge", daemon=True)
            self._thread.start()

    def close(self) -> None:
        self._queue.put(None)

    def _run(self) -> None:
        while (seq := self._queue.get()) is not None:
            try:
                exchange = self._capture.get(seq)
                if exchange is not None:
                    exchange.verdict  # noqa: B018  # made once, and kept there
                    if self._store is not None and "body_evicted" not in exchange.marks:
                        self._store.finished(exchange)
            except Exception as exc:  # noqa: BLE001  # a border: receiver.check() raises it
                self._tell(exc)
