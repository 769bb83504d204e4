"""Brackets and what stands between them: on one line where it fits, else one entry a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias, Union

if TYPE_CHECKING:
    from collections.abc import Iterable

WIDTH: Final = 100  # characters of a line


class Group(NamedTuple):
    """An array, an object or a call.

    Parameters
    ----------
    opening, closing : str
    entries : tuple of (str, Node)
        Each with what stands before it on its line: ``"delay="``, ``'"title": '`` or nothing.
    pad : str
        What stands inside both brackets where all is on one line.
    width : int
        Characters of it on one line.
    """

    opening: str
    entries: tuple[tuple[str, Node], ...]
    closing: str
    pad: str
    width: int


# A string that is never broken, or brackets that can be.
Node: TypeAlias = Union[str, Group]  # noqa: UP007 - Group is not made yet where its own annotation names it


def group(opening: str, entries: Iterable[tuple[str, Node]], closing: str, pad: str = "") -> Group:
    """Return brackets with their width."""
    entries = tuple(entries)
    pad = pad if entries else ""
    inside = sum(len(label) + width_of(node) for label, node in entries) + len(", ") * max(0, len(entries) - 1)
    return Group(opening, entries, closing, pad, len(opening) + inside + len(closing) + 2 * len(pad))


def call(function: str, /, *arguments: Node, **named: Node) -> Group:
    """Return the call of a Python function."""
    by_name = ((f"{name}=", node) for name, node in named.items())
    return group(f"{function}(", [*(("", node) for node in arguments), *by_name], ")")


def width_of(node: Node) -> int:
    """Return the characters that a node takes on one line."""
    return len(node) if isinstance(node, str) else node.width


def lay_out(node: Node, *, indent: str = "", step: str = "    ", taken: int = 0) -> str:
    """Return a node as source.

    Parameters
    ----------
    node : Node
    indent : str
        What the line begins with on which the node stands.
    step : str
        What each level adds to that.
    taken : int
        Characters of the first line that stand before or after the node, beyond the indent.
    """
    if isinstance(node, str):
        return node
    if not node.entries or len(indent) + taken + node.width <= WIDTH:
        return _flat(node)
    inner = indent + step
    lines = [
        # the comma is taken too
        f"{inner}{label}{lay_out(child, indent=inner, step=step, taken=len(label) + 1)},"
        for label, child in node.entries
    ]
    return "\n".join([node.opening, *lines, indent + node.closing])


def _flat(node: Node) -> str:
    if isinstance(node, str):
        return node
    entries = ", ".join(label + _flat(child) for label, child in node.entries)
    return f"{node.opening}{node.pad}{entries}{node.pad}{node.closing}"
