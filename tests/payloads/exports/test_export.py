"""What can be exported, and what is refused."""

from __future__ import annotations

import math
import subprocess
import sys
from typing import get_args

import pytest

from chatbot_nb.errors import PayloadError
from chatbot_nb.payloads.exports.export import Target, export
from chatbot_nb.payloads.responses import ReplyPayload, Text

ALLOWED = "use curl, express, fastapi, flask, php, python or reply"


@pytest.mark.parametrize(
    ("target", "hint"),
    [
        ("expres", "; did you mean 'express'?"),
        ("FastAPI", "; did you mean 'fastapi'?"),
        ("perl", ""),
        ("", ""),
    ],
)
def test_unknown_target(target, hint):
    """A target that is none is named, with those that are and the nearest of them."""
    with pytest.raises(ValueError, match="is not an export") as caught:
        export({}, target)
    assert str(caught.value) == f"{target!r} is not an export; {ALLOWED}{hint}"


@pytest.mark.parametrize("target", [None, 1, ["php"], {"php"}])
def test_target_of_another_type(target):
    """What is no string is refused in the same words."""
    with pytest.raises(ValueError, match=f" is not an export; {ALLOWED}$"):
        export({}, target)


@pytest.mark.parametrize("target", get_args(Target))
@pytest.mark.parametrize(
    ("payload", "message"),
    [
        pytest.param({"a": [math.nan]}, "/a/0: NaN is not JSON; send null, or leave it out", id="NaN"),
        pytest.param({"a": {1}}, "/a: a Python set: JSON has no such value", id="set"),
        pytest.param(
            {"a": "x\ud800"}, "/a: half a surrogate pair, U+D800, at character 2; no UTF-8 can hold it", id="surrogate"
        ),
        pytest.param({1: "a"}, "the key 1 is not a string", id="key"),
        pytest.param(b"{}", "a Python bytes: decode it first", id="bytes"),
    ],
)
def test_no_json(target, payload, message):
    """What is not JSON in UTF-8 is refused by every export, with the place."""
    with pytest.raises(PayloadError) as caught:
        export(payload, target)
    assert str(caught.value) == f"payload: 1 error\n  {message}"


@pytest.mark.parametrize("target", get_args(Target))
def test_depth(target):
    """100 levels are written, 101 refused."""
    deep = []
    for _ in range(98):
        deep = [deep]
    source = export({"a": deep}, target)
    if target in {"python", "flask", "fastapi", "reply"}:
        compile(source, "backend.py", "exec")
    with pytest.raises(PayloadError, match="nested deeper than 100 levels"):
        export({"a": [deep]}, target)


def test_model():
    """A reply as model is exported as what it sends."""
    assert export(ReplyPayload(responses=[Text(message="a")]), "reply") == 'cb.Reply().text("a")'


def test_payload_is_not_changed():
    """The payload is only read."""
    payload = {"responses": ({"type": "text", "message": "a"},), "attributes": {}}
    for target in get_args(Target):
        export(payload, target)
    assert payload == {"responses": ({"type": "text", "message": "a"},), "attributes": {}}


def test_import():
    """Exports are read when one is asked for: neither the package nor Reply loads them."""
    program = "import sys, chatbot_nb.payloads.reply.reply; print([name for name in sys.modules if '.exports' in name])"
    assert subprocess.check_output([sys.executable, "-c", program], text=True) == "[]\n"
