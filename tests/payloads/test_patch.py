"""JSON Patch: applied to the old document it gives the new one, in few operations, within bounds."""

from __future__ import annotations

import copy
import json
import random
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatbot_nb.errors import PayloadError
from chatbot_nb.payloads.patch import apply_patch, json_patch

SETTINGS = settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
LEAVES = st.sampled_from([None, True, False, 0, 1, -1, 0.0, -0.0, 1.0, "", "a", "b", "text", "image", "\ud800"])
KEYS = st.sampled_from(["", "a", "a/b", "~", "~1", "-", "0", "type", "\ud800"])
JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=6) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=25
)


def exact(value):
    """Return a value as text in which 1, 1.0, true and -0.0 differ, and the order of keys does not count."""
    return json.dumps(value, sort_keys=True)


def text(message):
    return {"type": "text", "message": str(message)}


@SETTINGS
@given(JSON, JSON)
def test_round_trip(old, new):
    """Applied to the old document the patch gives exactly the new one; both stay as they were."""
    before, after = copy.deepcopy(old), copy.deepcopy(new)
    patch = json.loads(json.dumps(json_patch(old, new)))
    assert exact(apply_patch(old, patch)) == exact(new)
    assert exact([old, new]) == exact([before, after])


@SETTINGS
@given(JSON)
def test_no_difference(document):
    """Of a document and its copy there is nothing to patch."""
    assert json_patch(document, copy.deepcopy(document)) == []


@pytest.mark.parametrize(
    ("old", "new", "patch"),
    [
        pytest.param(1, True, [{"op": "replace", "path": "", "value": True}], id="number to boolean"),
        pytest.param([1], [1.0], [{"op": "replace", "path": "/0", "value": 1.0}], id="int to float"),
        pytest.param({}, {"a~/b": 1}, [{"op": "add", "path": "/a~0~1b", "value": 1}], id="escaped"),
        pytest.param({"": 1}, {}, [{"op": "remove", "path": "/"}], id="empty key"),
        pytest.param([1, 2, 3, 4], [1, 4], [{"op": "remove", "path": "/1"}] * 2, id="removals"),
        pytest.param(
            {"responses": [text(1), text(2)]},
            {"responses": [text(1), text(3), text(2)]},
            [{"op": "add", "path": "/responses/1", "value": text(3)}],
            id="a response inserted",
        ),
        pytest.param(
            [text(1), text(2)],
            [{"type": "image", "imageUrl": "a"}, text(1), text(5)],
            [
                {"op": "add", "path": "/0", "value": {"type": "image", "imageUrl": "a"}},
                {"op": "replace", "path": "/2/message", "value": "5"},
            ],
            id="inserted, and a later one changed",
        ),
        pytest.param(
            [{"type": "image", "imageUrl": "a"}, text(1)],
            [text(2)],
            [{"op": "remove", "path": "/0"}, {"op": "replace", "path": "/0/message", "value": "2"}],
            id="paired by type",
        ),
        pytest.param(
            [text(1)],
            [{"type": "image", "imageUrl": "a"}],
            [{"op": "replace", "path": "/0", "value": {"type": "image", "imageUrl": "a"}}],
            id="another type",
        ),
        pytest.param(
            [{"type": "imgae", "imageUrl": "a"}],
            [{"type": "image", "imageUrl": "a"}],
            [{"op": "replace", "path": "/0/type", "value": "image"}],
            id="type mended",
        ),
    ],
)
def test_operations(old, new, patch):
    """Few operations, each where the change is."""
    assert exact(json_patch(old, new)) == exact(patch)


def test_the_result_shares_what_did_not_change():
    """Only containers on the way to a change are copied."""
    old = {"responses": [text(1), text(2)], "attributes": {"a": "b"}}
    new = apply_patch(old, [{"op": "replace", "path": "/responses/1/message", "value": "3"}])
    assert new == {"responses": [text(1), text(3)], "attributes": {"a": "b"}}
    assert old["responses"][1] == text(2)
    assert new["attributes"] is old["attributes"]
    assert new["responses"][0] is old["responses"][0]


