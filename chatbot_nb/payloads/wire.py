"""The models as one schema of plain dicts: what bulk checking runs, and a map of the places in a payload.

Each constraint is written once, in the models; from them come here `TypedDict` types, which pydantic checks faster
than models since it builds no objects. They also hold what a check of foreign payloads wants beyond the models, which
the models' annotations mark with `Checked`.
"""

from __future__ import annotations

from functools import cache
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, NotRequired, Union, get_args, get_origin, get_type_hints

from annotated_types import Len, MinLen
from pydantic import ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import InitErrorDetails
from typing_extensions import TypedDict, is_typeddict

from chatbot_nb.payloads._base import Checked, WireModel
from chatbot_nb.payloads.formats import active_scheme
from chatbot_nb.payloads.request import WebhookRequest
from chatbot_nb.payloads.responses import ReplyPayload
from chatbot_nb.payloads.translate import Place

if TYPE_CHECKING:
    from chatbot_nb.payloads.report import Kind
    from chatbot_nb.payloads.translate import Loc

_MODELS: dict[Kind, type[WireModel]] = {"reply": ReplyPayload, "request": WebhookRequest}
_CONFIG = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True, cache_strings="keys")


# Which maximum lengths are checked. pydantic stops inside an array that is too long, and tells one error of a string
# that is: "strings" knows no maximum of arrays and objects, "none" none at all, so that together they find the rest.
Maxima = Literal["all", "strings", "none"]


@cache
def adapter(kind: Kind, maxima: Maxima = "all") -> TypeAdapter[dict[str, Any]]:
    """Return what checks a payload that is plain JSON, or its bytes."""
    return TypeAdapter(_typed_dict(_MODELS[kind], maxima))


def document_type(kind: Kind) -> Any:  # noqa: ANN401 - a type made while running
    """Return the `TypedDict` of a whole payload, with every constraint."""
    return _typed_dict(_MODELS[kind], "all")


@cache
def _typed_dict(model: type[WireModel], maxima: Maxima) -> Any:  # noqa: ANN401 - a type made while running
    fields: dict[str, Any] = {}
    hints = get_type_hints(model, include_extras=True)
    for name, field in model.model_fields.items():
        required = field.is_required() or any(mark.required for mark in field.metadata if isinstance(mark, Checked))
        derived = _derive(hints[name], maxima)
        fields[field.alias or name] = derived if required else NotRequired[derived]
    make: Any = TypedDict
    typed_dict = make(model.__name__, fields)
    typed_dict.__pydantic_config__ = _CONFIG
    return typed_dict


def _derive(annotation: Any, maxima: Maxima) -> Any:  # noqa: ANN401
    """Return a model's annotation with typed dicts for models, lists for tuples, and the checks of `Checked`."""
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        base, *metadata = args
        bounded = maxima == "all" or (maxima == "strings" and base is str)
        base = next((mark.annotation for mark in metadata if isinstance(mark, Checked) and mark.annotation), base)
        constraints = [constraint for mark in metadata for constraint in _constraints(mark, bounded=bounded)]
        return Annotated[_derive(base, maxima), *constraints, Field()]
    if origin is tuple:
        return list[_derive(args[0], maxima)]  # type: ignore[misc]
    if origin is dict:
        return dict[args[0], _derive(args[1], maxima)]  # type: ignore[misc, valid-type]
    if args and origin is not Literal:
        return Union[tuple(_derive(arg, maxima) for arg in args)]  # noqa: UP007 - made from a tuple
    if isinstance(annotation, type) and issubclass(annotation, WireModel):
        return _typed_dict(annotation, maxima)
    return annotation


def _constraints(mark: object, *, bounded: bool) -> list[object]:
    """Return what of an annotation's metadata the check takes over; validators in Python are left to the models."""
    if isinstance(mark, Len):
        return [mark if bounded else MinLen(mark.min_length)]
    if isinstance(mark, Checked):
        more: list[object] = [mark]
        if mark.pattern is not None:
            more.append(StringConstraints(pattern=mark.pattern))
        if mark.max_length is not None and bounded:
            more.append(Len(0, mark.max_length))
        return more
    return [mark] if isinstance(mark, (FieldInfo, StringConstraints)) else []


