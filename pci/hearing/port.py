"""The port on loopback where Asterisk sends what one caller says. Packets from anywhere else are not looked at."""

from __future__ import annotations

import asyncio
import socket
import sys
from array import array
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from pci.hearing.rtp import InOrder, parse
from speech import RATE

BYTES_PER_SECOND: Final = 2 * RATE
_AT_ONCE: Final = BYTES_PER_SECOND * 60 // 1000  # what is worth a recogniser's while: three packets
_MOST_WAITING: Final = 3 * BYTES_PER_SECOND  # then whoever hears is too slow for what is said
_SILENT_SECONDS: Final = 3.0  # Asterisk sends silence too: no packet for so long, and the way is broken


class TooSlow(Exception):
    """More was said than could be recognised in time."""


class SoundLost(Exception):
    """No sound comes any more, not even silence."""


class SoundPort(asyncio.DatagramProtocol):
    """Receives the sound of one stream, in order. Use `open`."""

    def __init__(self, bound: socket.socket, address: str) -> None:
        self.address: Final = address
        """Where it is sent to: `127.0.0.1:40000`."""
        self._socket = bound
        self._sender: tuple[str, int] | None = None
        self._stream: int | None = None
        self._order = InOrder()
        self._waiting = bytearray()
        self._overrun = False
        self._news = asyncio.Event()

    @classmethod
    @asynccontextmanager
    async def open(cls) -> AsyncIterator[SoundPort]:
        """A free port, until the block ends."""
        bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        bound.bind(("127.0.0.1", 0))
        host, number = bound.getsockname()
        loop = asyncio.get_running_loop()
        transport, port = await loop.create_datagram_endpoint(lambda: cls(bound, f"{host}:{number}"), sock=bound)
        try:
            yield port
        finally:
            transport.close()
            port._waiting = bytearray()

    def expect(self, host: str, port: int) -> None:
        """Take packets from this address and no other: before this, none at all. The kernel sees to it from now on.

        So the port is no door any more: it is one end of a connection.
        """
        self._sender = (host, port)
        self._socket.connect(self._sender)

    @property
    def lost(self) -> int:
        """How many packets never came."""
        return self._order.lost

    async def read(self) -> bytes:
        """What was said since the last time, as samples with the low byte first; waits until it is worth it.

        `TooSlow` if too much of it waits, for what comes then is not kept; `SoundLost`.
        """
        while len(self._waiting) < _AT_ONCE:
            self._news.clear()
            try:
                async with asyncio.timeout(_SILENT_SECONDS):
                    await self._news.wait()
            except TimeoutError:
                raise SoundLost from None
        if self._overrun:
            raise TooSlow
        sound, self._waiting = self._waiting, bytearray()
        return bytes(sound)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """For asyncio: a packet."""
        if addr[:2] != self._sender:
            return
        packet = parse(data)
        if packet is None or self._stream not in (None, packet.source):
            return
        self._stream = packet.source
        if len(self._waiting) > _MOST_WAITING:
            self._overrun = True
            return
        new = self._order.push(packet)
        for payload in new:
            self._waiting += _low_byte_first(payload)
        if new:  # what comes again, or too late, is no sign of life
            self._news.set()


def _low_byte_first(payload: bytes) -> bytes:
    samples = array("h", payload)
    if sys.byteorder == "little":
        samples.byteswap()
    return samples.tobytes()
