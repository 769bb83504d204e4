"""Which addresses count as public."""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot_nb.transport.outbound.addresses import is_backend, is_public


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "2001:4860:4860::8888",
        "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8",
        "2002:808:808::1",
        "172.32.0.1",
        "100.128.0.1",
    ],
)
def test_public(address):
    """Addresses of the internet, and the IPv6 forms that lead to them."""
    assert is_public(address)


PRIVATE = [
    *("127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.0.1", "169.254.169.254"),
    *("100.64.0.1", "100.127.255.255", "192.0.2.1", "198.18.0.1", "224.0.1.1", "239.1.1.1", "240.0.0.1"),
    *("255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1"),
    *("ff0e::1", "2001:db8::1", "2001::1", "3fff::1", "5f00::1", "100::1", "64:ff9b:1::7f00:1", "::127.0.0.1"),
    "::8.8.8.8",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_private(address):
    """Loopback, private, link-local, shared, multicast, reserved and documentation addresses of both versions."""
    assert not is_public(address)


@given(
    value=st.integers(0, 2**32 - 1) | st.sampled_from([int(IPv4Address(each)) for each in PRIVATE if ":" not in each])
)
def test_wrapped_in_ipv6_it_stays_what_it_is(value):
    """Mapped, NAT64 and 6to4 addresses are as public as the IPv4 address in them."""
    expected = is_public(str(IPv4Address(value)))
    pair = f"{value >> 16:x}:{value & 0xFFFF:x}"
    assert [is_public(f"::ffff:{pair}"), is_public(f"64:ff9b::{pair}"), is_public(f"2002:{pair}::1")] == [expected] * 3


NO_BACKENDS = [
    *("169.254.169.254", "169.254.170.2", "169.254.0.1", "0.0.0.0", "0.1.2.3", "224.0.1.1", "239.1.1.1"),
    *("100.100.100.200", "168.63.129.16", "192.0.0.192", "::", "fe80::1", "fe80::1%eth0", "febf::1", "ff02::1"),
    *("fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254", "fd00:42::42", "64:ff9b:1::a9fe:a9fe", "::ffff:0:a9fe:a9fe"),
    *("::ffff:169.254.169.254", "64:ff9b::169.254.169.254", "2002:a9fe:a9fe::1", "::ffff:0.0.0.0"),
]
BACKENDS = [
    *("8.8.8.8", "127.0.0.1", "127.0.0.2", "10.0.0.1", "172.16.0.1", "192.168.0.1", "100.64.0.1", "198.18.0.1"),
    *("169.253.255.255", "169.255.0.0", "223.255.255.255", "1.0.0.0", "::1", "fc00::1", "fd00:ec2::1", "fec0::1"),
    *("2001:4860:4860::8888", "::ffff:127.0.0.1", "64:ff9b::10.0.0.1", "2002:7f00:1::1"),
]


@pytest.mark.parametrize("address", NO_BACKENDS)
def test_no_backend(address):
    """Link-local, unspecified and multicast addresses, clouds' metadata, and the IPv6 forms that lead to them."""
    assert not is_backend(address)


@pytest.mark.parametrize("address", BACKENDS)
def test_backend(address):
    """Public, loopback and private addresses, and those just beside what is refused."""
    assert is_backend(address)


@given(
    value=st.integers(0, 2**32 - 1)
    | st.integers(int(IPv4Address("169.253.255.0")), int(IPv4Address("169.255.0.255")))
    | st.sampled_from([int(IPv4Address(each)) for each in NO_BACKENDS if ":" not in each])
)
def test_wrapped_in_ipv6_it_is_as_much_a_backend(value):
    """Mapped, NAT64 and 6to4 addresses are allowed as the IPv4 address in them is."""
    expected = is_backend(str(IPv4Address(value)))
    pair = f"{value >> 16:x}:{value & 0xFFFF:x}"
    wrapped = [f"::ffff:{pair}", f"64:ff9b::{pair}", f"2002:{pair}::1"]
    assert [is_backend(address) for address in wrapped] == [expected] * 3
