"""What can be read of a request: computed from its bytes each time, never stored, each with its own error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

from pydantic import ValidationError
from pydantic_core import from_json

from chatbot_nb.errors import PayloadError
from chatbot_nb.finding import Finding
from chatbot_nb.payloads.check import check
from chatbot_nb.payloads.request import WebhookRequest
from chatbot_nb.transport.encoding import decode_body
from chatbot_nb.transport.redact import MASK

if TYPE_CHECKING:
    from chatbot_nb.transport.inbound.http import Request

#: Marks of a request that nothing was done for.
REFUSED: Final = frozenset({"wrong_path", "wrong_host", "wrong_method", "loop"})
_DECODED: Final = 4 * 1024 * 1024  # bytes; a compressed body is read up to this size
_RATIO: Final = 100  # a body that grows more than this is a bomb
_PER_OBJECT: Final = 600  # bytes: the record's own objects, and about
_PER_HEADER: Final = 120
_SECRET_PARTS: Final = ("auth", "cookie", "token", "secret", "key", "password", "signature", "credential")


def escaped(raw: bytes) -> str:
    """Return bytes as text, what is not printable ASCII as ``%XX``."""
    return "".join(chr(byte) if 0x20 <= byte < 0x7F else f"%{byte:02X}" for byte in raw)  # noqa: PLR2004  # ASCII


def secret_header(name: str) -> bool:
    """Whether a header of this name may hold a secret."""
    return any(part in name.lower() for part in _SECRET_PARTS)


def headers(http: Request) -> dict[str, str]:
    """Return the headers by name as sent, those of one name joined; secrets masked."""
    found: dict[str, str] = {}
    for raw_name, raw_value in http.headers:
        name = raw_name.decode("latin-1")
        value = MASK if secret_header(name) else raw_value.decode("latin-1")
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def query(http: Request) -> dict[str, list[str]]:
    """Return the query's values by name, decoded."""
    found: dict[str, list[str]] = {}
    for name, value in parse_qsl(http.query, keep_blank_values=True, errors="replace"):
        found.setdefault(name, []).append(value)
    return found


def decoded(http: Request) -> bytes:
    """Return the body with its ``Content-Encoding`` undone; ValueError says why it cannot be."""
    encodings = [value for name, value in http.headers if name.lower() == b"content-encoding"]
    if not encodings:
        return http.body
    encoding = b", ".join(encodings).decode("latin-1")
    return decode_body(http.body, encoding, limit=min(_DECODED, max(len(http.body), 1) * _RATIO))


def text(http: Request) -> str:
    """Return the body as text, or why it cannot be shown."""
    try:
        return decoded(http).decode(errors="replace")
    except ValueError as exc:
        return f"(not shown: {exc})"


def payload(http: Request) -> Any:  # noqa: ANN401  # any JSON value
    """Return the body as JSON, None where it is none."""
    try:
        return from_json(decoded(http), allow_inf_nan=False)
    except ValueError:
        return None


def message_id(payload: object) -> str | None:
    """Return the messageId of a body, None where it has none."""
    found = payload.get("messageId") if isinstance(payload, dict) else None
    return found if isinstance(found, str) else None


def webhook_request(http: Request) -> WebhookRequest:
    """Return the body as a webhook request, or raise with all that is wrong."""
    try:
        body = decoded(http)
    except ValueError as exc:
        raise PayloadError([Finding("", "content_encoding", "error", str(exc))], "request") from None
    try:
        return WebhookRequest.model_validate_json(body)
    except ValidationError:
        check(body, kind="request").raise_if_invalid()
        message = "it cannot be read as a webhook request"
        raise PayloadError([Finding("", "not_read", "error", message)], "request") from None


def size(http: Request) -> int:
    """Return about how many bytes a request takes in memory."""
    return len(http.body) + len(http.wire) + len(http.target) + _PER_OBJECT + _PER_HEADER * len(http.headers)
