"""What is wrong with one element or response, told on the line that makes it."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from chatbot_nb.errors import PayloadError
from chatbot_nb.payloads._base import WireModel
from chatbot_nb.payloads.check import check
from chatbot_nb.payloads.reading.plain import as_wire

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Raw:
    """JSON that is taken as it is; only a check of the whole reply looks at it. `raw` makes one."""

    value: Any = field()


def raise_if_wrong(response: Mapping[str, object], what: str, *, within: str = "", but: Iterable[str] = ()) -> None:
    """Raise what a check finds wrong with a response, or with a part of it.

    Parameters
    ----------
    response : mapping
        As JSON has it.
    what : str
        What is made, for the message.
    within : str, default ""
        Pointer to the part that is made; findings point into it.
    but : iterable of str
        Pointers in the response to what is taken as it is.

    Raises
    ------
    PayloadError
        With every finding on it, if one is an error.
    """
    above = f"/responses/0{within}"
    free = [f"/responses/0{pointer}" for pointer in but]
    findings = [
        replace(finding, pointer=finding.pointer.removeprefix(above))
        for finding in check({"responses": [dict(response)]}).findings
        if _is_in(finding.pointer, above) and not any(_is_in(finding.pointer, each) for each in free)
    ]
    if any(finding.severity == "error" for finding in findings):
        raise PayloadError(findings, what)


def raw_places(elements: Sequence[object], above: str) -> list[str]:
    """Return the pointers of those elements of an array that are taken as they are."""
    return [f"{above}/{index}" for index, element in enumerate(elements) if isinstance(element, Raw)]


def as_json(element: object) -> Any:  # noqa: ANN401  # any JSON value
    """Return an element as JSON has it: a model, `Raw`, a dict or another plain value."""
    if isinstance(element, Raw):
        return copy.deepcopy(element.value)
    if isinstance(element, WireModel):
        return as_wire(element)
    return copy.deepcopy(dict(element)) if isinstance(element, Mapping) else element


def _is_in(pointer: str, above: str) -> bool:
    return pointer == above or pointer.startswith(above + "/")