def too_many(document: object, kind: Kind) -> ValidationError:
    """Return pydantic's error on every array and object of too many entries, also inside others of them."""
    errors: list[InitErrorDetails] = []
    left: list[tuple[Loc, Any, Any]] = [((), document_type(kind), document)]
    while left:
        loc, annotation, value = left.pop()
        base, marks = unwrap(annotation)
        if isinstance(value, dict) and isinstance(tag := value.get("type"), str) and tag in members(base):
            base, loc = members(base)[tag], (*loc, tag)
        maximum = min((mark.max_length for mark in marks if isinstance(mark, Len) and mark.max_length), default=None)
        if isinstance(value, (dict, list)) and maximum is not None and len(value) > maximum:
            context = {"field_type": "Array", "max_length": maximum, "actual_length": len(value)}
            errors.append(InitErrorDetails(type="too_long", loc=loc, input=value, ctx=context))
        entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        left += [((*loc, part), child, entry) for part, entry in entries if (child := _child(base, part)) is not None]
    return ValidationError.from_exception_data(kind, errors)


def place_in(document: object, kind: Kind, loc: Loc) -> Place:
    """Return where in a document an error of `adapter` is, and what is known of that place.

    pydantic puts the tags of unions into ``loc``. Only the types tell a tag from a key of the same name, so this
    walks them.
    """
    annotation: Any = document_type(kind)
    keys: list[str] = []
    parts: list[int | str] = []
    value = document
    for part in loc:
        base, _ = unwrap(annotation)
        if (member := members(base).get(part)) is not None:
            annotation = member
            continue
        keys = [key for key in hints(base) if isinstance(value, dict) and key not in value]
        annotation, value = _child(base, part), _entry(value, part)
        parts.append(part)
    marks = [mark for mark in unwrap(annotation)[1] if isinstance(mark, Checked)]
    return Place(tuple(parts), keys, next((mark.noun for mark in marks if mark.noun), ""), advisory(marks, value))


def advisory(marks: list[Checked], value: object) -> set[str]:
    """Return the types of errors that are warnings only, for this value at this place."""
    warnings = {"extra_forbidden"}  # unknown keys are kept
    for mark in marks:
        if mark.max_length is not None:
            warnings.add("too_long")
        if mark.pattern is not None and isinstance(value, str) and not active_scheme(value):
            warnings.add("string_pattern_mismatch")
        if isinstance(value, mark.tolerates):
            warnings.add("string_type")
    return warnings


def unwrap(annotation: Any) -> tuple[Any, list[object]]:  # noqa: ANN401
    """Return the bare type and all metadata, also of what may be absent or null."""
    marks: list[object] = []
    while True:
        origin, args = get_origin(annotation), get_args(annotation)
        if origin is Annotated:
            marks += args[1:]
        elif not (origin is NotRequired or (origin in {Union, UnionType} and NoneType in args)):
            return annotation, marks
        annotation = args[0]


@cache
def members(base: Any) -> dict[int | str, Any]:  # noqa: ANN401
    """Return the members of a tagged union by their tags; none if it is something else."""
    if get_origin(base) is not Union:
        return {}
    return {get_args(unwrap(hints(member)["type"])[0])[0]: member for member in get_args(base)}


def _child(base: Any, part: int | str) -> Any:  # noqa: ANN401
    if is_typeddict(base):
        return hints(base).get(str(part))
    return get_args(base)[-1] if get_origin(base) in {list, dict} else None


def _entry(value: Any, part: int | str) -> object:  # noqa: ANN401 - any JSON value
    try:
        return value[part]
    except (KeyError, IndexError, TypeError):
        return None


@cache
def hints(base: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return the annotations of a `TypedDict` by key; none if it is something else."""
    return get_type_hints(base, include_extras=True) if is_typeddict(base) else {}
