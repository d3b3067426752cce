"""Stand between a process and a server on loopback, and keep everything that passes."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class Tap:
    """What passed: `sent` by the client, `received` by it; `port` or `path` is where the client connects."""

    port: int = 0
    path: Path | None = None
    sent: bytearray = field(default_factory=bytearray)
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
        with contextlib.suppress(OSError, asyncio.CancelledError):
            far_reader, far_writer = await connect()
            try:
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(_pump(reader, far_writer, tap.sent))
                    tasks.create_task(_pump(far_reader, writer, tap.received))
            finally:
                far_writer.close()
        writer.close()

    return serve


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, kept: bytearray) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(1 << 16):
            kept += data
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
