"""`check`: everything that is wrong with a payload, in one go."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError
from pydantic_core import to_json

from chatbot_nb.finding import Finding
from chatbot_nb.payloads._base import WireModel
from chatbot_nb.payloads.hints.draft import Draft
from chatbot_nb.payloads.hints.whole import put_right
from chatbot_nb.payloads.reading.parse import Parsed, parse
from chatbot_nb.payloads.reading.plain import Plain, as_wire, plain
from chatbot_nb.payloads.report import Report
from chatbot_nb.payloads.translate import findings_of
from chatbot_nb.payloads.wire import adapter, place_in, too_many
from chatbot_nb.payloads.wording import show

if TYPE_CHECKING:
    from collections.abc import Callable

    from chatbot_nb.payloads.report import Kind
    from chatbot_nb.payloads.translate import Loc, Place
    from chatbot_nb.payloads.wire import Maxima

# Characters that are two units of UTF-16, in UTF-8 and in text.
# The first byte alone is searched for; what may follow it depends on it, else broken UTF-8 would be mended.
_ASTRAL_BYTES: Final = re.compile(
    rb"[\xf0-\xf4](?:(?<=\xf0)[\x90-\xbf]|(?<=[\xf1-\xf3])[\x80-\xbf]|(?<=\xf4)[\x80-\x8f])[\x80-\xbf]{2}"
)
_ASTRAL: Final = re.compile("[\U00010000-\U0010ffff]")
NOTHING_RECOGNISED: Final = Finding(
    "", "nothing_recognised", "warning", "nothing recognised: neither responses nor attributes"
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
    if _is_clean(payload, kind):
        return _CLEAN[kind]
    # Here, not at the top: it uses the reference.
    from chatbot_nb.payloads.bulk.verdicts import quick_findings

    found = quick_findings(payload, kind)
    return reference(payload, kind) if found is None else Report(found, kind=kind)


def reference(payload: object, kind: Kind) -> Report:
    """Check a payload the long way, which knows all about all payloads; whatever is faster must find the same."""
    if isinstance(payload, WireModel):
        payload = as_wire(payload)
    elif isinstance(payload, bytearray):
        payload = bytes(payload)
    if not isinstance(payload, (bytes, str, dict, list)):
        message = f"{show(payload)} is not a payload; pass bytes, str, dict, list or a model"
        return Report((Finding("", "not_json", "error", message),), kind=kind)
    if isinstance(payload, (bytes, str)) and not payload:
        return _empty(kind)
    return _full_check(payload, kind)


def known_kind(kind: object) -> None:
    """Raise ValueError if ``kind`` is neither of the two."""
    if kind not in tuple(_CLEAN):  # not in the dict itself: what is passed may have no hash
        raise ValueError(f"kind is 'reply' or 'request', got {show(kind)}")


def _empty(kind: Kind) -> Report:
    if kind == "reply":
        message = "an empty body: accepted, the bot says nothing and no attribute is set"
        return Report((Finding("", "empty", "info", message),))
    return Report((Finding("", "empty", "error", "an empty body; ChatBot sends an object"),), kind=kind)


def _is_clean(payload: bytes | str | dict[Any, Any] | list[Any], kind: Kind) -> bool:
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
        else:
            value = checked.validate_python(payload)
        again = to_json(value)
    except ValueError:  # not valid, or half a surrogate pair in it
        return False
    if isinstance(payload, bytes) and (payload.count(b'"') != again.count(b'"') or b"\\u0022" in payload):
        return False
    if not value or b"\\u0000" in again:
        return False
    # Escaped in the bytes, or in Python strings, those characters are still there.
    return not has_astral(again) or _is_clean(_ASTRAL_BYTES.sub(b"??", again), kind)


def has_astral(text: bytes) -> bool:
    """Return True if UTF-8 holds a character that is two units of UTF-16."""
    if text.isascii():
        return False
    return b"\xf0" in text or b"\xf1" in text or b"\xf2" in text or b"\xf3" in text or b"\xf4" in text


def _full_check(payload: bytes | str | dict[Any, Any] | list[Any], kind: Kind) -> Report:
    parsed = parse(payload) if isinstance(payload, (bytes, str)) else Parsed(payload, found=True)
    if not parsed.found:
        return Report(tuple(parsed.findings), kind=kind)
    value = plain(parsed.value, parsed.repeated)
    findings = [*parsed.findings, *value.findings]
    if not value.complete:
        return Report(tuple(findings), kind=kind)
    draft = put_right(value.value) if kind == "reply" else Draft(value.value)
    findings += draft.findings
    findings += _against_the_schema(draft, value, kind)
    if kind == "reply" and isinstance(draft.value, dict) and not draft.value.keys() & {"responses", "attributes"}:
        findings.append(NOTHING_RECOGNISED)
    fixed = draft.value if value.faithful and (draft.changed or parsed.mended) else None
    return Report(tuple(sorted(findings, key=lambda finding: position(finding.pointer))), fixed, kind)


def _against_the_schema(draft: Draft, value: Plain, kind: Kind) -> list[Finding]:
    """Return what the models object to, at the places where it stood before the draft was put right."""
    found: dict[tuple[str, str], Finding] = {}

    def collect(findings: list[Finding]) -> set[str]:
        for finding in findings:
            found.setdefault((finding.pointer, finding.code), finding)
        return {finding.code for finding in findings}

    def place(loc: Loc) -> Place:
        here = place_in(draft.value, kind, loc)
        return replace(here, parts=draft.origin(here.parts))

    # What is too long hides what is in it.
    codes = collect(_errors(draft.value, kind, "all", place))
    if "too_many" in codes:
        collect(findings_of(too_many(draft.value, kind), place=place))
        codes = collect(_errors(draft.value, kind, "strings", place))
    if "too_long" in codes:
        collect(_errors(draft.value, kind, "none", place))
    wider = _widened(draft.value)
    for finding in _errors(wider, kind, "strings", place) if wider != draft.value else ():
        if finding.code == "too_long" and (finding.pointer, "too_long") not in found:
            code, message = "too_long_utf16", too_many_units(finding.actual, finding.limit)
            warning = replace(finding, code=code, severity="warning", message=message)
            found[finding.pointer, warning.code] = warning
    silent = value.replaced | draft.settled
    return [finding for finding in found.values() if finding.pointer not in silent]


def too_many_units(actual: object, limit: object) -> str:
    """Return the message on a string that is too long in UTF-16 only."""
    return f"{actual} UTF-16 units, at most {limit} characters; ChatBot may count units"


def _errors(value: object, kind: Kind, maxima: Maxima, place: Callable[[Loc], Place]) -> list[Finding]:
    try:
        adapter(kind, maxima).validate_python(value)
    except ValidationError as error:
        return findings_of(error, place=place)
    return []


def utf16_units(text: str) -> int:
    """Return the length of a text without half surrogate pairs in UTF-16."""
    return len(text.encode("utf-16-le")) // 2


def _widened(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return a JSON value with two characters for each that is two units of UTF-16."""
    if isinstance(value, str):
        return _ASTRAL.sub("??", value)
    if isinstance(value, list):
        return [_widened(entry) for entry in value]
    return {key: _widened(entry) for key, entry in value.items()} if isinstance(value, dict) else value


def position(pointer: str) -> list[tuple[int, str]]:
    """Return a pointer for sorting: arrays by number, objects by key, a container before its entries."""
    parts = pointer.split("/")[1:]
    return [(len(part) if part.isascii() and part.isdigit() else -1, part) for part in parts]
