"""The call side is killed while a caller keys a card for an agent: nobody is left in silence, and no card goes on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from asterisk_ari.fake import FakeAsterisk, FakeCall
from pci.capture.line import Line
from tests.scenarios.test_live_agents_restart import Scene, Served, talking, together
from tests.standins.live_desk import AGENTS, FLOW
from tests.standins.live_ivr import LOGINS, ends, gate_before, heard, hears, write_settings
from tests.standins.whole_stack import card_side

pytestmark = [pytest.mark.process, pytest.mark.timeout(600)]


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    """A fake Asterisk, its gate and the card side, which outlive the call side."""
    flow = tmp_path / "flow.yaml"
    flow.write_text(FLOW, encoding="utf-8")
    async with FakeAsterisk.open(LOGINS) as asterisk, gate_before(asterisk, tmp_path), card_side(tmp_path, asterisk):
        asterisk.picks_up = False
        async with asyncio.timeout(60):
            await asterisk.until(lambda asterisk: "pci" in asterisk.app_names)
        yield Scene(asterisk, await write_settings(tmp_path, AGENTS, flows=flow, stop_grace=0.2))


async def keying(scene: Scene, served: Served) -> tuple[FakeCall, FakeCall]:
    """The caller has keyed half of a card number for the agent."""
    caller, phone = await talking(scene, served)
    assert await served.door.do("take_payment", "anna", "12540", "1000442") == {}
    await hears(caller, "card-number")
    caller.press("41111111")
    return caller, phone


async def tone_plays_on(scene: Scene, phone: FakeCall) -> None:
    """The agent hears a tone that does not end by itself while this test lasts."""
    usual, scene.asterisk.seconds_per_sound = scene.asterisk.seconds_per_sound, 600.0
    await hears(phone, "hold", 1 + heard(phone).count("hold"))
    scene.asterisk.seconds_per_sound = usual


async def test_given_a_card_that_is_keyed_when_the_call_side_is_killed_and_back_then_agent_and_caller_talk_on(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    back = asyncio.Event()
    give_back = Line.give_back

    async def once_it_is_back(line: Line, app: str, args: tuple[str, ...]) -> bool:
        await back.wait()
        return await give_back(line, app, args)

    monkeypatch.setattr(Line, "give_back", once_it_is_back)
    async with scene.serving() as served:
        caller, phone = await keying(scene, served)
        await tone_plays_on(scene, phone)
        await served.kill()
    await hears(caller, "line-gap")  # what was entered was erased

    async with scene.serving() as served:
        await served.door.do("sign_on", "anna", "Anna")
        back.set()
        await served.door.sees("anna", stage="talking", notice="picked-up-again")
        await together(caller, phone)
        assert phone.keys_heard == ""
        assert await served.door.do("hang_up", "anna") == {}
        await ends(caller)
