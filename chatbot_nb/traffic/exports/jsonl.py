"""Exchanges as a file of JSON lines, from which equal ones are made again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

from chatbot_nb.errors import ReceiverError
from chatbot_nb.payloads import files
from chatbot_nb.payloads.wording import counted, show
from chatbot_nb.traffic.exports import record
from chatbot_nb.traffic.exports.masking import Masking

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from os import PathLike

    from chatbot_nb.traffic.exchange import Exchange

_FORMAT: Final = "chatbot_nb exchanges"
_VERSION: Final = 1
_NEEDED: Final = f'its first line has to be {{"format": "{_FORMAT}", "version": {_VERSION}, "exchanges": ...}}'


def save(
    path: str | PathLike[str], exchanges: Iterable[Exchange], *, secrets: bool = False, hidden: Iterable[str] = ()
) -> None:
    """Write exchanges to a file; it is whole, or what was there is as it was.

    Parameters
    ----------
    path : str or path-like
    exchanges : iterable of Exchange
        Those that are not done are written as they are.
    secrets : bool, default False
        Leave everything as it came, in a file that only its owner may read; else as `export` masks it.
    hidden : iterable of str
        As for `export`.

    Raises
    ------
    FileNotFoundError, IsADirectoryError, PermissionError, OSError
        It cannot be written; in our words, with its name.
    """
    masking = None if secrets else Masking(hidden)
    chosen = [exchange if masking is None else masking.exchange(exchange) for exchange in exchanges]
    place = Path(path)
    files.check_place(place)
    data = document(chosen, masked=not secrets).encode("ascii")
    if secrets:
        files.replace(place, data, files.OWNER)
    else:
        files.save(place, data)


def load(path: str | PathLike[str]) -> list[Exchange]:
    """Return the exchanges that a file holds, in its order.

    Parameters
    ----------
    path : str or path-like

    Returns
    -------
    list of Exchange
        Equal to those that were saved, if they were saved with their secrets.

    Raises
    ------
    ReceiverError
        It is no such file, of another version, cut off, or one of its lines was changed to something else; the
        message names the line.
    FileNotFoundError, IsADirectoryError, PermissionError, OSError
        It cannot be read; in our words, with its name.
    """
    place = Path(path)
    found: list[Exchange] = []
    number, announced = 0, -1
    with files.opened(place, "a file of exchanges") as file:
        for number, line in enumerate(file, 1):
            if number == 1:
                announced = _announced(line, place)
            else:
                found.append(_exchange(line, place, number))
    if number == 0:
        _refuse(place, 1, f"the file is empty; {_NEEDED}")
    if len(found) != announced:
        said = f"the first line says {counted(announced, 'exchange')}, but {len(found)} are there"
        _refuse(place, number, f"{said}; a whole file is needed, or the number put right in line 1")
    return found


def document(exchanges: Sequence[Exchange], *, masked: bool) -> str:
    """Return the content of a file: ASCII, a first line that says what it is, then one line an exchange."""
    first = {"format": _FORMAT, "version": _VERSION, "exchanges": len(exchanges), "masked": masked}
    return "".join(f"{json.dumps(line, allow_nan=False)}\n" for line in (first, *map(record.written, exchanges)))


def _announced(line: bytes, place: Path) -> int:
    """Return how many exchanges the first line says that there are."""
    try:
        first = json.loads(line)
    except (ValueError, RecursionError):
        first = None
    if not isinstance(first, dict) or first.get("format") != _FORMAT:
        _refuse(place, 1, f"this is no file of exchanges; {_NEEDED}")
    version, count = first.get("version"), first.get("exchanges")
    if version != _VERSION:
        _refuse(place, 1, f"version {show(version)}; this chatbot_nb reads version {_VERSION}, a newer one may read it")
    if type(count) is not int or count < 0:
        _refuse(place, 1, f"exchanges: {show(count)}; the number of the lines that follow is needed")
    return count


def _exchange(line: bytes, place: Path, number: int) -> Exchange:
    try:
        # not json.loads(bytes), which takes UTF-16 and UTF-32 too
        value = json.loads(line.decode(), parse_constant=_no_json)
    except (ValueError, RecursionError):
        cut = "" if line.endswith(b"\n") else "the file ends in the middle of it, so it was cut off; "
        _refuse(place, number, f"{cut}one exchange as JSON is needed, as save() wrote it")
    try:
        return record.read(value)
    except ValueError as error:
        _refuse(place, number, str(error))


def _no_json(constant: str) -> NoReturn:
    raise ValueError(constant)


def _refuse(place: Path, number: int, why: str) -> NoReturn:
    raise ReceiverError(f"{str(place)!r}, line {number}: {why}") from None
