"""One exchange in full, as the panel shows it: what came, what is wrong with it, what was answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pydantic_core import from_json

from chatbot_nb.payloads.check import check
from chatbot_nb.payloads.preview.strings import visible
from chatbot_nb.traffic import views
from chatbot_nb.transport.encoding import decode_body
from chatbot_nb.widgets.samples import samples_of
from chatbot_nb.widgets.traffic.bodies import MOST, body_json, spelled
from chatbot_nb.widgets.verdict import as_json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chatbot_nb.finding import Finding
    from chatbot_nb.traffic.exchange import Exchange, SentReply
    from chatbot_nb.traffic.exports.masking import Masking
    from chatbot_nb.widgets.samples import Sample
    from chatbot_nb.widgets.traffic.bodies import Form

_FINDINGS: Final = 200
_RANK: Final = {"error": 0, "warning": 1, "info": 2}
_LONGEST: Final = 20_000  # characters of a traceback
_GONE: Final = "the body is no longer kept: receiver.limits.stored_bytes was reached"


class Details:
    """The parts of an exchange, each without secrets.

    Parameters
    ----------
    exchange : Exchange
    masking : Masking
    preview : int
        So many bytes of a body travel unless all is asked for.
    """

    def __init__(self, exchange: Exchange, masking: Masking, preview: int) -> None:
        self._exchange = exchange
        self._masked = masking.exchange(exchange)
        self._masking = masking
        self._preview = preview

    def all(self) -> dict[str, Any]:
        """Return everything but the bodies' rest."""
        return {"request": self._request(), "verdict": self._verdict(), "reply": self._reply()}

    def body(self, part: str, form: Form | None, *, whole: bool) -> dict[str, Any]:
        """Return a body: of the ``"request"``, or of the ``"reply"``."""
        raw, note = self._reply_body() if part == "reply" else self._request_body()
        return body_json(raw, form=form, limit=MOST if whole else self._preview, note=note)

    def chat(self) -> dict[str, Any]:
        """Return what a chat makes of the reply: its payload, its findings, the user; or why there is none."""
        raw, _ = self._reply_body()
        reply = self._masked.reply
        if reply is None or not raw:
            return {"why": "There is no reply to be seen as a chat."}
        if len(raw) > MOST:
            return {"why": f"The reply has {len(raw):,} bytes, at most {MOST:,} are shown as a chat."}
        try:
            payload = from_json(raw, allow_inf_nan=False)
        except ValueError:
            payload = None
        if not isinstance(payload, dict):
            return {"why": "The reply is no JSON object, so there is no chat."}
        found = [as_json(finding) for finding in check(raw).findings[:_FINDINGS]]
        return {"payload": payload, "findings": found, "samples": self._user()}

    def _user(self) -> list[Sample]:
        """Return the attributes that came with the request, as the user that the reply is filled in for."""
        payload = views.payload(self._masked.http)
        attributes = payload.get("attributes") if isinstance(payload, dict) else None
        return samples_of([attributes]) if isinstance(attributes, dict) and attributes else []

    def _request(self) -> dict[str, Any]:
        http = self._masked.http
        return {
            "line": visible(f"{http.method} {views.escaped(http.target)}".strip()),
            "at": http.received_at.isoformat(),
            "facts": [
                ["peer", visible(http.peer)],
                ["HTTP", http.http_version],
                ["status", http.status.replace("_", " ")],
                ["marks", ", ".join(self._exchange.marks).replace("_", " ")],
            ],
            "headers": [_header(name, value) for name, value in (*http.headers, *http.trailers)],
            "body": self.body("request", None, whole=False),
        }

    def _verdict(self) -> dict[str, Any]:
        return self._findings(self._exchange.report.findings)

    def _reply(self) -> dict[str, Any] | None:
        reply, timing = self._masked.reply, self._exchange.timing
        if reply is None:
            return None
        return {
            "status": reply.status,
            "facts": [
                ["rule", visible(reply.rule)],
                ["sent after", _milliseconds(timing.reply_done if timing else None)],
                ["held back", f"{reply.delay:g} s" if reply.delay else ""],
                ["not whole", visible(timing.reply_error) if timing else ""],
                ["cut off", "half of the body" if reply.cut_off else ""],
                ["ChatBot says", visible(reply.chatbot_error)],
            ],
            "error": visible(reply.error[-_LONGEST:]),
            "headers": [[visible(name), visible(value)] for name, value in reply.headers],
            "body": self.body("reply", None, whole=False),
            **self._findings(self._of_reply(reply)),
        }

    def _of_reply(self, reply: SentReply) -> tuple[Finding, ...]:
        if not (reply.verdict.errors or reply.verdict.warnings) or "body_evicted" in self._exchange.marks:
            return ()
        raw, _ = self._reply_body()
        return check(raw if raw.strip() else b"").findings

    def _findings(self, findings: Iterable[Finding]) -> dict[str, Any]:
        found = sorted(findings, key=lambda each: _RANK[each.severity])
        listed = [
            [each.severity, spelled(self._masking.text(each.pointer)), visible(self._masking.text(each.message))]
            for each in found[:_FINDINGS]
        ]
        return {"findings": listed, "more": len(found) - len(listed)}

    def _request_body(self) -> tuple[bytes, str]:
        http = self._masked.http
        if "body_evicted" in self._exchange.marks:
            return b"", _GONE
        if http.wire:
            return http.wire, "it could not be read as HTTP; the first bytes are kept, and not shown here"
        try:
            return views.decoded(http), ""
        except ValueError as exc:
            return http.body, f"shown as it came: {exc}"

    def _reply_body(self) -> tuple[bytes, str]:
        reply = self._masked.reply
        if reply is None:
            return b"", ""
        if "body_evicted" in self._exchange.marks:
            return b"", _GONE
        encodings = ", ".join(value for name, value in reply.headers if name.lower() == "content-encoding")
        try:
            return decode_body(reply.body, encodings), ""
        except ValueError as exc:
            return reply.body, f"shown as it is: {exc}"


def _header(name: bytes, value: bytes) -> list[str]:
    return [visible(name.decode("latin-1")), visible(value.decode("latin-1"))]


def _milliseconds(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds * 1000:,.1f} ms"
