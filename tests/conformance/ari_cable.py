"""A cable between an ARI client and an Asterisk that tests can cut, pull and let go dead."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit


class Cable:
    """Forwards connections to `base_url`, or to the unix socket `path`, to `target` while it is `plugged`."""

    def __init__(self, target: str | Path) -> None:
        self._target = target
        self._writers: set[asyncio.StreamWriter] = set()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self.plugged = True
        self.connections = 0
        self.base_url = ""
        self.path = Path()

    @classmethod
    @asynccontextmanager
    async def to(cls, target: str | Path) -> AsyncIterator[Cable]:
        cable = cls(target)
        if isinstance(target, Path):
            cable.path = target.with_name("cable.sock")
            server = await asyncio.start_unix_server(cable._forward, cable.path)
        else:
            server = await asyncio.start_server(cable._forward, "127.0.0.1", 0)
            host, port = server.sockets[0].getsockname()[:2]
            cable.base_url = f"http://{host}:{port}"
        try:
            yield cable
        finally:
            server.close()
            cable._flowing.set()
            cable.cut()
            await server.wait_closed()
            while cable._writers:
                await asyncio.sleep(0)

    def cut(self) -> None:
        """End every connection; new ones are possible."""
        for writer in self._writers:
            writer.transport.abort()

    def pull(self) -> None:
        """End every connection; no new one is possible until `plugged` is true again."""
        self.plugged = False
        self.cut()

    def go_dead(self) -> None:
        """Keep every connection open, but let nothing through any more, on new ones neither."""
        self._flowing.clear()

    def revive(self) -> None:
        """Let new connections through again; those of before stay dead."""
        self.cut()
        self._flowing.set()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        if not self.plugged:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await self._far_end()
        except OSError:
            writer.transport.abort()
            return
        both = {writer, far_writer}
        self._writers |= both
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pump(reader, far_writer))
                group.create_task(self._pump(far_reader, writer))
        finally:
            self._writers -= both

    async def _far_end(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self._target, Path):
            return await asyncio.open_unix_connection(self._target)
        parts = urlsplit(self._target)
        return await asyncio.open_connection(parts.hostname, parts.port)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                await self._flowing.wait()
                writer.write(data)
                await writer.drain()
        await self._flowing.wait()
        with suppress(OSError):
            writer.close()
            await writer.wait_closed()
