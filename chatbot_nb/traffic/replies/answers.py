"""What a Python value means as a reply: its status, its headers, its bytes, and what ChatBot will think of them."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Final

from pydantic import BaseModel

from chatbot_nb.errors import PayloadError
from chatbot_nb.finding import Finding
from chatbot_nb.payloads._base import WireModel
from chatbot_nb.payloads.check import check
from chatbot_nb.payloads.reading.plain import as_wire, plain
from chatbot_nb.payloads.reply.reply import Reply
from chatbot_nb.payloads.wording import kind_of, show
from chatbot_nb.traffic.exchange import SentReply
from chatbot_nb.traffic.verdict import Verdict, verdict_of
from chatbot_nb.transport import failures
from chatbot_nb.transport.encoding import decode_body
from chatbot_nb.transport.inbound.http import Response

#: Statuses whose responses have no body.
WITHOUT_BODY: Final = frozenset({204, 304})
_PATIENCE: Final = 10.0  # seconds that live deliveries get
_WARN_ABOVE: Final = 8.0  # the network and the backend behind it need the rest
_LONGEST_DELAY: Final = 60.0
_SUCCESS: Final = range(200, 300)
_CONTENT_TYPE: Final = ("Content-Type", "application/json")
_JSON_KINDS: Final = (dict, list, int, float)  # a bool is an int
_TUPLES: Final = (2, 3)
_ALLOWED: Final = (
    "a Reply, a model, a dict, a list, a number or a bool (sent as JSON), str or bytes (sent as they are), "
    "None (an empty body), or a tuple (reply, status) or (reply, status, headers)"
)


def sent_reply(
    value: object,
    *,
    rule: str,
    status: int = 200,
    headers: Mapping[str, str] | Iterable[tuple[str, str]] | None = None,
    delay: float = 0.0,
) -> SentReply:
    """Return what is sent for a value, with the verdict on it; nothing of it is mended.

    Parameters
    ----------
    value : Reply, model, dict, list, int, float, bool, str, bytes, None or tuple
        Text and bytes are the body as they are, None is an empty body, of which ChatBot makes nothing to say; all
        else is sent as JSON. A tuple is ``(value, status)`` or ``(value, status, headers)``, as web frameworks take it.
    rule : str
        What chose it.
    status : int, default 200
        200 to 599; that of a tuple counts more. 204 and 304 have no body, whatever the value is.
    headers : mapping or iterable of pairs of str, optional
        Those of a tuple replace those of the same name; ``Content-Type`` is ``application/json`` where none says
        otherwise.
    delay : float, default 0.0
        Seconds, as `delay_of` returned it.

    Raises
    ------
    PayloadError
        The value holds what JSON lacks: NaN, a circle, another Python object; ``findings`` say where.
    ValueError, TypeError
        It is none of these kinds, or the status or a header cannot be sent; the message says what is allowed.
    """
    pairs = _pairs(headers)
    if isinstance(value, tuple):
        value, status, pairs = _unpacked(value, pairs)
    status = status.value if isinstance(status, HTTPStatus) else status
    body = _body(value)
    if body and not any(name.lower() == "content-type" for name, _ in pairs):
        pairs = (_CONTENT_TYPE, *pairs)
    Response(status, pairs)  # refuses what must not reach the wire
    if status in WITHOUT_BODY:
        body = b""
    return SentReply(
        status=status,
        headers=pairs,
        body=body,
        rule=rule,
        chatbot_error=chatbot_error(status, delay),
        delay=delay,
        verdict=judged(body, pairs),
    )


def delay_of(delay: float, *, stacklevel: int) -> float:
    """Return the seconds to hold a reply back: at most 60.

    Parameters
    ----------
    delay : float
    stacklevel : int
        Whose line a warning names, as in `warnings.warn`, counted from here.

    Raises
    ------
    TypeError, ValueError
        It is no number, negative or NaN.

    Warns
    -----
    UserWarning
        It is more than 8 seconds.
    """
    if isinstance(delay, bool) or not isinstance(delay, int | float):
        raise TypeError(f"delay: seconds as a number from 0 to {_LONGEST_DELAY:.0f}, not {kind_of(delay)}")
    if not delay >= 0:  # NaN is not either
        raise ValueError(f"delay: {show(delay)}, allowed are 0 to {_LONGEST_DELAY:.0f} seconds")
    seconds = float(min(delay, _LONGEST_DELAY))
    if delay > _WARN_ABOVE:
        shortened = f", here shortened to {_LONGEST_DELAY:.0f} s" if delay > _LONGEST_DELAY else ""
        message = f"delay: {show(delay)} s{shortened}; ChatBot waits {_PATIENCE:.0f} s for everything together"
        warnings.warn(message, UserWarning, stacklevel=stacklevel + 1)
    return seconds


def chatbot_error(status: int, delay: float) -> str:
    """Return what ChatBot says of an answer with this status after this wait; empty if it takes it."""
    if delay >= _PATIENCE:
        return failures.timed_out(_PATIENCE, "read").words
    return "" if status in _SUCCESS else f"Request failed with status code {status}"


def judged(body: bytes, headers: Iterable[tuple[str, str]] = ()) -> Verdict:
    """Return the verdict on a body as a reply."""
    encoding = ", ".join(value for name, value in headers if name.lower() == "content-encoding")
    try:
        body = decode_body(body, encoding)
    except ValueError as exc:
        return verdict_of([Finding("", "content_encoding", "error", str(exc))])
    return verdict_of(check(body if body.strip() else b"").findings)  # white space alone says nothing either


def json_bytes(value: object) -> bytes:
    """Return a value as JSON in UTF-8.

    Raises
    ------
    PayloadError
        It holds what JSON lacks; the findings say where.
    """
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, default=_model)
    except (TypeError, ValueError, RecursionError) as exc:
        findings = plain(value, {}).findings
        if not any(finding.severity == "error" for finding in findings):
            findings = [Finding("", "not_json_value", "error", str(exc))]
        raise PayloadError(findings, "reply") from None
    return _encoded(text)


def _body(value: object) -> bytes:
    if value is None:
        return b""
    if isinstance(value, str):
        return _encoded(value)
    if isinstance(value, bytes | bytearray):
        return bytes(value)
    if isinstance(value, Reply):
        return json_bytes(value.payload)
    if isinstance(value, BaseModel):
        return json_bytes(_model(value))
    if isinstance(value, _JSON_KINDS):
        return json_bytes(value)
    raise TypeError(f"{kind_of(value)} cannot be sent; a reply is {_ALLOWED}")


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")  # which writes half a surrogate pair as JSON does


def _model(value: object) -> object:
    """Return a model as JSON has it."""
    if isinstance(value, WireModel):
        return as_wire(value)
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True, warnings="none")
    raise TypeError(f"{kind_of(value)}: JSON has no such value")


def _unpacked(
    value: tuple[object, ...], pairs: tuple[tuple[str, str], ...]
) -> tuple[object, int, tuple[tuple[str, str], ...]]:
    inner, status, *rest = value if len(value) in _TUPLES else (value, None)
    if isinstance(inner, tuple) or not isinstance(status, int):
        got = ", ".join(map(kind_of, value))
        raise TypeError(f"a tuple of ({got}); allowed are (reply, status) and (reply, status, headers)")
    own = _pairs(rest[0]) if rest else ()
    replaced = {name.lower() for name, _ in own}
    return inner, status, (*(pair for pair in pairs if pair[0].lower() not in replaced), *own)


def _pairs(headers: object) -> tuple[tuple[str, str], ...]:
    """Return headers as pairs of text; what may stand in them is left to `Response`."""
    if headers is None:
        return ()
    given = headers.items() if isinstance(headers, Mapping) else headers
    if isinstance(given, Iterable):
        pairs = tuple(given)
        if all(isinstance(pair, tuple | list) and [*map(type, pair)] == [str, str] for pair in pairs):
            return tuple((name, value) for name, value in pairs)
    # no value is shown: it may be a secret
    raise TypeError("headers: a mapping of str to str, or pairs of them, such as {'Retry-After': '1'}")
