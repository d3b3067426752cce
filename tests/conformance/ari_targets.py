"""What the ARI tests run against: the fake Asterisk and a real one, behind one face."""

from __future__ import annotations

import wave
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Literal, Protocol
from uuid import uuid4

from asterisk_ari import AriApp, AriLogin, AriSocket, Asterisk, NotFound, StasisStart
from asterisk_ari.fake import FakeAsterisk, FakeCall
from asterisk_ari.rest import Rest
from asterisk_ari.road import HttpRoad, open_session
from stack.asterisk import Instance
from tests.conformance.ari_cable import Cable

CALLER = "+15550100"
SOMEBODY = "Local/1000@incoming/n"
PASSWORDS = {"ivr": "ivr-password", "pci": "pci-password"}
Road = Literal["http", "frames", "socket"]


class Phone(Protocol):
    """The far end of a call."""

    channel_id: str

    async def press(self, keys: str) -> None: ...

    async def hang_up(self) -> None: ...


class Target(Protocol):
    """An Asterisk, and people who call it."""

    cable: Cable

    def login(self, username: str) -> AriLogin | AriSocket:
        """A login that goes through the cable, on the road that is tested."""

    def direct_login(self, username: str) -> AriLogin:
        """A login by HTTP that does not."""

    async def dial(self, number: str) -> Phone:
        """Call a number, which the dialplan sends to the application `ivr`."""

    def sound(self, seconds: float) -> str:
        """A sound that lasts so long."""

    def missing_sound(self) -> str:
        """A sound that there is not."""

    async def pick_up(self, ivr: AriApp) -> None:
        """Answer the call that was made to `SOMEBODY`; it may ring at the application `ivr`."""


class FakePhone:
    def __init__(self, call: FakeCall) -> None:
        self._call = call
        self.channel_id = call.channel_id

    async def press(self, keys: str) -> None:
        self._call.press(keys)

    async def hang_up(self) -> None:
        self._call.hang_up()


class FakeTarget:
    def __init__(self, asterisk: FakeAsterisk, cable: Cable, road: Road) -> None:
        self._asterisk = asterisk
        self._road = road
        self.cable = cable

    def login(self, username: str) -> AriLogin | AriSocket:
        if self._road == "socket":
            return AriSocket(self.cable.path)
        return AriLogin(self.cable.base_url, username, PASSWORDS[username], by_frames=self._road == "frames")

    def direct_login(self, username: str) -> AriLogin:
        return self._asterisk.login(username)

    async def dial(self, number: str) -> Phone:
        return FakePhone(self._asterisk.dial(number, caller=CALLER))

    def sound(self, seconds: float) -> str:
        self._asterisk.seconds_per_sound = seconds
        return "sound:spoken"

    def missing_sound(self) -> str:
        self._asterisk.missing_sounds.add("sound:nowhere")
        return "sound:nowhere"

    async def pick_up(self, ivr: AriApp) -> None:
        """Whoever the fake calls answers at once."""


class RealPhone:
    """The far leg of a Local channel; its near leg runs through the dialplan like any caller."""

    def __init__(self, far: AriApp, rest: Rest, far_id: str) -> None:
        self._far = far
        self._rest = rest
        self._far_id = far_id
        self._stack = AsyncExitStack()
        self._events = self._stack.enter_context(far.watch(far_id))
        self._connected = False
        self.channel_id = f"{far_id};2"

    async def press(self, keys: str) -> None:
        while not self._connected:
            self._connected = isinstance(await self._events.next(), StasisStart)
        await self._rest.post(f"channels/{self._far_id}/dtmf", {"dtmf": keys, "between": 60, "duration": 80})

    async def hang_up(self) -> None:
        await self._far.asterisk.hang_up(self._far_id)


class RealTarget:
    def __init__(self, instance: Instance, cable: Cable, road: Road, far: AriApp, rest: Rest, folder: Path) -> None:
        self._logins = {
            "ivr": AriLogin(instance.ari_url, "gate", instance.gate_password),
            "pci": AriLogin(instance.ari_url, "pci", instance.pci_password),
        }
        self._road = road
        self._far = far
        self._rest = rest
        self._folder = folder
        self._numbers = count()
        self.cable = cable

    def login(self, username: str) -> AriLogin:
        return replace(self.direct_login(username), base_url=self.cable.base_url, by_frames=self._road == "frames")

    def direct_login(self, username: str) -> AriLogin:
        return self._logins[username]

    async def dial(self, number: str) -> Phone:
        phone = RealPhone(self._far, self._rest, f"far-{uuid4()}")
        await self._far.asterisk.originate(
            f"Local/{number}@incoming/n", "far", caller=CALLER, channel_id=phone.channel_id.removesuffix(";2")
        )
        return phone

    def sound(self, seconds: float) -> str:
        path = self._folder / f"silence-{next(self._numbers)}"
        with wave.open(f"{path}.wav", "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(8000)
            file.writeframes(bytes(int(16000 * seconds)))
        return f"sound:{path}"

    def missing_sound(self) -> str:
        return f"sound:{self._folder / 'nowhere'}"

    async def pick_up(self, ivr: AriApp) -> None:
        async for start in ivr.arrivals():
            await ivr.asterisk.answer(start.channel_id)
            return


@asynccontextmanager
async def fake_target(folder: Path, road: Road) -> AsyncIterator[FakeTarget]:
    gate = folder / "gate.sock"
    async with (
        FakeAsterisk.open(PASSWORDS, gate=gate) as asterisk,
        Cable.to(gate if road == "socket" else asterisk.base_url) as cable,
    ):
        yield FakeTarget(asterisk, cable, road)


@asynccontextmanager
async def real_target(instance: Instance, folder: Path, road: Road) -> AsyncIterator[RealTarget]:
    login = AriLogin(instance.ari_url, "pci", instance.pci_password)
    async with (
        Cable.to(instance.ari_url) as cable,
        AriApp.open(login, "far") as far,
        open_session(login, 10.0) as session,
    ):
        try:
            yield RealTarget(instance, cable, road, far, Rest(HttpRoad(session, login)), folder)
        finally:
            await _hang_up_everything(far.asterisk)


async def _hang_up_everything(asterisk: Asterisk) -> None:
    for channel in await asterisk.channels():
        with suppress(NotFound):  # the other leg of one that was hung up before
            await asterisk.hang_up(channel.id)
    for bridge in await asterisk.bridges():
        await asterisk.destroy_bridge(bridge.id)
