"""Files of snapshots: which format by which name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chatbot_nb.connections.snapshots.columns import SECRETS
from chatbot_nb.connections.snapshots.documents import from_json, from_parquet, to_json, to_parquet
from chatbot_nb.payloads import files
from chatbot_nb.payloads.wording import either

if TYPE_CHECKING:
    from pathlib import Path

    from chatbot_nb.connections.snapshots.documents import Content
    from chatbot_nb.connections.snapshots.snapshot import Snapshot

_FORMATS: Final = {".json": (to_json, from_json), ".parquet": (to_parquet, from_parquet)}


def write(path: Path, snapshot: Snapshot, *, overwrite: bool) -> Path:
    """Write a snapshot as `Snapshot.save` documents it."""
    to_bytes, _ = _FORMATS[_suffix(path)]
    files.check_place(path)
    if path.exists() and not overwrite:
        raise FileExistsError(f"{str(path)!r} exists; pass overwrite=True to replace it")
    secret = set(SECRETS) <= set(snapshot.frame)
    files.replace(path, to_bytes(snapshot), files.OWNER if secret else files.EVERYBODY)
    return path


def read(path: Path) -> Content:
    """Read a snapshot as `snapshot` documents it."""
    _, from_bytes = _FORMATS[_suffix(path)]
    if path.is_dir():
        raise IsADirectoryError(f"{str(path)!r} is a folder; pass the name of a snapshot in it")
    if not path.exists():
        raise FileNotFoundError(f"there is no file {str(path)!r}; Snapshot.save returns the path it wrote")
    return from_bytes(path.read_bytes(), f"snapshot {path.name!r}")


def _suffix(path: Path) -> str:
    suffix = path.suffix.lower()
    if suffix not in _FORMATS:
        raise ValueError(f"{str(path)!r}: the name of a snapshot ends in {either(_FORMATS)}")
    return suffix
