"""An agent whose caller was with the card side at a restart has another call when that caller comes back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from asterisk_ari.fake import FakeCall
from ivr.agents.live import LiveDesk
from ivr.agents.view import Stage, Status
from pci.capture.line import Line
from tests.conformance.agents.benches import at, sees, turned
from tests.standins.live_desk import phone_of, ready
from tests.standins.live_ivr import ends, heard, hears
from tests.standins.paying_agents import ANNA, Talk, talking

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    async with talking(tmp_path) as opened:
        yield opened


@pytest.fixture
def may_come_back(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Set it to have the card side give its caller back."""
    come, give_back = asyncio.Event(), Line.give_back

    async def once_they_may(line: Line, app: str, args: tuple[str, ...]) -> bool:
        await come.wait()
        return await give_back(line, app, args)

    monkeypatch.setattr(Line, "give_back", once_they_may)
    return come


async def is_offered_another(talk: Talk, desk: LiveDesk) -> tuple[FakeCall, FakeCall]:
    """Anna is ready, and her phone rings a second time; who calls, and that phone."""
    await ready(desk, ANNA)
    second = talk.stack.asterisk.dial("1000", caller="+15550100888")
    await hears(second, "enter-account")
    second.press("2000817#")
    async with asyncio.timeout(30):
        await talk.stack.asterisk.until(lambda asterisk: phone_of(asterisk, ANNA) not in (talk.phone, None))
    phone = phone_of(talk.stack.asterisk, ANNA)
    assert phone is not None
    return second, phone


@pytest.mark.parametrize("talks", [True, False], ids=["talks", "is rung"])
async def test_given_an_agent_who_has_another_call_by_then_then_they_keep_it_and_the_first_caller_waits_for_them(
    talk: Talk, may_come_back: asyncio.Event, talks: bool
) -> None:
    await talk.takes()
    async with talk.started_anew() as desk:
        second, phone = await is_offered_another(talk, desk)
        if talks:
            await desk.accept(ANNA)
            phone.pick_up()
            await sees(desk, ANNA, at(Stage.TALKING))

        may_come_back.set()

        await hears(talk.caller, "hold-on")
        await ends(talk.phone)  # that of the first call; nobody is in it any more
        assert not phone.ended
        if not talks:
            await desk.accept(ANNA)
            phone.pick_up()
            await sees(desk, ANNA, at(Stage.TALKING))
        second.hang_up()
        await sees(desk, ANNA, turned(Status.WRAP_UP))
        await desk.finish(ANNA, "Done.")

        view = await sees(desk, ANNA, at(Stage.RINGING))
        assert view.call is not None
        assert view.call.number == "+15550100777"
        assert heard(talk.caller)[-1] != "goodbye"
