"""Stand between a process and a server on loopback, and keep everything that passes.

What a WebSocket client sends is masked: whoever looks for something in it must look into `Tap.unmasked` as well.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from stack.unmasking import ClientFrames

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class Tap:
    """What passed: `sent` by the client, `received` by it; `port` or `path` is where the client connects."""

    port: int = 0
    path: Path | None = None
    sent: bytearray = field(default_factory=bytearray)
    unmasked: bytearray = field(default_factory=bytearray)
    """The contents of all WebSocket frames among `sent`, one after the other."""
    # asyncio keeps no hold of a connection's task: it could be collected while it waits
    _serving: set[asyncio.Task[None] | None] = field(default_factory=set, repr=False)
    received: bytearray = field(default_factory=bytearray)


@contextlib.asynccontextmanager
async def tap_tcp(host: str, port: int) -> AsyncIterator[Tap]:
    """Listen on a free loopback port and pass everything on to `host:port`."""
    tap = Tap()
    serve = _passing_on(tap, lambda: asyncio.open_connection(host, port))
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    tap.port = server.sockets[0].getsockname()[1]
    async with _serving(server):
        yield tap


@contextlib.asynccontextmanager
async def tap_unix(listen: Path, target: Path) -> AsyncIterator[Tap]:
    """Listen on the unix socket `listen` and pass everything on to `target`."""
    tap = Tap(path=listen)
    serve = _passing_on(tap, lambda: asyncio.open_unix_connection(target))
    async with _serving(await asyncio.start_unix_server(serve, listen)):
        yield tap


@contextlib.asynccontextmanager
async def _serving(server: asyncio.Server) -> AsyncIterator[None]:
    try:
        yield
    finally:
        server.close()
        server.close_clients() if hasattr(server, "close_clients") else None


def _passing_on(
    tap: Tap, connect: Callable[[], Awaitable[Streams]]
) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        tap._serving.add(task)
        with contextlib.suppress(OSError, asyncio.CancelledError):
            far_reader, far_writer = await connect()
            try:
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(_pump(reader, far_writer, _both(tap)))
                    tasks.create_task(_pump(far_reader, writer, tap.received.extend))
            finally:
                far_writer.close()
        writer.close()
        tap._serving.discard(task)

    return serve


def _both(tap: Tap) -> Callable[[bytes], None]:
    frames = ClientFrames()

    def keep(data: bytes) -> None:
        tap.sent.extend(data)
        tap.unmasked.extend(frames.feed(data))

    return keep


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, keep: Callable[[bytes], None]) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(1 << 16):
            keep(data)
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
