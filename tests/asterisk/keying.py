"""A caller of the running product who answers each prompt as soon as it is said, and again if it is asked again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from stack.demo.caller import ASKED_AGAIN, THINKING
from stack.phones import Phone
from stack.processes import Line, Process

PATIENCE = 60.0


async def answers(phone: Phone, ivr: Process, keys: Mapping[str, str], since: int) -> None:
    """Press the keys that belong to each prompt until the call is over; lines of the log before `since` are old."""
    told = {id(line) for line in ivr.log[:since]}

    def is_news(line: Line) -> bool:
        return id(line) not in told and bool(line.get("prompts") or line.get("event") == "call_ended")

    while (line := await ivr.expect(is_news, seconds=PATIENCE)).get("event") != "call_ended":
        told.add(id(line))
        pressed = [keys[asked] for asked in (ASKED_AGAIN.get(one, one) for one in line["prompts"]) if asked in keys]
        if pressed:
            await asyncio.sleep(THINKING)
            await phone.press(pressed[-1])
