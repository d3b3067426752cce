"""Agents who talk to a caller until the card is asked for: a real leg out of Asterisk, whose RTP is kept as pcap."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import struct
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import aiohttp

from proof.answerer import answering

APP = "agents"
# at these prompts; what is pressed between them is no secret
JOINS, LISTENS = frozenset({"press-1-to-pay", "say-pay-or-press-1"}), frozenset({"card-number", "say-card-number"})
ANSWER_SECONDS = 10.0
_LINKTYPE_RAW = 101


class _Ear(asyncio.DatagramProtocol):
    """Writes every datagram that arrives to a pcap file, as the IP packet that it was."""

    def __init__(self, pcap: BinaryIO) -> None:
        self._pcap = pcap
        self.port = 0
        self.listens = False
        pcap.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, _LINKTYPE_RAW))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        if not self.listens:
            return
        udp = struct.pack(">HHHH", addr[1], self.port, 8 + len(data), 0) + data
        ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, *[b"\x7f\0\0\1"] * 2)
        now = time.time()
        self._pcap.write(struct.pack("<IIII", int(now), int(now % 1 * 1e6), 20 + len(udp), 20 + len(udp)) + ip + udp)


@dataclass
class Agents:
    """Puts an agent on the line of a caller. Each leaves a pcap in `folder`."""

    session: aiohttp.ClientSession
    folder: Path
    stack: contextlib.AsyncExitStack
    pcaps: list[Path] = field(default_factory=list)
    _bridges: dict[str, str] = field(default_factory=dict)
    _ears: dict[str, _Ear] = field(default_factory=dict)

    async def at(self, prompt: str, number: str) -> None:
        """The moments of the call to `number` at which its agent joins, and from which what they hear is kept."""
        if prompt in JOINS and number not in self._bridges:
            await self._join(number)
        elif prompt in LISTENS:
            self._ears[number].listens = True

    async def leave(self, number: str) -> None:
        """The call to `number` is over: its bridge goes, and with it the agent."""
        self._ears.pop(number, None)
        if bridge := self._bridges.pop(number, None):
            with contextlib.suppress(aiohttp.ClientError):
                for channel in (await self._ask("GET", f"bridges/{bridge}"))["channels"]:
                    await self._ask("DELETE", f"channels/{channel}")
                await self._ask("DELETE", f"bridges/{bridge}")

    async def _join(self, number: str) -> None:
        async with asyncio.timeout(ANSWER_SECONDS):
            agent = await self._ring(number)
            bridge = (await self._ask("POST", "bridges", type="mixing,proxy_media"))["id"]
            caller = next(
                channel["id"]
                for channel in await self._ask("GET", "channels")
                if channel["dialplan"]["exten"] == number and channel["id"] != agent
            )
            await self._ask("POST", f"bridges/{bridge}/addChannel", channel=f"{agent},{caller}")
            self._bridges[number] = bridge

    async def _ring(self, number: str) -> str:
        loop = asyncio.get_running_loop()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.pcaps.append(self.folder / f"agent-{len(self.pcaps) + 1}.pcap")
        pcap = self.stack.enter_context(self.pcaps[-1].open("wb", buffering=0))
        media, ear = await loop.create_datagram_endpoint(lambda: _Ear(pcap), ("127.0.0.1", 0))
        self._ears[number] = ear
        self.stack.callback(media.close)
        telephone = await self.stack.enter_async_context(answering(ear.port))
        channel = (await self._ask("POST", "channels", endpoint=telephone.endpoint, app=APP))["id"]
        while (await self._ask("GET", f"channels/{channel}"))["state"] != "Up":
            await asyncio.sleep(0.02)
        return str(channel)

    async def _ask(self, method: str, path: str, **query: str) -> Any:  # noqa: ANN401 - JSON
        async with self.session.request(method, f"/ari/{path}", params=query, raise_for_status=True) as answer:
            return await answer.json(content_type=None) if answer.status != 204 else None


@contextlib.asynccontextmanager
async def agents_at_work(url: str, user: str, password: str, folder: Path) -> AsyncIterator[Agents]:
    """Agents for callers of the Asterisk at `url`. They have an application of their own, which hears no caller."""
    async with (
        contextlib.AsyncExitStack() as stack,
        aiohttp.ClientSession(url, headers={"Authorization": _basic(user, password)}) as session,
        session.ws_connect("/ari/events", params={"app": APP}) as events,
        asyncio.TaskGroup() as tasks,
    ):
        reader = tasks.create_task(_drained(events))
        yield Agents(session, folder, stack)
        reader.cancel()


def _basic(user: str, password: str) -> str:
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"


async def _drained(events: aiohttp.ClientWebSocketResponse) -> None:
    async for _ in events:
        pass
