"""Where a URL leads, and whether the internet can reach it."""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING, Final, NamedTuple

from chatbot_nb.audits.hits import Said
from chatbot_nb.transport.outbound.addresses import is_public
from chatbot_nb.transport.outbound.url import parse_url
from chatbot_nb.transport.redact import CREDENTIALS, masked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chatbot_nb.audits.hits import Hits, Texts

# What nearly all URLs look like; the others are taken apart with care.
_USUAL: Final = re.compile(r"(https?)://([a-z0-9-]+(?:\.[a-z0-9-]+)*)(?::[0-9]{1,4})?(?:[/?][!-~]*)?")
_SCHEME: Final = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]*):")
# Hosts under these names are found in one network only (RFC 6761, 6762, 8375, and what routers make up).
_LOCAL_NAMES: Final = (".local", ".internal", ".lan", ".home.arpa")
_NUMBER: Final = re.compile(r"0[xX][0-9a-fA-F]*|[0-9]+")
_IPV4_BITS: Final = 32
_UNREACHABLE: Final = "ChatBot calls from the internet and cannot reach it; use a public address"


class Address(NamedTuple):
    """Scheme and host of a URL, lower case; or the problem, and neither."""

    scheme: str
    host: str
    problem: str = ""


def address_of(url: str) -> Address:
    """Return where a URL leads, or why that cannot be told."""
    if usual := _USUAL.fullmatch(url):
        return Address(usual[1], usual[2])
    try:
        target = parse_url(url)
    except ValueError as exc:
        return Address("", "", str(exc))
    return Address(target.scheme, target.host.lower())


def ipv4_of(host: str) -> IPv4Address | None:
    """Return the IPv4 address that a browser reads in a host: ``127.1``, ``0x7f.1`` and ``2130706433`` too."""
    parts = host.removesuffix(".").split(".")
    if len(parts) > 4 or not all(_NUMBER.fullmatch(part) for part in parts):  # noqa: PLR2004  # bytes of an address
        return None
    try:
        *first, last = (_number(part) for part in parts)
    except ValueError:  # an octal number with an 8 or 9
        return None
    # The last number fills what the ones before it, a byte each, leave.
    rest = _IPV4_BITS - 8 * len(first)
    if max(first, default=0) > 255 or last >= 1 << rest:  # noqa: PLR2004  # a byte
        return None
    return IPv4Address((int.from_bytes(bytes(first), "big") << rest) + last)


@lru_cache(maxsize=65_536)
def private_host(host: str) -> tuple[str, str] | None:
    """Return code and kind of a host that is not on the internet.

    Parameters
    ----------
    host : str
        A name or an address, without brackets, as `address_of` gives it.

    Returns
    -------
    tuple of (str, str), or None
        ``("localhost", "this machine itself")``, ``"link_local_address"`` or ``"private_address"`` with their kinds;
        None for a public address, and for a name that may have one: nothing is looked up.
    """
    name = host.removesuffix(".")
    if name == "localhost" or name.endswith(".localhost"):
        return "localhost", "the machine itself"
    address = ipv4_of(host) or _ipv6_of(host)
    if address is not None:
        return _private_address(address)
    if name.endswith(_LOCAL_NAMES):
        return "private_address", "a name of a local network"
    if "." not in name:
        return "private_address", "a name without a domain, known in a local network at most"
    return None


def address_rules(urls: Texts) -> Iterator[Hits]:
    """Yield the findings of URLs as they stand: unreadable, http, not on the internet, with credentials."""
    addresses = {url: address_of(url) for url in urls.values}

    def unreadable(url: str) -> Said | None:
        return _unreadable(url, addresses[url].problem) if addresses[url].problem else None

    def plain(url: str) -> Said | None:
        if addresses[url].scheme != "http":
            return None
        message = "http, so that what is sent, the token too, can be read on the way; use https"
        return Said("http", "warning", message, masked(url))

    def private(url: str) -> Said | None:
        found = private_host(addresses[url].host) if addresses[url].host else None
        if found is None:
            return None
        return Said(found[0], "warning", f"the host is {found[1]}, and {_UNREACHABLE}", masked(url))

    def credentials(url: str) -> Said | None:
        # Each of them has one of the two signs; looking for these first takes a tenth of the time.
        if not ("@" in url or "=" in url) or not CREDENTIALS.search(url):
            return None
        message = (
            "the URL holds a user, a password or another secret, which everyone who sees the connection can read; "
            "use the connection's token, headers or auth, and change the secret"
        )
        return Said("credentials_in_url", "warning", message, masked(url))

    for judge in (unreadable, plain, private, credentials):
        yield urls.judged(judge)


def _unreadable(url: str, problem: str) -> Said:
    if not url.strip():
        return Said("url_missing", "error", "the URL is empty, and ChatBot calls nothing; set it", "")
    scheme = _SCHEME.match(url)
    if (not scheme or scheme[1].lower() not in {"http", "https"}) and "://" in url:
        shown = f"{scheme[1][:20]}:" if scheme else "what stands before ://"
        return Said("url_not_http", "error", f"{shown} is neither http nor https; set the backend's URL", masked(url))
    return Said("url_unreadable", "error", f"the URL cannot be used: {problem}; correct it", masked(url))


def _number(text: str) -> int:
    if text[:2] in {"0x", "0X"}:
        return int(text[2:] or "0", 16)
    return int(text, 8 if text[0] == "0" else 10)


def _ipv6_of(host: str) -> IPv4Address | IPv6Address | None:
    if ":" not in host:
        return None
    try:
        address = IPv6Address(host)
    except ValueError:
        return None
    return address.ipv4_mapped or address


def _private_address(address: IPv4Address | IPv6Address) -> tuple[str, str] | None:
    if address.is_loopback or address.is_unspecified:
        return "localhost", "the machine itself"
    if address.is_link_local:
        return "link_local_address", "a link-local address, where clouds keep their machines' secrets"
    if not is_public(str(address)):
        return "private_address", "a private or reserved address"
    return None
