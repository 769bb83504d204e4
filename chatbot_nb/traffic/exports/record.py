"""An exchange as a JSON value, and back: nothing is lost on the way, whatever bytes it is made of."""

from __future__ import annotations

import base64
import json
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, PlainValidator, StrictBool, StrictFloat, StrictInt, ValidationError

from chatbot_nb.payloads.wording import kind_of, show
from chatbot_nb.traffic.exchange import Exchange, SentReply
from chatbot_nb.traffic.verdict import Verdict
from chatbot_nb.transport.inbound.http import Request, Status, Timing

_BASE64: Final = "base64"
_VALUE_ERROR: Final = "Value error, "  # pydantic puts it before words of ours


def written(value: object) -> Any:  # noqa: ANN401  # any JSON value
    """Return what stands for an exchange, or a part of it; all fields of a record stand in it, those to come too."""
    if isinstance(value, bytes):
        return _written_bytes(value)
    if isinstance(value, str):
        return _written_text(value)
    if isinstance(value, tuple):
        return [written(entry) for entry in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if is_dataclass(value):
        return {field.name.lstrip("_"): written(getattr(value, field.name)) for field in fields(value)}
    return value


def read(value: object) -> Exchange:
    """Return the exchange that was written so; ValueError says where it is none, and what is allowed there."""
    try:
        line = _Exchange.model_validate(value)
    except ValidationError as error:
        raise ValueError(_cause(error)) from None
    return Exchange(
        line.seq,
        line.id,
        Request(**dict(line.http)),
        line.marks,
        SentReply(**{**dict(line.reply), "verdict": Verdict(*line.reply.verdict)}) if line.reply else None,
        Timing(**dict(line.timing)) if line.timing else None,
        Verdict(*line.verdict) if line.verdict else None,
    )


def _cause(error: ValidationError) -> str:
    """Return what is wrong first, without what was there: it may be secret."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    where = "/".join(str(part) for part in first["loc"])
    message = first["msg"].removeprefix(_VALUE_ERROR)
    return f"{where}: {message}" if where else message


def _written_bytes(raw: bytes) -> str | dict[str, str]:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return _as_base64(raw)


def _written_text(text: str) -> str | dict[str, str]:
    # Two halves of a surrogate pair side by side would come back as the character.
    whole = text.isascii() or json.loads(json.dumps(text)) == text
    return text if whole else _as_base64(text.encode("utf-8", "surrogatepass"))


def _as_base64(raw: bytes) -> dict[str, str]:
    return {_BASE64: base64.b64encode(raw).decode("ascii")}


def _from_base64(value: object) -> bytes:
    if isinstance(value, dict) and list(value) == [_BASE64] and isinstance(value[_BASE64], str):
        try:
            return base64.b64decode(value[_BASE64], validate=True)
        except ValueError:
            raise ValueError("this is not base64") from None
    raise ValueError(f'{kind_of(value)}; a string is needed, or {{"{_BASE64}": "..."}}')


def _bytes(value: object) -> bytes:
    if not isinstance(value, str):
        return _from_base64(value)
    try:
        return value.encode()
    except UnicodeEncodeError:
        raise ValueError(f'half a surrogate pair; bytes that are not UTF-8 go as {{"{_BASE64}": "..."}}') from None


def _text(value: object) -> str:
    return value if isinstance(value, str) else _from_base64(value).decode("utf-8", "surrogatepass")


def _time(value: object) -> datetime:
    try:
        time = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        time = None
    if time is None or time.utcoffset() != timedelta(0):
        raise ValueError(f"{show(value)}; a time in UTC is needed, such as 2026-01-31T12:00:00+00:00")
    return time


_Bytes = Annotated[bytes, PlainValidator(_bytes)]
_Text = Annotated[str, PlainValidator(_text)]
_Time = Annotated[datetime, PlainValidator(_time)]
_Headers = tuple[tuple[_Bytes, _Bytes], ...]
_Verdict = tuple[StrictInt, StrictInt, _Text]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, allow_inf_nan=False)


class _Request(_Part):
    received_at: _Time
    peer: _Text
    http_version: _Text
    method: _Text
    target: _Bytes
    headers: _Headers
    trailers: _Headers
    body: _Bytes
    status: Status
    transfer: Literal["", "length", "chunked"]
    marks: tuple[_Text, ...]
    wire: _Bytes


class _Reply(_Part):
    status: StrictInt
    headers: tuple[tuple[_Text, _Text], ...]
    body: _Bytes
    rule: _Text
    error: _Text
    chatbot_error: _Text
    delay: StrictFloat
    cut_off: StrictBool
    verdict: _Verdict


class _Timing(_Part):
    head: StrictFloat | None
    body: StrictFloat | None
    reply_started: StrictFloat | None
    reply_done: StrictFloat | None
    reply_error: _Text
    peer_done: StrictBool


class _Exchange(_Part):
    seq: StrictInt
    id: _Text
    http: _Request
    marks: tuple[_Text, ...]
    reply: _Reply | None
    timing: _Timing | None
    verdict: _Verdict | None
