"""Free ports on loopback.

A port that was free a moment ago may be taken when it is used: whoever starts a server with one checks that the
server got it, and takes another if not.
"""

from __future__ import annotations

import contextlib
import random
import socket

from stack.errors import NoFreePort

LOOPBACK = "127.0.0.1"
RANGE_FLOOR = 10_000
RANGE_CEILING = 32_000  # below the kernel's ephemeral ports, so that no outgoing connection sits in a range
TRIES = 50


def free_tcp_port() -> int:
    """A TCP port that nobody holds now."""
    return _free_port(socket.SOCK_STREAM)


def free_udp_port() -> int:
    """A UDP port that nobody holds now."""
    return _free_port(socket.SOCK_DGRAM)


def free_sip_port() -> int:
    """A port that is free for both TCP and UDP: SIP listens on both."""
    for _ in range(TRIES):
        port = free_tcp_port()
        if is_free(port, socket.SOCK_DGRAM):
            return port
    raise NoFreePort(NoFreePort.__doc__)


def free_udp_range(size: int) -> range:
    """`size` consecutive UDP ports that nobody holds now, starting at an even one, as RTP wants it.

    The place is picked by chance, so that two programs that look at the same time seldom get the same range.
    """
    for _ in range(TRIES):
        start = random.randrange(RANGE_FLOOR, RANGE_CEILING - size, 2)  # noqa: S311 - spreads ports, guards nothing
        ports = range(start, start + size)
        if all(is_free(port, socket.SOCK_DGRAM) for port in ports):
            return ports
    raise NoFreePort(NoFreePort.__doc__)


def is_free(port: int, kind: socket.SocketKind) -> bool:
    """Whether `port` can be bound on loopback now."""
    with contextlib.closing(socket.socket(socket.AF_INET, kind)) as probe:
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def _free_port(kind: socket.SocketKind) -> int:
    with contextlib.closing(socket.socket(socket.AF_INET, kind)) as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port
