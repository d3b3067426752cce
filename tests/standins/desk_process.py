"""`ivr serve` with a door to its agents' desk: `python -m tests.standins.desk_process ivr serve --config ivr.toml`.

The door is a unix socket beside the settings file. A line is a request, `["accept", "anna"]`, and so is its answer.
"""

from __future__ import annotations

import asyncio
import json
import runpy
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ivr import app
from ivr.agents import paying_call
from ivr.agents.desk import Payment
from ivr.agents.errors import AgentError
from ivr.agents.live import LiveDesk
from ivr.agents.view import Status
from ivr.money import Money

DOOR = "desk.sock"
_START_SECONDS = 180.0  # on a machine that is busy with other things


class Desk(LiveDesk):
    """The desk, which opens the door as soon as it is there."""

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.server = asyncio.get_running_loop().create_task(self._open())

    async def _open(self) -> None:
        path = Path(sys.argv[-1]).parent / DOOR
        path.unlink(missing_ok=True)
        self.listening = await asyncio.start_unix_server(self._serve, path)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async for line in reader:
            writer.write(json.dumps(await self._do(*json.loads(line))).encode() + b"\n")
            await writer.drain()
        writer.close()

    async def _do(self, verb: str, agent: str, *arguments: str) -> dict[str, str]:
        if verb == "view":
            view = self.floor.board.of(agent)
            return {"status": view.status, "stage": view.call.stage if view.call else "", "notice": view.notice}
        given: list[Any] = list(arguments)
        if verb == "set_status":
            given = [Status(arguments[0])]
        elif verb == "take_payment":
            given = [Payment(Money(int(arguments[0]), "USD"), arguments[1])]
        try:
            await getattr(self, verb)(agent, *given)
        except AgentError as error:
            return {"error": type(error).__name__}
        return {}


@dataclass
class Door:
    """The door, from outside."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    @asynccontextmanager
    async def of(cls, folder: Path) -> AsyncIterator[Door]:
        """Wait for the door of the process that serves `folder`."""
        door = await asyncio.wait_for(cls._opened(folder / DOOR), _START_SECONDS)
        try:
            yield door
        finally:
            door.writer.close()

    @classmethod
    async def _opened(cls, path: Path) -> Door:
        while True:
            try:
                return cls(*await asyncio.open_unix_connection(path))
            except (FileNotFoundError, ConnectionRefusedError):  # a socket has its name before it listens
                await asyncio.sleep(0.1)

    async def do(self, verb: str, agent: str, *arguments: str) -> dict[str, str]:
        """One request and its answer."""
        self.writer.write(json.dumps([verb, agent, *arguments]).encode() + b"\n")
        await self.writer.drain()
        answer: dict[str, str] = json.loads(await self.reader.readline())
        return answer

    async def ready(self, agent: str) -> None:
        """The agent signs on and is ready."""
        assert await self.do("sign_on", agent, agent.title()) == {}
        assert await self.do("set_status", agent, "ready") == {}

    async def sees(self, agent: str, **wanted: str) -> None:
        """Wait until an agent's view has these values."""
        async with asyncio.timeout(60):
            while not (await self.do("view", agent)).items() >= wanted.items():
                await asyncio.sleep(0.1)


if __name__ == "__main__":
    vars(app)["LiveDesk"] = Desk
    vars(paying_call)["_RESTART_SECONDS"] = (
        300.0  # a machine that is busy with other things starts no process quickly
    )
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
