"""The card side on a fake Asterisk, with a call side that only looks on: for tests of captures.

Everything but Asterisk and the processor is real: the unix socket, the vault, the database, the ARI client.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import aiohttp

from asterisk_ari import AriApp, ChannelDtmfReceived, ChannelGone
from asterisk_ari.fake import FakeAsterisk, FakeCall
from pci.audit import Audit
from pci.capture.captures import Captures
from pci.capture.desk import CaptureDesk
from pci.capture.fields import PROMPTS, SPOKEN_PROMPTS
from pci.capture.line import Patience
from pci.capture.room import Room
from pci.contract import (
    CAPTURE_EVENT,
    CaptureEvent,
    CaptureResult,
    CaptureStarted,
    CardField,
    Charge,
    ChargeRequest,
    Closing,
    Error,
    FieldProgress,
)
from pci.errors import NotFound
from pci.hearing.desk import HearingDesk
from pci.hearing.ears import Ears
from pci.keys import KeyRing
from pci.prompts import Prompts
from pci.server import Server, serve
from pci.store import Store
from pci.vault import Vault
from speech import Model
from speech.scripted import ScriptedRecogniser

TODAY = date(2026, 11, 22)
VISA, AMEX = "4111111111111111", "378282246310005"
OWN_PROMPT = "our-own-words"
QUICK = {"settled": 0.05, "echo": 0.05}
Found = TypeVar("Found")
Told = TypeVar("Told", bound=CaptureEvent)


class NoCharges:
    """A charge desk where nothing was ever charged."""

    async def charge(self, request: ChargeRequest) -> Charge:
        """Nothing to charge here."""
        raise NotFound

    async def find(self, charge_id: str) -> Charge:
        """Nothing was charged."""
        raise NotFound

    async def close(self, charge_id: str, closing: Closing) -> Charge:
        """Nothing is held."""
        raise NotFound


@dataclass
class Capture:
    """A capture under way, as its client sees it."""

    response: aiohttp.ClientResponse
    events: list[CaptureEvent] = field(default_factory=list)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def result(self) -> CaptureResult:
        """The last line."""
        result = self.events[-1]
        assert isinstance(result, CaptureResult)
        return result

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Every event, as short as it can be written."""
        return [event.model_dump(mode="json", exclude_defaults=True) for event in self.events]

    async def read(self) -> None:
        """Read to the end of the stream."""
        with suppress(aiohttp.ClientConnectionError):  # closed by the test
            async for line in self.response.content:
                self.events.append(CAPTURE_EVENT.validate_json(line))
                self._news.set()

    async def told(self, kind: type[Told]) -> Told:
        """The first event of this kind, once it is told."""
        return await self._first(lambda event: event if isinstance(event, kind) else None)

    async def entering(self, field: CardField, keys: int) -> None:
        """Return once so many keys of a field are told."""
        await self._first(
            lambda event: (isinstance(event, FieldProgress) and (event.field, event.entered) == (field, keys)) or None
        )

    async def _first(self, found: Callable[[CaptureEvent], Found | None]) -> Found:
        async with asyncio.timeout(30):
            while True:
                for event in self.events:
                    if (one := found(event)) is not None:
                        return one
                self._news.clear()
                await self._news.wait()


@dataclass
class Rig:
    """The card side, its Asterisk, and what the call side's application was told."""

    folder: Path
    asterisk: FakeAsterisk
    ivr: AriApp
    pci: AriApp
    vault: Vault
    captures: Captures
    desk: CaptureDesk
    audit: Audit
    client: aiohttp.ClientSession
    alarms: list[tuple[str, str]]
    told_to_ivr: list[object] = field(default_factory=list)

    async def incoming(self) -> FakeCall:
        """A call that has reached the call side."""
        call = self.asterisk.dial("1000")
        await call.until(lambda call: call.app == "ivr")
        await self.ivr.asterisk.answer(call.channel_id)
        return call

    @asynccontextmanager
    async def capturing(self, call: FakeCall, **options: object) -> AsyncIterator[Capture]:
        """Ask for a capture; leaving the block waits for its end."""
        with self.ivr.watch(call.channel_id) as told:
            async with (
                asyncio.timeout(60),
                self.client.post("/v1/captures", json=order(call.channel_id, **options)) as response,
                asyncio.TaskGroup() as tasks,
            ):
                assert response.status == 200, await response.text()
                capture = Capture(response)
                tasks.create_task(capture.read())
                yield capture
            # the marker comes after all that was told before
            with_marker = await self._told(told, call)
            self.told_to_ivr += with_marker

    async def refused(self, body: object) -> tuple[int, Error]:
        """Ask for a capture that is refused."""
        async with self.client.post("/v1/captures", json=body) as response:
            return response.status, Error.model_validate_json(await response.read())

    @property
    def keys_told_to_ivr(self) -> int:
        """How many keys the call side's application was told during captures."""
        return sum(isinstance(event, ChannelDtmfReceived) for event in self.told_to_ivr)

    async def _told(self, told: Any, call: FakeCall) -> list[object]:
        events: list[object] = []
        try:
            async with asyncio.timeout(0.05):
                while True:
                    events.append(await told.next())
        except (TimeoutError, ChannelGone):
            return events


