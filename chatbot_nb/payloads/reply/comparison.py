"""What changes from one reply to another."""

from __future__ import annotations

import json
from typing import Any

from chatbot_nb.payloads.display import SHOWN
from chatbot_nb.payloads.patch import json_patch
from chatbot_nb.payloads.preview.side_by_side import side_by_side_html
from chatbot_nb.payloads.preview.strings import TITLE, visible
from chatbot_nb.payloads.wording import counted


class ReplyDiff:
    """The difference of two replies; `Reply.diff` makes it.

    Parameters
    ----------
    old, new : JSON value
        The payloads.

    Attributes
    ----------
    patch : list of dict
        JSON Patch (RFC 6902): what makes the new payload of the old one; empty, and the difference false, if they
        are equal.
    """

    def __init__(self, old: Any, new: Any) -> None:  # noqa: ANN401  # any JSON value
        self._old = old
        self._new = new
        self.patch = json_patch(old, new)

    def __bool__(self) -> bool:
        return bool(self.patch)

    def __repr__(self) -> str:
        if not self.patch:
            return "no difference"
        lines = [_line(operation) for operation in self.patch[:SHOWN]]
        if len(self.patch) > SHOWN:
            lines.append(f"and {len(self.patch) - SHOWN:,} more in .patch")
        return "\n  ".join([counted(len(self.patch), "difference"), *lines])

    def _repr_html_(self) -> str:
        return side_by_side_html(self._old, self._new)


def _line(operation: dict[str, object]) -> str:
    text = visible(json.dumps(operation, ensure_ascii=False))
    return text if len(text) <= TITLE else text[: TITLE - 1] + "…"
