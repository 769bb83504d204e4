"""`check`: everything that is wrong with a payload, in one go."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from pydantic_core import to_json

from chatbot_nb.payloads._base import WireModel
from chatbot_nb.payloads.bulk.rules import plain
from chatbot_nb.payloads.bulk.verdicts import quick_findings
from chatbot_nb.payloads.reading.plain import as_wire
from chatbot_nb.payloads.reference import has_astral, known_kind, reference
from chatbot_nb.payloads.report import Report
from chatbot_nb.payloads.wire import adapter

if TYPE_CHECKING:
    from chatbot_nb.payloads.report import Kind

# Characters that are two units of UTF-16, in UTF-8 and in text.
# The first byte alone is searched for; what may follow it depends on it, else broken UTF-8 would be mended.
_ASTRAL_BYTES: Final = re.compile(
    rb"[\xf0-\xf4](?:(?<=\xf0)[\x90-\xbf]|(?<=[\xf1-\xf3])[\x80-\xbf]|(?<=\xf4)[\x80-\x8f])[\x80-\xbf]{2}"
)
_CLEAN: Final[dict[Kind, Report]] = {"reply": Report(), "request": Report(kind="request")}


def check(payload: object, *, kind: Kind = "reply") -> Report:
    """Find everything that is wrong with what a backend answers, or with what ChatBot sends.

    Parameters
    ----------
    payload : bytes, bytearray, str, dict, list or model
        The body, or what it was parsed to. Anything else is a finding too.
    kind : {"reply", "request"}, default "reply"
        What it is: a backend's answer, or the request that ChatBot sends.

    Returns
    -------
    Report
        Every finding; pointers are into the payload as it was given. ``fixed`` is the payload with the known
        mistakes put right, where there are any; other errors are still in it.

    Raises
    ------
    ValueError
        ``kind`` is neither of the two. No payload raises.

    Notes
    -----
    Source: ChatBot docs, "Available Bot Responses" and "How ChatBot Webhooks works?". Our reading: sizes count
    Unicode code points, and a string that is too long only in UTF-16 units is a warning; unknown keys, URLs that are
    not http(s), attribute values that are null, numbers or booleans, and more than 10 elements, 99 responses or 99
    attributes are warnings; an empty reply is accepted.

    Examples
    --------
    >>> check({"responses": [{"type": "text", "message": ""}]})
    reply: 1 error
      error   /responses/0/message: 0 characters, at least 1
    """
    known_kind(kind)
    if isinstance(payload, WireModel):
        payload = as_wire(payload)
    if not isinstance(payload, (bytes, str, dict)) or not payload:
        return reference(payload, kind)
    if is_clean(payload, kind):
        return _CLEAN[kind]
    # Here, not at the top: it uses the reference.
    found = quick_findings(payload, kind)
    return reference(payload, kind) if found is None else Report(found, kind=kind)


def is_clean(payload: bytes | str | dict[Any, Any] | list[Any], kind: Kind) -> bool:
    r"""Return True if there is nothing to say; False says only that it takes the full check to know.

    A key that stands twice is lost in reading, and at least its two quotes with it: the payload written again then
    has fewer quotes. Escaped quotes are quotes in both, unless written ``\u0022``, which is left to the full check.
    What fits with two characters for each that is two units of UTF-16 fits in both counts.
    """
    checked = adapter(kind)
    try:
        if isinstance(payload, str):
            payload = payload.encode()
        if isinstance(payload, bytes):
            value = checked.validate_json(_ASTRAL_BYTES.sub(b"??", payload) if has_astral(payload) else payload)
        elif plain(payload):
            value = checked.validate_python(payload)
        else:  # pydantic would take other libraries' numbers for JSON's
            return False
        again = to_json(value)
    except ValueError:  # not valid, or half a surrogate pair in it
        return False
    if isinstance(payload, bytes) and (payload.count(b'"') != again.count(b'"') or b"\\u0022" in payload):
        return False
    if not value or b"\\u0000" in again:
        return False
    # Escaped in the bytes, or in Python strings, those characters are still there.
    return not has_astral(again) or is_clean(_ASTRAL_BYTES.sub(b"??", again), kind)
