"""`assert_reply`: a check for test suites."""

from __future__ import annotations

from chatbot_nb.payloads.check import check
from chatbot_nb.payloads.display import counts, text_lines
from chatbot_nb.payloads.reply.reply import Reply


def assert_reply(payload: object, *, warnings: bool = False) -> None:
    """Fail if a payload is no reply that ChatBot accepts.

    Parameters
    ----------
    payload : bytes, str, dict, list, model or Reply
        What a backend answers. A Reply that was rendered is checked for placeholders that nothing filled, too.
    warnings : bool, default False
        Also fail on warnings.

    Raises
    ------
    AssertionError
        With all findings as text.

    Examples
    --------
    >>> assert_reply({"responses": [{"type": "text", "message": ""}]})
    Traceback (most recent call last):
    ...
    AssertionError: reply: 1 error
      error   /responses/0/message: 0 characters, at least 1
    """
    __tracebackhide__ = True  # pytest shows the line of the test
    findings = (payload.check() if isinstance(payload, Reply) else check(payload)).findings
    severities = {finding.severity for finding in findings}
    if "error" in severities or (warnings and "warning" in severities):
        lines = [line for finding in findings for line in text_lines([finding])]
        raise AssertionError("\n  ".join([f"reply: {counts(findings)}", *lines]))
