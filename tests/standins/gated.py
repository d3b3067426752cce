"""A gate before an Asterisk, real or fake, and a call side that asks it for whatever a test wants, by bare frames."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp

from asterisk_ari import AriLogin
from pci.config import read
from pci.gate.app import serving
from pci.gate.config import GateSettings

SETTINGS = """
socket = "gate.sock"
sounds = "{sounds}"
card_side = "pci.sock"
audit = "gate-audit"
key_file = "gate.key"
[asterisk]
url = "{url}"
username = "{username}"
password_file = "gate.secret"
"""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the gate answered."""

    status: int
    body: Any = None

    @property
    def rule(self) -> str:
        """The rule by which it refused; empty if it was Asterisk that answered."""
        said = self.body.get("message", "") if isinstance(self.body, dict) else ""
        return said.split(": ")[1] if said.startswith("gate: ") else ""


@dataclass
class CallSide:
    """One connection of a call side, which may be broken into."""

    socket: aiohttp.ClientWebSocketResponse
    told: list[dict[str, Any]] = field(default_factory=list)
    """Every event that came, in order."""
    received: str = ""
    """Every byte that came."""
    closed: bool = False
    _waiting: dict[str, asyncio.Future[Reply]] = field(default_factory=dict)
    _numbers: count[int] = field(default_factory=lambda: count(1))
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def ask(self, method: str, uri: str, body: Mapping[str, object] | None = None, **query: str) -> Reply:
        """One request and its answer."""
        frame: dict[str, object] = {"type": "RESTRequest", "method": method, "uri": uri}
        if query:
            frame["query_strings"] = [{"name": name, "value": value} for name, value in query.items()]
        if body is not None:
            frame |= {"content_type": "application/json", "message_body": json.dumps(body)}
        return await self.send(frame)

    async def send(self, frame: Mapping[str, object]) -> Reply:
        """Any frame, given a number to be answered by."""
        number = f"r{next(self._numbers)}"
        self._waiting[number] = asyncio.get_running_loop().create_future()
        await self.socket.send_str(json.dumps({**frame, "request_id": number}))
        async with asyncio.timeout(10):
            return await self._waiting[number]

    def events(self, kind: str) -> list[dict[str, Any]]:
        """The events of one type that have come."""
        return [event for event in self.told if event["type"] == kind]

    @property
    def keys(self) -> str:
        """The keys that it was told of."""
        return "".join(event["digit"] for event in self.events("ChannelDtmfReceived"))

    async def until(self, condition: Callable[[CallSide], object]) -> None:
        """Wait for something to be so."""
        async with asyncio.timeout(10):
            while not condition(self):
                self._news.clear()
                await self._news.wait()

    async def read(self) -> None:
        """Take in what comes until the connection ends."""
        async for message in self.socket:
            self.received += message.data
            value = json.loads(message.data)
            if value["type"] == "RESTResponse":
                body = json.loads(value["message_body"]) if value.get("message_body") else None
                if waiting := self._waiting.pop(value["request_id"], None):
                    waiting.set_result(Reply(value["status_code"], body))
            else:
                self.told.append(value)
            self._news.set()
        self.closed = True
        self._news.set()


@dataclass
class Alarms:
    """The alarms that the gate raised: event and reason of each."""

    raised: list[tuple[str, str]] = field(default_factory=list)

    async def __call__(self, event: str, *, resource: str, reason: str = "", app: str = "") -> None:
        assert resource
        assert app == "ivr"
        self.raised.append((event, reason))


@dataclass
class Gated:
    """A gate that is served."""

    folder: Path
    alarms: Alarms

    @property
    def sound(self) -> str:
        """A recording of the project."""
        return f"sound:{self.folder / 'sounds' / 'en' / 'welcome'}"

    def http(self) -> aiohttp.ClientSession:
        """Plain HTTP on the gate's socket."""
        return aiohttp.ClientSession("http://gate", connector=aiohttp.UnixConnector(str(self.folder / "gate.sock")))

    @asynccontextmanager
    async def call_side(self) -> AsyncIterator[CallSide]:
        """A connection of the call side."""
        async with (
            self.http() as session,
            session.ws_connect("/ari/events?app=ivr&subscribeAll=false", max_msg_size=0) as socket,
            asyncio.TaskGroup() as tasks,
        ):
            call_side = CallSide(socket)
            reader = tasks.create_task(call_side.read())
            try:
                yield call_side
            finally:
                reader.cancel()


def write_gate_settings(
    folder: Path, login: AriLogin, extra: str = "", *, sounds: Path | None = None, top: str = ""
) -> Path:
    """A gate.toml and all that it names; `top` is more of its first section."""
    (folder / "sounds" / "en").mkdir(parents=True, exist_ok=True)
    secret = folder / "gate.secret"
    secret.touch(mode=0o600)
    secret.write_text(login.password)
    file = folder / "gate.toml"
    where = {"sounds": sounds or folder / "sounds", "url": login.base_url, "username": login.username}
    file.write_text(top + SETTINGS.format(**where) + extra)
    return file


@asynccontextmanager
async def gated(
    folder: Path, login: AriLogin, extra: str = "", *, sounds: Path | None = None, top: str = ""
) -> AsyncIterator[Gated]:
    """A gate in this process, before the Asterisk of `login`."""
    file = write_gate_settings(folder, login, extra, sounds=sounds, top=top)
    alarms = Alarms()
    async with serving(read(file, GateSettings), alarms):
        yield Gated(folder, alarms)


@asynccontextmanager
async def answering(path: Path) -> AsyncIterator[None]:
    """A card side that is up, as far as a knock on its socket tells."""

    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_unix_server(serve, path)
    async with server:
        yield
    with suppress(FileNotFoundError):
        path.unlink()
