"""Connections that share what is rarely shared: id, URL, name, story."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from chatbot_nb.audits.hits import Hits, Said

if TYPE_CHECKING:
    from collections.abc import Callable

    from chatbot_nb.audits.columns import Account

_SHOWN: Final = 3  # ids of others that a finding names


def shared(account: Account, codes: np.ndarray, say: Callable[[int, int, str], Said]) -> Hits:
    """Return the rows that are not alone with what they hold.

    Parameters
    ----------
    account : Account
    codes : ndarray of int, one for each row
        The same for rows that hold the same, -1 for those that hold nothing.
    say : callable
        Gets a code, how many other rows hold it, and their ids as evidence.
    """
    counts = np.bincount(codes[codes >= 0], minlength=1)
    # Sorted by id first, so that the evidence does not depend on the order of the frame.
    rows = account.by_id[((codes >= 0) & (counts[codes] > 1))[account.by_id]]
    rows = rows[np.argsort(codes[rows], kind="stable")]
    groups, starts = np.unique(codes[rows], return_index=True)
    said: list[Said] = []
    which = np.empty(len(rows), dtype=np.intp)
    for code, start, size in zip(groups.tolist(), starts.tolist(), counts[groups].tolist(), strict=True):
        ids = [account.ids[row] for row in rows[start : start + min(size, _SHOWN + 1)]]
        # The first ones leave out themselves; all after them name the same ones.
        which[start : start + size] = len(said) + np.minimum(np.arange(size), _SHOWN)
        said += [say(code, size - 1, _others(ids, place, size)) for place in range(len(ids))]
    return Hits(rows, which, said)


def _others(ids: list[str], place: int, size: int) -> str:
    shown = (ids[:place] + ids[place + 1 :])[:_SHOWN]
    more = size - 1 - len(shown)
    return ", ".join(shown) + (f" and {more:,} more" if more else "")
