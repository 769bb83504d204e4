"""`replay`: recorded requests to another backend or a new handler, and what has become of the replies."""

from __future__ import annotations

import inspect
import json
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol, runtime_checkable

from chatbot_nb.errors import PayloadError
from chatbot_nb.payloads.reply.reply import Reply
from chatbot_nb.traffic import views
from chatbot_nb.traffic.exchange import SentReply
from chatbot_nb.traffic.replays.destination import RULE, Destination
from chatbot_nb.traffic.replays.outcomes import compare, outcomes_frame
from chatbot_nb.traffic.replies.answers import sent_reply
from chatbot_nb.traffic.replies.workers import called
from chatbot_nb.transport.failures import timed_out
from chatbot_nb.transport.timeouts import checked_timeout

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import pandas as pd

    from chatbot_nb.payloads.request import WebhookRequest
    from chatbot_nb.traffic.exchange import Exchange
    from chatbot_nb.transport.inbound.http import Request

    Edit = Callable[[dict[str, Any]], dict[str, Any] | None]
    # None where the request is not one that can be answered so.
    Answer = Callable[[Request], SentReply | None]

_PATIENCE: Final = 1.0  # seconds without a progress bar
_CONTENT_TYPE: Final = (b"Content-Type", b"application/json")


@runtime_checkable
class _Running(Protocol):
    """What has a URL and answers there: another receiver."""

    @property
    def url(self) -> str: ...

    @property
    def running(self) -> bool: ...


class _Again(NamedTuple):
    """One request to be answered once more."""

    exchange: Exchange
    old: SentReply
    http: Request


def replay(  # noqa: PLR0913  # one keyword for each decision
    exchanges: Iterable[Exchange],
    against: object,
    *,
    edit: Edit | None = None,
    timeout: float = 10.0,
    secrets: bool = False,
    own_id: str = "",
    own_urls: Iterable[str] = (),
) -> pd.DataFrame:
    """Send recorded deliveries again, or run a handler over them, and compare the new replies with the old.

    Parameters
    ----------
    exchanges : iterable of Exchange
    against : str, Receiver, callable, Reply or dict
        Where the new replies come from: an http(s) URL, used as it is; another receiver that runs; a Python handler
        as for `Receiver.set_reply`, called here and now, without a network; or one fixed reply for all.
    edit : callable, optional
        Gets the JSON object of each request and returns the one to send; it may change what it gets. None leaves the
        exchange out. All are edited before the first one is sent.
    timeout : float, default 10.0
        Seconds for each reply. A handler is not interrupted, but what it returns later counts as an error.
    secrets : bool, default False
        Send the recorded credentials too: ``Authorization``, cookies and other headers that sound like a secret, and
        the recorded query, with its token, where the URL has no query of its own.
    own_id : str, optional
        What the receiver of the exchanges knows its own replays by.
    own_urls : iterable of str, optional
        Its URLs, which are refused.

    Returns
    -------
    pandas.DataFrame, shape (n, 11)
        Index ``seq`` (int64), in the order of ``exchanges``; the same columns when empty:

        ``verdict`` (str)
            ``"fixed"``: the old reply had errors, the new one has none; ``"regressed"``: the other way round;
            ``"same"``: as good or as bad as before.
        ``changed`` (bool)
            The status is another, or the JSON; the order of keys does not count.
        ``old_status``, ``new_status`` (Int64)
            Missing where no answer came.
        ``old_errors``, ``new_errors`` (int64)
            Errors in the reply's verdict; at least 1 if ChatBot dropped it: no answer, a status outside 2xx, too late.
        ``old_reply``, ``new_reply`` (str)
            The body as text, cut at 4,096 characters; empty where no answer came.
        ``finding`` (str)
            The first one on the new reply, cut at 200 characters; empty if there is none.
        ``error`` (str)
            Why the new reply failed as a whole: as axios words it, or the handler's exception; empty if it did not.
        ``ms`` (float64)
            Milliseconds that the new reply took.

        ``attrs["left_out"]`` counts the exchanges that are not in it, by reason: ``"not a delivery"``,
        ``"not complete"``, ``"body evicted"``, ``"no reply yet"``, ``"no JSON object"`` (there is nothing to edit),
        ``"left out by edit"``, ``"no webhook request"`` (a handler cannot be given it).

    Raises
    ------
    ValueError
        The URL is not http(s) or the receiver's own, the other receiver does not run, the timeout is not above 0 and
        at most 86,400 seconds, or a fixed reply or what `edit` returned cannot be written as JSON.
    ReceiverError
        The other receiver has never been started.
    TypeError
        ``against`` is none of these, or `edit` returned something else.

    Notes
    -----
    Our reading. One after the other, in order, each over a connection of its own; redirects are not followed. The
    bytes of the body and the recorded headers go out as they came, but for those of the connection, for credentials,
    and for encodings in ``Accept-Encoding`` that could not be decoded here. Nothing is sent to link-local, unspecified
    and multicast addresses, or to those at which clouds hand out credentials.

    Examples
    --------
    >>> replay([], {"responses": []}).attrs
    {'left_out': {}}
    """
    seconds = checked_timeout(timeout)
    answer = _answer(against, seconds, secrets=secrets, own_id=own_id, own_urls=own_urls)
    left_out: Counter[str] = Counter()
    outcomes = []
    for again in _shown(_prepared(exchanges, edit, left_out)):
        begin = time.perf_counter()
        new = answer(again.http)
        if new is None:
            left_out["no webhook request"] += 1
        else:
            outcomes.append(compare(again.exchange, again.old, new, (time.perf_counter() - begin) * 1000))
    frame = outcomes_frame(outcomes)
    frame.attrs["left_out"] = dict(left_out)
    return frame


