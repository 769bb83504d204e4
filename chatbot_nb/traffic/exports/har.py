"""Exchanges as an HTTP archive, which browsers' developer tools and proxies open."""

from __future__ import annotations

import base64
import json
from http import HTTPStatus
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

from chatbot_nb.traffic.exports import address
from chatbot_nb.traffic.exports.masking import REMARK

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from chatbot_nb.traffic.exchange import Exchange, SentReply
    from chatbot_nb.transport.inbound.http import Request, Timing

_PHRASES: Final = {status.value: status.phrase for status in HTTPStatus}
_UNMASKED: Final = "Nothing is masked: tokens and credentials are in it as they came."
_NO_BODY: Final = "application/octet-stream"  # what a body without Content-Type is
_MILLISECONDS: Final = 1000
_UNKNOWN: Final = -1


def archive(exchanges: Sequence[Exchange], *, masked: bool) -> str:
    """Return an archive of version 1.2.

    Notes
    -----
    Source: "HTTP Archive (HAR) format", W3C draft of 2012. Our reading: it knows no encoding of a request's body, so
    one that is not UTF-8 has ``_encoding`` beside it, a field of our own; a request without a reply has status 0, as
    browsers write it; times that are not known are 0, since it allows no others.
    """
    log = {
        "version": "1.2",
        "creator": {"name": "chatbot_nb", "version": version("chatbot_nb")},
        "entries": [_entry(exchange) for exchange in exchanges],
        "comment": REMARK if masked else _UNMASKED,
    }
    return json.dumps({"log": log}, indent=2, allow_nan=False) + "\n"


def _entry(exchange: Exchange) -> dict[str, Any]:
    timings = _timings(exchange.timing)
    return {
        "startedDateTime": exchange.http.received_at.isoformat(),
        "time": sum(timings.values()),
        "request": _request(exchange),
        "response": _response(exchange.reply),
        "cache": {},
        "timings": timings,
        "comment": _comment(exchange),
    }


def _comment(exchange: Exchange) -> str:
    parts = [f"exchange {exchange.seq}: {exchange.http.status}", f"the request's verdict: {exchange.verdict}"]
    if exchange.marks:
        parts.append(f"marks: {', '.join(exchange.marks)}")
    if exchange.reply is None:
        parts.append("no reply yet")
    elif not exchange.reply.status:
        parts.append("the connection was closed without an answer")
    else:
        parts.append(f"the reply's verdict: {exchange.reply.verdict}")
    return "; ".join(parts)


def _request(exchange: Exchange) -> dict[str, Any]:
    http = exchange.http
    request = {
        "method": http.method,
        "url": address.url(exchange),
        "httpVersion": f"HTTP/{http.http_version}",
        "cookies": [],  # those of the header stand there, where secrets are masked
        "headers": _headers((name.decode("latin-1"), value.decode("latin-1")) for name, value in http.headers),
        "queryString": _headers(parse_qsl(http.query, keep_blank_values=True, errors="replace")),
        "headersSize": _UNKNOWN,
        "bodySize": len(http.body),
    }
    if http.body:
        request["postData"] = _post_data(http)
    return request


def _post_data(http: Request) -> dict[str, str]:
    text, encoding = _text(http.body)
    data = {"mimeType": http.header("Content-Type") or _NO_BODY, "text": text}
    if encoding:
        data |= {"_encoding": encoding, "comment": f"the body is not UTF-8: text is {encoding}"}
    return data


def _response(reply: SentReply | None) -> dict[str, Any]:
    status = reply.status if reply else 0
    body = reply.body if reply else b""
    text, encoding = _text(body)
    types = [value for name, value in (reply.headers if reply else ()) if name.lower() == "content-type"]
    content = {"size": len(body), "mimeType": types[0] if types else _NO_BODY, "text": text}
    if encoding:
        content["encoding"] = encoding
    if reply and reply.cut_off:
        content["comment"] = "half of it was sent, then the connection was closed"
    return {
        "status": status,
        "statusText": _PHRASES.get(status, ""),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _headers(reply.headers if reply else ()),
        "content": content,
        "redirectURL": "",
        "headersSize": _UNKNOWN,
        "bodySize": len(body),
    }


def _headers(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]


def _text(body: bytes) -> tuple[str, str]:
    """Return a body as text, and how that is encoded."""
    try:
        return body.decode(), ""
    except UnicodeDecodeError:
        return base64.b64encode(body).decode("ascii"), "base64"


def _timings(timing: Timing | None) -> dict[str, float]:
    """Return milliseconds for the request's arrival, our work, and the reply's departure; 0 where it is not known."""
    if timing is None or timing.body is None:
        return {"send": 0, "wait": 0, "receive": 0}
    started = timing.body if timing.reply_started is None else timing.reply_started
    done = started if timing.reply_done is None else timing.reply_done
    seconds = {"send": timing.body, "wait": started - timing.body, "receive": done - started}
    return {name: max(0.0, value * _MILLISECONDS) for name, value in seconds.items()}
