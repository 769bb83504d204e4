"""A payload while it is put right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chatbot_nb.finding import Finding
from chatbot_nb.payloads.wording import pointer_to, show

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chatbot_nb.payloads.translate import Loc

JsonObject = dict[str, Any]


class Draft:
    """A payload while it is put right, in place; it remembers where everything stood.

    Attributes
    ----------
    value : JSON value
    findings : list of Finding
    settled : set of str
        Pointers about which all is said, although they are not put right.
    changed : bool
        Something was put right.
    """

    def __init__(self, value: Any) -> None:  # noqa: ANN401 - any JSON value
        self.value = value
        self.findings: list[Finding] = []
        self.settled: set[str] = set()
        self.changed = False
        # Where the entry of a container stood, by the container's id; the container is held, lest its id is reused.
        self._moved: dict[tuple[int, int | str], tuple[object, Loc]] = {}

    def tell(self, loc: Loc, code: str, message: str, *, fixed: bool = True, limit: str | None = None) -> None:
        """Add a finding about the place ``loc`` of the draft as it is now, before it is put right."""
        pointer = pointer_to(self.origin(loc))
        self.findings.append(Finding(pointer, code, "error", message, limit, show(self.at(loc))))
        if not fixed:
            self.settled.add(pointer)
        self.changed |= fixed

    def move(self, container: JsonObject | list[Any], key: int | str, origin: Loc) -> None:
        """Remember that an entry stood elsewhere in the payload as it came."""
        self._moved[id(container), key] = (container, origin)

    def origin(self, loc: Loc) -> Loc:
        """Return where in the payload as it came the place ``loc`` of the draft was."""
        origin: Loc = ()
        value = self.value
        for part in loc:
            _, origin = self._moved.get((id(value), part), (None, (*origin, part)))
            value = _entry(value, part)
        return origin

    def at(self, loc: Loc) -> object:
        """Return what stands at a place of the draft."""
        value = self.value
        for part in loc:
            value = _entry(value, part)
        return value

    def rename(self, loc: Loc, holder: JsonObject, old: str, new: str) -> None:
        """Give an entry of an object another key, at the same place among the others."""
        self.move(holder, new, self.origin((*loc, old)))
        entries = [(new if key == old else key, value) for key, value in holder.items()]
        holder.clear()
        holder.update(entries)


def _entry(value: Any, part: int | str) -> Any:  # noqa: ANN401
    if isinstance(value, dict):
        return value.get(part)
    return value[part] if isinstance(value, list) and isinstance(part, int) and part < len(value) else None


def objects_in(loc: Loc, entries: object) -> Iterable[tuple[Loc, JsonObject]]:
    """Return the objects of an array, each with its place; nothing if it is no array."""
    if isinstance(entries, list):
        for index, entry in enumerate(entries):
            if isinstance(entry, dict):
                yield (*loc, index), entry
