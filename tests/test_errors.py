"""The exceptions as objects: what they hold, what they say, and that they travel between processes."""

from __future__ import annotations

import pickle

import pytest

from chatbot_nb.errors import (
    ApiError,
    ApiTimeoutError,
    ChatBotError,
    NotFoundError,
    PayloadError,
    TransportError,
)
from chatbot_nb.finding import Finding

FINDINGS = [Finding(f"/responses/{n}/message", "too_long", "error", "1200 characters, at most 1024") for n in range(5)]
WARNING = Finding("/x", "unknown_key", "warning", "'x' is not a documented key here")


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(PayloadError([*FINDINGS, WARNING], "reply"), id="PayloadError"),
        pytest.param(ApiError("said", method="GET", url="http://x/", status=400, body="no"), id="ApiError"),
        pytest.param(NotFoundError("said", method="GET", url="http://x/", status=404, body=""), id="NotFoundError"),
        pytest.param(TransportError("said", method="GET", url="http://x/", code="EPIPE", words="w"), id="Transport"),
        pytest.param(ApiTimeoutError("said", method="GET", url="http://x/", code="ETIMEDOUT"), id="Timeout"),
    ],
)
def test_an_error_survives_pickling(error):
    """A worker process can hand it back whole: same type, same text, same attributes."""
    error.add_note("seen by a worker")
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert str(copy) == str(error)
    assert vars(copy) == vars(error)


def test_payload_error_shows_three_findings_and_holds_all():
    """Warnings are held, but they are not what it is raised for."""
    error = PayloadError([WARNING, *FINDINGS], "reply")
    assert str(error) == (
        "reply: 5 errors\n"
        "  /responses/0/message: 1200 characters, at most 1024\n"
        "  /responses/1/message: 1200 characters, at most 1024\n"
        "  /responses/2/message: 1200 characters, at most 1024\n"
        "  and 2 more in .findings"
    )
    assert error.findings == (WARNING, *FINDINGS)


def test_every_error_can_be_caught_as_the_builtin_that_one_expects():
    assert issubclass(PayloadError, ValueError)
    assert issubclass(TransportError, OSError)
    assert issubclass(ApiTimeoutError, TimeoutError)
    assert all(issubclass(error, ChatBotError) for error in (PayloadError, ApiError, TransportError))
