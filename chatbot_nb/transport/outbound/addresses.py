"""Which addresses anybody can reach, and which lead into this machine or its network."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final

# All that is allocated of IPv6 for use across networks. An allow list: what Python's registry does not know yet, such
# as segment routing (5f00::/16), stays out, and so does the local NAT64 prefix (64:ff9b:1::/48).
_GLOBAL_UNICAST: Final = IPv6Network("2000::/3")
_DOCUMENTATION: Final = IPv6Network("3fff::/20")  # RFC 9637, newer than the registry of Python 3.11
_NAT64: Final = IPv6Network("64:ff9b::/96")
_LAST_32_BITS: Final = 0xFFFF_FFFF


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
    ip = ip_address(address)
    if isinstance(ip, IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (IPv4Address(int(ip) & _LAST_32_BITS) if ip in _NAT64 else None)
        if inner is None:
            return ip in _GLOBAL_UNICAST and ip.is_global and ip not in _DOCUMENTATION
        ip = inner
    return ip.is_global and not ip.is_multicast
