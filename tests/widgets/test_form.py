"""The form: every field of every model is in it, with the model's own bounds."""

from __future__ import annotations

import json
from typing import Annotated, Literal, get_args, get_origin, get_type_hints

import pytest
from annotated_types import Ge, Le, Len
from pydantic import StringConstraints
from pydantic.fields import FieldInfo

from chatbot_nb.payloads import buttons, formats, limits, responses
from chatbot_nb.payloads._base import Checked
from chatbot_nb.widgets.form import form

RESPONSES = get_args(get_args(responses.BotResponse)[0])
BUTTONS = get_args(get_args(buttons.Button)[0])
FORMATS = {formats.UUID4: "uuid4", formats.PHONE: "phone", formats.HTTP_URL: "url"}


def type_of(model):
    return model.model_fields["type"].default


MODELS = [
    *(pytest.param(model, form()["responses"][type_of(model)]["fields"], id=model.__name__) for model in RESPONSES),
    *(pytest.param(model, form()["buttons"][type_of(model)]["fields"], id=model.__name__) for model in BUTTONS),
    pytest.param(responses.CardElement, form()["responses"]["cards"]["fields"][0]["fields"], id="CardElement"),
]


def parts_of(annotation):
    """Return the bare type of an annotation, and what its metadata says."""
    base, *marks = get_args(annotation) if get_origin(annotation) is Annotated else (annotation,)
    flat = [part for mark in marks for part in (mark.metadata if isinstance(mark, FieldInfo) else [mark])]
    return base, flat


def bounds_of(marks):
    """Return the lowest and the highest length that they allow, and whether more is only warned of."""
    lengths = [mark for mark in marks if isinstance(mark, Len)]
    low = [mark.min_length for mark in marks if getattr(mark, "min_length", None) is not None]
    high = [mark.max_length for mark in lengths if mark.max_length is not None]
    advisory = [mark.max_length for mark in marks if isinstance(mark, Checked) and mark.max_length is not None]
    return {"min": low[0], "max": (high or advisory)[0], **({} if high else {"advisory": True})}


def described(name, annotation):
    """Return what a field's descriptor must say, read from the model."""
    base, marks = parts_of(annotation)
    if base is str:
        patterns = [mark.pattern for mark in marks if isinstance(mark, Checked | StringConstraints) and mark.pattern]
        return {"key": name, "kind": "text", **bounds_of(marks)} | (
            {"format": FORMATS[patterns[0]]} if patterns else {}
        )
    if get_origin(base) is Literal:
        return {"key": name, "kind": "choice", "choices": set(get_args(base))}
    entry, entry_marks = parts_of(get_args(base)[0])
    entries = bounds_of(marks)
    if entry is str:
        return {"key": name, "kind": "texts", "entries": entries, **bounds_of(entry_marks)}
    if entry is responses.CardElement:
        return {"key": name, "kind": "elements", "entries": entries}
    return {"key": name, "kind": "buttons", "entries": entries, "types": [type_of(each) for each in get_args(entry)]}


@pytest.mark.parametrize(("model", "fields"), MODELS)
def test_every_field_has_a_descriptor_with_the_bounds_of_the_model(model, fields):
    """Read from the annotations that pydantic checks by: keys in order, bounds, formats, choices and buttons."""
    hints = get_type_hints(model, include_extras=True)
    wanted = {
        field.alias: described(field.alias, hints[name])
        for name, field in model.model_fields.items()
        if name not in {"type", "delay"}
    }
    told = [{key: value for key, value in field.items() if key in wanted[field["key"]]} for field in fields]
    for field in told:
        if "choices" in field:
            field["choices"] = set(field["choices"])
    assert told == list(wanted.values())


@pytest.mark.parametrize(("model", "fields"), MODELS)
def test_every_field_has_a_label_and_no_unknown_member(model, fields):
    del model
    known = {"key", "label", "kind", "min", "max", "long", "format", "entries", "types", "fields", "choices", "default"}
    for field in fields:
        assert field["label"]
        assert field.keys() <= known


def test_every_type_is_there():
    """The types are those of the unions, in their order."""
    assert list(form()["responses"]) == [type_of(model) for model in RESPONSES]
    assert list(form()["buttons"]) == [type_of(model) for model in BUTTONS]


def test_defaults_are_those_of_the_models():
    height = form()["buttons"]["webview"]["fields"][-1]
    assert height["default"] == buttons.Webview.model_fields["height"].default
    assert form()["delay"]["default"] == responses.Text.model_fields["delay"].default


def test_delay_and_totals():
    marks = [mark for mark in parts_of(responses.Delay)[1] if isinstance(mark, Ge | Le)]
    bounds = {"min": marks[0].ge, "max": marks[1].le, "default": limits.DEFAULT_DELAY}
    assert form()["delay"] == bounds
    assert (form()["responses_max"], form()["attributes_max"]) == (limits.RESPONSES.max, limits.ATTRIBUTES.max)


def test_it_is_json_and_new_each_time():
    first = form()
    assert json.loads(json.dumps(first)) == first
    first["responses"]["text"]["fields"].clear()
    assert form()["responses"]["text"]["fields"]
