"""The templates: each is right as it is, and for each of its samples."""

from __future__ import annotations

import json

import pytest

from chatbot_nb.payloads.reply.placeholders import names_in, texts_of
from chatbot_nb.widgets.templates import TEMPLATES, templates

each = pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.name)


@each
def test_nothing_is_found(template):
    """Neither in the reply nor in what a sample user sees: no error, no warning, no placeholder left."""
    assert template.reply.check().findings == ()
    for sample in template.samples:
        assert template.reply.render(sample).check().findings == ()


@each
def test_each_placeholder_has_a_value_in_each_sample(template):
    names = {name for _, text in texts_of(template.reply.payload) for name in names_in(text)}
    assert bool(names) == bool(template.samples)
    for sample in template.samples:
        assert sample.keys() == names


def test_names_and_titles_are_single():
    for said in ("name", "title", "summary"):
        values = [getattr(template, said) for template in TEMPLATES]
        assert len(set(values)) == len(values)
        assert all(values)


def test_they_are_json_and_new_each_time():
    first = templates()
    assert json.loads(json.dumps(first)) == first
    assert [template.keys() for template in first] == [{"name", "title", "summary", "payload", "samples"}] * len(first)
    first[0]["payload"].clear()
    assert templates()[0]["payload"] == TEMPLATES[0].reply.payload
