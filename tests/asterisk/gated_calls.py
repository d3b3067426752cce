"""Callers of a real Asterisk whose call side sits behind the gate, and every operation that this Asterisk has."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import aiohttp

from asterisk_ari import AriApp, AriLogin, ChannelDtmfReceived, NotFound, StasisStart, Watch
from stack.asterisk import Instance
from stack.wiretap import Tap, tap_tcp
from tests.standins.gated import CallSide, Gated, answering, gated


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation as the API description has it."""

    method: str
    path: str
    parameters: tuple[str, ...]
    """Those that are not in the path."""


async def operations(asterisk: Instance, session: aiohttp.ClientSession) -> list[Operation]:
    """Every operation that the running Asterisk describes."""

    async def described(page: str) -> list[Operation]:
        async with session.get(f"{asterisk.ari_url}/ari/api-docs/{page}") as answer:
            assert answer.status == 200, page
            apis = (await answer.json(content_type=None))["apis"]
        return [
            Operation(
                operation["httpMethod"],
                api["path"],
                tuple(p["name"] for p in operation.get("parameters", []) if p["paramType"] != "path"),
            )
            for api in apis
            for operation in api.get("operations", [])
        ]

    async with session.get(f"{asterisk.ari_url}/ari/api-docs/resources.json") as answer:
        pages = [api["path"] for api in (await answer.json(content_type=None))["apis"]]
    names = [page.rpartition("/")[2].replace("{format}", "json") for page in pages]
    return [operation for name in names for operation in await described(name)]


@dataclass
class Caller:
    """The far leg of a Local channel; the near leg, which Asterisk takes for a caller, has the id `channel_id`."""

    far: AriApp
    session: aiohttp.ClientSession
    url: str
    far_id: str

    @property
    def channel_id(self) -> str:
        """The leg that the dialplan sends to the call side."""
        return f"{self.far_id};2"

    async def press(self, keys: str) -> None:
        """Press keys; returns before they have been heard."""
        url = f"{self.url}/ari/channels/{self.far_id}/dtmf"
        async with self.session.post(url, json={"dtmf": keys, "between": 60, "duration": 80}) as answer:
            assert answer.status == 204

    async def hang_up(self) -> None:
        """Put the phone down."""
        await self.far.asterisk.hang_up(self.far_id)


@dataclass
class Scene:
    """A gate between a call side and a real Asterisk, and the card side beside it."""

    asterisk: Instance
    gate: Gated
    tap: Tap
    pci: AriApp
    far: AriApp
    session: aiohttp.ClientSession

    async def caller(self, call_side: CallSide) -> Caller:
        """A caller whose call the call side has answered."""
        caller = Caller(self.far, self.session, self.asterisk.ari_url, f"far-{uuid4()}")
        with self.far.watch(caller.far_id) as events:
            await self.far.asterisk.originate("Local/1000@incoming/n", "far", channel_id=caller.far_id)
            await call_side.until(lambda it: any(came(event, caller) for event in it.told))
            answered = await call_side.ask("POST", f"channels/{caller.channel_id.replace(';', '%3B')}/answer")
            assert answered.status == 204
            while not isinstance(await events.next(), StasisStart):
                pass
        return caller

    @asynccontextmanager
    async def captured(self, caller: Caller) -> AsyncIterator[Watch]:
        """The card side has the caller."""
        with self.pci.watch(caller.channel_id) as events:
            await self.pci.asterisk.move(caller.channel_id, "pci")
            while not isinstance(await events.next(), StasisStart):
                pass
            yield events


def came(event: dict[str, object], caller: Caller) -> bool:
    """Whether an event tells that the caller has come to the call side."""
    channel = event.get("channel")
    return event["type"] == "StasisStart" and isinstance(channel, dict) and channel["id"] == caller.channel_id


async def keys_heard(events: Watch, how_many: int) -> str:
    """The next keys that the card side hears."""
    heard = ""
    async with asyncio.timeout(30):
        while len(heard) < how_many:
            event = await events.next()
            heard += event.digit if isinstance(event, ChannelDtmfReceived) else ""
    return heard


@asynccontextmanager
async def open_scene(asterisk: Instance, folder: Path) -> AsyncIterator[Scene]:
    """Everything up; no channel is left behind."""
    login = AriLogin(asterisk.ari_url, "pci", asterisk.pci_password)
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        tap = await enter(tap_tcp("127.0.0.1", asterisk.http_port))
        await enter(answering(folder / "pci.sock"))
        gate = await enter(gated(folder, AriLogin(f"http://127.0.0.1:{tap.port}", "gate", asterisk.gate_password)))
        pci = await enter(AriApp.open(login, "pci"))
        far = await enter(AriApp.open(login, "far"))
        session = await enter(aiohttp.ClientSession(headers={"Authorization": login.authorization}))
        try:
            yield Scene(asterisk, gate, tap, pci, far, session)
        finally:
            for channel in await far.asterisk.channels():
                with suppress(NotFound):  # one leg of a Local channel takes the other with it
                    await far.asterisk.hang_up(channel.id)
