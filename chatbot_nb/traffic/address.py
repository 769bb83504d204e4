"""Where a receiver is reached: on this machine, and through a tunnel; the path that only its owner knows."""

from __future__ import annotations

import secrets
from contextlib import suppress
from typing import Final
from urllib.parse import urlsplit

from chatbot_nb.errors import ReceiverError
from chatbot_nb.transport.redact import safe_url

_PATH_BYTES: Final = 16
_LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]")
_EVERYWHERE: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104  # recognised, not bound


class Address:
    """Host, port, public address and path of a receiver.

    Parameters
    ----------
    host, port, allow_remote, public_url
        As `Receiver` takes them.

    Attributes
    ----------
    path : str
        With its leading slash; empty until one is chosen.

    Raises
    ------
    ReceiverError
        The host can be reached by other machines and that was not allowed, or the public address is none.
    """

    def __init__(self, host: str, port: int, public_url: str | None, *, allow_remote: bool) -> None:
        if not allow_remote and _is_remote(host):
            raise ReceiverError(
                f"Receiver(host={host!r:.60}): other machines could reach it; pass allow_remote=True if they may"
            )
        self.host = host
        self.port = port
        self._public_url = None if public_url is None else _checked(public_url, "public_url")
        self.path = "" if self._public_url is None else urlsplit(self._public_url).path
        self._given = self._public_url
        self._chosen_by_user = bool(self.path)

    def lead_here(self, tunnel: str | None) -> None:
        """Note the address of a tunnel, which says nothing of the path; None if there is none any more.

        Raises
        ------
        ReceiverError
            This is no such address.
        """
        self._public_url = self._given if tunnel is None else _checked(tunnel, "tunnel")
        if tunnel is not None and urlsplit(tunnel).path.strip("/"):
            raise ReceiverError("Receiver(tunnel=...): its address has a path; one that leads all here is needed")

    def choose_path(self) -> None:
        """Take a random path, unless there is one."""
        self.path = self.path or f"/{secrets.token_urlsafe(_PATH_BYTES)}"

    @property
    def secret(self) -> str:
        """The part of the path that only its owner knows; what a user chose is no secret, and may be any word."""
        return "" if self._chosen_by_user else self.path.lstrip("/")

    @property
    def public(self) -> str | None:
        """The URL under which a tunnel leads here, None if there is no tunnel."""
        if self._public_url is None:
            return None
        parts = urlsplit(self._public_url)
        return f"{parts.scheme}://{parts.netloc}{self.path}"

    def local(self, port: int) -> str:
        """Return the URL on this machine."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{port}{self.path}"

    @property
    def hosts(self) -> list[str] | None:
        """What a Host header may say, None for anything: by which names others know this machine, it cannot know."""
        if self.host in _EVERYWHERE:
            return None
        own = f"[{self.host}]" if ":" in self.host else self.host
        public = urlsplit(self._public_url).hostname if self._public_url else None
        return [own, *_LOOPBACK, *([public] if public else [])]


def _is_remote(host: object) -> bool:
    return not isinstance(host, str) or not (host in {"localhost", "::1"} or host.startswith("127."))


def _checked(public_url: object, argument: str) -> str:
    """Return the address without a slash at its end."""
    shown = type(public_url).__name__
    if isinstance(public_url, str):
        shown = safe_url(public_url)[:60]
        with suppress(ValueError):
            parts = urlsplit(public_url)
            host = parts.hostname or ""
            extra = parts.query or parts.fragment or "@" in parts.netloc
            if parts.scheme in {"http", "https"} and host and host.isascii() and not extra:
                return public_url.rstrip("/")
    needed = "an address like 'https://name.example' is needed, without user and query"
    raise ReceiverError(f"Receiver({argument}={shown!r}): {needed}")
