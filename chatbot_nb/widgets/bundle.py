"""The browser's side of a widget, read from ``static/`` and packed to be sent once a page."""

from __future__ import annotations

import gzip
import hashlib
import json
import posixpath
import re
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from chatbot_nb.widgets.form import form
from chatbot_nb.widgets.templates import templates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

STATIC: Final = Path(__file__).parent / "static"
LOADER: Final = STATIC / "loader.js"
# The sheets of an entry, by its folder: a later one may rest on what an earlier one says.
_SHEETS: Final = {
    "chat": ("style/theme.css", "style/chat.css"),
    "builder": ("style/theme.css", "style/chat.css", "style/controls.css", "style/builder.css"),
    "grid": ("style/theme.css", "style/controls.css", "style/grid.css"),
    "traffic": ("style/theme.css", "style/chat.css", "style/controls.css", "style/grid.css", "style/traffic.css"),
}
# What is told besides, by the same.
_KITS: Final[dict[str, dict[str, Callable[[], Any]]]] = {"builder": {"form": form, "templates": templates}}
# The form of each import; the loader finds it by the same, and by nothing else.
_IMPORT: Final = re.compile(r'^import [^"\n]*"(\.{1,2}/[^"\n]+)";$', re.MULTILINE)
_ANY_IMPORT: Final = re.compile(
    r"^\s*(?:import\b(?!\.meta)|export\b[^;={(]*\bfrom\b|export \{[^}]*\} from\b)", re.MULTILINE
)
_HASH: Final = 16  # characters


@dataclass(frozen=True)
class Bundle:
    """The modules of one entry with all that they import, style sheets, and what Python tells once a page.

    Parameters
    ----------
    entry : str
        The name of the module to begin with.
    modules : dict of str to str
        Source by name, which is the path below ``static/``; each after all that it imports.
    css : list of str
        Style sheets, in their order.
    kit : dict
        JSON for the entry: ``form`` and ``templates`` for the builder.
    """

    entry: str
    modules: dict[str, str]
    css: list[str]
    kit: dict[str, Any]

    @cached_property
    def hash(self) -> str:
        """16 hexadecimal characters that tell this bundle from any other."""
        return hashlib.sha256(self._json).hexdigest()[:_HASH]

    @cached_property
    def packed(self) -> bytes:
        """The bundle as JSON, packed by gzip; the same bytes whenever it is made."""
        return gzip.compress(self._json, compresslevel=6, mtime=0)  # half the time of 9, and half a percent more

    @cached_property
    def _json(self) -> bytes:
        parts = {"entry": self.entry, "modules": self.modules, "css": self.css, "kit": self.kit}
        return json.dumps(parts, ensure_ascii=False, separators=(",", ":")).encode()


@cache
def bundle(entry: str, folder: Path = STATIC) -> Bundle:
    """Return what a widget's front end consists of; read once.

    Parameters
    ----------
    entry : str
        Path of a module below the folder; its first part says which style sheets it takes.
    folder : pathlib.Path, default the package's ``static/``

    Returns
    -------
    Bundle

    Raises
    ------
    ValueError
        An import is not of the one form that the loader knows, leads out of the folder, or round in a circle.
    OSError
        A file cannot be read.
    """
    sheets = [(folder / name).read_text(encoding="utf-8") for name in _SHEETS[entry.partition("/")[0]]]
    kit = {name: make() for name, make in _KITS.get(entry.partition("/")[0], {}).items()}
    return Bundle(entry, modules_of(entry, folder), sheets, kit)


def modules_of(entry: str, folder: Path) -> dict[str, str]:
    """Return an entry's source and that of all it imports, by name, each after what it imports.

    Raises
    ------
    ValueError
        As for `bundle`.
    OSError
        A file cannot be read.
    """
    found: dict[str, str] = {}
    _collect(entry, folder, (), found)
    return found


def _collect(name: str, folder: Path, way: tuple[str, ...], found: dict[str, str]) -> None:
    if name in way:
        raise ValueError(f"modules import each other in a circle: {' > '.join([*way[way.index(name) :], name])}")
    if name in found:
        return
    source = (folder / name).read_text(encoding="utf-8")
    for imported in _imports(name, source):
        _collect(imported, folder, (*way, name), found)
    found[name] = source


def _imports(name: str, source: str) -> Iterator[str]:
    specifiers = _IMPORT.findall(source)
    if len(specifiers) != len(_ANY_IMPORT.findall(source)):
        raise ValueError(f'{name}: write each import on a line of its own, as import {{ a, b }} from "./x.js";')
    for specifier in specifiers:
        imported = posixpath.normpath(posixpath.join(posixpath.dirname(name), specifier))
        if imported.startswith("../"):
            raise ValueError(f"{name}: the import of {specifier} leads out of the folder")
        yield imported
