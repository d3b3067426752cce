"""Agents call somebody: their own phone rings first, then the other end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ivr.agents.view import Notice, Stage, Status
from ivr.trace.trace import read
from tests.conformance.agents.benches import at, sees, turned
from tests.standins.live_desk import LiveAgents, live_agents, ready, released
from tests.standins.live_ivr import ends, heard

pytestmark = pytest.mark.live


@pytest.fixture
async def live(tmp_path: Path) -> AsyncIterator[LiveAgents]:
    async with live_agents(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize(
    ("cause", "notice"),
    [(17, Notice.OTHER_END_BUSY), (19, Notice.OTHER_END_SILENT), (20, Notice.OTHER_END_UNREACHABLE)],
)
async def test_given_somebody_who_is_called_and_does_not_answer_then_the_agent_is_told_why(
    live: LiveAgents, cause: int, notice: Notice
) -> None:
    await ready(live.desk, "anna")
    await live.desk.dial("anna", "+15550100999")
    (await live.rings("anna")).pick_up()
    called = await live.rings("+15550100999@trunk")
    called.hang_up(cause)
    view = await sees(live.desk, "anna", at(Stage.ENDED))
    assert (view.status, view.notice) == (Status.WRAP_UP, notice)
    await live.desk.finish("anna", "")
    await released(live)


async def test_given_an_agent_whose_own_phone_cannot_be_rung_then_they_are_told_and_nobody_is_called(
    live: LiveAgents,
) -> None:
    await ready(live.desk, "anna")
    await live.desk.dial("anna", "+15550100999")
    (await live.rings("anna")).hang_up(20)
    view = await sees(live.desk, "anna", turned(Status.BUSY))
    assert (view.call, view.notice) == (None, Notice.PHONE_UNREACHABLE)
    await released(live)


async def test_given_an_agent_who_calls_somebody_then_both_talk_and_either_may_end_it(live: LiveAgents) -> None:
    await ready(live.desk, "anna")
    await live.desk.dial("anna", "+15550100999")
    phone = await live.rings("anna")
    phone.pick_up()
    async with asyncio.timeout(20):
        await phone.until(lambda call: call.hears_ringing)
    called = await live.rings("+15550100999@trunk")
    called.pick_up()
    view = await sees(live.desk, "anna", at(Stage.TALKING))
    assert view.call is not None
    assert live.desk.floor.board.wall().calls == 1

    await live.desk.hang_up("anna")

    await ends(called)
    assert heard(called) == ["goodbye"]
    await released(live)
    async with asyncio.timeout(30):
        while (trace := await live.desk.floor.equipment.store.traces.find(view.call.id)) is None:
            await asyncio.sleep(0.2)
    assert (read(trace, "it").began.flow, read(trace, "it").ended) == ("dial-out", "talked")
    assert live.desk.floor.board.wall().calls == 0
