"""What every model of the wire format has in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from annotated_types import Len
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

if TYPE_CHECKING:
    from chatbot_nb.payloads.limits import Size


class WireModel(BaseModel):
    """An object of the wire format: snake_case in Python, camelCase on the wire, immutable, strict.

    Notes
    -----
    ``hide_input_in_errors`` keeps what was given out of ``str(ValidationError)``; ``errors()`` still holds it, so
    only `chatbot_nb.payloads.translate.findings_of` reads that.
    """

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        frozen=True,
        strict=True,
        extra="forbid",
        hide_input_in_errors=True,
    )


@dataclass(frozen=True, slots=True)
class Checked:
    """In an annotation: what the check of a foreign payload does differently there from the model.

    Parameters
    ----------
    required : bool, default False
        The key must be there although the model fills it in.
    max_length, pattern : optional
        More than the documentation demands: beyond it is a warning.
    annotation : object, optional
        A type to check instead.
    tolerates : tuple of type, default ()
        Values of these types are of the wrong type, but only a warning.
    noun : str, default ""
        What the members of this union are called in messages.
    """

    required: bool = False
    max_length: int | None = None
    pattern: str | None = None
    annotation: object = None
    tolerates: tuple[type, ...] = ()
    noun: str = ""


def sized(size: Size) -> Len:
    """Return documented bounds as pydantic takes them in an annotation."""
    return Len(size.min, size.max)