def order(channel_id: str, **options: object) -> dict[str, object]:
    """A capture request, impatient enough for a test."""
    return {
        "call_id": "call-1",
        "channel_id": channel_id,
        "first_digit_timeout": 5,
        "inter_digit_timeout": 5,
        **options,
    }


async def steer(rig: Rig, capture: Capture, wish: str, **body: str) -> int:
    """Have a capture do something; the status of the answer."""
    started = await capture.told(CaptureStarted)
    path = f"/v1/captures/{started.capture_id}/{wish}"
    async with rig.client.post(path, json=body or None) as response:
        return response.status


async def number_kept(rig: Rig, capture: Capture) -> str:
    """The number of the card that the capture has kept."""
    assert capture.result.token is not None
    async with rig.vault.use(capture.result.token) as card:
        return bytes(card.pan.reveal()).decode()


async def heard(call: FakeCall, prompt: str, times: int = 1) -> None:
    """Wait until the caller has heard (the beginning of) a prompt so many times."""
    async with asyncio.timeout(30):
        await call.until(lambda call: sum(sound.endswith(f"/{prompt}") for sound in call.played) >= times)


def record_sounds(folder: Path) -> Path:
    """A folder with every prompt of the card side, empty."""
    (folder / "en").mkdir(parents=True)
    for prompt in PROMPTS | SPOKEN_PROMPTS | {OWN_PROMPT}:
        (folder / "en" / f"{prompt}.wav").touch()
    return folder


@asynccontextmanager
async def open_rig(
    folder: Path,
    models: tuple[Model, ...] = (),
    recogniser: ScriptedRecogniser | None = None,
    **patience: float,
) -> AsyncIterator[Rig]:
    """Everything up and connected. `models` are what the card side says that it hears with."""
    patient = Patience(**{"quiet": 0.05, "quiet_at_most": 0.5, "taken": 1.0, "look": 0.02, **QUICK, **patience})
    async with (
        FakeAsterisk.open() as asterisk,
        AriApp.open(asterisk.login("ivr"), "ivr") as ivr,
        AriApp.open(asterisk.login("pci"), "pci") as pci,
        Store.open(folder / "pci.db") as store,
        Audit.open(folder / "audit", b"k" * 32) as audit,
        aiohttp.ClientSession("http://pci", connector=aiohttp.UnixConnector(str(folder / "pci.sock"))) as client,
    ):
        vault, captures = Vault(store, KeyRing(os.urandom(32)), audit), Captures()
        prompts = Prompts(record_sounds(folder / "sounds"))
        alarms: list[tuple[str, str]] = []

        async def alarm(event: str, *, resource: str, reason: str = "", app: str = "") -> None:
            alarms.append((event, reason))

        ears = Ears(recogniser or ScriptedRecogniser())
        desk = CaptureDesk(Room(pci, prompts, vault, captures, audit, lambda: TODAY, patient, alarm, ears))
        async with asyncio.TaskGroup() as tasks:
            hearings = HearingDesk(pci, ears, audit, desk.holds, models)
            routes = Server(desk, hearings, NoCharges(), vault, audit, tasks).routes()
            care = tasks.create_task(desk.look_after_callers())
            async with serve(folder / "pci.sock", frozenset({os.geteuid()}), routes, audit):
                yield Rig(folder, asterisk, ivr, pci, vault, captures, desk, audit, client, alarms)
                desk.close()
            care.cancel()
