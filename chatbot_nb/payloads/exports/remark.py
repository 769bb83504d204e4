"""What is wrong with the reply that was exported, as a comment on top of its code."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final

from chatbot_nb.payloads.display import SHOWN
from chatbot_nb.payloads.exports.layout import WIDTH

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from chatbot_nb.finding import Finding

_MARKS: Final = {"express": "//", "php": "//"}
_PHP: Final = "<?php\n"
_LONGEST: Final = 300  # characters of a finding


def remarked(source: str, target: str, findings: Sequence[Finding]) -> str:
    """Return an export with a comment on top that names findings."""
    mark = _MARKS.get(target, "#")
    begin = _PHP if source.startswith(_PHP) else ""
    rest = source.removeprefix(begin)
    # Two lines of our own come first: in them a text from outside could tell Python another encoding.
    lines = ["ChatBot would refuse the reply that this was made of. What is wrong with it:", ""]
    for finding in findings[:SHOWN]:
        lines += _wrapped(str(finding), WIDTH - len(f"{mark} "))
    if len(findings) > SHOWN:
        lines.append(f" and {len(findings) - SHOWN} more: Reply.check() has all of them")
    if rest.startswith(mark):
        lines.append("")
    return begin + "".join(_commented(lines, mark)) + rest


def _wrapped(text: str, width: int) -> list[str]:
    cut = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    return textwrap.wrap(_harmless(cut), width, initial_indent=" * ", subsequent_indent="   ", break_on_hyphens=False)


def _harmless(text: str) -> str:
    """Return a text that stays in a comment: nothing in it ends the line, or PHP, which ends within comments too."""
    printing = (each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)
    return "".join(printing).replace("?>", "? >")


def _commented(lines: Iterable[str], mark: str) -> Iterator[str]:
    for line in lines:
        yield f"{mark} {line}".rstrip() + "\n"
