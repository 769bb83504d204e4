"""pydantic's errors as findings: the one place where their wording is made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from chatbot_nb.finding import Finding
from chatbot_nb.payloads import formats
from chatbot_nb.payloads.wording import counted, either, nearest, pointer_to, show

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

    from chatbot_nb.finding import Severity

    Loc = tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """What is known of the place where pydantic found an error.

    Parameters
    ----------
    parts : tuple of int or str
        The keys and indexes that lead there in the document.
    keys : sequence of str
        The keys that an object there may have.
    noun : str
        What the members of a tagged union are called there.
    advisory : collection of str
        Error types of pydantic that are only a warning there.
    """

    parts: Loc
    keys: Sequence[str] = ()
    noun: str = ""
    advisory: Collection[str] = field(default=())


@dataclass(frozen=True, slots=True)
class _Error:
    """One error of pydantic, as the wording functions need it; ``shown`` is empty where a value must stay hidden."""

    place: Place
    value: Any
    context: Mapping[str, Any]
    text: str
    shown: str


def findings_of(
    error: ValidationError,
    *,
    hidden: Collection[str] = (),
    place: Callable[[Loc], Place] = Place,
) -> list[Finding]:
    """Return a finding for each error that pydantic has collected, in its order.

    Parameters
    ----------
    error : pydantic.ValidationError
    hidden : collection of str, optional
        Pointers whose values, and all below them, are secret: only their kind and size are told.
    place : callable, optional
        Tells of a pydantic ``loc`` where it is in the document. By default it is the place: right for models
        without unions.

    Returns
    -------
    list of Finding
        All errors of severity ``"error"``, except where ``place`` says that they are advisory.

    Examples
    --------
    >>> from chatbot_nb.payloads.responses import Text
    >>> from pydantic import ValidationError
    >>> try:
    ...     Text(message="")
    ... except ValidationError as error:
    ...     findings_of(error)[0].message
    '0 characters, at least 1'
    """
    return [_finding(details, hidden, place) for details in error.errors(include_url=False) if not _phantom(details)]


def _phantom(details: ErrorDetails) -> bool:
    """Return True for a tuple called too short because pydantic has left out its wrong entries."""
    return details["type"] == "too_short" and len(details["input"]) >= details["ctx"]["min_length"]


def _finding(
    details: ErrorDetails,
    hidden: Collection[str],
    place: Callable[[Loc], Place],
) -> Finding:
    there = place(details["loc"])
    kind = details["type"]
    parts = (*there.parts, "type") if kind.startswith("union_tag") else there.parts
    pointer = pointer_to(parts)
    secret = any(pointer == above or pointer.startswith(above + "/") for above in hidden)
    value, context, text = details["input"], details.get("ctx", {}), details["msg"].removeprefix("Value error, ")
    said = say(kind, there, value, context, text, shown="the value" if secret else None)
    actual = None if secret and not isinstance(said.actual, int) else said.actual
    return Finding(pointer, said.code, said.severity, said.message, said.limit, actual)


class Said(NamedTuple):
    """What is said of one error, wherever it is; the fields of `Finding` but its pointer."""

    code: str
    severity: Severity
    message: str
    limit: int | float | str | None
    actual: int | float | str | None


def say(  # noqa: PLR0913 - the parts of one error of pydantic
    kind: str, place: Place, value: object, context: Mapping[str, Any], text: str = "", *, shown: str | None = None
) -> Said:
    """Return what to say of an error: pydantic's type, context and words for it, and the value that has it.

    ``shown`` stands for the value where that must stay hidden.
    """
    tell = _SAY.get(kind, _type_error if kind.endswith("_type") else _other)
    code, message, limit, actual = tell(_Error(place, value, context, text, show(value) if shown is None else shown))
    return Said(code or kind, "warning" if kind in place.advisory else "error", message, limit, actual)


_Said = tuple[str, str, "int | float | str | None", "int | float | str | None"]


def _missing(_error: _Error) -> _Said:
    return "missing", "missing; required by the documentation", None, None


def _unknown_key(error: _Error) -> _Said:
    name = str(error.place.parts[-1])
    meant = nearest(name, error.place.keys) if error.place.keys else None
    hint = f"; did you mean {meant!r}?" if meant else ""
    allowed = either(error.place.keys) if error.place.keys else None
    return "unknown_key", f"{show(name)} is not a documented key here{hint}", allowed, show(name)


def _too_long(error: _Error) -> _Said:
    limit, actual = error.context["max_length"], len(error.value)
    return "too_long", f"{counted(actual, 'character')}, at most {limit}", limit, actual


def _too_short(error: _Error) -> _Said:
    limit, actual = error.context["min_length"], len(error.value)
    return "too_short", f"{counted(actual, 'character')}, at least {limit}", limit, actual


def _too_many(error: _Error) -> _Said:
    limit, actual = error.context["max_length"], len(error.value)
    return "too_many", f"{counted(actual, 'entry', 'entries')}, at most {limit}", limit, actual


def _too_few(error: _Error) -> _Said:
    limit, actual = error.context["min_length"], len(error.value)
    return "too_few", f"{counted(actual, 'entry', 'entries')}, at least {limit}", limit, actual


def _too_large(error: _Error) -> _Said:
    limit = _number(error.context["le"])
    return "too_large", f"{error.shown}, at most {limit}", limit, _number(error.value)


def _too_small(error: _Error) -> _Said:
    limit = _number(error.context["ge"])
    return "too_small", f"{error.shown}, at least {limit}", limit, _number(error.value)


def _number(value: float) -> float:
    """Return a whole number as an int: the documentation's 10000, not pydantic's 10000.0."""
    return int(value) if float(value).is_integer() else value


def _not_allowed(error: _Error) -> _Said:
    choices = error.context["expected"].replace("' or '", "', '").strip("'").split("', '")
    return "not_allowed", f"{error.shown} is not allowed; use {either(choices)}", either(choices), error.shown


def _unknown_tag(error: _Error) -> _Said:
    given = show(error.value["type"]) if isinstance(error.value, dict) else error.shown
    choices = error.context["expected_tags"].strip("'").split("', '")
    message = f"{given} is not {_a(error.place.noun or 'allowed type')}; use {either(choices)}"
    return "unknown_type", message, either(choices), given


def _wrong_format(error: _Error) -> _Said:
    pattern = error.context["pattern"]
    if pattern == formats.HTTP_URL and (scheme := formats.active_scheme(error.value)):
        return "active_url", formats.refusal(scheme), "http:// or https://", scheme
    wanted = formats.WORDS.get(pattern, f"of the form {pattern}")
    return "wrong_format", f"{error.shown} is not {wanted}", wanted, error.shown


def _type_error(error: _Error) -> _Said:
    # pydantic says "Input should be a valid string"; its last words are what is wanted.
    words = error.text.removeprefix("Input should be ").replace("valid ", "")
    wanted = next((ours for theirs, ours in _WANTED.items() if words.startswith(theirs)), words)
    return "wrong_type", f"{error.shown} is not {wanted}", wanted, error.shown


def _half_pair(error: _Error) -> _Said:
    return "lone_surrogate", f"{error.shown} holds half a surrogate pair; no UTF-8 can hold it", None, error.shown


def _other(error: _Error) -> _Said:
    return "", error.text, None, error.shown


def _a(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


# JSON's words for Python's.
_WANTED: Final = {"a dictionary": "an object", "a list": "an array", "a tuple": "an array"}

_SAY: Final[dict[str, Callable[[_Error], _Said]]] = {
    "extra_forbidden": _unknown_key,
    "greater_than_equal": _too_small,
    "less_than_equal": _too_large,
    "literal_error": _not_allowed,
    "missing": _missing,
    "string_pattern_mismatch": _wrong_format,
    "string_too_long": _too_long,
    "string_unicode": _half_pair,
    "string_too_short": _too_short,
    "too_long": _too_many,
    "too_short": _too_few,
    "union_tag_invalid": _unknown_tag,
    "union_tag_not_found": _missing,
}
