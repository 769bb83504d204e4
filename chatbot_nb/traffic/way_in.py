"""A receiver's own tunnel, from its start to its stop: opened where none leads to its port, handed on, closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatbot_nb.traffic.tunnels import opened

if TYPE_CHECKING:
    from collections.abc import Callable

    from chatbot_nb.traffic.tunnels import Tunnel, TunnelKind


class WayIn:
    """The tunnel of one receiver.

    Parameters
    ----------
    kind : {"ngrok", "cloudflared"} or callable, optional
        None for no tunnel.
    tell : callable
        Takes what goes wrong in the tunnel while it is open, and when it is closed.
    """

    def __init__(self, kind: TunnelKind | None, tell: Callable[[BaseException], None]) -> None:
        self._kind = kind
        self._tell = tell
        self._tunnel: Tunnel | None = None

    def take_over(self, former: WayIn) -> None:
        """Go on with the tunnel of a receiver before; one of another kind has another address, and stays there."""
        if former._kind == self._kind:
            self._tunnel, former._tunnel = former._tunnel, None

    def lead_to(self, port: int) -> str | None:
        """Have a tunnel that leads to this port and return its address, None if none was asked for.

        Raises
        ------
        ReceiverError
            It cannot be opened. What a function of the user's raises comes as it is.
        """
        if self._tunnel is not None and self._tunnel.port != port:
            self.close()
        if self._tunnel is None and self._kind is not None:
            self._tunnel = opened(self._kind, port)
        if self._tunnel is None:
            return None
        self._tunnel.tell = self._tell
        return self._tunnel.url

    def close(self) -> None:
        """Close it; harmless where there is none."""
        tunnel, self._tunnel = self._tunnel, None
        if tunnel is not None:
            try:
                tunnel.close()
            except Exception as exc:  # noqa: BLE001  # a border: a function of the user's, or another program
                self._tell(exc)
