"""URLs of backends: taken apart for one exchange, and a query parameter added."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv6Address
from urllib.parse import SplitResult, quote, unquote, urlsplit

_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
# All printable ASCII but space, quotation mark and angle brackets: what a browser leaves as it is, "%" among it.
_KEPT = "!#$%&'()*+,/:;=?@[]^`{|}~\\"


@dataclass(frozen=True, slots=True)
class Target:
    """Where an exchange goes, each part as it is written on the wire.

    Parameters
    ----------
    scheme : {"http", "https"}
    host : str
        ASCII, without brackets.
    port : int
    host_header : str
        Host and, where it is not the scheme's own, port.
    path : str
        Path and query, percent-encoded ASCII, at least ``"/"``.
    credentials : tuple of (str, str), optional
        User and password of the URL, decoded.
    """

    scheme: str
    host: str
    port: int
    host_header: str
    path: str
    credentials: tuple[str, str] | None

    def __repr__(self) -> str:
        return f"Target({self.scheme}://{self.host_header})"


def parse_url(url: str) -> Target:
    """Take a URL apart; the fragment is dropped.

    Parameters
    ----------
    url : str
        Absolute, http or https. Spaces and characters beyond ASCII are percent-encoded, a host beyond ASCII is
        written in Punycode.

    Returns
    -------
    Target

    Raises
    ------
    ValueError
        It is no such URL. The text says why and shows nothing of the URL.
    """
    url = url.strip(" ")
    if control := _CONTROL.search(url):  # urlsplit would drop some of them in silence
        raise ValueError(f"it holds the control character {control.group()!r} at position {control.start()}")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError("its host or port cannot be read") from None
    if parts.scheme not in _PORTS or not parts.netloc:
        raise ValueError("it does not begin with http:// or https:// and a host")
    if "\\" in parts.netloc:
        raise ValueError("its host holds a backslash")
    host = _ascii_host(parts.hostname or "")
    bracketed = f"[{host}]" if ":" in host else host
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(
        scheme=parts.scheme,
        host=host,
        port=_PORTS[parts.scheme] if port is None else port,
        host_header=bracketed if port in {None, _PORTS[parts.scheme]} else f"{bracketed}:{port}",
        path=quote(path, safe=_KEPT, errors="replace"),
        credentials=_credentials(parts),
    )


def add_query(url: str, **parameters: str) -> str:
    """Append query parameters to a URL, percent-encoded as UTF-8; what the URL has stays, but for its fragment.

    Parameters
    ----------
    url : str
    **parameters : str
        In order. They may hold any character; a lone surrogate is encoded like any other code point.

    Returns
    -------
    str

    Examples
    --------
    >>> add_query("https://example.com/hook?a=1#top", token="a b&c")
    'https://example.com/hook?a=1&token=a%20b%26c'
    """
    before = url.strip(" ").partition("#")[0]
    query = "&".join(f"{name}={quote(value, safe='', errors='surrogatepass')}" for name, value in parameters.items())
    if not query:
        return before
    joint = "?" if "?" not in before else "" if before.endswith(("?", "&")) else "&"
    return before + joint + query


def _ascii_host(host: str) -> str:
    if ":" in host:
        try:
            return str(IPv6Address(host))
        except ValueError:
            raise ValueError("its host is no IPv6 address") from None
    if not host.isascii():
        import idna  # not the codec of that name, whose rules of 2003 send "ß" to another host

        try:
            host = idna.encode(host, uts46=True).decode()
        except idna.IDNAError:
            raise ValueError("its host cannot be written as an internationalised domain name") from None
    if not _HOST.fullmatch(host):
        raise ValueError("its host is empty or holds a character that no host may")
    return host


def _credentials(parts: SplitResult) -> tuple[str, str] | None:
    if parts.username is None:
        return None
    return unquote(parts.username), unquote(parts.password or "")
