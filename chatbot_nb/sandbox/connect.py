"""`connect()`: the account that the environment names, else a sandbox."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

from chatbot_nb.connections.client import BASE_URL, Client
from chatbot_nb.payloads.wording import counted

if TYPE_CHECKING:
    from chatbot_nb.sandbox.client import SandboxClient

_lock = threading.Lock()
# The client that the last connect() without an access token returned; its sandbox may have been stopped since.
_latest: SandboxClient | None = None


def connect() -> Client:
    """Return a client of your account if ``CHATBOT_ACCESS_TOKEN`` is set, else of a sandbox; print which.

    Returns
    -------
    Client
        Of the account at ``https://api.chatbot.com/v2``, or a `SandboxClient`, whose ``sandbox`` can also deliver
        webhook requests. Its sandbox starts with 24 connections and stops when the client is closed.

    Notes
    -----
    Our choice: called again, as when a cell is run twice, it returns the same client of the same sandbox with all
    that was done to it, just as an account stays what it is. ``client.close()`` first gives a fresh one.
    """
    if os.environ.get("CHATBOT_ACCESS_TOKEN"):
        client = Client()
        _say(f"Account at {BASE_URL} (CHATBOT_ACCESS_TOKEN is set).")
        return client
    sandbox_client = _sandbox_client()
    _say(f"Sandbox with {counted(sandbox_client.sandbox.size, 'connection')} (no CHATBOT_ACCESS_TOKEN is set).")
    return sandbox_client


def _sandbox_client() -> SandboxClient:
    from chatbot_nb.sandbox.client import SandboxClient
    from chatbot_nb.sandbox.sandbox import Sandbox
    from chatbot_nb.sandbox.seed import TYPICAL

    global _latest  # noqa: PLW0603 - a cell that runs again must find what it started
    with _lock:
        if _latest is None or not _latest.sandbox.running:
            sandbox = Sandbox().start()
            sandbox.seed(TYPICAL)
            _latest = SandboxClient(sandbox)
        return _latest


def _say(line: str) -> None:
    print(line)  # noqa: T201 - the notebook must say which account its cells change
