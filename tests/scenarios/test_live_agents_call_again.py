"""Whoever kept their place in a queue, and is to be called back, calls again by themselves before."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenarios.test_live_agents_called_back import (
    KEEPS_PLACE,
    MAY_LEAVE,
    asks,
    keeps_place,
    kept,
    nobody_is_kept,
)
from tests.standins.live_desk import live_agents, released
from tests.standins.live_ivr import ends, hears

pytestmark = pytest.mark.live


@pytest.mark.parametrize("asks_again", [True, False])
async def test_given_a_caller_who_calls_again_while_nobody_is_there_then_they_keep_the_place_that_they_have(
    tmp_path: Path, asks_again: bool
) -> None:
    async with live_agents(tmp_path, KEEPS_PLACE) as live:
        await keeps_place(live)
        before = await kept(live)

        if asks_again:
            await keeps_place(live)
        else:
            again = await asks(live)
            await hears(again, "callback-number-right")
            again.hang_up()
            await released(live)

        assert await kept(live) == before


async def test_given_a_caller_who_calls_again_and_waits_then_the_place_is_theirs_and_nobody_calls_them(
    tmp_path: Path,
) -> None:
    async with live_agents(tmp_path, MAY_LEAVE) as live:
        await keeps_place(live)
        (place,) = await kept(live)
        await live.desk.sign_on("anna", "Anna")

        call = await asks(live)

        await hears(call, "hold")
        await nobody_is_kept(live)
        call.press("1")
        await hears(call, "callback-number-right")
        call.press("1")
        await ends(call)
        (again,) = await kept(live)
        assert again.id != place.id
        assert again.since == place.since
