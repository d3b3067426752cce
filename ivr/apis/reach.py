"""Which addresses may be asked. What ivr.toml names is resolved by somebody else's name server, so the address is
judged where a connection to it is made: no second look-up can change it in between.
"""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, Final

Network = IPv4Network | IPv6Network


def _networks(written: str) -> tuple[Network, ...]:
    return tuple(map(ip_network, written.split()))


_PRIVATE: Final = _networks("10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 172.16.0.0/12 192.168.0.0/16 ::1/128 fc00::/7")
# never an API: this network, link-local (where clouds keep their secrets), examples, benchmarks, multicast, reserved;
# then those of clouds that lie elsewhere; then what stands for an address of IPv4 in ways that nobody needs any more
_NEVER: Final = _networks(
    "0.0.0.0/8 169.254.0.0/16 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24"
    " 224.0.0.0/4 240.0.0.0/4 100::/64 2001:db8::/32 3fff::/20"
    " 100.100.100.200/32 168.63.129.16/32 fd00:ec2::/32"
    " 2001::/23 2002::/16"
)
_GLOBAL: Final = IPv6Network("2000::/3")
_NAT64: Final = IPv6Network("64:ff9b::/96")


class AddressNotAllowed(OSError):
    """The name leads to an address that must not be asked."""


def may_reach(address: str, *, private: bool) -> bool:
    """Whether a connection may go to this IP address; to our own networks only if `private`."""
    ip = _meant(ip_address(address))
    if any(ip in network for network in _NEVER if network.version == ip.version):
        return False
    if any(ip in network for network in _PRIVATE if network.version == ip.version):
        return private
    return isinstance(ip, IPv4Address) or ip in _GLOBAL


def numeric_address(host: str) -> str | None:
    """The IP address that a host is, in whatever way it is written (`127.1`, `0x7f000001`); None for a name."""
    try:
        return str(ip_address(host.strip("[]")))
    except ValueError:
        pass
    try:
        return str(IPv4Address(socket.inet_aton(host)))
    except (OSError, ValueError):
        return None


def open_socket(addr_info: tuple[Any, ...], *, private: bool) -> socket.socket:
    """A socket for the connection that is about to be made; AddressNotAllowed if it must not be."""
    family, kind, protocol, _, place = addr_info
    if not may_reach(place[0], private=private):
        raise AddressNotAllowed("the address is not allowed")
    return socket.socket(family, kind, protocol)


def _meant(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The address of IPv4 that one of IPv6 stands for, or itself."""
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped is not None:
            return ip.ipv4_mapped
        if ip in _NAT64:
            return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip
