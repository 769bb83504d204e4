"""inject() refuses what makes no sense, and keeps its order."""

from __future__ import annotations

import pytest

from chatbot_nb.errors import SandboxError
from chatbot_nb.sandbox.faults import Fault, Faults, make_fault


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param({}, "inject() was told nothing: give at least one of status, delay, drop and headers", id="none"),
        pytest.param(
            {"headers": {}},
            "inject() was told nothing: give at least one of status, delay, drop and headers",
            id="no headers",
        ),
        pytest.param({"status": 200}, "inject(status=200): an integer of 300 to 599 is needed", id="200"),
        pytest.param({"status": 600}, "inject(status=600): an integer of 300 to 599 is needed", id="600"),
        pytest.param({"status": "503"}, "inject(status='503'): an integer of 300 to 599 is needed", id="text"),
        pytest.param({"delay": -0.1}, "inject(delay=-0.1): a number of 0 to 60 seconds is needed", id="negative"),
        pytest.param({"delay": 60.5}, "inject(delay=60.5): a number of 0 to 60 seconds is needed", id="long"),
        pytest.param({"delay": float("nan")}, "inject(delay=nan): a number of 0 to 60 seconds is needed", id="nan"),
        pytest.param({"delay": True}, "inject(delay=True): a number of 0 to 60 seconds is needed", id="bool"),
        pytest.param({"delay": "1"}, "inject(delay='1'): a number of 0 to 60 seconds is needed", id="delay text"),
        pytest.param({"drop": "during"}, "inject(drop='during'): 'before' or 'after' is needed", id="drop"),
        pytest.param(
            {"drop": "before", "status": 503},
            "inject(drop=...): a lost connection has no answer, so it goes with neither status nor headers",
            id="drop and status",
        ),
        pytest.param(
            {"drop": "after", "headers": {"x-a": "b"}},
            "inject(drop=...): a lost connection has no answer, so it goes with neither status nor headers",
            id="drop and headers",
        ),
    ],
)
def test_arguments_without_sense_are_refused(arguments, message):
    """Each message says what was got and what is allowed."""
    full = {"status": None, "delay": None, "drop": None, "headers": None} | arguments
    with pytest.raises(SandboxError) as caught:
        make_fault(**full)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"x a": "secret"}, id="space in name"),
        pytest.param({"": "secret"}, id="empty name"),
        pytest.param({"x-a": "secret\r\nx-b: 1"}, id="line break"),
        pytest.param({"Content-Length": "5"}, id="framing"),
        pytest.param({"x-a": "secret \u20ac"}, id="beyond latin-1"),
        pytest.param({"Retry-After": 1}, id="number"),
        pytest.param({5: "secret"}, id="name that is no text"),
        pytest.param("x-a: secret", id="no mapping"),
        pytest.param([("x-a", "secret")], id="pairs"),
    ],
)
def test_headers_that_cannot_be_sent_are_refused(headers):
    """Nothing malformed waits in the queue, and the message does not show the value."""
    with pytest.raises(SandboxError, match=r"^inject\(headers=\.\.\.\): ") as caught:
        make_fault(429, None, None, headers)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("times", [0, -1, 100_001, 1.0, True, "3"])
def test_times_is_checked(times):
    """Nothing is queued by a wrong number."""
    faults = Faults()
    with pytest.raises(SandboxError, match=r"^inject\(times=.*\): an integer of 1 to 100,000 is needed$"):
        faults.add(Fault(status=503), times)
    assert faults.take() is None


def test_first_in_first_out():
    """What is injected later comes later; clear() forgets the rest."""
    faults = Faults()
    faults.add(make_fault(503, None, None, {"Retry-After": "1"}), 2)
    faults.add(make_fault(None, 0.5, "after", None), 2)
    assert [faults.take() for _ in range(3)] == [
        Fault(status=503, headers=(("Retry-After", "1"),)),
        Fault(status=503, headers=(("Retry-After", "1"),)),
        Fault(delay=0.5, drop="after"),
    ]
    faults.clear()
    assert faults.take() is None
