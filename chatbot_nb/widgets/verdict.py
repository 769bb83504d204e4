"""What Python finds in a reply, as the browser gets it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from chatbot_nb.finding import Finding
from chatbot_nb.payloads.patch import json_patch
from chatbot_nb.payloads.reply.placeholders import texts_of
from chatbot_nb.payloads.report import Report

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from chatbot_nb.finding import Severity
    from chatbot_nb.payloads.reply.reply import Reply
    from chatbot_nb.widgets.samples import Sample

_SHOWN: Final = 200  # findings
_RANK: Final[dict[Severity, int]] = {"error": 0, "warning": 1, "info": 2}


def verdict_of(reply: Reply, payload: object, samples: Sequence[Sample]) -> dict[str, Any]:
    """Return everything that is wrong with a reply, and with what each sample user would see.

    Parameters
    ----------
    reply : Reply
    payload : JSON value
        The reply's own; it is not changed.
    samples : sequence of dict

    Returns
    -------
    dict
        JSON: ``findings``, the first 200, errors first, those of a sample with its index as ``sample``; ``errors``,
        ``warnings`` and ``infos``, which count all; ``fixed``, the JSON Patch to the payload with the known mistakes
        put right, or None.
    """
    report = report_of(reply)
    found = [as_json(finding) for finding in report.findings]
    found += _in_samples(reply, payload, samples, report)
    found.sort(key=lambda each: _RANK[each["severity"]])
    severities = [each["severity"] for each in found]
    return {
        "findings": found[:_SHOWN],
        **{f"{kind}s": severities.count(kind) for kind in _RANK},
        "fixed": None if report.fixed is None else json_patch(payload, report.fixed),
    }


def report_of(reply: Reply, sample: Sample | None = None) -> Report:
    """Return what a check of a reply finds, rendered if there is a sample; if the check fails, a finding says so."""
    try:
        return (reply if sample is None else reply.render(sample)).check()
    except Exception as exc:  # noqa: BLE001  # whatever a check stumbles over, the user goes on
        message = f"the check failed with {type(exc).__name__}; the reply is kept, please report this"
        return Report((Finding("", "validator_crashed", "error", message),))


def as_json(finding: Finding) -> dict[str, Any]:
    """Return a finding as the browser gets it."""
    return asdict(finding)


def _in_samples(reply: Reply, payload: object, samples: Iterable[Sample], report: Report) -> Iterator[dict[str, Any]]:
    """Yield what is found only once a sample is filled in."""
    if next(texts_of(payload), None) is None:
        return
    known = {(finding.pointer, finding.code) for finding in report.findings}
    for number, sample in enumerate(samples):
        for finding in report_of(reply, sample).findings:
            if (finding.pointer, finding.code) not in known:
                yield {**as_json(finding), "sample": number}
