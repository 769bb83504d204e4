"""Two replies as chats side by side: what was added, removed and changed."""

from __future__ import annotations

from html import escape
from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple

from chatbot_nb.payloads.alignment import Numbers, aligned
from chatbot_nb.payloads.display import marked
from chatbot_nb.payloads.patch import differences
from chatbot_nb.payloads.preview.bubbles import response_html
from chatbot_nb.payloads.preview.marks import WORDS, Marks
from chatbot_nb.payloads.preview.strings import inline_html, raw_html, visible
from chatbot_nb.payloads.preview.style import OPENING, STYLE
from chatbot_nb.payloads.wording import counted, pointer_to

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from chatbot_nb.payloads.display import State

_ROWS: Final = 50
_CHARACTERS: Final = 300_000
_STAYED: Final = 2  # so many responses in a row are shown although they stayed as they are
_STATES: Final[tuple[State, ...]] = ("new", "deleted", "changed")
_OPS: Final[dict[str, State]] = {"add": "new", "remove": "deleted", "replace": "changed"}


class _Part(NamedTuple):
    """A response, an attribute or anything else in a reply, at its place."""

    pointer: str
    value: object


class _Row(NamedTuple):
    """A part before and after, ``None`` where it was not, and what became of it."""

    state: State | None
    before: _Part | None
    after: _Part | None


def side_by_side_html(old: object, new: object) -> str:
    """Return two replies as chats side by side.

    Parameters
    ----------
    old, new : JSON value
        Any; what is no reply is shown as the JSON that it is.

    Returns
    -------
    str
        One ``<div>`` with its style sheet, made like that of `chat_html`. A row for each response, attribute and
        other key that was added, removed or changed, at most 50; more than two responses in a row that stayed are
        only counted.

    Raises
    ------
    ValueError
        One of the two holds itself.
    """
    rows = _rows(old, new)
    states = [row.state for row in rows]
    found = ", ".join(marked(each, f"{states.count(each):,} {WORDS[each]}") for each in _STATES if each in states)
    head = f'<p class="cbn-head"><strong>reply, old and new</strong> <span>{found or "no difference"}</span></p>'
    return f"{OPENING}{STYLE}{head}{_table(rows, old, new)}</div>"


def _rows(old: object, new: object) -> list[_Row]:
    numbers = Numbers()
    if not isinstance(old, dict) or not isinstance(new, dict):
        whole = _Part("", old), _Part("", new)
        return [_Row(_state(*whole, numbers), *whole)]
    responses = [_responses(reply) for reply in (old, new)]
    pairs = aligned([each.value for each in responses[0]], [each.value for each in responses[1]], numbers)
    sides = [(None if i is None else responses[0][i], None if j is None else responses[1][j]) for i, j in pairs]
    rows = [_Row(_state(before, after, numbers), before, after) for before, after in sides]
    others = [{part.pointer: part for part in _others(reply)} for reply in (old, new)]
    for pointer in others[0] | others[1]:
        before, after = (each.get(pointer) for each in others)
        if state := _state(before, after, numbers):
            rows.append(_Row(state, before, after))
    if numbers.of(old) != numbers.of(new) and not any(row.state for row in rows):
        rows.append(_Row("changed", _Part("", old), _Part("", new)))  # an empty array, for example, or none at all
    return rows


def _responses(reply: dict[str, object]) -> list[_Part]:
    found = reply.get("responses")
    return [_Part(f"/responses/{place}", each) for place, each in enumerate(found if isinstance(found, list) else ())]


def _others(reply: dict[str, object]) -> Iterator[_Part]:
    for key, value in reply.items():
        if key == "attributes" and isinstance(value, dict):
            yield from (_Part(pointer_to([key, name]), each) for name, each in value.items())
        elif key != "responses" or not isinstance(value, list):
            yield _Part(pointer_to([key]), value)


def _state(before: _Part | None, after: _Part | None, numbers: Numbers) -> State | None:
    if before is None or after is None:
        return "new" if before is None else "deleted"
    return None if numbers.of(before.value) == numbers.of(after.value) else "changed"


def _table(rows: Sequence[_Row], old: object, new: object) -> str:
    changes = list(differences(old, new))
    marks = (
        Marks((each.before, _OPS[each.op]) for each in changes if each.before is not None),
        Marks((each.path, _OPS[each.op]) for each in changes if each.op != "remove"),
    )
    lines: list[str] = []
    shown = 0
    for line, number in _lines(rows, marks):
        lines.append(line)
        shown += number
        if len(lines) == _ROWS or sum(map(len, lines)) > _CHARACTERS:
            break
    more = f"<p><small>and {counted(len(rows) - shown, 'more row')}</small></p>" if shown < len(rows) else ""
    head = '<tr><td></td><th scope="col">old</th><th scope="col">new</th></tr>'
    table = f'<table class="cbn-sides"><thead>{head}</thead><tbody>{"".join(lines)}</tbody></table>'
    return table + more if lines else ""


def _lines(rows: Sequence[_Row], marks: tuple[Marks, Marks]) -> Iterator[tuple[str, int]]:
    """Yield table rows as HTML, and how many rows each stands for."""
    for stays, group in groupby(rows, key=lambda row: row.state is None):
        run = list(group)
        if stays and len(run) > _STAYED:
            yield f'<tr><td colspan="3"><small>{len(run):,} responses stay as they are</small></td></tr>', len(run)
            continue
        for row in run:
            part = row.after or row.before
            state = f"{marked(row.state, WORDS[row.state])}<br>" if row.state else ""
            place = f"<code>{escape(visible(part.pointer if part else '')).replace('/', '<wbr>/')}</code>"
            sides = f"<td>{_side(row.before, marks[0])}</td><td>{_side(row.after, marks[1])}</td>"
            yield f"<tr><td>{state}{place}</td>{sides}</tr>", 1


def _side(part: _Part | None, marks: Marks) -> str:
    if part is None:
        return ""
    if part.pointer.startswith("/responses/"):
        return response_html(part.value, part.pointer, marks)
    return inline_html(part.value) if part.pointer.startswith("/attributes/") else raw_html(part.value)
