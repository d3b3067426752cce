"""A real Asterisk, the real card side, a call side that only looks on, and an agent who listens.

The overlay makes Asterisk less strict than the one that is shipped, as operators may have it: endpoints for other
`dtmf_mode`s (a phone chooses one by the name that it calls under), recordings by ARI, and bridges that may go native.
"""

from __future__ import annotations

import asyncio
import os
import re
import wave
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import aiohttp

from asterisk_ari import AriApp, AriLogin, Asterisk, Channel, ChannelDestroyed, NotFound, StasisStart
from pci.audit import Audit
from pci.capture.captures import Captures
from pci.capture.desk import CaptureDesk
from pci.capture.fields import PROMPTS
from pci.capture.line import Patience
from pci.capture.room import Room
from pci.capture.session import CaptureSession
from pci.contract import CaptureEvent, CaptureOutcome, CaptureRequest, CaptureResult, PromptSpoken
from pci.hearing.ears import Ears
from pci.keys import KeyRing
from pci.prompts import Prompts
from pci.store import Store
from pci.vault import Vault
from speech.scripted import ScriptedRecogniser
from stack.asterisk import Instance
from stack.leaks import keys_in_events
from stack.phones import open_pjsua2
from stack.phones.pjsua2 import Pjsua2
from stack.wiretap import Tap, tap_tcp
from tests.asterisk.agent_leg import Heard, agent_phone
from tests.conformance.ari_cable import Cable

CARD, EXPIRY = "4012888888881881", "1230"
KEYED = f"{CARD}#{EXPIRY}#"
MODES = ("rfc4733", "inband", "auto", "info")
MODULES = (*("res_pjsip_dtmf_info", "bridge_native_rtp", "res_ari_recordings", "chan_bridge_media"),)
DEADLINE = 20.0
PATIENCE = Patience(quiet=0.5, look=0.2, taken=2.0)
LONG = "a-long-story"
_numbers = count(2000)


def overlay(etc: Path) -> None:
    """Amend a rendered configuration."""
    (etc.parent / "spool" / "recording").mkdir(exist_ok=True)
    pjsip, modules = etc / "pjsip.conf", etc / "modules.conf"
    text = pjsip.read_text()
    anonymous = re.search(r"^\[anonymous\]\n.*?(?=^\[|\Z)", text, re.MULTILINE | re.DOTALL)
    assert anonymous
    endpoints = [
        anonymous[0].replace("[anonymous]", f"[{mode}]").replace("dtmf_mode = rfc4733", f"dtmf_mode = {mode}")
        for mode in MODES
    ]
    pjsip.write_text("\n".join([text, *endpoints]))
    loads = "".join(f"require = {module}.so\n" for module in MODULES)
    modules.write_text(
        modules.read_text().replace("noload = bridge_native_rtp.so\n", "") + f"\n[modules](+)\n{loads}"
    )


@dataclass
class Capture:
    """A capture under way, and what steers it."""

    session: CaptureSession
    events: list[CaptureEvent] = field(default_factory=list)
    result: CaptureResult | None = None
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def emit(self, event: CaptureEvent) -> None:
        """Take note of what happens."""
        self.events.append(event)
        self._news.set()

    async def prompted(self, prompt: str, times: int = 1) -> None:
        """Return once the caller is told this so many times."""
        await self._until(
            lambda: sum(isinstance(event, PromptSpoken) and prompt in event.prompts for event in self.events) >= times
        )

    async def told(self, kind: type[CaptureEvent]) -> None:
        """Return once an event of this kind is told."""
        await self._until(lambda: any(isinstance(event, kind) for event in self.events))

    async def _until(self, reached: Callable[[], bool]) -> None:
        async with asyncio.timeout(DEADLINE):
            while not reached():
                self._news.clear()
                await self._news.wait()

    @property
    def outcome(self) -> CaptureOutcome | None:
        """How it ended."""
        return self.result.outcome if self.result else None


