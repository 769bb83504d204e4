"""What is wrong with one element or response, told on the line that makes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from chatbot_nb.errors import PayloadError
from chatbot_nb.payloads._base import WireModel
from chatbot_nb.payloads.check import check
from chatbot_nb.payloads.reading.plain import as_wire, plain

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Raw:
    """JSON that is taken as it is; only a check of the whole reply looks at it. `raw` makes one."""

    value: Any


def checked(  # any JSON value comes back
    payload: dict[str, Any],
    what: str,
    *,
    within: str = "",
    but: Iterable[str] = (),
    hints: Mapping[str, str] | None = None,
) -> Any:  # noqa: ANN401
    """Return a copy of a payload, or raise what a check finds wrong with the part of it that is made.

    Parameters
    ----------
    payload : dict
        As JSON has it, or nearly.
    what : str
        What is made, for the message.
    within : str, default ""
        Pointer to the part that is made; findings point into it.
    but : iterable of str
        Pointers in the payload to what is taken as it is.
    hints : mapping of str to str, optional
        By pointer in the payload, what to do next: it follows the message of a finding there.

    Returns
    -------
    JSON value
        The whole payload as plain JSON.

    Raises
    ------
    PayloadError
        With every finding on the part, if one is an error.
    """
    read = plain(payload, {})
    # The check takes numbers that are no JSON, such as NumPy's, for what they stand for; here they would be kept.
    found = dict.fromkeys([*check(payload).findings, *read.findings])
    hints = hints or {}
    findings = [
        replace(
            finding,
            pointer=finding.pointer.removeprefix(within),
            message=finding.message + hints.get(finding.pointer, ""),
        )
        for finding in found
        if _is_in(finding.pointer, within) and not any(_is_in(finding.pointer, each) for each in but)
    ]
    if any(finding.severity == "error" for finding in findings):
        raise PayloadError(findings, what)
    return read.value


def raw_places(elements: Sequence[object], above: str) -> list[str]:
    """Return the pointers of those elements of an array that are taken as they are."""
    return [f"{above}/{index}" for index, element in enumerate(elements) if isinstance(element, Raw)]


def star_hints(elements: Sequence[object], above: str, name: str) -> dict[str, str]:
    """Return hints for those elements that are several, given as one: the call lacks a star before them."""
    return {
        f"{above}/{index}": f"; pass them one by one: *{name}"
        for index, element in enumerate(elements)
        if isinstance(element, Iterable) and not isinstance(element, _ONE)
    }


_ONE: Final = (str, bytes, bytearray, Mapping, WireModel)  # can be iterated over, but are one thing each


def as_json(element: object) -> Any:  # noqa: ANN401  # any JSON value
    """Return an element as JSON has it, not copied: a model, `Raw`, a mapping or another plain value."""
    if isinstance(element, Raw):
        return element.value
    if isinstance(element, WireModel):
        return as_wire(element)
    return dict(element) if isinstance(element, Mapping) else element


def json_of(value: object, what: str) -> Any:  # noqa: ANN401  # any JSON value
    """Return a copy of what is JSON; raise PayloadError with what of it is not."""
    read = plain(as_json(value), {})
    if not (read.complete and read.faithful):
        raise PayloadError(read.findings, what)
    return read.value


def _is_in(pointer: str, above: str) -> bool:
    return pointer == above or pointer.startswith(above + "/")
