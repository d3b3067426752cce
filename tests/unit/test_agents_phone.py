"""An agent's telephone: what can be said of it without one."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from types import SimpleNamespace
from typing import cast

from asterisk_ari import AriApp
from ivr.agents.hold import tone_ids
from ivr.agents.phone import AgentPhone, Listener


async def test_a_tone_never_has_the_id_of_the_one_before_whose_end_is_told_yet() -> None:
    app = cast(AriApp, SimpleNamespace(asterisk=SimpleNamespace(new_id=lambda: "phone")))
    async with asyncio.TaskGroup() as tasks:
        phone = AgentPhone(app, "PJSIP/anna", tasks, cast(Listener, None))

    ids = [phone.next_tone() for _ in range(5)]

    assert all(before != after for before, after in pairwise(ids))
    assert set(ids) == set(tone_ids(phone.line)), "whoever starts anew has to find what plays"
