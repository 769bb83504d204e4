"""Two JSON values beside each other: what is equal, and which entry of one array became which of the other."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Sequence

    Pair = tuple[int | None, int | None]

# Arrays that differ in more entries than this are compared index by index: the search costs entries x differences.
_DIFFERENCES: Final = 256


class Numbers:
    """A number for each JSON value it is asked about: equal values have the same, and only they.

    ``1``, ``1.0`` and ``True`` are three values; the order of keys does not count. Values must live, unchanged, as
    long as this does. Nothing here recurses: depth has no limit.
    """

    def __init__(self) -> None:
        self._numbers: dict[Hashable, int] = {}
        self._containers: dict[int, int] = {}

    def of(self, value: object) -> int:
        """Return the number of a value; ValueError if it holds itself."""
        waiting, opened = [value], set[int]()
        while isinstance(waiting[-1], (dict, list)):
            top = waiting[-1]
            inner = [each for each in _entries(top) if self._known(each) is None]
            if not inner:
                self._containers[id(top)] = self._number(self._form(top))
                waiting.pop()
                if not waiting:
                    break
            elif id(top) in opened:
                raise ValueError("a value that holds itself is no JSON")
            else:
                opened.add(id(top))
                waiting += inner
        return self._known(value) or 0

    def _known(self, value: object) -> int | None:
        if isinstance(value, (dict, list)):
            return self._containers.get(id(value))
        # The words of a float tell 0.0 from -0.0, and make NaN equal to itself.
        return self._number((type(value), repr(value) if isinstance(value, float) else value))

    def _form(self, value: dict[str, object] | list[object]) -> Hashable:
        if isinstance(value, dict):
            return dict, frozenset((key, self._known(each)) for key, each in value.items())
        return list, tuple(map(self._known, value))

    def _number(self, form: Hashable) -> int:
        return self._numbers.setdefault(form, len(self._numbers) + 1)


def _entries(value: object) -> Iterable[object]:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def aligned(old: Sequence[object], new: Sequence[object], numbers: Numbers) -> list[Pair]:
    """Return which entry of an array became which of another, ``None`` where one was added or removed.

    Parameters
    ----------
    old, new : sequence of JSON value
    numbers : Numbers

    Returns
    -------
    list of (int or None, int or None)
        Indexes into both, each exactly once, both in rising order. Equal entries come together first, as a longest
        common subsequence; between them entries of one kind (objects of the same ``type``), then by index.
    """
    pairs: list[Pair] = []
    equal = _common([numbers.of(each) for each in old], [numbers.of(each) for each in new])
    for olds, news, match in _gaps(equal, len(old), len(new)):
        alike = _common([_kind(old[i]) for i in olds], [_kind(new[j]) for j in news])
        for some, others, pair in _gaps(alike, len(olds), len(news)):
            pairs += zip_longest((olds[i] for i in some), (news[j] for j in others))
            pairs += [(olds[pair[0]], news[pair[1]])] if pair else []
        pairs += [match] if match else []
    return pairs


def _kind(value: object) -> Hashable:
    if not isinstance(value, dict):
        return type(value).__name__, ""
    kind = value.get("type")
    return kind if isinstance(kind, str) else "an object"


def _gaps(matches: list[tuple[int, int]], old: int, new: int) -> Iterator[tuple[range, range, tuple[int, int] | None]]:
    """Yield what stands before each match, and the match; last what follows them."""
    i = j = 0
    for match in matches:
        yield range(i, match[0]), range(j, match[1]), match
        i, j = match[0] + 1, match[1] + 1
    yield range(i, old), range(j, new), None


def _common(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Return the indexes of a longest common subsequence; too far to seek, of what both begin and end with."""
    shorter = min(len(old), len(new))
    begin = next((i for i in range(shorter) if old[i] != new[i]), shorter)
    end = next((i for i in range(shorter - begin) if old[-1 - i] != new[-1 - i]), shorter - begin)
    middle = _search(old[begin : len(old) - end], new[begin : len(new) - end])
    return [
        *((i, i) for i in range(begin)),
        *((begin + i, begin + j) for i, j in middle),
        *((len(old) - i, len(new) - i) for i in range(end, 0, -1)),
    ]


def _search(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Return a longest common subsequence by Myers' algorithm (1986): the furthest point for each number of edits."""
    furthest, trace = {1: 0}, list[dict[int, int]]()
    for edits in range(min(len(old) + len(new), _DIFFERENCES) + 1) if old and new else ():
        trace.append(furthest.copy())
        for diagonal in range(-edits, edits + 1, 2):
            i = furthest[_before(furthest, diagonal, edits)]
            i += _before(furthest, diagonal, edits) < diagonal
            while i < len(old) and 0 <= i - diagonal < len(new) and old[i] == new[i - diagonal]:
                i += 1
            furthest[diagonal] = i
            if i >= len(old) and i - diagonal >= len(new):
                return _walk_back(trace, len(old), len(new))
    return []


def _before(furthest: dict[int, int], diagonal: int, edits: int) -> int:
    """Return the diagonal that the furthest path came from: from that above by an addition, else by a removal."""
    added = diagonal == -edits or (diagonal != edits and furthest[diagonal - 1] < furthest[diagonal + 1])
    return diagonal + 1 if added else diagonal - 1


def _walk_back(trace: list[dict[int, int]], i: int, j: int) -> list[tuple[int, int]]:
    matches = []
    for edits in range(len(trace) - 1, -1, -1):
        came_from = _before(trace[edits], i - j, edits)
        start = trace[edits][came_from]
        while i > start and j > start - came_from:
            i, j = i - 1, j - 1
            matches.append((i, j))
        i, j = start, start - came_from
    return matches[::-1]
