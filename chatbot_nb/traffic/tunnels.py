"""Public addresses: optional programs that lead requests from the internet to a receiver; none starts by itself."""

from __future__ import annotations

import contextlib
import copy
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, Protocol

from chatbot_nb.errors import ReceiverError
from chatbot_nb.transport.inbound import process

if TYPE_CHECKING:
    from collections.abc import Iterator

#: A program's name; or a function of the local port that returns the public address, alone or with a function that
#: closes the tunnel.
TunnelKind = str | Callable[[int], Any]

_SECONDS: Final = 30.0  # in which a tunnel is to have its address
_TO_END: Final = 2.0
# Where Cloudflare's own interface is, its errors name that host too.
_QUICK: Final = re.compile(r"https://(?!api\.)[a-z0-9-]+\.trycloudflare\.com")
_NGROK_CODE: Final = re.compile(r"ERR_NGROK_\d+")
_LAST_LINES: Final = 3
_INSTALL: Final = {
    "ngrok": "pip install 'chatbot_nb[ngrok]', and set the variable NGROK_AUTHTOKEN to the token of an ngrok account",
    "cloudflared": "install it from https://github.com/cloudflare/cloudflared/releases and put it on the PATH",
}
# Ends a process when this one has ended, however that was: its input closes then. A byte says that it is not needed.
_MINDER: Final = "import os, sys; sys.stdin.buffer.read(1) or os.kill(int(sys.argv[1]), 15)"


class Tunnel(Protocol):
    """An open tunnel."""

    url: str
    port: int
    #: Takes a ReceiverError if it ends by itself.
    tell: Callable[[BaseException], None]

    def close(self) -> None:
        """Close it; harmless when it is closed."""


def check_kind(kind: object) -> None:
    """Raise ReceiverError if this is no tunnel."""
    if kind is not None and not callable(kind) and not (isinstance(kind, str) and kind in _INSTALL):
        needed = "'ngrok', 'cloudflared' or a function of the port is needed; an address goes to public_url="
        raise ReceiverError(f"Receiver(tunnel={kind!r:.60}): {needed}")


def opened(kind: TunnelKind, port: int) -> Tunnel:
    """Open a tunnel to a port of this machine.

    Parameters
    ----------
    kind : {"ngrok", "cloudflared"} or callable
    port : int

    Raises
    ------
    ReceiverError
        It cannot be opened; the message says what is missing. What a function of the user's raises comes as it is.
    """
    if callable(kind):
        return _Given(port, kind(port))
    return _Cloudflared(port) if kind == "cloudflared" else _Ngrok(port)


class _Base:
    """What all have."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = ""
        self.tell: Callable[[BaseException], None] = lambda _error: None


class _Given(_Base):
    """A tunnel of the user's."""

    def __init__(self, port: int, given: object) -> None:
        super().__init__(port)
        url, close = given if isinstance(given, tuple) and len(given) == 2 else (given, None)  # noqa: PLR2004  # a pair
        if not isinstance(url, str) or not (close is None or callable(close)):
            needed = "the public address as text is needed, or (address, function that closes it)"
            raise ReceiverError(f"the function that is the tunnel returned {type(given).__name__}: {needed}")
        self.url = url
        self._close = close

    def close(self) -> None:
        close, self._close = self._close, None
        if close is not None:
            close()


