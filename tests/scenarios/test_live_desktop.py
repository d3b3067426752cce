"""`ivr serve` with the API: a program answers a call of a queue and takes a payment in it, and is told of both."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from asterisk_ari.fake import FakeAsterisk
from ivr import config
from ivr.desktop.keys import Keys
from ivr.desktop.server import serving as serving_api
from ivr.desktop.settings import DesktopSettings
from ivr.store.database import sqlite_url
from ivr.store.store import open_store
from pci.contract import CardField
from stack.ports import free_tcp_port
from tests.desktop.rig import OPERATOR, Program
from tests.standins.live_desk import AGENTS, FLOW, phone_of
from tests.standins.live_ivr import LOGINS, Log, gate_before, hears, logging_to, serving, write_settings
from tests.standins.paying_agents import talking
from tests.standins.webhook_receiver import SECRET, Desktop, desktop

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]
DESKTOP = """
[desktop]
listen = "127.0.0.1:{port}"
[desktop.webhooks.crm]
url = "http://127.0.0.1:{told}/hook"
secret_file = "webhook.secret"
"""
VISA = "4111111111111111"


async def key_for_all(folder: Path) -> str:
    """What `ivr api-keys make crm` prints."""
    async with open_store(sqlite_url(folder / "ivr.db")) as store:
        return await Keys(store).make(OPERATOR, "crm", None)


async def until(program: Program, path: str, wanted: Callable[[Any], object]) -> dict[str, Any]:
    """Ask again until the answer is so."""
    async with asyncio.timeout(60):
        while True:
            said = (await program.get(path)).said
            if wanted(said):
                return said
            await asyncio.sleep(0.05)


async def is_told(receiver: Desktop, awaited: Callable[[dict[str, Any]], bool]) -> None:
    """Return once the desktop has been told this."""
    async with asyncio.timeout(60):
        while not any(map(awaited, receiver.told)):
            await asyncio.sleep(0.05)


async def test_given_a_desktop_then_it_answers_a_call_and_is_told_of_every_stage(tmp_path: Path) -> None:
    (tmp_path / "flow.yaml").write_text(FLOW, encoding="utf-8")
    (tmp_path / "webhook.secret").touch(mode=0o600)
    (tmp_path / "webhook.secret").write_text(SECRET, encoding="utf-8")
    async with (
        desktop(time.time()) as receiver,
        logging_to(Log()) as lines,
        FakeAsterisk.open(LOGINS) as asterisk,
        gate_before(asterisk, tmp_path),
        aiohttp.ClientSession() as http,
    ):
        port = free_tcp_port()
        extra = AGENTS + DESKTOP.format(port=port, told=receiver.port)
        file = await write_settings(tmp_path, extra, flows=tmp_path / "flow.yaml")
        program = Program(port, http, await key_for_all(tmp_path))
        async with serving(config.load(file), lines):
            await lines.tells("desktop_ready")
            asterisk.picks_up = False
            assert (await program.post("/v1/agents/anna/status", {"status": "ready"})).status == 202
            caller = asterisk.dial("1000", caller="+15550100777")
            await hears(caller, "enter-account")
            caller.press("1000442#")
            (call,) = (await until(program, "/v1/calls", lambda said: said["calls"]))["calls"]
            assert (call["agent"], call["context"]) == ("anna", {"account_number": "1000442", "language": "en"})
            assert (await program.post(f"/v1/calls/{call['id']}/accept")).status == 202
            async with asyncio.timeout(30):
                await asterisk.until(lambda asterisk: phone_of(asterisk, "anna") is not None)
            phone = phone_of(asterisk, "anna")
            assert phone is not None
            phone.pick_up()
            await until(program, f"/v1/calls/{call['id']}", lambda said: said.get("stage") == "talking")
            await is_told(receiver, lambda told: told["data"].get("stage") == "talking")
            caller.hang_up()
            await until(program, f"/v1/calls/{call['id']}", lambda said: said.get("stage") == "ended")
            assert (await program.post(f"/v1/calls/{call['id']}/complete", {"notes": "called"})).status == 202
            await is_told(receiver, lambda told: told["type"] == "call.ended")
    stages = [told["data"]["stage"] for told in receiver.told if told["type"] == "call.changed"]
    assert stages == ["ringing", "briefing", "talking"]


async def test_given_a_call_when_a_desktop_takes_a_payment_then_it_sees_dots_and_what_the_bank_said(
    tmp_path: Path,
) -> None:
    async with (
        talking(tmp_path) as talk,
        open_store(sqlite_url(tmp_path / "ivr.db")) as store,
        serving_api(DesktopSettings(listen="127.0.0.1:0"), store, talk.desk) as port,
        aiohttp.ClientSession() as http,
    ):
        program = Program(port, http, await Keys(store).make(OPERATOR, "crm", None))
        (call,) = (await program.get("/v1/calls")).said["calls"]
        path = f"/v1/calls/{call['id']}"
        wanted = {"amount": {"minor": 12540, "currency": "USD"}, "reference": "1000442"}
        refused = await program.post(f"{path}/payments", {**wanted, "reference": VISA}, once="0")
        assert refused.code == "card-in-notes"
        too_much = {**wanted, "amount": {"minor": 100_001, "currency": "USD"}}
        assert (await program.post(f"{path}/payments", too_much, once="1")).code == "amount-not-allowed"
        assert (await program.post(f"{path}/payments", wanted, once="2")).status == 202

        await hears(talk.caller, "card-number")
        talk.caller.press(VISA[:6])
        seen = await until(program, path, lambda said: said["payment"]["fields"][CardField.NUMBER]["entered"] == 6)
        assert (seen["stage"], seen["payment"]["brand"]) == ("capturing", "visa")
        talk.caller.press(f"{VISA[6:]}#")
        await hears(talk.caller, "expiry")
        talk.caller.press("1230#")
        await hears(talk.caller, "security-code-3")
        talk.caller.press("987#")
        await hears(talk.caller, "press-1-to-confirm")
        talk.caller.press("1")
        done = await until(program, path, lambda said: said["stage"] == "talking")
        assert (done["payment"]["state"], done["payment"]["last4"]) == ("approved", "1111")
        assert VISA not in json.dumps(done)
        assert VISA[:12] not in talk.stack.log.text
