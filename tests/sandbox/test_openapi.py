"""The sandbox against an OpenAPI document of the connections API: no 5xx, and nothing but documented shapes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import schemathesis
from hypothesis import settings
from schemathesis import Config

from chatbot_nb.payloads import limits
from chatbot_nb.sandbox.sandbox import Sandbox
from chatbot_nb.sandbox.seed import seeded

DOCUMENT = json.loads((Path(__file__).parents[1] / "data" / "connections_api.json").read_text(encoding="utf-8"))
SINGLE = "/integrations/webhook/{id}"
# The account of these tests; a call that deletes one of them meets it again in the next.
SEEDED = 3
IDS = [connection.id for connection in seeded(SEEDED, 0)]
# Deterministic, so that a run never fails for what the last one passed; half of the drawn ids exist.
CONFIG = {
    "seed": 1,
    "generation": {"mode": "all", "max-examples": 60, "deterministic": True, "database": "none"},
    "dictionaries": {"ids": {"values": IDS}},
    "parameters": {"path.id": {"dictionary": "ids", "probability": 0.5}},
}


def _loaded():
    """Return the schema: boundary values of a body meet an id that exists, and nothing leaves loopback."""
    document = json.loads(json.dumps(DOCUMENT))
    document["servers"] = [{"url": "http://127.0.0.1:9/v2"}]  # nobody; each call names the sandbox
    document["paths"][SINGLE]["parameters"][0]["schema"]["examples"] = IDS[:1]
    return schemathesis.openapi.from_dict(document, config=Config.from_dict(CONFIG))


SCHEMA = _loaded()


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(verify="off") as sandbox:
        yield sandbox


@SCHEMA.parametrize()
def test_documented_shapes_only(case, sandbox):
    """Every check of Schemathesis holds, for what the document allows and for what it does not."""
    sandbox.seed(SEEDED)
    case.call_and_validate(base_url=sandbox.base_url, headers={"Authorization": f"Bearer {sandbox.access_token}"})


def test_calls_in_sequence(sandbox):
    """What was created is found, changed and deleted; what was deleted is gone: the document's links, followed."""

    class Workflow(SCHEMA.as_state_machine()):
        def get_call_kwargs(self, case):
            calls.append(case.operation.label)
            return {"base_url": sandbox.base_url, "headers": {"Authorization": f"Bearer {sandbox.access_token}"}}

    calls = []
    Workflow.run(
        settings=settings(max_examples=30, stateful_step_count=6, deadline=None, derandomize=True, database=None)
    )
    assert len(set(calls)) >= 4, "the links lead nowhere"


# Documented for the ids of a story and of a connection alike: size(24).
SIZES = {
    "id": limits.STORY_ID,
    "storyId": limits.STORY_ID,
    "name": limits.CONNECTION_NAME,
    "url": limits.CONNECTION_URL,
    "token": limits.CONNECTION_TOKEN,
    "headers": limits.CONNECTION_HEADERS,
    "username": limits.AUTH_USERNAME,
    "password": limits.AUTH_PASSWORD,
}


def _sizes(node, name=""):
    """Yield each pair of bounds in the document with the name of the field or parameter that has it."""
    if isinstance(node, list):
        for entry in node:
            yield from _sizes(entry, name)
    elif isinstance(node, dict):
        for noun in ("Length", "Properties"):
            if f"max{noun}" in node:
                yield name, limits.Size(node[f"min{noun}"], node[f"max{noun}"])
        for key, value in node.items():
            yield from _sizes(value, node.get("name", name) if key == "schema" else key)


@pytest.mark.parametrize("place", ["paths", "NewConnection", "ConnectionUpdate", "Auth", "Connection", "ListItem"])
def test_sizes_are_those_of_limits(place):
    """The document is tested against, so its numbers must be the documented ones: limits has them all."""
    found = list(_sizes(DOCUMENT[place] if place == "paths" else DOCUMENT["components"]["schemas"][place], place))
    assert found
    assert found == [(name, SIZES[name]) for name, _ in found]


def test_bodies_hold_what_the_documentation_lists():
    """Create takes seven fields, update the same without storyId; every text of them has a size."""
    schemas = DOCUMENT["components"]["schemas"]
    sized = {
        kind: {name for name, _ in _sizes(schemas[kind])} for kind in ("NewConnection", "ConnectionUpdate", "Auth")
    }
    assert sized["ConnectionUpdate"] == {"name", "url", "token", "headers"}
    assert sized["NewConnection"] == sized["ConnectionUpdate"] | {"storyId"}
    assert sized["Auth"] == {"username", "password"}
    assert schemas["NewConnection"]["required"] == ["storyId", "name", "url"]
    assert schemas["ConnectionUpdate"]["required"] == ["name", "url"]