class _Minded:
    """A process that ends when this one ends."""

    def __init__(self, pid: int) -> None:
        self._minder = subprocess.Popen(  # noqa: S603  # this Python
            [sys.executable, "-I", "-S", "-c", _MINDER, str(pid)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        assert self._minder.stdin is not None
        self._input = self._minder.stdin
        process.enter(self)

    @property
    def port(self) -> int:
        """None of this machine's."""
        return -1

    def forget(self) -> None:
        """In a forked child: it must not keep the minder waiting."""
        null = os.open(os.devnull, os.O_RDWR)
        os.dup2(null, self._input.fileno(), inheritable=False)
        os.close(null)
        self._minder.returncode = 0

    def release(self) -> None:
        """Mind it no longer: it has been ended."""
        process.leave(self)
        with contextlib.suppress(OSError):
            self._input.write(b".")
            self._input.close()
        self._minder.wait(_TO_END)


class _Cloudflared(_Base):
    """A quick tunnel of Cloudflare's: no account, another address each time, 200 requests at a time."""

    def __init__(self, port: int) -> None:
        super().__init__(port)
        program = shutil.which("cloudflared")
        if program is None:
            raise ReceiverError(f"tunnel='cloudflared': there is no such program; {_INSTALL['cloudflared']}")
        command = [program, "tunnel", "--no-autoupdate", "--url", f"http://127.0.0.1:{port}"]
        self._closing = False
        self._last: list[str] = []
        self._found = threading.Event()
        # In a session of its own: an interrupted cell must not interrupt it.
        self._process = subprocess.Popen(  # noqa: S603  # what the user asked for by its name
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self._minded = _Minded(self._process.pid)
        self._thread = threading.Thread(target=self._read, name="chatbot_nb tunnel", daemon=True)
        self._thread.start()
        try:
            self._found.wait(_SECONDS)
        finally:
            if not self.url:
                self.close()
        if not self.url:
            said = "; ".join(self._last) or "nothing"
            raise ReceiverError(f"tunnel='cloudflared': no address came within {_SECONDS:.0f} s. It said: {said}")

    def close(self) -> None:
        self._closing = True
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(_TO_END)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._minded.release()
        self._thread.join(_TO_END)

    def _read(self) -> None:
        """Look for the address, and go on: a pipe that nobody reads would make it stop."""
        assert self._process.stderr is not None
        with self._process.stderr as lines:
            for line in _texts(lines):
                self._last = [*self._last, line[:200]][-_LAST_LINES:]
                if not self.url and (address := _QUICK.search(line)):
                    self.url = address[0]
                    self._found.set()
        if self.url and not self._closing:
            said = "; ".join(self._last)
            self.tell(ReceiverError(f"the tunnel ended by itself: start() opens another one. It said: {said}"))
        self._found.set()


class _Ngrok(_Base):
    """A tunnel of ngrok's, whose agent pyngrok fetches, starts and ends."""

    def __init__(self, port: int) -> None:
        super().__init__(port)
        try:
            from pyngrok import conf, exception, ngrok  # type: ignore[import-not-found,unused-ignore]  # an extra
        except ImportError:
            raise ReceiverError(f"tunnel='ngrok': pyngrok is not installed; {_INSTALL['ngrok']}") from None
        self._ngrok = ngrok
        self._config = copy.copy(conf.get_default())
        self._config.start_new_session = os.name == "posix"  # as for the other one
        self._open = True
        try:
            self.url = str(ngrok.connect(f"127.0.0.1:{port}", "http", pyngrok_config=self._config).public_url)
            agent = ngrok.get_ngrok_process(self._config).proc.pid
        except exception.PyngrokError as exc:
            # Not its text, which may quote the account's token.
            code = _NGROK_CODE.search(f"{exc} {getattr(exc, 'ngrok_error', '')}")
            why = f"{code[0]}, see https://ngrok.com/docs/errors/{code[0].lower()}" if code else type(exc).__name__
            raise ReceiverError(f"tunnel='ngrok': {why}; {_INSTALL['ngrok']}") from None
        self._minded = _Minded(agent)

    def close(self) -> None:
        if self._open:
            self._open = False
            with contextlib.suppress(Exception):  # the agent is gone, or does not answer: the tunnel is closed then
                self._ngrok.disconnect(self.url, pyngrok_config=self._config)
            if not self._ngrok.get_tunnels(self._config):  # the user's own ones go on
                self._ngrok.kill(self._config)
            self._minded.release()


def _texts(lines: Any) -> Iterator[str]:  # noqa: ANN401  # a binary file
    for line in lines:
        yield line.decode(errors="replace").strip()
