"""The call side as it is served, on a fake Asterisk: its own settings file, ledger, flows, log and text messages."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import text

from asterisk_ari import AriApp, Asterisk
from asterisk_ari.fake import FakeAsterisk, FakeCall
from ivr import app, config, log
from ivr.bills import import_bills
from ivr.store.database import sqlite_url
from ivr.store.store import open_store
from tests.standins.card_side import CardSide
from tests.standins.gated import Gated, gated
from tests.standins.sms_gateway import SmsGateway

ROOT = Path(__file__).parents[2]
LOGINS = {"gate": "gate-password", "pci": "pci-password"}
MOBILE = "+15550100123"
BILLS = f"""account,reference,amount,currency,due,mobile
1000442,INV-1,125.40,USD,,{MOBILE}
2000817,INV-2,9.90,USD,,
"""
SETTINGS = """
database = "ivr.db"
flows = "{flows}"
sounds = "{root}/sounds"
max_calls = {max_calls}
stop_grace = {stop_grace}
trace_days = {trace_days}
[asterisk]
gate = "gate.sock"
[pci]
socket = "pci.sock"
charge_timeout = {charge_timeout}
[people.billing]
endpoint = "PJSIP/billing"
"""
A_QUEUE = """
[agents]
[queues.billing]
"""
MAY_BE_CALLED = '[originate]\nendpoints = ["PJSIP/billing", "PJSIP/anna", "PJSIP/ben", "PJSIP/*@trunk"]\n'
SMS = """
[sms]
gateway = "twilio"
sender = "+15550100999"
[sms.twilio]
url = "{url}"
account_sid = "AC1"
auth_token_file = "secret"
"""


class Log(StringIO):
    """The log lines of the process, to be looked at and waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.lines: list[dict[str, Any]] = []
        self._written = asyncio.Event()

    def write(self, text: str) -> int:
        self.text += text
        self.lines += [json.loads(line) for line in text.splitlines()]
        self._written.set()
        return len(text)

    def events(self, name: str, **fields: object) -> list[dict[str, Any]]:
        """The lines of an event that have these fields."""
        return [line for line in self.lines if line["event"] == name and line.items() >= fields.items()]

    async def tells(self, name: str, times: int = 1, **fields: object) -> dict[str, Any]:
        """Wait for an event with these fields; the last of `times` lines."""
        async with asyncio.timeout(30):
            while len(found := self.events(name, **fields)) < times:
                self._written.clear()
                await self._written.wait()
        return found[times - 1]


@dataclass
class LiveIvr:
    """A served call side and all that it is connected to."""

    asterisk: FakeAsterisk
    card_side: CardSide
    sms: SmsGateway
    log: Log
    stop: asyncio.Event
    look: asyncio.Event
    folder: Path

    def dial(self, number: str = "1000") -> FakeCall:
        """Call the payment line."""
        return self.asterisk.dial(number, caller="+15550100777")

    async def to_menu(self, account: str = "1000442") -> FakeCall:
        """A call that has heard what it owes and is asked for a choice."""
        call = self.dial()
        await hears(call, "enter-account")
        call.press(f"{account}#")
        await hears(call, "press-1-to-pay")
        return call

    async def to_card_line(self, account: str = "1000442") -> FakeCall:
        """A call that is asked for its card number."""
        call = await self.to_menu(account)
        call.press("1")
        await hears(call, "card-number")
        return call

    async def to_confirmation(self, account: str = "1000442") -> FakeCall:
        """A call that has keyed a card and is asked to confirm."""
        call = await self.to_card_line(account)
        await key_card(call)
        await hears(call, "press-1-to-confirm")
        return call

    async def subscribe_to(self, call: FakeCall) -> None:
        """Let the call side's application have the events of a call that the card side has."""
        async with Asterisk.open(self.asterisk.login("gate")) as asterisk:
            await asterisk.subscribe("ivr", f"channel:{call.channel_id}")

    async def payments(self) -> list[str]:
        """The states of all payments in the ledger, in their order."""
        states = text("SELECT state FROM payments ORDER BY created")
        async with open_store(sqlite_url(self.folder / "ivr.db")) as store:
            return list(await store.database.read(lambda session: session.scalars(states)))


