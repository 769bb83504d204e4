"""The check that says everything, however long it takes; what is quicker says the same or leaves it to this."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, get_args

from pydantic import ValidationError

from chatbot_nb.finding import Finding
from chatbot_nb.payloads._base import WireModel
from chatbot_nb.payloads.hints.draft import Draft
from chatbot_nb.payloads.hints.whole import put_right
from chatbot_nb.payloads.reading.parse import Parsed, parse
from chatbot_nb.payloads.reading.plain import Plain, as_wire, plain
from chatbot_nb.payloads.report import Kind, Report
from chatbot_nb.payloads.translate import findings_of
from chatbot_nb.payloads.wire import adapter, place_in, too_many
from chatbot_nb.payloads.wording import show

if TYPE_CHECKING:
    from collections.abc import Callable

    from chatbot_nb.payloads.translate import Loc, Place
    from chatbot_nb.payloads.wire import Maxima

_ASTRAL: Final = re.compile("[\U00010000-\U0010ffff]")
NOTHING_RECOGNISED: Final = Finding(
    "", "nothing_recognised", "warning", "nothing recognised: neither responses nor attributes"
)


def reference(payload: object, kind: Kind) -> Report:
    """Check a payload the long way, which knows all about all payloads; whatever is faster must find the same."""
    if isinstance(payload, WireModel):
        payload = as_wire(payload)
    elif isinstance(payload, bytearray):
        payload = bytes(payload)
    if not isinstance(payload, (bytes, str, dict, list)):
        given = "a missing value (None, NaN or NA)" if _is_missing(payload) else show(payload)
        message = f"{given} is not a payload; pass bytes, str, dict, list or a model"
        return Report((Finding("", "not_json", "error", message),), kind=kind)
    if isinstance(payload, (bytes, str)) and not payload:
        return _empty(kind)
    return _full_check(payload, kind)


def known_kind(kind: object) -> None:
    """Raise ValueError if ``kind`` is neither of the two."""
    if kind not in get_args(Kind):
        raise ValueError(f"kind is 'reply' or 'request', got {show(kind)}")


def _is_missing(value: object) -> bool:
    """Return True for what stands in an empty cell of a table."""
    # By name, for this package imports no pandas here; nothing is compared, since a stranger's comparison may raise.
    return value is None or (isinstance(value, float) and math.isnan(value)) or type(value).__name__ in _MISSING


_MISSING: Final = {"NAType", "NaTType"}


def _empty(kind: Kind) -> Report:
    if kind == "reply":
        message = "an empty body: accepted, the bot says nothing and no attribute is set"
        return Report((Finding("", "empty", "info", message),))
    return Report((Finding("", "empty", "error", "an empty body; ChatBot sends an object"),), kind=kind)


def has_astral(text: bytes) -> bool:
    """Return True if UTF-8 holds a character that is two units of UTF-16."""
    if text.isascii():
        return False
    # By number: searched for as bytes they take five times as long.
    return 0xF0 in text or 0xF1 in text or 0xF2 in text or 0xF3 in text or 0xF4 in text  # noqa: PLR2004 - first bytes


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
