"""What replays came to: the old reply beside the new one, and whether that is better or worse."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

import pandas as pd
from pydantic_core import from_json

from chatbot_nb.traffic.replies.answers import chatbot_error
from chatbot_nb.transport.encoding import decode_body

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chatbot_nb.traffic.exchange import Exchange, SentReply

_SHOWN: Final = 4096  # characters of a reply
_LONGEST_CHARACTER: Final = 4  # bytes of UTF-8
_CUT: Final = 200  # characters of a finding or an error
_SUCCESS: Final = range(200, 300)
_REDIRECTS: Final = range(300, 400)
_DTYPES: Final = {
    "seq": "int64",
    "verdict": "str",
    "changed": "bool",
    "old_status": "Int64",
    "new_status": "Int64",
    "old_errors": "int64",
    "new_errors": "int64",
    "old_reply": "str",
    "new_reply": "str",
    "finding": "str",
    "error": "str",
    "ms": "float64",
}


class Outcome(NamedTuple):
    """One exchange replayed: a row of the table that `replay` documents."""

    seq: int
    verdict: Literal["fixed", "regressed", "same"]
    changed: bool
    old_status: int | None
    new_status: int | None
    old_errors: int
    new_errors: int
    old_reply: str
    new_reply: str
    finding: str
    error: str
    ms: float


def compare(exchange: Exchange, old: SentReply, new: SentReply, ms: float) -> Outcome:
    """Return what became of the reply to an exchange; nothing of the bodies is kept but their beginnings."""
    failure = _failure(new)
    old_errors = old.verdict.errors or int(_failure(old) != "" or "late" in exchange.marks)
    new_errors = new.verdict.errors or int(failure != "")
    old_body, new_body = _content(old), _content(new)
    return Outcome(
        seq=exchange.seq,
        verdict="same" if bool(old_errors) == bool(new_errors) else "fixed" if old_errors else "regressed",
        changed=old.status != new.status or not _same(old_body, new_body),
        old_status=old.status or None,
        new_status=new.status or None,
        old_errors=old_errors,
        new_errors=new_errors,
        old_reply=_shown(old_body),
        new_reply=_shown(new_body),
        finding=_one_line(_finding(new)),
        error=_one_line(failure),
        ms=ms,
    )


def outcomes_frame(outcomes: Iterable[Outcome]) -> pd.DataFrame:
    """Return outcomes as the table that `replay` documents."""
    return pd.DataFrame(list(outcomes), columns=list(_DTYPES)).astype(_DTYPES).set_index("seq")


def _one_line(text: str) -> str:
    """Return a text as a cell can hold it: on one line, cut, half surrogate pairs escaped."""
    line = " ".join(text.split()).encode(errors="backslashreplace").decode()
    return line if len(line) <= _CUT else line[: _CUT - 1] + "…"


def _failure(reply: SentReply) -> str:
    """Return why a reply did not count, whatever its body is; empty if it did."""
    if reply.chatbot_error or reply.status:
        return reply.chatbot_error or chatbot_error(reply.status, 0.0)
    return reply.error or "socket hang up"


def _finding(reply: SentReply) -> str:
    if not reply.status or reply.status in _SUCCESS:
        return reply.verdict.first
    why = "; redirects are not followed" if reply.status in _REDIRECTS else ""
    return f"the status {reply.status} is outside 2xx, so the answer is dropped{why}"


def _content(reply: SentReply) -> bytes:
    try:
        return decode_body(reply.body, ", ".join(value for name, value in reply.headers if _is_encoding(name)))
    except ValueError:
        return reply.body


def _is_encoding(name: str) -> bool:
    return name.lower() == "content-encoding"


def _same(old: bytes, new: bytes) -> bool:
    if old.strip() == new.strip():
        return True
    try:
        return _canonical(old) == _canonical(new)
    except ValueError:  # one is no JSON
        return False


def _canonical(body: bytes) -> str:
    # As text: Python takes 1, 1.0 and true for equal.
    return json.dumps(from_json(body, allow_inf_nan=False), sort_keys=True)


def _shown(body: bytes) -> str:
    text = body[: (_SHOWN + 1) * _LONGEST_CHARACTER].decode(errors="replace")
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