async def key_card(call: FakeCall) -> None:
    """Key a test card, field by field."""
    call.press("4111111111111111#")
    await hears(call, "expiry")
    call.press("1230#")
    await hears(call, "security-code-3")
    call.press("123#")


async def hears(call: FakeCall, prompt: str, times: int = 1) -> None:
    """Wait until (the beginning of) a prompt has been heard so many times."""
    async with asyncio.timeout(30):
        await call.until(lambda call: sum(Path(sound).name.endswith(prompt) for sound in call.played) >= times)


async def ends(call: FakeCall) -> None:
    """Wait until the call is over."""
    async with asyncio.timeout(30):
        await call.until(lambda call: call.ended)


def heard(call: FakeCall) -> list[str]:
    """The prompts that were heard, by their ids."""
    return [sound.rpartition("/")[2].removeprefix("sound:") for sound in call.played]


async def write_settings(folder: Path, extra: str = "", **values: object) -> Path:
    """A folder with all that `ivr serve` needs, bills in its ledger included; the settings file."""
    secret = folder / "secret"
    secret.write_text("a-long-secret\n", encoding="utf-8")
    secret.chmod(0o600)
    (folder / "bills.csv").write_text(BILLS, encoding="utf-8")
    async with open_store(sqlite_url(folder / "ivr.db")) as store:
        await import_bills(folder / "bills.csv", store.invoices)
    file = folder / "ivr.toml"
    defaults = {"max_calls": 20, "stop_grace": 0.05, "trace_days": 90, "charge_timeout": 5}
    values = {"root": ROOT, "flows": ROOT / "flows", **defaults, **values}
    agents = "" if "[agents]" in extra else A_QUEUE  # which the shipped flows want
    file.write_text(SETTINGS.format(**values) + extra + agents, encoding="utf-8")
    return file


@asynccontextmanager
async def logging_to(stream: Log) -> AsyncIterator[Log]:
    """All log lines go to `stream`."""
    root = logging.getLogger()
    handlers = root.handlers[:]
    log.configure(stream)
    try:
        yield stream
    finally:
        root.handlers[:] = handlers
        structlog.reset_defaults()


def gate_before(asterisk: FakeAsterisk, folder: Path) -> AbstractAsyncContextManager[Gated]:
    """The gate between the call side and a fake Asterisk; its card side is at `folder`/pci.sock."""
    return gated(folder, asterisk.login("gate"), MAY_BE_CALLED, sounds=ROOT / "sounds")


@asynccontextmanager
async def serving(
    settings: config.Settings, log: Log, look: asyncio.Event | None = None
) -> AsyncIterator[asyncio.Event]:
    """`ivr serve` in this process, ready; leaving the block stops it. Gives the event that does so earlier.

    `look` has it look for another version of the flows.
    """
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(app.serve(settings, stop, look))
        await log.tells("ready", max_calls=settings.max_calls)
        try:
            yield stop
        finally:
            stop.set()


@asynccontextmanager
async def live_ivr(folder: Path, *, extra: str = "", **values: object) -> AsyncIterator[LiveIvr]:
    """Everything up and connected, with the stand-in for the card side; `extra` are more settings."""
    async with (
        logging_to(Log()) as lines,
        FakeAsterisk.open(LOGINS) as asterisk,
        gate_before(asterisk, folder) as gate,
        AriApp.open(asterisk.login("pci"), "pci") as pci,
        CardSide.open(pci, folder / "pci.sock") as card_side,
        SmsGateway.open() as sms,
    ):
        file = await write_settings(folder, SMS.format(url=sms.url) + extra, **values)
        look = asyncio.Event()
        async with serving(config.load(file), lines, look) as stop:
            yield LiveIvr(asterisk, card_side, sms, lines, stop, look, folder)
        assert lines.events("call_failed") == []
        assert gate.alarms.raised == []
        assert [line for line in lines.lines if "dropped_fields" in line and line["event"] != "request_denied"] == []
