"""Keys in the RTP of a packet capture: telephone events (RFC 4733), and audio in G.711."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from proof.hunt.recordings import ALAW, ULAW, samples_of
from proof.hunt.tones import Samples

# how a file begins: the order of its bytes, and the fraction of a second that it counts in
_MAGIC: Final = {
    b"\xd4\xc3\xb2\xa1": ("<", 1e-6),
    b"\xa1\xb2\xc3\xd4": (">", 1e-6),
    b"\x4d\x3c\xb2\xa1": ("<", 1e-9),
    b"\xa1\xb2\x3c\x4d": (">", 1e-9),
}
# what comes before the IP packet, in bytes, by the kind of link
_LINKS: Final = {0: 4, 1: 14, 12: 0, 101: 0, 113: 16, 228: 0, 229: 0, 276: 20}
_PACKET_AT_MOST: Final = 1 << 18
_UDP: Final = 17
_EVENTS: Final = "0123456789*#ABCD"
_LAWS: Final = {0: ULAW, 8: ALAW}
_LONGEST_GAP: Final = 8000  # samples: what jumps farther goes on where the last packet ended


@dataclass(frozen=True, slots=True)
class Packet:
    """A UDP datagram: when it was sent, in seconds, between whom, and what."""

    time: float
    ends: bytes
    payload: bytes


@dataclass(slots=True)
class Leg:
    """One direction of the audio of a call. `events` are keys and their milliseconds since the capture began."""

    began: int
    events: list[tuple[str, int]] = field(default_factory=list)
    _told: set[int] = field(default_factory=set)
    _audio: list[tuple[int, Samples]] = field(default_factory=list)
    _next_stamp: int = 0
    _next_place: int = 0

    def tell(self, key: str, stamp: int, now: int) -> None:
        """An event; each is sent several times with the same timestamp."""
        if stamp not in self._told:
            self._told.add(stamp)
            self.events.append((key, now))

    def play(self, part: Samples, stamp: int) -> None:
        """A packet of audio, at the place that its timestamp names."""
        gap = (stamp - self._next_stamp + (1 << 31)) % (1 << 32) - (1 << 31)
        place = max(0, self._next_place + (gap if self._audio and abs(gap) <= _LONGEST_GAP else 0))
        self._audio.append((place, part))
        self._next_stamp, self._next_place = stamp + len(part), place + len(part)

    def samples(self) -> Samples:
        """The audio, silent where nothing was sent."""
        samples = np.zeros(max((place + len(part) for place, part in self._audio), default=0), np.int16)
        for place, part in self._audio:
            samples[place : place + len(part)] = part
        return samples


def packets_in(path: Path) -> Iterator[Packet]:
    """The UDP datagrams of a pcap file; a packet that is cut off at its end is left out. ValueError if it is none."""
    data = path.read_bytes()
    if data[:4] not in _MAGIC or len(data) < 24:
        raise ValueError(f"{path} is not a pcap file. Write it with: tcpdump -w FILE (pcapng is not read).")
    order, unit = _MAGIC[data[:4]]
    link = struct.unpack_from(order + "I", data, 20)[0] & 0xFFFF
    if link not in _LINKS:
        raise ValueError(f"{path} was captured on a link of kind {link}: capture on Ethernet, loopback or any.")
    at = 24
    while at + 16 <= len(data):
        seconds, parts, size, _ = struct.unpack_from(order + "IIII", data, at)
        at += 16
        if size > _PACKET_AT_MOST or at + size > len(data):
            return
        if udp := _udp_in(data[at + _LINKS[link] : at + size]):
            yield Packet(seconds + parts * unit, *udp)
        at += size


def _udp_in(packet: bytes) -> tuple[bytes, bytes] | None:
    """The two ends (addresses and ports) and the payload, if an IP packet holds a whole UDP datagram."""
    if len(packet) >= 28 and packet[0] >> 4 == 4 and packet[9] == _UDP:
        header = (packet[0] & 15) * 4
        return packet[12:20] + packet[header : header + 4], packet[header + 8 :]
    if len(packet) >= 48 and packet[0] >> 4 == 6 and packet[6] == _UDP:
        return packet[8:44], packet[48:]
    return None


def legs_in(packets: Iterator[Packet]) -> list[Leg]:
    """The directions of calls that speak RTP in the clear: SRTP cannot be heard here."""
    legs: dict[bytes, Leg] = {}
    first: float | None = None
    for packet in packets:
        rtp = packet.payload
        first = packet.time if first is None else first
        if len(rtp) < 12 or rtp[0] >> 6 != 2:
            continue
        start = 12 + 4 * (rtp[0] & 15)
        kind, stamp = rtp[1] & 0x7F, int.from_bytes(rtp[4:8], "big")
        body, now = rtp[start:], round((packet.time - first) * 1000)
        heard, told = kind in _LAWS and body, kind >= 96 and len(body) == 4 and body[0] < len(_EVENTS)
        if heard or told:
            leg = legs.setdefault(packet.ends + rtp[8:12], Leg(now))
            leg.play(samples_of(body, _LAWS[kind]), stamp) if heard else leg.tell(_EVENTS[body[0]], stamp, now)
    return list(legs.values())
