"""RTP: packets of sound taken apart and brought into order. Does no I/O, believes nothing and keeps little."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

SLIN: Final = 10
"""The payload type that Asterisk gives to 16-bit samples, 8000 a second, the high byte first."""

_HEADER: Final = 12
_LONGEST: Final = 2048
_CYCLE: Final = 2**16
_WINDOW: Final = 5  # packets that may overtake a late one before it is given up
_MOST_MISSING: Final = 50  # packets whose place silence takes; a longer gap is a jump


@dataclass(frozen=True, slots=True)
class Packet:
    """A packet of sound; `source` is the stream that it says it belongs to."""

    sequence: int
    source: int
    payload: bytes = field(repr=False)


def parse(datagram: bytes) -> Packet | None:
    """The packet; None if this is none of whole 16-bit samples."""
    if not _HEADER < len(datagram) <= _LONGEST or datagram[0] >> 6 != 2 or datagram[1] & 0x7F != SLIN:
        return None
    start = _HEADER + 4 * (datagram[0] & 0x0F)
    if datagram[0] & 0x10:  # an extension, which says its own length
        start += 4 + 4 * int.from_bytes(datagram[start + 2 : start + 4], "big")
    padding = datagram[-1] if datagram[0] & 0x20 else 0
    payload = datagram[start : max(start, len(datagram) - padding)]
    if not payload or len(payload) % 2:
        return None
    return Packet(int.from_bytes(datagram[2:4], "big"), int.from_bytes(datagram[8:12], "big"), payload)


class InOrder:
    """The sound of one stream in the order in which it was sent. What is lost becomes silence, so that time holds."""

    def __init__(self) -> None:
        self.lost = 0
        """Packets that never came, or came too late."""
        self._next: int | None = None
        self._waiting: dict[int, bytes] = {}

    def push(self, packet: Packet) -> list[bytes]:
        """Take a packet, and give what is now known to follow."""
        if self._next is None:
            self._next = packet.sequence
        ahead = (packet.sequence - self._next) % _CYCLE
        if ahead >= _CYCLE // 2:
            return []  # it comes again, or after it was given up
        if ahead > _MOST_MISSING:
            self.lost += ahead - len(self._waiting)
            self._waiting.clear()
            self._next = packet.sequence
        self._waiting[packet.sequence] = packet.payload
        return self._ready(self._next, bytes(len(packet.payload)))

    def _ready(self, place: int, silence: bytes) -> list[bytes]:
        ready: list[bytes] = []
        while self._waiting:
            payload = self._waiting.pop(place, None)
            if payload is None:
                if max((sequence - place) % _CYCLE for sequence in self._waiting) < _WINDOW:
                    break
                self.lost += 1
                payload = silence
            ready.append(payload)
            place = (place + 1) % _CYCLE
        self._next = place
        return ready
