"""pydantic's errors as findings, for models of other folders too."""

from __future__ import annotations

from typing import Annotated

import pytest
from pydantic import BaseModel, Field, SecretStr, ValidationError, field_validator

from chatbot_nb.payloads.translate import findings_of

SECRET = "s3cr3t-value"


class Auth(BaseModel):
    username: Annotated[str, Field(min_length=1)]
    password: SecretStr


class Account(BaseModel, extra="forbid"):
    name: Annotated[str, Field(max_length=3)]
    token: Annotated[str, Field(max_length=3, pattern="^[a-z]+$")] = ""
    headers: dict[str, Annotated[str, Field(pattern="^[a-z]+$")]] = {}
    auth: Auth | None = None

    @field_validator("name")
    @classmethod
    def _not_root(cls, name):
        if name == "bad":
            raise ValueError("bad is taken")
        return name


def findings(data, **options):
    with pytest.raises(ValidationError) as caught:
        Account.model_validate(data)
    return findings_of(caught.value, **options)


def test_all_errors_at_once_in_our_words():
    """Every error is a finding with pointer, code, limit and actual; a validator's own message is kept."""
    found = findings({"name": "four", "nam": 1, "auth": {"username": ""}})
    assert [(str(one), one.code, one.limit, one.actual) for one in found] == [
        ("/name: 4 characters, at most 3", "too_long", 3, 4),
        ("/auth/username: 0 characters, at least 1", "too_short", 1, 0),
        ("/auth/password: missing; required by the documentation", "missing", None, None),
        ("/nam: 'nam' is not a documented key here", "unknown_key", None, "'nam'"),
    ]
    assert [str(one) for one in findings({"name": "bad"})] == ["/name: bad is taken"]
    assert {one.severity for one in found} == {"error"}


def test_hidden_values_are_nowhere():
    """Below a hidden pointer only kinds and counts are told; a neighbour whose name begins alike is not hidden."""
    data = {
        "name": {"token": SECRET},
        "token": "A",
        "tokens": SECRET,
        "headers": {"x-a": SECRET, "x-b": 5},
        "auth": [SECRET],
    }
    found = findings(data, hidden=("/token", "/headers", "/auth"))
    assert [str(one) for one in found] == [
        "/name: an object is not a string",
        "/token: the value is not of the form ^[a-z]+$",
        "/headers/x-a: the value is not of the form ^[a-z]+$",
        "/headers/x-b: the value is not a string",
        "/auth: the value is not an object",
        "/tokens: 'tokens' is not a documented key here",
    ]
    assert SECRET not in repr(found)
    assert [one.actual for one in found] == ["an object", None, None, None, None, "'tokens'"]
