"""Chaos for whoever writes a bot: the next replies spoiled in a way that is named."""

from __future__ import annotations

import json
import threading
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from chatbot_nb.errors import PayloadError
from chatbot_nb.payloads.limits import TEXT_MESSAGE
from chatbot_nb.traffic.replies.answers import WITHOUT_BODY, chatbot_error, json_bytes, judged
from chatbot_nb.transport import failures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from chatbot_nb.traffic.exchange import SentReply

_SLOW: Final = 11.0  # seconds: longer than the 10 that live deliveries get
_MAX_TIMES: Final = 100_000
_NO_JSON: Final = b'{"responses": ['
_SAYS_NOTHING: Final = b'{"responses": []}'
_TOO_LONG: Final = {"type": "text", "message": "x" * (TEXT_MESSAGE.max + 1)}


class Faults:
    """The faults to come, first in first out; every method may be called from any thread."""

    def __init__(self) -> None:
        self._queue: deque[tuple[str, int]] = deque()  # with how often each is still to come
        self._lock = threading.Lock()

    def __bool__(self) -> bool:
        return bool(self._queue)  # asked for every reply, so without the lock

    def __str__(self) -> str:
        with self._lock:
            return ", ".join(name if times == 1 else f"{name} {times:,} times" for name, times in self._queue)

    def add(self, fault: str, times: int) -> None:
        """Queue a fault.

        Raises
        ------
        ValueError
            There is no such fault, or `times` is no integer of 1 to 100,000.
        """
        check_fault(fault, times)
        with self._lock:
            self._queue.append((fault, times))

    def take(self) -> str | None:
        """Return the fault of this reply, None if it is to go out as it is."""
        if not self._queue:  # looked at for every reply
            return None
        with self._lock:
            if not self._queue:
                return None
            fault, times = self._queue.popleft()
            if times > 1:
                self._queue.appendleft((fault, times - 1))
            return fault

    def clear(self) -> None:
        """Forget all."""
        self.to_come = ()

    @property
    def to_come(self) -> tuple[tuple[str, int], ...]:
        """Those to come, each with how often."""
        with self._lock:
            return tuple(self._queue)

    @to_come.setter
    def to_come(self, faults: Iterable[tuple[str, int]]) -> None:
        with self._lock:
            self._queue = deque(faults)


def check_fault(fault: object, times: object) -> None:
    """Raise ValueError if there is no such fault, or `times` is no integer of 1 to 100,000."""
    if fault not in _SPOIL:
        raise ValueError(f"inject({fault!r:.60}): there is no such fault; there are {', '.join(_SPOIL)}")
    if type(times) is not int or not 1 <= times <= _MAX_TIMES:
        raise ValueError(f"inject(times={times!r:.60}): an integer of 1 to {_MAX_TIMES:,} is needed")


def spoiled(reply: SentReply, fault: str) -> SentReply:
    """Return the reply with a fault in it, judged anew.

    Parameters
    ----------
    reply : SentReply
        What would have been sent.
    fault : {"slow", "status_500", "malformed", "oversize", "cut_off"}

    Returns
    -------
    SentReply
        Its ``rule`` is ``"fault: slow"`` or alike, its ``chatbot_error`` what ChatBot says of the fault.
    """
    return replace(_SPOIL[fault](reply), rule=f"fault: {fault}")


def _slow(reply: SentReply) -> SentReply:
    delay = max(reply.delay, _SLOW)
    return replace(reply, delay=delay, chatbot_error=chatbot_error(reply.status, delay))


def _status_500(reply: SentReply) -> SentReply:
    return replace(reply, status=500, chatbot_error=chatbot_error(500, reply.delay))


def _malformed(reply: SentReply) -> SentReply:
    whole = reply.body.strip()
    cut = whole[: len(whole) // 2]
    # Half of a number is one too, and of an empty body ChatBot makes nothing to say.
    return _with_body(reply, _NO_JSON if not cut or _is_json(cut) else cut)


def _oversize(reply: SentReply) -> SentReply:
    try:
        document: Any = json.loads(reply.body)
        if not isinstance(document, dict) or not isinstance(document.get("responses", []), list):
            document = {}
        body = json_bytes({**document, "responses": [*document.get("responses", []), _TOO_LONG]})
    except (ValueError, RecursionError, PayloadError):  # no JSON, or what Python's reader takes for it
        body = json_bytes({"responses": [_TOO_LONG]})
    return _with_body(reply, body)


def _cut_off(reply: SentReply) -> SentReply:
    if not reply.body:  # there would be nothing to cut
        reply = _with_body(reply, _SAYS_NOTHING)
    late = chatbot_error(200, reply.delay)
    return replace(reply, cut_off=True, chatbot_error=late or failures.aborted().words)


_SPOIL: Final[dict[str, Callable[[SentReply], SentReply]]] = {
    "slow": _slow,
    "status_500": _status_500,
    "malformed": _malformed,
    "oversize": _oversize,
    "cut_off": _cut_off,
}


def _with_body(reply: SentReply, body: bytes) -> SentReply:
    """Return the reply with another body, which is not compressed, and with a status that allows one."""
    status = 200 if reply.status in WITHOUT_BODY else reply.status
    headers = tuple(pair for pair in reply.headers if pair[0].lower() != "content-encoding")
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers = (("Content-Type", "application/json"), *headers)
    return replace(
        reply,
        status=status,
        headers=headers,
        body=body,
        verdict=judged(body, headers),
        chatbot_error=chatbot_error(status, reply.delay),
    )


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except RecursionError:  # who reads it to its end may well find JSON
        return True
    except ValueError:
        return False
    return True
