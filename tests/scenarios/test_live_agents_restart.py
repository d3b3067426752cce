"""The call side is killed while agents and callers are in a call; the next one finds them where they were."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from asterisk_ari.fake import FakeAsterisk, FakeCall
from ivr.store.database import sqlite_url
from ivr.store.store import open_store
from tests.scenarios.test_live_agents_called_back import KEEPS_PLACE, LINE
from tests.standins.desk_process import Door
from tests.standins.live_desk import AGENTS, phone_of
from tests.standins.live_ivr import LOGINS, ROOT, ends, gate_before, heard, hears, write_settings

pytestmark = [pytest.mark.process, pytest.mark.timeout(600)]


@dataclass
class Served:
    """One process of the call side."""

    process: Process
    door: Door

    async def kill(self) -> None:
        """As a crash does it: nothing is told to anybody."""
        self.process.kill()
        await self.process.wait()


@dataclass
class Scene:
    """A fake Asterisk with its gate, which outlive the call side."""

    asterisk: FakeAsterisk
    config: Path

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[Served]:
        """Start the call side."""
        (self.config.parent / "desk.sock").unlink(missing_ok=True)
        command = [sys.executable, "-m", "tests.standins.desk_process", "ivr", "serve", "--config", str(self.config)]
        process = await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, stdout=DEVNULL, stderr=DEVNULL, env={**os.environ, "PYTHONPATH": str(ROOT)}
        )
        try:
            async with Door.of(self.config.parent) as door:
                yield Served(process, door)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()

    async def asks(self) -> FakeCall:
        """Somebody who asks for an agent."""
        async with asyncio.timeout(60):
            await self.asterisk.until(lambda asterisk: "ivr" in asterisk.app_names)
        call = self.asterisk.dial("1000", caller="+15550100777")
        await hears(call, "enter-account")
        call.press("1000442#")
        return call

    async def caller(self) -> FakeCall:
        """The same, where somebody is at work."""
        call = await self.asks()
        await hears(call, "connecting")
        return call

    async def phone(self, agent: str) -> FakeCall:
        """The agent's phone, once it rings."""
        async with asyncio.timeout(60):
            await self.asterisk.until(lambda asterisk: phone_of(asterisk, agent) is not None)
        found = phone_of(self.asterisk, agent)
        assert found is not None
        return found


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    flow = tmp_path / "flow.yaml"
    flow.write_text(KEEPS_PLACE, encoding="utf-8")
    async with FakeAsterisk.open(LOGINS) as asterisk, gate_before(asterisk, tmp_path):
        asterisk.picks_up = False
        yield Scene(asterisk, await write_settings(tmp_path, AGENTS, flows=flow, stop_grace=0.2))


async def together(caller: FakeCall, phone: FakeCall) -> None:
    async with asyncio.timeout(60):
        await caller.until(lambda call: call.bridge_id is not None and call.bridge_id == phone.bridge_id)


async def talking(scene: Scene, served: Served) -> tuple[FakeCall, FakeCall]:
    await served.door.ready("anna")
    caller = await scene.caller()
    phone = await scene.phone("anna")
    await served.door.do("accept", "anna")
    phone.pick_up()
    await together(caller, phone)
    await served.door.sees("anna", stage="talking")
    return caller, phone


async def test_given_a_talk_when_the_call_side_is_killed_then_they_talk_on_and_the_agent_has_the_call_again(
    scene: Scene,
) -> None:
    async with scene.serving() as served:
        caller, phone = await talking(scene, served)
        await served.kill()
    assert caller.bridge_id == phone.bridge_id is not None

    async with scene.serving() as served:
        await served.door.sees("anna", stage="talking", notice="picked-up-again")
        await served.door.do("sign_on", "anna", "Anna")
        await together(caller, phone)
        assert await served.door.do("hang_up", "anna") == {}
        await ends(caller)
        await ends(phone)
        assert heard(caller)[-1] == "goodbye"
        await served.door.sees("anna", status="wrap-up", stage="ended")
        assert await served.door.do("finish", "anna", "Talked through a restart.") == {}


async def test_given_a_talk_when_the_call_side_is_restarted_politely_then_nobody_hears_anything_of_it(
    scene: Scene,
) -> None:
    async with scene.serving() as served:
        caller, phone = await talking(scene, served)
        served.process.terminate()
        assert await served.process.wait() == 0
    assert not caller.ended
    assert caller.bridge_id == phone.bridge_id is not None
    assert "goodbye" not in heard(caller)

    async with scene.serving() as served:
        await served.door.sees("anna", stage="talking", notice="picked-up-again")
        caller.hang_up()
        await ends(phone)
        await served.door.sees("anna", stage="ended", notice="caller-gone")


async def test_given_a_caller_who_waits_when_the_call_side_is_killed_then_they_are_told_and_keep_their_place(
    scene: Scene,
) -> None:
    async with scene.serving() as served:
        await served.door.do("sign_on", "anna", "Anna")
        caller = await scene.caller()
        await hears(caller, "hold")
        await served.kill()
    assert not caller.ended

    async with scene.serving() as served:
        await hears(caller, "hold-on")
        await served.door.ready("anna")
        phone = await scene.phone("anna")
        await served.door.do("accept", "anna")
        phone.pick_up()
        await together(caller, phone)
        phone.hang_up()
        await ends(caller)


async def test_given_an_agent_who_is_told_of_a_call_when_the_call_side_is_killed_then_it_is_offered_anew(
    scene: Scene,
) -> None:
    async with scene.serving() as served:
        await served.door.ready("anna")
        caller = await scene.caller()
        phone = await scene.phone("anna")
        phone.pick_up()
        await hears(phone, "whisper-caller")
        await served.kill()

    async with scene.serving() as served:
        await hears(caller, "hold-on")
        await ends(phone)
        await served.door.ready("anna")
        phone = await scene.phone("anna")
        await served.door.do("accept", "anna")
        phone.pick_up()
        await together(caller, phone)


async def test_given_a_caller_who_is_gone_after_the_restart_then_the_agent_is_not_left_in_silence(
    scene: Scene,
) -> None:
    async with scene.serving() as served:
        caller, phone = await talking(scene, served)
        await served.kill()
    caller.hang_up()
    async with scene.serving():
        async with asyncio.timeout(60):
            await phone.until(lambda call: call.ended)


async def test_given_somebody_who_is_called_back_when_the_call_side_is_killed_then_they_talk_and_are_called_no_more(
    scene: Scene, tmp_path: Path
) -> None:
    async with scene.serving() as served:
        caller = await scene.asks()
        await hears(caller, "callback-number-right")
        caller.press("1")
        await ends(caller)
        await served.door.ready("anna")
        before = await scene.phone("anna")
        before.pick_up()
        called = await scene.phone(LINE)
        await served.kill()

    async with scene.serving() as served:
        async with asyncio.timeout(60):
            await scene.asterisk.until(lambda asterisk: "ivr" in asterisk.app_names)
        called.pick_up()
        await hears(called, "hold-on")
        await ends(before)
        await served.door.ready("anna")
        phone = await scene.phone("anna")
        await served.door.do("accept", "anna")
        phone.pick_up()
        await together(called, phone)
    async with open_store(sqlite_url(tmp_path / "ivr.db")) as store:
        assert await store.places.kept() == []
