"""A gate before a fake Asterisk, a call side that talks through it, and a card side."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from asterisk_ari import AriApp
from asterisk_ari.fake import FakeAsterisk, FakeCall
from tests.standins.gated import CallSide, Gated, gated

AGENTS = '[originate]\nendpoints = ["PJSIP/agent-1"]\n'


@dataclass
class Scene:
    """A gate, what it stands before, and the card side."""

    asterisk: FakeAsterisk
    gate: Gated
    pci: AriApp
    me: CallSide

    async def caller(self) -> FakeCall:
        """A call that has reached the call side."""
        call = self.asterisk.dial("1000")
        await self.me.until(
            lambda it: call.channel_id in [event["channel"]["id"] for event in it.events("StasisStart")]
        )
        return call

    async def captured(self, call: FakeCall) -> None:
        """The card side takes a call."""
        await self.pci.asterisk.move(call.channel_id, "pci")
        await self.me.until(lambda it: it.events("StasisEnd"))

    @property
    def alarms(self) -> list[str]:
        """The rules of the alarms."""
        return [rule for _, rule in self.gate.alarms.raised]


@asynccontextmanager
async def open_scene(folder: Path, extra: str = "") -> AsyncIterator[Scene]:
    async with (
        FakeAsterisk.open({"gate": "gate-password", "pci": "pci-password"}) as asterisk,
        AriApp.open(asterisk.login("pci"), "pci") as pci,
        gated(folder, asterisk.login("gate"), extra) as gate,
        gate.call_side() as me,
    ):
        yield Scene(asterisk, gate, pci, me)
