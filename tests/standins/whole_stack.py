"""Both sides of the wall as they are served, with the processor simulator; only Asterisk is not real."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from asterisk_ari.fake import FakeAsterisk, FakeCall
from ivr import config
from pci import app as pci_app
from pci import config as pci_config
from pci.simulator.server import serving as simulating
from tests.standins.live_ivr import LOGINS, ROOT, SMS, Log, gate_before, hears, logging_to, serving, write_settings
from tests.standins.sms_gateway import SmsGateway

PCI_SETTINGS = """
socket = "pci.sock"
database = "pci.db"
key_file = "pci.key"
sounds = "{root}/sounds"
[asterisk]
url = "{asterisk}"
username = "pci"
password_file = "pci.secret"
[processor]
name = "simulator"
url = "{processor}"
api_key_file = "processor.secret"
timeout = {timeout}
"""
API_KEY = "sk-test-tonewall"


@dataclass
class WholeStack:
    """Everything that was started, and what it leaves behind."""

    asterisk: FakeAsterisk
    processor: str
    sms: SmsGateway
    log: Log
    folder: Path
    stop: asyncio.Event
    """Set it to have the call side end politely."""

    @asynccontextmanager
    async def started_anew(self) -> AsyncIterator[None]:
        """End the call side, and let there be another."""
        self.stop.set()
        await self.log.tells("stopped")
        async with serving(config.load(self.folder / "ivr.toml"), self.log):
            await self.log.tells("ready", 2, max_calls=20)
            yield

    async def pays(self, card: str, *, account: str = "1000442", confirmed: bool = True) -> FakeCall:
        """A caller who keys their account and a card, and confirms unless they are still thinking about it."""
        call = self.asterisk.dial("1000", caller="+15550100777")
        await hears(call, "enter-account")
        call.press(f"{account}#")
        await hears(call, "press-1-to-pay")
        call.press("1")
        await hears(call, "card-number")
        call.press(f"{card}#")
        await hears(call, "expiry")
        call.press("1230#")
        await hears(call, "security-code-3")
        call.press("987#")
        await hears(call, "press-1-to-confirm")
        if confirmed:
            call.press("1")
        return call

    async def booked(self) -> list[dict[str, Any]]:
        """What the processor says that it charged."""
        headers = {"Authorization": f"Bearer {API_KEY}"}
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.get(f"{self.processor}/v1/ledger") as response,
        ):
            charges: list[dict[str, Any]] = (await response.json())["charges"]
            return charges


@asynccontextmanager
async def whole_stack(
    folder: Path, *, extra: str = "", timeout: int = 1, **values: object
) -> AsyncIterator[WholeStack]:
    """Everything up and connected; `extra` are more settings of the call side, `timeout` the bank's seconds."""
    async with (
        logging_to(Log()) as log,
        FakeAsterisk.open(LOGINS) as asterisk,
        gate_before(asterisk, folder) as gate,
        card_side(folder, asterisk, timeout) as processor,
        SmsGateway.open() as sms,
    ):
        settings = await write_settings(folder, SMS.format(url=sms.url) + extra, **values)
        await log.tells("ready")
        async with serving(config.load(settings), log) as stop:
            yield WholeStack(asterisk, processor, sms, log, folder, stop)
        assert gate.alarms.raised == []


@asynccontextmanager
async def card_side(folder: Path, asterisk: FakeAsterisk, timeout: int = 1) -> AsyncIterator[str]:
    """The card side and the processor simulator, whose address it gives; the card side may not be ready yet."""
    async with simulating(folder / "processor.db") as processor:
        for name, secret in (("pci.secret", "pci-password"), ("processor.secret", API_KEY)):
            (folder / name).touch(mode=0o600)
            (folder / name).write_text(secret, encoding="utf-8")
        file = folder / "pci.toml"
        file.write_text(
            PCI_SETTINGS.format(root=ROOT, asterisk=asterisk.base_url, processor=processor, timeout=timeout),
            encoding="utf-8",
        )
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(pci_app.run(pci_config.load(file), stop))
            yield processor
            stop.set()
