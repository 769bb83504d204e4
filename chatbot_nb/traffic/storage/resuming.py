"""A receiver that comes back to its store: the same URL, and one evidence of what is in the file and in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chatbot_nb.errors import ReceiverError
from chatbot_nb.traffic.storage.store import TrafficStore

if TYPE_CHECKING:
    from os import PathLike

    from chatbot_nb.traffic.address import Address
    from chatbot_nb.traffic.capture import Capture

_PATH_KEY: Final = "path"


def resume(name: str, path: str | PathLike[str], address: Address, capture: Capture, most: int) -> TrafficStore:
    """Open a receiver's store and go on where it was.

    Parameters
    ----------
    name : str
        The receiver's, for messages.
    path : str or path-like
    address : Address
        Takes the path that the store has; where neither has one, it is chosen and noted.
    capture : Capture
        Takes what is in the store; where the store is empty, that takes what is here.
    most : int
        As many exchanges, the latest ones, are read.

    Returns
    -------
    TrafficStore
        The caller's from now on.

    Raises
    ------
    ReceiverError
        The store cannot be used, or it and `capture` have different traffic. It is closed.
    """
    store = TrafficStore(path)
    try:
        address.path = address.path or store.get(_PATH_KEY) or ""
        _join(name, store, capture, most)
        address.choose_path()
        store.set(_PATH_KEY, address.path)
    except BaseException:
        store.close()
        raise
    return store


def _join(name: str, store: TrafficStore, capture: Capture, most: int) -> None:
    """Of traffic in the store and in memory, let the one that is empty take the other."""
    stored, here = store.load(most), capture.all()
    if not here:
        capture.restore(stored)
    elif not stored:
        for exchange in here:
            store.finished(exchange)
    elif {exchange.id for exchange in here}.isdisjoint(exchange.id for exchange in stored):
        raise ReceiverError(
            f"{store.place} holds traffic of another receiver than {name!r} has in memory; give this one another name, "
            "or another file"
        )
