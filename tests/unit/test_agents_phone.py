"""An agent's telephone: what can be said of it without a call."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from types import SimpleNamespace
from typing import cast

from asterisk_ari import AriApp
from asterisk_ari.fake import FakeAsterisk
from ivr.agents.hold import tone_ids
from ivr.agents.phone import AgentPhone, Listener
from ivr.flow.person import Reached


async def test_a_tone_never_has_the_id_of_the_one_before_whose_end_is_told_yet() -> None:
    app = cast(AriApp, SimpleNamespace(asterisk=SimpleNamespace(new_id=lambda: "phone")))
    async with asyncio.TaskGroup() as tasks:
        phone = AgentPhone(app, "PJSIP/anna", tasks, cast(Listener, None))

    ids = [phone.next_tone() for _ in range(5)]

    assert all(before != after for before, after in pairwise(ids))
    assert set(ids) == set(tone_ids(phone.line)), "whoever starts anew has to find what plays"


async def test_given_a_phone_that_nobody_picks_up_in_time_then_it_rings_no_more_and_may_be_rung_anew() -> None:
    async with (
        FakeAsterisk.open({"ivr": "ivr-password"}) as asterisk,
        AriApp.open(asterisk.login("ivr"), "ivr") as app,
        asyncio.TaskGroup() as tasks,
    ):
        asterisk.picks_up = False
        phone = AgentPhone(app, "PJSIP/anna", tasks, cast(Listener, None))

        for _ in range(2):
            assert await phone.ring(None, 0.5) is Reached.NO_ANSWER
            assert not asterisk.calls

        phone.stop_listening()
