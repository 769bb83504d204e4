"""Recorded requests and replies as a file of tests that pass as it is written."""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING, Any, Final

from chatbot_nb.payloads.check import check
from chatbot_nb.payloads.exports.layout import group, lay_out
from chatbot_nb.payloads.request import WebhookRequest
from chatbot_nb.traffic.exports import sending
from chatbot_nb.traffic.exports.handler import Handler, NoSource, taken_along
from chatbot_nb.traffic.exports.masking import REMARK
from chatbot_nb.traffic.exports.quoting import needs_base64, python_bytes
from chatbot_nb.traffic.replies.answers import sent_reply

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from chatbot_nb.payloads.exports.layout import Group
    from chatbot_nb.traffic.exchange import Exchange
    from chatbot_nb.traffic.exports.masking import Masking

_HEAD: Final = '''\
"""Recorded webhook requests, and the replies that they got.

    pytest test_recorded.py

It needs pytest and chatbot_nb.
"""
'''
_REQUESTS: Final = '''\
def seq_of(recorded):
    return str(recorded["seq"])


@pytest.mark.parametrize("recorded", RECORDED, ids=seq_of)
def test_request(recorded):
    """The request is judged as it was: valid, or not."""
    report = cb.check(recorded["request"], kind="request")
    assert report.ok is recorded["request_ok"], report
'''
_REPLIES: Final = '''\
@pytest.mark.parametrize("recorded", [one for one in RECORDED if "reply" in one], ids=seq_of)
def test_reply(recorded):
    """The reply is judged as it was: valid, or not."""
    report = cb.check(recorded["reply"])
    assert report.ok is recorded["reply_ok"], report
'''
_HANDLER: Final = '''\
@pytest.mark.parametrize("recorded", [one for one in RECORDED if one.get("by_handler")], ids=seq_of)
def test_handler(recorded):
    """The handler answers the request as it was answered."""
    sent = sent_reply(@HANDLER@(WebhookRequest.model_validate_json(recorded["request"])), rule="handler")
    assert json.loads(sent.body) == json.loads(recorded["reply"])
'''
_FUTURE: Final = "from __future__ import annotations"
_IMPORTS: Final = ("import pytest", "import chatbot_nb as cb")
_HANDLERS_IMPORTS: Final = (
    "import json",
    "from chatbot_nb.payloads.request import WebhookRequest",
    "from chatbot_nb.traffic.replies.answers import sent_reply",
)
_BASE64: Final = "import base64"
# What the file calls its own; a handler must not mean something else by it.
_TAKEN: Final = frozenset(
    {"pytest", "cb", "json", "base64", "WebhookRequest", "sent_reply", "RECORDED", "seq_of", "recorded", "sent"}
)
_SUCCESS: Final = range(200, 300)


def tests(exchanges: Sequence[Exchange], masking: Masking | None, handler: Callable[..., object] | None) -> str:
    """Return the file: the deliveries among the exchanges, and what has to stay so.

    Notes
    -----
    The verdicts are on what stands in the file. The handler is called here, once for each request; the exchanges that
    it answers as they were answered are its tests.
    """
    records = [_record(exchange) for exchange in exchanges if exchange.is_delivery and not sending.why_not(exchange)]
    remarks = [f"{len(records)} of {len(exchanges)} exchanges stand here: the deliveries that were received whole."]
    remarks += [REMARK] if masking else []
    embedded = None
    if handler is not None:
        try:
            embedded = _embedded(handler, records, masking)
        except NoSource as reason:
            remarks.append(f"The handler is not tested: {reason}.")
        else:
            remarks += _not_answered(records)
    return _file(records, remarks, embedded)


def _record(exchange: Exchange) -> dict[str, Any]:
    request = _readable(exchange)
    record = {"seq": exchange.seq, "request": request, "request_ok": check(request, kind="request").ok}
    reply = exchange.reply
    if reply is not None and reply.status in _SUCCESS and not reply.cut_off and not _is_encoded(reply.headers):
        record |= {"reply": reply.body, "reply_ok": check(reply.body).ok}
    return record


