"""How an audit looks, in text and in HTML: counts, the summary, then the first errors and warnings."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from chatbot_nb.payloads.display import LONG, SHORT, SHOWN, framed, marked, muted, table
from chatbot_nb.payloads.wording import show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chatbot_nb.audits.audit import Audit
    from chatbot_nb.finding import Severity

_SUMMARY: Final = {"severity": SHORT, "code": SHORT, "connections": SHORT, "example": LONG}
_FINDINGS: Final = {
    "severity": SHORT,
    "id": LONG.replace("8em", "16em"),
    "name": LONG,
    "message": LONG,
    "evidence": LONG,
}
_FIRST: Final = "errors first, then warnings:"


def text(audit: Audit) -> str:
    """Return the audit as text."""
    lines = [f"{severity:7} {code}: {count} ({example})" for code, severity, count, example in _summary(audit)]
    findings, total = _first(audit)
    if findings:
        lines.append(_FIRST)
        lines += [f"  {severity:7} {id_} {show(name)}: {message}" for id_, name, severity, message, _ in findings]
    if total > len(findings):
        lines.append(f"and {total - len(findings):,} more in .findings")
    lines += [f"not checked: {each}" for each in audit.skipped]
    return "\n  ".join([_title(audit), *lines])


def html(audit: Audit) -> str:
    """Return the audit as HTML; all that stands in it is escaped."""
    summary = [
        (marked(severity, severity), f"<code>{escape(code)}</code>", count, escape(example))
        for code, severity, count, example in _summary(audit)
    ]
    findings, total = _first(audit)
    rows = [
        (
            marked(severity, severity),
            f"<code>{escape(id_)}</code>",
            escape(show(name)),
            escape(message),
            escape(evidence),
        )
        for id_, name, severity, message, evidence in findings
    ]
    parts = [
        f'<p style="margin:4px 0"><strong>{escape(_title(audit))}</strong></p>',
        table(_SUMMARY, summary, len(summary), ".summary"),
        f'<p style="margin:12px 0 4px">{_FIRST}</p>' if rows else "",
        table(_FINDINGS, rows, total, ".findings"),
        *(muted(f"not checked: {each}") for each in audit.skipped),
    ]
    return framed("".join(parts))


def _title(audit: Audit) -> str:
    total = sum(audit.health.values())
    counts = ", ".join(f"{count:,} {kind}" for kind, count in audit.health.items())
    return f"audit of {total:,} {'connection' if total == 1 else 'connections'}: {counts}"


def _summary(audit: Audit) -> Iterator[tuple[str, Severity, str, str]]:
    for code, severity, count, example in audit.summary.itertuples(name=None):
        yield code, severity, f"{count:,}", example


def _first(audit: Audit) -> tuple[list[tuple[str, str, Severity, str, str]], int]:
    """Return the first errors, then the first warnings, and how many there are."""
    findings = audit.findings
    kinds = [findings.index[findings["severity"] == severity] for severity in ("error", "warning")]
    chosen = kinds[0].append(kinds[1])
    first = findings.loc[chosen[:SHOWN], ["id", "name", "severity", "message", "evidence"]]
    return list(first.itertuples(index=False, name=None)), len(chosen)