def _answer(against: object, timeout: float, *, secrets: bool, own_id: str, own_urls: Iterable[str]) -> Answer:
    """Return what gives the new reply to a request."""
    if isinstance(against, Reply | dict):
        fixed = sent_reply(against, rule=RULE)
        return lambda _: fixed
    if isinstance(against, _Running):
        url: object = against.url
        if not against.running:
            raise ValueError(f"against: {against!r:.200} does not run; start() it")
    else:
        url = against
    if isinstance(url, str):
        return Destination(url, timeout=timeout, secrets=secrets, own_id=own_id, own_urls=own_urls).answer
    if callable(against):
        return lambda http: _handled(against, http, timeout)
    raise TypeError(f"against: a URL, a receiver, a handler, a Reply or a dict is needed, not {type(against).__name__}")


def _handled(handler: Callable[[WebhookRequest], object], http: Request, timeout: float) -> SentReply | None:
    try:
        request = views.webhook_request(http)
    except PayloadError:
        return None
    begin = time.monotonic()
    try:
        reply = sent_reply(_value(handler, request), rule=RULE)
    except Exception as exc:  # noqa: BLE001  # a border: the handler is the user's
        return SentReply(0, (), rule=RULE, error=f"{type(exc).__name__}: {exc}")
    if time.monotonic() - begin > timeout:
        return replace(reply, chatbot_error=timed_out(timeout, "read").words)
    return reply


def _value(handler: Callable[[WebhookRequest], object], request: WebhookRequest) -> object:
    value = handler(request)
    if not inspect.isawaitable(value):
        return value
    with ThreadPoolExecutor(1) as thread:  # a notebook's own thread runs a loop already
        return thread.submit(called, lambda _: value, request).result()


def _prepared(exchanges: Iterable[Exchange], edit: Edit | None, left_out: Counter[str]) -> list[_Again]:
    """Return what is to be answered again, edited; count what is not."""
    prepared = []
    for exchange in exchanges:
        again = _again(exchange, edit)
        if isinstance(again, str):
            left_out[again] += 1
        else:
            prepared.append(again)
    return prepared


def _again(exchange: Exchange, edit: Edit | None) -> _Again | str:
    """Return a request to be answered again, or why it cannot be."""
    if not_whole := _not_whole(exchange):
        return not_whole
    if exchange.reply is None:
        return "no reply yet"
    if edit is None:
        return _Again(exchange, exchange.reply, exchange.http)
    payload = exchange.payload
    if not isinstance(payload, dict):
        return "no JSON object"
    try:
        body = _edited(payload, edit)
    except Exception as exc:
        exc.add_note(f"In edit, for exchange {exchange.seq}; nothing was sent.")
        raise
    return "left out by edit" if body is None else _Again(exchange, exchange.reply, _with_body(exchange.http, body))


def _not_whole(exchange: Exchange) -> str:
    """Return why an exchange is no delivery as it was sent; empty if it is one."""
    if not exchange.is_delivery:
        return "not a delivery"
    if exchange.http.status != "complete":
        return "not complete"
    return "body evicted" if "body_evicted" in exchange.marks else ""


def _edited(payload: dict[str, Any], edit: Edit) -> bytes | None:
    edited = edit(payload)
    if edited is None:
        return None
    if not isinstance(edited, dict):
        raise TypeError(f"edit returned {type(edited).__name__}; a dict is needed, or None to leave the exchange out")
    text = json.dumps(edited, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8", "backslashreplace")  # which writes half a surrogate pair as JSON does


def _with_body(http: Request, body: bytes) -> Request:
    headers = tuple(header for header in http.headers if header[0].lower() != b"content-encoding")
    named = any(name.lower() == b"content-type" for name, _ in headers)
    return replace(http, body=body, headers=headers if named else (*headers, _CONTENT_TYPE))


def _shown(prepared: list[_Again]) -> Iterator[_Again]:
    """Yield each; what takes longer than a second gets a progress bar."""
    begin = time.monotonic()
    for done, again in enumerate(prepared):
        # Not tqdm's own delay: in a notebook it makes the bar's widgets, and their messages, even if none is shown.
        if time.monotonic() - begin > _PATIENCE:
            from tqdm.auto import tqdm

            yield from tqdm(prepared[done:], desc="replay", initial=done, total=len(prepared))
            return
        yield again
