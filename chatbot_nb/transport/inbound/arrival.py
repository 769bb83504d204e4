"""How long bytes lay in the system's buffer before this process got to read them."""

from __future__ import annotations

import socket
import struct
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import asyncio

_SINCE_LAST: Final = struct.Struct("52xI")  # linux/tcp.h, tcp_info.tcpi_last_data_recv: milliseconds
_TICK: Final = 0.02  # below that it is what the system's clock rounds, not waiting


def waited(transport: asyncio.Transport) -> float:
    """Return the seconds since the peer's last bytes came; 0 where the system does not say.

    While a cell runs C code that holds the interpreter's lock, no thread of the process reads; without this, a reply
    that was a minute late would look as if it had been sent at once.
    """
    if sys.platform != "linux":
        return 0.0
    try:
        info = transport.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _SINCE_LAST.size)
        seconds = float(_SINCE_LAST.unpack(info)[0]) / 1000
    except (OSError, struct.error):  # no TCP, or an emulated system
        return 0.0
    return seconds if seconds > _TICK else 0.0
