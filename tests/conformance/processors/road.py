"""A TCP road between an adapter and its counterpart, on which accidents happen on demand."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from enum import Enum, auto

from yarl import URL


class Fate(Enum):
    """What befalls a connection."""

    PASS = auto()
    REQUEST_LOST = auto()
    ANSWER_LOST = auto()


@dataclass
class Road:
    """Each connection meets the next of `fates`, or passes. Bytes there are given instead of the real answer."""

    url: str = ""
    fates: deque[Fate | bytes] = field(default_factory=deque)
    connections: int = 0
    ends: list[asyncio.StreamWriter] = field(default_factory=list)


@contextlib.asynccontextmanager
async def road_to(url: str) -> AsyncIterator[Road]:
    """Open a road to a counterpart. When the block ends nobody is on it any more."""
    target, road = URL(url), Road()
    carriers: set[asyncio.Task[None] | None] = set()

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        carriers.add(asyncio.current_task())
        road.ends.append(writer)
        road.connections += 1
        with contextlib.suppress(OSError, asyncio.IncompleteReadError), contextlib.closing(writer):
            await _meet_fate(road, target, reader, writer)

    server = await asyncio.start_server(carry, "127.0.0.1", 0)
    async with server:
        road.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield road
        finally:
            for end in road.ends:
                end.transport.abort()
            for carrier in filter(None, carriers):
                await asyncio.wait([carrier])


async def _meet_fate(road: Road, target: URL, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    fate = road.fates.popleft() if road.fates else Fate.PASS
    request = await _whole_request(reader)
    if isinstance(fate, bytes):
        writer.write(fate)
        await writer.drain()
    elif fate is Fate.REQUEST_LOST:
        writer.transport.abort()
    else:
        far_reader, far_writer = await asyncio.open_connection(target.host, target.port)
        road.ends.append(far_writer)
        with contextlib.closing(far_writer):
            far_writer.write(request)
            answer = await far_reader.read(1 << 20)
            if fate is Fate.ANSWER_LOST:
                writer.transport.abort()
                return
            while answer:
                writer.write(answer)
                await writer.drain()
                answer = await far_reader.read(1 << 20)


async def _whole_request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
    )
    return head + await reader.readexactly(length)
