"""JSON Patch (RFC 6902): from one JSON document to another, and back on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from chatbot_nb.errors import PayloadError
from chatbot_nb.finding import Finding
from chatbot_nb.payloads.alignment import Numbers, aligned
from chatbot_nb.payloads.wording import show

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_INDEX: Final = re.compile("0|[1-9][0-9]{0,17}", re.ASCII)


class Difference(NamedTuple):
    """One operation on the way from one document to another.

    Parameters
    ----------
    op : {"add", "remove", "replace"}
    path : str
        JSON Pointer into the document as it is when all operations before this one are done.
    before : str or None
        JSON Pointer into the old document; ``None`` for what is added.
    value : JSON value
        What is there afterwards; ``None`` for what is removed.
    """

    op: Literal["add", "remove", "replace"]
    path: str
    before: str | None
    value: object = None


def json_patch(old: object, new: object) -> list[dict[str, object]]:
    """Return the operations that make one JSON document of another.

    Parameters
    ----------
    old, new : JSON value
        dict, list, str, int, float, bool or None. Both stay as they are; values in the patch are parts of ``new``.

    Returns
    -------
    list of dict
        ``add``, ``remove`` and ``replace`` with ``op``, ``path`` and, but for ``remove``, ``value``. Empty if both
        are the same: ``1``, ``1.0`` and ``True`` are not, another order of keys is.

    Raises
    ------
    ValueError
        A document holds itself.

    Notes
    -----
    Source: RFC 6902. Arrays are compared by their longest common subsequence, up to 256 differences in one array;
    beyond, what is between a common beginning and end is compared index by index. Objects of different ``type`` with
    different keys are replaced as a whole.

    Examples
    --------
    >>> json_patch({"a": [1, 2, 3]}, {"a": [0, 1, 2, 4]})
    [{'op': 'add', 'path': '/a/0', 'value': 0}, {'op': 'replace', 'path': '/a/3', 'value': 4}]
    """
    return [
        {"op": each.op, "path": each.path} | ({} if each.op == "remove" else {"value": each.value})
        for each in differences(old, new)
    ]


def differences(old: object, new: object) -> Iterator[Difference]:
    """Yield what `json_patch` consists of, with the places in the old document."""
    numbers = Numbers()
    # Entries of a container wait until it has its new shape: their paths then hold to the end.
    waiting = [("", "", old, new)]
    while waiting:
        before, path, a, b = waiting.pop()
        if numbers.of(a) == numbers.of(b):
            continue
        inner: list[tuple[str, str, object, object]] = []
        if isinstance(a, dict) and isinstance(b, dict) and not _another_thing(a, b):
            inner = [(below(before, key), below(path, key), a[key], b[key]) for key in a if key in b]
            yield from (Difference("remove", below(path, key), below(before, key)) for key in a if key not in b)
            yield from (Difference("add", below(path, key), None, b[key]) for key in b if key not in a)
        elif isinstance(a, list) and isinstance(b, list):
            pairs = aligned(a, b, numbers)
            yield from _moves(pairs, before, path, b)
            inner = [
                (below(before, i), below(path, j), a[i], b[j]) for i, j in pairs if i is not None and j is not None
            ]
        else:
            yield Difference("replace", path, before, b)
        waiting += reversed(inner)


def _another_thing(old: dict[str, object], new: dict[str, object]) -> bool:
    return old.keys() != new.keys() and "type" in old and "type" in new and old["type"] != new["type"]


def _moves(
    pairs: Iterable[tuple[int | None, int | None]], before: str, path: str, new: list[object]
) -> Iterator[Difference]:
    """Yield what comes and goes in an array; left of ``done`` it has its new shape already."""
    done = 0
    for i, j in pairs:
        if j is None:
            yield Difference("remove", below(path, done), below(before, str(i)))
            continue
        if i is None:
            yield Difference("add", below(path, j), None, new[j])
        done = j + 1


def below(pointer: str, part: str | int) -> str:
    """Return the pointer to a key or index below another; unlike in findings, no character is replaced."""
    return f"{pointer}/{str(part).replace('~', '~0').replace('/', '~1')}"


def apply_patch(document: object, patch: Iterable[Mapping[str, object]]) -> object:
    """Return a JSON document with the operations of a patch done.

    Parameters
    ----------
    document : JSON value
        It stays as it is; the result shares with it what did not change.
    patch : iterable of mapping
        ``add``, ``remove`` and ``replace``, as `json_patch` writes them.

    Returns
    -------
    JSON value

    Raises
    ------
    PayloadError
        An operation is none of the three, or there is nothing at its place; the pointer is into the patch.

    Notes
    -----
    Source: RFC 6902, sections 4.1 to 4.3, all or nothing. ``test``, ``move`` and ``copy`` are not used here.

    Examples
    --------
    >>> apply_patch({"a": [1]}, [{"op": "add", "path": "/a/-", "value": 2}])
    {'a': [1, 2]}
    """
    patched = _Patched(document)
    for index, operation in enumerate(patch):
        patched.index = index
        patched.do(operation)
    return patched.root


class _Patched:
    """A document in the making: containers are copied once, on the way to what changes in them."""

    def __init__(self, document: object) -> None:
        self.root = document
        self.index = 0
        self._own: dict[int, object] = {}  # copies made here, by id; held, lest an id is used again

    def do(self, operation: Mapping[str, object]) -> None:
        op, path = operation.get("op"), operation.get("path")
        if op not in ("add", "remove", "replace"):  # no set: what is given may have no hash
            raise self._error("op", f"{show(op)} is not an operation of a patch; use add, remove or replace")
        if not isinstance(path, str) or (path and not path.startswith("/")):
            raise self._error("path", f"{show(path)} is not a JSON Pointer: it begins with /, or is empty")
        if op != "remove" and "value" not in operation:
            raise self._error("value", f"missing; {op} needs it")
        if path:
            self._change(str(op), path, operation.get("value"))
        elif op == "remove":
            raise self._error("path", "the whole document cannot be removed; replace it")
        else:
            self.root = operation["value"]

    def _change(self, op: str, path: str, value: object) -> None:
        *way, last = [part.replace("~1", "/").replace("~0", "~") for part in path.split("/")[1:]]
        self.root = holder = self._owned(self.root, path)
        for part in way:
            key = self._key(holder, part, path)
            child = self._owned(holder[key], path)
            holder[key] = child
            holder = child
        key = self._key(holder, last, path, adding=op == "add")
        if op == "remove":
            del holder[key]
        elif op == "add" and isinstance(holder, list):
            holder.insert(int(key), value)
        else:
            holder[key] = value

    def _owned(self, value: object, path: str) -> Any:  # noqa: ANN401 - a dict or a list
        if not isinstance(value, (dict, list)):
            raise self._error("path", f"there is nothing at {show(path)}")
        if id(value) not in self._own:
            value = value.copy()
            self._own[id(value)] = value
        return value

    def _key(
        self, holder: dict[str, object] | list[object], part: str, path: str, *, adding: bool = False
    ) -> str | int:
        if isinstance(holder, dict):
            if part in holder or adding:
                return part
        elif adding and part == "-":
            return len(holder)
        elif _INDEX.fullmatch(part) and int(part) < len(holder) + adding:
            return int(part)
        raise self._error("path", f"there is nothing at {show(path)}")

    def _error(self, member: str, message: str) -> PayloadError:
        return PayloadError([Finding(f"/{self.index}/{member}", "bad_operation", "error", message)], what="patch")
