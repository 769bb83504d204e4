"""The browser's modules: their own tests, run by Node, and their patches, applied by Python."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from chatbot_nb.payloads.patch import apply_patch

FOLDER = Path(__file__).parent / "front_end"
# Debian keeps its packages for Node there; Node of another source does not look.
NODE_PATH = os.pathsep.join(filter(None, [os.environ.get("NODE_PATH"), "/usr/share/nodejs"]))


def run_node(*arguments):
    return subprocess.run(
        ["node", *arguments],
        cwd=FOLDER,
        env=os.environ | {"NODE_PATH": NODE_PATH},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def absent(reason):
    """Skip, or fail where the runtimes have to be there."""
    if os.environ.get("CI") == "true" or os.environ.get("CI_REQUIRES_RUNTIMES") == "1":
        pytest.fail(f"{reason}, but this is CI")
    pytest.skip(reason)


@pytest.fixture(scope="module")
def node():
    """Return a function that runs Node; skip, or fail in CI, where it is not here."""
    if not shutil.which("node"):
        absent("node is not installed")
    # Older ones lack methods of arrays that browsers have.
    if run_node("-e", "process.exit(process.versions.node.split('.')[0] < 20 ? 1 : 0)").returncode:
        absent("node is older than 20")
    return run_node


def test_modules(node):
    """The tests of the browser's modules pass."""
    if node("-e", "require('jsdom')").returncode:
        absent("jsdom is not installed")
    files = sorted(str(path) for path in FOLDER.rglob("*.test.mjs"))
    assert files
    done = node("--test", "--test-reporter=spec", *files)
    assert done.returncode == 0, done.stdout + done.stderr


def test_patches(node):
    """What the browser says has changed makes of Python's document the browser's, and an attribute keeps its place."""
    done = node("patches.mjs")
    assert done.returncode == 0, done.stderr
    cases = [json.loads(line) for line in done.stdout.split("\n") if line]
    assert len(cases) == 201
    assert sum(bool(case["patch"]) for case in cases) > 100
    for case in cases:
        # As text: in Python 1, 1.0 and True are equal.
        result, wanted = (
            json.dumps(value, sort_keys=True) for value in (apply_patch(case["old"], case["patch"]), case["now"])
        )
        assert result == wanted, case
    renamed = cases[-1]
    assert list(apply_patch(renamed["old"], renamed["patch"])["attributes"]) == list(renamed["now"]["attributes"])


def test_patch_of_one_place_leaves_numbers_that_a_browser_cannot_hold():
    """A patch about another place changes neither 2**53 + 1 nor 1.0."""
    document = {"a": [2**53 + 1, 1.0], "b": "x"}
    result = apply_patch(document, [{"op": "replace", "path": "/b", "value": "y"}])
    assert json.dumps(result) == '{"a": [9007199254740993, 1.0], "b": "y"}'