def test_values_of_a_patch_are_not_changed_by_its_later_operations():
    """A patch can be applied twice."""
    patch = [{"op": "add", "path": "/a", "value": [1]}, {"op": "add", "path": "/a/-", "value": 2}]
    assert [apply_patch({}, patch), apply_patch({}, patch)] == [{"a": [1, 2]}, {"a": [1, 2]}]
    assert patch[0]["value"] == [1]


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        pytest.param(
            {"op": "move", "path": "/a"},
            "/0/op: 'move' is not an operation of a patch; use add, remove or replace",
            id="op",
        ),
        pytest.param(
            {"op": [], "path": "/a"},
            "/0/op: an array is not an operation of a patch; use add, remove or replace",
            id="op no string",
        ),
        pytest.param(
            {"op": "remove", "path": "a"},
            "/0/path: 'a' is not a JSON Pointer: it begins with /, or is empty",
            id="pointer",
        ),
        pytest.param(
            {"op": "remove"}, "/0/path: null is not a JSON Pointer: it begins with /, or is empty", id="no pointer"
        ),
        pytest.param({"op": "add", "path": "/a"}, "/0/value: missing; add needs it", id="no value"),
        pytest.param(
            {"op": "remove", "path": ""}, "/0/path: the whole document cannot be removed; replace it", id="root"
        ),
        pytest.param({"op": "remove", "path": "/b"}, "/0/path: there is nothing at '/b'", id="key"),
        pytest.param({"op": "replace", "path": "/a/1", "value": 1}, "/0/path: there is nothing at '/a/1'", id="index"),
        pytest.param({"op": "add", "path": "/a/2", "value": 1}, "/0/path: there is nothing at '/a/2'", id="beyond"),
        pytest.param({"op": "remove", "path": "/a/-"}, "/0/path: there is nothing at '/a/-'", id="end"),
        pytest.param({"op": "remove", "path": "/a/-1"}, "/0/path: there is nothing at '/a/-1'", id="negative"),
        pytest.param({"op": "remove", "path": "/a/00"}, "/0/path: there is nothing at '/a/00'", id="leading zero"),
        pytest.param(
            {"op": "remove", "path": "/a/\u0660"}, "/0/path: there is nothing at '/a/\u0660'", id="Arabic digit"
        ),
        pytest.param(
            {"op": "add", "path": "/a/0/b", "value": 1}, "/0/path: there is nothing at '/a/0/b'", id="in a number"
        ),
    ],
)
def test_a_wrong_operation_is_refused(operation, message):
    """An operation that cannot be done is named, and the document stays."""
    document = {"a": [1]}
    with pytest.raises(PayloadError) as caught:
        apply_patch(document, [operation])
    assert [str(finding) for finding in caught.value.findings] == [message]
    assert document == {"a": [1]}


@pytest.mark.parametrize(
    ("change", "operations"),
    [
        pytest.param(lambda entries: [*entries[:5000], text("new"), *entries[5000:]], 1, id="one inserted"),
        pytest.param(lambda entries: [each for i, each in enumerate(entries) if i % 50], 200, id="200 removed"),
        pytest.param(lambda entries: random.Random(1).sample(entries, 10_000), 10_000, id="shuffled"),
        pytest.param(lambda _: [], 10_000, id="emptied"),
    ],
)
def test_ten_thousand_entries(change, operations):
    """Long arrays are compared in time; few differences in them are found."""
    old = [text(number) for number in range(10_000)]
    new = change(old)
    begin = time.perf_counter()
    patch = json_patch(old, new)
    assert apply_patch(old, patch) == new
    assert len(patch) <= operations
    assert time.perf_counter() - begin < 10


def test_depth_has_no_limit():
    """Documents far deeper than Python's recursion limit are compared and patched."""
    old, new = [0], [1]
    for _ in range(5000):
        old, new = [old], [new]
    (operation,) = json_patch(old, new)
    assert operation == {"op": "replace", "path": "/0" * 5001, "value": 1}
    assert json_patch(apply_patch(old, [operation]), new) == []


def test_a_document_that_holds_itself():
    """A circle is refused, not followed."""
    circle = []
    circle.append([circle])
    with pytest.raises(ValueError, match="a value that holds itself is no JSON"):
        json_patch(circle, [])