def _readable(exchange: Exchange) -> bytes:
    try:
        return exchange.decoded
    except ValueError:  # compressed, and not to be undone: judged as it came
        return exchange.http.body


def _is_encoded(headers: tuple[tuple[str, str], ...]) -> bool:
    return any(name.lower() == "content-encoding" for name, _ in headers)


def _embedded(handler: Callable[..., object], records: Sequence[dict[str, Any]], masking: Masking | None) -> Handler:
    """Return the handler with its imports, and mark the records that it answers as they were answered."""
    embedded = taken_along(handler, masking.text if masking else str)
    if embedded.name in _TAKEN or embedded.name.startswith("test"):
        raise NoSource(f"its name, {embedded.name}, means something else to pytest or in this file")
    own = {*_IMPORTS, *_HANDLERS_IMPORTS, _BASE64}
    if clash := sorted({_imported(statement) for statement in embedded.imports if statement not in own} & _TAKEN):
        raise NoSource(f"what it calls {', '.join(clash)} is something else in this file")
    function = embedded.function()
    for record in records:
        record["by_handler"] = _answers(function, record)
    if not any(record["by_handler"] for record in records):
        raise NoSource("it answers none of these requests as it was answered")
    return embedded


def _imported(statement: str) -> str:
    return statement.rpartition(" ")[2]


def _answers(function: Callable[..., object], record: dict[str, Any]) -> bool:
    """Whether the handler gives the recorded reply again, compared as JSON."""
    if "reply" not in record:
        return False
    try:
        request = WebhookRequest.model_validate_json(record["request"])
        body = sent_reply(function(request), rule="handler").body
        return bool(json.loads(body) == json.loads(record["reply"]))
    except Exception:  # noqa: BLE001  # whatever a handler does wrong, it did not answer so
        return False


def _not_answered(records: Sequence[dict[str, Any]]) -> list[str]:
    others = [str(record["seq"]) for record in records if not record["by_handler"]]
    return [f"The handler does not answer these as they were answered: {', '.join(others)}."] if others else []


def _file(records: Sequence[dict[str, Any]], remarks: Sequence[str], handler: Handler | None) -> str:
    bodies = [value for record in records for value in record.values() if isinstance(value, bytes)]
    imports = {*_IMPORTS, *([_BASE64] if needs_base64(bodies) else [])}
    if handler is not None:
        imports |= {*_HANDLERS_IMPORTS, *handler.imports}
    head = [_HEAD + "".join(f"{line}\n" for remark in remarks for line in sending.comment(remark))]
    head += [f"{_FUTURE}\n"] if handler is not None else []
    head += ["".join(f"{line}\n" for line in lines) for lines in _grouped(imports)]
    head += ["RECORDED = " + lay_out(group("[", (("", _literal(record)) for record in records), "]")) + "\n"]
    parts = ["\n".join(head)]
    parts.append(_REQUESTS)
    if any("reply" in record for record in records):
        parts.append(_REPLIES)
    if handler is not None:
        parts += [handler.source, _HANDLER.replace("@HANDLER@", handler.name)]
    return "\n\n".join(parts)


def _grouped(imports: set[str]) -> list[list[str]]:
    """Return import statements in their order: Python's own, then others."""
    ordered = sorted(imports, key=lambda line: (line.startswith("from"), line))
    standard = [line for line in ordered if re.split("[ .]", line)[1] in sys.stdlib_module_names]
    return [lines for lines in (standard, [line for line in ordered if line not in standard]) if lines]


def _literal(record: dict[str, Any]) -> Group:
    entries = (
        (f'"{key}": ', python_bytes(value) if isinstance(value, bytes) else repr(value))
        for key, value in record.items()
    )
    return group("{", entries, "}")
