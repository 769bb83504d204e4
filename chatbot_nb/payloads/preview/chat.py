"""A reply as the chat that it makes, in static HTML: no script, no request, nothing that leads anywhere."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from itertools import islice
from typing import TYPE_CHECKING, Final

from chatbot_nb.payloads.display import LONG, SHOWN, findings_table, marked, table
from chatbot_nb.payloads.preview.bubbles import response_html
from chatbot_nb.payloads.preview.marks import Marks
from chatbot_nb.payloads.preview.strings import inline_html, raw_html, visible
from chatbot_nb.payloads.preview.style import OPENING, STYLE
from chatbot_nb.payloads.preview.text import title, unknown_parts
from chatbot_nb.payloads.wording import counted, pointer_to

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from chatbot_nb.finding import Finding, Severity

RESPONSES: Final = 50  # so many are shown,
_CHARACTERS: Final = 300_000  # or as many as fit: an executed notebook is saved with its outputs
_KINDS: Final[tuple[Severity, ...]] = ("error", "warning", "info")
_ATTRIBUTES: Final = {"attribute": LONG, "value": LONG}


def chat_html(payload: object, findings: Sequence[Finding] = ()) -> str:
    """Return a reply as a chat.

    Parameters
    ----------
    payload : JSON value
        Any. What is no reply, response, element or button is shown as the JSON that it is.
    findings : sequence of Finding, default ()
        What a check of ``payload`` found: marked where it is, and listed below.

    Returns
    -------
    str
        One ``<div>``, with its style sheet. At most 50 responses, each text cut at 2,000 characters; what is left
        out is counted. Images are named, not loaded; text is escaped, and control characters are spelled out.

    Notes
    -----
    Every response and part keeps its words without the style sheet, which a notebook that is not trusted takes away.
    """
    counts = f"<span>{escape(title(payload))}</span> <span>{_verdict(findings)}</span>"
    head = f'<p class="cbn-head"><strong>reply</strong> {counts}</p>'
    return f"{OPENING}{STYLE}{head}{''.join(_body(payload, findings))}{findings_html(findings)}</div>"


def _body(payload: object, findings: Sequence[Finding]) -> Iterator[str]:
    if not isinstance(payload, dict):
        yield raw_html(payload)
        return
    responses, attributes = payload.get("responses"), payload.get("attributes")
    if isinstance(responses, list) and responses:
        yield _chat(responses, findings)
    if isinstance(attributes, dict) and attributes:
        yield attributes_html(attributes, findings)
    if others := unknown_parts(payload):
        yield f'<div class="cbn-rest"><small>not part of a reply</small>{raw_html(others)}</div>'


def _chat(responses: Sequence[object], findings: Sequence[Finding]) -> str:
    marks = Marks((finding.pointer, finding.severity) for finding in findings)
    below = _below_responses(findings)
    items: list[str] = []
    for place, response in enumerate(responses[:RESPONSES]):
        pointer = f"/responses/{place}"
        found = f"<p><small>{_verdict(below[place])} at <code>{pointer}</code></small></p>" if place in below else ""
        items.append(f"<li>{response_html(response, pointer, marks)}{found}</li>")
        if sum(map(len, items)) > _CHARACTERS:
            break
    more = len(responses) - len(items)
    rest = f"<p><small>and {counted(more, 'more response')}</small></p>" if more else ""
    return f'<ol class="cbn-chat" start="0" role="list" aria-label="chat">{"".join(items)}</ol>{rest}'


def _below_responses(findings: Sequence[Finding]) -> dict[int, list[Finding]]:
    """Return the findings of each response that is shown."""
    places = {str(place): place for place in range(RESPONSES)}
    found: dict[int, list[Finding]] = {}
    for finding in findings:
        _, *parts = finding.pointer.split("/", 3)
        if parts[:1] == ["responses"] and len(parts) > 1 and parts[1] in places:
            found.setdefault(places[parts[1]], []).append(finding)
    return found


def _verdict(findings: Sequence[Finding]) -> str:
    """Return how many findings of each severity there are, with their marks."""
    found = [finding.severity for finding in findings]
    return ", ".join(marked(kind, counted(found.count(kind), kind)) for kind in _KINDS if kind in found)


def attributes_html(attributes: Mapping[str, object], findings: Sequence[Finding]) -> str:
    """Return the attributes that are set as a table."""
    marks = Marks((finding.pointer, finding.severity) for finding in findings)
    rows = [
        (marks.html(pointer_to(["attributes", str(name)])) + inline_html(name), inline_html(value))
        for name, value in islice(attributes.items(), SHOWN)
    ]
    return table(_ATTRIBUTES, rows, len(attributes), "attributes")


def findings_html(findings: Sequence[Finding]) -> str:
    """Return the first findings as a table, with nothing in them that acts."""
    first = [
        replace(finding, pointer=visible(finding.pointer), message=visible(finding.message))
        for finding in findings[:SHOWN]
    ]
    return findings_table([*first, *findings[SHOWN:]])
