"""An agent's phone that keeps what it is sent: a real SIP leg out of Asterisk, whose RTP is searched for keys.

Two ways to hear a key: a telephone event (RFC 4733), and a DTMF tone, of which 12.75 ms are enough (Goertzel).
"""

from __future__ import annotations

import asyncio
import math
import struct
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from stack.children import alongside
from stack.phones.ear import LINEAR

RTP_HEADER = 12
RATE, FRAME = 8000, 160
PCMU, EVENT = 0, 101
BLOCK = 102  # samples
LOW, HIGH = (697, 770, 852, 941), (1209, 1336, 1477, 1633)
KEY_CODES = "0123456789*#ABCD"
KEYS = ("123A", "456B", "789C", "*0#D")
LOUD = 250.0  # mean amplitude; the calls of these tests are silent but for keys
SHARE = 0.6  # of the energy of a block that the two frequencies of a key must have
KEPT = ("Via", "From", "To", "Call-ID", "CSeq", "Record-Route")
SDP = (
    "v=0\r\no=agent 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {port} RTP/AVP 0 101\r\n"
    "a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\n"
)


@dataclass
class Heard(asyncio.DatagramProtocol):
    """What came to the agent's RTP port. The agent can press keys too, and is silent otherwise."""

    packets: list[bytes] = field(default_factory=list)
    _keys: asyncio.Queue[tuple[str, float]] = field(default_factory=asyncio.Queue)
    _transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the line to Asterisk."""
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        """Keep a packet."""
        self.packets.append(data)

    async def press(self, keys: str, held: float = 0.08) -> None:
        """Press keys, told by RTP events, each for so many seconds; return when they are sent."""
        for key in keys:
            self._keys.put_nowait((key, held))
        await self._keys.join()

    async def send(self, port: int) -> None:
        """Send silence and keys; a bridge in which nobody sends anything is left by its recorder after 4 s."""
        for payload, stamp, number in self._frames():
            header = struct.pack(">BBHII", 0x80, EVENT if len(payload) == 4 else PCMU, number, stamp, 1)
            self._transport.sendto(header + payload, ("127.0.0.1", port))
            await asyncio.sleep(FRAME / RATE)

    def _frames(self) -> Iterator[tuple[bytes, int, int]]:
        """Payload, timestamp and sequence number of every packet, 20 ms apart."""
        clock = count()
        for number in clock:
            if self._keys.empty():
                yield b"\xff" * FRAME, number * FRAME, number
                continue
            key, held = self._keys.get_nowait()
            ticks, code = round(held * RATE / FRAME), KEY_CODES.index(key)
            for tick in range(1, ticks + 4):  # the end is told three times
                event = struct.pack(">BBH", code, 10 + 0x80 * (tick > ticks), min(tick, ticks) * FRAME)
                yield event, number * FRAME, number + tick - 1
                next(clock)
            for _ in range(3):
                silent = next(clock)
                yield b"\xff" * FRAME, silent * FRAME, silent
            self._keys.task_done()

    @property
    def events(self) -> str:
        """The keys that were told as RTP events."""
        told = {packet[4:8]: packet[RTP_HEADER] for packet in self.packets if packet[1] & 127 == EVENT}
        return "".join(KEY_CODES[code] for code in told.values())

    @property
    def tones(self) -> str:
        """The keys whose tones were heard, remnants too; one that was held is there once for each block."""
        sound = b"".join(packet[RTP_HEADER:] for packet in self.packets if packet[1] & 127 == PCMU)
        return tones_in([int.from_bytes(LINEAR[code], "little", signed=True) for code in sound])


def tones_in(samples: Sequence[int]) -> str:
    """The key of every block of samples that holds the two frequencies of one."""
    return "".join(
        key for start in range(0, len(samples), BLOCK // 2) for key in _key(samples[start : start + BLOCK])
    )


def _key(block: Sequence[int]) -> Iterator[str]:
    energy = sum(sample * sample for sample in block)
    if len(block) < BLOCK or energy < LOUD * LOUD * BLOCK:
        return
    low, high = ([_power(block, frequency) for frequency in group] for group in (LOW, HIGH))
    if max(low) + max(high) > SHARE * energy and min(max(low), max(high)) > 0.1 * energy:
        yield KEYS[low.index(max(low))][high.index(max(high))]


def _power(block: Sequence[int], frequency: int) -> float:
    """The energy of one frequency in a block (Goertzel)."""
    turn = 2 * math.cos(2 * math.pi * frequency / RATE)
    one = two = 0.0
    for sample in block:
        one, two = sample + turn * one - two, one
    return (one * one + two * two - turn * one * two) * 2 / len(block)


class _Signalling(asyncio.DatagramProtocol):
    """Takes every call, and lets it go when told."""

    def __init__(self, media_port: int) -> None:
        self._media_port = media_port
        self._transport: Any = None
        self.called: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        """The port where Asterisk takes the agent's sound."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        head = data.decode().partition("\r\n\r\n")[0].split("\r\n")
        verb = head[0].partition(" ")[0]
        if verb not in ("INVITE", "BYE"):
            return
        lines = [line for line in head[1:] if line.partition(":")[0] in KEPT]
        lines = [f"{line};tag=agent" if line.startswith("To:") and "tag=" not in line else line for line in lines]
        if verb == "INVITE" and not self.called.done():
            self.called.set_result(int(data.partition(b"m=audio ")[2].split()[0]))
        body = SDP.format(port=self._media_port) if verb == "INVITE" else ""
        port = self._transport.get_extra_info("sockname")[1]
        lines += [f"Contact: <sip:agent@127.0.0.1:{port}>", "Content-Type: application/sdp"] if body else []
        answer = ["SIP/2.0 200 OK", *lines, f"Content-Length: {len(body)}", "", body]
        self._transport.sendto("\r\n".join(answer).encode(), addr)


@asynccontextmanager
async def agent_phone() -> AsyncIterator[tuple[str, Heard]]:
    """The endpoint that ARI calls the agent by, and what the agent will have heard."""
    loop, here = asyncio.get_running_loop(), ("127.0.0.1", 0)
    media, heard = await loop.create_datagram_endpoint(Heard, here)
    with closing(media):
        media_port = media.get_extra_info("sockname")[1]
        signals, signalling = await loop.create_datagram_endpoint(lambda: _Signalling(media_port), here)

        async def send() -> None:
            await heard.send(await signalling.called)

        with closing(signals):
            async with alongside(send(), awaited=False):
                yield f"PJSIP/anonymous/sip:agent@127.0.0.1:{signals.get_extra_info('sockname')[1]}", heard
