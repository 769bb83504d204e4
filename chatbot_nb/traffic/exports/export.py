"""`export`: traffic taken away as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

from chatbot_nb.payloads.wording import either, nearest, show
from chatbot_nb.traffic.exports import curl, har, jsonl, pytest_file, python
from chatbot_nb.traffic.exports.masking import Masking

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from chatbot_nb.traffic.exchange import Exchange

Target: TypeAlias = Literal["jsonl", "har", "curl", "python", "pytest"]

_TARGETS: Final[tuple[str, ...]] = get_args(Target)


def export(
    exchanges: Iterable[Exchange],
    target: Target,
    *,
    secrets: bool = False,
    hidden: Iterable[str] = (),
    handler: Callable[..., object] | None = None,
) -> str:
    """Return exchanges as text for another tool.

    Parameters
    ----------
    exchanges : iterable of Exchange
    target : {"jsonl", "har", "curl", "python", "pytest"}
        ``"jsonl"`` is what `jsonl.load` reads: everything, one line an exchange. ``"har"`` is an HTTP archive 1.2.
        ``"curl"`` is a shell script, ``"python"`` one with requests; both send the requests again. ``"pytest"`` is
        a file of tests that pass as written: requests and replies keep their verdicts.
    secrets : bool, default False
        Leave everything as it came. Else ``***`` stands for values of headers that may be secret, query values, user
        and password in URLs, the last segment of each target's path, what was read of a request that is no HTTP, and
        each of `hidden`.
    hidden : iterable of str
        Texts that are masked wherever they stand, however encoded, in bodies too.
    handler : callable, optional
        For ``"pytest"``: its source stands in the file, and a test says that it gives the recorded replies again.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        There is no such target.
    """
    if target not in _TARGETS:
        raise _unknown(target)
    masking = None if secrets else Masking(hidden)
    chosen = [exchange if masking is None else masking.exchange(exchange) for exchange in exchanges]
    masked = masking is not None
    match target:
        case "jsonl":
            return jsonl.document(chosen, masked=masked)
        case "har":
            return har.archive(chosen, masked=masked)
        case "curl":
            return curl.script(chosen, masked=masked)
        case "python":
            return python.script(chosen, masked=masked)
    return pytest_file.tests(chosen, masking, handler)


def _unknown(target: object) -> ValueError:
    meant = nearest(target, _TARGETS) if isinstance(target, str) else None
    hint = f"; did you mean {meant!r}?" if meant else ""
    return ValueError(f"{show(target)} is not an export of traffic; use {either(_TARGETS)}{hint}")
