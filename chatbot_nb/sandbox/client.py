"""The client that `connect` gives where there is no account: it brings its sandbox along."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatbot_nb.connections.client import Client

if TYPE_CHECKING:
    from chatbot_nb.sandbox.sandbox import Sandbox


class SandboxClient(Client):
    """A `Client` that owns the sandbox it is a client of.

    Parameters
    ----------
    sandbox : Sandbox
        It must be running.

    Attributes
    ----------
    sandbox : Sandbox
        To deliver requests with, to seed, to inject faults.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__(sandbox.access_token, sandbox.base_url)
        self.sandbox = sandbox

    def __repr__(self) -> str:
        # without the port, which differs in each run of a notebook
        return f"SandboxClient({self.sandbox!r})"

    def close(self) -> None:
        """Close the pooled HTTP connections and stop the sandbox."""
        super().close()
        self.sandbox.stop()
