"""Files: what fails is said with the file's name, and a write is whole or did not happen."""

from __future__ import annotations

import os
import secrets
import stat
from io import BufferedReader
from pathlib import Path
from typing import Final, NoReturn

EVERYBODY: Final = 0o666  # less what the umask takes
OWNER: Final = 0o600


def opened(path: Path, wanted: str, buffer: int = 1 << 16) -> BufferedReader:
    """Return a file, opened to be read.

    Parameters
    ----------
    path : Path
    wanted : str
        What it should be, for the message on a folder: ``"a JSON file"``.
    buffer : int, default 65,536
        So many bytes are read at once, and can be peeked at.

    Raises
    ------
    FileNotFoundError, IsADirectoryError, PermissionError, OSError
        There is no such file, it is a folder, or it cannot be read; in our words, with its name.
    """
    try:
        return BufferedReader(path.open("rb", 0), buffer)
    except FileNotFoundError as error:
        raise FileNotFoundError(f"there is no file {str(path)!r}") from error
    except IsADirectoryError as error:
        raise IsADirectoryError(f"{str(path)!r} is a folder; pass the name of {wanted} in it") from error
    except PermissionError as error:
        raise PermissionError(f"{str(path)!r} may not be read") from error
    except OSError as error:
        raise type(error)(f"{str(path)!r} cannot be read: {error.strerror}") from error


def save(path: Path, data: bytes) -> None:
    """Write a file as an editor does: links lead to it, its permissions stay, devices and pipes are written into."""
    path = Path(os.path.realpath(path)) if path.is_symlink() else path
    check_place(path)
    if not path.exists():
        replace(path, data, EVERYBODY)
    elif path.is_file():
        replace(path, data, OWNER, final=stat.S_IMODE(path.stat().st_mode))
    else:
        path.write_bytes(data)


def check_place(path: Path) -> None:
    """Raise, in our words, if no file of this name can be: it is a folder, or its folder is not there."""
    if path.is_dir():
        raise IsADirectoryError(f"{str(path)!r} is a folder; pass the name of a file in it")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {str(path.parent)!r}; make it first")


def replace(path: Path, data: bytes, mode: int, *, final: int | None = None) -> None:
    """Put a whole file in the place of whatever is there; if that fails, what was there is as it was.

    Parameters
    ----------
    path : Path
    data : bytes
    mode : int
        Its permissions from the first byte on, less what the umask takes.
    final : int, optional
        Its permissions once it is whole.

    Raises
    ------
    PermissionError, OSError
        It cannot be written; in our words, with its name.
    """
    # Beside it, since a rename works within one file system only.
    temporary = path.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        with os.fdopen(os.open(temporary, _NEW, mode), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())  # or a power cut could leave the new name on an empty file
        if final is not None:
            temporary.chmod(final)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        _refused(path, error)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


def _refused(path: Path, error: OSError) -> NoReturn:
    if isinstance(error, PermissionError):
        why = f"the folder {str(path.parent)!r} lets you make no file in it"
        raise PermissionError(f"{str(path)!r} may not be written: {why}") from error
    why = f"could not be written: {error.strerror}; what was there is as it was"
    raise type(error)(f"{str(path)!r} {why}") from error
