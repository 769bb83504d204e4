"""The rules for a whole payload, made from the types of `wire`."""

from __future__ import annotations

from functools import cache
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Literal, NotRequired, Union, get_args, get_origin

from annotated_types import Ge, Le, Len, MinLen
from pydantic import StringConstraints
from pydantic.fields import FieldInfo
from typing_extensions import is_typeddict

from chatbot_nb.payloads._base import Checked
from chatbot_nb.payloads.bulk.compiled import Code
from chatbot_nb.payloads.bulk.containers import Array, Mapping, Object, Tagged
from chatbot_nb.payloads.bulk.rules import Choice, Number, Text
from chatbot_nb.payloads.wire import document_type, hints, members, unwrap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chatbot_nb.payloads.bulk.compiled import Look
    from chatbot_nb.payloads.bulk.rules import Rule
    from chatbot_nb.payloads.report import Kind


@cache
def look_at(kind: Kind, *, wide: bool) -> Look:
    """Return what finds all that is wrong with a parsed payload, a wide or a narrow one."""
    return Code(wide=wide).function(_rule(document_type(kind)))


def _rule(annotation: Any) -> Rule:  # noqa: ANN401 - a type
    base, marks = unwrap(annotation)
    checked = [mark for mark in marks if isinstance(mark, Checked)]
    low, high = _lengths(marks)
    if is_typeddict(base):
        return _object(base, checked, tagged=False)
    if members(base):
        of_types = {str(tag): _object(member, [], tagged=True) for tag, member in members(base).items()}
        return Tagged(checked, of_types)
    origin, args = get_origin(base), get_args(base)
    if origin is list:
        return Array(checked, _rule(args[0]), low, high)
    if origin is dict:
        return Mapping(checked, _rule(args[1]), high)
    return _leaf(annotation, checked)


def _object(typed_dict: Any, checked: list[Checked], *, tagged: bool) -> Object:  # noqa: ANN401
    fields = {key: (_rule(hint), get_origin(hint) is not NotRequired) for key, hint in hints(typed_dict).items()}
    return Object(checked, fields, tagged=tagged)


def _leaf(annotation: Any, checked: list[Checked]) -> Rule:  # noqa: ANN401
    base, marks = unwrap(annotation)
    constraints = list(_constraints(marks))
    if get_origin(base) is Literal:
        return Choice(checked, get_args(base))
    if base is float:
        least: Any = next(mark.ge for mark in constraints if isinstance(mark, Ge))
        most: Any = next(mark.le for mark in constraints if isinstance(mark, Le))
        return Number(checked, least, most)
    assert base is str, base
    pattern: Any = next((mark.pattern for mark in constraints if isinstance(mark, StringConstraints)), None)
    low, high = _lengths(marks)
    return Text(checked, low, high, pattern, null=_nullable(annotation))


def _constraints(marks: list[object]) -> Iterator[object]:
    for mark in marks:
        if isinstance(mark, FieldInfo):
            yield from mark.metadata
        else:
            yield mark


def _lengths(marks: list[object]) -> tuple[int, int | None]:
    constraints = list(_constraints(marks))
    low = max((mark.min_length for mark in constraints if isinstance(mark, (Len, MinLen))), default=0)
    lengths = [mark.max_length for mark in constraints if isinstance(mark, Len)]
    return low, min((length for length in lengths if length is not None), default=None)


def _nullable(annotation: Any) -> bool:  # noqa: ANN401
    while args := get_args(annotation):
        if get_origin(annotation) in {Union, UnionType} and NoneType in args:
            return True
        annotation = args[0]
    return False
