"""Files of snapshots: which format by which name, and a write that is whole or did not happen."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING, Final

from chatbot_nb.connections.snapshots.columns import SECRETS
from chatbot_nb.connections.snapshots.documents import from_json, from_parquet, to_json, to_parquet
from chatbot_nb.payloads.wording import either

if TYPE_CHECKING:
    from pathlib import Path

    from chatbot_nb.connections.snapshots.documents import Content
    from chatbot_nb.connections.snapshots.snapshot import Snapshot

_FORMATS: Final = {".json": (to_json, from_json), ".parquet": (to_parquet, from_parquet)}
_EVERYBODY: Final = 0o666  # less what the umask takes
_OWNER: Final = 0o600


def write(path: Path, snapshot: Snapshot, *, overwrite: bool) -> Path:
    """Write a snapshot as `Snapshot.save` documents it."""
    to_bytes, _ = _FORMATS[_suffix(path)]
    if path.is_dir():
        raise IsADirectoryError(f"{str(path)!r} is a folder; pass the name of a file in it")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {str(path.parent)!r}; make it first")
    if path.exists() and not overwrite:
        raise FileExistsError(f"{str(path)!r} exists; pass overwrite=True to replace it")
    secret = set(SECRETS) <= set(snapshot.frame)
    _replace(path, to_bytes(snapshot), _OWNER if secret else _EVERYBODY)
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


def _replace(path: Path, data: bytes, mode: int) -> None:
    """Put a whole file in the place of whatever is there."""
    # Beside it, since a rename works within one file system only; the mode holds from the first byte on.
    temporary = path.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        with open(temporary, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())  # or a power cut could leave the new name on an empty file
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
