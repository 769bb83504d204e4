"""A handler's source, where it runs on its own: what a file of tests can hold of it."""

from __future__ import annotations
import __future__

import ast
import builtins
import dis
import inspect
import sys
import textwrap
from importlib import import_module
from types import CodeType, FunctionType, ModuleType
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_OURS: Final = "chatbot_nb"


class NoSource(Exception):  # noqa: N818  # no error: the tests of the handler are left out, and the text says why
    """A handler cannot be taken along."""


class Handler(NamedTuple):
    """A handler as a file holds it.

    Parameters
    ----------
    name : str
    imports : tuple of str
        The statements that it needs.
    source : str
        Its definition, without decorators.
    """

    name: str
    imports: tuple[str, ...]
    source: str

    def function(self) -> Callable[..., object]:
        """Return the function that the source makes in a namespace of its own."""
        namespace: dict[str, object] = {"__name__": "exported_handler"}
        for statement in self.imports:
            exec(statement, namespace)  # noqa: S102  # an import that was made above
        exec(_compiled(self.source), namespace)  # noqa: S102  # the user's own function, which is to run here
        made = namespace[self.name]
        assert callable(made)
        return made


def taken_along(function: Callable[..., object], change: Callable[[str], str]) -> Handler:
    """Return a handler with all that it needs.

    Parameters
    ----------
    function : callable
    change : callable
        What is done to the source before it is looked at: secrets in it are masked.

    Raises
    ------
    NoSource
        It has no source of its own, or needs what only the notebook has.
    """
    if not isinstance(function, FunctionType):
        raise NoSource("it is no function made with def")
    source = change(_source(function))
    try:
        tree, code = ast.parse(source), _compiled(source)
    except (SyntaxError, ValueError):
        raise NoSource("its source does not stand on its own") from None
    if [type(statement) for statement in tree.body] != [ast.FunctionDef]:
        raise NoSource("it is no function made with def")
    needed = set(_loaded(code)) - {function.__name__, *(name for name in dir(builtins) if name not in _own(function))}
    imports = {name: _import_of(name, function) for name in {*needed, *_annotations(tree)}}
    if missing := sorted(name for name in needed if not imports[name]):
        raise NoSource(f"it needs from outside: {', '.join(missing)}")
    return Handler(function.__name__, tuple(sorted(filter(None, imports.values()))), source)


def _source(function: FunctionType) -> str:
    try:
        lines, _ = inspect.getsourcelines(function)
    except (OSError, TypeError):
        raise NoSource("its source cannot be had") from None
    source = textwrap.dedent("".join(lines)).rstrip() + "\n"
    if hasattr(function, "__wrapped__"):  # decorators made another function of it
        return source
    try:
        definition = ast.parse(source).body[0]
    except (SyntaxError, ValueError, IndexError):
        raise NoSource("its source cannot be had") from None
    # the line of a def is below its decorators, which only registered it
    return "".join(source.splitlines(keepends=True)[definition.lineno - 1 :])


def _compiled(source: str) -> CodeType:
    flags = __future__.annotations.compiler_flag  # the file has it too: annotations may name anything
    code: CodeType = compile(source, "<exported handler>", "exec", flags=flags, dont_inherit=True)
    return code


def _loaded(code: CodeType) -> Iterator[str]:
    """Return the names that code takes from outside, or puts there."""
    for step in dis.get_instructions(code):
        if step.opname == "LOAD_NAME" or "GLOBAL" in step.opname:
            yield step.argval
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _loaded(constant)


def _annotations(tree: ast.AST) -> set[str]:
    """Return the names in annotations: they need not be there to run, but linters look for them."""
    fields = ("annotation", "returns")
    found = (getattr(node, field, None) for node in ast.walk(tree) for field in fields)
    return {name.id for part in found if part for name in ast.walk(part) if isinstance(name, ast.Name)}


def _own(function: FunctionType) -> dict[str, object]:
    return function.__globals__


def _import_of(name: str, function: FunctionType) -> str:
    """Return the statement that imports what a name means to the handler; empty if none of Python or ours does."""
    value = _own(function).get(name)
    if isinstance(value, ModuleType):
        module, member = value.__name__, ""
    else:
        module, member = getattr(value, "__module__", None) or "", getattr(value, "__qualname__", None) or "."
    if module.partition(".")[0] not in {*sys.stdlib_module_names, _OURS} - {"__main__", "builtins"}:
        return ""
    if not member:
        return f"import {module}" if module == name else f"import {module} as {name}"
    if not member.isidentifier() or getattr(import_module(module), member, None) is not value:
        return ""
    return f"from {module} import {member}" if member == name else f"from {module} import {member} as {name}"
