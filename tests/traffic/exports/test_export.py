"""The choice of an export."""

from __future__ import annotations

import pytest

from chatbot_nb.traffic.exports.export import export


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("csv", "'csv' is not an export of traffic; use curl, har, jsonl, pytest or python"),
        (
            "jsonlines",
            "'jsonlines' is not an export of traffic; use curl, har, jsonl, pytest or python; did you mean 'jsonl'?",
        ),
        (["har"], "an array is not an export of traffic; use curl, har, jsonl, pytest or python"),
        (None, "null is not an export of traffic; use curl, har, jsonl, pytest or python"),
    ],
)
def test_unknown(target, message):
    """Another target is refused with the list of those that there are."""
    with pytest.raises(ValueError, match="is not an export") as caught:
        export([], target)
    assert str(caught.value) == message


@pytest.mark.parametrize("target", ["jsonl", "har", "curl", "python", "pytest"])
def test_exchanges_may_be_any_iterable(made, target):
    """A generator is exported like a list, and the order stays."""
    exchanges = [made(seq=2), made(seq=1)]
    assert export(iter(exchanges), target) == export(exchanges, target)
