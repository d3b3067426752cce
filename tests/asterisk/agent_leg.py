"""An agent's phone that keeps what it is sent: a real SIP leg out of Asterisk, whose RTP is searched for keys.

It is the telephone of the leak proof, with its ears (proof/hunt): telephone events, and tones from 12 ms on.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from proof.answerer import answering
from proof.hunt.rtp import Leg, Packet, legs_in
from proof.hunt.tones import tones_in
from stack.children import alongside

RATE, FRAME = 8000, 160
PCMU, EVENT = 0, 101
KEY_CODES = "0123456789*#ABCD"


@dataclass
class Heard(asyncio.DatagramProtocol):
    """What came to the agent's RTP port. The agent can press keys too, and is silent otherwise."""

    packets: list[Packet] = field(default_factory=list)
    _keys: asyncio.Queue[tuple[str, float]] = field(default_factory=asyncio.Queue)
    _transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the line to Asterisk."""
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        """Keep a packet."""
        self.packets.append(Packet(asyncio.get_running_loop().time(), b"", data))

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
            self._keys.task_done()

    @property
    def events(self) -> str:
        """The keys that were told as RTP events."""
        return "".join(key for leg in self._legs() for key, _ in leg.events)

    @property
    def tones(self) -> str:
        """The keys whose tones were heard, remnants too."""
        return "".join(tone.key for leg in self._legs() for tone in tones_in(leg.samples(), RATE))

    def _legs(self) -> list[Leg]:
        return legs_in(iter(self.packets))


@asynccontextmanager
async def agent_phone() -> AsyncIterator[tuple[str, Heard]]:
    """The endpoint that ARI calls the agent by, and what the agent will have heard."""
    media, heard = await asyncio.get_running_loop().create_datagram_endpoint(Heard, ("127.0.0.1", 0))
    with closing(media):
        async with answering(media.get_extra_info("sockname")[1]) as answerer:

            async def send() -> None:
                await heard.send(await answerer.called)

            async with alongside(send(), awaited=False):
                yield answerer.endpoint, heard
