"""A server on loopback that answers every request with the octets it is told, whether they are HTTP or not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass
class RawServer:
    """`requests` are the heads of the requests that came, as text. `answers` are given in turn, the last for ever."""

    answers: list[Answer]
    port: int = 0
    requests: list[str] = field(default_factory=list)
    busy: set[asyncio.Task[Any]] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection: a request, an answer, the end."""
        self.busy |= {task for task in [asyncio.current_task()] if task}
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.CancelledError):
            head = await reader.readuntil(b"\r\n\r\n")
            self.requests.append(head.decode("latin-1"))
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            await answer(writer)
        writer.close()
        with suppress(OSError, asyncio.CancelledError):
            await writer.wait_closed()


@asynccontextmanager
async def raw_server(*answers: Answer) -> AsyncIterator[RawServer]:
    """A running server; what it is busy with ends with the block."""
    raw = RawServer(list(answers))
    server = await asyncio.start_server(raw.serve, "127.0.0.1", 0)
    raw.port = server.sockets[0].getsockname()[1]
    try:
        yield raw
    finally:
        server.close()
        for task in raw.busy:
            task.cancel()
        if raw.busy:
            await asyncio.wait(raw.busy)


def octets(*parts: bytes, pause: float = 0.0) -> Answer:
    """Send these, with a pause (seconds) after each."""

    async def send(writer: asyncio.StreamWriter) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause)

    return send


def http(body: bytes, status: str = "200 OK", headers: str = "") -> Answer:
    """A proper answer."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    return octets(head.encode(), body)


def endless(head: bytes, part: bytes, pause: float = 0.0) -> Answer:
    """Never stop sending."""

    async def send(writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        while not writer.is_closing():
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause)

    return send


async def never(_writer: asyncio.StreamWriter) -> None:
    """Say nothing, for longer than any test waits."""
    await asyncio.sleep(3600)
