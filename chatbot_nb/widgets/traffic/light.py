"""What a panel's light says of a receiver, and where that is reached."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from chatbot_nb.errors import ReceiverError

if TYPE_CHECKING:
    from chatbot_nb.traffic.receiver import Receiver


def state_of(receiver: Receiver, failure: str) -> tuple[str, str]:
    """Return a word for the receiver's state, and the reason where it, or the painter (`failure`), failed."""
    if failure:
        return "failed", failure
    if receiver.state == "died":
        return "failed", type(receiver.errors[-1]).__name__ if receiver.errors else "its server has ended"
    return ("loaded" if receiver.state == "not started" and receiver.kept else receiver.state), ""


def url_of(receiver: Receiver) -> str:
    """Return the receiver's URL, or nothing while it has none."""
    with suppress(ReceiverError):
        return receiver.url
    return ""
