"""Which addresses may be connected to: those that anybody can reach, or all that a backend may have."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final, Literal

#: How far a connection may lead: anywhere, to what `is_backend` allows, or to what `is_public` allows.
Reach = Literal["any", "backend", "public"]

# All that is allocated of IPv6 for use across networks. An allow list: what Python's registry does not know yet, such
# as segment routing (5f00::/16), stays out, and so does the local NAT64 prefix (64:ff9b:1::/48).
_GLOBAL_UNICAST: Final = IPv6Network("2000::/3")
_DOCUMENTATION: Final = IPv6Network("3fff::/20")  # RFC 9637, newer than the registry of Python 3.11
_NAT64: Final = IPv6Network("64:ff9b::/96")
_LAST_32_BITS: Final = 0xFFFF_FFFF
# Where no backend is: "this network" (an unspecified address leads to this machine), link-local and multicast. Of the
# local NAT64 prefix each network decides where the IPv4 address stands in it, so nobody can say where it leads; the
# last one is of a translation that nobody uses any more.
_NO_BACKENDS: Final = tuple(map(IPv4Network, ("0.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4")))
_NO_BACKENDS_V6: Final = tuple(
    map(IPv6Network, ("::/128", "fe80::/10", "ff00::/8", "64:ff9b:1::/48", "::ffff:0:0:0/96"))
)
# Where clouds tell a machine about itself, credentials among it, other than at link-local addresses: Alibaba, Azure,
# Oracle; AWS (metadata and Pod Identity), Google, Scaleway.
_METADATA: Final = frozenset(map(IPv4Address, ("100.100.100.200", "168.63.129.16", "192.0.0.192")))
_METADATA_V6: Final = tuple(map(IPv6Network, ("fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254", "fd00:42::42")))


def is_public(address: str) -> bool:
    """Return whether an address is reachable from anywhere.

    Parameters
    ----------
    address : str
        IPv4 or IPv6 as the resolver gives it, with or without a scope.

    Returns
    -------
    bool
        False for loopback, private, link-local, unique and site local addresses, for those that carriers share
        (100.64.0.0/10), for unspecified, multicast, reserved and documentation ones, and for an IPv6 address that
        leads to such an IPv4 address: mapped, NAT64 (64:ff9b::/96) or 6to4.

    Raises
    ------
    ValueError
        It is no address.

    Examples
    --------
    >>> is_public("8.8.8.8"), is_public("::ffff:10.0.0.1")
    (True, False)
    """
    ip = _led_to(address)
    if isinstance(ip, IPv6Address):
        return ip in _GLOBAL_UNICAST and ip.is_global and ip not in _DOCUMENTATION
    return ip.is_global and not ip.is_multicast


def is_backend(address: str) -> bool:
    """Return whether a backend may be at an address; one that is being developed is often on a private one.

    Parameters
    ----------
    address : str
        As for `is_public`.

    Returns
    -------
    bool
        True for loopback and private addresses too. False for link-local, unspecified and multicast ones, for those
        at which clouds hand out metadata and credentials, and for an IPv6 address that leads to such an IPv4 address.

    Raises
    ------
    ValueError
        It is no address.

    Examples
    --------
    >>> is_backend("127.0.0.1"), is_backend("169.254.169.254"), is_backend("::ffff:169.254.169.254")
    (True, False, False)
    """
    ip = _led_to(address)
    if isinstance(ip, IPv6Address):
        return not any(ip in network for network in (*_NO_BACKENDS_V6, *_METADATA_V6))
    return ip not in _METADATA and not any(ip in network for network in _NO_BACKENDS)


def _led_to(address: str) -> IPv4Address | IPv6Address:
    """Return the address, or the IPv4 address that an IPv6 address leads to: mapped, 6to4 or NAT64."""
    ip = ip_address(address)
    if isinstance(ip, IPv4Address):
        return ip
    return ip.ipv4_mapped or ip.sixtofour or (IPv4Address(int(ip) & _LAST_32_BITS) if ip in _NAT64 else ip)
