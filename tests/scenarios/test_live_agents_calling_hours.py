"""Nobody is called back in the middle of the night; whoever asks for it then is told when they will be."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ivr.agents import callbacks
from ivr.agents.calling_hours import CallingHours
from ivr.agents.view import Notice, Stage, Status
from tests.conformance.agents.benches import at, sees, turned
from tests.scenarios.test_live_agents_called_back import KEEPS_PLACE, LINE, asks, keeps_place, kept
from tests.standins.live_desk import LiveAgents, live_agents, ready
from tests.standins.live_ivr import ends, heard, hears

pytestmark = pytest.mark.live


@pytest.fixture
async def live(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[LiveAgents]:
    monkeypatch.setattr(callbacks, "LOOK_SECONDS", 0.1)
    async with live_agents(tmp_path, KEEPS_PLACE) as opened:
        yield opened


async def test_given_an_hour_at_which_nobody_is_called_then_the_caller_is_told_so_and_called_when_it_is_over(
    live: LiveAgents, monkeypatch: pytest.MonkeyPatch
) -> None:
    night = True
    monkeypatch.setattr(CallingHours, "is_open", lambda *_: not night)
    call = await asks(live)
    await hears(call, "callback-number-right")
    call.press("1")
    await ends(call)
    assert heard(call)[-2:] == ["callback-later", "goodbye"]
    async with asyncio.timeout(30):
        while not any(queue.called_back for queue in live.desk.floor.board.wall().queues):
            await asyncio.sleep(0.05)
    await ready(live.desk, "anna")
    assert (await sees(live.desk, "anna", turned(Status.READY))).call is None

    night = False

    (await live.rings("anna")).pick_up()
    (await live.rings(LINE)).pick_up()
    await sees(live.desk, "anna", at(Stage.TALKING))


async def test_given_hours_that_end_while_the_agents_phone_rings_then_nobody_is_called_and_no_try_is_lost(
    live: LiveAgents, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = True
    monkeypatch.setattr(CallingHours, "is_open", lambda *_: day)
    await keeps_place(live)
    await ready(live.desk, "anna")
    phone = await live.rings("anna")
    day = False

    phone.pick_up()

    view = await sees(live.desk, "anna", at(Stage.ENDED))
    assert view.notice is Notice.OTHER_END_UNREACHABLE
    (place,) = await kept(live)
    assert place.tries == 0