@dataclass
class Scene:
    """All who take part. `ivr_tap` holds all that Asterisk told the call side."""

    asterisk: Instance
    ivr: AriApp
    pci: AriApp
    pci_cable: Cable
    ivr_tap: Tap
    desk: CaptureDesk
    vault: Vault
    rest: aiohttp.ClientSession
    folder: Path
    alarms: list[str]
    _arrivals: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def keys_told_to_ivr(self) -> str:
        """Every key that the call side was told."""
        return keys_in_events(self.ivr_tap.received)

    @asynccontextmanager
    async def call(self, mode: str = "rfc4733") -> AsyncIterator[tuple[Pjsua2, str]]:
        """A call that the call side has answered, from an endpoint with this `dtmf_mode`; its phone and channel."""
        number = str(next(_numbers))
        async with open_pjsua2(self.folder / f"phone-{number}", self.asterisk.sip_port, mode) as phone:
            async with self._arrivals, asyncio.timeout(DEADLINE):
                await phone.dial(number)
                start = await anext(self.ivr.arrivals())
            await self.ivr.asterisk.answer(start.channel_id)
            await phone.wait_answered()
            yield phone, start.channel_id

    @asynccontextmanager
    async def capture(self, channel_id: str, **options: object) -> AsyncIterator[Capture]:
        """A capture; leaving the block waits for its end, and for the caller to be back or gone."""
        order = {"call_id": "call", "channel_id": channel_id, "security_code": False, **options}
        session = await self.desk.admit(CaptureRequest.model_validate(order))
        capture = Capture(session)

        async def run() -> None:
            capture.result = await session.run(capture.emit)
            capture.ended.set()

        with self.ivr.watch(channel_id) as told:
            async with asyncio.timeout(2 * DEADLINE):
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(run())
                    try:
                        yield capture
                    except BaseException:
                        session.stop()
                        raise
                self.desk.dismiss(session)
                if capture.outcome is not CaptureOutcome.HUNG_UP:
                    while not isinstance(await told.next(), (StasisStart, ChannelDestroyed)):
                        pass

    async def card_of(self, capture: Capture) -> str:
        """The card that a capture ended with, keyed as the caller did."""
        assert capture.outcome is CaptureOutcome.SUCCESS, capture.outcome
        assert capture.result is not None
        async with self.vault.use(capture.result.token or "") as card:
            return f"{bytes(card.pan.reveal()).decode()}#{bytes(card.expiry.reveal()).decode()}#"

    @asynccontextmanager
    async def agent(self) -> AsyncIterator[tuple[str, Heard]]:
        """An agent who has answered: their channel, and what they hear. Same codec as the caller."""
        async with agent_phone() as (endpoint, heard):
            async with self._arrivals, asyncio.timeout(DEADLINE):
                channel = await self.ivr.asterisk.originate(endpoint, "ivr")
                await anext(self.ivr.arrivals())
            yield channel.id, heard

    async def ask(self, method: str, path: str, **query: str) -> object:
        """Any request, as somebody with Asterisk's password could send it."""
        async with self.rest.request(method, f"/ari/{path}", params=query, raise_for_status=True) as answer:
            return await answer.json(content_type=None) if answer.status != 204 else None

    async def channel(self, channel_id: str) -> Channel:
        """One channel as it is now."""
        return await self.pci.asterisk.channel(channel_id)


def record_sounds(folder: Path) -> Prompts:
    """Every prompt as a moment of silence; one lasts longer."""
    (folder / "en").mkdir(parents=True)
    for prompt in PROMPTS | {LONG}:
        with wave.open(str(folder / "en" / f"{prompt}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(8000)
            file.writeframes(bytes(2 * (24000 if prompt == LONG else 2400)))
    return Prompts(folder)


@asynccontextmanager
async def open_scene(asterisk: Instance, folder: Path) -> AsyncIterator[Scene]:
    """Everything connected; nothing is left in Asterisk when the block ends."""
    alarms: list[str] = []

    async def alarm(event: str, *, resource: str, reason: str = "", app: str = "") -> None:
        alarms.append(f"{event} {reason} {app}".strip())

    def login(url: str) -> AriLogin:
        return AriLogin(url, "pci", asterisk.pci_password)

    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        tap = await enter(tap_tcp("127.0.0.1", asterisk.http_port))
        cable = await enter(Cable.to(asterisk.ari_url))
        ivr = await enter(AriApp.open(login(f"http://127.0.0.1:{tap.port}"), "ivr"))
        pci = await enter(AriApp.open(login(cable.base_url), "pci"))
        bare = {"Authorization": login(asterisk.ari_url).authorization}
        rest = await enter(aiohttp.ClientSession(asterisk.ari_url, headers=bare))
        audit = await enter(Audit.open(folder / "audit", os.urandom(32)))
        vault = Vault(await enter(Store.open(folder / "pci.db")), KeyRing(os.urandom(32)), audit)
        desk = CaptureDesk(
            Room(
                pci,
                record_sounds(folder / "sounds"),
                vault,
                Captures(),
                audit,
                patience=PATIENCE,
                alarm=alarm,
                ears=Ears(ScriptedRecogniser()),
            )
        )
        tasks = await enter(asyncio.TaskGroup())
        care = tasks.create_task(desk.look_after_callers())
        stack.callback(care.cancel)
        try:
            yield Scene(asterisk, ivr, pci, cable, tap, desk, vault, rest, folder, alarms)
        finally:
            await _clear(ivr.asterisk)


async def _clear(asterisk: Asterisk) -> None:
    for channel in await asterisk.channels():
        with suppress(NotFound):
            await asterisk.hang_up(channel.id)
    for bridge in await asterisk.bridges():
        await asterisk.destroy_bridge(bridge.id)
